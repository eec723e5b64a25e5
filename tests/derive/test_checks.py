"""The checks: each finds what is wrong, says where, and counts what it compared."""

from __future__ import annotations

import random

import pytest
from sympy import Integer

from cnnmath.derive.calculus.definitions import Definition
from cnnmath.derive.calculus.nodes import index, tensor, total
from cnnmath.derive.checks.cases import Domain, EveryCase, RandomFractions, small_domain
from cnnmath.derive.checks.counting import Counted
from cnnmath.derive.checks.index import EverySize, RandomEntries, Replayed
from cnnmath.derive.checks.induction import EveryStack, Induction
from cnnmath.derive.checks.instance import Instance
from cnnmath.derive.checks.setting import Context, Setting
from cnnmath.derive.evidence import Badge
from cnnmath.derive.quantities import Quantity, quantities
from cnnmath.derive.sides import statement
from cnnmath.derive.simplex import nonnegative_solution
from cnnmath.derive.topics.receptive_field import jumped, stacked

i, n, k = index("i n k")
x, w, y = tensor("x w y")


def test_every_case_counts_what_it_compares() -> None:
    """The count is the number of cases that satisfy the conditions, and the domain says which they are."""
    domain = Domain((("n", 0, 9), ("s", 1, 3)), (statement("s <= n"),))
    shown = EveryCase(statement("ceil(n/s)"), "=", statement("floor((n + s - 1)/s)"), domain).run()
    assert (shown.badge, shown.count) == (Badge.EXHAUSTIVE, 9 + 8 + 7)
    assert shown.domain == "n 0 to 9, s 1 to 3, s <= n"


@pytest.mark.parametrize(
    ("left", "relation", "right", "wrong"),
    [
        ("floor(n/2)", "=", "n/2", "for n = 1 the left side is 0 and the right side 1/2"),
        ("n >= 1", "iff", "n >= 2", "for n = 1 only one of them holds: 1 >= 1 against 1 >= 2"),
        ("n >= 1", "implies", "n >= 2", "for n = 1 only one of them holds: 1 >= 1 against 1 >= 2"),
        ("n", "<=", "2", "for n = 3 the left side is 3 and the right side 2"),
    ],
)
def test_every_case_finds_the_first_counterexample(left: str, relation: str, right: str, wrong: str) -> None:
    """What fails is shown with the numbers for which it fails."""
    shown = EveryCase(statement(left), relation, statement(right), Domain((("n", 0, 5),))).run()
    assert (shown.badge, shown.counterexample) == (Badge.FAILED, wrong)


def test_a_domain_without_cases_proves_nothing() -> None:
    """Conditions that nothing satisfies are a failure, not a success without work."""
    domain = Domain((("n", 0, 5),), (statement("n > 9"),))
    assert EveryCase(statement("n"), "=", statement("n + 1"), domain).run().badge is Badge.FAILED


def test_small_domains_stay_small_and_begin_at_the_least_value() -> None:
    """All letters get equally many values, as many as fit."""
    domain = small_domain((Quantity("n", "n", least=1), Quantity("z", "z")), most=100)
    assert domain.ranges == (("n", 1, 9), ("z", -4, 4))
    assert domain.size == 81


def test_random_fractions_find_what_is_no_identity() -> None:
    """A wrong equation of real numbers is refuted with exact fractions."""
    assert RandomFractions(statement("x/(1 - q)"), statement("x*q")).run().badge is Badge.FAILED
    shown = RandomFractions(statement("x^2/(1 - q) - x^2"), statement("q*x^2/(1 - q)")).run()
    assert (shown.badge, shown.count) == (Badge.SAMPLED, 50)


def test_counting_needs_both_bounds() -> None:
    """sum([v <= M], v, 0, high) is M + 1 only for -1 <= M <= high."""
    names = quantities("n k")
    assert Counted("0", "n", "n + k", "n + 1", names).run().badge is Badge.PROVED
    assert Counted("0", "n", "n + k", "n", names).run().badge is Badge.FAILED  # off by one
    assert Counted("0", "n + k", "n", "n + k + 1", names).run().badge is Badge.FAILED  # too many
    assert Counted("0", "n - 5", "n", "n - 4", names).run().badge is Badge.FAILED  # fewer than none
    halves = Counted("0", "n/2", "n", "n/2 + 1", names).run()
    assert halves.counterexample == "a bound need not be whole"


def test_counting_between_two_bounds() -> None:
    """sum([n - 1 <= v]*[v <= n + 1], v, 0, n) counts 2 for n >= 1, and more than nothing needs a range."""
    names = quantities("n k")
    assert Counted("0", "n + 1", "n", "2", names, least="n - 1").run().badge is Badge.PROVED
    assert Counted("0", "n - k", "n", "n - k - n + 1", names, least="n + k").run().badge is Badge.FAILED


def test_induction_needs_the_beginning_and_the_step() -> None:
    """A closed form with the wrong first value, or the wrong growth, is refused."""
    assert Induction("1 + L*(k - 1)", "L", "1", "before + k - 1").run().badge is Badge.PROVED
    assert "first value" in Induction("2 + L*(k - 1)", "L", "1", "before + k - 1").run().counterexample
    assert "recurrence" in Induction("1 + L*k", "L", "1", "before + k - 1").run().counterexample
    wrong = "1 + sum((k[l] - 1)*prod(s[i], i, 1, l), l, 1, L)"  # the layer's own stride counted, too
    assert (
        Induction(wrong, "L", "1", "before + (k[L] - 1)*prod(s[i], i, 1, L - 1)").run().badge is Badge.FAILED
    )
    assert EveryStack(wrong, stacked).run().badge is Badge.FAILED


def test_stacking_by_hand() -> None:
    """Two 3 by 3 layers see 5 cells, 9 jumps apart when both have stride 3."""
    assert stacked([(3, 1), (3, 1)]) == 5
    assert stacked([(3, 2), (3, 1)]) == 7
    assert jumped([(3, 3), (3, 3)]) == 9


def test_an_instance_must_be_one() -> None:
    """What is not the other result with formulas put in is refused, and so are unknown conditions."""
    names = quantities("n k s p")
    fits = (statement("n >= k"),)
    right = "floor((n + 2*0 - k)/s) + 1"
    assert Instance(right, "conv-output-size", "simple", "p = 0", names, fits).run().badge is Badge.PROVED
    other = Instance("floor((n - k)/s)", "conv-output-size", "simple", "p = 0", names, fits).run()
    assert other.counterexample == "this gives another formula"
    unknown = Instance(right, "conv-output-size", "simple", "p = 0", names).run()
    assert unknown.counterexample == "its condition n + 2*0 >= k is not known here"


def test_a_replayed_rule_must_give_the_same_again() -> None:
    """A step that its rule would not make, or refuses to make, has failed."""
    before = total(x[i] * n, (i, k))
    assert Replayed("pull", before, n * total(x[i], (i, k))).run().badge is Badge.PROVED
    assert Replayed("pull", before, before).run().badge is Badge.FAILED
    refused = Replayed("count", before, before, {"variables": (i,), "bounds": {}}).run()
    assert "the terms are not the same for every i" in refused.counterexample


def test_letters_for_entries_find_what_random_numbers_might_miss() -> None:
    """Two sums that differ in one entry differ as polynomials, and the failure shows both."""
    context = Context(Setting.of("n 1..3, k 1..2"))
    before, after = total(x[i], (i, n)), total(x[i], (i, k))
    shown = EverySize(before, after, context).run()
    assert shown.badge is Badge.FAILED
    assert shown.counterexample.startswith(
        "for n = 1, k = 2 the left side is 1*{'x[0]': 1} and the right side"
    )
    assert EverySize(before, before, context).run().count == 6


def test_random_entries_are_exact_and_repeatable() -> None:
    """The same seed compares the same numbers; a wrong side is found; samples are called samples."""
    context = Context(Setting.of("n 1..3"), definitions=(Definition(y, (i,), w[i] ** 2),))
    before, after = total(y[i], (i, n)), total(w[i] ** 2, (i, n))
    first, second = (RandomEntries(before, after, context, seed="a").run() for _ in range(2))
    assert first == second
    assert first.badge is Badge.SAMPLED
    assert RandomEntries(before, after + Integer(1), context, seed="a").run().badge is Badge.FAILED


def test_settings_draw_every_axis_by_itself() -> None:
    """Letters that stand for one number per axis get different numbers on different axes, each allowed."""
    setting = Setting.of("n 1..9, k 1..3, C 1..2", ("n >= k",), {"o": "n - k + 1"}, axes="n k o")
    case = setting.random_case(random.Random(1))  # noqa: S311
    assert isinstance(case["C"], int)
    for size, kernel, out in zip(case["n"].values, case["k"].values, case["o"].values, strict=True):
        assert out == size - kernel + 1 >= 1


def test_the_linear_programme_is_exact() -> None:
    """Feasible systems are solved without rounding, infeasible ones are known to be so."""
    rows = [{0: 1, 1: 2, 2: -1}, {0: 3, 1: 1, 2: 1}]
    solution = nonnegative_solution(rows, [4, 7], 3)
    assert solution is not None
    assert [sum(row[place] * value for place, value in enumerate(solution)) for row in rows] == [4, 7]
    assert all(value >= 0 for value in solution)
    assert nonnegative_solution([{0: 1, 1: 1}, {0: 1, 1: 1}], [1, 2], 2) is None
    assert nonnegative_solution([{0: 1, 1: 1}], [-1], 2) is None
