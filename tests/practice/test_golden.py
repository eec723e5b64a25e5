"""What was drawn and graded once stays so: variants and verdicts are pinned in `tests/golden`."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import numpy  # noqa: ICN001, F401  (loaded on purpose: one of the two ways compares whole columns)
import pytest

from cnnmath import practice
from cnnmath.practice import equivalence
from cnnmath.practice.draw import Draw

GOLDEN = Path(__file__).parents[1] / "golden"
written = runpy.run_path(str(GOLDEN / "questions.py"))
WRITE_ANEW = "if this change is meant: python tests/golden/questions.py"


def pinned(name: str) -> Any:
    """Return what a golden file holds."""
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


def test_the_stream_of_choices_is_pinned() -> None:
    """Twelve numbers, an order and a sample, as they were drawn when the stream was fixed."""
    draw = Draw("golden", 1)
    numbers = [draw.integer(0, 10**6) for _ in range(12)]
    assert numbers == pinned("stream")["integers"]
    assert list(draw.shuffled("abcdef")) == pinned("stream")["shuffled"]
    assert list(draw.sample(range(100), 5)) == pinned("stream")["sample"]


@pytest.mark.parametrize("name", practice.questions())
def test_variants_stay_the_same(name: str) -> None:
    """A seed draws today what it drew yesterday: sheets that were handed out keep their answers."""
    now = {str(seed): written["_variant"](name, seed) for seed in written["SEEDS"]}
    assert written["plain"](now) == pinned("variants").get(name), WRITE_ANEW


@pytest.mark.slow
@pytest.mark.parametrize("columns", [True, False])
def test_verdicts_stay_the_same(columns: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """At least 300 answers are graded today as they were yesterday, with NumPy and without."""
    monkeypatch.setattr(equivalence, "_numpy_is_loaded", lambda: columns)
    now = written["plain"]([*written["corpus"]()])
    assert len(now) >= 300
    assert now == pinned("verdicts"), WRITE_ANEW
