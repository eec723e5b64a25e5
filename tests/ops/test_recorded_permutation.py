"""The recorded accuracies on permuted digits: what they show, and (slow) that training gives them again."""

from __future__ import annotations

import pytest

from cnnmath.ops import experiments

KINDS = ("convolutional", "convolutional_permuted", "dense", "dense_permuted")


def test_the_record_shows_what_the_page_says() -> None:
    """Permuted pixels cost the convolutional network its lead, and the dense one next to nothing."""
    found = experiments.recorded_permuted_digits()
    lost = found.convolutional.mean - found.convolutional_permuted.mean
    assert lost > 0.005
    assert abs(found.dense.mean - found.dense_permuted.mean) < lost / 4
    assert found.convolutional.mean > found.dense.mean
    for kind in KINDS:
        runs = getattr(found, kind).runs
        assert len(runs) == len(experiments.SEEDS)
        assert all(abs(500 * run - round(500 * run)) < 1e-9 for run in runs), "shares of 500 images"


@pytest.mark.slow
def test_training_again_gives_the_record() -> None:
    """All twenty trainings end within a few images of the record; sums of floats differ between machines."""
    recorded, measured = (
        experiments.recorded_permuted_digits(),
        experiments.permuted_digits(experiments.SEEDS),
    )
    for kind in KINDS:
        before, after = getattr(recorded, kind), getattr(measured, kind)
        assert after.mean == pytest.approx(before.mean, abs=0.006), kind
        for one, other in zip(before.runs, after.runs, strict=True):
            assert other == pytest.approx(one, abs=0.016), kind
