"""Derivations as data: what the shipped JSON holds, read without SymPy and without NumPy.

Pages and questions use records; they say exactly what the derivations said, with the badges that the checks
earned when the record was written. `export` writes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cnnmath.errors import UnknownDerivation, UnknownName

__all__ = [
    "Record",
    "RecordedEvidence",
    "RecordedName",
    "RecordedResult",
    "RecordedStep",
    "RecordedView",
    "UnknownView",
    "record",
    "record_names",
    "records",
]

FOLDER = "records"


class UnknownView(UnknownName):
    """The derivation has no such view."""

    kind = "view"


@dataclass(frozen=True)
class RecordedEvidence:
    """The outcome of one check, when the record was written."""

    badge: str
    method: str
    count: int
    domain: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class RecordedStep:
    """One step: both sides as LaTeX and as text, relation, rule, reason, badge and evidence.

    `left_formula` and `right_formula` tell whether the text of that side is in our language.
    """

    left_latex: str
    left_text: str
    left_formula: bool
    relation: str
    right_latex: str
    right_text: str
    right_formula: bool
    rule: str
    reason: str
    badge: str
    evidence: tuple[RecordedEvidence, ...]

    @property
    def count(self) -> int:
        """The number of cases that were compared for this step."""
        return sum(entry.count for entry in self.evidence)

    @property
    def certificate(self) -> tuple[str, ...]:
        """The lines of the certificates of this step."""
        return tuple(line for entry in self.evidence for line in entry.lines)


@dataclass(frozen=True)
class RecordedName:
    """A letter: its LaTeX, meaning, unit and domain in words, and its least whole value (None: no bound)."""

    name: str
    latex: str
    meaning: str
    unit: str
    domain: str
    least: int | None


@dataclass(frozen=True)
class RecordedResult:
    """The result: `name = formula`, the formula in our language; `names` are those that need a value."""

    name: str
    name_latex: str
    relation: str
    formula: str
    latex: str
    names: tuple[str, ...]
    tensors: tuple[str, ...]
    domain: str


@dataclass(frozen=True)
class RecordedView:
    """A derivation in one view."""

    view: str
    assumptions: tuple[str, ...]
    names: tuple[RecordedName, ...]
    steps: tuple[RecordedStep, ...]
    result: RecordedResult


@dataclass(frozen=True)
class Record:
    """A derivation with all its views; the simplest view is also reached directly.

    >>> shipped = record("conv-output-size")
    >>> shipped.result.formula, [step.badge for step in shipped.steps][:2]
    ('floor((n + 2p - k)/s) + 1', ['definition', 'proved'])
    """

    name: str
    title: str
    topic: str
    views: Mapping[str, RecordedView]

    def view(self, name: str | None = None) -> RecordedView:
        """Return a view, the simplest one unless another is asked for; raises UnknownView for others."""
        if name is None:
            return next(iter(self.views.values()))
        if name not in self.views:
            raise UnknownView(name, self.views)
        return self.views[name]

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The assumptions of the simplest view."""
        return self.view().assumptions

    @property
    def names(self) -> tuple[RecordedName, ...]:
        """The letters of the simplest view."""
        return self.view().names

    @property
    def steps(self) -> tuple[RecordedStep, ...]:
        """The steps of the simplest view."""
        return self.view().steps

    @property
    def result(self) -> RecordedResult:
        """The result of the simplest view."""
        return self.view().result


@cache
def record_names() -> tuple[str, ...]:
    """Return the names of all shipped records."""
    folder = files("cnnmath.derive") / FOLDER
    return tuple(
        sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json"))
    )


@cache
def record(name: str) -> Record:
    """Return the shipped record of a derivation; raises UnknownDerivation, with near misses."""
    if name not in record_names():
        raise UnknownDerivation(name, record_names())
    text = (files("cnnmath.derive") / FOLDER / f"{name}.json").read_text("utf-8")
    return from_json(json.loads(text))


def records() -> tuple[Record, ...]:
    """Return all shipped records, by name."""
    return tuple(map(record, record_names()))


def from_json(data: Mapping[str, Any]) -> Record:
    """Return the record that a JSON object describes."""
    views = {name: _view(name, view) for name, view in data["views"].items()}
    return Record(data["name"], data["title"], data["topic"], views)


def _view(name: str, data: Mapping[str, Any]) -> RecordedView:
    result = data["result"]
    return RecordedView(
        name,
        tuple(data["assumptions"]),
        tuple(RecordedName(**entry) for entry in data["names"]),
        tuple(_step(step) for step in data["steps"]),
        RecordedResult(**{**result, "names": tuple(result["names"]), "tensors": tuple(result["tensors"])}),
    )


def _step(data: Mapping[str, Any]) -> RecordedStep:
    evidence = tuple(
        RecordedEvidence(**{**entry, "lines": tuple(entry["lines"])}) for entry in data["evidence"]
    )
    return RecordedStep(**{**data, "evidence": evidence})
