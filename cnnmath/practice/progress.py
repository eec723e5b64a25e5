"""Progress on disk: the answers given so far, kept in an answers file that is never left half written.

Answers are only kept here, not graded. The page keeps its own progress; both write the same format.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from cnnmath.errors import AnswerError
from cnnmath.practice.answersfile import read_answers, write_answers
from cnnmath.practice.question import Question
from cnnmath.practice.verdict import Verdict

__all__ = ["Progress"]


class Progress:
    """The entries of one answers file: one for each question and seed, with the best answer so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: list[dict[str, Any]] = []
        self.saved = True

    @classmethod
    def load(cls, path: str | Path) -> Progress:
        """Read an answers file, or start one; raises `AnswerError` for a file that is something else.

        Entries that cannot be used are kept as they are.
        """
        progress = cls(Path(path))
        folder = progress.path.parent
        if progress.path.exists():
            try:
                found = read_answers(progress.path.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, AnswerError) as error:
                raise AnswerError(
                    where=f"{path} is not an answers file that can be continued ({error})",
                    remedy="Name another file: --answers FILE.",
                ) from error
            progress.entries = [entry for entry in found if isinstance(entry, dict)]
        elif not folder.is_dir() or not os.access(folder, os.W_OK):
            raise AnswerError(
                where=f"Nothing can be saved in {folder}.", remedy="Name another file: --answers FILE."
            )
        return progress

    def is_done(self, name: str, seed: int) -> bool:
        """Return whether this variant was answered correctly."""
        entry = self._entry(name, seed)
        return entry is not None and entry.get("status") == "correct"

    def record(self, question: Question, answer: str, verdict: Verdict) -> None:
        """Keep an answer unless a better one is there, count the attempt, and save.

        An answer that could not be read or decided costs no attempt; it is not kept in place of another.
        """
        entry = self._entry(question.name, question.seed)
        counts = verdict.status not in ("invalid", "undecided")
        if entry is None:
            if not counts:
                return
            entry = {"question": question.name, "seed": question.seed, "answer": answer, "attempts": 0}
            self.entries.append(entry)
        if counts:
            entry["attempts"] = _whole(entry.get("attempts")) + 1
            if verdict.score >= _number(entry.get("score")):
                entry |= {"answer": answer, "status": verdict.status, "score": verdict.score}
        self.save()

    def save(self) -> None:
        """Write the file in one step; `saved` tells whether that worked, and the answers stay here anyway."""
        try:
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=self.path.parent, prefix=".answers-", delete=False
            ) as file:
                file.write(write_answers(self.entries))
            Path(file.name).replace(self.path)
        except OSError:
            self.saved = False
        else:
            self.saved = True

    def _entry(self, name: str, seed: int) -> dict[str, Any] | None:
        found = [
            entry for entry in self.entries if entry.get("question") == name and entry.get("seed") == seed
        ]
        return found[-1] if found else None


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0
