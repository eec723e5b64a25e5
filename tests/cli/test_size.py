"""`cnnmath size`: the number, the formula with its numbers, the convention; and help with bad input."""

from __future__ import annotations

import json

import pytest

from cnnmath.cli import main

# Each row: the arguments, the size, and where the size comes from.
KNOWN = [
    ("--input 227 --kernel 11 --stride 4", [55], "Krizhevsky et al. 2012, conv1"),
    ("--input 224x224 --kernel 7 --stride 2 --padding 3", [112, 112], "He et al. 2016, table 1, conv1"),
    ("--input 32 --kernel 5", [28], "LeCun et al. 1998, C1"),
    ("--input 55 --kernel 3 --stride 2", [27], "Krizhevsky et al. 2012, overlapping pooling"),
    ("--input 5x7 --kernel 3x5 --padding 1,2", [6, 6], "counted by hand: rows 8 - 3 + 1, columns 10 - 5 + 1"),
    ("--input 7 --kernel 3 --dilation 2", [3], "counted by hand: starts 0, 1, 2 reach cells 4, 5, 6"),
    ("--input 6 --kernel 3 --stride 2 --ceil-mode", [3], "counted by hand: starts 0, 2, 4"),
    ("--input 6 --kernel 3 --stride 2", [2], "counted by hand: starts 0, 2"),
    ("--input 224 --kernel 3 --stride 2 --padding same-tf", [112], "TensorFlow SAME: ceil(224/2)"),
    ("--input 9 --kernel 4 --padding same", [9], "the meaning of same"),
    ("--input 4 --kernel 4 --stride 2 --padding 1 --transposed", [8], "Radford et al. 2016: 4 to 8"),
    ("--input 3 --kernel 3 --stride 2 --transposed --output-padding 1", [8], "2*2 + 3 + 1, Dumoulin 14"),
]


@pytest.mark.parametrize(("arguments", "size", "source"), KNOWN, ids=[row[0] for row in KNOWN])
def test_known_sizes(
    arguments: str, size: list[int], source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sizes that papers print, or that were counted by hand, come out."""
    assert source
    assert main(["size", *arguments.split(), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["size"] == size


@pytest.mark.parametrize(("arguments", "size", "source"), KNOWN, ids=[row[0] for row in KNOWN])
def test_worked_lines_end_in_the_size(
    arguments: str, size: list[int], source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The formula with its numbers, worked out line by line, arrives at the same size as the rule."""
    assert source
    assert main(["size", *arguments.split()]) == 0
    first, *rest = capsys.readouterr().out.split("\n\n")
    assert first == " x ".join(map(str, size))
    ends = [block.splitlines()[-1] for block in rest if block.lstrip().splitlines()[-1].startswith("=")]
    assert [f"= {value}" for value in dict.fromkeys(size)] == list(dict.fromkeys(ends))


def test_the_answer_says_its_convention(capsys: pytest.CaptureFixture[str]) -> None:
    """Number, formula, numbers in place, meaning of the letters, convention and derivation are there."""
    assert main(["size", "--input", "227", "--kernel", "11", "--stride", "4"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("55\n\n  floor((n + 2p - k)/s) + 1\n= floor((227 + 2*0 - 11)/4) + 1\n")
    assert "\np   padding on each side\n" in text
    assert "padding is counted per side" in text
    assert "cnnmath derive conv-output-size" in text
    assert max(map(len, text.splitlines())) <= 110


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--input 3 --kernel 7", "got a kernel of 7 on 3"),
        (
            "--input abc --kernel 3",
            '--input: expected a whole number of at least 1, or one for each axis, got "abc"',
        ),
        ("--input 0 --kernel 3", "--input: expected a whole number of at least 1"),
        ("--input 7 --kernel 3 --stride 0", "--stride: expected a whole number of at least 1"),
        ("--input 7 --kernel -3", "--kernel"),
        ("--input 7x7 --kernel 3x3x3", "--kernel: expected 1 or 2, as --input has 2, got 3 numbers"),
        ("--input 7 --kernel 3 --padding half", "--padding: expected a number per side"),
        ("--input 7 --kernel 3 --stride 2 --padding same", "With a stride, say same-tf"),
        ("--input 7 --kernel 3 --output-padding 1", "It belongs to --transposed"),
        ("--input 7 --kernel 3 --stride 2 --transposed --output-padding 2", "from 0 to the stride minus 1"),
        ("--input 7 --kernel 3 --ceil-mode --transposed", "one of the two"),
        ("--input 9999999999 --kernel 3", "--input"),
    ],
)
def test_bad_input_says_what_to_do(arguments: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad input ends with code 2 and one sentence that names the option and what was expected."""
    assert main(["size", *arguments.split()]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert message in output.err
