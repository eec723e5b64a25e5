"""Questions on what layers see rest on a formula: held against measured fields."""

from __future__ import annotations

import sys

import pytest

from cnnmath import formula, measure, practice
from cnnmath.arch import Conv2d, Input, chain

practice.questions("seeing")
BANK = sys.modules["cnnmath_exercises.08-seeing.questions"]


@pytest.mark.parametrize(("s", "p", "t", "q"), [(2, 1, 3, 2), (4, 3, 1, 1), (3, 2, 2, 1)])
def test_crops_begin_where_the_receptive_field_does(s: int, p: int, t: int, q: int) -> None:
    """The formula for the first row of a crop is start plus jump times row, as measured on a network."""
    layers = (("a", Conv2d(1, 5, stride=s, padding=p)), ("b", Conv2d(1, 5, stride=t, padding=q)))
    field = measure.receptive_field(chain("two", Input(1, 64, 64), *layers), "b")
    for i in range(5):
        found = formula.parse(BANK.CROP_START).evaluate(i=i, s=s, p=p, t=t, q=q)
        assert found == field.start + i * field.jump
