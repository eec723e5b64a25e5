"""Counting again what others print: each published number beside ours, and how the two compare.

The printed numbers are data in `cnnmath.zoo.published`. What a convention counts is in `conventions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from cnnmath import zoo
from cnnmath.arch import Convolution, Transposed
from cnnmath.errors import ArchitectureError, near_misses
from cnnmath.measure.conventions import CONNECTIONS
from cnnmath.measure.trace import Row, Trace, trace

__all__ = ["QUANTITIES", "Recount", "count", "recount"]

Exact = int | Fraction


def parameters_of(rows: tuple[Row, ...]) -> int:
    """Return the trained values."""
    return sum(row.parameters for row in rows)


def weights_of(rows: tuple[Row, ...]) -> int:
    """Return the weights: no biases, no normalization."""
    return sum(row.stored("weight") for row in rows)


def macs_of(rows: tuple[Row, ...]) -> int:
    """Return the multiply-adds of a forward pass."""
    return sum(row.macs for row in rows if not row.auxiliary)


def connections_of(rows: tuple[Row, ...]) -> int:
    """Return the connections as LeCun et al. count them."""
    return sum(CONNECTIONS.cost(row) for row in rows)


def units_of(rows: tuple[Row, ...]) -> int:
    """Return the output values, which are also called units, neurons or activations."""
    return sum(row.elements for row in rows)


def convolutions_of(rows: tuple[Row, ...]) -> int:
    """Return the number of convolutions, transposed ones included."""
    return sum(isinstance(row.layer, Convolution | Transposed) for row in rows)


def output_side_of(rows: tuple[Row, ...]) -> int:
    """Return the side of the last map."""
    return rows[-1].output[-1]


QUANTITIES: dict[str, Callable[[tuple[Row, ...]], int]] = {
    "parameters": parameters_of,
    "weights": weights_of,
    "MACs": macs_of,
    "connections": connections_of,
    "units": units_of,
    "convolutions": convolutions_of,
    "output side": output_side_of,
}
"""What can be counted; "share of ..." gives each in per cent of the whole network."""


class Recount(NamedTuple):
    """A claim, our count, and whether the printed number is that count.

    `verdict` is "exact", "rounded", "cut off" (the digits behind the last one are dropped), or "differs".
    """

    claim: zoo.Claim
    counted: Exact
    verdict: str

    @property
    def difference(self) -> Fraction:
        """How much larger our count is, as a share of the printed number."""
        return Fraction(self.counted) / self.claim.value - 1


def recount(claim: zoo.Claim) -> Recount:
    """Return our count for a claim, and how the printed number compares with it.

    >>> [found] = [recount(claim) for claim in zoo.claims("vgg16", "simonyan-2014")]
    >>> found.claim.printed, found.counted, found.verdict
    ('138 million', 138357544, 'rounded')
    """
    network = zoo.model(claim.model, **dict(claim.options))
    walk = trace(network, claim.input_shape)
    counted = _counted(walk, claim.where, claim.quantity)
    return Recount(claim, counted, _verdict(counted, claim.value, claim.step))


def _verdict(counted: Exact, printed: Fraction, step: Fraction) -> str:
    if counted == printed:
        return "exact"
    steps = counted / step
    if printed in (floor(steps + Fraction(1, 2)) * step, ceil(steps - Fraction(1, 2)) * step):
        return "rounded"
    return "cut off" if floor(steps) * step == printed else "differs"


def count(name: str, quantity: str = "parameters", where: str = "", **options: object) -> Exact:
    """Return a quantity of a network of the zoo, of all of it or of some nodes or stages.

    `where` joins names of nodes or stages by "+", with * for any letters. "share of MACs" and the like are in
    per cent. Raises UnknownModel, and ArchitectureError for an unknown quantity or a name without a node.

    >>> count("googlenet_paper", "weights", "inception_3a")
    163328
    """
    return _counted(trace(zoo.model(name, **options)), where, quantity)


def _counted(walk: Trace, where: str, quantity: str) -> Exact:
    kind = quantity.removeprefix("share of ")
    if kind not in QUANTITIES:
        raise _unknown(quantity, "quantity", QUANTITIES)
    counting = QUANTITIES[kind]
    part = counting(_selected(walk, where))
    return part if kind == quantity else Fraction(100 * part, counting(walk.rows))


def _selected(walk: Trace, where: str) -> tuple[Row, ...]:
    """Return the rows whose node or stage is named; each name must be of use."""
    if not where:
        return walk.rows
    patterns = where.split("+")
    chosen = tuple(row for row in walk.rows if any(_named(row, pattern) for pattern in patterns))
    for pattern in patterns:
        if not any(_named(row, pattern) for row in chosen):
            names = {row.name for row in walk.rows} | {row.stage for row in walk.rows if row.stage}
            raise _unknown(pattern, f"node or stage of {walk.network.name}", names)
    return chosen


def _named(row: Row, pattern: str) -> bool:
    return fnmatchcase(row.name, pattern) or fnmatchcase(row.stage, pattern)


def _unknown(given: str, kind: str, known: Iterable[str]) -> ArchitectureError:
    names = sorted(known)
    close = near_misses(given, names)
    return ArchitectureError(
        where=kind,
        given=f'"{given}"',
        expected=f"one of {', '.join(names[:12])}",
        remedy=f"Did you mean {' or '.join(close)}?" if close else "",
    )
