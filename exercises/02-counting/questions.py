"""Counting: sizes through a network, parameters, multiply-adds, memory, and the shapes that frameworks use.

Letters: C input channels, F filters (output channels), k kernel side, n input side, o output side, G groups,
B examples in a batch, q bytes of a number. Kernels and images are square unless a question says otherwise. A
MAC is one multiply-add.
"""

from dataclasses import dataclass
from fractions import Fraction

from cnnmath import arch, measure, rules
from cnnmath.practice.author import (
    Choice,
    Domain,
    Draw,
    Expression,
    Integer,
    Mistake,
    Number,
    Option,
    Ordering,
    Question,
    Shape,
    Table,
    Variable,
    ask,
    question,
    working,
)

SIZE = "floor((n + 2p - k)/s) + 1"
DENSE = "F*(C*n^2 + 1)"
CONV = "F*C*k^2 + F"
WEIGHTS = "F*C*k^2"
GROUPED = "F*C*k^2/G + F"
SEPARABLE = "C*k^2 + C*F"
SEPARABLE_RATIO = "1/F + 1/k^2"
MACS = "F*C*k^2*o^2"
OPERATIONS = "F*o^2*(2*C*k^2 - 1)"
OPERATIONS_BIAS = "2*F*o^2*C*k^2"
MEMORY = "B*F*o^2*q"
LOCAL = "F*o^2*(C*k^2 + 1)"
SHARING = "o^2"
LOCALITY = "n^2/k^2"
STACK_SAVES = "C^2*((L*(k - 1) + 1)^2 - L*k^2)"
FILTERS = "P/(C*k^2 + 1)"

FILTER = Variable("F", "filters (output channels)", (1, 4), (1, 2**11))
CHANNEL = Variable("C", "input channels", (1, 4), (1, 2**11))
KERNEL = Variable("k", "kernel side", (1, 4), (1, 2**5), "kernel")
INPUT = Variable("n", "input side", (1, 6), (1, 2**10), "input")
OUTPUT = Variable("o", "output side", (1, 4), (1, 2**10), "output")
GROUPS = Variable("G", "groups", (1, 4), (1, 2**5))
BATCH = Variable("B", "examples in a batch", (1, 4), (1, 2**10))
BYTES = Variable("q", "bytes of one number", (1, 4), (1, 8))
LAYERS = Variable("L", "layers", (1, 5), (1, 2**6))

CONV_CASES = ((2, 3, 3), (4, 1, 2), (1, 2, 1), (3, 2, 5))
CONV_AREA = Domain("count-conv", (FILTER, CHANNEL, KERNEL), (), CONV_CASES)
GROUPED_AREA = Domain(
    "count-grouped",
    (FILTER, CHANNEL, KERNEL, GROUPS),
    ("F % G = 0", "C % G = 0"),
    ((4, 2, 3, 2), (4, 4, 1, 2), (6, 3, 3, 3), (4, 4, 3, 4), (2, 3, 3, 1)),
)
DENSE_AREA = Domain("count-dense", (FILTER, CHANNEL, INPUT), (), ((2, 3, 4), (5, 1, 3)))
MACS_AREA = Domain(
    "count-macs", (FILTER, CHANNEL, KERNEL, OUTPUT), (), ((2, 3, 3, 4), (4, 1, 2, 5), (3, 2, 1, 2))
)
MEMORY_AREA = Domain("count-memory", (BATCH, FILTER, OUTPUT, BYTES), (), ((2, 3, 4, 4),))
SHARING_AREA = Domain("count-sharing", (INPUT, KERNEL, OUTPUT), (), ((6, 3, 4),))
STACK_AREA = Domain("count-stack", (CHANNEL, KERNEL, LAYERS), (), ((2, 3, 2), (1, 3, 3)))
FILTERS_AREA = Domain(
    "count-filters", (Variable("P", "parameters", (1, 99), (1, 2**20)), CHANNEL, KERNEL), (), ()
)

HALF_PERCENT = Fraction(1, 200)
WIDTHS = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256)
BIAS = "Each filter has one bias, however many channels it reads and places it visits."


def size(n: int, k: int, s: int = 1, p: int = 0) -> int:
    """Return the output size, for conditions on what is drawn and for solutions."""
    return rules.output_size(n, k, stride=s, before=p, after=p)


def channels_words(count: int) -> str:
    """Return a number of channels in words."""
    return f"{count} channel{'s' if count > 1 else ''}"


def same_kernel(draw: Draw) -> int:
    """Draw an odd kernel side."""
    return draw.choice((3, 5, 7))


def group_words(groups: int) -> str:
    """Return a number of groups in words."""
    return f"in {groups} groups" if groups > 1 else "without groups"


# Parameters


@question("counting/dense", title="Everything connected to everything")
def dense(draw: Draw) -> Question:
    """Count the parameters of a fully connected layer that looks at an image."""
    n, channels, neurons = draw.integer(20, 240), draw.choice((1, 3)), 10 * draw.integer(2, 100)
    inputs = channels * n * n
    return ask(
        f"An image of {n} × {n} pixels with {channels_words(channels)} is flattened and fed to a fully "
        f"connected layer of {neurons} neurons, each with a bias. How many parameters does the layer have?",
        answer=Integer.of(DENSE, DENSE_AREA, F=neurons, C=channels, n=n),
        hints=(
            "How many numbers does one neuron look at?",
            "Each neuron has a weight for each of them and one bias more. Nothing is shared.",
        ),
        solution=(
            f"One neuron has a weight for each of the ${channels}*{n}^2 = {inputs}$ numbers, and a bias.",
            working(DENSE, F=neurons, C=channels, n=n),
        ),
        mistakes=(
            Mistake(
                "bias-dropped", neurons * inputs, "These are the weights; each neuron has a bias as well."
            ),
            Mistake(
                "one-bias",
                neurons * inputs + 1,
                "Each neuron has a bias of its own, not the whole layer one.",
            ),
            Mistake(
                "channels-forgotten",
                neurons * (n * n + 1),
                f"A pixel of this image is {channels} numbers, and each neuron looks at all of them.",
            )
            if channels > 1
            else None,
            Mistake("one-neuron", inputs + 1, "This is what one neuron needs; the layer has several."),
        ),
    )


@question("counting/conv", title="The parameters of a convolution")
def conv(draw: Draw) -> Question:
    """Count the parameters of a convolution; the image's size is there to be ignored."""
    n, k = draw.integer(14, 224), draw.choice((1, 3, 5, 7, 11))
    channels, filters = draw.choice((1, 3, *WIDTHS)), draw.choice(WIDTHS)
    weights = filters * channels * k * k
    return ask(
        f"A convolution with {filters} filters of {k} × {k} reads maps of {n} × {n} cells with "
        f"{channels_words(channels)}. Each filter has a bias. How many parameters does the layer have?",
        answer=Integer.of(CONV, CONV_AREA, F=filters, C=channels, k=k),
        hints=(
            "A filter is as deep as its input: how many weights does a single one have?",
            "The same filters are used in all places, so the size of the maps does not matter.",
        ),
        solution=(
            f"A filter has ${channels}*{k}^2 = {channels * k * k}$ weights and a bias; the {n} × {n} cells "
            "play no part.",
            working(CONV, F=filters, C=channels, k=k),
        ),
        mistakes=(
            Mistake("bias-dropped", weights, f"These are the weights. {BIAS}"),
            Mistake("one-bias", weights + 1, BIAS),
            Mistake(
                "channels-forgotten",
                filters * (k * k + 1),
                "Each filter has a kernel for every input channel.",
            )
            if channels > 1
            else None,
            Mistake(
                "kernel-not-squared",
                filters * channels * k + filters,
                f"The kernel has {k} rows of {k} weights.",
            )
            if k > 1
            else None,
            Mistake(
                "not-shared",
                n * n * (weights + filters),
                "You gave each place filters of its own. In a convolution all places share them.",
            ),
        ),
    )


@question("counting/filters", title="How many filters are there?")
def filters(draw: Draw) -> Question:
    """Find the number of filters from the parameters."""
    k, channels, count = draw.choice((1, 3, 5, 7)), draw.choice((1, 3, *WIDTHS)), 4 * draw.integer(2, 64)
    one = channels * k * k + 1
    total = count * one
    return ask(
        f"A layer file holds {total} numbers: the weights and biases of a convolution with {k} × {k} kernels "
        f"over {channels_words(channels)}. How many filters does it have?",
        answer=Integer.of(FILTERS, FILTERS_AREA, P=total, C=channels, k=k),
        hints=(
            "How many numbers belong to one filter?",
            "All its weights, over all channels, and its bias.",
        ),
        solution=(
            f"One filter has ${channels}*{k}^2 + 1 = {one}$ numbers.",
            working(FILTERS, P=total, C=channels, k=k),
        ),
        mistakes=(
            Mistake(
                "channels-forgotten",
                f"{total}/{k * k + 1}",
                "A filter has a kernel for every input channel, not one in all.",
            )
            if channels > 1 and total % (k * k + 1) == 0
            else None,
            Mistake(
                "kernels-counted",
                count * channels,
                "This is the number of kernels; the kernels over all channels make up one filter.",
            )
            if channels > 1
            else None,
            Mistake(
                "bias-dropped",
                total // (one - 1),
                "You divided by the weights of a filter; it has a bias as well.",
            ),
        ),
    )


@dataclass(frozen=True)
class Plan:
    """A convolution described in words, and what it stores."""

    channels: int
    filters: int
    k: int
    groups: int = 1
    bias: bool = True

    @property
    def parameters(self) -> int:
        """Weights, and a bias for each filter if there are any."""
        return self.filters * self.channels * self.k**2 // self.groups + self.filters * self.bias

    def __str__(self) -> str:
        biases = "with biases" if self.bias else "without biases"
        kernel, width = f"{self.k} × {self.k}", f"{self.channels} to {self.filters} channels"
        return f"{kernel}, {width}, {group_words(self.groups)}, {biases}"

    def working(self) -> str:
        """Return the count worked out."""
        if self.groups > 1:
            text, values = "F*C*k^2/G", {"G": self.groups}
        else:
            text, values = WEIGHTS, {}
        return working(text + " + F" * self.bias, F=self.filters, C=self.channels, k=self.k, **values)


@question("counting/which-layer", title="Bias or not, groups or not?", points=2)
def which_layer(draw: Draw) -> Question:
    """Tell four similar layers apart by their number of parameters."""
    channels, count, k, groups = draw.until(
        lambda: (draw.choice(WIDTHS), draw.choice(WIDTHS), same_kernel(draw), draw.choice((2, 4, 8))),
        lambda channels, count, k, groups: channels != count,
    )
    plans = {
        "with-bias": Plan(channels, count, k),
        "without-bias": Plan(channels, count, k, bias=False),
        "grouped": Plan(channels, count, k, groups),
        "swapped": Plan(count, channels, k),
    }
    name = draw.choice(tuple(plans))
    right = plans.pop(name)
    return ask(
        f"A convolution stores {right.parameters} trained numbers. Which of these layers is it?",
        answer=Choice.of(
            draw,
            str(right),
            *(
                Option(str(plan), f"This layer stores {plan.parameters}: {plan.working()}.", wrong)
                for wrong, plan in plans.items()
            ),
        ),
        hints=(
            f"Is the number a multiple of ${k}^2$? Biases spoil that, unless their number is one as well.",
            "Without groups, exchanging input and output channels leaves the weights as they are, but not "
            "the biases.",
        ),
        solution=f"It is the layer {right}: {right.working()}.",
    )


@question("counting/grouped", title="Parameters with groups", points=2)
def grouped(draw: Draw) -> Question:
    """Count the parameters of a grouped convolution."""
    groups, k = draw.choice((2, 4, 8, 16, 32)), same_kernel(draw)
    channels, count = groups * draw.integer(2, 16), groups * draw.integer(2, 16)
    weights = count * channels * k * k
    return ask(
        f"A convolution reads {channels} channels and has {count} filters of {k} × {k}, each with a bias, in "
        f"{groups} groups: channels and filters are divided equally among the groups, and a filter reads "
        "only the channels of its own group. How many parameters does the layer have?",
        answer=Integer.of(GROUPED, GROUPED_AREA, F=count, C=channels, k=k, G=groups),
        hints=(
            "How many channels does one filter read?",
            "Groups make the filters thinner. They do not change how many filters there are.",
        ),
        solution=(
            f"A filter reads ${channels}/{groups} = {channels // groups}$ channels.",
            working(GROUPED, F=count, C=channels, k=k, G=groups),
        ),
        mistakes=(
            Mistake(
                "groups-ignored",
                weights + count,
                "This is the count without groups: each filter would read all channels.",
            ),
            Mistake(
                "one-group",
                (weights // groups + count) // groups,
                f"This is what one group stores; there are {groups}.",
            ),
            Mistake("bias-dropped", weights // groups, f"These are the weights. {BIAS}"),
            Mistake(
                "bias-divided",
                (weights + count) // groups,
                "Grouping divides the channels that a filter reads. It does not take away filters, nor "
                "their biases.",
            ),
        ),
    )


@question("counting/separable", title="Depthwise, then pointwise", points=2)
def separable(draw: Draw) -> Question:
    """Count the weights of a depthwise-separable convolution."""
    channels, count, k = draw.until(
        lambda: (draw.choice(WIDTHS), 8 * draw.integer(2, 64), same_kernel(draw)),
        lambda channels, count, k: channels != count,
    )
    return ask(
        f"A depthwise {k} × {k} convolution filters each of {channels} channels on its own; a pointwise 1 × "
        f"1 convolution then mixes them into {count} channels. Neither has biases. How many weights do the "
        "two have together?",
        answer=Integer.of(SEPARABLE, CONV_AREA, F=count, C=channels, k=k),
        hints=(
            "Depthwise means one kernel for each channel, and no sum over channels.",
            "The pointwise part is an ordinary convolution with a kernel of a single cell. Add the two.",
        ),
        solution=(
            f"Depthwise: ${channels}*{k}^2 = {channels * k * k}$. Pointwise: ${channels}*{count} = "
            f"{channels * count}$.",
            working(SEPARABLE, C=channels, k=k, F=count),
        ),
        mistakes=(
            Mistake(
                "ordinary", channels * count * k * k, "This is the ordinary convolution that the two replace."
            ),
            Mistake(
                "depthwise-only",
                channels * k * k,
                "This is the depthwise part; the 1 × 1 part has weights too.",
            ),
            Mistake(
                "pointwise-only",
                channels * count,
                "This is the pointwise part; the depthwise part comes first.",
            ),
            Mistake(
                "filters-for-channels",
                count * k * k + channels * count,
                f"The depthwise part works on the {channels} channels that come in.",
            ),
        ),
    )


@question("counting/separable-share", title="What is left of the work?", points=2)
def separable_share(draw: Draw) -> Question:
    """Give the work of a depthwise-separable convolution as a share of the ordinary one."""
    count, k = draw.integer(8, 512), same_kernel(draw)
    channels = draw.choice(WIDTHS)
    return ask(
        f"A {k} × {k} convolution from {channels} to {count} channels is replaced by a depthwise {k} × {k} "
        "convolution and a 1 × 1 convolution, all without biases and with outputs of the same size. Which "
        "share of the multiply-adds is left? Answer with a fraction, or with a decimal number that is right "
        "to half a percent of itself.",
        answer=Number.of(SEPARABLE_RATIO, CONV_AREA, tolerance=HALF_PERCENT, F=count, k=k),
        hints=(
            "Write down the multiply-adds of both for one place of the output; the number of places cancels.",
            "Divide the sum by the ordinary convolution's product, term by term. One number cancels in both "
            "terms.",
        ),
        solution=(
            f"For one place: ${channels}*{k}^2 + {channels}*{count} = {channels * (k * k + count)}$ instead "
            f"of ${count}*{channels}*{k}^2 = {count * channels * k * k}$.",
            f"The {channels} input channels cancel: " + working(SEPARABLE_RATIO, F=count, k=k),
        ),
        mistakes=(
            Mistake("depthwise-only", f"1/{count}", "This is the share of the depthwise part alone."),
            Mistake("pointwise-only", f"1/{k * k}", "This is the share of the 1 × 1 part alone."),
            Mistake(
                "inverse",
                f"1/(1/{count} + 1/{k * k})",
                "This says how many times less; the share is one over it.",
            ),
            Mistake(
                "product", f"1/{count * k * k}", "The two steps follow each other, so their shares add up."
            ),
        ),
    )


LETTERS = {"F": "FMO", "C": "CDI", "k": "kKf", "G": "GgH", "o": "oQh"}


def in_other_letters(draw: Draw, asked: Question, names: str) -> Question:
    """Return the question in letters of another book."""
    return asked.relabeled({name: draw.choice(LETTERS[name]) for name in names})


@question("counting/formula-conv", title="Parameters, as a formula", points=2)
def formula_conv(draw: Draw) -> Question:
    """Type the parameters of a convolution, with biases or without."""
    bias = draw.choice((True, False))
    given = "each with a bias" if bias else "without biases"
    text = CONV if bias else WEIGHTS
    asked = ask(
        f"A convolution has $F$ filters of $k$ by $k$ cells over $C$ input channels, {given}. Type a formula "
        "for the number of its parameters.",
        answer=Expression(text, CONV_AREA, ("F*(C*k*k + 1)",) if bias else ("C*F*k*k",)),
        hints=(
            "Count the weights of a single filter first.",
            "All filters have as many. The size of the image is not given, since it is not needed.",
        ),
        solution=(
            f"A filter has $C*k^2$ weights{', and one bias' if bias else ' and no bias'}; there are $F$ "
            "filters:",
            f"${text}$",
        ),
        mistakes=(
            Mistake("bias-dropped", WEIGHTS, f"The biases are missing. {BIAS}")
            if bias
            else Mistake("bias-counted", CONV, "These filters have no biases."),
            Mistake(
                "channels-forgotten", "F*k^2 + F" if bias else "F*k^2", "Each filter reads all $C$ channels."
            ),
            Mistake(
                "kernel-not-squared",
                "F*C*k + F" if bias else "F*C*k",
                "The kernel has $k$ rows of $k$ weights.",
            ),
            Mistake("bias-per-kernel", "F*C*(k^2 + 1)", BIAS) if bias else None,
        ),
    )
    return in_other_letters(draw, asked, "FCk")


@question("counting/formula-grouped", title="Parameters with groups, as a formula", points=3)
def formula_grouped(draw: Draw) -> Question:
    """Type the parameters of a grouped convolution, with biases or without."""
    bias = draw.choice((True, False))
    given = "each with a bias" if bias else "without biases"
    text = GROUPED if bias else "F*C*k^2/G"
    asked = ask(
        "A convolution in $G$ groups reads $C$ channels in all and has $F$ filters in all, of $k$ by $k$ "
        f"cells, {given}. A filter reads only the channels of its own group. Type a formula for the number "
        "of parameters.",
        answer=Expression(text, GROUPED_AREA, ("F*(C/G*k^2 + 1)",) if bias else ("(F/G)*(C/G)*k^2*G",)),
        hints=(
            "How many channels does one filter read?",
            "The number of filters, and so of biases, is the same as without groups.",
        ),
        solution=(
            f"A filter reads $C/G$ channels, so it has $C/G*k^2$ weights{', and a bias' if bias else ''}; "
            "there are $F$ filters:",
            f"${text}$",
        ),
        mistakes=(
            Mistake(
                "groups-ignored",
                CONV if bias else WEIGHTS,
                "Each filter would read all channels; with groups it reads fewer.",
            ),
            Mistake(
                "one-group",
                "F*C*k^2/G^2 + F/G" if bias else "F*C*k^2/G^2",
                "This is what one group stores; there are $G$ of them.",
            ),
            Mistake("bias-divided", "(F*C*k^2 + F)/G", "Groups take away no filters, and each has its bias.")
            if bias
            else None,
            Mistake(
                "multiplied",
                "F*C*k^2*G + F" if bias else "F*C*k^2*G",
                "Groups save weights: each filter reads fewer channels.",
            ),
        ),
    )
    return in_other_letters(draw, asked, "FCkG")


# Sharing


@question("counting/locally-connected", title="The same window, without sharing", points=2)
def locally_connected(draw: Draw) -> Question:
    """Count the parameters of a layer that shares nothing."""
    n, k, s, channels, count = draw.until(
        lambda: (
            draw.integer(12, 64),
            same_kernel(draw),
            draw.integer(1, 3),
            draw.choice((1, 3, 8)),
            draw.integer(4, 32),
        ),
        lambda n, k, s, channels, count: n > k + s and size(n, k, s) != n,
    )
    o = size(n, k, s)
    shared = count * (channels * k * k + 1)
    return ask(
        f"A locally connected layer works like a convolution with {count} filters of {k} × {k}, stride {s} "
        f"and no padding, but every place has weights and biases of its own. Its input has {n} × {n} cells "
        f"and {channels_words(channels)}. How many parameters does it have?",
        answer=Integer.of(LOCAL, MACS_AREA, F=count, C=channels, k=k, o=o),
        hints=(
            "How many places are there? Count them as you would for a convolution.",
            "A convolution would need one set of filters with their biases. Here each place has a set.",
        ),
        solution=(
            f"The window has {o} places along each axis: " + working(SIZE, n=n, p=0, k=k, s=s),
            working(LOCAL, F=count, o=o, C=channels, k=k),
        ),
        mistakes=(
            Mistake("shared", shared, "This is the convolution, in which all places share one set."),
            Mistake(
                "bias-shared",
                count * (o * o * channels * k * k + 1),
                "The biases are not shared either: each output has its own.",
            ),
            Mistake("one-axis", o * shared, f"The window has {o} places along each of two axes."),
            Mistake(
                "input-places",
                n * n * shared,
                "A window does not fit at every cell of the input: count the outputs.",
            ),
        ),
    )


@question("counting/sharing-factor", title="What does sharing save?")
def sharing_factor(draw: Draw) -> Question:
    """Compare the weights of a locally connected layer with those of a convolution."""
    n, k, s, p = draw.until(
        lambda: (draw.integer(16, 227), draw.choice((3, 5, 7, 11)), draw.integer(1, 4), draw.integer(0, 3)),
        lambda n, k, s, p: 2 * p < k and n > k + s and size(n, k, s, p) != n,
    )
    o = size(n, k, s, p)
    count = draw.choice(WIDTHS)
    return ask(
        f"An input of {n} × {n} cells is read by {count} filters of {k} × {k} with stride {s} and padding "
        f"{p} on each side. How many times as many weights does the layer have if no two places share them? "
        "Leave biases out.",
        answer=Integer.of(SHARING, SHARING_AREA.fixed(n=n, k=k), o=o),
        hints=(
            "Sharing means one set of weights for all places. How many places are there?",
            "Work out the output's side; the places form a square.",
        ),
        solution=(
            "Places along one axis: " + working(SIZE, n=n, p=p, k=k, s=s),
            f"One set of weights for each place instead of one for all: ${o}^2 = {o * o}$ times as many.",
        ),
        mistakes=(
            Mistake("one-axis", o, "These are the places along one axis; the window moves along two."),
            Mistake(
                "input-places",
                n * n,
                "Count the places of the window, which are the outputs, not the input's cells.",
            ),
            Mistake(
                "filters-counted",
                o * o * count,
                "The number of filters is the same in both layers, so it cancels.",
            ),
        ),
    )


@question("counting/locality-factor", title="What does looking nearby save?")
def locality_factor(draw: Draw) -> Question:
    """Compare the weights of a fully connected layer with those of a locally connected one."""
    n, k, o = draw.integer(16, 256), draw.choice((3, 5, 7, 11)), draw.integer(5, 15)
    channels = draw.choice((1, 3, 16))
    return ask(
        f"A fully connected layer and a locally connected one turn {n} × {n} cells with "
        f"{channels_words(channels)} into the same number of outputs. Each output of the second looks at a "
        f"{k} × {k} window only. How many times as many weights does the first have? Answer with a fraction, "
        "or with a decimal number that is right to half a percent of itself. Leave biases out.",
        answer=Number.of(LOCALITY, SHARING_AREA.fixed(o=o), tolerance=HALF_PERCENT, n=n, k=k),
        hints=(
            "Look at one output: how many weights does it have in each layer?",
            "Both look at all channels, so their number cancels.",
        ),
        solution=(
            f"One output has ${channels}*{n}^2 = {channels * n * n}$ weights in the first layer and "
            f"${channels}*{k}^2 = {channels * k * k}$ in the second.",
            working(LOCALITY, n=n, k=k),
        ),
        mistakes=(
            Mistake("one-axis", f"{n}/{k}", "Compare areas: image and window have two axes."),
            Mistake(
                "inverse", f"{k * k}/{n * n}", "You divided the other way round; the first layer has more."
            ),
            Mistake(
                "not-divided", n * n, "The second layer has weights as well: divide by those of its window."
            ),
        ),
    )


# Work and memory


@question("counting/macs", title="Multiply-adds of a convolution", points=2)
def macs(draw: Draw) -> Question:
    """Count the multiply-adds of a convolution, output size included."""
    n, k, s, p, channels, count = draw.until(
        lambda: (
            draw.integer(14, 128),
            draw.choice((3, 5, 7)),
            draw.integer(1, 3),
            draw.integer(0, 3),
            draw.choice((1, 3, *WIDTHS)),
            draw.choice(WIDTHS),
        ),
        lambda n, k, s, p, channels, count: 2 * p < k and size(n, k, s, p) != n,
    )
    o = size(n, k, s, p)
    weights = count * channels * k * k
    return ask(
        f"A convolution with {count} filters of {k} × {k}, stride {s} and padding {p} on each side reads {n} "
        f"× {n} cells with {channels_words(channels)}. How many multiply-adds (MACs) does it need for one "
        "image? Products with padding count as well; biases do not.",
        answer=Integer.of(MACS, MACS_AREA, F=count, C=channels, k=k, o=o),
        hints=(
            "Work out the size of the output first.",
            "Every output number is a sum of products: one for each weight of its filter.",
        ),
        solution=(
            "The output's side: " + working(SIZE, n=n, p=p, k=k, s=s),
            f"Each of the ${count}*{o}^2 = {count * o * o}$ outputs takes ${channels}*{k}^2 = "
            f"{channels * k * k}$ multiply-adds.",
            working(MACS, F=count, C=channels, k=k, o=o),
        ),
        mistakes=(
            Mistake(
                "input-size",
                weights * n * n,
                "You multiplied by the input's cells; the work is done once for each output.",
            ),
            Mistake("flops", 2 * weights * o * o, "You counted product and addition apart: one MAC is both."),
            Mistake("weights", weights, "These are the weights. Each is used once in every place."),
            Mistake("one-axis", weights * o, "The output has two axes: its side counts twice."),
            Mistake(
                "channels-forgotten",
                count * k * k * o * o,
                "Each output adds up the products of all input channels.",
            )
            if channels > 1
            else None,
            Mistake(
                "bias-counted",
                (weights + count) * o * o,
                "A bias is added without a product; the question leaves it out.",
            ),
        ),
    )


@question("counting/operations", title="From MACs to FLOPs, exactly", points=2)
def operations(draw: Draw) -> Question:
    """Count every product and every addition of a convolution."""
    o, k, bias = draw.integer(6, 60), draw.choice((1, 3, 5)), draw.choice((True, False))
    channels, count = draw.choice((3, *WIDTHS)), draw.choice(WIDTHS)
    one, outputs = channels * k * k, count * o * o
    text = OPERATIONS_BIAS if bias else OPERATIONS
    given = "each with a bias" if bias else "without biases"
    additions = (
        f"{one - 1} additions join the products and one more adds the bias"
        if bias
        else f"only {one - 1} additions join them"
    )
    return ask(
        f"A convolution has {count} filters of {k} × {k} over {channels_words(channels)}, {given}, and its "
        f"output is {o} × {o}. Count each product and each addition that is really needed as one "
        "floating-point operation (FLOP). How many are there?",
        answer=Integer.of(text, MACS_AREA, F=count, C=channels, k=k, o=o),
        hints=(
            "Take one output number: how many products, and how many additions between them?",
            "To add up three numbers takes two additions. A bias takes one more.",
        ),
        solution=(
            f"One output takes {one} products; {additions}.",
            working(text, F=count, C=channels, k=k, o=o),
        ),
        mistakes=(
            Mistake("macs", one * outputs, "These are the multiply-adds: each is a product and an addition."),
            Mistake(
                "bias-forgotten" if bias else "one-addition-too-many",
                (2 * one - 1 if bias else 2 * one) * outputs,
                "The additions that join the products are there; the one for the bias is missing."
                if bias
                else "This is the round number, 2 for each MAC. The first product needs no addition, though.",
            ),
            Mistake(
                "bias-twice" if bias else "bias-counted",
                (2 * one + 1) * outputs,
                "Joining the products takes one addition fewer than there are products."
                if bias
                else "There are no biases, and joining products takes one addition fewer than that.",
            ),
        ),
    )


@question("counting/memory", title="Memory of the activations")
def memory(draw: Draw) -> Question:
    """Count the bytes of a layer's output."""
    batch, count, o = 2 ** draw.integer(2, 8), draw.choice(WIDTHS), draw.integer(7, 112)
    name, width = draw.choice((("float32", 4), ("float16", 2)))
    return ask(
        f"A layer returns {count} maps of {o} × {o} for each of {batch} images in a batch, stored as {name} "
        f"({width} bytes a number). How many bytes does its output take?",
        answer=Integer.of(MEMORY, MEMORY_AREA, B=batch, F=count, o=o, q=width),
        hints=(
            "How many numbers does the layer return for one image?",
            "Then for the whole batch; then in bytes. The weights play no part.",
        ),
        solution=(
            f"For one image there are ${count}*{o}^2 = {count * o * o}$ numbers.",
            working(MEMORY, B=batch, F=count, o=o, q=width),
        ),
        mistakes=(
            Mistake("one-image", count * o * o * width, f"This is one image; the batch has {batch}."),
            Mistake("numbers", batch * count * o * o, "These are the numbers; each takes several bytes."),
            Mistake("one-axis", batch * count * o * width, f"A map has {o} rows of {o} numbers."),
            Mistake("one-map", batch * o * o * width, f"Each image has {count} maps."),
            Mistake("bits", 8 * batch * count * o * o * width, "These are bits; a byte is eight of them."),
        ),
    )


@question("counting/stack-saves", title="A stack of small kernels", points=2)
def stack_saves(draw: Draw) -> Question:
    """Compare a stack of small kernels with the one large kernel that sees as much."""
    layers, k, channels = draw.integer(2, 5), draw.choice((3, 5)), 8 * draw.integer(1, 48)
    large = layers * (k - 1) + 1
    return ask(
        f"A stack of {layers} convolutions of {k} × {k} with stride 1 sees as much as a single convolution "
        f"of {large} × {large}. All have {channels} channels coming in and {channels} going out, and no "
        "biases. How many weights does the stack save?",
        answer=Integer.of(STACK_SAVES, STACK_AREA, C=channels, k=k, L=layers),
        hints=(
            "Count the weights of the stack and of the large kernel; each layer has a kernel for every pair "
            "of input and output channel.",
            "The pairs of channels are the same everywhere; compare the kernels' areas.",
        ),
        solution=(
            f"The stack has ${layers}*{k}^2*{channels}^2 = {layers * k * k * channels**2}$ weights, the "
            f"large kernel ${large}^2*{channels}^2 = {large**2 * channels**2}$.",
            working(STACK_SAVES, C=channels, k=k, L=layers),
        ),
        mistakes=(
            Mistake(
                "channels-once",
                channels * (large**2 - layers * k * k),
                "Each layer has a kernel for every pair of an input and an output channel.",
            ),
            Mistake(
                "channels-forgotten",
                large**2 - layers * k * k,
                "This is the saving for one pair of channels; there are many pairs.",
            ),
            Mistake(
                "stack",
                layers * k * k * channels**2,
                "This is what the stack has; the question asks what it saves.",
            ),
            Mistake(
                "one-layer",
                channels**2 * (large**2 - k * k),
                f"This compares with one small layer; the stack has {layers}.",
            ),
        ),
    )


# Frameworks

PLACES = ("first", "second", "third", "fourth")


@question("counting/layout", title="Channels first or last?")
def layout(draw: Draw) -> Question:
    """Give the shape of an output tensor in a framework's order."""
    batch, n, k, s, channels, count = draw.until(
        lambda: (
            draw.choice((8, 16, 32, 64)),
            draw.integer(20, 120),
            same_kernel(draw),
            draw.integer(1, 2),
            draw.choice((1, 3)),
            draw.choice(WIDTHS),
        ),
        lambda batch, n, k, s, channels, count: len({batch, count, size(n, k, s)}) == 3,
    )
    o = size(n, k, s)
    first, last = (batch, count, o, o), (batch, o, o, count)
    name, right, other = draw.choice((("PyTorch", first, last), ("Keras", last, first)))
    return ask(
        f"A batch of {batch} images of {n} × {n} pixels with {channels_words(channels)} goes through a "
        f"convolution with {count} filters of {k} × {k}, stride {s}, no padding. What is the shape of the "
        f"output tensor in {name}, with its usual order of axes?",
        answer=Shape(right, PLACES),
        hints=(
            "The four numbers are the same in every framework: examples, channels, rows, columns. Work them "
            "out first.",
            "PyTorch puts channels before rows and columns, Keras and TensorFlow behind them.",
        ),
        solution=(
            "Rows and columns: " + working(SIZE, n=n, p=0, k=k, s=s),
            f"In {name}: `{right}`.",
        ),
        mistakes=(
            Mistake(
                "other-order",
                other,
                f"The numbers are right; this is the order of the other camp. The question asks for {name}.",
            ),
            Mistake(
                "input-channels",
                tuple(channels if axis == count else axis for axis in right),
                "The number of channels that come out is the number of filters.",
            ),
            Mistake(
                "input-size",
                tuple(n if axis == o else axis for axis in right),
                "Without padding the maps shrink.",
            ),
        ),
    )


@question("counting/weight-order", title="The shape of the weights", points=2)
def weight_order(draw: Draw) -> Question:
    """Give the shape of a convolution's weights in a framework's order."""
    rows, columns = draw.sample((2, 3, 5, 7), 2)
    groups = draw.choice((1, 2, 4))
    channels, count = draw.until(
        lambda: (groups * draw.choice((4, 6, 10, 12)), groups * draw.choice((8, 16, 20, 24, 32))),
        lambda channels, count: len({channels, count, channels // groups, rows, columns}) >= 4,
    )
    depth = channels // groups
    torch, keras = (count, depth, rows, columns), (rows, columns, depth, count)
    name, right, other = draw.choice((("PyTorch", torch, keras), ("Keras", keras, torch)))
    swapped = (depth, count, rows, columns) if name == "PyTorch" else (rows, columns, count, depth)
    turned = (count, depth, columns, rows) if name == "PyTorch" else (columns, rows, depth, count)
    return ask(
        f"A convolution from {channels} to {count} channels has kernels of {rows} rows and {columns} columns"
        f"{f', in {groups} groups' if groups > 1 else ''}. What is the shape of its weights in {name}?",
        answer=Shape(right, PLACES),
        hints=(
            "PyTorch lists filters first: a filter is a stack of kernels, one for each channel that it "
            "reads.",
            "TensorFlow and Keras begin with the kernel's rows and columns and end with the filters."
            + (" With groups, a filter reads fewer channels." if groups > 1 else ""),
        ),
        solution=(
            f"Each of the {count} filters reads ${channels}/{groups} = {depth}$ channels."
            if groups > 1
            else f"Each of the {count} filters reads all {channels} channels.",
            f"In {name}: `{right}`.",
        ),
        mistakes=(
            Mistake(
                "other-order", other, f"This is the order of the other camp; the question asks for {name}."
            ),
            Mistake("channels-swapped", swapped, "Input and output channels are the other way round."),
            Mistake("kernel-turned", turned, "Rows come before columns."),
            Mistake(
                "groups-ignored",
                tuple(channels if axis == depth else axis for axis in right),
                f"In {groups} groups, a filter reads {depth} channels.",
            )
            if groups > 1 and depth not in (rows, columns)
            else None,
        ),
    )


@question("counting/four-strides", title="A stride of four numbers", points=2)
def four_strides(draw: Draw) -> Question:
    """Read strides and padding of TensorFlow's low-level convolution."""
    batch, n, k, s, channels, count = draw.until(
        lambda: (
            draw.choice((1, 8, 16, 32)),
            draw.integer(15, 120),
            same_kernel(draw),
            draw.integer(2, 4),
            draw.choice((1, 3, 8)),
            draw.choice(WIDTHS),
        ),
        lambda batch, n, k, s, channels, count: n % s and size(n, k, s) != n // s,
    )
    mode = draw.choice(("SAME", "VALID"))
    text, o = ("ceil(n/s)", -(-n // s)) if mode == "SAME" else ("floor((n - k)/s) + 1", size(n, k, s))
    swapped = size(n, k, s) if mode == "SAME" else -(-n // s)
    values = {"n": n, "s": s} if mode == "SAME" else {"n": n, "k": k, "s": s}
    return ask(
        f'`tf.nn.conv2d(x, w, strides=[1, {s}, {s}, 1], padding="{mode}")` is called with `x` of shape '
        f"`({batch}, {n}, {n}, {channels})` and `w` of shape `({k}, {k}, {channels}, {count})`. What is the "
        "shape of the result?",
        answer=Shape((batch, o, o, count), PLACES),
        hints=(
            "The four strides belong to the four axes of `x`: examples, rows, columns, channels.",
            "SAME promises as many outputs as there are strides in the row, the last one counted even if it "
            "is cut short; VALID pads nothing.",
        ),
        solution=(
            f"Stride {s} along rows and columns, every example, every channel. Rows and columns: "
            f"{working(text, **values)}",
            f"The result has the shape `{(batch, o, o, count)}`.",
        ),
        mistakes=(
            Mistake("channels-first", (batch, count, o, o), "TensorFlow keeps the channels last."),
            Mistake(
                "other-padding",
                (batch, swapped, swapped, count),
                f"This is the size for the other padding; here it is {mode}.",
            ),
            Mistake(
                "input-channels",
                (batch, o, o, channels),
                "The channels that come out are those of the filters.",
            ),
            Mistake(
                "stride-ignored",
                (batch, n, n, count) if mode == "SAME" else (batch, n - k + 1, n - k + 1, count),
                f"The stride of {s} makes the maps smaller.",
            ),
        ),
    )


ORDERS = {
    ("images", "PyTorch", "Keras"): (0, 2, 3, 1),
    ("images", "Keras", "PyTorch"): (0, 3, 1, 2),
    ("the weights of a convolution", "PyTorch", "Keras"): (2, 3, 1, 0),
    ("the weights of a convolution", "Keras", "PyTorch"): (3, 2, 0, 1),
}
"""What is carried over, from where and where to: the axes for NumPy's `transpose`."""


@question("counting/transpose", title="From one framework to the other", points=2)
def transpose(draw: Draw) -> Question:
    """Choose the permutation of axes that carries a tensor over."""
    what, source, target = draw.choice(tuple(ORDERS))
    axes = draw.sample((3, 5, 7, 8, 16, 24, 32, 48, 64), 4)
    right = ORDERS[what, source, target]
    reached = tuple(axes[axis] for axis in right)
    others = [order for order in (*ORDERS.values(), (1, 2, 3, 0)) if order != right]

    def option(order: tuple[int, ...]) -> Option:
        gives = tuple(axes[axis] for axis in order)
        return Option(
            f"`x.transpose{order}`",
            f"This makes the shape `{gives}`; {target} expects `{reached}`.",
            f"order-{''.join(map(str, order))}",
        )

    return ask(
        f"The array `x` of shape `{axes}` holds {what} in the order of {source}. Which call brings its axes "
        f"into the order of {target}?",
        answer=Choice.of(draw, f"`x.transpose{right}`", *map(option, draw.sample(others, 3))),
        hints=(
            "`transpose(a, b, c, d)` lists, for each axis of the result, which axis of `x` it was.",
            "Images: PyTorch has examples, channels, rows, columns; Keras has channels last. Weights: "
            "PyTorch has filters, channels, rows, columns; Keras has rows, columns, channels, filters.",
        ),
        solution=(
            f"`x.transpose{right}` takes the axes in the order {', '.join(map(str, right))} and gives "
            f"`{reached}`."
        ),
    )


# Whole networks


@dataclass(frozen=True)
class Small:
    """A small classifier: two rounds of convolution, ReLU and pooling, then one dense layer."""

    n: int
    channels: int
    first: tuple[int, int]
    second: tuple[int, int]
    classes: int

    def network(self) -> arch.Network:
        """Return it as a network."""
        (filters_1, k_1), (filters_2, k_2) = self.first, self.second
        return arch.chain(
            "small",
            arch.Input(self.channels, self.n, self.n),
            ("conv1", arch.Conv2d(filters_1, k_1)),
            ("relu1", arch.ReLU()),
            ("pool1", arch.MaxPool2d(2)),
            ("conv2", arch.Conv2d(filters_2, k_2)),
            ("relu2", arch.ReLU()),
            ("pool2", arch.MaxPool2d(2)),
            ("flatten", arch.Flatten()),
            ("dense", arch.Linear(self.classes)),
        )

    def sides(self) -> tuple[int, int, int, int]:
        """Return the side of the maps after each convolution and each pooling."""
        after_1 = self.n - self.first[1] + 1
        after_2 = after_1 // 2 - self.second[1] + 1
        return after_1, after_1 // 2, after_2, after_2 // 2

    def __str__(self) -> str:
        (filters_1, k_1), (filters_2, k_2) = self.first, self.second
        return (
            f"images of {self.n} × {self.n} pixels with {channels_words(self.channels)}; a {k_1} × {k_1} "
            f"convolution with {filters_1} filters; max pooling 2 × 2 with stride 2; a {k_2} × {k_2} "
            f"convolution with {filters_2} filters; max pooling 2 × 2 with stride 2; flatten; a dense layer "
            f"with {self.classes} outputs. No padding, stride 1 in the convolutions, ReLU after each, biases "
            "everywhere"
        )


def small(draw: Draw) -> Small:
    """Draw a small classifier in which no pooling has cells left over, and whose maps do not vanish."""
    return Small(
        *draw.until(
            lambda: (
                draw.integer(20, 48),
                draw.choice((1, 3)),
                (draw.choice((4, 6, 8, 12)), draw.choice((3, 5))),
                (draw.choice((16, 20, 24, 32)), draw.choice((3, 5))),
                draw.choice((5, 10, 20)),
            ),
            lambda n, channels, first, second, classes: (
                (n - first[1] + 1) % 2 == 0 and ((n - first[1] + 1) // 2 - second[1] + 1) % 2 == 0
            ),
        )
    )


@question("counting/flattened", title="What reaches the classifier?")
def flattened(draw: Draw) -> Question:
    """Follow the sizes through a small network to the dense layer."""
    drawn = small(draw)
    first, halved, second, last = drawn.sides()
    count = drawn.second[0]
    return ask(
        f"A network: {drawn}. How many numbers does the flattening hand to the dense layer?",
        answer=Integer(rules.shapes(drawn.network())["flatten"][0]),
        hints=(
            "Follow the side of the maps: each convolution takes away the kernel's side less one, each "
            "pooling halves.",
            "Flattening keeps every number: channels times rows times columns.",
        ),
        solution=(
            Table(
                (
                    ("after", "side"),
                    ("input", str(drawn.n)),
                    ("convolution", str(first)),
                    ("pooling", str(halved)),
                    ("convolution", str(second)),
                    ("pooling", str(last)),
                )
            ),
            f"There are {count} maps: ${count}*{last}^2 = {count * last * last}$.",
        ),
        mistakes=(
            Mistake("one-map", last * last, f"This is one map; there are {count}."),
            Mistake(
                "before-pooling", count * second * second, "The second pooling comes before the flattening."
            ),
            Mistake("one-axis", count * last, f"A map has {last} rows of {last} numbers."),
            Mistake(
                "size-kept",
                count * (drawn.n // 4) ** 2,
                "Without padding the convolutions shrink the maps as well, not only the pooling.",
            ),
        ),
    )


@question("counting/network", title="All parameters of a small network", points=3)
def network(draw: Draw) -> Question:
    """Count the parameters of a small network."""
    drawn = small(draw)
    (filters_1, k_1), (filters_2, k_2) = drawn.first, drawn.second
    last, classes = drawn.sides()[-1], drawn.classes
    conv_1 = filters_1 * (drawn.channels * k_1**2 + 1)
    conv_2 = filters_2 * (filters_1 * k_2**2 + 1)
    inputs = filters_2 * last * last
    dense_ = classes * (inputs + 1)
    return ask(
        f"A network: {drawn}. How many parameters does it have?",
        answer=Integer(measure.parameters(drawn.network())),
        hints=(
            "Only three of the layers have parameters.",
            "The second convolution reads as many channels as the first has filters. For the dense layer, "
            "follow the side of the maps to the end.",
        ),
        solution=(
            f"First convolution: ${filters_1}*({drawn.channels}*{k_1}^2 + 1) = {conv_1}$",
            f"Second convolution: ${filters_2}*({filters_1}*{k_2}^2 + 1) = {conv_2}$",
            f"The maps' sides are {', '.join(map(str, drawn.sides()))}, so the dense layer reads "
            f"${filters_2}*{last}^2 = {inputs}$ numbers: ${classes}*({inputs} + 1) = {dense_}$",
            f"Together: ${conv_1} + {conv_2} + {dense_} = {conv_1 + conv_2 + dense_}$",
        ),
        mistakes=(
            Mistake(
                "biases-dropped",
                conv_1 + conv_2 + dense_ - filters_1 - filters_2 - classes,
                "These are the weights; filters and neurons have a bias each.",
            ),
            Mistake(
                "image-channels",
                conv_1 + filters_2 * (drawn.channels * k_2**2 + 1) + dense_,
                f"The second convolution reads the {filters_1} maps of the first, not the image.",
            ),
            Mistake("convolutions-only", conv_1 + conv_2, "The dense layer is missing."),
            Mistake(
                "one-map",
                conv_1 + conv_2 + classes * (last * last + 1),
                f"The dense layer reads all {filters_2} maps.",
            ),
        ),
    )


@question("counting/stack", title="Sizes through a stack of layers", points=2)
def stack(draw: Draw) -> Question:
    """Follow the side of the maps through three layers."""
    n, k, s, q, k_2 = draw.until(
        lambda: (
            draw.integer(40, 256),
            draw.choice((5, 7, 11)),
            draw.integer(1, 4),
            draw.integer(2, 3),
            draw.choice((3, 5)),
        ),
        lambda n, k, s, q, k_2: s < k and size(n, k, s) > 24,
    )
    p = k // 2
    first = size(n, k, s, p)
    pooled = size(first, 3, q)
    second = size(pooled, k_2)
    unpadded = size(n, k, s)
    return ask(
        f"An input of {n} × {n} cells goes through a {k} × {k} convolution with stride {s} and padding {p} "
        f"on each side, a 3 × 3 max pooling with stride {q} and no padding, and a {k_2} × {k_2} convolution "
        "with stride 1 and no padding. All round down. What is the side of the maps after each of the three "
        "layers?",
        answer=Shape((first, pooled, second), ("first", "second", "third")),
        hints=(
            "One layer at a time: each side is the input of the next layer.",
            "Pooling counts places like a convolution does.",
        ),
        solution=(
            "First: " + working(SIZE, n=n, p=p, k=k, s=s),
            "Second: " + working("floor((n - k)/s) + 1", n=first, k=3, s=q),
            "Third: " + working("n - k + 1", n=pooled, k=k_2),
        ),
        mistakes=(
            Mistake(
                "padding-ignored",
                (unpadded, size(unpadded, 3, q), size(size(unpadded, 3, q), k_2)),
                f"The first layer pads {p} cells on each side.",
            ),
            Mistake(
                "pooling-divides",
                (first, first // q, size(first // q, k_2)),
                "Pooling windows of 3 overlap or leave cells over: count places instead of dividing.",
            ),
            Mistake(
                "jumps",
                (first - 1, size(first - 1, 3, q) - 1, size(size(first - 1, 3, q) - 1, k_2) - 1),
                "You counted jumps; count the place before the first jump as well.",
            ),
        ),
    )


@question("counting/heaviest", title="Where are the weights, where is the work?", points=2)
def heaviest(draw: Draw) -> Question:
    """Find the layer with most parameters or most multiply-adds."""
    what, unit = draw.choice((("parameters", "parameters"), ("macs", "multiply-adds")))

    def plan() -> tuple[tuple[str, arch.Layer, int, int], ...]:
        sides, widths = (56, 28, 14), (draw.choice((16, 32)), draw.choice((48, 64)), draw.choice((96, 128)))
        reads = (3, *widths[:2])
        convolutions = tuple(
            (
                f"{k} × {k} convolution, {read} to {width} channels, output {side} × {side}",
                arch.Conv2d(width, k, padding=k // 2),
                read,
                side,
            )
            for k, read, width, side in zip(
                (draw.choice((3, 5)), 3, draw.choice((1, 3))), reads, widths, sides, strict=True
            )
        )
        classes = draw.choice((10, 50, 100, 500))
        inputs = widths[2] * draw.choice((1, 16, 49))
        return (
            *convolutions,
            (f"dense layer, {inputs} to {classes} numbers", arch.Linear(classes), inputs, 0),
        )

    def cost(layer: arch.Layer, read: int, side: int) -> int:
        shape = (read, side, side) if side else (read,)
        return getattr(measure, what)(arch.chain("one", arch.Input(*shape), layer))

    layers = draw.until(
        lambda: (plan(),),
        lambda layers: (
            sorted(cost(*rest) for _, *rest in layers)[-2] * 5 < 4 * max(cost(*rest) for _, *rest in layers)
        ),
    )[0]
    costs = {text: cost(*rest) for text, *rest in layers}
    right = max(costs, key=costs.__getitem__)
    wrong = [text for text in costs if text != right]
    return ask(
        f"Four layers of a network, all with biases. Which of them has the most {unit}?",
        answer=Choice.of(
            draw,
            right,
            *(
                Option(text, f"This layer has {costs[text]} {unit}; another one has more.", f"layer-{place}")
                for place, text in enumerate(wrong, start=1)
            ),
        ),
        hints=(
            "A convolution's parameters do not depend on the size of its maps. Its multiply-adds do: each "
            "weight is used once for every place.",
            "In a dense layer each weight is used once.",
        ),
        solution=(
            Table((("layer", unit), *((text, str(costs[text])) for text in costs))),
            f"Most: the {right}.",
        ),
    )


@question("counting/order", title="Put the network in order", points=2)
def order(draw: Draw) -> Question:
    """Order the layers of a network by the shapes that they return."""
    drawn = small(draw)
    shapes = rules.shapes(drawn.network())
    names = {
        "conv1": f"{drawn.first[1]} × {drawn.first[1]} convolution",
        "pool1": "2 × 2 max pooling",
        "conv2": f"{drawn.second[1]} × {drawn.second[1]} convolution",
        "pool2": "2 × 2 max pooling",
        "flatten": "flatten",
        "dense": "dense layer",
    }
    items = [f"{words}, returns `{shapes[name]}`" for name, words in names.items()]
    return ask(
        f"These are the layers of a network for images of shape `{shapes['input']}` (channels, rows, "
        "columns), each with the shape that it returns. No layer pads. Put them in order, from the image to "
        "the classes.",
        answer=Ordering.of(draw, *items),
        hints=(
            "No map grows: without padding, sides become smaller and smaller.",
            "A pooling keeps the channels of the layer before it. Flattening multiplies all three numbers.",
        ),
        solution=("From the image to the classes:", *items),
    )


@question("counting/joined", title="Branches that are joined", points=2)
def joined(draw: Draw) -> Question:
    """Read a small network with branches in text notation, and give the shape of what comes out."""
    n, channels, left, right, k, join = (
        draw.integer(14, 64),
        draw.choice((3, 16, 32)),
        draw.choice((8, 16, 24, 32)),
        draw.choice((8, 16, 40, 48)),
        draw.choice((3, 5)),
        draw.choice(("Concat", "Add")),
    )
    right = left if join == "Add" else right
    text = "\n".join(
        (
            f"image: Input({channels}, {n}, {n})",
            f"left: Conv2d({left}, 1) <- image",
            f"right: Conv2d({right}, {k}, padding={k // 2}) <- image",
            f"{join} <- left, right",
            "MaxPool2d(2)",
        )
    )
    built = arch.read(text)
    shape = rules.shapes(built)[built.outputs[0]]
    side = n // 2
    together = left + right
    wrong = left if join == "Concat" else together
    because = (
        "Concat puts the maps of both branches one behind the other, so their numbers add up."
        if join == "Concat"
        else "Add adds the maps of both branches cell by cell; their number stays the same."
    )
    return ask(
        "A network in text notation; a line without an arrow goes on from the line before:",
        f"```\n{text}\n```",
        "`Conv2d(channels, kernel)` has stride 1, `MaxPool2d(2)` has windows of 2 × 2 and stride 2. What is "
        "the shape of what comes out (channels, rows, columns)?",
        answer=Shape(shape, ("channels", "rows", "columns")),
        hints=(
            "What do the two branches return? Their maps have equal sides, or they could not meet.",
            "Adding needs equal numbers of channels and keeps them. Joining puts channels behind channels.",
        ),
        solution=(
            f"The branches return {left} and {right} maps of {n} × {n}. {because}",
            f"The pooling leaves the channels alone and halves the sides, rounded down: `{shape}`.",
        ),
        mistakes=(
            Mistake("other-join", (wrong, side, side), because),
            Mistake("not-pooled", (shape[0], n, n), "The pooling at the end halves rows and columns."),
            Mistake(
                "padding-ignored",
                (shape[0], (n - k + 1) // 2, (n - k + 1) // 2),
                f"The padding of {k // 2} keeps the size of a {k} × {k} convolution.",
            ),
        ),
    )
