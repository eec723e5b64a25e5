"""The backward pass of a linear (fully connected) layer: three matrix products."""

from __future__ import annotations

from sympy import Symbol

from cnnmath.derive.backward import MERGE, backward, named, own, pick, primed
from cnnmath.derive.calculus.definitions import Definition
from cnnmath.derive.calculus.nodes import total
from cnnmath.derive.calculus.sheet import IndexSheet
from cnnmath.derive.calculus.slopes import Varying
from cnnmath.derive.checks.setting import Ranges, Setting
from cnnmath.derive.letters import B, C, F, b, c, e, f, w, x, y
from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import quantities
from cnnmath.derive.registry import derives


def _linear(view: str) -> tuple[Definition, Ranges, Setting, str]:
    if view == "simple":
        body = b[f] + total(w[f, c] * x[c], (c, C))
        return Definition(y, (f,), body), ((f, F),), Setting.of("C 1..3, F 1..3"), "C F x w b y g f c"
    body = b[f] + total(w[f, c] * x[e, c], (c, C))
    setting = Setting.of("B 1..2, C 1..2, F 1..3")
    return Definition(y, (e, f), body), ((e, B), (f, F)), setting, "B C F x w b y g e f c"


def _linear_sheet(view: str, free: Ranges) -> tuple[IndexSheet, Definition, Ranges]:
    forward, outputs, setting, letters = _linear(view)
    sheet = IndexSheet(quantities(letters), setting=setting, free=free, definitions=(forward,))
    sheet.start(
        named(y, forward.indices),
        forward.body,
        "A linear layer: every output is a weighted sum of all inputs, plus a bias.",
    )
    return sheet, forward, outputs


@derives("linear-gradient-weights", "Gradient of a linear layer by its weights", views=("simple", "standard"))
def linear_gradient_weights(view: str) -> Proof:
    """Multiply the output's gradient by the input, element by element, and add up over the batch."""
    sheet, forward, outputs = _linear_sheet(view, ((f, F), (c, C)))
    left = backward(sheet, forward, w[f, c], primed(outputs, f), Varying(fixed=(x, b)))
    sheet.apply("merge", MERGE)
    pick(sheet, Symbol("f_1"), Symbol("c_1"))
    own(sheet, ((f, F), (c, C)))
    return sheet.conclude_here(left, "as matrices: g transposed, times x")


@derives("linear-gradient-input", "Gradient of a linear layer by its input", views=("simple", "standard"))
def linear_gradient_input(view: str) -> Proof:
    """Multiply by the transposed weights."""
    mine: Ranges = ((c, C),) if view == "simple" else ((e, B), (c, C))
    sheet, forward, outputs = _linear_sheet(view, mine)
    element = x[c] if view == "simple" else x[e, c]
    left = backward(sheet, forward, element, primed(outputs, e), Varying(fixed=(w, b)))
    sheet.apply("merge", MERGE)
    pick(sheet, *((Symbol("c_1"),) if view == "simple" else (Symbol("e_1"), Symbol("c_1"))))
    own(sheet, mine)
    return sheet.conclude_here(left, "as matrices: g times w")


@derives("linear-gradient-bias", "Gradient of a linear layer by its bias", views=("simple", "standard"))
def linear_gradient_bias(view: str) -> Proof:
    """Add up the output's gradient over the batch."""
    sheet, forward, outputs = _linear_sheet(view, ((f, F),))
    left = backward(sheet, forward, b[f], primed(outputs, f), Varying(fixed=(x, w)))
    pick(sheet, Symbol("f_1"))
    own(sheet, ((f, F),))
    return sheet.conclude_here(left)
