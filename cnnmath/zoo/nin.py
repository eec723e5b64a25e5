"""Network in Network: 1 x 1 convolutions behind each convolution, global pooling instead of dense layers."""

from __future__ import annotations

from cnnmath.arch import AvgPool2d, Builder, Dropout, Flatten, GlobalAvgPool, MaxPool2d, Network
from cnnmath.zoo.blocks import conv_relu
from cnnmath.zoo.registry import register

PAPER = "Lin, Chen & Yan 2013, Network in network, arXiv:1312.4400"


@register(
    "nin",
    title="NiN (ImageNet)",
    year=2013,
    paper=PAPER,
    variant="the authors' ImageNet network as published in Caffe's model zoo",
    convention="pools round up, as Caffe's do",
)
def nin() -> Network:
    """Return the ImageNet network in network."""
    net = Builder("nin")
    x = net.input(3, 224, 224)
    for stage, (width, kernel) in enumerate(((96, 11), (256, 5), (384, 3), (1024, 3)), 1):
        net.stage(f"conv{stage}")
        stride, padding = (4, 0) if stage == 1 else (1, None)
        x = conv_relu(net, x, f"conv{stage}", width, kernel, stride=stride, padding=padding)
        x = conv_relu(net, x, f"cccp{2 * stage - 1}", width, 1)
        x = conv_relu(net, x, f"cccp{2 * stage}", width if stage < 4 else 1000, 1)
        if stage < 4:
            x = net.add(f"pool{stage}", MaxPool2d(3, 2, ceil_mode=True), x)
        if stage == 3:
            x = net.add("dropout", Dropout(), x)
    net.chain(x, ("avgpool", GlobalAvgPool()), ("flatten", Flatten()))
    return net.build()


@register(
    "nin_cifar10",
    title="NiN (CIFAR-10)",
    year=2013,
    paper=PAPER,
    variant="the authors' CIFAR-10 network as published in Caffe's model zoo",
    convention="pools round up, as Caffe's do",
)
def nin_cifar10() -> Network:
    """Return the CIFAR-10 network in network."""
    net = Builder("nin_cifar10")
    x = net.input(3, 32, 32)
    x = conv_relu(net, x, "conv1", 192, 5)
    x = conv_relu(net, x, "cccp1", 160, 1)
    x = conv_relu(net, x, "cccp2", 96, 1)
    x = net.chain(x, ("pool1", MaxPool2d(3, 2, ceil_mode=True)), ("dropout1", Dropout()))
    x = conv_relu(net, x, "conv2", 192, 5)
    x = conv_relu(net, x, "cccp3", 192, 1)
    x = conv_relu(net, x, "cccp4", 192, 1)
    x = net.chain(x, ("pool2", AvgPool2d(3, 2, ceil_mode=True)), ("dropout2", Dropout()))
    x = conv_relu(net, x, "conv3", 192, 3)
    x = conv_relu(net, x, "cccp5", 192, 1)
    x = conv_relu(net, x, "cccp6", 10, 1)
    net.chain(x, ("avgpool", GlobalAvgPool()), ("flatten", Flatten()))
    return net.build()
