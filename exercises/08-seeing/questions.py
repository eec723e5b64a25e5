"""What layers see: crops to a receptive field, occlusion, what passes a ReLU backward, Grad-CAM by hand.

Maps are small and whole, so that everything can be worked out with a pencil. Rows are counted from 0.
"""

from collections.abc import Callable
from fractions import Fraction

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
    Variable,
    ask,
    question,
    working,
)
from cnnmath.practice.grids import Rows, correlate, places
from cnnmath.practice.shown import code, grid, listed, product_sum, signed

CROP_START = "(i*t - q)*s - p"
CROP = Domain(
    "seeing-crop",
    (
        Variable("i", "row of the output", (0, 5), (0, 2**12)),
        Variable("s", "stride of the first layer", (1, 4), (1, 64)),
        Variable("p", "padding of the first layer", (0, 3), (0, 64)),
        Variable("t", "stride of the second layer", (1, 4), (1, 64)),
        Variable("q", "padding of the second layer", (0, 3), (0, 64)),
    ),
    (),
    ((1, 2, 1, 2, 1), (0, 1, 0, 1, 0)),
)
"""An output of the second of two layers, and what decides where its crop begins."""

EDGES: dict[str, tuple[Rows, str]] = {
    "brighter to the right": (((-1, 1), (-1, 1)), "answers where it gets brighter to the right"),
    "darker to the right": (((1, -1), (1, -1)), "answers where it gets darker to the right"),
    "brighter downward": (((-1, -1), (1, 1)), "answers where it gets brighter downward"),
    "darker downward": (((1, 1), (-1, -1)), "answers where it gets darker downward"),
    "diagonal": (((1, -1), (-1, 1)), "compares the two diagonals"),
    "blob": (((1, 1), (1, 1)), "answers wherever there is ink"),
}
"""Filters as a first layer learns them, and what each answers to."""


def positive(rows: Rows) -> Rows:
    """Return what a ReLU lets through."""
    return tuple(tuple(max(0, entry) for entry in row) for row in rows)


def picture(draw: Draw, height: int, width: int, low: int, high: int) -> Rows:
    """Draw a small matrix of whole numbers."""
    return tuple(tuple(draw.integer(low, high) for _ in range(width)) for _ in range(height))


@question("seeing/which-filter", title="Which filter made this map?", points=2)
def which_filter(draw: Draw) -> Question:
    """Recognize a filter by its activations after the ReLU."""
    right, *wrong = names = draw.sample([*EDGES], 4)

    def distinct(seen: Rows) -> bool:
        found = [positive(correlate(seen, EDGES[name][0])) for name in names]
        return len(set(found)) == len(found) and any(map(any, found[0]))

    (seen,) = draw.until(lambda: (picture(draw, 4, 4, 0, 5),), distinct)
    maps = {name: positive(correlate(seen, EDGES[name][0])) for name in names}
    top, left = next((i, j) for i, row in enumerate(maps[right]) for j, entry in enumerate(row) if entry)
    pairs = [
        (seen[top + i][left + j], weight)
        for i, row in enumerate(EDGES[right][0])
        for j, weight in enumerate(row)
    ]
    return ask(
        "A first layer (2 × 2 filters, no padding, no bias, then a **ReLU**) reads this picture:",
        grid(seen),
        "One of its maps is",
        grid(maps[right]),
        "Which filter made it?",
        answer=Choice.of(
            draw,
            code(EDGES[right][0]),
            *(
                Option(
                    code(EDGES[name][0]),
                    f"This filter {EDGES[name][1]}; its map would be {code(maps[name])}.",
                    name.replace(" ", "-"),
                )
                for name in wrong
            ),
        ),
        hints=(
            "A zero in the map means zero or less before the ReLU. Any other number is the sum itself.",
            "Take a place where the map is not zero, and try the filters on the four pixels of that place.",
        ),
        solution=(
            f"It is {code(EDGES[right][0])}, which {EDGES[right][1]}. Row {top}, column {left} of the map:",
            product_sum(pairs),
        ),
    )


@question("seeing/crop-start", title="Where does the crop begin?", points=2)
def crop_start(draw: Draw) -> Question:
    """Find the first pixel row that an output of a second layer sees."""
    i, s, p, t, q = draw.until(
        lambda: (
            draw.integer(3, 12),
            draw.integer(2, 4),
            draw.integer(1, 3),
            draw.integer(1, 3),
            draw.integer(1, 2),
        ),
        lambda i, s, p, t, q: (
            len({(i * t - q) * s - p, i * t * s - q - p, i * t * s, i - q * s - p, (i * t + q) * s + p}) == 5
        ),
    )
    return ask(
        f"Two layers: the first has stride {s} and padding {p}, the second stride {t} and padding {q}. In "
        f"the second layer's map the largest value is in row {i}, and you want to cut from the image what it "
        "sees. Rows are counted from 0, and negative rows lie in the padding. At which image row does the "
        "crop begin?",
        answer=Integer.of(CROP_START, CROP, i=i, s=s, p=p, t=t, q=q),
        hints=(
            f"Go back one layer at a time. At which row of the **first** layer's map does row {i} begin to "
            "look?",
            "A row i of a layer begins to look at i · stride − padding of what the layer reads. Do it twice.",
        ),
        solution=(
            f"In the first layer's map it begins at ${i}*{t} - {q} = {i * t - q}$; then one more step back.",
            working(CROP_START, i=i, s=s, p=p, t=t, q=q),
        ),
        mistakes=(
            Mistake(
                "padding-unscaled",
                i * t * s - q - p,
                "The second layer's padding is counted in cells of the first map, and each of those is "
                f"{s} pixels wide: multiply it by the first stride.",
            ),
            Mistake(
                "no-padding", i * t * s, "That would be right without padding; padding moves the crop up."
            ),
            Mistake(
                "no-jump", i - q * s - p, "One row further in the map is more than one row in the image."
            ),
            Mistake("sign", (i * t + q) * s + p, "Padding lies before the first row, so it is subtracted."),
        ),
    )


@question("seeing/occlusion", title="What does covering cost?", points=2)
def occluded(draw: Draw) -> Question:
    """Work out by how much a linear score falls when a square is covered."""

    def fall(seen: Rows, weights: Rows, corner: tuple[int, int]) -> tuple[int, int, int]:
        inside = [(corner[0] + i, corner[1] + j) for i in range(2) for j in range(2)]
        lost = sum(seen[i][j] * weights[i][j] for i, j in inside)
        whole = sum(
            a * b for row, line in zip(seen, weights, strict=True) for a, b in zip(row, line, strict=True)
        )
        return lost, whole - lost, sum(seen[i][j] for i, j in inside)

    seen, weights, corner = draw.until(
        lambda: (
            picture(draw, 3, 3, 0, 6),
            picture(draw, 3, 3, -3, 3),
            draw.choice([*places((3, 3), (2, 2))]),
        ),
        lambda *drawn: len({*fall(*drawn), -fall(*drawn)[0]}) == 4 and fall(*drawn)[0] != 0,
    )
    lost, kept, ink = fall(seen, weights, corner)
    pairs = [
        (seen[corner[0] + i][corner[1] + j], weights[corner[0] + i][corner[1] + j])
        for i in (0, 1)
        for j in (0, 1)
    ]
    return ask(
        "A score is the sum of pixel times weight, over all pixels. The image:",
        grid(seen),
        "The weights:",
        grid(weights),
        f"A black square of 2 × 2, whose pixels are 0, covers rows {corner[0]} and {corner[0] + 1}, columns "
        f"{corner[1]} and {corner[1] + 1}. By how much does the score **fall**? A rise is a negative fall.",
        answer=Integer(lost),
        hints=(
            "The pixels outside of the square give the same as before. What did those inside give?",
            "Multiply each covered pixel by its weight and add up the four products.",
        ),
        solution=(
            "Covered pixels become 0, so their products are lost, and nothing else changes:",
            product_sum(pairs),
        ),
        mistakes=(
            Mistake("what-is-left", kept, "This is the score that is left; asked is the fall."),
            Mistake(
                "ink",
                ink,
                "This is how much ink was covered. How much the score leans on it is in the weights.",
            ),
            Mistake(
                "sign", -lost, "The sign is turned: the fall is the score before, minus the score after."
            ),
        ),
    )


PASSES: dict[str, tuple[Callable[[int, int], bool], str]] = {
    "gradient": (lambda forward, back: forward > 0, "where the input of the ReLU was positive"),
    "deconvnet": (lambda forward, back: back > 0, "where the number that comes back is positive"),
    "guided backpropagation": (lambda forward, back: forward > 0 and back > 0, "where both are positive"),
}
"""What passes a ReLU on the way back."""


def passed(method: str, forward: Rows, back: Rows) -> Rows:
    """Return what a method lets through a ReLU."""
    opens = PASSES[method][0]
    return tuple(
        tuple(b if opens(f, b) else 0 for f, b in zip(row, line, strict=True))
        for row, line in zip(forward, back, strict=True)
    )


@question("seeing/relu-backward", title="Back through a ReLU, three ways", points=2)
def relu_backward(draw: Draw) -> Question:
    """Apply the backward rule of one of three methods at a ReLU."""
    method = draw.choice([*PASSES])
    entries = [value for value in range(-6, 7) if value]

    def drawn() -> Rows:
        return tuple(tuple(draw.choice(entries) for _ in range(3)) for _ in range(2))

    def distinct(forward: Rows, back: Rows) -> bool:
        found = {name: passed(name, forward, back) for name in PASSES}
        any_left = any(map(any, found["guided backpropagation"]))
        return any_left and len({back, positive(forward), *found.values()}) == 5

    forward, back = draw.until(lambda: (drawn(), drawn()), distinct)
    others = [name for name in PASSES if name != method]
    return ask(
        "On the way forward, a ReLU read this:",
        grid(forward),
        "On the way back, these numbers arrive at it:",
        grid(back),
        f"What does it send on, by the rule of **{method}**?",
        answer=Matrix(passed(method, forward, back)),
        hints=(
            "Each cell is decided by itself: its number is sent on unchanged, or becomes 0.",
            f"By this rule a number passes {PASSES[method][1]}.",
        ),
        solution=(f"A number passes {PASSES[method][1]}:", code(passed(method, forward, back))),
        mistakes=(
            *(
                Mistake(
                    name.split()[0],
                    listed(passed(name, forward, back)),
                    f"This is the rule of {name}: it passes {PASSES[name][1]}.",
                )
                for name in others
            ),
            Mistake("all-through", listed(back), "You let everything through; a ReLU stops something."),
            Mistake("forward-values", listed(positive(forward)), "These are the values of the way forward."),
        ),
    )


@question("seeing/grad-cam-weight", title="The weight of a map")
def grad_cam_weight(draw: Draw) -> Question:
    """Average a map's gradient."""

    def distinct(gradient: Rows) -> bool:
        total, upward = sum(map(sum, gradient)), sum(map(sum, positive(gradient)))
        return len({total, Fraction(total, 9), Fraction(upward, 9), max(map(max, gradient))}) == 4

    (gradient,) = draw.until(lambda: (picture(draw, 3, 3, -9, 9),), distinct)
    total = sum(map(sum, gradient))
    upward = sum(map(sum, positive(gradient)))
    summands = " + ".join(signed(entry) for row in gradient for entry in row)
    return ask(
        "Grad-CAM needs one weight for each map of a layer. The gradient of the class's score with "
        "respect to one map is",
        grid(gradient),
        "Which weight does this map get?",
        answer=Number(Fraction(total, 9), tolerance=Fraction(1, 200)),
        hints=(
            "The weight is the mean of the gradient over all places of the map.",
            "Add all nine entries with their signs, and divide by their number.",
        ),
        solution=(f"The entries add up to ${summands} = {total}$, and the mean is ${total}/9$.",),
        mistakes=(
            Mistake("sum", total, "This is the sum; divide it by the number of places."),
            Mistake(
                "largest", max(map(max, gradient)), "This is the largest entry; Grad-CAM takes the mean."
            ),
            Mistake(
                "relu-first",
                str(Fraction(upward, 9)),
                "You left out the negative entries. The ReLU of Grad-CAM comes after the maps are added.",
            ),
        ),
    )


@question("seeing/grad-cam", title="Grad-CAM by hand", points=3)
def grad_cam(draw: Draw) -> Question:
    """Weigh two maps with the means of their gradients, add, and cut off what is negative."""

    def drawn() -> tuple[Rows, Rows, Rows, Rows]:
        first, second = picture(draw, 2, 2, 0, 5), picture(draw, 2, 2, 0, 5)
        return first, second, _with_mean(draw, draw.integer(1, 3)), _with_mean(draw, -draw.integer(1, 3))

    first, second, up, down = draw.until(drawn, lambda *maps: len(set(_four_ways(*maps))) == 4)
    right, without, summed, cellwise = _four_ways(first, second, up, down)
    gain, loss = (sum(map(sum, gradient)) // 4 for gradient in (up, down))
    return ask(
        "The last layer before the flattening has two maps:",
        grid(first),
        grid(second),
        "The gradients of a class's score with respect to them are, in the same order:",
        grid(up),
        grid(down),
        "What is the Grad-CAM map of the class, before it is enlarged?",
        answer=Matrix(right),
        hints=(
            "First one weight for each map: the mean of its gradient.",
            "Multiply each map by its weight, add the two, and replace what is negative by 0.",
        ),
        solution=(
            f"The weights are {gain} and {loss}. The weighted sum is {code(without)}; without what is "
            f"negative, {code(right)}.",
        ),
        mistakes=(
            Mistake("no-relu", listed(without), "The last step is missing: what is negative becomes 0."),
            Mistake(
                "sums",
                listed(summed),
                "You weighted with the sums of the gradients; Grad-CAM takes the means.",
            ),
            Mistake(
                "cellwise",
                listed(cellwise),
                "You multiplied each cell by its own gradient. Grad-CAM gives a map one weight for all.",
            ),
        ),
    )


def _with_mean(draw: Draw, mean: int) -> Rows:
    """Draw a 2 × 2 gradient whose mean is a given whole number."""
    a, b, c = (draw.integer(-3, 3) for _ in range(3))
    return ((mean + a, mean + b), (mean + c, mean - a - b - c))


def _four_ways(first: Rows, second: Rows, up: Rows, down: Rows) -> tuple[Rows, Rows, Rows, Rows]:
    """Return the right Grad-CAM map, then the one without ReLU, with sums for means, and cell by cell."""
    totals = [sum(map(sum, gradient)) for gradient in (up, down)]

    def added(weights: Callable[[int, int], tuple[int, int]], share: int = 1) -> Rows:
        return tuple(
            tuple((weights(i, j)[0] * first[i][j] + weights(i, j)[1] * second[i][j]) // share for j in (0, 1))
            for i in (0, 1)
        )

    means = added(lambda i, j: (totals[0], totals[1]), 4)
    sums = added(lambda i, j: (totals[0], totals[1]))
    cells = added(lambda i, j: (up[i][j], down[i][j]))
    return positive(means), means, positive(sums), positive(cells)
