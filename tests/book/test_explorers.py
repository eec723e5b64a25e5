"""Explorers on a page: what each brings along, what it refuses, and that the page's script knows it."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnmath.book.blocks.explorer import EXPLORERS
from cnnmath.book.core import Book
from cnnmath.errors import BookError
from cnnmath.figures import PRESETS
from cnnmath.figures.photos import PHOTOS, gray_photo

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def kernel_explorer() -> str:
    """Return the HTML of the kernel explorer."""
    return Book(ROOT).fragment("```explorer kernel preset=emboss photo=coffee\n```")


def test_the_script_knows_every_explorer() -> None:
    """Each kind that a page may name is a kind that the page's script can build."""
    script = (ROOT / "docs" / "assets" / "js" / "explorer.js").read_text("utf-8")
    kinds = re.search(r"const KINDS = \{(.*?)\};", script, re.DOTALL)[1]
    assert set(EXPLORERS) <= set(re.findall(r"([\w-]+)\"?:", kinds))


def test_without_the_script_the_kernel_explorer_is_its_first_state(kernel_explorer: str) -> None:
    """Kernel and photo of the first state are drawn, with the license in the caption."""
    assert 'data-kind="kernel"' in kernel_explorer
    assert 'data-preset="emboss" data-photo="coffee"' in kernel_explorer
    assert "The kernel emboss" in kernel_explorer
    assert PHOTOS["coffee"].credit in kernel_explorer


def test_the_kernel_explorer_brings_kernels_and_photos(kernel_explorer: str) -> None:
    """Every preset and every photo travels with the page, photos pixel by pixel as in the figures."""
    data = re.search(r'<script type="application/json">(.*?)</script>', kernel_explorer)[1]
    supplies = json.loads(data.replace("<\\/", "</"))
    kernels = {preset["name"]: preset["rows"] for preset in supplies["presets"]}
    assert all(kernels[name] == [list(row) for row in preset.rows] for name, preset in PRESETS.items())
    assert {len(rows) for rows in kernels.values()} == {3, 4, 5, 6, 7}
    for photo in supplies["photos"]:
        picture = base64.b64decode(photo["source"].removeprefix("data:image/png;base64,"))
        pixels = np.asarray(Image.open(io.BytesIO(picture)))
        assert np.array_equal(pixels, gray_photo(photo["name"], len(pixels)))
        assert photo["credit"] == PHOTOS[photo["name"]].credit


@pytest.mark.parametrize(
    ("fence", "words"),
    [
        ("kernel n=7", 'explorer kernel: expected some of preset, photo, row, column, got a parameter "n"'),
        ("size preset=box", 'got a parameter "preset"'),
        ("kernel preset=bux", "expected one of"),
    ],
)
def test_a_foreign_parameter_is_refused(fence: str, words: str) -> None:
    """What belongs to another explorer, or to none, stops the build with a sentence."""
    with pytest.raises(BookError) as caught:
        Book(ROOT).fragment(f"```explorer {fence}\n```")
    assert words in str(caught.value)
