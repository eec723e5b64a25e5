"""cnnmath worksheet: a set of questions to print or to hand out, with or without solutions."""

from __future__ import annotations

import argparse
import json

from cnnmath.practice.bank import bank
from cnnmath.practice.worksheet import FORMATS, worksheet

__all__ = ["EXAMPLE", "configure", "run"]

EXAMPLE = "cnnmath worksheet output-size --seed 12 --format markdown --solutions"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", nargs="?", metavar="SET", help="an exercise set; without it, all are listed")
    parser.add_argument("--seed", type=int, help="sheet number: other variants of every question")
    parser.add_argument("--solutions", action="store_true", help="print answers and worked solutions as well")
    parser.add_argument(
        "--format", choices=FORMATS, default="markdown", help="how to print (default: markdown)"
    )
    parser.add_argument("--bank", metavar="DIR", help="a folder with questions and sets of your own")


def run(args: argparse.Namespace) -> int:
    """Print the worksheet."""
    if args.name is None:
        for found in bank(args.bank).sets:
            print(f"{found.name:<28} {found.title} ({len(found.entries)} questions)")
        return 0
    sheet = worksheet(args.name, args.seed, args.bank)
    if args.format == "json":
        print(json.dumps(sheet.to_dict(solutions=args.solutions), ensure_ascii=False, indent=2))
    elif args.format == "text":
        print(sheet.text(solutions=args.solutions), end="")
    else:
        print(sheet.markdown(solutions=args.solutions), end="")
    return 0
