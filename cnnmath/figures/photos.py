"""Photographs and digits, from packages that ship them under an open license; nothing is fetched here.

The packages are optional (the book's extra); without them a figure says what to install.
"""

from __future__ import annotations

import gzip
import itertools
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from cnnmath.errors import FigureError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["PHOTOS", "Photo", "digit_image", "gray_photo", "gray_png", "photo"]


@dataclass(frozen=True)
class Photo:
    """A photograph of scikit-image: what it shows, and whom to thank."""

    shows: str
    credit: str


PHOTOS = {
    "camera": Photo("a man with a camera", "Image: camera of scikit-image, by Lav Varshney, CC0."),
    "astronaut": Photo(
        "the astronaut Eileen Collins", "Image: astronaut of scikit-image, NASA, public domain."
    ),
    "coffee": Photo("a cup of coffee", "Image: coffee of scikit-image, by Rachel Michetti, CC0."),
}


def photo(name: str, side: int) -> NDArray[np.uint8]:
    """Return the middle square of a photo, reduced to `side` pixels, as (side, side, 3) bytes.

    Every pixel is the mean of a block of the original. Raises FigureError where scikit-image is missing.
    """
    return _reduced(name, side)


def gray_photo(name: str, side: int) -> NDArray[np.uint8]:
    """Return a photo in gray, as (side, side) bytes, with the luminance weights of Rec. 709."""
    import numpy as np

    weights = np.array([0.2126, 0.7152, 0.0722])
    gray: NDArray[np.uint8] = np.rint(_reduced(name, side).astype(np.float64) @ weights).astype(np.uint8)
    return gray


def gray_png(name: str, side: int) -> bytes:
    """Return a photo in gray as a PNG file of `side` × `side` pixels."""
    from cnnmath.figures.marks import Image
    from cnnmath.figures.svg import png_bytes

    return png_bytes(Image(0, 0, side, side, side, side, 1, gray_photo(name, side).tobytes()))


@cache
def _reduced(name: str, side: int) -> NDArray[np.uint8]:
    import numpy as np
    from PIL import Image

    file = _shipped("scikit-image", "skimage", f"data/{name}.png")
    with Image.open(file) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    block = min(pixels.shape[:2]) // side
    top, left = ((extent - block * side) // 2 for extent in pixels.shape[:2])
    middle = pixels[top : top + block * side, left : left + block * side].astype(np.float64)
    means = middle.reshape(side, block, side, block, 3).mean(axis=(1, 3))
    reduced: NDArray[np.uint8] = np.rint(means).astype(np.uint8)
    reduced.setflags(write=False)
    return reduced


def digit_image(sample: int) -> tuple[list[int], int]:
    """Return the 64 gray values (0 to 16) of one of scikit-learn's 1,797 digits, and what it shows.

    Raises FigureError where scikit-learn is missing.
    """
    file = _shipped("scikit-learn", "sklearn", "datasets/data/digits.csv.gz")
    with gzip.open(file, "rt", encoding="ascii") as lines:
        line = next(itertools.islice(lines, sample, None))
    *pixels, label = map(int, line.split(","))
    return pixels, label


def _shipped(package: str, module: str, path: str) -> Path:
    """Return a data file of a package without importing it, which would take a second."""
    found = find_spec(module)
    for place in (found and found.submodule_search_locations) or ():
        if (file := Path(place) / path).is_file():
            return file
    raise FigureError(
        where="photographs",
        given=f"no file {path} of {package}",
        expected=f"{package}, which ships it",
        remedy=f"Install it with: pip install {package}",
    )
