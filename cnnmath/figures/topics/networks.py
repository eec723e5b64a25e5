"""Whole networks: drawn to scale from their layers, and where their weights and their work are.

Which networks exist is in `zoo`, their numbers come from `rules` and `measure`. How far a cell sees is in
`receptive`; small blocks are drawn in `blocks`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import sqrt
from operator import itemgetter

from cnnmath import arch, measure, rules, zoo
from cnnmath.errors import FigureError
from cnnmath.figures.layout import MARGIN, SMALL, WIDTH, number, plural
from cnnmath.figures.marks import Drawing, Mark, Path, Rect, Text
from cnnmath.figures.registry import Sketch, Table, draws

__all__ = ["Model", "backbone", "network_costs", "network_to_scale", "short_name", "trunk"]


@dataclass(frozen=True)
class Model:
    """The name of a network of the zoo."""

    @property
    def expected(self) -> str:
        """What is accepted, in words."""
        return "the name of a network, such as alexnet, vgg16 or resnet50"

    def read(self, where: str, given: object) -> str:
        """Return the name; raises UnknownModel with near misses, FigureError for what is no text.

        >>> Model().read("model", "vgg16")
        'vgg16'
        """
        if not isinstance(given, str):
            raise FigureError(where=where, given=str(given)[:60], expected=self.expected)
        return zoo.entry(given).name


Shape = tuple[int, ...]

LONGEST_NAME = 16
"""A node with a longer name goes by its stage, so that the names fit beside the drawing."""


def trunk(network: arch.Network) -> list[tuple[str, Shape]]:
    """Return the shapes that a network passes through, by name: one row for a stage, or for equal neighbors.

    These are the shapes at nodes that every path from input to output goes through, so branches inside a
    block are left out. Where the smallest map can be avoided, as in a U-Net, all nodes count. A node
    named stage/part goes by the name of its stage.

    >>> trunk(zoo.model("vgg16"))[1:3]
    [('conv1_1–2', (64, 224, 224)), ('pool1', (64, 112, 112))]
    """
    shapes = rules.shapes(network)
    rows: dict[str, Shape] = {}
    for node in backbone(network):
        grouped = "/" in node.name or len(node.name) > LONGEST_NAME
        if grouped or not isinstance(node.layer, arch.Pointwise | arch.Reshape):
            name = node.stage if grouped and node.stage else node.name
            rows.pop(name, None)
            rows[name] = shapes[node.name]
    return [
        (_range([name for name, _ in group]), shape)
        for shape, group in groupby(rows.items(), key=itemgetter(1))
    ]


def backbone(network: arch.Network) -> list[arch.Node]:
    """Return the nodes that every path goes through, or all nodes where the smallest map can be avoided."""
    shapes = rules.shapes(network)
    nodes = [node for node in network.nodes if node.name not in network.auxiliary]
    through = _unavoidable(nodes)
    smallest = min(shapes[node.name][-1] for node in nodes if len(shapes[node.name]) == 3)
    avoided = all(shapes[node.name][1:] != (smallest, smallest) for node in through)
    return nodes if avoided else through


def _unavoidable(nodes: list[arch.Node]) -> list[arch.Node]:
    """Return the nodes that no connection jumps over; nodes come in an order where inputs come first."""
    place = {node.name: at for at, node in enumerate(nodes)}
    furthest = {node.name: at for at, node in enumerate(nodes)}
    for at, node in enumerate(nodes):
        for name in node.inputs:
            furthest[name] = at
    reach, found = 0, []
    for node in nodes:
        if reach <= place[node.name]:
            found.append(node)
        reach = max(reach, furthest[node.name])
    return found


def _range(names: list[str]) -> str:
    """Return one name for several nodes of equal shape: the first, and the last if it continues the count.

    >>> _range(["conv1_1", "conv1_2"]), _range(["inception_4a", "inception_4c"]), _range(["fc"])
    ('conv1_1–2', 'inception_4a–4c', 'fc')
    """
    first, last = names[0], names[-1]
    head, count = _counted(first)
    same, end = _counted(last)
    return f"{first}–{end}" if count and end and head == same and count != end else first


def _counted(name: str) -> tuple[str, str]:
    """Split a name into its head and its last number with a letter, such as inception_ and 4a."""
    match = re.fullmatch(r"(.*?)([0-9]+[a-z]?)", name)
    return (match[1], match[2]) if match else (name, "")


@draws("network-to-scale", model=Model())
def network_to_scale(*, model: str = "alexnet") -> Sketch:
    """Draw a network from top to bottom: each block is as wide as its maps, and thicker the more there are.

    Width is proportional to the side length, thickness to the square root of the number of channels.
    """
    network = zoo.model(model)
    about = zoo.entry(model)
    rows = trunk(network)
    spelled = [(name, _by(shape), _size(shape)) for name, shape in rows]
    passage = "; ".join(f"{name} {shape}" for name, shape, _ in spelled)
    return Sketch(
        title=f"{about.title} to scale",
        caption=f"{about.title} ({about.year}) from {_by(rows[0][1])} numbers to {_by(rows[-1][1])}. Each "
        "block is as wide as its maps; its thickness grows with the square root of the number of "
        f"channels. Variant: {about.variant}.",
        alt=f"{plural(len(rows), 'block')} from top to bottom, channels × height × width: {passage}.",
        data=Table(("name", "shape", "numbers"), tuple(spelled)),
        drawing=_scale_drawing(rows),
    )


def _by(shape: Shape) -> str:
    return " × ".join(map(str, shape))


def _size(shape: Shape) -> int:
    total = 1
    for extent in shape:
        total *= extent
    return total


def _scale_drawing(rows: list[tuple[str, Shape]]) -> Drawing:
    center, widest = 226.0, 172.0
    largest = max(shape[-1] for _, shape in rows if len(shape) == 3)
    marks: list[Mark] = []
    y = 16.0
    edges: list[tuple[float, float, float]] = []
    for at, (name, shape) in enumerate(rows):
        thick = max(1.5, 1.1 * sqrt(shape[0]))
        width = max(2.5, widest * shape[-1] / largest) if len(shape) == 3 else 2.5
        pitch = max(thick, 15.0) + 6
        top = y + (pitch - thick) / 2
        role = "input" if at == 0 else "output" if len(shape) == 3 else "accent"
        marks.append(Rect(center - width / 2, top, width, thick, f"{role}-fill", role, 1.25))
        middle = top + thick / 2 + 4.3
        marks.append(Text(MARGIN, middle, name, SMALL, "start", "ink"))
        marks.append(Text(WIDTH - MARGIN, middle, _by(shape), SMALL, "end", "muted"))
        edges.append((width, top, top + thick))
        y += pitch
    funnel = [_funnel(center, above, below) for above, below in pairwise(edges)]
    return Drawing.fitted(WIDTH, [line for pair in funnel for line in pair], marks)


def _funnel(
    center: float, above: tuple[float, float, float], below: tuple[float, float, float]
) -> list[Mark]:
    """Return the two lines from the lower corners of a block to the upper corners of the next."""
    return [
        Path(((center + side * above[0] / 2, above[2]), (center + side * below[0] / 2, below[1])), "grid")
        for side in (-1, 1)
    ]


def short_name(name: str) -> str:
    """Return a node's name without its block, cut to what fits beside the picture."""
    last = name.partition("/")[0]
    return last if len(last) <= 14 else f"{last[:13]}…"


@draws("network-costs", model=Model())
def network_costs(*, model: str = "alexnet") -> Sketch:
    """Draw where a network's parameters and multiply-adds are: two bars for each layer or stage."""
    network = zoo.model(model)
    table = measure.table(network)
    rows = _cost_rows(table)
    heavy = max(rows, key=lambda row: row[1])
    busy = max(rows, key=lambda row: row[2])
    total, macs = sum(row[1] for row in rows), sum(row[2] for row in rows)
    most = (
        f"{heavy[0]} holds {number(100 * heavy[1] / total, 1)}% of the parameters, {busy[0]} does "
        f"{number(100 * busy[2] / macs, 1)}% of the multiply-adds"
    )
    return Sketch(
        title=f"Where {zoo.entry(model).title} stores and where it works",
        caption=f"{number(total)} parameters and {number(macs)} multiply-adds for one image (convolution "
        f"and dense layers, biases not counted as work): {most}.",
        alt=f"Two bars for each of {plural(len(rows), 'row')}: the share of {number(total)} parameters "
        f"and the share of {number(macs)} multiply-adds. {most}.",
        data=Table(("layer or stage", "parameters", "multiply-adds"), tuple(rows)),
        drawing=_cost_drawing(rows),
    )


def _cost_rows(table: measure.Table) -> list[tuple[str, int, int]]:
    """Return name, parameters and multiply-adds: by layer where at most 16 have any, else by stage."""
    layers = [(row.node, row.parameters.total, row.operations) for row in table.rows if not row.auxiliary]
    weighty = [row for row in layers if row[1] or row[2]]
    if len(weighty) <= 16:
        return weighty
    stages: dict[str, tuple[int, int]] = {}
    for row in table.rows:
        if not row.auxiliary:
            held, worked = stages.get(row.stage or row.node, (0, 0))
            stages[row.stage or row.node] = held + row.parameters.total, worked + row.operations
    return [(name, held, worked) for name, (held, worked) in stages.items() if held or worked]


def _cost_drawing(rows: list[tuple[str, int, int]]) -> Drawing:
    marks: list[Mark] = [
        Text(136, 26, "parameters", SMALL, "start", "kernel-ink"),
        Text(290, 26, "multiply-adds", SMALL, "start", "output-ink"),
    ]
    for at, row in enumerate(rows):
        y = 38.0 + at * 22
        marks.append(Text(MARGIN, y + 11, short_name(row[0]), SMALL, "start"))
        for column, (left, role) in enumerate(((136.0, "kernel"), (290.0, "output")), 1):
            counts = [int(other[column]) for other in rows]
            share = int(row[column]) / max(1, sum(counts))
            length = max(1.0, 88 * int(row[column]) / max(1, *counts))
            marks.append(Rect(left, y, length, 14, f"{role}-fill", role, 1.0))
            marks.append(Text(left + length + 5, y + 11.3, f"{100 * share:.1f}%", SMALL, "start", "muted"))
    return Drawing.fitted(WIDTH, marks)
