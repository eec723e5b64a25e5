"""EfficientNet: one searched network, scaled in depth, width and input size together."""

from __future__ import annotations

from math import ceil

from cnnmath.arch import Add, Builder, Network, SiLU, StochasticDepth
from cnnmath.zoo.blocks import classifier, conv_bn, divisible, squeeze_excitation
from cnnmath.zoo.registry import register

PAPER = "Tan & Le 2019, EfficientNet, arXiv:1905.11946"
STAGES = (
    (1, 16, 3, 1, 1),
    (6, 24, 3, 2, 2),
    (6, 40, 5, 2, 2),
    (6, 80, 3, 2, 3),
    (6, 112, 5, 1, 3),
    (6, 192, 5, 2, 4),
    (6, 320, 3, 1, 1),
)
"""Expansion, channels, kernel, first stride, repeats: the paper's table 1."""
SCALES = {
    "b0": (1.0, 1.0, 224, 0.2),
    "b1": (1.0, 1.1, 240, 0.2),
    "b2": (1.1, 1.2, 260, 0.3),
    "b3": (1.2, 1.4, 300, 0.3),
    "b4": (1.4, 1.8, 380, 0.4),
    "b5": (1.6, 2.2, 456, 0.4),
    "b6": (1.8, 2.6, 528, 0.5),
    "b7": (2.0, 3.1, 600, 0.5),
}
"""Width, depth, input size, dropout."""
SILU = SiLU()


def mbconv(
    net: Builder, x: str, name: str, before: int, after: int, *, shape: tuple[int, int, int], drop: float
) -> str:
    """Add a gated inverted residual block; the gate is squeezed to a quarter of the block's input."""
    expansion, kernel, stride = shape
    expanded = before * expansion
    y = x if expansion == 1 else conv_bn(net, x, f"{name}/expand", expanded, 1, activation=SILU)
    y = conv_bn(
        net, y, f"{name}/depthwise", expanded, kernel, stride=stride, groups=expanded, activation=SILU
    )
    y = squeeze_excitation(net, y, f"{name}/se", expanded, max(1, before // 4), inner=SILU)
    y = conv_bn(net, y, f"{name}/project", after, 1, activation=None)
    if stride == 1 and before == after:
        y = net.add(f"{name}/drop", StochasticDepth(drop), y)
        y = net.add(f"{name}/add", Add(), y, x)
    return y


def _efficientnet(width: float, depth: float, size: int, dropout: float) -> Network:
    repeats = [ceil(count * depth) for *_, count in STAGES]
    channels = divisible(32 * width)
    net = Builder("efficientnet")
    x = net.input(3, size, size)
    net.stage("stem")
    x = conv_bn(net, x, "conv1", channels, 3, stride=2, activation=SILU)
    number = 0
    for stage, (expansion, full, kernel, first, _) in enumerate(STAGES, 2):
        net.stage(f"stage{stage}")
        for repeat in range(repeats[stage - 2]):
            after, stride = divisible(full * width), 1 if repeat else first
            shape = (expansion, kernel, stride)
            drop = round(0.2 * number / sum(repeats), 6)
            x = mbconv(net, x, f"block{stage}_{repeat + 1}", channels, after, shape=shape, drop=drop)
            channels = after
            number += 1
    net.stage("classifier")
    x = conv_bn(net, x, "conv_last", 4 * channels, 1, activation=SILU)
    classifier(net, x, 1000, dropout=dropout)
    return net.build()


def _enter(name: str) -> None:
    width, depth, size, dropout = SCALES[name]

    def build() -> Network:
        return _efficientnet(width, depth, size, dropout)

    register(
        f"efficientnet_{name}",
        title=f"EfficientNet-{name.upper()}",
        year=2019,
        paper=PAPER,
        variant=f"torchvision's network at the paper's input size {size}",
        convention="torchvision evaluates B2 at 288 instead of 260" if name == "b2" else "",
    )(build)


for _name in SCALES:
    _enter(_name)
