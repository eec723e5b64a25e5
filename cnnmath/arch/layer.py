"""What every layer is: frozen data with a family. A layer holds its own numbers and no arithmetic.

Input channels are not stored: they follow from what the layer is connected to, as in PyTorch's lazy layers,
so a layer can be written down once and used anywhere. Shapes never hold the batch axis: an image is
`(channels, height, width)`. Meanings (shapes, weights, windows) are tables in `cnnmath.rules`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, FrozenInstanceError, dataclass
from typing import ClassVar

from cnnmath.arch.checks import Given, refuse, shorten, whole

__all__ = [
    "Activation",
    "Dense",
    "Input",
    "Layer",
    "Merge",
    "Normalization",
    "Pointwise",
    "Reshape",
    "Source",
]

Shape = tuple[int, ...]


class Value:
    """An object whose attributes cannot be set, not even in subclasses without fields of their own."""

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")


@dataclass(frozen=True, repr=False)
class Layer(Value):
    """Base of all layers. `repr` is the spelling of the text notation, with defaults left out.

    >>> from cnnmath.arch import Conv2d
    >>> Conv2d(64, (3, 3), padding=((1, 1), (1, 1)))
    Conv2d(64, 3, padding=1)
    """

    least_inputs: ClassVar[int] = 1
    most_inputs: ClassVar[int | None] = 1
    axis_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields with one entry per axis, which may be written as one number."""

    def __repr__(self) -> str:
        words = [_spell(value) for value in self.positional()]
        words += [f"{name}={_spell(value)}" for name, value in self.options().items()]
        return f"{type(self).__name__}({', '.join(words)})" if words else type(self).__name__

    def positional(self) -> list[Given]:
        """Return the values of the fields that have no default, in order and in their short spelling."""
        return [self._short(field.name) for field in dataclasses.fields(self) if field.default is MISSING]

    def options(self) -> dict[str, Given]:
        """Return the fields that differ from their default, in their short spelling."""
        found = {}
        for field in dataclasses.fields(self):
            value = self._short(field.name)
            if field.default is not MISSING and value != self._default(field.name, field.default):
                found[field.name] = value
        return found

    def _short(self, name: str) -> Given:
        value = getattr(self, name)
        return shorten(value) if name in self.axis_fields else value

    def _default(self, name: str, default: Given) -> Given:
        """Return what a field is when nothing is written; a family may take it from another field."""
        del name
        return default

    def _set(self, name: str, value: object) -> None:
        """Store a checked value while the frozen layer is being made."""
        object.__setattr__(self, name, value)

    def _where(self, name: str) -> str:
        return f"{type(self).__name__} {name}"


def _spell(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        inner = ", ".join(_spell(entry) for entry in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return str(value)


class Source(Layer):
    """Family of layers without inputs: where data enters."""

    least_inputs = 0
    most_inputs = 0


@dataclass(frozen=True, repr=False, init=False)
class Input(Source):
    """Where data enters, with its shape without the batch axis: `Input(channels, height, width)`.

    Raises ArchitectureError for sizes below 1.

    >>> Input(3, 224, 224).shape
    (3, 224, 224)
    """

    shape: Shape

    def __init__(self, *shape: int | Shape) -> None:
        sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
        if not sizes:
            raise refuse("Input", (), "at least one size", "Write for example Input(3, 224, 224).")
        self._set("shape", tuple([whole(size, "Input size") for size in sizes]))

    def positional(self) -> list[Given]:
        """Return the sizes, which are written side by side."""
        return list(self.shape)


class Pointwise(Layer):
    """Family of layers that keep the shape and look at one position at a time."""


class Activation(Pointwise):
    """Family of functions applied to each value by itself."""


class Normalization(Pointwise):
    """Family of layers that subtract a mean and divide by a spread, then scale and shift."""


class Dense(Layer):
    """Family of layers in which each output sees every entry of the last axis."""


class Merge(Layer):
    """Family of layers with two or more inputs."""

    least_inputs = 2
    most_inputs = None


class Reshape(Layer):
    """Family of layers that move, drop or repeat values and compute nothing."""
