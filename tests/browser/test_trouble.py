"""What the page does when something is missing, broken, hostile or endless: it says so, and loses nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

pytestmark = pytest.mark.browser

STRIDED = "output-size/strided"
TERMINAL = f"cnnmath question {STRIDED} --seed 1"
BOOT = "assets/js/python-boot.js"
ENTRY = "from cnnmath.practice.web import handle\n"
# Python that misbehaves on request: put around the real entry.
TROUBLEMAKER = """
_handle = handle
def handle(request):
    if '"grade"' not in request:
        return _handle(request)
    if "31415" in request: # an endless loop
        while True: pass
    if "27182" in request: # the interpreter ends itself
        import os
        os._exit(1)
    if "16180" in request: # memory without end
        block = bytearray(2 ** 20)
        while True: block += block
    return _handle(request)
"""
PROBES = (
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "</script><svg onload=alert(1)>",
    r"\href{javascript:alert(1)}{n}",
    r"\htmlClass{x}{n} \includegraphics{x}",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "n_<b>1</b>",
)


def exercise(page: Page, name: str = STRIDED) -> Locator:
    """Return an exercise of the page once it is alive."""
    found = page.locator(f"cnn-exercise[data-question='{name}'][data-ready]").first
    found.wait_for()
    return found


def submit(shown: Locator, answer: str) -> None:
    """Type an answer and press Enter."""
    shown.locator("input.cnn-input").fill(answer)
    shown.locator("input.cnn-input").press("Enter")


def waiting(shown: Locator) -> Locator:
    """Return the line in which trouble is told."""
    return shown.locator(".cnn-exercise__waiting")


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """Return a watched page on a desk."""
    return new_page()


def test_without_the_bundle_the_page_says_so_and_names_the_terminal(
    page: Page, watch: Any, lesson: str
) -> None:
    """A site built without Python tells it in a sentence; what was typed stays."""
    watch.expected = ("404",)
    page.route("**/assets/web/**", lambda route: route.fulfill(status=404, body=""))
    page.goto(lesson)
    shown = exercise(page)
    submit(shown, "12")
    expect(waiting(shown)).to_contain_text("built without the Python that grades answers")
    expect(waiting(shown)).to_contain_text(TERMINAL)
    expect(shown.locator("input.cnn-input")).to_have_value("12")
    shown.get_by_role("button", name="Solution").click()
    expect(shown.locator(".cnn-exercise__worked")).to_contain_text("Answer")


def test_a_damaged_file_is_not_run(page: Page, watch: Any, lesson: str) -> None:
    """A file whose content is not the one of the manifest is refused by its hash."""
    watch.expected = ("integrity", "digest")
    page.route("**/assets/web/package-*", lambda route: route.fulfill(status=200, body=b"something else"))
    page.goto(lesson)
    shown = exercise(page)
    submit(shown, "12")
    expect(waiting(shown)).to_contain_text(
        re.compile(r"package-\w+\.zip is not the file that this site was built with")
    )


def test_without_network_from_the_start_the_page_says_so_and_recovers(
    page: Page, watch: Any, lesson: str
) -> None:
    """If the network goes before Python was fetched, that is told; when it is back, Check works."""
    watch.expected = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to load")
    page.route("**/assets/web/**", lambda route: route.abort())
    page.goto(lesson)
    shown = exercise(page)
    submit(shown, "12")
    expect(waiting(shown)).to_contain_text("The network did not deliver")
    page.unroute("**/assets/web/**")
    submit(shown, "12")
    expect(shown.locator(".cnn-verdict")).to_contain_text("Not yet")
    expect(waiting(shown)).to_be_empty()


def test_without_workers_the_page_says_so(page: Page, lesson: str) -> None:
    """A browser without module workers is told at the first focus, with the way to the terminal."""
    page.add_init_script("delete window.Worker")
    page.goto(lesson)
    shown = exercise(page)
    shown.locator("input.cnn-input").focus()
    expect(waiting(shown)).to_contain_text("This browser cannot run Python beside the page")
    expect(waiting(shown)).to_contain_text(TERMINAL)


def test_blocked_storage_is_told_and_the_visit_works(page: Page, watch: Any, lesson: str) -> None:
    """Where the browser blocks storage, grading and scoring go on until the page is left."""
    watch.expected = ("storage is blocked",)  # the theme's own scripts stumble over it; ours must not
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', "
        "{ get() { throw new DOMException('storage is blocked', 'SecurityError') } })"
    )
    page.goto(lesson)
    expect(page.locator(".cnn-set__message").first).to_contain_text("This browser blocks storage")
    shown = exercise(page)
    submit(shown, "12")
    expect(shown.locator(".cnn-exercise__state")).to_contain_text("1 attempt")


def test_unreadable_progress_is_set_aside(page: Page, lesson: str) -> None:
    """Progress that cannot be read is kept under another name, and the reader is told."""
    page.goto(lesson)
    page.evaluate("localStorage.setItem('cnnmath.progress', '{broken')")
    page.reload()
    expect(page.locator(".cnn-set__message").first).to_contain_text("could not be read. It was kept aside")
    assert page.evaluate("localStorage.getItem('cnnmath.progress.unreadable-1')") == "{broken"


def test_endless_loops_crashes_and_hunger_end_in_a_fresh_python(
    page: Page, watch: Any, built_site: Path, lesson: str
) -> None:
    """A request that never ends is stopped, a crash is survived, and the next request is graded."""
    watch.expected = ("fatal error", "memory limit", "Python error", "Pyodide", "ExitStatus", "exit")
    source = (built_site / BOOT).read_text("utf-8")
    assert ENTRY in source
    troubled = source.replace(ENTRY, f"{ENTRY}{TROUBLEMAKER}")

    def misbehave(route: Route) -> None:
        route.fulfill(content_type="text/javascript", body=troubled)

    page.context.route(f"**/{BOOT}", misbehave)
    page.goto(lesson)
    shown = exercise(page)
    submit(shown, "1")
    expect(shown.locator(".cnn-verdict")).to_contain_text("1 is not the answer")
    for number, told in (("31415", "no answer within 8 s"), ("27182", "was started anew")):
        submit(shown, number)
        expect(waiting(shown)).to_contain_text(told)
        submit(shown, "2")
        expect(shown.locator(".cnn-verdict")).to_contain_text("2 is not the answer")
        submit(shown, "3")
        expect(shown.locator(".cnn-verdict")).to_contain_text("3 is not the answer")
    submit(shown, "16180")
    expect(waiting(shown)).not_to_be_empty()
    submit(shown, "4")
    expect(shown.locator(".cnn-verdict")).to_contain_text("4 is not the answer")


def test_what_a_learner_types_never_becomes_markup(page: Page, lesson: str) -> None:
    """Markup, script addresses and TeX commands come back as the characters that they are."""
    page.goto(lesson)
    for name in ("output-size/formula", STRIDED, "output-size/shape"):
        shown = exercise(page, name)
        for probe in PROBES:
            submit(shown, probe)
            expect(shown.locator(".cnn-verdict")).not_to_contain_text("Correct")
            expect(shown.locator(".cnn-exercise__echo")).not_to_be_empty()
    page.wait_for_timeout(500)
    made = "img, iframe, b, a[href^='javascript'], script:not([type='application/json'])"
    assert page.locator("cnn-exercise").locator(made).count() == 0


def test_hostile_files_storage_and_addresses_do_no_harm(page: Page, lesson: str, tmp_path: Path) -> None:
    """Names and answers from a file, from storage or from the address stay text as well."""
    probe = PROBES[0]
    page.goto(lesson)
    saved = {
        "version": 1,
        "questions": {
            STRIDED: {
                "seed": 1,
                "variants": {"1": {"answer": probe, "status": probe, "score": 0, "attempts": 1, "at": 1}},
            }
        },
    }
    page.evaluate("text => localStorage.setItem('cnnmath.progress', text)", json.dumps(saved))
    page.goto(f"{lesson}?size={probe}&h={probe}")
    shown = exercise(page)
    expect(shown.locator("input.cnn-input")).to_have_value(probe)
    entries = [
        {"question": probe, "seed": 1, "answer": probe},
        probe,
        {"question": STRIDED, "seed": probe, "answer": 1},
    ]
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"format": "cnnmath-answers", "version": 1, "answers": entries}))
    frame = page.locator("cnn-exercise-set").first
    frame.locator("input[type=file]").set_input_files(path)
    expect(frame.locator(".cnn-set__message")).to_contain_text("3 entries not used")
    expect(frame.locator(".cnn-set__message li").first).to_contain_text(
        f'Entry 1: There is no question "{probe}"'
    )
    assert page.locator("img[src=x]").count() == 0


def test_import_takes_the_good_entries_and_names_the_bad_ones(
    page: Page, lesson: str, tmp_path: Path
) -> None:
    """A file with one bad entry is taken over but for that one; another file changes nothing."""
    page.goto(lesson)
    frame = page.locator("cnn-exercise-set").first
    message, chooser = frame.locator(".cnn-set__message"), frame.locator("input[type=file]")
    path = tmp_path / "answers.json"
    entries = [
        {"question": STRIDED, "seed": 1, "answer": "7"},
        {"question": "output-size/sttrided", "seed": 1, "answer": "7"},
    ]
    path.write_text(json.dumps({"format": "cnnmath-answers", "version": 1, "answers": entries}))
    chooser.set_input_files(path)
    expect(message).to_contain_text("answers.json: 1 answer taken over, 1 entry not used.")
    expect(message.locator("li")).to_contain_text("Did you mean output-size/strided")
    expect(exercise(page).locator("input.cnn-input")).to_have_value("7")
    expect(exercise(page).locator(".cnn-exercise__state")).to_contain_text("1 attempt")
    path.write_text("PK\x03\x04 not json")
    chooser.set_input_files(path)
    expect(message).to_contain_text("Nothing was changed.")
    expect(exercise(page).locator(".cnn-exercise__state")).to_contain_text("1 attempt")


def test_reset_asks_first_and_can_be_left_by_escape(page: Page, lesson: str) -> None:
    """Nothing is forgotten without a second word."""
    page.goto(lesson)
    shown = exercise(page)
    submit(shown, "12")
    expect(shown.locator(".cnn-exercise__state")).to_contain_text("1 attempt")
    frame = page.locator("cnn-exercise-set").first
    reset = frame.get_by_role("button", name="Reset")
    reset.click()
    expect(frame.get_by_role("alertdialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(frame.get_by_role("alertdialog")).to_be_hidden()
    expect(reset).to_be_focused()
    expect(shown.locator(".cnn-exercise__state")).to_contain_text("1 attempt")
    reset.click()
    frame.get_by_role("button", name="Forget them").click()
    expect(shown.locator(".cnn-exercise__state")).not_to_contain_text("attempt")
    expect(shown.locator("input.cnn-input")).to_have_value("")
    expect(shown.locator(".cnn-verdict")).to_have_count(0)


def test_without_scripts_everything_can_be_read(contexts: Callable[..., BrowserContext], lesson: str) -> None:
    """Prompt, hints, solution, figures and the way to the terminal are on the page as printed."""
    page = contexts(java_script_enabled=False).new_page()
    page.goto(lesson)
    printed = page.locator(f"cnn-exercise[data-question='{STRIDED}']")
    expect(printed).to_contain_text(TERMINAL)
    printed.locator("summary", has_text="Solution").click()
    expect(printed.locator(".cnn-exercise__solution")).to_contain_text("Answer")
    expect(page.locator("cnn-explorer svg").first).to_be_visible()


def test_opened_from_a_folder_the_page_points_to_the_terminal(
    contexts: Callable[..., BrowserContext], built_site: Path
) -> None:
    """As file://, where browsers block module scripts, the printed form and its command remain."""
    page = contexts().new_page()
    page.goto((built_site / "convolution" / "output-size" / "index.html").as_uri())
    printed = page.locator(f"cnn-exercise[data-question='{STRIDED}']")
    expect(printed).to_contain_text(TERMINAL)
    expect(printed.locator("summary", has_text="Solution")).to_be_visible()
