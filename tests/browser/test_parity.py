"""The same question, the same answer, the same verdict: in the terminal's Python and in the page's."""

from __future__ import annotations

import json
import runpy
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from cnnmath.book import bundle
from cnnmath.practice.web import handle

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ASK_ALL = """async (requests) => {
  const { runner } = await import('/book/assets/js/runner.js');
  return Promise.all(requests.map((request) => runner.call(JSON.parse(request))));
}"""


@pytest.fixture(scope="module")
def requests() -> list[str]:
    """Return the corpus."""
    return [*runpy.run_path(str(HERE / "corpus.py"))["requests"]()]


def test_the_corpus_is_large_and_touches_every_family(requests: list[str]) -> None:
    """At least 300 pairs of question and answer, from every family of the bank."""
    asked = [json.loads(request) for request in requests]
    families = {entry["name"] for entry in json.loads(handle('{"do": "questions"}'))["questions"]}
    assert sum(entry["do"] == "grade" for entry in asked) >= 300
    assert {entry["name"] for entry in asked} == families


@pytest.fixture(scope="module")
def replies(requests: list[str]) -> list[str]:
    """Return what this Python replies to the whole corpus."""
    return [handle(request) for request in requests]


@pytest.mark.slow
def test_the_corpus_meets_every_status(replies: list[str]) -> None:
    """Right, partly right, wrong, undecided and unreadable answers all occur."""
    verdicts = [json.loads(reply).get("verdict") for reply in replies]
    statuses = {verdict["status"] for verdict in verdicts if verdict}
    assert statuses == {"correct", "partly", "wrong", "undecided", "invalid"}


@pytest.mark.slow
def test_the_pages_python_replies_as_the_terminals(
    requests: list[str], replies: list[str], tmp_path: Path
) -> None:
    """Every reply is the same text, character by character, under CPython and in the bundle under Node."""
    built = bundle.build(ROOT)
    (tmp_path / "requests.json").write_text(json.dumps(requests))
    command = [
        bundle.find_node(),
        HERE / "replay.mjs",
        ROOT / "node_modules" / "pyodide",
        built.folder,
        tmp_path / "requests.json",
        tmp_path / "replies.json",
    ]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    theirs = json.loads((tmp_path / "replies.json").read_text())
    assert len(theirs) == len(requests)
    both = zip(requests, replies, theirs, strict=True)
    assert [entry for entry in both if entry[1] != entry[2]] == []


@pytest.mark.browser
def test_the_pages_worker_replies_as_the_terminal(
    requests: list[str], new_page: Callable[..., Page], lesson: str
) -> None:
    """In the browser, through worker and queue, a sample from the whole corpus gets the same replies."""
    sample = requests[:: max(1, len(requests) // 200)]
    page = new_page()
    page.goto(lesson)
    replies = page.evaluate(ASK_ALL, sample)
    assert replies == [json.loads(handle(request)) for request in sample]
