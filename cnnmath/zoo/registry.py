"""The register of networks: what each is called, where it comes from, and under which convention it is built.

A family's file registers its networks with `@model`; this file knows no network.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from cnnmath.arch import Network
from cnnmath.errors import ArchitectureError, UnknownModel, near_misses

__all__ = ["Entry", "entries", "entry", "model", "models", "register"]

Build = Callable[..., Network]


@dataclass(frozen=True)
class Entry:
    """A network of the zoo.

    `variant` tells which of several networks of this name it is, `convention` what a reader must know before
    comparing numbers.
    """

    name: str
    title: str
    year: int
    paper: str
    variant: str
    convention: str
    family: str
    build: Build

    @property
    def options(self) -> dict[str, object]:
        """What can be chosen with `model(name, option=value)`, with its default."""
        return {name: found.default for name, found in inspect.signature(self.build).parameters.items()}


_ENTRIES: dict[str, Entry] = {}


def register(
    name: str, *, title: str, year: int, paper: str, variant: str, convention: str = ""
) -> Callable[[Build], Build]:
    """Enter the decorated function, which returns a Network, under `name`; the docstring is not used."""

    def enter(build: Build) -> Build:
        if name in _ENTRIES:
            raise ArchitectureError(
                where=f"zoo entry {name}", given="this name twice", expected="one entry", remedy="Rename one."
            )
        family = build.__module__.rpartition(".")[2]
        _ENTRIES[name] = Entry(name, title, year, paper, variant, convention, family, build)
        return build

    return enter


def models() -> tuple[str, ...]:
    """Return the names of all networks, in alphabetical order.

    >>> "resnet50" in models()
    True
    """
    return tuple(sorted(_ENTRIES))


def entry(name: str) -> Entry:
    """Return what is known about a network. Raises UnknownModel, which names near misses.

    >>> entry("resnet50").year
    2015
    """
    try:
        return _ENTRIES[name]
    except KeyError:
        raise UnknownModel(name, _ENTRIES) from None


def entries() -> tuple[Entry, ...]:
    """Return all entries, in alphabetical order of their names."""
    return tuple(_ENTRIES[name] for name in models())


def model(name: str, **options: object) -> Network:
    """Return a network of the zoo, torchvision's under torchvision's name; see `entry(name)` for its options.

    Raises UnknownModel, which names near misses, and ArchitectureError for an unknown option.

    >>> model("vgg16").input_shape
    (3, 224, 224)
    """
    found = entry(name)
    for option, value in options.items():
        if option not in found.options:
            close = near_misses(option, found.options)
            known = ", ".join(found.options) or "none"
            raise ArchitectureError(
                where=f"zoo network {name}",
                given=f'the option "{option}"',
                expected=f"one of its options ({known})",
                remedy=f"Did you mean {close[0]}?" if close else "",
            )
        _check_option(name, option, value, found.options[option])
    return _built(name, tuple(sorted(options.items())))


def _check_option(network: str, option: str, value: object, default: object) -> None:
    """Refuse a value of another kind than the default's; a whole number may stand for a fraction."""
    kinds = (float, int) if isinstance(default, float) else (type(default),)
    if not isinstance(value, kinds) or (isinstance(value, bool) and not isinstance(default, bool)):
        raise ArchitectureError(
            where=f"zoo network {network}, option {option}",
            given=repr(value),
            expected=f"a value of the kind of {default!r}",
            remedy="Write it without quotes." if isinstance(value, str) else "",
        )


@lru_cache(maxsize=256)
def _built(name: str, options: tuple[tuple[str, object], ...]) -> Network:
    return replace(_ENTRIES[name].build(**dict(options)), name=name)
