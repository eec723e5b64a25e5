"""The kernel explorer on its page: pictures, weights, the sum of a place, an own picture, the address."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnmath.figures.photos import gray_photo
from cnnmath.figures.presets import PRESETS

pytestmark = pytest.mark.browser

FINDINGS = """async (selector) => {
  const { violations } = await axe.run(selector, { resultTypes: ['violations'] });
  return violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map((node) => `${node.target}`)]);
}"""
PAINTED = """(canvas) => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]
  .filter((_, at) => at % 4 === 0)"""


def png(rows: list[list[int]]) -> bytes:
    """Return a gray PNG file, written out by the standard (RFC 2083)."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    raw = b"".join(b"\x00" + bytes(row) for row in rows)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def opened(page: Page, address: str) -> Locator:
    """Open the page and return its explorer once the photo is there."""
    page.goto(address)
    explorer = page.locator("cnn-explorer[data-kind='kernel'][data-ready]")
    expect(explorer.locator(".cnn-explorer__sentence")).to_contain_text("products add up to")
    return explorer


@pytest.fixture
def address(site: object) -> str:
    """Return the address of the lesson on kernels."""
    return site.url("convolution/kernels/")


@pytest.fixture
def explorer(new_page: Callable[..., Page], address: str) -> Locator:
    """Open the lesson's explorer."""
    return opened(new_page(), address)


def sentence(explorer: Locator) -> Locator:
    """Return what is said of the chosen place."""
    return explorer.locator(".cnn-explorer__sentence")


def place(explorer: Locator, row: int, column: int) -> None:
    """Choose a place by its numbers."""
    explorer.get_by_label("row", exact=True).fill(str(row))
    explorer.get_by_label("column", exact=True).fill(str(column))


def test_the_sum_is_the_sum(explorer: Locator) -> None:
    """Photo, weights and sum are those that Python has, whichever of the ways to a place is taken."""
    photo = gray_photo("camera", 128).astype(int)
    kernel = np.array(PRESETS["sobel-x"].rows)

    def expected(row: int, column: int) -> re.Pattern[str]:
        total = int((photo[row : row + 3, column : column + 3] * kernel).sum())
        words = f"Result in row {row}, column {column}: the 9 products add up to {total}. "
        return re.compile(re.escape(words.replace("-", "−")))

    place(explorer, 30, 50)
    expect(sentence(explorer)).to_have_text(expected(30, 50))
    frames = explorer.locator(".cnn-kernel__frame")
    frames.nth(1).focus()
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowLeft"):
        frames.nth(1).press(key)
    expect(sentence(explorer)).to_have_text(expected(31, 41))
    box = frames.nth(0).locator("canvas").bounding_box()
    frames.nth(0).locator("canvas").hover(
        position={"x": 20.5 / 128 * box["width"], "y": 70.5 / 128 * box["height"]}
    )
    expect(sentence(explorer)).to_have_text(expected(69, 19))


def test_the_picture_is_the_filtered_photo(explorer: Locator) -> None:
    """What is painted is the filtered photo, around middle gray for weights that add up to 0."""
    photo = gray_photo("camera", 128).astype(float)
    kernel = np.array(PRESETS["sobel-x"].rows, dtype=float)
    windows = np.lib.stride_tricks.sliding_window_view(photo, (3, 3))
    results = (windows * kernel).sum(axis=(2, 3))
    shown = np.rint(np.clip(128 + results / 2, 0, 255)).ravel()
    painted = explorer.locator("canvas").nth(1).evaluate(PAINTED)
    assert painted == shown.tolist()


def test_what_changes_the_picture_is_said(explorer: Locator) -> None:
    """Normalizing, clamping, turning and rank are told in words, and a switch that can do nothing is off."""
    notes = explorer.locator(".cnn-explorer__notes")
    normalize = explorer.get_by_label("normalize: divide by the sum of the weights")
    expect(notes).to_contain_text("The weights add up to 0")
    expect(normalize).to_be_disabled()
    explorer.get_by_label("convolution (turned by 180°)").check()
    expect(notes).to_contain_text("turning exchanges plus and minus")
    explorer.get_by_label("kernel", exact=True).select_option("box")
    expect(normalize).to_be_checked()
    expect(notes).to_contain_text("divided by 9, and even light stays as it is")
    normalize.uncheck()
    expect(notes).to_contain_text("9 times as bright")
    expect(notes).to_contain_text(re.compile(r"clamped to white: [1-9]\d* of 15876"))
    explorer.get_by_label("show results").select_option("stretch")
    expect(notes).to_contain_text("nothing is clamped")


def test_weights_can_be_typed_and_sizes_chosen(explorer: Locator) -> None:
    """Typed weights count at once, a known kernel is recognized, other sizes keep the middle."""
    expect(explorer.get_by_label("kernel", exact=True)).to_have_value("sobel-x")
    explorer.get_by_label("weight in row 1, column 0").fill("-1")
    expect(explorer.get_by_label("kernel", exact=True)).to_have_value("")
    explorer.get_by_label("weight in row 1, column 2").fill("1")
    expect(explorer.get_by_label("kernel", exact=True)).to_have_value("prewitt-x")
    explorer.get_by_label("size").select_option("5")
    expect(explorer.locator(".cnn-kernel__weights input")).to_have_count(25)
    expect(explorer.get_by_label("weight in row 2, column 3")).to_have_value("1")
    expect(sentence(explorer)).to_contain_text("the 25 products")
    explorer.get_by_label("weight in row 0, column 0").fill("")
    explorer.get_by_label("weight in row 0, column 1").focus()
    expect(explorer.get_by_label("weight in row 0, column 0")).to_have_value("0")


def test_ones_own_picture_is_filtered_here(explorer: Locator, address: str) -> None:
    """A file is read and filtered, and is sent nowhere; a file that is no picture is refused."""
    sent: list[str] = []
    host = address.partition("/book")[0]
    explorer.page.on(
        "request",
        lambda request: (
            (request.method != "GET" or not request.url.startswith((host, "blob:", "data:")))
            and sent.append(request.url)
        ),
    )
    rows = [[10 * row + column for column in range(9)] for row in range(8)]
    own = explorer.locator("input[type=file]")
    own.set_input_files({"name": "own.png", "mimeType": "image/png", "buffer": png(rows)})
    place(explorer, 2, 3)
    expect(sentence(explorer)).to_contain_text("Result in row 2, column 3: the 9 products add up to 8.")
    expect(explorer.locator("canvas").nth(0)).to_have_attribute("aria-label", re.compile("9 × 8 pixels"))
    expect(explorer).to_contain_text("It was not sent anywhere.")
    own.set_input_files({"name": "own.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(sentence(explorer)).to_have_text(re.compile("could not be read as a picture"))
    assert sent == []


def test_the_address_brings_the_state_back(explorer: Locator) -> None:
    """Kernel, photo, place and switches survive a reload; reset goes back to the beginning."""
    page = explorer.page
    explorer.get_by_label("kernel", exact=True).select_option("sharpen")
    explorer.get_by_label("picture", exact=True).select_option("coffee")
    place(explorer, 12, 34)
    explorer.get_by_label("convolution (turned by 180°)").check()
    page.wait_for_url("**?kernel=sharpen__coffee__r12__c34__clamp__raw__flip*")
    said = sentence(explorer).inner_text()
    page.reload()
    expect(sentence(explorer)).to_have_text(said)
    expect(explorer.get_by_label("picture", exact=True)).to_have_value("coffee")
    explorer.get_by_role("button", name="Reset").click()
    expect(explorer.get_by_label("kernel", exact=True)).to_have_value("sobel-x")
    page.wait_for_url(re.compile(r"kernels/(#.*)?$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_explorer_is_accessible(
    new_page: Callable[..., Page], address: str, axe: str, scheme: str
) -> None:
    """Axe finds nothing, with small and with large kernels, and on a phone nothing sticks out."""
    page = new_page(color_scheme=scheme, viewport={"width": 390, "height": 844})
    explorer = opened(page, address)
    page.evaluate(axe)
    for preset in ("sobel-x", "gaussian-7"):
        explorer.get_by_label("kernel", exact=True).select_option(preset)
        assert page.evaluate(FINDINGS, "cnn-explorer") == []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
