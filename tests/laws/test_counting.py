"""What the questions on counting and receptive fields take for right, held against counting one by one.

Nothing here uses the bank's formulas to check them: weights, products and seen cells are run through in
loops, and the derived results are read from their records.
"""

from __future__ import annotations

import itertools
import sys

import pytest

from cnnmath import derive, practice
from cnnmath.formula import parse_relation

practice.questions("counting")
practice.questions("receptive-fields")
COUNTING = sys.modules["cnnmath_exercises.02-counting.questions"]
FIELDS = sys.modules["cnnmath_exercises.03-receptive-fields.questions"]


def value(text: str, **values: int) -> int:
    """Return the value of one of the bank's formulas."""
    return parse_relation(text).parts[0].evaluate(values)


def count(*ranges: int) -> int:
    """Count the combinations of nested loops, one at a time."""
    return sum(1 for _ in itertools.product(*map(range, ranges)))


def test_parameters_are_counted_weight_by_weight() -> None:
    """Every filter has a weight for each channel of its group and kernel cell, and one bias."""
    for filters, channels, k in itertools.product(range(1, 5), range(1, 5), range(1, 4)):
        values = {"F": filters, "C": channels, "k": k}
        weights = count(filters, channels, k, k)
        assert value(COUNTING.WEIGHTS, **values) == weights
        assert value(COUNTING.CONV, **values) == weights + filters
        assert value(COUNTING.SEPARABLE, **values) == count(channels, k, k) + count(filters, channels)
        assert value(COUNTING.FILTERS, P=weights + filters, C=channels, k=k) == filters
        assert value(COUNTING.DENSE, F=filters, C=channels, n=k) == weights + filters
        for groups in range(1, 5):
            if filters % groups == channels % groups == 0:
                seen = count(filters, channels // groups, k, k)
                assert value(COUNTING.GROUPED, **values, G=groups) == seen + filters


def test_work_is_counted_product_by_product() -> None:
    """Each output is a sum of products over channels and kernel cells; n products take n - 1 additions."""
    for filters, channels, k, o in itertools.product(range(1, 4), range(1, 4), range(1, 4), range(1, 4)):
        values = {"F": filters, "C": channels, "k": k, "o": o}
        products = count(filters, o, o, channels, k, k)
        outputs = count(filters, o, o)
        assert value(COUNTING.MACS, **values) == products
        assert value(COUNTING.OPERATIONS, **values) == 2 * products - outputs
        assert value(COUNTING.OPERATIONS_BIAS, **values) == 2 * products
        assert value(COUNTING.LOCAL, **values) == products + outputs
        assert value(COUNTING.MEMORY, B=k, F=filters, o=o, q=channels) == count(k, filters, o, o, channels)


def test_savings_are_the_quotients_of_counts() -> None:
    """Sharing, locality, separable layers and stacks save what counting both sides says."""
    for n, k, o in itertools.product(range(2, 7), range(1, 4), range(1, 4)):
        dense, local, shared = count(o, o, n, n), count(o, o, k, k), count(k, k)
        assert value(COUNTING.LOCALITY, n=n, k=k) * local == dense
        assert value(COUNTING.SHARING, o=o) * shared == local
        ordinary, separable = count(n, o, k, k), count(o, k, k) + count(n, o)
        assert value(COUNTING.SEPARABLE_RATIO, F=n, k=k) * ordinary == separable
    for channels, k, layers in itertools.product(range(1, 4), range(2, 4), range(1, 4)):
        large = len(seen_cells([(k, 1)] * layers))
        saved = count(channels, channels, large, large) - layers * count(channels, channels, k, k)
        assert value(COUNTING.STACK_SAVES, C=channels, k=k, L=layers) == saved


def seen_cells(layers: list[tuple[int, int]]) -> list[int]:
    """Follow every connection back and return all cells from the first to the last that output 0 sees."""
    cells = {0}
    for k, s in reversed(layers):
        cells = {s * cell + tap for cell in cells for tap in range(k)}
    return [*range(min(cells), max(cells) + 1)]


def test_receptive_fields_follow_the_connections() -> None:
    """Two and three layers, stacks and doubling dilations see what their connections reach."""
    small = range(1, 4)
    for k_1, s_1, k_2, s_2, k_3 in itertools.product(small, small, small, small, small):
        layers = [(k_1, s_1), (k_2, s_2), (k_3, 1)]
        assert value(FIELDS.TWO, k_1=k_1, s_1=s_1, k_2=k_2) == len(seen_cells(layers[:2]))
        values = {"k_1": k_1, "s_1": s_1, "k_2": k_2, "s_2": s_2, "k_3": k_3}
        assert value(FIELDS.THREE, **values) == len(seen_cells(layers)) == FIELDS.field_of(layers)
    for k, layers_ in itertools.product(range(1, 5), range(1, 5)):
        assert value(FIELDS.UNIFORM, k=k, L=layers_) == len(seen_cells([(k, 1)] * layers_))
        reached = {0}
        for layer in range(layers_):
            reached = {cell + 2**layer * tap for cell in reached for tap in range(k)}
        assert value(FIELDS.DOUBLING, k=k, L=layers_) == max(reached) + 1


def test_one_layer_more_is_counted() -> None:
    """The recurrence agrees with walking from the first kernel cell to the last; so do its inverses."""
    for r, q, k, d in itertools.product(range(1, 6), range(1, 5), range(1, 5), range(1, 4)):
        cells = {q * d * tap + cell for tap in range(k) for cell in range(r)}
        after = max(cells) + 1
        assert value(FIELDS.DILATED, r=r, q=q, k=k, d=d) == after
        if d == 1:
            assert value(FIELDS.KERNEL, R=after, r=r, q=q) == k
    for wanted, k in itertools.product(range(1, 40), range(2, 6)):
        enough = next(layers for layers in range(40) if len(seen_cells([(k, 1)] * layers)) >= wanted)
        assert value(FIELDS.DEPTH, R=wanted, k=k) == enough


@pytest.mark.parametrize("seed", range(1, 9))
def test_measured_answers_follow_the_connections(seed: int) -> None:
    """What the engine measures for a variant is what its connections reach, cell by cell."""
    merged = practice.question("receptive-fields/merged", seed)
    numbers = [int(word.strip(".,")) for word in practice_words(merged) if word.strip(".,").isdigit()]
    before = numbers[0]
    texts = " ".join(practice_words(merged)).split("One path: ")[1].split("How large")[0]
    branches = texts.split("The other: ")
    kernels = [[int(part.split()[0]) for part in text.split("kernel ")[1:]] for text in branches]
    widest = max(len(seen_cells([(before, 1), *((k, 1) for k in path)])) for path in kernels)
    assert merged.answer.right == widest


def practice_words(asked: practice.Question) -> list[str]:
    """Return the prompt's words."""
    from cnnmath.practice import richtext

    return richtext.plain(asked.prompt, 10_000).split()


@pytest.mark.parametrize(
    ("record", "view", "text", "names"),
    [
        ("parameters-conv", None, COUNTING.CONV, "FCk"),
        ("macs-conv", None, COUNTING.MACS, "FCko"),
        ("activation-memory", None, COUNTING.MEMORY, "BFoq"),
        ("depthwise-separable", None, COUNTING.SEPARABLE_RATIO, "Fk"),
        ("receptive-field-recurrence", "general", FIELDS.DILATED, "rqkd"),
        ("receptive-field-uniform", "simple", FIELDS.UNIFORM, "kL"),
    ],
)
def test_references_are_the_derived_results(record: str, view: str | None, text: str, names: str) -> None:
    """The formula that questions take for right has the values of the one that was derived."""
    shown = derive.record(record)
    derived = (shown.view(view) if view else shown.view()).result.formula
    for numbers in itertools.product(range(1, 5), repeat=len(names)):
        values = dict(zip(names, numbers, strict=True))
        assert value(derived, **values) == value(text, **values), values
