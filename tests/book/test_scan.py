"""Blocks and values are found where they are meant, and nowhere else."""

from __future__ import annotations

import pytest

from cnnmath.book.scan import Directive, Value, expand, parameters
from cnnmath.errors import BookError, CnnMathError

KINDS = {"figure", "derivation", "exercise", "exercise-set"}


def read(markdown: str, **options: object) -> tuple[str, list[Directive], list[Value]]:
    """Return the expanded text with what was found in it."""
    blocks: list[Directive] = []
    values: list[Value] = []

    def block(directive: Directive) -> str:
        blocks.append(directive)
        return f"<block {len(blocks)}>\n</block>"

    def value(found: Value) -> str:
        values.append(found)
        return f"<value {len(values)}>"

    languages = {"python", "text", "markdown", "console"}.__contains__
    return expand(markdown, KINDS, block, value, languages=languages, **options), blocks, values  # type: ignore[arg-type]


def test_a_block_is_replaced_and_the_rest_is_kept() -> None:
    """A block gives way to what its handler returns; the lines around it are untouched."""
    text, blocks, _ = read("before\n\n```figure sliding-window n=5 k=3\n```\n\nafter")
    assert text == "before\n\n<block 1>\n</block>\n\nafter"
    assert blocks == [Directive("figure", "sliding-window", {"n": 5, "k": 3}, "", 3)]


def test_kinds_that_begin_alike_are_told_apart() -> None:
    """`exercise-set` is not read as `exercise` with a name."""
    _, blocks, _ = read("```exercise-set output-size\n```\n\n```exercise output-size/strided seed=2\n```")
    assert [(block.kind, block.name) for block in blocks] == [
        ("exercise-set", "output-size"),
        ("exercise", "output-size/strided"),
    ]


@pytest.mark.parametrize(
    "markdown",
    [
        "````markdown\n```figure sliding-window\n```\n````",
        "~~~text\n```figure sliding-window\n```\n~~~",
        "```python\nx = '`= 1 + 1`'\n```",
        "Write `` `= 1 + 1` `` to get two.",
        "An `=` sign, and `= ` alone, and `a = b`.",
    ],
    ids=["longer-fence", "tilde-fence", "value-in-code", "value-in-longer-span", "not-values"],
)
def test_what_is_shown_as_text_stays_text(markdown: str) -> None:
    """Blocks and values inside other fences or longer code spans are left alone."""
    assert read(markdown) == (markdown, [], [])


def test_a_block_takes_over_the_indentation_of_its_fence() -> None:
    """Inside an admonition, tab or list, what replaces a block stays inside."""
    text, blocks, _ = read('!!! note "N"\n    ```figure sliding-window\n    ```\n    more')
    assert text == '!!! note "N"\n    <block 1>\n    </block>\n    more'
    assert blocks[0].line == 2


def test_inline_values_are_found_with_their_lines() -> None:
    """Every value of a line is handed over with its expression and the number of its line."""
    text, _, values = read("one `= 1 + 1` and\ntwo `= f('a', 2)`, `code`", first_line=7)
    assert text == "one <value 1> and\ntwo <value 2>, `code`"
    assert values == [Value("1 + 1", 7), Value("f('a', 2)", 8)]


def test_parameters_are_words_integers_truths_and_quoted_text() -> None:
    """Nothing in a parameter is evaluated: what looks like code stays text."""
    words, pairs = parameters('name a=1 b=-2 c=word d="two words = 2" e=true f=__import__(1) out-pad=3')
    assert words == ["name"]
    assert pairs == {
        "a": 1,
        "b": -2,
        "c": "word",
        "d": "two words = 2",
        "e": True,
        "f": "__import__(1)",
        "out_pad": 3,
    }


@pytest.mark.parametrize(
    ("markdown", "message"),
    [
        ("\n```figre sliding-window\n```", "lesson.md, line 2: There is no kind of block and no language"),
        ("\n\n```figure a b\n```", 'lesson.md, line 3: "b": expected one name'),
        ("```figure a k=\n```", "lesson.md, line 1: parameters: expected words or key=value"),
        ("```figure a k=1 k=2\n```", 'lesson.md, line 1: parameter "k": expected one, got two values'),
        ("x\n```figure a", "lesson.md, line 2: the fence ```figure a is never closed"),
    ],
    ids=["misspelled-kind", "two-names", "no-value", "twice", "open"],
)
def test_bad_blocks_name_page_and_line(markdown: str, message: str) -> None:
    """A block that cannot be read stops the build with the place where it stands."""
    with pytest.raises(BookError) as caught:
        read(markdown, page="lesson.md")
    assert str(caught.value).startswith(message)


def test_a_misspelled_kind_gets_a_suggestion() -> None:
    """The message for an unknown kind names the near miss."""
    with pytest.raises(BookError, match="Did you mean derivation"):
        read("```derivaton conv-output-size\n```")


def test_an_error_of_a_room_is_placed_once() -> None:
    """Whatever a handler raises on purpose is reported with page and line, and the place is not repeated."""

    def block(directive: Directive) -> str:
        raise CnnMathError(where=f"figure {directive.name}", expected="a positive kernel", given="0")

    with pytest.raises(BookError) as caught:
        expand("text\n```figure w k=0\n```", KINDS, block, str, languages=bool, page="a.md")
    assert str(caught.value) == "a.md, line 2: figure w: expected a positive kernel, got 0."
