"""ResNet and its relatives: residual blocks for ImageNet, as printed, as in torchvision and as in TF-slim.

ResNeXt widens the middle of a block in groups, Wide ResNet without groups. CIFAR networks: resnet_cifar.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnmath.arch import Add, Builder, Conv2d, Flatten, GlobalAvgPool, MaxPool2d, Network, PadChannels, ReLU
from cnnmath.errors import ArchitectureError
from cnnmath.zoo.blocks import classifier, conv_bn
from cnnmath.zoo.registry import register

HE = "He, Zhang, Ren & Sun 2015, Deep residual learning, arXiv:1512.03385"
XIE = "Xie et al. 2016, Aggregated residual transformations, arXiv:1611.05431"
ZAGORUYKO = "Zagoruyko & Komodakis 2016, Wide residual networks, arXiv:1605.07146"
BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
"""Blocks in conv2_x to conv5_x, the paper's table 1."""


@dataclass(frozen=True)
class Style:
    """The choices that separate networks of one name.

    `stride_in` is the kernel of the bottleneck that carries the stride: 1 (paper) or 3 (torchvision).
    `shortcut` is "A" (zero channels, no parameters) or "B" (1 x 1 projection where shapes change).
    """

    stride_in: int = 3
    shortcut: str = "B"
    groups: int = 1
    group_width: int = 64

    def __post_init__(self) -> None:
        if self.shortcut not in ("A", "B"):
            raise ArchitectureError(
                where="shortcut",
                given=repr(self.shortcut),
                expected='"A" or "B"',
                remedy="A pads with zero channels, B projects with a 1 x 1 convolution.",
            )


def basic(net: Builder, x: str, name: str, width: int, *, stride: int, before: int, style: Style) -> str:
    """Add a block of two 3 x 3 convolutions."""
    y = conv_bn(net, x, f"{name}/conv1", width, 3, stride=stride)
    y = conv_bn(net, y, f"{name}/conv2", width, 3, activation=None)
    x = _shortcut(net, x, name, style.shortcut, before=before, after=width, stride=stride)
    return _join(net, x, y, name)


def bottleneck(net: Builder, x: str, name: str, width: int, *, stride: int, before: int, style: Style) -> str:
    """Add a block of 1 x 1, 3 x 3 (in groups) and 1 x 1 convolutions; four times `width` leave it."""
    inner = width * style.group_width // 64 * style.groups
    first, second = (stride, 1) if style.stride_in == 1 else (1, stride)
    y = conv_bn(net, x, f"{name}/conv1", inner, 1, stride=first)
    y = conv_bn(net, y, f"{name}/conv2", inner, 3, stride=second, groups=style.groups)
    y = conv_bn(net, y, f"{name}/conv3", 4 * width, 1, activation=None)
    x = _shortcut(net, x, name, style.shortcut, before=before, after=4 * width, stride=stride)
    return _join(net, x, y, name)


def _join(net: Builder, x: str, y: str, name: str) -> str:
    return net.chain(net.add(f"{name}/add", Add(), y, x), (f"{name}/relu", ReLU()))


def _shortcut(net: Builder, x: str, name: str, kind: str, *, before: int, after: int, stride: int) -> str:
    """Add what brings the block's input to its output's shape: nothing, zeros (A) or a projection (B)."""
    if before == after and stride == 1:
        return x
    if kind == "B":
        return conv_bn(net, x, f"{name}/shortcut", after, 1, stride=stride, activation=None)
    if stride > 1:
        x = net.add(f"{name}/subsample", MaxPool2d(1, stride), x)
    return net.add(f"{name}/zeros", PadChannels(0, after - before), x)


def _resnet(depth: int, style: Style) -> Network:
    block, growth = (basic, 1) if depth < 50 else (bottleneck, 4)
    net = Builder("resnet")
    x = net.input(3, 224, 224)
    net.stage("conv1")
    x = conv_bn(net, x, "conv1", 64, 7, stride=2)
    x = net.add("pool1", MaxPool2d(3, 2, padding=1), x)
    channels = 64
    for stage, count in enumerate(BLOCKS[depth]):
        net.stage(f"conv{stage + 2}_x")
        width = 64 * 2**stage
        for number in range(1, count + 1):
            stride = 2 if stage and number == 1 else 1
            name = f"conv{stage + 2}_{number}"
            x = block(net, x, name, width, stride=stride, before=channels, style=style)
            channels = growth * width
    net.stage("classifier")
    classifier(net, x, 1000)
    return net.build()


def _enter_torchvision(depth: int) -> None:
    def build() -> Network:
        return _resnet(depth, Style())

    variant = "torchvision's: projections, stride on the 3 x 3 convolution (v1.5)"
    register(f"resnet{depth}", title=f"ResNet-{depth}", year=2015, paper=HE, variant=variant)(build)


def _enter_paper(depth: int) -> None:
    def build(*, shortcut: str = "B") -> Network:
        return _resnet(depth, Style(stride_in=1, shortcut=shortcut))

    variant = "the paper's: stride on the first 1 x 1 convolution; shortcut A (zeros) or B (projections)"
    register(
        f"resnet{depth}_paper",
        title=f"ResNet-{depth} (paper)",
        year=2015,
        paper=HE,
        variant=variant,
        convention="the paper's FLOPs are multiply-adds; its 3.6 billion for 34 layers are with shortcut A",
    )(build)


def _enter_relative(name: str, title: str, depth: int, groups: int, group_width: int) -> None:
    def build() -> Network:
        return _resnet(depth, Style(groups=groups, group_width=group_width))

    paper, year = (XIE, 2016) if groups > 1 else (ZAGORUYKO, 2016)
    variant = f"torchvision's: {groups} groups" if groups > 1 else "torchvision's: inner width doubled"
    register(name, title=title, year=year, paper=paper, variant=f"{variant}, stride on the 3 x 3")(build)


for _depth in BLOCKS:
    _enter_torchvision(_depth)
    _enter_paper(_depth)
_enter_relative("resnext50_32x4d", "ResNeXt-50 32x4d", 50, 32, 4)
_enter_relative("resnext101_32x8d", "ResNeXt-101 32x8d", 101, 32, 8)
_enter_relative("resnext101_64x4d", "ResNeXt-101 64x4d", 101, 64, 4)
_enter_relative("wide_resnet50_2", "Wide ResNet-50-2", 50, 1, 128)
_enter_relative("wide_resnet101_2", "Wide ResNet-101-2", 101, 1, 128)


def _slim_unit(net: Builder, x: str, name: str, width: int, *, stride: int, before: int) -> str:
    """Add TF-slim's bottleneck: an unchanged number of channels is subsampled by a 1 x 1 pool."""
    y = conv_bn(net, x, f"{name}/conv1", width, 1)
    y = conv_bn(net, y, f"{name}/conv2", width, 3, stride=stride)
    y = conv_bn(net, y, f"{name}/conv3", 4 * width, 1, activation=None)
    if before != 4 * width:
        x = conv_bn(net, x, f"{name}/shortcut", 4 * width, 1, stride=stride, activation=None)
    elif stride > 1:
        x = net.add(f"{name}/shortcut", MaxPool2d(1, stride), x)
    return _join(net, x, y, name)


def _slim(depth: int) -> Network:
    net = Builder("resnet_v1")
    x = net.input(3, 224, 224)
    x = conv_bn(net, x, "conv1", 64, 7, stride=2)
    x = net.add("pool1", MaxPool2d(3, 2, padding="same-tf"), x)
    channels = 64
    for block, count in enumerate(BLOCKS[depth], 1):
        net.stage(f"block{block}")
        width = 64 * 2 ** (block - 1)
        for number in range(1, count + 1):
            stride = 2 if number == count and block < 4 else 1
            x = _slim_unit(net, x, f"block{block}/unit_{number}", width, stride=stride, before=channels)
            channels = 4 * width
    net.stage("classifier")
    net.chain(x, ("pool5", GlobalAvgPool()), ("logits", Conv2d(1000, 1)), ("flatten", Flatten()))
    return net.build()


def _enter_slim(depth: int) -> None:
    def build() -> Network:
        return _slim(depth)

    register(
        f"resnet_v1_{depth}",
        title=f"ResNet-{depth} v1 (TF-slim)",
        year=2016,
        paper=HE,
        variant="TF-slim's: stride on the 3 x 3 of the last unit of each block, TensorFlow's SAME in pool1",
        convention="its receptive field is the paper's 483 (50 layers), not torchvision's 427",
    )(build)


for _depth in (50, 101, 152):
    _enter_slim(_depth)
