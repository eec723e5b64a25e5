"""Output size: how many places a window has, forwards and backwards, as a number and as a formula.

Each family draws numbers in which the wrong ways lead to wrong answers. Letters: n input cells, k kernel
cells, s stride, p padding cells on each side, d dilation (1 = dense), m output values, a output padding.
"""

from fractions import Fraction

from cnnmath import derive, formula, rules
from cnnmath.formula import tree
from cnnmath.practice.author import (
    Cells,
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
    ask,
    domain,
    line,
    question,
    working,
)
from cnnmath.practice.lines import Line, in_order, which_line, with_error

VALID = "n - k + 1"
STRIDE_ONE = "n + 2p - k + 1"
SIZE = "floor((n + 2p - k)/s) + 1"
DILATED = "floor((n + 2p - d*(k - 1) - 1)/s) + 1"
SIDES = "floor((n + p_l + p_r - k)/s) + 1"
CEIL = "ceil((n - k)/s) + 1"
SAME = "d*(k - 1)/2"
SPAN = "d*(k - 1) + 1"
SAME_TF = "ceil(n/s)"
SAME_TF_PADDING = "max((ceil(n/s) - 1)*s + k - n, 0)"
SMALLEST = "s*(m - 1) + k - 2p"
LARGEST = "s*(m - 1) + k - 2p + s - 1"
TRANSPOSED = "s*(n - 1) + k - 2p + a"
AREA_LOST = "1 - (n - L*(k - 1))^2/n^2"

POOL = Domain(
    "pool-size",
    (
        domain("inverse-size").variable("m"),
        domain("conv-size").renamed(k="q").meaning("q", "window size and stride").variable("q"),
    ),
    ("q <= m",),
)
SHRINKAGE = Domain(
    "shrinkage",
    (
        domain("conv-size").variable("n"),
        domain("conv-size").variable("k"),
        domain("inverse-size").renamed(m="L").meaning("L", "number of layers").variable("L"),
    ),
    ("L*(k - 1) < n",),
)
HALF_PERCENT = Fraction(1, 200)

FENCE = "Eleven fence posts have ten gaps: count the jumps, then add the place before the first jump."


def size(n: int, k: int, s: int = 1, p: int = 0) -> int:
    """Return the output size, for conditions on what is drawn; answers come from the formulas."""
    return rules.output_size(n, k, stride=s, before=p, after=p)


def padding_words(p: int, noun: str = "cells") -> str:
    """Return a padding in words."""
    if p == 0:
        return "no padding"
    return f"{p} {noun if p > 1 else noun.removesuffix('s')} of padding on each side"


def layer_words(k: int, s: int, p: int) -> str:
    """Return a layer in words."""
    return f"kernel size {k}, stride {s} and {padding_words(p)}"


# Forwards, as a number


@question("output-size/valid", title="A window that stays inside")
def valid(draw: Draw) -> Question:
    """Count the places at stride 1 without padding."""
    n, k = draw.integer(20, 400), draw.integer(2, 11)
    return ask(
        f"A row has {n} cells. A kernel of size {k} slides over it one cell at a time and never leaves the "
        "row (no padding, stride 1). How many output values are there?",
        answer=Integer.of(VALID, domain("conv-size").fixed(s=1, p=0), n=n, k=k),
        hints=(
            "At how many cells can the window start without its last cell leaving the row?",
            "The last window ends at the last cell. Subtract to find its start, and count the start at 0 "
            "as well.",
        ),
        solution=(
            "The window can start at 0, at 1, and so on up to $n - k$: one place more than the number of "
            "jumps.",
            working(VALID, n=n, k=k),
        ),
        mistakes=(
            Mistake("jumps", n - k, f"You counted the jumps. {FENCE}"),
            Mistake(
                "full",
                n + k - 1,
                "This is the size when the window may hang over both ends; here it stays inside.",
            ),
            Mistake(
                "unchanged",
                n,
                "Without padding the output is shorter than the input when the kernel is larger than 1.",
            ),
        ),
    )


@question("output-size/padded", title="Padding on both sides")
def padded(draw: Draw) -> Question:
    """Count the places at stride 1 with padding."""
    n, k, p = draw.until(
        lambda: (draw.integer(8, 256), draw.integer(2, 11), draw.integer(1, 5)),
        lambda n, k, p: 2 * p != k - 1,
    )
    return ask(
        f"A convolution with {layer_words(k, 1, p)} reads a row of {n} cells. How many output values are "
        "there?",
        answer=Integer.of(STRIDE_ONE, domain("conv-size").fixed(s=1), n=n, k=k, p=p),
        hints=(
            "How long is the row once the padding is there?",
            "Padding is counted per side here, so both ends grow. Then count places as you would without "
            "padding.",
        ),
        solution=(
            f"The padded row has ${n} + 2*{p} = {n + 2 * p}$ cells.",
            working(STRIDE_ONE, n=n, p=p, k=k),
        ),
        mistakes=(
            Mistake(
                "padding-once",
                n + p - k + 1,
                f"The padding was counted on one side only; {p} is added on both.",
            ),
            Mistake(
                "padding-ignored",
                n - k + 1,
                "The padding was left out: the window may use the padded cells as well.",
            ),
            Mistake("jumps", n + 2 * p - k, f"You counted the jumps. {FENCE}"),
        ),
    )


@question("output-size/strided", title="Jumping by the stride", points=2)
def strided(draw: Draw) -> Question:
    """Count the places of jumps that leave cells over."""
    n, k, s = draw.until(
        lambda: (draw.integer(9, 120), draw.integer(2, 9), draw.integer(2, 5)),
        lambda n, k, s: n > k + s and (n - k) % s != 0,
    )
    left = (n - k) % s
    drawing = (Cells.of(n, k, s, caption=f"Cells left over at the end: {left}."),) if n <= 16 else ()
    return ask(
        f"A kernel of size {k} moves over {n} cells in jumps of {s}, without padding. How many output "
        "values are there?",
        answer=Integer.of("floor((n - k)/s) + 1", domain("conv-size").fixed(p=0), n=n, k=k, s=s),
        hints=(
            "After the first place, how many cells are left for jumps?",
            "A jump that does not fit in full is not made. Count the jumps, then the place before the "
            "first of them.",
        ),
        solution=(
            f"There are ${n} - {k} = {n - k}$ cells to jump over; a jump takes {s}, and {left} cannot be "
            "used.",
            working("floor((n - k)/s) + 1", n=n, k=k, s=s),
            *drawing,
        ),
        mistakes=(
            Mistake(
                "rounded-up", size(n, k, s) + 1, "You rounded up; the last window would hang over the end."
            ),
            Mistake("jumps", size(n, k, s) - 1, f"You counted the jumps. {FENCE}"),
            Mistake(
                "stride-ignored",
                n - k + 1,
                "This is the count for stride 1; here each jump takes several cells.",
            ),
            Mistake(
                "kernel-ignored",
                -(-n // s),
                "You divided the whole row by the stride; the kernel needs room as well.",
            ),
        ),
    )


@question("output-size/general", title="Padding and stride together", points=2)
def general(draw: Draw) -> Question:
    """Count the places with padding and stride."""
    n, k, s, p = draw.until(
        lambda: (draw.integer(10, 256), draw.integer(2, 11), draw.integer(2, 5), draw.integer(1, 5)),
        lambda n, k, s, p: p < k and (n + 2 * p - k) % s != 0 and n > k + s,
    )
    return ask(
        f"A convolution has {layer_words(k, s, p)}. Its input is {n} cells wide. How wide is its output?",
        answer=Integer.of(SIZE, "conv-size", n=n, k=k, s=s, p=p),
        hints=(
            "First lengthen the row by the padding on both sides, then see how far the window can travel.",
            "Divide the travel by the stride, throw the remainder away, and count the first place.",
        ),
        solution=(
            f"The padded row has ${n} + 2*{p} = {n + 2 * p}$ cells, so the window travels "
            f"${n + 2 * p} - {k} = {n + 2 * p - k}$ cells at most.",
            working(SIZE, n=n, p=p, k=k, s=s),
        ),
        mistakes=(
            Mistake(
                "rounded-up",
                size(n, k, s, p) + 1,
                "You rounded up; the last window would hang over the padded row.",
            ),
            Mistake("jumps", size(n, k, s, p) - 1, f"You counted the jumps. {FENCE}"),
            Mistake(
                "padding-ignored",
                size(n, k, s),
                "The padding was left out: the window may use the padded cells as well.",
            ),
        ),
    )


@question("output-size/dilated", title="A kernel with holes", points=2)
def dilated(draw: Draw) -> Question:
    """Count the places of a dilated kernel."""
    n, k, s, p, d = draw.until(
        lambda: (
            draw.integer(16, 200),
            draw.integer(3, 7),
            draw.integer(1, 3),
            draw.integer(0, 4),
            draw.integer(2, 4),
        ),
        lambda n, k, s, p, d: n + 2 * p > d * k + s,
    )
    span = d * (k - 1) + 1
    return ask(
        f"A convolution has {layer_words(k, s, p)}, and dilation {d}: neighboring kernel cells read input "
        f"cells that are {d} apart (dilation 1 would be dense). Its input is {n} cells wide. How wide is "
        "its output?",
        answer=Integer.of(DILATED, "conv-size-dilated", n=n, k=k, s=s, p=p, d=d),
        hints=(
            "How many cells lie from the first to the last cell that the kernel reads, both included?",
            "Between the kernel's cells are gaps; there is one gap fewer than cells. Then go on as for a "
            "dense kernel.",
        ),
        solution=(
            f"The kernel spans $d*(k - 1) + 1 = {d}*({k} - 1) + 1 = {span}$ cells.",
            working(DILATED, n=n, p=p, d=d, k=k, s=s),
        ),
        mistakes=(
            Mistake(
                "dilation-ignored",
                size(n, k, s, p),
                "The dilation was left out: a kernel with holes spans more cells.",
            ),
            Mistake(
                "span-too-long",
                size(n, d * k, s, p),
                f"You took ${d}*{k}$ cells for the span; {k} cells have only {k - 1} gaps between them.",
            ),
            Mistake("jumps", size(n, span, s, p) - 1, f"You counted the jumps. {FENCE}"),
        ),
    )


@question("output-size/ceil-mode", title="Pooling that rounds up", points=2)
def ceil_mode(draw: Draw) -> Question:
    """Count the places of a pooling window in ceil mode."""
    n, k, s = draw.until(
        lambda: (draw.integer(8, 256), draw.integer(2, 5), draw.integer(2, 5)),
        lambda n, k, s: s <= k and (n - k) % s != 0,
    )
    last = size(n, k, s) * s
    return ask(
        f"A max-pooling layer has window size {k}, stride {s} and no padding, and it runs in **ceil mode**: "
        f"a last window may hang over the end, as long as it starts inside the input. The input is {n} "
        "cells wide. How wide is the output?",
        answer=Integer.of(CEIL, "pool-size-ceil", n=n, k=k, s=s),
        hints=(
            "Count the windows that fit in full first. Are cells left over behind them?",
            "Cells that are left over get one more window, and it starts inside the input because $s <= k$.",
        ),
        solution=(
            working(CEIL, n=n, k=k, s=s),
            f"The last window starts at cell {last} and hangs over the end of the {n} cells.",
        ),
        mistakes=(
            Mistake(
                "rounded-down",
                size(n, k, s),
                "This is the usual count, rounded down; ceil mode adds the window that hangs over.",
            ),
            Mistake("jumps", size(n, k, s) - 1, f"You rounded down and counted the jumps. {FENCE}"),
            Mistake(
                "stride-ignored",
                n - k + 1,
                "This is the count for stride 1; here each jump takes several cells.",
            ),
        ),
    )


@question("output-size/two-layers", title="A convolution, then pooling", points=2)
def two_layers(draw: Draw) -> Question:
    """Follow the size through two layers."""
    n, k, s, p, q = draw.until(
        lambda: (
            draw.integer(32, 256),
            draw.integer(3, 11),
            draw.integer(1, 4),
            draw.integer(0, 3),
            draw.integer(2, 3),
        ),
        lambda n, k, s, p, q: 2 * p < k - 1 and size(n, k, s, p) % q != 0,
    )
    between = size(n, k, s, p)
    out = between // q
    return ask(
        f"An input {n} cells wide goes through a convolution with {layer_words(k, s, p)}, and its output "
        f"through max pooling with window size {q} and stride {q}, without padding. Both layers round "
        "down. How wide is the result?",
        answer=Integer.of("floor((m - q)/q) + 1", POOL, m=between, q=q),
        hints=(
            "Work out the width between the two layers first.",
            "A pooling layer counts places like a convolution does; its window and its stride are equal "
            "here.",
        ),
        solution=(
            "After the convolution: " + working(SIZE, n=n, p=p, k=k, s=s),
            f"After pooling: $floor(({between} - {q})/{q}) + 1 = {out}$",
        ),
        mistakes=(
            Mistake(
                "first-layer-only",
                between,
                "This is the width between the two layers; pooling shrinks it further.",
            ),
            Mistake(
                "rounded-up", out + 1, "You rounded up; the window that hangs over the end is not counted."
            ),
            Mistake(
                "convolution-ignored",
                n // q,
                "This is the input's width after pooling alone; the convolution comes first.",
            ),
        ),
    )


# Padding


@question("output-size/same-padding", title="Padding that keeps the size")
def same_padding(draw: Draw) -> Question:
    """Find the padding per side that keeps the size at stride 1."""
    n, k, d = draw.integer(16, 256), 2 * draw.integer(1, 6) + 1, draw.integer(1, 4)
    dense = "dense (dilation 1)" if d == 1 else f"dilated by {d}"
    return ask(
        f"A convolution with kernel size {k}, {dense}, and stride 1 reads a row of {n} cells. How many "
        "cells of padding does it need on each side so that the output is as long as the input?",
        answer=Integer.of(SAME, "odd-kernel", k=k, d=d),
        hints=(
            "By how much does the output shrink without padding?",
            "Make up for the loss, half of it on each side.",
        ),
        solution=(
            f"Without padding the row loses ${d}*({k} - 1) = {d * (k - 1)}$ places; half of them go on "
            "each side.",
            working(SAME, d=d, k=k),
        ),
        mistakes=(
            Mistake(
                "both-sides",
                d * (k - 1),
                "This is the padding of both sides together; the question asks for each side.",
            ),
            Mistake(
                "half-kernel",
                (d * k + 1) // 2,
                "Take the span of the kernel without its own cell before you halve it.",
            ),
            Mistake(
                "whole-span",
                d * (k - 1) + 1,
                "This is the number of cells that the kernel spans; it needs less padding.",
            ),
        ),
    )


@question("output-size/same-tf", title="TensorFlow's SAME", points=3)
def same_tf(draw: Draw) -> Question:
    """Find the two sides of TensorFlow's SAME padding."""
    n, k, s = draw.until(
        lambda: (draw.integer(20, 400), draw.integer(3, 9), draw.integer(2, 4)),
        lambda n, k, s: ((-(-n // s) - 1) * s + k - n) % 2 == 1 and (-(-n // s) - 1) * s + k - n > 0,
    )
    out = -(-n // s)
    total = (out - 1) * s + k - n
    before, after = total // 2, total - total // 2
    return ask(
        "TensorFlow's SAME padding promises $ceil(n/s)$ outputs and pads as little as that takes; where the "
        f"padding cannot be shared equally, the larger part goes behind. The input is {n} cells wide, the "
        f"kernel {k}, the stride {s}. How many cells are padded before and behind the row?",
        answer=Shape((before, after), ("before", "behind")),
        hints=(
            "How many outputs are promised, and how many cells do their windows cover from the first to "
            "the last?",
            "The windows cover $(m - 1)*s + k$ cells. What the row lacks is the padding of both sides "
            "together.",
        ),
        solution=(
            f"Outputs: {working('ceil(n/s)', n=n, s=s)}",
            f"Padding in all: {working(SAME_TF_PADDING, n=n, k=k, s=s)}",
            f"Before: $floor({total}/2) = {before}$. Behind: ${total} - {before} = {after}$.",
        ),
        mistakes=(
            Mistake(
                "extra-before", (after, before), "The right cells, but the larger part goes behind the row."
            ),
            Mistake(
                "total-each",
                (total, total),
                "This is the padding of both sides together, given to each side.",
            ),
            Mistake(
                "stride-ignored",
                ((k - 1) // 2, k - 1 - (k - 1) // 2),
                "This is the padding that keeps the size at stride 1; a larger stride needs other padding.",
            ),
        ),
    )


# Backwards


@question("output-size/largest-input", title="The largest input", points=2)
def largest_input(draw: Draw) -> Question:
    """Find the largest input that gives a size."""
    m, k, s, p = draw.until(
        lambda: (draw.integer(5, 120), draw.integer(2, 9), draw.integer(2, 5), draw.integer(0, 3)),
        lambda m, k, s, p: 2 * p < k,
    )
    smallest = s * (m - 1) + k - 2 * p
    return ask(
        f"A convolution has {layer_words(k, s, p)}. What is the width of the largest input that gives {m} "
        "outputs?",
        answer=Integer.of(LARGEST, "inverse-size", m=m, k=k, s=s, p=p),
        hints=(
            "Which input is filled by the windows without a cell to spare?",
            "From there on, how many cells can be added before one more window fits?",
        ),
        solution=(
            f"Without a cell to spare: {working(SMALLEST, s=s, m=m, k=k, p=p)}.",
            f"One more window needs {s} cells more; the largest input has one cell fewer than that: "
            f"${smallest} + {s} - 1 = {smallest + s - 1}$.",
        ),
        mistakes=(
            Mistake(
                "smallest",
                smallest,
                "This is the smallest such input; some more cells do not yet make room for a window.",
            ),
            Mistake(
                "one-too-many", smallest + s, "With this input one more window fits; take one cell less."
            ),
            Mistake(
                "counted-jumps", s * m + k - 2 * p + s - 1, f"Between {m} places there are {m - 1} jumps."
            ),
        ),
    )


@question("output-size/how-many-inputs", title="How many inputs lead here?", points=2)
def how_many_inputs(draw: Draw) -> Question:
    """See that s input sizes share one output size."""
    m, k, s, p = draw.until(
        lambda: (draw.integer(6, 60), draw.integer(3, 11), draw.integer(3, 8), draw.integer(0, 3)),
        lambda m, k, s, p: 2 * p < k and s not in (k, p, m),
    )
    smallest = s * (m - 1) + k - 2 * p
    return ask(
        f"A convolution with {layer_words(k, s, p)} gave {m} outputs. How many different input widths "
        f"would have given {m}?",
        answer=Integer.of("s", domain("inverse-size").fixed(m=m, k=k, p=p), s=s),
        hints=(
            "Rounding down forgets the remainder of a division. Which remainders are possible?",
            "Write down the smallest and the largest of these inputs, and count both.",
        ),
        solution=(
            f"The widths are those from ${smallest}$ to ${smallest} + {s} - 1 = {smallest + s - 1}$: one "
            "for each remainder that a division by the stride can leave, so there are as many as the "
            f"stride: ${s}$.",
        ),
        mistakes=(
            Mistake(
                "one", 1, "Several inputs lead to the same size, because the cells left over are not counted."
            ),
            Mistake(
                "without-zero",
                s - 1,
                "Count the remainder 0 as well: the input without a cell to spare is one of them.",
            ),
            Mistake("kernel", k, "The number depends on how far the window jumps, not on how long it is."),
        ),
    )


def is_only_stride(n: int, k: int, s: int, p: int) -> bool:
    """Return whether no other stride gives the same output size; a larger stride never gives more."""
    return size(n, k, s - 1, p) != size(n, k, s, p) != size(n, k, s + 1, p)


@question("output-size/which-stride", title="Which stride was it?", points=2)
def which_stride(draw: Draw) -> Question:
    """Find the stride from the two sizes."""
    n, k, s, p = draw.until(
        lambda: (draw.integer(24, 256), draw.integer(2, 11), draw.integer(2, 8), draw.integer(0, 4)),
        lambda n, k, s, p: 2 * p < k and is_only_stride(n, k, s, p),
    )
    m = size(n, k, s, p)
    travel = n + 2 * p - k
    return ask(
        f"A convolution with kernel size {k} and {padding_words(p)} turned a row of {n} cells into {m} "
        "outputs. Which stride did it have?",
        answer=Integer(s),
        hints=(
            "How far does the window travel at most, and how many jumps did it make?",
            f"There were {m} places. Between places are jumps, one fewer than places.",
        ),
        solution=(
            f"The window travels at most ${n} + 2*{p} - {k} = {travel}$ cells in ${m} - 1 = {m - 1}$ jumps.",
            f"$floor({travel}/{m - 1}) = {s}$, and a check: " + working(SIZE, n=n, p=p, k=k, s=s),
        ),
        mistakes=(
            Mistake(
                "ratio",
                round(n / m),
                f"You compared the widths, $({n}/{m})$; the kernel and the padding count as well.",
            )
            if round(n / m) != s
            else None,
            Mistake("places-for-jumps", travel // m, f"{m} places have {m - 1} jumps between them, not {m}."),
            Mistake("one-more", s + 1, "With this stride fewer windows fit."),
        ),
    )


@question("output-size/which-padding", title="Which padding was it?", points=2)
def which_padding(draw: Draw) -> Question:
    """Find the padding per side from the two sizes."""
    n, k, s, p = draw.until(
        lambda: (draw.integer(12, 256), draw.integer(3, 13), draw.integer(1, 2), draw.integer(1, 6)),
        lambda n, k, s, p: p < k and p not in (k - 1, s),
    )
    m = size(n, k, s, p)
    lacking = s * (m - 1) + k - n
    return ask(
        f"A convolution with kernel size {k} and stride {s} turned {n} cells into {m} outputs. How many "
        "cells of padding were there on each side?",
        answer=Integer(p),
        hints=(
            "How many cells do the windows cover, from the start of the first to the end of the last?",
            "Compare that with the length of the row. What is missing was added, the same amount on both "
            "sides.",
        ),
        solution=(
            f"The windows cover ${s}*({m} - 1) + {k} = {s * (m - 1) + k}$ cells, {lacking} more than the "
            f"row has. With one cell fewer on each side not all of them would fit: $ceil({lacking}/2) = "
            f"{p}$.",
            "A check: " + working(SIZE, n=n, p=p, k=k, s=s),
        ),
        mistakes=(
            Mistake(
                "both-sides",
                2 * p,
                "This is the padding of both sides together; the question asks for each side.",
            ),
            Mistake(
                "same",
                (k - 1) // 2,
                "This padding would keep the size at stride 1; compare the two sizes here.",
            ),
            Mistake("one-less", p - 1, "With this padding one window fewer fits."),
        ),
    )


# Transposed


@question("output-size/transposed", title="A transposed convolution", points=2)
def transposed(draw: Draw) -> Question:
    """Give the size after a transposed convolution."""
    n, k, s, p, a = draw.until(
        lambda: (
            draw.integer(4, 64),
            draw.integer(2, 7),
            draw.integer(2, 4),
            draw.integer(0, 3),
            draw.integer(0, 3),
        ),
        lambda n, k, s, p, a: a < s and 2 * p < k != s + 2 * p - a,
    )
    extra = f"output padding {a}" if a else "no output padding"
    back = s * (n - 1) + k - 2 * p + a
    return ask(
        f"A transposed convolution has {layer_words(k, s, p)}, and {extra}. Its input is {n} cells wide. "
        "How wide is its output?",
        answer=Integer.of(TRANSPOSED, "transposed-size", n=n, k=k, s=s, p=p, a=a),
        hints=(
            "Think of the ordinary convolution that it undoes: it turns the wanted width into the given one.",
            "Each input cell places one kernel, $s$ cells further than the one before. How far do they "
            "reach together? Padding cuts cells off; output padding adds some at the end.",
        ),
        solution=(
            working(TRANSPOSED, s=s, n=n, k=k, p=p, a=a),
            "A check: the ordinary convolution takes it back, " + working(SIZE, n=back, p=p, k=k, s=s),
        ),
        mistakes=(
            Mistake(
                "forwards",
                size(n, k, s, p),
                "This is the size after the ordinary convolution; the transposed one goes the other way.",
            )
            if n + 2 * p >= k
            else None,
            Mistake(
                "padding-added",
                s * (n - 1) + k + 2 * p + a,
                "In a transposed convolution the padding cuts cells off the output.",
            )
            if p
            else None,
            Mistake(
                "multiplied",
                s * n,
                "Multiplying by the stride is right for some kernels and paddings only; place the kernels "
                "and count.",
            ),
        ),
    )


# Formulas

LETTERS = {"n": "nwWHNL", "k": "kKfF", "s": "sSt", "p": "pPq", "d": "dDr", "a": "aAb", "m": "moM"}


NOUNS = ("cells", "pixels", "samples", "frames", "time steps")


def in_other_letters(draw: Draw, asked: Question, names: str) -> Question:
    """Return the question in letters of another book."""
    return asked.relabeled({name: draw.choice(LETTERS[name]) for name in names})


@question("output-size/formula", title="The formula", points=3)
def formula_general(draw: Draw) -> Question:
    """Type the output size for any padding and stride."""
    noun = draw.choice(NOUNS)
    asked = ask(
        f"A convolution reads a row of $n$ {noun} with a kernel of size $k$, stride $s$ and $p$ {noun} of "
        "padding on each side. Type a formula for the number of its outputs.",
        answer=Expression(SIZE, domain("conv-size"), ("(n + 2p - k)//s + 1", "ceil((n + 2p - k + 1)/s)")),
        hints=(
            "Try it with numbers first: 7 cells, kernel 3, stride 2, no padding. How did you get there?",
            "Travel of the window, divided by the stride, rounded; and then the place before the first jump.",
        ),
        solution=(
            "The padded row is $n + 2p$ cells long, and the window can travel $n + 2p - k$ of them.",
            "A jump takes $s$ cells and has to fit in full, so there are $floor((n + 2p - k)/s)$ jumps "
            "and one place more:",
            f"${SIZE}$",
        ),
        mistakes=(
            Mistake("jumps", "floor((n + 2p - k)/s)", f"You counted the jumps. {FENCE}"),
            Mistake(
                "exact", "(n + 2p - k)/s + 1", "Round down: a jump that does not fit in full is not made."
            ),
            Mistake(
                "rounded-up",
                "ceil((n + 2p - k)/s) + 1",
                "You rounded up; floor and ceil differ where the division leaves a remainder.",
            ),
            Mistake(
                "padding-once",
                "floor((n + p - k)/s) + 1",
                "The padding is given per side, and the row has two.",
            ),
        ),
    )
    return in_other_letters(draw, asked, "nksp")


@question("output-size/formula-stride-one", title="The formula at stride 1", points=2)
def formula_stride_one(draw: Draw) -> Question:
    """Type the output size at stride 1, with a given padding."""
    p, noun = draw.integer(2, 9), draw.choice(NOUNS)
    text = f"n - k + {2 * p + 1}"
    asked = ask(
        f"A convolution with stride 1 reads a row of $n$ {noun} with a kernel of size $k$ and "
        f"{padding_words(p, noun)}. Type a formula for the number of its outputs.",
        answer=Expression(
            text, domain("conv-size").fixed(s=1, p=p), (f"n + 2*{p} - k + 1", f"(n + {2 * p}) - (k - 1)")
        ),
        hints=(
            "How long is the padded row?",
            "With stride 1 every cell is a start, as long as the window's last cell stays inside.",
        ),
        solution=(
            f"The padded row has $n + 2*{p}$ cells. The window can start at any of the first $n + 2*{p} - "
            "(k - 1)$:",
            f"$n + 2*{p} - k + 1 = {text}$",
        ),
        mistakes=(
            Mistake(
                "padding-once", f"n + {p} - k + 1", "The padding is given per side, and the row has two."
            ),
            Mistake("jumps", f"n + {2 * p} - k", f"You counted the jumps. {FENCE}"),
            Mistake("padding-ignored", "n - k + 1", "The padding is missing; it makes the row longer."),
            Mistake("sign", f"n - k - {2 * p} + 1", "Padding makes the row longer, so it is added."),
        ),
    )
    return in_other_letters(draw, asked, "nk")


@question("output-size/formula-same", title="A formula for same padding", points=2)
def formula_same(draw: Draw) -> Question:
    """Type the padding that keeps the size, for an odd kernel and a given dilation."""
    d = draw.integer(1, 12)
    dense = "no dilation" if d == 1 else f"dilation {d}"
    text = "(k - 1)/2" if d == 1 else f"{d}*(k - 1)/2"
    asked = ask(
        f"A convolution over {draw.choice(NOUNS)} with stride 1, {dense} and an odd kernel size $k$ is to "
        "return as many values as it reads. Type a formula for the padding that it needs on each side.",
        answer=Expression(text, domain("odd-kernel").fixed(d=d), (f"{d}*floor(k/2)", f"({d}k - {d})/2")),
        hints=(
            "How many values are lost without padding? Try kernel sizes 3 and 5.",
            "The loss is made up for on both sides, half on each.",
        ),
        solution=(
            "The kernel spans $k$ cells, so $k - 1$ values are lost; each side makes up for half of them:"
            if d == 1
            else f"The kernel spans ${d}*(k - 1) + 1$ cells, so ${d}*(k - 1)$ values are lost; "
            "each side makes up for half of them:",
            f"${text}$",
        ),
        mistakes=(
            Mistake(
                "both-sides",
                f"{d}*(k - 1)",
                "This is the padding of both sides together; each side gets half.",
            ),
            Mistake(
                "half-kernel",
                f"{d}k/2",
                "Half the kernel is not a whole number of cells, as the kernel is odd.",
            ),
            Mistake(
                "one-more", f"{d}*(k + 1)/2", "This pads too much: try kernel size 1, which needs no padding."
            ),
        ),
    )
    return in_other_letters(draw, asked, "k")


@question("output-size/formula-span", title="How far does a dilated kernel reach?", points=2)
def formula_span(draw: Draw) -> Question:
    """Type the span of a dilated kernel."""
    noun = draw.choice(NOUNS)
    asked = ask(
        f"A kernel of size $k$ is dilated by $d$: neighboring kernel cells read {noun} that are $d$ "
        f"apart ($d = 1$ is dense). How many {noun} does it span, from the first to the last that it "
        "reads, both included?",
        answer=Expression(SPAN, domain("kernel-span"), ("d*k - d + 1", "k + (k - 1)*(d - 1)")),
        hints=(
            "Draw a kernel of size 3 with dilation 2 and count.",
            "How many gaps are between the kernel's cells, and how long is each?",
        ),
        solution=(
            "Between $k$ kernel cells are $k - 1$ steps of $d$ cells each; the first cell counts as well:",
            f"${SPAN}$",
            Cells(5, windows=((0, 2, 4),), caption="Kernel size 3, dilation 2: five cells."),
        ),
        mistakes=(
            Mistake(
                "cells-for-steps",
                "d*k",
                "Between the kernel's cells there is one step fewer than there are cells.",
            ),
            Mistake("first-missing", "d*(k - 1)", "These are the steps; the first cell counts as well."),
            Mistake(
                "gaps-of-d",
                "k + (k - 1)*d",
                "A dilation of $d$ leaves $d - 1$ cells unread between two that are read.",
            ),
        ),
    )
    return in_other_letters(draw, asked, "kd")


@question("output-size/formula-smallest", title="The smallest input, as a formula", points=3)
def formula_smallest(draw: Draw) -> Question:
    """Type the smallest input for a wanted output size."""
    noun = draw.choice(NOUNS)
    asked = ask(
        f"You want $m$ outputs from a convolution over {noun} with kernel size $k$, stride $s$ and $p$ "
        f"{noun} of padding on each side. Type a formula for the width of the smallest input that gives "
        "them.",
        answer=Expression(SMALLEST, domain("inverse-size"), ("s*m - s + k - 2p", "(m - 1)*s + (k - p) - p")),
        hints=(
            "How many jumps lie between the first and the last of the places?",
            "How many cells do the windows cover together? Some of these cells are padding.",
        ),
        solution=(
            "There are $m - 1$ jumps of $s$ cells between the first and the last start, and the last "
            "window covers $k$ cells: together $s*(m - 1) + k$. Of these, $2p$ are padding:",
            f"${SMALLEST}$",
        ),
        mistakes=(
            Mistake(
                "places-for-jumps",
                "s*m + k - 2p",
                "Between the places there is one jump fewer than there are places.",
            ),
            Mistake(
                "largest",
                LARGEST,
                "This is the largest such input; it has cells to spare that no window reads.",
            ),
            Mistake(
                "padding-once", "s*(m - 1) + k - p", "The padding is given per side, and the row has two."
            ),
            Mistake(
                "padding-added",
                "s*(m - 1) + k + 2p",
                "Padding cells are covered by windows but are no part of the input.",
            ),
        ),
    )
    return in_other_letters(draw, asked, "mksp")


@question("output-size/formula-transposed", title="Transposed, as a formula", points=3)
def formula_transposed(draw: Draw) -> Question:
    """Type the size after a transposed convolution with output padding."""
    asked = ask(
        "A transposed convolution has kernel size $k$, stride $s$, $p$ cells of padding on each side and "
        "output padding $a$ (cells that are added at one end). Type a formula for the width of its output "
        "for an input of $n$ cells.",
        answer=Expression(
            TRANSPOSED,
            domain("transposed-size"),
            ("s*n - s + k - 2p + a", "(n - 1)*s - 2p + (k - 1) + a + 1"),
        ),
        hints=(
            "It undoes a convolution: which input does that convolution turn into $n$ outputs?",
            "Place $n$ kernels, each $s$ cells further; then cut off the padding on both sides and add "
            "the rest.",
        ),
        solution=(
            "The $n$ kernels reach $s*(n - 1) + k$ cells. Padding cuts $2p$ of them off, output padding "
            "adds $a$:",
            f"${TRANSPOSED}$",
        ),
        mistakes=(
            Mistake(
                "forwards", SIZE, "This is the ordinary convolution; the transposed one goes the other way."
            ),
            Mistake("output-padding-missing", "s*(n - 1) + k - 2p", "The output padding is missing."),
            Mistake(
                "output-padding-twice", "s*(n - 1) + k - 2p + 2a", "Output padding is added at one end only."
            ),
            Mistake("places-for-jumps", "s*n + k - 2p + a", "Between $n$ kernels there are $n - 1$ steps."),
            Mistake(
                "padding-added",
                "s*(n - 1) + k + 2p + a",
                "In a transposed convolution padding cuts cells off.",
            ),
        ),
    )
    return in_other_letters(draw, asked, "nkspa")


@question("output-size/formula-sides", title="Different padding left and right", points=3)
def formula_sides(draw: Draw) -> Question:
    """Type the output size for padding that differs between the sides."""
    noun = draw.choice(NOUNS)
    asked = ask(
        f"A row of $n$ {noun} gets $p_l$ {noun} of padding on the left and $p_r$ on the right. "
        " A kernel of size $k$ slides over it with stride $s$. Type a formula for the number of "
        "outputs.",
        answer=Expression(SIDES, domain("conv-size-sides"), ("(n - k + p_l + p_r)//s + 1",)),
        hints=(
            "How long is the padded row?",
            "Only the length of the padded row matters, not which side grew.",
        ),
        solution=(
            "The padded row has $n + p_l + p_r$ cells; the rest is as with equal padding:",
            f"${SIDES}$",
        ),
        mistakes=(
            Mistake(
                "left-twice",
                "floor((n + 2p_l - k)/s) + 1",
                "The two sides may differ: add each of them once.",
            ),
            Mistake(
                "right-twice",
                "floor((n + 2p_r - k)/s) + 1",
                "The two sides may differ: add each of them once.",
            ),
            Mistake("jumps", "floor((n + p_l + p_r - k)/s)", f"You counted the jumps. {FENCE}"),
            Mistake(
                "exact",
                "(n + p_l + p_r - k)/s + 1",
                "Round down: a jump that does not fit in full is not made.",
            ),
        ),
    )
    return in_other_letters(draw, asked, "nks")


# The derivation


def derivation_lines(view: str) -> tuple[Line, ...]:
    """Return the lines from one window to the number of windows, each with its reason.

    The relation of each step stands in brackets, so that it is a formula; the last line is the number itself.
    The step that writes the number as a sum of brackets is left out.
    """
    *relations, _, count = derive.record("conv-output-size").view(view).steps
    texts = (*(f"[{step.right_text}]" for step in relations), count.right_text)
    return tuple(
        Line(formula.parse(text), step.reason) for text, step in zip(texts, (*relations, count), strict=True)
    )


@question("output-size/derivation-order", title="Put the derivation in order", points=3)
def derivation_order(draw: Draw) -> Question:
    """Order the lines of the derivation of the output size."""
    view = draw.choice(("simple", "general"))
    lines = derivation_lines(view)
    asked = ask(
        "These lines derive the number of outputs of a convolution, from the condition that window number "
        "$i$ lies inside the padded row (windows are numbered from 0) to the number of windows. Put them "
        "in order.",
        answer=in_order(draw, lines),
        hints=(
            "Begin with what it means that a window lies inside: its last cell is a cell of the padded row.",
            "Then free $i$ step by step: subtract, divide, round. Counting comes last.",
        ),
        solution=(
            "Each line follows from the one before:",
            *(f"{shown.text}. {shown.reason}" for shown in lines),
        ),
    )
    return in_other_letters(draw, asked, "nksp" if view == "simple" else "nksd")


def broken(node: tree.Node, how: str) -> tree.Node:
    """Return what a line introduces, done wrong."""
    match how, node:
        case "sign", tree.Binary("-", left, right):
            return tree.Binary("+", left, right)
        case "multiplied", tree.Binary("/", left, right):
            return tree.Binary("*", left, right)
        case "ceil", tree.Call("floor", arguments):
            return tree.Call("ceil", arguments)
        case "jumps", tree.Binary("+", left, _):
            return left
    raise ValueError(how)


ERRORS = {
    "sign": (1, "Subtracting $k$ on both sides leaves a minus sign: the kernel takes room away."),
    "multiplied": (
        2,
        "Dividing both sides by $s$ leaves the right-hand side divided by $s$, not multiplied.",
    ),
    "ceil": (
        3,
        "A whole number that is at most $x$ is at most $floor(x)$; rounding up would let in one too many.",
    ),
    "jumps": (4, "The whole numbers from 0 to $M$ are $M + 1$ numbers, because 0 counts as well."),
}
"""How a derivation is broken: the line that breaks, counted from 0, and what is wrong with it."""


@question("output-size/derivation-error", title="Find the broken line", points=3)
def derivation_error(draw: Draw) -> Question:
    """Find the line of a derivation that does not follow from the one before."""
    lines = derivation_lines("simple")
    how = draw.choice(tuple(ERRORS))
    first, because = ERRORS[how]
    right = lines[first].shown.root
    introduced = right.operands[1] if isinstance(right, tree.Comparison) else right
    wrong = broken(introduced, how)
    claimed = with_error(lines, first, lambda node: wrong if node == introduced else node)
    asked = ask(
        "Somebody derives the number of outputs of a convolution. Window number $i$ (counted from 0) lies "
        "inside the padded row if and only if line 1 holds; lines 2 to 4 are meant to say the same, and "
        "line 5 counts the windows.",
        Items(tuple(line(shown.text) for shown in claimed), ordered=True),
        "**One** line does not follow from the line before it; the lines behind it carry the error on. "
        "Which one?",
        answer=which_line((shown.reason for shown in lines), first),
        hints=(
            "Check each step with numbers: 7 cells, kernel 3, stride 2, no padding, windows 0, 1, 2.",
            "Ask of each line: was the same thing done on both sides?",
        ),
        solution=(
            f"It is line {first + 1}. {because}",
            "This is how it goes on rightly: " + lines[first].text,
        ),
    )
    return in_other_letters(draw, asked, "nksp")


# Two dimensions


@question("output-size/shape", title="A whole feature map", points=3)
def shape(draw: Draw) -> Question:
    """Give channels, height and width after a convolution."""
    height, width = draw.sample([24, 28, 32, 40, 48, 56, 64, 75, 96, 112, 128, 150, 200, 224, 227, 256], 2)
    channels, filters = draw.sample([1, 3, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128], 2)
    (kh, kw), (sh, sw), (ph, pw) = draw.until(
        lambda: (
            (draw.integer(2, 7), draw.integer(2, 7)),
            (draw.integer(1, 3), draw.integer(1, 3)),
            (draw.integer(0, 3), draw.integer(0, 3)),
        ),
        lambda kernel, stride, padding: (
            len({kernel, stride, padding}) == 3
            and all(2 * pad < edge for pad, edge in zip(padding, kernel, strict=True))
        ),
    )
    rows, columns = size(height, kh, sh, ph), size(width, kw, sw, pw)
    return ask(
        f"An image has {channels} channel{'s' * (channels > 1)}, {height} rows and {width} columns. A "
        f"convolution with {filters} filters reads it; along (height, width) it has kernel size ({kh}, "
        f"{kw}), stride ({sh}, {sw}) and padding ({ph}, {pw}) on each side. What is the shape of its "
        "output?",
        answer=Shape((filters, rows, columns), ("channels", "height", "width")),
        hints=(
            "Height and width are two questions of the same kind: take the first number of each pair, "
            "then the second.",
            "Each filter reads all channels of the image and makes one map.",
        ),
        solution=(
            "Height: " + working(SIZE, n=height, p=ph, k=kh, s=sh),
            "Width: " + working(SIZE, n=width, p=pw, k=kw, s=sw),
            f"One map for each filter: ({filters}, {rows}, {columns}).",
        ),
        mistakes=(
            Mistake(
                "channels-kept",
                (channels, rows, columns),
                "The channels of the input are summed up inside each filter; the output has one map for "
                "each filter.",
            ),
            Mistake(
                "channels-multiplied",
                (channels * filters, rows, columns) if channels > 1 else (filters + 1, rows, columns),
                "A filter reads all channels at once and makes one map, not one map for each channel.",
            ),
            Mistake(
                "channels-last",
                (rows, columns, filters),
                "The numbers are right; put the channels first here.",
            ),
        ),
    )


# Reasoning


@question("output-size/left-over", title="What happens to the rest?")
def left_over(draw: Draw) -> Question:
    """Say what a layer does with cells that no window reaches."""
    n, k, s = draw.until(
        lambda: (draw.integer(9, 16), draw.integer(2, 5), draw.integer(2, 4)),
        lambda n, k, s: n >= k + s and (n - k) % s != 0,
    )
    left = (n - k) % s
    m = size(n, k, s)
    cells = f"{left} cell{'s' * (left > 1)}"
    return ask(
        f"A convolution with kernel size {k} and stride {s} reads a row of {n} cells without padding:",
        Cells.of(n, k, s),
        f"The division $({n} - {k})/{s}$ leaves a remainder of {left}. What does the layer do?",
        answer=Choice.of(
            draw,
            f"It makes {m} outputs; the last {cells} of the row influence none of them.",
            Option(
                f"It makes {m + 1} outputs; the last window reads zeros behind the row.",
                "Without padding there are no zeros behind the row, and a convolution rounds down.",
                "rounded-up",
            ),
            Option(
                "It is an error: such a layer cannot be built.",
                "Some texts ask for a division without remainder, but frameworks round down and go on.",
                "invalid",
            ),
            Option(
                f"It makes {m} outputs; the last window moves back so that it ends at the last cell.",
                f"Every start is a multiple of the stride, so the last window cannot start at {n - k}.",
                "moved-back",
            ),
        ),
        hints=(
            "Look at where the last window ends in the drawing.",
            "Does a window ever start at a place that is not a multiple of the stride?",
        ),
        solution=(
            working("floor((n - k)/s) + 1", n=n, k=k, s=s),
            f"The last window starts at {(m - 1) * s} and ends at {(m - 1) * s + k - 1}; the {cells} "
            f"behind it {'are' if left > 1 else 'is'} read by no window.",
        ),
    )


@question("output-size/no-window", title="Where does no window start?")
def no_window(draw: Draw) -> Question:
    """Tell starts that exist from starts that do not."""
    n, k, s, p = draw.until(
        lambda: (draw.integer(9, 20), draw.integer(2, 5), draw.integer(2, 4), draw.integer(0, 2)),
        lambda n, k, s, p: p < k and size(n, k, s, p) >= 4,
    )
    m = size(n, k, s, p)
    starts = draw.sample(range(m), 3)
    beyond = m * s
    off = draw.integer(1, s - 1) + s * draw.integer(0, m - 2)
    wrong = draw.choice((beyond, off))
    reason = (
        f"it would end at ${beyond} + {k} - 1 = {beyond + k - 1}$, and the last cell has the number "
        f"{n + 2 * p - 1}"
        if wrong == beyond
        else f"{off} is not a multiple of the stride {s}"
    )
    return ask(
        f"A row of {n} cells gets {padding_words(p)}; the cells of the padded row are numbered from 0 to "
        f"{n + 2 * p - 1}. The window has size {k} and stride {s}. At which of these cells does **no** "
        "window start?",
        answer=Choice.of(
            draw,
            f"at cell {wrong}",
            *(
                Option(
                    f"at cell {start * s}",
                    f"A window starts there: ${start * s}$ is a multiple of {s}, and the window ends at "
                    f"${start * s} + {k} - 1 = {start * s + k - 1}$, inside the padded row.",
                    f"exists-{place}",
                )
                for place, start in enumerate(starts, start=1)
            ),
        ),
        hints=(
            "All starts are multiples of the stride.",
            "And the window that starts there has to end inside the padded row.",
        ),
        solution=(f"No window starts at cell {wrong}: {reason}.", Cells.of(n, k, s, p)),
    )


PUBLISHED = (
    ("LeNet-5, layer C1", 32, 5, 1, 0),
    ("LeNet-5, layer S2", 28, 2, 2, 0),
    ("LeNet-5, layer C3", 14, 5, 1, 0),
    ("AlexNet, first pooling", 55, 3, 2, 0),
    ("AlexNet, second pooling", 27, 3, 2, 0),
    ("AlexNet in torchvision, first layer", 224, 11, 4, 2),
    ("VGG, any 3×3 convolution at full size", 224, 3, 1, 1),
    ("VGG, first pooling", 224, 2, 2, 0),
    ("ResNet, first layer", 224, 7, 2, 3),
    ("ResNet in torchvision, first pooling", 112, 3, 2, 1),
    ("Inception-v3, first layer", 299, 3, 2, 0),
    ("Inception-v3, second layer", 149, 3, 1, 0),
)
"""Layers of well-known networks, with (n, k, s, p) as their papers or reference implementations have them."""


def claim(layer: tuple[str, int, int, int, int], m: int) -> str:
    """Return the claim that a layer has m outputs."""
    name, n, k, s, p = layer
    return f"{name}: {n} cells, {layer_words(k, s, p)}: {m} outputs"


@question("output-size/wrong-number", title="Spot the wrong number", points=2)
def wrong_number(draw: Draw) -> Question:
    """Find the claim that the formula does not confirm; one of them is printed in a famous paper."""
    printed = ("AlexNet, first layer as its paper prints it", 224, 11, 4, 0)
    layers = draw.sample(PUBLISHED, 4)
    if draw.integer(1, 4) == 1:
        wrong, shown = printed, 55
    else:
        wrong = layers[3]
        shown = size(*wrong[1:]) + draw.choice((-2, -1, 1, 2))
    _, n, k, s, p = wrong
    return ask(
        "Four layers and the number of outputs that somebody claims for each. Which number is wrong?",
        answer=Choice.of(
            draw,
            claim(wrong, shown),
            *(
                Option(
                    claim(layer, size(*layer[1:])),
                    f"This one is right: {working(SIZE, n=layer[1], p=layer[4], k=layer[2], s=layer[3])}.",
                    f"right-{place}",
                )
                for place, layer in enumerate(layers[:3], start=1)
            ),
        ),
        hints=(
            "Work out each of the four; start with those that have no padding.",
            "The division may leave a remainder, which is thrown away.",
        ),
        solution=(
            f"It is “{wrong[0]}”: {working(SIZE, n=n, p=p, k=k, s=s)}, not {shown}.",
            *(
                ("The paper goes on with 55, which takes 227 cells, or 224 cells and padding.",)
                if wrong == printed
                else ()
            ),
        ),
    )


@question("output-size/uses", title="How often is each cell read?", points=2)
def uses(draw: Draw) -> Question:
    """Count the windows that read each cell of a short row."""
    n, k, s, p = draw.until(
        lambda: (draw.integer(5, 14), draw.integer(2, 6), draw.integer(1, 3), draw.integer(0, 3)),
        lambda n, k, s, p: p < k < n and s <= k and size(n, k, s, p) >= 3,
    )
    drawing = Cells.of(n, k, s, p)
    counts = tuple(sum(p + cell in window for window in drawing.windows) for cell in range(n))
    padded_counts = tuple(sum(cell in window for window in drawing.windows) for cell in range(n + 2 * p))
    return ask(
        f"A kernel of size {k} with stride {s} and {padding_words(p)} slides over a row of {n} cells. How "
        f"many windows read each of the {n} cells? Answer with one row of {n} counts, the first cell first "
        "(leave the padding out).",
        answer=Matrix((counts,)),
        hints=(
            "Draw the row and mark all windows below it, one per line; then count the marks in each column.",
            "Cells near the ends are usually read by fewer windows than cells in the middle.",
        ),
        solution=(drawing, f"Marks in each column of the row: `{list(counts)}`."),
        mistakes=(
            Mistake(
                "padding-counted",
                [list(padded_counts)],
                "These are the counts of the padded row; leave the padding out.",
            )
            if p
            else None,
            Mistake(
                "all-equal",
                [[-(-k // s)] * n],
                "All cells would be read equally often only in an endless row; the ends are different.",
            ),
            Mistake("no-overlap", [[1] * n], "This would be right if the windows did not overlap."),
        ),
    )


@question("output-size/shrinkage", title="How much is lost?", points=2)
def shrinkage(draw: Draw) -> Question:
    """Give the share of an image that a stack of unpadded layers loses."""
    n, k, layers = draw.until(
        lambda: (4 * draw.integer(10, 80), 2 * draw.integer(1, 3) + 1, draw.integer(2, 12)),
        lambda n, k, layers: layers * (k - 1) * 2 < n,
    )
    rest = n - layers * (k - 1)
    return ask(
        f"An image of {n} × {n} pixels goes through {layers} convolutions with {k} × {k} kernels, stride 1 "
        "and no padding. Which share of its area is lost? Answer with a fraction, or with a decimal "
        "number that is right to half a percent of itself.",
        answer=Number.of(AREA_LOST, SHRINKAGE, tolerance=HALF_PERCENT, n=n, k=k, L=layers),
        hints=(
            "How many pixels does each layer take from the width?",
            "The area is the square of the width. Compare the areas, not the widths.",
        ),
        solution=(
            f"Each layer takes $k - 1 = {k} - 1 = {k - 1}$ pixels from width and height, so "
            f"${n} - {layers}*{k - 1} = {rest}$ are left.",
            f"$1 - {rest}^2/{n}^2 = {n * n - rest * rest}/{n * n}$",
        ),
        mistakes=(
            Mistake(
                "width-only",
                f"{n - rest}/{n}",
                "This is the share of the width that is lost; the question asks for the area.",
            ),
            Mistake(
                "share-left",
                f"{rest * rest}/{n * n}",
                "This is the share that is left; the question asks for what is lost.",
            ),
            Mistake(
                "whole-kernel",
                f"1 - ({n} - {layers}*{k})^2/{n}^2",
                f"Each layer takes {k - 1} pixels from the width, not {k}.",
            ),
        ),
    )
