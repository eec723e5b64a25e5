"""What grading says: a status, a score, and words for the learner.

No answer is read or compared here; the answer types make verdicts, the command line and the page show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cnnmath.practice import richtext
from cnnmath.practice.richtext import RichText

__all__ = ["Counterexample", "Status", "Verdict"]

Status = Literal["correct", "partly", "wrong", "undecided", "invalid"]


@dataclass(frozen=True)
class Counterexample:
    """A case in which the two formulas differ: the values of the names, and what each formula gives there.

    `tensors` are the elements of what a formula indexes.

    >>> print(Counterexample({"n": 6, "s": 2}, yours="4", expected="3"))
    for n = 6, s = 2 yours gives 4, it should be 3
    """

    values: Mapping[str, int]
    yours: str
    expected: str
    tensors: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        case = ", ".join((*(f"{name} = {value}" for name, value in self.values.items()), *self._rows))
        given = f"gives {self.yours}" if self._gives else self.yours
        where = f"for {case} yours" if case else "yours"
        return f"{where} {given}, it should be {self.expected}"

    def rich(self) -> RichText:
        """Return the case as a paragraph of feedback."""
        inlines: list[str | richtext.Inline] = ["Not yet: for " if self.values else "Not yet: "]
        for place, (name, value) in enumerate(self.values.items()):
            inlines += [", "] * (place > 0) + [richtext.Math(f"{name} = {value}")]
        for row in self._rows:
            inlines += [", ", richtext.Code(row)]
        verb = "yours gives " if self._gives else "yours "
        return richtext.say(
            *inlines, f" {verb}" if self.values else verb, self.yours, f", it should be {self.expected}."
        )

    @property
    def _rows(self) -> tuple[str, ...]:
        return tuple(f"{name} = {_brackets(drawn)}" for name, drawn in self.tensors.items())

    @property
    def _gives(self) -> bool:
        return self.yours[:1] in "-0123456789"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for the page: `{"values": {...}, "yours": ..., "expected": ...}`."""
        tensors = {"tensors": dict(self.tensors)} if self.tensors else {}
        return {"values": dict(self.values), "yours": self.yours, "expected": self.expected, **tensors}


def _brackets(drawn: object) -> str:
    """Return nested tuples in square brackets, as a learner writes them."""
    return f"[{', '.join(map(_brackets, drawn))}]" if isinstance(drawn, tuple) else str(drawn)


@dataclass(frozen=True)
class Verdict:
    """The outcome of grading one answer.

    `score` is the share of the points, 0 to 1. `invalid` means that the answer could not be read: it costs no
    attempt. `undecided` means that a limit of the evaluator was reached: neither right nor wrong.
    `mistake` names the misconception, if one was recognized; `span` is the half-open range of characters of
    the typed answer that an `invalid` verdict is about.

    >>> Verdict("correct", 1).ok
    True
    """

    status: Status
    score: float = 0
    feedback: RichText = ()
    mistake: str | None = None
    counterexample: Counterexample | None = None
    span: tuple[int, int] | None = None

    @property
    def ok(self) -> bool:
        """Whether the answer is correct in full."""
        return self.status == "correct"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for the page and for reports."""
        return {
            "status": self.status,
            "score": self.score,
            "feedback": richtext.to_dict(self.feedback),
            "mistake": self.mistake,
            "counterexample": None if self.counterexample is None else self.counterexample.to_dict(),
            "span": None if self.span is None else list(self.span),
        }

    def __str__(self) -> str:
        return richtext.plain(self.feedback)
