"""What a score leans on, by gradients: plain, smoothed, guided, deconvnet, and Grad-CAM.

All of them are one backward pass that starts at a score; they differ in what a ReLU lets through, and in
where the gradient is read. Guided backpropagation and the deconvnet are no gradients: `sanity` shows what
that costs.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.arch import Layer, ReLU
from cnnmath.errors import ShapeError
from cnnmath.ops.network.running import NetworkGradients, Rule, backward, run
from cnnmath.ops.network.trace import LayerGradients, Model, Trace
from cnnmath.ops.network.training import scores_node
from cnnmath.ops.resize import resize2d
from cnnmath.ops.tensors import Array, as_floats


def class_gradient(model: Model, x: ArrayLike, labels: int | ArrayLike) -> Array:
    """Return the gradient of the score of `labels` with respect to the images x, in their shape (N, C, H, W).

    `labels` is one class for all images or one for each. Source: Simonyan, Vedaldi & Zisserman 2013.
    """
    return _to_image(model, _score_gradients(model, x, labels))


def smooth_gradient(
    model: Model,
    x: ArrayLike,
    labels: int | ArrayLike,
    generator: np.random.Generator,
    *,
    samples: int = 40,
    spread: float = 0.15,
) -> Array:
    """Return the mean gradient over noisy copies of x; the noise's deviation is `spread` times x's range.

    Source: Smilkov et al. 2017, SmoothGrad.
    """
    x = as_floats(x, "x", "smooth_gradient")
    deviation = spread * float(np.ptp(x)) if x.size else 0.0
    total = np.zeros(x.shape, x.dtype)
    for _ in range(samples):
        noise = generator.normal(0, deviation, x.shape).astype(x.dtype)
        total += class_gradient(model, x + noise, labels)
    mean: Array = total / max(1, samples)
    return mean


def guided_backpropagation(model: Model, x: ArrayLike, labels: int | ArrayLike) -> Array:
    """Return the signal of a backward pass whose ReLUs pass only what is positive in both directions.

    It is no gradient of anything. Source: Springenberg et al. 2014.
    """
    return _to_image(model, _score_gradients(model, x, labels, {ReLU: guided_relu}))


def deconvnet(model: Model, x: ArrayLike, labels: int | ArrayLike) -> Array:
    """Return the deconvnet's picture: each ReLU is applied to the backward signal instead.

    It is no gradient of anything. Source: Zeiler & Fergus 2014, section 2.1.
    """
    return _to_image(model, _score_gradients(model, x, labels, {ReLU: deconvnet_relu}))


def unit_gradient(
    model: Model,
    x: ArrayLike,
    node: str,
    channel: int,
    rules: Mapping[type[Layer], Rule] | None = None,
) -> Array:
    """Return the gradient of a map's strongest cell, in x's shape: what in each image made it fire.

    With `rules={ReLU: deconvnet_relu}` it is the projection that Zeiler & Fergus show beside image patches.
    """
    done = run(*model, x)
    value = done.value(node)
    maps = value[:, channel].reshape(len(value), -1)
    start = np.zeros_like(value)
    start[:, channel].reshape(len(value), -1)[np.arange(len(value)), maps.argmax(axis=1)] = 1
    return _to_image(model, backward(done, {node: start}, rules=rules))


def grad_cam(model: Model, x: ArrayLike, labels: int | ArrayLike, node: str) -> Array:
    """Return where the maps of `node` speak for the class: (N, H, W), enlarged to the images' size.

    `relu(Σ_c a_c A_c)` with a_c the mean over all places of the score's gradient with respect to map A_c.
    Raises `ShapeError` for a node without maps. Source: Selvaraju et al. 2017, equations 1 and 2.
    """
    x = as_floats(x, "x", "grad_cam")
    done = run(*model, x)
    maps = done.value(node)
    if maps.ndim != 4:
        raise ShapeError(
            where=f"grad_cam: node {node}",
            given=f"values of shape {maps.shape}",
            expected="maps (N, C, H, W)",
            remedy="Choose a node before the maps are flattened.",
        )
    gradients = backward(done, _one_hot(model, done.value(scores_node(model.network)), labels)).values[node]
    importance = gradients.mean(axis=(2, 3), keepdims=True)
    weighted = np.maximum((importance * maps).sum(axis=1, keepdims=True), 0)
    return resize2d(weighted, (x.shape[2], x.shape[3]))[:, 0]


def as_map(gradient: ArrayLike) -> Array:
    """Return one map per image (N, H, W) from gradients (N, C, H, W): the largest magnitude over channels.

    >>> as_map([[[[1, -2]], [[-3, 0]]]]).tolist()
    [[[3.0, 2.0]]]
    """
    largest: Array = np.abs(as_floats(gradient, "gradient", "as_map")).max(axis=1)
    return largest


def guided_relu(trace: Trace, grad: Array) -> LayerGradients:
    """Pass what is positive in the backward signal where the forward one was positive too."""
    return LayerGradients((np.where((grad > 0) & (trace.input > 0), grad, grad.dtype.type(0)),))


def deconvnet_relu(trace: Trace, grad: Array) -> LayerGradients:
    """Pass what is positive in the backward signal, whatever the forward one was."""
    return LayerGradients((np.maximum(grad, grad.dtype.type(0)),))


def _score_gradients(
    model: Model,
    x: ArrayLike,
    labels: int | ArrayLike,
    rules: Mapping[type[Layer], Rule] | None = None,
) -> NetworkGradients:
    done = run(*model, x)
    return backward(done, _one_hot(model, done.value(scores_node(model.network)), labels), rules=rules)


def _one_hot(model: Model, scores: Array, labels: int | ArrayLike) -> dict[str, Array]:
    classes = np.broadcast_to(np.asarray(labels), len(scores))
    if len(classes) and not (classes.min() >= 0 and classes.max() < scores.shape[1]):
        raise ShapeError(
            where=f"network {model.network.name}",
            given=f"classes from {classes.min()} to {classes.max()}",
            expected=f"one of its {scores.shape[1]} classes, counted from 0",
        )
    return {scores_node(model.network): np.eye(scores.shape[1], dtype=scores.dtype)[classes]}


def _to_image(model: Model, gradients: NetworkGradients) -> Array:
    return gradients.values[model.network.inputs[0].name]
