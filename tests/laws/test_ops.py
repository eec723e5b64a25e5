"""Laws over all operations and layers: shapes are those of the rules, gradients are slopes.

A new layer of `cnnmath.arch` fails here until it is computed and differentiated, or listed as out of reach.
"""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from cnnmath import arch, ops, rules, zoo
from cnnmath.arch.catalog import layers
from cnnmath.errors import ArchitectureError
from cnnmath.ops.network.compute import compute
from cnnmath.ops.network.differentiate import differentiate
from cnnmath.ops.network.initialization import start
from cnnmath.ops.network.trace import Mode

THREE_AXES = {"Conv3d", "ConvTranspose3d", "MaxPool3d", "AvgPool3d", "AdaptiveAvgPool3d"}
"""Layers over three spatial axes: counted by `measure`, not computed."""

IMAGE = (4, 5, 4)
EXAMPLES: dict[str, list[tuple[arch.Layer, tuple[tuple[int, ...], ...]]]] = {
    "AdaptiveAvgPool1d": [(arch.AdaptiveAvgPool1d(3), ((2, 7),))],
    "AdaptiveAvgPool2d": [(arch.AdaptiveAvgPool2d((2, 3)), (IMAGE,))],
    "Add": [(arch.Add(), (IMAGE, IMAGE, IMAGE))],
    "AvgPool1d": [(arch.AvgPool1d(3, 2, padding=1), ((2, 7),))],
    "AvgPool2d": [
        (arch.AvgPool2d(3, 2, padding=1, ceil_mode=True, count_include_pad=False), (IMAGE,)),
        (arch.AvgPool2d(2, padding="same-tf"), (IMAGE,)),
    ],
    "BatchNorm1d": [(arch.BatchNorm1d(shift=False), ((3, 4),)), (arch.BatchNorm1d(), ((3,),))],
    "BatchNorm2d": [
        (arch.BatchNorm2d(), (IMAGE,)),
        (arch.BatchNorm2d(scale=False, track_running_stats=False), (IMAGE,)),
    ],
    "BatchNorm3d": [(arch.BatchNorm3d(), ((2, 2, 3, 2),))],
    "ChannelShuffle": [(arch.ChannelShuffle(2), ((6, 2, 2),))],
    "Concat": [(arch.Concat(), ((2, 3, 3), (1, 3, 3)))],
    "Conv1d": [(arch.Conv1d(3, 3, stride=2, padding=((2, 0),), dilation=2), ((2, 9),))],
    "Conv2d": [
        (arch.Conv2d(6, (3, 2), stride=(2, 1), padding=((1, 0), (0, 1)), groups=2), (IMAGE,)),
        (arch.Conv2d(2, 3, stride=2, padding="same-tf", bias=False), (IMAGE,)),
        (arch.Conv2d(2, 4, padding="same"), (IMAGE,)),
    ],
    "ConvTranspose1d": [(arch.ConvTranspose1d(2, 3, stride=2, padding=1, output_padding=1), ((2, 4),))],
    "ConvTranspose2d": [
        (arch.ConvTranspose2d(4, 3, stride=2, padding=1, output_padding=1, groups=2), ((4, 3, 2),))
    ],
    "Crop": [(arch.Crop(((1, 0), (2, 1))), (IMAGE,))],
    "Dropout": [(arch.Dropout(0.4), (IMAGE,))],
    "Flatten": [(arch.Flatten(), (IMAGE,))],
    "GELU": [(arch.GELU(), (IMAGE,))],
    "GlobalAvgPool": [(arch.GlobalAvgPool(), (IMAGE,)), (arch.GlobalAvgPool(), ((3, 5),))],
    "GlobalMaxPool": [(arch.GlobalMaxPool(), (IMAGE,)), (arch.GlobalMaxPool(), ((3, 5),))],
    "GroupNorm": [(arch.GroupNorm(2), (IMAGE,)), (arch.GroupNorm(2, affine=False), (IMAGE,))],
    "Hardsigmoid": [(arch.Hardsigmoid(), (IMAGE,))],
    "Hardswish": [(arch.Hardswish(), (IMAGE,))],
    "Identity": [(arch.Identity(), (IMAGE,))],
    "Input": [],
    "LayerNorm": [(arch.LayerNorm(), ((3, 4),)), (arch.LayerNorm(dimensions=2, bias=False), ((3, 4),))],
    "LayerNorm2d": [(arch.LayerNorm2d(), (IMAGE,))],
    "LayerScale": [(arch.LayerScale(0.3), (IMAGE,)), (arch.LayerScale(0.3, axis="last"), ((2, 3, 4),))],
    "LeakyReLU": [(arch.LeakyReLU(0.2), (IMAGE,))],
    "Linear": [(arch.Linear(3), ((4,),)), (arch.Linear(3, bias=False), ((2, 3, 4),))],
    "LocalResponseNorm": [(arch.LocalResponseNorm(3, alpha=0.3, k=2.0), (IMAGE,))],
    "LocallyConnected2d": [(arch.LocallyConnected2d(2, 3, stride=2, padding=1), ((2, 4, 5),))],
    "MaxPool1d": [(arch.MaxPool1d(3, 2), ((2, 7),))],
    "MaxPool2d": [(arch.MaxPool2d(3, 2, padding=1, ceil_mode=True), (IMAGE,))],
    "Multiply": [(arch.Multiply(), (IMAGE, (4, 1, 1))), (arch.Multiply(), (IMAGE, IMAGE, IMAGE))],
    "PadChannels": [(arch.PadChannels(1, 2), (IMAGE,))],
    "Permute": [(arch.Permute(1, 2, 0), (IMAGE,))],
    "RadialBasis": [(arch.RadialBasis(3), ((4,),))],
    "ReLU": [(arch.ReLU(), (IMAGE,))],
    "ReLU6": [(arch.ReLU6(), (IMAGE,))],
    "Scale": [(arch.Scale(0.2), (IMAGE,))],
    "SiLU": [(arch.SiLU(), (IMAGE,))],
    "Sigmoid": [(arch.Sigmoid(), (IMAGE,))],
    "Softmax": [(arch.Softmax(), ((5,),)), (arch.Softmax(), ((3, 2, 2),))],
    "Split": [(arch.Split(2, 1), (IMAGE,))],
    "StochasticDepth": [(arch.StochasticDepth(0.5), (IMAGE,))],
    "Subsampling2d": [(arch.Subsampling2d(2), ((3, 4, 6),))],
    "TableConv2d": [(arch.TableConv2d(((0, 1), (1, 2), (0,)), 3, stride=2, padding=1), ((3, 4, 5),))],
    "Tanh": [(arch.Tanh(amplitude=1.7159, slope=2 / 3), (IMAGE,))],
    "Upsample": [(arch.Upsample(2), (IMAGE,)), (arch.Upsample(2, "bilinear"), (IMAGE,))],
    "ZeroPad": [(arch.ZeroPad(((1, 0), (0, 2))), (IMAGE,))],
}
CASES = [(layer, shapes) for name in sorted(EXAMPLES) for layer, shapes in EXAMPLES[name]]


def stored_tensors(layer, shapes, generator):
    """Return random tensors of the shapes that the rules ask for; variances are positive."""
    tensors = rules.weights(layer, *shapes)
    return {
        name: np.abs(generator.standard_normal(tensor.shape)) + 0.1
        if name == "running_var"
        else generator.standard_normal(tensor.shape)
        for name, tensor in tensors.items()
    }


def test_every_layer_has_an_example() -> None:
    """Every layer of the catalog is computed here, or stands in the list of layers that are out of reach."""
    assert set(EXAMPLES) | THREE_AXES == set(layers())


@pytest.mark.parametrize("name", sorted(THREE_AXES))
def test_what_is_out_of_reach_says_so(name: str) -> None:
    """A layer over three axes is refused in words that name it and what ops computes."""
    found = layers()[name](2) if name not in ("Conv3d", "ConvTranspose3d") else layers()[name](2, 2)
    stored = {"weight": np.zeros((2, 2, 2, 2, 2))}
    with pytest.raises(ArchitectureError, match="signals and images") as caught:
        compute(found, stored, (np.zeros((1, 2, 4, 4, 4)),), Mode())
    assert name in str(caught.value)


@pytest.mark.parametrize(("layer", "shapes"), CASES, ids=[f"{layer!r}" for layer, _ in CASES])
@pytest.mark.parametrize("moment", ["inference", "training"])
def test_every_layer_has_the_rules_shape_and_its_slopes(layer, shapes, moment: str) -> None:
    """What is computed has the shape of `rules.output_shape`, and what is differentiated are the slopes."""
    generator = np.random.default_rng(3)
    inputs = [generator.standard_normal((2, *shape)) for shape in shapes]
    stored = stored_tensors(layer, shapes, generator)
    trained = [name for name, tensor in rules.weights(layer, *shapes).items() if tensor.role != "buffer"]

    def traced(*tensors):
        given = stored | dict(zip(trained, tensors[len(inputs) :], strict=True))
        mode = Mode(moment == "training", np.random.default_rng(5))
        return compute(layer, given, tensors[: len(inputs)], mode)

    def forward(*tensors):
        return traced(*tensors).output

    def backward(grad, *tensors):
        found = differentiate(layer, traced(*tensors), grad)
        assert set(found.stored) == set(trained)
        return [*found.inputs, *(found.stored[name] for name in trained)]

    tensors = [*inputs, *(stored[name] for name in trained)]
    assert forward(*tensors).shape == (2, *rules.output_shape(layer, *shapes))
    report = ops.gradient_check(forward, *tensors, backward=backward, names=[*"abc"[: len(inputs)], *trained])
    assert report.ok, str(report)


@pytest.mark.parametrize(("layer", "shapes"), CASES, ids=[f"{layer!r}" for layer, _ in CASES])
def test_every_layer_keeps_float32_and_takes_no_images(layer, shapes) -> None:
    """float32 in is float32 out, forward and backward; an empty batch gives an empty result."""
    generator = np.random.default_rng(4)
    stored = {
        name: value.astype(np.float32) for name, value in stored_tensors(layer, shapes, generator).items()
    }
    for images in (2, 0):
        inputs = tuple(generator.standard_normal((images, *shape)).astype(np.float32) for shape in shapes)
        if not images and isinstance(layer, arch.BatchNorm) and not layer.track_running_stats:
            continue
        trace = compute(layer, stored, inputs, Mode())
        assert trace.output.shape == (images, *rules.output_shape(layer, *shapes))
        assert trace.output.dtype == np.float32
        found = differentiate(layer, trace, np.ones_like(trace.output))
        gradients = [*found.inputs, *found.stored.values()]
        assert {gradient.dtype for gradient in gradients} == {np.dtype(np.float32)}
        assert [gradient.shape for gradient in found.inputs] == [x.shape for x in inputs]


def test_every_table_knows_the_same_layers() -> None:
    """What is computed is differentiated, and what stores weights of its own has first values."""
    assert set(compute.registry) == set(differentiate.registry)
    for layer, shapes in CASES:
        roles = {tensor.role for tensor in rules.weights(layer, *shapes).values()}
        own = start.dispatch(type(layer)) is not start.dispatch(object)
        assert own or not roles & {"weight", "bias"}, repr(layer)


def test_every_backward_has_a_forward_and_both_have_docstrings() -> None:
    """Every backward belongs to a forward, and every public function has a docstring."""
    functions = {name: value for name in ops.__all__ if inspect.isfunction(value := getattr(ops, name))}
    for name, function in functions.items():
        forward = name.removesuffix("_backward")
        assert forward in functions or name == "backward", name
        assert function.__doc__, name


def test_every_layer_of_the_zoo_can_be_computed() -> None:
    """No network of the zoo has a layer that the table of forward passes does not know."""
    unknown = {
        (name, repr(node.layer))
        for name in zoo.models()
        for node in zoo.model(name)
        if not isinstance(node.layer, arch.Input)
        and compute.dispatch(type(node.layer)) is compute.dispatch(object)
    }
    assert not unknown


@pytest.mark.parametrize("name", ["lenet5", "resnet20_cifar", "mobilenet_v3_small"])
def test_a_network_of_the_zoo_runs(name: str) -> None:
    """What a zoo network answers has the shape that the rules tell, in float32, and is finite."""
    runs(name)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "alexnet",
        "convnext_tiny",
        "densenet121",
        "efficientnet_b0",
        "googlenet",
        "inception_v3",
        "resnet50",
        "shufflenet_v2_x1_0",
        "squeezenet1_1",
        "vgg11_lrn",
        "xception",
    ],
)
def test_a_large_network_of_the_zoo_runs(name: str) -> None:
    """The same at full size, in each family: ResNet-50 at 224×224 among them."""
    runs(name)


def runs(name: str) -> None:
    """Run a zoo network on one random image with its first weights."""
    network = zoo.model(name)
    x = np.random.default_rng(0).standard_normal((1, *network.input_shape)).astype(np.float32)
    weights = ops.initialize(network, np.random.default_rng(1))
    found = ops.node_values(network, weights, x, network.outputs)
    shapes = rules.shapes(network)
    assert {node: value.shape[1:] for node, value in found.items()} == {n: shapes[n] for n in network.outputs}
    assert {value.dtype for value in found.values()} == {np.dtype(np.float32)}
    assert all(np.isfinite(value).all() for value in found.values())
