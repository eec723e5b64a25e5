"""Images: pictures as vectors, kernels by hand, pooling and its gradient, gray, and what a small shift does.

All matrices are whole numbers worked out exactly. Rows and columns are counted from 0 where a place is named.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from cnnmath.practice.author import (
    Choice,
    Domain,
    Draw,
    Integer,
    Matrix,
    Mistake,
    Number,
    Option,
    Question,
    Shape,
    ask,
    domain,
    question,
    working,
)
from cnnmath.practice.domains import Variable
from cnnmath.practice.grids import (
    Rows,
    correlate,
    factors,
    first_place,
    outer,
    patch,
    places,
    pool,
    rank,
    spread,
    turned,
)
from cnnmath.practice.shown import code, grid, listed, product_sum, signed

KERNELS: dict[str, tuple[Rows, str]] = {
    "identity": (((0, 0, 0), (0, 1, 0), (0, 0, 0)), "copies the picture"),
    "box": (((1, 1, 1), (1, 1, 1), (1, 1, 1)), "blurs: all nine pixels count alike"),
    "Gaussian": (((1, 2, 1), (2, 4, 2), (1, 2, 1)), "blurs: pixels near the middle count more"),
    "sharpen": (((0, -1, 0), (-1, 5, -1), (0, -1, 0)), "keeps the picture and strengthens its details"),
    "outline": (((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)), "answers to any change, in all eight directions"),
    "Laplacian": (((0, -1, 0), (-1, 4, -1), (0, -1, 0)), "compares each pixel with four neighbors"),
    "Sobel x": (((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)), "is positive where it gets brighter to the right"),
    "Sobel y": (((-1, -2, -1), (0, 0, 0), (1, 2, 1)), "is positive where it gets brighter downward"),
    "horizontal line": (((-1, -1, -1), (2, 2, 2), (-1, -1, -1)), "answers to bright horizontal lines"),
    "vertical line": (((-1, 2, -1), (-1, 2, -1), (-1, 2, -1)), "answers to bright vertical lines"),
    "rising line": (
        ((-1, -1, 2), (-1, 2, -1), (2, -1, -1)),
        "answers to bright lines that rise to the right",
    ),
    "falling line": (
        ((2, -1, -1), (-1, 2, -1), (-1, -1, 2)),
        "answers to bright lines that fall to the right",
    ),
}
"""Well-known kernels, applied without a flip, and what each does to a picture."""

LUMA = {
    "Rec. 709": (Fraction(2126, 10000), Fraction(7152, 10000), Fraction(722, 10000)),
    "Rec. 601": (Fraction(299, 1000), Fraction(587, 1000), Fraction(114, 1000)),
}
"""Weights of red, green and blue: ITU-R BT.709 and BT.601."""

CHANNELS_FIRST = "(c*H + i)*W + j"
CHANNELS_LAST = "(i*W + j)*C + c"
TWO_PASSES = "k*n*(n - k + 1) + k*(n - k + 1)^2"
OVERLAPPING = "floor((n - k)/s) + 1"
HALF_PERCENT = Fraction(1, 200)

PLACES = Domain(
    "image-place",
    (
        Variable("c", "channel", (0, 3), (0, 2**9)),
        Variable("i", "row", (0, 4), (0, 2**12)),
        Variable("j", "column", (0, 4), (0, 2**12)),
        Variable("C", "number of channels", (1, 4), (1, 2**9)),
        Variable("H", "number of rows", (1, 5), (1, 2**12)),
        Variable("W", "number of columns", (1, 5), (1, 2**12)),
    ),
    ("c < C", "i < H", "j < W"),
    ((1, 1, 2, 3, 4, 5), (0, 2, 1, 3, 4, 5)),
)
"""A place in an image of several channels."""

SLIDE = (
    "Put the kernel on the upper left {size} of the picture, multiply each pair of numbers that lie on top "
    "of each other, and add the products."
)


def image(draw: Draw, height: int, width: int, high: int = 9) -> Rows:
    """Draw a picture of small whole numbers."""
    return tuple(tuple(draw.integer(0, high) for _ in range(width)) for _ in range(height))


def products(seen: Rows, kernel: Rows) -> str:
    """Return the sum of products of a window, without those whose weight is 0, as a relation that holds."""
    return product_sum(
        (entry, weight)
        for line, weights in zip(seen, kernel, strict=True)
        for entry, weight in zip(line, weights, strict=True)
        if weight
    )


def sums(values: Sequence[int]) -> str:
    """Return numbers as a sum."""
    return " + ".join(map(signed, values))


# A picture as a vector


@question("images/flat-index", title="From a place to an index", points=2)
def flat_index(draw: Draw) -> Question:
    """Give the index of a pixel in the vector, channels first."""
    channels, height, width = 3, draw.integer(5, 40), draw.integer(5, 40)
    c, i, j = draw.integer(1, 2), draw.integer(1, height - 1), draw.integer(1, width - 1)
    return ask(
        f"An image has {channels} channels, {height} rows and {width} columns, stored **channels first**: "
        "the whole first channel row by row, then the second, then the third. It is flattened to a vector. "
        f"At which index is the pixel of channel {c}, row {i}, column {j}? Everything is counted from 0.",
        answer=Integer.of(CHANNELS_FIRST, PLACES.fixed(C=channels), c=c, i=i, j=j, H=height, W=width),
        hints=(
            "The index is the number of entries that come before. How many entries fill one channel?",
            "Count whole channels first, then whole rows of its own channel, then entries of its own row.",
        ),
        solution=(
            f"A channel has ${height}*{width} = {height * width}$ entries, a row {width}.",
            working(CHANNELS_FIRST, c=c, i=i, j=j, H=height, W=width),
        ),
        mistakes=(
            Mistake(
                "channels-last",
                (i * width + j) * channels + c,
                "This is the index if the channels of a pixel lie side by side (channels last).",
            ),
            Mistake(
                "column-by-column",
                (c * width + j) * height + i,
                "You went down the columns; images are written row by row here.",
            ),
            Mistake("channel-ignored", i * width + j, "The channels that come before were left out."),
            Mistake(
                "counted-from-one",
                (c * height + i) * width + j + 1,
                "Counted from 0, the index is the number of entries **before** the pixel.",
            ),
        ),
    )


@question("images/flat-index-last", title="From a place to an index, channels last", points=2)
def flat_index_last(draw: Draw) -> Question:
    """Give the index of a pixel in the vector, channels last."""
    channels, height, width = draw.integer(3, 4), draw.integer(5, 40), draw.integer(5, 40)
    c, i, j = draw.integer(1, channels - 1), draw.integer(1, height - 1), draw.integer(1, width - 1)
    return ask(
        f"An image has {height} rows, {width} columns and {channels} channels, stored **channels last**: row "
        "by row, and for each pixel its channels side by side. It is flattened to a vector. At which index "
        f"is channel {c} of the pixel in row {i}, column {j}? Everything is counted from 0.",
        answer=Integer.of(CHANNELS_LAST, PLACES.fixed(H=height), c=c, i=i, j=j, C=channels, W=width),
        hints=(
            "How many whole pixels come before this one?",
            f"Each of those pixels takes {channels} entries; then count the channels of the pixel itself.",
        ),
        solution=(
            f"Before it come $i*W + j = {i}*{width} + {j} = {i * width + j}$ pixels.",
            working(CHANNELS_LAST, c=c, i=i, j=j, C=channels, W=width),
        ),
        mistakes=(
            Mistake(
                "channels-first",
                (c * height + i) * width + j,
                "This is the index if each channel is stored as a whole picture (channels first).",
            ),
            Mistake(
                "channels-ignored",
                i * width + j + c,
                f"Each pixel that comes before takes {channels} entries, not one.",
            ),
            Mistake(
                "column-by-column",
                (j * height + i) * channels + c,
                "You went down the columns; images are written row by row here.",
            ),
        ),
    )


@question("images/flat-index-back", title="From an index back to a place", points=2)
def flat_index_back(draw: Draw) -> Question:
    """Give channel, row and column of an index, channels first."""
    height, width = draw.until(
        lambda: (draw.integer(4, 30), draw.integer(4, 30)), lambda height, width: height != width
    )
    c, i, j = draw.integer(1, 2), draw.integer(1, height - 1), draw.integer(1, width - 1)
    index = (c * height + i) * width + j
    rest = index - c * height * width
    pixel, last = divmod(index, 3)
    return ask(
        f"An image of 3 channels, {height} rows and {width} columns was flattened **channels first**, row by "
        f"row. Which channel, row and column does the entry with index {index} come from? Everything is "
        "counted from 0.",
        answer=Shape((c, i, j), ("channel", "row", "column")),
        hints=(
            "Divide with remainder: how many whole channels come before the entry, and what is left?",
            "Divide what is left by the length of a row: the quotient is one of the numbers asked for, the "
            "remainder another.",
        ),
        solution=(
            f"A channel has ${height}*{width} = {height * width}$ entries: "
            f"$floor({index}/{height * width}) = {c}$, and ${index} - {c}*{height * width} = {rest}$ are "
            "left.",
            f"A row has {width} entries: $floor({rest}/{width}) = {i}$, and ${rest} - {i}*{width} = {j}$.",
            f"So it is channel {c}, row {i}, column {j}: `({c}, {i}, {j})`.",
        ),
        mistakes=(
            Mistake(
                "channels-last",
                (last, pixel // width, pixel % width),
                "You took neighboring entries for the channels of one pixel; here each channel is stored as "
                "a whole.",
            ),
            Mistake(
                "divided-by-height",
                (c, rest // height, rest % height),
                f"A row is as long as the image is wide, {width} entries; you divided by the number of rows.",
            ),
            Mistake("counted-from-one", (c + 1, i + 1, j + 1), "All three are counted from 0."),
        ),
    )


DIRECTIONS = {
    "to the right of it": (0, 0, 1),
    "directly below it": (0, 1, 0),
    "below it and one column to the right": (0, 1, 1),
    "below it and one column to the left": (0, 1, -1),
    "at the same place of the next channel": (1, 0, 0),
}
"""Neighbors of a pixel, as steps in (channel, row, column)."""


@question("images/neighbors", title="How far apart are neighbors?")
def neighbors(draw: Draw) -> Question:
    """Give the distance in the vector between neighbors in the image."""
    channels, height, width = draw.integer(2, 4), draw.integer(6, 64), draw.integer(6, 64)
    first = draw.integer(0, 1) == 0
    direction = draw.choice([*DIRECTIONS])
    (c, i, j) = DIRECTIONS[direction]
    right = (height * width, width, 1) if first else (1, width * channels, channels)
    other = (1, width * channels, channels) if first else (height * width, width, 1)
    distance, mixed = (c * a + i * b + j * d for a, b, d in (right, other))
    parts = " + ".join(f"{signed(step)}*{size}" for step, size in zip((c, i, j), right, strict=True) if step)
    layout = "channels first, (C, H, W)" if first else "channels last, (H, W, C)"
    return ask(
        f"An image has {channels} channels, {height} rows and {width} columns. It is flattened row by row, "
        f"**{layout}**. How many places further in the vector is the value {direction}?",
        answer=Integer(distance),
        hints=(
            "Write the index of a place as a formula, and change one of the three numbers by one.",
            "Which of the three (channel, row, column) changes fastest along the vector? A step in it is "
            "the shortest; a step in the next one jumps over a whole run of it.",
        ),
        solution=(
            f"One channel further are {right[0]} places, one row further {right[1]}, one column further "
            f"{right[2]}.",
            f"${parts} = {distance}$",
        ),
        mistakes=(
            Mistake(
                "other-layout",
                mixed,
                "This is right for the other layout; look at which number changes fastest here.",
            )
            if mixed != distance
            else None,
            Mistake(
                "touching",
                1,
                "They touch in the image, but in the vector whole rows can stand between them.",
            )
            if distance != 1 and mixed != 1
            else None,
            Mistake(
                "height-for-width",
                c * height * width + i * height * (1 if first else channels) + j * right[2],
                "A row is as long as the image is **wide**.",
            )
            if i and height != width
            else None,
        ),
    )


@question("images/permuted-weights", title="Shuffled pixels, shuffled weights", points=2)
def permuted_weights(draw: Draw) -> Question:
    """Give the weights that undo a permutation of the pixels."""
    count = 5
    order = draw.shuffled(range(count))
    weights = draw.sample(range(-9, 10), count)
    new = tuple(weights[at] for at in order)
    back = tuple(weights[order.index(at)] for at in range(count))
    old = ", ".join(f"x[{at}]" for at in order)
    return ask(
        f"A neuron of a dense layer reads a vector x of {count} pixels and has the weights "
        f"`{list(weights)}`. Now all pictures get their pixels in another order: the new vector is "
        f"`[{old}]`. With which weights does the neuron give the same output as before?",
        answer=Matrix((new,)),
        hints=(
            "The output is a sum of products; a sum does not care about the order of its parts.",
            "Each pixel has to meet the weight that it met before. Which weight met the pixel that now "
            "stands in front?",
        ),
        solution=(
            f"The pixel that is now at place 0 was x[{order[0]}], and it met the weight {new[0]}. And so on:",
            f"`{list(new)}`",
            "Training finds these weights as well as it would have found the others: to a dense layer the "
            "shuffled pictures are the same task.",
        ),
        mistakes=(
            Mistake(
                "unchanged",
                [list(weights)],
                "Now each weight meets another pixel. Move the weights along with the pixels.",
            ),
            Mistake(
                "backward",
                [list(back)],
                "You moved the weights the opposite way: place t of the new vector holds the pixel that "
                "the list names there, so its weight comes from there too.",
            )
            if back not in (new, weights)
            else None,
        ),
    )


# Eyes, light and gray


@question("images/luminance", title="Gray from red, green and blue")
def luminance(draw: Draw) -> Question:
    """Compute the gray value of a pixel."""
    standard = draw.choice([*LUMA])
    weights = LUMA[standard]
    other = next(shares for name, shares in LUMA.items() if name != standard)
    pixel = draw.until(
        lambda: tuple(5 * draw.integer(0, 51) for _ in range(3)),
        lambda r, g, b: _apart([*_grays((r, g, b), weights, other), Fraction(r + g + b)]),
    )
    gray, foreign, backward, mean = _grays(pixel, weights, other)
    parts = " + ".join(f"{float(share):g}*{value}" for share, value in zip(weights, pixel, strict=True))
    red, green, blue = (f"{float(share):g}" for share in weights)
    return ask(
        f"A pixel has red {pixel[0]}, green {pixel[1]} and blue {pixel[2]}. A 1 × 1 convolution with the "
        f"weights of {standard} ({red} for red, {green} for green, {blue} for blue) turns the picture gray. "
        "What is the gray value of this pixel? Answer to half a percent or better.",
        answer=Number(gray, HALF_PERCENT),
        hints=(
            "A 1 × 1 convolution looks at one pixel and multiplies each channel with its weight.",
            "The three weights add up to 1, so nothing has to be divided at the end.",
        ),
        solution=(
            f"${parts} = {float(gray):g}$",
            f"Green alone brings {float(weights[1] * pixel[1]):g} of the {float(gray):g}.",
        ),
        mistakes=(
            Mistake(
                "mean",
                str(mean),
                "This is the mean of the three; the eye does not count them alike, nor do the weights.",
            ),
            Mistake("other-standard", str(foreign), "These are the weights of the other recommendation."),
            Mistake(
                "blue-first",
                str(backward),
                "The weights were given to the channels in the wrong order: blue counts least.",
            ),
            Mistake("sum", sum(pixel), "You added the channels; each has to be weighted first."),
        ),
    )


def _grays(
    pixel: Sequence[int], weights: Sequence[Fraction], other: Sequence[Fraction]
) -> tuple[Fraction, ...]:
    """Return the gray value, and the wrong ones: foreign weights, weights in reverse, all weights alike."""
    third = (Fraction(1, 3),) * 3
    return tuple(
        sum((share * value for share, value in zip(shares, pixel, strict=True)), Fraction(0))
        for shares in (weights, other, tuple(weights)[::-1], third)
    )


def _apart(values: Sequence[Fraction]) -> bool:
    """Return whether values differ by more than any tolerance here."""
    ordered = sorted(values)
    return all(high - low > 4 * HALF_PERCENT * high for low, high in pairwise(ordered))


@question("images/center-surround", title="Center against surround")
def center_surround(draw: Draw) -> Question:
    """Compute what an on-center cell answers to a spot on a background."""
    center, surround = draw.until(
        lambda: (draw.integer(0, 60), draw.integer(0, 60)), lambda center, surround: center != surround
    )
    spots = draw.integer(0, 2)
    weights = KERNELS["outline"][0]
    seen = [[surround] * 3 for _ in range(3)]
    seen[1][1] = center
    for place in draw.sample([(0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (2, 2)], spots):
        seen[place[0]][place[1]] = center
    picture = tuple(map(tuple, seen))
    around = sum(map(sum, picture)) - center
    answer = 8 * center - around
    return ask(
        "A cell with center and surround is modeled by a 3 × 3 kernel: 8 in the middle, −1 at the eight "
        "places around it. It looks at this patch of light:",
        grid(picture),
        "What does it answer?",
        answer=Integer(answer),
        hints=(
            "The center pulls up, the surround pulls down. Weigh and add both.",
            "Even light would give 0, because the nine weights add up to 0: only differences count.",
        ),
        solution=(
            f"The eight neighbors add up to {around}.",
            f"$8*{center} - {around} = {answer}$",
            products(picture, weights),
        ),
        mistakes=(
            Mistake(
                "center-once",
                center - around,
                "The center has the weight 8, so that it balances eight neighbors.",
            )
            if center
            else None,
            Mistake("center-alone", 8 * center, "The surround takes away what falls on it.")
            if around
            else None,
            Mistake("surround-added", 8 * center + around, "The surround has negative weights.")
            if around and center
            else None,
            Mistake(
                "difference",
                center - surround,
                "This is the difference to one neighbor; the kernel adds up eight such differences.",
            )
            if spots == 0
            else None,
        ),
    )


STIMULI: dict[str, Rows] = {
    "a vertical line": ((0, 1, 0), (0, 1, 0), (0, 1, 0)),
    "a horizontal line": ((0, 0, 0), (1, 1, 1), (0, 0, 0)),
    "a line that rises to the right": ((0, 0, 1), (0, 1, 0), (1, 0, 0)),
    "a line that falls to the right": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "even light": ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
    "a spot in the middle": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "a vertical line that is shifted to the left": ((1, 0, 0), (1, 0, 0), (1, 0, 0)),
    "a horizontal line that is shifted down": ((0, 0, 0), (0, 0, 0), (1, 1, 1)),
}
"""What a model of a simple cell may be shown; 1 is bright."""

ORIENTED = ("horizontal line", "vertical line", "rising line", "falling line")


@question("images/best-stimulus", title="What excites this cell?")
def best_stimulus(draw: Draw) -> Question:
    """Choose the stimulus that a simple cell answers to most."""
    kernel = KERNELS[draw.choice(ORIENTED)][0]
    answers = {name: correlate(seen, kernel)[0][0] for name, seen in STIMULI.items()}
    best = max(answers, key=lambda name: answers[name])
    brightness = draw.integer(2, 20)
    others = draw.sample([name for name in STIMULI if name != best], 4)
    return ask(
        "A cell of the primary visual cortex is modeled by this kernel:",
        grid(kernel),
        f"It is shown 3 × 3 pictures whose bright pixels are {brightness} and whose dark pixels are 0. What "
        "makes it answer most?",
        answer=Choice.of(
            draw,
            best,
            *(
                Option(
                    name,
                    f"This gives {answers[name] * brightness}; something else gives more.",
                    name.replace(" ", "-"),
                )
                for name in others
            ),
        ),
        hints=(
            "Lay each picture on the kernel: the answer is the sum of the weights under bright pixels.",
            "Light on a negative weight takes away. Which picture puts light on all positive weights and on "
            "no negative one?",
        ),
        solution=(
            f"All light falls on positive weights, and the answer is {answers[best] * brightness}:",
            products(tuple(tuple(brightness * e for e in line) for line in STIMULI[best]), kernel),
            "The kernel looks like what it looks for.",
        ),
    )


# Kernels by hand


@question("images/apply-kernel", title="Apply a kernel by hand", points=2)
def apply_kernel(draw: Draw) -> Question:
    """Compute a small cross-correlation."""
    picture = image(draw, 4, 4)
    kernel = (
        KERNELS[draw.choice([name for name in KERNELS if name not in ("identity", "box")])][0]
        if draw.integer(0, 1)
        else tuple(tuple(draw.integer(-1, 2) for _ in range(3)) for _ in range(3))
    )
    result = correlate(picture, kernel)
    flipped = correlate(picture, turned(kernel))
    no_signs = correlate(picture, tuple(tuple(abs(weight) for weight in line) for line in kernel))
    one = (("upper left", (0, 0)), ("upper right", (0, 1)), ("lower left", (1, 0)), ("lower right", (1, 1)))
    return ask(
        "A picture of 4 × 4 pixels:",
        grid(picture),
        "and a kernel of 3 × 3 weights:",
        grid(kernel),
        "Slide the kernel over the picture without padding and without turning it (cross-correlation, as "
        "frameworks do). What are the 2 × 2 results?",
        answer=Matrix(result),
        hints=(
            SLIDE.format(size="3 × 3"),
            "Then move one column to the right, then one row down. The kernel fits into four places.",
        ),
        solution=(
            *(
                f"{name.capitalize()}: {products(patch(picture, corner, (3, 3)), kernel)}"
                for name, corner in one
            ),
            code(result),
        ),
        mistakes=(
            Mistake(
                "kernel-flipped",
                listed(flipped),
                "This is true convolution, which turns the kernel by 180°; cross-correlation does not.",
            )
            if flipped != result
            else None,
            Mistake("signs-ignored", listed(no_signs), "The negative weights take away.")
            if no_signs not in (result, flipped)
            else None,
        ),
    )


@question("images/true-convolution", title="Convolution with the flip", points=2)
def true_convolution(draw: Draw) -> Question:
    """Compute a true convolution, with the kernel turned."""
    picture = image(draw, 3, 4, 6)
    (kernel,) = draw.until(
        lambda: (tuple(tuple(draw.integer(-2, 3) for _ in range(2)) for _ in range(2)),),
        lambda kernel: turned(kernel) != kernel and all(any(line) for line in kernel),
    )
    flip = turned(kernel)
    result = correlate(picture, flip)
    mirrored = correlate(picture, tuple(line[::-1] for line in kernel))
    return ask(
        "A picture:",
        grid(picture),
        "and a kernel:",
        grid(kernel),
        "Compute the convolution of mathematics, **with** the flip and without padding. What comes out?",
        answer=Matrix(result),
        hints=(
            "First turn the kernel by 180°: up becomes down, and left becomes right.",
            "With the turned kernel, slide, multiply and add as for cross-correlation.",
        ),
        solution=(
            "The turned kernel:",
            grid(flip),
            f"Upper left: {products(patch(picture, (0, 0), (2, 2)), flip)}",
            f"All results: {code(result)}",
        ),
        mistakes=(
            Mistake(
                "not-flipped",
                listed(correlate(picture, kernel)),
                "This is cross-correlation: the kernel was not turned.",
            ),
            Mistake(
                "mirrored-only",
                listed(mirrored),
                "You mirrored left and right only; turning by 180° exchanges up and down as well.",
            )
            if mirrored not in (result, correlate(picture, kernel))
            else None,
        ),
    )


@question("images/which-kernel", title="Which kernel was it?", points=2)
def which_kernel(draw: Draw) -> Question:
    """Recognize the kernel that made a result."""
    names = draw.sample([*KERNELS], 4)
    right, *wrong = names
    (picture,) = draw.until(
        lambda: (image(draw, 4, 4),),
        lambda picture: len({correlate(picture, KERNELS[name][0]) for name in names}) == 4,
    )
    results = {name: correlate(picture, KERNELS[name][0]) for name in names}
    return ask(
        "This picture",
        grid(picture),
        "became, through one of four kernels (not turned, no padding):",
        grid(results[right]),
        "Which kernel was it?",
        answer=Choice.of(
            draw,
            code(KERNELS[right][0]),
            *(
                Option(
                    code(KERNELS[name][0]),
                    f"This kernel {KERNELS[name][1]}; it would give {code(results[name])}.",
                    name.lower().replace(" ", "-"),
                )
                for name in wrong
            ),
        ),
        hints=(
            "One number is enough to rule a kernel out: try the upper left result.",
            "Negative results need negative weights; large results need weights with a large sum.",
        ),
        solution=(
            f"It is the kernel {code(KERNELS[right][0])}, which {KERNELS[right][1]}. Upper left:",
            products(patch(picture, (0, 0), (3, 3)), KERNELS[right][0]),
        ),
    )


@question("images/kernel-for", title="A kernel for the purpose")
def kernel_for(draw: Draw) -> Question:
    """Choose the kernel that does what is wanted."""
    right, *wrong = draw.sample([*KERNELS], 4)
    return ask(
        f"You want a filter that **{KERNELS[right][1]}**. Which kernel do you take, if it is not turned?",
        answer=Choice.of(
            draw,
            code(KERNELS[right][0]),
            *(
                Option(
                    code(KERNELS[name][0]),
                    f"This one {KERNELS[name][1]}.",
                    name.lower().replace(" ", "-"),
                )
                for name in wrong
            ),
        ),
        hints=(
            "Positive weights stand where light is wanted, negative ones where it is not.",
            "Weights that add up to 0 answer 0 to even light; weights of one sign alone blur.",
        ),
        solution=f"{code(KERNELS[right][0])} {KERNELS[right][1]}.",
    )


@question("images/box-blur", title="A box blur by hand")
def box_blur(draw: Draw) -> Question:
    """Compute the mean of a 3 × 3 neighborhood."""
    (picture,) = draw.until(lambda: (image(draw, 3, 3, 99),), lambda picture: _apart(_means(picture)))
    mean, without_middle, thirds, whole = _means(picture)
    values = [entry for line in picture for entry in line]
    total = sum(values)
    return ask(
        "A pixel and its eight neighbors:",
        grid(picture),
        "A box blur of 3 × 3 replaces each pixel by the mean of the nine. What becomes of the one in the "
        "middle? Answer with a fraction, or to half a percent.",
        answer=Number(mean, HALF_PERCENT),
        hints=(
            "A box blur is a kernel of nine equal weights that add up to 1.",
            "Add all nine, the middle one too, and divide by how many they are.",
        ),
        solution=(
            f"${sums(values)} = {total}$",
            f"A ninth of it is {mean}"
            + (f", which is about {float(mean):.2f}." if mean.denominator > 1 else "."),
        ),
        mistakes=(
            Mistake(
                "not-divided",
                str(whole),
                "This is the sum; without the division the picture would get nine times as bright.",
            ),
            Mistake(
                "without-middle",
                str(without_middle),
                "The pixel in the middle belongs to the nine as well.",
            ),
            Mistake(
                "divided-by-three",
                str(thirds),
                "The box has 3 rows of 3 pixels, so the sum is divided by 9.",
            ),
        ),
    )


def _means(picture: Rows) -> tuple[Fraction, ...]:
    """Return the mean of nine pixels, and the wrong ones: without the middle, by 3, not divided."""
    total = sum(map(sum, picture))
    return Fraction(total, 9), Fraction(total - picture[1][1], 8), Fraction(total, 3), Fraction(total)


@question("images/gain", title="The gain of a kernel")
def gain(draw: Draw) -> Question:
    """Say what a kernel makes of even light."""
    kernel = (
        KERNELS[draw.choice([*KERNELS])][0]
        if draw.integer(0, 1)
        else tuple(tuple(draw.integer(-2, 4) for _ in range(3)) for _ in range(3))
    )
    level = draw.integer(2, 40)
    weights = [weight for line in kernel for weight in line]
    total = sum(weights)
    signless = sum(map(abs, weights))
    return ask(
        "The kernel",
        grid(kernel),
        f"slides over a large area where every pixel is {level}. What does it make of a pixel in the middle "
        "of that area?",
        answer=Integer(total * level),
        hints=(
            "Every product has the same pixel value as a factor. Take it out of the sum.",
            "What is left is the sum of the weights: the **gain** of the kernel.",
        ),
        solution=(
            f"The weights add up to ${sums(weights)} = {total}$; that is the gain.",
            f"${signed(total)}*{level} = {total * level}$",
        ),
        mistakes=(
            Mistake("gain-alone", total, "This is the gain; multiply it by the value of the pixels.")
            if total
            else None,
            Mistake(
                "signs-ignored",
                signless * level,
                "Negative weights take away: add the weights with their signs.",
            )
            if signless != total and signless * level != total
            else None,
            Mistake(
                "middle-alone",
                kernel[1][1] * level,
                "All nine weights meet a pixel here, not the middle one alone.",
            )
            if kernel[1][1] not in (total, signless) and kernel[1][1] * level != total
            else None,
        ),
    )


@question("images/normalize-clamp", title="From sums to shown pixels", points=2)
def normalize_clamp(draw: Draw) -> Question:
    """Divide by the sum of the weights and clamp to 0–255."""
    divisor = draw.choice([2, 3, 4, 5, 8, 9, 16])
    (shown,) = draw.until(
        lambda: (tuple(draw.integer(-60, 330) for _ in range(5)),),
        lambda values: (
            min(values) < 0 and max(values) > 255 and sum(0 <= value <= 255 for value in values) >= 2
        ),
    )
    raw = tuple(divisor * value for value in shown)
    clamped = tuple(min(max(value, 0), 255) for value in shown)
    early = tuple(Fraction(min(max(value, 0), 255), divisor) for value in raw)
    return ask(
        f"A kernel with some negative weights gave five sums: `{list(raw)}`. Its weights add up to "
        f"{divisor}. A viewer shows **normalized** results (divided by the sum of the weights), then "
        "**clamps** them to the range from 0 to 255. Which five numbers are shown?",
        answer=Matrix((clamped,)),
        hints=(
            "Divide first. Some of the quotients are no possible pixel values.",
            "Clamping moves what is out of range to the nearer end of the range and leaves the rest alone.",
        ),
        solution=(
            f"Divided by {divisor}: `{list(shown)}`.",
            f"Below 0 becomes 0, above 255 becomes 255: `{list(clamped)}`.",
        ),
        mistakes=(
            Mistake(
                "not-clamped",
                [list(shown)],
                "Divided rightly. But no pixel is darker than 0 or brighter than 255.",
            ),
            Mistake(
                "clamped-first",
                listed((early,)),
                "You clamped before dividing; then even white comes out darker than white.",
            ),
            Mistake(
                "not-normalized",
                [[min(max(value, 0), 255) for value in raw]],
                f"The sums were clamped without dividing them by {divisor}.",
            ),
        ),
    )


# Separability


@question("images/outer-product", title="A column times a row")
def outer_product(draw: Draw) -> Question:
    """Multiply a column by a row."""
    column, row = draw.until(
        lambda: (
            tuple(draw.integer(-3, 4) for _ in range(3)),
            tuple(draw.integer(-3, 4) for _ in range(3)),
        ),
        lambda column, row: column != row and sum(map(bool, column)) >= 2 and sum(map(bool, row)) >= 2,
    )
    result = outer(column, row)
    added = tuple(tuple(down + across for across in row) for down in column)
    return ask(
        f"A kernel is the column `{list(column)}` (from top to bottom) times the row `{list(row)}`. What are "
        "its nine weights?",
        answer=Matrix(result),
        hints=(
            "The weight in row i and column j is entry i of the column times entry j of the row.",
            "So every row of the kernel is a multiple of the given row.",
        ),
        solution=(
            *(
                f"Row {place}: {signed(down)} times `{list(row)}` is `{list(line)}`."
                for place, (down, line) in enumerate(zip(column, result, strict=True))
            ),
            code(result),
        ),
        mistakes=(
            Mistake("added", listed(added), "You added the entries; they are multiplied."),
            Mistake(
                "exchanged",
                listed(outer(row, column)),
                "Column and row were exchanged: the first runs from top to bottom.",
            ),
        ),
    )


@question("images/separable", title="Separable or not?", points=2)
def separable(draw: Draw) -> Question:
    """Find the one kernel that is a column times a row."""
    right, *wrong = draw.until(
        lambda: (_product(draw), *(_spoiled(draw) for _ in range(3))),
        lambda right, *wrong: len({right, *wrong}) == 4 and all(rank(other) > 1 for other in wrong),
    )
    column, row = factors(right)
    return ask(
        "One of these kernels is a column times a row, so that two passes of three weights each can replace "
        "its nine. Which one?",
        answer=Choice.of(
            draw,
            code(right),
            *(
                Option(
                    code(other),
                    f"Its rows {_misfit(other)}. Its rank is {rank(other)}.",
                    f"rank-{rank(other)}-{place}",
                )
                for place, other in enumerate(wrong, start=1)
            ),
        ),
        hints=(
            "In a column times a row, every row is a multiple of the same row. (0 is a multiple as well.)",
            "Compare the ratios of neighboring entries from row to row.",
        ),
        solution=(
            f"{code(right)} is the column `{list(column)}` times the row `{list(row)}`; its rank is 1.",
            "All other kernels have two rows that are no multiples of each other.",
        ),
    )


def _product(draw: Draw) -> Rows:
    """Draw a kernel of rank 1 in which no row and no column is empty."""
    entries = (-3, -2, -1, 1, 2, 3)
    return outer(tuple(draw.choice(entries) for _ in range(3)), tuple(draw.choice(entries) for _ in range(3)))


def _spoiled(draw: Draw) -> Rows:
    """Draw a kernel of rank 1 with one entry changed."""
    rows = [list(line) for line in _product(draw)]
    rows[draw.integer(0, 2)][draw.integer(0, 2)] += draw.choice((-2, -1, 1, 2))
    return tuple(map(tuple, rows))


def _misfit(rows: Rows) -> str:
    """Name two rows of a kernel that are no multiples of each other."""
    pairs = [(a, b) for a in range(3) for b in range(a + 1, 3) if rank((rows[a], rows[b])) == 2]
    first, second = pairs[0]
    return f"`{list(rows[first])}` and `{list(rows[second])}` are no multiples of each other"


@question("images/separable-factor", title="Find the row")
def separable_factor(draw: Draw) -> Question:
    """Split a separable kernel: the column is given, the row is asked."""
    column, row = draw.until(
        lambda: (
            tuple(draw.integer(-4, 4) for _ in range(3)),
            tuple(draw.integer(-5, 5) for _ in range(3)),
        ),
        lambda column, row: (
            column[0] not in (0, 1) and sum(map(bool, row)) >= 2 and row != column and row != row[::-1]
        ),
    )
    kernel = outer(column, row)
    return ask(
        "This kernel is separable:",
        grid(kernel),
        f"Its column is `{list(column)}`, from top to bottom. What is its row?",
        answer=Matrix((row,)),
        hints=(
            "The kernel's first row is the first entry of the column times the row that is asked for.",
            "So divide. Check with another row of the kernel.",
        ),
        solution=(
            f"The first row `{list(kernel[0])}` is {signed(column[0])} times the row, so the row is "
            f"`{list(row)}`.",
        ),
        mistakes=(
            Mistake(
                "not-divided",
                [list(kernel[0])],
                f"This is the kernel's first row; it still holds the factor {column[0]} of the column.",
            ),
            Mistake(
                "first-column",
                [[line[0] for line in kernel]],
                "This is the kernel's first column; the row runs from left to right.",
            )
            if tuple(line[0] for line in kernel) not in (row, kernel[0])
            else None,
            Mistake("reversed", [list(row[::-1])], "Right numbers, from right to left."),
        ),
    )


@question("images/two-passes", title="The price of two passes", points=2)
def two_passes(draw: Draw) -> Question:
    """Count the multiplications of a separable kernel in two passes."""
    n, k = draw.until(lambda: (draw.integer(10, 200), draw.choice([3, 5, 7, 9, 11])), lambda n, k: n >= 2 * k)
    m = n - k + 1
    area = domain("conv-size").fixed(s=1, p=0)
    return ask(
        f"A separable {k} × {k} kernel is applied to an image of {n} × {n} pixels in two passes without "
        f"padding: first the row (1 × {k}) over the whole image, then the column ({k} × 1) over what came "
        "out. How many multiplications are that?",
        answer=Integer.of(TWO_PASSES, area, n=n, k=k),
        hints=(
            f"How many numbers does the first pass make? It shortens the rows and leaves all {n} of them.",
            f"Each number of each pass costs {k} multiplications.",
        ),
        solution=(
            f"The first pass makes {n} rows of ${n} - {k} + 1 = {m}$ numbers, the second {m} rows of {m}.",
            working(TWO_PASSES, n=n, k=k),
            f"In one pass it would be ${k}^2*{m}^2 = {k * k * m * m}$.",
        ),
        mistakes=(
            Mistake("one-pass", k * k * m * m, "This is the price of one pass with the whole kernel."),
            Mistake(
                "first-pass-short",
                2 * k * m * m,
                f"The first pass has to be done for all {n} rows: the second needs them.",
            ),
            Mistake("size-kept", 2 * k * n * n, "Without padding each pass makes the image smaller."),
        ),
    )


# Pooling


@question("images/max-pool", title="Max pooling by hand")
def max_pool(draw: Draw) -> Question:
    """Pool a small matrix by its largest entries."""
    picture = image(draw, 4, draw.choice((4, 6)))
    result = pool(picture, 2, 2, max)
    means = pool(picture, 2, 2, lambda seen: Fraction(sum(seen), 4))
    return ask(
        "Max pooling with windows of 2 × 2 and stride 2 reads this map:",
        grid(picture),
        "What comes out?",
        answer=Matrix(result),
        hints=(
            "Cut the map into blocks of 2 × 2 that do not overlap.",
            "Of each block keep the largest number, and put it where the block was.",
        ),
        solution=(
            *(
                f"Rows {2 * at} and {2 * at + 1}: the largest entries of the blocks are `{list(line)}`."
                for at, line in enumerate(result)
            ),
            code(result),
        ),
        mistakes=(
            Mistake("averaged", listed(means), "These are the means of the windows (average pooling)."),
            Mistake(
                "smallest",
                listed(pool(picture, 2, 2, min)),
                "These are the **smallest** entries of the windows.",
            ),
            Mistake(
                "stride-one",
                listed(pool(picture, 2, 1, max)),
                "You moved the window by one; with stride 2 the windows do not overlap.",
            ),
            Mistake(
                "subsampled",
                listed(pool(picture, 2, 2, lambda seen: seen[0])),
                "You kept the upper left entry of each window; max pooling keeps the largest.",
            ),
        ),
    )


def _even(draw: Draw, height: int, width: int) -> Rows:
    """Draw a map whose blocks of 2 × 2 have whole means."""
    rows = [[draw.integer(0, 9) for _ in range(width)] for _ in range(height)]
    for top, left in places((height, width), (2, 2), 2):
        rest = rows[top][left] + rows[top][left + 1] + rows[top + 1][left]
        rows[top + 1][left + 1] = -rest % 4 + 4 * draw.integer(0, 1)
    return tuple(map(tuple, rows))


@question("images/average-pool", title="Average pooling by hand")
def average_pool(draw: Draw) -> Question:
    """Pool a small matrix by its means."""
    picture = _even(draw, 4, 4)
    result = pool(picture, 2, 2, lambda seen: sum(seen) // 4)
    return ask(
        "Average pooling with windows of 2 × 2 and stride 2 reads this map:",
        grid(picture),
        "What comes out?",
        answer=Matrix(result),
        hints=(
            "Cut the map into blocks of 2 × 2 that do not overlap.",
            "Add the four entries of each block, and divide by how many they are.",
        ),
        solution=(
            *(
                f"${sums([e for line in patch(picture, corner, (2, 2)) for e in line])} = "
                f"{sum(map(sum, patch(picture, corner, (2, 2))))}$, a fourth of it is "
                f"{sum(map(sum, patch(picture, corner, (2, 2)))) // 4}."
                for corner in places((4, 4), (2, 2), 2)
            ),
            code(result),
        ),
        mistakes=(
            Mistake("summed", listed(pool(picture, 2, 2, sum)), "These are the sums; divide them by 4."),
            Mistake(
                "largest", listed(pool(picture, 2, 2, max)), "These are the largest entries (max pooling)."
            ),
            Mistake(
                "divided-by-two",
                listed(pool(picture, 2, 2, lambda seen: Fraction(sum(seen), 2))),
                "A window of 2 × 2 has four entries, so the sum is divided by 4.",
            ),
        ),
    )


def _eighths(draw: Draw) -> Rows:
    """Draw a map of 2 × 4 with a whole mean."""
    *values, last = (draw.integer(0, 9) for _ in range(8))
    last += -(sum(values) + last) % 8
    return (tuple(values[:4]), (*values[4:], last))


@question("images/global-pool", title="Global average pooling")
def global_pool(draw: Draw) -> Question:
    """Reduce each map to its mean."""
    shown = [_eighths(draw) for _ in range(3)]
    flat = [[entry for line in rows for entry in line] for rows in shown]
    means = tuple(sum(seen) // 8 for seen in flat)
    return ask(
        "The last layer before the classifier has 3 maps of 2 × 4 numbers:",
        *map(grid, shown),
        "Global average pooling reads them. What comes out? Answer with one row, the first map first.",
        answer=Matrix((means,)),
        hints=(
            "The window is as large as the map, so each map gives one number.",
            "The channels stay apart: three maps, three means.",
        ),
        solution=(
            *(f"${sums(seen)} = {sum(seen)}$, and ${sum(seen)}/8 = {sum(seen) // 8}$" for seen in flat),
            f"`{list(means)}`",
        ),
        mistakes=(
            Mistake("summed", [[sum(seen) for seen in flat]], "These are the sums; divide each by 8."),
            Mistake("largest", [[max(seen) for seen in flat]], "These are the largest entries of the maps."),
            Mistake(
                "channels-mixed",
                [[str(Fraction(sum(sum(seen) for seen in flat), 24))]],
                "Pooling treats each map by itself; maps are never mixed.",
            ),
        ),
    )


@question("images/overlapping-pool", title="Pooling that overlaps")
def overlapping_pool(draw: Draw) -> Question:
    """Give the shape after overlapping pooling."""
    height, width = draw.sample(range(9, 120), 2)
    channels, k = draw.choice([16, 32, 48, 64, 96, 128, 192, 256]), draw.integer(3, 5)
    s = draw.integer(2, k - 1)
    rows, columns = ((size - k) // s + 1 for size in (height, width))
    apart = (channels, height // k, width // k)
    full = (channels, height - k + 1, width - k + 1)
    return ask(
        f"A layer of {channels} maps, each {height} rows by {width} columns, is max-pooled with windows of "
        f"{k} × {k} at stride {s}, without padding and rounding down. Neighboring windows overlap. What is "
        "the shape of the result?",
        answer=Shape((channels, rows, columns), ("channels", "height", "width")),
        hints=(
            "Count places as for a convolution: the window's size and the stride are two different numbers.",
            "Pooling looks at one map at a time. What does that mean for their number?",
        ),
        solution=(
            "Height: " + working(OVERLAPPING, n=height, k=k, s=s),
            "Width: " + working(OVERLAPPING, n=width, k=k, s=s),
            f"The number of maps stays: ({channels}, {rows}, {columns}).",
        ),
        mistakes=(
            Mistake(
                "not-overlapping",
                apart,
                f"You moved the window by its own size; the stride is {s}, so windows overlap.",
            )
            if apart[1:] != (rows, columns)
            else None,
            Mistake("stride-ignored", full, "This is the shape for stride 1.") if full != apart else None,
            Mistake(
                "channels-pooled",
                (1, rows, columns),
                "Pooling does not mix maps; there are as many as before.",
            ),
        ),
    )


# Gradients of pooling


def _tied(draw: Draw) -> Rows:
    """Draw a map of 4 × 4 in which at least one block of 2 × 2 has its maximum twice."""
    (picture,) = draw.until(
        lambda: (image(draw, 4, 4),),
        lambda picture: any(
            sum(entry == max(map(max, seen)) for line in seen for entry in line) > 1
            for seen in (patch(picture, corner, (2, 2)) for corner in places((4, 4), (2, 2), 2))
        ),
    )
    return picture


@question("images/max-pool-gradient", title="Back through max pooling", points=2)
def max_pool_gradient(draw: Draw) -> Question:
    """Route gradients to the first maximum of each window."""
    picture = _tied(draw)
    entries = draw.sample([value for value in range(-9, 10) if value], 4)
    back = (entries[:2], entries[2:])

    def first(corner: tuple[int, int]) -> dict[tuple[int, int], int | Fraction]:
        return {first_place(picture, corner, 2): 1}

    def all_ties(corner: tuple[int, int]) -> list[tuple[int, int]]:
        cells = [(corner[0] + i, corner[1] + j) for i in range(2) for j in range(2)]
        most = max(picture[i][j] for i, j in cells)
        return [(i, j) for i, j in cells if picture[i][j] == most]

    result, last, split, copied, shared = (
        spread((4, 4), back, 2, 2, share)
        for share in (
            first,
            lambda corner: {all_ties(corner)[-1]: 1},
            lambda corner: {at: Fraction(1, len(all_ties(corner))) for at in all_ties(corner)},
            lambda corner: dict.fromkeys(all_ties(corner), 1),
            lambda corner: {
                (corner[0] + i, corner[1] + j): Fraction(1, 4) for i in range(2) for j in range(2)
            },
        )
    )
    return ask(
        "Max pooling (2 × 2, stride 2) read this map:",
        grid(picture),
        "On the way back, the gradient of the loss with respect to its four outputs is",
        grid(back),
        "What is the gradient with respect to the map? Where a window holds its largest entry more than "
        "once, the **first** one in reading order gets the gradient.",
        answer=Matrix(result),
        hints=(
            "Find the entry that won in each window. The others had no influence on the output.",
            "An entry without influence has gradient 0; the winner passes the whole gradient on.",
        ),
        solution=(
            *(
                f"The window at row {corner[0]}, column {corner[1]} was won by row {place[0]}, column "
                f"{place[1]}: it gets {result[place[0]][place[1]]}."
                for corner in places((4, 4), (2, 2), 2)
                for place in (first_place(picture, corner, 2),)
            ),
            code(result),
        ),
        mistakes=(
            Mistake(
                "last-of-equals", listed(last), "Among equal entries the first one in reading order gets it."
            ),
            Mistake(
                "ties-split",
                listed(split),
                "You split the gradient among equal entries; frameworks give all of it to the first.",
            ),
            Mistake(
                "ties-copied",
                listed(copied),
                "You gave the gradient to every equal entry; then more goes back than came.",
            ),
            Mistake(
                "shared",
                listed(shared),
                "This is how average pooling shares the gradient; max pooling gives it to the winner.",
            ),
        ),
    )


@question("images/average-pool-gradient", title="Back through average pooling")
def average_pool_gradient(draw: Draw) -> Question:
    """Share each gradient equally among the entries of its window."""
    parts = draw.sample([value for value in range(-9, 10) if value], 4)
    back = tuple(tuple(4 * part for part in line) for line in (parts[:2], parts[2:]))
    cells = [(i, j) for i in range(2) for j in range(2)]

    def whole(corner: tuple[int, int]) -> dict[tuple[int, int], int | Fraction]:
        return {(corner[0] + i, corner[1] + j): 1 for i, j in cells}

    copied = spread((4, 4), back, 2, 2, whole)
    result = spread((4, 4), (parts[:2], parts[2:]), 2, 2, whole)
    corner_only = spread((4, 4), back, 2, 2, lambda corner: {corner: 1})
    return ask(
        "Average pooling (2 × 2, stride 2) read a map of 4 × 4. On the way back, the gradient of the loss "
        "with respect to its four outputs is",
        grid(back),
        "What is the gradient with respect to the map?",
        answer=Matrix(result),
        hints=(
            "How much does a mean of four numbers change when one of them grows by 1?",
            "All four entries of a window have the same influence, so they get the same share.",
        ),
        solution=(
            "Each entry of a window gets a fourth of the window's gradient: "
            + ", ".join(f"${4 * part}/4 = {part}$" for part in parts)
            + ".",
            code(result),
        ),
        mistakes=(
            Mistake(
                "not-divided",
                listed(copied),
                "Each entry counts for a fourth in the mean, so it gets a fourth of the gradient.",
            ),
            Mistake(
                "one-entry",
                listed(corner_only),
                "All four entries of a window took part in the mean, so all four get a share.",
            ),
        ),
    )


@question("images/overlapping-gradient", title="Where windows overlap, gradients add up", points=3)
def overlapping_gradient(draw: Draw) -> Question:
    """Route gradients through overlapping windows; a shared winner gets both."""
    (picture,) = draw.until(
        lambda: (image(draw, 5, 5),),
        lambda picture: len({first_place(picture, at, 3) for at in places((5, 5), (3, 3), 2)}) < 4,
    )
    entries = draw.sample(range(1, 10), 4)
    back = (entries[:2], entries[2:])
    result = spread((5, 5), back, 3, 2, lambda corner: {first_place(picture, corner, 3): 1})
    kept: list[list[int]] = [[0] * 5 for _ in range(5)]
    for corner, gradient in zip(places((5, 5), (3, 3), 2), entries, strict=True):
        row, column = first_place(picture, corner, 3)
        kept[row][column] = gradient
    return ask(
        "Max pooling with windows of 3 × 3 at stride 2 read this map:",
        grid(picture),
        "On the way back, the gradient of the loss with respect to its four outputs is",
        grid(back),
        "What is the gradient with respect to the map? Of equal entries the first in reading order wins.",
        answer=Matrix(result),
        hints=(
            "The windows share a row or a column, so one entry can win in several of them.",
            "An entry that won twice influenced two outputs. What happens to its two gradients?",
        ),
        solution=(
            *(
                f"The window at row {corner[0]}, column {corner[1]} was won by row {place[0]}, column "
                f"{place[1]}, which gets {gradient}."
                for corner, gradient in zip(places((5, 5), (3, 3), 2), entries, strict=True)
                for place in (first_place(picture, corner, 3),)
            ),
            "What arrives at the same place is added: " + code(result),
        ),
        mistakes=(
            Mistake(
                "overwritten",
                listed(kept),
                "Where an entry won more than once, its gradients are added, not replaced.",
            ),
        ),
    )


# What a shift does


def _spike(draw: Draw, margin: int) -> tuple[int, ...]:
    """Draw a row of 12 cells that is 0 near both ends."""
    middle = draw.until(
        lambda: tuple(draw.integer(0, 9) for _ in range(12 - 2 * margin)),
        lambda *cells: sum(map(bool, cells)) >= 3 and cells[0] > 0,
    )
    return (0,) * margin + tuple(middle) + (0,) * margin


def _moved(row: Sequence[int], shift: int) -> tuple[int, ...]:
    """Return a row moved to the right, zeros coming in; to the left for a negative shift."""
    empty = (0,) * abs(shift)
    return (*empty, *row[: len(row) - shift]) if shift >= 0 else (*row[-shift:], *empty)


@question("images/shift-output", title="Shift first, then convolve")
def shift_output(draw: Draw) -> Question:
    """Give the output for a shifted input without computing it again."""
    shift = draw.choice((-2, -1, 1, 2))
    row = _spike(draw, 4)
    (kernel,) = draw.until(
        lambda: (tuple(draw.integer(-2, 3) for _ in range(3)),),
        lambda kernel: sum(map(bool, kernel)) >= 2,
    )
    output = correlate((row,), (kernel,))[0]
    result = correlate((_moved(row, shift),), (kernel,))[0]
    side = "right" if shift > 0 else "left"
    cells = f"{abs(shift)} cell{'s' * (abs(shift) > 1)}"
    return ask(
        f"A kernel of size 3 with stride 1 turned the row `{list(row)}` into `{list(output)}`. Now the row "
        f"is shifted to the {side} by {cells}; zeros come in at the other end. What comes out now?",
        answer=Matrix((result,)),
        hints=(
            "You do not need the kernel. What does every window see after the shift?",
            "A window now sees what another window saw before: one that stood a little to the side.",
        ),
        solution=(
            f"With stride 1 the output shifts along, to the {side} by {cells}: `{list(result)}`.",
            "This is equivariance: shift and convolution can be exchanged.",
        ),
        mistakes=(
            Mistake(
                "unchanged",
                [list(output)],
                "The output is not invariant: it moves along with the input.",
            ),
            Mistake(
                "other-way",
                [list(_moved(output, -shift))],
                f"It moves, but to the {side}, as the input does.",
            ),
        ),
    )


@question("images/shift-pooled", title="Shift first, then pool", points=2)
def shift_pooled(draw: Draw) -> Question:
    """Pool a shifted row, and see that the result changes less than the row, but changes."""
    size = draw.choice((2, 3))
    row = _spike(draw, 3)
    moved = _moved(row, 1)
    before, result = (pool((cells,) * size, size, size, max)[0] for cells in (row, moved))
    return ask(
        f"Max pooling with windows of {size} cells at stride {size} turned the row `{list(row)}` into "
        f"`{list(before)}`. Now the row is shifted to the right by 1 cell, and a zero comes in at the left. "
        "What comes out now?",
        answer=Matrix((result,)),
        hints=(
            "Write the shifted row down and cut it into windows again.",
            "A maximum changes only where the largest entry crosses from one window into the next, or a "
            "larger one comes in.",
        ),
        solution=(
            f"The shifted row is `{list(moved)}`; its windows have the largest entries `{list(result)}`.",
            f"Of {len(before)} maxima {sum(a != b for a, b in zip(before, result, strict=True))} changed, "
            f"of {len(row)} cells {sum(a != b for a, b in zip(row, moved, strict=True))}.",
        ),
        mistakes=(
            Mistake(
                "invariant",
                [list(before)],
                "Pooling is invariant only while each maximum stays inside its window; here one left it.",
            ),
            Mistake(
                "shifted-along",
                [list(_moved(before, 1))],
                f"The pooled row moves along only when the shift is a multiple of the stride {size}.",
            ),
        ),
    )


@question("images/same-maxima", title="Which shifts go unnoticed?", points=2)
def same_maxima(draw: Draw) -> Question:
    """Count the shifts that a pooled map does not notice."""
    size = draw.integer(3, 9)
    windows = draw.integer(3, 6)
    place = draw.integer(0, size * windows - 1)
    value = draw.integer(2, 99)
    inside = place % size
    start = place - inside
    return ask(
        f"A row of {size * windows} cells is 0 everywhere but for one {value}, at cell {place} (counted from "
        f"0). It is max-pooled with windows of {size} at stride {size}. By how many cells can the row be "
        f"shifted to the **right** at most, so that the pooled row does not change?",
        answer=Integer(size - 1 - inside),
        hints=(
            "In which window is the bright cell? At which cell does that window end?",
            "While the bright cell stays inside its window, the maximum of the window stays the same.",
        ),
        solution=(
            f"Cell {place} lies in the window from cell {start} to cell {start + size - 1}.",
            f"${start + size - 1} - {place} = {size - 1 - inside}$",
        ),
        mistakes=(
            Mistake(
                "window-size",
                size,
                "That would be the width of a window; the cell may already stand near its end.",
            ),
            Mistake(
                "left-instead",
                inside,
                "This is how far it can go to the left.",
            )
            if inside not in (size - 1 - inside, size)
            else None,
            Mistake(
                "one-too-far",
                size - inside,
                "There the cell is in the next window already.",
            )
            if inside
            else None,
        ),
    )
