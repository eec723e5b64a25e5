"""The digit explorer: drawing by mouse, finger and keyboard, examples, address, accessibility."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
BLANK = "0" * 64
FINDINGS = """async (selector) => {
  const { violations } = await axe.run(selector, { resultTypes: ['violations'] });
  return violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map((node) => String(node.target))]);
}"""


@pytest.fixture
def open_explorer(new_page: Callable[..., Page], site: Any) -> Callable[..., tuple[Page, Locator]]:
    """Open the lesson on what layers see with its explorer alive."""

    def opened(address: str = "", **options: object) -> tuple[Page, Locator]:
        page = new_page(**options)
        page.goto(site.url(f"network/what-layers-see/{address}"))
        explorer = page.locator("cnn-explorer[data-kind='digit'][data-ready]")
        explorer.wait_for()
        return page, explorer

    return opened


def sentence(explorer: Locator) -> Locator:
    """Return what the network says."""
    return explorer.locator(".cnn-explorer__sentence")


def pixel(explorer: Locator, row: int, column: int) -> dict[str, float]:
    """Return where the middle of a pixel lies within the paper."""
    box = explorer.locator(".cnn-digit__paper").bounding_box()
    return {"x": (column + 0.5) * box["width"] / 8, "y": (row + 0.5) * box["height"] / 8}


def test_every_recorded_digit_is_recognized_and_has_maps(open_explorer: Callable[..., Any]) -> None:
    """The buttons bring one image of each digit; the network names it and shows three layers."""
    _, explorer = open_explorer()
    for digit in range(10):
        explorer.get_by_role("button", name=f"a {digit}").click()
        expect(sentence(explorer)).to_contain_text(f"The network says {digit} with ")
        expect(explorer.locator(".cnn-digit__most")).to_have_text(str(digit))
    expect(explorer.locator("figcaption")).to_have_text(
        [
            re.compile(r"first convolution.* \d+ maps of 8 × 8"),
            re.compile(r"second convolution.* \d+ maps of 8 × 8"),
            re.compile(r"max pooling.* \d+ maps of 4 × 4"),
        ]
    )


@pytest.mark.parametrize("device", [PHONE, {}], ids=["phone", "desk"])
def test_a_stroke_is_drawn_where_one_points(
    open_explorer: Callable[..., Any], device: dict[str, object]
) -> None:
    """An upright stroke on empty paper is a 1; the drawing is in the address and comes back with it."""
    page, explorer = open_explorer(**device)
    explorer.get_by_role("button", name="Clear").click()
    expect(sentence(explorer)).to_contain_text("The paper is empty")
    paper = explorer.locator(".cnn-digit__paper")
    press = paper.tap if device else paper.click
    for row in range(8):
        press(position=pixel(explorer, row, 4))
    expect(sentence(explorer)).to_contain_text("The network says 1 with ")
    expect(page).to_have_url(re.compile(r"[?&]digit=(0006g600){8}(#|$)"))
    said = sentence(explorer).inner_text()
    page.reload()
    expect(sentence(page.locator("cnn-explorer[data-kind='digit'][data-ready]"))).to_have_text(said)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_draws_and_erases(open_explorer: Callable[..., Any]) -> None:
    """Arrow keys move, space draws with soft edges, backspace erases one pixel; the place is spoken."""
    page, explorer = open_explorer(f"?digit={BLANK}")
    paper = explorer.locator(".cnn-digit__paper")
    paper.focus()
    expect(paper).to_have_attribute("aria-label", re.compile("row 4, column 4 is 0 percent bright"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(paper).to_have_attribute("aria-label", re.compile("row 3, column 4 is 100 percent bright"))
    page.keyboard.press("ArrowLeft")
    expect(paper).to_have_attribute("aria-label", re.compile("row 3, column 3 is 38 percent bright"))
    page.keyboard.press("Backspace")
    expect(paper).to_have_attribute("aria-label", re.compile("row 3, column 3 is 0 percent bright"))
    for _ in range(20):
        page.keyboard.press("ArrowUp")
    expect(paper).to_have_attribute("aria-label", re.compile("row 0, column 3"))


@pytest.mark.parametrize("said", ["x", BLANK + "0", BLANK[:-1] + "h", "<img src=x onerror=alert(1)>"])
def test_a_broken_address_shows_the_first_digit(open_explorer: Callable[..., Any], said: str) -> None:
    """What is no drawing is left alone: the explorer begins as on any visit."""
    _, explorer = open_explorer()
    first = sentence(explorer).inner_text()
    _, explorer = open_explorer(f"?digit={said}")
    expect(sentence(explorer)).to_have_text(first)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_findings(open_explorer: Callable[..., Any], axe: str, scheme: str) -> None:
    """In both schemes the explorer is free of findings, also with an empty paper in focus."""
    page, explorer = open_explorer(color_scheme=scheme)
    page.evaluate(axe)
    assert page.evaluate(FINDINGS, "cnn-explorer[data-kind='digit']") == []
    explorer.get_by_role("button", name="Clear").click()
    explorer.locator(".cnn-digit__paper").focus()
    assert page.evaluate(FINDINGS, "cnn-explorer[data-kind='digit']") == []
