"""cnnmath check: tell whether one formula equals another, and if not, where they differ."""

from __future__ import annotations

import argparse
import json

from cnnmath import formula
from cnnmath.errors import AnswerError
from cnnmath.practice import richtext
from cnnmath.practice.domains import domain, domains
from cnnmath.practice.equivalence import equivalent
from cnnmath.practice.verdict import Verdict

__all__ = ["EXAMPLE", "configure", "run"]

EXAMPLE = 'cnnmath check "(n + 2p - k)//s + 1" --equals "floor((n + 2p - k)/s) + 1" --domain conv-size'


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("formula", nargs="?", help="the formula to check; without it, the domains are listed")
    parser.add_argument("--equals", metavar="FORMULA", help="the formula that it should equal")
    parser.add_argument("--domain", default="conv-size", help="where they are compared (default: conv-size)")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print (default: text)"
    )


def run(args: argparse.Namespace) -> int:
    """Print the verdict; 0 equal, 1 different or undecided, 2 when one cannot be read."""
    if args.formula is None:
        print(_domains())
        return 0
    if args.equals is None:
        raise AnswerError(
            where="--equals", expected="the formula to compare with", remedy=f"For example: {EXAMPLE}"
        )
    area = domain(args.domain)
    formula.parse(args.equals, names=area.names)
    verdict = equivalent(args.formula, args.equals, area)
    if args.format == "json":
        print(json.dumps(verdict.to_dict(), ensure_ascii=False, indent=2))
    else:
        print(_pointer(args.formula, verdict) + richtext.plain(verdict.feedback))
    return {"correct": 0, "invalid": 2}.get(verdict.status, 1)


def _domains() -> str:
    lines = []
    for name in domains():
        area = domain(name)
        lines.append(f"{name}: {', '.join(f'{item.name} ({item.meaning})' for item in area.variables)}")
        lines += [f"    where {condition}" for condition in area.conditions]
    return "\n".join(lines)


def _pointer(text: str, verdict: Verdict) -> str:
    """Return the formula with carets under the part that cannot be read."""
    if verdict.span is None or not text or "\n" in text or len(text) > 76:
        return ""
    start, end = verdict.span
    return f"{text}\n{' ' * start}{'^' * max(1, end - start)}\n"
