"""Derivations as text, Markdown and LaTeX, and with numbers in place."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cnnmath import derive
from cnnmath.derive.render import FORMATS, render
from cnnmath.errors import FormulaError, UnknownName

RECORD = derive.record("conv-output-size")


def test_text_fits_a_terminal() -> None:
    """No derivation prints a line of more than 80 characters that could be broken."""
    for record in derive.records():
        for view in record.views:
            for line in render(record, "text", view).splitlines():
                assert len(line) <= 80 or " " not in line.strip(), (record.name, line)


def test_text_says_title_letters_assumptions_steps_reasons_badges_and_result() -> None:
    """Everything that a reader needs stands in the terminal's text, in this order."""
    shown = render(RECORD)
    parts = [
        "Output size of a convolution",
        "conv-output-size, simple view (also: general)",
        "s  stride: how far the window moves, in cells (a whole number, at least 1)",
        "Assumed:",
        "n + 2p >= k",
        "  1. window i exists",
        "⇔ s*i + k <= n + 2p",
        "[definition]",
        "  2. ⇔ s*i <= n + 2p - k",
        "[proved: rearrange]",
        "Result: o = floor((n + 2p - k)/s) + 1",
    ]
    places = [shown.index(part) for part in parts]
    assert places == sorted(places)


def test_a_chain_shows_its_left_side_once() -> None:
    """A step that goes on where the last one ended begins with its relation."""
    shown = render(RECORD)
    assert shown.count("s*i + k <= n + 2p") == 1
    assert shown.count("sum([i <= floor((n + 2p - k)/s)], i, 0, n + 2p)") == 1


def test_certificates_and_counts_come_on_request() -> None:
    """What stands behind a badge is printed when asked for: the sum of -1, the cases and their domain."""
    assert "the sum is -1" not in render(RECORD)
    shown = render(RECORD, certificate=True)
    assert "the sum is -1, which is not >= 0" in shown
    assert "exhaustive: every case, 15,141 cases (n 1 to 7" in shown


def test_markdown_typesets_what_is_in_our_language() -> None:
    """Formulas become LaTeX, also inside the reasons; words stay words."""
    shown = render(RECORD, "markdown")
    assert shown.startswith("## Output size of a convolution")
    assert r"$$\iff s i \le n + 2p - k$$" in shown
    assert "starts at cell $s i$ of the padded input" in shown
    assert r"**Result.** $o = \left\lfloor\frac{n + 2p - k}{s}\right\rfloor + 1$" in shown


def test_latex_aligns_the_chain() -> None:
    """LaTeX is one align environment, with rule and badge beside every line."""
    shown = render(RECORD, "latex", "general", certificate=True)
    assert shown.startswith("\\section*{Output size of a convolution}\n\\begin{align*}")
    assert (
        r"&\iff s i \le n + p_{l} + p_{r} - d\left(k - 1\right) - 1 && \text{proved: rearrange} \\" in shown
    )
    assert "% step 2" in shown


def test_every_format_renders_every_derivation() -> None:
    """No derivation breaks a printer."""
    for record in derive.records():
        for form in FORMATS:
            for view in record.views:
                assert render(record, form, view, certificate=True)


def test_unknown_formats_are_named() -> None:
    """A format that does not exist is answered with one that does."""
    with pytest.raises(UnknownName, match="Did you mean latex"):
        render(RECORD, "latx")


# ---------------------------------------------------------------- with numbers


def lines(text: str, **values: object) -> list[str]:
    """Return the lines of a formula with numbers."""
    return [f"{line.relation} {line.text}".strip() for line in derive.with_numbers(text, values)]


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("n - k + 1", {"n": 5, "k": 3}, ["n - k + 1", "= 5 - 3 + 1", "= 3"]),
        ("ceil(n/s)", {"n": 7, "s": 2}, ["ceil(n/s)", "= ceil(7/2)", "= 4"]),
        ("max(0, n - k)", {"n": 2, "k": 5}, ["max(0, n - k)", "= max(0, 2 - 5)", "= max(0, -3)", "= 0"]),
        ("n/4 + 1", {"n": 6}, ["n/4 + 1", "= 6/4 + 1", "= 3/2 + 1", "= 5/2"]),
        ("2*p", {"p": -1}, ["2*p", "= 2*(-1)", "= -2"]),
        ("sum(i^2, i, 1, n)", {"n": 3}, ["sum(i^2, i, 1, n)", "= sum(i^2, i, 1, 3)", "= 1^2 + 2^2 + 3^2", "= "
            "1 + 4 + 9", "= "
            "14"]),
        ("sum(i, i, 1, n)", {"n": 100}, ["sum(i, i, 1, n)", "= sum(i, i, 1, 100)", "= 5050"]),
        ("sum(w[u]*x[u], u, 0, 1)", {"w": [2, 3], "x": [5, 7]}, ["sum(w[u]*x[u], u, 0, 1)", "= w[0]*x[0] "
            "+ w[1]*x[1]", "= "
            "2*5 + 3*7", "= "
            "10 + 21", "= "
            "31"]),
        ("sqrt(2/n)", {"n": 4}, ["sqrt(2/n)", "= sqrt(2/4)", "= sqrt(1/2)", "≈ 0.707107"]),
        ("n", {"n": 3}, ["n", "= 3"]),
        ("n*x", {"n": Fraction(1, 2), "x": 4}, ["n*x", "= 1/2*4", "= 2"]),
    ],
)  # fmt: skip
def test_numbers_are_put_in_and_computed_line_by_line(
    text: str, values: dict[str, object], expected: list[str]
) -> None:
    """Each line follows from the one before by doing what can be done, as by hand."""
    assert lines(text, **values) == expected


def test_every_result_can_be_shown_with_numbers() -> None:
    """The last line of any result without tensors is its value."""
    for record in derive.records():
        for view in record.views.values():
            if view.result.tensors:
                continue
            values = {entry.name: max(entry.least or 0, 2) + 1 for entry in view.names}
            values |= {name: 3 for name in view.result.names if name not in values}
            *_, last = derive.with_numbers(view.result.formula, values)
            assert last.text.lstrip("-").replace("/", "").replace(".", "").isdecimal(), record.name


def test_steps_can_be_shown_with_numbers() -> None:
    """Every side that has a value is computed; both sides of an equation have the same one."""
    for name, values in (
        ("padding-same-tf", {"n": 7, "k": 3, "s": 2, "P": 2}),
        ("pool-output-size-ceil", {"n": 8, "k": 3, "s": 2, "p": 0}),
        ("relationship-14", {"n": 3, "k": 3, "s": 2, "p": 1, "a": 1}),
    ):
        steps = derive.steps_with_numbers(derive.record(name).view(), values)
        computed = [step for step in steps if step.left_value and step.right_value]
        assert computed
        for step in computed:
            assert step.relation != "=" or step.left_value == step.right_value
            assert step.relation != "iff" or step.left_value == step.right_value


def test_a_missing_value_is_named() -> None:
    """Whoever forgets a number is told which."""
    with pytest.raises(FormulaError, match="There is no value for k"):
        derive.with_numbers("n - k", n=3)
