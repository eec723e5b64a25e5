"""GoogLeNet, as printed and as in torchvision: nine inception modules, two auxiliary heads for training."""

from __future__ import annotations

from collections.abc import Callable

from cnnmath.arch import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    Builder,
    Concat,
    Dropout,
    Flatten,
    Layer,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Network,
    ReLU,
)
from cnnmath.zoo.blocks import classifier, conv_bn, conv_relu
from cnnmath.zoo.registry import register

PAPER = "Szegedy et al. 2014, Going deeper with convolutions, arXiv:1409.4842"
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""Table 1: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection."""

Conv = Callable[..., str]
BN = BatchNorm2d(eps=0.001)


def _conv_bn(net: Builder, x: str, name: str, channels: int, kernel: int, *, stride: int = 1) -> str:
    return conv_bn(net, x, name, channels, kernel, norm=BN, stride=stride)


def inception(net: Builder, x: str, name: str, conv: Conv, *, large: int, pool: Layer) -> str:
    """Add an inception module: four branches, joined; `large` is the kernel of the "5 x 5" branch."""
    one, reduce3, three, reduce5, five, projection = MODULES[name.removeprefix("inception_")]
    net.stage(name)
    branches = [conv(net, x, f"{name}/1x1", one, 1)]
    y = conv(net, x, f"{name}/3x3_reduce", reduce3, 1)
    branches.append(conv(net, y, f"{name}/3x3", three, 3))
    y = conv(net, x, f"{name}/5x5_reduce", reduce5, 1)
    branches.append(conv(net, y, f"{name}/5x5", five, large))
    y = net.add(f"{name}/pool", pool, x)
    branches.append(conv(net, y, f"{name}/pool_proj", projection, 1))
    return net.add(f"{name}/output", Concat(), *branches)


def auxiliary_head(net: Builder, x: str, name: str, conv: Conv, pool: Layer) -> None:
    """Add a head that helps training from the middle of the network."""
    net.stage(name)
    x = net.add(f"{name}/pool", pool, x)
    x = conv(net, x, f"{name}/conv", 128, 1)
    net.chain(
        x,
        (f"{name}/flatten", Flatten()),
        (f"{name}/fc1", Linear(1024)),
        (f"{name}/fc1_relu", ReLU()),
        (f"{name}/dropout", Dropout(0.7)),
        (f"{name}/fc2", Linear(1000)),
    )


def _stem(net: Builder, conv: Conv, norm: Layer | None) -> str:
    pool = MaxPool2d(3, 2, ceil_mode=True)
    x = net.input(3, 224, 224)
    net.stage("stem")
    x = conv(net, x, "conv1", 64, 7, stride=2)
    x = net.add("pool1", pool, x)
    x = net.add("norm1", norm, x) if norm else x
    x = conv(net, x, "conv2_reduce", 64, 1)
    x = conv(net, x, "conv2", 192, 3)
    x = net.add("norm2", norm, x) if norm else x
    return net.add("pool2", pool, x)


def _googlenet(
    conv: Conv, *, large: int, last_pool: Layer, head_pool: Layer, auxiliary: bool, norm: Layer | None
) -> Network:
    net = Builder("googlenet")
    x = _stem(net, conv, norm)
    inner = MaxPool2d(3, 1, padding=1, ceil_mode=True)
    heads = {"4a": "aux1", "4d": "aux2"} if auxiliary else {}
    behind = {"3b": MaxPool2d(3, 2, ceil_mode=True), "4e": last_pool}
    for module in MODULES:
        x = inception(net, x, f"inception_{module}", conv, large=large, pool=inner)
        if module in heads:
            auxiliary_head(net, x, heads[module], conv, head_pool)
        if module in behind:
            x = net.add(f"pool{module[0]}", behind[module], x)
    net.stage("classifier")
    return net.build(classifier(net, x, 1000, dropout=0.4 if norm else 0.2))


@register(
    "googlenet_paper",
    title="GoogLeNet (paper)",
    year=2014,
    paper=PAPER,
    variant="the paper's: biases, response normalization, 5 x 5 branches; option auxiliary=True",
    convention="the heads exist in training only: counted in parameters, not in a forward pass",
)
def googlenet_paper(*, auxiliary: bool = False) -> Network:
    """Return GoogLeNet as printed."""
    return _googlenet(
        conv_relu,
        large=5,
        last_pool=MaxPool2d(3, 2, ceil_mode=True),
        head_pool=AvgPool2d(5, 3),
        auxiliary=auxiliary,
        norm=LocalResponseNorm(5),
    )


@register(
    "googlenet",
    title="GoogLeNet (torchvision)",
    year=2014,
    paper=PAPER,
    variant="torchvision's: batch normalization, and 3 x 3 where the paper has 5 x 5; option auxiliary=True",
    convention="torchvision publishes its parameters without the two heads",
)
def googlenet(*, auxiliary: bool = False) -> Network:
    """Return torchvision's GoogLeNet."""
    return _googlenet(
        _conv_bn,
        large=3,
        last_pool=MaxPool2d(2, 2, ceil_mode=True),
        head_pool=AdaptiveAvgPool2d(4),
        auxiliary=auxiliary,
        norm=None,
    )
