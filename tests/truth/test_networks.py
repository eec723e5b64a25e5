"""Published and independently recomputed numbers for the networks of the zoo; each row names its source."""

from __future__ import annotations

import ast
import csv
from collections import defaultdict
from pathlib import Path

import pytest

from cnnmath import measure, zoo
from cnnmath.arch import Convolution, Transposed
from cnnmath.errors import ArchitectureError

HERE = Path(__file__).parent


def rows(name):
    """Return the rows of a table of truths."""
    return list(csv.DictReader((HERE / name).read_text(encoding="utf-8").splitlines()))


def by_model(name):
    """Return the rows of a table of truths by network."""
    groups = defaultdict(list)
    for row in rows(name):
        groups[row["model"]].append(row)
    return groups


NETWORKS = by_model("networks.csv")
FIELDS = by_model("receptive_fields.csv")
TOOLS = by_model("tools.csv")


def options(text):
    """Read "width=0.5" or "auxiliary=True" as keyword arguments; words without quotes are strings."""
    found = {}
    for part in filter(None, text.split(";")):
        name, value = part.split("=")
        try:
            found[name] = ast.literal_eval(value)
        except ValueError:
            found[name] = value
    return found


def shape(text):
    """Read 3x224x224."""
    return tuple(int(size) for size in text.split("x")) if text else None


def selected(walk, where):
    """Return the rows that a truth row is about: all, a stage, or nodes joined by +."""
    if not where:
        return walk.rows
    if where.startswith("stage:"):
        return [
            row
            for row in walk.rows
            if row.stage == where.removeprefix("stage:") and not row.name.startswith("pool")
        ]
    found = [row for row in walk.rows if row.name in where.split("+")]
    assert len(found) == len(where.split("+")), f"no node {where}"
    return found


def fits(net, side):
    """Say whether a square image of this side passes through the network; nothing is smaller than 1."""
    try:
        measure.macs(net, (3, side, side))
    except ArchitectureError:
        return False
    return True


QUANTITIES = {
    "parameters": lambda chosen: sum(row.parameters for row in chosen),
    "weights": lambda chosen: sum(row.stored("weight") for row in chosen),
    "macs": lambda chosen: sum(row.macs for row in chosen if not row.auxiliary),
    "macs_of_convolutions": lambda chosen: sum(
        row.macs for row in chosen if isinstance(row.layer, Convolution | Transposed)
    ),
    "connections": lambda chosen: sum(measure.convention("connections").cost(row) for row in chosen),
    "elements": lambda chosen: sum(row.elements for row in chosen),
    "convolutions": lambda chosen: sum(isinstance(row.layer, Convolution | Transposed) for row in chosen),
    "output_side": lambda chosen: chosen[-1].output[-1],
}


@pytest.mark.parametrize("model", NETWORKS)
def test_counts(model):
    """Parameters, multiply-adds, connections and units are the published ones, in total and by layer."""
    walks = {}
    for row in NETWORKS[model]:
        net = zoo.model(model, **options(row["options"]))
        if row["quantity"] == "smallest_input_side":
            assert fits(net, int(row["value"])), row
            assert not fits(net, int(row["value"]) - 1), row
            continue
        key = (row["options"], row["input"])
        if key not in walks:
            walks[key] = measure.trace(net, shape(row["input"]))
        got = QUANTITIES[row["quantity"]](selected(walks[key], row["where"]))
        assert got == int(row["value"]), row


@pytest.mark.parametrize("model", FIELDS)
def test_receptive_fields(model):
    """Receptive field, effective stride and effective padding are the published ones, by end-point."""
    net = zoo.model(model)
    for row in FIELDS[model]:
        field = measure.receptive_field(net, row["node"] or None, input_shape=shape(row["input"]))
        assert field.size == int(row["size"]), row
        if row["jump"]:
            assert field.jump == int(row["jump"]), row
        if row["padding"]:
            assert field.padding == int(row["padding"]), row


@pytest.mark.parametrize("model", TOOLS)
def test_tools(model):
    """Under each tool's convention the count is the figure that the tool prints, to its last digit."""
    for row in TOOLS[model]:
        count = measure.flops(zoo.model(model), row["convention"])
        decimals = len(row["value"].partition(".")[2])
        scaled = count / {"M": 10**6, "G": 10**9}[row["unit"]]
        assert round(scaled, decimals) == float(row["value"]), (row, count)


def test_two_famous_totals():
    """LeNet-5 has exactly 60,000 trained parameters and 340,908 connections (LeCun et al. 1998)."""
    net = zoo.model("lenet5")
    assert measure.parameters(net) == 60_000
    assert measure.flops(net, "connections") == 340_908
    assert measure.parameters_by_role(net).buffers == 840


def test_alexnet_units():
    """AlexNet's layers have 659,272 units with 55 x 55 maps; the paper says 650,000."""
    walk = measure.trace(zoo.model("alexnet_two_groups"))
    counted = [
        row.elements
        for row in walk.rows
        if row.name in {f"conv{n}" for n in range(1, 6)} | {"fc6", "fc7", "fc8"}
    ]
    assert sum(counted) == 659_272


def test_vgg16_activations_of_the_cs231n_listing():
    """The listed layers of VGG-16 hold 15,237,608 values, not the 24 million printed (CS231n, issue 88)."""
    listed = [
        row.elements
        for row in measure.trace(zoo.model("vgg16")).rows
        if row.name.startswith(("input", "conv", "pool", "fc")) and not row.name.endswith(("relu", "dropout"))
    ]
    assert sum(listed) == 15_237_608


def test_mobilenet_shares():
    """The shares of MobileNet's table 2 come out, but for a misprint, 1.19% for 1.91% (Howard et al.)."""
    walk = measure.trace(zoo.model("mobilenet_v1"))
    kinds = {"full": 0, "depthwise": 0, "pointwise": 0, "fc": 0}
    stored = dict(kinds)
    for row in walk.rows:
        if row.macs:
            kind = row.name.rpartition("_")[2] if "wise" in row.name else "fc" if row.name == "fc" else "full"
            kinds[kind] += row.macs
            stored[kind] += row.stored("weight")
    operations = {kind: round(100 * count / sum(kinds.values()), 2) for kind, count in kinds.items()}
    weights_share = {kind: round(100 * count / sum(stored.values()), 2) for kind, count in stored.items()}
    assert operations == {"full": 1.91, "depthwise": 3.06, "pointwise": 94.86, "fc": 0.18}
    assert weights_share == {"full": 0.02, "depthwise": 1.06, "pointwise": 74.59, "fc": 24.33}


def test_resnet50_activation_memory():
    """Three published figures for ResNet-50's activations come out under their conventions.

    Sources: all operations' outputs 150.25 MB; torchinfo 177.83 MB (layers with parameters, doubled); timm's
    macts 11.11 million values (convolution and linear outputs).
    """
    net = zoo.model("resnet50")
    assert round(measure.activations(net) * 4 / 1e6, 2) == 150.25
    assert round(measure.activations(net, "with-parameters") * 4 * 2 / 1e6, 2) == 177.83
    assert round(measure.activations(net, "convolution-and-linear") / 1e6, 2) == 11.11


def test_keras_parameter_counts():
    """Keras' `count_params` is our count plus running statistics and, in ResNet50, convolution biases.

    Sources: keras.io/api/applications: ResNet50 25,636,712 (26,560 biases), DenseNet121 8,062,504,
    MobileNetV2 3,538,984, Xception 22,910,480.
    """
    for model, published, biases in (
        ("resnet50", 25_636_712, 26_560),
        ("densenet121", 8_062_504, 0),
        ("mobilenet_v2", 3_538_984, 0),
        ("xception", 22_910_480, 0),
    ):
        stored = measure.parameters_by_role(zoo.model(model))
        assert stored.total + stored.buffers + biases == published, model
