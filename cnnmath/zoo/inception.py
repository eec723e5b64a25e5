"""Inception v3, v4 and Inception-ResNet-v2: kernels in factors (1 x 7, 7 x 1), residual inception blocks."""

from __future__ import annotations

from collections.abc import Sequence

from cnnmath.arch import (
    AdaptiveAvgPool2d,
    Add,
    AvgPool2d,
    BatchNorm2d,
    Builder,
    Concat,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    Network,
    ReLU,
    Scale,
)
from cnnmath.zoo.blocks import classifier, conv_bn
from cnnmath.zoo.registry import register

SZEGEDY_2015 = "Szegedy et al. 2015, Rethinking the Inception architecture, arXiv:1512.00567"
SZEGEDY_2016 = "Szegedy et al. 2016, Inception-v4, Inception-ResNet, arXiv:1602.07261"
BN = BatchNorm2d(eps=0.001)
MAX = MaxPool2d(3, 2)
AVG = AvgPool2d(3, 1, padding=1)
AVG_INSIDE = AvgPool2d(3, 1, padding=1, count_include_pad=False)

Kernel = int | tuple[int, int]
Step = tuple[int, Kernel]
"""Channels and kernel of one convolution that keeps the size."""


def conv(net: Builder, x: str, name: str, channels: int, kernel: Kernel, *, halve: bool = False) -> str:
    """Add a convolution with normalization and ReLU; with `halve`, stride 2 and no padding."""
    if halve:
        return conv_bn(net, x, name, channels, kernel, norm=BN, stride=2, padding=0)
    return conv_bn(net, x, name, channels, kernel, norm=BN)


def branch(net: Builder, x: str, name: str, steps: Sequence[Step], *, halve: bool = False) -> str:
    """Add convolutions one behind the other; with `halve` the last one halves the size."""
    for number, (channels, kernel) in enumerate(steps, 1):
        last = number == len(steps)
        x = conv(
            net, x, f"{name}_{number}" if len(steps) > 1 else name, channels, kernel, halve=halve and last
        )
    return x


def module(
    net: Builder,
    x: str,
    name: str,
    branches: dict[str, Sequence[Step]],
    *,
    pool: Layer | None = None,
    halve: bool = False,
) -> str:
    """Add branches and join them; a branch named "pool" begins with the pool; with `halve` all end halved."""
    net.stage(name)
    ends = []
    for label, steps in branches.items():
        start = net.add(f"{name}/pool", pool, x) if label.startswith("pool") and pool else x
        ends.append(branch(net, start, f"{name}/{label}", steps, halve=halve))
    return net.add(f"{name}/concat", Concat(), *ends)


def fork(net: Builder, x: str, name: str, channels: int) -> str:
    """Add a 1 x 3 and a 3 x 1 convolution side by side, joined."""
    left = conv(net, x, f"{name}_1x3", channels, (1, 3))
    right = conv(net, x, f"{name}_3x1", channels, (3, 1))
    return net.add(f"{name}_concat", Concat(), left, right)


def _factorized(*channels: int, first: Kernel) -> list[Step]:
    """Return steps: 1 x 1, then 1 x 7 and 7 x 1 in turn, beginning with `first`."""
    kernels: list[Kernel] = [(1, 7), (7, 1)] if first == (1, 7) else [(7, 1), (1, 7)]
    return [(channels[0], 1), *((width, kernels[n % 2]) for n, width in enumerate(channels[1:]))]


def _stem_v3(net: Builder) -> str:
    """Add the first layers of Inception v3 and Inception-ResNet-v2: 299 to 35."""
    x = net.input(3, 299, 299)
    net.stage("stem")
    x = conv(net, x, "Conv2d_1a_3x3", 32, 3, halve=True)
    x = conv_bn(net, x, "Conv2d_2a_3x3", 32, 3, norm=BN, padding=0)
    x = conv(net, x, "Conv2d_2b_3x3", 64, 3)
    x = net.add("pool1", MAX, x)
    x = conv(net, x, "Conv2d_3b_1x1", 80, 1)
    x = conv_bn(net, x, "Conv2d_4a_3x3", 192, 3, norm=BN, padding=0)
    return net.add("pool2", MAX, x)


def _module_a(net: Builder, x: str, name: str, pool_width: int, *, pool: Layer, first: int = 64) -> str:
    branches: dict[str, Sequence[Step]] = {
        "1x1": [(first, 1)],
        "5x5": [(48, 1), (64, 5)],
        "3x3dbl": [(64, 1), (96, 3), (96, 3)],
        "pool_proj": [(pool_width, 1)],
    }
    return module(net, x, name, branches, pool=pool)


def _module_c(net: Builder, x: str, name: str, width: int) -> str:
    branches: dict[str, Sequence[Step]] = {
        "1x1": [(192, 1)],
        "7x7": _factorized(width, width, 192, first=(1, 7)),
        "7x7dbl": _factorized(width, width, width, width, 192, first=(7, 1)),
        "pool_proj": [(192, 1)],
    }
    return module(net, x, name, branches, pool=AVG)


def _module_e(net: Builder, x: str, name: str) -> str:
    net.stage(name)
    one = conv(net, x, f"{name}/1x1", 320, 1)
    three = fork(net, conv(net, x, f"{name}/3x3_1", 384, 1), f"{name}/3x3_2", 384)
    double = branch(net, x, f"{name}/3x3dbl", [(448, 1), (384, 3)])
    double = fork(net, double, f"{name}/3x3dbl_3", 384)
    pooled = conv(net, net.add(f"{name}/pool", AVG, x), f"{name}/pool_proj", 192, 1)
    return net.add(f"{name}/concat", Concat(), one, three, double, pooled)


def _reduce(net: Builder, x: str, name: str, branches: dict[str, Sequence[Step]]) -> str:
    """Add a module that halves the size: convolution branches that end with stride 2, and a max pool."""
    net.stage(name)
    ends = [branch(net, x, f"{name}/{label}", steps, halve=True) for label, steps in branches.items()]
    return net.add(f"{name}/concat", Concat(), *ends, net.add(f"{name}/pool", MAX, x))


def _head_v3(net: Builder, x: str) -> None:
    net.stage("aux")
    x = net.add("aux/pool", AvgPool2d(5, 3), x)
    x = conv(net, x, "aux/conv1", 128, 1)
    x = conv_bn(net, x, "aux/conv2", 768, 5, norm=BN, padding=0)
    net.chain(x, ("aux/avgpool", AdaptiveAvgPool2d(1)), ("aux/flatten", Flatten()), ("aux/fc", Linear(1000)))


@register(
    "inception_v3",
    title="Inception v3",
    year=2015,
    paper=SZEGEDY_2015,
    variant="torchvision's; option auxiliary=False leaves the head away",
    convention="torchvision publishes its parameters with the head, 27,161,264; without 23,834,568",
)
def inception_v3(*, auxiliary: bool = True) -> Network:
    """Return torchvision's Inception v3."""
    net = Builder("inception_v3")
    x = _stem_v3(net)
    for name, width in (("5b", 32), ("5c", 64), ("5d", 64)):
        x = _module_a(net, x, f"Mixed_{name}", width, pool=AVG)
    x = _reduce(net, x, "Mixed_6a", {"3x3": [(384, 3)], "3x3dbl": [(64, 1), (96, 3), (96, 3)]})
    for name, width in (("6b", 128), ("6c", 160), ("6d", 160), ("6e", 192)):
        x = _module_c(net, x, f"Mixed_{name}", width)
    if auxiliary:
        _head_v3(net, x)
    seven = [*_factorized(192, 192, 192, first=(1, 7)), (192, 3)]
    x = _reduce(net, x, "Mixed_7a", {"3x3": [(192, 1), (320, 3)], "7x7x3": seven})
    for name in ("7b", "7c"):
        x = _module_e(net, x, f"Mixed_{name}")
    net.stage("classifier")
    return net.build(classifier(net, x, 1000, dropout=0.5))


def _stem_v4(net: Builder) -> str:
    x = net.input(3, 299, 299)
    net.stage("stem")
    x = conv(net, x, "Conv2d_1a_3x3", 32, 3, halve=True)
    x = conv_bn(net, x, "Conv2d_2a_3x3", 32, 3, norm=BN, padding=0)
    x = conv(net, x, "Conv2d_2b_3x3", 64, 3)
    x = net.add(
        "Mixed_3a/concat",
        Concat(),
        net.add("Mixed_3a/pool", MAX, x),
        conv(net, x, "Mixed_3a/conv", 96, 3, halve=True),
    )
    left = branch(net, x, "Mixed_4a/3x3", [(64, 1)])
    left = conv_bn(net, left, "Mixed_4a/3x3_2", 96, 3, norm=BN, padding=0)
    right = branch(net, x, "Mixed_4a/7x7", _factorized(64, 64, 64, first=(1, 7)))
    right = conv_bn(net, right, "Mixed_4a/7x7_4", 96, 3, norm=BN, padding=0)
    x = net.add("Mixed_4a/concat", Concat(), left, right)
    pooled = net.add("Mixed_5a/pool", MAX, x)
    return net.add("Mixed_5a/concat", Concat(), conv(net, x, "Mixed_5a/conv", 192, 3, halve=True), pooled)


A_V4: dict[str, Sequence[Step]] = {
    "1x1": [(96, 1)],
    "3x3": [(64, 1), (96, 3)],
    "3x3dbl": [(64, 1), (96, 3), (96, 3)],
    "pool_proj": [(96, 1)],
}
B_V4: dict[str, Sequence[Step]] = {
    "1x1": [(384, 1)],
    "7x7": _factorized(192, 224, 256, first=(1, 7)),
    "7x7dbl": _factorized(192, 192, 224, 224, 256, first=(7, 1)),
    "pool_proj": [(128, 1)],
}


def _module_c_v4(net: Builder, x: str, name: str) -> str:
    net.stage(name)
    one = conv(net, x, f"{name}/1x1", 256, 1)
    three = fork(net, conv(net, x, f"{name}/3x3_1", 384, 1), f"{name}/3x3_2", 256)
    double = branch(net, x, f"{name}/3x3dbl", [(384, 1), (448, (3, 1)), (512, (1, 3))])
    double = fork(net, double, f"{name}/3x3dbl_4", 256)
    pooled = conv(net, net.add(f"{name}/pool", AVG_INSIDE, x), f"{name}/pool_proj", 256, 1)
    return net.add(f"{name}/concat", Concat(), one, three, double, pooled)


@register(
    "inception_v4",
    title="Inception v4",
    year=2016,
    paper=SZEGEDY_2016,
    variant="as in timm (Cadene's port of TF-slim); input 299",
)
def inception_v4() -> Network:
    """Return Inception v4."""
    net = Builder("inception_v4")
    x = _stem_v4(net)
    for number in range(1, 5):
        x = module(net, x, f"inception_a{number}", A_V4, pool=AVG_INSIDE)
    x = _reduce(net, x, "reduction_a", {"3x3": [(384, 3)], "3x3dbl": [(192, 1), (224, 3), (256, 3)]})
    for number in range(1, 8):
        x = module(net, x, f"inception_b{number}", B_V4, pool=AVG_INSIDE)
    seven = [*_factorized(256, 256, 320, first=(1, 7)), (320, 3)]
    x = _reduce(net, x, "reduction_b", {"3x3": [(192, 1), (192, 3)], "7x7": seven})
    for number in range(1, 4):
        x = _module_c_v4(net, x, f"inception_c{number}")
    net.stage("classifier")
    classifier(net, x, 1000, dropout=0.2)
    return net.build()


def _residual(
    net: Builder,
    x: str,
    name: str,
    branches: dict[str, Sequence[Step]],
    *,
    channels: int,
    factor: float,
    last: bool = False,
) -> str:
    """Add a residual inception block: branches, joined, projected with bias, scaled and added."""
    y = module(net, x, name, branches)
    y = net.chain(y, (f"{name}/project", Conv2d(channels, 1)), (f"{name}/scale", Scale(factor)))
    x = net.add(f"{name}/add", Add(), y, x)
    return x if last else net.add(f"{name}/relu", ReLU(), x)


BLOCK35: dict[str, Sequence[Step]] = {
    "1x1": [(32, 1)],
    "3x3": [(32, 1), (32, 3)],
    "3x3dbl": [(32, 1), (48, 3), (64, 3)],
}
BLOCK17: dict[str, Sequence[Step]] = {"1x1": [(192, 1)], "7x7": [(128, 1), (160, (1, 7)), (192, (7, 1))]}
BLOCK8: dict[str, Sequence[Step]] = {"1x1": [(192, 1)], "3x3": [(192, 1), (224, (1, 3)), (256, (3, 1))]}


@register(
    "inception_resnet_v2",
    title="Inception-ResNet-v2",
    year=2016,
    paper=SZEGEDY_2016,
    variant="as in timm and Keras (TF-slim's network); input 299",
)
def inception_resnet_v2() -> Network:
    """Return Inception-ResNet-v2."""
    net = Builder("inception_resnet_v2")
    x = _module_a(net, _stem_v3(net), "mixed_5b", 64, pool=AVG_INSIDE, first=96)
    for number in range(1, 11):
        x = _residual(net, x, f"block35_{number}", BLOCK35, channels=320, factor=0.17)
    x = _reduce(net, x, "mixed_6a", {"3x3": [(384, 3)], "3x3dbl": [(256, 1), (256, 3), (384, 3)]})
    for number in range(1, 21):
        x = _residual(net, x, f"block17_{number}", BLOCK17, channels=1088, factor=0.1)
    tails: dict[str, Sequence[Step]] = {
        "3x3": [(256, 1), (384, 3)],
        "3x3_b": [(256, 1), (288, 3)],
        "3x3dbl": [(256, 1), (288, 3), (320, 3)],
    }
    x = _reduce(net, x, "mixed_7a", tails)
    for number in range(1, 11):
        last = number == 10
        x = _residual(
            net, x, f"block8_{number}", BLOCK8, channels=2080, factor=1.0 if last else 0.2, last=last
        )
    net.stage("classifier")
    x = conv(net, x, "conv_7b", 1536, 1)
    classifier(net, x, 1000, dropout=0.2)
    return net.build()
