"""A page of the book, the whole way from Markdown to HTML, without a site around it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnmath.book import bundle
from cnnmath.book.core import Book, is_language
from cnnmath.errors import BookError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the project's npm packages and a cache of its own."""
    folder = tmp_path_factory.mktemp("book")
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


@pytest.fixture
def book(root: Path) -> Iterator[Book]:
    """Return a new book over that folder; what it parsed of our sources is kept for the next."""
    made = Book(root)
    yield made
    made.save()


def test_values_are_computed_and_spaced(book: Book) -> None:
    """AlexNet's parameters (Krizhevsky 2014, one tower: 62,378,344) come out with thousands apart."""
    made = book.fragment("It has `= 62378344` parameters and a `= (64, 112, 112)` map; `= 227 - 11 > 0`.")
    assert made == (
        "<p>It has 62,378,344 parameters and a 64\N{THIN SPACE}×\N{THIN SPACE}112\N{THIN SPACE}×"
        "\N{THIN SPACE}112 map; yes.</p>"
    )


def test_rooms_are_in_scope_of_values(book: Book) -> None:
    """An inline value may call any room, inside comprehensions as well; 55 is AlexNet's first map."""
    made = book.fragment(
        "`= rules.output_size(227, 11, stride=4)`, `= sum(rules.output_size(n, 1) for n in (2, 3))`"
    )
    assert made == "<p>55, 5</p>"


def test_equations_are_typeset_with_numbers_in_place(book: Book) -> None:
    """`equation` puts the numbers into the formula and adds the result."""
    made = book.fragment('`= equation("floor((n - k)/s) + 1", n=227, k=11, s=4)`')
    assert r"\left\lfloor\frac{227 - 11}{4}\right\rfloor + 1 = 55</annotation>" in made


@pytest.mark.parametrize(
    ("markdown", "message"),
    [
        ("text\n\n`= 1 +`", "lesson.md, line 3: inline value 1 +: expected a Python expression."),
        ("`= nothing`", "lesson.md, line 1: inline value nothing. NameError: name 'nothing'"),
        (
            "`= [1]`",
            "lesson.md, line 1: inline value: expected a number, a text, a shape or a formula, got list",
        ),
        ("`= rules.output_size(3, 5)`", "lesson.md, line 1: expected a kernel that is not larger"),
        ("```figure sliding-windw\n```", 'There is no figure "sliding-windw". Did you mean sliding-window?'),
        ("```figure sliding-window strid=2\n```", "Did you mean stride?"),
        ("```figure sliding-window n=2 input=3\n```", 'parameter "input"'),
        ("```derivation conv-output-sise\n```", 'There is no derivation "conv-output-sise". Did you mean'),
        ("```derivation conv-output-size view=plain\n```", "view: expected one of simple, standard, general"),
        ("```exercise output-size/strided seed=one\n```", "seed: expected a whole number, got one"),
        ("```exercise output-size/stridet\n```", 'There is no question "output-size/stridet".'),
        ("```exercise-set output-sizes\n```", 'There is no exercise set "output-sizes".'),
        ("```explorer sise\n```", "Did you mean size?"),
        ("```explorer size q=3\n```", 'got a parameter "q"'),
        ("```formula\n```", "formula: expected a name after the word formula"),
        ("```formula conv-output-size\nn\n```", "got text inside the fence"),
    ],
)
def test_what_does_not_exist_is_said_with_page_and_line(book: Book, markdown: str, message: str) -> None:
    """Unknown names, kinds of values and parameters stop the build and say where and what to do."""
    with pytest.raises(BookError) as caught:
        book.fragment(markdown, "lesson.md")
    assert str(caught.value).startswith("lesson.md, line ")
    assert message in str(caught.value)


def test_a_bad_formula_names_its_page(book: Book) -> None:
    """TeX that cannot be typeset is reported with the page on which it stands."""
    with pytest.raises(BookError, match=r"^lesson\.md: the formula \\frac"):
        book.finish(r'<span class="arithmatex">\(\frac{1\)</span>', "lesson.md")


def test_a_figure_is_drawn_into_the_page(book: Book) -> None:
    """A figure is inline SVG in the page's colors, with caption, description and data, in any spelling."""
    made = book.fragment("```figure sliding-window n=7 k=3 s=2 p=1\n```")
    assert made == book.fragment("```figure sliding-window input=7 kernel=3 stride=2 padding=1\n```")
    for part in ("<figure", "<svg", "var(--cnn-input)", "<figcaption>", "<details", "<table>", "<desc"):
        assert part in made
    assert "#2f7ebc" not in made


def test_the_same_figure_may_stand_twice(book: Book) -> None:
    """Ids inside drawings differ from block to block."""
    made = book.fragment("```figure sliding-window\n```\n\n```figure sliding-window\n```")
    ids = re.findall(r' id="([^"]+)"', made)
    assert len(ids) == len(set(ids)) >= 6


def test_figures_are_kept(book: Book, root: Path) -> None:
    """A block is made once and read from the cache in later builds."""
    book.fragment("```figure sliding-window n=9\n```")
    later = Book(root)
    later.fragment("```figure sliding-window n=9\n```")
    assert (later.store.misses, later.store.hits) == (0, 1)


def test_the_search_index_sees_no_drawings(book: Book) -> None:
    """What is composed for the index holds captions and no drawings; the finished page holds both."""
    content = book.compose(book.expand("```figure sliding-window\n```", "a.md"), "a.md")
    assert "<figcaption>" in content
    assert "<svg" not in content
    assert "<details" not in content
    assert "<svg" in book.finish(content, "a.md")


def test_the_search_index_sees_titles_and_results_of_derivations_alone(book: Book) -> None:
    """A search finds a derivation by its title and its result; the steps would show as raw TeX."""
    content = book.compose(book.expand("```derivation conv-output-size view=simple\n```", "a.md"), "a.md")
    assert "cnn-derivation-title" in content
    assert "cnn-result-box" in content
    assert "cnn-step-left" not in content
    assert "--verify" not in content
    assert "cnn-step-left" in book.finish(content, "a.md")


def test_a_derivation_shows_what_was_checked(book: Book) -> None:
    """Assumptions first, reason and badge at each step, the result boxed, the command to run the checks."""
    made = book.fragment("```derivation conv-output-size view=simple\n```")
    order = [made.index(part) for part in ("Given:", "cnn-step-reason", "cnn-result-box", "--verify")]
    assert order == sorted(order)
    assert made.count('<li class="cnn-step">') == made.count('<span class="cnn-badge') > 3
    assert "cnn-badge-definition" in made
    assert "cnn-badge-proved" in made
    assert "cnn-view-choice" not in made


def test_views_are_tabs_without_a_script(book: Book) -> None:
    """Several views have one radio button, one label and one panel each; the first is on."""
    made = book.fragment("```derivation conv-output-size\n```")
    count = made.count('type="radio"')
    assert count == made.count("<label ") == made.count('class="cnn-panel"') >= 2
    assert len(re.findall("<input[^>]* checked", made)) == 1


def test_a_formula_has_its_letters_and_text(book: Book) -> None:
    """A formula block gives the meaning of each letter and the text to type."""
    made = book.fragment("```formula conv-output-size view=simple\n```")
    assert made.count("<dt>") == 4
    assert "<code>floor((n + 2p - k)/s) + 1</code>" in made


def test_an_exercise_can_be_read_without_the_script(book: Book) -> None:
    """Prompt, hints and solution are printed, and the element carries what the script needs."""
    made = book.fragment("```exercise output-size/valid seed=4 points=3\n```")
    for part in (
        'id="output-size-valid-4" data-question="output-size/valid" data-seed="4" data-points="3"',
        "cnn-exercise__prompt",
        "cnn-exercise__hint",
        "cnn-exercise__solution",
        '<script type="application/json">',
        "cnnmath question output-size/valid --seed 4",
        "built without its own Python",
    ):
        assert part in made


def test_an_exercise_set_names_set_and_points(book: Book) -> None:
    """A set wraps its exercises, and each of them knows its set."""
    made = book.fragment("```exercise-set output-size\n```")
    assert '<cnn-exercise-set data-set="output-size"' in made
    assert made.count("<cnn-exercise ") == made.count('data-set="output-size"') - 1 > 0


def test_an_explorer_shows_its_first_state(book: Book) -> None:
    """Without the script an explorer is the drawing of the state it begins with."""
    made = book.fragment("```explorer size n=7 k=3 s=2 p=1\n```")
    assert '<cnn-explorer data-kind="size"' in made
    assert 'data-n="7" data-k="3" data-s="2" data-p="1"' in made
    assert "<svg" in made


def test_explorers_of_layers_begin_as_drawings(book: Book) -> None:
    """The calculator begins with its maps, as many as can be told apart; the other one with its stack."""
    layer = book.fragment("```explorer layer n=32 c=3 f=64 k=5 p=2 nobias=true\n```")
    assert 'data-c="3" data-f="64" data-k="5"' in layer
    assert "data-nobias" in layer
    assert "8 × 32 × 32" in layer
    stack = book.fragment("```explorer receptive stack=n24-k3s2-k3p1d2\n```")
    assert 'data-stack="n24-k3s2-k3p1d2"' in stack
    assert "kernel 3, stride 2; kernel 3, stride 1" in stack


def test_a_network_table_counts_and_says_how(book: Book) -> None:
    """LeNet-5 (LeCun et al. 1998, section II.B): 156 parameters in C1; the convention is named."""
    made = book.fragment("```network-table lenet5\n```")
    row = re.search(r"<tr><th[^>]*><code>C1</code></th>.*?</tr>", made)
    assert row
    assert '<td class="cnn-count">156</td>' in row[0]
    assert "MACs: multiply-adds" in made


def test_a_network_table_may_be_joined_by_stage(book: Book) -> None:
    """`by=stage` gives one row for all layers of a stage, and the same totals."""
    nodes = book.fragment("```network-table resnet18\n```")
    stages = book.fragment("```network-table resnet18 by=stage\n```")
    assert nodes.count("<tr>") > 3 * stages.count("<tr>")
    assert nodes.partition("<tfoot>")[2] == stages.partition("<tfoot>")[2]


def test_missing_npm_packages_are_explained(tmp_path: Path) -> None:
    """Where KaTeX is not installed, the message says which command installs it."""
    with pytest.raises(BookError, match="Run `make assets`"):
        list(Book(tmp_path).assets())


@pytest.mark.slow
def test_the_bundle_is_optional(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the page's Python the site has every other asset; with it, the bundle's files as well."""
    monkeypatch.setattr(bundle, "find_node", lambda: "")  # sources will do, and are quicker to pack
    packages = tmp_path / "node_modules"
    packages.mkdir()
    for name in ("katex", "@fontsource"):
        (packages / name).symlink_to(ROOT / "node_modules" / name)
    without = Book(tmp_path)
    names = {asset.uri for asset in without.assets()}
    assert not without.graded_in_page
    (packages / "pyodide").symlink_to(ROOT / "node_modules" / "pyodide")
    added = {asset.uri for asset in Book(tmp_path).assets()} - names
    assert {uri.split("/")[2].partition("-")[0] for uri in added} == {
        "manifest.json",
        "pyodide",
        "library",
        "package",
    }
    assert without.graded_in_page


@pytest.mark.parametrize(
    ("name", "known"), [("python", True), ("pycon", True), ("text", True), ("pyhton", False)]
)
def test_languages(name: str, known: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A fence is code where a highlighter knows its language."""
    assert is_language(name) is known


def test_inline_values_reach_rooms_within_rooms() -> None:
    """An expression may name a room inside a room, whether or not anything has imported that before."""
    code = (
        "from cnnmath.book.cache import Sources, Store; from cnnmath.book.values import Values; "
        "from pathlib import Path; import tempfile; "
        "values = Values(Sources(), Store(Path(tempfile.mkdtemp()))); "
        "print(values.text('ops.experiments.digits_network().name != \"\"'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["yes"]
