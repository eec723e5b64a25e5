"""Photographs and digits, from packages that ship them under an open license; nothing is fetched here.

The packages are optional (the book's extra); without them a figure says what to install.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from cnnmath.errors import FigureError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["PHOTOS", "Photo", "digit_image", "gray_photo", "photo"]


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


@cache
def _reduced(name: str, side: int) -> NDArray[np.uint8]:
    import numpy as np

    pixels = getattr(_package("skimage.data", "scikit-image"), name)()
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 3, axis=2)
    block = min(pixels.shape[:2]) // side
    top, left = ((extent - block * side) // 2 for extent in pixels.shape[:2])
    middle = pixels[top : top + block * side, left : left + block * side, :3].astype(np.float64)
    means = middle.reshape(side, block, side, block, 3).mean(axis=(1, 3))
    reduced: NDArray[np.uint8] = np.rint(means).astype(np.uint8)
    reduced.setflags(write=False)
    return reduced


def digit_image(sample: int) -> tuple[list[int], int]:
    """Return the 64 gray values (0 to 16) of one of scikit-learn's 1,797 digits, and what it shows.

    Raises FigureError where scikit-learn is missing.
    """
    images, labels = _digits()
    return [int(value) for value in images[sample]], int(labels[sample])


@cache
def _digits() -> tuple[Any, Any]:
    bunch = _package("sklearn.datasets", "scikit-learn").load_digits()
    return bunch.data, bunch.target


def _package(module: str, package: str) -> Any:  # noqa: ANN401 - a module of a package without types
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        raise FigureError(
            where="photographs",
            given=f"no {package}",
            expected=f"{package}, which ships them",
            remedy=f"Install it with: pip install {package}",
        ) from missing
