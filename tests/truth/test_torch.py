"""What PyTorch recorded (see make_torch_vectors.py) is what our operations compute, forward and backward."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cnnmath import ops

RECORDED = json.loads(Path(__file__).with_name("torch_vectors.json").read_text("utf-8"))
CASES = RECORDED["cases"]
POOL_OPTIONS = {"kernel_size": "kernel", "count_include_pad": "count_padding"}


def tensor(recorded):
    """Return a recorded tensor: shape and numbers."""
    shape, numbers = recorded
    return np.array(numbers, float).reshape(shape)


def tuples(options):
    """Return options with PyTorch's lists as pairs."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}


def convolution(case, x, w, b, grad):
    """Compute a convolution of any kind, or a dense layer, and its three gradients."""
    forward, backward = getattr(ops, case["op"]), getattr(ops, f"{case['op']}_backward")
    options = tuples(case["options"])
    return forward(x, w, b, **options), dict(zip("xwb", backward(grad, x, w, **options), strict=True))


def pool(case, x, grad):
    """Compute a pool and its gradient, with our names for its options."""
    forward, backward = getattr(ops, case["op"]), getattr(ops, f"{case['op']}_backward")
    options = {POOL_OPTIONS.get(name, name): value for name, value in tuples(case["options"]).items()}
    return forward(x, **options), {"x": backward(grad, x, **options)}


def plain(case, x, grad, **options):
    """Compute an operation of one input and its gradient."""
    forward, backward = getattr(ops, case["op"]), getattr(ops, f"{case['op']}_backward")
    return forward(x, **options), {"x": backward(grad, x, **options)}


def softmax(case, x, grad):
    """Compute the softmax along PyTorch's `dim`."""
    return plain(case, x, grad, axis=case["options"]["dim"])


def cross_entropy(case, x, grad):
    """Compute the loss; its gradient is scaled by the recorded one of the loss."""
    labels = case["labels"]
    loss = ops.softmax_cross_entropy(x, labels)
    return np.array(loss), {"x": float(grad) * ops.softmax_cross_entropy_backward(x, labels)}


def batch_norm(case, x, scale, shift, grad):
    """Compute batch norm in training or inference, and check the running statistics after it."""
    options, before = case["options"], [np.array(value) for value in case["running_before"]]
    statistics = None if options["training"] else before
    after = ops.running_statistics(before, x, options["momentum"]) if options["training"] else before
    assert np.allclose(after, case["running_after"], rtol=1e-12)
    found = ops.batch_norm_backward(grad, x, scale, statistics, options["eps"])
    return ops.batch_norm(x, scale, shift, statistics, options["eps"]), found._asdict()


def local_response_norm(case, x, grad):
    """Compute the response norm; PyTorch divides alpha by the size."""
    size, alpha, beta, k = (case["options"][name] for name in ("size", "alpha", "beta", "k"))
    return plain(case, x, grad, size=size, alpha=alpha / size, beta=beta, bias=k)


def layer_norm(case, x, grad):
    """Compute a layer norm without scale and shift."""
    ones = np.ones(case["options"]["normalized_shape"])
    return ops.layer_norm(x, ones, 0 * ones), {"x": ops.layer_norm_backward(grad, x, ones).x}


def group_norm(case, x, grad):
    """Compute a group norm without scale and shift."""
    ones, groups = np.ones(x.shape[1]), case["options"]["num_groups"]
    return ops.group_norm(x, ones, 0 * ones, groups), {"x": ops.group_norm_backward(grad, x, ones, groups).x}


def padding(case, x, grad):
    """Compute a padding mode; PyTorch lists left, right, top, bottom."""
    left, right, top, bottom = case["options"]["pad"]
    sides, mode = ((top, bottom), (left, right)), case["options"]["mode"]
    return ops.pad2d(x, sides, mode), {"x": ops.pad2d_backward(grad, sides, mode)}


def adaptive(case, x, grad):
    """Compute adaptive means."""
    size = tuple(case["options"]["output_size"])
    return ops.adaptive_avg_pool2d(x, size), {"x": ops.adaptive_avg_pool2d_backward(grad, x)}


def upsample(case, x, grad):
    """Enlarge by linear interpolation."""
    factor = case["options"]["scale_factor"]
    dx = ops.upsample2d_backward(grad, x, factor, "bilinear")
    return ops.upsample2d(x, factor, "bilinear"), {"x": dx}


WAYS = {
    "conv2d": convolution,
    "conv1d": convolution,
    "conv_transpose2d": convolution,
    "linear": convolution,
    "max_pool2d": pool,
    "avg_pool2d": pool,
    "softmax": softmax,
    "softmax_cross_entropy": cross_entropy,
    "batch_norm": batch_norm,
    "local_response_norm": local_response_norm,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "pad2d": padding,
    "adaptive_avg_pool2d": adaptive,
    "upsample": upsample,
}

LOOSE = {"hard_sigmoid": 1e-7}
"""PyTorch's backward of hardsigmoid multiplies by 1/6 in single precision, also for float64."""


def test_the_recording_says_where_it_comes_from() -> None:
    """Version and seed are recorded, and every kind of operation has a case."""
    assert RECORDED["torch"].startswith("2.")
    assert RECORDED["seed"] == 20260917
    assert set(WAYS) < {case["op"] for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['op']}-{case['options']}")
def test_pytorch_agrees(case) -> None:
    """Output and gradients equal PyTorch's: exactly for whole numbers, to 1e-12 otherwise."""
    inputs = {name: tensor(value) for name, value in case["inputs"].items()}
    output, gradients = WAYS.get(case["op"], plain)(case, **inputs, grad=tensor(case["grad"]))
    compare(output, case["output"])
    assert gradients.keys() == case["gradients"].keys()
    for name, gradient in gradients.items():
        compare(gradient, case["gradients"][name], LOOSE.get(case["op"], 1e-12))


def compare(ours, recorded, tolerance: float = 1e-12) -> None:
    """Require the recorded shape and numbers."""
    theirs = tensor(recorded)
    assert ours.shape == theirs.shape
    exact = all(isinstance(number, int) for number in recorded[1])
    if exact:
        assert np.array_equal(ours, theirs)
    else:
        assert np.allclose(ours, theirs, rtol=tolerance, atol=1e-14)
