"""Are two formulas equal? Exact evaluation at every point of a domain; no simplification, no guessing.

Points that are easy to look at come first, so the first difference is the counter-example to show. A limit
of the evaluator leaves a point open: with a difference elsewhere the verdict is wrong, without one it is
undecided, and never correct. Where NumPy is loaded already, whole columns are compared at once; points and
verdict are the same.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from cnnmath import formula
from cnnmath.formula import Formula
from cnnmath.formula.evaluate import Program, Scope, Source, Value, compile_tree, settled
from cnnmath.formula.tree import Index, Node, Reduction
from cnnmath.practice import richtext
from cnnmath.practice.answers.reading import show_number
from cnnmath.practice.domains import Domain, domain
from cnnmath.practice.mutations import mutants
from cnnmath.practice.richtext import RichText
from cnnmath.practice.verdict import Counterexample, Verdict

if TYPE_CHECKING:
    from cnnmath.formula.columns import Columns

__all__ = ["Agreement", "Evaluated", "Failure", "compare", "equivalent", "evaluated", "named", "verdict_on"]

_CHUNK = 32
_WORK = 300_000
_CLOSE = 1e-9


@dataclass(frozen=True)
class Failure:
    """What stands for a value that an evaluation did not give: a refusal's code and its words."""

    code: str
    words: str

    @property
    def decided(self) -> bool:
        """Whether the value certainly does not exist; False where a limit was reached."""
        return self.code not in formula.LIMIT_CODES


Outcome = Value | Failure


@dataclass(frozen=True)
class Agreement:
    """How two formulas compare: the first point at which they differ, and how many points stayed open."""

    difference: int | None
    open: int
    points: int


class Evaluated:
    """A formula and its values at the points of a domain, computed in chunks as they are needed.

    All sums and products over ranges together may take 300,000 operations; points after that stay open.
    """

    def __init__(self, read: Formula, area: Domain) -> None:
        self.read = read
        self.area = area
        self._work = _WORK
        self._known: dict[int, list[Outcome]] = {}

    def chunk(self, number: int) -> list[Outcome]:
        """Return the values at points 32 * number and following; chunks are asked for in order."""
        if number not in self._known:
            self._known[number] = [self._charged(case) for case in _chunks(self.area)[number]]
        return self._known[number]

    def value(self, case: dict[str, int]) -> Outcome:
        """Return the value in one case, or why there is none."""
        return self._outcome(self._scope(case, self.read.limits.work))

    def _charged(self, case: dict[str, int]) -> Outcome:
        """Return the value in one case, paid for out of what all points share."""
        scope = self._scope(case, min(self._work, self.read.limits.work))
        before = scope.work
        outcome = self._outcome(scope)
        refused = isinstance(outcome, Failure) and outcome.code == "too-much-work"
        self._work -= before if refused else before - scope.work
        return outcome

    def _scope(self, case: dict[str, int], work: int) -> Scope:
        return Scope({**case, **self.area.elements(case)}, work)

    def _outcome(self, scope: Scope) -> Outcome:
        try:
            return settled(self._program(scope))
        except formula.FormulaError as error:
            return Failure(error.code, error.where)
        except OverflowError:
            return Failure("too-big", "The value has too many digits.")

    @cached_property
    def columns(self) -> Columns:
        """The values at all points at once; needs NumPy."""
        return self.read.evaluate_many(_arrays(self.area))

    @cached_property
    def counted(self) -> bool:
        """Whether the formula is left to the counted evaluation: it has sums over ranges, or tensors."""
        return any(isinstance(node, Reduction | Index) for _, node in self.read.walk())

    @cached_property
    def _program(self) -> Program:
        return compile_tree(self.read.root, Source(self.read.text, self.read.limits))


@lru_cache(maxsize=256)
def evaluated(root: Node, area: Domain) -> Evaluated:
    """Return the values of a tree over a domain; trees that are compared often are computed once."""
    return Evaluated(Formula("", root), area)


def compare(yours: Evaluated, other: Evaluated) -> Agreement:
    """Compare two formulas over the same domain, up to the first difference.

    >>> area = domain("stride-groups")
    >>> up, down = (evaluated(formula.parse(text).root, area) for text in ("ceil(n/s)", "(n + s - 1)//s"))
    >>> compare(up, down).difference is None
    True
    """
    left_open = 0
    for place, value, right in _suspects(yours, other):
        same = _same(value, right)
        if same is None:
            left_open += 1
        elif not same:
            return Agreement(place, left_open, place + 1)
    return Agreement(None, left_open, sum(map(len, _chunks(yours.area))))


def equivalent(student: str, reference: str, area: str | Domain) -> Verdict:
    """Return the verdict on a typed formula against a reference, both in our formula language.

    Statuses: correct, wrong (with the counter-example), undecided (a limit was reached), invalid (not
    readable). Raises `FormulaError` only if the reference itself cannot be read.

    >>> equivalent("(n + 2p - k)//s + 1", "floor((n + 2p - k)/s) + 1", "conv-size").status
    'correct'
    >>> print(equivalent("ceil((n + 2p - k)/s) + 1", "floor((n + 2p - k)/s) + 1", "conv-size").counterexample)
    for n = 6, k = 3, s = 2, p = 1 yours gives 4, it should be 3
    """
    from cnnmath.practice.answers.expression import Expression

    return Expression(reference, domain(area) if isinstance(area, str) else area).grade(student)


def _suspects(yours: Evaluated, other: Evaluated) -> Iterator[tuple[int, Outcome, Outcome]]:
    """Yield the points at which the two may differ, in order: all of them, unless whole columns agree."""
    chunks = _chunks(yours.area)
    if _numpy_is_loaded() and not yours.counted and not other.counted:
        for place in (~yours.columns.same(other.columns)).nonzero()[0].tolist():
            case = chunks[place // _CHUNK][place % _CHUNK]
            yield place, yours.value(case), other.value(case)
        return
    for number in range(len(chunks)):
        pairs = zip(yours.chunk(number), other.chunk(number), strict=True)
        for offset, (value, right) in enumerate(pairs):
            yield number * _CHUNK + offset, value, right


def _numpy_is_loaded() -> bool:
    return "numpy" in sys.modules


@lru_cache(maxsize=64)
def _arrays(area: Domain) -> dict[str, Any]:
    """Return the points of a domain as NumPy arrays; NumPy is loaded already, never by us."""
    rows = [*area.small.rows, *area.large.rows]
    array = sys.modules["numpy"].array
    return {name: array([row[place] for row in rows]) for place, name in enumerate(area.names)}


def verdict_on(student: Formula, reference: Formula, area: Domain) -> Verdict:
    """Return the verdict on a formula: correct, wrong with its counter-example, or undecided."""
    yours = evaluated(student.root, area)
    right = evaluated(reference.root, area)
    agreement = compare(yours, right)
    if agreement.difference is not None:
        return _wrong(yours, right, agreement.difference)
    if agreement.open:
        return Verdict("undecided", 0, _undecided(yours))
    return Verdict(
        "correct", 1, richtext.say(f"Correct: equal in all {agreement.points:,} cases that were compared.")
    )


def _wrong(yours: Evaluated, right: Evaluated, place: int) -> Verdict:
    case = _chunks(yours.area)[place // _CHUNK][place % _CHUNK]
    tensors = yours.area.drawn(case)
    example = Counterexample(case, _shown(yours.value(case)), _shown(right.value(case)), tensors)
    return Verdict("wrong", 0, example.rich(), None, example)


def named(student: Formula, reference: Formula, area: Domain, verdict: Verdict) -> Verdict:
    """Return a wrong verdict with the mistake that the formula makes, if it equals one of the mutants."""
    if verdict.counterexample is None:
        return verdict
    yours, case = evaluated(student.root, area), dict(verdict.counterexample.values)
    shown = yours.value(case)
    for mutant in mutants(reference.root, area):
        wrong = evaluated(mutant.root, area)
        if _same(shown, wrong.value(case)):  # the counter-example alone rules out nearly all of them
            agreement = compare(yours, wrong)
            if agreement.difference is None and not agreement.open:
                said = (*verdict.feedback, *richtext.parse(mutant.sentence))
                return replace(verdict, feedback=said, mistake=mutant.name)
    return verdict


def _undecided(yours: Evaluated) -> RichText:
    failures = (
        value
        for number in range(len(_chunks(yours.area)))
        for value in yours.chunk(number)
        if isinstance(value, Failure) and not value.decided
    )
    reason = next((failure.words for failure in failures), "A limit was reached.")
    return richtext.say(
        f"This could not be decided, so it costs no attempt. {reason} "
        "Write the formula without large powers and without long sums."
    )


def _same(value: Outcome, other: Outcome) -> bool | None:
    """Return whether two outcomes agree, or None where a limit leaves it open."""
    if isinstance(value, Failure) or isinstance(other, Failure):
        if any(isinstance(outcome, Failure) and not outcome.decided for outcome in (value, other)):
            return None
        return isinstance(value, Failure) and isinstance(other, Failure)
    if isinstance(value, float) or isinstance(other, float):
        return math.isclose(value, other, rel_tol=_CLOSE)
    return value == other


def _shown(value: Outcome) -> str:
    if isinstance(value, Failure):
        reason = value.words.partition(": ")[2].rstrip(".")
        return f"is not defined ({reason})" if reason else "is not defined"
    return show_number(value)


@lru_cache(maxsize=256)
def _chunks(area: Domain) -> tuple[list[dict[str, int]], ...]:
    """Return all points of a domain as cases, 32 at a time."""
    cases = [dict(zip(area.names, row, strict=True)) for row in (*area.small.rows, *area.large.rows)]
    return tuple(cases[start : start + _CHUNK] for start in range(0, len(cases), _CHUNK))
