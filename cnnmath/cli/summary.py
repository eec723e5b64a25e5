"""cnnmath summary: the table of a network of the zoo, or of one's own in text notation.

Reads, asks `cnnmath.measure`, prints; nothing is counted here.
"""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from cnnmath.errors import CnnMathError, NotationError

if TYPE_CHECKING:
    from pathlib import Path

    from cnnmath.arch import Network

__all__ = ["EXAMPLE", "configure", "run"]

EXAMPLE = "cnnmath summary resnet50 --by stage"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("network", nargs="?", help="a network of the zoo, or a file in text notation")
    parser.add_argument(
        "--list", action="store_true", help="list the networks of the zoo and the conventions"
    )
    parser.add_argument("--input", metavar="CxHxW", help="another input size: 3x256x256, 256x256 or 256")
    parser.add_argument(
        "--by", choices=("node", "stage"), default="node", help="one row per node or per stage"
    )
    parser.add_argument("--convention", default="macs", help="how operations are counted (default: macs)")
    parser.add_argument("--format", choices=("text", "markdown", "csv", "json"), default="text")
    parser.add_argument("--training", action="store_true", help="count auxiliary heads as running")
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of a network of the zoo",
    )


def run(args: argparse.Namespace) -> int:
    """Print the table."""
    from cnnmath import measure

    if args.list:
        print(_catalog())
        return 0
    if not args.network:
        raise CnnMathError(
            where="cnnmath summary",
            expected="the name of a network, or a file",
            remedy=f"For example: {EXAMPLE}; cnnmath summary --list shows all.",
        )
    network, notes = _network(args.network, args.input, args.option)
    counted = measure.table(network, convention=args.convention, training=args.training)
    if args.format == "text":
        print(counted.text(args.by, notes=notes), end="")
    elif args.format == "markdown":
        print(counted.markdown(args.by, notes), end="")
    elif args.format == "csv":
        print(counted.csv(args.by), end="")
    else:
        print(counted.json(args.by))
    return 0


def _network(name: str, size: str | None, options: list[str]) -> tuple[Network, tuple[str, ...]]:
    """Return the network, at the size asked for, and what its footer says about it."""
    from cnnmath import zoo

    if name not in zoo.models() and _names_a_file(name):
        return _from_file(name, size, options), ()
    entry = zoo.entry(name)
    network = zoo.model(name, **dict([_option(text) for text in options]))
    if size:
        network = network.with_input(*_shape(size, network.input_shape[0]))
    notes = [f"{entry.title}: {entry.paper}.", f"Variant: {entry.variant}."]
    return network, (*notes, *([f"Convention: {entry.convention}."] if entry.convention else []))


def _names_a_file(name: str) -> bool:
    from pathlib import Path

    return "." in name or "/" in name or Path(name).is_file()


def _from_file(name: str, size: str | None, options: list[str]) -> Network:
    from pathlib import Path

    from cnnmath import arch

    path = Path(name)
    if options:
        raise CnnMathError(where="--option", given=options[0], expected="a network of the zoo, not a file")
    name = re.sub(r"[^\w.+-]", "-", path.stem) or "network"
    try:
        network = arch.read(_read(path), name, input_shape=_shape(size, None) if size else None)
    except NotationError as error:
        raise CnnMathError(remedy=f"{path}, {error}\n{error.pointer()}") from None
    return network.with_input(*_shape(size, network.input_shape[0])) if size else network


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        from cnnmath import zoo
        from cnnmath.errors import near_misses

        close = near_misses(path.stem, zoo.models())
        remedy = f"Or did you mean the network {' or '.join(close)}?" if close else "Check the path."
        raise CnnMathError(where=f"cannot read {path} ({error.__class__.__name__})", remedy=remedy) from None


def _shape(text: str, channels: int | None) -> tuple[int, ...]:
    """Return the shape of `3x256x256`, `256x256` or `256`; `channels` fills a missing first entry."""
    if not re.fullmatch(r"\d{1,6}([x,×]\d{1,6}){0,3}", text):
        expected = "sizes such as 3x224x224, 224x224 or 224"
        raise CnnMathError(where="--input", given=repr(text), expected=expected)
    sizes = tuple(int(part) for part in re.split("[x,×]", text))
    if channels is not None and len(sizes) < 3:
        return (channels, sizes[0], sizes[-1])
    return sizes


def _option(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise CnnMathError(where="--option", given=repr(text), expected="name=value, such as shortcut=A")
    words: dict[str, object] = {"true": True, "false": False}
    if value.lower() in words:
        return name, words[value.lower()]
    try:
        return name, float(value) if "." in value else int(value)
    except ValueError:
        return name, value


def _catalog() -> str:
    from cnnmath import measure, zoo

    width = max(map(len, zoo.models()))
    networks = [f"  {entry.name:<{width}}  {entry.year}  {entry.title}" for entry in zoo.entries()]
    counting = [f"  {name:<18} {measure.convention(name).title}" for name in measure.conventions()]
    return "\n".join(["networks:", *networks, "", "conventions:", *counting])
