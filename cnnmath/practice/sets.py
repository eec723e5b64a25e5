"""Exercise sets: questions with seeds and points, read from `sets.toml`.

Only the file is read here; whether its questions exist is checked by the bank's laws and when they are asked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from cnnmath.errors import BankError, UnknownName

T = TypeVar("T")

__all__ = ["Entry", "ExerciseSet", "SetsFile", "UnknownSet", "read_sets"]


class UnknownSet(UnknownName):
    """The bank holds no exercise set of this name."""

    kind = "exercise set"


@dataclass(frozen=True)
class Entry:
    """One exercise of a set: which question, which variant, how many points (None: the question's own)."""

    question: str
    seed: int
    points: int | None = None


@dataclass(frozen=True)
class ExerciseSet:
    """Exercises that belong together."""

    name: str
    title: str
    summary: str
    entries: tuple[Entry, ...]

    def reseeded(self, seed: int) -> ExerciseSet:
        """Return sheet number `seed` of the set: other variants, 1000 seeds for each sheet.

        >>> ExerciseSet("a", "A", "", (Entry("t/q", 1),)).reseeded(7).entries[0].seed
        7001
        """
        entries = tuple(
            Entry(entry.question, 1000 * seed + entry.seed, entry.points) for entry in self.entries
        )
        return ExerciseSet(self.name, self.title, self.summary, entries)


@dataclass(frozen=True)
class SetsFile:
    """All that `sets.toml` says: the name of the bank, and its sets."""

    bank: str = "bank"
    sets: tuple[ExerciseSet, ...] = ()

    def find(self, name: str) -> ExerciseSet:
        """Return the set of this name; raises `UnknownSet`."""
        for found in self.sets:
            if found.name == name:
                return found
        raise UnknownSet(name, [found.name for found in self.sets])


def read_sets(path: Path) -> SetsFile:
    """Read `sets.toml`; a missing file is an empty one. Raises `BankError` that names the place."""
    if not path.is_file():
        return SetsFile()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BankError(where=f"{path} cannot be read", remedy=str(error)) from error
    sets = tuple(
        _set(item, f"{path}, set {number}") for number, item in enumerate(data.get("set", []), start=1)
    )
    return SetsFile(str(data.get("bank", "bank")), sets)


def _set(item: Mapping[str, Any], where: str) -> ExerciseSet:
    name = _field(item, "name", str, where)
    entries = _field(item, "questions", list, where)
    return ExerciseSet(
        name,
        _field(item, "title", str, where),
        str(item.get("summary", "")),
        tuple(
            _entry(entry, f'{where} ("{name}"), question {number}')
            for number, entry in enumerate(entries, start=1)
        ),
    )


def _entry(item: object, where: str) -> Entry:
    if not isinstance(item, dict):
        raise BankError(
            where=where, given=repr(item), expected='a table such as { name = "topic/question", seed = 1 }'
        )
    points = _field(item, "points", int, where) if "points" in item else None
    return Entry(_field(item, "name", str, where), _field(item, "seed", int, where), points)


def _field(item: Mapping[str, Any], key: str, kind: type[T], where: str) -> T:
    value = item.get(key)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise BankError(where=where, given=f"{key} = {value!r}", expected=f"{key} as {kind.__name__}")
    return value
