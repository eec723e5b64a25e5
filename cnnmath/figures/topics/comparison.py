"""Networks compared: accuracy as published against what they cost.

The rows are data with their source; parameters and MACs are held against our own counts by a law.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from cnnmath.figures.layout import MARGIN, WIDTH, number
from cnnmath.figures.marks import Circle, Drawing
from cnnmath.figures.parameters import Choice
from cnnmath.figures.plot import Plot, place_names
from cnnmath.figures.registry import Sketch, Table, draws

__all__ = ["PUBLISHED", "Published", "accuracy_against_cost"]


@dataclass(frozen=True)
class Published:
    """One network: top-1 accuracy in percent, multiply-adds, parameters, and how it was trained."""

    name: str
    top1: float
    macs: int
    parameters: int
    newer_recipe: bool = False


PUBLISHED = (
    Published("alexnet", 56.522, 714188480, 61100840),
    Published("densenet121", 74.434, 2834161664, 7978856),
    Published("googlenet", 69.778, 1498376192, 6624904),
    Published("inception_v3", 77.294, 5713216096, 23834568),
    Published("mobilenet_v2", 72.154, 300774272, 3504872, newer_recipe=True),
    Published("resnet18", 69.758, 1814073344, 11689512),
    Published("resnet34", 73.314, 3663761408, 21797672),
    Published("resnet50", 80.858, 4089184256, 25557032, newer_recipe=True),
    Published("resnet152", 82.284, 11513626624, 60192808, newer_recipe=True),
    Published("squeezenet1_1", 58.178, 349151936, 1235496),
    Published("vgg11", 69.02, 7609090048, 132863336),
    Published("vgg16", 71.592, 15470264320, 138357544),
    Published("vgg16_bn", 73.36, 15470264320, 138365992),
    Published("vgg19", 72.376, 19632062464, 143667240),
)
"""Top-1 on ImageNet's validation set as torchvision 0.28 publishes it for the default weights.

Parameters are without auxiliary heads; MACs are those of convolution and linear layers at the default
input side.
"""


@draws("accuracy-against-cost", cost=Choice(("macs", "parameters")))
def accuracy_against_cost(*, cost: str = "macs") -> Sketch:
    """Draw published top-1 accuracy against multiply-adds or parameters; circles grow with the other."""
    by_cost = sorted(PUBLISHED, key=lambda row: _cost(row, cost))
    best = max(PUBLISHED, key=lambda row: row.top1)
    first, last = by_cost[0], by_cost[-1]
    noun = "multiply-adds" if cost == "macs" else "parameters"
    other = "parameters" if cost == "macs" else "multiply-adds"
    return Sketch(
        title=f"Accuracy against {noun}",
        caption="Top-1 accuracy on ImageNet as torchvision 0.28 publishes it for its default weights. "
        f"The area of a circle is proportional to the number of {other}. Dashed circles: trained with a "
        "newer recipe, so their height is not the architecture's alone.",
        alt=f"{len(PUBLISHED)} networks as circles; across, {noun} on a logarithmic scale, from "
        f"{first.name} with {_short(_cost(first, cost))} to {last.name} with {_short(_cost(last, cost))}; "
        f"upward, top-1 accuracy from {min(row.top1 for row in PUBLISHED)}% (alexnet) to {best.top1}% "
        f"({best.name}).",
        data=Table(
            ("network", "top-1 in %", "multiply-adds", "parameters", "newer recipe"),
            tuple(
                (row.name, row.top1, row.macs, row.parameters, "yes" if row.newer_recipe else "")
                for row in by_cost
            ),
        ),
        drawing=_comparison_drawing(cost),
    )


def _cost(row: Published, cost: str) -> int:
    return row.macs if cost == "macs" else row.parameters


def _short(count: int) -> str:
    return f"{number(count / 1e9, 1)} billion" if count >= 1e9 else f"{number(count / 1e6, 1)} million"


def _comparison_drawing(cost: str) -> Drawing:
    if cost == "macs":
        low, high, unit, ticks, name = 1.6e8, 4e10, 1e9, (0.3, 1, 3, 10, 30), "billion multiply-adds"
    else:
        low, high, unit, ticks, name = 7e5, 6e8, 1e6, (1, 3, 10, 30, 100), "million parameters"
    plot = Plot(40, 36, WIDTH - 40 - MARGIN, 340, low, high, 52, 86, x_log=True)
    marks = plot.axes(
        [(at * unit, number(at, 1)) for at in ticks], [(at, str(at)) for at in range(55, 86, 5)]
    )
    marks += plot.names(f"{name} (logarithmic)", "top-1 accuracy in %")
    scale = 14 / sqrt(max(_other(row, cost) for row in PUBLISHED))
    circles = [
        Circle(
            plot.x(_cost(row, cost)),
            plot.y(row.top1),
            max(2.5, scale * sqrt(_other(row, cost))),
            "output-fill",
            "output",
            1.5,
            (3.0, 2.0) if row.newer_recipe else (),
        )
        for row in PUBLISHED
    ]
    names = place_names(circles, [row.name for row in PUBLISHED], (plot.left + 2, plot.left + plot.width + 8))
    circles.sort(key=lambda circle: -circle.radius)
    return Drawing.fitted(WIDTH, marks, circles, names)


def _other(row: Published, cost: str) -> int:
    return row.parameters if cost == "macs" else row.macs
