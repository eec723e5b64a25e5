"""What layers store: names, shapes and roles as PyTorch has them."""

from __future__ import annotations

from cnnmath import rules
from cnnmath.arch import (
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    GroupNorm,
    LayerNorm,
    LayerNorm2d,
    LayerScale,
    Linear,
    LocallyConnected2d,
    RadialBasis,
    ReLU,
    Subsampling2d,
    TableConv2d,
)


def shapes(layer, given):
    """Return the stored tensors' shapes by name."""
    return {name: tensor.shape for name, tensor in rules.weights(layer, given).items()}


def test_shapes_are_pytorch_s():
    """Kernels are (out, in / groups, k, k), transposed ones (in, out / groups, k, k)."""
    assert shapes(Conv2d(64, 3, groups=4), (32, 8, 8)) == {"weight": (64, 8, 3, 3), "bias": (64,)}
    assert shapes(Conv2d(64, 3, bias=False), (32, 8, 8)) == {"weight": (64, 32, 3, 3)}
    assert shapes(ConvTranspose2d(64, 2, 2, groups=4), (32, 8, 8)) == {
        "weight": (32, 16, 2, 2),
        "bias": (64,),
    }
    assert shapes(Linear(10), (5, 84)) == {"weight": (10, 84), "bias": (10,)}


def test_normalization_has_trained_values_and_statistics():
    """Batch normalization trains a scale and a shift per channel and keeps two statistics."""
    stored = rules.weights(BatchNorm2d(), (32, 8, 8))
    assert {name: tensor.role for name, tensor in stored.items()} == {
        "weight": "normalization",
        "bias": "normalization",
        "running_mean": "buffer",
        "running_var": "buffer",
    }
    assert all(tensor.shape == (32,) for tensor in stored.values())
    assert list(rules.weights(BatchNorm2d(scale=False), (32, 8, 8))) == [
        "bias",
        "running_mean",
        "running_var",
    ]
    assert not rules.weights(BatchNorm2d(scale=False, shift=False, track_running_stats=False), (32, 8, 8))
    assert shapes(LayerNorm(2), (3, 5, 7)) == {"weight": (5, 7), "bias": (5, 7)}
    assert shapes(LayerNorm(bias=False), (3, 5, 7)) == {"weight": (7,)}
    assert shapes(LayerNorm2d(), (3, 5, 7)) == {"weight": (3,), "bias": (3,)}
    assert shapes(GroupNorm(4), (8, 5, 5)) == {"weight": (8,), "bias": (8,)}
    assert shapes(GroupNorm(4, affine=False), (8, 5, 5)) == {}


def test_layers_of_lenet5():
    """C3 stores one kernel per connection, subsampling a coefficient and a bias per map."""
    assert shapes(TableConv2d(((0, 1), (2,)), 5), (3, 14, 14)) == {"weight": (3, 5, 5), "bias": (2,)}
    assert shapes(Subsampling2d(2), (6, 28, 28)) == {"weight": (6,), "bias": (6,)}
    stored = rules.weights(RadialBasis(10), (84,))
    assert stored == {"patterns": rules.Tensor((10, 84), "buffer")}


def test_unshared_convolution_has_a_kernel_per_position():
    """AlexNet's conv1 without sharing would have 290,400 (363 + 1) parameters (CS231n notes)."""
    stored = rules.weights(LocallyConnected2d(96, 11, 4), (3, 227, 227))
    assert sum(tensor.size for tensor in stored.values()) == 105_705_600


def test_other_layers():
    """Layer scale has one factor per channel, wherever the channels stand; activations store nothing."""
    assert shapes(LayerScale(), (96, 56, 56)) == {"layer_scale": (96, 1, 1)}
    assert shapes(LayerScale(axis="last"), (56, 56, 96)) == {"layer_scale": (96,)}
    assert shapes(ReLU(), (96, 56, 56)) == {}
