"""Receptive fields: how far an output sees, how far outputs are apart, and what happens where paths meet.

Letters: r receptive field, q jump (how far apart in the image two neighboring cells of a map look), k kernel
size, s stride, p padding on each side, d dilation, L layers. All along one axis; sizes in cells of the image,
counted from 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cnnmath import arch, measure
from cnnmath.practice.author import (
    Choice,
    Domain,
    Draw,
    Expression,
    Integer,
    Matrix,
    Mistake,
    Option,
    Question,
    Shape,
    Table,
    Variable,
    ask,
    question,
    working,
)

DILATED = "r + d*(k - 1)*q"
TWO = "k_1 + (k_2 - 1)*s_1"
THREE = "1 + (k_1 - 1) + (k_2 - 1)*s_1 + (k_3 - 1)*s_1*s_2"
UNIFORM = "1 + L*(k - 1)"
KERNEL = "1 + (R - r)/q"
DEPTH = "ceil((R - 1)/(k - 1))"
DOUBLING = "1 + (k - 1)*(2^L - 1)"


def kernel(name: str) -> Variable:
    """Return a kernel size of a domain."""
    return Variable(name, f"kernel of layer {name[-1]}", (1, 4), (1, 2**6), "kernel")


def stride(name: str) -> Variable:
    """Return a stride of a domain."""
    return Variable(name, f"stride of layer {name[-1]}", (1, 3), (1, 2**4), "stride")


FIELD = Variable("r", "receptive field so far", (1, 6), (1, 2**8))
STEP = Variable("q", "jump so far", (1, 4), (1, 2**6))
SIZE = Variable("k", "kernel size", (1, 5), (1, 2**7), "kernel")
SPREAD = Variable("d", "dilation (1 = dense)", (1, 3), (1, 2**4), "dilation")
LAYERS = Variable("L", "layers", (1, 5), (1, 12))
WANTED = Variable("R", "wanted receptive field", (1, 20), (1, 2**8))

TWO_AREA = Domain(
    "field-two",
    (kernel("k_1"), stride("s_1"), kernel("k_2")),
    (),
    ((3, 2, 3), (3, 1, 3), (5, 2, 2), (1, 3, 2)),
)
THREE_AREA = Domain(
    "field-three", (kernel("k_1"), stride("s_1"), kernel("k_2"), stride("s_2"), kernel("k_3")), ()
)
DILATED_AREA = Domain(
    "field-dilated", (FIELD, STEP, SIZE, SPREAD), (), ((3, 1, 3, 2), (1, 1, 3, 1), (3, 2, 2, 3))
)
UNIFORM_AREA = Domain("field-uniform", (SIZE, LAYERS), (), ((3, 2), (5, 3), (2, 4), (1, 3)))
KERNEL_AREA = Domain("field-kernel", (WANTED, FIELD, STEP), ("R >= r",))
DEPTH_AREA = Domain("field-depth", (WANTED, SIZE), ("k >= 2",), ((7, 3), (8, 3)))

Layers = tuple[tuple[int, int], ...]
ONCE = (
    "The layer's own stride moves its windows apart; it does not make them longer. It counts for the layers "
    "after it."
)


def field_of(layers: Sequence[tuple[int, int]]) -> int:
    """Return the receptive field of layers, each (kernel, stride), as the engine measures it."""
    return measured(layers).size


def measured(layers: Sequence[tuple[int, ...]]) -> measure.ReceptiveField:
    """Return receptive field, jump and start of layers: (kernel, stride), or with padding."""
    built = arch.chain(
        "row",
        arch.Input(1, 4096),
        *(arch.Conv1d(1, k, stride=s, padding=rest[0] if rest else 0) for k, s, *rest in layers),
    )
    return measure.receptive_field(built)


def listed(layers: Sequence[tuple[int, int]]) -> str:
    """Return layers in words."""
    words = [f"kernel {k}, stride {s}" for k, s in layers]
    return "; ".join(words[:-1]) + f"; and then {words[-1]}"


def walk(layers: Sequence[tuple[int, int]]) -> Table:
    """Return receptive field and jump after every layer, as a table."""
    rows = [("layer", "kernel", "stride", "receptive field", "jump"), ("image", "", "", "1", "1")]
    for place, (k, s) in enumerate(layers, start=1):
        found = measured(layers[:place])
        rows.append((str(place), str(k), str(s), str(found.size), str(found.jump)))
    return Table(tuple(rows))


# Through a stack


@question("receptive-fields/two-layers", title="Two layers")
def two_layers(draw: Draw) -> Question:
    """Give the receptive field of two layers."""
    k_1, s_1, k_2, s_2 = draw.until(
        lambda: (draw.integer(2, 11), draw.integer(2, 4), draw.integer(2, 7), draw.integer(1, 3)),
        lambda k_1, s_1, k_2, s_2: s_1 <= k_1,
    )
    return ask(
        f"A first layer has kernel {k_1} and stride {s_1}, the layer behind it kernel {k_2} and stride "
        f"{s_2}. How many cells of the input row, from the first to the last, does one output of the second "
        "layer depend on?",
        answer=Integer.of(TWO, TWO_AREA, k_1=k_1, s_1=s_1, k_2=k_2),
        hints=(
            "One output of the second layer reads several outputs of the first. How far apart do those look "
            "in the input?",
            "Put the first one's window down, and move it by the first stride until the last one is reached.",
        ),
        solution=(
            f"The second layer reads {k_2} neighbors. Their windows of {k_1} start {s_1} cells apart, so the "
            f"last one starts $({k_2} - 1)*{s_1} = {(k_2 - 1) * s_1}$ cells after the first.",
            working(TWO, k_1=k_1, k_2=k_2, s_1=s_1),
        ),
        mistakes=(
            Mistake(
                "added",
                k_1 + k_2,
                "Kernels do not add up: the windows of neighbors overlap, and lie a stride apart.",
            ),
            Mistake(
                "stride-ignored",
                k_1 + k_2 - 1,
                f"Neighbors of the first layer look {s_1} cells apart, not one.",
            ),
            Mistake(
                "multiplied",
                k_1 * k_2,
                "The windows of neighbors overlap; count the cells from first to last.",
            ),
            Mistake("places", k_1 + k_2 * s_1, f"{k_2} windows have one gap fewer between their starts."),
            Mistake("own-stride", k_1 + (k_2 - 1) * s_1 * s_2, ONCE) if s_2 > 1 else None,
        ),
    )


@question("receptive-fields/three-layers", title="Three layers", points=2)
def three_layers(draw: Draw) -> Question:
    """Give the receptive field of a convolution, a pooling and a convolution."""
    k_1, s_1, k_2, s_2, k_3 = draw.until(
        lambda: (
            draw.integer(3, 11),
            draw.integer(1, 4),
            draw.integer(2, 3),
            draw.integer(2, 3),
            draw.integer(3, 7),
        ),
        lambda k_1, s_1, k_2, s_2, k_3: s_1 < k_1 and s_2 <= k_2,
    )
    layers = ((k_1, s_1), (k_2, s_2), (k_3, 1))
    return ask(
        f"A convolution with kernel {k_1} and stride {s_1}; max pooling with window {k_2} and stride {s_2}; "
        f"a convolution with kernel {k_3} and stride 1. How large is the receptive field of an output of the "
        "last layer, along one axis?",
        answer=Integer.of(THREE, THREE_AREA, k_1=k_1, s_1=s_1, k_2=k_2, s_2=s_2, k_3=k_3),
        hints=(
            "Start with 1: a cell of the image sees itself. Pooling counts like a convolution.",
            "Each layer adds its kernel less one, times the product of all strides before it.",
        ),
        solution=(walk(layers), working(THREE, k_1=k_1, s_1=s_1, k_2=k_2, s_2=s_2, k_3=k_3)),
        mistakes=(
            Mistake(
                "added",
                k_1 + k_2 + k_3,
                "Kernels do not add up: windows overlap, and strides move them apart.",
            ),
            Mistake("strides-ignored", k_1 + k_2 + k_3 - 2, "This would be right if all strides were 1."),
            Mistake(
                "last-stride-only",
                k_1 + (k_2 - 1) * s_1 + (k_3 - 1) * s_2,
                "Strides multiply: the last layer's neighbors are apart by both strides before it.",
            ),
            Mistake(
                "pooling-forgotten",
                field_of(((k_1, s_1), (k_3, 1))),
                "The pooling layer widens the view, too.",
            ),
            Mistake(
                "own-stride",
                1 + (k_1 - 1) * s_1 + (k_2 - 1) * s_1 * s_2 + (k_3 - 1) * s_1 * s_2,
                ONCE,
            ),
        ),
    )


@question("receptive-fields/next-layer", title="One layer more")
def next_layer(draw: Draw) -> Question:
    """Take one step of the recurrence, with or without dilation."""
    r, q, k, d = draw.integer(5, 120), 2 ** draw.integer(1, 5), draw.choice((2, 3, 5, 7)), draw.integer(1, 4)
    s = draw.integer(2, 3)
    dense = "" if d == 1 else f", dilation {d}"
    return ask(
        f"A cell of a map sees {r} cells of the image, and neighboring cells look {q} apart. A layer with "
        f"kernel {k}, stride {s}{dense} follows. How many cells of the image does one of its outputs see?",
        answer=Integer.of(DILATED, DILATED_AREA, r=r, q=q, k=k, d=d),
        hints=(
            "How many cells of the map lie between the first and the last that the kernel reads?",
            "The last one looks that many jumps further than the first. What the first sees counts in full.",
        ),
        solution=(
            f"From the first to the last cell that the kernel reads it is $d*(k - 1) = {d}*({k} - 1) = "
            f"{d * (k - 1)}$ steps, each worth {q} cells of the image.",
            working(DILATED, r=r, d=d, k=k, q=q),
        ),
        mistakes=(
            Mistake("whole-kernel", r + d * k * q, f"{k} kernel cells have {k - 1} steps between them."),
            Mistake("jump-ignored", r + d * (k - 1), f"A step on the map is worth {q} cells of the image."),
            Mistake("own-stride", r + d * (k - 1) * q * s, ONCE),
            Mistake("dilation-ignored", r + (k - 1) * q, f"The kernel's cells are {d} apart on the map.")
            if d > 1
            else None,
        ),
    )


@question("receptive-fields/jump", title="How far apart do neighbors look?")
def jump(draw: Draw) -> Question:
    """Give the jump after several layers."""
    layers = draw.until(
        lambda: (tuple((draw.integer(2, 7), draw.integer(1, 4)) for _ in range(draw.integer(3, 5))),),
        lambda layers: sum(s > 1 for _, s in layers) >= 2,
    )[0]
    strides = [s for _, s in layers]
    right = measured(layers).jump
    return ask(
        f"Layers from the image on: {listed(layers)}. How many cells of the image lie between the starts of "
        "what two neighboring outputs of the last layer see?",
        answer=Integer(int(right)),
        hints=(
            "With a single layer, neighboring outputs look one stride apart.",
            "Neighbors of the second layer are its stride apart on the first map, and each step there is "
            "worth a stride already.",
        ),
        solution=(
            "Each layer multiplies the jump by its stride; kernels do not matter:",
            f"${'*'.join(map(str, strides))} = {right}$",
        ),
        mistakes=(
            Mistake(
                "added",
                sum(strides),
                "Strides multiply: a step on a later map is worth many cells of the image.",
            ),
            Mistake(
                "last-only", strides[-1], "This is the step on the map before; in the image it is worth more."
            )
            if strides[-1] > 1
            else None,
            Mistake(
                "last-forgotten",
                int(right) // strides[-1],
                "The last layer's stride counts as well: its outputs are that many steps apart.",
            )
            if strides[-1] > 1
            else None,
            Mistake(
                "field",
                field_of(layers),
                "This is how much one output sees, not how far apart two of them look.",
            ),
        ),
    )


@question("receptive-fields/geometry", title="Size, jump and padding", points=3)
def geometry(draw: Draw) -> Question:
    """Give receptive field, jump and effective padding of a stack with padding."""
    layers = draw.until(
        lambda: (
            tuple(
                (k, draw.integer(1, 3), draw.integer(1, k // 2))
                for k in (draw.choice((3, 5, 7, 9, 11)), draw.choice((2, 3, 4)), draw.choice((3, 5)))
            ),
        ),
        lambda layers: (
            sum(s > 1 for _, s, _ in layers) >= 1 and layers[0][1] > 1 and all(s <= k for k, s, _ in layers)
        ),
    )[0]
    found = measured(layers)
    jumps = [1]
    for _, s, _ in layers:
        jumps.append(jumps[-1] * s)
    paddings = [p for *_, p in layers]
    rows = [("layer", "kernel", "stride", "padding", "receptive field", "jump", "start")]
    for place, (k, s, p) in enumerate(layers, start=1):
        after = measured(layers[:place])
        rows.append(tuple(map(str, (place, k, s, p, after.size, after.jump, after.start))))
    words = "; ".join(f"kernel {k}, stride {s}, padding {p}" for k, s, p in layers)
    start = " - ".join(["0", *(f"{q}*{p}" for q, p in zip(jumps, paddings, strict=False))])
    return ask(
        f"Three layers from the image on, with their padding on each side: {words}. For an output of the "
        "last layer: how many cells does it see, how far apart do neighbors look, and how many cells of "
        "padding lie before the image in what the first output sees?",
        answer=Shape((found.size, int(found.jump), found.padding), ("receptive field", "jump", "padding")),
        hints=(
            "Walk through the layers and keep three numbers: receptive field, jump, and the start of the "
            "first output's view.",
            "A cell of padding lies on the map that the layer reads; there, a cell is worth the jump so far.",
        ),
        solution=(
            Table(tuple(rows)),
            f"The first output's view starts at ${start} = {found.start}$: {found.padding} cells before the "
            "image.",
        ),
        mistakes=(
            Mistake(
                "padding-added",
                (found.size, int(found.jump), sum(paddings)),
                "Padding of a later layer is worth a jump for each cell, as it lies on a coarser map.",
            ),
            Mistake(
                "strides-ignored",
                (1 + sum(k - 1 for k, *_ in layers), int(found.jump), found.padding),
                "The receptive field grows by the kernel less one, times the jump so far.",
            ),
            Mistake(
                "strides-added",
                (found.size, sum(s for _, s, _ in layers), found.padding),
                "Strides multiply.",
            ),
        ),
    )


@question("receptive-fields/cells", title="Which cells does it see?", points=2)
def cells(draw: Draw) -> Question:
    """Name the first and the last cell that a given output sees."""
    k_1, s_1, p_1, k_2, s_2, output = draw.until(
        lambda: (
            draw.choice((3, 5, 7)),
            draw.integer(1, 3),
            draw.integer(0, 3),
            draw.choice((2, 3, 5)),
            draw.integer(1, 3),
            draw.integer(2, 9),
        ),
        lambda k_1, s_1, p_1, k_2, s_2, output: (
            2 * p_1 < k_1 and s_1 * s_2 > 1 and s_1 <= k_1 and s_2 <= k_2 and output * s_1 * s_2 > p_1
        ),
    )
    built = arch.chain(
        "row",
        arch.Input(1, 400),
        ("first", arch.Conv1d(1, k_1, stride=s_1, padding=p_1)),
        ("second", arch.Conv1d(1, k_2, stride=s_2)),
    )
    right = measure.sees(built, "second", output) or (0, 0)
    low, high = output * s_2, output * s_2 + k_2 - 1
    pad = f"padding {p_1} on each side" if p_1 else "no padding"
    return ask(
        f"A long row is read by a layer with kernel {k_1}, stride {s_1} and {pad}, and its output by a layer "
        f"with kernel {k_2}, stride {s_2} and no padding. Outputs and cells are counted from 0, the first "
        f"cell of the row itself being 0. Which cells of the row does output number {output} of the second "
        "layer see: which is the first, which the last?",
        answer=Shape(right, ("first", "last")),
        hints=(
            "Which outputs of the first layer does it read? Take the first and the last of them back to the "
            "row.",
            "Output $i$ of a layer starts at cell $s*i$ of the padded row; the padding comes before cell 0.",
        ),
        solution=(
            f"It reads the outputs ${s_2}*{output} = {low}$ to ${low} + {k_2} - 1 = {high}$ of the first "
            "layer.",
            f"The first of these starts at cell ${s_1}*{low} - {p_1} = {right[0]}$; the last ends at cell "
            f"${s_1}*{high} - {p_1} + {k_1} - 1 = {right[1]}$.",
        ),
        mistakes=(
            Mistake(
                "padding-ignored",
                (right[0] + p_1, right[1] + p_1),
                "These places are counted from the first cell of the padding.",
            )
            if p_1
            else None,
            Mistake(
                "one-too-far", (right[0], right[1] + 1), "The last cell is the first plus the size, less one."
            ),
            Mistake(
                "half-way", (low, high), "These are outputs of the first layer; take them back to the row."
            ),
            Mistake(
                "stride-ignored",
                (output * s_1 - p_1, output * s_1 - p_1 + right[1] - right[0]),
                "Neighboring outputs of the second layer look both strides apart, multiplied.",
            )
            if s_2 > 1
            else None,
        ),
    )


@question("receptive-fields/which-kernel", title="Which kernel was it?")
def which_kernel(draw: Draw) -> Question:
    """Find the kernel from the receptive fields before and after."""
    r, q, k = draw.integer(3, 100), draw.choice((1, 2, 4, 8, 16)), draw.choice((2, 3, 4, 5, 7, 9, 11))
    after = r + (k - 1) * q
    return ask(
        f"Before a layer, a cell sees {r} cells of the image, and neighbors look {q} apart. Behind the "
        f"layer, a cell sees {after}. Which kernel size has the layer, if it is not dilated?",
        answer=Integer.of(KERNEL, KERNEL_AREA, R=after, r=r, q=q),
        hints=(
            "How many cells did the layer add to the view?",
            "Each step from one kernel cell to the next adds a jump. How many steps has a kernel?",
        ),
        solution=(
            f"The view grew by ${after} - {r} = {after - r}$ cells, which is ${after - r}/{q} = {k - 1}$ "
            "steps between kernel cells.",
            working(KERNEL, R=after, r=r, q=q),
        ),
        mistakes=(
            Mistake("steps", k - 1, "These are the steps; a kernel has one cell more than it has steps."),
            Mistake("jump-ignored", after - r + 1, f"A step is worth {q} cells of the image.")
            if q > 1
            else None,
            Mistake("growth", after - r, "This is how much the view grew."),
        ),
    )


@question("receptive-fields/depth", title="How deep must it be?")
def depth(draw: Draw) -> Question:
    """Find how many equal layers see at least so much."""
    k, wanted = draw.until(
        lambda: (draw.choice((3, 5, 7)), draw.integer(12, 256)), lambda k, wanted: (wanted - 1) % (k - 1) != 0
    )
    layers = -(-(wanted - 1) // (k - 1))
    return ask(
        f"How many convolutions with kernel {k} and stride 1, one behind the other, does it take at least "
        f"until an output sees {wanted} cells of the row or more?",
        answer=Integer.of(DEPTH, DEPTH_AREA, R=wanted, k=k),
        hints=(
            "How much does each such layer add to the view? With no layer at all, a cell sees itself.",
            "Divide what is still missing by what a layer adds, and think about what to do with a remainder.",
        ),
        solution=(
            f"Each layer adds ${k} - 1 = {k - 1}$ cells to the one that a cell is itself.",
            working(DEPTH, R=wanted, k=k),
            f"A check: {layers} layers see $1 + {layers}*({k} - 1) = {1 + layers * (k - 1)}$ cells.",
        ),
        mistakes=(
            Mistake("rounded-down", layers - 1, "One layer fewer does not see enough: round up."),
            Mistake(
                "whole-kernel",
                -(-wanted // k),
                f"A layer adds {k - 1} cells, since windows of neighbors overlap.",
            ),
            Mistake(
                "own-cell-forgotten",
                -(-wanted // (k - 1)),
                "The cell itself counts: only the rest has to be added.",
            )
            if -(-wanted // (k - 1)) != layers
            else None,
        ),
    )


@question("receptive-fields/stride-early", title="Early or late?", points=2)
def stride_early(draw: Draw) -> Question:
    """Compare the same layers in another order."""
    k, s, others = draw.choice((3, 5)), draw.integer(2, 4), draw.sample((2, 3, 5, 7, 9, 11), 2)
    first, second = sorted(others)
    orders = {
        "first": ((k, s), (first, 1), (second, 1)),
        "middle": ((first, 1), (k, s), (second, 1)),
        "last": ((first, 1), (second, 1), (k, s)),
    }
    sizes = {name: field_of(layers) for name, layers in orders.items()}
    ask_most = draw.choice((True, False))
    right = (max if ask_most else min)(orders, key=sizes.__getitem__)

    def words(name: str) -> str:
        return "; ".join(f"kernel {a}, stride {b}" for a, b in orders[name])

    return ask(
        "The same three layers in three orders. In which order does an output see the "
        f"{'most' if ask_most else 'least'}?",
        answer=Choice.of(
            draw,
            words(right),
            *(
                Option(
                    words(name),
                    f"Here an output sees {sizes[name]} cells; in another order it is "
                    f"{'more' if ask_most else 'less'}.",
                    f"stride-{name}",
                )
                for name in orders
                if name != right
            ),
        ),
        hints=(
            "A stride counts for the layers after it.",
            "Where does the stride stand when the most kernels come after it, and where when none does?",
        ),
        solution=(
            f"With the stride first an output sees {sizes['first']} cells, in the middle {sizes['middle']}, "
            f"last {sizes['last']}. Each kernel behind a stride counts that many times.",
        ),
    )


@question("receptive-fields/dilations", title="Kernels with holes, stacked", points=2)
def dilations(draw: Draw) -> Question:
    """Give the receptive field of a stack of dilated layers."""
    k, spread = draw.choice((2, 3, 5)), [draw.choice((1, 2, 3, 4, 6, 8)) for _ in range(draw.integer(3, 5))]
    built = arch.chain("row", arch.Input(1, 4096), *(arch.Conv1d(1, k, dilation=d) for d in spread))
    right = measure.receptive_field(built).size
    total = sum(spread)
    return ask(
        f"A stack of convolutions with kernel {k} and stride 1 has the dilations "
        f"{', '.join(map(str, spread))}, the first layer first. How many cells lie from the first to the "
        "last that one output depends on?",
        answer=Integer(right),
        hints=(
            "How many cells does a single kernel with dilation $d$ span?",
            "With stride 1 every layer adds what it spans less one.",
        ),
        solution=(
            f"A layer with dilation $d$ adds $d*(k - 1)$ cells, here ${k - 1}*d$:",
            f"$1 + {k - 1}*({' + '.join(map(str, spread))}) = 1 + {k - 1}*{total} = {right}$",
        ),
        mistakes=(
            Mistake(
                "own-cell-forgotten", right - 1, "Before the first layer, a cell sees itself: start with 1."
            ),
            Mistake("dilation-ignored", 1 + len(spread) * (k - 1), "This is the stack without dilation."),
            Mistake("whole-kernel", 1 + k * total, f"{k} kernel cells have {k - 1} gaps between them."),
        ),
    )


# Formulas

LETTERS = {"k": "kKfF", "L": "LNDm", "r": "rRv", "q": "qjJ", "d": "dDe"}
NOUNS = ("cells", "pixels", "samples", "frames", "time steps")


def in_other_letters(draw: Draw, asked: Question, names: Sequence[str]) -> Question:
    """Return the question in letters of another book."""
    return asked.relabeled({name: draw.choice(LETTERS[name]) for name in names})


@question("receptive-fields/formula-stack", title="A stack of equal layers, as a formula", points=2)
def formula_stack(draw: Draw) -> Question:
    """Type the receptive field of a stack at stride 1."""
    noun = draw.choice(NOUNS)
    asked = ask(
        "$L$ convolutions with kernel size $k$ and stride 1 stand one behind the other. Type a formula for "
        f"the number of {noun} that one output of the last depends on.",
        answer=Expression(UNIFORM, UNIFORM_AREA, ("L*k - L + 1", "k + (L - 1)*(k - 1)")),
        hints=(
            "Begin with a single layer, then with two: how much does the second add?",
            "Windows of neighbors overlap except for one at the end.",
        ),
        solution=(
            "With no layer, an output is the input: it sees one. Each layer adds its kernel less one:",
            f"${UNIFORM}$",
        ),
        mistakes=(
            Mistake("added", "L*k", "Kernels do not add up: the windows of neighbors overlap."),
            Mistake(
                "own-cell-forgotten",
                "L*(k - 1)",
                "With no layer at all, one is seen: the result has to be 1 for $L = 0$.",
            ),
            Mistake(
                "power", "k^L", "Views grow this fast only if windows do not overlap; at stride 1 they do."
            ),
            Mistake(
                "layers-less-one", "1 + (L - 1)*(k - 1)", "Try a single layer: it sees its whole kernel."
            ),
        ),
    )
    return in_other_letters(draw, asked, "kL")


@question("receptive-fields/formula-two", title="Two layers, as a formula", points=2)
def formula_two(draw: Draw) -> Question:
    """Type the receptive field of two layers with strides."""
    noun = draw.choice(NOUNS)
    asked = ask(
        f"A layer with kernel $k_1$ and stride $s_1$ reads a row of {noun}; a layer with kernel $k_2$ reads "
        f"its output. Type a formula for how many {noun} one output of the second layer sees.",
        answer=Expression(TWO, TWO_AREA, ("(k_2 - 1)*s_1 + k_1",)),
        hints=(
            "The second layer reads $k_2$ neighbors. How far apart do their windows start?",
            "From the start of the first window to the start of the last; and then that window itself.",
        ),
        solution=(
            "The windows of the $k_2$ neighbors start $s_1$ apart, so the last starts $(k_2 - 1)*s_1$ after "
            "the first and is $k_1$ long:",
            f"${TWO}$",
        ),
        mistakes=(
            Mistake("added", "k_1 + k_2", "Kernels do not add up: the windows of neighbors overlap."),
            Mistake("stride-ignored", "k_1 + k_2 - 1", "Neighbors of the first layer look $s_1$ apart."),
            Mistake("places", "k_1 + k_2*s_1", "Between $k_2$ windows there are $k_2 - 1$ steps."),
            Mistake(
                "own-stride",
                "(k_1 - 1)*s_1 + k_2",
                "The stride belongs to the steps of the second layer's kernel.",
            ),
        ),
    )
    size, step = draw.choice("kKfw"), draw.choice("sStu")
    return asked.relabeled({"k_1": f"{size}_1", "k_2": f"{size}_2", "s_1": f"{step}_1"})


@question("receptive-fields/formula-next", title="One layer more, as a formula", points=2)
def formula_next(draw: Draw) -> Question:
    """Type the recurrence of the receptive field."""
    noun = draw.choice(NOUNS)
    asked = ask(
        f"A cell of a map sees $r$ {noun}, and neighboring cells look $q$ {noun} apart. A layer with kernel "
        f"size $k$ and dilation $d$ (1 is dense) follows. Type a formula for how many {noun} one of its "
        "outputs sees.",
        answer=Expression(DILATED, DILATED_AREA, ("r + q*(d*(k - 1))", "r + d*k*q - d*q")),
        hints=(
            "Try it with a kernel of size 1: it should change nothing.",
            "How many steps on the map are there from the first to the last cell that the kernel reads?",
        ),
        solution=(
            "From the first to the last cell that the kernel reads it is $d*(k - 1)$ steps, and each is "
            "worth $q$:",
            f"${DILATED}$",
        ),
        mistakes=(
            Mistake("whole-kernel", "r + d*k*q", "With a kernel of size 1 nothing should change."),
            Mistake("jump-ignored", "r + d*(k - 1)", "A step on the map is worth $q$ in the image."),
            Mistake("dilation-ignored", "r + (k - 1)*q", "The kernel's cells are $d$ apart on the map."),
            Mistake(
                "multiplied", "r*d*(k - 1)*q", "The views of neighbors overlap, so what is new is added."
            ),
        ),
    )
    return in_other_letters(draw, asked, "rqkd")


@question("receptive-fields/formula-doubling", title="Doubling dilations, as a formula", points=3)
def formula_doubling(draw: Draw) -> Question:
    """Type the receptive field of layers whose dilation doubles."""
    noun = draw.choice(NOUNS)
    asked = ask(
        f"$L$ convolutions over {noun} have kernel size $k$, stride 1 and the dilations 1, 2, 4, 8 and so "
        f"on, each twice the one before. Type a formula for the number of {noun} from the first to the last "
        "that one output depends on.",
        answer=Expression(
            DOUBLING, UNIFORM_AREA, ("(k - 1)*(2^L - 1) + 1", "1 + sum((k - 1)*2^(i - 1), i, 1, L)")
        ),
        hints=(
            "A layer with dilation $d$ adds $d*(k - 1)$. Write down the sum for three layers.",
            "One, two, four: a sum of powers of 2 is one less than the next power.",
        ),
        solution=(
            "The dilations add up to $1 + 2 + 4 = 2^3 - 1$ for three layers, and to $2^L - 1$ for $L$ of "
            "them. Each counts $k - 1$ times, and the cell itself once:",
            f"${DOUBLING}$",
        ),
        mistakes=(
            Mistake("not-doubled", "1 + L*(k - 1)", "This is the stack without dilation."),
            Mistake(
                "power-too-many",
                "1 + (k - 1)*2^L",
                "The first $L$ powers of 2 add up to one less than the next.",
            ),
            Mistake(
                "last-only",
                "1 + (k - 1)*2^(L - 1)",
                "This counts the last layer alone; the others add to it.",
            ),
            Mistake("own-cell-forgotten", "(k - 1)*(2^L - 1)", "With no layer at all, one is seen."),
        ),
    )
    return in_other_letters(draw, asked, "kL")


# Where paths meet


@dataclass(frozen=True)
class Branch:
    """A path of convolutions at stride 1, each (kernel, padding)."""

    layers: Layers

    @property
    def field(self) -> measure.ReceptiveField:
        """What the engine measures."""
        return measured([(k, 1, p) for k, p in self.layers])

    @property
    def last(self) -> int:
        """The last cell that output 0 sees."""
        return self.field.start + self.field.size - 1

    def __str__(self) -> str:
        return ", then ".join(f"kernel {k} with padding {p}" for k, p in self.layers)


def same(draw: Draw) -> Branch:
    """Draw a branch whose paddings keep the size and the center."""
    kernels = [draw.choice((1, 3, 5, 7)) for _ in range(draw.integer(1, 3))]
    return Branch(tuple((k, k // 2) for k in kernels))


def spelled(shown: Branch) -> str:
    """Return what the first output of a branch sees, in words."""
    return f"cells {shown.field.start} to {shown.last}"


@question("receptive-fields/merged", title="Two paths that meet", points=2)
def merged(draw: Draw) -> Question:
    """Give the receptive field of the sum of two aligned branches."""
    one, other = draw.until(
        lambda: (same(draw), same(draw)), lambda one, other: abs(one.field.size - other.field.size) >= 2
    )
    sizes = one.field.size, other.field.size
    before = draw.choice((3, 5, 7))
    total = before - 1 + max(sizes)
    return ask(
        f"A convolution with kernel {before}, stride 1 and padding {before // 2} is followed by two paths, "
        f"and their outputs are added. All strides are 1. One path: {one}. The other: {other}. How large is "
        "the receptive field of the sum, along one axis?",
        answer=Integer(total),
        hints=(
            "Work out what each path sees, with the layer before them.",
            "All paddings are half of what the kernels take, so both look at the same center. What do they "
            "see together?",
        ),
        solution=(
            f"Behind the first layer the paths see {sizes[0]} and {sizes[1]} cells around the same center; "
            f"the wider view contains the other one: $max({sizes[0]}, {sizes[1]}) = {max(sizes)}$.",
            f"Together with the first layer: ${before} - 1 + {max(sizes)} = {total}$.",
        ),
        mistakes=(
            Mistake(
                "smaller", before - 1 + min(sizes), "The sum depends on everything that either path sees."
            ),
            Mistake(
                "added", before - 1 + sum(sizes), "The views lie on top of each other; they do not add up."
            ),
            Mistake(
                "chained",
                before - 2 + sum(sizes),
                "This is what they would see one behind the other; they stand side by side.",
            ),
            Mistake("before-forgotten", max(sizes), "The layer before the paths widens what both see."),
        ),
    )


@question("receptive-fields/unaligned", title="Paths that look elsewhere", points=2)
def unaligned(draw: Draw) -> Question:
    """Give the receptive field where two branches do not share their center."""
    k_1, k_2, p_1, p_2 = draw.until(
        lambda: (draw.integer(2, 11), draw.integer(2, 11), draw.integer(0, 8), draw.integer(0, 8)),
        lambda k_1, k_2, p_1, p_2: (
            2 * p_1 - k_1 != 2 * p_2 - k_2
            and k_1 != k_2
            and p_1 < k_1
            and p_2 < k_2
            and max(k_1 - p_1, k_2 - p_2) + max(p_1, p_2) > max(k_1, k_2)
        ),
    )
    behind_1, behind_2 = k_1 - 1 - p_1, k_2 - 1 - p_2
    built = arch.read(
        f"row: Input(1, 400)\n"
        f"one: Conv1d(1, {k_1}, padding=(({p_1}, {behind_1}),)) <- row\n"
        f"two: Conv1d(1, {k_2}, padding=(({p_2}, {behind_2}),)) <- row\n"
        "sum: Add <- one, two"
    )
    found = measure.receptive_field(built, "sum")
    last = max(k_1 - p_1, k_2 - p_2) - 1
    return ask(
        f"Two paths read the same row at stride 1, and their outputs are added. One has kernel {k_1}, with "
        f"{p_1} cells of padding before the row and {behind_1} behind it; the other has kernel {k_2}, with "
        f"{p_2} before and {behind_2} behind. How many cells lie from the first to the last that one output "
        "of the sum sees?",
        answer=Integer(found.size),
        hints=(
            "Say for each path which cells the first output sees; padding before the row has negative "
            "numbers.",
            "Together they see from the earlier of the two starts to the later of the two ends.",
        ),
        solution=(
            f"The first output of the one path sees cells ${-p_1}$ to ${-p_1} + {k_1} - 1 = {behind_1}$, "
            f"that of the other ${-p_2}$ to ${-p_2} + {k_2} - 1 = {behind_2}$.",
            f"Together from ${found.start}$ to ${last}$: ${last} - ({found.start}) + 1 = {found.size}$ "
            "cells. The centers differ, so this is more than the larger kernel.",
        ),
        mistakes=(
            Mistake(
                "aligned",
                max(k_1, k_2),
                "The larger view would contain the smaller one if both had the same center.",
            ),
            Mistake("added", k_1 + k_2, "The views overlap; count each cell once."),
            Mistake(
                "chained", k_1 + k_2 - 1, "This is for one behind the other; the paths stand side by side."
            ),
        ),
    )


@question("receptive-fields/aligned", title="Do the paths agree?", points=2)
def aligned(draw: Draw) -> Question:
    """Find the pair of branches that look at the same center."""
    k, other = draw.sample((3, 5, 7, 9, 11), 2)
    even, off = draw.choice((2, 4, 6)), draw.choice((-1, 1))

    def pair(one: tuple[int, int], two: tuple[int, int]) -> str:
        return f"kernel {one[0]} with padding {one[1]}, and kernel {two[0]} with padding {two[1]}"

    right = pair((k, k // 2), (other, other // 2))
    crooked = pair((k, k // 2), (other, other // 2 + off))
    halves = pair((even, even // 2), (k, k // 2))
    plain = pair((k, 0), (other, 0))
    return ask(
        "Two paths at stride 1 start at the same map and are to be merged. Padding is the same on both "
        "sides. In which pair do both paths look at the same center, cell for cell?",
        answer=Choice.of(
            draw,
            right,
            Option(
                plain,
                "Without padding each path's first view starts at cell 0, so the longer one has its center "
                "further in; the sizes differ as well.",
                "no-padding",
            ),
            Option(
                crooked,
                "The centers agree where kernel less one, minus twice the padding, is the same for both. "
                "Here it is not.",
                "crooked",
            ),
            Option(
                halves,
                f"An even kernel has no middle cell: with padding {even // 2}, its view is half a cell off.",
                "even",
            ),
        ),
        hints=(
            "The first output sees from $-p$ to $-p + k - 1$. Where is the middle of that?",
            "Twice the middle is $k - 1 - 2p$. Compare it for the two paths of each pair.",
        ),
        solution=(
            f"In the pair {right}, both first views have their middle at cell 0: $({k} - 1)/2 - {k // 2} = "
            f"0$ and $({other} - 1)/2 - {other // 2} = 0$.",
        ),
    )


@question("receptive-fields/paths", title="Not all cells count alike", points=2)
def paths(draw: Draw) -> Question:
    """Count by how many paths each cell reaches the output."""
    kernels = draw.until(
        lambda: (tuple(draw.integer(2, 9) for _ in range(draw.integer(2, 3))),),
        lambda kernels: 6 <= sum(kernels) - len(kernels) + 1 <= 16,
    )[0]
    counts = (1,)
    for k in kernels:
        counts = tuple(
            sum(counts[at - tap] for tap in range(k) if 0 <= at - tap < len(counts))
            for at in range(len(counts) + k - 1)
        )
    width = len(counts)
    return ask(
        "Convolutions with the kernels "
        f"{' and '.join(map(str, kernels)) if len(kernels) == 2 else ', '.join(map(str, kernels))} and "
        f"stride 1 stand one behind the other. One output of the last sees {width} cells of the row. Through "
        "how many different paths does each of them reach it, if a path takes one kernel cell in every "
        f"layer? Answer with one row of {width} counts.",
        answer=Matrix((counts,)),
        hints=(
            "The first cell is reached in one way only: through the first kernel cell of every layer.",
            "Start with a row of ones for one kernel; for the next kernel, add up shifted copies of what "
            "you have.",
        ),
        solution=(
            "Slide a row of ones, as long as the next kernel, over the counts so far and add up:",
            f"`{list(counts)}`",
            f"All paths together: ${'*'.join(map(str, kernels))} = {sum(counts)}$. The middle of the view "
            "counts most: this is why the effective receptive field is smaller.",
        ),
        mistakes=(
            Mistake("all-equal", [[1] * width], "Cells in the middle are reached in several ways."),
            Mistake(
                "one-kernel",
                [[min(at + 1, width - at, kernels[0]) for at in range(width)]],
                "Check the middle: add up shifted copies of the counts so far, one for each cell of the "
                "next kernel.",
            ),
        ),
    )
