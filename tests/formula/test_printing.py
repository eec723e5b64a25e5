"""How formulas look in LaTeX, in text with numbers in place, and in words: examples checked by eye."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cnnmath.formula import parse, parse_relation
from cnnmath.formula.latex import latex_name

LATEX = [
    ("floor((n+2p-k)/s) + 1", r"\left\lfloor\frac{n + 2p - k}{s}\right\rfloor + 1"),
    ("(n - k) // s", r"\left\lfloor\frac{n - k}{s}\right\rfloor"),
    ("ceil(n/s)", r"\left\lceil\frac{n}{s}\right\rceil"),
    ("ceil(n)", r"\left\lceil n\right\rceil"),
    ("abs(n - k)", r"\left|n - k\right|"),
    ("k*n*2", r"k n \cdot 2"),
    ("2*3*n", r"2\cdot 3\cdot n"),
    ("2*(n + 1)", r"2\left(n + 1\right)"),
    ("(n + 1)*k", r"\left(n + 1\right)k"),
    ("c_in*k^2*c_out", r"c_{\mathrm{in}} k^{2} c_{\mathrm{out}}"),
    ("stride*pad", r"\mathrm{stride}\,\mathrm{pad}"),
    ("alpha*x_1", r"\alpha x_{1}"),
    ("2*(1/2)", r"2\cdot \frac{1}{2}"),
    ("n - (k - 1)", r"n - \left(k - 1\right)"),
    ("n + (-k)", r"n + \left(-k\right)"),
    ("-n*k", r"-n \cdot k"),
    ("-2n", r"-2n"),
    ("(-2)^k", r"\left(-2\right)^{k}"),
    ("(n/s)^2", r"\left(\frac{n}{s}\right)^{2}"),
    ("2^(n + 1)", r"2^{n + 1}"),
    ("n mod (k + 1)", r"n \bmod \left(k + 1\right)"),
    ("(-n) mod k", r"\left(-n\right) \bmod k"),
    ("min(n, k + 1)", r"\min\left(n, k + 1\right)"),
    ("sqrt(n + 1)", r"\sqrt{n + 1}"),
    ("log(n)", r"\log\left(n\right)"),
    ("log(n, 2)", r"\log_{2}\left(n\right)"),
    ("exp(-x)", r"\exp\left(-x\right)"),
    ("sum(x[i, j]*w[i], i, 0, k - 1)", r"\sum_{i = 0}^{k - 1} x_{i, j} w_{i}"),
    ("sum(i + 1, i, 1, n)*2", r"\left(\sum_{i = 1}^{n} \left(i + 1\right)\right) \cdot 2"),
    ("sum(i, i, 1, n)*k", r"\left(\sum_{i = 1}^{n} i\right)k"),
    ("sum(i, i, 1, n) + k", r"\sum_{i = 1}^{n} i + k"),
    ("x_p[i + 1]", r"x_{p}\left[i + 1\right]"),
    ("[0 <= i < n]", r"\left[0 \le i < n\right]"),
    ("0.5n", "0.5n"),
    ("n'", "n'"),
]


@pytest.mark.parametrize(("text", "latex"), LATEX)
def test_latex_is_what_an_author_would_write(text, latex):
    """LaTeX keeps the author's order, with as few brackets and signs as possible."""
    assert parse(text).latex() == latex


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("n", "n"),
        ("n''", "n''"),
        ("x1", "x_{1}"),
        ("x_1", "x_{1}"),
        ("p_l", "p_{l}"),
        ("k_h_in", r"k_{\mathrm{h,in}}"),
        ("conv1", r"\mathrm{conv1}"),
        ("Delta", r"\Delta"),
        ("sigma_out'", r"\sigma_{\mathrm{out}}'"),
        ("x_alpha", r"x_{\alpha}"),
    ],
)
def test_names_in_latex(name, latex):
    """Words are upright, single letters italic, Greek names letters; the name can be read back."""
    assert latex_name(name) == latex
    assert parse(latex, names={name}).names == (name,)


def test_numbers_in_place_of_names():
    """With values the same formula shows the numbers: products of numbers get a dot, negatives brackets."""
    size = parse("floor((n + 2p - k)/s) + 1")
    point = {"n": 5, "p": 1, "k": 3, "s": 2}
    assert size.latex(point) == r"\left\lfloor\frac{5 + 2\cdot 1 - 3}{2}\right\rfloor + 1"
    assert size.plain(point) == "floor((5 + 2*1 - 3)/2) + 1"
    assert size.plain({"n": 5}) == "floor((5 + 2p - k)/s) + 1"


def test_negative_and_broken_numbers_in_place_of_names():
    """Negative numbers and fractions are put in place without changing what is computed."""
    formula = parse("n^2 - 2n + k*n")
    for value in (-3, Fraction(1, 2), Fraction(-2, 3)):
        shown = formula.plain({"n": value, "k": 4})
        assert parse(shown).evaluate() == value**2 - 2 * value + 4 * value
        assert parse(formula.latex({"n": value, "k": 4})).evaluate() == value**2 - 2 * value + 4 * value
    assert formula.plain({"n": -3, "k": 4}) == "(-3)^2 - 2(-3) + 4*(-3)"
    assert formula.latex({"n": Fraction(1, 2), "k": 4}).startswith(r"\left(\frac{1}{2}\right)^{2}")


def test_decimals_in_place_of_names():
    """A float is shown with the digits that Python shows."""
    assert parse("2x").plain({"x": 0.25}) == "2*0.25"
    assert parse("2x").latex({"x": -1.5}) == r"2\left(-1.5\right)"


def test_bound_variables_are_not_replaced():
    """A value for i does not touch the i of a sum."""
    assert parse("i + sum(i, i, 1, n)").plain({"i": 7, "n": 2}) == "7 + sum(i, i, 1, 2)"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("floor( (n+2*p - k)/s )+1", "floor((n + 2*p - k)/s) + 1"),
        ("((n))", "n"),
        ("⌊n/s⌋", "floor(n/s)"),
        ("kn", "kn"),
        ("2 e", "2e"),
        ("2 e1", "2 e1"),
        ("0 x1", "0 x1"),
        ("2x", "2x"),
        ("n  k", "n k"),
        ("2^n*k", "2^n*k"),
        ("n%s", "n mod s"),
        ("-n//s", "(-n) // s"),
        ("n**2", "n^2"),
        ("α·2", "alpha*2"),
        ("sum( i,i,1,n )", "sum(i, i, 1, n)"),
    ],
)
def test_text_is_tidied(text, canonical):
    """Text is printed in one style, keeping products as they were written where they can be read back."""
    assert str(parse(text)) == canonical


WORDS = [
    ("floor((n + 2p - k)/s) + 1", "the floor of the quantity n plus 2 p minus k, over s, plus 1"),
    ("floor(n/s) + 1", "the floor of n over s, plus 1"),
    ("floor(n/s + 1)", "the floor of n over s plus 1"),
    ("floor(2(n + 1)) + 1", "the floor of 2 times the quantity n plus 1, end floor, plus 1"),
    ("(n + 1)(k + 1)", "the quantity n plus 1, times the quantity k plus 1"),
    ("n^2 + k^3 + 2^k", "n squared plus k cubed plus 2 to the power k"),
    ("C_out*k", "capital C sub out times k"),
    ("n' + alpha", "n prime plus alpha"),
    ("n mod s", "n mod s"),
    ("-n + 0.5", "minus n plus 0.5"),
    ("min(n, k) + 1", "the minimum of n and k, plus 1"),
    ("sum(x[i, j], i, 0, n - 1) + b", "the sum over i from 0 to n minus 1 of x at i and j, plus b"),
    ("x[i + 1]", "x at the quantity i plus 1"),
    ("log(n, 2)", "the logarithm of n to the base 2"),
    ("[0 <= i < n]", "the indicator of 0 is at most i is less than n"),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_words_can_be_listened_to(text, words):
    """Words say the formula from left to right, with groups opened and closed."""
    assert parse(text).words() == words


def test_relations_are_printed_like_their_parts():
    """A relation prints its parts with the signs between them, and takes values."""
    size = parse_relation("H_out = floor((n - k)/s) + 1 >= 1")
    assert size.latex({"n": 5, "k": 3, "s": 2}) == (
        r"H_{\mathrm{out}} = \left\lfloor\frac{5 - 3}{2}\right\rfloor + 1 \ge 1"
    )
    assert str(size) == "H_out = floor((n - k)/s) + 1 >= 1"
    assert (
        size.words()
        == "capital H sub out equals the floor of the quantity n minus k, over s, plus 1 is at least 1"
    )
