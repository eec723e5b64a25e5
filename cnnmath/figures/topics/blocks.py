"""Building blocks of famous networks as small diagrams, with the weights of each layer counted by `rules`.

Whole networks are in `networks`; where the numbers of a table come from a paper, the paper is named.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnmath import arch, rules
from cnnmath.figures.layout import LABEL, MARGIN, SMALL, WIDTH, Grid, arrow, cell, centered, number, plural
from cnnmath.figures.marks import Circle, Drawing, Mark, Path, Rect, Text
from cnnmath.figures.parameters import Choice, Whole
from cnnmath.figures.registry import Sketch, Table, draws

__all__ = [
    "conv_weights",
    "dense_block",
    "grouped_convolution",
    "inception_block",
    "residual_block",
    "separable_block",
    "stacked_kernels",
]

CENTER = 232.0
BOX = 168.0
STEP = 46.0


def conv_weights(inputs: int, outputs: int, kernel: int, groups: int = 1) -> int:
    """Return the weights of a convolution without bias.

    >>> conv_weights(64, 64, 3)
    36864
    """
    layer = arch.Conv2d(outputs, kernel, padding=kernel // 2, groups=groups, bias=False)
    return sum(tensor.size for tensor in rules.weights(layer, (inputs, kernel, kernel)).values())


def box(x: float, y: float, words: str, role: str = "kernel", *, width: float = BOX) -> list[Mark]:
    """Return a box of height 30 with words in it, its upper edge centered on (x, y)."""
    frame = Rect(x - width / 2, y, width, 30, f"{role}-fill", role, 1.25, radius=5)
    return [frame, centered(x, y + 15, words, LABEL)]


@dataclass(frozen=True)
class _Layer:
    words: str
    weights: int
    role: str = "kernel"


@draws(
    "residual-block",
    kind=Choice(("basic", "bottleneck")),
    channels=Whole(1, 1024),
    shortcut=Choice(("identity", "projection")),
)
def residual_block(*, kind: str = "basic", channels: int = 64, shortcut: str = "identity") -> Sketch:
    """Draw a residual block: a few convolutions, and the shortcut that is added to their result.

    `channels` is the width inside; a bottleneck is four times as wide at its ends (He et al. 2016, figure 5).
    """
    wide = channels if kind == "basic" else 4 * channels
    entering = wide if shortcut == "identity" else max(1, wide // 2)
    layers = _residual_layers(kind, channels, entering, wide)
    skip = conv_weights(entering, wide, 1) if shortcut == "projection" else 0
    total = sum(layer.weights for layer in layers) + skip
    way = (
        "unchanged" if shortcut == "identity" else f"through a 1 × 1 convolution with {number(skip)} weights"
    )
    listed = ", ".join(
        f"{layer.words} ({number(layer.weights)} weights)" for layer in layers if layer.weights
    )
    return Sketch(
        title=f"A {kind} residual block, {number(entering)} to {number(wide)} channels",
        caption=f"The block learns only what to add: y = ReLU(F(x) + x). The shortcut goes {way}. Weights "
        f"without bias and normalization: {number(total)}.",
        alt=f"From top to bottom: input with {plural(entering, 'channel')}; {listed}; then a sum with the "
        f"shortcut, which goes from the input past the convolutions, {way}; then ReLU. Weights in all: "
        f"{number(total)}.",
        data=Table(
            ("layer", "weights"),
            (
                *((layer.words, layer.weights) for layer in layers if layer.weights),
                ("shortcut", skip),
                ("sum", total),
            ),
        ),
        drawing=_residual_drawing(layers, (entering, wide), skip),
    )


def _residual_layers(kind: str, channels: int, entering: int, wide: int) -> list[_Layer]:
    norm = _Layer("batch norm, ReLU", 0, "accent")
    last = _Layer("batch norm", 0, "accent")
    shapes = [(entering, wide, 3), (wide, wide, 3)]
    if kind == "bottleneck":
        shapes = [(entering, channels, 1), (channels, channels, 3), (channels, wide, 1)]
    found: list[_Layer] = []
    for inputs, outputs, kernel in shapes:
        found += [_Layer(f"{kernel} × {kernel} conv, {outputs}", conv_weights(inputs, outputs, kernel)), norm]
    return [*found[:-1], last]


def _residual_drawing(layers: list[_Layer], ends: tuple[int, int], skip: int) -> Drawing:
    entering, wide = ends
    marks: list[Mark] = [Text(WIDTH - MARGIN, 36, "weights", SMALL, "end", "muted")]
    marks += box(CENTER, 18, f"*x*: {plural(entering, 'channel')}", "input")
    for at, layer in enumerate(layers):
        y = 18 + STEP * (at + 1)
        marks += arrow((CENTER, y - STEP + 30), (CENTER, y - 1))
        marks += box(CENTER, y, layer.words, layer.role)
        if layer.weights:
            marks.append(Text(WIDTH - MARGIN, y + 19.5, number(layer.weights), LABEL, "end", "kernel-ink"))
    sum_y = 18 + STEP * (len(layers) + 1) + 14
    marks += arrow((CENTER, sum_y - 30), (CENTER, sum_y - 13))
    marks += [Circle(CENTER, sum_y, 13, "output-fill", "output", 1.5), centered(CENTER, sum_y, "+", 18)]
    corner = 70.0
    start, role = 18 + 30 + 6.0, "input" if not skip else "kernel"
    bend = ((CENTER, start), (corner, start), (corner, sum_y), (CENTER - 22, sum_y))
    marks += [Path(bend, role, 2.0), *arrow((CENTER - 30, sum_y), (CENTER - 14, sum_y), role, 2.0)]
    middle = (start + sum_y) / 2
    if skip:
        marks += box(corner, middle - 15, f"1 × 1, {wide}", "kernel", width=92)
        marks.append(Text(corner - 8, middle + 34, number(skip), LABEL, "end", "kernel-ink"))
    else:
        marks += [
            Rect(corner - 34, middle - 13, 68, 26, "paper"),
            centered(corner, middle, "identity", LABEL),
        ]
    marks += arrow((CENTER, sum_y + 13), (CENTER, sum_y + 31))
    marks += box(CENTER, sum_y + 32, f"ReLU: {plural(wide, 'channel')}", "output")
    return Drawing.fitted(WIDTH, marks)


INCEPTION = {
    "3a": (28, 192, 64, 96, 128, 16, 32, 32),
    "3b": (28, 256, 128, 128, 192, 32, 96, 64),
    "4a": (14, 480, 192, 96, 208, 16, 48, 64),
    "4b": (14, 512, 160, 112, 224, 24, 64, 64),
    "4c": (14, 512, 128, 128, 256, 24, 64, 64),
    "4d": (14, 512, 112, 144, 288, 32, 64, 64),
    "4e": (14, 528, 256, 160, 320, 32, 128, 128),
    "5a": (7, 832, 256, 160, 320, 32, 128, 128),
    "5b": (7, 832, 384, 192, 384, 48, 128, 128),
}
"""Side, input, 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pool projection: Szegedy et al. 2015, table 1."""


@draws("inception-block", module=Choice(tuple(INCEPTION)))
def inception_block(*, module: str = "3a") -> Sketch:
    """Draw an inception module of GoogLeNet: four branches side by side, joined along the channels."""
    side, entering, one, reduce3, three, reduce5, five, pooled = INCEPTION[module]
    branches = (
        (("1 × 1", one, conv_weights(entering, one, 1)),),
        (
            ("1 × 1", reduce3, conv_weights(entering, reduce3, 1)),
            ("3 × 3", three, conv_weights(reduce3, three, 3)),
        ),
        (
            ("1 × 1", reduce5, conv_weights(entering, reduce5, 1)),
            ("5 × 5", five, conv_weights(reduce5, five, 5)),
        ),
        (("max pool", entering, 0), ("1 × 1", pooled, conv_weights(entering, pooled, 1))),
    )
    leaving = [branch[-1][1] for branch in branches]
    total = sum(weights for branch in branches for *_, weights in branch)
    direct = conv_weights(entering, three, 3) + conv_weights(entering, five, 5)
    reduced = sum(weights for branch in branches[1:3] for *_, weights in branch)
    sum_words = f"{' + '.join(map(str, leaving))} = {sum(leaving)}"
    said = "; ".join(
        ", then ".join(f"{words} to {channels} channels" for words, channels, _ in branch)
        for branch in branches
    )
    return Sketch(
        title=f"Inception module {module}: {entering} to {sum(leaving)} channels",
        caption=f"Four branches see the same {side} × {side} input; their maps are stacked: {sum_words} "
        f"channels. The 1 × 1 reductions bring the 3 × 3 and 5 × 5 branches from {number(direct)} weights "
        f"to {number(reduced)}. In all {number(total)} weights without bias.",
        alt=f"Input of {side} by {side} with {entering} channels, four branches: {said}. Joined along the "
        f"channels: {sum_words}. Weights {number(total)}; without the reductions the larger two branches "
        f"alone would need {number(direct)} instead of {number(reduced)}.",
        data=Table(
            ("branch", "layer", "channels", "weights"),
            tuple((at, *layer) for at, branch in enumerate(branches) for layer in branch),
        ),
        drawing=_inception_drawing(f"{entering} × {side} × {side}", branches, f"{sum_words} channels"),
    )


def _inception_drawing(
    entering: str, branches: tuple[tuple[tuple[str, int, int], ...], ...], leaving: str
) -> Drawing:
    pitch = (WIDTH - 2 * MARGIN) / 4
    marks: list[Mark] = box(WIDTH / 2, 16, entering, "input", width=WIDTH - 2 * MARGIN)
    top, low, end = 82.0, 166.0, 250.0
    for at, branch in enumerate(branches):
        x = MARGIN + (at + 0.5) * pitch
        rows = [top, low] if len(branch) == 2 else [(top + low) / 2]
        stops = [46.0, *(y + 52 for y in rows)]
        for y, above, (words, channels, weights) in zip(rows, stops, branch, strict=False):
            marks += arrow((x, above + 2), (x, y - 2))
            marks += _branch_box(x, y, (words, channels, weights), pitch - 10)
        marks += arrow((x, stops[-1] + 2), (x, end - 2))
    marks += box(WIDTH / 2, end, leaving, "output", width=WIDTH - 2 * MARGIN)
    return Drawing.fitted(WIDTH, marks)


def _branch_box(x: float, y: float, layer: tuple[str, int, int], width: float) -> list[Mark]:
    words, channels, weights = layer
    role = "kernel" if weights else "accent"
    return [
        Rect(x - width / 2, y, width, 52, f"{role}-fill", role, 1.25, radius=5),
        centered(x, y + 16, f"{words}, {channels}" if weights else "max 3 × 3", LABEL),
        centered(x, y + 36, number(weights) if weights else f"keeps {channels}", SMALL, f"{role}-ink"),
    ]


@draws(
    "grouped-convolution", inputs=Whole(1, 12), outputs=Whole(1, 12), groups=Whole(1, 12), kernel=Whole(1, 11)
)
def grouped_convolution(*, inputs: int = 6, outputs: int = 6, groups: int = 3, kernel: int = 3) -> Sketch:
    """Draw which input channels each output channel of a grouped convolution sees, and its kernels.

    Raises ArchitectureError where the groups do not divide the channels.
    """
    weights = conv_weights(inputs, outputs, kernel, groups)
    dense = conv_weights(inputs, outputs, kernel)
    links = [
        (i, j) for i in range(outputs) for j in range(inputs) if i * groups // outputs == j * groups // inputs
    ]
    kind = "depthwise" if groups == inputs else "ordinary" if groups == 1 else "grouped"
    return Sketch(
        title=f"{kind.capitalize()} convolution: {plural(groups, 'group')}",
        caption=f"Every line is one {kernel} × {kernel} kernel: {plural(len(links), 'kernel')} make "
        f"{number(weights)} weights, 1/{groups} of the {number(dense)} of an ordinary convolution."
        if groups > 1
        else f"Every line is one {kernel} × {kernel} kernel: {len(links)} kernels, {number(weights)} "
        "weights.",
        alt=f"{plural(inputs, 'input channel')} above, {plural(outputs, 'output channel')} below, in "
        f"{plural(groups, 'group')}; each output channel is joined to {inputs // groups} input channels. "
        f"Beside it the matrix of kernels, {len(links)} of {inputs * outputs} filled. {number(weights)} "
        f"weights; one group would have {number(dense)}.",
        data=Table(
            ("output channel", "input channels"),
            tuple((i, ", ".join(str(j) for o, j in links if o == i)) for i in range(outputs)),
        ),
        drawing=_groups_drawing((inputs, outputs), links),
    )


def _groups_drawing(channels: tuple[int, int], links: list[tuple[int, int]]) -> Drawing:
    inputs, outputs = channels
    step = 220 / max(inputs, outputs)
    size = min(24.0, step - 5)
    upper = [(MARGIN + (at + 0.5) * 220 / inputs, 56.0) for at in range(inputs)]
    lower = [(MARGIN + (at + 0.5) * 220 / outputs, 176.0) for at in range(outputs)]
    side = min(26.0, 150 / max(inputs, outputs))
    grid = Grid(WIDTH - MARGIN - side * inputs, 44 + (144 - side * outputs) / 2, side, outputs, inputs)
    marks: list[Mark] = [Path((upper[j], lower[i]), "kernel", 1.25) for i, j in links]
    marks += [Rect(x - size / 2, y - 12, size, 24, "input-fill", "input", 1.25) for x, y in upper]
    marks += [Rect(x - size / 2, y - 12, size, 24, "output-fill", "output", 1.25) for x, y in lower]
    for i in range(outputs):
        for j in range(inputs):
            x, y = grid.corner(i, j)
            marks.append(
                cell(x, y, side, "kernel") if (i, j) in links else Rect(x, y, side, side, "none", "grid")
            )
    return Drawing.fitted(
        WIDTH,
        marks,
        [
            Text(MARGIN, 30, "input channels", SMALL, "start", "input-ink"),
            grid.heading("kernels", "kernel-ink"),
        ],
        [Text(MARGIN, 208, "output channels", SMALL, "start", "output-ink")],
    )


@draws("separable-block", inputs=Whole(1, 1024), outputs=Whole(1, 1024), kernel=Whole(1, 11))
def separable_block(*, inputs: int = 64, outputs: int = 128, kernel: int = 3) -> Sketch:
    """Draw an ordinary convolution beside its depthwise-separable form, with weights as bars to scale."""
    ordinary = conv_weights(inputs, outputs, kernel)
    depthwise = conv_weights(inputs, inputs, kernel, inputs)
    pointwise = conv_weights(inputs, outputs, 1)
    share = (depthwise + pointwise) / ordinary
    formula = f"1/{outputs} + 1/{kernel}² = {number(share, 4)}"
    return Sketch(
        title=f"A {kernel} × {kernel} convolution, taken apart",
        caption=f"From {inputs} to {outputs} channels: first one {kernel} × {kernel} kernel for each "
        "channel (depthwise), then a 1 × 1 convolution that mixes channels (pointwise). The share of the "
        f"weights that is left is {formula}.",
        alt=f"Three bars of weights to scale. Ordinary: {number(ordinary)}. Depthwise {number(depthwise)} "
        f"and pointwise {number(pointwise)}, together {number(depthwise + pointwise)}. Share left: "
        f"{formula}.",
        data=Table(
            ("layer", "weights"),
            (("ordinary", ordinary), ("depthwise", depthwise), ("pointwise", pointwise)),
        ),
        drawing=_separable_drawing((ordinary, depthwise, pointwise), kernel, formula),
    )


def _separable_drawing(counts: tuple[int, int, int], kernel: int, formula: str) -> Drawing:
    names = (f"ordinary {kernel} × {kernel}", f"depthwise {kernel} × {kernel}", "pointwise 1 × 1")
    return _bars(list(zip(names, counts, strict=True)), f"share of the weights: {formula}")


def _bars(rows: list[tuple[str, int]], verdict: str) -> Drawing:
    """Return weights as bars to scale, each in a frame as long as the longest, and a sentence under them."""
    longest = max(count for _, count in rows)
    marks: list[Mark] = []
    for at, (words, count) in enumerate(rows):
        y = 20.0 + at * 58
        full = WIDTH - 2 * MARGIN
        marks.append(Text(MARGIN, y + 8, words, LABEL, "start"))
        marks.append(Text(WIDTH - MARGIN, y + 8, plural(count, "weight"), LABEL, "end", "kernel-ink"))
        marks.append(Rect(MARGIN, y + 16, full, 20, "none", "grid"))
        marks.append(
            Rect(MARGIN, y + 16, max(1.0, full * count / longest), 20, "kernel-fill", "kernel", 1.25)
        )
    return Drawing.fitted(
        WIDTH, [*marks, Text(MARGIN, 40.0 + len(rows) * 58, verdict, LABEL, "start", bold=True)]
    )


@draws("stacked-kernels", layers=Whole(1, 7), channels=Whole(1, 1024))
def stacked_kernels(*, layers: int = 3, channels: int = 64) -> Sketch:
    """Draw the weights of several 3×3 convolutions beside those of one large kernel that sees as much."""
    side = 2 * layers + 1
    stacked, single = layers * conv_weights(channels, channels, 3), conv_weights(channels, channels, side)
    factors = f"{9 * layers}C² : {side * side}C²"
    return Sketch(
        title=f"{layers} × (3 × 3) against one {side} × {side}",
        caption=f"Both see {side} × {side} pixels. With C = {channels} channels throughout, the stack has "
        f"{number(stacked)} weights, the single kernel {number(single)}: {factors}, a share of "
        f"{number(100 * stacked / single, 1)}%, and the stack bends {plural(layers, 'time')} instead of "
        "once.",
        alt=f"Two bars of weights to scale for {channels} channels: {plural(layers, 'layer')} of 3 × 3 "
        f"with {number(stacked)} weights, and one {side} × {side} with {number(single)}. Ratio {factors}.",
        data=Table(
            ("layers", "weights"), ((f"{layers} of 3 × 3", stacked), (f"1 of {side} × {side}", single))
        ),
        drawing=_bars(
            [(f"{plural(layers, 'layer')} of 3 × 3", stacked), (f"one layer of {side} × {side}", single)],
            f"ratio {factors}",
        ),
    )


@draws("dense-block", layers=Whole(1, 6), entering=Whole(1, 512), growth=Whole(1, 128))
def dense_block(*, layers: int = 4, entering: int = 64, growth: int = 32) -> Sketch:
    """Draw a dense block: each layer takes all maps before it and adds a few (Huang et al. 2017)."""
    widths = [entering + growth * at for at in range(layers + 1)]
    joins = (layers + 1) * layers // 2
    total = sum(conv_weights(width, growth, 3) for width in widths[:-1])
    said = " → ".join(map(number, widths))
    return Sketch(
        title=f"A dense block of {plural(layers, 'layer')}",
        caption=f"Layer after layer sees all maps so far and adds {growth}: {said} channels, along "
        f"{joins} connections. As plain 3 × 3 convolutions the layers have {number(total)} weights.",
        alt=f"A column of {layers + 1} boxes, the input with {entering} channels and "
        f"{plural(layers, 'layer')} that add {growth} each; arcs lead from every box to every later one, "
        f"{joins} in all. Channels in front of each layer and at the end: {said}.",
        data=Table(
            ("layer", "channels in", "channels added", "weights of a 3 × 3"),
            tuple(
                (at + 1, width, growth, conv_weights(width, growth, 3))
                for at, width in enumerate(widths[:-1])
            ),
        ),
        drawing=_dense_drawing(widths, growth),
    )


def _dense_drawing(widths: list[int], growth: int) -> Drawing:
    x, step = 150.0, 58.0
    marks: list[Mark] = [Text(WIDTH - MARGIN, 22, "channels seen", SMALL, "end", "muted")]
    tops = [30 + step * at for at in range(len(widths))]
    for start, upper in enumerate(tops):
        for end in range(start + 1, len(tops)):
            y0, y1 = upper + 15, tops[end] + 15
            bend = x + 66 + 26 * (end - start)
            role, dash = ("input", ()) if start == 0 else ("output", (5.0, 3.0))
            curve = ((x + 62, y0 + 4), (bend, y0 + 8), (bend, y1 - 8), (x + 70, y1 - 3))
            marks.append(Path(curve, role, 1.25, dash=dash, curved=True))
            marks += arrow((x + 72, y1 - 3.5), (x + 63, y1 - 2), role)
    marks += box(x, tops[0], f"input: {number(widths[0])}", "input", width=124)
    for at, top in enumerate(tops[1:], 1):
        marks += box(x, top, f"layer {at}: +{growth}", "output", width=124)
        marks.append(Text(WIDTH - MARGIN, top + 19.5, number(widths[at - 1]), LABEL, "end", "kernel-ink"))
    marks.append(Text(x, tops[-1] + 62, f"all together: {number(widths[-1])} channels", LABEL, bold=True))
    return Drawing.fitted(WIDTH, marks)
