"""Formulas are typeset when the page is built, or the build stops."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnnmath.book.cache import Store
from cnnmath.book.html import math
from cnnmath.book.tex import Typesetter
from cnnmath.errors import BookError

KATEX = Path(__file__).parents[2] / "node_modules" / "katex" / "dist"


@pytest.fixture
def typesetter(tmp_path: Path) -> Typesetter:
    """Return a typesetter with an empty store."""
    return Typesetter(KATEX, Store(tmp_path))


def test_a_formula_becomes_html_and_mathml(typesetter: Typesetter) -> None:
    """Readers see KaTeX's HTML, screen readers get MathML, and the TeX stays as annotation."""
    made = typesetter.page(f"<p>{math('a < b')}</p>")
    assert 'class="katex' in made
    assert "<math" in made
    assert '<annotation encoding="application/x-tex">a &lt; b</annotation>' in made
    assert "arithmatex" not in made


def test_display_formulas_are_displayed(typesetter: Typesetter) -> None:
    """A formula between display marks is set on its own line."""
    assert 'class="katex-display"' in typesetter.page(str(math(r"\frac{1}{2}", display=True)))


def test_tall_floor_brackets_have_a_valid_outline(typesetter: Typesetter) -> None:
    """The outlines of brackets that are built from pieces follow the grammar of SVG paths."""
    tall = r"\left\lfloor\begin{array}{c}1\\1\\1\\1\\1\\1\\1\end{array}\right\rfloor"
    outlines = re.findall(r'<path d="([^"]*)"', typesetter.render(tall, display=True))
    assert len(outlines) == 2
    assert not any(re.search(r"[A-Za-z]\s*[A-Ya-y]", outline.replace("z", " ")) for outline in outlines)


@pytest.mark.parametrize("tex", [r"\frac{1", r"\nosuchcommand", "größe", r"\href{http://x}{y}"])
def test_a_bad_formula_stops_the_build(typesetter: Typesetter, tex: str) -> None:
    """Faulty, unknown, sloppy and linking TeX is refused with a message that repeats it."""
    with pytest.raises(BookError, match=re.escape(tex)):
        typesetter.render(tex)


def test_headings_in_title_and_navigation(typesetter: Typesetter) -> None:
    """TeX that the theme repeats without marks is typeset in text, made plain in titles, kept in code."""
    made = typesetter.page(
        r"<head><title>Why \(n + 1\)?</title></head>"
        r'<a title="Why \(n_{1}\)?">Why \(n + 1\)?</a><code>\(n\)</code><script>"\(n\)"</script>'
    )
    assert "<title>Why n + 1?</title>" in made
    assert '<a title="Why n_1?">Why <span class="katex' in made
    assert r"<code>\(n\)</code>" in made
    assert r'<script>"\(n\)"</script>' in made


def test_formulas_are_kept_between_builds(tmp_path: Path) -> None:
    """A second build typesets nothing anew, and formulas that are gone are forgotten."""
    first = Typesetter(KATEX, Store(tmp_path))
    first.render("a")
    first.render("b")
    first.save()
    second = Typesetter(KATEX, Store(tmp_path))
    assert second.render("a") == first.render("a")
    second.save()
    assert (first.fresh, second.fresh) == (2, 0)
    assert len(Store(tmp_path).table("tex")) == 1
