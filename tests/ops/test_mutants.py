"""The checks bite: each mutant is our own source with one line changed, and the check beside it must fail.

A mutant is made by replacing text in a module of `cnnmath.ops`; replacing nothing is an error, so a mutant
cannot outlive the line it mutates. The unchanged source passes every check.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import types
from functools import partial

import numpy as np
import pytest

from cnnmath import ops

NUMBERS = np.random.default_rng(8)
X, W, B = (NUMBERS.integers(-9, 10, shape) for shape in [(2, 4, 7, 6), (4, 2, 3, 2), (4,)])
GEOMETRY = {"stride": (2, 1), "padding": ((1, 0), (2, 1)), "dilation": (1, 2), "groups": 2}


def convolution_with(module):
    """Return a copy of `convolution` that works with this version of `unfolding`; else the module itself."""
    if not hasattr(module, "unfolded") or hasattr(module, "conv2d"):
        return module
    module.WORKSPACE = 1
    copy = mutated("convolution", "from .unfolding import blocks, unfolded", "")
    copy.blocks, copy.unfolded = module.blocks, module.unfolded
    return copy


def forward_agrees(module) -> bool:
    """Compare the forward pass with the loops, in whole numbers."""
    module = convolution_with(module)
    forward = getattr(module, "conv2d", None) or module.conv2d_windows
    return bool(np.array_equal(forward(X, W, B, **GEOMETRY), ops.conv2d_loops(X, W, B, **GEOMETRY)))


def slopes_agree(module) -> bool:
    """Hold the backward pass against measured slopes."""
    module = convolution_with(module)
    backward = getattr(module, "conv2d_backward", None) or module.conv2d_windows_backward
    forward = partial(ops.conv2d, **GEOMETRY)
    tensors = [tensor.astype(float) for tensor in (X[:1, :, :4, :3], W, B)]
    return ops.gradient_check(
        forward, *tensors, backward=lambda grad, x, w, b: backward(grad, x, w, **GEOMETRY)
    ).ok


def images_agree(module) -> bool:
    """Compare the weight gradient of several images in one block with the loops."""
    module = convolution_with(module)
    module.unfolded.__globals__["WORKSPACE"] = 2**20
    grad = NUMBERS.integers(-9, 10, ops.conv2d(X, W, **GEOMETRY).shape)
    expected = ops.conv2d_loops_backward(grad, X, W, **GEOMETRY)
    return bool(np.array_equal(module.conv2d_backward(grad, X, W, **GEOMETRY).w, expected.w))


def adjoint(module) -> bool:
    """Require ⟨C x, y⟩ = ⟨x, Cᵀ y⟩ of the transposed convolution."""
    y = ops.conv2d(X, W, **GEOMETRY)
    grad = NUMBERS.integers(-9, 10, y.shape)
    back = module.conv_transpose2d(grad, W, **GEOMETRY, output_padding=(1, 0))
    return back.shape == X.shape and bool(np.vdot(y, grad) == np.vdot(X, back))


def ties_go_first(module) -> bool:
    """Require that the gradient of flat, overlapping windows goes to their first cells, and adds up."""
    dx = module.max_pool2d_backward(np.ones((1, 1, 3, 3)), np.zeros((1, 1, 5, 5)), 3, stride=1)
    first = np.pad(np.ones((3, 3)), ((0, 2), (0, 2)))
    x = np.array([[[[0, 5, 1, 5, 0]]]])
    overlap = module.max_pool2d_backward(np.array([[[[1.0, 10.0, 100.0]]]]), x, (1, 3), stride=1)
    return bool(np.array_equal(dx[0, 0], first)) and overlap.tolist() == [[[[0, 11, 0, 100, 0]]]]


def pool_agrees(module) -> bool:
    """Compare the pool with the one by loops."""
    options = {"stride": (2, 3), "padding": 1, "ceil_mode": True}
    negative = -np.abs(X) - 1
    return all(
        np.array_equal(module.max_pool2d(x, 3, **options), ops.max_pool2d_loops(x, 3, **options))
        for x in (negative, negative.astype(float))
    )


def norm_slopes_agree(module) -> bool:
    """Hold batch norm's backward pass against measured slopes."""
    x, scale, shift = (NUMBERS.standard_normal(shape) for shape in [(3, 2, 2, 2), (2,), (2,)])
    return ops.gradient_check(
        ops.batch_norm, x, scale, shift, backward=lambda grad, x, s, _: module.batch_norm_backward(grad, x, s)
    ).ok


MUTANTS = {
    "kernel flipped": (
        "convolution",
        "return w.reshape(layer.groups,",
        "return w[..., ::-1, ::-1].reshape(layer.groups,",
        forward_agrees,
    ),
    "bias left out": ("convolution", "part += bias", "part += 0 * bias", forward_agrees),
    "bias summed over images alone": (
        "convolution",
        "weight_gradient(grad, x, layer), grad.sum(axis=(0, 2, 3))",
        "weight_gradient(grad, x, layer), grad.sum(axis=0)[:, 0, 0]",
        slopes_agree,
    ),
    "every block written over the first": (
        "unfolding",
        "self.rows.start * width : self.rows.stop * width]",
        ": (self.rows.stop - self.rows.start) * width]",
        forward_agrees,
    ),
    "weight gradient of the last block alone": (
        "convolution",
        "        dw += np.matmul(",
        "        dw[...] = np.matmul(",
        slopes_agree,
    ),
    "stride ignored where a block starts": (
        "unfolding",
        "return slice(self.rows.start * self.layer.geometry.stride[0], None)",
        "return slice(self.rows.start, None)",
        slopes_agree,
    ),
    "images in the wrong order": (
        "unfolding",
        "return part.transpose(1, 2, 0, 3)",
        "return part[::-1].transpose(1, 2, 0, 3)",
        images_agree,
    ),
    "= for += where windows overlap": (
        "windows",
        "padded[:, :, *tap(geometry, (u, v), (rows, columns))] += windows[..., u, v]",
        "padded[:, :, *tap(geometry, (u, v), (rows, columns))] = windows[..., u, v]",
        slopes_agree,
    ),
    "stride ignored in the backward pass": (
        "windows",
        "return slice(first_y, last_y + 1, step_y), slice(first_x, last_x + 1, step_x)",
        "return slice(first_y, first_y + rows), slice(first_x, first_x + columns)",
        slopes_agree,
    ),
    "dilation ignored in the backward pass": (
        "windows",
        "first_y, first_x = u * gap_y, v * gap_x",
        "first_y, first_x = u, v",
        slopes_agree,
    ),
    "padding of the wrong side cropped": (
        "windows",
        "return padded[:, :, top : top + size[0], left : left + size[1]]",
        "return padded[:, :, left : left + size[0], top : top + size[1]]",
        slopes_agree,
    ),
    "H and W swapped": (
        "windows",
        '"ngcijuv,gocuv->ngoij"',
        '"ngcijuv,gocvu->ngoij"',
        forward_agrees,
    ),
    "strides of H and W swapped": (
        "windows",
        "(images, channels, row * step_y, column * step_x, row * gap_y, column * gap_x)",
        "(images, channels, row * step_x, column * step_y, row * gap_y, column * gap_x)",
        forward_agrees,
    ),
    "groups mixed": (
        "windows",
        "(by_image, by_channel * per_group, by_channel, *windows.strides[2:])",
        "(by_image, by_channel, by_channel * groups, *windows.strides[2:])",
        forward_agrees,
    ),
    "output padding ignored": ("transposed", "+ extra[axis])", ")", adjoint),
    "one side's padding forgotten": (
        "transposed",
        "spread - sum(geometry.padding[axis])",
        "spread - geometry.padding[axis][0]",
        adjoint,
    ),
    "ties to the last maximum": (
        "pooling",
        "in reversed(list(enumerate(geometry.taps)))",
        "in enumerate(geometry.taps)",
        ties_go_first,
    ),
    "ties split": (
        "pooling",
        "np.where(winners == number, grad, 0)",
        "np.where(x.max() == x.min(), grad / len(geometry.taps), np.where(winners == number, grad, 0))",
        ties_go_first,
    ),
    "= for += in the pool": (
        "pooling",
        "winners.shape[2:])] += np.where",
        "winners.shape[2:])] = np.where",
        ties_go_first,
    ),
    "padding can win": ("pooling", "return -np.inf if", "return 0 if", pool_agrees),
    "padding of zeros wins over whole numbers": (
        "pooling",
        "int(np.iinfo(x.dtype).min)",
        "0",
        pool_agrees,
    ),
    "mean's share of the batch forgotten": (
        "normalization",
        "(grad - level - normalized * tilt) / deviation",
        "(grad - normalized * tilt) / deviation",
        norm_slopes_agree,
    ),
    "deviation's share of the batch forgotten": (
        "normalization",
        "(grad - level - normalized * tilt) / deviation",
        "(grad - level) / deviation",
        norm_slopes_agree,
    ),
}


def mutated(name: str, old: str, new: str) -> types.ModuleType:
    """Return the module `cnnmath.ops.<name>` with one text replaced; the real one stays as it is."""
    real = importlib.import_module(f"cnnmath.ops.{name}")
    source = inspect.getsource(real)
    assert source.count(old) == 1, f"{name}: the mutated text occurs {source.count(old)} times"
    mutant = types.ModuleType(f"cnnmath.ops.{name}_mutant")
    mutant.__package__ = "cnnmath.ops"
    sys.modules[mutant.__name__] = mutant
    try:
        exec(compile(source.replace(old, new), real.__file__, "exec"), mutant.__dict__)  # noqa: S102 - our own source
    finally:
        del sys.modules[mutant.__name__]
    return mutant


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let convolutions work row by row, so that the cut into blocks matters."""
    monkeypatch.setattr("cnnmath.ops.unfolding.WORKSPACE", 1)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("name", MUTANTS)
def test_every_mutant_is_caught(name: str) -> None:
    """Each mutant fails its check, and what it was made from passes it."""
    module, old, new, check = MUTANTS[name]
    unchanged, mutant = (mutated(module, old, text) for text in (old, new))
    assert check(unchanged)
    try:
        survived = check(mutant)
    except (ValueError, IndexError):
        survived = False
    assert not survived
