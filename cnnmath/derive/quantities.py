"""Every letter of the derivations, once: its meaning, its unit, and the whole numbers that it may be.

Data only. A derivation names the letters that it uses; where one letter has two meanings in the field (n, o)
the derivation gives its own with `quantity`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnnmath.errors import DerivationError

__all__ = ["QUANTITIES", "Quantity", "quantities", "quantity"]


@dataclass(frozen=True)
class Quantity:
    """A named number: its meaning, its unit (may be empty), its least whole value (None: any whole number).

    `kind` is "whole" for counts and positions, "real" for means and the like, "tensor" for tables of real
    numbers.
    """

    name: str
    meaning: str
    unit: str = ""
    least: int | None = None
    kind: str = "whole"

    def domain(self) -> str:
        """Return the domain in words.

        >>> quantity("k").domain()
        'a whole number, at least 1'
        """
        if self.kind != "whole":
            return "a real number" if self.kind == "real" else "a tensor of real numbers"
        return "a whole number" if self.least is None else f"a whole number, at least {self.least}"


_TABLE = (
    # sizes along one axis
    Quantity("n", "input size along one axis", "cells", 1),
    Quantity("k", "kernel size along one axis", "cells", 1),
    Quantity("s", "stride: how far the window moves", "cells", 1),
    Quantity("p", "padding on each side", "cells", 0),
    Quantity("p_l", "padding before the first cell", "cells", 0),
    Quantity("p_r", "padding after the last cell", "cells", 0),
    Quantity("P", "padding of both sides together", "cells", 0),
    Quantity("d", "dilation: distance between kernel cells (1: none)", "cells", 1),
    Quantity("a", "output padding of a transposed convolution", "cells", 0),
    Quantity("o", "output size along one axis", "cells", 1),
    Quantity("h", "half width: the kernel reaches h cells to each side", "cells", 0),
    # channels and counts
    Quantity("C", "input channels (with groups: of one group)", "", 1),
    Quantity("F", "filters, which is the number of output channels (with groups: of one group)", "", 1),
    Quantity("G", "groups", "", 1),
    Quantity("B", "images in the batch", "", 1),
    Quantity("H", "height", "cells", 1),
    Quantity("W", "width", "cells", 1),
    Quantity("L", "layers", "", 1),
    Quantity("N", "values that are averaged", "", 1),
    # tensors
    Quantity("x", "input", kind="tensor"),
    Quantity("y", "output", kind="tensor"),
    Quantity("w", "weights of the kernel", kind="tensor"),
    Quantity("b", "bias", kind="tensor"),
    Quantity("g", "gradient of the loss by the output", kind="tensor"),
    # indices
    Quantity("i", "position in the output, counted from 0", "", 0),
    Quantity("j", "position in the output on the second axis, counted from 0", "", 0),
    Quantity("u", "position in the kernel, counted from 0", "", 0),
    Quantity("v", "position in the kernel on the second axis, counted from 0", "", 0),
    Quantity("m", "position in the input, counted from 0", "", 0),
    Quantity("l", "position in the input on the second axis, counted from 0", "", 0),
    Quantity("c", "number of the input channel, counted from 0", "", 0),
    Quantity("f", "number of the filter, counted from 0", "", 0),
    Quantity("t", "number of the group, counted from 0", "", 0),
    Quantity("e", "number of the image, counted from 0", "", 0),
)
QUANTITIES = {entry.name: entry for entry in _TABLE}


def quantity(name: str, meaning: str = "", **changes: object) -> Quantity:
    """Return the quantity of this name, with another meaning or other changes if given.

    >>> quantity("o", "output size of the first layer").unit
    'cells'
    """
    if name not in QUANTITIES and not meaning:
        raise DerivationError(where=f"the letter {name}", expected="a meaning")
    known = QUANTITIES.get(name, Quantity(name, meaning))
    return replace(known, **({"meaning": meaning} if meaning else {}), **changes)  # type: ignore[arg-type]


def quantities(names: str) -> tuple[Quantity, ...]:
    """Return the quantities of several names, separated by blanks."""
    return tuple(QUANTITIES[name] for name in names.split())
