"""Accuracies on digits and on permuted digits, measured once: twenty trainings are too long for a build.

`python -m cnnmath.ops.experiments.recorded_permutation` trains all networks anew and writes the file; a slow
test trains them again and compares. What is trained, and how, is in `learning`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import resources
from pathlib import Path

import numpy as np

from cnnmath.ops.experiments.learning import Accuracy, PermutedDigits, permuted_digits

__all__ = ["SEEDS", "recorded_permuted_digits"]

SEEDS = (0, 1, 2, 3, 4)
"""Each network is trained once for each of these seeds: split, first weights and order of the digits."""

NAME = "permuted_digits.json"


def recorded_permuted_digits() -> PermutedDigits:
    """Return what `permuted_digits(SEEDS)` measured.

    >>> len(recorded_permuted_digits().dense.runs) == len(SEEDS)
    True
    """
    text = resources.files("cnnmath.ops.experiments").joinpath(NAME).read_text("utf-8")
    found: dict[str, list[float]] = json.loads(text)
    return PermutedDigits(
        **{name: Accuracy(float(np.mean(runs)), tuple(runs)) for name, runs in found.items()}
    )


def write(folder: Path) -> Path:
    """Measure, write the accuracies of all runs to `folder`, and return the file's path."""
    measured = asdict(permuted_digits(SEEDS))
    lines = [f"  {json.dumps(name)}: {json.dumps(runs)}" for name, (_, runs) in measured.items()]
    path = folder / NAME
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    return path


if __name__ == "__main__":
    print(f"Wrote {write(Path(__file__).parent).name}.")
