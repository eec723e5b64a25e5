"""Equality of formulas: exact, the same with and without NumPy, undecided where a limit is reached."""

from __future__ import annotations

import numpy  # noqa: ICN001, F401  (loaded on purpose: the vectorized comparison works where NumPy is loaded)
import pytest

from cnnmath import formula
from cnnmath.practice import equivalence
from cnnmath.practice.domains import Domain, Variable, domain, domains
from cnnmath.practice.equivalence import compare, equivalent, evaluated

SIZE = "floor((n + 2p - k)/s) + 1"

RIGHT = (
    SIZE,
    "(n + 2p - k)//s + 1",
    "⌊(n-k+2p)/s⌋+1",
    "\\left\\lfloor\\frac{n+2p-k}{s}\\right\\rfloor+1",
    "(n + 2p - k + s)//s",
    "ceil((n + 2p - k + 1)/s)",
    "floor((n + p + p - k)/s + 1)",
    "1 - (k - n - 2p + s - 1 - (k - n - 2p + s - 1) mod s)/s",
    "(n + 2*p - k - (n + 2*p - k) % s)/s + 1",
    "-ceil((k - n - 2p)/s) + 1",
)
# Each of these differs somewhere; the last four differ at large numbers only.
WRONG = (
    "ceil((n + 2p - k)/s) + 1",
    "floor((n + 2p - k)/s)",
    "floor((n + p - k)/s) + 1",
    "(n + 2p - k)/s + 1",
    "floor((n + 2p - k + 1)/s)",
    "floor((n - k)/s) + 1 + 2p",
    "floor((k + 2p - n)/s) + 1",
    "floor(n/s) + floor((2p - k)/s) + 1",
    "n - k + 1",
    "0",
    "n/0",
    "sqrt(n)",
    "min(floor((n + 2p - k)/s) + 1, 500)",
    "floor((n + 2p - k)/s) + 1 + floor(n/100)",
    "floor((min(n, 40) + 2p - k)/s) + 1",
    "floor((n + 2p - k)/min(s, 9)) + 1",
)


@pytest.fixture(params=["columns", "one by one"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Compare in whole columns, as where NumPy is loaded, or one by one, as on the page."""
    monkeypatch.setattr(equivalence, "_numpy_is_loaded", lambda: request.param == "columns")
    return str(request.param)


@pytest.mark.parametrize("text", RIGHT)
def test_every_correct_spelling_is_correct(text: str, way: str) -> None:
    """Ten ways to write the output size are equal to it, however it is rounded."""
    verdict = equivalent(text, SIZE, "conv-size")
    assert (verdict.status, verdict.score, verdict.counterexample) == ("correct", 1, None)


@pytest.mark.parametrize("text", WRONG)
def test_every_difference_is_found_and_shown(text: str, way: str) -> None:
    """A wrong formula comes back with a case in which it really differs, small differences and late ones."""
    verdict = equivalent(text, SIZE, "conv-size")
    assert verdict.status == "wrong"
    case = verdict.counterexample.values
    assert (case["n"] + 2 * case["p"] - case["k"]) // case["s"] + 1 == int(verdict.counterexample.expected)
    assert verdict.counterexample.yours != verdict.counterexample.expected


@pytest.mark.parametrize("text", [*RIGHT, *WRONG, "n^n^n", "n^(2^k)", "sum(1, i, 1, n^4)", "exp(n)"])
def test_both_ways_say_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verdict, words, mistake and counter-example do not depend on NumPy."""
    verdicts = []
    for loaded in (True, False):
        monkeypatch.setattr(equivalence, "_numpy_is_loaded", lambda loaded=loaded: loaded)
        verdicts.append(equivalent(text, SIZE, "conv-size"))
    assert verdicts[0] == verdicts[1]


def test_the_counter_example_is_one_to_learn_from() -> None:
    """Rounding up is shown at the first teaching case with a remainder, in small numbers."""
    verdict = equivalent("ceil((n + 2p - k)/s) + 1", SIZE, "conv-size")
    assert str(verdict.counterexample) == "for n = 6, k = 3, s = 2, p = 1 yours gives 4, it should be 3"
    assert verdict.mistake == "rounded-up"
    assert str(verdict).startswith("Not yet: for n = 6, k = 3, s = 2, p = 1 yours gives 4, it should be 3.")


def test_an_undefined_value_is_a_difference() -> None:
    """Where the typed formula has no value and the right one has, it is wrong, and the reason is said."""
    verdict = equivalent("n/(p - p)", SIZE, "conv-size")
    assert verdict.counterexample.yours == "is not defined (the divisor is zero)"


@pytest.mark.parametrize("text", [f"{SIZE} + 0*n^900", "sum(1, i, 0, (n + 2p - k)//s)"])
def test_a_limit_means_undecided(text: str, way: str) -> None:
    """Right wherever it can be computed, too expensive elsewhere: neither right nor wrong."""
    verdict = equivalent(text, SIZE, "conv-size")
    assert (verdict.status, verdict.score, verdict.mistake) == ("undecided", 0, None)
    assert "costs no attempt" in str(verdict)


def test_a_limit_does_not_hide_a_difference(way: str) -> None:
    """Too expensive at some points, different at others: wrong."""
    assert equivalent(f"{SIZE} + n^900", SIZE, "conv-size").status == "wrong"


def test_expensive_sums_end_soon() -> None:
    """A sum that would take billions of operations is cut off by counting, so the verdict stays the same."""
    verdicts = {
        equivalent(f"{SIZE} + 0*sum(sum(i*j, j, 1, 900), i, 1, 90)", SIZE, "conv-size").status
        for _ in range(2)
    }
    assert verdicts == {"undecided"}


def test_irrational_values_are_compared_as_decimals() -> None:
    """Where no exact value exists, nine digits decide."""
    area = Domain("roots", (Variable("n", "a number", (2, 30), (2, 10**6)),))
    assert equivalent("n^(1/2)", "sqrt(n)", area).status == "correct"
    assert equivalent("sqrt(n) + 1/1000000", "sqrt(n)", area).status == "wrong"


def test_unknown_names_are_invalid_and_the_reference_must_be_readable() -> None:
    """A typed formula that cannot be read is invalid; a reference that cannot be read is an error."""
    assert equivalent("n + z", SIZE, "conv-size").status == "invalid"
    with pytest.raises(formula.FormulaError):
        equivalent("n", "floor(", "conv-size")


@pytest.mark.parametrize("name", domains())
def test_a_formula_agrees_with_itself_everywhere(name: str) -> None:
    """In every domain all points are valid, distinct, start with the teaching cases, and none stays open."""
    area = domain(name)
    rows = area.small.rows
    assert rows[: len(area.cases)] == area.cases
    assert len(set(rows)) == len(rows) <= 4096
    assert len(area.large.rows) == 256
    everything = "+".join(f"{name}^2" for name in area.names)
    ours = evaluated(formula.parse(everything).root, area)
    assert compare(ours, ours).open == 0
    assert compare(ours, ours).points == len(rows) + 256


def test_points_are_the_same_in_other_letters() -> None:
    """Letters do not change where formulas are compared."""
    area = domain("conv-size")
    other = area.renamed(n="W", s="S")
    assert (other.names, other.small.rows, other.large.rows) == (
        ("W", "k", "S", "p"),
        area.small.rows,
        area.large.rows,
    )


def test_fixed_values_leave_the_conditions_in_force() -> None:
    """With numbers in place of names, the conditions go on holding for the rest."""
    area = domain("conv-size").fixed(k=5, p=1)
    assert area.names == ("n", "s")
    assert min(row[0] for row in area.small.rows) == 3
    assert area.holds(n=3, s=1)
    assert not area.holds(n=2, s=1)
