"""Gradients: who touches whom, the backward pass by hand and as formulas, and how one finds a wrong one.

All numbers are exact. Rows and columns are counted from 0; layers do not turn their kernels. Letters:
x input, w weights, b bias, y output, g gradient of the loss L by the output; n input cells, k kernel cells, s
stride, p padding on each side, o outputs, m a place in the input, u a place in the kernel.
"""

from collections.abc import Sequence
from fractions import Fraction

from cnnmath.practice.author import (
    Choice,
    Domain,
    Draw,
    Expression,
    Integer,
    Items,
    Matrix,
    Mistake,
    Number,
    Option,
    Question,
    Shape,
    Variable,
    ask,
    line,
    question,
)
from cnnmath.practice.domains import Tensor
from cnnmath.practice.grids import (
    Rows,
    correlate,
    input_gradient,
    padded,
    patch,
    places,
    stretched,
    turned,
    weight_gradient,
)
from cnnmath.practice.lines import (
    Change,
    exchanged,
    first_changed,
    in_order,
    recorded,
    which_line,
    with_error,
)
from cnnmath.practice.shown import code, grid, listed, product_sum, signed

Row = tuple[int, ...]

BY_WEIGHT = "sum(g[i]*x[s*i + u - p], i, 0, o - 1)"
BY_INPUT = "sum(g[i]*w[m + p - s*i], i, 0, o - 1)"
BY_AVERAGED = "sum(g[i], i, max(0, m - k + 1), min(o - 1, m))/k"
LINEAR_INPUT = "sum(g[f]*w[f, c], f, 0, F - 1)"
LINEAR_WEIGHTS = "sum(g[e, f]*x[e, c], e, 0, B - 1)"
SHORTCUTS = "(1 + a)*(1 + b)*(1 + c)"

_SIZES = (
    Variable("n", "number of input cells", (1, 4), (1, 9), "input"),
    Variable("k", "kernel size", (1, 3), (1, 4), "kernel"),
    Variable("s", "stride", (1, 2), (1, 3), "stride"),
    Variable("p", "padding on each side", (0, 1), (0, 2), "padding"),
    Variable("o", "number of outputs", (1, 4), (1, 9), "output"),
)
_FITS = ("k <= n + 2p", "p < k", "o = floor((n + 2p - k)/s) + 1")
_INPUT = Tensor("x", "input", ("n",))
_WEIGHTS = Tensor("w", "weights", ("k",))
_BACK = Tensor("g", "gradient of the loss by the outputs", ("o",))

WEIGHT_AREA = Domain(
    "conv-gradient-weights",
    (*_SIZES, Variable("u", "place of the weight in the kernel", (0, 2), (0, 3))),
    (*_FITS, "u < k"),
    ((4, 2, 1, 0, 3, 1), (5, 3, 2, 0, 2, 1), (4, 3, 1, 1, 4, 0)),
    (_INPUT, _BACK),
)
INPUT_AREA = Domain(
    "conv-gradient-input",
    (*_SIZES, Variable("m", "place of the input cell", (0, 3), (0, 8))),
    (*_FITS, "m < n"),
    ((4, 2, 1, 0, 3, 1), (5, 3, 2, 0, 2, 2), (4, 3, 1, 1, 4, 0)),
    (_WEIGHTS, _BACK),
)
LINES_AREA = Domain(
    "conv-gradient-lines",
    (*WEIGHT_AREA.variables, INPUT_AREA.variable("m")),
    (*_FITS, "u < k", "m < n"),
    (),
    (_INPUT, _WEIGHTS, _BACK),
)
"""Where lines of the two derivations are compared, so that a broken line is known to be false."""

AVERAGE_AREA = Domain(
    "average-gradient",
    (
        Variable("n", "number of input cells", (1, 5), (1, 12), "input"),
        Variable("k", "size of the window", (1, 3), (1, 5), "kernel"),
        Variable("o", "number of outputs", (1, 5), (1, 12), "output"),
        Variable("m", "place of the input cell", (0, 4), (0, 11)),
    ),
    ("k <= n", "o = n - k + 1", "m < n"),
    ((4, 2, 3, 1), (5, 3, 3, 0)),
    (_BACK,),
)
LINEAR_AREA = Domain(
    "linear-gradient-input",
    (
        Variable("F", "number of outputs", (1, 4), (1, 9)),
        Variable("C", "number of inputs", (1, 4), (1, 9)),
        Variable("c", "place of the input", (0, 3), (0, 8)),
    ),
    ("c < C",),
    ((2, 3, 1),),
    (Tensor("w", "weights", ("F", "C")), Tensor("g", "gradient of the loss by the outputs", ("F",))),
)
BATCH_AREA = Domain(
    "linear-gradient-weights",
    (
        Variable("B", "number of examples in the batch", (1, 3), (1, 7)),
        Variable("F", "number of outputs", (1, 3), (1, 7)),
        Variable("C", "number of inputs", (1, 3), (1, 7)),
        Variable("f", "place of the output", (0, 2), (0, 6)),
        Variable("c", "place of the input", (0, 2), (0, 6)),
    ),
    ("f < F", "c < C"),
    ((2, 2, 3, 1, 2),),
    (Tensor("x", "inputs", ("B", "C")), Tensor("g", "gradient of the loss by the outputs", ("B", "F"))),
)
BLOCKS = Domain(
    "residual-slopes",
    tuple(
        Variable(name, f"slope of the {place} branch", (1, 3), (1, 9))
        for name, place in (("a", "first"), ("b", "second"), ("c", "third"))
    ),
)

BACK = "the gradient of the loss with respect to the outputs"
ADD_UP = "Whatever reaches the loss by several ways gets the sum over these ways."


def entries(draw: Draw, count: int, low: int = -4, high: int = 6) -> Row:
    """Draw whole numbers other than 0."""
    return tuple(draw.choice([value for value in range(low, high + 1) if value]) for _ in range(count))


def matrix(draw: Draw, height: int, width: int, low: int = -4, high: int = 6) -> Rows:
    """Draw a matrix of whole numbers other than 0."""
    return tuple(entries(draw, width, low, high) for _ in range(height))


def wrong(name: str, rows: Sequence[Sequence[object]], right: object, sentence: str) -> Mistake | None:
    """Return a mistake that gives other numbers than the right ones, or none where it would not show."""
    given = tuple(map(tuple, rows))
    return None if given == right else Mistake(name, listed(given), sentence)


def layer(k: int, s: int, p: int) -> str:
    """Return a layer on a row in words."""
    padding = f"{p} cell{'s' * (p > 1)} of zero padding on each side" if p else "no padding"
    return f"a kernel of {k} cells, stride {s} and {padding}"


def met(row: Row, back: Row, u: int, stride: int) -> list[tuple[int, int]]:
    """Return the products that a weight takes part in: gradient of the output, entry that was read."""
    return [(gradient, row[stride * i + u]) for i, gradient in enumerate(back)]


def touched(m: int, k: int, s: int, p: int, o: int) -> list[tuple[int, int]]:
    """Return (output, weight) for every window that covers input cell m."""
    return [(i, m + p - s * i) for i in range(o) if 0 <= m + p - s * i < k]


# Who touches whom


@question("gradients/touched", title="Which outputs does a cell touch?")
def touched_outputs(draw: Draw) -> Question:
    """Count the outputs that one input cell influences."""
    k, s, p, o = draw.until(
        lambda: (draw.integer(2, 5), draw.integer(1, 3), draw.integer(0, 2), draw.integer(5, 9)),
        lambda k, s, p, o: p < k and s <= k,
    )
    n = s * (o - 1) + k - 2 * p
    m = draw.integer(0, n - 1)
    ways = touched(m, k, s, p, o)
    first, last = ways[0][0], ways[-1][0]
    return ask(
        f"A convolution with {layer(k, s, p)} reads a row of {n} cells and returns {o} outputs. How many of "
        f"the outputs does input cell {m} touch? All are counted from 0. It is the gradients of these "
        "outputs that meet in the gradient of the cell.",
        answer=Integer(len(ways)),
        hints=(
            "Output $i$ reads the cells from $s*i - p$ on, as many as the kernel has.",
            "For which outputs does the cell lie in their window? Mind that there are no outputs before the "
            "first and behind the last.",
        ),
        solution=(
            f"Output $i$ reads cell {m} with weight number ${m} + {p} - {s}*i$, if the kernel has such a "
            f"weight, from 0 to {k - 1}.",
            f"That holds for the outputs from {first} to {last}: ${last} - {first} + 1 = {len(ways)}$",
        ),
        mistakes=(
            Mistake(
                "all-weights",
                k,
                "A cell meets at most that many weights; stride and borders leave some of them out.",
            )
            if k != len(ways)
            else None,
            Mistake("all-outputs", o, "Only the windows that cover the cell depend on it."),
            Mistake(
                "padding-ignored",
                len(touched(m, k, s, 0, o)),
                "The padding moves the windows: output 0 starts in front of cell 0.",
            )
            if len(touched(m, k, s, 0, o)) not in (len(ways), k, o)
            else None,
        ),
    )


# The chain rule


@question("gradients/chain", title="A chain of slopes", points=2)
def chain(draw: Draw) -> Question:
    """Multiply slopes along a small network with a ReLU and a squared error."""
    x, w, v, t = draw.until(
        lambda: (*entries(draw, 3, -4, 5), draw.integer(-9, 9)),
        lambda x, w, v, t: abs(w) > 1 and abs(v) > 1 and abs(x) > 1 and v * max(w * x, 0) != t,
    )
    z = w * x
    h = max(z, 0)
    y = v * h
    slope = int(z > 0)
    result = 2 * (y - t) * v * slope * x
    return ask(
        f"A network of one neuron after another computes $z = w*x$, then $h = max(z, 0)$, then $y = v*h$. "
        f"The loss is $(y - t)^2$. With $x = {x}$, $w = {w}$, $v = {v}$ and the target $t = {t}$: what is "
        "the gradient of the loss with respect to $w$?",
        answer=Integer(result),
        hints=(
            "Go forward first and write down z, h, y.",
            "Then go back: the slope of the loss by y, of y by h, of h by z, of z by w. Multiply the four.",
        ),
        solution=(
            f"Forward: $z = {w}*{signed(x)} = {z}$, $h = max({z}, 0) = {h}$, $y = {v}*{h} = {y}$.",
            f"The slope of the loss by y is $2*(y - t) = 2*({y} - {signed(t)}) = {2 * (y - t)}$; of y by h "
            f"it is {v}; of h by z it is {slope}, because z is {'positive' if slope else 'negative'}; of z "
            f"by w it is {x}.",
            f"${2 * (y - t)}*{signed(v)}*{slope}*{signed(x)} = {result}$",
        ),
        mistakes=(
            Mistake(
                "square-not-differentiated",
                (y - t) * v * slope * x,
                "The slope of a square has a factor of 2.",
            )
            if slope
            else Mistake(
                "not-masked",
                2 * (y - t) * v * x,
                "The ReLU is flat for negative z: nothing passes back through it.",
            ),
            Mistake(
                "second-weight-ignored",
                2 * (y - t) * slope * x,
                "The way from w to the loss leads through v as well.",
            )
            if slope
            else None,
            Mistake(
                "by-input",
                2 * (y - t) * v * slope * w,
                "This is the gradient with respect to x: the slope of z by w is x.",
            )
            if slope and w != x
            else None,
        ),
    )


@question("gradients/two-ways", title="Two ways to the loss", points=2)
def two_ways(draw: Draw) -> Question:
    """Add over two ways: one weight that is used twice."""
    row, w, back = draw.until(
        lambda: (entries(draw, 2), draw.integer(2, 9), entries(draw, 2)),
        lambda row, w, back: row[0] != row[1] and back[0] != back[1],
    )
    total = sum(a * b for a, b in zip(row, back, strict=True))
    return ask(
        f"One weight $w = {w}$ is used in two places: $y_0 = w*x_0$ and $y_1 = w*x_1$, with $x_0 = {row[0]}$ "
        f"and $x_1 = {row[1]}$. The gradients of the loss with respect to $y_0$ and $y_1$ are {back[0]} and "
        f"{back[1]}. What is its gradient with respect to $w$?",
        answer=Integer(total),
        hints=(
            "If the weight grows a little, both outputs change, and the loss feels both.",
            "For each way multiply the slopes along it; then put the two ways together.",
        ),
        solution=(
            f"{ADD_UP} By the first way {product_sum([(back[0], row[0])])}, by the second "
            f"{product_sum([(back[1], row[1])])}.",
            product_sum(zip(back, row, strict=True)),
            "This is all that weight sharing does to the backward pass.",
        ),
        mistakes=(
            Mistake("first-way-only", back[0] * row[0], "The weight is used twice; the second use counts."),
            Mistake("last-way-only", back[1] * row[1], "The second way is added to the first."),
            Mistake(
                "weight-as-slope",
                w * sum(back),
                "The slope of w times x with respect to w is x, not w.",
            ),
            Mistake(
                "averaged",
                f"{total}/2",
                "The ways are added, not averaged: each output moves the loss on its own.",
            ),
        ),
    )


# The convolution, forward and backward, by hand


@question("gradients/forward", title="Forward with bias and ReLU", points=2)
def forward(draw: Draw) -> Question:
    """Run convolution, bias and ReLU on a small picture."""
    s = draw.integer(1, 2)
    side = 3 if s == 1 else 4
    picture, kernel, bias = draw.until(
        lambda: (matrix(draw, side, side, -2, 4), matrix(draw, 2, 2, -2, 3), draw.choice((-3, -2, 2, 3))),
        lambda picture, kernel, bias: (
            any(e + bias < 0 for r in correlate(picture, kernel, s) for e in r)
            and any(e + bias > 0 for r in correlate(picture, kernel, s) for e in r)
            and turned(kernel) != kernel
        ),
    )
    sums = correlate(picture, kernel, s)
    before = tuple(tuple(entry + bias for entry in row) for row in sums)
    result, no_bias, flipped = (
        tuple(tuple(max(entry, 0) for entry in row) for row in rows)
        for rows in (
            before,
            sums,
            tuple(tuple(e + bias for e in row) for row in correlate(picture, turned(kernel), s)),
        )
    )
    seen = patch(picture, (0, 0), (2, 2))
    first = [(e, w) for line_, ws in zip(seen, kernel, strict=True) for e, w in zip(line_, ws, strict=True)]
    return ask(
        "The input of a layer:",
        grid(picture),
        "Its kernel:",
        grid(kernel),
        f"The layer slides the kernel with stride {s} and without padding, adds the bias {bias}, and applies "
        "ReLU. What comes out?",
        answer=Matrix(result),
        hints=(
            "One window at a time: multiply what lies on top of each other, and add the four products.",
            "Add the bias to each sum. Last, everything negative becomes 0.",
        ),
        solution=(
            f"The first sum: {product_sum(first)}",
            f"All sums: {code(sums)}. With the bias: {code(before)}. After ReLU: {code(result)}",
        ),
        mistakes=(
            Mistake("no-relu", listed(before), "ReLU is missing: negative entries become 0."),
            wrong("no-bias", no_bias, result, "The bias is added to each sum, before ReLU."),
            wrong("kernel-flipped", flipped, result, "The kernel was turned; layers do not turn it."),
        ),
    )


@question("gradients/weights", title="The gradient of a kernel", points=2)
def by_weights(draw: Draw) -> Question:
    """Collect the gradient of each weight of a 2 × 2 kernel."""
    picture, back = draw.until(
        lambda: (matrix(draw, 3, 3, -3, 5), matrix(draw, 2, 2, -3, 4)),
        lambda picture, back: turned(back) != back,
    )
    result = weight_gradient(picture, back, (2, 2))
    flipped = correlate(picture, turned(back))
    top = [
        (gradient, entry)
        for gradients, read in zip(back, patch(picture, (0, 0), (2, 2)), strict=True)
        for gradient, entry in zip(gradients, read, strict=True)
    ]
    return ask(
        "A convolution with a 2 × 2 kernel (stride 1, no padding) has read this picture:",
        grid(picture),
        f"On the way back, {BACK} arrives:",
        grid(back),
        "What is the gradient with respect to the kernel?",
        answer=Matrix(result),
        hints=(
            "Take the upper left weight. Which entry of the picture did it meet in each of the four windows?",
            "Multiply each of these entries by the gradient of the output that it went into, and add.",
        ),
        solution=(
            f"The upper left weight met the upper left 2 × 2 entries: {product_sum(top)}",
            "Each other weight met entries one further to the right or one further down. So the gradient is "
            f"the picture, read by the gradient of the outputs as by a kernel: {code(result)}",
        ),
        mistakes=(
            wrong(
                "kernel-flipped",
                flipped,
                result,
                "You turned the gradient around. For the weights nothing is flipped; that happens for the "
                "input.",
            ),
            wrong(
                "one-window",
                tuple(tuple(e * back[0][0] for e in row) for row in patch(picture, (0, 0), (2, 2))),
                result,
                "A weight is used in every window; this is the share of the first one.",
            ),
        ),
    )


@question("gradients/weights-strided", title="The gradient of a kernel, with stride and padding", points=2)
def by_weights_strided(draw: Draw) -> Question:
    """Collect the gradient of each weight of a kernel that jumps over a padded row."""
    s, p = draw.choice(((2, 0), (2, 1), (1, 1)))
    o = 3
    n = s * (o - 1) + 3 - 2 * p
    row, back = draw.until(lambda: (entries(draw, n), entries(draw, o)), lambda row, back: back != back[::-1])
    read = padded((row,), (0, p))
    (result,) = weight_gradient(read, (back,), (1, 3), s)
    products = (product_sum(met(read[0], back, u, s)) for u in range(3))
    return ask(
        f"A convolution with {layer(3, s, p)} read the row {code((row,))}. On the way back, {BACK} arrives: "
        f"{code((back,))}. What is the gradient with respect to the three weights?",
        answer=Matrix((result,)),
        hints=(
            "Write the padded row down and mark the windows in it.",
            "The first weight met the first cell of each window. Multiply each by the gradient of its "
            "window.",
        ),
        solution=(
            f"The windows read {', '.join(code((read[0][s * i : s * i + 3],)) for i in range(o))}.",
            *(f"Weight {u}: {shown}" for u, shown in enumerate(products)),
            code((result,)),
        ),
        mistakes=(
            wrong(
                "stride-ignored",
                (weight_gradient(read, (back,), (1, 3), 1)[0],),
                (result,),
                f"The windows start {s} cells apart, so a weight meets every {s}nd cell only.",
            )
            if s > 1
            else None,
            wrong(
                "padding-ignored",
                (weight_gradient(padded((row,), (0, 1)), (back,), (1, 3), s)[0],)
                if p == 0
                else (weight_gradient(((*row, 0, 0),), (back,), (1, 3), s)[0],),
                (result,),
                "There is no padding here: the first window starts at the first cell."
                if p == 0
                else "The first window starts in the padding, one cell in front of the row.",
            ),
            wrong(
                "flipped",
                (result[::-1],),
                (result,),
                "The order is turned around: for the weights nothing is flipped.",
            ),
        ),
    )


@question("gradients/input", title="The gradient of an input", points=2)
def by_input(draw: Draw) -> Question:
    """Stamp the kernel for every output."""
    back, kernel = draw.until(
        lambda: (matrix(draw, 2, 2, -3, 4), matrix(draw, 2, 2, -3, 4)),
        lambda back, kernel: turned(kernel) != kernel and turned(back) != back,
    )
    result = input_gradient(back, kernel, (3, 3))
    unflipped = correlate(padded(back, (1, 1)), kernel)
    overwritten = [[0] * 3 for _ in range(3)]
    for top, left in places((3, 3), (2, 2)):
        for u in range(2):
            for v in range(2):
                overwritten[top + u][left + v] = back[top][left] * kernel[u][v]
    middle = [(back[1 - u][1 - v], kernel[u][v]) for u in (1, 0) for v in (1, 0)]
    return ask(
        "A convolution (stride 1, no padding) has this kernel:",
        grid(kernel),
        f"It read a picture of 3 × 3. On the way back, {BACK} arrives:",
        grid(back),
        "What is the gradient with respect to the picture?",
        answer=Matrix(result),
        hints=(
            "Output by output: its gradient times the kernel, laid down where its window was.",
            "Where windows overlap, what they lay down is added.",
        ),
        solution=(
            "The entry in the middle was read by all four windows, each time by another weight: "
            + product_sum(middle),
            "The corners were read by one window only. All entries: " + code(result),
        ),
        mistakes=(
            wrong(
                "kernel-not-flipped",
                unflipped,
                result,
                "The first output read a cell with a later weight than the second one did: going back, the "
                "kernel has to be turned.",
            ),
            wrong(
                "overwritten",
                overwritten,
                result,
                "Where windows overlap, the shares are added; the last one does not replace the others.",
            ),
            wrong(
                "cropped",
                correlate(back, turned(kernel)),
                result,
                "The picture is 3 × 3, so is its gradient.",
            ),
        ),
    )


@question("gradients/input-strided", title="The gradient of an input, with stride", points=3)
def by_input_strided(draw: Draw) -> Question:
    """Stamp the kernel at a distance: zeros appear between the gradients."""
    k, s = draw.choice(((3, 2), (2, 2), (3, 3), (4, 2)))
    back, kernel = draw.until(
        lambda: (entries(draw, 3), entries(draw, k, -3, 5)),
        lambda back, kernel: kernel != kernel[::-1] and back != back[::-1],
    )
    n = 2 * s + k
    (result,) = input_gradient((back,), (kernel,), (1, n), s)
    between = stretched((back,), s)
    (unflipped,) = correlate(padded(between, (0, k - 1)), (kernel,))
    return ask(
        f"A convolution with the kernel {code((kernel,))}, stride {s} and no padding read a row of {n} "
        f"cells. On the way back, {BACK} arrives: {code((back,))}. What is the gradient with respect to the "
        "row?",
        answer=Matrix((result,)),
        hints=(
            f"Each output lays down its gradient times the kernel; the next output does so {s} cells "
            "further.",
            f"Or: put {s - 1} zero{'s' * (s > 2)} between the gradients, and slide the turned kernel over "
            "them with stride 1, with as much padding as it takes.",
        ),
        solution=(
            *(
                f"Output {i}, from cell {s * i} on: {code((tuple(g * w for w in kernel),))}"
                for i, g in enumerate(back)
            ),
            f"Added up: {code((result,))}",
            f"The same by sliding: the turned kernel {code((kernel[::-1],))} over {code(between)}, with "
            f"{k - 1} zero{'s' * (k > 2)} on each side.",
        ),
        mistakes=(
            wrong(
                "kernel-not-flipped",
                (unflipped,),
                (result,),
                "You slid the kernel as it is; it has to be turned on the way back.",
            ),
            wrong(
                "stride-ignored",
                (input_gradient((back,), (kernel,), (1, k + 2))[0],),
                (result,),
                f"The windows are {s} cells apart, and so are the places where the kernel is laid down.",
            ),
        ),
    )


@question("gradients/input-padded", title="The gradient of an input, with padding", points=2)
def by_input_padded(draw: Draw) -> Question:
    """Drop what falls on the padding."""
    back, kernel = draw.until(
        lambda: (entries(draw, 4), entries(draw, 3, -3, 5)),
        lambda back, kernel: kernel != kernel[::-1] and back != back[::-1],
    )
    (whole,) = input_gradient((back,), (kernel,), (1, 6))
    result = whole[1:5]
    (unflipped,) = correlate(padded((back,), (0, 1)), (kernel,))
    return ask(
        f"A convolution with the kernel {code((kernel,))}, stride 1 and one cell of zero padding on each "
        f"side read a row of 4 cells. On the way back, {BACK} arrives: {code((back,))}. What is the gradient "
        "with respect to the four cells?",
        answer=Matrix((result,)),
        hints=(
            "Work on the padded row of six cells first.",
            "What falls on the padding changes nothing that exists: leave it out.",
        ),
        solution=(
            f"On the padded row: {code((whole,))}.",
            f"Without the two padding cells: {code((result,))}",
        ),
        mistakes=(
            Mistake(
                "padding-kept",
                [list(whole)],
                "This is the gradient of the padded row; padding is no part of the input.",
            ),
            wrong(
                "kernel-not-flipped",
                (unflipped,),
                (result,),
                "You slid the kernel as it is; it has to be turned on the way back.",
            ),
            wrong("cropped-at-end", (whole[:4],), (result,), "One cell of padding is at each end."),
        ),
    )


@question("gradients/bias", title="The gradient of a bias")
def by_bias(draw: Draw) -> Question:
    """Add up the gradient of a map over a batch."""
    count = draw.integer(1, 2)
    maps = tuple(matrix(draw, 2, draw.integer(2, 3), -5, 7) for _ in range(count))
    sums = [sum(map(sum, rows)) for rows in maps]
    cells = sum(len(rows) * len(rows[0]) for rows in maps)
    total = sum(sums)
    made = "one map" if count == 1 else f"one map for each of the {count} examples of a batch"
    return ask(
        f"A filter with a bias made {made}. The gradient of the loss with respect to "
        f"{'the map' if count == 1 else 'the maps'} is",
        *map(grid, maps),
        "What is its gradient with respect to the bias of this filter?",
        answer=Integer(total),
        hints=(
            "How does each entry of the map change when the bias grows by 1?",
            f"The slope of every entry by the bias is 1. {ADD_UP}",
        ),
        solution=(
            "The bias enters every output of its filter once, with slope 1, so the gradients are added: "
            f"${' + '.join(map(signed, (e for rows in maps for row in rows for e in row)))} = {total}$",
        ),
        mistakes=(
            Mistake(
                "averaged",
                f"{total}/{cells}",
                "The gradients are added, not averaged: each output feels the whole bias.",
            )
            if total
            else None,
            Mistake("first-entry", maps[0][0][0], "The bias is in every entry, not in the first one only."),
            Mistake(
                "first-example",
                sums[0],
                "Both examples were made with the same bias; both maps count.",
            )
            if count == 2
            else None,
        ),
    )


@question("gradients/shape", title="The shape of a gradient")
def shape(draw: Draw) -> Question:
    """Give the shape of a gradient, which is that of what it belongs to."""
    batch, channels, filters = draw.sample([2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64], 3)
    side, k = draw.choice((14, 16, 20, 28, 32)), draw.choice((3, 5, 7))
    out = side - k + 1
    of = draw.choice(("weights", "input"))
    shapes = {
        "weights": (filters, channels, k, k),
        "input": (batch, channels, side, side),
        "output": (batch, filters, out, out),
    }
    axes = {
        "weights": ("filters", "channels", "kernel height", "kernel width"),
        "input": ("examples", "channels", "height", "width"),
    }
    swapped = {"weights": (channels, filters, k, k), "input": (batch, filters, side, side)}
    return ask(
        f"A convolution with {filters} filters of {k} × {k} (stride 1, no padding, one group) reads a batch "
        f"of {batch} inputs with {channels} channels, {side} × {side} each. What is the shape of the "
        f"gradient of the loss with respect to its {of}?",
        answer=Shape(shapes[of], axes[of]),
        hints=(
            "A gradient holds one number for each number that it belongs to.",
            "Each filter has a window of weights for every input channel."
            if of == "weights"
            else "Write down the shape of the batch itself.",
        ),
        solution=(
            f"The gradient has the shape of the {of}: {shapes[of]}.",
            f"(The gradient that arrives has the shape of the output, {shapes['output']}.)",
        ),
        mistakes=(
            Mistake(
                "output-shape",
                shapes["output"],
                "This is the shape of the gradient that arrives, with respect to the output.",
            ),
            Mistake(
                "channels-swapped",
                swapped[of],
                "Filters make output channels; the channels that a filter reads are those of the input.",
            ),
        ),
    )


# Pooling


def winners(row: Row, k: int, s: int, *, last: bool = False) -> list[int]:
    """Return the place that wins each window: the first of its largest entries, or the last."""
    found = []
    for start in range(0, len(row) - k + 1, s):
        cells = range(start + k - 1, start - 1, -1) if last else range(start, start + k)
        found.append(max(cells, key=lambda at: row[at]))
    return found


def routed(length: int, winning: Sequence[int], back: Row, *, keep: bool = True) -> Row:
    """Return the gradient of a row when each window sends its own to its winner; added up unless not kept."""
    found = [0] * length
    for at, gradient in zip(winning, back, strict=True):
        found[at] = gradient + (found[at] if keep else 0)
    return tuple(found)


@question("gradients/max-pool-ties", title="Ties and overlap in max pooling", points=3)
def max_pool_ties(draw: Draw) -> Question:
    """Route gradients where windows overlap and maxima are tied."""
    k, s = draw.choice(((3, 1), (3, 2), (2, 1)))
    n = {(3, 1): 6, (3, 2): 7, (2, 1): 5}[(k, s)]
    row, back = draw.until(
        lambda: (
            tuple(draw.integer(0, 5) for _ in range(n)),
            draw.sample([v for v in range(-9, 10) if v], (n - k) // s + 1),
        ),
        lambda row, back: (
            winners(row, k, s) != winners(row, k, s, last=True)
            and len(set(winners(row, k, s))) < len(back)
            and routed(n, winners(row, k, s), back) != routed(n, winners(row, k, s), back, keep=False)
        ),
    )
    first = winners(row, k, s)
    result = routed(n, first, back)
    shares = [Fraction(0)] * n
    for start, gradient in zip(range(0, n - k + 1, s), back, strict=True):
        most = max(row[start : start + k])
        tied = [at for at in range(start, start + k) if row[at] == most]
        for at in tied:
            shares[at] += Fraction(gradient, len(tied))
    return ask(
        f"Max pooling with windows of {k} cells and stride {s} (no padding) read the row {code((row,))}. On "
        f"the way back, {BACK} arrives: {code((back,))}. What is the gradient with respect to the row? If a "
        "window has its largest value more than once, the **first** one wins.",
        answer=Matrix((result,)),
        hints=(
            "Window by window: which cell won it? Write the winners' places down.",
            "A cell that won several windows gets the sum of their gradients.",
        ),
        solution=(
            "The winners, window by window: " + ", ".join(f"cell {at}" for at in first) + ".",
            f"Each gets the gradient of its window; what meets is added: {code((result,))}",
        ),
        mistakes=(
            wrong(
                "overwritten",
                (routed(n, first, back, keep=False),),
                (result,),
                "A cell that won several windows gets all of their gradients, added up.",
            ),
            wrong(
                "last-of-equals",
                (routed(n, winners(row, k, s, last=True), back),),
                (result,),
                "Among equal values the first one wins here.",
            ),
            wrong(
                "ties-split",
                (tuple(shares),),
                (result,),
                "You shared the gradient among equal values; here the first one gets all of it.",
            ),
        ),
    )


@question("gradients/average-overlap", title="Average pooling with overlap", points=2)
def average_overlap(draw: Draw) -> Question:
    """Share gradients among the cells of overlapping windows."""
    k = draw.integer(2, 3)
    parts = entries(draw, 4, -5, 6)
    back = tuple(k * part for part in parts)
    n = len(back) + k - 1
    kernel = (1,) * k
    (result,) = input_gradient((parts,), (kernel,), (1, n))
    (whole,) = input_gradient((back,), (kernel,), (1, n))
    counts = [sum(start <= at < start + k for start in range(4)) for at in range(n)]
    return ask(
        f"Average pooling with windows of {k} cells and stride 1 (no padding) read a row of {n} cells. On "
        f"the way back, {BACK} arrives: {code((back,))}. What is the gradient with respect to the row?",
        answer=Matrix((result,)),
        hints=(
            f"A window shares its gradient equally among its {k} cells.",
            "A cell in the middle lies in several windows and gets a share of each.",
        ),
        solution=(
            f"The shares of the four windows: {code((parts,))}.",
            f"Each cell adds the shares of the windows that cover it; there are {counts} such windows.",
            code((result,)),
        ),
        mistakes=(
            wrong(
                "not-divided",
                (whole,),
                (result,),
                f"Each cell counts for one part in {k} of the mean, so it gets one part in {k} of the "
                "gradient.",
            ),
            wrong(
                "averaged-twice",
                (tuple(Fraction(e, c) for e, c in zip(result, counts, strict=True)),),
                (result,),
                "The shares of several windows are added, not averaged.",
            ),
        ),
    )


# Element by element, and the loss


@question("gradients/relu", title="Back through ReLU")
def relu(draw: Draw) -> Question:
    """Let a gradient pass where the input was positive."""
    before, back = draw.until(
        lambda: (matrix(draw, 2, 3, -5, 5), matrix(draw, 2, 3, -5, 6)),
        lambda before, back: (
            2 <= sum(e > 0 for row in before for e in row) <= 4
            and any(b < 0 < e for r, q in zip(before, back, strict=True) for e, b in zip(r, q, strict=True))
            and any(e < 0 < b for r, q in zip(before, back, strict=True) for e, b in zip(r, q, strict=True))
        ),
    )

    def each(rule: object) -> Rows:
        return tuple(
            tuple(rule(e, b) for e, b in zip(row, gradients, strict=True))  # type: ignore[operator]  # a rule
            for row, gradients in zip(before, back, strict=True)
        )

    result = each(lambda e, b: b if e > 0 else 0)
    return ask(
        "ReLU has read these numbers:",
        grid(before),
        f"On the way back, {BACK} arrives:",
        grid(back),
        "What is the gradient with respect to the numbers that ReLU has read?",
        answer=Matrix(result),
        hints=(
            "Where the number was negative, ReLU returned 0 whatever it was: what is its slope there?",
            "The sign that matters is the one of the number, not the one of the gradient.",
        ),
        solution=(
            "Where the number was positive the slope is 1, elsewhere 0: the gradient passes or is blocked.",
            code(result),
        ),
        mistakes=(
            Mistake("not-masked", listed(back), "ReLU is flat for negative numbers: nothing passes there."),
            wrong(
                "relu-of-gradient",
                each(lambda e, b: max(b, 0)),
                result,
                "You applied ReLU to the gradient. The mask comes from the numbers of the forward pass.",
            ),
            wrong(
                "mask-inverted",
                each(lambda e, b: b if e < 0 else 0),
                result,
                "It is the other way round: the gradient passes where the number was positive.",
            ),
            wrong(
                "times-value",
                each(lambda e, b: e * b if e > 0 else 0),
                result,
                "The slope of ReLU for positive numbers is 1, not the number.",
            ),
        ),
    )


@question("gradients/softmax", title="Softmax and cross-entropy", points=2)
def softmax(draw: Draw) -> Question:
    """Subtract the target from the probabilities."""
    count = draw.integer(3, 4)
    powers = draw.sample(range(1, 10), count)
    right = draw.integer(0, count - 1)
    total = sum(powers)
    shares = tuple(Fraction(power, total) for power in powers)
    result = tuple(share - (at == right) for at, share in enumerate(shares))
    nearly = tuple(-1 / shares[right] if at == right else Fraction(0) for at in range(count))
    return ask(
        f"A network gives scores to {count} classes. Their exponentials (e to the power of the score) are "
        f"{code((powers,))}. The right class is number {right}, counted from 0; the loss is the "
        "cross-entropy after softmax. What is the gradient of the loss with respect to the scores? Answer "
        "with a row of fractions.",
        answer=Matrix((result,)),
        hints=(
            "Softmax divides each exponential by the sum of all.",
            "For softmax together with cross-entropy the gradient is remarkably short: compare the "
            "probabilities with the target, which is 1 for the right class and 0 elsewhere.",
        ),
        solution=(
            f"The exponentials add up to {total}, so the probabilities are "
            f"`[{', '.join(map(str, shares))}]`.",
            f"Probability minus target: only class {right} changes, "
            f"${powers[right]}/{total} - 1 = {powers[right] - total}/{total}$.",
            f"`[{', '.join(map(str, result))}]`. The entries add up to 0.",
        ),
        mistakes=(
            Mistake(
                "probabilities", listed((shares,)), "The target is missing: subtract 1 at the right class."
            ),
            Mistake(
                "sign",
                listed((tuple(-e for e in result),)),
                "This is target minus probability, the direction in which to walk; the gradient is its "
                "opposite.",
            ),
            Mistake(
                "loss-only",
                listed((nearly,)),
                "This is the gradient with respect to the probabilities; softmax comes on top of it.",
            ),
        ),
    )


@question("gradients/saturation", title="What is left of a gradient")
def saturation(draw: Draw) -> Question:
    """Multiply the largest slope of sigmoid over layers."""
    depth, gradient = draw.integer(2, 6), draw.integer(3, 120)
    result = Fraction(gradient, 4**depth)
    return ask(
        f"A gradient of {gradient} goes back through {depth} sigmoids in a row (nothing else is between "
        "them). The slope of the sigmoid with output y is $y*(1 - y)$. What is the largest gradient that can "
        "be left at the end?",
        answer=Number(result),
        hints=(
            "For which y from 0 to 1 is the slope largest, and how large is it?",
            "Each sigmoid multiplies the gradient by its slope, at best by the largest one.",
        ),
        solution=(
            "The slope is largest where the output is one half: $1/2*(1 - 1/2) = 1/4$.",
            f"After {depth} layers: ${gradient}*(1/4)^{depth} = {result}$",
        ),
        mistakes=(
            Mistake(
                "half",
                f"{gradient}/2^{depth}",
                "One half is the output where the slope is largest; the slope itself is smaller.",
            ),
            Mistake(
                "divided-once",
                f"{gradient}/4",
                f"There are {depth} sigmoids, and each of them multiplies by its slope.",
            ),
            Mistake(
                "added",
                f"{gradient}/(4*{depth})",
                "Slopes along a way are multiplied, not added.",
            )
            if 4 * depth != 4**depth
            else None,
            Mistake("unchanged", gradient, "The slope of a sigmoid never is 1."),
        ),
    )


@question("gradients/shortcut", title="The highway of a residual block", points=2)
def shortcut(draw: Draw) -> Question:
    """Multiply one plus the slope of each branch."""
    a, b, c = draw.until(
        lambda: tuple(Fraction(draw.integer(-9, 9), 10) for _ in range(3)),
        lambda a, b, c: a * b * c != 0 and len({a, b, c}) == 3,
    )
    result = (1 + a) * (1 + b) * (1 + c)
    shown = [f"{signed(int(10 * part))}/10" for part in (a, b, c)]
    return ask(
        "Three residual blocks follow one another. Each adds what its branch computes to what it was given, "
        f"and the slopes of the three branches are {float(a)}, {float(b)} and {float(c)}. With which factor "
        "does a gradient come through all three, backward?",
        answer=Number(result),
        hints=(
            "A block returns its input plus its branch. What is the slope of a sum?",
            "Each block multiplies the gradient by 1 plus the slope of its branch.",
        ),
        solution=(
            "$" + "*".join(f"(1 + {part})" for part in shown) + f" = {result}$",
            "Without the shortcuts only $" + "*".join(f"({part})" for part in shown) + f" = {a * b * c}$ "
            "would be left.",
        ),
        mistakes=(
            Mistake("no-shortcut", str(a * b * c), "The shortcuts are missing: each block adds its input."),
            Mistake(
                "added-once",
                str(1 + a * b * c),
                "Each block has a shortcut of its own, so each factor has its own 1.",
            ),
            Mistake(
                "sum", str(1 + a + b + c), "This leaves out the ways that lead through several branches."
            ),
        ),
    )


# Batch norm


@question("gradients/batch-norm-affine", title="Scale and shift of batch norm")
def batch_norm_affine(draw: Draw) -> Question:
    """Give the gradients of gamma and beta."""
    z = draw.choice(((-1, -1, 1, 1), (-1, 1, -1, 1), (1, -1, -1, 1), (-1, 1, 1, -1), (1, 1, -1, -1)))
    back, gamma = draw.until(
        lambda: (entries(draw, 4, -6, 8), draw.integer(2, 5)),
        lambda back, gamma: sum(back) != sum(a * b for a, b in zip(z, back, strict=True)) != 0,
    )
    scale = sum(a * b for a, b in zip(z, back, strict=True))
    result = (scale, sum(back))
    return ask(
        f"Batch norm turned a channel into the normalized values {code((z,))} and returned $y = gamma*z + "
        f"beta$ with $gamma = {gamma}$. On the way back, {BACK} arrives: {code((back,))}. What are the "
        "gradients with respect to gamma and to beta? Answer with a row of the two.",
        answer=Matrix((result,)),
        hints=(
            "One gamma and one beta serve all values of the channel.",
            f"The slope of y by gamma is z, by beta it is 1. {ADD_UP}",
        ),
        solution=(
            f"By gamma: {product_sum(zip(back, z, strict=True))}",
            f"By beta: ${' + '.join(map(signed, back))} = {sum(back)}$",
            code((result,)),
        ),
        mistakes=(
            Mistake("swapped", [list(result[::-1])], "Gamma comes first, then beta."),
            Mistake(
                "gamma-as-slope",
                [[gamma * sum(back), sum(back)]],
                "The slope of gamma times z with respect to gamma is z.",
            )
            if gamma * sum(back) not in (scale, sum(back))
            else None,
            Mistake(
                "beta-scaled",
                [[scale, gamma * sum(back)]],
                "Beta is added behind gamma: its slope is 1.",
            )
            if sum(back)
            else None,
        ),
    )


@question("gradients/batch-norm-sum", title="What batch norm takes out of a gradient", points=2)
def batch_norm_sum(draw: Draw) -> Question:
    """Find the missing entry of a gradient that adds up to zero."""
    known = draw.until(
        lambda: entries(draw, 3, -9, 9), lambda *known: sum(known) != 0 and len(set(known)) == 3
    )
    missing = -sum(known)
    place = draw.integer(0, 3)
    row = [*map(str, known)]
    row.insert(place, "?")
    return ask(
        f"The gradient with respect to the four inputs of a batch norm (one channel) is "
        f"`[{', '.join(row)}]`. Which number is missing?",
        answer=Integer(missing),
        hints=(
            "Add the same number to all four inputs. What happens to the outputs, when the mean is "
            "subtracted?",
            "So a step in the direction (1, 1, 1, 1) must not change the loss.",
        ),
        solution=(
            "Moving all inputs together changes the mean as well, and the outputs stay. So the loss has "
            "slope 0 in this direction: the four entries add up to 0.",
            f"$-({' + '.join(map(signed, known))}) = {missing}$",
        ),
        mistakes=(
            Mistake("sign", -missing, "With this number the entries add up to twice their sum, not to 0."),
            Mistake(
                "mean",
                f"{sum(known)}/3",
                "The entries have nothing to do with the mean of one another, but with their sum.",
            ),
        ),
    )


# Formulas

LETTERS = {"n": "nNW", "k": "kKr", "s": "stz", "p": "pqP", "o": "oMT", "u": "uav", "m": "mjh"}
DENSE_LETTERS = {"B": "BSE", "F": "FMO", "C": "CNI", "f": "frp", "c": "cjq"}


def in_other_letters(draw: Draw, asked: Question, names: str) -> Question:
    """Return the question in letters of another book."""
    return asked.relabeled({name: draw.choice((LETTERS | DENSE_LETTERS)[name]) for name in names})


CONVOLUTION = (
    "A convolution on a row computes $y[i] = sum(w[u]*x[s*i + u - p], u, 0, k - 1)$ for $i$ from 0 to $o - "
    "1$, with stride $s$ and $p$ cells of padding on each side. Read x and w as 0 wherever they have no "
    "element."
)
HOW_TO_SUM = "An element is typed as `x[i]`, a sum as `sum(term, i, first, last)`."


@question("gradients/formula-weights", title="The gradient of a weight, as a formula", points=3)
def formula_weights(draw: Draw) -> Question:
    """Type the gradient of a weight over indexed tensors."""
    asked = ask(
        f"{CONVOLUTION} With $g[i]$ for the gradient of the loss by output $i$: type a formula for the "
        f"gradient by the weight $w[u]$. {HOW_TO_SUM}",
        answer=Expression(
            BY_WEIGHT,
            WEIGHT_AREA,
            (
                "sum(g[i]*x[s*i + u - p]*[0 <= s*i + u - p < n], i, 0, o - 1)",
                "sum(x[j]*g[(j + p - u)/s]*[(j + p - u) mod s = 0], j, 0, n - 1)",
            ),
        ),
        hints=(
            "In which outputs does the weight appear, and which input cell stands beside it there?",
            "It appears in all of them. Add up, over the outputs, their gradient times that input cell.",
        ),
        solution=(
            "Every output uses the weight once; its slope there is the input cell beside it, "
            "$x[s*i + u - p]$. Add over all outputs:",
            f"${BY_WEIGHT}$",
        ),
        mistakes=(
            Mistake(
                "stride-ignored",
                "sum(g[i]*x[i + u - p], i, 0, o - 1)",
                "The windows start $s$ cells apart; the stride belongs to the place in the input.",
            ),
            Mistake(
                "flipped",
                "sum(g[i]*x[s*i - u + p], i, 0, o - 1)",
                "Here nothing is flipped: weight $u$ meets the cell that it met in the forward pass.",
            ),
            Mistake(
                "padding-ignored",
                "sum(g[i]*x[s*i + u], i, 0, o - 1)",
                "The padding is missing: window 0 starts $p$ cells in front of the row.",
            ),
            Mistake(
                "not-weighted",
                "sum(x[s*i + u - p], i, 0, o - 1)",
                "Each way to the loss has two slopes: the gradient of the output is missing.",
            ),
            Mistake(
                "one-output", "g[0]*x[u - p]", "The weight is used in every window, not in the first only."
            ),
        ),
    )
    return in_other_letters(draw, asked, "nkspou")


@question("gradients/formula-input", title="The gradient of an input cell, as a formula", points=3)
def formula_input(draw: Draw) -> Question:
    """Type the gradient of an input cell over indexed tensors."""
    asked = ask(
        f"{CONVOLUTION} With $g[i]$ for the gradient of the loss by output $i$: type a formula for the "
        f"gradient by the input cell $x[m]$. {HOW_TO_SUM}",
        answer=Expression(
            BY_INPUT,
            INPUT_AREA,
            (
                "sum(g[i]*w[m + p - s*i]*[0 <= m + p - s*i < k], i, 0, o - 1)",
                "sum(w[j]*g[(m + p - j)/s]*[(m + p - j) mod s = 0], j, 0, k - 1)",
            ),
        ),
        hints=(
            "Output $i$ reads cell number $s*i + u - p$ with weight $u$. When is this the cell $m$?",
            "Solve for $u$. Then add up, over the outputs, their gradient times the weight with that number.",
        ),
        solution=(
            "Output $i$ meets the cell with the weight $u$ for which $s*i + u - p = m$, that is "
            "$u = m + p - s*i$. Add over all outputs; weights that do not exist are 0:",
            f"${BY_INPUT}$",
        ),
        mistakes=(
            Mistake(
                "not-flipped",
                "sum(g[i]*w[s*i + m - p], i, 0, o - 1)",
                "A later window meets the cell with an **earlier** weight: the number of the window is "
                "subtracted.",
            ),
            Mistake(
                "stride-ignored",
                "sum(g[i]*w[m + p - i], i, 0, o - 1)",
                "From one window to the next the cell moves $s$ places through the kernel.",
            ),
            Mistake(
                "padding-ignored",
                "sum(g[i]*w[m - s*i], i, 0, o - 1)",
                "The padding is missing: window 0 starts $p$ cells in front of the row.",
            ),
            Mistake(
                "padding-sign",
                "sum(g[i]*w[m - p - s*i], i, 0, o - 1)",
                "Check the sign of the padding: from $s*i + u - p = m$ follows $u = m + p - s*i$.",
            ),
        ),
    )
    return in_other_letters(draw, asked, "nkspom")


@question("gradients/formula-linear", title="The gradient of a dense layer, as a formula", points=2)
def formula_linear(draw: Draw) -> Question:
    """Type one of the gradients of a dense layer."""
    if draw.integer(0, 1):
        asked = ask(
            "A dense layer computes $y[f] = b[f] + sum(w[f, c]*x[c], c, 0, C - 1)$ for $f$ from 0 to $F - "
            "1$. With $g[f]$ for the gradient of the loss by output $f$: type a formula for the gradient by "
            f"the input $x[c]$. {HOW_TO_SUM}",
            answer=Expression(LINEAR_INPUT, LINEAR_AREA, ("sum(w[i, c]*g[i], i, 0, F - 1)",)),
            hints=(
                "Which outputs does one input go into, and with which weight each?",
                "It goes into all of them. The sum runs over the outputs, along a column of the weights.",
            ),
            solution=(
                "Output $f$ meets the input with the weight $w[f, c]$. Add over all outputs; this is the "
                "transposed matrix times the gradient:",
                f"${LINEAR_INPUT}$",
            ),
            mistakes=(
                Mistake(
                    "not-transposed",
                    "sum(g[f]*w[c, f], f, 0, F - 1)",
                    "The first index of w is the output. Going back, the matrix is transposed.",
                ),
                Mistake(
                    "summed-over-inputs",
                    "sum(g[c]*w[c, j], j, 0, C - 1)",
                    "The sum runs over the outputs: over all ways from this input to the loss.",
                ),
            ),
        )
        return in_other_letters(draw, asked, "FCc")
    asked = ask(
        "A dense layer computes $y[e, f] = b[f] + sum(w[f, c]*x[e, c], c, 0, C - 1)$ for the $B$ examples "
        "$e$ of a batch. With $g[e, f]$ for the gradient of the loss by output $f$ of example $e$: type a "
        f"formula for the gradient by the weight $w[f, c]$. {HOW_TO_SUM}",
        answer=Expression(LINEAR_WEIGHTS, BATCH_AREA, ("sum(x[i, c]*g[i, f], i, 0, B - 1)",)),
        hints=(
            "For one example: in which output does this weight appear, and beside which input?",
            "All examples use the same weight, so their shares are added.",
        ),
        solution=(
            "The weight appears in output $f$ of every example, beside $x[e, c]$. Add over the examples:",
            f"${LINEAR_WEIGHTS}$",
        ),
        mistakes=(
            Mistake(
                "indices-swapped",
                "sum(g[e, c]*x[e, f], e, 0, B - 1)",
                "The gradient belongs to the output and the entry of x to the input; you swapped the two.",
            ),
            Mistake(
                "averaged",
                "sum(g[e, f]*x[e, c], e, 0, B - 1)/B",
                "The shares are added. (If the loss is a mean over the batch, g has this factor already.)",
            ),
            Mistake("one-example", "g[0, f]*x[0, c]", "Every example of the batch uses the weight."),
        ),
    )
    return in_other_letters(draw, asked, "BFCfc")


@question("gradients/formula-average", title="The gradient of average pooling, as a formula", points=3)
def formula_average(draw: Draw) -> Question:
    """Type the gradient of an input cell of average pooling at stride 1."""
    asked = ask(
        "Average pooling at stride 1 without padding computes $y[i] = sum(x[i + u], u, 0, k - 1)/k$ for $i$ "
        "from 0 to $o - 1$. With $g[i]$ for the gradient of the loss by output $i$, read as 0 where there is "
        f"no output: type a formula for the gradient by the input cell $x[m]$. {HOW_TO_SUM}",
        answer=Expression(
            BY_AVERAGED,
            AVERAGE_AREA,
            ("sum(g[m - j], j, 0, k - 1)/k", "sum(g[i]*[0 <= m - i < k], i, 0, o - 1)/k"),
        ),
        hints=(
            "Which windows cover the cell? The last of them starts at the cell itself.",
            "Each of them gives the cell an equal share of its gradient.",
        ),
        solution=(
            "The windows from $m - k + 1$ to $m$ cover the cell, as far as they exist, and each gives it a "
            "share of one in $k$:",
            f"${BY_AVERAGED}$",
        ),
        mistakes=(
            Mistake(
                "not-divided",
                "sum(g[m - j], j, 0, k - 1)",
                "Each cell counts for one part in $k$ of the mean.",
            ),
            Mistake(
                "forward",
                "sum(g[m + j], j, 0, k - 1)/k",
                "These are windows that start at the cell or behind it; those that cover it start before.",
            ),
            Mistake("one-window", "g[m]/k", "Other windows cover the cell as well."),
        ),
    )
    return in_other_letters(draw, asked, "nkom")


# Derivations

DERIVATIONS: dict[str, str] = {
    "conv-gradient-weights": "the gradient of a weight $w[u]$ of a convolution",
    "conv-gradient-input": "the gradient of an input cell $x[m]$ of a convolution",
    "avg-pool-gradient": "the gradient of an input cell $x[m]$ of average pooling",
}
"""Derivations to be put in order, and what they derive."""

SYMBOLS = (
    "Here $g[i]$ is the gradient of the loss by output $y[i]$, $n$, $k$, $s$, $p$ and $o$ are input size, "
    "kernel size, stride, padding and number of outputs, and a relation in brackets is 1 where it holds and "
    "0 elsewhere."
)


@question("gradients/derivation-order", title="Put the derivation in order", points=3)
def derivation_order(draw: Draw) -> Question:
    """Order the lines of the derivation of a gradient."""
    name = draw.choice([*DERIVATIONS])
    lines = recorded(name)
    asked = ask(
        f"These lines derive {DERIVATIONS[name]}, from the definition of the layer to the result. {SYMBOLS} "
        "Put them in order.",
        answer=in_order(draw, lines),
        hints=(
            "First the definition, then the chain rule: a sum over all outputs.",
            "Differentiating leaves a bracket that is 1 for one term only; the sum over that term's index "
            "goes away next.",
        ),
        solution=(
            "Each line follows from the one before:",
            *(f"{shown.text}. {shown.reason}" for shown in lines),
        ),
    )
    return in_other_letters(draw, asked, "nkspo")


ERRORS: dict[str, tuple[str, Change, str]] = {
    "stride-lost": (
        "conv-gradient-weights",
        exchanged(("s*i + u - p", "i + u - p")),
        "The place in the input keeps its stride when the sum over the kernel goes away.",
    ),
    "padding-added": (
        "conv-gradient-weights",
        exchanged(("s*i + u_1 - p", "s*i + u_1 + p"), ("s*i + u - p", "s*i + u + p")),
        "The place in the input is copied from the definition; its padding has the wrong sign here.",
    ),
    "wrong-factor": (
        "conv-gradient-weights",
        exchanged(("x[s*i + u_1 - p]", "w[u_1]"), ("x[s*i + u - p]", "w[u]")),
        "The slope of a product by the weight is the other factor, the input cell.",
    ),
    "solved-wrongly": (
        "conv-gradient-input",
        exchanged(("m + p - s*i", "m - p + s*i")),
        "Solving $s*i + u - p = m$ for $u$ moves $s*i$ and $p$ to the other side, with their signs changed.",
    ),
    "stride-lost-going-back": (
        "conv-gradient-input",
        exchanged(("m + p - s*i", "m + p - i")),
        "Solving $s*i + u - p = m$ for $u$ keeps the stride: $u = m + p - s*i$.",
    ),
    "other-factor": (
        "conv-gradient-input",
        exchanged(("w[u]", "x[u]"), ("w[m + p - s*i]", "x[m + p - s*i]")),
        "The slope of a product by the input cell is the other factor, the weight.",
    ),
    "sign-of-padding": (
        "avg-pool-gradient",
        exchanged(("m + p - s*i", "m - p - s*i")),
        "Solving $s*i + u - p = m$ for $u$ brings the padding to the other side with a plus sign.",
    ),
}
"""How a derivation is broken: which one, what is written instead of what, and what is wrong with it."""


@question("gradients/derivation-error", title="Find the broken line", points=3)
def derivation_error(draw: Draw) -> Question:
    """Find the line of a derivation of a gradient that does not follow."""
    name, change, because = ERRORS[draw.choice([*ERRORS])]
    lines = recorded(name)
    after_rule = next(at for at, shown in enumerate(lines) if shown.left and at > 0) + 1
    first = max(first_changed(lines[after_rule:], change) + after_rule, after_rule)
    claimed = with_error(lines, first, change)
    asked = ask(
        f"Somebody derives {DERIVATIONS[name]}. {SYMBOLS}",
        Items(tuple(line(shown.text) for shown in claimed), ordered=True),
        "**One** line does not follow from the lines before it; the lines behind it carry the error on. "
        "Which one?",
        answer=which_line((shown.reason for shown in lines), first, first=1),
        hints=(
            "Line 1 is the definition. Put it into line 2 in your mind, and differentiate.",
            "Where an index is replaced, solve the equation in the bracket for it yourself.",
        ),
        solution=(
            f"It is line {first + 1}. {because}",
            "This is how it goes on rightly: " + lines[first].text,
        ),
    )
    return in_other_letters(draw, asked, "nkspo")


# Gradient checking


@question("gradients/check", title="Which entry is wrong?", points=2)
def check(draw: Draw) -> Question:
    """Find the wrong entry of a claimed gradient."""
    s = draw.integer(1, 2)
    row, back = entries(draw, 2 * s + 3), entries(draw, 3)
    (right,) = weight_gradient((row,), (back,), (1, 3), s)
    at = draw.integer(0, 2)
    off = draw.choice([v for v in range(-6, 7) if v])
    claimed = tuple(entry + off * (place == at) for place, entry in enumerate(right))
    products = [product_sum(met(row, back, u, s)) for u in range(3)]
    return ask(
        f"A convolution with {layer(3, s, 0)} read {code((row,))}; {BACK} is {code((back,))}. A program "
        f"claims that the gradient with respect to the weights is {code((claimed,))}. One entry is wrong. "
        "Which one?",
        answer=Choice(
            tuple(
                Option(f"entry {u}: {claimed[u]}")
                if u == at
                else Option(f"entry {u}: {claimed[u]}", f"This one is right: {products[u]}.", f"right-{u}")
                for u in range(3)
            )
        ),
        hints=(
            "Which input cells did each weight meet?",
            "Work out each entry: the gradients of the outputs times the cells that the weight met.",
        ),
        solution=(f"Entry {at} should be {right[at]}: {products[at]}",),
    )


@question("gradients/difference", title="A slope without calculus", points=2)
def difference(draw: Draw) -> Question:
    """Measure a slope by a central difference, and compare it with the exact one."""
    x, w, t, step = draw.until(
        lambda: (draw.integer(2, 6), draw.integer(-5, 6), draw.integer(-9, 9), draw.choice((1, 2))),
        lambda x, w, t, step: w * x != t and w != 0,
    )
    ahead, behind = ((w + step) * x - t) ** 2, ((w - step) * x - t) ** 2
    result = (ahead - behind) // (2 * step)
    return ask(
        f"The loss is $(w*x - t)^2$ with $x = {x}$ and $t = {t}$. You do not trust your gradient at $w = "
        f"{w}$ and measure it: move w by {step} up and by {step} down, and divide the difference of the two "
        "losses by the length of the way between them. What do you get?",
        answer=Integer(result),
        hints=(
            f"Work out the loss at ${w} + {step}$ and at ${w} - {step}$.",
            f"The way from one to the other is ${2}*{step}$ long.",
        ),
        solution=(
            f"Up: $({w + step}*{x} - {signed(t)})^2 = {ahead}$. Down: $({signed(w - step)}*{x} - "
            f"{signed(t)})^2 = {behind}$.",
            f"$({ahead} - {behind})/(2*{step}) = {result}$",
            f"The formula says $2*(w*x - t)*x = 2*({signed(w)}*{x} - {signed(t)})*{x} = "
            f"{2 * (w * x - t) * x}$: for a square the central difference is exact.",
        ),
        mistakes=(
            Mistake(
                "divided-by-one-step",
                f"({ahead} - {behind})/{step}",
                "From one point to the other it is two steps.",
            ),
            Mistake(
                "one-sided",
                f"({ahead} - {(w * x - t) ** 2})/{step}",
                "This is the slope on one side only; the two-sided difference is far closer to the gradient.",
            ),
        ),
    )
