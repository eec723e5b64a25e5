"""The backward pass of batch normalization and of residual blocks."""

from __future__ import annotations

import sympy
from sympy import Integer, Mul

from cnnmath.derive.backward import NOTHING_ELSE, SLOPE, SPLIT, backward, gradient, named, own, pick
from cnnmath.derive.calculus.definitions import Definition, Fact
from cnnmath.derive.calculus.nodes import Equal, bracket, index, slope, tensor, total
from cnnmath.derive.calculus.sheet import IndexSheet
from cnnmath.derive.calculus.slopes import Varying
from cnnmath.derive.checks.setting import Setting
from cnnmath.derive.letters import C, N, a, c, g, i, j, m, n, u, x, y, z
from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import quantities, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.sides import label


@derives("batch-norm-gradient", "Gradient of batch normalization", views=("standard",))
def batch_norm_gradient(view: str) -> Proof:
    """Subtract from the gradient its mean, and its component along the normalized input."""
    del view  # there is one
    mu, var, gamma, beta = tensor("mu V gamma beta")
    epsilon = index("epsilon")
    deviation = sympy.sqrt(var[c] + epsilon)
    mean = Definition(mu, (c,), total(x[c, i], (i, N)) / N)
    variance = Definition(var, (c,), total((x[c, i] - mu[c]) ** 2, (i, N)) / N)
    normal = Definition(z, (c, i), (x[c, i] - mu[c]) / deviation)
    output = Definition(y, (c, i), gamma[c] * z[c, i] + beta[c])
    letters = (
        *quantities("C N x y g c"),
        quantity("i", "number of a value of the channel, counted from 0"),
        quantity("m", "number of a value of the channel, counted from 0"),
        quantity("u", "number of a value of the channel, counted from 0"),
        quantity("mu", "mean of the channel over batch and positions", kind="tensor"),
        quantity("V", "variance of the channel over batch and positions", kind="tensor"),
        quantity("z", "normalized input", kind="tensor"),
        quantity("gamma", "gain of the channel", kind="tensor"),
        quantity("beta", "shift of the channel", kind="tensor"),
        quantity("epsilon", "small positive number that prevents division by zero", kind="real"),
    )
    sheet = IndexSheet(
        letters,
        setting=Setting.of("C 1..2, N 1..4, epsilon 1..3"),
        free=((c, C), (m, N)),
        definitions=(mean, variance, normal, output),
    )
    for left, definition, because in (
        (
            label(r"\mu_c", "mu[c]"),
            mean,
            "The mean of the $N$ values of a channel: all images, all positions.",
        ),
        (named("V", (c,)), variance, "Their variance: the mean squared distance from the mean."),
        (named(z, (c, i)), normal, "Subtract the mean and divide by the standard deviation."),
        (named(y, (c, i)), output, "Then scale and shift with two learned numbers per channel."),
    ):
        sheet.start(left, definition.body, because)
    of_mean = _slope_of_mean(sheet, mean)
    balanced = _deviations_add_up_to_zero(sheet, mean)
    of_variance = _slope_of_variance(sheet, variance, of_mean, balanced)
    of_normal = _slope_of_normal(sheet, normal, of_mean, of_variance)
    left = gradient(x[c, m])
    sheet.free = ((c, C), (m, N))
    sheet.start(
        left,
        total(g[c, i] * slope(y[c, i], x[c, m]), (i, N)),
        "The chain rule: the value matters to all outputs of its channel, through mean and variance, and "
        "to no other channel.",
        rule="chain rule",
    )
    sheet.apply("unfold", "Put in the output.", definition=output)
    sheet.apply(
        "differentiate", "Gain and shift are constant.", name="slope", how=Varying((gamma, beta), (z,))
    )
    sheet.apply("use", "Put in the slope of the normalized input.", fact=of_normal)
    sheet.apply("merge", SPLIT)
    pick(sheet, i)
    own(sheet, ((m, N),))
    gradients, along = total(g[c, i], (i, N)), total(g[c, i] * z[c, i], (i, N))
    sheet.apply(
        "algebra",
        "Take out the common factor. What is left: the gradient, minus its mean, minus its part along $z$.",
        after=gamma[c] * (g[c, m] - gradients / N - z[c, m] * along / N) / deviation,
    )
    return sheet.conclude_here(left)


def _slope_of_mean(sheet: IndexSheet, mean: Definition) -> Fact:
    mu = mean.tensor
    sheet.consider(slope(mu[c], x[c, m]))
    sheet.apply("unfold", "How the mean changes with one value: put in the mean.", definition=mean)
    sheet.apply("differentiate", SLOPE, name="slope", how=NOTHING_ELSE)
    pick(sheet, i)
    own(sheet, ((m, N),))
    return sheet.fact(slope(mu[c], x[c, m]))


def _deviations_add_up_to_zero(sheet: IndexSheet, mean: Definition) -> Fact:
    mu = mean.tensor
    deviations = total(x[c, i] - mu[c], (i, N))
    sheet.free = ((c, C),)
    sheet.consider(deviations)
    sheet.apply("unfold", "The distances from the mean: put in the mean.", definition=mean)
    everything = total(x[c, u], (u, N))
    sheet.apply(
        "algebra",
        "Sum both terms by themselves.",
        after=everything - total(Integer(1), (i, N)) * everything / N,
    )
    sheet.apply("count", "There are $N$ values, and $N/N = 1$: the distances cancel.", variables=(i,))
    sheet.free = ((c, C), (m, N))
    return sheet.fact(deviations)


def _slope_of_variance(sheet: IndexSheet, variance: Definition, of_mean: Fact, balanced: Fact) -> Fact:
    var = variance.tensor
    sheet.consider(slope(var[c], x[c, m]))
    sheet.apply("unfold", "How the variance changes with one value: put it in.", definition=variance)
    mu = of_mean.left.body.base
    sheet.apply(
        "differentiate",
        "The chain rule for the square; the mean changes, too.",
        name="slope",
        how=Varying(dependent=(mu,)),
    )
    sheet.apply("use", "Put in the slope of the mean.", fact=of_mean)
    sheet.apply("merge", SPLIT)
    pick(sheet, i)
    own(sheet, ((m, N),))
    remaining = Mul(2, x[c, m] - mu[c], 1 / N) - Mul(2, balanced.left, 1 / N**2)
    sheet.apply("algebra", "Take constants out of the sum.", after=remaining)
    sheet.apply("use", "The distances from the mean add up to 0.", fact=balanced)
    return sheet.fact(slope(var[c], x[c, m]))


def _slope_of_normal(sheet: IndexSheet, normal: Definition, of_mean: Fact, of_variance: Fact) -> Fact:
    mu, var = of_mean.left.body.base, of_variance.left.body.base
    sheet.free = ((c, C), (i, N), (m, N))
    sheet.consider(slope(z[c, i], x[c, m]))
    sheet.apply("unfold", "How a normalized value changes with one value: put it in.", definition=normal)
    sheet.apply(
        "differentiate",
        "Product rule and chain rule; mean and variance change, too.",
        name="slope",
        how=Varying(dependent=(mu, var)),
    )
    sheet.apply("use", "Put in the slope of the mean.", fact=of_mean)
    sheet.apply("use", "Put in the slope of the variance.", fact=of_variance)
    root = sympy.sqrt(var[c] + index("epsilon"))
    same_value = bracket(Equal(i, m))
    sheet.apply(
        "fold",
        "Take out the standard deviation; what remains of the last term is a product of two normalized "
        "values.",
        definition=normal,
        after=(same_value - 1 / N - z[c, i] * z[c, m] / N) / root,
    )
    return sheet.fact(slope(z[c, i], x[c, m]))


@derives("residual-gradient", "Gradient of a residual block", views=("simple",))
def residual_gradient(view: str) -> Proof:
    """Let the gradient take the short way unchanged, and the long way through the block as well."""
    del view  # there is one
    r, jacobian = tensor("r J")
    block = Definition(r, (i,), total(a[i, j] * x[j] ** 2, (j, n)))  # some block, to compare with
    slopes = Definition(jacobian, (i, m), slope(r[i], x[m]))
    output = Definition(y, (i,), x[i] + r[i])
    letters = (
        *quantities("n x y g i m"),
        quantity("r", "output of the block's layers (the residual)", kind="tensor"),
        quantity("J", "slopes of the block's layers: of output i by input m", kind="tensor"),
    )
    sheet = IndexSheet(
        letters,
        setting=Setting.of("n 1..3"),
        free=((m, n),),
        definitions=(output, block, slopes),
        example="with r[i] = sum(a[i, j]*x[j]^2, j, 0, n - 1) as an example of layers",
    )
    sheet.start(named(y, (i,)), output.body, "A residual block adds its input to what its layers compute.")
    left = backward(sheet, output, x[m], ((i, n),), Varying(dependent=(r,)))
    sheet.apply("merge", SPLIT)
    pick(sheet, i)
    own(sheet, ((m, n),))
    so_far = sheet.now
    sheet.start(named("J", (i, m)), slope(r[i], x[m]), "Call the slopes of the layers $J$.")
    sheet.resume(so_far)
    sheet.apply(
        "fold",
        "The first term is the gradient itself: however small the slopes of the layers are, it arrives "
        "undiminished.",
        definition=slopes,
        after=g[m] + total(g[i] * jacobian[i, m], (i, n)),
    )
    return sheet.conclude_here(left)
