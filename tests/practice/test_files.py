"""Answers files, progress and worksheets: one bad entry never spoils the rest, nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnmath.errors import AnswerError
from cnnmath.practice import grade_answers, question, worksheet
from cnnmath.practice.answersfile import write_answers
from cnnmath.practice.progress import Progress
from cnnmath.practice.sets import UnknownSet

NAME = "output-size/valid"


def right(seed: int, name: str = NAME) -> dict[str, object]:
    """Return an entry with the right answer, as the page would write it."""
    asked = question(name, seed)
    return {"question": name, "seed": seed, "answer": asked.answer.show(asked.answer.right), "attempts": 2}


def test_every_entry_is_graded_on_its_own() -> None:
    """Foreign, damaged and unknown entries are listed with the reason; the good ones are graded."""
    entries = [
        right(1),
        7,
        {"question": NAME, "seed": 2},
        {"question": "output-size/vald", "seed": 2, "answer": "1"},
        {"question": NAME, "seed": "two", "answer": "1"},
        {"question": NAME, "seed": 4, "answer": {"deep": []}},
        {"question": ["x"], "seed": 4, "answer": "1"},
        {"question": NAME, "seed": 5, "answer": "12"},
        right(2, "output-size/shape"),
    ]
    report = grade_answers(write_answers(entries))
    assert [row.status for row in report.rows] == [
        "correct", "unusable", "unusable", "unusable", "unusable", "invalid", "unusable", "wrong", "correct",
    ]  # fmt: skip
    assert "an entry with question, seed and answer" in report.rows[1].feedback
    assert "without answer" in report.rows[2].feedback
    assert "Did you mean output-size/valid or" in report.rows[3].feedback
    assert "a whole number from 0" in report.rows[4].feedback
    assert (report.earned, report.points, report.ok) == (4, 6, False)


def test_of_two_answers_to_one_variant_the_later_counts() -> None:
    """The first stays in the list, marked as replaced, and counts for nothing."""
    report = grade_answers(write_answers([{"question": NAME, "seed": 1, "answer": "1"}, right(1)]))
    assert [(row.status, row.counts) for row in report.rows] == [("wrong", False), ("correct", True)]
    assert (report.earned, report.points, report.ok) == (1, 1, True)


def test_points_come_from_the_bank_never_from_the_file() -> None:
    """An entry cannot give itself points."""
    report = grade_answers(write_answers([{**right(1), "points": 100, "score": 1}]))
    assert (report.earned, report.points) == (1, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "This is not JSON"),
        ("{", "line 1, column 2"),
        ("[]", "This JSON is something else"),
        ('{"answers": []}', "This JSON is something else"),
        ('{"format": "cnnmath-answers", "version": 2, "answers": []}', "version: expected 1, got 2"),
        ("[" * 100_000, "cannot be read"),
        ('{"format": "cnnmath-answers", "version": 1, "answers": {}}', "something else"),
    ],
)
def test_what_is_no_answers_file_says_so(text: str, words: str) -> None:
    """A whole file that cannot be used is one error that says what was expected."""
    with pytest.raises(AnswerError) as caught:
        grade_answers(text)
    assert words in str(caught.value)


def test_a_byte_order_mark_does_no_harm() -> None:
    """Editors on Windows put an invisible character in front."""
    assert grade_answers("\ufeff" + write_answers([right(3)])).ok


def test_reports_are_plain_data() -> None:
    """A report can be written as JSON and read back unchanged."""
    data = grade_answers(write_answers([right(1), 7])).to_dict()
    assert json.loads(json.dumps(data)) == data
    assert (data["points"], data["rows"][1]["status"]) == (1, "unusable")


def test_progress_keeps_the_best_answer_and_counts_attempts(tmp_path: Path) -> None:
    """A worse or unreadable answer never replaces a better one; unreadable ones cost no attempt."""
    path, asked = tmp_path / "answers.json", question(NAME, 1)
    progress = Progress.load(path)
    for typed in ("1", "banana", str(asked.answer.right), "2"):
        progress.record(asked, typed, asked.answer.grade(typed))
    entry = json.loads(path.read_text())["answers"][0]
    assert (entry["answer"], entry["attempts"], entry["status"]) == (str(asked.answer.right), 3, "correct")
    assert Progress.load(path).is_done(NAME, 1)


def test_progress_goes_on_with_a_file_from_the_page(tmp_path: Path) -> None:
    """Entries of other questions, and fields that only the page knows, stay as they were."""
    path, asked = tmp_path / "page.json", question(NAME, 2)
    path.write_text(write_answers([{**right(1), "draft": "x"}]))
    progress = Progress.load(path)
    progress.record(asked, "1", asked.answer.grade("1"))
    entries = json.loads(path.read_text())["answers"]
    assert [entry["seed"] for entry in entries] == [1, 2]
    assert entries[0]["draft"] == "x"


def test_progress_never_overwrites_a_foreign_file(tmp_path: Path) -> None:
    """A file that is something else is refused before a question is asked, and stays untouched."""
    path = tmp_path / "thesis.json"
    path.write_text('{"my": "thesis"}')
    with pytest.raises(AnswerError, match="--answers FILE"):
        Progress.load(path)
    assert path.read_text() == '{"my": "thesis"}'


def test_progress_survives_a_disk_that_fails(tmp_path: Path) -> None:
    """When saving fails, the answers stay in memory and the caller is told."""
    folder, asked = tmp_path / "gone", question(NAME, 1)
    folder.mkdir()
    progress = Progress.load(folder / "answers.json")
    folder.rmdir()
    progress.record(asked, "1", asked.answer.grade("1"))
    assert not progress.saved
    assert progress.entries[0]["answer"] == "1"


def test_a_folder_that_is_not_there_is_told_before_the_first_question(tmp_path: Path) -> None:
    """Nothing is asked that could not be saved."""
    with pytest.raises(AnswerError, match="Nothing can be saved in"):
        Progress.load(tmp_path / "nowhere" / "answers.json")


def test_a_worksheet_has_all_questions_of_its_set_in_order() -> None:
    """Each question stands with its points, its name and its seed; solutions only when asked for."""
    sheet = worksheet("output-size")
    bare, solved = sheet.markdown(), sheet.markdown(solutions=True)
    for place, asked in enumerate(sheet.questions, start=1):
        assert f"## {place}. {asked.title} (" in bare
        assert f"<!-- {asked.name}, seed {asked.seed} -->" in bare
        assert f"**Answer:** `{asked.answer.show(asked.answer.right)}`" in solved
    assert "**Answer:**" not in bare
    assert f"{len(sheet.questions)} questions, {sheet.points} points." in bare


def test_sheets_of_other_numbers_share_no_variant() -> None:
    """Sheet 1 and sheet 2 ask the same questions with other seeds, a thousand apart."""
    one, two = worksheet("output-size", 1), worksheet("output-size", 2)
    assert [asked.name for asked in one.questions] == [asked.name for asked in two.questions]
    assert all(b.seed - a.seed == 1000 for a, b in zip(one.questions, two.questions, strict=True))
    assert sum(a.statement != b.statement for a, b in zip(one.questions, two.questions, strict=True)) >= 10


def test_a_worksheet_for_the_terminal_keeps_to_80_columns() -> None:
    """Every line fits, but for formulas, which are never broken."""
    lines = worksheet("output-size-conventions", 5).text(solutions=True).splitlines()
    assert all(len(line) <= 80 for line in lines if " = " not in line)


def test_a_worksheet_as_data_can_be_read_by_programs() -> None:
    """The data of a sheet is JSON with prompts, points and, when asked for, answers."""
    data = worksheet("output-size", 1).to_dict(solutions=True)
    assert json.loads(json.dumps(data)) == data
    assert data["points"] == sum(asked["points"] for asked in data["questions"])
    assert all(asked["answer"] and asked["prompt"] and asked["solution"] for asked in data["questions"])


def test_unknown_sets_and_impossible_sheets_are_refused() -> None:
    """A set that does not exist and a sheet number that is too large are told in a sentence."""
    with pytest.raises(UnknownSet):
        worksheet("nothing")
    with pytest.raises(AnswerError, match="below 1,000,000,000"):
        worksheet("output-size", 10**9)
