"""Transposed convolution: how large its output is, and why it needs an output padding."""

from __future__ import annotations

from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import quantities, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.sides import label
from cnnmath.derive.worksheet import Worksheet


@derives("transposed-output-size", "Output size of a transposed convolution", views=("simple", "general"))
def transposed_output_size(view: str) -> Proof:
    """Stamp the kernel onto the output for every input cell, s cells apart, and cut both ends."""
    simple = view == "simple"
    reach = "(k - 1)" if simple else "d*(k - 1)"
    cut = "2p" if simple else "p_l - p_r"
    back = "2p" if simple else "p_l + p_r"
    names = "n k s p a" if simple else "n k s p_l p_r d a"
    whole = f"s*(n - 1) + {reach} + 1"
    size = f"s*(n - 1) + {reach} + 1 - {cut} + a"
    given = (f"{size} >= 1", "a <= s - 1")
    letters = (
        *quantities(names),
        quantity("i", "number of an input cell, counted from 0"),
        quantity("u", "number of a kernel cell, counted from 0"),
    )
    sheet = Worksheet(letters, given=given)
    step = "u" if simple else "d*u"
    sheet.define(
        label(r"\text{position of } x_i w_u", "position of x[i]*w[u]"),
        "=",
        f"s*i + {step}",
        "A transposed convolution goes the other way: input cell $i$ adds a copy of the kernel to the "
        "output, "
        "starting at cell $s*i$.",
    )
    sheet.step(
        f"s*i + {step}",
        "<=",
        f"s*(n - 1) + {reach}",
        rule="bounds",
        because="The last product that is written comes from the last input cell and the last kernel cell.",
        given=("i <= n - 1", "u <= k - 1"),
    )
    sheet.step(
        f"s*(n - 1) + {reach} - 0 + 1",
        "=",
        whole,
        rule="count",
        because="The first product lands on cell 0. From there to the last one the output spans so many "
        "cells, both ends counted.",
    )
    sheet.define(
        "o",
        "=",
        size,
        "Padding means the opposite here: it cuts cells off at both ends. The output padding $a$, at most "
        "$s - 1$, adds cells at the end.",
    )
    room = f"{size} + {back}" + (" - k" if simple else " - d*(k - 1) - 1")
    sheet.step(
        f"floor(({room})/s) + 1",
        "=",
        "n",
        rule="floor",
        because="Check: a convolution with the same kernel, stride and padding takes an output of this "
        "size back to $n$, whatever $a$ from 0 to $s - 1$ is. This is why $a$ must be told: the size "
        "alone does not say it.",
    )
    return sheet.conclude("o", size, f"0 <= a <= s - 1, {size} >= 1")


@derives("output-padding", "Which output padding restores an input size", views=("simple", "general"))
def output_padding(view: str) -> Proof:
    """To get back the input size that a convolution had, the output padding is what its floor threw away."""
    simple = view == "simple"
    names, room = (
        ("n k s p", "n + 2p - k") if simple else ("n k s p_l p_r d", "n + p_l + p_r - d*(k - 1) - 1")
    )
    extent = "k" if simple else "d*(k - 1) + 1"
    cut = "2p" if simple else "p_l - p_r"
    sheet = Worksheet((*quantities(f"{names} o"), quantity("a")), given=(f"{room} >= 0",))
    sheet.instance(
        "o",
        f"floor(({room})/s) + 1",
        "A convolution takes the input size $n$ to $o$.",
        of="conv-output-size",
        view=view,
    )
    sheet.instance(
        "n",
        f"s*(o - 1) + {extent} - {cut} + a",
        "A transposed convolution with output padding $a$ takes $o$ to this size, which shall be $n$ again.",
        of="transposed-output-size",
        put="n = o",
        view=view,
        given=("o >= 1", "a <= s - 1", f"s*(o - 1) + {extent} - {cut} + a = n"),
    )
    sheet.step(
        f"s*(floor(({room})/s) + 1 - 1) + {extent} - {cut} + a = n",
        "iff",
        f"a = {room} - s*floor(({room})/s)",
        rule="rearrange",
        because="Put the first formula into the second and solve for $a$.",
    )
    sheet.step(
        f"{room} - s*floor(({room})/s)",
        "=",
        f"({room}) mod s",
        rule="remainder",
        because="What remains after taking out $s$ as often as it fits is the remainder.",
    )
    sheet.step(
        f"({room}) mod s",
        "<=",
        "s - 1",
        rule="remainder",
        because="A remainder is always smaller than the divisor: the output padding is in its allowed range.",
    )
    return sheet.conclude("a", f"({room}) mod s", f"{room} >= 0")
