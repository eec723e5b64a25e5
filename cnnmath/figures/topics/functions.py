"""Functions on the line: what activations do to a number, and to the gradient that comes back through them.

Their tensor forms are in `ops`; here they are curves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, tanh

from cnnmath.figures.layout import SMALL, WIDTH, number
from cnnmath.figures.marks import Drawing, Mark, Path, Text
from cnnmath.figures.plot import Plot
from cnnmath.figures.registry import Sketch, Table, draws

__all__ = ["ACTIVATIONS", "Activation", "activations"]


@dataclass(frozen=True)
class Activation:
    """A function, its slope, and the style of its curve."""

    value: Callable[[float], float]
    slope: Callable[[float], float]
    role: str
    dash: tuple[float, ...] = ()


def sigmoid(x: float) -> float:
    """Return 1 / (1 + e^{-x}).

    >>> sigmoid(0)
    0.5
    """
    return 1 / (1 + exp(-x))


ACTIVATIONS = {
    "ReLU": Activation(lambda x: max(0.0, x), lambda x: float(x > 0), "output"),
    "sigmoid": Activation(sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x)), "input", (7.0, 3.0)),
    "tanh": Activation(tanh, lambda x: 1 - tanh(x) ** 2, "accent", (2.5, 2.5)),
}


@draws("activations")
def activations() -> Sketch:
    """Draw ReLU, sigmoid and tanh, and under them their slopes: what is left of a gradient that passes."""
    peaks = {
        name: max(shown.slope(at / 100) for at in range(-400, 401)) for name, shown in ACTIVATIONS.items()
    }
    far = {name: shown.slope(4) for name, shown in ACTIVATIONS.items()}
    steepest = ", ".join(f"{name} {number(peak)}" for name, peak in peaks.items())
    flat = ", ".join(f"{name} {number(slope, 4)}" for name, slope in far.items())
    return Sketch(
        title="Activations and their slopes",
        caption="Above the functions, below their slopes, by which a gradient is multiplied on its way "
        f"back. Steepest: {steepest}. At x = 4: {flat}; ten saturated layers in a row leave nearly "
        "nothing, ten open ReLUs everything.",
        alt="Two plots over x from −4 to 4. Above: ReLU is 0 and then rises as x, sigmoid goes from 0 to "
        f"1, tanh from −1 to 1. Below their slopes, steepest {steepest}; at x = 4 {flat}.",
        data=Table(
            ("x", *(f"{name}{part}" for name in ACTIVATIONS for part in ("", ", slope"))),
            tuple(
                (x, *(round(f(x), 4) for shown in ACTIVATIONS.values() for f in (shown.value, shown.slope)))
                for x in range(-4, 5)
            ),
        ),
        drawing=_activations_drawing(),
    )


def _activations_drawing() -> Drawing:
    upper = Plot(44, 36, WIDTH - 44 - 76, 190, -4, 4, -1.2, 2.2)
    lower = Plot(44, 282, WIDTH - 44 - 76, 120, -4, 4, 0, 1.15)
    ticks = [(float(x), number(x)) for x in range(-4, 5, 2)]
    marks: list[Mark] = [
        *upper.axes(ticks, [(y, number(y)) for y in (-1, 0, 1, 2)]),
        *upper.names("", "value"),
        *lower.axes(ticks, [(0, "0"), (0.25, "0.25"), (1, "1")]),
        *lower.names("*x*", "slope"),
    ]
    for name, shown in ACTIVATIONS.items():
        steps = [at / 25 for at in range(-100, 101)]
        inside = [(x, shown.value(x)) for x in steps if shown.value(x) <= 2.2]
        marks.append(upper.curve(inside, shown.role, line=2.25, dash=shown.dash))
        marks += _slope_curves(lower, name, shown, steps)
    right = upper.left + upper.width + 8
    for name, y in (("ReLU", 2.1), ("sigmoid", 0.68), ("tanh", 1.05)):
        role = f"{ACTIVATIONS[name].role}-ink"
        marks.append(
            Text(right if name != "ReLU" else upper.x(2.35), upper.y(y) + 4, name, SMALL, "start", role)
        )
    for name, y in (("ReLU", 1.0), ("sigmoid", 0.2), ("tanh", 0.03)):
        marks.append(Text(right, lower.y(y) + 4, name, SMALL, "start", f"{ACTIVATIONS[name].role}-ink"))
    return Drawing.fitted(WIDTH, [mark for mark in marks if not (isinstance(mark, Text) and not mark.text)])


def _slope_curves(plot: Plot, name: str, shown: Activation, steps: list[float]) -> list[Path]:
    if name != "ReLU":
        return [plot.curve([(x, shown.slope(x)) for x in steps], shown.role, line=2.25, dash=shown.dash)]
    halves = [(-4.0, 0.0), (0.0, 0.0)], [(0.0, 1.0), (4.0, 1.0)]
    return [plot.curve(half, shown.role, line=2.25) for half in halves]
