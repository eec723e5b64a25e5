"""Convolution by hand: borders, jumps, holes, channels, the flip, the matrix, and what shifts do.

All numbers are whole and worked out exactly. Cells are counted from 0 where a place is named; kernels are not
turned (cross-correlation) unless a question says so.
"""

from collections.abc import Sequence

from cnnmath.practice.author import (
    Choice,
    Draw,
    Integer,
    Matrix,
    Mistake,
    Option,
    Question,
    Shape,
    ask,
    question,
    working,
)
from cnnmath.practice.grids import Rows, correlate

Row = tuple[int, ...]


def row_of(draw: Draw, length: int, low: int = -3, high: int = 6) -> Row:
    """Draw a row of small whole numbers."""
    return tuple(draw.integer(low, high) for _ in range(length))


def kernel_of(draw: Draw, length: int) -> Row:
    """Draw a kernel without zeros that is not its own mirror image."""
    return draw.until(
        lambda: (tuple(draw.choice((-3, -2, -1, 1, 2, 3, 4, 5)) for _ in range(length)),),
        lambda kernel: kernel != kernel[::-1],
    )[0]


def slide(row: Row, kernel: Row, stride: int = 1) -> Row:
    """Return the cross-correlation of two rows."""
    return correlate((row,), (kernel,))[0][::stride]


def spread_out(kernel: Row, dilation: int) -> Row:
    """Return a dilated kernel as a dense one, with zeros in its holes."""
    cells = [0] * (dilation * (len(kernel) - 1) + 1)
    cells[::dilation] = kernel
    return tuple(cells)


def padded(row: Row, before: int, after: int | None = None) -> Row:
    """Return a row with zeros at both ends."""
    return (0,) * before + row + (0,) * (before if after is None else after)


def shown(row: Sequence[int]) -> str:
    """Return a row as code."""
    return f"`{list(row)}`"


def product_sum(values: Sequence[int], weights: Sequence[int]) -> str:
    """Return a sum of products with its value, as a relation that holds."""
    pairs = [
        f"{_factor(value)}*{_factor(weight)}" for value, weight in zip(values, weights, strict=True) if weight
    ]
    total = sum(value * weight for value, weight in zip(values, weights, strict=True))
    return f"${' + '.join(pairs)} = {total}$"


def _factor(value: int) -> str:
    return f"({value})" if value < 0 else str(value)


def mistake(name: str, wrong: Row, right: Row, sentence: str) -> Mistake | None:
    """Return a mistake that gives another row than the right one, or none where it would not show."""
    return Mistake(name, [list(wrong)], sentence) if wrong != right else None


# By hand


@question("convolution/bordered", title="Zeros at the border", points=2)
def bordered(draw: Draw) -> Question:
    """Convolve a padded row."""
    row, kernel = row_of(draw, 5, low=1), kernel_of(draw, 3)
    result = slide(padded(row, 1), kernel)
    return ask(
        f"The row {shown(row)} gets one cell of zero padding on each side. Slide the kernel "
        f"{shown(kernel)} over it with "
        "stride 1. What comes out?",
        answer=Matrix((result,)),
        hints=(
            "Write the padded row down first. It has seven cells.",
            "The first window reads the zero at the left and the first two cells of the row.",
        ),
        solution=(
            f"The padded row is {shown(padded(row, 1))}.",
            f"The first window: {product_sum(padded(row, 1)[:3], kernel)}",
            f"All five windows: {shown(result)}.",
        ),
        mistakes=(
            Mistake(
                "padding-ignored",
                [list(slide(row, kernel))],
                "The zeros count as cells: five windows fit, not three.",
            ),
            mistake(
                "kernel-flipped",
                slide(padded(row, 1), kernel[::-1]),
                result,
                "The kernel was turned around; frameworks do not turn it.",
            ),
        ),
    )


@question("convolution/jumping", title="Stride by hand")
def jumping(draw: Draw) -> Question:
    """Convolve a row with stride 2."""
    row, kernel = row_of(draw, 7), kernel_of(draw, 3)
    everywhere = slide(row, kernel)
    result = everywhere[::2]
    return ask(
        f"Slide the kernel {shown(kernel)} over {shown(row)} with stride 2 and without padding. What "
        f"comes out?",
        answer=Matrix((result,)),
        hints=(
            "The window starts at cells 0, 2 and 4.",
            "Compute one sum of products for each of these three starts.",
        ),
        solution=(
            *(f"Start {start}: {product_sum(row[start : start + 3], kernel)}" for start in (0, 2, 4)),
            f"Together: {shown(result)}.",
        ),
        mistakes=(
            Mistake(
                "stride-ignored",
                [list(everywhere)],
                "This is the result for stride 1; here the window jumps two cells.",
            ),
            mistake(
                "kernel-flipped",
                slide(row, kernel[::-1], 2),
                result,
                "The kernel was turned around; here it is not.",
            ),
        ),
    )


@question("convolution/subsampled", title="Stride is looking less often")
def subsampled(draw: Draw) -> Question:
    """Give a strided output from the output with stride 1."""
    stride = draw.choice((2, 3))
    dense = draw.until(lambda: (row_of(draw, 7),), lambda row: len(set(row)) >= 6)[0]
    result = dense[::stride]
    return ask(
        f"With stride 1, a layer turns its input into {shown(dense)}. What does the same layer give with "
        f"stride {stride}?",
        answer=Matrix((result,)),
        hints=(
            "You need neither the input nor the kernel.",
            f"With stride {stride}, window number $i$ stands where window number ${stride}*i$ stood before.",
        ),
        solution=(f"Keep every output whose number is a multiple of {stride}: {shown(result)}.",),
        mistakes=(
            mistake(
                "starts-late",
                dense[stride - 1 :: stride],
                result,
                "The first window always stays: it starts at cell 0.",
            ),
            mistake(
                "first-few",
                dense[: len(result)],
                result,
                "The windows that stay are spread over the whole row.",
            ),
        ),
    )


@question("convolution/holes", title="A kernel with holes, by hand", points=2)
def holes(draw: Draw) -> Question:
    """Convolve a row with a dilated kernel."""
    row, kernel = row_of(draw, 8), kernel_of(draw, 3)
    result = slide(row, spread_out(kernel, 2))
    return ask(
        f"Slide the kernel {shown(kernel)} with dilation 2 over {shown(row)}, with stride 1 and without "
        f"padding. "
        "What comes out?",
        answer=Matrix((result,)),
        hints=(
            "With dilation 2 the kernel reads every second cell: how many cells does it span?",
            f"It acts like the dense kernel {shown(spread_out(kernel, 2))}.",
        ),
        solution=(
            f"The first window reads cells 0, 2 and 4: {product_sum(row[0:5:2], kernel)}",
            f"The kernel spans 5 cells, so four windows fit: {shown(result)}.",
        ),
        mistakes=(
            Mistake(
                "dilation-ignored",
                [list(slide(row, kernel))],
                "This is the dense kernel; here its cells stand apart.",
            ),
            mistake(
                "stride-instead",
                slide(row, kernel, 2),
                result,
                "That is stride 2. Dilation leaves cells out inside the window, not between windows.",
            ),
        ),
    )


@question("convolution/matrix", title="The layer as a matrix", points=2)
def as_matrix(draw: Draw) -> Question:
    """Write a one-dimensional convolution as a matrix."""
    kernel, n = kernel_of(draw, 2 + draw.integer(0, 1)), draw.integer(4, 6)
    rows = n - len(kernel) + 1
    matrix: Rows = tuple((0,) * i + kernel + (0,) * (rows - 1 - i) for i in range(rows))
    mirrored: Rows = tuple((0,) * i + kernel[::-1] + (0,) * (rows - 1 - i) for i in range(rows))
    return ask(
        f"A convolution with the kernel {shown(kernel)} (stride 1, no padding) reads rows of {n} cells. "
        f"It is linear, so it is "
        "a matrix that is multiplied with the row, written as a column. Which matrix?",
        answer=Matrix(matrix),
        hints=(
            f"There is one row for each output, so {rows}, and one column for each input cell.",
            "The first row of the matrix holds the weights of the first window, and zeros for cells that "
            "it does not read.",
        ),
        solution=(
            f"Output 0 reads cells 0 to {len(kernel) - 1}, output 1 the cells one further, and so on. So "
            f"the matrix is "
            f"`{[list(line) for line in matrix]}`.",
        ),
        mistakes=(
            Mistake(
                "kernel-flipped",
                [list(line) for line in mirrored],
                "The kernel was turned around; here it is not.",
            ),
            Mistake(
                "transposed",
                [list(column) for column in zip(*matrix, strict=True)],
                "This is the transpose: it goes from outputs back to inputs, as a transposed convolution "
                "does.",
            ),
        ),
    )


@question("convolution/composed", title="Two kernels in one", points=2)
def composed(draw: Draw) -> Question:
    """Merge two convolutions into one kernel."""
    first, second = kernel_of(draw, 2), kernel_of(draw, 2)
    result = slide(padded(first, 1), second[::-1])
    turned = slide(padded(first, 1), second)
    return ask(
        f"A row goes through the kernel {shown(first)}, and the result goes through {shown(second)} "
        f"(stride 1, no padding, "
        "nothing in between). One kernel of size 3 does the same at once. Which one?",
        answer=Matrix((result,)),
        hints=(
            "Call three neighboring cells $x$, $y$ and $z$, and write both layers down.",
            "Two intermediate values meet in the output. Collect what stands in front of $x$, of $y$ and "
            "of $z$.",
        ),
        solution=(
            f"The first layer gives ${_factor(first[0])}*x + {_factor(first[1])}*y$ and "
            f"${_factor(first[0])}*y + {_factor(first[1])}*z$. Weighted with {second[0]} and {second[1]} "
            f"and added, the factors "
            f"of $x$, $y$ and $z$ are {shown(result)}.",
            "Without a non-linearity in between, two layers are one larger layer.",
        ),
        mistakes=(
            mistake("turned", turned, result, "One of the kernels was turned around."),
            Mistake(
                "entry-by-entry",
                [[first[0] * second[0], first[1] * second[1]]],
                "Multiplying entry by entry leaves out the cell that both windows share.",
            ),
        ),
    )


# Channels


@question("convolution/channels", title="One output from two channels", points=2)
def channels(draw: Draw) -> Question:
    """Add the sums of two channels and the bias."""
    kernels = (kernel_of(draw, 3), kernel_of(draw, 3))
    patches = (row_of(draw, 3), row_of(draw, 3))
    bias = draw.choice((-5, -4, -3, 2, 3, 4, 5))
    sums = [
        sum(value * weight for value, weight in zip(patch, kernel, strict=True))
        for patch, kernel in zip(patches, kernels, strict=True)
    ]
    total = sum(sums) + bias
    return ask(
        f"A filter over two channels has the kernel {shown(kernels[0])} for the first channel, "
        f"{shown(kernels[1])} for the "
        f"second, and bias {bias}. Its window sees {shown(patches[0])} in the first channel and "
        f"{shown(patches[1])} in the "
        "second. What is the output?",
        answer=Integer(total),
        hints=(
            "Compute one sum of products for each channel.",
            "The channels are added up, and the bias is added once.",
        ),
        solution=(
            f"First channel: {product_sum(patches[0], kernels[0])}",
            f"Second channel: {product_sum(patches[1], kernels[1])}",
            f"Together with the bias: ${_factor(sums[0])} + {_factor(sums[1])} + {_factor(bias)} = {total}$",
        ),
        mistakes=(
            Mistake("bias-dropped", sum(sums), "The bias is missing.") if sum(sums) != total else None,
            Mistake(
                "bias-per-channel", sum(sums) + 2 * bias, "A filter has one bias, not one for each channel."
            ),
            Mistake(
                "first-channel-only", sums[0] + bias, "The second channel is missing: channels are added up."
            )
            if sums[1]
            else None,
        ),
    )


@question("convolution/maps", title="How many maps come out?")
def maps(draw: Draw) -> Question:
    """Give the shape after a layer of several filters."""
    c, f = draw.until(
        lambda: (draw.choice((3, 8, 16, 32)), draw.choice((6, 10, 20, 24, 64))), lambda c, f: c != f
    )
    n, k = draw.integer(12, 64), draw.choice((3, 5, 7))
    side = n - k + 1
    return ask(
        f"A layer has {f} filters of {k} × {k} and reads an image of {c} channels, {n} rows and {n} "
        f"columns, with stride 1 and "
        "without padding. What is the shape of its output, channels first?",
        answer=Shape((f, side, side), ("channels", "height", "width")),
        hints=(
            "Each filter makes one map, however many channels it reads.",
            "Rows and columns shrink as usual.",
        ),
        solution=(
            f"{f} filters make {f} maps; the {c} channels are added up inside each filter.",
            working("n - k + 1", n=n, k=k),
        ),
        mistakes=(
            Mistake(
                "maps-per-channel", (c * f, side, side), "Channels are added up inside a filter, not stacked."
            ),
            Mistake(
                "channels-kept", (c, side, side), "The number of output channels is the number of filters."
            ),
            Mistake(
                "size-kept", (f, n, n), "Without padding, each side loses one cell less than the kernel has."
            ),
        ),
    )


@question("convolution/one-by-one", title="A kernel of one cell")
def one_by_one(draw: Draw) -> Question:
    """Compute one pixel of a 1 by 1 convolution with two filters."""
    pixel = row_of(draw, 3, low=1, high=9)
    filters = (kernel_of(draw, 3), kernel_of(draw, 3))
    result = tuple(sum(v * w for v, w in zip(pixel, weights, strict=True)) for weights in filters)
    across = tuple(
        sum(v * w for v, w in zip(pixel[:2], column, strict=True)) for column in zip(*filters, strict=True)
    )
    return ask(
        f"A pixel has the values {shown(pixel)} in its three channels. A convolution of 1 × 1 has two "
        f"filters with the weights "
        f"{shown(filters[0])} and {shown(filters[1])}, without bias. What are the two output values of "
        f"this pixel?",
        answer=Matrix((result,)),
        hints=(
            "A kernel of 1 × 1 sees no neighbors: only the channels of this pixel matter.",
            "Each filter gives one sum of three products.",
        ),
        solution=(
            f"First filter: {product_sum(pixel, filters[0])}",
            f"Second filter: {product_sum(pixel, filters[1])}",
            f"Together: {shown(result)}.",
        ),
        mistakes=(
            mistake("order-swapped", result[::-1], result, "The outputs stand in the order of the filters."),
            Mistake(
                "weights-transposed",
                [list(across)],
                "Each filter reads all three channels and gives one number.",
            ),
        ),
    )


# Shifts


@question("convolution/total-stride", title="Which shifts survive?")
def total_stride(draw: Draw) -> Question:
    """Give the smallest shift for which a strided stack is equivariant."""
    strides = draw.until(
        lambda: (tuple(draw.integer(1, 5) for _ in range(draw.integer(3, 5))),),
        lambda strides: sum(stride > 1 for stride in strides) >= 2,
    )[0]
    product = 1
    for stride in strides:
        product *= stride
    return ask(
        f"A network has convolutions with the strides {', '.join(map(str, strides))}, one after the "
        f"other. Leave the borders "
        "aside. What is the smallest shift of the input, in cells and larger than 0, after which the "
        "output is certainly the "
        "same as before, only shifted?",
        answer=Integer(product),
        hints=(
            "A layer with stride 2 sees every second place only. Which shifts does it pass on unharmed?",
            "The shift that arrives at a layer is the shift of the input, divided by the strides before it.",
        ),
        solution=(
            f"The shift has to be a multiple of every stride in turn: ${' * '.join(map(str, strides))} = "
            f"{product}$ cells move "
            "the output by one.",
        ),
        mistakes=(
            Mistake("added", sum(strides), "Strides multiply: each layer divides what arrives.")
            if sum(strides) != product
            else None,
            Mistake(
                "largest",
                max(strides),
                "The largest stride alone is not enough; they act one after the other.",
            ),
        ),
    )


@question("convolution/equivariant", title="Equivariant, invariant, or neither?")
def equivariant(draw: Draw) -> Question:
    """Name what an operation does to shifts."""
    stride, size, n = draw.integer(2, 4), draw.integer(2, 4), draw.integer(20, 99)
    operations = (
        (f"a convolution with stride 1 and a kernel of {size + 1} cells, borders left aside", "equivariant"),
        (f"adding {draw.integer(2, 9)} to every value, then ReLU", "equivariant"),
        ("the average of all values of the map", "invariant"),
        ("the largest of all values of the map", "invariant"),
        ("the flattened map, followed by a fully connected layer", "neither"),
        (f"max pooling with windows of {size} cells and stride {max(stride, size)}", "neither"),
        (f"a convolution with stride {stride}", "neither"),
    )
    operation, kind = draw.choice(operations)
    described = {
        "equivariant": (
            "Equivariant: the output shifts along.",
            "Compare the outputs for a single bright cell before and after it moves by one place.",
        ),
        "invariant": (
            "Invariant: the output does not change.",
            "Does the output say anything about where things are? Only if it does not, it is invariant.",
        ),
        "neither": (
            "Neither, for some shifts by one cell.",
            "Try a single bright cell and move it by one place, again and again.",
        ),
    }
    wrong = (Option(*words, mistake=name) for name, words in described.items() if name != kind)
    return ask(
        f"A layer reads a row of {n} cells. What happens to {operation}, when the input is shifted by one "
        f"cell (and nothing falls off at "
        f"the ends)?",
        answer=Choice.of(draw, described[kind][0], *wrong),
        hints=(
            "Equivariant: shifting first or shifting last gives the same. Invariant: the output stays as "
            "it is.",
            "Imagine a single bright cell, and move it by one place.",
        ),
        solution=(
            {
                "equivariant": "Every output is computed from its own neighborhood by the same rule, so a "
                "shift of the input "
                "shifts the output.",
                "invariant": "All places are treated alike and their order is forgotten, so a shift "
                "changes nothing.",
                "neither": "After a shift by one cell, other cells share a window or meet other weights: "
                "the output is not the "
                "old one shifted, and it can change.",
            }[kind],
        ),
    )


@question("convolution/pixel-reach", title="How far does one pixel reach?")
def pixel_reach(draw: Draw) -> Question:
    """Count the outputs that one inner pixel influences."""
    s = draw.integer(2, 4)
    rows, columns = draw.until(
        lambda: (s * draw.integer(1, 9), s * draw.integer(1, 9)), lambda rows, columns: rows * columns > s * s
    )
    down, across = rows // s, columns // s
    return ask(
        f"A kernel of {rows} × {columns} cells slides with stride {s}, in both directions, over a large "
        f"image. How many "
        "outputs does a single pixel in the middle of the image influence?",
        answer=Integer(down * across),
        hints=(
            "First count along one axis: at stride 1, in how many places of the kernel can the pixel lie?",
            "With a stride, only some of these windows exist. Then multiply the counts of the two axes.",
        ),
        solution=(
            f"Along the rows it lies in ${rows}/{s} = {down}$ windows, along the columns in "
            f"${columns}/{s} = {across}$.",
            f"Together: ${down} * {across} = {down * across}$",
        ),
        mistakes=(
            Mistake("stride-ignored", rows * columns, "This is the count for stride 1."),
            Mistake("stride-once", rows * columns // s, "The stride acts along both axes."),
            Mistake("one-axis", max(down, across), "This counts along one axis only.")
            if min(down, across) > 1
            else None,
        ),
    )
