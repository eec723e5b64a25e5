"""Counts under conventions, memory and the lightness of it all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cnnmath import measure, zoo
from cnnmath.arch import (
    GELU,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    GroupNorm,
    Input,
    LayerNorm2d,
    LeakyReLU,
    Linear,
    MaxPool2d,
    ReLU,
    Softmax,
    Upsample,
    chain,
)
from cnnmath.errors import ArchitectureError, ShapeError


def cost(convention, *layers, shape=(4, 6, 6)):
    """Return what a small chain costs."""
    return measure.flops(chain("net", Input(*shape), *layers), convention)


def test_units_and_biases():
    """A multiply-add is one MAC and two FLOPs; the tools that count biases add one per output."""
    conv = Conv2d(8, 3)
    products = 8 * 4 * 4 * 4 * 9
    assert cost("macs", conv) == products
    assert cost("flops", conv) == cost("flop-counter-mode", conv) == 2 * products
    assert cost("ptflops-aten", conv) == cost("connections", conv) == products + 8 * 4 * 4
    assert cost("calflops", conv) == 2 * products + 8 * 4 * 4
    assert cost("calflops", Linear(3), shape=(5,)) == 2 * 15
    assert cost("torchvision", conv) == products


BATCH_NORM = {
    "torchinfo": 2 * 4,
    "torchprofile": 144,
    "fvcore": 288,
    "torchscan": 288,
    "flopth": 288,
    "ptflops": 288,
    "thop": 576,
    "calflops": 288,
    "macs": 0,
}


@pytest.mark.parametrize(("convention", "expected"), BATCH_NORM.items())
def test_batch_normalization(convention, expected):
    """Batch normalization of 4 x 6 x 6 values costs 0, its parameters, or 1, 2 or 4 per value, by tool."""
    assert cost(convention, BatchNorm2d()) == expected


def test_what_only_some_tools_count():
    """Activations, pools and other layers cost what the tools' sources say, per value."""
    values = 4 * 6 * 6
    assert cost("ptflops", ReLU()) == 2 * values
    assert cost("ptflops", LeakyReLU()) == values
    assert cost("calflops", GELU()) == cost("flopth", GELU()) == values
    assert cost("torchprofile", LeakyReLU()) == values
    assert cost("ptflops", MaxPool2d(2)) == 2 * values
    assert cost("flopth", MaxPool2d(2)) == cost("calflops", AvgPool2d(2)) == values
    assert cost("torchscan", MaxPool2d(3, 3)) == 4 * 2 * 2 * (3 - 1)
    assert cost("torchscan", MaxPool2d((3, 2))) == 4 * 2 * 3 * (3 * 2 - 1)
    assert cost("torchscan", AvgPool2d(2)) == 4 * 3 * 3 * (2 - 1 + 2)
    assert cost("thop", AvgPool2d(2)) == cost("torchprofile", AvgPool2d(2)) == 4 * 3 * 3
    assert cost("fvcore", LayerNorm2d()) == 5 * values
    assert cost("fvcore", GroupNorm(2, affine=False)) == 4 * values
    assert cost("fvcore", Upsample(2, mode="bilinear")) == 4 * 4 * values
    assert cost("thop", Upsample(2, mode="bilinear")) == 11 * 4 * values
    assert cost("torchprofile", Upsample(2)) == 0
    assert cost("ptflops", Upsample(2)) == 4 * values + 2 * values
    assert cost("thop", Softmax(), shape=(10,)) == 29


def test_transposed_convolutions_are_overcounted_by_some():
    """Tools that multiply weights by output positions overcount a transposed convolution."""
    up = ConvTranspose2d(2, 2, 2, bias=False)
    right = 4 * 2 * 4 * 36
    assert cost("macs", up) == cost("fvcore", up) == right
    assert cost("ptflops", up) == cost("thop", up) == cost("torchinfo", up) == 4 * right
    assert cost("torchscan", up) == 4 * right + 2 * 4


def test_unknown_conventions_are_refused():
    """A wrong name is answered with all names and the nearest."""
    with pytest.raises(ArchitectureError, match=r"convention: expected one of macs, .*Did you mean fvcore\?"):
        measure.flops(zoo.model("vgg16"), "fvcor")
    with pytest.raises(ArchitectureError, match="activation convention"):
        measure.activations(zoo.model("vgg16"), "all")
    assert "thop" in measure.conventions()


def test_parameters_follow_the_input_only_through_dense_layers():
    """Behind Flatten a dense layer's weights grow with the image; behind global pooling nothing does."""
    net = chain("net", Input(3, 8, 8), Conv2d(4, 3, padding=1), Flatten(), Linear(10, bias=False))
    assert measure.parameters(net, (3, 16, 16)) - measure.parameters(net) == 10 * 4 * (256 - 64)
    resnet = zoo.model("resnet18")
    assert measure.parameters(resnet, (3, 64, 64)) == measure.parameters(resnet)


def test_memory():
    """Memory scales with batch and bytes per value; the peak holds what a layer reads and writes at once."""
    net = chain(
        "net", Input(1, 8, 8), ("conv", Conv2d(2, 3, padding=1)), ("relu", ReLU()), ("pool", MaxPool2d(8))
    )
    used = measure.memory(net, batch=10, bytes_per_value=2)
    assert used.parameters == 20 * 2
    assert used.activations == (64 + 128 + 128 + 2) * 20
    assert (used.peak, used.peak_node) == ((128 + 128) * 20, "relu")
    in_place = measure.memory(net, in_place=True)
    assert (in_place.peak, in_place.peak_node) == ((64 + 128) * 4, "conv")
    with pytest.raises(ArchitectureError, match="batch: expected at least 1, got 0"):
        measure.memory(net, batch=0)


def test_other_input_shapes_and_their_refusal():
    """Sizes are checked node by node at any input; the error names the node."""
    assert measure.macs(zoo.model("vgg16"), (3, 448, 448)) > 3 * measure.macs(zoo.model("vgg16"))
    with pytest.raises(ShapeError, match="node pool5"):
        measure.macs(zoo.model("vgg16"), (3, 16, 16))
    with pytest.raises(ArchitectureError, match="Input size: expected a whole number of at least 1, got 0"):
        measure.macs(zoo.model("vgg16"), (3, 0, 224))


def test_counting_loads_neither_numpy_nor_sympy():
    """Printing a network's table imports no heavy package."""
    code = (
        "import sys; from cnnmath import measure, zoo; measure.table(zoo.model('resnet18')).text();"
        "print([name for name in ('numpy', 'sympy', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
