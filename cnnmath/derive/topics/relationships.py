"""The fifteen relationships of Dumoulin and Visin, each as a special case of the derived size formulas.

Source: V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016. Their i and o
are our n and o; for transposed convolutions n is the input of the transposed one (their i') and o its output
(their o').
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import quantities, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.worksheet import Worksheet

SIZE = "floor((n + 2p - k)/s) + 1"


def _forward(
    names: str,
    put_in: str,
    setting: str,
    lines: tuple[tuple[str, str, str], ...],
    *,
    put: str,
    given: tuple[str, ...] = (),
) -> Proof:
    """Put a setting into the size formula, then go on line by line: (formula, rule, reason)."""
    sheet = Worksheet(quantities(names), given=given)
    sheet.instance(
        "o", put_in, f"The output size of a convolution, {setting}.", of="conv-output-size", put=put
    )
    for formula, rule, because in lines:
        sheet.then("=", formula, rule=rule, because=because)
    return sheet.conclude("o", lines[-1][0], setting)


@derives("relationship-01", "Relationship 1: no padding, unit strides", views=("simple",))
def relationship_01(view: str) -> Proof:
    """Without padding every window position is one of n - k + 1."""
    del view
    last = ("n - k + 1", "floor", "The numerator is whole: nothing is rounded.")
    return _forward(
        "n k",
        "floor((n + 2*0 - k)/1) + 1",
        "with p = 0 and s = 1",
        (last,),
        put="p = 0, s = 1",
        given=("n >= k",),
    )


@derives("relationship-02", "Relationship 2: any padding, unit strides", views=("simple",))
def relationship_02(view: str) -> Proof:
    """Show that padding p acts like an input of size n + 2p."""
    del view
    last = ("n - k + 2p + 1", "floor", "The numerator is whole: nothing is rounded.")
    return _forward(
        "n k p", "floor((n + 2p - k)/1) + 1", "with s = 1", (last,), put="s = 1", given=("n + 2p >= k",)
    )


@derives("relationship-03", "Relationship 3: half padding, unit strides", views=("simple",))
def relationship_03(view: str) -> Proof:
    """Half padding keeps the size for odd kernels, and adds one cell for even ones."""
    del view
    sheet = Worksheet(quantities("n h"))
    sheet.instance(
        "o",
        "floor((n + 2h - (2h + 1))/1) + 1",
        "The output size with an odd kernel $k = 2h + 1$, padding $p = floor(k/2) = h$ and stride 1.",
        of="conv-output-size",
        put="k = 2h + 1, p = h, s = 1",
    )
    sheet.then("=", "n", rule="floor", because="The padding gives back what the kernel takes.")
    sheet.step(
        "floor((n + 2*floor(2h/2) - 2h)/1) + 1",
        "=",
        "n + 1",
        rule="where it fails",
        because="For an even kernel $k = 2h$ the same padding $floor(k/2) = h$ gives one cell too many: the "
        "relationship holds for odd kernels only.",
        given=("h >= 1",),
    )
    return sheet.conclude("o", "n", "k odd, p = floor(k/2), s = 1")


@derives("relationship-04", "Relationship 4: full padding, unit strides", views=("simple",))
def relationship_04(view: str) -> Proof:
    """Full padding makes the output larger than the input."""
    del view
    lines = (
        ("n + 2*(k - 1) - (k - 1)", "floor", "The numerator is whole: nothing is rounded."),
        ("n + (k - 1)", "rearrange", "Two paddings less one kernel: one is left."),
    )
    return _forward(
        "n k", "floor((n + 2*(k - 1) - k)/1) + 1", "with p = k - 1 and s = 1", lines, put="p = k - 1, s = 1"
    )


@derives("relationship-05", "Relationship 5: no padding, any strides", views=("simple",))
def relationship_05(view: str) -> Proof:
    """Take every s-th of the n - k + 1 positions, the first included."""
    del view
    last = ("floor((n - k)/s) + 1", "rearrange", "No padding adds nothing.")
    return _forward(
        "n k s", "floor((n + 2*0 - k)/s) + 1", "with p = 0", (last,), put="p = 0", given=("n >= k",)
    )


@derives("relationship-06", "Relationship 6: any padding, any strides", views=("simple",))
def relationship_06(view: str) -> Proof:
    """Treat the general case as a strided convolution of the padded input."""
    del view
    sheet = Worksheet(quantities("n k s p"), given=("n + 2p >= k",))
    sheet.instance(
        "o",
        "floor(((n + 2p) - k)/s) + 1",
        "Padding makes the input $n + 2p$ cells long; relationship 5 counts its windows.",
        of="relationship-05",
        put="n = n + 2p",
    )
    sheet.then("=", SIZE, rule="rearrange", because="Leave out the brackets.")
    sheet.step(
        "floor((n + s - 1 + 2p - k)/s) + 1",
        "<=",
        "floor((n + 2p - k)/s) + 1 + 1",
        rule="bounds",
        because="Rounding down means that different inputs share an output size: $s - 1$ more cells bring "
        "at most one more window.",
    )
    return sheet.conclude("o", SIZE)


@derives("relationship-07", "Relationship 7: pooling", views=("simple",))
def relationship_07(view: str) -> Proof:
    """Pooling slides the same window; usually without padding."""
    del view
    sheet = Worksheet(quantities("n k s"), given=("n >= k",))
    sheet.instance(
        "o",
        "floor((n - k)/s) + 1",
        "A pooling window goes where a convolution window would go; what is computed inside does not matter "
        "for the size. Pooling does not pad here.",
        of="conv-output-size",
        put="p = 0",
    )
    sheet.step(
        "floor((s*n - s)/s) + 1",
        "=",
        "n",
        rule="special case",
        because="Windows side by side, $k = s$: an input of $s*n$ cells is shortened to $n$.",
    )
    return sheet.conclude("o", "floor((n - k)/s) + 1", "no padding")


# ---------------------------------------------------------------- transposed convolution


@dataclass(frozen=True)
class Transposed:
    """A transposed convolution, computed as a convolution with stride 1 over a stretched and padded input."""

    names: str
    stretched: str
    padding: str
    size: str
    forward: str
    setting: str
    reasons: tuple[str, str, str]
    given: tuple[str, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()

    def proof(self) -> Proof:
        """Size of the convolution that computes it; then the check that the convolution goes back to n."""
        stretched_size = quantity("m", "size of the stretched input", unit="cells", least=1)
        sheet = Worksheet((*quantities(self.names), stretched_size), given=self.given)
        stretched, padding, back = self.reasons
        sheet.define("m", "=", self.stretched, stretched)
        zeros = " + a" if " a" in self.names else ""
        sheet.instance(
            "o",
            f"{self.stretched} + 2*({self.padding}) - k + 1{zeros}",
            padding,
            of="relationship-02",
            put=f"n = {self.stretched}{zeros}, p = {self.padding}",
        )
        sheet.then("=", self.size, rule="rearrange", because="Collect the terms.")
        for formula, because in self.lines:
            sheet.then("=", formula, rule="rearrange", because=because)
        sheet.step(self.forward, "=", "n", rule="floor", because=back)
        return sheet.conclude("o", sheet.lines[-2].right.text, self.setting)


NOT_STRETCHED = "With stride 1 the input is used as it is."
STRETCHED = "Between neighboring input cells $s - 1$ zeros are inserted, so they lie $s$ cells apart."
BACK = "Check: the convolution that is undone takes an output of this size back to $n$."


@derives("relationship-08", "Relationship 8: transposed, no padding, unit strides", views=("simple",))
def relationship_08(view: str) -> Proof:
    """Show that the transpose of an unpadded convolution is a fully padded one."""
    del view
    reason = "It is computed as a convolution of stride 1 with full padding $k - 1$."
    return Transposed(
        "n k",
        "n",
        "k - 1",
        "n + (k - 1)",
        "floor((n + (k - 1) + 2*0 - k)/1) + 1",
        "with p = 0 and s = 1",
        (NOT_STRETCHED, reason, BACK),
    ).proof()


@derives("relationship-09", "Relationship 9: transposed, any padding, unit strides", views=("simple",))
def relationship_09(view: str) -> Proof:
    """Show that the transpose is padded less where the convolution was padded more."""
    del view
    reason = "It is computed as a convolution of stride 1 with padding $k - p - 1$."
    return Transposed(
        "n k p",
        "n",
        "k - p - 1",
        "n + (k - 1) - 2p",
        "floor((n + (k - 1) - 2p + 2p - k)/1) + 1",
        "with s = 1",
        (NOT_STRETCHED, reason, BACK),
        ("p <= k - 1", "n + (k - 1) - 2p >= 1"),
    ).proof()


@derives("relationship-10", "Relationship 10: transposed, half padding, unit strides", views=("simple",))
def relationship_10(view: str) -> Proof:
    """Show that the transpose of a size-keeping convolution keeps the size."""
    del view
    sheet = Worksheet(quantities("n h"))
    sheet.instance(
        "o",
        "n + (2h + 1 - 1) - 2h",
        "Relationship 9 with an odd kernel $k = 2h + 1$ and $p = h$.",
        of="relationship-09",
        put="k = 2h + 1, p = h",
    )
    sheet.then("=", "n", rule="rearrange", because="Kernel and padding cancel.")
    sheet.step("floor((n + 2h - (2h + 1))/1) + 1", "=", "n", rule="floor", because=BACK)
    return sheet.conclude("o", "n", "k = 2h + 1, p = h, s = 1")


@derives("relationship-11", "Relationship 11: transposed, full padding, unit strides", views=("simple",))
def relationship_11(view: str) -> Proof:
    """Show that the transpose of a fully padded convolution needs no padding."""
    del view
    reason = "It is computed as a convolution of stride 1 with padding $k - (k - 1) - 1$, which is none."
    return Transposed(
        "n k",
        "n",
        "k - (k - 1) - 1",
        "n - (k - 1)",
        "floor((n - (k - 1) + 2*(k - 1) - k)/1) + 1",
        "with p = k - 1 and s = 1",
        (NOT_STRETCHED, reason, BACK),
        ("n >= k",),
    ).proof()


@derives("relationship-12", "Relationship 12: transposed, no padding, any strides", views=("simple",))
def relationship_12(view: str) -> Proof:
    """Stretch the input by the stride, then pad fully."""
    del view
    reason = (
        "It is computed as a convolution of stride 1 over the stretched input, with full padding $k - 1$."
    )
    return Transposed(
        "n k s",
        "s*(n - 1) + 1",
        "k - 1",
        "s*(n - 1) + k",
        "floor((s*(n - 1) + k - k)/s) + 1",
        "with p = 0, for sizes such that o - k is a multiple of s",
        (STRETCHED, reason, BACK),
    ).proof()


@derives("relationship-13", "Relationship 13: transposed, any padding, any strides", views=("simple",))
def relationship_13(view: str) -> Proof:
    """Stretch the input, then pad by what the convolution left out."""
    del view
    reason = "It is computed as a convolution of stride 1 over the stretched input, with padding $k - p - 1$."
    return Transposed(
        "n k s p",
        "s*(n - 1) + 1",
        "k - p - 1",
        "s*(n - 1) + k - 2p",
        "floor((s*(n - 1) + k - 2p + 2p - k)/s) + 1",
        "for sizes such that o + 2p - k is a multiple of s",
        (STRETCHED, reason, BACK),
        ("p <= k - 1", "s*(n - 1) + k - 2p >= 1"),
    ).proof()


@derives("relationship-14", "Relationship 14: transposed, all sizes", views=("simple",))
def relationship_14(view: str) -> Proof:
    """Extra zeros at one end reach the sizes that the floor of the convolution skipped."""
    del view
    reason = (
        "It is computed as a convolution of stride 1 over the stretched input, with padding $k - p - 1$ and"
        " $a$ "
        "more zeros at the end; $a$ is the remainder $(o + 2p - k) mod s$ that the convolution threw away."
    )
    return Transposed(
        "n k s p a",
        "s*(n - 1) + 1",
        "k - p - 1",
        "s*(n - 1) + a + k - 2p",
        "floor((s*(n - 1) + a + k - 2p + 2p - k)/s) + 1",
        "a = (o + 2p - k) mod s",
        (STRETCHED, reason, BACK),
        ("p <= k - 1", "a <= s - 1", "s*(n - 1) + a + k - 2p >= 1"),
    ).proof()


@derives("relationship-15", "Relationship 15: dilated convolution", views=("simple",))
def relationship_15(view: str) -> Proof:
    """Show that a dilated kernel counts with its effective size."""
    del view
    lines = (
        ("floor((n + 2p - k - (k - 1)*(d - 1))/s) + 1", "rearrange", "Leave out the brackets."),
        ("floor((n + 2p - d*(k - 1) - 1)/s) + 1", "rearrange", "The same, as it is written in PyTorch."),
    )
    sheet = Worksheet(quantities("n k s p d"), given=("n + 2p >= k + (k - 1)*(d - 1)",))
    sheet.instance(
        "o",
        "floor((n + 2p - (k + (k - 1)*(d - 1)))/s) + 1",
        "The output size with the effective kernel size $k + (k - 1)*(d - 1)$ in place of $k$.",
        of="conv-output-size",
        put="k = k + (k - 1)*(d - 1)",
    )
    for formula, rule, because in lines:
        sheet.then("=", formula, rule=rule, because=because)
    return sheet.conclude("o", lines[0][0])
