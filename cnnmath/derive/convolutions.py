"""Convolution as the gradient derivations use it: letters, definition and ranges, in each of the three views.

In the general view i, u, m, s, d, p, n, k and o stand for one number per axis, whatever the number of axes,
and every operation is done axis by axis; the rules hold there as they stand, because a bracket holds when it
holds on each axis.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from cnnmath.derive.calculus.definitions import Definition
from cnnmath.derive.calculus.nodes import Within, bracket, total
from cnnmath.derive.calculus.sheet import IndexSheet
from cnnmath.derive.checks.setting import Ranges, Setting
from cnnmath.derive.letters import B, C, F, G, b, c, d, e, f, i, j, k, l, m, n, o, p, s, t, u, v, w, x, y
from cnnmath.derive.quantities import Quantity, quantities

__all__ = ["EVERY_AXIS", "Convolution", "convolution"]

EVERY_AXIS = (
    "n, k, s, d, p, o, i, u and m stand for one number per axis, and operations are done axis by axis."
)
FITS = "n + 2p >= k"
FITS_DILATED = "n + 2p >= d*(k - 1) + 1"
SIZE = "floor((n + 2p - k)/s) + 1"
SIZE_DILATED = "floor((n + 2p - d*(k - 1) - 1)/s) + 1"


@dataclass(frozen=True)
class Convolution:
    """One view: the definition of y, and which indices run where.

    `outputs` are the ranges of y's indices, `taps` those of the sum in y, `cells` those of x's own indices.
    """

    view: str
    letters: str
    setting: Setting
    outputs: Ranges
    taps: Ranges
    weights: tuple[Symbol, ...]
    cells: Ranges
    inputs: tuple[Expr, ...]
    padding: Expr
    bias: tuple[Symbol, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def y(self) -> Definition:
        """The definition of the output."""
        products = total(w[self.weights] * x[self.inputs] * self.padding, *self.taps)
        return Definition(y, tuple(v for v, _ in self.outputs), products + (b[self.bias] if self.bias else 0))

    def sheet(self, free: Ranges, *extra: Quantity, definitions: tuple[Definition, ...] = ()) -> IndexSheet:
        """Return an empty sheet with the letters of this view."""
        return IndexSheet(
            (*quantities(self.letters), *extra),
            assumed=self.assumed,
            setting=self.setting,
            free=free,
            definitions=(self.y, *definitions),
        )


def convolution(view: str) -> Convolution:
    """Return the convolution of a view."""
    return _VIEWS[view]


def _simple() -> Convolution:
    position = s * i + u - p
    return Convolution(
        view="simple",
        letters="n k s p o x w y g i u m",
        setting=Setting.of("n 1..4, k 1..3, s 1..2, p 0..2", (FITS,), {"o": SIZE}),
        outputs=((i, o),),
        taps=((u, k),),
        weights=(u,),
        cells=((m, n),),
        inputs=(position,),
        padding=bracket(Within(position, 0, n)),
    )


def _standard() -> Convolution:
    row, column = s * i + u - p, s * j + v - p
    return Convolution(
        view="standard",
        letters="n k s p o C F x w b y g f c i j u v m l",
        setting=Setting.of("n 2..2, k 1..2, s 1..2, p 0..1, C 1..2, F 1..2", (FITS,), {"o": SIZE}),
        outputs=((f, F), (i, o), (j, o)),
        taps=((c, C), (u, k), (v, k)),
        weights=(f, c, u, v),
        cells=((c, C), (m, n), (l, n)),
        inputs=(c, row, column),
        padding=bracket(Within(row, 0, n), Within(column, 0, n)),
        bias=(f,),
    )


def _general() -> Convolution:
    position = s * i + d * u - p
    return Convolution(
        view="general",
        letters="n k s p d o C F G B x w b y g e t f c i u m",
        setting=Setting.of(
            "n 1..3, k 2..2, s 1..2, p 0..1, d 1..2, B 1..1, G 1..2, F 1..1, C 1..2",
            (FITS_DILATED,),
            {"o": SIZE_DILATED},
            axes="n k s p d o",
        ),
        outputs=((e, B), (t, G), (f, F), (i, o)),
        taps=((c, C), (u, k)),
        weights=(t, f, c, u),
        cells=((e, B), (t, G), (c, C), (m, n)),
        inputs=(e, t, c, position),
        padding=bracket(Within(position, 0, n)),
        bias=(t, f),
        assumed=(EVERY_AXIS,),
    )


_VIEWS = {"simple": _simple(), "standard": _standard(), "general": _general()}
