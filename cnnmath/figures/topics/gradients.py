"""Backpropagation through a convolution: who touches whom, and the numbers that flow back.

The derivation of these sums is in `derive`; their fast computation in `ops`. Here they are small enough
to check by hand.
"""

from __future__ import annotations

from fractions import Fraction

from cnnmath.errors import FigureError
from cnnmath.figures.layout import LABEL, MARGIN, SMALL, WIDTH, arrow, cell, centered, number, plural
from cnnmath.figures.marks import Drawing, Mark, Path, Rect, Text
from cnnmath.figures.parameters import Choice, Whole
from cnnmath.figures.registry import Sketch, Table, draws
from cnnmath.figures.topics.windows import Row

__all__ = ["backpropagation", "gradient_tracer"]


@draws(
    "gradient-tracer",
    input=Whole(1, 12),
    kernel=Whole(1, 6),
    stride=Whole(1, 4),
    padding=Whole(0, 3),
    of=Choice(("input", "weight")),
    at=Whole(0, 11),
)
def gradient_tracer(
    *, input_: int = 6, kernel: int = 3, stride: int = 1, padding: int = 1, of: str = "input", at: int = 2
) -> Sketch:
    """Draw which outputs one input (or one weight) touches, and the sum that is its gradient.

    Raises FigureError where no window fits or the chosen input or weight does not exist.
    """
    row = Row(input_, kernel, stride, padding, padding, 1)
    count = input_ if of == "input" else kernel
    if not row.starts() or at >= count:
        raise FigureError(
            where="figure gradient-tracer",
            given=f"{of} {at}, kernel {kernel} on {row.padded} cells",
            expected=f"a kernel that fits and {of} 0 to {count - 1}",
        )
    paths = _paths(row, of, at)
    name = "*x*" if of == "input" else "*w*"
    terms = [f"*g*_{{{i}}}·*w*_{{{a}}}" if of == "input" else f"*g*_{{{i}}}·*x*_{{{j}}}" for i, a, j in paths]
    formula = f"∂*L*/∂{name}_{{{at}}} = " + (" + ".join(terms) or "0")
    said = _plain(formula)
    touched = ", ".join(str(i) for i, _, _ in paths) or "none"
    noun = "output" if len(paths) == 1 else "outputs"
    return Sketch(
        title=f"The gradient of {of} {at}",
        caption=f"{of.capitalize()} {at} touches {noun} {touched}; the gradient collects what each of "
        f"them sends back: {said}, with g the gradient at the output.",
        alt=f"A row of {plural(input_, 'input')} with padding {padding} at each end over a row of "
        f"{plural(len(row.starts()), 'output')}, kernel {kernel}, stride {stride}. Lines mark the "
        f"{len(paths)} ways from {of} {at} to {noun} {touched}. {said}.",
        data=Table(("output", "weight", "input"), tuple(paths)),
        drawing=_tracer_drawing(row, paths, formula, (of, at)),
    )


def _paths(row: Row, of: str, at: int) -> list[tuple[int, int, int]]:
    """Return (output, weight, input) for every product that the chosen input or weight takes part in."""
    every = [
        (i, a, start + a - row.before) for i, start in enumerate(row.starts()) for a in range(row.kernel)
    ]
    if of == "input":
        return [path for path in every if path[2] == at]
    return [path for path in every if path[1] == at and 0 <= path[2] < row.cells]


def _plain(formula: str) -> str:
    return formula.replace("*", "").replace("_{", "").replace("}", "")


def _tracer_drawing(
    row: Row, paths: list[tuple[int, int, int]], formula: str, chosen: tuple[str, int]
) -> Drawing:
    side = min(34.0, (WIDTH - 2 * MARGIN) / row.padded)
    left = (WIDTH - side * row.padded) / 2
    top, under = 36.0, 150.0
    outputs = row.starts()
    into = {i for i, _, _ in paths}
    out_of = {j for _, _, j in paths}
    marks: list[Mark] = [Text(left, top - 9, "input", SMALL, "start", "input-ink")]
    for i, start in enumerate(outputs):
        for a, position in enumerate(row.taps(start)):
            hot = (i, a, position - row.before) in paths
            ends = (left + (position + 0.5) * side, top + 28), (left + (start + row.span / 2) * side, under)
            marks.insert(0, Path(ends, "gradient" if hot else "grid", 2.25 if hot else 1.0))
    labels = [_edge_label(row, path, left, (top + 28, under), side) for path in paths]
    for position in range(row.padded):
        j = position - row.before
        inside = 0 <= j < row.cells
        x = left + position * side
        marks.append(cell(x, top, side, "input" if inside else "padding", height=28))
        if inside:
            marks.append(centered(x + side / 2, top + 14, f"*x*_{{{j}}}"))
        if inside and (j in out_of):
            marks.append(Rect(x, top, side, 28, "none", "gradient", 2.5))
    width = min(side, row.stride * side)
    for i, start in enumerate(outputs):
        x = left + (start + row.span / 2) * side - width / 2
        marks.append(cell(x, under, width, "output", height=28))
        marks.append(centered(x + width / 2, under + 14, f"*g*_{{{i}}}"))
        if i in into:
            marks.append(Rect(x, under, width, 28, "none", "gradient", 2.5))
    heading = Text(left, under + 46, "gradient at the output", SMALL, "start", "output-ink")
    return Drawing.fitted(WIDTH, marks, *labels, [heading], _wrapped(formula, under + 76))


def _edge_label(
    row: Row, path: tuple[int, int, int], left: float, heights: tuple[float, float], side: float
) -> list[Mark]:
    """Return the weight's name on the lower third of its line, on a patch of paper."""
    i, a, j = path
    start = row.starts()[i]
    upper, lower = left + (j + row.before + 0.5) * side, left + (start + row.span / 2) * side
    x, y = upper + 0.55 * (lower - upper), heights[0] + 0.55 * (heights[1] - heights[0])
    return [Rect(x - 11, y - 9, 22, 18, "paper"), centered(x, y, f"*w*_{{{a}}}", LABEL, "kernel-ink")]


def _wrapped(formula: str, y: float) -> list[Mark]:
    """Return a long sum on lines of five terms."""
    head, _, tail = formula.partition(" = ")
    terms = tail.split(" + ")
    lines = [terms[at : at + 5] for at in range(0, len(terms), 5)]
    return [
        Text(
            MARGIN + 10,
            y + 22 * at,
            (f"{head} = " if at == 0 else "+ ") + " + ".join(line),
            15,
            "start",
            "gradient-ink",
        )
        for at, line in enumerate(lines)
    ]


Quantity = tuple[str, str, list[int], list[int], str]
"""Name, role, values, gradient, and the rule that makes the gradient."""

X, W, B, T = (1, 2, -1, 3), (2, -1), 1, (0, 1, -2)


@draws("backpropagation")
def backpropagation() -> Sketch:
    """Draw a small network forward and backward with all numbers: convolution, bias, ReLU, squared error."""
    z = [sum(W[a] * X[i + a] for a in range(len(W))) + B for i in range(len(T))]
    a = [max(0, value) for value in z]
    loss = Fraction(sum((y - t) ** 2 for y, t in zip(a, T, strict=True)), 2)
    da = [y - t for y, t in zip(a, T, strict=True)]
    dz = [g if value > 0 else 0 for g, value in zip(da, z, strict=True)]
    dx = [sum(dz[j - k] * W[k] for k in range(len(W)) if 0 <= j - k < len(dz)) for j in range(len(X))]
    dw = [sum(g * X[i + k] for i, g in enumerate(dz)) for k in range(len(W))]
    rows: list[Quantity] = [
        ("*x*", "input", list(X), dx, "*w* flipped ∗ d*z*"),
        ("*w*", "kernel", list(W), dw, "*x* ∗ d*z*"),
        ("*b*", "kernel", [B], [sum(dz)], "Σ d*z*"),
        ("*z*", "output", z, dz, "d*a*, 0 where *z* ≤ 0"),
        ("*a*", "output", a, da, "*a* − *t*"),
    ]
    table = tuple((_plain(name), _line(values), _line(back)) for name, _, values, back, _ in rows)
    said = "; ".join(f"{name} = {values}, gradient {back}" for name, values, back in table)
    return Sketch(
        title="One step of backpropagation in numbers",
        caption="Forward (left, downward): z = x ∗ w + b, a = ReLU(z), L = ½ Σ (a − t)² = "
        f"{_fraction(loss)} for the target t = {_line(list(T))}. Backward (right, upward): each gradient "
        "is made from the one below it.",
        alt=f"Two columns, values and gradients. {said}. Target {_line(list(T))}, loss {_fraction(loss)}.",
        data=Table(("quantity", "value", "gradient of the loss"), table),
        drawing=_backpropagation_drawing(rows, _fraction(loss)),
    )


def _line(values: list[int]) -> str:
    return ", ".join(map(number, values))


def _fraction(value: Fraction) -> str:
    return number(value.numerator) if value.denominator == 1 else number(float(value))


_TOPS = (44.0, 84.0, 124.0, 192.0, 260.0)
_FORWARD, _BACKWARD = 36.0, 206.0


def _backpropagation_drawing(rows: list[Quantity], loss: str) -> Drawing:
    marks: list[Mark] = [
        Text(_FORWARD, 26, "forward", LABEL, "start", "input-ink", bold=True),
        Text(_BACKWARD, 26, "backward", LABEL, "start", "gradient-ink", bold=True),
        Text(WIDTH - MARGIN, 26, "d*x* stands for ∂*L*/∂*x*", SMALL, "end", "muted"),
    ]
    for at, (name, role, values, back, rule) in enumerate(rows):
        middle = _TOPS[at] + 18.5
        marks += [*_strip(_FORWARD, _TOPS[at], values, role), *_strip(_BACKWARD, _TOPS[at], back, "gradient")]
        marks.append(Text(_FORWARD - 10, middle, name, 15, "end"))
        marks.append(Text(_BACKWARD - 10, middle, f"d{name}", 15, "end", "gradient-ink"))
        if at < 3:
            marks.append(Text(_BACKWARD + 28 * len(back) + 10, middle, rule, SMALL, "start", "gradient-ink"))
    words = zip(
        _TOPS[2:], ("∗ and +", "ReLU", "½ Σ (*a* − *t*)^{2}"), ("", rows[3][4], rows[4][4]), strict=True
    )
    for top, forward, backward in words:
        marks += arrow((_FORWARD + 14, top + 32), (_FORWARD + 14, top + 64), "input")
        marks += arrow((_BACKWARD + 14, top + 64), (_BACKWARD + 14, top + 32), "gradient")
        marks.append(Text(_FORWARD + 26, top + 52, forward, SMALL, "start", "muted"))
        if backward:
            marks.append(Text(_BACKWARD + 26, top + 52, backward, SMALL, "start", "gradient-ink"))
    marks += [
        Text(_FORWARD - 10, 347, "*L*", 15, "end"),
        Rect(_FORWARD, 328, 56, 28, "accent-fill", "accent"),
    ]
    marks += [
        centered(_FORWARD + 28, 342, loss),
        Text(_BACKWARD - 10, 347, "d*L*", 15, "end", "gradient-ink"),
    ]
    return Drawing.fitted(WIDTH, marks, _strip(_BACKWARD, 328, [1], "gradient"))


def _strip(x: float, y: float, values: list[int], role: str) -> list[Mark]:
    marks: list[Mark] = []
    for at, value in enumerate(values):
        marks.append(cell(x + at * 28, y, 28, role, height=28))
        marks.append(centered(x + at * 28 + 14, y + 14, number(value)))
    return marks
