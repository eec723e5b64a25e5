"""Proof by induction over the number of layers, for formulas with sums and products over a range.

A sum up to L is the sum up to L - 1 and one more term. So the claim holds for all L when it holds for the
first one, and when the formula for L follows from the formula for L - 1 by the recurrence. Both are
identities, in which sums and products count as letters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import sympy
from sympy import Expr, Pow, Symbol

from cnnmath.derive.evidence import Badge, Evidence
from cnnmath.derive.symbolic import Translation
from cnnmath.formula import parse, tree

__all__ = ["EveryStack", "Induction"]

BEFORE = "before"
"""The name under which a recurrence speaks of the value for one layer less."""


@dataclass(frozen=True)
class Induction:
    """`claim` holds for all `variable` >= 0: it is `first` for 0, then `recurrence` in terms of `before`."""

    claim: str
    variable: str
    first: str
    recurrence: str

    def run(self) -> Evidence:
        """Check the beginning and the step."""
        claim = parse(self.claim).root
        beginning = _without_empty(tree.substitute(claim, {self.variable: tree.Number(0)}))
        if not _equal(beginning, parse(self.first).root):
            return self._failed("for no layer the formula does not give the first value")
        less = tree.Binary("-", tree.Name(self.variable), tree.Number(1))
        before = tree.substitute(claim, {self.variable: less})
        step = tree.substitute(parse(self.recurrence).root, {BEFORE: before})
        if not _equal(_peeled(claim, self.variable), step):
            return self._failed("the formula for one layer more does not follow by the recurrence")
        return Evidence(Badge.PROVED, f"induction over {self.variable}")

    def _failed(self, reason: str) -> Evidence:
        return Evidence(Badge.FAILED, f"induction over {self.variable}", counterexample=reason)


def _peeled(root: tree.Node, variable: str) -> tree.Node:
    """Return the tree with the last term of every range that ends at the variable written by itself."""
    last = tree.Name(variable)
    less = tree.Binary("-", last, tree.Number(1))

    def peel(node: tree.Node) -> tree.Node:
        if not isinstance(node, tree.Reduction) or node.high != last:
            return node
        shorter = tree.with_children(node, (node.body, node.low, less))
        end = tree.substitute(node.body, {node.variable: last})
        return tree.Binary("+" if node.function == "sum" else "*", shorter, end)

    return tree.rewrite(root, peel)


def _without_empty(root: tree.Node) -> tree.Node:
    """Return the tree with sums and products from 1 to 0 replaced by 0 and 1, which is what they are."""

    def empty(node: tree.Node) -> tree.Node:
        if not isinstance(node, tree.Reduction) or node.low != tree.Number(1) or node.high != tree.Number(0):
            return node
        return tree.Number(0 if node.function == "sum" else 1)

    return tree.rewrite(root, empty)


def _equal(left: tree.Node, right: tree.Node) -> bool:
    here = Translation({})
    difference = here.expression(left) - here.expression(right)
    powers = {power: _split(power) for power in difference.atoms(Pow) if not power.exp.is_number}
    above, _ = sympy.fraction(sympy.together(difference.xreplace(powers)))
    return bool(sympy.expand(above) == 0)


def _split(power: Pow) -> Expr:
    """Write s^(L - 1) as s^L / s, with a letter for s^L, so that equal powers meet."""
    constant, rest = sympy.expand(power.exp).as_coeff_Add()
    return Symbol(f"{power.base}^{rest}") * power.base**constant


@dataclass(frozen=True)
class EveryStack:
    """A formula over k[1], s[1], ..., k[L], s[L] agrees with layers stacked one after the other.

    `literal` stacks them: it takes the list of (k, s) and returns the value. All stacks of up to `most`
    layers with kernels of 1 to 3 and strides of 1 to 3 are tried; for `uniform` stacks all layers are
    alike.
    """

    claim: str
    literal: Callable[[list[tuple[int, int]]], int]
    most: int = 3
    uniform: bool = False
    strides: tuple[int, ...] = (1, 2, 3)

    def run(self) -> Evidence:
        """Compare every stack."""
        formula, count = parse(self.claim), 0
        for layers in self._stacks():
            count += 1
            kernels, strides = [0, *(k for k, _ in layers)], [0, *(s for _, s in layers)]
            alike = {"k": kernels[-1], "s": strides[-1]}
            values = alike if self.uniform else {"k": kernels, "s": strides}
            found, expected = formula.evaluate(L=len(layers), **values), self.literal(layers)
            if found != expected:
                wrong = f"for layers (k, s) = {layers} the formula gives {found}, stacking {expected}"
                return Evidence(Badge.FAILED, "layers stacked one by one", count, counterexample=wrong)
        domain = f"up to {self.most} layers, k 1 to 3, s {self.strides[0]} to {self.strides[-1]}"
        return Evidence(Badge.EXHAUSTIVE, "layers stacked one by one", count, domain)

    def _stacks(self) -> Iterator[list[tuple[int, int]]]:
        kinds = list(product((1, 2, 3), self.strides))
        for depth in range(1, self.most + 1):
            if self.uniform:
                yield from ([kind] * depth for kind in kinds)
            else:
                yield from map(list, product(kinds, repeat=depth))
