"""Receptive fields through every kind of layer, by hand on small chains."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cnnmath import measure, zoo
from cnnmath.arch import (
    AdaptiveAvgPool1d,
    Add,
    Conv1d,
    Conv2d,
    ConvTranspose1d,
    Flatten,
    GlobalAvgPool,
    Input,
    Linear,
    MaxPool1d,
    Multiply,
    Network,
    Node,
    Permute,
    Sigmoid,
    Upsample,
    chain,
)
from cnnmath.errors import ArchitectureError, UnknownNode


def last(*layers, length=32):
    """Return the receptive field of the last layer over an input of one axis."""
    net = chain("net", Input(1, length), *layers)
    return measure.receptive_field(net, net.nodes[-1].name)


def test_windows_add_up():
    """Size grows by d (k - 1) j, the jump is the product of strides, the start moves by p j."""
    field = last(Conv1d(1, 3, 2, padding=1), Conv1d(1, 3, dilation=2, padding=2), MaxPool1d(2))
    assert (field.size, field.jump, field.start) == (3 + 4 * 2 + 1 * 2, 4, -1 - 2 * 2)
    assert field.padding == 5
    assert field.center == -5 + Fraction(12, 2)


def test_toy_of_the_receptive_field_article():
    """Kernels 3 and 2, strides 3 and 1, padding 1 and 0: output 0 sees -1 to 4 (Araujo et al.)."""
    net = chain("toy", Input(1, 20), ("a", Conv1d(1, 3, 3, padding=1)), ("b", Conv1d(1, 2)))
    assert measure.sees(net, "b", 0) == (-1, 4)


def test_enlarging_layers_have_phases():
    """Behind a transposed convolution neighbors may see alike; the jump is a fraction."""
    field = last(ConvTranspose1d(1, 3, 2))
    assert (field.size, field.jump) == (2, Fraction(1, 2))
    net = chain("net", Input(1, 8), ("up", ConvTranspose1d(1, 3, 2)))
    assert [measure.sees(net, "up", output) for output in (1, 2, 3)] == [(0, 0), (0, 1), (1, 1)]
    assert last(Upsample(2)).jump == Fraction(1, 2)
    assert last(MaxPool1d(2), Upsample(2)).jump == 1
    assert last(Upsample(2, mode="bilinear")).size == 2


def test_gaps_of_transposed_convolutions_see_nothing():
    """With a kernel smaller than the stride some outputs see no input at all."""
    net = chain("net", Input(1, 8), ("up", ConvTranspose1d(1, 1, 2)))
    assert measure.sees(net, "up", 1) is None
    assert measure.sees(net, "up", 2) == (1, 1)


def test_pooling_everything_sees_everything():
    """Global pooling, Flatten and dense layers see all positions of what comes before."""
    assert last(Conv1d(1, 3), GlobalAvgPool()).size == 32
    assert last(Conv1d(1, 3), Flatten(), Linear(4)).size == 32
    assert last(Conv1d(1, 3, padding=1), GlobalAvgPool()).start == -1
    assert last(AdaptiveAvgPool1d(8)).size == 4
    assert last(AdaptiveAvgPool1d(32)).size == 1
    assert last(AdaptiveAvgPool1d(5), length=8).size == 3


def test_channels_last():
    """A linear layer behind Permute runs along the channels and sees one position."""
    net = chain(
        "net",
        Input(4, 9, 9),
        Conv2d(4, 3),
        Permute(1, 2, 0),
        Linear(8),
        Permute(2, 0, 1),
        ("end", Conv2d(4, 3)),
    )
    assert measure.receptive_field(net, "end").size == 5


def branches(left, right):
    """Return two layers side by side whose outputs are added."""
    nodes = (
        Node("x", Input(1, 32)),
        Node("a", left, ("x",)),
        Node("b", right, ("x",)),
        Node("sum", Add(), ("a", "b")),
    )
    return measure.receptive_field(Network("net", nodes), "sum")


def test_paths_join_to_their_hull():
    """Where paths meet the hull counts; equal centers are aligned, shifted ones are not."""
    wide = branches(Conv1d(1, 5, padding=2), Conv1d(1, 1))
    assert (wide.size, wide.start, wide.aligned) == (5, -2, True)
    shifted = branches(Conv1d(1, 2, padding=((1, 0),)), Conv1d(1, 2, padding=((0, 1),)))
    assert (shifted.size, shifted.start, shifted.aligned) == (3, -1, False)


def test_paths_of_different_jumps_are_not_aligned():
    """Paths whose jumps differ drift apart: the hull is taken over all positions."""
    drifting = branches(Conv1d(1, 2, 2), Conv1d(1, 17))
    assert not drifting.aligned
    assert drifting.size == 31 - 15 + 1


def test_gates_are_not_followed():
    """Squeeze-and-excitation multiplies by a number for all positions; only the other path counts."""
    nodes = (
        Node("x", Input(4, 32)),
        Node("conv", Conv1d(4, 3), ("x",)),
        Node("pool", GlobalAvgPool(), ("conv",)),
        Node("gate", Sigmoid(), ("pool",)),
        Node("scaled", Multiply(), ("gate", "conv")),
    )
    assert measure.receptive_field(Network("net", nodes), "scaled").size == 3


def test_axes_are_apart():
    """Height and width have their own fields."""
    net = chain("net", Input(1, 20, 30), ("conv", Conv2d(1, (3, 7), (1, 2))))
    assert measure.receptive_field(net, "conv", axis=0).size == 3
    assert measure.receptive_field(net, "conv", axis=1).size == 7
    with pytest.raises(ArchitectureError, match="axis 2 of an input with 2 spatial axes"):
        measure.receptive_field(net, "conv", axis=2)


def test_without_a_node_the_last_one_with_positions_counts():
    """The default is what is usually quoted: the field before global pooling."""
    assert measure.receptive_field(zoo.model("resnet50")).size == 427


def test_wrong_questions():
    """Unknown nodes suggest near misses; positions beyond the output are refused."""
    with pytest.raises(UnknownNode, match="Did you mean"):
        measure.receptive_field(zoo.model("vgg16"), "pool6")
    with pytest.raises(ArchitectureError, match="expected a position from 0 to 6"):
        measure.sees(zoo.model("vgg16"), "pool5", 7)
    with pytest.raises(ArchitectureError, match="an input with spatial axes"):
        measure.receptive_field(chain("net", Input(5), Linear(2)))


def test_every_path_of_valid_unet():
    """U-Net without padding never looks outside its image, at the first and at the last output."""
    net = zoo.model("unet")
    assert measure.sees(net, "output", 0)[0] >= 0
    assert measure.sees(net, "output", 387)[1] <= 571
