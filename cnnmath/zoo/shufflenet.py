"""ShuffleNet v2: half of the channels pass untouched, the other half is convolved, then both are shuffled."""

from __future__ import annotations

from cnnmath.arch import Builder, ChannelShuffle, Concat, GlobalAvgPool, MaxPool2d, Network, Split
from cnnmath.zoo.blocks import classifier, conv_bn
from cnnmath.zoo.registry import register

PAPER = "Ma, Zhang, Zheng & Sun 2018, ShuffleNet V2, arXiv:1807.11164"
WIDTHS = {
    "0_5": (48, 96, 192, 1024),
    "1_0": (116, 232, 464, 1024),
    "1_5": (176, 352, 704, 1024),
    "2_0": (244, 488, 976, 2048),
}
"""Channels of stages 2 to 4 and of the last convolution, the paper's table 5."""


def _convolved(net: Builder, x: str, name: str, half: int, stride: int) -> str:
    """Add 1 x 1, depthwise 3 x 3 and 1 x 1 convolutions."""
    y = conv_bn(net, x, f"{name}/conv1", half, 1)
    y = conv_bn(net, y, f"{name}/depthwise", half, 3, stride=stride, groups=half, activation=None)
    return conv_bn(net, y, f"{name}/conv2", half, 1)


def unit(net: Builder, x: str, name: str, half: int) -> str:
    """Add a unit that keeps the shape `(2 * half, H, W)`."""
    left = net.add(f"{name}/left", Split(2, 0), x)
    right = _convolved(net, net.add(f"{name}/right", Split(2, 1), x), name, half, 1)
    x = net.add(f"{name}/concat", Concat(), left, right)
    return net.add(f"{name}/shuffle", ChannelShuffle(2), x)


def halving_unit(net: Builder, x: str, name: str, before: int, half: int) -> str:
    """Add the first unit of a stage: both branches see all channels and halve the size."""
    left = conv_bn(net, x, f"{name}/left_depthwise", before, 3, stride=2, groups=before, activation=None)
    left = conv_bn(net, left, f"{name}/left_conv", half, 1)
    right = _convolved(net, x, name, half, 2)
    x = net.add(f"{name}/concat", Concat(), left, right)
    return net.add(f"{name}/shuffle", ChannelShuffle(2), x)


def _shufflenet(widths: tuple[int, ...]) -> Network:
    net = Builder("shufflenet_v2")
    x = net.input(3, 224, 224)
    net.stage("conv1")
    x = conv_bn(net, x, "conv1", 24, 3, stride=2)
    x = net.add("pool1", MaxPool2d(3, 2, padding=1), x)
    before = 24
    for stage, (width, units) in enumerate(zip(widths, (4, 8, 4), strict=False), 2):
        net.stage(f"stage{stage}")
        x = halving_unit(net, x, f"stage{stage}_1", before, width // 2)
        for number in range(2, units + 1):
            x = unit(net, x, f"stage{stage}_{number}", width // 2)
        before = width
    net.stage("classifier")
    x = conv_bn(net, x, "conv5", widths[-1], 1)
    classifier(net, x, 1000, pool=GlobalAvgPool())
    return net.build()


def _enter(name: str, widths: tuple[int, ...]) -> None:
    def build() -> Network:
        return _shufflenet(widths)

    factor = name.replace("_", ".")
    register(
        f"shufflenet_v2_x{name}",
        title=f"ShuffleNet v2 x{factor}",
        year=2018,
        paper=PAPER,
        variant="torchvision's",
        convention="the paper prints 0.7 to 1.3% more multiply-adds, for no known reason",
    )(build)


for _name, _widths in WIDTHS.items():
    _enter(_name, _widths)
