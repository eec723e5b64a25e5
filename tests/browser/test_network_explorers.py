"""Layer calculator and receptive-field explorer on their pages: counts, address, keyboard, accessibility."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from cnnmath import arch, measure

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
COUNTING, FIELDS = "convolution/sharing-and-counting/", "network/receptive-field/"
FINDINGS = """async (selector) => {
  const { violations } = await axe.run(selector, { resultTypes: ['violations'] });
  return violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map((node) => `${node.target}`)]);
}"""


def opened(page: Page, address: str, kind: str) -> Locator:
    """Open a page and return its explorer once it is alive."""
    page.goto(address)
    explorer = page.locator(f"cnn-explorer[data-kind='{kind}'][data-ready]")
    expect(explorer.locator(".cnn-explorer__sentence")).not_to_be_empty()
    return explorer


def sentence(explorer: Locator) -> Locator:
    """Return what is said of the state."""
    return explorer.locator(".cnn-explorer__sentence")


def number(explorer: Locator, name: str) -> Locator:
    """Return a number field by its name."""
    return explorer.get_by_role("spinbutton", name=name, exact=True)


def counts(explorer: Locator) -> list[int]:
    """Return the four counts of the calculator."""
    shown = explorer.locator(".cnn-layer__counts strong").all_inner_texts()
    return [int(text.replace(",", "")) for text in shown]


@pytest.fixture
def calculator(new_page: Callable[..., Page], site: object) -> Locator:
    """Open the layer calculator."""
    return opened(new_page(), site.url(COUNTING), "layer")


@pytest.fixture
def fields(new_page: Callable[..., Page], site: object) -> Locator:
    """Open the receptive-field explorer."""
    return opened(new_page(), site.url(FIELDS), "receptive")


def test_a_layer_costs_what_the_engine_counts(calculator: Locator) -> None:
    """Side, parameters, multiply-adds and bytes are those that Python counts for the same layer."""
    settings = {"input side n": 57, "input channels C": 8, "filters F": 12, "kernel side k": 4, "stride s": 2}
    for name, value in settings.items():
        number(calculator, name).fill(str(value))
    number(calculator, "groups G").fill("4")
    number(calculator, "dilation d").fill("2")
    number(calculator, "images in the batch B").fill("3")
    layer = arch.Conv2d(12, 4, stride=2, padding=2, dilation=2, groups=4)
    network = arch.chain("one", arch.Input(8, 57, 57), ("layer", layer))
    _, side, _ = measure.table(network).rows[-1].output
    expected = [side, measure.parameters(network), measure.macs(network), 3 * 12 * side * side * 4]
    expect(sentence(calculator)).to_contain_text(f"12 maps of {side} × {side} come out.")
    assert counts(calculator) == expected
    calculator.get_by_label("filters have biases").uncheck()
    calculator.get_by_label("float16").check()
    assert counts(calculator) == [side, expected[1] - 12, expected[2], expected[3] // 2]
    expect(calculator.locator(".cnn-explorer__notes")).to_contain_text(
        "each filter reads 2 of the 8 channels"
    )


def test_the_calculator_refuses_and_comes_back(calculator: Locator) -> None:
    """What cannot be is told; the address holds the state, examples set it, and reset goes back."""
    page = calculator.page
    start = sentence(calculator).inner_text()
    number(calculator, "groups G").fill("2")
    expect(sentence(calculator)).to_have_text(
        "3 channels cannot be divided equally among 2 groups. No output."
    )
    expect(calculator.locator(".cnn-layer__counts")).to_be_hidden()
    calculator.get_by_label("example").select_option(label="AlexNet, first layer")
    expect(sentence(calculator)).to_contain_text("34,944 parameters")
    expect(calculator.locator(".cnn-layer__formula .katex").first).to_be_visible()
    page.wait_for_url(re.compile(r"\?layer=n227-c3-f96-k11-s4-p0(#|$)"))
    page.reload()
    expect(sentence(calculator)).to_contain_text("34,944 parameters")
    calculator.get_by_role("button", name="Reset").click()
    expect(sentence(calculator)).to_have_text(start)
    assert "layer=" not in page.url


def test_an_output_sees_what_the_engine_says(fields: Locator) -> None:
    """Size, jump and start of every layer, and the cells of an output, are those that Python measures."""
    values = ({"kernel": 5, "stride": 2, "padding": 2}, {"dilation": 2}, {"stride": 3})
    for layer, settings in enumerate(values, start=1):
        for name, value in settings.items():
            number(fields, f"{name} of layer {layer}").fill(str(value))
    number(fields, "input cells n").fill("40")
    network = arch.chain(
        "row",
        arch.Input(1, 40),
        ("a", arch.Conv1d(1, 5, stride=2, padding=2)),
        ("b", arch.Conv1d(1, 3, dilation=2)),
        ("c", arch.Conv1d(1, 3, stride=3)),
    )
    slider = fields.get_by_role("slider", name="output that is looked at")
    slider.fill("1")
    first, last = measure.sees(network, "c", 1) or (0, 0)
    seen = f"sees {last - first + 1} cells of the input: cells {first} to {last}"
    expect(sentence(fields)).to_contain_text(seen)
    rows = fields.locator(".cnn-field__layers tbody tr")
    for row, name in enumerate("abc"):
        found = measure.receptive_field(network, name)
        shown = rows.nth(row).locator(".cnn-count").all_inner_texts()
        assert [int(text.replace("−", "-")) for text in shown[1:]] == [found.size, found.jump, found.start]
    expect(fields.locator("svg.cnn-field")).to_have_attribute("aria-label", re.compile("^Output 1 of"))


def test_layers_come_and_go_by_keyboard(fields: Locator) -> None:
    """Layers come and go with the focus beside them; the address holds the list; reset goes back."""
    page = fields.page
    add = fields.get_by_role("button", name="Add a layer")
    add.focus()
    page.keyboard.press("Enter")
    expect(number(fields, "kernel of layer 4")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(sentence(fields)).to_contain_text("sees 10 cells")
    fields.get_by_role("button", name="Remove layer 2").focus()
    page.keyboard.press("Enter")
    expect(sentence(fields)).to_contain_text("sees 8 cells")
    expect(number(fields, "kernel of layer 2")).to_be_focused()
    page.wait_for_url(re.compile(r"\?field=n15-k3-k3-k4(#|$)"))
    page.reload()
    expect(sentence(fields)).to_contain_text("sees 8 cells")
    number(fields, "kernel of layer 2").fill("11")
    number(fields, "kernel of layer 1").fill("9")
    expect(fields.locator(".cnn-explorer__notes")).to_contain_text("Layer 2 has no output")
    fields.get_by_role("button", name="Reset").click()
    expect(sentence(fields)).to_contain_text("sees 7 cells of the input")
    assert "field=" not in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", [(COUNTING, "layer"), (FIELDS, "receptive")], ids=["layer", "receptive"])
def test_nobody_is_shut_out(
    new_page: Callable[..., Page], site: object, axe: str, place: tuple[str, str], scheme: str
) -> None:
    """At rest and with another example, axe finds nothing; on a phone nothing sticks out of the page."""
    page = new_page(color_scheme=scheme, **PHONE)
    explorer = opened(page, site.url(place[0]), place[1])
    page.evaluate(axe)
    for example in (1, 4):
        explorer.get_by_label("example").select_option(index=example)
        expect(explorer.locator(".katex").first).to_be_visible()
        assert page.evaluate(FINDINGS, "cnn-explorer") == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
