"""The text notation: what it reads, that it reads what it writes, and where it points when it cannot."""

from __future__ import annotations

import contextlib
import random

import pytest

from cnnmath.arch import Concat, Conv2d, Input, Permute, ReLU, TableConv2d, read, write
from cnnmath.errors import ArchitectureError, NotationError

TEXT = """\
network small          # the name
[stem]
image: Input(3, 32, 32)
conv1: Conv2d(16, 3, padding=1)
ReLU
left: Conv2d(16, (1, 3), padding=((0, 0), (1, 1))) <- conv1
right: Conv2d(16, 3, padding="same", dilation=2) <- conv1   # branches

[head]
Concat <- left, right, relu_1
LeakyReLU(negative_slope=1e-2)
outputs concat_1
"""


def test_reading_a_branching_network():
    """Names, stages, branches, comments and outputs are read as written."""
    net = read(TEXT)
    assert net.name == "small"
    assert [node.name for node in net] == [
        "image",
        "conv1",
        "relu_1",
        "left",
        "right",
        "concat_1",
        "leakyrelu_1",
    ]
    assert net.node("concat_1").inputs == ("left", "right", "relu_1")
    assert net.node("concat_1").layer == Concat()
    assert net.node("left").layer == Conv2d(16, (1, 3), padding=(0, 1))
    assert net.node("relu_1").stage == "stem"
    assert net.node("concat_1").stage == "head"
    assert net.outputs == ("concat_1",)
    assert net.auxiliary == {"leakyrelu_1"}


def test_writing_reads_back():
    """The text of a network read back is the same network, and the text does not change any more."""
    net = read(TEXT)
    assert read(write(net)) == net
    assert write(read(write(net))) == write(net)


def test_nodes_may_be_named_before_they_are_written():
    """A branch may point forward; the network is brought into order."""
    net = read("a: Input(1, 4, 4)\nc: ReLU <- b\nb: ReLU <- a")
    assert [node.name for node in net] == ["a", "b", "c"]
    assert read(write(net)) == net


def test_arguments_of_every_kind():
    """Numbers, tuples, nested tuples, words with and without quotes, True and None are read."""
    net = read(
        "Input(6, 9, 9)\nTableConv2d(((0, 1), (2,)), 3, bias=False)\nConv2d(4, 3, padding=same)\n"
        "MaxPool2d(2, stride=None)\nPermute(1, 2, 0)"
    )
    assert net.nodes[1].layer == TableConv2d(((0, 1), (2,)), 3, bias=False)
    assert net.nodes[2].layer.padding == "same"
    assert net.nodes[4].layer == Permute(1, 2, 0)


def test_an_input_shape_stands_in_for_a_missing_input():
    """A text without Input takes the shape given, and its first layer continues from it."""
    net = read("Conv2d(4, 3)\nReLU", input_shape=(3, 8, 8))
    assert net.nodes[0].layer == Input(3, 8, 8)
    assert net.nodes[1].inputs == ("input",)
    assert read("Input(1, 8, 8)\nReLU", input_shape=(3, 9, 9)).input_shape == (1, 8, 8)


WRONG = [
    ("", 1, 1, "the input size is missing"),
    ("Conv2d(4, 3)", 1, 1, "Begin with a line such as Input(3, 224, 224)."),
    (
        "Input(3, 8, 8)\nConvd(4, 3)",
        2,
        1,
        'there is no layer "Convd". Did you mean Conv3d or Conv2d or Conv1d?',
    ),
    ("Input(3, 8, 8)\n  Conv2d(4, 3", 2, 14, "a closing bracket is missing"),
    ("Input(3, 8, 8)\nConv2d(4 3)", 2, 10, "'3' is not expected here"),
    ("Input(3, 8, 8)\nConv2d(4, 3) x", 2, 14, "'x' is not expected here"),
    ("Input(3, 8, 8)\nConv2d(4, 3, strid=2)", 2, 20, 'Conv2d has no argument "strid"'),
    ("Input(3, 8, 8)\nConv2d(4, 3, kernel_size=2)", 2, 26, "kernel_size is given twice"),
    ("Input(3, 8, 8)\nConv2d(4, 3, stride=1, stride=2)", 2, 24, "stride is given twice"),
    ("Input(3, 8, 8)\nConv2d(4, stride=1, 3)", 2, 21, "arguments by name come last"),
    ("Input(3, 8, 8)\nConv2d(4)", 2, 1, "Conv2d needs kernel_size"),
    ("Input(3, 8, 8)\nReLU(1)", 2, 6, "too many arguments for ReLU. It takes none."),
    (
        "Input(3, 8, 8)\nc: Conv2d(4, 0)",
        2,
        4,
        "Conv2d kernel_size: expected a whole number of at least 1, got 0",
    ),
    ("Input(3, 8, 8)\nReLU <- inputt", 2, 9, 'there is no node "inputt". Did you mean input?'),
    ("Input(3, 8, 8)\nReLU <- ", 2, 9, "a name is missing here"),
    ("Input(3, 8, 8)\nReLU <- a b", 2, 9, '"a b" is no name'),
    (
        "Input(3, 8, 8)\nAdd",
        2,
        1,
        "Add takes at least 2 inputs, got 1. Name them behind the layer: <- left, right.",
    ),
    ("Input(3, 8, 8)\nReLU <- input, input", 2, 1, "ReLU takes one input, got 2"),
    ("x: Input(3, 8, 8)\nx: ReLU", 2, 1, 'the name "x" is taken by line 1. Choose another name.'),
    ("Input(3, 8, 8)\nbad$name: ReLU", 2, 1, '"bad$name" is no name'),
    ("Input(3, 8, 8)\n[stem\nReLU", 2, 1, "a stage is written [name]"),
    ("network my net\nInput(3, 8, 8)", 1, 1, "a network's name is one word"),
    ("Input(3, 8, 8)\noutputs conv", 2, 9, 'there is no node "conv"'),
    ("Input(3, 8, 8)\nReLU ☃", 2, 6, "cannot read '☃' here"),
    ("Input(3, 8, 8)\nReLU(((((((((1)))))))))", 2, 12, "the brackets are nested too deeply"),
    ("Input(3, 8, 8)\nLinear(9999999999999999999999)", 2, 8, "the number is too long"),
    ("Input(3, 8, 8)\nLinear(,)", 2, 8, "a value is missing here"),
    ("Input(channels=3)", 1, 16, 'Input has no argument "channels"'),
    ("Input()", 1, 1, "Input: expected at least one size"),
    ("x: Input(1, 4, 4)\na: Add <- x, b\nb: ReLU <- a", 2, 1, "got the cycle a -> b -> a"),
]


@pytest.mark.parametrize(("text", "line", "column", "sentence"), WRONG)
def test_errors_give_line_column_and_remedy(text, line, column, sentence):
    """Every error says where it is and what is wrong, and points at the place."""
    with pytest.raises(NotationError) as refusal:
        read(text)
    assert sentence in str(refusal.value)
    assert (refusal.value.line, refusal.value.column) == (line, column)
    assert refusal.value.pointer().splitlines()[-1] == " " * (column - 1) + "^"


def test_huge_texts_are_refused():
    """A text beyond the limit is refused before it is read."""
    with pytest.raises(NotationError, match="1,000,000 is the limit"):
        read("ReLU\n" * 300_000)


def test_any_damage_gives_a_sentence_and_never_a_traceback():
    """Random edits of a text read, or raise an ArchitectureError; nothing else ever comes out."""
    draw = random.Random(7)  # noqa: S311 - a test needs repeatable draws
    letters = "()<->,:=#[]\"' \n0123456789abcReLUConv2d☃."
    for _ in range(1500):
        text = list(TEXT)
        for _ in range(draw.randint(1, 4)):
            place = draw.randrange(len(text))
            text[place : place + draw.randint(0, 2)] = draw.choice(letters)
        with contextlib.suppress(ArchitectureError):
            read("".join(text))


def test_lines_without_names_keep_clear_of_given_ones():
    """A numbered name never collides with one that was given."""
    net = read("Input(1, 4, 4)\nrelu_1: ReLU\nReLU")
    assert [node.name for node in net][1:] == ["relu_1", "relu_2"]
    assert net.nodes[2].layer == ReLU()
