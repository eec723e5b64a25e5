"""Automatic mistakes: the formula done wrong in one way, with a name and a sentence for it."""

from __future__ import annotations

import pytest

from cnnmath import formula
from cnnmath.practice.domains import domain
from cnnmath.practice.equivalence import equivalent
from cnnmath.practice.mutations import mutants

SIZE = "floor((n + 2p - k)/s) + 1"
DILATED = "floor((n + 2p - d*(k - 1) - 1)/s) + 1"
TRANSPOSED = "s*(n - 1) + k - 2p + a"


@pytest.mark.parametrize(
    ("area", "reference", "typed", "mistake"),
    [
        ("conv-size", SIZE, "ceil((n + 2p - k)/s) + 1", "rounded-up"),
        ("conv-size", SIZE, "(n + 2p - k)/s + 1", "not-rounded"),
        ("conv-size", SIZE, "(2p + n - k)//s", "constant-dropped"),
        ("conv-size", SIZE, "2 + (2p + n - k)//s", "constant-doubled"),
        ("conv-size", SIZE, "floor((n + 2p - k + 1)/s)", "constant-inside"),
        ("conv-size", SIZE, "floor((n + p - k)/s) + 1", "padding-once"),
        ("conv-size", SIZE, "floor((n - k)/s) + 1", "padding-ignored"),
        ("conv-size", SIZE, "n + 2p - k + 1", "stride-ignored"),
        ("conv-size", SIZE, "floor((n - 2p - k)/s) + 1", "sign"),
        ("conv-size", SIZE, "floor((n + 2p + k)/s) + 1", "sign"),
        ("conv-size", SIZE, "floor((n + 2p - k)/s) - 1", "constant-sign"),
        ("conv-size", SIZE, "floor((n + 4p - k)/s) + 1", "padding-twice"),
        ("conv-size", SIZE, "floor((k + 2p - n)/s) + 1", "swapped"),
        ("conv-size", SIZE, "floor((n + 2s - k)/p) + 1", "swapped"),
        ("conv-size", SIZE, "s*(n + 2p - k) + 1", "multiplied"),
        ("conv-size-dilated", DILATED, "floor((n + 2p - k)/s) + 1", "dilation-ignored"),
        ("conv-size-dilated", DILATED, "floor((n + 2p - d*k - 1)/s) + 1", "constant-dropped"),
        ("stride-groups", "ceil(n/s)", "n//s", "rounded-down"),
        ("transposed-size", TRANSPOSED, "s*(n - 1) + k - 2p", "extra-ignored"),
        ("transposed-size", TRANSPOSED, "s*(n - 1) + k + 2p + a", "sign"),
    ],
)
def test_a_single_mistake_is_recognized_in_any_spelling(area, reference, typed, mistake) -> None:
    """One mistake in the reference is named by comparing values, not by comparing texts."""
    assert equivalent(typed, reference, area).mistake == mistake


def test_two_mistakes_at_once_are_not_guessed() -> None:
    """A formula that is wrong in two ways gets its counter-example and no misconception."""
    verdict = equivalent("ceil((n + p - k)/s)", SIZE, "conv-size")
    assert (verdict.status, verdict.mistake) == ("wrong", None)
    assert verdict.counterexample is not None


@pytest.mark.parametrize(
    ("area", "text"), [("conv-size", SIZE), ("conv-size-dilated", DILATED), ("transposed-size", TRANSPOSED)]
)
def test_every_mutant_is_a_different_tree_with_words(area: str, text: str) -> None:
    """No mutant is the reference, none comes twice, each says something in our kind of sentence."""
    root = formula.parse(text).root
    found = mutants(root, domain(area))
    assert root not in {mutant.root for mutant in found}
    assert len({mutant.root for mutant in found}) == len(found) > 10
    assert all(mutant.sentence.endswith(".") for mutant in found)


def test_sentences_speak_of_the_letters_of_the_question() -> None:
    """In other letters, the sentence names those."""
    area = domain("conv-size").renamed(p="q", s="t")
    said = str(equivalent("floor((n + q - k)/t) + 1", "floor((n + 2q - k)/t) + 1", area))
    assert "the padding on each side q was counted once" in said.replace("\n", " ")
