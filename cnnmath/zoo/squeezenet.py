"""SqueezeNet: fire modules squeeze the channels (1 x 1) and expand them again (1 x 1 beside 3 x 3)."""

from __future__ import annotations

from cnnmath.arch import AdaptiveAvgPool2d, Builder, Concat, Dropout, Flatten, MaxPool2d, Network
from cnnmath.zoo.blocks import conv_relu
from cnnmath.zoo.registry import register

PAPER = "Iandola et al. 2016, SqueezeNet, arXiv:1602.07360"
WIDTHS = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
"""Squeezed and expanded channels of fire2 to fire9."""
POOL = MaxPool2d(3, 2, ceil_mode=True)


def fire(net: Builder, x: str, name: str, squeezed: int, expanded: int) -> str:
    """Add a fire module: `2 * expanded` channels out of `squeezed`."""
    net.stage(name)
    x = conv_relu(net, x, f"{name}/squeeze1x1", squeezed, 1)
    left = conv_relu(net, x, f"{name}/expand1x1", expanded, 1)
    right = conv_relu(net, x, f"{name}/expand3x3", expanded, 3)
    return net.add(f"{name}/concat", Concat(), left, right)


def _squeezenet(width: int, kernel: int, pools_behind: tuple[int, ...]) -> Network:
    net = Builder("squeezenet")
    x = net.input(3, 224, 224)
    net.stage("conv1")
    x = conv_relu(net, x, "conv1", width, kernel, stride=2, padding=0)
    x = net.add("pool1", POOL, x)
    for number, (squeezed, expanded) in enumerate(WIDTHS, 2):
        x = fire(net, x, f"fire{number}", squeezed, expanded)
        if number in pools_behind:
            x = net.add(f"pool{number}", POOL, x)
    net.stage("classifier")
    x = net.add("dropout", Dropout(), x)
    x = conv_relu(net, x, "conv10", 1000, 1)
    net.chain(x, ("avgpool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()))
    return net.build()


@register(
    "squeezenet1_0",
    title="SqueezeNet 1.0",
    year=2016,
    paper=PAPER,
    variant="torchvision's and the paper's table 1, before pruning",
    convention="pools round up; the paper's 111 x 111 maps would need a 227 input",
)
def squeezenet1_0() -> Network:
    """Return SqueezeNet 1.0."""
    return _squeezenet(96, 7, (4, 8))


@register(
    "squeezenet1_1",
    title="SqueezeNet 1.1",
    year=2016,
    paper=PAPER,
    variant="torchvision's: smaller first layer, earlier pools; 2.4 times cheaper",
    convention="pools round up",
)
def squeezenet1_1() -> Network:
    """Return SqueezeNet 1.1."""
    return _squeezenet(64, 3, (3, 5))
