"""What layers accept, how they normalize it, and the sentences with which they refuse the rest."""

from __future__ import annotations

import pytest
from sympy import Symbol

from cnnmath import arch
from cnnmath.arch import (
    AvgPool2d,
    BatchNorm2d,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Input,
    LayerScale,
    MaxPool2d,
    Permute,
    Split,
    TableConv2d,
    Upsample,
    ZeroPad,
)
from cnnmath.errors import ArchitectureError


def test_one_number_stands_for_all_axes():
    """A number, one per axis and a list mean the same layer."""
    assert Conv2d(8, 3) == Conv2d(8, (3, 3)) == Conv2d(8, [3, 3])
    assert Conv2d(8, 3, padding=1) == Conv2d(8, 3, padding=(1, 1)) == Conv2d(8, 3, padding=((1, 1), (1, 1)))
    assert Conv2d(8, 3, padding="valid") == Conv2d(8, 3)
    assert hash(Conv2d(8, 3)) == hash(Conv2d(8, (3, 3)))


def test_layers_of_different_kind_differ():
    """Equality asks for the same class, not only for the same numbers."""
    assert MaxPool2d(2) != AvgPool2d(2)
    assert arch.ReLU() != arch.Sigmoid()
    assert arch.ReLU() == arch.ReLU()


def test_pools_step_by_their_window():
    """Without a stride, a pool steps by its kernel (PyTorch); writing it out changes nothing."""
    assert MaxPool2d((3, 2)).stride == (3, 2)
    assert repr(MaxPool2d(3, 3)) == "MaxPool2d(3)"
    assert repr(MaxPool2d(3, 2, padding=1)) == "MaxPool2d(3, stride=2, padding=1)"


def test_padding_may_differ_by_side():
    """Padding is one pair per axis, the first entry before, the second after."""
    layer = Conv2d(8, 3, padding=((0, 1), 2))
    assert layer.padding == ((0, 1), (2, 2))
    assert repr(layer) == "Conv2d(8, 3, padding=((0, 1), 2))"
    assert Conv1d(8, 3, padding=((2, 0),)).padding == ((2, 0),)


def test_input_takes_sizes_or_a_shape():
    """Input(3, 8, 8) and Input((3, 8, 8)) are the same."""
    assert Input(3, 8, 8) == Input((3, 8, 8))
    assert repr(Input(3, 8, 8)) == "Input(3, 8, 8)"


def test_symbols_stand_for_numbers():
    """A SymPy symbol is taken for any size, and printed."""
    n, k = Symbol("n"), Symbol("k")
    assert Input(1, n, n).shape == (1, n, n)
    assert Conv2d(4, k).kernel_size == (k, k)
    assert repr(Conv2d(4, k)) == "Conv2d(4, k)"


REFUSED = [
    (
        lambda: Conv2d(8, 0),
        "Conv2d kernel_size: expected a whole number of at least 1, got 0. Use 1 or more.",
    ),
    (lambda: Conv2d(8, 3, stride=-1), "Conv2d stride: expected a whole number of at least 1, got -1."),
    (lambda: Conv2d(8, 3, padding=-1), "Conv2d padding: expected a whole number of at least 0, got -1."),
    (lambda: Conv2d(8, 2.5), "Conv2d kernel_size: expected a whole number, got 2.5."),
    (lambda: Conv2d("8", 3), "Conv2d out_channels: expected a whole number, got '8'."),
    (
        lambda: Conv2d(out_channels=True, kernel_size=3),
        "Conv2d out_channels: expected a whole number, got True.",
    ),
    (
        lambda: Conv2d(8, (3, 3, 3)),
        "Conv2d kernel_size: expected one number or 2, one per axis, got (3, 3, 3).",
    ),
    (lambda: Conv1d(8, 3, padding=(1, 2)), "Write ((before, after),) for one axis."),
    (lambda: Conv2d(8, 3, padding=((1, 2, 3), 0)), "expected a pair (before, after), got (1, 2, 3)."),
    (
        lambda: Conv2d(8, 3, padding="sane"),
        'Conv2d padding: expected "valid" or "same" or "same-tf", got \'sane\'.',
    ),
    (
        lambda: Conv2d(8, 3, 2, padding="same"),
        "expected stride 1 for \"same\" padding, as in PyTorch, got 'same'.",
    ),
    (lambda: Conv2d(8, 3, groups=3), "Conv2d groups: expected a divisor of the 8 output channels, got 3."),
    (
        lambda: ConvTranspose2d(8, 3, 2, output_padding=2),
        "expected less than the stride (2) or the dilation (1), got 2.",
    ),
    (
        lambda: MaxPool2d(3, padding=2),
        "MaxPool2d padding: expected at most half the window, 1 per side, got 2.",
    ),
    (lambda: TableConv2d((), 5), "expected one non-empty row of input maps per output map, got ()."),
    (lambda: TableConv2d(((0, 0),), 5), "expected each input map at most once per row"),
    (Input, "Input: expected at least one size, got (). Write for example Input(3, 224, 224)."),
    (lambda: Input(3, 0, 8), "Input size: expected a whole number of at least 1, got 0."),
    (lambda: Dropout(1.5), "Dropout p: expected a probability of at least 0 and below 1, got 1.5."),
    (lambda: Split(2, 2), "Split part: expected 0 to 1, got 2. Parts are counted from 0."),
    (lambda: Permute(0, 2), "Permute order: expected every axis once, counted from 0, got (0, 2)."),
    (lambda: Upsample(2, mode="cubic"), 'Upsample mode: expected "nearest" or "bilinear", got \'cubic\'.'),
    (lambda: LayerScale(axis="middle"), 'LayerScale axis: expected "first" or "last", got \'middle\'.'),
    (lambda: ZeroPad(((1, 2), (-1, 0))), "ZeroPad padding: expected a whole number of at least 0, got -1."),
    (lambda: arch.Conv(8, 3), "Use Conv1d, Conv2d or Conv3d."),
]


@pytest.mark.parametrize(("make", "sentence"), REFUSED)
def test_impossible_numbers_are_refused_with_a_remedy(make, sentence):
    """Each impossible number names its field, what was given, what was expected, and often what to do."""
    with pytest.raises(ArchitectureError) as refusal:
        make()
    assert sentence in str(refusal.value)


def test_registry_holds_layers_and_families_apart():
    """Every class is a layer or a family; families are what layers inherit from."""
    layers, families = arch.layers(), arch.families()
    assert not set(layers) & set(families)
    assert {"Conv2d", "LocallyConnected2d", "TableConv2d", "GELU", "Concat", "Split"} <= set(layers)
    assert {"Windowed", "Convolution", "Pooling", "Pointwise", "Merge", "Reshape", "Source"} <= set(families)
    for name, layer in layers.items():
        assert any(issubclass(layer, family) for family in families.values()), name


def test_keras_batch_norm_without_scale():
    """The Inception family of Keras has no trained scale; the notation says so."""
    assert repr(BatchNorm2d(scale=False)) == "BatchNorm2d(scale=False)"
