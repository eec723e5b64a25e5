"""Proved: every formula derived from its definition, each step by a named rule and with checks that ran.

`record` and `records` read the shipped derivations as data; `derivation` builds one anew, and only then is
SymPy loaded. What is computed or drawn lives in other rooms.
"""

from cnnmath.derive.evidence import Badge, Evidence
from cnnmath.derive.model import VIEWS, Derivation, Report, Result, Step
from cnnmath.derive.registry import derivation, derivations
from cnnmath.derive.shipped import Record, RecordedStep, RecordedView, UnknownView, record, records
from cnnmath.derive.worked import WorkedLine, WorkedStep, steps_with_numbers, with_numbers
from cnnmath.errors import DerivationError, UnknownDerivation

__all__ = [
    "VIEWS",
    "Badge",
    "Derivation",
    "DerivationError",
    "Evidence",
    "Record",
    "RecordedStep",
    "RecordedView",
    "Report",
    "Result",
    "Step",
    "UnknownDerivation",
    "UnknownView",
    "WorkedLine",
    "WorkedStep",
    "derivation",
    "derivations",
    "record",
    "records",
    "steps_with_numbers",
    "with_numbers",
]
