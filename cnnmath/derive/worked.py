"""A formula with numbers put in, line by line, as one would compute it by hand.

Uses the formula's own tree and exact values; no SymPy, no NumPy, so worked solutions can be shown anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from cnnmath.derive.shipped import RecordedStep, RecordedView
from cnnmath.formula import Formula, parse, parse_relation, tree

__all__ = ["WorkedLine", "WorkedStep", "steps_with_numbers", "with_numbers"]

MOST_TERMS = 6
"""Sums over a range are written out up to this many terms."""
_DIGITS = 6


@dataclass(frozen=True)
class WorkedLine:
    """One line: its relation to the line before (= or ≈; empty in the first), its LaTeX and its text."""

    relation: str
    latex: str
    text: str


def with_numbers(
    formula: str | Formula, values: Mapping[str, object] | None = None, /, **named: object
) -> tuple[WorkedLine, ...]:
    """Return the formula, the formula with numbers in place, and then one line per round of computing.

    Values are whole numbers or fractions; a tensor is a nested list or a function of its indices. Raises
    FormulaError for a missing value and for what has no value.

    >>> for line in with_numbers("floor((n + 2p - k)/s) + 1", n=28, k=5, s=2, p=1):
    ...     print(line.relation or " ", line.text)
      floor((n + 2p - k)/s) + 1
    = floor((28 + 2*1 - 5)/2) + 1
    = floor((28 + 2 - 5)/2) + 1
    = floor(25/2) + 1
    = 12 + 1
    = 13
    """
    given = {**(values or {}), **named}
    written = parse(formula) if isinstance(formula, str) else formula
    final = written.evaluate(given)  # the value, or the error that says what is missing
    numbers = {name: tree.number(Fraction(str(given[name]))) for name in written.names}
    node = tree.substitute(written.root, numbers)
    roots = [written.root] if node == written.root else [written.root, node]
    while (node := _round(roots[-1], given)) != roots[-1]:
        roots.append(node)
    lines = [_line("=" if place else "", root) for place, root in enumerate(roots)]
    if isinstance(final, float):
        lines.append(_line("≈", _decimal(final)))
    return tuple(lines)


@dataclass(frozen=True)
class WorkedStep:
    """A step with numbers in place: both sides, the value of each where it has one, the reason."""

    left: WorkedLine
    relation: str
    right: WorkedLine
    left_value: str
    right_value: str
    reason: str


def steps_with_numbers(view: RecordedView, values: Mapping[str, object]) -> tuple[WorkedStep, ...]:
    """Return the steps of a recorded derivation with numbers in place of the letters that have a value.

    A side that is a relation has the value "true" or "false"; a side that is not in our language, or in
    which a letter is left, has none.

    >>> from cnnmath.derive import record
    >>> steps = steps_with_numbers(record("conv-output-size").view(), {"n": 7, "k": 3, "s": 2, "p": 0})
    >>> steps[-1].left.text, steps[-1].left_value, steps[-1].right_value
    ('sum([i <= floor((7 + 2*0 - 3)/2)], i, 0, 7 + 2*0)', '3', '3')
    """
    return tuple(_worked_step(step, values) for step in view.steps)


def _worked_step(step: RecordedStep, values: Mapping[str, object]) -> WorkedStep:
    left, left_value = _worked_side(step.left_text, step.left_latex, values, written=step.left_formula)
    right, right_value = _worked_side(step.right_text, step.right_latex, values, written=step.right_formula)
    return WorkedStep(left, step.relation, right, left_value, right_value, step.reason)


def _worked_side(
    text: str, latex: str, values: Mapping[str, object], *, written: bool
) -> tuple[WorkedLine, str]:
    if not written:
        return WorkedLine("", latex, text), ""
    said = parse_relation(text)
    tensors = {name for part in said.parts for name in part.tensors}
    numbers = {name: Fraction(str(values[name])) for name in said.names if name in values}
    shown = WorkedLine("", said.latex(numbers), said.plain(numbers))
    if set(said.names) - set(numbers) or tensors - set(values):
        return shown, ""
    if said.operators:
        return shown, str(said.holds(values)).lower()
    return shown, str(said.parts[0].evaluate(values))


def _line(relation: str, root: tree.Node) -> WorkedLine:
    shown = Formula.of(root)
    return WorkedLine(relation, shown.latex(), shown.plain())


def _decimal(value: float) -> tree.Node:
    size = tree.Number(Fraction(f"{abs(value):.{_DIGITS}g}"))
    return tree.Negate(size) if value < 0 else size


def _round(node: tree.Node, given: Mapping[str, object]) -> tree.Node:
    """Return the node with everything computed that has only numbers in it; only one layer of it."""
    if _is_value(node):
        return node
    if isinstance(node, tree.Reduction):
        return _reduction(node, given)
    if _is_ready(node):
        return _value(node, given)
    return tree.with_children(node, tuple(_round(part, given) for part in tree.children(node)))


def _is_value(node: tree.Node) -> bool:
    """Tell whether a node is a number that is computed no further: 3, -3, 3/4, -3/4."""
    if isinstance(node, tree.Negate):
        return isinstance(node.operand, tree.Number) or (
            not isinstance(node.operand, tree.Negate) and _is_value(node.operand)
        )
    if isinstance(node, tree.Binary) and node.operator == "/":
        parts = (node.left, node.right)
        return all(isinstance(part, tree.Number) for part in parts) and node == tree.number(_fraction(*parts))
    return isinstance(node, tree.Number)


def _fraction(above: tree.Node, below: tree.Node) -> Fraction:
    if not isinstance(above, tree.Number) or not isinstance(below, tree.Number) or not below.value:
        return Fraction(0)
    return Fraction(above.value) / Fraction(below.value)


def _is_ready(node: tree.Node) -> bool:
    """Tell whether a node is computed in one go: an operation, a sum of terms, a rounded quotient."""
    parts = tree.children(node)
    if isinstance(node, tree.Call) and node.function in ("floor", "ceil"):
        quotient = parts[0]
        return _is_value(quotient) or (
            isinstance(quotient, tree.Binary)
            and quotient.operator == "/"
            and all(map(_is_value, tree.children(quotient)))
        )
    return all(_is_value(part) for part in _terms(node))


def _terms(node: tree.Node) -> Iterator[tree.Node]:
    """Yield the operands; those of a sum of many terms are its terms."""
    if isinstance(node, tree.Binary) and node.operator in "+-":
        for part in (node.left, node.right):
            inner = isinstance(part, tree.Binary) and part.operator in "+-"
            yield from _terms(part) if inner else (part,)
    else:
        yield from tree.children(node)


def _value(node: tree.Node, given: Mapping[str, object]) -> tree.Node:
    found = Formula.of(node).evaluate(given)
    return node if isinstance(found, float) else tree.number(found)


def _reduction(node: tree.Reduction, given: Mapping[str, object]) -> tree.Node:
    """Write a short sum or product out; compute a long one at once."""
    if not (_is_value(node.low) and _is_value(node.high)):
        low, high = _round(node.low, given), _round(node.high, given)
        return tree.with_children(node, (node.body, low, high))
    first, last = (int(Formula.of(part).evaluate()) for part in (node.low, node.high))
    if not 1 <= last - first + 1 <= MOST_TERMS:
        return _value(node, given)
    operator = "+" if node.function == "sum" else "*"
    made: tree.Node | None = None
    for index in range(first, last + 1):
        term = tree.substitute(node.body, {node.variable: tree.number(index)})
        made = term if made is None else tree.Binary(operator, made, term)
    return made if made is not None else _value(node, given)
