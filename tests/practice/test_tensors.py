"""Formulas over indexed tensors: exact elements at every point, zeros outside, and words for a difference."""

from __future__ import annotations

import pytest

from cnnmath.errors import FormulaError
from cnnmath.practice.answers import Expression
from cnnmath.practice.domains import Domain, Tensor, Variable
from cnnmath.practice.richtext import plain

AREA = Domain(
    "rows",
    (
        Variable("n", "length", (1, 4), (1, 9)),
        Variable("k", "kernel size", (1, 3), (1, 5), "kernel"),
        Variable("m", "place", (0, 3), (0, 8)),
    ),
    ("k <= n", "m <= n - k"),
    ((3, 2, 1),),
    (Tensor("x", "input", ("n",)), Tensor("w", "weights", ("k",)), Tensor("a", "table", ("n", "k"))),
)
SLIDE = "sum(w[u]*x[m + u], u, 0, k - 1)"


def slide(case: dict[str, int], drawn: dict[str, tuple[int, ...]]) -> int:
    """Compute the reference by a loop over the elements."""
    total = 0
    for u in range(case["k"]):
        total += drawn["w"][u] * drawn["x"][case["m"] + u]
    return total


def test_elements_have_the_sizes_of_their_formulas_and_are_never_zero() -> None:
    """Each point has its own elements, as many as the sizes say, in -9..9 without 0."""
    for place in range(len(AREA.small.rows)):
        case = AREA.small.case(place)
        drawn = AREA.drawn(case)
        assert len(drawn["x"]) == case["n"]
        assert (len(drawn["a"]), len(drawn["a"][0])) == (case["n"], case["k"])
        assert all(0 < abs(element) <= 9 for element in (*drawn["x"], *drawn["w"], *sum(drawn["a"], ())))


def test_elements_outside_are_zero() -> None:
    """Below 0 and from the size on, on any axis, there are zeros."""
    case = AREA.small.case(0)
    elements, drawn = AREA.elements(case), AREA.drawn(case)
    assert elements["x"](1) == drawn["x"][1]
    assert [elements["x"](place) for place in (-1, case["n"])] == [0, 0]
    assert [elements["a"](*place) for place in ((0, case["k"]), (-1, 0), (case["n"], 0))] == [0, 0, 0]


def test_a_difference_is_shown_with_the_elements_that_make_it() -> None:
    """The counter-example brings the tensors, and both values are what loops over them give."""
    verdict = Expression(SLIDE, AREA).grade("sum(w[u]*x[m - u], u, 0, k - 1)")
    found = verdict.counterexample
    assert verdict.status == "wrong"
    assert int(found.expected) == slide(dict(found.values), dict(found.tensors))
    assert found.to_dict()["tensors"]["x"] == found.tensors["x"]
    shown = ", ".join(map(str, found.tensors["x"]))
    assert f"x = [{shown}]" in str(found)
    assert f"x = [{shown}]" in plain(verdict.feedback, 10_000)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (SLIDE, "correct"),
        ("sum(x[j]*w[j - m], j, 0, n - 1)", "correct"),
        ("sum(w[k - 1 - u]*x[m + k - 1 - u], u, 0, k - 1)", "correct"),
        (r"\sum_{u=0}^{k-1} w_u x_{m+u}", "correct"),
        ("sum(x[i]*w[i - m]*[0 <= i - m < k], i, 0, n - 1)", "correct"),
        ("sum(w[u]*x[m + u], u, 0, k)", "correct"),  # the term too much is zero
        ("sum(w[u]*x[m + u], u, 1, k - 1)", "wrong"),
        ("sum(w[k - 1 - u]*x[m + u], u, 0, k - 1)", "wrong"),
        ("sum(w[u]*x[u], u, 0, k - 1)", "wrong"),
        ("x[m/2]", "wrong"),  # an index that is not whole
        ("sum(w[u]*x[m + u], u, 0, 10^7)", "undecided"),
        ("sum(w[u]*y[m + u], u, 0, k - 1)", "invalid"),
        ("w[0, 1]*x[m]", "invalid"),
        ("w*x", "invalid"),
    ],
)
def test_indexed_formulas_are_compared_by_value(text: str, status: str) -> None:
    """Any spelling with the same values is correct; wrong indices, names and numbers of indices are not."""
    assert Expression(SLIDE, AREA).grade(text).status == status


def test_other_letters_and_fixed_numbers_reach_the_sizes() -> None:
    """Renaming or fixing a variable changes the sizes that are written with it, not the elements."""
    renamed, fixed = AREA.renamed(n="N"), AREA.fixed(k=2)
    assert renamed.tensors[0].sizes == ("N",)
    assert renamed.drawn(renamed.small.case(0))["x"] == AREA.drawn(AREA.small.case(0))["x"]
    assert fixed.tensors[1].sizes == ("2",)
    assert {len(fixed.drawn(fixed.small.case(place))["w"]) for place in range(3)} == {2}


def test_the_question_says_what_is_indexed() -> None:
    """Legend and field list tensors with their meaning and their size."""
    answer = Expression(SLIDE, AREA)
    assert "x[i]: input, n of them, counted from 0; zeros outside" in plain(answer.legend())
    assert "a[i, j]: table, n by k of them" in plain(answer.legend())
    assert [name["name"] for name in answer.field()["names"]] == ["n", "k", "m", "x", "w", "a"]


def test_a_domain_reads_only_its_own_tensors() -> None:
    """A name that is not declared is refused when a formula is read."""
    with pytest.raises(FormulaError):
        AREA.parse("z[0]")
