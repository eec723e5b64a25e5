"""Networks for small devices: MobileNet v1 to v3 and MNASNet, built from depthwise separable convolutions."""

from __future__ import annotations

from typing import NamedTuple

from cnnmath.arch import (
    AdaptiveAvgPool2d,
    Add,
    BatchNorm2d,
    Builder,
    Dropout,
    Flatten,
    GlobalAvgPool,
    Hardsigmoid,
    Hardswish,
    Layer,
    Linear,
    Network,
    ReLU,
    ReLU6,
)
from cnnmath.zoo.blocks import classifier, conv_bn, divisible, squeeze_excitation
from cnnmath.zoo.registry import register

HOWARD_2017 = "Howard et al. 2017, MobileNets, arXiv:1704.04861"
SANDLER = "Sandler et al. 2018, MobileNetV2: inverted residuals, arXiv:1801.04381"
HOWARD_2019 = "Howard et al. 2019, Searching for MobileNetV3, arXiv:1905.02244"
TAN = "Tan et al. 2018, MnasNet, arXiv:1807.11626"
RELU, RELU6, HARDSWISH = ReLU(), ReLU6(), Hardswish()

V1 = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))
"""Output channels and stride of the separable layers: table 1, with its last stride put right."""


@register(
    "mobilenet_v1",
    title="MobileNet v1",
    year=2017,
    paper=HOWARD_2017,
    variant="TF-slim's: TensorFlow's SAME padding; options width, separable=False, shallow=True",
    convention="the paper's 4.2 million leave batch normalization and the last bias out",
)
def mobilenet_v1(*, width: float = 1.0, separable: bool = True, shallow: bool = False) -> Network:
    """Return MobileNet v1 with its width multiplier; the paper's comparisons are the two other options."""
    plan = [layer for number, layer in enumerate(V1) if not (shallow and 6 <= number < 11)]
    channels = int(32 * width)
    net = Builder("mobilenet_v1")
    x = net.input(3, 224, 224)
    x = conv_bn(net, x, "Conv2d_0", channels, 3, stride=2, padding="same-tf", activation=RELU6)
    for number, (full, stride) in enumerate(plan, 1):
        name, before, channels = f"Conv2d_{number}", channels, int(full * width)
        net.stage(name)
        if separable:
            x = conv_bn(
                net,
                x,
                f"{name}_depthwise",
                before,
                3,
                stride=stride,
                padding="same-tf",
                groups=before,
                activation=RELU6,
            )
            x = conv_bn(net, x, f"{name}_pointwise", channels, 1, activation=RELU6)
        else:
            x = conv_bn(net, x, name, channels, 3, stride=stride, padding="same-tf", activation=RELU6)
    net.stage("classifier")
    classifier(net, x, 1000, dropout=0.001, pool=GlobalAvgPool())
    return net.build()


class Step(NamedTuple):
    """One inverted residual block: widths, depthwise kernel and stride, gate and activation."""

    expanded: int
    channels: int
    kernel: int
    stride: int
    gated: bool = False
    activation: Layer = RELU6


def inverted_residual(net: Builder, x: str, name: str, before: int, *, step: Step, norm: Layer) -> str:
    """Add expand, depthwise, optional gate, project without activation, and the sum where shapes allow."""
    net.stage(name)
    y = x
    if step.expanded != before:
        y = conv_bn(net, y, f"{name}/expand", step.expanded, 1, activation=step.activation, norm=norm)
    y = conv_bn(
        net,
        y,
        f"{name}/depthwise",
        step.expanded,
        step.kernel,
        stride=step.stride,
        groups=step.expanded,
        norm=norm,
        activation=step.activation,
    )
    if step.gated:
        squeezed = divisible(step.expanded // 4)
        y = squeeze_excitation(net, y, f"{name}/se", step.expanded, squeezed, gate=Hardsigmoid())
    y = conv_bn(net, y, f"{name}/project", step.channels, 1, activation=None, norm=norm)
    if step.stride == 1 and before == step.channels:
        y = net.add(f"{name}/add", Add(), x, y)
    return y


V2 = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""Expansion, channels, repeats, first stride: the paper's table 2."""


@register(
    "mobilenet_v2",
    title="MobileNetV2",
    year=2018,
    paper=SANDLER,
    variant="torchvision's; option width scales the channels",
    convention="the paper's 3.4 million leave batch normalization out",
)
def mobilenet_v2(*, width: float = 1.0) -> Network:
    """Return MobileNetV2 with its width multiplier."""
    norm = BatchNorm2d()
    channels = divisible(32 * width)
    net = Builder("mobilenet_v2")
    x = net.input(3, 224, 224)
    x = conv_bn(net, x, "conv1", channels, 3, stride=2, activation=RELU6)
    number = 0
    for expansion, full, repeats, first in V2:
        for repeat in range(repeats):
            number += 1
            step = Step(channels * expansion, divisible(full * width), 3, 1 if repeat else first)
            x = inverted_residual(net, x, f"bottleneck{number}", channels, step=step, norm=norm)
            channels = step.channels
    net.stage("classifier")
    x = conv_bn(net, x, "conv_last", divisible(1280 * max(1.0, width)), 1, activation=RELU6)
    classifier(net, x, 1000, dropout=0.2)
    return net.build()


V3_LARGE = (
    Step(16, 16, 3, 1, activation=RELU),
    Step(64, 24, 3, 2, activation=RELU),
    Step(72, 24, 3, 1, activation=RELU),
    Step(72, 40, 5, 2, gated=True, activation=RELU),
    Step(120, 40, 5, 1, gated=True, activation=RELU),
    Step(120, 40, 5, 1, gated=True, activation=RELU),
    Step(240, 80, 3, 2, activation=HARDSWISH),
    Step(200, 80, 3, 1, activation=HARDSWISH),
    Step(184, 80, 3, 1, activation=HARDSWISH),
    Step(184, 80, 3, 1, activation=HARDSWISH),
    Step(480, 112, 3, 1, gated=True, activation=HARDSWISH),
    Step(672, 112, 3, 1, gated=True, activation=HARDSWISH),
    Step(672, 160, 5, 2, gated=True, activation=HARDSWISH),
    Step(960, 160, 5, 1, gated=True, activation=HARDSWISH),
    Step(960, 160, 5, 1, gated=True, activation=HARDSWISH),
)
"""The paper's table 1."""
V3_SMALL = (
    Step(16, 16, 3, 2, gated=True, activation=RELU),
    Step(72, 24, 3, 2, activation=RELU),
    Step(88, 24, 3, 1, activation=RELU),
    Step(96, 40, 5, 2, gated=True, activation=HARDSWISH),
    Step(240, 40, 5, 1, gated=True, activation=HARDSWISH),
    Step(240, 40, 5, 1, gated=True, activation=HARDSWISH),
    Step(120, 48, 5, 1, gated=True, activation=HARDSWISH),
    Step(144, 48, 5, 1, gated=True, activation=HARDSWISH),
    Step(288, 96, 5, 2, gated=True, activation=HARDSWISH),
    Step(576, 96, 5, 1, gated=True, activation=HARDSWISH),
    Step(576, 96, 5, 1, gated=True, activation=HARDSWISH),
)
"""The paper's table 2."""


def _v3(steps: tuple[Step, ...], hidden: int, width: float) -> Network:
    norm = BatchNorm2d(eps=0.001, momentum=0.01)
    channels = divisible(16 * width)
    net = Builder("mobilenet_v3")
    x = net.input(3, 224, 224)
    x = conv_bn(net, x, "conv1", channels, 3, stride=2, activation=HARDSWISH, norm=norm)
    for number, step in enumerate(steps, 1):
        scaled = step._replace(
            expanded=divisible(step.expanded * width), channels=divisible(step.channels * width)
        )
        x = inverted_residual(net, x, f"bneck{number}", channels, step=scaled, norm=norm)
        channels = scaled.channels
    net.stage("classifier")
    x = conv_bn(net, x, "conv_last", 6 * channels, 1, activation=HARDSWISH, norm=norm)
    net.chain(
        x,
        ("avgpool", AdaptiveAvgPool2d(1)),
        ("flatten", Flatten()),
        ("fc1", Linear(divisible(hidden * width))),
        ("fc1_hardswish", HARDSWISH),
        ("dropout", Dropout(0.2)),
        ("fc2", Linear(1000)),
    )
    return net.build()


@register(
    "mobilenet_v3_large",
    title="MobileNetV3-Large",
    year=2019,
    paper=HOWARD_2019,
    variant="torchvision's; option width scales all channels, the hidden layer of the classifier too",
)
def mobilenet_v3_large(*, width: float = 1.0) -> Network:
    """Return MobileNetV3-Large."""
    return _v3(V3_LARGE, 1280, width)


@register(
    "mobilenet_v3_small",
    title="MobileNetV3-Small",
    year=2019,
    paper=HOWARD_2019,
    variant="torchvision's; option width scales all channels, the hidden layer of the classifier too",
    convention="early versions of the paper print 66 M / 2.9 M, the last one 56 M / 2.5 M",
)
def mobilenet_v3_small(*, width: float = 1.0) -> Network:
    """Return MobileNetV3-Small."""
    return _v3(V3_SMALL, 1024, width)


MNAS = (
    (24, 3, 2, 3, 3),
    (40, 5, 2, 3, 3),
    (80, 5, 2, 6, 3),
    (96, 3, 1, 6, 2),
    (192, 5, 2, 6, 4),
    (320, 3, 1, 6, 1),
)
"""Channels, kernel, first stride, expansion, repeats of MnasNet-B1."""


def _mnasnet(width: float) -> Network:
    norm = BatchNorm2d(momentum=0.0003)
    stem, channels = divisible(32 * width), divisible(16 * width)
    net = Builder("mnasnet")
    x = net.input(3, 224, 224)
    net.stage("stem")
    x = conv_bn(net, x, "conv1", stem, 3, stride=2, norm=norm)
    x = conv_bn(net, x, "separable/depthwise", stem, 3, groups=stem, norm=norm)
    x = conv_bn(net, x, "separable/project", channels, 1, activation=None, norm=norm)
    number = 0
    for full, kernel, first, expansion, repeats in MNAS:
        for repeat in range(repeats):
            number += 1
            after = divisible(full * width)
            step = Step(channels * expansion, after, kernel, 1 if repeat else first, activation=RELU)
            x = inverted_residual(net, x, f"block{number}", channels, step=step, norm=norm)
            channels = after
    net.stage("classifier")
    x = conv_bn(net, x, "conv_last", 1280, 1, norm=norm)
    classifier(net, x, 1000, dropout=0.2, pool=GlobalAvgPool())
    return net.build()


def _enter_mnasnet(name: str, width: float) -> None:
    def build() -> Network:
        return _mnasnet(width)

    variant = f"torchvision's: MnasNet-B1 (no gates), widths times {width}"
    register(name, title=f"MNASNet {width}", year=2018, paper=TAN, variant=variant)(build)


for _name, _width in (("mnasnet0_5", 0.5), ("mnasnet0_75", 0.75), ("mnasnet1_0", 1.0), ("mnasnet1_3", 1.3)):
    _enter_mnasnet(_name, _width)
