"""Counts: parameters, multiply-adds and memory of layers, and the ratios between kinds of layers."""

from __future__ import annotations

from sympy import Integer, Symbol

from cnnmath.derive.calculus.nodes import index, total
from cnnmath.derive.calculus.sheet import IndexSheet
from cnnmath.derive.checks.setting import Setting
from cnnmath.derive.letters import C, F, G, c, f, i, j, k, o, t, u, v
from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import quantities, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.sides import label
from cnnmath.derive.worksheet import Worksheet

ONE = Integer(1)
WEIGHTS = label(r"\text{weights}", "weights")
MACS = label(r"\text{MACs}", "MACs")


def _count(sheet: IndexSheet, what: str, *names: Symbol) -> None:
    """Count several indices at once, the innermost first."""
    listed = " and ".join(f"${name}$" for name in reversed(names))
    takes = (
        "takes every value of its range" if len(names) == 1 else "take every pair of values of their ranges"
    )
    if len(names) > 2:
        takes = "take every combination of values of their ranges"
    sheet.apply("count", f"Count {what}: {listed} {takes} once.", variables=names)


@derives("parameters-linear", "Parameters of a linear layer", views=("simple",))
def parameters_linear(view: str) -> Proof:
    """Count one weight for every pair of an input and an output, and one bias for every output."""
    del view  # there is one
    sheet = IndexSheet(quantities("C F c f"), setting=Setting.of("C 1..4, F 1..4"))
    sheet.start(
        label(r"\text{parameters}", "parameters"),
        total(ONE, (f, F), (c, C)) + total(ONE, (f, F)),
        "A fully connected layer has one weight for every pair of an output and an input, and one bias "
        "for every output. Count each of them as 1.",
    )
    _count(sheet, "pairs", c, f)
    return sheet.conclude_here(label(r"\text{parameters}", "parameters"), "C inputs, F outputs, with bias")


@derives("parameters-conv", "Parameters of a convolution", views=("standard", "general"))
def parameters_conv(view: str) -> Proof:
    """Count one weight for every filter, channel and kernel cell; the image size does not matter."""
    name = label(r"\text{parameters}", "parameters")
    if view == "standard":
        sheet = IndexSheet(quantities("C F k c f u v"), setting=Setting.of("C 1..3, F 1..3, k 1..3"))
        sheet.start(
            name,
            total(ONE, (f, F), (c, C), (u, k), (v, k)) + total(ONE, (f, F)),
            "Every filter has one weight for every channel and every cell of its kernel, and one bias. "
            "The same weights are used everywhere in the image, so its size does not occur.",
        )
        _count(sheet, "the weights of one filter", v, u, c)
        _count(sheet, "filters", f)
        return sheet.conclude_here(name, "k by k kernels, with bias")
    sheet = IndexSheet(quantities("C F G k c f t u v"), setting=Setting.of("C 1..2, F 1..2, G 1..3, k 1..2"))
    sheet.start(
        name,
        total(ONE, (t, G), (f, F), (c, C), (u, k), (v, k)) + total(ONE, (t, G), (f, F)),
        "With groups, a filter sees only the $C$ channels of its own group. There are $G$ groups of $F$ "
        "filters.",
    )
    _count(sheet, "the weights of one filter", v, u, c)
    _count(sheet, "filters", f, t)
    return sheet.conclude_here(name, "G groups of C input and F output channels, k by k kernels, with bias")


@derives("weights-conv", "Weights of a convolution", views=("standard", "general"))
def weights_conv(view: str) -> Proof:
    """Count the weights alone, for layers without biases."""
    if view == "standard":
        sheet = IndexSheet(quantities("C F k c f u v"), setting=Setting.of("C 1..3, F 1..3, k 1..3"))
        sheet.start(
            WEIGHTS,
            total(ONE, (f, F), (c, C), (u, k), (v, k)),
            "Every filter has one weight for every channel and every cell of its kernel. Where "
            "normalization follows, there are no biases: it brings shifts of its own.",
        )
        _count(sheet, "the weights of one filter", v, u, c)
        _count(sheet, "filters", f)
        return sheet.conclude_here(WEIGHTS, "k by k kernels, without biases")
    sheet = IndexSheet(quantities("C F G k c f t u v"), setting=Setting.of("C 1..2, F 1..2, G 1..3, k 1..2"))
    sheet.start(
        WEIGHTS,
        total(ONE, (t, G), (f, F), (c, C), (u, k), (v, k)),
        "With groups, a filter sees only the $C$ channels of its own group. There are $G$ groups of $F$ "
        "filters.",
    )
    _count(sheet, "the weights of one filter", v, u, c)
    _count(sheet, "filters", f, t)
    return sheet.conclude_here(WEIGHTS, "G groups of C input and F output channels, without biases")


@derives("parameters-grouped", "What groups save", views=("simple",))
def parameters_grouped(view: str) -> Proof:
    """Show that G groups divide the number of weights by G."""
    del view  # there is one
    names = (
        quantity("C", "input channels of one group"),
        quantity("F", "output channels of one group"),
        *quantities("G k"),
    )
    sheet = Worksheet(names)
    sheet.instance(
        WEIGHTS,
        "G*(F*C*k^2)",
        "Each of $G$ groups is a convolution of $C$ to $F$ channels.",
        of="weights-conv",
        put="",
        view="general",
    )
    sheet.instance(
        label(r"\text{weights without groups}", "weights without groups"),
        "(G*F)*(G*C)*k^2",
        "Without groups, all $G*F$ filters see all $G*C$ channels.",
        of="weights-conv",
        put="C = G*C, F = G*F",
        view="standard",
    )
    sheet.step(
        "G*(F*C*k^2)/((G*F)*(G*C)*k^2)",
        "=",
        "1/G",
        rule="divide",
        because="Cancel what occurs above and below: $G$ groups need one $G$-th of the weights.",
    )
    return sheet.conclude(label(r"\text{ratio}", "ratio"), "1/G")


@derives("parameters-locally-connected", "Parameters of a locally connected layer", views=("standard",))
def parameters_locally_connected(view: str) -> Proof:
    """Count the weights of a layer that looks at windows, but learns each of them anew."""
    del view  # there is one
    name = label(r"\text{parameters}", "parameters")
    sheet = IndexSheet(
        quantities("C F k o c f i j u v"), setting=Setting.of("C 1..2, F 1..2, k 1..2, o 1..3")
    )
    sheet.start(
        name,
        total(ONE, (i, o), (j, o), (f, F), (c, C), (u, k), (v, k)) + total(ONE, (i, o), (j, o), (f, F)),
        "A locally connected layer slides the same windows, but every one of the $o$ by $o$ places has "
        "weights and biases of its own.",
    )
    _count(sheet, "the weights of one place and filter", v, u, c)
    _count(sheet, "filters and places", f, j, i)
    return sheet.conclude_here(name, "k by k windows, o by o places, with bias")


@derives("weight-sharing", "What locality and sharing save", views=("standard",))
def weight_sharing(view: str) -> Proof:
    """Compare fully connected, locally connected and shared weights between the same two maps."""
    del view  # there is one
    sheet = Worksheet(quantities("n k o C F"))
    sheet.define(
        label(r"\text{dense}", "dense"),
        "=",
        "(F*o^2)*(C*n^2)",
        "Fully connected: every one of the $F*o^2$ outputs has a weight for every one of the $C*n^2$ inputs.",
    )
    sheet.define(
        label(r"\text{local}", "local"),
        "=",
        "(F*o^2)*(C*k^2)",
        "Locally connected: every output has weights for the $C*k^2$ cells of its window only.",
    )
    sheet.instance(
        label(r"\text{shared}", "shared"),
        "F*(C*k^2)",
        "Convolution: all places share the weights of a filter.",
        of="weights-conv",
        put="",
        view="standard",
    )
    sheet.step(
        "(F*o^2)*(C*n^2)/((F*o^2)*(C*k^2))",
        "=",
        "n^2/k^2",
        rule="divide",
        because="Locality saves the ratio of the image to the window.",
    )
    sheet.step(
        "(F*o^2)*(C*k^2)/(F*(C*k^2))",
        "=",
        "o^2",
        rule="divide",
        because="Sharing saves the number of places.",
    )
    sheet.step(
        "(F*o^2)*(C*n^2)/(F*(C*k^2))",
        "=",
        "n^2*o^2/k^2",
        rule="divide",
        because="Both together: the ratio of a fully connected layer to a convolution.",
    )
    return sheet.conclude(
        label(r"\text{dense}/\text{shared}", "dense/shared"), "n^2*o^2/k^2", "without biases"
    )


@derives("macs-conv", "Multiply-adds of a convolution", views=("standard", "general"))
def macs_conv(view: str) -> Proof:
    """Count one multiply-add for every output and every weight that it uses."""
    if view == "standard":
        sheet = IndexSheet(
            quantities("C F k o c f i j u v"), setting=Setting.of("C 1..2, F 1..2, k 1..2, o 1..3")
        )
        sheet.start(
            MACS,
            total(ONE, (f, F), (i, o), (j, o), (c, C), (u, k), (v, k)),
            "Every output is a sum of products, one for each channel and kernel cell. A product and its "
            "addition are one multiply-add (MAC); products with padding are counted, too.",
        )
        _count(sheet, "the products of one output", v, u, c)
        _count(sheet, "outputs", j, i, f)
        return sheet.conclude_here(MACS, "one image; a MAC is two FLOPs")
    b, e = index("B e")
    sheet = IndexSheet(
        quantities("B C F G k o c e f i j t u v"),
        setting=Setting.of("B 1..2, C 1..2, F 1..2, G 1..2, k 1..2, o 1..2"),
    )
    sheet.start(
        MACS,
        total(ONE, (e, b), (t, G), (f, F), (i, o), (j, o), (c, C), (u, k), (v, k)),
        "Every output of every image is a sum of products, one for each channel of its group and each "
        "kernel cell.",
    )
    _count(sheet, "the products of one output", v, u, c)
    _count(sheet, "outputs", j, i, f, t, e)
    return sheet.conclude_here(MACS, "G groups of C input and F output channels; a MAC is two FLOPs")


@derives("depthwise-separable", "What depthwise-separable convolutions save", views=("standard",))
def depthwise_separable(view: str) -> Proof:
    """Compare filtering each channel by itself and then mixing channels with doing both at once."""
    del view  # there is one
    sheet = Worksheet(quantities("C F k o"))
    sheet.define(
        label(r"\text{MACs, separable}", "MACs, separable"),
        "=",
        "o^2*C*k^2 + o^2*F*C",
        "First a depthwise convolution, one $k$ by $k$ kernel per channel; then a 1 by 1 convolution that "
        "mixes the $C$ channels into $F$.",
    )
    sheet.instance(
        label(r"\text{MACs, full}", "MACs, full"),
        "o^2*F*C*k^2",
        "A full convolution does both at once.",
        of="macs-conv",
        put="",
        view="standard",
    )
    ratio = "(o^2*C*k^2 + o^2*F*C)/(o^2*F*C*k^2)"
    sheet.step(
        ratio,
        "=",
        "o^2*C*k^2/(o^2*F*C*k^2) + o^2*F*C/(o^2*F*C*k^2)",
        rule="divide",
        because="Divide term by term.",
    )
    sheet.then(
        "=",
        "1/F + 1/k^2",
        rule="cancel",
        because="Cancel in each fraction. The same ratio holds for the weights, where $o^2$ is missing "
        "above and below.",
    )
    return sheet.conclude(label(r"\text{ratio}", "ratio"), "1/F + 1/k^2", "MACs or weights, without biases")


@derives("stacked-small-kernels", "Three 3 by 3 layers against one 7 by 7", views=("simple", "standard"))
def stacked_small_kernels(view: str) -> Proof:
    """See as far with three small kernels as with one large kernel, with fewer weights."""
    if view == "simple":
        sheet = Worksheet(quantities("C"))
        sheet.define(
            label(r"\text{three layers}", "three layers"),
            "=",
            "3*(C*C*3^2)",
            "Three layers of 3 by 3 kernels, $C$ channels to $C$ channels, without biases.",
        )
        sheet.then("=", "27C^2", rule="multiply", because="$3*9 = 27$.")
        sheet.define(label(r"\text{one layer}", "one layer"), "=", "C*C*7^2", "One layer of 7 by 7 kernels.")
        sheet.then("=", "49C^2", rule="multiply", because="$7*7 = 49$.")
        sheet.step(
            "1 + 3*(3 - 1)",
            "=",
            "7",
            rule="receptive field",
            because="Both see 7 by 7 cells: every 3 by 3 layer adds 2 cells to each axis of the receptive "
            "field.",
        )
        sheet.step("27C^2/(49C^2)", "=", "27/49", rule="divide", because="Cancel: about 45 % fewer weights.")
        return sheet.conclude(label(r"\text{ratio}", "ratio"), "27/49", "weights, without biases")
    sheet = Worksheet((*quantities("C"), quantity("L", "layers of 3 by 3 kernels")))
    sheet.define(
        label(r"\text{stack}", "stack"),
        "=",
        "L*(C*C*3^2)",
        "$L$ layers of 3 by 3 kernels, $C$ channels throughout.",
    )
    sheet.define(
        label(r"\text{one layer}", "one layer"),
        "=",
        "C*C*(2L + 1)^2",
        "One layer that sees as far: each small layer adds 2 cells, so its kernel is $2L + 1$ cells wide.",
    )
    sheet.step(
        "L*(C*C*3^2)/(C*C*(2L + 1)^2)",
        "=",
        "9L/(2L + 1)^2",
        rule="divide",
        because="Cancel the channels.",
    )
    sheet.step(
        "9L",
        "<=",
        "(2L + 1)^2",
        rule="bounds",
        because="The stack never has more weights: the difference is $(L - 1)*(4L - 1)$, which is not "
        "negative.",
    )
    return sheet.conclude(label(r"\text{ratio}", "ratio"), "9L/(2L + 1)^2", "weights, without biases")


@derives("bottleneck", "What a bottleneck block saves", views=("standard",))
def bottleneck(view: str) -> Proof:
    """Compare squeezing channels before the 3 by 3 kernel with two plain 3 by 3 layers."""
    del view  # there is one
    sheet = Worksheet((quantity("M", "channels in the narrow part", least=1),))
    wide = "(4M)"
    sheet.define(
        label(r"\text{bottleneck}", "bottleneck"),
        "=",
        f"{wide}*M + M*M*3^2 + M*{wide}",
        "A 1 by 1 layer from $4M$ to $M$ channels, a 3 by 3 layer on $M$ channels, and a 1 by 1 layer "
        "back to $4M$ (weights, without biases).",
    )
    sheet.then("=", "17M^2", rule="add", because="$4 + 9 + 4 = 17$.")
    sheet.define(
        label(r"\text{plain}", "plain"),
        "=",
        f"2*({wide}*{wide}*3^2)",
        "Two plain 3 by 3 layers on all $4M$ channels.",
    )
    sheet.then("=", "288M^2", rule="multiply", because="$2*16*9 = 288$.")
    sheet.step(
        "17M^2/(288M^2)", "=", "17/288", rule="divide", because="Cancel: one seventeenth of the weights."
    )
    return sheet.conclude(
        label(r"\text{ratio}", "ratio"), "17/288", "four times as many channels outside as inside"
    )


@derives("channel-reduction", "What a 1 by 1 reduction saves", views=("standard",))
def channel_reduction(view: str) -> Proof:
    """Reduce the channels before an expensive kernel, as Inception does."""
    del view  # there is one
    sheet = Worksheet((*quantities("C F k o"), quantity("M", "channels after the reduction", least=1)))
    sheet.instance(
        label(r"\text{direct}", "direct"),
        "o^2*F*C*k^2",
        "Multiply-adds of a $k$ by $k$ convolution, $C$ to $F$ channels.",
        of="macs-conv",
        put="",
        view="standard",
    )
    reduced = "o^2*M*C + o^2*F*M*k^2"
    sheet.define(
        label(r"\text{reduced}", "reduced"),
        "=",
        reduced,
        "A 1 by 1 convolution from $C$ to $M$ channels, then the $k$ by $k$ convolution from $M$ to $F$.",
    )
    ratio = f"({reduced})/(o^2*F*C*k^2)"
    sheet.step(
        ratio,
        "=",
        "M/(F*k^2) + M/C",
        rule="divide",
        because="Divide term by term: the price of the reduction, plus what is left of the large kernel.",
    )
    sheet.step(
        "M/(F*k^2) + M/C < 1",
        "iff",
        "M*(C + F*k^2) < C*F*k^2",
        rule="rearrange",
        because="Multiply by $C*F*k^2$, which is positive: the reduction pays when $M$ is small enough.",
    )
    return sheet.conclude(
        label(r"\text{ratio}", "ratio"), "M/(F*k^2) + M/C", "MACs or weights, without biases"
    )


@derives("factorized-kernel", "A k by k kernel as 1 by k and k by 1", views=("standard",))
def factorized_kernel(view: str) -> Proof:
    """Split a kernel into a row and a column, as Inception v3 does."""
    del view  # there is one
    sheet = Worksheet(quantities("C k"))
    sheet.define(
        label(r"\text{factorized}", "factorized"),
        "=",
        "C*C*(1*k) + C*C*(k*1)",
        "A layer of 1 by $k$ kernels, then one of $k$ by 1 kernels, on $C$ channels, without biases.",
    )
    sheet.then("=", "2k*C^2", rule="add", because="Both have $k$ cells.")
    sheet.define(label(r"\text{full}", "full"), "=", "k^2*C^2", "One layer of $k$ by $k$ kernels.")
    sheet.step(
        "2k*C^2/(k^2*C^2)",
        "=",
        "2/k",
        rule="divide",
        because="Cancel: a third less for $k = 3$, five sevenths less for $k = 7$.",
    )
    return sheet.conclude(label(r"\text{ratio}", "ratio"), "2/k", "weights, without biases")


@derives("activation-memory", "Memory of a layer's activations", views=("standard",))
def activation_memory(view: str) -> Proof:
    """Count the output cells of a batch, and their bytes."""
    del view  # there is one
    b, e = index("B e")
    name = label(r"\text{bytes}", "bytes")
    sheet = IndexSheet(
        (
            *quantities("B F o e f i j"),
            quantity("q", "bytes of one number (4 for float32)", unit="bytes", least=1),
        ),
        setting=Setting.of("B 1..3, F 1..3, o 1..3, q 1..4"),
    )
    sheet.start(
        name,
        total(index("q"), (e, b), (f, F), (i, o), (j, o)),
        "The backward pass needs the output of every layer again, so training keeps it: every cell of "
        "every map of every image of the batch.",
    )
    _count(sheet, "cells", j, i, f, e)
    return sheet.conclude_here(name)
