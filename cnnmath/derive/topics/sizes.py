"""Output sizes: how many places a sliding window has, and every question that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from cnnmath.derive.checks.cases import Domain, EveryCase
from cnnmath.derive.checks.counting import Counted
from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import quantities
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
            Counted("0", most, w.padded, sheet.names, given),
            EveryCase(
                definition, "=", statement(w.size), Domain(w.ranges, given), "windows counted one by one"
            ),
        ),
    )
    return sheet.conclude("o", w.size, w.fits)
