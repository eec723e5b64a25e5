"""The sizes in which index steps are compared: every case of a small domain, or cases at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from sympy import Expr, Symbol

from cnnmath.derive.calculus.definitions import Definition
from cnnmath.derive.calculus.evaluate import World, compiled, evaluate
from cnnmath.derive.calculus.numbers import Axes, Number, root_of_unity
from cnnmath.derive.checks.cases import Domain
from cnnmath.formula import parse, parse_relation

__all__ = ["Context", "Ranges", "Setting"]

Ranges = tuple[tuple[Symbol, Expr], ...]
Entry = Callable[[str, tuple[int, ...]], Number]


@dataclass(frozen=True)
class Setting:
    """The sizes in which index steps are compared.

    `domain` gives the free sizes; `derived` those that follow, as (name, formula). Names in `axes` are one
    number per axis: they are compared on one axis in every case, and on `width` axes at random. `rings` are
    tensors whose positions count modulo a size, with the name of that size; `root` names a root of unity of
    this order.
    """

    domain: Domain
    derived: tuple[tuple[str, str], ...] = ()
    axes: frozenset[str] = frozenset()
    width: int = 2
    rings: tuple[frozenset[str], str] = (frozenset(), "")
    root: str = ""

    @classmethod
    def of(
        cls,
        ranges: str,
        given: tuple[str, ...] = (),
        derived: Mapping[str, str] | None = None,
        axes: str = "",
        *,
        rings: str = "",
        period: str = "",
        root: str = "",
    ) -> Setting:
        """Return a setting from a text such as `n 1..5, k 1..3`.

        >>> [case["o"] for case in Setting.of("n 2..4, k 1..2", derived={"o": "n - k + 1"}).cases()]
        [2, 1, 3, 2, 4, 3]
        """
        entries = (part.split() for part in ranges.split(","))
        limits = tuple((name, *map(int, span.split(".."))) for name, span in entries)
        domain = Domain(limits, tuple(map(parse_relation, given)))  # type: ignore[arg-type]  # two ends each
        return cls(
            domain,
            tuple((derived or {}).items()),
            frozenset(axes.split()),
            rings=(frozenset(rings.split()), period),
            root=root,
        )

    def cases(self) -> Iterator[dict[str, int]]:
        """Yield all sizes of the domain, with the derived ones."""
        columns = {name: column.tolist() for name, column in self.domain.columns().items()}
        for values in zip(*columns.values(), strict=True):
            yield self._completed(dict(zip(columns, values, strict=True)))

    def _completed(self, case: dict[str, int]) -> dict[str, int]:
        for name, formula in self.derived:
            case[name] = int(parse(formula).evaluate(case))
        return case

    def entries(self, case: Mapping[str, Number], entry: Entry) -> Entry:
        """Return the entries in a case: positions on a ring count modulo its size."""
        names, period = self.rings
        if not names:
            return entry
        size = case[period]
        return lambda name, at: entry(name, tuple(place % size for place in at) if name in names else at)

    def random_case(self, draw: random.Random) -> dict[str, Number]:
        """Return sizes at random, drawn separately for every axis."""
        while True:
            drawn = [self._random_axis(draw) for _ in range(self.width)]
            if all(drawn):
                break
        case: dict[str, Number] = {
            name: Axes(tuple(axis[name] for axis in drawn)) if name in self.axes else drawn[0][name]
            for name in drawn[0]
        }
        if self.root:
            case[self.root] = root_of_unity(case[self.rings[1]])
        return case

    def _random_axis(self, draw: random.Random) -> dict[str, int]:
        case = {name: draw.randint(low, high) for name, low, high in self.domain.ranges}
        fits = all(relation.holds(case) for relation in self.domain.given)
        return self._completed(case) if fits else {}


@dataclass(frozen=True)
class Context:
    """What an index expression needs to have a value: sizes, free indices, definitions of tensors."""

    setting: Setting
    free: Ranges = ()
    definitions: tuple[Definition, ...] = ()

    @property
    def table(self) -> dict[str, Definition]:
        """The definitions by the name of their tensor."""
        return {str(definition.tensor): definition for definition in self.definitions}

    def values(self, expression: Expr, world: World) -> Iterator[tuple[dict[str, Number], Number]]:
        """Yield (sizes and indices, value) at all values of the free indices."""
        program = compiled(expression)
        spans = [_places(evaluate(size, world)) for _, size in self.free]
        for place in product(*spans):
            world.values.update({v.name: at for (v, _), at in zip(self.free, place, strict=True)})
            yield dict(world.values), program(world)


def _places(size: Number) -> list[Number]:
    if isinstance(size, Axes):
        return [Axes(place) for place in product(*map(range, size.values))]
    return list(range(size))
