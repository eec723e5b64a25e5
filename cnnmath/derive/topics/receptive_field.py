"""Receptive fields: how many input cells an output sees, how far apart neighbors look, what merging does."""

from __future__ import annotations

from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import Quantity, quantities, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.sides import label
from cnnmath.derive.worksheet import Worksheet

SIZE = quantity("r", "receptive field before the layer", least=1, unit="cells")
JUMP = quantity("j", "jump: how far apart neighbors before the layer look", least=1, unit="cells")
START = Quantity("t", "first input cell that the first value before the layer sees", "cells")


@derives("receptive-field-recurrence", "How a layer widens the receptive field", views=("simple", "general"))
def receptive_field_recurrence(view: str) -> Proof:
    """Follow the first and the last cell of one window down to the input."""
    dilated = view == "general"
    last = "d*(k - 1)" if dilated else "(k - 1)"
    names = (SIZE, JUMP, START, *quantities("i s k d" if dilated else "i s k"))
    sheet = Worksheet(names)
    sheet.define(
        label(r"\text{value } q \text{ before sees}", "value q before sees"),
        ":=",
        label(r"\text{cells } t + j q \text{ to } t + j q + r - 1", "cells t + j*q to t + j*q + r - 1"),
        "Before the layer, each value sees $r$ input cells, and the next value sees cells $j$ further on.",
    )
    sheet.define(
        label(r"\text{output } i \text{ reads}", "output i reads"),
        ":=",
        label(
            rf"\text{{values }} s i \text{{ to }} s i + {'d (k - 1)' if dilated else 'k - 1'}",
            f"values s*i to s*i + {last}",
        ),
        "The window of output $i$ starts at value $s*i$ (without padding, which moves the start only).",
    )
    first, final = "t + j*(s*i)", f"t + j*(s*i + {last}) + r - 1"
    sheet.step(
        f"({final}) - ({first}) + 1",
        "=",
        f"r + {last}*j",
        rule="last minus first plus 1",
        because="From the first cell of the first value to the last cell of the last value.",
    )
    sheet.step(
        "t + j*(s*(i + 1)) - (t + j*(s*i))",
        "=",
        "j*s",
        rule="subtract",
        because="The next output starts $s$ values later, and each of them is $j$ cells on: jumps multiply.",
    )
    return sheet.conclude(label("r'", "r after"), f"r + {last}*j", "the jump after the layer is j*s")


@derives("receptive-field-start", "Where the receptive field starts")
def receptive_field_start(view: str) -> Proof:
    """Let padding move the first window to the left of the input, by one jump for each padded cell."""
    sheet = Worksheet((START, JUMP, SIZE, *quantities("k p")))
    sheet.define(
        label(r"\text{first value of window } 0", "first value of window 0"),
        "=",
        "-p",
        "With $p$ cells of padding, the first window starts $p$ values before value 0.",
    )
    sheet.define(
        label(r"\text{its first input cell}", "its first input cell"),
        "=",
        "t + j*(-p)",
        "Value $q$ starts at cell $t + j*q$.",
        rule="follow",
    )
    sheet.then("=", "t - p*j", rule="rearrange", because="A negative start lies in the padding.")
    sheet.step(
        "2*(t - p*j) + (r + (k - 1)*j) - 1",
        "=",
        "(2*t + r - 1) + (k - 1 - 2*p)*j",
        rule="collect",
        because="Twice the center, first cell plus last. With half padding, $2p = k - 1$, the center stays "
        "where it was.",
    )
    return sheet.conclude(label("t'", "t after"), "t - p*j")


@derives("receptive-field-stack", "The receptive field of a stack without stride")
def receptive_field_stack(view: str) -> Proof:
    """Every layer adds k - 1 cells: induction over the layers."""
    layers = quantity("L", "layers", least=0)
    sheet = Worksheet((layers, *quantities("k")))
    sheet.define(
        label(r"\text{cells seen through } L \text{ layers}", "cells seen through L layers"),
        "=",
        "1 + L*(k - 1)",
        "The claim, for layers with kernel $k$ and stride 1. It is proved by induction.",
        rule="claim",
    )
    sheet.step("1 + 0*(k - 1)", "=", "1", rule="start", because="Through no layer, a cell sees itself.")
    sheet.step(
        "(1 + L*(k - 1)) + (k - 1)*1",
        "=",
        "1 + (L + 1)*(k - 1)",
        rule="induction",
        because="One more layer adds $(k - 1)*j$ cells, and without stride the jump $j$ is 1.",
    )
    return sheet.conclude("r", "1 + L*(k - 1)", "stride 1 everywhere")


@derives("receptive-field-two-layers", "The receptive field through two layers")
def receptive_field_two_layers(view: str) -> Proof:
    """Put the recurrence into itself; receptive fields are composed, not added."""
    names = (
        quantity("k_1", "kernel size of the first layer", least=1, unit="cells"),
        quantity("k_2", "kernel size of the second layer", least=1, unit="cells"),
        quantity("s_1", "stride of the first layer", least=1, unit="cells"),
    )
    sheet = Worksheet(names)
    sheet.define(
        "r_1", "=", "1 + (k_1 - 1)*1", "After the first layer: the input's own cells see 1 and jump 1."
    )
    sheet.define(
        "r_2",
        "=",
        "(1 + (k_1 - 1)*1) + (k_2 - 1)*s_1",
        "The second layer, with jump $s_1$.",
        rule="recurrence",
    )
    sheet.step(
        "(1 + (k_1 - 1)*1) + (k_2 - 1)*s_1",
        "=",
        "k_1 + (k_2 - 1)*s_1",
        rule="rearrange",
        because="The first layer's stride stretches the second layer's kernel.",
    )
    sheet.step(
        "k_1 + (k_2 - 1)*1",
        "=",
        "k_1 + k_2 - 1",
        rule="without stride",
        because="Even without stride, it is one less than the sum of the two kernels.",
    )
    return sheet.conclude("r_2", "k_1 + (k_2 - 1)*s_1")


@derives("receptive-field-merge", "Where two paths meet")
def receptive_field_merge(view: str) -> Proof:
    """Take the union of two intervals; with equal centers it is the larger of the two."""
    names = (
        Quantity("t_1", "first cell that the first path sees", "cells"),
        Quantity("t_2", "first cell that the second path sees", "cells"),
        quantity("r_1", "cells that the first path sees", least=1, unit="cells"),
        quantity("r_2", "cells that the second path sees", least=1, unit="cells"),
    )
    sheet = Worksheet(names)
    union = "max(t_1 + r_1 - 1, t_2 + r_2 - 1) - min(t_1, t_2) + 1"
    sheet.define(
        label(r"\text{cells from first to last}", "cells from first to last"),
        "=",
        union,
        "Both paths have the same jump. From the leftmost first cell to the rightmost last one, both "
        "included.",
    )
    sheet.then(
        "=",
        "max(t_1 + r_1, t_2 + r_2) - min(t_1, t_2)",
        rule="rearrange",
        because="Minus 1 and plus 1 cancel.",
    )
    sheet.step(
        "max(t_1 + r_1, t_2 + r_2) - min(t_1, t_2)",
        "=",
        "max(r_1, r_2)",
        rule="equal centers",
        given=("2*t_1 + r_1 = 2*t_2 + r_2",),
        because="If the paths are aligned, $2*t_1 + r_1 = 2*t_2 + r_2$, the larger one covers the other.",
    )
    return sheet.conclude("r", "max(t_1 + r_1, t_2 + r_2) - min(t_1, t_2)")
