"""Receptive fields: which input cells an output cell sees, layer by layer and across branches."""

from __future__ import annotations

from cnnmath.derive.checks.induction import EveryStack, Induction
from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import Quantity, quantities, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.sides import label
from cnnmath.derive.worksheet import Worksheet

SIZE = quantity("r", "receptive field: image cells that one cell of the map sees", unit="cells", least=1)
JUMP = quantity(
    "q", "jump: distance in the image between what two neighboring cells see", unit="cells", least=1
)
START = quantity(
    "a",
    "start: first image cell that cell 0 of the map sees (negative: in the padding)",
    unit="cells",
    least=None,
)
RECEPTIVE_FIELDS = Quantity("r", "receptive fields: r[L] after layer L", kind="tensor", unit="cells")
LAYER = Quantity("l", "number of a layer, counted from 1", least=1)
WINDOW = quantity("i", "number of an output cell, counted from 0", least=0)


def _composition(view: str) -> Worksheet:
    """Compose: the cells that a window covers, and what each of them sees."""
    dilated = view == "general"
    letters = "k s p d" if dilated else "k s p"
    reach = "d*(k - 1)" if dilated else "k - 1"
    cell = quantity("m", "number of a cell of the map, counted from 0")
    sheet = Worksheet((START, JUMP, SIZE, *quantities(letters), WINDOW, cell))
    sheet.define(
        label(r"\text{cell } m \text{ sees}", "cell m sees"),
        "=",
        "(a + q*m, a + q*m + r - 1)",
        "So far, cell $m$ of the map sees $r$ image cells; from one cell to the next, what is seen moves "
        "by $q$.",
    )
    sheet.define(
        label(r"\text{window } i \text{ covers}", "window i covers"),
        "=",
        f"(s*i - p, s*i - p + {reach})",
        "The next layer's window $i$ covers these cells of the map: it starts $s*i$ cells further, less "
        f"the padding, and its last cell is ${reach}$ cells after its first.",
    )
    return sheet


@derives("receptive-field-recurrence", "Receptive field, layer by layer", views=("simple", "general"))
def receptive_field_recurrence(view: str) -> Proof:
    """Add to the receptive field what the kernel's further cells see: one jump for each."""
    sheet = _composition(view)
    reach = "d*(k - 1)" if view == "general" else "(k - 1)"
    name = label(r"r_{\text{new}}", "r_new")
    seen = f"(a + q*(s*i - p + {reach}) + r - 1) - (a + q*(s*i - p)) + 1"
    sheet.define(
        name,
        "=",
        seen,
        "The window sees from the first image cell that its first cell sees to the last one that its last "
        "cell sees: last minus first plus 1.",
    )
    sheet.then(
        "=",
        f"r + {reach}*q",
        rule="rearrange",
        because="A layer adds its kernel cells less one, each worth a jump. Its own stride counts only "
        "for the layers after it.",
    )
    return sheet.conclude(name, f"r + {reach}*q", "the image itself has r = 1 and q = 1")


@derives("receptive-field-start-jump", "Start and jump of the receptive field", views=("simple", "general"))
def receptive_field_start_jump(view: str) -> Proof:
    """Keep track of where a cell looks: the jump multiplies, the start moves into the padding."""
    sheet = _composition(view)
    start, jump = label(r"a_{\text{new}}", "a_new"), label(r"q_{\text{new}}", "q_new")
    sheet.define(
        start, "=", "a + q*(s*0 - p)", "The first image cell that window 0 sees is that of its first cell."
    )
    sheet.then("=", "a - q*p", rule="rearrange", because="So every layer moves the start into the padding.")
    sheet.define(
        jump,
        "=",
        "(a + q*(s*(i + 1) - p)) - (a + q*(s*i - p))",
        "From one window to the next, what is seen moves by the difference of their first cells.",
    )
    sheet.then(
        "=", "q*s", rule="rearrange", because="The same for all windows: jumps multiply by the stride."
    )
    reach = "d*(k - 1)" if view == "general" else "(k - 1)"
    sheet.step(
        f"2*(a - q*p) + (r + {reach}*q) - 1",
        "=",
        f"(2a + r - 1) + q*({reach} - 2p)",
        rule="center",
        because="Twice the center is first plus last cell. It stays in place when the padding is half of "
        f"what the kernel takes, ${reach} = 2p$: then all cells look at the places where they stand.",
    )
    return sheet.conclude(start, "a - q*p", "the image itself has a = 0 and q = 1; the jump becomes q s")


def stacked(layers: list[tuple[int, int]]) -> int:
    """Return the receptive field of layers (k, s): the image cells that one output cell sees, counted."""
    seen = {0}
    for k, s in reversed(layers):
        seen = {s * cell + tap for cell in seen for tap in range(k)}
    return max(seen) - min(seen) + 1


def jumped(layers: list[tuple[int, int]]) -> int:
    """Return the jump of layers (k, s): how far the first image cell moves from output cell 0 to 1."""
    first = [0, 1]
    for _, s in reversed(layers):
        first = [s * cell for cell in first]
    return first[1] - first[0]


@derives("receptive-field-closed-form", "Receptive field in closed form", views=("standard",))
def receptive_field_closed_form(view: str) -> Proof:
    """Solve the recurrence: each layer adds its kernel cells less one, times the strides before it."""
    del view  # there is one
    names = (
        quantity("L", "number of layers", least=0),
        quantity("k", "kernel sizes, k[1] of the first layer", kind="tensor", unit=""),
        quantity("s", "strides, s[1] of the first layer", kind="tensor", unit=""),
        RECEPTIVE_FIELDS,
        Quantity("q", "jumps: q[l] after layer l", kind="tensor"),
        LAYER,
        Quantity("i", "number of a layer before layer l, counted from 1", least=1),
    )
    sheet = Worksheet(names)
    q, r = label("q_L", "q[L]"), label("r_L", "r[L]")
    sheet.define(
        q, "=", "q[L - 1]*s[L]", "Jump after layer $L$, from the one before; the image itself has $q[0] = 1$."
    )
    sheet.define(
        r,
        "=",
        "r[L - 1] + (k[L] - 1)*q[L - 1]",
        "Receptive field after layer $L$; the image itself has $r[0] = 1$.",
    )
    jump = "prod(s[l], l, 1, L)"
    sheet.write(
        q,
        "=",
        jump,
        rule="induction",
        because="For no layer the product is empty, which is 1. One layer more multiplies by its stride.",
        checks=(Induction(jump, "L", "1", "before*s[L]"), EveryStack(jump, jumped)),
    )
    size = "1 + sum((k[l] - 1)*prod(s[i], i, 1, l - 1), l, 1, L)"
    sheet.write(
        r,
        "=",
        size,
        rule="induction",
        because="For no layer the sum is empty, which leaves 1. One layer more adds its kernel cells less "
        "one, times the jump of the layers before it, which is the product of their strides.",
        checks=(
            Induction(size, "L", "1", "before + (k[L] - 1)*prod(s[i], i, 1, L - 1)"),
            EveryStack(size, stacked),
        ),
    )
    return sheet.conclude(r, size)


@derives("receptive-field-uniform", "Receptive field of a uniform stack", views=("simple", "general"))
def receptive_field_uniform(view: str) -> Proof:
    """Stack the same layer again and again: linear growth without strides, exponential growth with them."""
    r = label("r_L", "r[L]")
    layers = quantity("L", "number of layers", least=0)
    if view == "simple":
        sheet = Worksheet((layers, quantity("k"), RECEPTIVE_FIELDS))
        sheet.define(
            r, "=", "r[L - 1] + (k - 1)", "With stride 1 the jump stays 1; the image itself has $r[0] = 1$."
        )
        size = "1 + L*(k - 1)"
        sheet.write(
            r,
            "=",
            size,
            rule="induction",
            because="For no layer this is 1, and one layer more adds $k - 1$.",
            checks=(
                Induction(size, "L", "1", "before + k - 1"),
                EveryStack(size, stacked, most=5, uniform=True, strides=(1,)),
            ),
        )
        return sheet.conclude(r, size, "stride 1")
    sheet = Worksheet((layers, quantity("k"), quantity("s", least=2), RECEPTIVE_FIELDS, LAYER))
    sheet.define(
        r,
        "=",
        "r[L - 1] + (k - 1)*s^(L - 1)",
        "After $L - 1$ layers of stride $s$ the jump is $s^(L - 1)$; the image itself has $r[0] = 1$.",
    )
    total = "1 + sum((k - 1)*s^(l - 1), l, 1, L)"
    sheet.write(
        r,
        "=",
        total,
        rule="induction",
        because="Add up what all layers contribute.",
        checks=(
            Induction(total, "L", "1", "before + (k - 1)*s^(L - 1)"),
            EveryStack(total, stacked, most=5, uniform=True, strides=(2, 3)),
        ),
    )
    size = "1 + (k - 1)*(s^L - 1)/(s - 1)"
    sheet.write(
        total,
        "=",
        size,
        rule="geometric series",
        because="The powers $1$, $s$, $s^2$ and so on, up to $s^(L - 1)$, add up to $(s^L - 1)/(s - 1)$.",
        checks=(
            Induction(size, "L", "1", "before + (k - 1)*s^(L - 1)"),
            EveryStack(size, stacked, most=5, uniform=True, strides=(2, 3)),
        ),
    )
    return sheet.conclude(r, size, "the same k and the same s >= 2 in every layer")


@derives("receptive-field-merge", "Receptive field where branches meet", views=("simple", "standard"))
def receptive_field_merge(view: str) -> Proof:
    """Take the cells that any branch sees: from the first start to the last end."""
    names = (
        quantity("r_1", "receptive field of the first branch", unit="cells", least=1),
        quantity("r_2", "receptive field of the second branch", unit="cells", least=1),
        quantity("a_1", "start of the first branch", unit="cells"),
        quantity("a_2", "start of the second branch", unit="cells"),
    )
    both = "max(a_1 + r_1, a_2 + r_2) - min(a_1, a_2)"
    given = () if view == "standard" else ("2a_1 + r_1 = 2a_2 + r_2",)
    sheet = Worksheet(names, given=given)
    sheet.define(
        label(r"\text{branches see}", "branches see"),
        "=",
        "(a_1, a_1 + r_1 - 1, a_2, a_2 + r_2 - 1)",
        "Two branches with the same jump meet, by adding or by joining channels. Cell 0 of the first sees "
        "image cells $a_1$ to $a_1 + r_1 - 1$, that of the second $a_2$ to $a_2 + r_2 - 1$.",
    )
    sheet.step(
        "min(a_1, a_2)",
        "<=",
        "max(a_1 + r_1 - 1, a_2 + r_2 - 1)",
        rule="bounds",
        because="Together they see from the first of the starts to the last of the ends.",
    )
    sheet.step(
        "max(a_1 + r_1 - 1, a_2 + r_2 - 1) - min(a_1, a_2) + 1",
        "=",
        both,
        rule="count",
        because="Count the cells from the one to the other, both included (and cells between, if there is "
        "a gap).",
    )
    name = label(r"r_{\text{new}}", "r_new")
    if view == "standard":
        return sheet.conclude(name, both, "branches with the same jump")
    sheet.step(
        both,
        "=",
        "max(r_1, r_2)",
        rule="same center",
        because="When both look at the same center, the larger one contains the smaller one.",
    )
    return sheet.conclude(name, "max(r_1, r_2)", "branches with the same jump and the same center")
