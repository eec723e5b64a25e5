"""Random numbers in networks: what dropout expects, and how large random weights should be.

An expectation of a product of independent numbers is the product of the expectations: this is the one fact of
probability that is used, and where it is used it is said.
"""

from __future__ import annotations

from cnnmath.derive.backward import named
from cnnmath.derive.calculus.definitions import Definition
from cnnmath.derive.calculus.nodes import Equal, bracket, index, total
from cnnmath.derive.calculus.sheet import IndexSheet
from cnnmath.derive.checks.setting import Setting
from cnnmath.derive.letters import a, h, i, j, n, q
from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import Quantity, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.sides import label
from cnnmath.derive.worksheet import Worksheet

FAN_IN = quantity("n", "inputs that are added up (fan-in: channels times kernel cells)", unit="")
FAN_OUT = Quantity("m", "outputs that use one input (fan-out)", least=1)
VARIANCE = Quantity("V", "variance of a weight", kind="real")
MOMENT = Quantity("S", "mean square of an input", kind="real")
MEAN_SQUARE = label(r"\mathrm{E}[y^2]", "E[y^2]")
NEXT = label(r"S_{\text{next}}", "S_next")
INDEPENDENT = (
    "the weights are independent of each other and of the inputs, with mean 0 and the same variance $V$"
)


@derives("dropout-expectation", "Dropout keeps the expectation", views=("simple",))
def dropout_expectation(view: str) -> Proof:
    """Divide what is kept by the probability of keeping it, so that nothing changes on average."""
    del view  # there is one
    sheet = Worksheet((
        Quantity("q", "probability that a number is dropped, less than 1", kind="real"),
        Quantity("x", "a number before dropout", kind="real"),
    ))  # fmt: skip
    mean, square = label(r"\mathrm{E}[y]", "E[y]"), label(r"\mathrm{E}[y^2]", "E[y^2]")
    sheet.define(
        mean,
        "=",
        "q*0 + (1 - q)*(x/(1 - q))",
        "With probability $q$ the number becomes 0, otherwise it is kept and divided by $1 - q$. The "
        "expectation adds up the values times their probabilities.",
    )
    sheet.identity(
        "q*0 + (1 - q)*(x/(1 - q))", "x", rule="cancel", because="So on average dropout changes nothing."
    )
    sheet.define(
        square, "=", "q*0^2 + (1 - q)*(x/(1 - q))^2", "The expectation of the square, in the same way."
    )
    sheet.identity(
        "q*0^2 + (1 - q)*(x/(1 - q))^2", "x^2/(1 - q)", rule="cancel", because="Cancel one factor $1 - q$."
    )
    sheet.identity(
        "x^2/(1 - q) - x^2",
        "q*x^2/(1 - q)",
        rule="variance",
        because="The variance is the mean square minus the square of the mean: this is the noise that "
        "dropout adds.",
    )
    return sheet.conclude(mean, "x", "q < 1")


@derives("weighted-sum-variance", "Mean square of a sum with random weights", views=("simple",))
def weighted_sum_variance(view: str) -> Proof:
    """Add up n independent products: their mean squares add up, too."""
    del view  # there is one
    variance, moment = index("V S")
    weights = Definition(q, (i, j), variance * bracket(Equal(i, j)))
    inputs = Definition(a, (i, j), moment * bracket(Equal(i, j)) + h[i, j] * (1 - bracket(Equal(i, j))))
    letters = (
        FAN_IN,
        quantity("x", "inputs", kind="tensor"),
        quantity("w", "weights", kind="tensor"),
        quantity("q", "expectation of the product of two weights", kind="tensor"),
        quantity("a", "expectation of the product of two inputs", kind="tensor", unit="", least=None),
        VARIANCE,
        MOMENT,
        quantity("i", "number of an input, counted from 0"),
        quantity("j", "number of an input, counted from 0"),
    )
    sheet = IndexSheet(
        letters,
        assumed=(INDEPENDENT, "every input has the mean square $S$"),
        setting=Setting.of("n 1..4, V 1..3, S 1..3"),
        definitions=(weights, inputs),
    )
    sheet.define(
        label("y", "y"),
        "=",
        "sum(w[i]*x[i], i, 0, n - 1)",
        "One output: a sum of $n$ products of weights and inputs.",
    )
    sheet.start(
        MEAN_SQUARE,
        total(q[i, j] * a[i, j], (i, n), (j, n)),
        "Square the sum: all pairs of products. Expectations add up, and weights and inputs are "
        "independent, so the expectation of $w[i]*x[i]*w[j]*x[j]$ is that of the two weights times that "
        "of the two inputs: call them $q[i, j]$ and $a[i, j]$.",
    )
    squared = sheet.now
    sheet.start(
        named(q, (i, j)),
        weights.body,
        "Different weights are independent with mean 0, so the expectation of their product is 0; that of "
        "a square is the variance.",
    )
    sheet.resume(squared)
    sheet.apply("unfold", "Put this in.", definition=weights)
    sheet.apply("sift", "The bracket leaves only the pairs of a number with itself.", variables=(j,))
    sheet.apply("assume", "Every input has the mean square $S$.", before=a[i, i], after=moment)
    sheet.apply("count", "There are $n$ equal terms.", variables=(i,))
    return sheet.conclude_here(MEAN_SQUARE)


@derives("he-variance", "He initialization", views=("simple",))
def he_variance(view: str) -> Proof:
    """Choose the variance of the weights so that a ReLU network keeps the size of its signals."""
    del view  # there is one
    symmetric = "numbers before ReLU are as likely as their negatives"
    sheet = Worksheet((FAN_IN, VARIANCE, MOMENT), assumed=(INDEPENDENT, symmetric))
    sheet.instance(
        MEAN_SQUARE,
        "n*V*S",
        "The mean square of a sum with random weights, before ReLU.",
        of="weighted-sum-variance",
    )
    sheet.define(
        NEXT,
        "=",
        "n*V*S/2",
        "Of a number and its negative, equally likely, ReLU keeps one and makes the other 0: it halves "
        "the mean square. This is the mean square of the next layer's inputs.",
    )
    sheet.identity(
        "n*(2/n)*S/2",
        "S",
        rule="choose V",
        because="With $V = 2/n$ the next layer's inputs have the mean square $S$ again, in every layer.",
    )
    sheet.define("V", "=", "2/n", "So this is the variance to start with.", rule="choose V")
    return sheet.conclude("V", "2/n", "ReLU; n is the fan-in")


@derives("glorot-variance", "Glorot initialization", views=("simple",))
def glorot_variance(view: str) -> Proof:
    """Choose the variance of the weights as a compromise between the forward and the backward pass."""
    del view  # there is one
    sheet = Worksheet((FAN_IN, FAN_OUT, VARIANCE, MOMENT), assumed=(INDEPENDENT,))
    sheet.define(
        label(r"\text{forward}", "forward"),
        "=",
        "n*V",
        "Without ReLU, a layer multiplies the mean square of its inputs by $n*V$: by this factor signals "
        "grow.",
    )
    sheet.define(
        label(r"\text{backward}", "backward"),
        "=",
        "m*V",
        "Going back, the gradient of an input is a sum over the $m$ outputs that use it, with the same "
        "weights: by this factor gradients grow.",
    )
    sheet.identity("n*(1/n)", "1", rule="forward", because="Signals keep their size with $V = 1/n$.")
    sheet.identity(
        "m*(1/m)", "1", rule="backward", because="Gradients keep theirs with $V = 1/m$: not the same."
    )
    sheet.define("V", "=", "2/(n + m)", "Take the compromise between both.", rule="choose V")
    sheet.identity(
        "(n*(2/(n + m)) + m*(2/(n + m)))/2",
        "1",
        rule="average",
        because="With it the two factors are 1 on average; where $n = m$, both are 1.",
    )
    return sheet.conclude("V", "2/(n + m)", "n is the fan-in, m the fan-out")
