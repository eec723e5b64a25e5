"""Residual networks for CIFAR-10: the 6n+2 layers of the ResNet paper, and Wide ResNets (WRN-depth-width)."""

from __future__ import annotations

from cnnmath.arch import Add, BatchNorm2d, Builder, Conv2d, Network, ReLU
from cnnmath.zoo.blocks import classifier, conv_bn
from cnnmath.zoo.registry import register
from cnnmath.zoo.resnet import HE, ZAGORUYKO, Style, basic

SHORTCUT_A = Style(shortcut="A")


def _thin(depth: int) -> Network:
    net = Builder("resnet")
    x = net.input(3, 32, 32)
    net.stage("conv1")
    x = conv_bn(net, x, "conv1", 16, 3)
    before = 16
    for stage in range(3):
        net.stage(f"conv{stage + 2}_x")
        width = 16 * 2**stage
        for number in range(1, (depth - 2) // 6 + 1):
            stride = 2 if stage and number == 1 else 1
            name = f"conv{stage + 2}_{number}"
            x = basic(net, x, name, width, stride=stride, before=before, style=SHORTCUT_A)
            before = width
    net.stage("classifier")
    classifier(net, x, 10)
    return net.build()


def preactivation(net: Builder, x: str, name: str, width: int, *, stride: int, before: int) -> str:
    """Add a block of two 3 x 3 convolutions, each behind its normalization and ReLU."""
    ready = net.chain(x, (f"{name}/bn1", BatchNorm2d()), (f"{name}/relu1", ReLU()))
    y = conv_bn(net, ready, f"{name}/conv1", width, 3, stride=stride)
    y = net.add(f"{name}/conv2", Conv2d(width, 3, padding=1, bias=False), y)
    if before != width:
        x = net.add(f"{name}/shortcut", Conv2d(width, 1, stride, bias=False), ready)
    return net.add(f"{name}/add", Add(), y, x)


def _wide(depth: int, factor: int) -> Network:
    net = Builder("wrn")
    x = net.input(3, 32, 32)
    net.stage("conv1")
    x = net.add("conv1", Conv2d(16, 3, padding=1, bias=False), x)
    before = 16
    for stage in range(3):
        net.stage(f"conv{stage + 2}")
        width = 16 * factor * 2**stage
        for number in range(1, (depth - 4) // 6 + 1):
            stride = 2 if stage and number == 1 else 1
            x = preactivation(net, x, f"conv{stage + 2}_{number}", width, stride=stride, before=before)
            before = width
    net.stage("classifier")
    x = net.chain(x, ("bn", BatchNorm2d()), ("relu", ReLU()))
    classifier(net, x, 10)
    return net.build()


def _enter_thin(depth: int) -> None:
    def build() -> Network:
        return _thin(depth)

    variant = "the paper's section 4.2: three stages of 16, 32 and 64 maps, shortcut A"
    register(f"resnet{depth}_cifar", title=f"ResNet-{depth} (CIFAR)", year=2015, paper=HE, variant=variant)(
        build
    )


def _enter_wide(depth: int, factor: int) -> None:
    def build() -> Network:
        return _wide(depth, factor)

    name, title = f"wrn_{depth}_{factor}_cifar", f"WRN-{depth}-{factor} (CIFAR)"
    variant = "pre-activation blocks, 1 x 1 convolutions as shortcuts where the width changes"
    register(name, title=title, year=2016, paper=ZAGORUYKO, variant=variant)(build)


for _depth in (20, 32, 44, 56, 110, 1202):
    _enter_thin(_depth)
for _depth, _factor in (
    (40, 1),
    (40, 2),
    (40, 4),
    (40, 8),
    (28, 10),
    (28, 12),
    (22, 8),
    (22, 10),
    (16, 8),
    (16, 10),
):
    _enter_wide(_depth, _factor)
