"""Accessibility: axe finds nothing on pages at rest and in use, in both schemes; the keyboard is enough."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FINDINGS = """async (selector) => {
  const { violations } = await axe.run(selector ?? document, { resultTypes: ['violations'] });
  const places = (nodes) => nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`);
  return violations.map(({ id, nodes }) => [id, ...places(nodes)]);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "how-to-read/",
        "why/two-principles/",
        "network/backpropagation/",
        "network/what-layers-see/",
        "architectures/resnet/",
        "notebooks/train-one-yourself/",
        "practice/backpropagation/",
        "practice/questions/",
        "reference/formulas/",
        "reference/layers/",
    ],
)
def test_pages_at_rest(new_page: Callable[..., Page], site: object, axe: str, scheme: str, path: str) -> None:
    """Every kind of page is free of findings: in the light on a phone, in the dark on a desk."""
    phone = {"viewport": {"width": 390, "height": 800}} if scheme == "light" else {}
    page = new_page(color_scheme=scheme, **phone)
    page.goto(site.url(path))
    page.evaluate("document.fonts.ready")
    page.evaluate(axe)
    assert page.evaluate(FINDINGS) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_lesson_in_use(new_page: Callable[..., Page], lesson: str, axe: str, scheme: str) -> None:
    """With verdict, drawing, hint, solution and a moved explorer on it, the lesson is free of findings."""
    page = new_page(color_scheme=scheme)
    page.goto(lesson)
    shown = page.locator("cnn-exercise[data-question='output-size/formula'][data-ready]")
    shown.locator("input.cnn-input").fill("1/2")
    shown.locator("input.cnn-input").press("Enter")
    expect(shown.locator(".cnn-verdict svg")).to_be_visible()
    shown.get_by_role("button", name="Hint").click()
    shown.get_by_role("button", name="Solution").click()
    expect(shown.locator(".cnn-exercise__hints > li")).to_have_count(1)
    explorer = page.locator("cnn-explorer[data-ready]").first
    explorer.get_by_label("different padding on the two sides").check()
    page.locator("cnn-exercise-set").first.get_by_role("button", name="Reset").click()
    page.evaluate(axe)
    assert page.evaluate(FINDINGS) == []


ORDER = """async () => {
  const { answerInput } = await import('/book/assets/js/answer-input.js');
  const words = (text) => [{ kind: 'paragraph', inlines: [{ text }] }];
  const items = ['second', 'third', 'first'].map((text, place) => ({ key: 'abc'[place], text: words(text) }));
  window.order = answerInput({ kind: 'ordering', items }, () => {});
  document.querySelector('article').prepend(window.order.element);
}"""


def test_an_order_is_made_with_the_keyboard(new_page: Callable[..., Page], lesson: str, axe: str) -> None:
    """Items move by buttons, the focus stays with the item, and the new place is spoken."""
    page = new_page()
    page.goto(lesson)
    page.evaluate(ORDER)
    order = page.locator(".cnn-answer--order").first
    order.get_by_role("button", name="Move up").nth(2).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.evaluate("window.order.value()") == "c, a, b"
    expect(order.locator("[role=status]").first).to_have_text("Now at place 1 of 3.")
    page.keyboard.press("Enter")
    assert page.evaluate("window.order.value()") == "c, a, b"
    page.evaluate("window.order.set('b, c, a')")
    assert [entry.strip()[:5] for entry in order.locator(".cnn-order__text").all_inner_texts()] == [
        "third",
        "first",
        "secon",
    ]
    page.evaluate(axe)
    assert page.evaluate(FINDINGS, ".cnn-answer--order") == []


STEPS = """async () => {
  const player = document.createElement('cnn-player');
  const data = document.createElement('script');
  data.type = 'application/json';
  const step = (column) =>
    ({ output: [0, column], window: [0, column], sum: column, sentence: `Step ${column}.` });
  data.textContent = JSON.stringify({ image: [[1, 2, 3]], kernel: [[1]], padding: 1,
    output: [[0, 1, 2]], steps: [0, 1, 2].map(step) });
  player.append(data);
  document.querySelector('article').prepend(player);
}"""


def test_a_player_moves_only_when_asked(new_page: Callable[..., Page], lesson: str) -> None:
    """Steps go forward, back and by scrubbing; playing stops by itself at the end and at any touch."""
    page = new_page(reduced_motion="reduce")
    page.goto(lesson)
    page.evaluate(STEPS)
    player = page.locator("cnn-player[data-ready]").first
    sentence = player.locator(".cnn-player__sentence")
    page.wait_for_timeout(1500)
    expect(sentence).to_have_text("Step 0.")
    player.get_by_role("button", name="Step forward").click()
    expect(sentence).to_have_text("Step 1.")
    player.get_by_role("slider", name="Step").press("End")
    expect(sentence).to_have_text("Step 2.")
    player.get_by_role("button", name="Step back").click()
    expect(player.locator(".cnn-cells__empty")).to_have_count(1)
    player.get_by_role("button", name="Play").click()
    expect(sentence).to_have_text("Step 2.")
    expect(player.get_by_role("button", name="Play")).to_be_visible()
