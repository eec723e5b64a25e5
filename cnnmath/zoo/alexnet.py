"""AlexNet under its four names, and ZFNet, which came out of looking into it."""

from __future__ import annotations

from cnnmath.arch import (
    AdaptiveAvgPool2d,
    Builder,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Network,
    ReLU,
)
from cnnmath.zoo.blocks import conv_relu
from cnnmath.zoo.registry import register

PAPER = "Krizhevsky, Sutskever & Hinton 2012, ImageNet classification with deep CNNs"
WEIRD = "Krizhevsky 2014, One weird trick for parallelizing CNNs, arXiv:1404.5997"
NORM = LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0)


def _dense(net: Builder, x: str, classes: int, *, dropout_first: bool) -> str:
    """Add the three dense layers, with dropout before (torchvision) or behind (paper) the first two."""
    x = net.add("flatten", Flatten(), x)
    for name in ("fc6", "fc7"):
        if dropout_first:
            x = net.add(f"{name}_dropout", Dropout(), x)
        x = net.add(name, Linear(4096), x)
        x = net.add(f"{name}_relu", ReLU(), x)
        if not dropout_first:
            x = net.add(f"{name}_dropout", Dropout(), x)
    return net.add("fc8", Linear(classes), x)


def _paper(groups: int) -> Network:
    net = Builder("alexnet")
    x = net.input(3, 227, 227)
    x = conv_relu(net, x, "conv1", 96, 11, stride=4, padding=0)
    x = net.chain(x, ("norm1", NORM), ("pool1", MaxPool2d(3, 2)))
    x = conv_relu(net, x, "conv2", 256, 5, groups=groups)
    x = net.chain(x, ("norm2", NORM), ("pool2", MaxPool2d(3, 2)))
    x = conv_relu(net, x, "conv3", 384, 3)
    x = conv_relu(net, x, "conv4", 384, 3, groups=groups)
    x = conv_relu(net, x, "conv5", 256, 3, groups=groups)
    x = net.add("pool5", MaxPool2d(3, 2), x)
    _dense(net, x, 1000, dropout_first=False)
    return net.build()


@register(
    "alexnet_two_groups",
    title="AlexNet (two groups)",
    year=2012,
    paper=PAPER,
    variant="the paper's: conv2, conv4 and conv5 in two groups, one per graphics card",
    convention="input 227 x 227: the printed 224 does not fit the printed 55 x 55 maps",
)
def alexnet_two_groups() -> Network:
    """Return AlexNet as in the paper."""
    return _paper(groups=2)


@register(
    "alexnet_one_tower",
    title="AlexNet (one tower)",
    year=2012,
    paper=PAPER,
    variant="the paper's widths without groups",
    convention="input 227 x 227",
)
def alexnet_one_tower() -> Network:
    """Return AlexNet with every convolution seeing all maps."""
    return _paper(groups=1)


@register(
    "alexnet",
    title="AlexNet (torchvision)",
    year=2014,
    paper=WEIRD,
    variant="torchvision's: widths 64, 192, 384, 256, 256, no response normalization, padding 2 in conv1",
)
def alexnet() -> Network:
    """Return torchvision's AlexNet."""
    net = Builder("alexnet")
    x = net.input(3, 224, 224)
    x = conv_relu(net, x, "conv1", 64, 11, stride=4, padding=2)
    x = net.add("pool1", MaxPool2d(3, 2), x)
    x = conv_relu(net, x, "conv2", 192, 5)
    x = net.add("pool2", MaxPool2d(3, 2), x)
    x = conv_relu(net, x, "conv3", 384, 3)
    x = conv_relu(net, x, "conv4", 256, 3)
    x = conv_relu(net, x, "conv5", 256, 3)
    x = net.chain(x, ("pool5", MaxPool2d(3, 2)), ("avgpool", AdaptiveAvgPool2d(6)))
    _dense(net, x, 1000, dropout_first=True)
    return net.build()


@register(
    "alexnet_v2",
    title="AlexNet v2 (TF-slim)",
    year=2014,
    paper=WEIRD,
    variant="TF-slim's: no padding in conv1 and the pools, dense layers as convolutions",
    convention="sizes 54, 26, 12; fc6 is a 5 x 5 convolution",
)
def alexnet_v2() -> Network:
    """Return TF-slim's alexnet_v2."""
    net = Builder("alexnet_v2")
    x = net.input(3, 224, 224)
    x = conv_relu(net, x, "conv1", 64, 11, stride=4, padding=0)
    x = net.add("pool1", MaxPool2d(3, 2), x)
    x = conv_relu(net, x, "conv2", 192, 5)
    x = net.add("pool2", MaxPool2d(3, 2), x)
    x = conv_relu(net, x, "conv3", 384, 3)
    x = conv_relu(net, x, "conv4", 384, 3)
    x = conv_relu(net, x, "conv5", 256, 3)
    x = net.add("pool5", MaxPool2d(3, 2), x)
    x = conv_relu(net, x, "fc6", 4096, 5, padding=0)
    x = net.add("fc6_dropout", Dropout(), x)
    x = conv_relu(net, x, "fc7", 4096, 1)
    x = net.add("fc7_dropout", Dropout(), x)
    net.chain(x, ("fc8", Conv2d(1000, 1)), ("flatten", Flatten()))
    return net.build()


@register(
    "zfnet",
    title="ZFNet",
    year=2013,
    paper="Zeiler & Fergus 2013, Visualizing and understanding convolutional networks, arXiv:1311.2901",
    variant="one tower: 7 x 7 stride 2 and 5 x 5 stride 2 in front",
    convention="input 224 padded by 1 gives the printed 110 x 110 maps; pools round up (26 to 13)",
)
def zfnet() -> Network:
    """Return ZFNet."""
    net = Builder("zfnet")
    x = net.input(3, 224, 224)
    x = conv_relu(net, x, "conv1", 96, 7, stride=2, padding=1)
    x = net.chain(x, ("pool1", MaxPool2d(3, 2, ceil_mode=True)), ("norm1", NORM))
    x = conv_relu(net, x, "conv2", 256, 5, stride=2, padding=0)
    x = net.chain(x, ("pool2", MaxPool2d(3, 2, ceil_mode=True)), ("norm2", NORM))
    x = conv_relu(net, x, "conv3", 384, 3)
    x = conv_relu(net, x, "conv4", 384, 3)
    x = conv_relu(net, x, "conv5", 256, 3)
    x = net.add("pool5", MaxPool2d(3, 2), x)
    _dense(net, x, 1000, dropout_first=False)
    return net.build()
