"""cnnmath derive: lists, shows, computes and verifies, with the exit codes that were promised."""

from __future__ import annotations

import json

import pytest

from cnnmath import derive
from cnnmath.cli import main
from cnnmath.derive.checks.algebra import Proved
from cnnmath.derive.evidence import Badge, Evidence


def test_it_lists_every_derivation_under_its_topic(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name all derivations are listed, with their titles."""
    assert main(["derive"]) == 0
    shown = capsys.readouterr().out
    for record in derive.records():
        assert record.topic in shown
        assert f"  {record.name} " in shown
        assert record.title in shown


def test_the_list_is_also_json(capsys: pytest.CaptureFixture[str]) -> None:
    """A machine gets names, titles, topics and views."""
    assert main(["derive", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(derive.derivations())
    assert rows[0].keys() == {"name", "title", "topic", "views"}


def test_it_shows_a_view(capsys: pytest.CaptureFixture[str]) -> None:
    """The general view has the general result."""
    assert main(["derive", "conv-output-size", "--view", "general"]) == 0
    assert "o = floor((n + p_l + p_r - d*(k - 1) - 1)/s) + 1" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["markdown", "latex"])
def test_it_prints_other_formats(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Markdown and LaTeX go to standard output."""
    assert main(["derive", "relationship-05", "--format", form]) == 0
    assert r"\left\lfloor\frac{n - k}{s}\right\rfloor" in capsys.readouterr().out


def test_json_holds_the_record(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON is the shipped record, or one view of it."""
    assert main(["derive", "relationship-05", "--format", "json", "--view", "simple"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["result"]["formula"] == "floor((n - k)/s) + 1"
    assert shown["steps"][-1]["badge"] == "proved"


def test_certificates_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    """--certificate shows what stands behind the badges."""
    assert main(["derive", "conv-output-size", "--certificate"]) == 0
    assert "and the sum is -1" in capsys.readouterr().out


def test_it_verifies(capsys: pytest.CaptureFixture[str]) -> None:
    """--verify runs the checks of all views and says so; exit code 0."""
    assert main(["derive", "padding-full", "--verify"]) == 0
    shown = capsys.readouterr().out
    assert "ok     padding-full (simple): 3 steps" in shown
    assert "ok     padding-full (general): 4 steps" in shown
    assert "proved" in shown


def test_a_failed_check_is_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """When a check fails, step, rule and counter-example are printed, and the exit code is 1."""
    failure = Evidence(Badge.FAILED, "floor certificate", counterexample="for n = 3 it does not hold")
    monkeypatch.setattr(Proved, "run", lambda self: failure)
    assert main(["derive", "padding-full", "--verify", "--view", "simple"]) == 1
    shown = capsys.readouterr().out
    assert "FAILED padding-full (simple)" in shown
    assert (
        'padding-full (simple), step 3, rule "rearrange": floor certificate failed: for n = 3 it does not '
        "hold." in shown
    )


def test_numbers_are_put_in(capsys: pytest.CaptureFixture[str]) -> None:
    """--numbers shows the steps and the result with values, line by line."""
    assert main(["derive", "conv-output-size", "--numbers", "n=7, k=3, s=2, p=0"]) == 0
    assert capsys.readouterr().out.endswith("  = 2 + 1\n  = 3\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["derive", "conv-output-sise"], "Did you mean conv-output-size"),
        (
            ["derive", "conv-output-size", "--view", "generl"],
            'There is no view "generl". Did you mean general?',
        ),
        (["derive", "conv-output-sise", "--verify"], "Did you mean conv-output-size"),
        (["derive", "conv-output-size", "--numbers", "n:7"], "expected whole numbers such as n=5,k=3"),
        (["derive", "conv-output-size", "--numbers", "n=7"], "There is no value for p"),
    ],
)
def test_bad_input_is_exit_code_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelled name or a missing number is answered with a sentence, no traceback."""
    assert main(arguments) == 2
    assert message in capsys.readouterr().err
