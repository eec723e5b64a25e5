"""Matrices of exact numbers: an image, a kernel, a feature map, a gradient, worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from cnnmath.practice import richtext
from cnnmath.practice.answers.base import Answer, Unreadable
from cnnmath.practice.answers.reading import Exact, read_number, read_text, show_number
from cnnmath.practice.verdict import Verdict

__all__ = ["Matrix"]

Rows = tuple[tuple[Exact, ...], ...]


@dataclass(frozen=True)
class Matrix(Answer[Rows]):
    """Rows of numbers, compared in stages: shape, orientation, entries.

    >>> matrix = Matrix(((1, 2), (3, 4)))
    >>> [matrix.grade(text).status for text in ("[[1, 2], [3, 4]]", "1 2; 3 4", "1 3; 2 4", "1 2 3")]
    ['correct', 'correct', 'partly', 'wrong']
    """

    kind: ClassVar[str] = "matrix"

    value: Rows

    @property
    def right(self) -> Rows:
        """The right rows."""
        return self.value

    def read(self, raw: object) -> Rows:
        """Read nested lists, or rows between semicolons, lines or brackets, with commas or blanks inside."""
        if isinstance(raw, list | tuple):
            parts: list[Sequence[object]] = [row if isinstance(row, list | tuple) else [row] for row in raw]
        else:
            parts = _split(read_text(raw, "[[1, 2], [3, 4]]") if not isinstance(raw, str) else _lines(raw))
        rows = tuple(tuple(read_number(entry) for entry in row) for row in parts)
        lengths = {len(row) for row in rows}
        if len(lengths) != 1 or 0 in lengths:
            raise Unreadable(
                "The rows of this matrix are not all equally long.",
                "Type each row in full, as in [[1, 2], [3, 4]].",
            )
        return rows

    def show(self, value: Rows) -> str:
        """Return the rows in square brackets."""
        rows = [", ".join(map(show_number, row)) for row in value]
        return f"[{', '.join(f'[{row}]' for row in rows)}]"

    def field(self) -> dict[str, Any]:
        """Ask for text, or for a grid of this size."""
        rows, columns = _size(self.value)
        example = "[…, …, …]" if rows == 1 else "[[…, …], […, …]]"
        return {"kind": self.kind, "rows": rows, "columns": columns, "placeholder": example}

    def spellings(self) -> tuple[object, ...]:
        """Nested lists, brackets, semicolons and lines."""
        rows = [" ".join(map(show_number, row)) for row in self.value]
        data = [[show_number(entry) for entry in row] for row in self.value]
        return (
            data,
            self.show(self.value),
            "; ".join(rows),
            "\n".join(rows),
            "; ".join(rows).replace(" ", "  "),
        )

    def legend(self) -> richtext.RichText:
        """Say how to type a matrix, or a single row."""
        if len(self.value) == 1:
            return richtext.say("Type the row in brackets, as in ", richtext.Code("[1, 2, 3]"), ".")
        return richtext.say("Type the rows in brackets, as in ", richtext.Code("[[1, 2], [3, 4]]"), ".")

    def fail(self, value: Rows) -> Verdict:
        """Compare the shape first, then look for a transposed or flipped result, then point at entries."""
        if _size(value) != _size(self.value):
            said = richtext.say(
                f"Not yet: yours has {_sized(value)}, the answer has {_sized(self.value)} (rows × columns)."
            )
            return Verdict("wrong", 0, said, "wrong-size")
        for name, turned, words in _turned(self.value):
            if value == turned:
                said = richtext.say(f"Right numbers, wrong place: your matrix is the answer {words}.")
                return Verdict("partly", 0.5, said, name)
        wrong = [
            (row, column)
            for row, entries in enumerate(self.value)
            for column, entry in enumerate(entries)
            if value[row][column] != entry
        ]
        count = len(self.value) * len(self.value[0])
        first = f"row {wrong[0][0] + 1}, column {wrong[0][1] + 1}"
        if len(wrong) == count:
            return Verdict(
                "wrong", 0, richtext.say("Not yet: no entry is right. Work out one window at a time.")
            )
        said = richtext.say(
            f"Not yet: {count - len(wrong)} of {count} entries are right. Look again at {first}."
        )
        return Verdict("partly", round(1 - len(wrong) / count, 2), said)


def _lines(raw: str) -> str:
    """Turn the lines of a text into rows, before blanks are tidied up."""
    if "[" in raw or ";" in raw:
        return read_text(raw, "[[1, 2], [3, 4]]")
    return read_text(";".join(line for line in raw.splitlines() if line.strip()) or raw, "[[1, 2], [3, 4]]")


def _split(text: str) -> list[Sequence[object]]:
    inner = re.findall(r"[\[(]([^\[\]()]*)[\])]", text) or [row for row in text.split(";") if row.strip()]
    return [[entry for entry in re.split(r"\s*,\s*|\s+", row.strip()) if entry] for row in inner]


def _size(rows: Rows) -> tuple[int, int]:
    return len(rows), len(rows[0])


def _sized(rows: Rows) -> str:
    return "{} × {}".format(*_size(rows))


def _turned(rows: Rows) -> tuple[tuple[str, Rows, str], ...]:
    return (
        ("transposed", tuple(zip(*rows, strict=True)), "with rows and columns exchanged"),
        ("rotated", tuple(row[::-1] for row in rows[::-1]), "turned by 180°"),
        ("mirrored", tuple(row[::-1] for row in rows), "mirrored left to right"),
        ("upside-down", rows[::-1], "upside down"),
    )
