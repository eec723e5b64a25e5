"""cnnmath figure: draw a figure to a file, or list what can be drawn."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cnnmath.errors import FigureError

if TYPE_CHECKING:
    from cnnmath.figures import Figure

EXAMPLE = "cnnmath figure sliding-window input=7 kernel=3 stride=2 padding=1 -o windows.svg"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", nargs="?", help="the figure's name; see --list")
    parser.add_argument("parameters", nargs="*", metavar="key=value", help="parameters of the figure")
    parser.add_argument("-o", "--output", type=Path, help="file to write: .svg, .png, .gif or .json")
    parser.add_argument("--scheme", choices=("light", "dark", "page"), default="light", help="colors")
    parser.add_argument("--list", action="store_true", help="list figures and their parameters")


def run(args: argparse.Namespace) -> int:
    """List the figures, or draw one."""
    from cnnmath.figures import figure

    if args.list or args.name is None:
        print(_listing())
        return 0
    drawn = figure(args.name, **_parameters(args.parameters))
    if args.output is None:
        sys.stdout.write(_about(drawn))
        return 0
    content = _content(drawn, args.output.suffix.lower(), args.scheme)
    try:
        args.output.write_bytes(content)
    except OSError as problem:
        raise FigureError(
            where=f"file {args.output}",
            given=problem.strerror or str(problem),
            expected="a file that can be written",
        ) from problem
    print(f"{args.output}: {drawn.title} ({len(content):,} bytes)")
    return 0


def _content(drawn: Figure, suffix: str, scheme: str) -> bytes:
    if suffix == ".svg":
        return drawn.svg(scheme).encode()
    if suffix == ".json":
        return (drawn.json() + "\n").encode()
    if suffix not in (".png", ".gif"):
        raise FigureError(
            where="--output", given=f'the ending "{suffix}"', expected=".svg, .png, .gif or .json"
        )
    if scheme == "page":
        raise FigureError(
            where="--scheme",
            given="page",
            expected="light or dark for pixels",
            remedy="Only SVG takes the page's colors.",
        )
    return drawn.png(scheme) if suffix == ".png" else drawn.gif(scheme)


def _parameters(words: list[str]) -> dict[str, str]:
    values = {}
    for word in words:
        key, sign, value = word.partition("=")
        if not sign or not key:
            raise FigureError(where="parameter", given=f'"{word}"', expected="key=value, such as kernel=3")
        values[key] = value
    return values


def _about(drawn: Figure) -> str:
    from textwrap import fill

    return "\n\n".join([drawn.title, fill(drawn.alt, 79), "Name a file with -o to draw it."]) + "\n"


def _listing() -> str:
    from textwrap import wrap

    from cnnmath.figures import figures, kind

    lines = []
    for name in figures():
        shown = kind(name)
        lines.append(name)
        lines += wrap(shown.about, 79, initial_indent="  ", subsequent_indent="  ")
        lines += [
            f"    {key:<10} {parameter.expected}; {_default(shown.defaults[key])} if not given"
            for key, parameter in shown.parameters.items()
        ]
    return "\n".join(lines)


def _default(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        nested = any(isinstance(entry, tuple) for entry in value)
        return (";" if nested else ",").join(map(_default, value))
    return str(value)
