"""The backward pass of functions that work element by element, and of softmax with cross-entropy."""

from __future__ import annotations

import sympy
from sympy import Expr, Integer

from cnnmath.derive.backward import NOTHING_ELSE, SPLIT, backward, gradient, named, own, pick
from cnnmath.derive.calculus.definitions import Definition
from cnnmath.derive.calculus.nodes import Positive, bracket, slope, tensor, total
from cnnmath.derive.calculus.rules import merge
from cnnmath.derive.calculus.sheet import IndexSheet
from cnnmath.derive.calculus.slopes import Varying
from cnnmath.derive.checks.setting import Setting
from cnnmath.derive.letters import C, c, g, i, m, n, u, x, y, z
from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import quantities, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.sides import Side, label


def _pointwise(
    forward: Expr, because: str, how: Varying = NOTHING_ELSE
) -> tuple[IndexSheet, Definition, Side]:
    """Write a function of every element, the chain rule and the slope, up to the one term that is left."""
    definition = Definition(y, (i,), forward)
    sheet = IndexSheet(
        quantities("n x y g i m"), setting=Setting.of("n 1..4"), free=((m, n),), definitions=(definition,)
    )
    sheet.start(named(y, (i,)), forward, because)
    left = backward(sheet, definition, x[m], ((i, n),), how)
    if merge(sheet.now) != sheet.now:
        sheet.apply("merge", SPLIT)
    pick(sheet, i)
    own(sheet, ((m, n),))
    return sheet, definition, left


@derives("relu-gradient", "Gradient of ReLU", views=("simple",))
def relu_gradient(view: str) -> Proof:
    """Let the gradient pass where the input was positive, and stop it elsewhere."""
    del view  # there is one
    sheet, _, left = _pointwise(
        x[i] * bracket(Positive(x[i])),
        "ReLU keeps what is positive and makes the rest 0.",
        Varying(away_from_kinks=(x,)),
    )
    sheet.assumed = ("no input is exactly 0, where ReLU has no slope (programs take 0 there)",)
    return sheet.conclude_here(left, "x[m] is not 0")


@derives("sigmoid-gradient", "Gradient of the sigmoid", views=("simple",))
def sigmoid_gradient(view: str) -> Proof:
    """Express the slope by the output: y (1 - y)."""
    del view  # there is one
    sheet, definition, left = _pointwise(
        1 / (1 + sympy.exp(-x[i])), "The sigmoid squeezes every number into the range from 0 to 1."
    )
    sheet.apply(
        "fold",
        "The slope is $exp(-x)/(1 + exp(-x))^2$. Since $1 - y = exp(-x)/(1 + exp(-x))$, it is the output "
        "times 1 minus the output: nothing but the output needs to be kept.",
        definition=definition,
        after=g[m] * y[m] * (1 - y[m]),
    )
    return sheet.conclude_here(left)


@derives("tanh-gradient", "Gradient of the hyperbolic tangent", views=("simple",))
def tanh_gradient(view: str) -> Proof:
    """Express the slope by the output: 1 - y^2."""
    del view  # there is one
    sheet, definition, left = _pointwise(
        1 - 2 / (sympy.exp(2 * x[i]) + 1),
        "The hyperbolic tangent, in the form that needs one exponential only, squeezes every number into "
        "the range from -1 to 1.",
    )
    sheet.apply(
        "fold",
        "With $E = exp(2x)$ the slope is $4E/(E + 1)^2$; and $1 - y^2$ is $(1 - y)*(1 + y)$, that is "
        "$2/(E + 1)$ times $2E/(E + 1)$: the same.",
        definition=definition,
        after=g[m] * (1 - y[m] ** 2),
    )
    return sheet.conclude_here(left)


@derives("softmax-cross-entropy-gradient", "Gradient of softmax with cross-entropy", views=("simple",))
def softmax_cross_entropy_gradient(view: str) -> Proof:
    """Subtract the target from the softmax: all that is left of two complicated slopes."""
    del view  # there is one
    t, q, h = tensor("t q h")
    letters = (
        quantity("C", "classes"),
        quantity("z", "scores (logits), one per class", kind="tensor"),
        quantity(
            "t", "target distribution, for example 1 for the right class and 0 for the others", kind="tensor"
        ),
        quantity("q", "softmax of the scores", kind="tensor"),
        quantity("c", "number of a class, counted from 0"),
        quantity("u", "number of a class, counted from 0"),
        quantity("m", "number of a class, counted from 0"),
    )
    everything = total(sympy.exp(z[u]), (u, C))
    softmax = Definition(q, (c,), sympy.exp(z[c]) / everything)
    target = Definition(t, (c,), h[c] / total(h[u], (u, C)))  # any numbers that add up to 1
    sheet = IndexSheet(
        letters,
        assumed=("the targets add up to 1",),
        setting=Setting.of("C 1..4"),
        free=((m, C),),
        definitions=(softmax, target),
    )
    sheet.start(named(q, (c,)), softmax.body, "Softmax: positive numbers that add up to 1.")
    loss = -total(t[c] * (z[c] - sympy.log(everything)), (c, C))
    sheet.start(
        label("L", "L"),
        loss,
        "Cross-entropy is minus the sum of $t[c]*log(q[c])$; the logarithm of a quotient is the "
        "difference of the logarithms, and $log(exp(z[c])) = z[c]$.",
    )
    left = gradient(z[m])
    sheet.start(left, slope(loss, z[m]), "The slope of the loss by one score.")
    sheet.apply(
        "differentiate",
        "The slope of $log(S)$ is the slope of $S$ over $S$; the slope of $exp(z)$ is $exp(z)$.",
        name="slope",
        how=Varying(fixed=(t,)),
    )
    sheet.apply("merge", "Split the sum into its terms, and move factors into the sums beside them.")
    pick(sheet, c, u)
    own(sheet, ((m, C),))
    sheet.apply("pull", "Take out of the sum what does not depend on $c$.")
    sheet.apply(
        "fold",
        "The quotient is the softmax.",
        definition=softmax,
        after=q[m] * total(t[c], (c, C)) - t[m],
    )
    sheet.apply("assume", "The targets add up to 1.", before=total(t[c], (c, C)), after=Integer(1))
    return sheet.conclude_here(left, "softmax minus target")
