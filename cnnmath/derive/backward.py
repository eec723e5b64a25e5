"""The moves that every backward pass shares: chain rule, differentiate, pick, drop ranges."""

from __future__ import annotations

from sympy import Indexed, Symbol

from cnnmath.derive.calculus.definitions import Definition
from cnnmath.derive.calculus.nodes import slope, total
from cnnmath.derive.calculus.sheet import IndexSheet
from cnnmath.derive.calculus.slopes import Varying
from cnnmath.derive.checks.setting import Ranges
from cnnmath.derive.letters import g, y
from cnnmath.derive.sides import Side, label

__all__ = [
    "MERGE",
    "NOTHING_ELSE",
    "SLOPE",
    "SPLIT",
    "backward",
    "gradient",
    "named",
    "own",
    "pick",
    "primed",
]

CHAIN = (
    "The loss $L$ depends on this element through every output. The chain rule adds up, over all outputs, "
    "the gradient of the loss by the output times the slope of the output by the element."
)
SLOPE = (
    "Differentiate under the sum. The slope of an element by an element is 1 if they are the same and 0 "
    "if not, which is what the bracket says; everything else is constant."
)
MERGE = "Move the factors in front of the inner sum into it."
SPLIT = "Split the sum into its terms."
NOTHING_ELSE = Varying()
"""Nothing occurs but the tensor that varies."""


def named(base: object, indices: tuple[object, ...]) -> Side:
    """Return an element as a left side.

    >>> named("y", ("f", "i")).latex
    'y_{f, i}'
    """
    places = ", ".join(map(str, indices))
    return label(f"{base}_{{{places}}}", f"{base}[{places}]")


def gradient(element: Indexed) -> Side:
    """Return dL/d(element) as a left side."""
    below = named(element.base, element.indices)
    return label(rf"\frac{{\partial L}}{{\partial {below.latex}}}", f"dL/d{below.text}")


def primed(outputs: Ranges, *names: Symbol) -> Ranges:
    """Return ranges with a subscript on some of their indices, which are taken by the element."""
    return tuple((Symbol(f"{name}_1") if name in names else name, size) for name, size in outputs)


def backward(
    sheet: IndexSheet, forward: Definition, element: Indexed, outputs: Ranges, how: Varying = NOTHING_ELSE
) -> Side:
    """Write the chain rule over the outputs y[...], put the definition in, and differentiate."""
    place = tuple(name for name, _ in outputs)
    left = gradient(element)
    sheet.start(left, total(g[place] * slope(y[place], element), *outputs), CHAIN, rule="chain rule")
    sheet.apply("unfold", "Put in the definition of the output.", definition=forward)
    sheet.apply("differentiate", SLOPE, name="slope", how=how)
    return left


def pick(sheet: IndexSheet, *names: Symbol) -> None:
    """Use brackets such as [c_1 = c]: of the sums over these names one term each is left."""
    each = "The bracket names" if len(names) == 1 else "Each bracket of this kind names"
    because = f"{each} the one value that counts: of the sum over it only one term is left."
    sheet.apply("sift", because, variables=names)


def own(sheet: IndexSheet, ranges: Ranges) -> None:
    """Drop the range brackets of the element's own indices."""
    sheet.apply(
        "in range",
        "The element that we differentiate by exists, so its own indices are in range and these brackets "
        "are 1.",
        ranges=ranges,
    )
