"""The reader's journey through the lesson on output size, on a phone and on a desk, in light and in dark."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DEVICES = {
    "phone-light": {**PHONE, "color_scheme": "light"},
    "phone-dark": {**PHONE, "color_scheme": "dark"},
    "desk-light": {"color_scheme": "light"},
    "desk-dark": {"color_scheme": "dark"},
}
FORMULA = "output-size/formula"
on_each_device = pytest.mark.parametrize("page", sorted(DEVICES), indirect=True)
on_phone_and_desk = pytest.mark.parametrize("page", ["phone-dark", "desk-light"], indirect=True)
on_phone = pytest.mark.parametrize("page", ["phone-light"], indirect=True)


def exercise(page: Page, name: str) -> Locator:
    """Return an exercise of the page once it is alive."""
    found = page.locator(f"cnn-exercise[data-question='{name}'][data-ready]").first
    found.wait_for()
    return found


def letters(shown: Locator) -> dict[str, str]:
    """Return the letters that a formula exercise uses now, by what they stand for."""
    legend = shown.locator(".cnn-exercise__legend li").all()
    pairs = [entry.inner_text().split(":") for entry in legend]
    meanings = {meaning.strip(): name.strip().split("\n")[-1].strip() for name, meaning in pairs}
    words = {"n": "input size", "k": "kernel size", "s": "stride", "p": "padding on each side"}
    return {letter: meanings[meaning] for letter, meaning in words.items()}


def written(shown: Locator, text: str) -> str:
    """Return a formula in n, k, s, p with the letters of this variant."""
    names = letters(shown)
    return "".join(names.get(character, character) for character in text)


def field(shown: Locator) -> Locator:
    """Return the line in which a formula or a number is typed."""
    return shown.locator("input.cnn-input")


def check(shown: Locator, answer: str) -> Locator:
    """Type an answer, press Enter, and return the verdict."""
    field(shown).fill(answer)
    field(shown).press("Enter")
    verdict = shown.locator(".cnn-verdict")
    verdict.wait_for()
    return verdict


@pytest.fixture
def page(request: pytest.FixtureRequest, new_page: Callable[..., Page], lesson: str) -> Page:
    """Open the lesson on a device of the list."""
    opened = new_page(**DEVICES[request.param])
    opened.goto(lesson)
    return opened


@on_each_device
def test_a_formula_from_first_bracket_to_solved(page: Page) -> None:
    """She sees the open bracket, is told the case in which ceil fails, solves it, and finds it again."""
    shown = exercise(page, FORMULA)
    field(shown).fill(written(shown, "floor((n+2p-k)/s"))
    expect(shown.locator(".cnn-exercise__problem")).to_contain_text("bracket ( is never closed")
    expect(shown.locator(".cnn-pointer mark")).to_have_text("(")
    assert shown.locator(".cnn-pointer code").inner_text().startswith("floor((")

    wrong = written(shown, "ceil((n+2p-k)/s)+1")
    verdict = check(shown, wrong)
    expect(verdict).to_contain_text("it should be")
    expect(verdict).to_contain_text("floor and ceil differ")
    expect(shown.locator(".cnn-exercise__echo .katex")).to_be_visible()
    drawing = verdict.locator("svg.cnn-cells")
    expect(drawing).to_be_visible()
    assert "windows read" in (drawing.get_attribute("aria-label") or "")
    assert drawing.bounding_box()["width"] <= verdict.bounding_box()["width"] + 1

    for answer in ("(n+2p-k)//s + 1", "⌊(n-k+2p)/s⌋+1"):
        field(shown).fill(written(shown, answer))
        field(shown).press("Enter")
        expect(shown.locator(".cnn-verdict--correct")).to_contain_text("Correct")
    expect(shown.locator(".cnn-exercise__worked")).to_contain_text("Worked solution")
    expect(shown.locator(".cnn-exercise__state")).to_contain_text("solved")

    page.reload()
    shown = exercise(page, FORMULA)
    expect(shown.locator(".cnn-exercise__state")).to_contain_text("2 attempts · solved")
    expect(field(shown)).to_have_value(written(shown, "⌊(n-k+2p)/s⌋+1"))
    expect(page.locator(".cnn-set__score").first).to_contain_text("1 of")


@on_phone_and_desk
def test_hint_solution_and_next_variant(page: Page) -> None:
    """Hints come one at a time, the solution on request, and the next variant asks with other numbers."""
    shown = exercise(page, "output-size/strided")
    before = shown.locator(".cnn-exercise__prompt").inner_text()
    hints = shown.locator(".cnn-exercise__hints > li")
    hint = shown.get_by_role("button", name="Hint")
    hint.click()
    expect(hints).to_have_count(1)
    expect(hint).to_have_text("Hint (1 of 2)")
    hint.click()
    expect(hints).to_have_count(2)
    expect(hint).to_be_disabled()
    shown.get_by_role("button", name="Solution").click()
    expect(shown.locator(".cnn-exercise__worked .katex").first).to_be_visible()
    shown.get_by_role("button", name="Next variant").click()
    expect(shown.locator(".cnn-exercise__prompt")).not_to_have_text(before)
    expect(hints).to_have_count(0)
    expect(shown.locator(".cnn-exercise__worked")).to_be_empty()
    shown.locator("summary", has_text="Seed").click()
    expect(shown.locator(".cnn-exercise__seed code")).to_have_text(
        "cnnmath question output-size/strided --seed 2"
    )

    page.reload()
    shown = exercise(page, "output-size/strided")
    expect(shown.locator(".cnn-exercise__seed code")).to_have_text(
        "cnnmath question output-size/strided --seed 2"
    )


@on_phone_and_desk
def test_the_explorer_follows_and_its_address_brings_it_back(page: Page) -> None:
    """Drawing, formula and sentence follow the settings; the address holds the state; reset goes back."""
    explorer = page.locator("cnn-explorer[data-ready]").first
    sentence = explorer.locator(".cnn-explorer__sentence")
    number = explorer.get_by_role("spinbutton", name="input size n")
    number.fill("5")
    expect(sentence).to_have_text("5 + 2·1 = 7 cells hold 3 windows of 3 at stride 2.")
    expect(explorer.locator("svg.cnn-cells")).to_have_attribute(
        "aria-label", "5 + 2·1 = 7 cells hold 3 windows of 3 at stride 2."
    )
    assert explorer.locator(".cnn-cells__window").count() == 3
    expect(explorer.locator(".cnn-explorer__formula")).to_contain_text("5+2⋅1−3")
    slider = explorer.get_by_role("slider", name="kernel k")
    slider.focus()
    for _ in range(5):
        slider.press("ArrowRight")
    expect(sentence).to_contain_text("A window of 8 does not fit: there are only 7 cells. No output.")
    page.wait_for_url(re.compile(r"\?size=n5-k8-s2-p1(#|$)"))
    page.reload()
    expect(sentence).to_contain_text("A window of 8 does not fit")
    explorer.get_by_role("button", name="Reset").click()
    expect(sentence).to_have_text("7 + 2·1 = 9 cells hold 4 windows of 3 at stride 2.")
    assert "size=" not in page.url


@on_phone
def test_nothing_sticks_out_of_the_page(page: Page) -> None:
    """No part of the lesson makes the page scroll sideways."""
    page.locator("cnn-explorer[data-ready]").first.wait_for()
    exercise(page, FORMULA)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def test_a_word_typed_at_once_is_found(new_page: Callable[..., Page], lesson: str) -> None:
    """Search answers a reader who does not wait for the page to come to rest, and finds the lesson."""
    page = new_page()
    page.goto(lesson)
    page.keyboard.press("/")
    page.keyboard.type("receptive field")
    lesson_found = page.locator(".md-search-result__link[href*='/network/receptive-field/']").first
    lesson_found.wait_for()
    assert "displaystyle" not in page.locator(".md-search-result__list").inner_text()
    lesson_found.click()
    page.wait_for_url("**/network/receptive-field/**")
    expect(page.locator("h1")).to_contain_text("How much of the picture does one number see?")


def test_keyboard_alone_is_enough(new_page: Callable[..., Page], lesson: str) -> None:
    """Typing, checking, a hint and a choice need no pointer, and the focus can be seen."""
    page = new_page()
    page.goto(lesson)
    shown = exercise(page, "output-size/strided")
    field(shown).focus()
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    shown.locator(".cnn-verdict").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    focused = page.evaluate(
        "[document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]"
    )
    assert focused == ["Hint", "solid"]
    page.keyboard.press("Enter")
    expect(shown.locator(".cnn-exercise__hints > li")).to_have_count(1)

    choice = page.locator("cnn-exercise[data-kind='choice']").first
    choice.locator("input").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(choice.locator(".cnn-verdict")).to_be_visible()


def test_without_network_everything_goes_on(
    new_page: Callable[..., Page], lesson: str, site: Any, eventually: Callable[..., None]
) -> None:
    """Once the page is loaded and idle, grading needs no network: the files were fetched ahead."""
    page = new_page()
    site.requests.clear()
    page.goto(lesson)
    exercise(page, FORMULA)
    kinds = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "web/library-", "web/package-")
    eventually(page, lambda: all(any(kind in request for request in site.requests) for kind in kinds))
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    shown = exercise(page, "output-size/strided")
    expect(check(shown, "1")).to_contain_text("Not yet")
    shown.get_by_role("button", name="Next variant").click()
    expect(shown.locator(".cnn-exercise__seed code")).to_contain_text("--seed 2")


def test_the_page_and_the_terminal_give_the_same_verdicts(
    new_page: Callable[..., Page], lesson: str, tmp_path: Path, cnnmath: Callable[..., Any]
) -> None:
    """The exported file, graded in the terminal, holds the statuses that the page showed."""
    page = new_page()
    page.goto(lesson)
    shown = exercise(page, FORMULA)
    check(shown, written(shown, "floor((n+2p-k)/s)+1"))
    check(exercise(page, "output-size/strided"), "3")
    page.get_by_role("button", name="Export answers").first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export answers").first.click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    exported = {
        entry["question"]: entry["status"] for entry in json.loads(saved.read_text("utf-8"))["answers"]
    }
    assert exported == {FORMULA: "correct", "output-size/strided": "wrong"}
    graded = cnnmath("grade", saved, "--format", "json")
    assert graded.returncode == 1, graded.stderr
    rows = json.loads(graded.stdout)["rows"]
    assert {row["question"]: row["status"] for row in rows} == exported


def test_progress_is_shared_between_tabs(
    contexts: Callable[..., BrowserContext], watch: Any, lesson: str
) -> None:
    """What is solved in one tab is counted in the other at once, and neither undoes the other's work."""
    context = contexts()
    one, other = context.new_page(), context.new_page()
    for page in (one, other):
        watch.over(page)
        page.goto(lesson)
    check(exercise(one, "output-size/strided"), "1")
    expect(exercise(other, "output-size/strided").locator(".cnn-exercise__state")).to_contain_text(
        "1 attempt"
    )
    check(exercise(other, "output-size/general"), "1")
    expect(exercise(one, "output-size/general").locator(".cnn-exercise__state")).to_contain_text("1 attempt")
    expect(exercise(one, "output-size/strided").locator(".cnn-exercise__state")).to_contain_text("1 attempt")


def _published(route: Route) -> None:
    """Give the theme the site map of a published site: it follows links without reloading only with one."""
    root = route.request.url.removesuffix("sitemap.xml")
    places = "".join(
        f"<url><loc>{root}{path}</loc></url>" for path in ("how-to-read/", "convolution/output-size/")
    )
    route.fulfill(content_type="application/xml", body=f"<?xml version='1.0'?><urlset>{places}</urlset>")


def test_one_python_serves_the_whole_visit(new_page: Callable[..., Page], lesson: str) -> None:
    """Following links inside the book keeps the same Python, ready at once on the next page."""
    page = new_page()
    page.route("**/sitemap.xml", _published)
    page.goto(lesson)
    check(exercise(page, "output-size/strided"), "1")
    state = "import('/book/assets/js/runner.js').then(({ runner }) => [runner.phase, runner.restarts])"
    assert page.evaluate(state) == ["ready", 0]
    page.get_by_role("link", name="How to read this book").first.click()
    page.wait_for_url(re.compile("/how-to-read/"))
    page.go_back()
    page.wait_for_url(re.compile("/convolution/output-size/"))
    exercise(page, "output-size/strided")
    assert page.evaluate(state) == ["ready", 0]
    check(exercise(page, "output-size/general"), "1")
