"""cnnmath question: one variant of a question, with or without its solution.

Prints only; asking and grading interactively is `cnnmath practice`.
"""

from __future__ import annotations

import argparse
import json

from cnnmath.practice import richtext
from cnnmath.practice.bank import Bank, bank
from cnnmath.practice.question import Question
from cnnmath.practice.worksheet import FORMATS, question_data

__all__ = ["EXAMPLE", "configure", "run"]

EXAMPLE = "cnnmath question output-size/strided --seed 7 --solution"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", nargs="?", help="the name of a question; without it, all names are listed")
    parser.add_argument("--seed", type=int, default=1, help="the variant (default: 1)")
    parser.add_argument("--hints", action="store_true", help="print the hints as well")
    parser.add_argument("--solution", action="store_true", help="print answer and worked solution as well")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to print (default: text)")
    parser.add_argument("--bank", metavar="DIR", help="a folder with questions of your own")


def run(args: argparse.Namespace) -> int:
    """Print the question."""
    source = bank(args.bank)
    if args.name is None:
        print(_names(source, args.format))
        return 0
    question = source.question(args.name, args.seed)
    if args.format == "json":
        data = question_data(question, solution=args.solution)
        if args.hints:
            data["hint_texts"] = [richtext.plain(hint) for hint in question.hints]
        print(json.dumps(data, ensure_ascii=False, indent=2))
        return 0
    show = richtext.markdown if args.format == "markdown" else richtext.plain
    head = f"{question.title} ({question.points} point{'s' * (question.points != 1)})"
    parts = [f"## {head}" if args.format == "markdown" else head, show(question.statement)]
    parts += _hints(question, args) + _solution(question, args)
    print("\n\n".join(parts))
    return 0


def _names(source: Bank, form: str) -> str:
    families = source.families()
    if form == "json":
        return json.dumps([{"name": family.name, "title": family.title} for family in families], indent=2)
    width = max((len(family.name) for family in families), default=0)
    return "\n".join(f"{family.name:<{width}}  {family.title}" for family in families)


def _hints(question: Question, args: argparse.Namespace) -> list[str]:
    show = richtext.markdown if args.format == "markdown" else richtext.plain
    hints = question.hints if args.hints else ()
    return [show(richtext.prefixed(f"Hint {number}: ", hint)) for number, hint in enumerate(hints, start=1)]


def _solution(question: Question, args: argparse.Namespace) -> list[str]:
    if not args.solution:
        return []
    show = richtext.markdown if args.format == "markdown" else richtext.plain
    answer = question.answer.show(question.answer.right)
    return [show(richtext.say("Answer: ", richtext.Code(answer))), show(question.solution)]
