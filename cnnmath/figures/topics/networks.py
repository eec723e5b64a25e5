"""Whole networks: drawn to scale from their layers, and how far back in the input one number sees.

Which networks exist is in `zoo`, their shapes come from `rules`; small blocks are drawn in `blocks`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from math import comb, sqrt
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from cnnmath import arch, measure, rules, zoo
from cnnmath.errors import FigureError
from cnnmath.figures.exact import Rows
from cnnmath.figures.layout import MARGIN, SMALL, WIDTH, cell, number, plural
from cnnmath.figures.marks import Drawing, Mark, Path, Rect, Text
from cnnmath.figures.parameters import Matrix, Whole
from cnnmath.figures.photos import PHOTOS, gray_photo
from cnnmath.figures.plot import Plot
from cnnmath.figures.registry import Sketch, Table, draws
from cnnmath.figures.topics.kernels import PHOTO, gray_image

__all__ = [
    "Model",
    "effective_receptive_field",
    "network_costs",
    "network_to_scale",
    "receptive_field_growth",
    "receptive_field_on_photo",
    "trunk",
]


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
    for node in _backbone(network):
        grouped = "/" in node.name or len(node.name) > LONGEST_NAME
        if grouped or not isinstance(node.layer, arch.Pointwise | arch.Reshape):
            name = node.stage if grouped and node.stage else node.name
            rows.pop(name, None)
            rows[name] = shapes[node.name]
    return [
        (_range([name for name, _ in group]), shape)
        for shape, group in groupby(rows.items(), key=itemgetter(1))
    ]


def _backbone(network: arch.Network) -> list[arch.Node]:
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
        caption=f"{about.title} ({about.year}) from {_by(rows[0][1])} numbers to {_by(rows[-1][1])}. "
        "Each block is as "
        "wide as its maps; its thickness grows with the square root of the number of channels. "
        f"Variant: {about.variant}.",
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


@draws("receptive-field", model=Model(), photo=PHOTO)
def receptive_field_on_photo(*, model: str = "vgg16", photo: str = "camera") -> Sketch:
    """Draw what the middle cell of each map sees of a photograph: squares that grow with depth.

    Raises FigureError where the network has no maps, or where scikit-image, which ships the photos, is
    missing.
    """
    network = zoo.model(model)
    side = network.input_shape[-1]
    fields = _fields_by_size(network)
    listed = ", ".join(f"{name} {number(size)}" for name, size in fields)
    widest = fields[-1][1]
    compared = f"more than the {side} of the whole image" if widest > side else f"of {side} in all"
    return Sketch(
        title=f"What {zoo.entry(model).title} sees, map by map",
        caption=f"Side of the square that one cell of each map depends on, in pixels: {listed}, {compared}. "
        f"{PHOTOS[photo].credit}",
        alt=f"A photograph of {PHOTOS[photo].shows}, {side} by {side} pixels, with {len(fields)} "
        "nested squares around its "
        f"middle: {listed} pixels wide, {compared}.",
        data=Table(
            ("map", "receptive field", "share of the image side"),
            tuple((*row, round(row[1] / side, 3)) for row in fields),
        ),
        drawing=_photo_drawing(fields, side, gray_photo(photo, 112).astype(float)),
    )


def _fields_by_size(network: arch.Network) -> list[tuple[str, int]]:
    """Return the receptive field of the last map of each side length, by stage where a stage branches."""
    shapes, fields = rules.shapes(network), measure.receptive_fields(network)
    found: dict[int, tuple[str, int]] = {}
    for node in _backbone(network):
        shape = shapes[node.name]
        inner = len(shape) == 3 and 1 < shape[-1] < network.input_shape[-1]
        if inner and not isinstance(node.layer, arch.Pointwise):
            name = node.stage if "/" in node.name and node.stage else node.name
            found[shape[-1]] = (name, fields[node.name].size)
    return sorted(found.values(), key=itemgetter(1))


def _photo_drawing(fields: list[tuple[str, int]], side: int, pixels: NDArray[np.float64]) -> Drawing:
    extent = 268.0
    largest = max(side, min(fields[-1][1], 2 * side))
    scale = extent / largest
    middle = MARGIN + extent / 2
    left = middle - side * scale / 2
    marks: list[Mark] = [gray_image((left, left), side * scale, pixels)]
    low = 10.0
    for name, size in sorted([*fields, ("image", side)], key=lambda field: -field[1]):
        role = "input" if name == "image" else "kernel"
        half = min(size, largest) * scale / 2
        dash = (6.0, 4.0) if size > largest else ()
        frame = Rect(middle - half, middle - half, 2 * half, 2 * half, "none", role, 2.0, dash)
        marks += [replace(frame, stroke="paper", line=4.5, dash=()), frame]
        low = max(low + 17, middle - half + 4.3)
        marks.append(Path(((middle + half, middle - half), (MARGIN + extent + 8, low - 4.3)), role, 1.0))
        marks.append(
            Text(MARGIN + extent + 12, low, f"{_short(name)}: {size}", SMALL, "start", f"{role}-ink")
        )
    return Drawing.fitted(WIDTH, marks)


def _short(name: str) -> str:
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
        caption=f"{number(total)} parameters and {number(macs)} multiply-adds for one image "
        "(convolution and dense layers, "
        f"biases not counted as work): {most}.",
        alt=f"Two bars for each of {plural(len(rows), 'row')}: the share of {number(total)} parameters "
        "and the share of "
        f"{number(macs)} multiply-adds. {most}.",
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
        marks.append(Text(MARGIN, y + 11, _short(row[0]), SMALL, "start"))
        for column, (left, role) in enumerate(((136.0, "kernel"), (290.0, "output")), 1):
            counts = [int(other[column]) for other in rows]
            share = int(row[column]) / max(1, sum(counts))
            length = max(1.0, 88 * int(row[column]) / max(1, *counts))
            marks.append(Rect(left, y, length, 14, f"{role}-fill", role, 1.0))
            marks.append(Text(left + length + 5, y + 11.3, f"{100 * share:.1f}%", SMALL, "start", "muted"))
    return Drawing.fitted(WIDTH, marks)


@draws("receptive-field-growth", layers=Matrix(6, 2, 7))
def receptive_field_growth(*, layers: Rows = ((3, 1), (3, 1), (3, 1))) -> Sketch:
    """Draw which cells of each layer one output cell depends on, down to the input; a row is kernel, stride.

    Found by following the connections. Raises FigureError where kernel or stride is below 1, or the field is
    wider than 33 cells.
    """
    if any(len(layer) != 2 or min(layer) < 1 for layer in layers):
        raise FigureError(
            where="figure receptive-field-growth",
            given=str(layers),
            expected="rows of kernel and stride, both at least 1",
        )
    fields = _fields(layers)
    if len(fields[0]) > 33:
        raise FigureError(
            where="figure receptive-field-growth",
            given=f"a receptive field of {len(fields[0])}",
            expected="at most 33 cells",
            remedy="Use fewer layers, or smaller kernels and strides.",
        )
    sizes = [len(field) for field in reversed(fields)]
    jumps = [1]
    for _, stride in layers:
        jumps.append(jumps[-1] * stride)
    said = " → ".join(map(str, sizes))
    listed = "; ".join(f"kernel {kernel}, stride {stride}" for kernel, stride in layers)
    return Sketch(
        title=f"One output cell sees {plural(sizes[-1], 'input cell')}",
        caption=f"Layers from the input on: {listed}. Followed back layer by layer, one output cell "
        f"depends on {said} "
        f"cells. Neighboring outputs look {plural(jumps[-1], 'input cell')} apart.",
        alt=f"{plural(len(layers) + 1, 'row')} of cells, output above, input below; lines lead from "
        "one output cell to the "
        f"cells it depends on: {said}. Layers: {listed}. The receptive field has "
        f"{plural(sizes[-1], 'cell')}, "
        f"neighboring outputs look {plural(jumps[-1], 'cell')} apart.",
        data=Table(
            ("layer", "kernel", "stride", "cells that the output depends on", "jump"),
            (
                ("input", "", "", len(fields[0]), 1),
                *((at, *layer, len(fields[at]), jumps[at]) for at, layer in enumerate(layers, 1)),
            ),
        ),
        drawing=_growth_drawing(layers, fields),
    )


def _fields(layers: Rows) -> list[set[int]]:
    """Return, from the input on, the positions on which output position 0 depends."""
    fields = [{0}]
    for kernel, stride in reversed(layers):
        fields.insert(0, {position * stride + tap for position in fields[0] for tap in range(kernel)})
    return fields


def _growth_drawing(layers: Rows, fields: list[set[int]]) -> Drawing:
    size = len(fields[0])
    side = min(30.0, (WIDTH - 2 * MARGIN - 70) / (max(fields[0]) + 1))
    gap = 66.0
    left = MARGIN + 66 + (WIDTH - 2 * MARGIN - 66 - side * size) / 2
    jump, start = 1, 0.0
    rows: list[tuple[float, float]] = [(1.0, 0.0)]
    for kernel, stride in layers:
        start += jump * (kernel - 1) / 2
        jump *= stride
        rows.append((float(jump), start))
    marks: list[Mark] = []
    height = min(side, 24.0)

    def place(layer: int, position: int) -> tuple[float, float]:
        spread, offset = rows[layer]
        return left + (offset + position * spread + 0.5) * side, 20 + (len(layers) - layer) * gap

    for layer, (kernel, stride) in enumerate(layers, 1):
        for position in sorted(fields[layer]):
            x, y = place(layer, position)
            for tap in (0, kernel - 1):
                lower = place(layer - 1, position * stride + tap)
                edge = side / 2 * (1 if tap else -1) if kernel > 1 else 0
                marks.append(Path(((x + edge, y + height), (lower[0] + edge, lower[1])), "kernel", 1.0))
    for layer, field in enumerate(fields):
        role = "input" if layer == 0 else "output"
        for position in sorted(field):
            x, y = place(layer, position)
            marks.append(cell(x - side / 2, y, side, role, height=height))
        y = place(layer, 0)[1] + height / 2
        marks.append(
            Text(MARGIN, y - 1, "input" if layer == 0 else f"layer {layer}", SMALL, "start", f"{role}-ink")
        )
        marks.append(Text(MARGIN, y + 14, plural(len(field), "cell"), SMALL, "start", "muted"))
    return Drawing.fitted(WIDTH, marks)


@draws("effective-receptive-field", layers=Whole(1, 12))
def effective_receptive_field(*, layers: int = 5) -> Sketch:
    """Draw by how many paths each input cell reaches the output through a stack of 3-wide layers.

    The number of paths is a trinomial coefficient; for many layers the shape is a bell (Luo et al. 2016).
    """
    counts = {depth: path_counts(depth) for depth in (1, 2, layers)}
    last = counts[layers]
    total = sum(last)
    reach = len(last)
    middle = sum(last[at] for at in range(reach) if abs(at - layers) <= sqrt(2 * layers / 3))
    share = number(100 * middle / total, 0)
    within = number(sqrt(2 * layers / 3), 1)
    return Sketch(
        title=f"How often each of {reach} cells reaches the output",
        caption=f"After {plural(layers, 'layer')} of width 3 the receptive field has {reach} cells, "
        "but not all count alike: "
        f"{share}% of the {number(total)} paths come from within {within} cells of the center, and "
        "only one of them "
        "from either end. The effective receptive field grows with the square root of the depth (Luo "
        "et al. 2016).",
        alt=f"Bars for {reach} input cells; the height is the number of paths to one output cell, from "
        "1 at the ends to "
        f"{number(max(last))} in the middle. {share}% of the {number(total)} paths come from within "
        f"{within} cells of the "
        "center.",
        data=Table(
            ("distance from the center", "paths", "share"),
            tuple((at - layers, count, round(count / total, 6)) for at, count in enumerate(last)),
        ),
        drawing=_paths_drawing(last, layers),
    )


def path_counts(depth: int) -> list[int]:
    """Return in how many ways each input cell reaches one output cell through `depth` layers of width 3.

    >>> path_counts(2)
    [1, 2, 3, 2, 1]
    """
    return [
        sum((-1) ** j * comb(depth, j) * comb(at - 3 * j + depth - 1, depth - 1) for j in range(at // 3 + 1))
        for at in range(2 * depth + 1)
    ]


def _paths_drawing(counts: list[int], layers: int) -> Drawing:
    top = max(counts)
    plot = Plot(58, 36, WIDTH - 58 - MARGIN, 190, -layers - 0.5, layers + 0.5, 0, top)
    step = max(1, layers // 4)
    ticks = [(at, number(at)) for at in range(-layers // step * step, layers + 1, step) if abs(at) <= layers]
    marks = plot.axes(
        [(float(at), words) for at, words in ticks],
        [(0, "0"), (top, number(top))],
    )
    marks += plot.names("distance from the center", "paths to the output")
    width = plot.x(1) - plot.x(0)
    for at, count in enumerate(counts):
        x, y = plot.x(at - layers), plot.y(count)
        base = plot.top + plot.height
        marks.append(Rect(x - 0.4 * width, y, 0.8 * width, base - y, "input-fill", "input", 1.25))
    return Drawing.fitted(WIDTH, marks)
