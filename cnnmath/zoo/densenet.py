"""DenseNet: every layer sees the maps of all layers before it in its block, joined by concatenation."""

from __future__ import annotations

from cnnmath.arch import AvgPool2d, BatchNorm2d, Builder, Concat, Conv2d, MaxPool2d, Network, ReLU
from cnnmath.zoo.blocks import classifier, conv_bn
from cnnmath.zoo.registry import register

PAPER = "Huang, Liu, van der Maaten & Weinberger 2016, Densely connected networks, arXiv:1608.06993"
IMAGENET = {
    121: (6, 12, 24, 16),
    161: (6, 12, 36, 24),
    169: (6, 12, 32, 32),
    201: (6, 12, 48, 32),
    264: (6, 12, 64, 48),
}


def _ready(net: Builder, x: str, name: str) -> str:
    return net.chain(x, (f"{name}_bn", BatchNorm2d()), (f"{name}_relu", ReLU()))


def dense_layer(net: Builder, x: str, name: str, growth: int, *, bottleneck: bool) -> str:
    """Add `growth` maps to the block; a bottleneck first reduces its input to four times as many."""
    y = x
    if bottleneck:
        y = _ready(net, y, f"{name}/conv1")
        y = net.add(f"{name}/conv1", Conv2d(4 * growth, 1, bias=False), y)
    y = _ready(net, y, f"{name}/conv2")
    y = net.add(f"{name}/conv2", Conv2d(growth, 3, padding=1, bias=False), y)
    return net.add(f"{name}/concat", Concat(), x, y)


def transition(net: Builder, x: str, name: str, channels: int) -> str:
    """Add what stands between two blocks: a 1 x 1 convolution and a pool that halves the size."""
    x = _ready(net, x, f"{name}/conv")
    x = net.add(f"{name}/conv", Conv2d(channels, 1, bias=False), x)
    return net.add(f"{name}/pool", AvgPool2d(2), x)


def _blocks(
    net: Builder,
    x: str,
    counts: tuple[int, ...],
    growth: int,
    channels: int,
    *,
    bottleneck: bool,
    halve: bool,
) -> str:
    """Add the dense blocks with transitions between them, and the last normalization."""
    for block, count in enumerate(counts, 1):
        net.stage(f"dense{block}")
        for number in range(1, count + 1):
            x = dense_layer(net, x, f"dense{block}_{number}", growth, bottleneck=bottleneck)
        channels += count * growth
        if block < len(counts):
            channels = channels // 2 if halve else channels
            net.stage(f"transition{block}")
            x = transition(net, x, f"transition{block}", channels)
    net.stage("classifier")
    return _ready(net, x, "last")


def _imagenet(depth: int) -> Network:
    growth, channels = (48, 96) if depth == 161 else (32, 64)
    net = Builder("densenet")
    x = net.input(3, 224, 224)
    net.stage("conv1")
    x = conv_bn(net, x, "conv1", channels, 7, stride=2)
    x = net.add("pool1", MaxPool2d(3, 2, padding=1), x)
    x = _blocks(net, x, IMAGENET[depth], growth, channels, bottleneck=True, halve=True)
    classifier(net, x, 1000)
    return net.build()


def _cifar(depth: int, growth: int, *, compressed: bool) -> Network:
    count = (depth - 4) // (6 if compressed else 3)
    channels = 2 * growth if compressed else 16
    net = Builder("densenet")
    x = net.input(3, 32, 32)
    net.stage("conv1")
    x = net.add("conv1", Conv2d(channels, 3, padding=1, bias=False), x)
    x = _blocks(net, x, (count,) * 3, growth, channels, bottleneck=compressed, halve=compressed)
    classifier(net, x, 10)
    return net.build()


def _enter_imagenet(depth: int) -> None:
    def build() -> Network:
        return _imagenet(depth)

    wide = " (growth 48, 96 first maps)" if depth == 161 else " (growth 32)"
    variant = f"bottlenecks and halving transitions{wide}"
    register(f"densenet{depth}", title=f"DenseNet-{depth}", year=2016, paper=PAPER, variant=variant)(build)


def _enter_cifar(depth: int, growth: int, *, compressed: bool) -> None:
    def build() -> Network:
        return _cifar(depth, growth, compressed=compressed)

    kind = "DenseNet-BC" if compressed else "DenseNet"
    name = f"{kind.lower().replace('-', '_')}_{depth}_{growth}_cifar"
    variant = (
        "bottlenecks, transitions halve the maps"
        if compressed
        else "no bottlenecks, transitions keep the maps"
    )
    register(name, title=f"{kind}-{depth}, k={growth} (CIFAR)", year=2016, paper=PAPER, variant=variant)(
        build
    )


for _depth in IMAGENET:
    _enter_imagenet(_depth)
for _depth, _growth in ((40, 12), (100, 12), (100, 24)):
    _enter_cifar(_depth, _growth, compressed=False)
for _depth, _growth in ((100, 12), (250, 24), (190, 40)):
    _enter_cifar(_depth, _growth, compressed=True)
