"""Xception: depthwise separable convolutions throughout, with residuals; Keras' network."""

from __future__ import annotations

from cnnmath.arch import Add, BatchNorm2d, Builder, Conv2d, GlobalAvgPool, MaxPool2d, Network, ReLU
from cnnmath.zoo.blocks import classifier, conv_bn
from cnnmath.zoo.registry import register

BN = BatchNorm2d(eps=0.001, momentum=0.01)


def separable(net: Builder, x: str, name: str, before: int, channels: int) -> str:
    """Add a depthwise 3 x 3 and a pointwise convolution without anything in between, then normalization."""
    x = net.add(f"{name}_depthwise", Conv2d(before, 3, padding="same", groups=before, bias=False), x)
    return conv_bn(net, x, f"{name}_pointwise", channels, 1, activation=None, norm=BN)


def halving_block(
    net: Builder, x: str, name: str, widths: tuple[int, int, int], *, relu_first: bool = True
) -> str:
    """Add two separable convolutions and a pool, beside a 1 x 1 convolution with stride 2."""
    net.stage(name)
    before, middle, after = widths
    shortcut = conv_bn(
        net, x, f"{name}_shortcut", after, 1, stride=2, padding="same-tf", activation=None, norm=BN
    )
    y = net.add(f"{name}_sepconv1_relu", ReLU(), x) if relu_first else x
    y = separable(net, y, f"{name}_sepconv1", before, middle)
    y = separable(net, net.add(f"{name}_sepconv2_relu", ReLU(), y), f"{name}_sepconv2", middle, after)
    y = net.add(f"{name}_pool", MaxPool2d(3, 2, padding="same-tf"), y)
    return net.add(f"{name}_add", Add(), y, shortcut)


def middle_block(net: Builder, x: str, name: str) -> str:
    """Add three separable convolutions of 728 channels beside the identity."""
    net.stage(name)
    y = x
    for number in range(1, 4):
        y = net.add(f"{name}_sepconv{number}_relu", ReLU(), y)
        y = separable(net, y, f"{name}_sepconv{number}", 728, 728)
    return net.add(f"{name}_add", Add(), y, x)


@register(
    "xception",
    title="Xception",
    year=2016,
    paper="Chollet 2016, Xception: deep learning with depthwise separable convolutions, arXiv:1610.02357",
    variant="Keras': TensorFlow's SAME padding behind the stem; input 299",
    convention="22,855,952 trained parameters; Keras' 22,910,480 add the running statistics",
)
def xception() -> Network:
    """Return Xception."""
    net = Builder("xception")
    x = net.input(3, 299, 299)
    net.stage("block1")
    x = conv_bn(net, x, "block1_conv1", 32, 3, stride=2, padding=0, norm=BN)
    x = conv_bn(net, x, "block1_conv2", 64, 3, padding=0, norm=BN)
    x = halving_block(net, x, "block2", (64, 128, 128), relu_first=False)
    x = halving_block(net, x, "block3", (128, 256, 256))
    x = halving_block(net, x, "block4", (256, 728, 728))
    for number in range(5, 13):
        x = middle_block(net, x, f"block{number}")
    x = halving_block(net, x, "block13", (728, 728, 1024))
    net.stage("block14")
    for number, (before, after) in enumerate(((1024, 1536), (1536, 2048)), 1):
        x = separable(net, x, f"block14_sepconv{number}", before, after)
        x = net.add(f"block14_sepconv{number}_relu", ReLU(), x)
    net.stage("classifier")
    classifier(net, x, 1000, pool=GlobalAvgPool())
    return net.build()
