"""Output sizes: how many places a sliding window has, and every question that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from cnnmath.derive.checks.algebra import Proved
from cnnmath.derive.checks.cases import Domain, EveryCase
from cnnmath.derive.checks.counting import Counted
from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import quantities, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.sides import label, statement
from cnnmath.derive.worksheet import Worksheet

WINDOW = label(r"\text{window } i \text{ exists}", "window i exists")


@dataclass(frozen=True)
class Wording:
    """How one view writes the sizes: cells under a window, cells of the padded input, cells left over."""

    names: str
    extent: str
    padded: str
    room: str
    ranges: tuple[tuple[str, int, int], ...]

    @property
    def fits(self) -> str:
        """At least one window fits."""
        return f"{self.padded} >= {self.extent}"

    @property
    def size(self) -> str:
        """The output size."""
        return f"floor(({self.room})/s) + 1"


SIMPLE = Wording(
    "n k s p", "k", "n + 2p", "n + 2p - k", (("n", 1, 12), ("k", 1, 7), ("s", 1, 5), ("p", 0, 4))
)
GENERAL = Wording(
    "n k s p_l p_r d",
    "d*(k - 1) + 1",
    "n + p_l + p_r",
    "n + p_l + p_r - d*(k - 1) - 1",
    (("n", 1, 10), ("k", 1, 5), ("s", 1, 4), ("p_l", 0, 3), ("p_r", 0, 3), ("d", 1, 3)),
)


def wording(view: str) -> Wording:
    """Return how the sizes are written in a view."""
    return SIMPLE if view == "simple" else GENERAL


@derives("conv-output-size", "Output size of a convolution", views=("simple", "general"))
def conv_output_size(view: str) -> Proof:
    """Count the places of the window: it starts every s cells and must end inside the padded input."""
    w = wording(view)
    most = f"floor(({w.room})/s)"
    sheet = Worksheet(quantities(f"{w.names} i"), given=(w.fits,))
    sheet.define(
        WINDOW,
        "iff",
        f"s*i + {w.extent} <= {w.padded}",
        f"Window number $i$ starts at cell $s*i$ of the padded input and covers ${w.extent}$ cells. "
        f"It exists when all of them lie inside; the padded input has ${w.padded}$ cells.",
    )
    sheet.then("iff", f"s*i <= {w.room}", rule="rearrange", because=f"Subtract ${w.extent}$ on both sides.")
    sheet.then(
        "iff",
        f"i <= ({w.room})/s",
        rule="divide",
        because="Divide by the stride $s$; it is positive, so the direction of the relation stays.",
    )
    sheet.then(
        "iff",
        f"i <= {most}",
        rule="floor",
        because="The number $i$ is whole, and a whole number is at most $x$ exactly when it is at most "
        "$floor(x)$.",
    )
    counted = f"sum([i <= {most}], i, 0, {w.padded})"
    sheet.define(
        "o",
        "=",
        counted,
        "The output has one cell for each window that exists. Windows are numbered from 0, and none has a "
        f"number above ${w.padded}$. A bracket counts 1 where it holds and 0 elsewhere.",
    )
    definition = statement(f"sum([s*i + {w.extent} <= {w.padded}], i, 0, {w.padded})")
    given = (statement(w.fits),)
    sheet.write(
        counted,
        "=",
        w.size,
        rule="count",
        because=f"The numbers from 0 to $M$ are $M + 1$ numbers, here with $M = {most}$.",
        checks=(
            Counted("0", most, w.padded, w.size, sheet.names, given),
            EveryCase(
                definition, "=", statement(w.size), Domain(w.ranges, given), "windows counted one by one"
            ),
        ),
    )
    return sheet.conclude("o", w.size, w.fits)


@derives("conv-output-size-clip", "Output size when the window may not fit", views=("simple", "general"))
def conv_output_size_clip(view: str) -> Proof:
    """Cut the formula off at 0, for inputs so small that no window fits."""
    w = wording(view)
    sheet = Worksheet(quantities(f"{w.names} i"))
    too_small = f"{w.padded} < {w.extent}"
    definition = f"sum([s*i + {w.extent} <= {w.padded}], i, 0, {w.padded})"
    sheet.define(
        "o",
        "=",
        definition,
        "The output has one cell for each window that lies inside the padded input (see the output size of a "
        "convolution). Here nothing is assumed about the sizes, so there may be no window at all.",
    )
    sheet.step(
        f"max(0, {w.size})",
        "=",
        w.size,
        rule="floor",
        because=f"If a window fits, ${w.fits}$, then ${w.size}$ is at least 1, so the maximum is the "
        "formula that was derived for this case.",
        given=(w.fits,),
    )
    sheet.step(
        too_small,
        "implies",
        f"{w.padded} < s*i + {w.extent}",
        rule="rearrange",
        because="If the first window does not fit, no later window does: moving right only makes it worse. "
        "So the output has no cells.",
    )
    sheet.step(
        f"max(0, {w.size})",
        "=",
        "0",
        rule="floor",
        because="In this case the fraction is negative, its floor is at most $-1$, and the maximum is 0: the "
        "formula is right again.",
        given=(too_small,),
    )
    result, most = statement(f"max(0, {w.size})"), f"floor(({w.room})/s)"
    names = quantities(w.names)
    sheet.write(
        definition,
        "=",
        result,
        rule="two cases",
        because="One of the two cases holds. If a window fits, the windows are counted as before; if none "
        "does, there is nothing to count. The maximum is right in both.",
        checks=(
            Proved(
                statement(f"s*i + {w.extent} <= {w.padded}"), "iff", statement(f"i <= {most}"), sheet.names
            ),
            Counted("0", most, w.padded, w.size, names, (statement(w.fits),)),
            Proved(result, "=", statement(w.size), names, (statement(w.fits),)),
            Proved(result, "=", statement("0"), names, (statement(too_small),)),
            EveryCase(statement(definition), "=", result, Domain(w.ranges), "windows counted one by one"),
        ),
    )
    return sheet.conclude("o", str(result))


@derives("pool-output-size-ceil", "Output size of pooling in ceil mode", views=("simple", "general"))
def pool_output_size_ceil(view: str) -> Proof:
    """In ceil mode a last, overhanging window is added for the cells left over, if it starts in the input."""
    w = wording(view)
    reach = "n + p" if view == "simple" else "n + p_l"
    sheet = Worksheet(quantities(f"{w.names} i"), given=(w.fits,))
    goes_on, starts = f"s*(i - 1) + {w.extent} < {w.padded}", f"s*i < {reach}"
    bounds = f"ceil(({w.room})/s)", f"floor(({reach} - 1)/s)"
    most = f"min({bounds[0]}, {bounds[1]})"
    definition = f"sum([{goes_on}]*[{starts}], i, 0, {w.padded})"
    sheet.define(
        "o",
        "=",
        definition,
        f"Ceil mode goes on while cells are left over. Window $i$ exists when the window before it ends "
        f"before "
        f"the padded input does, ${goes_on}$, and when its own first cell is not in the padding on the "
        f"right, "
        f"${starts}$. Both brackets are 1 exactly then; no window has a number above ${w.padded}$.",
    )
    sheet.step(
        goes_on,
        "iff",
        f"i <= {bounds[0]}",
        rule="ceiling",
        because="Rearranged, $i - 1$ is less than the fraction. The whole numbers less than $x$ are those "
        "less than $ceil(x)$.",
    )
    sheet.step(
        starts,
        "iff",
        f"i <= {bounds[1]}",
        rule="floor",
        because=f"For whole numbers, less than ${reach}$ means at most ${reach} - 1$; then divide by $s$.",
    )
    counted = f"sum([i <= {most}], i, 0, {w.padded})"
    given = (statement(w.fits),)
    both = tuple(statement(f"i <= {bound}") for bound in bounds)
    least = statement(f"i <= {most}")
    sheet.write(
        definition,
        "=",
        counted,
        rule="both conditions",
        because="Both conditions hold exactly when $i$ is at most the smaller of the two bounds.",
        checks=(
            *(Proved(least, "implies", one, sheet.names, given) for one in both),
            Proved(both[0], "implies", least, sheet.names, (*given, both[1])),
            EveryCase(statement(definition), "=", statement(counted), Domain(w.ranges, given)),
        ),
    )
    size = f"{most} + 1"
    sheet.write(
        counted,
        "=",
        size,
        rule="count",
        because=f"The numbers from 0 to $M$ are $M + 1$ numbers, here with $M = {most}$.",
        checks=(
            Counted("0", most, w.padded, size, sheet.names, given),
            EveryCase(
                statement(definition),
                "=",
                statement(size),
                Domain(w.ranges, given),
                "windows counted one by one",
            ),
        ),
    )
    return sheet.conclude("o", size, w.fits)


@derives("conv-output-size-inverse", "Which inputs give a wanted output", views=("simple", "general"))
def conv_output_size_inverse(view: str) -> Proof:
    """Solve the size formula for the input: exactly s input sizes share one output size."""
    w = wording(view)
    others = w.padded.removeprefix("n")  # what the padding adds
    least = f"s*(o - 1) + {w.extent}{others.replace('+', '-')}"
    sheet = Worksheet(quantities(f"{w.names} o"), given=(w.fits,))
    sheet.instance(
        "o", w.size, "The output size of a convolution, as derived.", of="conv-output-size", view=view
    )
    sheet.step(
        f"{w.size} = o",
        "iff",
        f"floor(({w.room})/s) = o - 1",
        rule="rearrange",
        because="Subtract 1 on both sides.",
    )
    sheet.then(
        "iff",
        f"s*(o - 1) <= {w.room} <= s*(o - 1) + s - 1",
        rule="floor",
        because="A floor of $x/s$ is $q$ exactly when $x$ is one of the $s$ numbers from $s*q$ to $s*q + "
        "s - 1$.",
    )
    sheet.then(
        "iff",
        f"{least} <= n <= {least} + s - 1",
        rule="rearrange",
        because="Add the window and subtract the padding in all three parts.",
    )
    sheet.step(
        f"({least} + s - 1) - ({least}) + 1",
        "=",
        "s",
        rule="count",
        because="From the smallest to the largest such $n$ there are exactly $s$ input sizes; the "
        "convolution cannot tell them apart, which is why a transposed convolution needs an output "
        "padding.",
    )
    return sheet.conclude("n", least, f"the smallest n; the largest is {least} + s - 1", relation=">=")


@derives("effective-kernel-size", "Effective size of a dilated kernel", views=("simple",))
def effective_kernel_size(view: str) -> Proof:
    """Measure a dilated kernel: it covers d (k - 1) + 1 cells and looks at k of them."""
    del view  # there is one
    index = quantity("u", "number of a kernel cell, counted from 0")
    sheet = Worksheet((*quantities("k d"), index), given=("u <= k - 1",))
    sheet.define(
        label(r"\text{cell } u \text{ lies at}", "cell u lies at"),
        "=",
        "d*u",
        "Neighboring kernel cells are $d$ cells apart, and the first one lies at 0.",
    )
    sheet.step(
        "0",
        "<=",
        "d*u",
        rule="bounds",
        because="The first kernel cell, $u = 0$, lies at 0, and all others to its right.",
    )
    sheet.step(
        "d*u",
        "<=",
        "d*(k - 1)",
        rule="bounds",
        because="The last kernel cell is number $k - 1$, and it lies at $d*(k - 1)$.",
    )
    sheet.step(
        "d*(k - 1) - 0 + 1",
        "=",
        "d*(k - 1) + 1",
        rule="count",
        because="From cell 0 to cell $d*(k - 1)$ there are $d*(k - 1) + 1$ cells, counting both ends.",
    )
    sheet.step(
        "d*(k - 1) + 1",
        "=",
        "k + (k - 1)*(d - 1)",
        rule="rearrange",
        because="Put differently: $k$ kernel cells, and $d - 1$ skipped cells in each of the $k - 1$ gaps.",
    )
    return sheet.conclude("e", "d*(k - 1) + 1")


@derives("two-strided-layers", "Two layers in a row as one", views=("simple",))
def two_strided_layers(view: str) -> Proof:
    """Join two convolutions without padding into one with a larger kernel and a larger stride."""
    del view  # there is one
    names = (
        quantity("n"),
        quantity("m", "output size of the first layer", unit="cells", least=1),
        quantity("k_1", "kernel size of the first layer", unit="cells", least=1),
        quantity("s_1", "stride of the first layer", unit="cells", least=1),
        quantity("k_2", "kernel size of the second layer", unit="cells", least=1),
        quantity("s_2", "stride of the second layer", unit="cells", least=1),
    )
    first, kernel = "floor((n - k_1)/s_1) + 1", "k_1 + s_1*(k_2 - 1)"
    sheet = Worksheet(names, given=(f"n >= {kernel}",))
    sheet.instance(
        "m",
        first,
        "The first layer's output size; it is the second layer's input size.",
        of="conv-output-size",
        put="k = k_1, s = s_1, p = 0",
    )
    sheet.instance(
        "o",
        "floor((m - k_2)/s_2) + 1",
        "The second layer's output size.",
        of="conv-output-size",
        put="n = m, k = k_2, s = s_2, p = 0",
        given=(f"m = {first}",),
    )
    nested = "floor((floor((n - k_1)/s_1) + 1 - k_2)/s_2) + 1"
    sheet.step(
        "floor((m - k_2)/s_2) + 1",
        "=",
        nested,
        rule="substitute",
        because="Put the first formula into the second.",
        given=(f"m = {first}",),
    )
    sheet.then(
        "=",
        "floor(floor((n - k_1 - s_1*(k_2 - 1))/s_1)/s_2) + 1",
        rule="whole numbers move into a floor",
        because="The whole number $1 - k_2$ moves into the inner floor as $s_1*(1 - k_2)$ over $s_1$.",
    )
    sheet.then(
        "=",
        "floor((n - k_1 - s_1*(k_2 - 1))/(s_1*s_2)) + 1",
        rule="floor of a floor",
        because="Rounding down first by $s_1$ and then by $s_2$ is rounding down once by the product: a "
        "group of $s_2$ groups of $s_1$ cells is a group of $s_1*s_2$ cells.",
    )
    sheet.then(
        "=",
        f"floor((n - ({kernel}))/(s_1*s_2)) + 1",
        rule="rearrange",
        because="This is the size formula of one layer: the strides multiply, and its kernel covers "
        f"${kernel}$ cells, which is the receptive field of the two.",
    )
    return sheet.conclude("o", f"floor((n - ({kernel}))/(s_1*s_2)) + 1", f"n >= {kernel}")
