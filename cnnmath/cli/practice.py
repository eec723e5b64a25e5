"""cnnmath practice: questions one after the other, graded at once, answers kept in a file.

Plain lines in and out: it works in any terminal, in a pipe and with a screen reader. Grading is `practice`'s.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from cnnmath.errors import CnnMathError, near_misses
from cnnmath.practice import richtext
from cnnmath.practice.answersfile import write_answers
from cnnmath.practice.bank import Bank, bank
from cnnmath.practice.progress import Progress
from cnnmath.practice.question import Question
from cnnmath.practice.sets import Entry

__all__ = ["EXAMPLE", "configure", "run"]

EXAMPLE = "cnnmath practice output-size"

_COMMANDS = "hint, solution, next, again (another variant), quit"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", nargs="?", help="a set, a topic or a question; without it, all are listed")
    parser.add_argument("--seed", type=int, help="the variant to begin with (default: the set's own, else 1)")
    parser.add_argument(
        "--answers",
        default="answers.json",
        metavar="FILE",
        help="where answers are kept (default: answers.json)",
    )
    parser.add_argument("--bank", metavar="DIR", help="a folder with questions of your own")


def run(args: argparse.Namespace) -> int:
    """Ask until the end, or until the learner has had enough."""
    source = bank(args.bank)
    if args.name is None:
        print(_overview(source))
        return 0
    entries = _entries(args.name, args.seed, source)
    return Session(source, Progress.load(args.answers)).run(entries)


def _overview(source: Bank) -> str:
    sets = [f"  {found.name:<28} {found.title} ({len(found.entries)} questions)" for found in source.sets]
    topics = [f"  {topic:<28} {len(source.families(topic))} questions" for topic in source.topics]
    parts = ["sets:", *sets, "", "topics:", *topics, "", "Begin with: cnnmath practice NAME"]
    return "\n".join(parts)


def _entries(name: str, seed: int | None, source: Bank) -> list[Entry]:
    """Return what to ask: the entries of a set, the families of a topic, or one question."""
    for found in source.sets:
        if found.name == name:
            return [
                Entry(item.question, item.seed if seed is None else seed, item.points)
                for item in found.entries
            ]
    if name in source.topics:
        return [Entry(family.name, 1 if seed is None else seed) for family in source.families(name)]
    if "/" in name:
        return [Entry(source.family(name).name, 1 if seed is None else seed)]
    known = [*(found.name for found in source.sets), *source.topics]
    close = near_misses(name, known)
    hint = f"Did you mean {' or '.join(close)}?" if close else "cnnmath practice lists what there is."
    raise CnnMathError(where=f'There is no set, topic or question "{name}".', remedy=hint)


class Session:
    """One sitting: what was asked, what was earned."""

    def __init__(self, source: Bank, progress: Progress) -> None:
        self.source = source
        self.progress = progress
        self.earned = 0.0
        self.points = 0
        self.hints = 0

    def run(self, entries: Sequence[Entry]) -> int:
        """Ask the entries in order; return the exit code."""
        print(f"{len(entries)} question{'s' * (len(entries) != 1)}. Type your answer, or: {_COMMANDS}.")
        print(f"Your answers are kept in {self.progress.path}.")
        try:
            for number, entry in enumerate(entries, start=1):
                if not self._ask(entry, f"[{number}/{len(entries)}]"):
                    break
        except KeyboardInterrupt:
            print()
            self._farewell()
            return 130
        self._farewell()
        return 0

    def _ask(self, entry: Entry, place: str) -> bool:
        """Ask one entry until it is answered or passed; return False to end the session."""
        seed: int | None = entry.seed
        while seed is not None:
            if self.progress.is_done(entry.question, seed):
                print(f"\n{place} {entry.question}, seed {seed}: answered before.")
                return True
            question = self.source.exercise(replace(entry, seed=seed))
            worth = f"{question.points} point{'s' * (question.points != 1)}"
            print(f"\n{place} {question.title} ({worth}) · {question.name}, seed {seed}\n")
            print(richtext.plain(question.statement))
            outcome = self._dialogue(question)
            if outcome == "quit":
                return False
            seed = seed + 1 if outcome == "again" else None
        return True

    def _dialogue(self, question: Question) -> str:
        """Read lines until one ends the question; return "next", "again" or "quit"."""
        self.hints = 0
        best = 0.0
        for line in _lines():
            word = line.strip().lower().removeprefix(":")
            if word in _ENDS:
                if _ENDS[word] != "again":
                    self._count(question, best)
                return _ENDS[word]
            if word in _HELP:
                print(_HELP[word](self, question))
                continue
            verdict = question.answer.grade(line, question.known_mistakes)
            print(_shown(line, verdict.span) + richtext.plain(verdict.feedback))
            self.progress.record(question, line.strip(), verdict)
            best = max(best, verdict.score)
            if verdict.ok:
                self._count(question, 1)
                return "next"
        self._count(question, best)
        return "quit"

    def _count(self, question: Question, score: float) -> None:
        self.points += question.points
        self.earned += round(score * question.points, 2)

    def hint(self, question: Question) -> str:
        """Return the next hint."""
        self.hints += 1
        if self.hints > len(question.hints):
            return "There is no further hint; type solution to see how it is done."
        said = f"Hint {self.hints} of {len(question.hints)}: "
        return richtext.plain(richtext.prefixed(said, question.hints[self.hints - 1]))

    def solution(self, question: Question) -> str:
        """Return the worked solution."""
        answer = question.answer.show(question.answer.right)
        onward = "Type next to go on, again for another variant."
        return f"{richtext.plain(question.solution)}\n\nAnswer: {answer}\n{onward}"

    def help(self, question: Question) -> str:
        """Return what may be typed."""
        del question
        return f"Type your answer, or: {_COMMANDS}."

    def _farewell(self) -> None:
        print(f"\n{self.earned:g} of {self.points} points.")
        if not self.progress.saved:
            print(f"Your answers could not be saved in {self.progress.path}. Here they are, to copy:\n")
            print(write_answers(self.progress.entries))
        elif self.progress.entries:
            print(
                f"Your answers: {self.progress.path} (cnnmath grade {self.progress.path} grades them again)."
            )


_ENDS = {
    "next": "next",
    "skip": "next",
    "again": "again",
    "quit": "quit",
    "exit": "quit",
}
_HELP: dict[str, Callable[[Session, Question], str]] = {
    "hint": Session.hint,
    "solution": Session.solution,
    "help": Session.help,
    "?": Session.help,
}


def _lines() -> Iterator[str]:
    """Yield what is typed, line by line, until the end of the input; a pipe's lines are shown as if typed."""
    typed = sys.stdin.isatty()
    while True:
        try:
            line = input("\n> ")
        except EOFError:
            print()
            return
        if not typed:
            print(line)
        yield line


def _shown(line: str, span: tuple[int, int] | None) -> str:
    """Return carets under the part of the typed line that is meant."""
    if span is None or len(line) > 76:
        return ""
    start, end = span
    return f"  {' ' * start}{'^' * max(1, end - start)}\n"
