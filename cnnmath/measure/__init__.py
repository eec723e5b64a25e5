"""How much: parameters, multiply-adds, operations under named conventions, memory, receptive fields, tables.

Everything follows from `cnnmath.rules`; families are named here, single layers only where a tool names them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from cnnmath.measure.conventions import Convention, convention, conventions, flops, macs
from cnnmath.measure.memory import Memory, activations, memory
from cnnmath.measure.parameters import Parameters, parameters, parameters_by_role
from cnnmath.measure.receptive import ReceptiveField, receptive_field, receptive_fields, sees
from cnnmath.measure.reconcile import Breakdown, breakdown
from cnnmath.measure.table import StageRow, Table, TableRow, table
from cnnmath.measure.trace import Row, Trace, trace

if TYPE_CHECKING:
    from cnnmath.measure.recounting import QUANTITIES, Recount, count, recount

__all__ = [
    "QUANTITIES",
    "Breakdown",
    "Convention",
    "Memory",
    "Parameters",
    "ReceptiveField",
    "Recount",
    "Row",
    "StageRow",
    "Table",
    "TableRow",
    "Trace",
    "activations",
    "breakdown",
    "convention",
    "conventions",
    "count",
    "flops",
    "macs",
    "memory",
    "parameters",
    "parameters_by_role",
    "receptive_field",
    "receptive_fields",
    "recount",
    "sees",
    "table",
    "trace",
]


def __getattr__(name: str) -> object:
    """Load what counts published numbers again when somebody asks for it: it needs the whole zoo."""
    if name in {"QUANTITIES", "Recount", "count", "recount"}:
        return getattr(import_module("cnnmath.measure.recounting"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
