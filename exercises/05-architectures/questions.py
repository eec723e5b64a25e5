"""Architectures: what blocks cost and save, sizes through networks, variants, tools, and published numbers.

Letters: C input channels, F filters, M channels inside a block, k kernel, o output side, G groups, L layers,
g channels that a layer adds, e expansion. Whole networks are counted by `measure`, never typed.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from cnnmath import arch, measure, rules, zoo
from cnnmath.practice.author import (
    Choice,
    Domain,
    Draw,
    Expression,
    Integer,
    Items,
    Mistake,
    Number,
    Option,
    Question,
    Shape,
    Variable,
    ask,
    line,
    question,
    working,
)

WIDE = (1, 2**11)
LETTERS = {
    "C": Variable("C", "input channels", (1, 6), WIDE),
    "F": Variable("F", "filters", (1, 6), WIDE),
    "M": Variable("M", "channels inside the block", (1, 6), WIDE),
    "k": Variable("k", "kernel size", (1, 5), (1, 2**4)),
    "o": Variable("o", "output side", (1, 5), (1, 2**8)),
    "G": Variable("G", "groups", (1, 4), (1, 2**6)),
    "L": Variable("L", "layers", (1, 5), (1, 2**6)),
    "g": Variable("g", "channels that each layer adds", (1, 5), (1, 2**6)),
    "e": Variable("e", "expansion", (1, 5), (1, 2**4)),
    "n": Variable("n", "input side", (1, 9), (1, 2**10)),
}

BASIC = "2*k^2*C^2 + 4*C"
BOTTLENECK = "2*C*M + k^2*M^2"
REDUCTION_SAVES = "o^2*(k^2*C*F - C*M - k^2*M*F)"
STACK_SAVES = "C^2*((2L + 1)^2 - 9L)"
SEPARABLE = "1/F + 1/k^2"
FACTORS_SAVE = "k^2*C^2 - 2*k*C^2"
GROUPED = "F*C/G*k^2"
THINNED = "o^2*(k^2*C + C*F)"
PROJECTION = "C*F + 2*F"
INVERTED = "e*C*C + k^2*e*C + e*C*F"
FIRE = "C*M + M + M*F + F + 9*M*F + F"
DENSE_CHANNELS = "floor((C + L*g)/2)"
DENSE_WEIGHTS = "k^2*g*(L*C + g*L*(L - 1)/2)"
FIRST_DENSE = "C*floor(n/2^L)^2*F"
HALF_PERCENT = Fraction(1, 200)
AXES = ("channels", "height", "width")


def over(letters: str) -> Domain:
    """Return the domain of these letters."""
    return Domain(f"block-{letters.lower()}", tuple(LETTERS[letter] for letter in letters))


def comma(count: int) -> str:
    """Return a large number as it is printed in prose."""
    return f"{count:,}"


# What blocks cost


@question("architectures/basic-block", title="A residual block, counted", points=2)
def basic_block(draw: Draw) -> Question:
    """Count the parameters of a basic residual block with batch normalization."""
    c, k = 4 * draw.integer(4, 200), draw.choice((3, 5))
    one = k * k * c * c
    return ask(
        f"A basic residual block has two {k} × {k} convolutions from {c} to {c} channels, without biases. "
        f"Each is followed by a batch normalization (a scale and a shift per channel). The shortcut hands "
        "its input on. How many trained parameters does the block have?",
        answer=Integer.of(BASIC, over("Ck"), C=c, k=k),
        hints=(
            "One filter looks at all input channels. How many weights has one, and how many are there?",
            "Running means and variances are stored, but training does not change them by gradients. What "
            "is left of a normalization is two numbers per channel.",
        ),
        solution=(
            f"One convolution: $k^2*C*C = {k}^2*{c}*{c} = {one}$. One normalization: $2*{c} = {2 * c}$. "
            "The shortcut: nothing. Twice each:",
            working(BASIC, k=k, C=c),
        ),
        mistakes=(
            Mistake("one-convolution", one + 2 * c, "The block has two convolutions, each normalized."),
            Mistake("no-normalization", 2 * one, "The scales and shifts of the normalizations are missing."),
            Mistake(
                "statistics",
                2 * one + 8 * c,
                "Running mean and variance are not trained; scale and shift are.",
            ),
            Mistake("biases", 2 * one + 6 * c, "These convolutions have no biases: the shifts do that work."),
            Mistake(
                "one-channel",
                2 * k * k * c + 4 * c,
                "Each filter looks at all channels, so it has a kernel for every one of them.",
            ),
        ),
    )


@question("architectures/bottleneck", title="Through a bottleneck", points=2)
def bottleneck(draw: Draw) -> Question:
    """Count the weights of a bottleneck block."""
    m, e = 8 * draw.integer(2, 64), draw.integer(2, 6)
    c = e * m
    return ask(
        f"A bottleneck block takes {c} channels: a 1 × 1 convolution to {m} channels, a 3 × 3 convolution "
        f"from {m} to {m}, and a 1 × 1 convolution back to {c}. How many weights do the three convolutions "
        "have together? There are no biases, and normalizations are left out.",
        answer=Integer.of(BOTTLENECK, over("CMk"), k=3, C=c, M=m),
        hints=(
            "Three terms: one for each convolution. A 1 × 1 kernel has one cell.",
            "The 3 × 3 convolution sees the narrow channels only.",
        ),
        solution=(
            f"Down: ${c}*{m} = {c * m}$. Across: $3^2*{m}*{m} = {9 * m * m}$. Up: ${m}*{c} = {c * m}$.",
            working(BOTTLENECK, C=c, M=m, k=3),
            f"Two 3 × 3 convolutions at the full width would have $2*9*{c}^2 = {18 * c * c}$.",
        ),
        mistakes=(
            Mistake("one-way", c * m + 9 * m * m, "The way back up, from narrow to wide, is missing."),
            Mistake(
                "wide-middle",
                2 * c * m + 9 * c * c,
                "The 3 × 3 convolution sits in the narrow part: it reads and writes the reduced channels.",
            ),
            Mistake(
                "all-three-by-three",
                9 * (2 * c * m + m * m),
                "Only the middle kernel has nine cells; the other two have one.",
            ),
            Mistake("no-kernel", 2 * c * m + m * m, "The middle kernel has nine cells, not one."),
        ),
    )


@question("architectures/bottleneck-formula", title="A bottleneck in letters", points=2)
def bottleneck_formula(draw: Draw) -> Question:
    """Type the weights of a bottleneck whose outside is a given number of times as wide as its inside."""
    e, k = draw.integer(2, 12), draw.choice((3, 5, 7))
    letter = draw.choice("MNWCF")
    text = f"{2 * e + k * k}*{letter}^2"
    return ask(
        f"Inside a bottleneck block are ${letter}$ channels; outside are ${e}{letter}$. It consists of a "
        f"1 × 1 convolution from ${e}{letter}$ to ${letter}$ channels, a {k} × {k} convolution from "
        f"${letter}$ to ${letter}$, and a 1 × 1 convolution back to ${e}{letter}$. Type a formula for its "
        "weights (no biases, no normalization).",
        answer=Expression(
            text,
            over("M").renamed(M=letter),
            (f"2*{e}*{letter}*{letter} + {k}^2*{letter}*{letter}",),
        ),
        hints=(
            "Write the three counts side by side, then collect.",
            f"Each 1 × 1 convolution has ${e}{letter}*{letter}$ weights.",
        ),
        solution=(f"${e}{letter}*{letter} + {k}^2*{letter}*{letter} + {letter}*{e}{letter} = {text}$",),
        mistakes=(
            Mistake("one-way", f"{e + k * k}*{letter}^2", "There are two 1 × 1 convolutions: down and up."),
            Mistake(
                "kernel-not-squared",
                f"{2 * e + k}*{letter}^2",
                f"A {k} × {k} kernel has ${k}^2 = {k * k}$ cells.",
            ),
            Mistake(
                "wide-middle",
                f"{2 * e + k * k * e * e}*{letter}^2",
                "The large kernel sits inside, where the channels are few.",
            ),
        ),
    )


@question("architectures/reduction-saving", title="What a 1 × 1 reduction saves", points=2)
def reduction_saving(draw: Draw) -> Question:
    """Count the multiply-adds that a 1 by 1 reduction saves, as in an inception module."""
    k, o = draw.choice((3, 5, 7)), draw.choice((7, 8, 14, 16, 28, 32))
    c, f = 32 * draw.integer(4, 30), 16 * draw.integer(2, 12)
    m = draw.choice([width for width in (16, 24, 32, 48, 64) if 2 * width < c])
    direct, through = k * k * c * f * o * o, (c * m + k * k * m * f) * o * o
    return ask(
        f"On a map of {o} × {o} positions, a {k} × {k} convolution turns {c} channels into {f}, keeping the "
        f"size. Now a 1 × 1 convolution first reduces the {c} channels to {m}, and the {k} × {k} convolution "
        f"turns those into {f}. How many multiply-adds does the detour **save**?",
        answer=Integer.of(REDUCTION_SAVES, over("CFMko"), C=c, F=f, M=m, k=k, o=o),
        hints=(
            "Count per position first: once for the direct way, once for the detour. All maps have the "
            "same positions.",
            "The detour has two terms: down to the few channels, and from the few channels up.",
        ),
        solution=(
            f"Directly: $k^2*C*F*o^2 = {k}^2*{c}*{f}*{o}^2 = {direct}$.",
            f"By the detour: $(C*M + k^2*M*F)*o^2 = ({c}*{m} + {k}^2*{m}*{f})*{o}^2 = {through}$.",
            working(REDUCTION_SAVES, k=k, C=c, F=f, M=m, o=o),
        ),
        mistakes=(
            Mistake("what-is-left", through, "This is what the detour costs; the savings are asked for."),
            Mistake(
                "reduction-free",
                direct - k * k * m * f * o * o,
                "The 1 × 1 convolution costs something too: one multiply-add per input and output channel.",
            ),
            Mistake(
                "weights",
                (direct - through) // (o * o),
                f"This many weights are saved; each is used at all ${o}^2$ positions.",
            ),
        ),
    )


@question("architectures/inception-shape", title="Four branches, one stack", points=2)
def inception_shape(draw: Draw) -> Question:
    """Give the shape that leaves an inception module."""
    side, c = draw.choice((7, 14, 28, 32, 56)), 16 * draw.integer(8, 50)
    one, three, five, pool = (8 * draw.integer(2, 40) for _ in range(4))
    reduce3, reduce5 = 8 * draw.integer(2, 20), 8 * draw.integer(1, 6)
    total = one + three + five + pool
    return ask(
        f"An inception module reads {c} channels of {side} × {side}. Its four branches keep height and "
        "width, and their maps are stacked:",
        Items(
            (
                line(f"1 × 1 convolution to {one} channels"),
                line(f"1 × 1 convolution to {reduce3} channels, then 3 × 3 to {three}"),
                line(f"1 × 1 convolution to {reduce5} channels, then 5 × 5 to {five}"),
                line(f"3 × 3 max pooling with stride 1, then 1 × 1 convolution to {pool} channels"),
            )
        ),
        "What is the shape of the module's output?",
        answer=Shape((total, side, side), AXES),
        hints=(
            "Only what leaves the end of a branch is stacked.",
            "Stacking along the channels adds the numbers of channels and leaves height and width alone.",
        ),
        solution=(
            f"The branches end with {one}, {three}, {five} and {pool} channels: "
            f"${one} + {three} + {five} + {pool} = {total}$.",
            f"So the output is ({total}, {side}, {side}).",
        ),
        mistakes=(
            Mistake(
                "reductions-too",
                (total + reduce3 + reduce5, side, side),
                "The reduced channels are read by the larger kernels; they do not leave the module.",
            ),
            Mistake(
                "pool-keeps-channels",
                (total - pool + c, side, side),
                "Behind the pooling, a 1 × 1 convolution brings its channels down.",
            ),
            Mistake(
                "sides-added",
                (total, 4 * side, 4 * side),
                "The branches are stacked along the channels; height and width stay.",
            ),
        ),
    )


@question("architectures/small-kernels", title="Small kernels, stacked")
def small_kernels(draw: Draw) -> Question:
    """Count the weights that a stack of 3 by 3 layers saves against one large kernel of the same reach."""
    layers, c = draw.integer(2, 6), 8 * draw.integer(2, 64)
    large = 2 * layers + 1
    return ask(
        f"{layers} convolutions of 3 × 3 in a row, stride 1, see as far as one convolution of {large} × "
        f"{large}. All of them have {c} input and {c} output channels and no biases. How many weights does "
        "the stack **save**?",
        answer=Integer.of(STACK_SAVES, over("CL"), C=c, L=layers),
        hints=(
            f"Count both: {layers} layers with nine cells per kernel, one layer with ${large}^2$ cells.",
            "Each cell of a kernel has a weight for every pair of an input and an output channel.",
        ),
        solution=(
            f"One large kernel: ${large}^2*{c}^2 = {large**2 * c * c}$. The stack: "
            f"${layers}*9*{c}^2 = {9 * layers * c * c}$.",
            working(STACK_SAVES, C=c, L=layers),
        ),
        mistakes=(
            Mistake("the-stack", 9 * layers * c * c, "This is what the stack has, not what it saves."),
            Mistake(
                "one-layer",
                (large**2 - 9) * c * c,
                f"The stack has {layers} layers, each with its own weights.",
            ),
            Mistake(
                "one-channel",
                (large**2 - 9 * layers) * c,
                "Every filter has a kernel for each input channel: the channels count twice.",
            ),
        ),
    )


@question("architectures/separable-saving", title="Depthwise, then pointwise")
def separable_saving(draw: Draw) -> Question:
    """Give the share of multiply-adds that is left of a convolution when it is made depthwise separable."""
    f, k, c = 8 * draw.integer(2, 128), draw.choice((3, 5, 7)), 8 * draw.integer(2, 64)
    return ask(
        f"A {k} × {k} convolution from {c} to {f} channels is replaced by a depthwise {k} × {k} convolution "
        f"(one kernel for each channel) and a 1 × 1 convolution from {c} to {f} channels. Which **share** of "
        "the multiply-adds is left? Answer with a fraction, or with a decimal number that is right to half "
        "a percent of itself.",
        answer=Number.of(SEPARABLE, over("Fk"), tolerance=HALF_PERCENT, F=f, k=k),
        hints=(
            "Count per output position: the ordinary convolution, the depthwise one, the pointwise one.",
            "In the share, the number of input channels cancels.",
        ),
        solution=(
            f"Per position the ordinary convolution needs $k^2*C*F = {k}^2*{c}*{f} = {k * k * c * f}$, the "
            f"other two $k^2*C + C*F = {k}^2*{c} + {c}*{f} = {k * k * c + c * f}$.",
            working(SEPARABLE, F=f, k=k),
        ),
        mistakes=(
            Mistake("depthwise-only", f"1/{f}", "The 1 × 1 convolution that mixes the channels is missing."),
            Mistake("pointwise-only", f"1/{k * k}", "The depthwise convolution is missing."),
            Mistake("saved", f"1 - 1/{f} - 1/{k * k}", "This share is saved; give the share that is left."),
            Mistake("not-squared", f"1/{f} + 1/{k}", f"The kernel has ${k}^2$ cells."),
        ),
    )


@question("architectures/factorized", title="A square as two strips")
def factorized(draw: Draw) -> Question:
    """Count the weights that a 1 by k and a k by 1 kernel save."""
    k, c = draw.choice((3, 5, 7, 9, 11)), 16 * draw.integer(2, 50)
    return ask(
        f"As in Inception v3, a {k} × {k} convolution is replaced by a 1 × {k} convolution followed by a {k} "
        f"× 1 convolution. With {c} channels before, between and behind, and no biases: how many weights "
        "does that **save**?",
        answer=Integer.of(FACTORS_SAVE, over("Ck"), C=c, k=k),
        hints=(
            "How many cells has a strip, and how many the square?",
            "There are two strips, and each connects all channels with all channels.",
        ),
        solution=(
            f"Square: ${k}^2*{c}^2 = {k * k * c * c}$. Two strips: $2*{k}*{c}^2 = {2 * k * c * c}$.",
            working(FACTORS_SAVE, k=k, C=c),
        ),
        mistakes=(
            Mistake("one-strip", (k * k - k) * c * c, "Two strips are needed, one lying and one standing."),
            Mistake("what-is-left", 2 * k * c * c, "This is what the strips have, not what they save."),
            Mistake("one-channel", (k * k - 2 * k) * c, "Each filter has a kernel for every input channel."),
        ),
    )


@question("architectures/groups", title="Two graphics cards, two groups")
def groups(draw: Draw) -> Question:
    """Count the weights of a grouped convolution."""
    g, k = draw.choice((2, 2, 3, 4, 8, 32)), draw.choice((3, 5))
    c, f = g * 4 * draw.integer(2, 24), g * 4 * draw.integer(2, 24)
    return ask(
        f"AlexNet ran on two graphics cards, so some of its layers are split into groups that do not see "
        f"each other. A {k} × {k} convolution from {c} to {f} channels without bias is split into {g} "
        "groups. How many weights does it have?",
        answer=Integer.of(GROUPED, over("CFGk"), C=c, F=f, G=g, k=k),
        hints=(
            "How many input channels does one filter see?",
            "All filters count, whichever group they are in.",
        ),
        solution=(
            f"Each of the {f} filters sees ${c}/{g} = {c // g}$ channels.",
            working(GROUPED, F=f, C=c, G=g, k=k),
        ),
        mistakes=(
            Mistake("groups-ignored", k * k * c * f, "A filter sees the channels of its own group only."),
            Mistake(
                "divided-twice",
                k * k * (c // g) * (f // g),
                f"This is one group; there are {g} of them.",
            ),
            Mistake("not-squared", k * (c // g) * f, f"The kernel has ${k}^2$ cells."),
        ),
    )


@question("architectures/projection", title="A shortcut that changes shape")
def projection(draw: Draw) -> Question:
    """Count the parameters of the projections that option B adds to option A."""
    c, factor = 4 * draw.integer(4, 80), draw.choice((2, 3, 4))
    f = factor * c
    pairs = ((c, f), (2 * c, 2 * f))
    total = sum(before * after + 2 * after for before, after in pairs)
    return ask(
        f"Twice in a residual network, the number of channels changes along a shortcut: from {c} to {f}, and "
        f"later from {2 * c} to {2 * f}. Option A fills the missing channels with zeros. Option B uses a "
        "1 × 1 convolution without bias, followed by a batch normalization. How many trained parameters "
        "more does option B have?",
        answer=Integer(total),
        hints=(
            "Zeros are not trained.",
            "For each of the two places: a matrix from old to new channels, and two numbers per new channel.",
        ),
        solution=(
            *(
                f"From {before} to {after}: {working(PROJECTION, C=before, F=after)}."
                for before, after in pairs
            ),
            f"$({c}*{f} + 2*{f}) + ({2 * c}*{2 * f} + 2*{2 * f}) = {total}$",
        ),
        mistakes=(
            Mistake(
                "no-normalization",
                sum(before * after for before, after in pairs),
                "The normalizations have a scale and a shift for each channel.",
            ),
            Mistake("one-place", c * f + 2 * f, "There are two places at which the channels change."),
            Mistake(
                "three-by-three",
                sum(9 * before * after + 2 * after for before, after in pairs),
                "A projection is 1 × 1: it mixes the channels of one position.",
            ),
        ),
    )


@question("architectures/inverted", title="An inverted residual", points=2)
def inverted(draw: Draw) -> Question:
    """Count the weights of MobileNetV2's block."""
    c, f, e = 8 * draw.integer(2, 24), 8 * draw.integer(2, 24), draw.integer(3, 6)
    wide = e * c
    return ask(
        f"A block of MobileNetV2 widens {c} channels to {wide} by a 1 × 1 convolution (expansion {e}), "
        f"filters each of them by its own 3 × 3 kernel, and narrows them to {f} by a 1 × 1 convolution. How "
        "many weights does it have? There are no biases, and normalizations are left out.",
        answer=Integer.of(INVERTED, over("CFek"), k=3, C=c, F=f, e=e),
        hints=(
            "Three terms again: widen, filter, narrow.",
            "Depthwise means one kernel of nine cells for each channel, and no mixing.",
        ),
        solution=(
            f"Widen: ${c}*{wide} = {c * wide}$. Filter: $9*{wide} = {9 * wide}$. Narrow: "
            f"${wide}*{f} = {wide * f}$.",
            working(INVERTED, e=e, C=c, k=3, F=f),
        ),
        mistakes=(
            Mistake(
                "not-depthwise",
                c * wide + 9 * wide * wide + wide * f,
                "A depthwise kernel sees its own channel only.",
            ),
            Mistake("no-filter", c * wide + wide * f, "The depthwise kernels have weights as well."),
            Mistake(
                "not-expanded",
                c * c + 9 * c + c * f,
                f"Inside are {e} times as many channels.",
            ),
        ),
    )


@question("architectures/fire", title="Squeeze, then expand", points=2)
def fire(draw: Draw) -> Question:
    """Count the parameters of SqueezeNet's fire module, biases included."""
    c, m, f = 16 * draw.integer(4, 32), 8 * draw.integer(1, 8), 16 * draw.integer(2, 16)
    return ask(
        f"A fire module of SqueezeNet squeezes {c} channels to {m} by a 1 × 1 convolution. Then two "
        f"convolutions read these {m} channels side by side, one 1 × 1 and one 3 × 3; each makes {f} maps, "
        "and the maps are stacked. All three convolutions have biases. How many parameters does the module "
        "have?",
        answer=Integer.of(FIRE, over("CFM"), C=c, F=f, M=m),
        hints=(
            "Three convolutions; each has its weights and one bias per map that it makes.",
            "Both convolutions of the second step read the squeezed channels.",
        ),
        solution=(
            f"Squeeze: ${c}*{m} + {m} = {c * m + m}$. Expand: ${m}*{f} + {f} = {m * f + f}$ and "
            f"$9*{m}*{f} + {f} = {9 * m * f + f}$.",
            working(FIRE, C=c, M=m, F=f),
        ),
        mistakes=(
            Mistake("no-biases", c * m + 10 * m * f, "The biases are missing."),
            Mistake(
                "in-a-row",
                c * m + m + m * f + f + 9 * f * f + f,
                "The two expanding convolutions stand side by side: both read the squeezed channels.",
            ),
            Mistake("no-squeeze", 10 * m * f + 2 * f, "The squeezing convolution has parameters as well."),
        ),
    )


@question("architectures/width-multiplier", title="A thinner network", points=2)
def width_multiplier(draw: Draw) -> Question:
    """Count the multiply-adds of a separable layer under MobileNet's two multipliers."""
    c, f = 64 * draw.integer(1, 12), 64 * draw.integer(1, 12)
    quarters, o = draw.choice((1, 2, 3)), draw.integer(5, 28)
    thin, wide = c * quarters // 4, f * quarters // 4
    alpha = f"{quarters / 4:g}"
    return ask(
        f"A separable layer of MobileNet (3 × 3 depthwise, then 1 × 1) turns {c} channels into {f}. "
        f"With the width multiplier {alpha}, both numbers of channels are multiplied by {alpha}; with a "
        f"smaller image, the layer's maps are {o} × {o}. How many multiply-adds does the layer need then?",
        answer=Integer.of(THINNED, over("CFko"), k=3, C=thin, F=wide, o=o),
        hints=(
            "Multiply the channels first; then count as for any separable layer.",
            "Depthwise: nine per channel and position. Pointwise: one per pair of channels and position.",
        ),
        solution=(
            f"The channels become {thin} and {wide}; there are ${o}^2 = {o * o}$ positions.",
            working(THINNED, o=o, k=3, C=thin, F=wide),
        ),
        mistakes=(
            Mistake("not-thinned", o * o * (9 * c + c * f), "The width multiplier was left out."),
            Mistake(
                "multiplied-once",
                o * o * (9 * c + c * f) * quarters // 4,
                "The pointwise part shrinks with the square: there are fewer channels on both sides.",
            ),
            Mistake("pointwise-only", o * o * thin * wide, "The depthwise part is missing."),
            Mistake("positions-once", o * (9 * thin + thin * wide), f"The map has ${o}^2$ positions."),
        ),
    )


@question("architectures/dense-channels", title="Channels that pile up")
def dense_channels(draw: Draw) -> Question:
    """Follow the number of channels through a dense block and its transition."""
    c, growth, layers = draw.integer(8, 160), draw.integer(6, 48), draw.integer(4, 40)
    before = c + layers * growth
    return ask(
        f"A dense block of {layers} layers gets {c} channels. Each layer reads everything that was made "
        f"before it and adds {growth} channels. The transition behind the block keeps half of the channels "
        "(rounded down). How many channels enter the next block?",
        answer=Integer.of(DENSE_CHANNELS, over("CLg"), C=c, L=layers, g=growth),
        hints=(
            "Nothing is thrown away inside the block: count what piles up.",
            "The transition halves the sum, the channels that entered the block included.",
        ),
        solution=(
            f"Behind the block: $C + L*g = {c} + {layers}*{growth} = {before}$.",
            working(DENSE_CHANNELS, C=c, L=layers, g=growth),
        ),
        mistakes=(
            Mistake("no-transition", before, "The transition keeps half of them."),
            Mistake(
                "input-forgotten",
                layers * growth // 2,
                "The channels that enter the block stay in the pile.",
            ),
            Mistake(
                "one-layer-less",
                (before - growth) // 2,
                "The last layer adds its channels as well.",
            ),
        ),
    )


@question("architectures/dense-weights", title="A dense block, layer by layer", points=3)
def dense_weights(draw: Draw) -> Question:
    """Sum the weights of the layers of a dense block."""
    c, growth, layers = 8 * draw.integer(2, 16), 4 * draw.integer(2, 12), draw.integer(3, 6)
    inputs = [c + at * growth for at in range(layers)]
    return ask(
        f"A dense block has {layers} layers of 3 × 3 convolutions without biases. It gets {c} channels; each "
        f"layer reads all channels made so far and adds {growth}. How many weights do the {layers} layers "
        "have together?",
        answer=Integer.of(DENSE_WEIGHTS, over("CLgk"), k=3, C=c, L=layers, g=growth),
        hints=(
            "The layers differ in what they read. Write the numbers of input channels in a row.",
            "Add up the input channels first; the factor of kernel and new channels is the same for all.",
        ),
        solution=(
            f"Input channels: ${' + '.join(map(str, inputs))} = {sum(inputs)}$. Each pairs with {growth} "
            f"filters and nine cells: $9*{growth}*{sum(inputs)} = {9 * growth * sum(inputs)}$.",
            working(DENSE_WEIGHTS, L=layers, C=c, k=3, g=growth),
        ),
        mistakes=(
            Mistake("no-growth", 9 * growth * layers * c, "Later layers read more channels than the first."),
            Mistake(
                "one-step-ahead",
                9 * growth * sum(channels + growth for channels in inputs),
                "The first layer reads what enters the block; its own channels come behind it.",
            ),
            Mistake("no-kernel", growth * sum(inputs), "Each kernel has nine cells."),
        ),
    )


# Sizes through networks


@question("architectures/first-dense", title="The price of the first dense layer", points=2)
def first_dense(draw: Draw) -> Question:
    """Count the weights of the dense layer behind a stack of halvings."""
    c, layers = draw.choice((64, 128, 256, 512)), draw.integer(2, 5)
    n, f = draw.integer(2**layers * 4, 2**layers * 9 + 17), draw.choice((100, 256, 512, 1000, 4096))
    side = n // 2**layers
    return ask(
        f"A VGG-like network keeps sizes by padding and halves them {layers} times by 2 × 2 pooling, rounded "
        f"down. Its input is {n} × {n}; the last map has {c} channels and is flattened. How many weights, "
        f"without biases, does the dense layer to {f} units need?",
        answer=Integer.of(FIRST_DENSE, over("CFLn"), C=c, F=f, L=layers, n=n),
        hints=(
            "What is the side of the last map?",
            "Flattening counts all positions of all channels; each unit has a weight for every one of them.",
        ),
        solution=(
            f"The last map has the side $floor({n}/2^{layers}) = {side}$, so ${c}*{side}^2 = {c * side**2}$ "
            "values are flattened.",
            working(FIRST_DENSE, C=c, n=n, L=layers, F=f),
        ),
        mistakes=(
            Mistake("one-side", c * side * f, "The map has height and width."),
            Mistake("channels-only", c * f, "This would be right behind global average pooling."),
            Mistake("not-halved", c * n * n * f, "The pools make the map smaller."),
            Mistake(
                "halved-once-less",
                c * (n // 2 ** (layers - 1)) ** 2 * f,
                f"There are {layers} pools.",
            ),
        ),
    )


Step = tuple[str, int, int, int, int]
"""A layer of a stack: "conv" or "pool", filters, kernel, stride, padding."""


def stack(draw: Draw) -> tuple[Step, ...]:
    """Draw four or five layers."""
    steps = []
    for _ in range(draw.integer(4, 5)):
        if draw.integer(1, 3) == 1:
            steps.append(("pool", 0, draw.integer(2, 3), 2, 0))
        else:
            kernel = draw.choice((1, 3, 3, 5, 7))
            stride = draw.choice((1, 1, 2))
            steps.append(("conv", 8 * draw.integer(1, 32), kernel, stride, draw.integer(0, kernel // 2)))
    return tuple(steps)


def sides(n: int, steps: Sequence[Step], size: Callable[[int, int, int, int], int]) -> list[int]:
    """Return the side after each layer."""
    found = []
    for _, _, kernel, stride, padding in steps:
        n = size(n, kernel, stride, padding)
        found.append(n)
    return found


def by_rules(n: int, kernel: int, stride: int, padding: int) -> int:
    """Return the size that the rules give."""
    return rules.output_size(n, kernel, stride=stride, before=padding, after=padding)


def rounded_up(n: int, kernel: int, stride: int, padding: int) -> int:
    """Return the size with the division rounded up."""
    return -(-(n + 2 * padding - kernel) // stride) + 1


def not_padded(n: int, kernel: int, stride: int, padding: int) -> int:
    """Return the size with the padding forgotten."""
    del padding
    return (n - kernel) // stride + 1


def step_words(step: Step) -> str:
    """Return a layer in words."""
    kind, filters, kernel, stride, padding = step
    if kind == "pool":
        return f"max pooling {kernel} × {kernel}, stride {stride}, no padding"
    padded = f"padding {padding} on each side" if padding else "no padding"
    return f"convolution with {filters} filters, kernel {kernel} × {kernel}, stride {stride}, {padded}"


@question("architectures/through-layers", title="Through a stack of layers", points=3)
def through_layers(draw: Draw) -> Question:
    """Follow the shape through four or five layers."""
    n, c, steps = draw.until(
        lambda: (draw.integer(28, 256), draw.choice((1, 3)), stack(draw)),
        lambda n, c, steps: (
            steps[0][0] == "conv"
            and min(sides(n, steps, not_padded)) >= 3
            and sides(n, steps, rounded_up)[-1] != sides(n, steps, by_rules)[-1]
            and any(padding for *_, padding in steps)
        ),
    )
    after = sides(n, steps, by_rules)
    filters = [step[1] for step in steps if step[0] == "conv"]
    channels = filters[-1]
    up, bare = sides(n, steps, rounded_up)[-1], sides(n, steps, not_padded)[-1]
    return ask(
        f"An image of ({c}, {n}, {n}), channels first, goes through these layers in order. All of them round "
        "down.",
        Items(tuple(line(step_words(step)) for step in steps), ordered=True),
        "What is the shape at the end?",
        answer=Shape((channels, after[-1], after[-1]), AXES),
        hints=(
            "One layer after the other: write the side behind each of them.",
            "A convolution makes one map per filter; pooling keeps the number of maps.",
        ),
        solution=(
            "The side behind each layer:",
            Items(
                tuple(
                    line(working("floor((n + 2p - k)/s) + 1", n=before, p=padding, k=kernel, s=stride))
                    for before, (_, _, kernel, stride, padding) in zip((n, *after), steps, strict=False)
                ),
                ordered=True,
            ),
            f"The last convolution has {channels} filters: ({channels}, {after[-1]}, {after[-1]}).",
        ),
        mistakes=(
            Mistake("rounded-up", (channels, up, up), "Somewhere you rounded up; all layers round down."),
            Mistake("padding-ignored", (channels, bare, bare), "Padding lets the window start further out.")
            if bare not in (after[-1], up)
            else None,
            Mistake(
                "channels-of-input",
                (c, after[-1], after[-1]),
                "A convolution makes one map for each of its filters.",
            ),
        ),
    )


STEM = "a 7 × 7 convolution with 64 filters, stride 2, padding 3; 3 × 3 max pooling with stride 2, padding 1"
NETWORKS = {
    "vgg16": (
        "VGG-16",
        ("conv1", "conv2", "conv3", "conv4", "conv5"),
        "five stages of 64, 128, 256, 512 and 512 channels; 3 × 3 convolutions with stride 1 and padding 1; "
        "each stage ends with 2 × 2 max pooling, stride 2, no padding",
        "the pooling of stage number {}",
    ),
    "resnet18": (
        "ResNet-18",
        ("conv1", "pool1", "conv2_x", "conv3_x", "conv4_x", "conv5_x"),
        f"{STEM}; four stages of 64, 128, 256 and 512 channels, of which all but the first begin with a "
        "3 × 3 convolution with stride 2 and padding 1",
        "stage number {}",
    ),
    "resnet50": (
        "ResNet-50",
        ("conv1", "pool1", "conv2_x", "conv3_x", "conv4_x", "conv5_x"),
        f"{STEM}; four stages whose blocks end with 256, 512, 1024 and 2048 channels; all stages but "
        "the first halve the size by a 3 × 3 convolution with stride 2 and padding 1",
        "stage number {}",
    ),
}
"""Networks that take images of any size: title, places where the shape is looked at, layers in words."""


@lru_cache(maxsize=64)
def behind_stages(model: str, side: int) -> dict[str, tuple[int, ...]]:
    """Return the shape behind each stage, for a square image; a stage's last node counts."""
    network = zoo.model(model)
    shapes = rules.shapes(network, (3, side, side))
    stem = {"pool1"} if model != "vgg16" else set()
    ends = {node.name if node.name in stem else node.stage: shapes[node.name] for node in network.nodes}
    return {name: ends[name] for name in NETWORKS[model][1]}


def halved(side: int, times: int, *, up: bool) -> int:
    """Return a side halved several times, rounded up or down each time."""
    for _ in range(times):
        side = -(-side // 2) if up else side // 2
    return side


def halvings(model: str, stage: int) -> int:
    """Return how often the size was halved behind a stage; ResNet's stem does it twice."""
    return stage if model == "vgg16" else stage + 1


@question("architectures/stage-shape", title="A network at another size", points=2)
def stage_shape(draw: Draw) -> Question:
    """Give the shape behind a stage of a well-known network for an unusual image size."""
    model, side, stage = draw.until(
        lambda: (draw.choice(tuple(NETWORKS)), draw.integer(96, 640), draw.integer(2, 4)),
        lambda model, side, stage: (
            len({halved(side, halvings(model, stage), up=up) for up in (True, False)}) > 1
        ),
    )
    title, names, layers, place = NETWORKS[model]
    stem = names.index("conv2_x") - 1 if model != "vgg16" else -1
    behind = behind_stages(model, side)
    at = stage + stem
    channels, right, _ = behind[names[at]]
    before = behind[names[at - 1]]
    other = halved(side, halvings(model, stage), up=model == "vgg16")
    return ask(
        f"{title} consists of {layers}. Its input is (3, {side}, {side}), which is not the usual size. All "
        f"layers round down. What is the shape behind {place.format(stage)}?",
        answer=Shape((channels, right, right), AXES),
        hints=(
            "Write the side behind every layer that halves; nothing else changes it.",
            "An odd side cannot be cut in half. Use the formula for the size with its padding: it tells "
            "which way the half goes.",
        ),
        solution=(
            Items(tuple(line(f"{name}: `{behind[name]}`") for name in names[: at + 1])),
            "A 2 × 2 window without padding gives $floor(n/2)$."
            if model == "vgg16"
            else "An odd kernel with stride 2 and half padding gives $ceil(n/2)$.",
        ),
        mistakes=(
            Mistake(
                "rounded-the-other-way",
                (channels, other, other),
                "Work out an odd side with the formula: the padding decides which way the half is rounded.",
            ),
            Mistake("one-stage-early", before, "This is the shape one stage earlier."),
        ),
    )


def way_through(depth: int, convolutions: int, bottom: int) -> tuple[int, int, list[int], list[int]]:
    """Return the sides entering each level on the way down and leaving it on the way up, no cell left over.

    `bottom` is what leaves the lowest level; each convolution takes 2 off.
    """
    loss = 2 * convolutions
    down, up = [bottom + loss], [bottom]
    for _ in range(depth):
        down.insert(0, 2 * down[0] + loss)
        up.append(2 * up[-1] - loss)
    return depth, convolutions, down, up


@question("architectures/tile", title="How much does a U-Net return?", points=2)
def tile(draw: Draw) -> Question:
    """Follow a tile down and up a U-Net without padding."""
    depth, convolutions, down, up = draw.until(
        lambda: way_through(draw.integer(2, 4), draw.integer(1, 3), draw.integer(8, 80)),
        lambda depth, convolutions, down, up: 4 * up[-1] > down[0],
    )
    n, loss = down[0], 2 * convolutions
    word = "one 3 × 3 convolution" if convolutions == 1 else f"{convolutions} convolutions of 3 × 3"
    return ask(
        f"A U-Net without padding goes down {depth} levels and up again. On each level, down and up, and at "
        f"the bottom, stand{'s' * (convolutions == 1)} {word}; in between, 2 × 2 pooling halves the size on "
        f"the way down and a 2 × 2 transposed convolution with stride 2 doubles it on the way up. The tile "
        f"that goes in is {n} × {n}. How wide is what comes out?",
        answer=Integer(up[-1]),
        hints=(
            "Without padding, a 3 × 3 convolution takes 2 off the width.",
            "Go down level by level and write the widths; then go up.",
        ),
        solution=(
            "Entering the levels on the way down: " + ", ".join(map(str, down)) + ".",
            "Leaving the levels, from the bottom up: " + ", ".join(map(str, up)) + ".",
        ),
        mistakes=(
            Mistake("same", n, "Every convolution takes something off: there is no padding."),
            Mistake(
                "once",
                n - (2 * depth + 1) * loss,
                "What is lost at a lower level counts more: it is doubled on the way up.",
            ),
            Mistake("not-on-the-way-up", 2**depth * up[0], "The convolutions on the way up shrink as well."),
        ),
    )


# Which one is it, and who counted?

Variant = tuple[str, str, tuple[tuple[str, object], ...]]
"""Words, network, options."""

RELATIVES: tuple[tuple[str, tuple[Variant, ...]], ...] = (
    (
        "AlexNet",
        (
            ("two groups, as in the paper", "alexnet_two_groups", ()),
            ("one tower, every filter sees all maps", "alexnet_one_tower", ()),
            ("torchvision's, with the widths of 2014", "alexnet", ()),
            ("ZFNet, its successor of 2013", "zfnet", ()),
        ),
    ),
    (
        "VGG",
        (
            ("11 layers (configuration A)", "vgg11", ()),
            ("13 layers (configuration B)", "vgg13", ()),
            ("16 layers, three of them 1 × 1 (configuration C)", "vgg16_c", ()),
            ("16 layers (configuration D)", "vgg16", ()),
            ("19 layers (configuration E)", "vgg19", ()),
        ),
    ),
    (
        "ResNet",
        (
            ("34 layers, zeros in the shortcuts (option A)", "resnet34_paper", (("shortcut", "A"),)),
            ("34 layers, projections (option B)", "resnet34", ()),
            ("50 layers, stride in the 1 × 1 convolution (the paper)", "resnet50_paper", ()),
            ("50 layers, stride in the 3 × 3 convolution (torchvision)", "resnet50", ()),
            ("18 layers", "resnet18", ()),
        ),
    ),
    (
        "MobileNet",
        (
            ("version 1, full width", "mobilenet_v1", ()),
            ("version 1, width 0.75", "mobilenet_v1", (("width", 0.75),)),
            ("version 1, width 0.5", "mobilenet_v1", (("width", 0.5),)),
            ("version 2", "mobilenet_v2", ()),
        ),
    ),
)
"""Networks under one name that a count tells apart."""


@lru_cache(maxsize=256)
def counted(variant: Variant, side: int) -> tuple[int, int]:
    """Return parameters and multiply-adds for a square image; side 0 means the usual one."""
    network = zoo.model(variant[1], **dict(variant[2]))
    rows = measure.trace(network, (3, side, side) if side else None).rows
    return sum(row.parameters for row in rows), sum(row.macs for row in rows)


def rounded(count: int) -> str:
    """Return a count with three digits, as tools print it."""
    for unit, name in ((10**9, "billion"), (10**6, "million")):
        if count >= unit:
            scaled = count * 1000 // unit
            digits = 2 if scaled < 10_000 else 1 if scaled < 100_000 else 0
            return f"{float(round(Fraction(count, unit), digits)):.{digits}f} {name}"
    return comma(count)


@question("architectures/which-variant", title="Which variant is this?", points=2)
def which_variant(draw: Draw) -> Question:
    """Tell networks of one name apart by parameters and multiply-adds."""
    name, variants = draw.choice(RELATIVES)
    side = 0 if name == "AlexNet" else 32 * draw.integer(5, 12)
    right, *others = draw.sample(variants, 4)
    parameters, macs = counted(right, side)
    given = f"one image of {side} × {side}" if side else "one image of its usual size"
    return ask(
        f"Somebody counts a network that is called “{name}”: {rounded(parameters)} parameters, and "
        f"{rounded(macs)} multiply-adds for {given}. Which variant is it?",
        answer=Choice.of(
            draw,
            right[0],
            *(
                Option(
                    other[0],
                    f"That one has {rounded(counted(other, side)[0])} parameters and "
                    f"{rounded(counted(other, side)[1])} multiply-adds.",
                    f"variant-{place}",
                )
                for place, other in enumerate(others, start=1)
            ),
        ),
        hints=(
            "What differs between the options: the weights, the positions at which they are used, or both?",
            "A stride that moves from one layer to the next changes the work and leaves the parameters "
            "alone; fewer connections change both.",
        ),
        solution=(
            f"It is “{right[0]}”: {comma(parameters)} parameters and {comma(macs)} multiply-adds.",
            Items(
                tuple(
                    line(f"{other[0]}: {comma(counted(other, side)[0])} and {comma(counted(other, side)[1])}")
                    for other in others
                )
            ),
        ),
    )


TOOLS: dict[str, str] = {
    "torchprofile": "one per multiply-add, one per normalized value",
    "fvcore": "one per multiply-add, two per normalized value",
    "thop": "one per multiply-add, four per normalized value",
    "flop-counter-mode": "two per multiply-add, nothing else",
    "torchvision": "one per multiply-add, nothing else",
}
"""Conventions that the question can say in one line; the figures come from `measure`."""


def layer_network(c: int, f: int, k: int, o: int) -> arch.Network:
    """Return one convolution that keeps the size, with batch normalization behind it."""
    return arch.chain(
        "layer", arch.Input(c, o, o), arch.Conv2d(f, k, padding=k // 2, bias=False), arch.BatchNorm2d()
    )


@question("architectures/tool-figure", title="What will the tool print?", points=2)
def tool_figure(draw: Draw) -> Question:
    """Count a convolution with batch normalization as a tool does."""
    c, f, o = 8 * draw.integer(1, 32), 8 * draw.integer(1, 32), draw.choice((7, 8, 14, 16, 28, 32, 56))
    k, tool = draw.choice((1, 3, 5)), draw.choice(tuple(TOOLS))
    network = layer_network(c, f, k, o)
    parts = measure.breakdown(network, tool)
    title = measure.convention(tool).title
    macs, values = k * k * c * f * o * o, f * o * o
    wrong = {
        "normalization-dropped": (parts.multiply_adds, "This tool counts the normalization as well."),
        "doubled": (2 * macs, "This tool counts a multiply-add once, whatever it calls it."),
        "halved": (macs, "This tool counts two for each multiply-add."),
        "weights": (k * k * c * f, f"These are the weights; each works at ${o}^2 = {o * o}$ positions."),
        "normalization-per-channel": (
            parts.multiply_adds + parts.normalization // (o * o),
            "Normalizing touches every value of the map, not one per channel.",
        ),
    }
    usual = {parts.total}
    mistakes = []
    for name, (value, because) in wrong.items():
        if value not in usual:
            usual.add(value)
            mistakes.append(Mistake(name, value, because))
    return ask(
        f"A {k} × {k} convolution without bias turns {c} channels into {f} on maps of {o} × {o} (the size is "
        f"kept), and a batch normalization follows. The tool {title} counts: {TOOLS[tool]}. Which number "
        "does it print for the two layers together?",
        answer=Integer(parts.total),
        hints=(
            "Multiply-adds first: weights of a filter, filters, positions.",
            "A normalized value is one entry of the map: channels times positions.",
        ),
        solution=(
            f"Multiply-adds: ${k}^2*{c}*{f}*{o}^2 = {macs}$. Normalized values: ${f}*{o}^2 = {values}$.",
            f"{title}: ${parts.multiply_adds} + {parts.normalization} = {parts.total}$.",
        ),
        mistakes=mistakes,
    )


@question("architectures/tool-conversion", title="From one tool to another", points=2)
def tool_conversion(draw: Draw) -> Question:
    """Convert a figure between two conventions."""
    c, f, o = 8 * draw.integer(2, 32), 8 * draw.integer(2, 32), draw.choice((7, 8, 14, 16, 28, 32, 56))
    network = layer_network(c, f, 3, o)
    first, second = draw.sample(tuple(TOOLS), 2)
    given, asked = measure.flops(network, first), measure.flops(network, second)
    macs, values = measure.macs(network), f * o * o
    (unit, each), (other_unit, other_each) = _rates(network, first), _rates(network, second)
    return ask(
        f"Two tools look at the same layers, in which {comma(values)} values are batch-normalized. "
        f"{measure.convention(first).title} counts {TOOLS[first]}, and prints {comma(given)}. "
        f"{measure.convention(second).title} counts {TOOLS[second]}. What does it print?",
        answer=Integer(asked),
        hints=(
            "Take apart what the first tool prints: what is left when the normalization is taken away?",
            "Once you have the multiply-adds alone, build the second figure from them.",
        ),
        solution=(
            f"Multiply-adds: $({given} - {each}*{values})/{unit} = {macs}$.",
            f"The second tool: ${other_unit}*{macs} + {other_each}*{values} = {asked}$.",
        ),
        mistakes=(
            Mistake("same-figure", given, "The two tools count differently."),
            Mistake(
                "added-without-taking-away",
                given + other_each * values,
                "Take away first what only the first tool counts.",
            )
            if each and other_each and given + other_each * values != asked
            else None,
            Mistake(
                "unit-ignored",
                unit * macs + other_each * values,
                "One of the tools counts two for each multiply-add, the other one.",
            )
            if unit != other_unit and unit * macs + other_each * values != given
            else None,
        ),
    )


def _rates(network: arch.Network, tool: str) -> tuple[int, int]:
    """Return what a tool counts per multiply-add and per normalized value."""
    parts = measure.breakdown(network, tool)
    values = measure.trace(network).rows[-1].elements
    return parts.multiply_adds // measure.macs(network), parts.normalization // values


@question("architectures/where-the-work-is", title="Where the weights are, where the work is", points=2)
def where_the_work_is(draw: Draw) -> Question:
    """Find the layer with the most parameters, or with the most multiply-adds."""
    quantity = draw.choice(("parameters", "multiply-adds"))
    side, widths, units = draw.until(
        lambda: (
            8 * draw.integer(2, 16),
            tuple(8 * draw.integer(1, 32) for _ in range(3)),
            (8 * draw.integer(1, 24), draw.choice((10, 100, 1000))),
        ),
        lambda side, widths, units: _clear(_small_network(side, widths, units), quantity),
    )
    rows = _counts(_small_network(side, widths, units), quantity)
    most = max(rows, key=lambda name: rows[name])
    steps = [
        f"{name}: 3 × 3 convolution to {width} channels, padding 1"
        + (", then 2 × 2 pooling" if at < 2 else "")
        for at, (name, width) in enumerate(zip(("conv1", "conv2", "conv3"), widths, strict=True))
    ]
    steps += [f"dense1: the flattened map to {units[0]} units", f"dense2: to {units[1]} units"]
    return ask(
        f"A small network reads images of (3, {side}, {side}):",
        Items(tuple(line(step) for step in steps)),
        f"Which layer has the most {quantity}?",
        answer=Choice.of(
            draw,
            most,
            *(
                Option(
                    name,
                    f"It has {comma(count)}; {most} has {comma(rows[most])}.",
                    f"not-{name}",
                )
                for name, count in rows.items()
                if name != most
            ),
        ),
        hints=(
            "A convolution uses its weights at every position; a dense layer uses each of its weights once.",
            "Work out the side of the map in front of each layer; pooling halves it.",
        ),
        solution=(
            Items(tuple(line(f"{name}: {comma(count)}") for name, count in rows.items())),
            f"The largest is {most}.",
        ),
    )


@lru_cache(maxsize=256)
def _small_network(side: int, widths: tuple[int, ...], units: tuple[int, ...]) -> arch.Network:
    layers: list[tuple[str, arch.Layer]] = []
    for at, width in enumerate(widths):
        layers.append((f"conv{at + 1}", arch.Conv2d(width, 3, padding=1)))
        if at < 2:
            layers.append((f"pool{at + 1}", arch.MaxPool2d(2)))
    dense = [(f"dense{at}", arch.Linear(count)) for at, count in enumerate(units, start=1)]
    return arch.chain("small", arch.Input(3, side, side), *layers, ("flatten", arch.Flatten()), *dense)


@lru_cache(maxsize=256)
def _counts(network: arch.Network, quantity: str) -> dict[str, int]:
    rows = [row for row in measure.trace(network).rows if row.weights]
    return {row.name: row.parameters if quantity == "parameters" else row.macs for row in rows}


def _clear(network: arch.Network, quantity: str) -> bool:
    """Say whether one layer leads by a fifth or more, so that no rounding decides."""
    first, second, *_ = sorted(_counts(network, quantity).values(), reverse=True)
    return 5 * first >= 6 * second


NOUNS = {
    "parameters": "parameters (with biases)",
    "weights": "weights (without biases)",
    "MACs": "multiply-adds",
    "units": "output values",
}


class Printed(NamedTuple):
    """A layer in words, what is printed about it, what comes out, how, and whether the two agree."""

    layer: str
    printed: str
    noun: str
    counted: int
    working: str
    agrees: bool


@lru_cache(maxsize=1)
def printed_rows() -> tuple[Printed, ...]:
    """Return what papers and courses print about single layers that a reader can count."""
    found = []
    for claim in zoo.claims():
        if claim.quantity not in NOUNS or not claim.where or claim.item == "C3":
            continue  # C3 of LeNet-5 has a table of connections, too long for a line
        rows = {row.name: row for row in measure.trace(zoo.model(claim.model, **dict(claim.options))).rows}
        row = rows.get(claim.where)
        if row is None or not row.macs or (claim.quantity == "units" and len(row.output) == 1):
            continue
        recounted = measure.recount(claim)
        title = zoo.entry(claim.model).title.partition(" (")[0]
        found.append(
            Printed(
                f"{title}: {layer_in_words(row)}",
                f"{spelled(claim)} {NOUNS[claim.quantity]}",
                NOUNS[claim.quantity],
                int(recounted.counted),
                product(row, claim.quantity),
                recounted.verdict != "differs",
            )
        )
    return tuple(found)


def spelled(claim: zoo.Claim) -> str:
    """Return a printed number; a K of 1024 is said."""
    return claim.printed + (" (K = 1024)" if claim.printed.endswith("K") else "")


def layer_in_words(row: measure.Row) -> str:
    """Return a convolution or dense layer with all that is needed to count it."""
    if len(row.output) == 1:
        return f"dense layer from {row.inputs[0][0]} to {row.output[0]} units"
    _, seen, kernel, _ = row.weights["weight"].shape
    channels = row.inputs[0][0]
    over = f"over {channels} channel{'s' * (channels > 1)}"
    if seen != channels:
        over = f"each over {seen} of the {channels} channels"
    return f"{row.output[0]} filters of {kernel} × {kernel}, {over}, output {row.output[1]} × {row.output[2]}"


def product(row: measure.Row, quantity: str) -> str:
    """Return the count of a layer as a relation between numbers."""
    weights = "*".join(map(str, row.weights["weight"].shape))
    made = row.output[0]
    positions = "*".join(map(str, row.output[1:])) or "1"
    text = {
        "parameters": f"{weights} + {made}",
        "weights": weights,
        "MACs": f"{weights}*{positions}",
        "units": f"{made}*{positions}",
    }[quantity]
    return working(text)


@question("architectures/printed-number", title="Spot the wrong number in print", points=3)
def printed_number(draw: Draw) -> Question:
    """Find the number that a count does not confirm: one that is printed, or one that we changed."""
    rows = printed_rows()
    right = draw.sample([row for row in rows if row.agrees], 4)
    if draw.integer(1, 2) == 1:
        wrong, end = draw.choice([row for row in rows if not row.agrees]), "That is how it is printed."
        shown = wrong.printed
    else:
        wrong, end = right[3], "The source has the right number; we changed it for this exercise."
        shown = f"{comma(wrong.counted * draw.choice((2, 3)) // draw.choice((1, 4)))} {wrong.noun}"
    return ask(
        "Four layers of famous networks, each with the number that somebody gives for it. Three numbers are "
        "right, if need be up to rounding. Which one is **wrong**?",
        answer=Choice.of(
            draw,
            f"{wrong.layer}: {shown}",
            *(
                Option(f"{row.layer}: {row.printed}", f"This one is right: {row.working}.", f"right-{place}")
                for place, row in enumerate(right[:3], start=1)
            ),
        ),
        hints=(
            "Weights of a convolution: filters, times the channels that one sees, times the kernel's cells.",
            "Output values: filters times positions. Multiply-adds: weights times positions.",
        ),
        solution=(f"Wrong is “{wrong.layer}: {shown}”. What comes out is {wrong.working}. {end}",),
    )
