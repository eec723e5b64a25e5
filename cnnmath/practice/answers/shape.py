"""Shapes: several whole numbers in order, such as (channels, height, width)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from cnnmath.practice import richtext
from cnnmath.practice.answers.base import Answer, Unreadable, excerpt
from cnnmath.practice.answers.reading import read_number, read_text
from cnnmath.practice.verdict import Verdict

__all__ = ["Shape"]

_COUNTS = ("no", "one", "two", "three", "four", "five")
_BRACKETS = re.compile(r"^[(\[{<](.*)[)\]}>]$", re.DOTALL)
_CROSS = re.compile(r"(?<=[\d)\s])[x×*](?=[\s\d(])", re.IGNORECASE)


@dataclass(frozen=True)
class Shape(Answer[tuple[int, ...]]):
    """Whole numbers with named axes.

    >>> shape = Shape((64, 55, 55), ("channels", "height", "width"))
    >>> [shape.grade(text).status for text in ("(64, 55, 55)", "64x55x55", "55, 55, 64", "64")]
    ['correct', 'correct', 'partly', 'invalid']
    """

    kind: ClassVar[str] = "shape"

    value: tuple[int, ...]
    axes: tuple[str, ...]

    @property
    def right(self) -> tuple[int, ...]:
        """The right numbers."""
        return self.value

    def read(self, raw: object) -> tuple[int, ...]:
        """Read numbers between commas, crosses or blanks, with or without brackets, or a list of numbers."""
        parts = [*raw] if isinstance(raw, list | tuple) else self._split(read_text(raw, self.example))
        numbers = [self._entry(part) for part in parts]
        if len(numbers) != len(self.axes):
            given, asked = _counted(len(numbers)), ", ".join(self.axes)
            raise Unreadable(
                f"This is {given}, and {_counted(len(self.axes))} are asked for: ({asked}).",
                f"Type for example {self.example}.",
            )
        return tuple(numbers)

    def show(self, value: tuple[int, ...]) -> str:
        """Return the numbers in round brackets."""
        return f"({', '.join(map(str, value))})"

    @property
    def example(self) -> str:
        """A shape that is certainly not the answer, to show how to type one."""
        return self.show(tuple(10 + place + max(self.value) for place in range(len(self.axes))))

    def field(self) -> dict[str, Any]:
        """Ask for one line of text; the axes say in which order."""
        return {"kind": self.kind, "axes": list(self.axes), "placeholder": f"({', '.join(self.axes)})"}

    def spellings(self) -> tuple[object, ...]:
        """Give data, and text with commas, crosses, blanks and brackets."""
        texts = [str(number) for number in self.value]
        return (
            list(self.value),
            self.show(self.value),
            ", ".join(texts),
            "x".join(texts),
            " × ".join(texts),
            " ".join(texts),
            f"[{','.join(texts)}]",
        )

    def legend(self) -> richtext.RichText:
        """Say in which order the numbers are expected."""
        return richtext.say("Answer with ", richtext.Code(f"({', '.join(self.axes)})"), ".")

    def fail(self, value: tuple[int, ...]) -> Verdict:
        """Tell right numbers in the wrong order from wrong numbers, and say which ones are wrong."""
        if sorted(value) == sorted(self.value):
            said = richtext.say(
                "The numbers are right, their order is not: ",
                richtext.Code(f"({', '.join(self.axes)})"),
                " is asked for.",
            )
            return Verdict("partly", 0.5, said, "axes-order")
        wrong = [
            axis for axis, yours, right in zip(self.axes, value, self.value, strict=True) if yours != right
        ]
        if len(wrong) == len(self.axes):
            return super().fail(value)
        said = richtext.say(f"Not yet: look again at {_listed(wrong)}; the rest is right.")
        return Verdict("partly", round(1 - len(wrong) / len(self.axes), 2), said)

    def _split(self, text: str) -> list[str]:
        inner = _BRACKETS.sub(r"\1", text)
        if re.search(r"[,;]", inner):
            return [part for part in re.split(r"[,;]", inner) if part.strip()]
        if _CROSS.search(inner):
            return _CROSS.split(inner)
        return inner.split()

    def _entry(self, part: object) -> int:
        number = read_number(part)
        if not isinstance(number, int):
            raise Unreadable(f"“{excerpt(str(part))}” is not a whole number.", "A shape holds whole numbers.")
        return number


def _counted(count: int) -> str:
    word = _COUNTS[count] if count < len(_COUNTS) else str(count)
    return f"{word} number{'s' * (count != 1)}"


def _listed(words: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c", each with its article."""
    named = [f"the {word}" for word in words]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
