"""The gradient tracer in the page: pointing, keyboard, numbers, address, reset; on a phone and on a desk."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
FINDINGS = """async (selector) => {
  const { violations } = await axe.run(selector ?? document, { resultTypes: ['violations'] });
  return violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map((node) => String(node.target))]);
}"""


@pytest.fixture
def open_tracer(new_page: Callable[..., Page], site: Any) -> Callable[..., tuple[Page, Locator]]:
    """Open the lesson on backpropagation with its tracer alive."""

    def opened(address: str = "", **options: object) -> tuple[Page, Locator]:
        page = new_page(**options)
        page.goto(site.url(f"network/backpropagation/{address}"))
        tracer = page.locator("cnn-explorer[data-kind='gradient'][data-ready]")
        tracer.wait_for()
        return page, tracer

    return opened


def element(tracer: Locator, of: str, at: int) -> Locator:
    """Return a cell or a weight of the drawing."""
    return tracer.locator(f".cnn-tracer__element[data-of='{of}'][data-at='{at}']")


@pytest.mark.parametrize("device", [PHONE, {}], ids=["phone", "desk"])
def test_what_is_pointed_at_is_traced(open_tracer: Callable[..., Any], device: dict[str, object]) -> None:
    """Pointing at a cell or a weight names the outputs it touches and works out the sum, a line for each."""
    page, tracer = open_tracer(**device)
    sentence = tracer.locator(".cnn-explorer__sentence")
    expect(sentence).to_contain_text("Input cell 2 touches outputs 1, 2 and 3, with weights 2, 1 and 0")
    element(tracer, "input", 0).click()
    expect(sentence).to_contain_text("Input cell 0 touches outputs 0 and 1, with weights 1 and 0")
    expect(tracer.locator(".cnn-tracer__way--hot")).to_have_count(2)
    expect(tracer.locator("svg.cnn-tracer")).to_have_attribute("aria-label", sentence.inner_text())
    element(tracer, "weight", 1).click()
    expect(sentence).to_contain_text("Weight 1 touches outputs 0, 1, 2, 3, 4 and 5")
    expect(tracer.get_by_role("radio", name="a weight")).to_be_checked()
    expect(tracer.locator(".cnn-explorer__formula .katex").first).to_be_visible()
    width = tracer.locator("svg.cnn-tracer").bounding_box()["width"]
    assert width <= tracer.bounding_box()["width"] + 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_numbers_and_settings_change_the_sum(open_tracer: Callable[..., Any]) -> None:
    """With one arriving gradient of 1 and all others 0, the kernel itself lands on the input."""
    _, tracer = open_tracer()
    arriving = tracer.get_by_role("group", name=re.compile("gradient at the outputs")).get_by_role(
        "spinbutton"
    )
    for at, field in enumerate(arriving.all()):
        field.fill("1" if at == 2 else "0")
    gradients = tracer.locator(".cnn-tracer__element[data-of='input'] .cnn-tracer__value")
    assert gradients.all_text_contents() == ["0", "2", "\u22121", "1", "0", "0"]
    tracer.get_by_role("slider", name="stride").press("ArrowRight")
    expect(tracer.locator(".cnn-explorer__notes")).to_contain_text("every second weight")
    tracer.get_by_role("spinbutton", name="input cells").fill("3")
    expect(element(tracer, "input", 3)).to_have_count(0)


def test_the_keyboard_is_enough_and_the_address_brings_it_back(open_tracer: Callable[..., Any]) -> None:
    """Arrow keys choose; the address holds choice and numbers; reset goes back to the start."""
    page, tracer = open_tracer()
    picture = tracer.get_by_role("group", name="Drawing")
    sentence = tracer.locator(".cnn-explorer__sentence")
    before = sentence.inner_text()
    picture.focus()
    page.keyboard.press("ArrowRight")
    expect(sentence).to_contain_text("Input cell 3 ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    expect(sentence).to_contain_text("Weight 1 ")
    tracer.get_by_role("spinbutton", name="weights, number 1").fill("7")
    page.wait_for_url(re.compile(r"gradient=w1_.*W2\.7\.1"))
    page.reload()
    tracer = page.locator("cnn-explorer[data-kind='gradient'][data-ready]")
    expect(tracer.locator(".cnn-explorer__sentence")).to_contain_text("Weight 1 ")
    expect(tracer.get_by_role("spinbutton", name="weights, number 1")).to_have_value("7")
    tracer.get_by_role("button", name="Reset").click()
    expect(tracer.locator(".cnn-explorer__sentence")).to_have_text(before)
    page.wait_for_url(re.compile(r"backpropagation/(#.*)?$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tracer_in_use_has_no_findings(open_tracer: Callable[..., Any], axe: str, scheme: str) -> None:
    """With a weight chosen and numbers edited, axe finds nothing on the page."""
    page, tracer = open_tracer("?gradient=w0_s2_p1_n7_k3", color_scheme=scheme)
    expect(tracer.locator(".cnn-explorer__sentence")).to_contain_text("Weight 0 ")
    page.evaluate(axe)
    assert page.evaluate(FINDINGS) == []
