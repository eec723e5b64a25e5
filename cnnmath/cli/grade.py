"""cnnmath grade: answers files, entry by entry, as a table for people or as data for programs."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cnnmath.errors import AnswerError
from cnnmath.practice.answersfile import Report, Row, grade_answers

__all__ = ["EXAMPLE", "configure", "run"]

EXAMPLE = "cnnmath grade answers.json"

_WIDTH = 80
_LARGEST_FILE = 20_000_000


@dataclass(frozen=True)
class Graded:
    """One file: its report, or why there is none."""

    name: str
    report: Report | None
    problem: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="answers files; - reads one from the input")
    parser.add_argument(
        "--format", choices=("text", "json", "csv"), default="text", help="how to print (default: text)"
    )
    parser.add_argument("--bank", metavar="DIR", help="a folder with questions of your own")


def run(args: argparse.Namespace) -> int:
    """Print the grades; 0 everything is correct, 1 something is not, 2 the only file cannot be read."""
    graded = [_graded(name, args.bank, alone=len(args.files) == 1) for name in args.files]
    print(_PRINTERS[args.format](graded))
    return 0 if all(item.report is not None and item.report.ok for item in graded) else 1


def _graded(name: str, directory: str | None, *, alone: bool) -> Graded:
    try:
        return Graded(name, grade_answers(_text(name), directory))
    except AnswerError as error:
        problem = f"{name}: {error}"
        if alone:
            raise AnswerError(where=problem) from error
        return Graded(name, None, problem)


def _text(name: str) -> str:
    try:
        data = sys.stdin.buffer.read(_LARGEST_FILE + 1) if name == "-" else _bytes(Path(name))
    except OSError as error:
        raise AnswerError(where="This file cannot be read", remedy=f"{error.strerror}.") from error
    if len(data) > _LARGEST_FILE:
        raise AnswerError(where="This file is too large", expected=f"at most {_LARGEST_FILE:,} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AnswerError(
            where="This is not JSON", given="bytes that are no UTF-8 text", expected="an answers file"
        ) from error


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST_FILE + 1)


# Printing


def _as_text(graded: list[Graded]) -> str:
    blocks = []
    for item in graded:
        head = [] if len(graded) == 1 else [f"{item.name}"]
        blocks.append("\n".join([*head, item.problem if item.report is None else _table(item.report)]))
    return "\n\n".join(blocks)


def _table(report: Report) -> str:
    width = max([len("question"), *(min(len(_clean(row.question)), 36) for row in report.rows)])
    lines = [f"{'#':>3}  {'question':<{width}}  {'seed':>9}  {'verdict':<9}  points"]
    for row in report.rows:
        lines += _entry(row, width)
    usable = sum(row.verdict is not None for row in report.rows)
    lines += [
        "",
        f"{report.earned:g} of {report.points} points; {usable} of {len(report.rows)} entries graded.",
    ]
    return "\n".join(lines)


def _entry(row: Row, width: int) -> list[str]:
    seed = "" if row.seed is None else str(row.seed)
    points = "" if row.verdict is None else f"{row.earned:g}/{row.points}"
    if not row.counts:
        points = "replaced"
    name = _clean(row.question)[:36]
    line = f"{row.number:>3}  {name:<{width}}  {seed:>9}  {row.status:<9}  {points}".rstrip()
    if row.status == "correct" or not row.counts:
        return [line]
    said = textwrap.wrap(_clean(row.feedback), _WIDTH - 5, initial_indent="     ", subsequent_indent="     ")
    return [line, *said]


def _as_json(graded: list[Graded]) -> str:
    data = [
        {"file": item.name, "problem": item.problem}
        if item.report is None
        else {"file": item.name, **item.report.to_dict()}
        for item in graded
    ]
    return json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False, indent=2)


def _as_csv(graded: list[Graded]) -> str:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(
        [
            "file",
            "entry",
            "question",
            "seed",
            "answer",
            "status",
            "earned",
            "points",
            "counts",
            "mistake",
            "feedback",
        ]
    )
    for item in graded:
        for row in item.report.rows if item.report else ():
            data = row.to_dict()
            answer = row.answer if isinstance(row.answer, str) else json.dumps(row.answer, ensure_ascii=False)
            cells = [
                item.name,
                row.number,
                row.question,
                row.seed,
                answer,
                row.status,
                row.earned,
                row.points,
            ]
            table.writerow(map(_cell, [*cells, int(row.counts), data["mistake"] or "", row.feedback]))
        if item.report is None:
            table.writerow(map(_cell, [item.name, "", "", "", "", "unusable", "", "", "", "", item.problem]))
    return out.getvalue().rstrip("\n")


def _cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(value, str):
        text = _clean(value)
        return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
    return "" if value is None else value


def _clean(text: str) -> str:
    """Return the text without control characters, which a terminal might obey."""
    return "".join(character if character.isprintable() else " " for character in text)


_PRINTERS: dict[str, Callable[[list[Graded]], str]] = {"text": _as_text, "json": _as_json, "csv": _as_csv}
