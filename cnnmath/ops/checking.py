"""Lesson 13, trusting a backward pass: compare it with slopes that are measured, and say where it is off.

A slope needs no calculus: move one number a little, see how the result moves. `gradient_check` does so for
every number, and its report names the tensor, the place and, where a known mistake explains the difference,
the mistake. The measuring is here; the known mistakes are in `gradient_mistakes`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import CnnMathError

from .gradient_mistakes import explain
from .tensors import Array, as_floats

TOLERANCE = 1e-6
"""Relative difference up to which a gradient counts as right; float64 slopes are usually good to 1e-9."""

_STREAM = 0x67726164
"""Keeps the random gradient apart from tensors that were drawn with the same small seed: a gradient that
equals the input hides mistakes, because the input's correlation with itself is symmetric."""


@dataclass(frozen=True, slots=True)
class TensorCheck:
    """How the gradient of one tensor compares with the measured slopes.

    `checked` entries were compared, `off` of them differ, `kinks` were left out because the function has no
    slope there (a ReLU at zero, a tie in a maximum). The worst entry is at `place`, where the gradient said
    `given` and the slope is `expected`: all three are None where nothing is off. `error` is the largest
    relative difference, `note` names a likely mistake.
    """

    name: str
    shape: tuple[int, ...]
    checked: int
    off: int
    kinks: int
    place: tuple[int, ...] | None
    given: float | None
    expected: float | None
    error: float
    note: str

    @property
    def ok(self) -> bool:
        """Whether nothing is off."""
        return not self.off and not self.note


@dataclass(frozen=True, slots=True)
class GradientReport:
    """The comparison of all tensors; print it for a table, or ask `ok`."""

    tensors: tuple[TensorCheck, ...]
    tolerance: float

    @property
    def ok(self) -> bool:
        """Whether every gradient agrees with its slopes."""
        return all(tensor.ok for tensor in self.tensors)

    def __str__(self) -> str:
        rows: list[tuple[str, ...]] = [
            ("tensor", "shape", "checked", "off", "worst at", "gradient", "slope", "error")
        ]
        rows += [_row(tensor) for tensor in self.tensors]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
        ]
        return "\n".join([*(line.rstrip() for line in lines), *self._notes()])

    def _notes(self) -> list[str]:
        notes = [f"{tensor.name}: {tensor.note}" for tensor in self.tensors if tensor.note]
        kinks = sum(tensor.kinks for tensor in self.tensors)
        if kinks:
            entries = "1 entry sits" if kinks == 1 else f"{kinks} entries sit"
            notes.append(f"Left out: {entries} on a kink, where no slope exists.")
        verdict = f"All gradients agree with the slopes to {self.tolerance:g}."
        return notes + ([verdict] if self.ok else [])


def gradient_check(
    f: Callable[..., Any],
    *tensors: ArrayLike,
    backward: Callable[..., Any],
    names: Sequence[str] | None = None,
    tolerance: float = TOLERANCE,
    entries: int = 2000,
    seed: int = 0,
) -> GradientReport:
    """Compare `backward` with the slopes of `f`, entry by entry, and report where and how much it is off.

    `f(*tensors)` returns an array or a number; `backward(grad, *tensors)` the gradient of each tensor, for
    the gradient `grad` of f's output (one array, or a sequence in the order of the tensors). The check
    draws a random `grad` and measures `Σ grad · (f(t + h) - f(t - h)) / 2h` in float64. Of a tensor with
    more than `entries` numbers, a random choice is checked. Raises `CnnMathError` where f is not a
    function: it changes its input, or gives different results for the same input.

    >>> report = gradient_check(np.square, [1.0, -3.0], backward=lambda grad, x: grad * x)
    >>> report.ok
    False
    >>> report.tensors[0].note
    'is 0.5 times the slope everywhere: a factor is missing or too much (a mean for a sum, a count, a 2).'
    >>> print(gradient_check(np.square, [1.0, -3.0], backward=lambda grad, x: grad * 2 * x))
    tensor  shape  checked  off  worst at  gradient  slope  error
    x       (2,)   2        0    -         -         -      ...
    All gradients agree with the slopes to 1e-06.
    """
    values = [np.array(as_floats(tensor, "a tensor", "gradient_check"), np.float64) for tensor in tensors]
    names = _names(f, len(values)) if names is None else tuple(names)
    generator = np.random.default_rng((_STREAM, seed))
    output = _evaluate(f, values, names)
    grad = generator.standard_normal(output.shape) if output.ndim else np.ones(())
    gradients = _gradients(backward, grad, values, names)
    checks = []
    for position, (name, gradient) in enumerate(zip(names, gradients, strict=True)):
        chosen = _choose(values[position].size, entries, generator)
        measured = _Slopes(f, values, position, grad, output).measure(chosen)
        checks.append(_compare(name, gradient, values[position].shape, measured, tolerance))
    return GradientReport(tuple(checks), tolerance)


class _Measured(NamedTuple):
    """Slopes of the chosen entries, the rounding noise in each, and whether it sits on a kink."""

    entries: Array
    slope: Array
    noise: Array
    kink: Array


@dataclass(frozen=True, slots=True)
class _Slopes:
    f: Callable[..., Any]
    values: list[Array]
    position: int
    grad: Array
    output: Array

    def measure(self, chosen: Array) -> _Measured:
        """Measure the slope of each chosen entry."""
        results = [self._one(int(entry)) for entry in chosen]
        slope, noise, kink = zip(*results, strict=True) if results else ((), (), ())
        return _Measured(chosen, np.array(slope, float), np.array(noise, float), np.array(kink, bool))

    def _one(self, entry: int) -> tuple[float, float, bool]:
        step = float(np.cbrt(np.finfo(float).eps)) * max(1.0, abs(self.values[self.position].flat[entry]))
        slope, gap, noise = self._difference(entry, step)
        if gap <= 1e-3 * abs(slope) + noise:
            return slope, noise, False
        finer_slope, finer_gap, finer_noise = self._difference(entry, step / 8)
        smooth = finer_gap <= gap / 2 + finer_noise
        return (finer_slope, finer_noise, False) if smooth else (slope, noise, True)

    def _difference(self, entry: int, step: float) -> tuple[float, float, float]:
        """Return the central slope, the gap between the slopes on the two sides, and the rounding noise."""
        ahead, behind = self._moved(entry, step), self._moved(entry, -step)
        right, left = np.sum(self.grad * (ahead - self.output)), np.sum(self.grad * (self.output - behind))
        changed = (ahead != self.output) | (behind != self.output)
        size = float(np.sum(np.abs(self.grad * self.output)[changed]))
        noise = 8 * float(np.finfo(float).eps) * size / step
        return float(right + left) / (2 * step), abs(float(right - left)) / step, noise

    def _moved(self, entry: int, step: float) -> Array:
        moved = list(self.values)
        moved[self.position] = moved[self.position].copy()
        moved[self.position].flat[entry] += step
        return np.asarray(self.f(*moved), np.float64)


def _compare(
    name: str, gradient: Array, shape: tuple[int, ...], measured: _Measured, tolerance: float
) -> TensorCheck:
    if gradient.shape != shape:
        note = f"has shape {gradient.shape}, but must have the shape of {name}, {shape}."
        return TensorCheck(name, shape, 0, 0, 0, None, None, None, np.inf, note)
    kinks = int(measured.kink.sum())
    entries, slopes, noise, _ = (column[~measured.kink] for column in measured)
    given = gradient.ravel()[entries]
    error = _relative(given, slopes)
    is_off = ~((error <= tolerance) | (np.abs(given - slopes) <= noise))
    if not is_off.any():
        largest = float(np.max(error, initial=0))
        return TensorCheck(name, shape, len(given), 0, kinks, None, None, None, largest, "")
    worst = int(np.argmax(np.where(is_off, error, -1)))
    note = ""
    if len(given) == gradient.size:
        note = explain(gradient, slopes.reshape(shape), is_off.reshape(shape))
    return TensorCheck(
        name=name,
        shape=shape,
        checked=len(given),
        off=int(is_off.sum()),
        kinks=kinks,
        place=_place(int(entries[worst]), shape),
        given=float(given[worst]),
        expected=float(slopes[worst]),
        error=float(error[worst]),
        note=note,
    )


def _relative(given: Array, slopes: Array) -> Array:
    """Return the difference relative to the larger of the two; infinite where one is not a number.

    What is a thousand times smaller than the tensor's steepest slope is measured against that, because a
    slope of next to nothing drowns in rounding.
    """
    floor = 1e-3 * float(np.max(np.abs(slopes), initial=0))
    larger = np.maximum(np.maximum(np.abs(given), np.abs(slopes)), floor)
    error: Array = np.abs(given - slopes) / np.where(larger > 0, larger, 1)
    return np.where(np.isnan(error), np.inf, error)


def _row(tensor: TensorCheck) -> tuple[str, ...]:
    wrong = tensor.place is not None
    return (
        tensor.name,
        str(tensor.shape),
        str(tensor.checked),
        str(tensor.off),
        str(tensor.place) if wrong else "-",
        f"{tensor.given:.6g}" if wrong else "-",
        f"{tensor.expected:.6g}" if wrong else "-",
        f"{tensor.error:.1e}",
    )


def _names(f: Callable[..., Any], count: int) -> tuple[str, ...]:
    """Return the names of f's first arguments, where Python knows them, else their numbers."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    named = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(named) >= count:
        return tuple(named[:count])
    return tuple(f"argument {number}" for number in range(1, count + 1))


def _evaluate(f: Callable[..., Any], values: list[Array], names: Sequence[str]) -> Array:
    copies = [value.copy() for value in values]
    output = np.array(f(*copies), np.float64)
    _require_unchanged("f", values, copies, names)
    if not np.array_equal(output, np.asarray(f(*copies), np.float64), equal_nan=True):
        raise CnnMathError(
            where="gradient_check",
            given="two different results of f for the same input",
            expected="a function of its arguments alone",
            remedy="Draw random numbers (a dropout mask) once, outside of f.",
        )
    return output


def _gradients(
    backward: Callable[..., Any], grad: Array, values: list[Array], names: Sequence[str]
) -> list[Array]:
    copies = [value.copy() for value in values]
    found = backward(grad.copy(), *copies)
    _require_unchanged("backward", values, copies, names)
    gradients = list(found) if isinstance(found, tuple | list) else [found]
    if len(gradients) < len(values):
        raise CnnMathError(
            where="gradient_check: backward",
            given=f"{len(gradients)} gradients",
            expected=f"{len(values)}, one for each of {', '.join(names)}",
        )
    return [np.asarray(gradient, np.float64) for gradient in gradients[: len(values)]]


def _require_unchanged(which: str, before: list[Array], after: list[Array], names: Sequence[str]) -> None:
    for name, old, new in zip(names, before, after, strict=True):
        if not np.array_equal(old, new, equal_nan=True):
            raise CnnMathError(
                where=f"gradient_check: {which} changed its argument {name}",
                remedy=f"Work on a copy: {name} = {name}.copy().",
            )


def _choose(size: int, most: int, generator: np.random.Generator) -> Array:
    if size <= most:
        return np.arange(size)
    return np.sort(generator.choice(size, most, replace=False))


def _place(entry: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(index) for index in np.unravel_index(entry, shape))
