"""The command line: a table of commands and the promise that no traceback reaches a learner.

Each command is one module of this folder with `configure(parser)`, `run(args)` and an `EXAMPLE`; it calls one
function of a room and prints. Only the command that was asked for is imported, so the start stays fast.
Exit codes: 0 done, 1 wrong or failed, 2 bad input.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from cnnmath import __version__
from cnnmath.errors import CnnMathError, near_misses

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "derive": "show a derivation step by step, and re-run its checks",
    "size": "output size of a convolution or pooling layer, with the formula",
    "summary": "table of a network: shapes, parameters, MACs, memory, receptive field",
    "practice": "practice interactively in the terminal",
    "question": "print one question",
    "worksheet": "print a set of questions, with or without solutions",
    "grade": "grade an answers file",
    "check": "check a formula or a code task",
    "figure": "draw a figure to a file",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    >>> main(["--version"])
    cnnmath 0.1.0
    0
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(arguments)
    except CnnMathError as error:
        print(f"cnnmath: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output (head, less) has left: Python must not flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _dispatch(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0
    if arguments[0] in ("-V", "--version"):
        print(f"cnnmath {__version__}")
        return 0
    name = arguments[0]
    if name not in COMMANDS:
        raise _unknown_command(name)
    module = importlib.import_module(f"cnnmath.cli.{name}")
    parser = argparse.ArgumentParser(
        prog=f"cnnmath {name}",
        description=f"{COMMANDS[name][0].upper()}{COMMANDS[name][1:]}.",
        epilog=f"example:\n  {module.EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.configure(parser)
    try:
        parsed = parser.parse_args(arguments[1:])
    except SystemExit as stop:
        return int(stop.code or 0)
    code: int = module.run(parsed)
    return code


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {what}" for name, what in COMMANDS.items()]
    return "\n".join(
        [
            "usage: cnnmath COMMAND ...",
            "",
            "commands:",
            *lines,
            "",
            "cnnmath COMMAND --help shows an example.",
        ]
    )


def _unknown_command(name: str) -> CnnMathError:
    close = near_misses(name, COMMANDS)
    hint = f"Did you mean {' or '.join(close)}?" if close else "cnnmath --help lists the commands."
    return CnnMathError(where=f'There is no command "{name}".', remedy=hint)
