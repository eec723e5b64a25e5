"""cnnmath derive: list the derivations, show one, and run its checks again."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from cnnmath.errors import CnnMathError

if TYPE_CHECKING:
    from cnnmath.derive.model import Outcome
    from cnnmath.derive.worked import WorkedStep

__all__ = ["EXAMPLE", "configure", "run"]

EXAMPLE = "cnnmath derive conv-output-size --view simple --verify"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", nargs="?", help="the derivation; left out: list all")
    parser.add_argument("--view", help="simple, standard or general (default: the simplest there is)")
    parser.add_argument("--format", choices=("text", "markdown", "latex", "json"), default="text")
    parser.add_argument("--certificate", action="store_true", help="show what stands behind each badge")
    parser.add_argument(
        "--verify", action="store_true", help="run the checks anew (of all, when no name is given)"
    )
    parser.add_argument(
        "--numbers", metavar="n=5,k=3", help="show the result with these numbers, line by line"
    )
    parser.add_argument("--export", action="store_true", help="write the shipped records anew")


def run(args: argparse.Namespace) -> int:
    """Do what was asked for; exit code 1 when a check fails."""
    if args.export:
        return _export()
    if args.verify:
        return _verify(args.name, args.view)
    if args.name is None:
        return _list(args.format)
    if args.numbers:
        return _numbers(args.name, args.view, args.numbers)
    return _show(args)


def _list(form: str) -> int:
    from cnnmath.derive import records

    if form == "json":
        rows = [
            {"name": entry.name, "title": entry.title, "topic": entry.topic, "views": list(entry.views)}
            for entry in records()
        ]
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return 0
    topics: dict[str, list[str]] = {}
    width = max(len(entry.name) for entry in records())
    for entry in records():
        topics.setdefault(entry.topic, []).append(f"  {entry.name:<{width}}  {entry.title}")
    print("\n\n".join("\n".join([topic, *lines]) for topic, lines in topics.items()))
    return 0


def _show(args: argparse.Namespace) -> int:
    from cnnmath.derive import record
    from cnnmath.derive.render import render

    found = record(args.name)
    if args.format == "json":
        shown = asdict(found.view(args.view)) if args.view else asdict(found)
        print(json.dumps(shown, indent=1, ensure_ascii=False))
    else:
        print(render(found, args.format, args.view, certificate=args.certificate))
    return 0


def _numbers(name: str, view: str | None, numbers: str) -> int:
    from cnnmath.derive import record, steps_with_numbers, with_numbers

    shown = record(name).view(view)
    given = _values(numbers)
    for number, step in enumerate(steps_with_numbers(shown, given), 1):
        if step.right_value:
            print(f"{number:>3}. {step.left.text} {step.relation} {step.right.text}")
            print(f"       {_valued(step)}")
    result = shown.result
    for line in with_numbers(result.formula, given):
        lead = f"{' ' * len(result.name)} {line.relation}" if line.relation else f"{result.name} ="
        print(f"{lead} {line.text}")
    return 0


def _valued(step: WorkedStep) -> str:
    if not step.left_value:
        return step.right_value
    return f"{step.left_value} {step.relation} {step.right_value}"


def _values(numbers: str) -> dict[str, int]:
    """Return the values of a text such as `n=5, k=3`."""
    values = {}
    for entry in numbers.split(","):
        name, sign, value = entry.partition("=")
        if not sign or not value.strip().lstrip("-").isdecimal():
            raise CnnMathError(where="--numbers", given=entry, expected="whole numbers such as n=5,k=3")
        values[name.strip()] = int(value)
    return values


def _verify(name: str | None, view: str | None) -> int:
    from cnnmath.derive import derivation, derivations

    failed = False
    for chosen in derivations() if name is None else (name,):
        first = derivation(chosen, view)
        for each in (first.view,) if view else first.views:
            report = derivation(chosen, each).verify()
            steps, checks = len(report.outcomes), sum(len(outcome.evidence) for outcome in report.outcomes)
            print(f"{'ok' if report.ok else 'FAILED':<6} {chosen} ({each}): {steps} steps, {checks} checks")
            for outcome in report.outcomes if name else ():
                print(f"         {outcome.badge:<10} {outcome.step.rule}: {_counts(outcome)}")
            for problem in report.problems():
                print(f"         {problem}")
            failed |= not report.ok
    return int(failed)


def _counts(outcome: Outcome) -> str:
    return "; ".join(entry.summary() for entry in outcome.evidence)


def _export() -> int:
    from cnnmath.derive.export import export

    print(f"{len(export())} records written")
    return 0
