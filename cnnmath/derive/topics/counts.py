"""Counts: parameters, multiply-adds and memory of layers, and how much one design saves against another."""

from __future__ import annotations

from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import quantities, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.sides import Side, label
from cnnmath.derive.worksheet import Worksheet

OUT = (
    quantity("H", "height of the output", least=1, unit="cells"),
    quantity("W", "width of the output", least=1, unit="cells"),
)
RECTANGLE = (
    quantity("k_h", "height of the kernel", least=1, unit="cells"),
    quantity("k_w", "width of the kernel", least=1, unit="cells"),
)


def words(text: str) -> Side:
    """Return a left side in words, such as *weights of one filter*."""
    return label(rf"\text{{{text}}}", text)


@derives("parameters-dense", "Parameters of a fully connected layer")
def parameters_dense(view: str) -> Proof:
    """Every output has a weight for every input, and a bias."""
    sheet = Worksheet(
        (
            quantity("n", "numbers that come in", least=1, unit=""),
            quantity("o", "numbers that go out", least=1, unit=""),
        )
    )
    sheet.define(words("parameters of one output"), "=", "n + 1", "One weight for each input, and one bias.")
    sheet.define(
        words("parameters of all outputs"),
        "=",
        "o*(n + 1)",
        "No two outputs share a weight.",
        rule="multiply",
    )
    sheet.then(
        "=", "n*o + o", rule="expand", because="The first term counts the weights, the second the biases."
    )
    return sheet.conclude("P", "o*(n + 1)")


@derives("parameters-locally-connected", "Parameters of a locally connected layer")
def parameters_locally_connected(view: str) -> Proof:
    """Every output looks at a window only, with weights of its own."""
    sheet = Worksheet((*quantities("C F k"), *OUT))
    sheet.define(
        words("parameters of one output"), "=", "C*k^2 + 1", "It reads $k^2$ cells in each of $C$ channels."
    )
    sheet.define(
        words("outputs"), "=", "F*H*W", "There are $F$ maps of $H$ rows and $W$ columns.", rule="count"
    )
    sheet.define(
        words("parameters"),
        "=",
        "F*H*W*(C*k^2 + 1)",
        "Each output has parameters of its own, in each place other ones.",
        rule="multiply",
    )
    sheet.then(
        "=",
        "F*H*W*C*k^2 + F*H*W",
        rule="expand",
        because="The first term counts the weights, the second the biases.",
    )
    return sheet.conclude("P", "F*H*W*(C*k^2 + 1)")


@derives("parameters-conv", "Parameters of a convolution", views=("simple", "standard"))
def parameters_conv(view: str) -> Proof:
    """Every filter is used in all places, so the size of the image does not appear."""
    kernel = (quantities("k"), "k^2") if view == "simple" else (RECTANGLE, "k_h*k_w")
    names, cells = kernel
    sheet = Worksheet((*quantities("C F"), *names))
    sheet.define(
        words("weights of one filter"),
        "=",
        f"C*{cells}",
        f"One kernel of ${cells}$ cells for each input channel: a filter is as deep as its input.",
    )
    sheet.define(
        words("parameters"),
        "=",
        f"F*(C*{cells} + 1)",
        "Each of the $F$ filters has its weights and one bias, used in every place of the image.",
        rule="multiply",
    )
    sheet.then(
        "=",
        f"F*C*{cells} + F",
        rule="expand",
        because="The first term counts the weights, the second the biases.",
    )
    return sheet.conclude("P", f"F*(C*{cells} + 1)")


@derives("parameters-grouped", "Weights of a grouped convolution")
def parameters_grouped(view: str) -> Proof:
    """In G groups, each filter looks at the channels of its group: one G-th of the weights is left."""
    sheet = Worksheet(quantities("C F G k"))
    sheet.define(
        words("weights of one group"),
        "=",
        "F*C*k^2",
        "A group is a convolution of its own, with $C$ channels in and $F$ channels out.",
    )
    sheet.define(words("weights"), "=", "G*(F*C*k^2)", "There are $G$ such groups.", rule="multiply")
    sheet.step(
        "G*(F*C*k^2)",
        "=",
        "(G*F)*(G*C)*k^2/G",
        rule="rearrange",
        because="Without groups, $G*C$ channels in and $G*F$ out need $(G*F)*(G*C)*k^2$ weights, $G$ times "
        "as many.",
    )
    return sheet.conclude("P", "G*(F*C*k^2)", "C and F are the channels of one group")


@derives("dense-local-shared-ratios", "What locality saves, and what sharing saves")
def dense_local_shared_ratios(view: str) -> Proof:
    """Compare a fully connected, a locally connected and a convolutional layer with the same outputs."""
    sheet = Worksheet(
        (
            *quantities("C F k"),
            quantity("n", "side of the square input", least=1),
            quantity("o", "side of the square output", least=1),
        )
    )
    sheet.define(
        words("weights, fully connected"),
        "=",
        "F*o^2*C*n^2",
        "Each of the $F*o^2$ outputs reads all $C*n^2$ inputs. Biases are left out here.",
    )
    sheet.define(
        words("weights, locally connected"),
        "=",
        "F*o^2*C*k^2",
        "Each output reads a window of $k$ by $k$ cells in $C$ channels.",
    )
    sheet.define(
        words("weights, shared"), "=", "F*C*k^2", "The same windows, with the same weights in all places."
    )
    sheet.step(
        "(F*o^2*C*n^2)/(F*o^2*C*k^2)",
        "=",
        "n^2/k^2",
        rule="cancel",
        because="Locality saves the ratio of the image's area to the window's.",
    )
    sheet.step(
        "(F*o^2*C*k^2)/(F*C*k^2)",
        "=",
        "o^2",
        rule="cancel",
        because="Sharing saves as many times as there are places.",
    )
    sheet.step(
        "(F*o^2*C*n^2)/(F*C*k^2)",
        "=",
        "n^2*o^2/k^2",
        rule="multiply",
        because="Both together.",
    )
    return sheet.conclude("R", "n^2*o^2/k^2")


@derives("macs-conv", "Multiply-adds of a convolution", views=("simple", "standard"))
def macs_conv(view: str) -> Proof:
    """Every output needs a whole window of multiply-adds; here the image's size appears in full."""
    names, cells = (quantities("k"), "k^2") if view == "simple" else (RECTANGLE, "k_h*k_w")
    sheet = Worksheet((*quantities("C F"), *OUT, *names))
    sheet.define(
        words("multiply-adds of one output"),
        "=",
        f"C*{cells}",
        "One for each weight of the filter. Adding the bias is not counted.",
    )
    sheet.define(
        words("outputs"), "=", "F*H*W", "There are $F$ maps of $H$ rows and $W$ columns.", rule="count"
    )
    sheet.define(
        words("multiply-adds"),
        "=",
        f"F*H*W*(C*{cells})",
        "Every output is computed on its own.",
        rule="multiply",
    )
    sheet.then(
        "=",
        f"(F*C*{cells})*(H*W)",
        rule="rearrange",
        because="The weights of the layer, once for each place: this is what sharing them means.",
    )
    return sheet.conclude("M", f"F*H*W*(C*{cells})", "one multiply-add is 1 MAC and 2 FLOPs")


@derives("activation-memory", "Memory of a layer's activations")
def activation_memory(view: str) -> Proof:
    """Count what has to be kept for the backward pass."""
    sheet = Worksheet(
        (
            *quantities("B F"),
            *OUT,
            quantity("q", "bytes of one number (4 for 32-bit floats)", least=1, unit="bytes"),
        )
    )
    sheet.define(
        words("numbers of one image"), "=", "F*H*W", "There are $F$ maps of $H$ rows and $W$ columns."
    )
    sheet.define(
        words("bytes of a batch"),
        "=",
        "B*F*H*W*q",
        "Each of the $B$ images has numbers of its own, of $q$ bytes each.",
        rule="multiply",
    )
    sheet.step(
        "(B*F*(2H)*(2W)*q)/(B*F*H*W*q)",
        "=",
        "4",
        rule="cancel",
        because="Twice the resolution costs four times the memory.",
    )
    return sheet.conclude("A", "B*F*H*W*q")


@derives(
    "stack-of-3x3-against-7x7", "Small kernels, stacked, against a large one", views=("simple", "general")
)
def stack_against_large(view: str) -> Proof:
    """Three layers of 3 by 3 see what one of 7 by 7 sees, with fewer weights."""
    if view == "simple":
        sheet = Worksheet(quantities("C"))
        sheet.step(
            "1 + 3*(3 - 1)",
            "=",
            "7",
            rule="receptive field",
            because="Each layer with kernel 3 and stride 1 lets an output see 2 cells more: three of them "
            "see 7.",
        )
        sheet.define(
            words("weights of three layers"),
            "=",
            "3*(3^2*C*C)",
            "With $C$ channels in and out, each has $3^2$ weights for each pair of channels.",
        )
        sheet.then("=", "27*C^2", rule="multiply", because="Three times nine.")
        sheet.define(words("weights of one layer"), "=", "7^2*C*C", "The same count for a kernel of 7.")
        sheet.then("=", "49*C^2", rule="multiply", because="Seven times seven.")
        sheet.step(
            "(49*C^2)/(27*C^2)",
            "=",
            "49/27",
            rule="cancel",
            because="The large kernel has 81 percent more weights, and two non-linearities fewer.",
        )
        return sheet.conclude("R", "49/27")
    sheet = Worksheet((*quantities("C L"), quantity("m", "layers beyond the first", least=0)))
    sheet.define(
        words("cells that the stack sees"),
        "=",
        "1 + 2*L",
        "Each of the $L$ layers with kernel 3 and stride 1 adds 2 cells.",
    )
    sheet.define(
        words("weights of the stack"), "=", "9*L*C^2", "Nine for each pair of channels, in each layer."
    )
    sheet.define(
        words("weights of one kernel"),
        "=",
        "(1 + 2*L)^2*C^2",
        "One layer that sees as much, with $C$ channels.",
    )
    sheet.step(
        "(1 + 2*L)^2*C^2 - 9*L*C^2",
        "=",
        "(4*L - 1)*(L - 1)*C^2",
        rule="factor",
        because="Expand the square and collect.",
    )
    sheet.step(
        "(4*(m + 1) - 1)*(m + 1 - 1)",
        "=",
        "m*(4*m + 3)",
        rule="substitute",
        because="Write $L = m + 1$: one layer, and $m$ more.",
    )
    sheet.then(
        ">=",
        "0",
        rule="signs",
        because="Neither factor is negative: the stack never has more weights, and from two layers on fewer.",
    )
    return sheet.conclude("D", "(4*L - 1)*(L - 1)*C^2", "weights saved by L layers of 3 by 3")


@derives("depthwise-separable-ratio", "Depthwise-separable against ordinary convolution")
def depthwise_separable_ratio(view: str) -> Proof:
    """First each channel alone, then all channels in each place: 1/F + 1/k^2 of the work."""
    sheet = Worksheet((*quantities("C F k"), *OUT))
    sheet.define(
        words("multiply-adds, depthwise"),
        "=",
        "H*W*C*k^2",
        "One kernel of $k$ by $k$ for each channel, used in each place.",
    )
    sheet.define(
        words("multiply-adds, pointwise"),
        "=",
        "H*W*C*F",
        "A convolution of 1 by 1 from $C$ channels to $F$.",
    )
    sheet.define(words("multiply-adds, ordinary"), "=", "H*W*C*F*k^2", "Both at once, in one convolution.")
    sheet.step(
        "(H*W*C*k^2 + H*W*C*F)/(H*W*C*F*k^2)",
        "=",
        "1/F + 1/k^2",
        rule="cancel",
        because="Divide each term; $H$, $W$ and $C$ drop out.",
    )
    return sheet.conclude("R", "1/F + 1/k^2")


@derives("bottleneck-weights", "The bottleneck of a residual block")
def bottleneck_weights(view: str) -> Proof:
    """Narrow, look around, widen: 17 instead of 288."""
    sheet = Worksheet((quantity("C", "channels inside the bottleneck; four times as many outside", least=1),))
    sheet.define(words("1 by 1, narrowing"), "=", "(4*C)*C", "From $4*C$ channels to $C$, one weight a pair.")
    sheet.define(words("3 by 3, inside"), "=", "9*C*C", "From $C$ channels to $C$, nine weights a pair.")
    sheet.define(words("1 by 1, widening"), "=", "C*(4*C)", "From $C$ channels back to $4*C$.")
    sheet.step("(4*C)*C + 9*C*C + C*(4*C)", "=", "17*C^2", rule="add", because="Four and nine and four.")
    sheet.define(
        words("two of 3 by 3, outside"),
        "=",
        "2*(9*(4*C)*(4*C))",
        "The plain block on as many channels: two convolutions from $4*C$ to $4*C$.",
    )
    sheet.then("=", "288*C^2", rule="multiply", because="Twice nine times sixteen.")
    sheet.step(
        "(288*C^2)/(17*C^2)",
        "=",
        "288/17",
        rule="cancel",
        because="The plain block has 17 times the weights, roughly.",
    )
    return sheet.conclude("P", "17*C^2", "weights of the bottleneck, without biases")


@derives("inception-reduction", "A 1 by 1 convolution in front")
def inception_reduction(view: str) -> Proof:
    """Reduce C channels to R before the expensive kernel, and count again."""
    reduced = quantity("R", "channels after the reduction", least=1)
    sheet = Worksheet((*quantities("C F k"), reduced, *OUT))
    sheet.define(
        words("multiply-adds, direct"),
        "=",
        "H*W*C*F*k^2",
        "From $C$ channels to $F$ with a kernel of $k$ by $k$.",
    )
    sheet.define(
        words("multiply-adds, reduced"),
        "=",
        "H*W*C*R + H*W*R*F*k^2",
        "First 1 by 1 from $C$ channels to $R$, then $k$ by $k$ from $R$ to $F$.",
    )
    sheet.step(
        "(H*W*C*R + H*W*R*F*k^2)/(H*W*C*F*k^2)",
        "=",
        "R/(F*k^2) + R/C",
        rule="cancel",
        because="Divide each term; the size of the map drops out.",
    )
    return sheet.conclude("S", "R/(F*k^2) + R/C", "the share of the work that is left")


@derives("asymmetric-factorization", "A square kernel as a row and a column")
def asymmetric_factorization(view: str) -> Proof:
    """Inception's trick: n by n into 1 by n and n by 1."""
    sheet = Worksheet((quantity("k", "side of the square kernel", least=1), *quantities("C")))
    sheet.define(words("weights, square"), "=", "k^2*C^2", "With $C$ channels in and out.")
    sheet.define(
        words("weights, row and column"), "=", "k*C^2 + k*C^2", "A kernel of 1 by $k$, then one of $k$ by 1."
    )
    sheet.then("=", "2*k*C^2", rule="add", because="Two of the same.")
    sheet.step("(2*k*C^2)/(k^2*C^2)", "=", "2/k", rule="cancel", because="For $k = 7$ that is 29 percent.")
    return sheet.conclude("R", "2/k", "the share of the weights that is left")
