"""The command line: helpful, typed by exit code, and never a traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cnnmath import cli


@pytest.mark.parametrize("arguments", [[], ["--help"], ["help"], ["-h"]])
def test_overview_lists_every_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Without a command, or asked for help, each command stands on a line of its own with what it does."""
    assert cli.main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, what in cli.COMMANDS.items():
        assert any(line.split() == [name, *what.split()] for line in lines)


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` of each command ends well and shows an example that begins with the command itself."""
    assert cli.main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert f"example:\n  cnnmath {name}" in text


def test_unknown_command_suggests_the_near_one(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped command is bad input (2) and names the command that was probably meant."""
    assert cli.main(["summry"]) == 2
    assert "Did you mean summary?" in capsys.readouterr().err


def test_unknown_option_is_bad_input() -> None:
    """An option that a command does not have ends with code 2."""
    assert cli.main(["size", "--colour"]) == 2


def test_a_reader_that_leaves_early_is_no_error() -> None:
    """Output piped into a program that stops reading ends without a traceback."""
    command = f"{sys.executable} -m cnnmath derive | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
