"""Published counts of single layers that the lessons name; each row says its source."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnmath import arch, measure

TABLE = Path(__file__).with_name("layers.csv")
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))

COUNTS: dict[str, Callable[[arch.Network], int]] = {
    "parameters": measure.parameters,
    "activations": measure.activations,
    "connections": lambda network: measure.flops(network, "connections"),
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['layer']} {row['quantity']}")
def test_a_layer_has_the_published_count(row: dict[str, str]) -> None:
    """Parameters, outputs and connections of well-known layers are those that their sources print."""
    network = arch.read(f"{row['input']}\n{row['layer']}")
    assert COUNTS[row["quantity"]](network) == int(row["value"]), row["source"]
