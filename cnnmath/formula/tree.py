"""The tree of a formula: frozen nodes that remember where in the text they were written.

Two nodes are equal when they mean the same operations on the same operands in the same order; spans, and
whether a product sign was written, do not count. No meaning lives here: evaluators and printers have files of
their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import singledispatch

__all__ = [
    "Binary",
    "Call",
    "Comparison",
    "Index",
    "Name",
    "Negate",
    "Node",
    "Number",
    "Path",
    "Reduction",
    "Span",
    "Tuple",
    "children",
    "free_names",
    "node_at",
    "number",
    "replace_at",
    "rewrite",
    "substitute",
    "tensor_ranks",
    "walk",
    "with_children",
]

Span = tuple[int, int]
Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """Base of all nodes; `span` is the half-open range of characters it was read from."""

    span: Span = field(default=(0, 0), compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number as digits can say it: zero or positive, whole or with finitely many decimals.

    >>> Number(3) == Number(3, span=(4, 5))
    True
    """

    value: int | Fraction


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, under its canonical name: `alpha` for α, `x_1` for x₁."""

    name: str


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """The operand with its sign changed."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Two operands under one of the operators + - * / // % ^.

    `//` is the floor of the quotient, `%` the remainder with the sign of the divisor, `^` the power.
    `implicit` tells that a product was written without a sign, as in 2p.
    """

    operator: str
    left: Node
    right: Node
    implicit: bool = field(default=False, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of its arguments: floor, ceil, abs, min, max, sqrt, exp, log (with an optional base)."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Reduction(Node):
    """The `sum` or `prod` of `body` while `variable` runs over the whole numbers from `low` to `high`.

    Both ends are included; an empty range gives 0 for the sum and 1 for the product.
    """

    function: str
    body: Node
    variable: str
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Index(Node):
    """One element of a tensor: `x[i, j]`."""

    tensor: str
    indices: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """An Iverson bracket: `[0 <= i < n]` is 1 where every relation of the chain holds and 0 elsewhere."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tuple(Node):
    """A list in round brackets, such as the shape `(N, C, H, W)`; only relations may hold one."""

    items: tuple[Node, ...]


def number(value: int | Fraction | float) -> Node:
    """Return the tree that writes a value: a number, a quotient of numbers, or the negative of one.

    >>> number(-3)
    Negate(operand=Number(value=3))
    >>> number(Fraction(1, 3))
    Binary(operator='/', left=Number(value=1), right=Number(value=3))
    """
    if value < 0:
        return Negate(number(-value))
    exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    if exact.denominator == 1:
        return Number(exact.numerator)
    if isinstance(value, float):
        return Number(exact)
    return Binary("/", Number(exact.numerator), Number(exact.denominator))


@singledispatch
def children(node: Node) -> tuple[Node, ...]:
    """Return the direct parts of a node, in the order in which they are written.

    >>> children(Binary("+", Name("n"), Number(1)))
    (Name(name='n'), Number(value=1))
    """
    raise TypeError(f"no node of a formula: {node!r}")


@singledispatch
def with_children(node: Node, parts: tuple[Node, ...]) -> Node:
    """Return the same node with other direct parts, given in the order of `children`.

    >>> with_children(Negate(Name("n")), (Name("k"),))
    Negate(operand=Name(name='k'))
    """
    raise TypeError(f"no node of a formula: {node!r}")


@children.register(Number)
@children.register(Name)
def leaf_children(node: Node) -> tuple[Node, ...]:
    return ()


@with_children.register(Number)
@with_children.register(Name)
def leaf_with_children(node: Node, parts: tuple[Node, ...]) -> Node:
    return node


@children.register
def negate_children(node: Negate) -> tuple[Node, ...]:
    return (node.operand,)


@with_children.register
def negate_with_children(node: Negate, parts: tuple[Node, ...]) -> Node:
    return replace(node, operand=parts[0])


@children.register
def binary_children(node: Binary) -> tuple[Node, ...]:
    return (node.left, node.right)


@with_children.register
def binary_with_children(node: Binary, parts: tuple[Node, ...]) -> Node:
    return replace(node, left=parts[0], right=parts[1])


@children.register
def call_children(node: Call) -> tuple[Node, ...]:
    return node.arguments


@with_children.register
def call_with_children(node: Call, parts: tuple[Node, ...]) -> Node:
    return replace(node, arguments=parts)


@children.register
def reduction_children(node: Reduction) -> tuple[Node, ...]:
    return (node.body, node.low, node.high)


@with_children.register
def reduction_with_children(node: Reduction, parts: tuple[Node, ...]) -> Node:
    return replace(node, body=parts[0], low=parts[1], high=parts[2])


@children.register
def index_children(node: Index) -> tuple[Node, ...]:
    return node.indices


@with_children.register
def index_with_children(node: Index, parts: tuple[Node, ...]) -> Node:
    return replace(node, indices=parts)


@children.register
def comparison_children(node: Comparison) -> tuple[Node, ...]:
    return node.operands


@with_children.register
def comparison_with_children(node: Comparison, parts: tuple[Node, ...]) -> Node:
    return replace(node, operands=parts)


@children.register
def tuple_children(node: Tuple) -> tuple[Node, ...]:
    return node.items


@with_children.register
def tuple_with_children(node: Tuple, parts: tuple[Node, ...]) -> Node:
    return replace(node, items=parts)


def walk(root: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Yield every node with its path, parents before their parts, left before right.

    A path is the tuple of positions in `children` that leads from the root to the node.

    >>> [path for path, node in walk(Binary("+", Negate(Name("n")), Number(1)))]
    [(), (0,), (0, 0), (1,)]
    """
    yield path, root
    for position, part in enumerate(children(root)):
        yield from walk(part, (*path, position))


def node_at(root: Node, path: Path) -> Node:
    """Return the node at the end of a path.

    >>> node_at(Binary("+", Negate(Name("n")), Number(1)), (0, 0))
    Name(name='n')
    """
    for position in path:
        root = children(root)[position]
    return root


def replace_at(root: Node, path: Path, new: Node) -> Node:
    """Return the tree with the node at the end of the path exchanged for another.

    >>> replace_at(Binary("+", Name("n"), Number(1)), (1,), Number(2))
    Binary(operator='+', left=Name(name='n'), right=Number(value=2))
    """
    if not path:
        return new
    parts = list(children(root))
    parts[path[0]] = replace_at(parts[path[0]], path[1:], new)
    return with_children(root, tuple(parts))


def rewrite(root: Node, change: Callable[[Node], Node]) -> Node:
    """Return the tree with `change` applied to every node, parts before their parents.

    >>> rewrite(Negate(Name("n")), lambda node: Name("k") if node == Name("n") else node)
    Negate(operand=Name(name='k'))
    """
    parts = children(root)
    changed = tuple(rewrite(part, change) for part in parts)
    return change(root if changed == parts else with_children(root, changed))


def free_names(root: Node) -> tuple[str, ...]:
    """Return the variables that need a value, each once, in the order of first appearance.

    >>> free_names(Reduction("sum", Binary("*", Name("i"), Name("k")), "i", Number(0), Name("n")))
    ('k', 'n')
    """
    return tuple(dict.fromkeys(_free(root, frozenset())))


def _free(root: Node, bound: frozenset[str]) -> Iterator[str]:
    if isinstance(root, Name):
        if root.name not in bound:
            yield root.name
    elif isinstance(root, Reduction):
        yield from _free(root.body, bound | {root.variable})
        yield from _free(root.low, bound)
        yield from _free(root.high, bound)
    else:
        for part in children(root):
            yield from _free(part, bound)


def tensor_ranks(root: Node) -> dict[str, int]:
    """Return each indexed tensor with its number of indices, in the order of first appearance.

    >>> tensor_ranks(Index("x", (Name("i"), Name("j"))))
    {'x': 2}
    """
    indexed = (node for _, node in walk(root) if isinstance(node, Index))
    return {node.tensor: len(node.indices) for node in indexed}


def substitute(root: Node, replacements: Mapping[str, Node]) -> Node:
    """Return the tree with free variables exchanged for trees, all at once.

    Bound variables are renamed where they would capture a name that comes in.

    >>> substitute(Negate(Name("n")), {"n": Number(5)})
    Negate(operand=Number(value=5))
    """
    if isinstance(root, Name):
        return replacements.get(root.name, root)
    if isinstance(root, Reduction):
        return _substitute_reduction(root, replacements)
    parts = children(root)
    return with_children(root, tuple(substitute(part, replacements) for part in parts)) if parts else root


def _substitute_reduction(root: Reduction, replacements: Mapping[str, Node]) -> Node:
    inside = {name: new for name, new in replacements.items() if name != root.variable}
    used = {name for name in free_names(root.body) if name in inside}
    captured = {name for replaced in used for name in free_names(inside[replaced])}
    variable = root.variable
    if variable in captured:
        variable = _fresh(variable, captured | set(free_names(root.body)))
        inside[root.variable] = Name(variable)
    return replace(
        root,
        variable=variable,
        body=substitute(root.body, inside),
        low=substitute(root.low, replacements),
        high=substitute(root.high, replacements),
    )


def _fresh(name: str, taken: set[str]) -> str:
    base = name.split("_", maxsplit=1)[0]
    return next(fresh for count in range(1, len(taken) + 2) if (fresh := f"{base}_{count}") not in taken)
