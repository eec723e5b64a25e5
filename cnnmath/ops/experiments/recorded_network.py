"""The trained network for digits that ships with the package, so that figures and the page need not train it.

`python -m cnnmath.ops.experiments.recorded_network` trains it anew and writes the file; a test holds the
file against training. Reading it needs neither scikit-learn nor time.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cnnmath.ops.experiments.learning import digits_for_page
from cnnmath.ops.network.trace import Model
from cnnmath.ops.seeing.export import import_network
from cnnmath.ops.tensors import Array

NAME = "digits_network.json"


class Recorded(NamedTuple):
    """The recorded model, one test image of each digit (10, 1, 8, 8), their labels, and its test accuracy.

    `maximized` (10, 1, 8, 8) holds the image that excites each class most, as a search found it.
    """

    model: Model
    images: Array
    labels: Array
    accuracy: float
    maximized: Array


@cache
def recorded_digits() -> Recorded:
    """Return the network that was trained for the book, with ten images to show it.

    >>> recorded_digits().labels.tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    data = recorded_data()
    model = import_network(data)
    shape = (-1, *model.network.input_shape)
    images = np.array([example["input"] for example in data["examples"]], np.float32).reshape(shape)
    maximized = np.array(data["maximized"], np.float32).reshape(shape)
    return Recorded(model, images, np.array(data["labels"]), data["accuracy"], maximized)


def recorded_data() -> dict[str, Any]:
    """Return the recorded network as the page gets it: JSON data in the format of `seeing.export_network`."""
    text = resources.files("cnnmath.ops.experiments").joinpath(NAME).read_text("utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def write(folder: Path) -> Path:
    """Train, and write the file into `folder`; return where it is."""
    path = folder / NAME
    path.write_text(json.dumps(digits_for_page(), separators=(",", ":")) + "\n", "utf-8")
    return path


if __name__ == "__main__":
    print(f"Wrote {write(Path(__file__).parent).name}.")
