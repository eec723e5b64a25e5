"""VGG: 3 x 3 convolutions, stacked; five stages, halved in size and doubled in width."""

from __future__ import annotations

from cnnmath.arch import (
    AdaptiveAvgPool2d,
    Builder,
    Dropout,
    Flatten,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Network,
    ReLU,
)
from cnnmath.zoo.blocks import conv_bn, conv_relu
from cnnmath.zoo.registry import register

PAPER = "Simonyan & Zisserman 2014, Very deep convolutional networks, arXiv:1409.1556"
WIDTHS = (64, 128, 256, 512, 512)
KERNELS = {
    "A": ((3,), (3,), (3, 3), (3, 3), (3, 3)),
    "B": ((3, 3),) * 5,
    "C": ((3, 3), (3, 3), (3, 3, 1), (3, 3, 1), (3, 3, 1)),
    "D": ((3, 3), (3, 3), (3, 3, 3), (3, 3, 3), (3, 3, 3)),
    "E": ((3, 3), (3, 3), (3, 3, 3, 3), (3, 3, 3, 3), (3, 3, 3, 3)),
}
"""The kernels of each stage in the paper's table 1."""


def _vgg(configuration: str, *, batch_norm: bool = False, response_norm: bool = False) -> Network:
    net = Builder("vgg")
    x = net.input(3, 224, 224)
    for stage, (width, kernels) in enumerate(zip(WIDTHS, KERNELS[configuration], strict=True), 1):
        net.stage(f"conv{stage}")
        for number, kernel in enumerate(kernels, 1):
            name = f"conv{stage}_{number}"
            if batch_norm:
                x = conv_bn(net, x, name, width, kernel, bias=True)
            else:
                x = conv_relu(net, x, name, width, kernel)
            if response_norm and stage == 1:
                x = net.add("norm1_1", LocalResponseNorm(5, k=2.0), x)
        x = net.add(f"pool{stage}", MaxPool2d(2), x)
    net.stage("classifier")
    x = net.chain(x, ("avgpool", AdaptiveAvgPool2d(7)), ("flatten", Flatten()))
    for name in ("fc6", "fc7"):
        x = net.chain(x, (name, Linear(4096)), (f"{name}_relu", ReLU()), (f"{name}_dropout", Dropout()))
    net.add("fc8", Linear(1000), x)
    return net.build()


def _enter(name: str, configuration: str, variant: str, **options: bool) -> None:
    """Register one configuration; biases stay beside batch normalization, as in torchvision."""

    def build() -> Network:
        return _vgg(configuration, **options)

    register(name, title=name.upper().replace("_", "-"), year=2014, paper=PAPER, variant=variant)(build)


for _depth, _configuration in ((11, "A"), (13, "B"), (16, "D"), (19, "E")):
    _enter(f"vgg{_depth}", _configuration, f"configuration {_configuration} of table 1")
    _enter(
        f"vgg{_depth}_bn",
        _configuration,
        f"configuration {_configuration} with batch normalization",
        batch_norm=True,
    )
_enter("vgg11_lrn", "A", "configuration A-LRN: response normalization behind conv1_1", response_norm=True)
_enter("vgg16_c", "C", "configuration C: sixteen layers, three of them 1 x 1")
