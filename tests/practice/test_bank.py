"""Banks: found in a checkout, in a wheel and compiled; broken ones name file and line."""

from __future__ import annotations

import compileall
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cnnmath.errors import AnswerError, BankError, UnknownQuestion
from cnnmath.practice.bank import Bank, bank, default_directory, forget
from cnnmath.practice.question import LARGEST_SEED
from cnnmath.practice.sets import UnknownSet

ROOT = Path(__file__).parents[2]
GOOD = """
from cnnmath.practice.author import Integer, ask, question

@question("tens/next", title="The next ten", points=3)
def next_ten(draw):
    n = draw.integer(1, 500)
    text = f"${n} + 10 = {n + 10}$"
    return ask(f"What is ${n} + 10$?", answer=Integer(n + 10), hints=("Add.", "Ten."), solution=text)
"""


def made(folder: Path, source: str, topic: str = "07-tens") -> Bank:
    """Write a bank with one topic and return it."""
    (folder / topic).mkdir(parents=True)
    (folder / topic / "questions.py").write_text(source)
    forget()
    return bank(folder)


def line_of(source: str, text: str) -> int:
    """Return the number of the first line that holds a text."""
    return next(number for number, line in enumerate(source.splitlines(), start=1) if text in line)


def test_a_bank_of_ones_own(tmp_path: Path) -> None:
    """A folder with a topic is a bank; its name and seeds are its own."""
    ours = made(tmp_path, GOOD)
    question = ours.question("tens/next", 4)
    assert (ours.name, question.name, question.points, ours.sets) == ("bank", "tens/next", 3, ())
    assert question == ours.question("tens/next", 4) != ours.question("tens/next", 5)


def test_two_banks_live_side_by_side(tmp_path: Path) -> None:
    """Topics of the same name in different folders do not get mixed up."""
    first, second = made(tmp_path / "a", GOOD), made(tmp_path / "b", GOOD.replace("+ 10)", "+ 20)"))
    assert first.question("tens/next", 1).answer.right + 10 == second.question("tens/next", 1).answer.right


def test_compiled_files_without_sources_work(tmp_path: Path) -> None:
    """A bank of .pyc files in a plain folder gives the same questions, as in the page."""
    expected = made(tmp_path / "source", GOOD).question("tens/next", 9).prompt
    folder = tmp_path / "compiled" / "07-tens"
    shutil.copytree(tmp_path / "source" / "07-tens", folder, ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_file(folder / "questions.py", quiet=1, legacy=True)
    (folder / "questions.py").unlink()
    assert bank(tmp_path / "compiled").question("tens/next", 9).prompt == expected


def test_an_edited_bank_is_read_again_after_forget(tmp_path: Path) -> None:
    """`forget` makes the next look see the edit, as a live-reloading site needs."""
    made(tmp_path, GOOD)
    (tmp_path / "07-tens" / "questions.py").write_text(GOOD.replace("The next ten", "Another title"))
    forget()
    assert bank(tmp_path).family("tens/next").title == "Another title"


BROKEN = {
    "a syntax error": ("def next_ten(draw:", "import", lambda source: line_of(source, "def next_ten")),
    "an error on import": ("1/0\n@question(", "import", lambda source: line_of(source, "1/0")),
    "an error when drawn": ("draw.integer(1, 500) // 0", "draw", lambda source: line_of(source, "// 0")),
    "our own error": ("draw.integer(500, 1)", "draw", lambda source: line_of(source, "500, 1")),
}
REPLACED = {
    "a syntax error": "def next_ten(draw)",
    "an error on import": "@question(",
    "an error when drawn": "draw.integer(1, 500)",
    "our own error": "draw.integer(1, 500)",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_bank_names_file_and_line(tmp_path: Path, name: str) -> None:
    """Whatever goes wrong in somebody's questions is reported with the file and the line."""
    new, _, line = BROKEN[name]
    source = GOOD.replace(REPLACED[name], new, 1)
    with pytest.raises(BankError) as caught:
        made(tmp_path, source).question("tens/next", 1)
    assert f"questions.py, line {line(source)}:" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("tens/next", "hundreds/next", 'names that begin with "tens/"'),
        ("Integer(n + 10)", "Integer(n - n)", "the mistake"),
        ("draw.integer(1, 500)", "7", "fewer than 4 different draws"),
        ('"Add."', 'f"It is {n + 10}."', "hint 1 contains the answer"),
    ],
)
def test_content_that_is_not_worth_asking_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    """A foreign name, a mistake that is right, a single variant and a hint that tells are errors."""
    source = GOOD.replace(old, new, 1)
    if words == "the mistake":
        source = source.replace(
            "from cnnmath.practice.author import ", "from cnnmath.practice.author import Mistake, "
        )
        source = source.replace("solution=text", 'solution=text, mistakes=(Mistake("zero", 0, "No."),)')
    with pytest.raises(BankError, match=words):
        made(tmp_path, source).question("tens/next", 1)


def test_unknown_names_suggest_near_ones() -> None:
    """A mistyped question or set is told what was probably meant."""
    with pytest.raises(UnknownQuestion, match=r"Did you mean output-size/strided"):
        bank().question("output-size/stride", 1)
    with pytest.raises(UnknownSet, match=r"Did you mean output-size"):
        bank().exercise_set("output-siz")


@pytest.mark.parametrize("seed", [-1, 1.0, "1", None, True, LARGEST_SEED + 1])
def test_seeds_are_whole_numbers_that_every_platform_carries(seed: object) -> None:
    """Anything but a whole number from 0 to 2^53 - 1 is refused in a sentence."""
    with pytest.raises(AnswerError, match=r"a whole number from 0 to 9,007,199,254,740,991"):
        bank().question("output-size/valid", seed)


def test_a_missing_folder_says_so(tmp_path: Path) -> None:
    """A bank that is not there is an error that names it."""
    with pytest.raises(BankError, match="is not a folder"):
        bank(tmp_path / "nowhere")


@pytest.mark.slow
def test_the_bank_of_an_installed_package_lies_inside_it(tmp_path: Path) -> None:
    """With `exercises` inside the package, as in a wheel, that is the bank, wherever the command is run."""
    installed = tmp_path / "site"
    shutil.copytree(ROOT / "cnnmath", installed / "cnnmath", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(default_directory(), installed / "cnnmath" / "exercises")
    code = "from cnnmath.practice import bank, questions; print(bank().directory, questions()[0])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(installed / "cnnmath" / "exercises"), "output-size/valid"]


def test_the_default_bank_of_a_checkout_lies_beside_the_package() -> None:
    """In a checkout the bank is the folder `exercises` at the root."""
    assert default_directory() == ROOT / "exercises"
    assert bank() is bank(ROOT / "exercises")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[set]\n", "cannot be read"),
        ('[[set]]\nname = 1\ntitle = "T"\nquestions = []', "set 1: expected name as str, got name = 1"),
        ('[[set]]\nname = "a"\ntitle = "T"\nquestions = [7]', 'set 1 ("a"), question 1: expected a table'),
        (
            '[[set]]\nname = "a"\ntitle = "T"\nquestions = [{ name = "t/q", seed = "1" }]',
            "question 1: expected seed as int",
        ),
    ],
)
def test_a_broken_sets_file_names_the_place(tmp_path: Path, text: str, words: str) -> None:
    """A set that cannot be read is told by file, set and question."""
    (tmp_path / "sets.toml").write_text(text)
    with pytest.raises(BankError) as caught:
        _ = bank(tmp_path).sets
    assert words in str(caught.value)
    assert "sets.toml" in str(caught.value)
