"""U-Net: a contracting path, an expanding path with transposed convolutions, and copies across."""

from __future__ import annotations

from cnnmath.arch import Builder, Concat, Conv2d, ConvTranspose2d, Crop, Dropout, MaxPool2d, Network
from cnnmath.zoo.blocks import conv_relu
from cnnmath.zoo.registry import register

PAPER = "Ronneberger, Fischer & Brox 2015, U-Net, arXiv:1505.04597"
DEPTH = 4
CROPS = (88, 40, 16, 4)
"""What the valid network cuts from each side of the copies, from the top level down."""


def _pair(net: Builder, x: str, name: str, channels: int, padding: int) -> str:
    x = conv_relu(net, x, f"{name}_1", channels, 3, padding=padding)
    return conv_relu(net, x, f"{name}_2", channels, 3, padding=padding)


def _unet(shape: tuple[int, int, int], classes: int, padding: int) -> Network:
    net = Builder("unet")
    x = net.input(*shape)
    copies = []
    for level in range(1, DEPTH + 1):
        net.stage(f"down{level}")
        x = _pair(net, x, f"down{level}", 64 * 2 ** (level - 1), padding)
        if level == DEPTH:
            x = net.add(f"down{level}_dropout", Dropout(), x)
        copies.append(x)
        x = net.add(f"pool{level}", MaxPool2d(2), x)
    net.stage("bottom")
    x = _pair(net, x, "bottom", 64 * 2**DEPTH, padding)
    x = net.add("bottom_dropout", Dropout(), x)
    for level in range(DEPTH, 0, -1):
        net.stage(f"up{level}")
        channels = 64 * 2 ** (level - 1)
        x = net.add(f"up{level}", ConvTranspose2d(channels, 2, 2), x)
        copy = copies[level - 1]
        if not padding:
            copy = net.add(f"crop{level}", Crop(CROPS[level - 1]), copy)
        x = net.add(f"concat{level}", Concat(), copy, x)
        x = _pair(net, x, f"up{level}", channels, padding)
    net.stage("output")
    net.add("output", Conv2d(classes, 1), x)
    return net.build()


@register(
    "unet",
    title="U-Net",
    year=2015,
    paper=PAPER,
    variant="the paper's: no padding, 572 x 572 in, 388 x 388 out, one channel in, two classes",
    convention="the input side must be 12 above a multiple of 16, as 572 is",
)
def unet() -> Network:
    """Return U-Net as printed."""
    return _unet((1, 572, 572), classes=2, padding=0)


@register(
    "unet_same",
    title="U-Net (same)",
    year=2015,
    paper=PAPER,
    variant="the common port: padding 1, output as large as the input; options channels=1, classes=1",
)
def unet_same(*, channels: int = 1, classes: int = 1) -> Network:
    """Return U-Net with padding."""
    return _unet((channels, 512, 512), classes, padding=1)
