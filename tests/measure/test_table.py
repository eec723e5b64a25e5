"""Tables: what they print, at which width, and what machines read."""

from __future__ import annotations

import csv
import io
import json

import pytest

from cnnmath import measure, zoo
from cnnmath.arch import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose2d,
    Input,
    Linear,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    chain,
)
from cnnmath.errors import ArchitectureError
from cnnmath.measure.table import label

TEXT = """\
lenet5, input 1x32x32

node    layer              output   parameters connections    % RF
------------------------------------------------------------------
input   Input              1x32x32           -           -    -  1
C1      Conv 5x5           6x28x28         156     122,304 35.9  5
C1_tanh Tanh               6x28x28           -           -    -  5
S2      Subsampling 2x2 /2 6x14x14          12       5,880  1.7  6
S2_tanh Tanh               6x14x14           -           -    -  6
C3      TableConv 5x5      16x10x10      1,516     151,600 44.5 14
C3_tanh Tanh               16x10x10          -           -    - 14
S4      Subsampling 2x2 /2 16x5x5           32       2,000  0.6 16
S4_tanh Tanh               16x5x5            -           -    - 16
C5      Conv 5x5           120x1x1      48,120      48,120 14.1 32
C5_tanh Tanh               120x1x1           -           -    - 32
flatten Flatten            120               -           -    - 32
F6      Linear             84           10,164      10,164  3.0 32
F6_tanh Tanh               84                -           -    - 32
OUTPUT  RadialBasis        10                -         840  0.2 32
------------------------------------------------------------------
total                                   60,000     340,908

Parameters: 59,752 weights, 248 biases, 0 of normalization; 840 buffer values
  apart.
connections: one for each use of a weight and of a bias, fixed weights included;
  one image; convention "connections". %: share of the total.
"""


def test_text_of_lenet5():
    """The table of LeNet-5 shows the paper's parameters and connections by layer (LeCun et al. 1998)."""
    text = measure.table(zoo.model("lenet5"), convention="connections").text()
    assert text.startswith(TEXT)


@pytest.mark.parametrize(
    "name", ["resnet152", "inception_resnet_v2", "efficientnet_b7", "unet", "convnext_xlarge"]
)
@pytest.mark.parametrize("by", ["node", "stage"])
def test_text_fits_80_columns(name, by):
    """No line is longer than 80 columns, numbers are never cut, and long names keep both ends."""
    table = measure.table(zoo.model(name))
    text = table.text(by)
    assert max(map(len, text.splitlines())) <= 80
    assert f"{table.parameters.total:,}" in text
    assert f"{table.operations:,}" in text
    assert "convention" in text
    assert "RF: receptive field" in text


def test_wide_enough_terminals_show_names_whole():
    """With room nothing is shortened."""
    text = measure.table(zoo.model("inception_resnet_v2")).text(width=140)
    assert "…" not in text


def test_records_for_machines():
    """CSV and JSON hold every row with every number, and agree."""
    table = measure.table(zoo.model("resnet18"))
    rows = list(csv.DictReader(io.StringIO(table.csv())))
    data = json.loads(table.json())
    assert len(rows) == len(data["rows"]) == len(table.rows)
    assert sum(int(row["operations"]) for row in rows) == data["totals"]["operations"] == 1_814_073_344
    assert sum(row["parameters"] for row in data["rows"]) == data["totals"]["parameters"] == 11_689_512
    assert data["rows"][1]["layer"] == "Conv2d(64, 7, stride=2, padding=3, bias=False)"
    assert rows[1]["output"] == "64x112x112"
    assert data["convention"]["name"] == "macs"
    assert data["memory"]["parameters"] == 4 * 11_689_512
    assert [row["stage"] for row in json.loads(table.json("stage"))["rows"]][1:3] == ["conv1", "conv2_x"]
    assert table.csv("stage").startswith("stage,nodes,output,parameters")


def test_markdown():
    """Markdown has one row per stage, totals in the last one, and the footer as a list."""
    lines = measure.table(zoo.model("vgg16")).markdown("stage", notes=("one more",)).splitlines()
    assert lines[0] == "| stage | nodes | output | parameters | % | MACs | % | RF |"
    assert lines[1] == "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    assert lines[3] == "| conv1 | 5 | 64x112x112 | 38,720 | 0.0 | 1,936,392,192 | 12.5 | 6 |"
    assert "| total |  |  | 138,357,544 |  | 15,470,264,320 |  |  |" in lines
    assert lines[-1] == "- one more"


def test_training_heads():
    """Auxiliary heads show their parameters and no operations, unless training is asked for."""
    net = zoo.model("googlenet", auxiliary=True)
    quiet, training = measure.table(net), measure.table(net, training=True)
    assert training.operations > quiet.operations
    assert quiet.parameters.total == training.parameters.total == 13_004_888
    assert "training" in quiet.text()
    assert not any(row.operations for row in quiet.rows if row.auxiliary)
    assert any(row.operations for row in training.rows if row.auxiliary)


def test_wrong_grouping_is_refused():
    """Tables go by node or by stage."""
    with pytest.raises(ArchitectureError, match='expected "node" or "stage", got by "kind"'):
        measure.table(zoo.model("lenet5")).text("kind")


def test_labels():
    """A label holds kind, kernel, stride and groups."""
    assert label(Conv2d(64, (1, 7))) == "Conv 1x7"
    assert label(Conv2d(64, 3, 2, padding=1, groups=32)) == "Conv 3x3 /2 g32"
    assert label(ConvTranspose2d(8, 2, (1, 2))) == "ConvTranspose 2x2 /1x2"
    assert label(MaxPool2d(2)) == "MaxPool 2x2 /2"
    assert label(Linear(10)) == "Linear"


def test_networks_of_any_dimension():
    """Vectors, sound and video have tables too; without positions there is no receptive field."""
    vector = measure.table(chain("mlp", Input(784), Linear(100), Linear(10)))
    assert (vector.parameters.total, vector.operations) == (79_510, 79_400)
    assert vector.rows[1].receptive_field == ()
    assert vector.text().splitlines()[5].endswith("-")
    sound = measure.table(chain("sound", Input(1, 16_000), Conv1d(8, 80, 4), MaxPool1d(4)))
    assert sound.rows[-1].receptive_field[0].size == 80 + 3 * 4
    video = measure.table(
        chain("video", Input(3, 16, 112, 112), Conv3d(8, 3, padding=1), MaxPool3d((1, 2, 2)))
    )
    assert [field.size for field in video.rows[-1].receptive_field] == [3, 4, 4]


def test_non_square_fields_show_both_axes():
    """Where height and width differ, the receptive field has two numbers."""
    text = measure.table(chain("net", Input(1, 9, 9), Conv2d(1, (1, 3)))).text()
    assert "1x3" in text.splitlines()[5]
    assert "height x width" in text
