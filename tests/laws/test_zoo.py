"""Laws over every network of the zoo: sources, truths, spelling, and counts that must hang together."""

from __future__ import annotations

import csv
import inspect
from collections import defaultdict
from pathlib import Path

import pytest

from cnnmath import arch, measure, zoo

TRUTHS = Path(__file__).parent.parent / "truth" / "networks.csv"
ROWS = list(csv.DictReader(TRUTHS.read_text(encoding="utf-8").splitlines()))
FAMILIES = defaultdict(list)
for _entry in zoo.entries():
    FAMILIES[_entry.family].append(_entry.name)
LARGE = ("resnet_cifar", "densenet", "efficientnet")
families = pytest.mark.parametrize(
    "family", [pytest.param(name, marks=pytest.mark.slow if name in LARGE else ()) for name in FAMILIES]
)


def test_every_network_has_a_truth():
    """Each network has at least one row in tests/truth/networks.csv."""
    missing = set(zoo.models()) - {row["model"] for row in ROWS}
    assert not missing, f"add a row to {TRUTHS.name}, with the source of its number, for {sorted(missing)}"


def test_every_truth_is_about_a_network_and_names_its_source():
    """No row is orphaned and none lacks its source."""
    for row in ROWS:
        assert row["model"] in zoo.models(), row
        assert len(row["source"]) > 8, row


def test_every_entry_says_what_it_is():
    """Title, year, paper and variant are named; options have defaults, go by name, and are explained."""
    for entry in zoo.entries():
        assert entry.title, entry
        assert entry.variant, entry
        assert 1989 <= entry.year <= 2030, entry
        assert len(entry.paper) > 20, entry
        parameters = inspect.signature(entry.build).parameters.values()
        assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters), entry
        assert inspect.Parameter.empty not in entry.options.values(), entry
        for option in entry.options:
            assert option in f"{entry.variant} {entry.convention}", (entry.name, option)


@families
def test_every_network_reads_back(family):
    """What the notation writes of a network, it reads back to an equal network."""
    for name in FAMILIES[family]:
        net = zoo.model(name)
        assert net.name == name
        assert arch.read(arch.write(net)) == net, name


@families
def test_tables_hang_together(family):
    """Rows and stages add up to the totals, shares to 100%; the peak holds more than the largest output."""
    for name in FAMILIES[family]:
        check_table(zoo.model(name))


def check_table(net):
    """Hold a table's parts against its totals and against the functions that count one thing each."""
    table = measure.table(net)
    assert (
        table.parameters.total == sum(row.parameters.total for row in table.rows) == measure.parameters(net)
    )
    assert table.operations == sum(row.operations for row in table.rows) == measure.macs(net)
    stages = table.stages()
    assert sum(stage.operations for stage in stages) == table.operations
    assert sum(stage.nodes for stage in stages) == len(net)
    assert sum(row.operations_share for row in table.rows) == pytest.approx(100)
    assert sum(row.parameters_share for row in table.rows) == pytest.approx(100)
    running = measure.trace(net).running()
    assert max(row.elements for row in running) * 4 < table.memory.peak <= table.memory.activations
    assert table.memory.peak >= measure.memory(net, in_place=True).peak
    assert measure.flops(net) == 2 * table.operations


@families
def test_paths_of_the_zoo_are_aligned(family):
    """Where paths meet in a network of the zoo their centers agree, unless TensorFlow's SAME shifts them."""
    for name in FAMILIES[family]:
        net = zoo.model(name)
        shifted = any(getattr(node.layer, "padding", None) == "same-tf" for node in net)
        assert measure.receptive_field(net).aligned or shifted, name


def test_widths_never_scale_operations_past_the_square():
    """Halving the width of MobileNet v1 divides its multiply-adds by 2 to 4 (Howard et al. 2017, 3.3)."""
    full = measure.macs(zoo.model("mobilenet_v1"))
    assert 2 < full / measure.macs(zoo.model("mobilenet_v1", width=0.5)) < 4
