"""Where formulas are compared: variables and tensors with their ranges, conditions, cases for teaching.

A domain is data. Its points (first the teaching cases, then a small exhaustive grid, then 256 large random
points) are made once, in pure Python, so every platform compares at the same points in the same order.
How two formulas are compared at them lives in `equivalence`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any, Literal

from cnnmath import formula
from cnnmath.errors import BankError, UnknownName
from cnnmath.formula import tree
from cnnmath.formula.plain import to_plain
from cnnmath.practice.draw import Draw

__all__ = ["Domain", "Elements", "Points", "Tensor", "UnknownDomain", "Variable", "domain", "domains"]

LARGE_POINTS = 256
LARGEST_ELEMENT = 9

Rows = tuple[tuple[int, ...], ...]
Elements = Callable[..., int]
"""A tensor at one point: a function from its indices to the element there, 0 outside."""
Role = Literal["", "input", "output", "kernel", "stride", "padding", "dilation", "extra"]


class UnknownDomain(UnknownName):
    """No domain has this name."""

    kind = "domain"


@dataclass(frozen=True)
class Variable:
    """A name of a domain: what it means, its values in the exhaustive grid, its range in the large points.

    `role` tells the automatic mistakes what the name does in a formula.
    """

    name: str
    meaning: str
    small: tuple[int, int]
    large: tuple[int, int]
    role: Role = ""


@dataclass(frozen=True)
class Tensor:
    """An indexed name of a domain: its meaning, and the length of each axis as a formula over the variables.

    At each point its elements are whole numbers other than 0 that look random; outside they are 0.

    >>> x = Tensor("x", "input", ("n",))
    >>> row = x.drawn("example", {"n": 3})
    >>> len(row), row == x.drawn("example", {"n": 3}), 0 in row
    (3, True, False)
    """

    name: str
    meaning: str
    sizes: tuple[str, ...]

    def shape(self, case: Mapping[str, int]) -> tuple[int, ...]:
        """Return the lengths of the axes at one point."""
        return tuple(int(_size(size).evaluate(case)) for size in self.sizes)

    def drawn(self, key: str, case: Mapping[str, int]) -> tuple[Any, ...]:
        """Return the elements at one point as nested tuples; `key` tells the points of domains apart."""
        return _drawn(self.shape(case), key, self.name, *case.values())

    @property
    def legend(self) -> str:
        """What the name means, and how many elements it has.

        >>> Tensor("w", "weights", ("F", "C")).legend
        'weights, F by C of them, counted from 0; zeros outside'
        """
        return f"{self.meaning}, {' by '.join(self.sizes)} of them, counted from 0; zeros outside"


@dataclass(frozen=True)
class Points:
    """Rows of values, one for each variable of the domain; the first ones are the easiest to look at."""

    names: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]

    def columns(self) -> dict[str, list[int]]:
        """Return the values by name, in the order of the rows."""
        return {name: [row[place] for row in self.rows] for place, name in enumerate(self.names)}

    def case(self, row: int) -> dict[str, int]:
        """Return one row as values by name."""
        return dict(zip(self.names, self.rows[row], strict=True))


@dataclass(frozen=True)
class Domain:
    """The cases in which two formulas must agree to be called equal.

    `conditions` are relations in our formula language that every point meets; `cases` are rows of values, in
    the order of the variables, at which a difference is easiest to understand: they are looked at first.
    `tensors` have elements at every point. `origin` is the domain that this one only gives other letters;
    their points are the same.

    >>> size = domain("conv-size")
    >>> size.names
    ('n', 'k', 's', 'p')
    >>> size.fixed(k=3).renamed(n="W").names
    ('W', 's', 'p')
    """

    name: str
    variables: tuple[Variable, ...]
    conditions: tuple[str, ...] = ()
    cases: tuple[tuple[int, ...], ...] = ()
    tensors: tuple[Tensor, ...] = ()
    origin: Domain | None = field(default=None, compare=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that a formula may use, in the order in which they are listed."""
        return tuple(variable.name for variable in self.variables)

    @property
    def ranks(self) -> dict[str, int]:
        """The tensors that a formula may use, with their numbers of indices."""
        return {tensor.name: len(tensor.sizes) for tensor in self.tensors}

    def parse(self, text: str) -> formula.Formula:
        """Read a formula over the names and tensors of this domain; raises `FormulaError`."""
        return formula.parse(text, names=self.names, tensors=self.ranks)

    def drawn(self, case: Mapping[str, int]) -> dict[str, tuple[Any, ...]]:
        """Return the elements of each tensor at one point, as nested tuples."""
        return {tensor.name: tensor.drawn((self.origin or self).name, case) for tensor in self.tensors}

    def elements(self, case: Mapping[str, int]) -> dict[str, Elements]:
        """Return the tensors at one point as functions of their indices."""
        return {name: partial(_element, drawn) for name, drawn in self.drawn(case).items()}

    def variable(self, name: str) -> Variable:
        """Return the variable of this name."""
        for variable in self.variables:
            if variable.name == name:
                return variable
        raise UnknownDomain(name, self.names)

    def renamed(self, **names: str) -> Domain:
        """Return the same domain with other letters: `renamed(n="W")` writes W for n."""
        self._known(names)
        variables = tuple(
            replace(variable, name=names.get(variable.name, variable.name)) for variable in self.variables
        )
        new = {old: tree.Name(letter) for old, letter in names.items()}
        return replace(
            self,
            variables=variables,
            conditions=self._conditions(new),
            tensors=self._tensors(new),
            origin=self.origin or self,
        )

    def fixed(self, **values: int) -> Domain:
        """Return the domain of the remaining variables, with numbers in place of the others."""
        self._known(values)
        keep = [place for place, name in enumerate(self.names) if name not in values]
        numbers = {name: tree.number(value) for name, value in values.items()}
        return replace(
            self,
            variables=tuple(self.variables[place] for place in keep),
            conditions=self._conditions(numbers),
            cases=tuple(dict.fromkeys(tuple(case[place] for place in keep) for case in self.cases)),
            tensors=self._tensors(numbers),
            origin=None,
        )

    def meaning(self, name: str, words: str) -> Domain:
        """Return the domain with other words for what a variable means."""
        self._known({name: words})
        return replace(
            self,
            variables=tuple(
                replace(variable, meaning=words) if variable.name == name else variable
                for variable in self.variables
            ),
        )

    def holds(self, **values: int) -> bool:
        """Return whether the conditions hold for these values.

        >>> domain("conv-size").holds(n=3, k=5, s=1, p=0)
        False
        """
        return all(_condition(condition).evaluate(**values) == 1 for condition in self.conditions)

    @property
    def small(self) -> Points:
        """The teaching cases, then every point of the grid, the smallest numbers first."""
        return Points(self.names, _small_rows(self.origin or self))

    @property
    def large(self) -> Points:
        """256 random points of every magnitude, always the same ones."""
        return Points(self.names, _large_rows(self.origin or self))

    def _known(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.names:
                raise BankError(
                    where=f'The domain "{self.name}"',
                    given=f"the name {name}",
                    expected=f"one of {', '.join(self.names)}",
                )

    def _conditions(self, new: Mapping[str, tree.Node]) -> tuple[str, ...]:
        return tuple(
            to_plain(tree.substitute(_condition(condition).root, new)) for condition in self.conditions
        )

    def _tensors(self, new: Mapping[str, tree.Node]) -> tuple[Tensor, ...]:
        return tuple(
            replace(
                tensor,
                sizes=tuple(to_plain(tree.substitute(_size(size).root, new)) for size in tensor.sizes),
            )
            for tensor in self.tensors
        )


@lru_cache(maxsize=1024)
def _condition(text: str) -> formula.Formula:
    """Read a relation as the formula that is 1 where it holds and 0 elsewhere."""
    return formula.parse(text if text.startswith("[") else f"[{text}]")


@lru_cache(maxsize=1024)
def _size(text: str) -> formula.Formula:
    return formula.parse(text)


@lru_cache(maxsize=4096)
def _drawn(shape: tuple[int, ...], *key: str | int) -> tuple[Any, ...]:
    """Draw the elements of a tensor: whole numbers from -9 to 9, none of them 0."""
    return _nested(Draw("tensor", *key, *shape), shape)


def _nested(draw: Draw, shape: tuple[int, ...]) -> tuple[Any, ...]:
    length, *inner = shape
    if inner:
        return tuple(_nested(draw, tuple(inner)) for _ in range(length))
    values = (draw.integer(1, 2 * LARGEST_ELEMENT) for _ in range(length))
    return tuple(value if value <= LARGEST_ELEMENT else LARGEST_ELEMENT - value for value in values)


def _element(drawn: Sequence[Any], *indices: int) -> int:
    """Return one element of nested tuples, and 0 outside of them."""
    found: Any = drawn
    for index in indices:
        if not 0 <= index < len(found):
            return 0
        found = found[index]
    return int(found)


def _valid(area: Domain, rows: Iterable[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    conditions = [_condition(condition) for condition in area.conditions]
    for row in rows:
        values = dict(zip(area.names, row, strict=True))
        if all(condition.evaluate(**values) == 1 for condition in conditions):
            yield row


@lru_cache(maxsize=256)
def _small_rows(area: Domain) -> Rows:
    ranges = [range(variable.small[0], variable.small[1] + 1) for variable in area.variables]
    grid = sorted(
        _valid(area, itertools.product(*ranges)), key=lambda row: (sum(row), max(row, default=0), row)
    )
    return tuple(dict.fromkeys((*_valid(area, area.cases), *grid)))


@lru_cache(maxsize=256)
def _large_rows(area: Domain) -> Rows:
    """Draw each value with a random number of bits, so that all magnitudes meet; keep the valid rows."""
    draw = Draw("domain", area.name, *area.names)
    rows = (
        tuple(_large_value(draw, variable) for variable in area.variables) for _ in range(20 * LARGE_POINTS)
    )
    return tuple(itertools.islice(_valid(area, rows), LARGE_POINTS))


def _large_value(draw: Draw, variable: Variable) -> int:
    low, high = variable.large
    bits = draw.integer(max(1, (high - low).bit_length() - 12), max(1, (high - low).bit_length()))
    return low + draw.integer(0, min(high - low, 2**bits - 1))


_INPUT = Variable("n", "input size", (1, 12), (1, 2**20), "input")
_KERNEL = Variable("k", "kernel size", (1, 6), (1, 2**9), "kernel")
_STRIDE = Variable("s", "stride", (1, 4), (1, 2**7), "stride")
_PADDING = Variable("p", "padding on each side", (0, 3), (0, 2**8), "padding")
_DILATION = Variable("d", "dilation (1 = dense)", (1, 3), (1, 2**5), "dilation")
_OUTPUT = Variable("m", "output size", (1, 8), (1, 2**16), "output")
_SMALL_INPUT = replace(_INPUT, small=(1, 9))
_SMALL_KERNEL = replace(_KERNEL, small=(1, 4))
_SMALL_STRIDE = replace(_STRIDE, small=(1, 3))
_SMALL_PADDING = replace(_PADDING, small=(0, 2))

_DOMAINS = (
    Domain(
        "conv-size",
        (_INPUT, _KERNEL, _STRIDE, _PADDING),
        ("k <= n + 2p",),
        ((6, 3, 2, 1), (7, 3, 2, 0), (6, 3, 2, 0), (5, 3, 1, 1), (5, 2, 2, 0), (8, 3, 3, 1)),
    ),
    Domain(
        "conv-size-dilated",
        (_SMALL_INPUT, _SMALL_KERNEL, _SMALL_STRIDE, _SMALL_PADDING, _DILATION),
        ("d*(k - 1) + 1 <= n + 2p",),
        ((7, 3, 1, 0, 2), (8, 3, 2, 1, 2), (9, 3, 2, 0, 2), (6, 3, 2, 1, 1), (7, 2, 1, 0, 3)),
    ),
    Domain(
        "conv-size-sides",
        (
            _SMALL_INPUT,
            _SMALL_KERNEL,
            _SMALL_STRIDE,
            replace(_SMALL_PADDING, name="p_l", meaning="padding on the left"),
            replace(_SMALL_PADDING, name="p_r", meaning="padding on the right"),
        ),
        ("k <= n + p_l + p_r",),
        ((6, 3, 2, 0, 1), (5, 3, 2, 1, 0), (6, 4, 1, 1, 2), (7, 3, 2, 1, 2)),
    ),
    Domain(
        "pool-size-ceil",
        (_INPUT, _KERNEL, _STRIDE),
        ("k <= n", "s <= k"),
        ((5, 2, 2), (6, 3, 2), (7, 3, 3), (8, 3, 2)),
    ),
    Domain(
        "odd-kernel",
        (_KERNEL, _DILATION),
        ("k % 2 = 1",),
        ((3, 1), (5, 1), (3, 2)),
    ),
    Domain("kernel-span", (_KERNEL, _DILATION), (), ((3, 2), (5, 2), (3, 3), (2, 1))),
    Domain("stride-groups", (_INPUT, _STRIDE), (), ((7, 2), (6, 2), (7, 3))),
    Domain(
        "inverse-size",
        (_OUTPUT, _KERNEL, _STRIDE, _PADDING),
        ("s*(m - 1) + k - 2p >= 1",),
        ((4, 3, 2, 1), (3, 3, 2, 0), (5, 2, 2, 0), (4, 3, 1, 1)),
    ),
    Domain(
        "transposed-size",
        (
            replace(_SMALL_INPUT, small=(1, 7), large=(1, 2**16)),
            _SMALL_KERNEL,
            _SMALL_STRIDE,
            _SMALL_PADDING,
            Variable("a", "output padding", (0, 2), (0, 2**7), "extra"),
        ),
        ("a < s", "s*(n - 1) + k - 2p + a >= 1"),
        ((4, 3, 2, 1, 1), (4, 2, 2, 0, 0), (3, 3, 2, 0, 1), (5, 3, 1, 1, 0), (4, 3, 3, 1, 2)),
    ),
)
_BY_NAME = {area.name: area for area in _DOMAINS}


def domains() -> tuple[str, ...]:
    """Return the names of all domains.

    >>> "conv-size" in domains()
    True
    """
    return tuple(_BY_NAME)


def domain(name: str) -> Domain:
    """Return a named domain; raises `UnknownDomain`, which suggests near misses.

    >>> domain("conv-size").variable("p").meaning
    'padding on each side'
    """
    if name not in _BY_NAME:
        raise UnknownDomain(name, _BY_NAME)
    return _BY_NAME[name]
