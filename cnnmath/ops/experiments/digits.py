"""The digits that scikit-learn ships (1,797 of 8×8 pixels, UCI's test set of 1998), cut, moved and mixed.

scikit-learn belongs to the book's extras, so it is imported where it is needed, and its absence is an error
that says what to install. Pixels are scaled to 0 … 1, images are (N, 1, 8, 8) in float32.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import NamedTuple

import numpy as np

from cnnmath.errors import CnnMathError
from cnnmath.ops.tensors import Array

TEST_IMAGES = 500


class Labelled(NamedTuple):
    """Images (N, 1, H, W) and their labels (N,)."""

    images: Array
    labels: Array


class Digits(NamedTuple):
    """Digits to learn from, and 500 others to be asked about."""

    train: Labelled
    test: Labelled


def load_digits(seed: int = 0) -> Digits:
    """Return the digits in the order that `seed` shuffles them to: 1,297 to learn from, 500 for the test.

    Raises `CnnMathError` where scikit-learn is missing.

    >>> [part.images.shape for part in load_digits()]
    [(1297, 1, 8, 8), (500, 1, 8, 8)]
    """
    images, labels = _all_digits()
    order = np.random.default_rng(seed).permutation(len(images))
    train, test = order[:-TEST_IMAGES], order[-TEST_IMAGES:]
    return Digits(Labelled(images[train], labels[train]), Labelled(images[test], labels[test]))


@cache
def _all_digits() -> tuple[Array, Array]:
    try:
        datasets = importlib.import_module("sklearn.datasets")
    except ImportError:
        raise CnnMathError(
            where="The digits come with scikit-learn, which is not installed.",
            remedy='Install the book\'s extras: pip install "cnnmath[book]".',
        ) from None
    found = datasets.load_digits()
    return (found.images[:, None] / 16).astype(np.float32), found.target.astype(np.int64)


def permute_pixels(images: Array, seed: int = 0) -> Array:
    """Move the pixels of all images by one fixed random permutation: neighbors part, nothing is lost.

    >>> mixed = permute_pixels(np.arange(4.0).reshape(1, 1, 2, 2))
    >>> sorted(mixed.ravel().tolist())
    [0.0, 1.0, 2.0, 3.0]
    """
    cells = images.shape[-2] * images.shape[-1]
    order = np.random.default_rng(seed).permutation(cells)
    return images.reshape(*images.shape[:-2], cells)[..., order].reshape(images.shape)


def place(images: Array, side: int, down: int | Array = 0, right: int | Array = 0) -> Array:
    """Put images (N, C, H, W) in the middle of empty squares, moved `down` and `right` by whole pixels.

    The moves are one number for all images or one for each. Raises `CnnMathError` where an image would leave
    its square.

    >>> place(np.ones((1, 1, 1, 1)), 3, down=1, right=-1)[0, 0].tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    count, channels, height, width = images.shape
    tops = (side - height) // 2 + np.broadcast_to(down, count)
    lefts = (side - width) // 2 + np.broadcast_to(right, count)
    if count and (min(tops.min(), lefts.min()) < 0 or max(tops.max() + height, lefts.max() + width) > side):
        raise CnnMathError(
            where="place",
            given=f"images of {height}×{width} moved by {np.abs(down).max()} and {np.abs(right).max()}",
            expected=f"images that stay in a square of {side}×{side}",
            remedy="Move less, or take a larger square.",
        )
    canvas = np.zeros((count, channels, side, side), images.dtype)
    for image, target, top, left in zip(images, canvas, tops, lefts, strict=True):
        target[:, top : top + height, left : left + width] = image
    return canvas
