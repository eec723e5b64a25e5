"""Shapes and windows of single layers: sizes of published networks, and refusals that name everything."""

from __future__ import annotations

import pytest

from cnnmath import rules
from cnnmath.arch import (
    AdaptiveAvgPool2d,
    Add,
    BatchNorm1d,
    BatchNorm2d,
    ChannelShuffle,
    Concat,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose2d,
    Crop,
    Flatten,
    GlobalAvgPool,
    GroupNorm,
    Input,
    LayerNorm,
    Linear,
    MaxPool2d,
    Multiply,
    PadChannels,
    Permute,
    ReLU,
    Split,
    TableConv2d,
    Upsample,
    ZeroPad,
    chain,
)
from cnnmath.errors import ArchitectureError, ShapeError

KNOWN = [
    (Conv2d(96, 11, stride=4), (3, 227, 227), (96, 55, 55), "AlexNet conv1 on 227 (Caffe)"),
    (Conv2d(64, 11, stride=4, padding=2), (3, 224, 224), (64, 55, 55), "AlexNet conv1, torchvision"),
    (Conv2d(64, 7, stride=2, padding=3), (3, 224, 224), (64, 112, 112), "ResNet conv1"),
    (MaxPool2d(3, 2, padding=1), (64, 112, 112), (64, 56, 56), "ResNet pool1"),
    (MaxPool2d(3, 2, ceil_mode=True), (64, 112, 112), (64, 56, 56), "GoogLeNet pool1"),
    (MaxPool2d(3, 2), (64, 112, 112), (64, 55, 55), "the same without ceil_mode"),
    (Conv2d(64, (1, 7), padding=(0, 3)), (128, 17, 17), (64, 17, 17), "Inception's 1 x 7"),
    (
        Conv2d(8, 3, dilation=2),
        (1, 7, 7),
        (8, 3, 3),
        "Dumoulin & Visin 2016, figure 5.1: 7, k=3, d=2 gives 3",
    ),
    (Conv2d(32, 3, 2, padding="same-tf"), (3, 321, 321), (32, 161, 161), "TensorFlow: ceil(321 / 2)"),
    (ConvTranspose2d(512, 2, 2), (1024, 28, 28), (512, 56, 56), "U-Net's first up-convolution"),
    (ConvTranspose2d(8, 3, 2, padding=1, output_padding=1), (4, 7, 7), (8, 14, 14), "doubling decoder"),
    (Conv3d(64, 3, padding=1), (3, 16, 112, 112), (64, 16, 112, 112), "C3D conv1a (Tran et al. 2015)"),
    (Conv1d(8, 9, padding=((8, 0),)), (1, 100), (8, 100), "causal convolution"),
    (AdaptiveAvgPool2d((7, 5)), (512, 9, 8), (512, 7, 5), "any size to 7 x 5"),
    (GlobalAvgPool(), (2048, 7, 7), (2048, 1, 1), "one value per channel"),
    (Linear(10), (4, 4, 7), (4, 4, 10), "along the last axis"),
    (Flatten(), (512, 7, 7), (25088,), "VGG: 7 x 7 x 512"),
    (Upsample(2), (8, 5, 7), (8, 10, 14), "doubled"),
    (ZeroPad(((1, 2), (0, 3))), (4, 5, 5), (4, 8, 8), "per side"),
    (Crop(4), (512, 64, 64), (512, 56, 56), "U-Net's lowest copy"),
    (PadChannels(0, 64), (64, 28, 28), (128, 28, 28), "shortcut A"),
    (Split(2, 1), (116, 28, 28), (58, 28, 28), "half of ShuffleNet's channels"),
    (ChannelShuffle(2), (116, 28, 28), (116, 28, 28), "unchanged"),
    (Permute(1, 2, 0), (96, 56, 48), (56, 48, 96), "channels last"),
    (TableConv2d(((0, 1), (2,)), 3), (3, 5, 5), (2, 3, 3), "one map per row of the table"),
]


@pytest.mark.parametrize(("layer", "given", "expected", "source"), KNOWN, ids=[row[3] for row in KNOWN])
def test_known_shapes(layer, given, expected, source):
    """Each layer makes the shape that its source says."""
    assert rules.output_shape(layer, given) == expected, source


def test_merges():
    """Sums keep the shape, products stretch sizes of 1, concatenation adds the channels up."""
    assert rules.output_shape(Add(), (4, 8, 8), (4, 8, 8), (4, 8, 8)) == (4, 8, 8)
    assert rules.output_shape(Multiply(), (4, 1, 1), (4, 8, 6)) == (4, 8, 6)
    assert rules.output_shape(Concat(), (64, 28, 28), (128, 28, 28), (32, 28, 28)) == (224, 28, 28)


WRONG = [
    (
        Conv2d(8, 5),
        (3, 4, 4),
        "got a kernel of 5 on 4. Use a smaller kernel, more padding or a larger input.",
    ),
    (Conv2d(8, 3, dilation=4), (3, 8, 8), "a kernel of 3 (dilation 4: it spans 9) on 8."),
    (Conv2d(8, 5, padding=1), (3, 2, 9), "a kernel of 5 on 2 + 1 + 1 = 4."),
    (
        Conv2d(8, 3, groups=2),
        (3, 8, 8),
        "a number of input channels that 2 groups divide, not 3, got 3 x 8 x 8.",
    ),
    (Conv2d(8, 3), (8, 8), "expected a shape of 3 axes (channels, height, width), got 8 x 8."),
    (Conv1d(8, 3), (3, 8, 8), "expected a shape of 2 axes (channels, length), got 3 x 8 x 8."),
    (ConvTranspose2d(8, 1, padding=2), (3, 2, 2), "expected at least one output value"),
    (TableConv2d(((0, 5),), 3), (3, 8, 8), "expected at least 6 input maps, got 3 x 8 x 8."),
    (BatchNorm2d(), (10,), "expected a shape of 3 axes without the batch, got 10. Use BatchNorm1d here."),
    (BatchNorm1d(), (3, 8, 8), "expected a shape of 1 or 2 axes without the batch"),
    (LayerNorm(dimensions=3), (8, 8), "expected at least 3 axes"),
    (GroupNorm(4), (6, 8, 8), "that 4 groups divide, not 6"),
    (GlobalAvgPool(), (10,), "expected a shape with spatial axes, got 10. Pool before Flatten."),
    (Crop(4), (3, 8, 8), "expected an input larger than what is cropped"),
    (Split(3, 0), (8, 4, 4), "that 3 parts divide, not 8"),
    (Permute(1, 0), (3, 4, 4), "expected a shape of 2 axes"),
]


@pytest.mark.parametrize(("layer", "given", "sentence"), WRONG)
def test_shapes_that_do_not_fit_are_refused(layer, given, sentence):
    """A shape that does not fit names the layer, what was given, what was expected, and a remedy."""
    with pytest.raises(ShapeError) as refusal:
        rules.output_shape(layer, given)
    assert sentence in str(refusal.value)
    assert str(refusal.value).startswith(repr(layer))


@pytest.mark.parametrize("layer", [Add(), Concat(), Multiply()])
def test_unequal_shapes_are_not_merged(layer):
    """Branches of different size are refused with all shapes named."""
    with pytest.raises(ShapeError, match=r"got 4 x 8 x 8, 4 x 7 x 8\. Bring"):
        rules.output_shape(layer, (4, 8, 8), (4, 7, 8))
    with pytest.raises(ShapeError):
        rules.output_shape(layer, (4, 8, 8), (4, 8))


def test_an_error_in_a_network_names_its_node():
    """Walking through a network, the error begins with the node's name."""
    net = chain("net", Input(3, 8, 8), ("conv1", Conv2d(4, 5)), ("conv2", Conv2d(4, 5)))
    with pytest.raises(ShapeError, match=r"^node conv2, Conv2d\(4, 5\): expected a kernel"):
        rules.shapes(net)
    assert rules.shapes(net, (3, 9, 9))["conv2"] == (4, 1, 1)


def test_windows():
    """A window is kernel, stride, padding per side and dilation; words become numbers."""
    assert rules.window(Conv2d(8, (3, 4), padding="same")).padding == ((1, 1), (1, 2))
    assert rules.window(Conv2d(8, 3, 2, padding="same-tf"), (224, 225)).padding == ((0, 1), (1, 1))
    assert rules.window(MaxPool2d(2, ceil_mode=True)).ceil_mode
    with pytest.raises(
        ArchitectureError, match="the input sizes, on which TensorFlow's SAME padding depends"
    ):
        rules.window(Conv2d(8, 3, 2, padding="same-tf"))
    with pytest.raises(ArchitectureError, match="ReLU: expected a layer that slides a window"):
        rules.window(ReLU())


def test_bounds_of_sizes():
    """A window that does not fit is an error, never a size of zero or less."""
    with pytest.raises(ShapeError):
        rules.output_size(2, kernel=3)
    with pytest.raises(ShapeError):
        rules.transposed_output_size(1, kernel=1, before=1, after=0)
