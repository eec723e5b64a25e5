"""The registry: one decorated function per derivation, found by name, built in the view that is asked for.

The topic files, and SymPy with them, are loaded when a derivation is first built. Their names are known
without: they are the names of the shipped records, and a test keeps both lists equal.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from cnnmath.derive.model import VIEWS, Derivation, Proof
from cnnmath.derive.shipped import UnknownView, record_names
from cnnmath.errors import UnknownDerivation

__all__ = ["Entry", "derivation", "derivations", "derives", "registered"]

Build = Callable[[str], Proof]


@dataclass(frozen=True)
class Entry:
    """A registered derivation: what it is called, and the function that builds it in a view."""

    name: str
    title: str
    topic: str
    views: tuple[str, ...]
    build: Build


_ENTRIES: dict[str, Entry] = {}


def derives(name: str, title: str, views: tuple[str, ...] = ("standard",)) -> Callable[[Build], Build]:
    """Register a derivation: the decorated function takes a view and returns the proof.

    The topic is the name of the file that the function stands in. Views are some of simple, standard,
    general, the simplest first.
    """
    if unknown := set(views) - set(VIEWS):
        raise UnknownView(min(unknown), VIEWS)

    def register(build: Build) -> Build:
        topic = build.__module__.rpartition(".")[2].replace("_", "-")
        _ENTRIES[name] = Entry(name, title, topic, views, build)
        return build

    return register


@cache
def _load_topics() -> None:
    topics = importlib.import_module("cnnmath.derive.topics")
    for module in sorted(entry.name for entry in pkgutil.iter_modules(topics.__path__)):
        importlib.import_module(f"cnnmath.derive.topics.{module}")


def registered() -> dict[str, Entry]:
    """Return all registered derivations by name; loads the topics, and SymPy with them."""
    _load_topics()
    return dict(sorted(_ENTRIES.items()))


def derivations() -> tuple[str, ...]:
    """Return the names of all derivations, without loading SymPy.

    >>> "conv-output-size" in derivations()
    True
    """
    return record_names()


def derivation(name: str, view: str | None = None) -> Derivation:
    """Return a derivation, in its simplest view unless another is asked for.

    Raises UnknownDerivation or UnknownView, with near misses.
    """
    entries = registered()
    if name not in entries:
        raise UnknownDerivation(name, entries)
    entry = entries[name]
    chosen = entry.views[0] if view is None else view
    if chosen not in entry.views:
        raise UnknownView(chosen, entry.views)
    return Derivation(entry.name, entry.title, entry.topic, chosen, entry.views, entry.build(chosen))
