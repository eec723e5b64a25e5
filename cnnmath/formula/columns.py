"""Exact values at many points at once: NumPy's int64 for numerators and denominators, guarded.

Every product and sum is checked before it is computed; a point where it would not fit becomes "undecided",
never a wrong number. Imported only by `Formula.evaluate_many`, so that the rest of the room needs no NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnmath.errors import FormulaError
from cnnmath.formula.evaluate import is_gated
from cnnmath.formula.expression import Formula
from cnnmath.formula.refusals import refuse
from cnnmath.formula.tree import (
    Binary,
    Call,
    Comparison,
    Index,
    Name,
    Negate,
    Node,
    Number,
    Reduction,
    Tuple,
    walk,
)

__all__ = ["Columns", "evaluate_columns"]

Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_LARGEST = 2**62
_WORK = 50_000_000  # numbers computed inside ranges, over all points
_NOWHERE: Mask = np.zeros((), np.bool_)


@dataclass(frozen=True)
class Columns:
    """The values of a formula at many points: fractions in lowest terms, with positive denominators.

    `undefined` marks points without a value (division by zero, ...), `undecided` points whose value does not
    fit into 64 bits or is no fraction; there the value is 0/1. No point has both marks.
    """

    numerator: Whole
    denominator: Whole
    undefined: Mask
    undecided: Mask

    @property
    def decided(self) -> Mask:
        """The points that have a value here."""
        return ~(self.undefined | self.undecided)

    def same(self, other: Columns) -> Mask:
        """Return where both have the same value, or both have none for certain."""
        equal = np.equal(self.numerator, other.numerator) & np.equal(self.denominator, other.denominator)
        decided = equal & self.decided & other.decided
        return np.logical_or(decided, self.undefined & other.undefined)

    def value(self, *point: int) -> Fraction | int | None:
        """Return the exact value at one point, or None where it has none."""
        if not self.decided[point]:
            return None
        above, below = int(self.numerator[point]), int(self.denominator[point])
        return above if below == 1 else Fraction(above, below)


@dataclass(frozen=True)
class _Bounded:
    """Whole numbers with a bound on their size."""

    values: Whole
    size: int

    def tight(self) -> _Bounded:
        """Return the same numbers with the best bound."""
        return replace(self, size=_size(self.values))


def _size(values: Whole) -> int:
    return max(abs(int(values.max())), abs(int(values.min()))) if values.size else 0


_ONE = _Bounded(np.ones((), np.int64), 1)
_ZERO = _Bounded(np.zeros((), np.int64), 0)


@dataclass(frozen=True)
class _Column:
    """The value of one node at all points: a fraction with positive denominator, and the two masks."""

    above: _Bounded
    below: _Bounded = _ONE
    undefined: Mask = field(default_factory=lambda: _NOWHERE)
    undecided: Mask = field(default_factory=lambda: _NOWHERE)

    @property
    def is_whole(self) -> bool:
        return self.below is _ONE

    def reduced(self) -> _Column:
        """Return the column in lowest terms with the best bounds."""
        if self.is_whole:
            return replace(self, above=self.above.tight())
        common = np.gcd(self.above.values, self.below.values)
        above, below = self.above.values // common, self.below.values // common
        one = bool((below == 1).all())
        return replace(
            self, above=_Bounded(above, _size(above)), below=_ONE if one else _Bounded(below, _size(below))
        )


class _Guard:
    """Whole-number arithmetic for one operation; `risky` collects the points where it would not fit."""

    def __init__(self) -> None:
        self.risky: Mask = _NOWHERE

    def times(self, left: _Bounded, right: _Bounded) -> _Bounded:
        if left is _ONE or right is _ONE:
            return right if left is _ONE else left
        size = left.size * right.size
        if size > _LARGEST:
            left, right = left.tight(), right.tight()
            size = left.size * right.size
        if size > _LARGEST:
            estimate = np.abs(left.values.astype(float)) * np.abs(right.values.astype(float))
            left, size = self.without(left, estimate > float(_LARGEST)), _LARGEST
        return _Bounded(left.values * right.values, size)

    def plus(self, left: _Bounded, right: _Bounded) -> _Bounded:
        size = left.size + right.size
        if size > _LARGEST:
            total = left.values + right.values  # two numbers of at most 2^62 cannot leave the range
            return self.without(_Bounded(total, size), np.abs(total) > _LARGEST, _LARGEST)
        return _Bounded(left.values + right.values, size)

    def without(self, whole: _Bounded, risky: Mask, size: int | None = None) -> _Bounded:
        """Return the numbers with 0 at the risky points, which are noted."""
        self.risky = self.risky | risky
        return _Bounded(np.where(risky, 0, whole.values), whole.size if size is None else size)


class _Evaluator:
    """Evaluates the nodes of one formula at all points."""

    def __init__(self, formula: Formula, points: int) -> None:
        self.text = formula.text
        self.limits = formula.limits
        self.points = max(points, 1)
        self.work = _WORK

    def evaluate(self, node: Node, scope: Mapping[str, Any]) -> _Column:
        return _NODES[type(node)](self, node, scope)

    # -- leaves

    def number(self, node: Number, scope: Mapping[str, Any]) -> _Column:
        del scope
        return self.constant(Fraction(node.value))

    def constant(self, value: Fraction) -> _Column:
        above, below = value.numerator, value.denominator
        if max(abs(above), below) > _LARGEST:
            return _Column(_ZERO, undecided=np.ones((), np.bool_))
        small = _ONE if below == 1 else _Bounded(np.asarray(below, np.int64), below)
        return _Column(_Bounded(np.asarray(above, np.int64), abs(above)), small)

    def name(self, node: Name, scope: Mapping[str, Any]) -> _Column:
        column: _Column = scope[node.name]
        return column

    def index(self, node: Index, scope: Mapping[str, Any]) -> _Column:
        tensor: _Column = scope[node.tensor]
        places, undefined, undecided = [], _NOWHERE, _NOWHERE
        for part, length in zip(node.indices, tensor.above.values.shape, strict=True):
            place = self.evaluate(part, scope).reduced()
            at, whole = _floor(place), place.below.values == 1
            inside = whole & (at >= 0) & (at < length)
            undefined = undefined | place.undefined | (~inside & ~place.undecided)
            undecided = undecided | place.undecided
            places.append(np.where(inside, at, 0))
        above, where = tensor.above, tuple(places)
        too_large = np.broadcast_to(tensor.undecided, above.values.shape)[where]
        return self.marked(_Bounded(above.values[where], above.size), undefined, undecided | too_large)

    def marked(self, above: _Bounded, undefined: Mask, undecided: Mask) -> _Column:
        return _Column(above, undefined=undefined, undecided=undecided)

    # -- operators

    def negate(self, node: Negate, scope: Mapping[str, Any]) -> _Column:
        return _negative(self.evaluate(node.operand, scope))

    def binary(self, node: Binary, scope: Mapping[str, Any]) -> _Column:
        left, right = self.evaluate(node.left, scope), self.evaluate(node.right, scope)
        result = _OPERATORS[node.operator](left, right)
        if is_gated(node):
            closed = (right.above.values == 0) & ~(right.undefined | right.undecided)
            return _where(closed, self.constant(Fraction(0)), result)  # whatever elements stand before it
        return result

    def call(self, node: Call, scope: Mapping[str, Any]) -> _Column:
        return _FUNCTIONS[node.function](*[self.evaluate(argument, scope) for argument in node.arguments])

    def comparison(self, node: Comparison, scope: Mapping[str, Any]) -> _Column:
        columns = [self.evaluate(operand, scope) for operand in node.operands]
        holds = np.ones((), np.bool_)
        undefined, undecided = _NOWHERE, _NOWHERE
        for left, sign, right in zip(columns, node.operators, columns[1:], strict=False):
            difference = _subtract(left, right)
            holds = holds & _RELATIONS[sign](difference.above.values, 0)
            undefined = undefined | difference.undefined
            undecided = undecided | difference.undecided
        return self.marked(_Bounded(holds.astype(np.int64), 1), undefined, undecided)

    # -- ranges

    def reduction(self, node: Reduction, scope: Mapping[str, Any]) -> _Column:
        low, high = self.evaluate(node.low, scope).reduced(), self.evaluate(node.high, scope).reduced()
        first, last = _floor(low), _floor(high)
        unsure = low.undecided | high.undecided
        undefined = (
            low.undefined | high.undefined | (((low.below.values != 1) | (high.below.values != 1)) & ~unsure)
        )
        steps = np.where(undefined | unsure, 0, np.maximum(last - first + 1, 0))
        most = self.affordable(node, steps)
        unsure, steps = unsure | (steps > most), np.where(steps > most, 0, steps)
        total, combine = self.constant(Fraction(node.function == "prod")), _OPERATORS["*"]
        if node.function == "sum":
            combine = _OPERATORS["+"]
        neutral = total
        for step in range(int(steps.max()) if steps.size else 0):
            active = step < steps
            variable = np.where(active, first + step, 0)
            term = self.evaluate(
                node.body, {**scope, node.variable: _Column(_Bounded(variable, _size(variable)))}
            )
            total = combine(total, _where(active, term, neutral))
        return replace(total, undefined=total.undefined | undefined, undecided=total.undecided | unsure)

    def affordable(self, node: Reduction, steps: Whole) -> int:
        """Return how many steps a point may take, and charge for them."""
        weight = sum(1 for _ in walk(node.body))
        most = min(self.limits.work, self.work // self.points) // weight
        self.work -= min(int(steps.max()) if steps.size else 0, most) * weight * self.points
        return most

    def no_value(self, node: Tuple, scope: Mapping[str, Any]) -> _Column:
        del scope
        reason, advice = "a list of numbers has no single value", "Compute its parts."
        raise refuse("undefined", self.text, node.span, reason=reason, advice=advice)


_NODES: dict[type[Node], Callable[..., _Column]] = {
    Number: _Evaluator.number,
    Name: _Evaluator.name,
    Index: _Evaluator.index,
    Negate: _Evaluator.negate,
    Binary: _Evaluator.binary,
    Call: _Evaluator.call,
    Comparison: _Evaluator.comparison,
    Reduction: _Evaluator.reduction,
    Tuple: _Evaluator.no_value,
}


def evaluate_columns(
    formula: Formula, columns: Mapping[str, object], tensors: Mapping[str, object]
) -> Columns:
    """Return the values of a formula at all points of the columns, which are broadcast against one another.

    Raises FormulaError: missing-value, bad-value.

    >>> from cnnmath.formula import parse
    >>> evaluate_columns(parse("n/2"), {"n": [3, 4]}, {}).denominator.tolist()
    [2, 1]
    """
    formula.require(columns, formula.names)
    formula.require(tensors, formula.tensors)
    scope = {name: _input(formula, name, columns[name]) for name in formula.names}
    for name, rank in formula.tensors.items():
        scope[name] = _input(formula, name, tensors[name])
        dimensions = scope[name].above.values.ndim
        if dimensions != rank:
            raise _bad_value(
                formula, name, f"an array of {dimensions} dimensions", f"It takes {rank} indices."
            )
    shape = np.broadcast_shapes(*[np.asarray(column).shape for column in columns.values()])
    result = _Evaluator(formula, int(np.prod(shape))).evaluate(formula.root, scope).reduced()
    above, below, undecided = result.above.values, result.below.values, result.undecided
    if undecided.any() or result.undefined.any():
        undecided = undecided & ~result.undefined
        without = undecided | result.undefined
        above, below = np.where(without, 0, above), np.where(without, 1, below)
    return Columns(
        np.broadcast_to(above, shape),
        np.broadcast_to(below, shape),
        np.broadcast_to(result.undefined, shape),
        np.broadcast_to(undecided, shape),
    )


def _input(formula: Formula, name: str, given: object) -> _Column:
    try:
        values = np.asarray(given)
    except ValueError:
        raise _bad_value(
            formula, name, "rows of different lengths", "Give an array of whole numbers."
        ) from None
    if values.dtype.kind not in "iu" and values.size:
        raise _bad_value(formula, name, f"an array of {values.dtype}", "Give an array of whole numbers.")
    if _size(values) > _LARGEST:
        risky = (values > _LARGEST) | (values < -_LARGEST)
        return _Column(_Bounded(np.where(risky, 0, values).astype(np.int64), _LARGEST), undecided=risky)
    return _Column(_Bounded(values.astype(np.int64), _size(values)))


def _bad_value(formula: Formula, name: str, given: str, advice: str) -> FormulaError:
    span = formula.span_of(name)
    return refuse("bad-value", formula.text, span, name=name, given=given, advice=advice)


# -- arithmetic on columns


def _joined(
    above: _Bounded, below: _Bounded, guard: _Guard, *parts: _Column, undefined: Mask = _NOWHERE
) -> _Column:
    """Return a result with the marks of the columns it was made of."""
    undecided = guard.risky
    for part in parts:
        undefined, undecided = undefined | part.undefined, undecided | part.undecided
    if guard.risky is not _NOWHERE and below is not _ONE:
        below = _Bounded(np.where(guard.risky, 1, below.values), below.size)
    return _Column(above, below, undefined, undecided)


def _too_long(left: _Column, right: _Column) -> bool:
    """Tell whether a common denominator might not fit, so that lowest terms are worth their price."""
    across = max(left.above.size, left.below.size) * max(right.above.size, right.below.size)
    return not (left.is_whole and right.is_whole) and 2 * across > _LARGEST


def _add(left: _Column, right: _Column) -> _Column:
    if _too_long(left, right):
        left, right = left.reduced(), right.reduced()
    guard = _Guard()
    above = guard.plus(guard.times(left.above, right.below), guard.times(right.above, left.below))
    return _joined(above, guard.times(left.below, right.below), guard, left, right)


def _negative(column: _Column) -> _Column:
    return replace(column, above=_Bounded(-column.above.values, column.above.size))


def _subtract(left: _Column, right: _Column) -> _Column:
    return _add(left, _negative(right))


def _multiply(left: _Column, right: _Column) -> _Column:
    if _too_long(left, right):
        left, right = left.reduced(), right.reduced()
    guard = _Guard()
    return _joined(
        guard.times(left.above, right.above), guard.times(left.below, right.below), guard, left, right
    )


def _reciprocal(column: _Column) -> _Column:
    """Return 1 over the column; where it is zero, undefined, unless the zero only stands for "undecided"."""
    if column.above.values.size and column.above.values.min() > 0:
        return replace(column, above=column.below, below=column.above)
    zero = column.above.values == 0
    sign = np.where(column.above.values < 0, -1, 1)
    above = _Bounded(sign * column.below.values, column.below.size)
    below = _Bounded(np.where(zero, 1, sign * column.above.values), max(column.above.size, 1))
    return _Column(above, below, column.undefined | (zero & ~column.undecided), column.undecided)


def _divide(left: _Column, right: _Column) -> _Column:
    return _multiply(left, _reciprocal(right))


def _floor(column: _Column) -> Whole:
    return column.above.values if column.is_whole else column.above.values // column.below.values


def _floored(column: _Column) -> _Column:
    return replace(column, above=_Bounded(_floor(column), column.above.size + 1), below=_ONE)


def _ceiled(column: _Column) -> _Column:
    return _negative(_floored(_negative(column)))


def _floor_divide(left: _Column, right: _Column) -> _Column:
    return _floored(_divide(left, right))


def _remainder(left: _Column, right: _Column) -> _Column:
    return _subtract(left, _multiply(right, _floor_divide(left, right)))


def _power(base: _Column, exponent: _Column) -> _Column:
    """Raise to whole powers; a broken exponent stays undecided."""
    exponent = exponent.reduced()
    broken = exponent.below.values != 1
    whole = _floor(exponent)
    unsure = exponent.undecided | broken
    base, whole = base.reduced(), np.where(unsure, 0, whole)
    ones = (np.abs(base.above.values) <= 1) & (base.below.values == 1)
    size = np.abs(whole)
    size = np.where(ones, np.where(size > 2, 2 - size % 2, size), np.minimum(size, 64))
    guard = _Guard()
    above, below = _whole_power(base.above, size, guard), _whole_power(base.below, size, guard)
    marks = replace(base, undefined=base.undefined | exponent.undefined, undecided=base.undecided | unsure)
    raised = _joined(above, below, guard, marks)
    negative = whole < 0
    return _where(negative, _reciprocal(raised), raised) if negative.any() else raised


def _whole_power(base: _Bounded, exponent: Whole, guard: _Guard) -> _Bounded:
    """Return base^exponent for exponents from 0 to 64 by squaring."""
    if base is _ONE:
        return _ONE
    result, factor = _Bounded(np.ones((), np.int64), 1), base
    while exponent.any():
        odd = exponent % 2 == 1
        result = guard.times(result, _Bounded(np.where(odd, factor.values, 1), max(factor.size, 1))).tight()
        exponent = exponent // 2
        needed = _Bounded(np.where(exponent > 0, factor.values, 1), max(factor.size, 1))
        factor = guard.times(needed, needed).tight()
    return result


def _where(chosen: Mask, first: _Column, second: _Column) -> _Column:
    """Return the first column at the chosen points and the second elsewhere."""
    above = np.where(chosen, first.above.values, second.above.values)
    below = _ONE
    if not (first.is_whole and second.is_whole):
        values = np.where(chosen, first.below.values, second.below.values)
        below = _Bounded(values, max(first.below.size, second.below.size))
    return _Column(
        _Bounded(above, max(first.above.size, second.above.size)),
        below,
        np.where(chosen, first.undefined, second.undefined),
        np.where(chosen, first.undecided, second.undecided),
    )


def _extreme(sign: int) -> Callable[..., _Column]:
    def extreme(first: _Column, *others: _Column) -> _Column:
        for other in others:
            difference = _subtract(first, other)
            chosen = _where(difference.above.values * sign >= 0, first, other)
            first = replace(chosen, undefined=difference.undefined, undecided=difference.undecided)
        return first

    return extreme


def _absolute(column: _Column) -> _Column:
    return replace(column, above=_Bounded(np.abs(column.above.values), column.above.size))


def _square_root(column: _Column) -> _Column:
    column = column.reduced()
    negative = (column.above.values < 0) & ~column.undecided
    above, below = _whole_root(column.above.values), _whole_root(column.below.values)
    irrational = (above * above != np.abs(column.above.values)) | (below * below != column.below.values)
    return _Column(
        _Bounded(np.where(irrational, 0, above), column.above.size),
        _Bounded(np.where(irrational, 1, below), column.below.size),
        column.undefined | negative,
        column.undecided | irrational,
    )


def _whole_root(values: Whole) -> Whole:
    """Return the rounded root, which is exact for squares up to 2^62."""
    roots: npt.NDArray[np.float64] = np.sqrt(np.abs(values).astype(float))
    return np.rint(roots).astype(np.int64)


def _exponential(column: _Column) -> _Column:
    other = column.above.values != 0
    return _Column(_ONE, undefined=column.undefined, undecided=column.undecided | other)


def _logarithm(column: _Column, base: _Column | None = None) -> _Column:
    column = column.reduced()
    undefined = column.undefined | ((column.above.values <= 0) & ~column.undecided)
    undecided = column.undecided | (column.above.values != 1) | (column.below.values != 1)
    if base is not None:
        base = base.reduced()
        impossible = (base.above.values <= 0) | ((base.above.values == 1) & (base.below.values == 1))
        undefined = undefined | base.undefined | (impossible & ~base.undecided)
        undecided = undecided | base.undecided
    return _Column(_ZERO, undefined=undefined, undecided=undecided)


_OPERATORS: dict[str, Callable[[_Column, _Column], _Column]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "//": _floor_divide,
    "%": _remainder,
    "^": _power,
}
_FUNCTIONS: dict[str, Callable[..., _Column]] = {
    "floor": _floored,
    "ceil": _ceiled,
    "abs": _absolute,
    "min": _extreme(-1),
    "max": _extreme(1),
    "sqrt": _square_root,
    "exp": _exponential,
    "log": _logarithm,
}
_RELATIONS: dict[str, Callable[[Whole, int], Mask]] = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
}
