"""Padding: how much of it keeps the size, halves nothing, or lets every touching window in."""

from __future__ import annotations

from cnnmath.derive.calculus.display import side
from cnnmath.derive.calculus.nodes import Within, bracket, index, total
from cnnmath.derive.checks.cases import Domain, EveryCase, small_domain
from cnnmath.derive.checks.counting import Counted
from cnnmath.derive.checks.index import EverySize, Replayed
from cnnmath.derive.checks.setting import Context, Setting
from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import quantities, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.sides import label, statement
from cnnmath.derive.worksheet import Worksheet


@derives("padding-same", "Padding that keeps the size", views=("simple", "general"))
def padding_same(view: str) -> Proof:
    """With stride 1 the output has the size of the input when the padding adds what the kernel takes."""
    return _padding_same_simple() if view == "simple" else _padding_same_general()


def _padding_same_simple() -> Proof:
    sheet = Worksheet(quantities("n k p h"), given=("n + 2p >= k",))
    sheet.instance(
        "o",
        "floor((n + 2p - k)/1) + 1",
        "The output size of a convolution with stride $s = 1$.",
        of="conv-output-size",
        put="s = 1",
    )
    sheet.then("=", "n + 2p - k + 1", rule="floor", because="The numerator is whole: nothing is rounded.")
    sheet.step(
        "n + 2p - k + 1 = n",
        "iff",
        "2p = k - 1",
        rule="rearrange",
        because="The size stays when the padding adds the $k - 1$ cells that the kernel takes.",
    )
    sheet.then(
        "iff", "p = (k - 1)/2", rule="divide", because="Both sides get the same padding, so divide by 2."
    )
    sheet.step(
        "(2h + 1 - 1)/2",
        "=",
        "h",
        rule="odd kernels",
        because="For an odd kernel, $k = 2h + 1$, this is the whole number $h$: pad by the kernel's half "
        "width.",
    )
    sheet.step(
        "(2h - 1) mod 2",
        "=",
        "1",
        rule="even kernels",
        because="For an even kernel, $k = 2h$, the number $k - 1 = 2h - 1$ is odd, and no whole $p$ is "
        "half of it: even kernels need different padding on the two sides.",
    )
    return sheet.conclude("p", "(k - 1)/2", "k odd, s = 1")


def _padding_same_general() -> Proof:
    sheet = Worksheet(quantities("n k d P"), given=("n + P >= d*(k - 1) + 1",))
    sheet.instance(
        "o",
        "floor((n + P - d*(k - 1) - 1)/1) + 1",
        "The output size for stride 1, with $P$ cells of padding on both sides together and dilation $d$.",
        of="conv-output-size",
        put="p_l = P, p_r = 0, s = 1",
        view="general",
    )
    sheet.then("=", "n + P - d*(k - 1)", rule="floor", because="The numerator is whole: nothing is rounded.")
    sheet.step(
        "n + P - d*(k - 1) = n",
        "iff",
        "P = d*(k - 1)",
        rule="rearrange",
        because="The size stays when the padding adds the $d*(k - 1)$ cells that the kernel takes.",
    )
    sheet.step(
        "floor(P/2) + ceil(P/2)",
        "=",
        "P",
        rule="halves",
        because="Any $P$ can be shared out: half of it rounded down on one side, rounded up on the other.",
    )
    return sheet.conclude("P", "d*(k - 1)", "s = 1")


@derives("padding-half", "Half padding", views=("simple", "general"))
def padding_half(view: str) -> Proof:
    """Give an odd kernel k = 2h + 1 the padding h: every input cell is the center of one window."""
    if view == "simple":
        sheet = Worksheet(quantities("n h"))
        sheet.instance(
            "o",
            "floor((n + 2h - (2h + 1))/1) + 1",
            "The output size for an odd kernel $k = 2h + 1$, padding $p = h$ and stride 1.",
            of="conv-output-size",
            put="k = 2h + 1, p = h, s = 1",
        )
        sheet.then(
            "=", "floor((n - 1)/1) + 1", rule="rearrange", because="The padding gives back $2h$ cells."
        )
        sheet.then("=", "n", rule="floor", because="The numerator is whole: nothing is rounded.")
        return sheet.conclude("o", "n", "k = 2h + 1, p = h, s = 1")
    sheet = Worksheet(quantities("n h s d"))
    sheet.instance(
        "o",
        "floor((n + 2*(d*h) - d*(2h + 1 - 1) - 1)/s) + 1",
        "The output size for an odd kernel $k = 2h + 1$ with dilation $d$, padding $p = d*h$ and any stride.",
        of="conv-output-size",
        put="k = 2h + 1, p_l = d*h, p_r = d*h",
        view="general",
    )
    sheet.then(
        "=",
        "floor((n - 1)/s) + 1",
        rule="rearrange",
        because="Padding and kernel cancel except for one cell.",
    )
    sheet.then(
        "=",
        "ceil(n/s)",
        rule="floor and ceiling",
        because="Rounding $n/s$ up is rounding $(n - 1)/s$ down and adding 1.",
    )
    return sheet.conclude("o", "ceil(n/s)", "k = 2h + 1, p = d h")


@derives("padding-full", "Full padding", views=("simple", "general"))
def padding_full(view: str) -> Proof:
    """With k - 1 cells of padding, every window that touches the input at all is counted."""
    if view == "simple":
        sheet = Worksheet(quantities("n k"))
        sheet.define(
            "p",
            "=",
            "k - 1",
            "The first window may touch the input with its last cell only; then its other $k - 1$ cells lie"
            " in the "
            "padding. The same holds on the right.",
        )
        sheet.instance(
            "o",
            "floor((n + 2*(k - 1) - k)/1) + 1",
            "The output size with this padding and stride 1.",
            of="conv-output-size",
            put="p = k - 1, s = 1",
        )
        sheet.then(
            "=", "n + k - 1", rule="rearrange", because="The numerator is whole, and $2(k - 1) - k = k - 2$."
        )
        return sheet.conclude("o", "n + k - 1", "p = k - 1, s = 1")
    sheet = Worksheet(quantities("n k s d"))
    sheet.define("p", "=", "d*(k - 1)", "The first window touches the input with its last cell only.")
    sheet.instance(
        "o",
        "floor((n + 2*d*(k - 1) - d*(k - 1) - 1)/s) + 1",
        "The output size with this padding, dilation $d$ and stride $s$.",
        of="conv-output-size",
        put="p_l = d*(k - 1), p_r = d*(k - 1)",
        view="general",
    )
    sheet.then(
        "=",
        "floor((n + d*(k - 1) - 1)/s) + 1",
        rule="rearrange",
        because="One of the two paddings pays for the kernel, the other is left.",
    )
    sheet.then(
        "=",
        "ceil((n + d*(k - 1))/s)",
        rule="floor and ceiling",
        because="Rounding $x/s$ up is rounding $(x - 1)/s$ down and adding 1.",
    )
    return sheet.conclude("o", "ceil((n + d*(k - 1))/s)", "p = d (k - 1)")


@derives("padding-same-tf", "TensorFlow's padding SAME", views=("simple", "general"))
def padding_same_tf(view: str) -> Proof:
    """Pad as little as an output of ceil(n/s) needs, the extra cell on the right."""
    names, extent, minus_extent = ("n k s", "k", "- k")
    if view == "general":
        names, extent, minus_extent = ("n k s d", "d*(k - 1) + 1", "- d*(k - 1) - 1")
    need = f"(ceil(n/s) - 1)*s + {extent} - n"
    total = f"max(0, {need})"
    sheet = Worksheet(quantities(f"{names} P"))
    sheet.define(
        "o", "=", "ceil(n/s)", "What SAME asks for: one window for every $s$ input cells, rounded up."
    )
    sheet.define(
        label(r"\text{the last window fits}", "the last window fits"),
        "iff",
        f"s*(ceil(n/s) - 1) + {extent} <= n + P",
        f"The last window has number $ceil(n/s) - 1$; it starts $s$ times as far and covers ${extent}$ "
        f"cells. "
        "The input with its padding on both sides together has $n + P$ cells.",
    )
    sheet.then("iff", f"P >= {need}", rule="rearrange", because="Solve for the padding.")
    sheet.then(
        "iff",
        f"P >= {total}",
        rule="maximum",
        because="A padding is never negative, so it must be at least 0, too: at least the larger of the two.",
    )
    sheet.define(
        "P",
        "=",
        total,
        "Take the smallest padding with which the last window fits; it is 0 if it fits without.",
        rule="smallest",
    )
    sheet.step(
        f"floor((n + {total} {minus_extent})/s) + 1",
        "=",
        "ceil(n/s)",
        rule="floor and ceiling",
        because="With this padding the size formula gives what was asked for; no further window fits, "
        "even when the padding was cut off at 0.",
    )
    sheet.step(
        "floor(P/2) + ceil(P/2)",
        "=",
        "P",
        rule="halves",
        because="TensorFlow pads $floor(P/2)$ cells before and $ceil(P/2)$ after: together $P$.",
    )
    sheet.step(
        "floor(P/2)",
        "<=",
        "ceil(P/2)",
        rule="halves",
        because="When $P$ is odd, the extra cell is on the right; the padding is then not symmetric.",
    )
    return sheet.conclude("P", total)


@derives("pixel-use", "How often a cell is used", views=("simple", "standard"))
def pixel_use(view: str) -> Proof:
    """Count: a 3 by 3 kernel with padding 1 uses a corner cell 4, an edge cell 6, any other 9 times."""
    sheet = Worksheet(
        (
            quantity("n", least=2),
            quantity("m", "position of an input cell, counted from 0", least=0),
            quantity("l", "position on the other axis, counted from 0", least=0),
            quantity("i", "number of a window, counted from 0"),
            quantity("j", "number of a window on the other axis, counted from 0"),
            quantity("u", "how many windows use the cell", least=0),
        ),
        given=("m <= n - 1", "i <= n - 1"),
    )
    sheet.define(
        label(r"\text{window } i \text{ uses cell } m", "window i uses cell m"),
        "iff",
        "i - 1 <= m <= i + 1",
        "Window $i$ of a kernel of 3 with padding 1 and stride 1 covers cells $i - 1$, $i$ and $i + 1$ of "
        "the input.",
    )
    sheet.then(
        "iff", "m - 1 <= i <= m + 1", rule="rearrange", because="Solve for the window instead of the cell."
    )
    uses = _uses("m")
    counted = "sum([m - 1 <= i]*[i <= m + 1], i, 0, n - 1)"
    sheet.define(
        "u", "=", counted, "Count the windows that use cell $m$; they are numbered from 0 to $n - 1$."
    )
    names = sheet.names[:2]  # n and m
    given = (statement("m <= n - 1"),)
    sheet.write(
        counted,
        "=",
        uses,
        rule="count",
        because="These are the whole numbers from the larger lower bound to the smaller upper bound.",
        checks=(
            Counted("0", "m + 1", "n - 1", uses, names, given, least="m - 1"),
            EveryCase(statement(counted), "=", statement(uses), small_domain(names, given)),
        ),
    )
    for where, position in (("the first cell", "0"), ("the last cell", "n - 1")):
        sheet.step(
            _uses(position),
            "=",
            "2",
            rule="end of the axis",
            because=f"For {where} of the axis one of three windows is missing.",
        )
    sheet.step(
        uses,
        "=",
        "3",
        rule="inside",
        because="Everywhere else all three windows exist.",
        given=("m >= 1", "m <= n - 2"),
    )
    if view == "simple":
        return sheet.conclude("u", uses, "k = 3, p = 1, s = 1")
    both = f"({_uses('m')})*({_uses('l')})"
    m, l, i, j, n = index("m l i j n")  # noqa: E741  (row m and column l)
    row, column = bracket(Within(i, m - 1, m + 2)), bracket(Within(j, l - 1, l + 2))
    pairs, product = total(row * column, (i, n), (j, n)), total(row, (i, n)) * total(column, (j, n))
    setting, free = Setting.of("n 2..4"), ((m, n), (l, n))
    sheet.write(
        side(pairs),
        "=",
        side(product),
        rule="two axes",
        because="A window of the plane is a pair of windows, one per axis, and uses the cell in row $m$ "
        "and column $l$ when both do. The sum over pairs is the product of the two sums.",
        checks=(
            Replayed("algebra", pairs, product, {"after": product}),
            EverySize(pairs, product, Context(setting, free)),
        ),
    )
    sheet.write(
        side(product),
        "=",
        both,
        rule="count",
        because="Each of the two sums was counted above.",
        checks=(
            Counted("0", "m + 1", "n - 1", _uses("m"), names, given, least="m - 1"),
            Counted(
                "0",
                "l + 1",
                "n - 1",
                _uses("l"),
                (names[0], sheet.names[2]),
                (statement("l <= n - 1"),),
                least="l - 1",
            ),
            EveryCase(
                statement(side(product).text),
                "=",
                statement(both),
                Domain((("n", 2, 9), ("m", 0, 8), ("l", 0, 8)), (*given, statement("l <= n - 1"))),
            ),
        ),
    )
    for cell, product, number in (("a corner", "2*2", 4), ("an edge", "2*3", 6), ("any other", "3*3", 9)):
        sheet.step(
            product,
            "=",
            str(number),
            rule="two axes",
            because=f"So {cell} cell is used {number} times.",
        )
    return sheet.conclude(label(r"u_{m, l}", "u[m, l]"), both, "3 by 3 kernel, p = 1, s = 1")


def _uses(cell: str) -> str:
    """Return how many windows of 3 use a cell of an axis with n cells."""
    return f"min({cell} + 1, n - 1) - max({cell} - 1, 0) + 1"
