"""The figures of what layers see show what `ops.seeing` computes on the recorded network."""

import numpy as np
import pytest

from cnnmath import ops
from cnnmath.figures import figure
from cnnmath.ops.experiments import recorded_digits


def rows(name, **params):
    """Return the rows of the data behind a figure."""
    return figure(name, **params).data.rows


@pytest.mark.parametrize("digit", range(10))
def test_the_activations_are_the_networks(digit: int) -> None:
    """The largest value and the silent maps of each layer are those of the operations, called one by one."""
    found = recorded_digits()
    weights, x = found.model.weights, found.images[digit : digit + 1]
    first = ops.relu(ops.conv2d(x, weights["conv1"]["weight"], weights["conv1"]["bias"], padding=1))
    second = ops.relu(ops.conv2d(first, weights["conv2"]["weight"], weights["conv2"]["bias"], padding=1))
    layers = [first, second, ops.max_pool2d(second, 2)]
    expected = [
        (maps.shape[1], round(float(maps.max()), 3), int((maps.max(axis=(2, 3)) == 0).sum()))
        for maps in layers
    ]
    assert [row[1:] for row in rows("digit-activations", digit=digit)] == expected


def test_the_sanity_check_says_what_the_caption_says() -> None:
    """Before anything is random all maps are themselves; in the end guided backpropagation is most so."""
    table = rows("digit-sanity")
    assert [row[0] for row in table] == ["nothing", "scores", "dense", "conv2", "conv1"]
    assert table[0][1:] == (1, 1, 1)
    gradient, deconvnet, guided = table[-1][1:]
    assert guided > 2 * max(gradient, deconvnet)


@pytest.mark.parametrize("channel", [0, 7, 15])
def test_patches_are_in_order_and_inside_their_images(channel: int) -> None:
    """Eight patches, best first, each of an image of its own, at most two pixels beyond the border."""
    table = rows("digit-patches", channel=channel)
    values = [row[1] for row in table]
    assert values == sorted(values, reverse=True)
    assert len({row[0] for row in table}) == 8
    assert all(-2 <= corner <= 5 for row in table for corner in row[2:])


def test_searches_rise_and_imagined_digits_are_recognized() -> None:
    """Scores rise step by step, higher without restraints; each imagined digit scores highest in its own."""
    table = np.array(rows("digit-search", digit=2), float)
    assert (np.diff(table[:, 1:], axis=0) > 0).all()
    assert table[-1, 2] > table[-1, 1]
    assert all(own > other for _, own, other in rows("digits-searched"))
