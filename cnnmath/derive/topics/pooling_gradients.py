"""The backward pass of pooling: route, share, or spread evenly."""

from __future__ import annotations

from sympy import Symbol

from cnnmath.derive.backward import MERGE, backward, named, own, pick, primed
from cnnmath.derive.calculus.definitions import Definition
from cnnmath.derive.calculus.nodes import Within, bracket, largest, total
from cnnmath.derive.calculus.sheet import IndexSheet
from cnnmath.derive.calculus.slopes import Varying
from cnnmath.derive.checks.setting import Ranges, Setting
from cnnmath.derive.letters import C, a, c, i, j, k, l, m, n, o, p, s, u, v, x, y
from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import quantities, quantity
from cnnmath.derive.registry import derives

SIZE = "floor((n + 2p - k)/s) + 1"
FITS = ("n + 2p >= k", "2p <= k")
POOL = Setting.of("n 1..5, k 1..3, s 1..2, p 0..1", FITS, {"o": SIZE})
PLANE = Setting.of("n 2..3, k 1..2, s 1..2, p 0..1, C 1..1", FITS, {"o": SIZE})


@derives("max-pool-gradient", "Gradient of max pooling", views=("simple", "standard"))
def max_pool_gradient(view: str) -> Proof:
    """Route the gradient to the cell that was the largest; where windows overlap, add up."""
    plane = view == "standard"
    row, column = s * i + u - p, s * j + v - p
    inside = bracket(Within(row, 0, n)) * (bracket(Within(column, 0, n)) if plane else 1)
    outputs: Ranges = ((c, C), (i, o), (j, o)) if plane else ((i, o),)
    cells: Ranges = ((c, C), (m, n), (l, n)) if plane else ((m, n),)
    place = tuple(name for name, _ in outputs)
    taps = (u, v) if plane else (u,)
    read = x[c, row, column] if plane else x[row]
    chosen = Definition(y, place, total(a[(*place, *taps)] * read * inside, *((tap, k) for tap in taps)))
    letters = quantities("n k s p o x y g i u m" + (" C c j v l" if plane else ""))
    mask = quantity("a", "1 for the cell that is chosen in its window, else 0", kind="tensor", unit="")
    sheet = IndexSheet(
        (*letters, mask),
        assumed=(
            "no two cells of a window are equally large, or the first of them in reading order is chosen",
        ),
        setting=PLANE if plane else POOL,
        free=cells,
        definitions=(chosen,),
    )
    output = named(y, place)
    biggest = largest(largest(read, v, k), u, k) if plane else largest(read, u, k)
    sheet.start(output, biggest, "The largest cell of the window; cells in the padding are never chosen.")
    sheet.start(
        output,
        chosen.body,
        "Mark the chosen cell of each window with $a = 1$ and all others with $a = 0$: then the output is "
        "a sum, in which one term is not zero. Changing the cells a little does not change which one is "
        "chosen, so $a$ counts as constant.",
    )
    element = x[tuple(cell for cell, _ in cells)]
    left = backward(sheet, chosen, element, primed(outputs, c), Varying(fixed=(a,)))
    sheet.apply("merge", MERGE)
    if plane:
        pick(sheet, Symbol("c_1"))
    sheet.apply(
        "sift",
        "Window $i$ covers cell $m$ with its cell $u = m + p - s*i$, if it has such a cell."
        + (" The same holds on the second axis." if plane else ""),
        variables=taps,
    )
    own(sheet, cells)
    return sheet.conclude_here(left, "a cell gets the gradient of every window in which it was chosen")


@derives("avg-pool-gradient", "Gradient of average pooling", views=("simple", "standard"))
def avg_pool_gradient(view: str) -> Proof:
    """Share the gradient of a window equally among its cells."""
    plane = view == "standard"
    row, column = s * i + u - p, s * j + v - p
    inside = bracket(Within(row, 0, n)) * (bracket(Within(column, 0, n)) if plane else 1)
    outputs: Ranges = ((c, C), (i, o), (j, o)) if plane else ((i, o),)
    cells: Ranges = ((c, C), (m, n), (l, n)) if plane else ((m, n),)
    place = tuple(name for name, _ in outputs)
    taps: Ranges = ((u, k), (v, k)) if plane else ((u, k),)
    read = x[c, row, column] if plane else x[row]
    forward = Definition(y, place, total(read * inside, *taps) / k ** len(taps))
    letters = quantities("n k s p o x y g i u m" + (" C c j v l" if plane else ""))
    sheet = IndexSheet(letters, setting=PLANE if plane else POOL, free=cells, definitions=(forward,))
    sheet.start(
        named(y, place),
        forward.body,
        "The mean of the window. Cells in the padding count as zeros, and the divisor is always the whole "
        "window.",
    )
    element = x[tuple(cell for cell, _ in cells)]
    left = backward(sheet, forward, element, primed(outputs, c), Varying())
    sheet.apply("merge", MERGE)
    if plane:
        pick(sheet, Symbol("c_1"))
    sheet.apply(
        "sift",
        "Window $i$ covers cell $m$ with its cell $u = m + p - s*i$, if it has such a cell."
        + (" The same holds on the second axis." if plane else ""),
        variables=tuple(tap for tap, _ in taps),
    )
    own(sheet, cells)
    sheet.apply("pull", "Take the common divisor out of the sum.")
    return sheet.conclude_here(left, "every window that covers the cell gives it an equal share")


@derives("global-pool-gradient", "Gradient of global average pooling", views=("standard",))
def global_pool_gradient(view: str) -> Proof:
    """Give every cell of a channel the same share."""
    del view  # there is one
    forward = Definition(y, (c,), total(x[c, m, l], (m, n), (l, n)) / n**2)
    cells = ((c, C), (m, n), (l, n))
    setting = Setting.of("n 1..3, C 1..2")
    sheet = IndexSheet(quantities("n C x y g c m l"), setting=setting, free=cells, definitions=(forward,))
    sheet.start(named(y, (c,)), forward.body, "The mean of all cells of a channel.")
    left = backward(sheet, forward, x[c, m, l], ((Symbol("c_1"), C),), Varying())
    sheet.apply("merge", MERGE)
    pick(sheet, Symbol("c_1"), Symbol("m_1"), Symbol("l_1"))
    own(sheet, cells)
    return sheet.conclude_here(left)
