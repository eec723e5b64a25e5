"""`cnnmath size`: the output size of one layer, with the derived formula, its numbers, and the convention.

The number comes from the rules, the formula from the derivation's shipped record; a law holds one against the
other. Sizes with several axes (224x224) are worked out axis by axis.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnmath.errors import CnnMathError

if TYPE_CHECKING:
    from cnnmath.derive.shipped import RecordedView

EXAMPLE = "cnnmath size --input 227 --kernel 11 --stride 4"

_WORDS = ("valid", "same", "same-tf")
_CONVENTION = (
    "Convention: padding is counted per side, dilation 1 is dense, and a part of a step is {rounding}.\n"
    "The formula is derived, step by step: cnnmath derive {name}"
)


@dataclass(frozen=True)
class Axis:
    """One axis of a layer: all sizes in cells."""

    n: int
    k: int
    s: int
    d: int
    before: int
    after: int
    output_padding: int

    @property
    def values(self) -> dict[str, int]:
        """The letters of the formulas; `p` only says something where both sides are equal."""
        return {
            "n": self.n, "k": self.k, "s": self.s, "d": self.d, "p": self.before,
            "p_l": self.before, "p_r": self.after, "a": self.output_padding,
        }  # fmt: skip


@dataclass(frozen=True)
class Mode:
    """A way to count: the rule for the number, the record that derives it, and how parts are rounded."""

    rule: Callable[[Axis], int]
    record: str
    rounding: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments: sizes take one number, or one for each axis (224x224)."""
    parser.add_argument("--input", required=True, metavar="N", help="input size: 227, or 224x224")
    parser.add_argument("--kernel", required=True, metavar="K", help="kernel size: 3, or 3x5")
    parser.add_argument("--stride", default="1", metavar="S", help="stride (default 1)")
    parser.add_argument(
        "--padding",
        default="0",
        metavar="P",
        help="per side: 1, or 1,2 (before,after), or valid, same, same-tf",
    )
    parser.add_argument("--dilation", default="1", metavar="D", help="dilation, 1 is dense (default 1)")
    parser.add_argument("--ceil-mode", action="store_true", help="round up, as pooling layers can")
    parser.add_argument("--transposed", action="store_true", help="transposed convolution")
    parser.add_argument("--output-padding", default="0", metavar="A", help="for --transposed: 0 to S - 1")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Print the size and how it comes about."""
    mode = _mode(args)
    axes = _axes(args)
    sizes = [mode.rule(axis) for axis in axes]
    if args.format == "json":
        print(json.dumps(_document(mode, axes, sizes), indent=2))
    else:
        print("\n".join(_report(mode, axes, sizes)))
    return 0


def _mode(args: argparse.Namespace) -> Mode:
    from cnnmath import rules

    if args.ceil_mode and args.transposed:
        raise CnnMathError(
            where="--ceil-mode",
            given="--transposed as well",
            expected="one of the two",
            remedy="A transposed convolution has no rounding.",
        )
    if args.transposed:
        return Mode(
            lambda a: rules.transposed_output_size(a.n, a.k, a.s, a.before, a.after, a.d, a.output_padding),
            "transposed-output-size",
            "never met",
        )
    if args.ceil_mode:
        return Mode(
            lambda a: rules.ceil_output_size(a.n, a.k, a.s, a.before, a.after, a.d),
            "pool-output-size-ceil",
            "rounded up (ceil mode)",
        )
    return Mode(
        lambda a: rules.output_size(a.n, a.k, a.s, a.before, a.after, a.d),
        "conv-output-size",
        "thrown away (floor)",
    )


def _axes(args: argparse.Namespace) -> list[Axis]:
    inputs = _numbers("--input", args.input, least=1)
    count = len(inputs)
    kernels, strides, dilations, outputs = (
        _numbers(f"--{name.replace('_', '-')}", getattr(args, name), least=least, count=count)
        for name, least in (("kernel", 1), ("stride", 1), ("dilation", 1), ("output_padding", 0))
    )
    _refuse_output_padding(args, outputs, strides)
    axes = []
    for n, k, s, d, a in zip(inputs, kernels, strides, dilations, outputs, strict=True):
        before, after = _padding(args.padding, n, k, s, d)
        axes.append(Axis(n, k, s, d, before, after, a))
    return axes


def _refuse_output_padding(args: argparse.Namespace, outputs: list[int], strides: list[int]) -> None:
    if any(outputs) and not args.transposed:
        raise CnnMathError(
            where="--output-padding",
            given=args.output_padding,
            remedy="It belongs to --transposed; add that.",
        )
    too_large = [(a, s) for a, s in zip(outputs, strides, strict=True) if a >= s and a]
    if too_large:
        raise CnnMathError(
            where="--output-padding",
            given=f"{too_large[0][0]} with stride {too_large[0][1]}",
            expected="a number from 0 to the stride minus 1",
            remedy="It says which of the sizes that shrink to the same one is meant.",
        )


def _numbers(option: str, text: str, *, least: int, count: int = 0) -> list[int]:
    """Read `7` or `7x5`; one number stands for all `count` axes."""
    parts = re.split(r"[x×,]", text.replace(" ", ""))
    if not all(re.fullmatch(r"[0-9]{1,9}", part) for part in parts) or any(
        int(part) < least for part in parts
    ):
        raise CnnMathError(
            where=option,
            given=f'"{text[:40]}"',
            expected=f"a whole number of at least {least}, or one for each axis",
            remedy="For example 7, or 7x7.",
        )
    values = [int(part) for part in parts]
    if count and len(values) == 1:
        values *= count
    if count and len(values) != count:
        raise CnnMathError(
            where=option,
            given=f"{len(values)} numbers",
            expected=f"1 or {count}, as --input has {count}",
            remedy="Give one number for all axes, or one for each.",
        )
    return values


def _padding(text: str, n: int, k: int, s: int, d: int) -> tuple[int, int]:
    from cnnmath import rules

    if text == "valid":
        return 0, 0
    if text == "same":
        if s != 1:
            raise CnnMathError(
                where="--padding same",
                given=f"stride {s}",
                expected="stride 1",
                remedy="With a stride, say same-tf for TensorFlow's rule, or the padding itself.",
            )
        return rules.padding_same(k, d)
    if text == "same-tf":
        return rules.padding_same_tf(n, k, s, d)
    try:
        sides = _numbers("--padding", text, least=0, count=2)
    except CnnMathError as error:
        raise CnnMathError(
            where="--padding",
            given=f'"{text[:40]}"',
            expected=f"a number per side, two as before,after, or one of {', '.join(_WORDS)}",
            remedy="For example 1, or 1,2, or same.",
        ) from error
    return sides[0], sides[1]


def _view(mode: Mode, axis: Axis) -> RecordedView:
    """Return the simplest view of the mode's derivation that covers the axis."""
    from cnnmath import derive

    views = list(derive.record(mode.record).views.values())
    plain = axis.d == 1 and axis.before == axis.after
    return views[0] if plain else views[-1]


def _report(mode: Mode, axes: list[Axis], sizes: list[int]) -> list[str]:
    from cnnmath.derive.worked import with_numbers

    lines = [" x ".join(map(str, sizes))]
    meanings: dict[str, str] = {}
    for axis in dict.fromkeys(axes):  # equal axes are worked out once
        view = _view(mode, axis)
        names = view.result.names
        worked = with_numbers(view.result.formula, {name: axis.values[name] for name in names})
        lines += ["", *(f"{line.relation or ' '} {line.text}" for line in worked)]
        meanings |= {entry.name: entry.meaning for entry in view.names if entry.name in names}
    lines += ["", *(f"{name:3} {meaning}" for name, meaning in meanings.items())]
    return [*lines, "", _CONVENTION.format(rounding=mode.rounding, name=mode.record)]


def _document(mode: Mode, axes: list[Axis], sizes: list[int]) -> dict[str, object]:
    return {
        "size": sizes,
        "axes": [
            {
                "input": axis.n, "kernel": axis.k, "stride": axis.s, "dilation": axis.d,
                "padding": [axis.before, axis.after], "output_padding": axis.output_padding,
                "formula": _view(mode, axis).result.formula,
            }
            for axis in axes
        ],
        "rounding": "ceil" if "ceil" in mode.record else "floor",
        "padding_counted": "per side",
        "derivation": mode.record,
    }  # fmt: skip
