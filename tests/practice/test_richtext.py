"""Rich text: read from light Markdown, printed for terminal, page and Markdown."""

from __future__ import annotations

import pytest

from cnnmath.errors import BankError
from cnnmath.practice import richtext
from cnnmath.practice.richtext import Cells, Code, Items, Listing, Math, Paragraph, Strong, Table, Text, parse

SOURCE = """
A kernel of size $k$ costs \\$5, **always**,
as `code` says.

- one item
  that goes on
- two with $2p$

1. first
2. second

```
line one

  line two
```
"""


def test_blocks_and_inlines_are_read() -> None:
    """Paragraphs join their lines; lists, fenced code, inlines and an escaped dollar sign are told apart."""
    assert parse(SOURCE) == (
        Paragraph(
            (
                Text("A kernel of size "),
                Math("k"),
                Text(" costs $5, "),
                Strong("always"),
                Text(", as "),
                Code("code"),
                Text(" says."),
            )
        ),
        Items(((Text("one item that goes on"),), (Text("two with "), Math("2p")))),
        Items(((Text("first"),), (Text("second"),)), ordered=True),
        Listing("line one\n\n  line two"),
    )


def test_the_terminal_gets_wrapped_words_and_formulas_as_written() -> None:
    """Plain text keeps formulas in our language, wraps words and indents a formula of its own."""
    text = parse("The padded row of the input has $n + 2p$ cells.\n\n$floor(n/s)$\n\n- a $k$\n- b")
    assert richtext.plain(text, 30) == (
        "The padded row of the input\nhas n + 2p cells.\n\n    floor(n/s)\n\n- a k\n- b"
    )


def test_the_page_gets_latex_beside_the_text() -> None:
    """Formulas and chains of relations become LaTeX from our own printer; everything is plain data."""
    assert richtext.to_dict(parse("If $k <= n$: **yes** `x`\n\n- $floor(n/s) = 3$")) == [
        {
            "kind": "paragraph",
            "inlines": [
                {"text": "If "},
                {"math": r"k \le n", "text": "k <= n"},
                {"text": ": "},
                {"strong": "yes"},
                {"text": " "},
                {"code": "x"},
            ],
        },
        {
            "kind": "list",
            "ordered": False,
            "items": [
                [{"math": r"\left\lfloor\frac{n}{s}\right\rfloor = 3", "text": "floor(n/s) = 3"}],
            ],
        },
    ]


def test_drawings_are_data_with_a_text_alternative() -> None:
    """A row of cells reaches the page as numbers, with the terminal's drawing as its text."""
    (data,) = richtext.to_dict((Cells.of(4, kernel=3, stride=2, padding=1, caption="two"),))
    assert data == {
        "kind": "cells",
        "size": 4,
        "before": 1,
        "after": 1,
        "windows": [[0, 1, 2], [2, 3, 4]],
        "caption": "two",
        "text": "row        . # # # # .\nwindow 1   x x x\nwindow 2       x x x\ntwo",
    }


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation"),
    [(7, 3, 2, 0, 1), (5, 3, 1, 1, 1), (9, 3, 2, 1, 2), (3, 5, 1, 0, 1)],
)
def test_windows_of_a_drawing_follow_the_definition(size, kernel, stride, padding, dilation) -> None:
    """A window is drawn for each multiple of the stride at which all its cells lie in the padded row."""
    width, windows = size + 2 * padding, []
    for start in range(0, 100, stride):
        taps = [start + dilation * tap for tap in range(kernel)]
        if all(tap < width for tap in taps):
            windows.append(tuple(taps))
    assert Cells.of(size, kernel, stride, padding, dilation).windows == tuple(windows)


def test_a_window_may_hang_over() -> None:
    """Positions behind the padded row widen the drawing."""
    assert Cells(3, windows=((2, 3, 4),)).width == 5


def test_markdown_escapes_words_and_wraps_formulas_as_asked() -> None:
    """Signs in words are escaped, LaTeX is wrapped as the caller asks, drawings become text blocks."""
    text = (*richtext.say("5 * 3 < a_b ", Code("`tick`"), " ", Math("2p")), Table((("1", "10"), ("-2", "3"))))
    assert richtext.markdown(text, math=lambda tex: f"<{tex}>") == (
        "5 \\* 3 \\< a\\_b `` `tick` `` <2p>\n\n```text\n 1  10\n-2   3\n```"
    )


def test_what_a_learner_typed_stays_literal() -> None:
    """`say` never reads its words as Markdown, so typed signs mean nothing."""
    assert richtext.plain(richtext.say("You typed $x$ **y** ", Code("`z`"))) == "You typed $x$ **y** `z`"


def test_other_letters_reach_formulas_and_relations_only() -> None:
    """Relabeling changes names in formulas, and no words; letters may be exchanged for each other."""
    text = parse("n cells: $n <= 2s$\n\n- $s$ is $n$")
    swapped = richtext.relabeled(text, {"n": "s", "s": "n"})
    assert richtext.plain(swapped) == "n cells: s <= 2n\n\n- n is s"


def test_a_broken_formula_in_a_text_is_an_error_of_the_bank() -> None:
    """A formula that cannot be read names itself when the page asks for LaTeX."""
    with pytest.raises(BankError, match=r"\$floor\(n\$"):
        richtext.to_dict(parse("see $floor(n$"))


def test_a_line_is_one_paragraph() -> None:
    """Options and items have to be one line of text."""
    with pytest.raises(BankError, match="one line of text"):
        richtext.line("one\n\ntwo")
