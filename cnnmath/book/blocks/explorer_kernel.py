"""What the kernel explorer needs on its page: its first state as a figure, kernels, and photos as PNG files.

The photos travel inside the page, so that the explorer works from a folder as well as from a server.
"""

from __future__ import annotations

import base64
import json

from cnnmath.book.cache import digest
from cnnmath.book.context import Context
from cnnmath.book.html import Markup, data_script
from cnnmath.book.scan import Parameter
from cnnmath.figures.photos import PHOTOS, gray_png
from cnnmath.figures.presets import LARGER, PRESETS

__all__ = ["OPTIONS", "figure", "supplies"]

OPTIONS: dict[str, type | tuple[str, ...]] = {
    "preset": tuple(PRESETS),
    "photo": tuple(PHOTOS),
    "row": int,
    "column": int,
}
"""What the explorer may begin with: a kernel, a photo, and the place whose sum is worked out."""

SIDE = 128
"""Pixels of a photo's side: few enough that each can be pointed at."""


def figure(parameters: dict[str, Parameter]) -> tuple[str, dict[str, Parameter]]:
    """Return the figure of a kernel with a photo before and after it."""
    names = {"preset": "kernel", "photo": "photo"}
    return "kernel-effect", {names[key]: value for key, value in parameters.items() if key in names}


def supplies(context: Context) -> Markup:
    """Return kernels and photos as data for the script."""
    source = context.book.sources.of("cnnmath.figures.photos")
    photos = context.book.store.text(f"explorers/{digest('photos', SIDE, source)}.json", _photos)
    presets = [
        {"name": name, "rows": preset.rows, "divisor": preset.divisor, "about": preset.about}
        for name, preset in {**PRESETS, **LARGER}.items()
    ]
    return data_script({"presets": presets, "photos": json.loads(photos)})


def _photos() -> str:
    return json.dumps(
        [
            {
                "name": name,
                "shows": photo.shows,
                "credit": photo.credit,
                "source": f"data:image/png;base64,{base64.b64encode(gray_png(name, SIDE)).decode('ascii')}",
            }
            for name, photo in PHOTOS.items()
        ]
    )
