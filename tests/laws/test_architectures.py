"""The formulas that questions on architectures rest on, held against layers that are counted one by one."""

from __future__ import annotations

import sys
from fractions import Fraction

import pytest

from cnnmath import arch, measure, practice, rules, zoo
from cnnmath.formula import parse_relation

practice.questions("architectures")
BANK = sys.modules["cnnmath_exercises.05-architectures.questions"]


def value(text: str, **values: int) -> int | Fraction:
    """Return the value of one of the bank's formulas."""
    return parse_relation(text).parts[0].evaluate(values)


def parameters(*layers: arch.Layer, channels: int) -> int:
    """Return the trained values of a chain of layers on maps of these channels."""
    return measure.parameters(arch.chain("net", arch.Input(channels, 8, 8), *layers))


def test_blocks_of_resnet_are_counted_by_the_formulas() -> None:
    """ResNet's own blocks: conv2_1 of ResNet-18 (64 channels), conv2_2 of ResNet-50 (256 to 64 and back)."""
    basic = measure.count("resnet18", "parameters", "conv2_1/*")
    assert value(BANK.BASIC, C=64, k=3) == basic
    assert value(BANK.BOTTLENECK, C=256, M=64, k=3) == measure.count("resnet50", "weights", "conv2_2/*")
    projection = measure.count("resnet18", "parameters", "conv3_1/shortcut*")
    assert value(BANK.PROJECTION, C=64, F=128) == projection


def test_a_fire_module_is_squeezenets() -> None:
    """SqueezeNet 1.0, fire2: 96 channels squeezed to 16, expanded to 64 and 64: 11,920 (Iandola, table 1)."""
    assert value(BANK.FIRE, C=96, M=16, F=64) == 11_920


def test_a_dense_block_is_densenets() -> None:
    """DenseNet-40, k = 12, on CIFAR: 16 channels, 12 layers of 3 by 3; DenseNet-121: 64 + 6 * 32, halved."""
    block = measure.count("densenet_40_12_cifar", "weights", "dense1")
    assert value(BANK.DENSE_WEIGHTS, C=16, L=12, g=12, k=3) == block
    shapes = rules.shapes(zoo.model("densenet121"))
    assert shapes["transition1/pool"][0] == value(BANK.DENSE_CHANNELS, C=64, L=6, g=32) == 128


def test_an_inverted_residual_is_mobilenets() -> None:
    """MobileNetV2's second block of 24 channels: 24 to 144 and back to 24."""
    weights = measure.count("mobilenet_v2", "weights", "bottleneck3/*")
    assert value(BANK.INVERTED, C=24, F=24, e=6, k=3) == weights


@pytest.mark.parametrize(("channels", "side", "printed"), [(512, 14, 52.3), (384, 14, 29.6), (384, 10, 15.1)])
def test_multipliers_give_the_papers_table(channels: int, side: int, printed: float) -> None:
    """MobileNet, table 3: a 14 by 14 layer of 512 channels; then width 0.75; then resolution 0.714."""
    count = value(BANK.THINNED, C=channels, F=channels, k=3, o=side)
    assert round(count / 10**6, 1) == printed


def test_savings_are_differences_of_layers() -> None:
    """What a reduction, a stack, a pair of strips and groups save or leave, counted with and without."""
    wide = parameters(arch.Conv2d(32, 5, padding=2, bias=False), channels=192)
    slim = parameters(arch.Conv2d(16, 1, bias=False), arch.Conv2d(32, 5, padding=2, bias=False), channels=192)
    assert value(BANK.REDUCTION_SAVES, C=192, F=32, M=16, k=5, o=1) == wide - slim
    seven = parameters(arch.Conv2d(12, 7, bias=False), channels=12)
    three = parameters(*[arch.Conv2d(12, 3, bias=False)] * 3, channels=12)
    strips = parameters(arch.Conv2d(12, (1, 7), bias=False), arch.Conv2d(12, (7, 1), bias=False), channels=12)
    assert value(BANK.STACK_SAVES, C=12, L=3) == seven - three
    assert value(BANK.FACTORS_SAVE, C=12, k=7) == seven - strips
    grouped = parameters(arch.Conv2d(24, 5, groups=4, bias=False), channels=12)
    assert value(BANK.GROUPED, C=12, F=24, G=4, k=5) == grouped
    plain = parameters(arch.Conv2d(40, 3, bias=False), channels=16)
    separable = parameters(
        arch.Conv2d(16, 3, groups=16, bias=False), arch.Conv2d(40, 1, bias=False), channels=16
    )
    assert value(BANK.SEPARABLE, F=40, k=3) == Fraction(separable, plain)


def test_the_first_dense_layer_is_vggs() -> None:
    """VGG-16's fc6 behind five halvings of 224: 102,760,448 weights (CS231n's listing)."""
    assert value(BANK.FIRST_DENSE, C=512, F=4096, L=5, n=224) == 102_760_448


def test_a_tile_is_the_u_nets() -> None:
    """Two convolutions a level, four levels: 572 goes in, 28 is the bottom, 388 comes out (Ronneberger)."""
    _, _, down, up = BANK.way_through(4, 2, 28)
    assert (down[0], up[-1]) == (572, 388)


@pytest.mark.parametrize(("model", "side"), [("resnet18", 225), ("resnet50", 301), ("vgg16", 333)])
def test_stages_round_as_their_layers_do(model: str, side: int) -> None:
    """Halving an odd side: up in ResNet (half padding), down in VGG (no padding)."""
    behind = list(BANK.behind_stages(model, side).values())
    last = BANK.halved(side, 5, up=model != "vgg16")
    assert behind[-1][1:] == (last, last)
    assert last != BANK.halved(side, 5, up=model == "vgg16")


def test_every_printed_row_shows_its_count() -> None:
    """The working of each row ends with our count, and those that differ are the three that papers have."""
    rows = BANK.printed_rows()
    assert len(rows) > 20
    for row in rows:
        assert row.working.endswith(f"= {row.counted}$")
    assert sorted(row.printed.split()[0] for row in rows if not row.agrees) == ["2.7K", "253,440", "34M"]


def test_what_tools_count_is_said_in_one_line() -> None:
    """The words of a tool are what it counts: on one layer its figure is made of the two rates in them."""
    network = BANK.layer_network(3, 4, 3, 5)
    macs, values = 3 * 4 * 9 * 25, 4 * 25
    rates = {"torchprofile": (1, 1), "fvcore": (1, 2), "thop": (1, 4), "flop-counter-mode": (2, 0)}
    for tool, (each, normalized) in {**rates, "torchvision": (1, 0)}.items():
        assert measure.flops(network, tool) == each * macs + normalized * values
        assert tool in BANK.TOOLS
