"""LeNet-5 as printed in 1998, its modern reading, and small networks that books teach with."""

from __future__ import annotations

from cnnmath.arch import (
    AvgPool2d,
    Conv2d,
    Dropout,
    Flatten,
    Input,
    Linear,
    MaxPool2d,
    Network,
    RadialBasis,
    ReLU,
    Sigmoid,
    Softmax,
    Subsampling2d,
    TableConv2d,
    Tanh,
    chain,
)
from cnnmath.zoo.registry import register

LECUN = "LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document recognition"

CONNECTIONS = (
    *(tuple(sorted((m + i) % 6 for i in range(3))) for m in range(6)),
    *(tuple(sorted((m + i) % 6 for i in range(4))) for m in range(6)),
    *(tuple(sorted({m, (m + 1) % 6, (m + 3) % 6, (m + 4) % 6})) for m in range(3)),
    tuple(range(6)),
)
"""Table I of the paper: the maps of S2 that each of the 16 maps of C3 sees: three, four or all six."""


@register(
    "lenet5",
    title="LeNet-5",
    year=1998,
    paper=LECUN,
    variant="as printed: trained subsampling, connection table in C3, fixed radial basis output",
    convention="60,000 trained parameters; the 840 fixed components of the output are counted apart",
)
def lenet5() -> Network:
    """Return LeNet-5 of 1998."""
    tanh = Tanh(amplitude=1.7159, slope=0.6666666666666666)
    return chain(
        "lenet5",
        Input(1, 32, 32),
        ("C1", Conv2d(6, 5)),
        ("C1_tanh", tanh),
        ("S2", Subsampling2d(2)),
        ("S2_tanh", tanh),
        ("C3", TableConv2d(CONNECTIONS, 5)),
        ("C3_tanh", tanh),
        ("S4", Subsampling2d(2)),
        ("S4_tanh", tanh),
        ("C5", Conv2d(120, 5)),
        ("C5_tanh", tanh),
        ("flatten", Flatten()),
        ("F6", Linear(84)),
        ("F6_tanh", tanh),
        ("OUTPUT", RadialBasis(10)),
    )


@register(
    "lenet5_modern",
    title="LeNet-5, modern",
    year=1998,
    paper=LECUN,
    variant="as frameworks teach it: plain pooling, C3 sees all maps, dense output; 32 x 32 input",
    convention="not the paper's network: 61,706 parameters instead of 60,000",
)
def lenet5_modern() -> Network:
    """Return LeNet-5 with plain max pooling and a dense output."""
    return chain(
        "lenet5_modern",
        Input(1, 32, 32),
        ("conv1", Conv2d(6, 5)),
        ("relu1", ReLU()),
        ("pool1", MaxPool2d(2)),
        ("conv2", Conv2d(16, 5)),
        ("relu2", ReLU()),
        ("pool2", MaxPool2d(2)),
        ("flatten", Flatten()),
        ("fc1", Linear(120)),
        ("relu3", ReLU()),
        ("fc2", Linear(84)),
        ("relu4", ReLU()),
        ("fc3", Linear(10)),
    )


@register(
    "d2l_lenet",
    title="LeNet of Dive into Deep Learning",
    year=2020,
    paper="Zhang, Lipton, Li & Smola, Dive into Deep Learning, section 7.6",
    variant="28 x 28 input padded by 2 in the first convolution, sigmoid, average pooling",
)
def d2l_lenet() -> Network:
    """Return the LeNet of Dive into Deep Learning."""
    return chain(
        "d2l_lenet",
        Input(1, 28, 28),
        ("conv1", Conv2d(6, 5, padding=2)),
        ("sigmoid1", Sigmoid()),
        ("pool1", AvgPool2d(2)),
        ("conv2", Conv2d(16, 5)),
        ("sigmoid2", Sigmoid()),
        ("pool2", AvgPool2d(2)),
        ("flatten", Flatten()),
        ("fc1", Linear(120)),
        ("sigmoid3", Sigmoid()),
        ("fc2", Linear(84)),
        ("sigmoid4", Sigmoid()),
        ("fc3", Linear(10)),
    )


NIELSEN = "Nielsen 2015, Neural Networks and Deep Learning, chapter 6"


@register(
    "nielsen_one_conv",
    title="Nielsen, one convolution",
    year=2015,
    paper=NIELSEN,
    variant="20 feature maps, one hidden layer of 100, sigmoid; 28 x 28 input",
)
def nielsen_one_conv() -> Network:
    """Return the first convolutional network of Nielsen's book."""
    return chain(
        "nielsen_one_conv",
        Input(1, 28, 28),
        ("conv1", Conv2d(20, 5)),
        ("sigmoid1", Sigmoid()),
        ("pool1", MaxPool2d(2)),
        ("flatten", Flatten()),
        ("fc1", Linear(100)),
        ("sigmoid2", Sigmoid()),
        ("fc2", Linear(10)),
        ("softmax", Softmax()),
    )


@register(
    "nielsen_two_conv",
    title="Nielsen, two convolutions",
    year=2015,
    paper=NIELSEN,
    variant="20 and 40 feature maps, one hidden layer of 100, sigmoid; 28 x 28 input",
)
def nielsen_two_conv() -> Network:
    """Return the second convolutional network of Nielsen's book."""
    return chain(
        "nielsen_two_conv",
        Input(1, 28, 28),
        ("conv1", Conv2d(20, 5)),
        ("sigmoid1", Sigmoid()),
        ("pool1", MaxPool2d(2)),
        ("conv2", Conv2d(40, 5)),
        ("sigmoid2", Sigmoid()),
        ("pool2", MaxPool2d(2)),
        ("flatten", Flatten()),
        ("fc1", Linear(100)),
        ("sigmoid3", Sigmoid()),
        ("fc2", Linear(10)),
        ("softmax", Softmax()),
    )


@register(
    "nielsen_dropout",
    title="Nielsen, with dropout",
    year=2015,
    paper=NIELSEN,
    variant="20 and 40 feature maps, two hidden layers of 1000 with dropout, ReLU; 28 x 28 input",
)
def nielsen_dropout() -> Network:
    """Return the last single network of Nielsen's book."""
    return chain(
        "nielsen_dropout",
        Input(1, 28, 28),
        ("conv1", Conv2d(20, 5)),
        ("relu1", ReLU()),
        ("pool1", MaxPool2d(2)),
        ("conv2", Conv2d(40, 5)),
        ("relu2", ReLU()),
        ("pool2", MaxPool2d(2)),
        ("flatten", Flatten()),
        ("dropout1", Dropout()),
        ("fc1", Linear(1000)),
        ("relu3", ReLU()),
        ("dropout2", Dropout()),
        ("fc2", Linear(1000)),
        ("relu4", ReLU()),
        ("dropout3", Dropout()),
        ("fc3", Linear(10)),
        ("softmax", Softmax()),
    )


@register(
    "fastbook_simple_cnn",
    title="Simple CNN of fastbook",
    year=2020,
    paper="Howard & Gugger 2020, Deep learning for coders, chapter 13",
    variant="five 3 x 3 convolutions with stride 2, two classes; 28 x 28 input",
)
def fastbook_simple_cnn() -> Network:
    """Return the first convolutional network of fastbook: strides instead of pools."""
    channels = (4, 8, 16, 32)
    steps = [(f"conv{n}", Conv2d(width, 3, 2, padding=1)) for n, width in enumerate(channels, 1)]
    layers = [part for name, conv in steps for part in ((name, conv), (f"{name}_relu", ReLU()))]
    last = (("conv5", Conv2d(2, 3, 2, padding=1)), ("flatten", Flatten()))
    return chain("fastbook_simple_cnn", Input(1, 28, 28), *layers, *last)


@register(
    "tiny_vgg",
    title="Tiny VGG",
    year=2020,
    paper="Wang et al. 2020, CNN Explainer, arXiv:2004.15004",
    variant="the network of CNN Explainer: four 3 x 3 convolutions of 10 maps without padding; 64 x 64 input",
)
def tiny_vgg() -> Network:
    """Return the network of CNN Explainer."""
    return chain(
        "tiny_vgg",
        Input(3, 64, 64),
        ("conv_1_1", Conv2d(10, 3)),
        ("relu_1_1", ReLU()),
        ("conv_1_2", Conv2d(10, 3)),
        ("relu_1_2", ReLU()),
        ("max_pool_1", MaxPool2d(2)),
        ("conv_2_1", Conv2d(10, 3)),
        ("relu_2_1", ReLU()),
        ("conv_2_2", Conv2d(10, 3)),
        ("relu_2_2", ReLU()),
        ("max_pool_2", MaxPool2d(2)),
        ("flatten", Flatten()),
        ("output", Linear(10)),
        ("softmax", Softmax()),
    )
