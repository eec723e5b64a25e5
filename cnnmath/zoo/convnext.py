"""ConvNeXt: a ResNet brought up to date, with 7 x 7 depthwise convolutions, layer normalization and GELU."""

from __future__ import annotations

from cnnmath.arch import (
    GELU,
    AdaptiveAvgPool2d,
    Add,
    Builder,
    Conv2d,
    Flatten,
    LayerNorm,
    LayerNorm2d,
    LayerScale,
    Linear,
    Network,
    Permute,
    StochasticDepth,
)
from cnnmath.zoo.registry import register

SIZES = {
    "tiny": ((96, 192, 384, 768), (3, 3, 9, 3), 0.1),
    "small": ((96, 192, 384, 768), (3, 3, 27, 3), 0.4),
    "base": ((128, 256, 512, 1024), (3, 3, 27, 3), 0.5),
    "large": ((192, 384, 768, 1536), (3, 3, 27, 3), 0.5),
    "xlarge": ((256, 512, 1024, 2048), (3, 3, 27, 3), 0.5),
}
"""Channels and blocks of the four stages, and the largest drop probability (torchvision's)."""


def block(net: Builder, x: str, name: str, channels: int, drop: float) -> str:
    """Add a depthwise 7 x 7 convolution and two linear layers over the channels, beside the identity."""
    y = net.chain(
        x,
        (f"{name}/depthwise", Conv2d(channels, 7, padding=3, groups=channels)),
        (f"{name}/last", Permute(1, 2, 0)),
        (f"{name}/norm", LayerNorm(eps=1e-6)),
        (f"{name}/expand", Linear(4 * channels)),
        (f"{name}/gelu", GELU()),
        (f"{name}/project", Linear(channels)),
        (f"{name}/first", Permute(2, 0, 1)),
        (f"{name}/scale", LayerScale()),
        (f"{name}/drop", StochasticDepth(drop)),
    )
    return net.add(f"{name}/add", Add(), y, x)


def _convnext(channels: tuple[int, ...], blocks: tuple[int, ...], most: float) -> Network:
    net = Builder("convnext")
    x = net.input(3, 224, 224)
    net.stage("stem")
    x = net.chain(x, ("stem", Conv2d(channels[0], 4, 4)), ("stem_norm", LayerNorm2d()))
    number = 0
    for stage, (width, count) in enumerate(zip(channels, blocks, strict=True), 1):
        net.stage(f"stage{stage}")
        if stage > 1:
            x = net.chain(x, (f"down{stage}_norm", LayerNorm2d()), (f"down{stage}", Conv2d(width, 2, 2)))
        for repeat in range(1, count + 1):
            drop = round(most * number / (sum(blocks) - 1), 6)
            x = block(net, x, f"stage{stage}_{repeat}", width, drop)
            number += 1
    net.stage("classifier")
    net.chain(
        x,
        ("avgpool", AdaptiveAvgPool2d(1)),
        ("norm", LayerNorm2d()),
        ("flatten", Flatten()),
        ("fc", Linear(1000)),
    )
    return net.build()


def _enter(name: str) -> None:
    def build() -> Network:
        return _convnext(*SIZES[name])

    register(
        f"convnext_{name}",
        title=f"ConvNeXt-{name.capitalize()}",
        year=2022,
        paper="Liu et al. 2022, A ConvNet for the 2020s, arXiv:2201.03545",
        variant="torchvision's" if name != "xlarge" else "the authors' largest, with 1000 classes",
        convention="the linear layers run at every position; some tools count them once",
    )(build)


for _name in SIZES:
    _enter(_name)
