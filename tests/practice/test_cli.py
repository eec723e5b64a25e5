"""The commands of practice: politely interactive, readable by programs, with honest exit codes."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from cnnmath import cli, practice
from cnnmath.cli import COMMANDS
from cnnmath.practice.answersfile import write_answers

NAME = "output-size/general"


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run every command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Let the command read these lines, then the end of the input (Ctrl-D, or the end of a pipe)."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def solution(name: str, seed: int) -> str:
    """Return the right answer as text."""
    asked = practice.question(name, seed)
    return asked.answer.show(asked.answer.right)


# practice


def test_practice_goes_through_a_set(monkeypatch, capsys, somewhere: Path) -> None:
    """Right answers lead on to the next question; at the end the points and the file are told."""
    entries = practice.exercise_set("output-size").entries
    typed(monkeypatch, *(solution(entry.question, entry.seed) for entry in entries))
    assert cli.main(["practice", "output-size"]) == 0
    out = capsys.readouterr().out
    points = sum(practice.question(entry.question, entry.seed).points for entry in entries)
    assert f"{points} of {points} points." in out
    assert f"[{len(entries)}/{len(entries)}]" in out
    report = practice.grade_answers((somewhere / "answers.json").read_text())
    assert (report.ok, len(report.rows)) == (True, len(entries))


def test_practice_helps_when_asked(monkeypatch, capsys) -> None:
    """Hints come one by one, the solution shows the answer, `again` draws another variant, `next` goes on."""
    typed(monkeypatch, "hint", "hint", "hint", "help", "12 px", "again", "solution", "next")
    assert cli.main(["practice", NAME, "--seed", "3"]) == 0
    out = capsys.readouterr().out
    assert "Hint 1 of 2:" in out
    assert "Hint 2 of 2:" in out
    assert "There is no further hint" in out
    assert "without a unit: 12." in out
    assert f"{NAME}, seed 4" in out
    assert f"Answer: {solution(NAME, 4)}" in out


def test_practice_never_takes_a_letter_for_a_command(monkeypatch, capsys) -> None:
    """N and q are formulas in some questions: they are graded, not obeyed."""
    typed(monkeypatch, "n", "q", "quit")
    assert cli.main(["practice", "output-size/formula", "--seed", "1"]) == 0
    assert capsys.readouterr().out.count("\n> ") == 3


def test_practice_goes_on_where_it_was_left(monkeypatch, capsys) -> None:
    """What was answered correctly is not asked again; the file keeps both sittings."""
    typed(monkeypatch, solution("output-size/valid", 1))
    assert cli.main(["practice", "output-size"]) == 0
    capsys.readouterr()
    typed(monkeypatch, "quit")
    assert cli.main(["practice", "output-size"]) == 0
    assert "output-size/valid, seed 1: answered before." in capsys.readouterr().out


def test_practice_says_goodbye_at_ctrl_c(monkeypatch, capsys, somewhere: Path) -> None:
    """Ctrl-C ends the session with 130; what was answered is in the file."""
    lines = iter(["1"])

    def interrupted(prompt: str) -> str:
        for line in lines:
            return line
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)
    assert cli.main(["practice", NAME]) == 130
    assert "Your answers: answers.json" in capsys.readouterr().out
    assert json.loads((somewhere / "answers.json").read_text())["answers"][0]["answer"] == "1"


def test_practice_does_not_touch_a_foreign_file(monkeypatch, capsys, somewhere: Path) -> None:
    """A file of that name that is no answers file is bad input, and stays as it is."""
    (somewhere / "answers.json").write_text("precious")
    typed(monkeypatch, "1")
    assert cli.main(["practice", NAME]) == 2
    assert "--answers FILE" in capsys.readouterr().err
    assert (somewhere / "answers.json").read_text() == "precious"


def test_practice_prints_answers_that_cannot_be_saved(monkeypatch, capsys, somewhere: Path) -> None:
    """When the folder disappears meanwhile, the answers are printed to be copied."""
    folder = somewhere / "usb"
    folder.mkdir()

    def then_gone(prompt: str) -> str:
        if folder.exists():
            folder.rmdir()
            return "1"
        raise EOFError

    monkeypatch.setattr("builtins.input", then_gone)
    assert cli.main(["practice", NAME, "--answers", str(folder / "mine.json")]) == 0
    out = capsys.readouterr().out
    assert "could not be saved" in out
    assert '"format": "cnnmath-answers"' in out


def test_practice_lists_what_there_is(capsys) -> None:
    """Without a name, sets and topics are listed; an unknown name suggests a near one."""
    assert cli.main(["practice"]) == 0
    out = capsys.readouterr().out
    assert "output-size" in out
    assert "topics:" in out
    assert cli.main(["practice", "outputsize"]) == 2
    assert "Did you mean output-size" in capsys.readouterr().err


# question, worksheet


def test_question_prints_a_variant(capsys) -> None:
    """Prompt alone, or with hints and solution; as JSON without the answer unless it is asked for."""
    assert cli.main(["question", NAME, "--seed", "7"]) == 0
    bare = capsys.readouterr().out
    assert "Answer:" not in bare
    assert cli.main(["question", NAME, "--seed", "7", "--hints", "--solution"]) == 0
    full = capsys.readouterr().out
    assert f"Answer: {solution(NAME, 7)}" in full
    assert "Hint 2:" in full
    assert cli.main(["question", NAME, "--seed", "7", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["name"], data["seed"]) == (NAME, 7)
    assert "answer" not in data


def test_question_as_markdown_has_latex(capsys) -> None:
    """Formulas become LaTeX between dollar signs."""
    assert cli.main(["question", "output-size/formula", "--solution", "--format", "markdown"]) == 0
    assert r"$\left\lfloor\frac{" in capsys.readouterr().out


def test_question_lists_names_and_refuses_unknown_ones(capsys) -> None:
    """Without a name all are listed; a mistyped one is bad input."""
    assert cli.main(["question"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(practice.questions())
    assert cli.main(["question", "output-size/genral"]) == 2
    assert f"Did you mean {NAME}" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["markdown", "text", "json"])
def test_worksheets_in_every_format(form: str, capsys) -> None:
    """A sheet of another number, with solutions, in each format."""
    assert cli.main(["worksheet", "output-size", "--seed", "12", "--solutions", "--format", form]) == 0
    out = capsys.readouterr().out
    assert "12001" in out
    assert solution("output-size/valid", 12001) in out
    assert form != "json" or json.loads(out)["set"] == "output-size"


def test_worksheet_lists_sets(capsys) -> None:
    """Without a set, all are listed."""
    assert cli.main(["worksheet"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(practice.sets())


# grade


@pytest.fixture
def answers(somewhere: Path) -> Path:
    """Return a file with a right, a wrong, an unreadable and a foreign entry."""
    path = somewhere / "class.json"
    entries = [
        {"question": NAME, "seed": 1, "answer": solution(NAME, 1)},
        {"question": NAME, "seed": 2, "answer": "=1+1\x1b[31m"},
        {"question": "poetry/rhyme", "seed": 2, "answer": "moon"},
    ]
    path.write_text(write_answers(entries))
    return path


def test_grade_prints_a_table_and_says_why(answers: Path, capsys) -> None:
    """Each entry has a line, each wrong one a reason; control characters never reach the terminal."""
    assert cli.main(["grade", str(answers)]) == 1
    out = capsys.readouterr().out
    assert "2 of 4 points; 2 of 3 entries graded." in out
    assert 'There is no question "poetry/rhyme".' in out
    assert "\x1b" not in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_grade_is_zero_when_all_is_right(somewhere: Path, capsys) -> None:
    """A file of right answers only ends with 0."""
    path = somewhere / "mine.json"
    path.write_text(write_answers([{"question": NAME, "seed": 1, "answer": solution(NAME, 1)}]))
    assert cli.main(["grade", str(path)]) == 0
    assert "2 of 2 points" in capsys.readouterr().out


def test_grade_as_csv_is_safe_in_a_spreadsheet(answers: Path, capsys) -> None:
    """Every entry is a row; an answer that begins like a formula is quoted so that no spreadsheet runs it."""
    assert cli.main(["grade", str(answers), "--format", "csv"]) == 1
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["status"] for row in rows] == ["correct", "invalid", "unusable"]
    assert rows[1]["answer"].startswith("'=1+1")


def test_grade_as_json_is_the_report(answers: Path, capsys) -> None:
    """The JSON is the report of `practice.grade_answers`."""
    assert cli.main(["grade", str(answers), "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data.pop("file") == str(answers)
    assert data == practice.grade_answers(answers.read_text()).to_dict()


def test_grade_takes_a_whole_class(answers: Path, somewhere: Path, capsys) -> None:
    """Several files are graded one by one; one that cannot be read is named, the others are graded."""
    (somewhere / "broken.json").write_text("{")
    assert cli.main(["grade", "broken.json", str(answers), "missing.json"]) == 1
    out = capsys.readouterr().out
    assert "broken.json: This is not JSON" in out
    assert "missing.json: This file cannot be read" in out
    assert "2 of 3 entries graded." in out


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[]"])
def test_grade_refuses_what_is_no_answers_file(content: bytes, somewhere: Path, capsys) -> None:
    """A single file that is something else is bad input, told in one sentence without a traceback."""
    (somewhere / "thing.json").write_bytes(content)
    assert cli.main(["grade", "thing.json"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("cnnmath: thing.json: This")
    assert "Traceback" not in error


# check


@pytest.mark.parametrize(
    ("formula", "code", "words"),
    [
        ("(n + 2p - k)//s + 1", 0, "Correct: equal in all 1,320 cases"),
        ("ceil((n + 2p - k)/s) + 1", 1, "for n = 6, k = 3, s = 2, p = 1 yours gives 4, it should be 3"),
        ("n^(n^9) - n^(n^9) + (n + 2p - k)//s + 1", 1, "could not be decided"),
        ("floor((n + 2p - k)/s", 2, "     ^\nThe bracket ( is never closed."),
    ],
)
def test_check_compares_two_formulas(formula: str, code: int, words: str, capsys) -> None:
    """Equal is 0, different or undecided 1, not readable 2 with a caret under the place."""
    assert cli.main(["check", formula, "--equals", "floor((n + 2p - k)/s) + 1"]) == code
    assert words in capsys.readouterr().out


def test_check_explains_its_domains(capsys) -> None:
    """Without a formula, the domains are listed with names, meanings and conditions."""
    assert cli.main(["check"]) == 0
    out = capsys.readouterr().out
    assert "conv-size: n (input size), k (kernel size), s (stride), p (padding on each side)" in out
    assert "where k <= n + 2p" in out
    assert cli.main(["check", "n", "--equals", "n", "--domain", "conv-siz"]) == 2
    assert "Did you mean conv-size" in capsys.readouterr().err
    assert cli.main(["check", "n"]) == 2
    assert "--equals" in capsys.readouterr().err


def test_commands_of_practice_are_in_the_table() -> None:
    """All five commands can be reached."""
    assert {"practice", "question", "worksheet", "grade", "check"} <= set(COMMANDS)
