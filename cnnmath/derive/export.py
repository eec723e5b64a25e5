"""Writes the records: builds every derivation in every view, runs its checks, and stores what they showed.

A derivation whose check fails is not written; the error names step, rule and counter-example.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cnnmath.derive.evidence import Evidence
from cnnmath.derive.model import Derivation, Outcome
from cnnmath.derive.quantities import Quantity
from cnnmath.derive.registry import derivation, registered
from cnnmath.derive.shipped import FOLDER
from cnnmath.formula import parse
from cnnmath.formula.latex import latex_name

__all__ = ["as_json", "export", "json_text"]


def export(folder: Path | None = None) -> tuple[Path, ...]:
    """Write one JSON file for every derivation and remove those of derivations that no longer exist."""
    target = Path(__file__).parent / FOLDER if folder is None else folder
    target.mkdir(exist_ok=True)
    written = []
    for name in registered():
        path = target / f"{name}.json"
        path.write_text(json_text(name), encoding="utf-8")
        written.append(path)
    for stale in set(target.glob("*.json")) - set(written):
        stale.unlink()
    return tuple(written)


def json_text(name: str) -> str:
    """Return the text of a derivation's record; raises DerivationError if a check fails."""
    return json.dumps(as_json(name), indent=1, ensure_ascii=False) + "\n"


def as_json(name: str) -> dict[str, Any]:
    """Return a derivation's record as a JSON object."""
    first = derivation(name)
    views = {view: _view(derivation(name, view)) for view in first.views}
    return {"name": first.name, "title": first.title, "topic": first.topic, "views": views}


def _view(found: Derivation) -> dict[str, Any]:
    report = found.verify().require()
    formula = parse(found.result.formula)
    return {
        "assumptions": list(found.assumptions),
        "names": [_name(entry) for entry in found.names],
        "steps": [_step(outcome) for outcome in report.outcomes],
        "result": {
            "name": found.result.name.text,
            "name_latex": found.result.name.latex,
            "relation": found.result.relation,
            "formula": found.result.formula,
            "latex": formula.latex(),
            "names": list(formula.names),
            "tensors": list(formula.tensors),
            "domain": found.result.domain,
        },
    }


def _name(entry: Quantity) -> dict[str, Any]:
    return {
        "name": entry.name,
        "latex": latex_name(entry.name),
        "meaning": entry.meaning,
        "unit": entry.unit,
        "domain": entry.domain(),
        "least": entry.least,
    }


def _step(outcome: Outcome) -> dict[str, Any]:
    step = outcome.step
    return {
        "left_latex": step.left.latex,
        "left_text": step.left.text,
        "left_formula": step.left.formula,
        "relation": step.relation,
        "right_latex": step.right.latex,
        "right_text": step.right.text,
        "right_formula": step.right.formula,
        "rule": step.rule,
        "reason": step.reason,
        "badge": str(outcome.badge),
        "evidence": [_evidence(entry) for entry in outcome.evidence],
    }


def _evidence(entry: Evidence) -> dict[str, Any]:
    return {
        "badge": str(entry.badge),
        "method": entry.method,
        "count": entry.count,
        "domain": entry.domain,
        "lines": list(entry.lines),
    }
