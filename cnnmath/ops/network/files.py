"""Weights on disk: one compressed NumPy file, tensors under the names that PyTorch would give them.

Only arrays are read back, never code.
"""

from __future__ import annotations

import zipfile
from os import PathLike
from typing import BinaryIO, TypeAlias

import numpy as np

from cnnmath.errors import CnnMathError
from cnnmath.ops.network.trace import Weights
from cnnmath.ops.tensors import Array

Target: TypeAlias = str | PathLike[str] | BinaryIO


def save_weights(file: Target, weights: Weights) -> None:
    """Write all tensors to a path (.npz) or an open binary file, each as `node/tensor`.

    >>> import io
    >>> file = io.BytesIO()
    >>> save_weights(file, {"conv1": {"bias": np.arange(3)}})
    >>> _ = file.seek(0)
    >>> load_weights(file)["conv1"]["bias"].tolist()
    [0, 1, 2]
    """
    named = {f"{node}/{name}": value for node, stored in weights.items() for name, value in stored.items()}
    np.savez_compressed(file, allow_pickle=False, **named)


def load_weights(file: Target) -> dict[str, dict[str, Array]]:
    """Read back what `save_weights` wrote. Raises `CnnMathError` for a file of another kind."""
    weights: dict[str, dict[str, Array]] = {}
    try:
        with np.load(file, allow_pickle=False) as tensors:
            for key in tensors.files:
                node, _, name = key.rpartition("/")
                weights.setdefault(node, {})[name] = tensors[key]
    except (ValueError, OSError, AttributeError, zipfile.BadZipFile) as problem:
        raise CnnMathError(
            where=f"weights file {file}",
            given=str(problem),
            expected="a .npz file written by ops.save_weights",
        ) from None
    return weights
