"""The mistakes that a wrong gradient can betray: each is a pattern in the difference, put into words.

A table, tried from top to bottom; the first pattern that fits is named. Patterns compare the given gradient
with the measured one, entry by entry, and know nothing about the layer.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .tensors import Array

Pattern = Callable[[Array, Array, Array], str]


def explain(given: Array, expected: Array, is_off: Array) -> str:
    """Return a sentence on the likely mistake, or where the wrong entries are, or nothing.

    >>> explain(np.array([-1.0, 2.0]), np.array([1.0, -2.0]), np.array([True, True]))
    'has the wrong sign everywhere.'
    """
    return next((found for pattern in _PATTERNS if (found := pattern(given, expected, is_off))), "")


def _not_finite(given: Array, expected: Array, is_off: Array) -> str:
    del expected, is_off
    return "" if np.isfinite(given).all() else "holds numbers that are not finite."


def _all_zero(given: Array, expected: Array, is_off: Array) -> str:
    del expected, is_off
    return "" if given.any() else "is zero everywhere: it was never computed, or a mask blocks all of it."


def _constant_factor(given: Array, expected: Array, is_off: Array) -> str:
    del is_off
    factor = float(np.vdot(given, expected)) / max(float(np.vdot(expected, expected)), np.finfo(float).tiny)
    if not _alike(given, factor * expected) or np.isclose(factor, 1):
        return ""
    if np.isclose(factor, -1, rtol=1e-6):
        return "has the wrong sign everywhere."
    return (
        f"is {factor:.6g} times the slope everywhere: a factor is missing or too much "
        "(a mean for a sum, a count, a 2)."
    )


def _flipped(given: Array, expected: Array, is_off: Array) -> str:
    del is_off
    if given.ndim < 2 or not _alike(given, expected[..., ::-1, ::-1]):
        return ""
    return "is the right one turned by 180 degrees: a kernel is flipped, or not flipped back."


def _rows_for_columns(given: Array, expected: Array, is_off: Array) -> str:
    del is_off
    square = given.ndim >= 2 and given.shape[-1] == given.shape[-2]
    if not square or not _alike(given, expected.swapaxes(-1, -2)):
        return ""
    return "is the right one with rows and columns exchanged: H and W are swapped somewhere."


def _border_only(given: Array, expected: Array, is_off: Array) -> str:
    del given, expected
    if is_off.ndim < 3 or min(is_off.shape[-2:]) < 3 or is_off[..., 1:-1, 1:-1].any():
        return ""
    return "is off along the border only: look at the padding."


def _some_slices_only(given: Array, expected: Array, is_off: Array) -> str:
    """Name an axis along which only some indices are wrong."""
    del given, expected
    for axis in range(is_off.ndim):
        others = tuple(other for other in range(is_off.ndim) if other != axis)
        wrong = np.flatnonzero(is_off.any(axis=others))
        if 0 < len(wrong) <= is_off.shape[axis] // 2:
            indices = ", ".join(map(str, wrong[:4])) + (", …" if len(wrong) > 4 else "")
            return f"is off only where axis {axis} has index {indices}."
    return ""


def _sum_cut_short(given: Array, expected: Array, is_off: Array) -> str:
    """Recognize gradients that are right in places and elsewhere too small, as if a term replaced a sum."""
    if is_off.all() or not np.all(np.abs(given[is_off]) < np.abs(expected[is_off])):
        return ""
    return "is too small where it is off: does a later term replace the sum (= for +=)?"


def _alike(a: Array, b: Array) -> bool:
    return bool(np.allclose(a, b, rtol=1e-5, atol=1e-6 * float(np.abs(b).max(initial=0))))


_PATTERNS: tuple[Pattern, ...] = (
    _not_finite,
    _all_zero,
    _constant_factor,
    _flipped,
    _rows_for_columns,
    _border_only,
    _some_slices_only,
    _sum_cut_short,
)
