"""Charts of results: what they draw, what they say, what they refuse."""

import json
from itertools import pairwise

import numpy as np
import pytest

from cnnmath.errors import FigureError
from cnnmath.figures import charts
from cnnmath.figures.marks import Circle, Image, Path, Rect, Text
from cnnmath.figures.plot import Plot, place_names, ticks


def texts(figure):
    """Return the words of a drawing."""
    return [mark.text for mark in figure.drawing.marks if isinstance(mark, Text)]


def test_curves_are_named_and_their_numbers_told():
    """Curves carry their names; the alt text tells start, end and extremes; the table has all values."""
    shown = charts.curves(
        {"loss": [2.5, 0.5, 1.0], "test loss": [3.0, 2.0, 2.5]},
        title="Training",
        caption="Loss.",
        y_name="loss",
    )
    assert "loss over epoch 1 to 3: from 2.5 to 1, lowest 0.5 at 2, highest 2.5 at 1." in shown.alt
    assert {"loss", "test loss", "epoch"} <= set(texts(shown))
    assert shown.data.rows == ((1.0, 2.5, 3.0), (2.0, 0.5, 2.0), (3.0, 1.0, 2.5))
    assert json.loads(shown.json())["columns"] == ["epoch", "loss", "test loss"]


def test_names_of_close_curves_do_not_lie_on_each_other():
    """Five curves that end at one value still have names at least 14 units apart."""
    shown = charts.curves({name: [0.0, 1.0] for name in "abcde"}, title="Close", caption="Close.")
    heights = sorted(
        mark.y for mark in shown.drawing.marks if isinstance(mark, Text) and mark.text in set("abcde")
    )
    assert all(after - before >= 14 for before, after in pairwise(heights))


def test_curves_differ_in_dashes_as_well_as_color():
    """No two curves are told apart by color alone."""
    shown = charts.curves({name: [0.0, 1.0] for name in "abcde"}, title="Five", caption="Five.")
    dashes = [mark.dash for mark in shown.drawing.marks if isinstance(mark, Path) and mark.line == 2.0]
    assert len(set(dashes)) == 5


@pytest.mark.parametrize(
    "series",
    [
        {},
        {str(at): [1, 2] for at in range(6)},
        {"a": [1, 2], "b": [1]},
        {"a": [1]},
        {"a": [1.0, float("nan")]},
    ],
)
def test_impossible_curves_are_refused(series):
    """No curve, six curves, unequal lengths, a single point or NaN are refused with a reason."""
    with pytest.raises(FigureError, match="expected"):
        charts.curves(series, title="No", caption="No.")


def test_pictures_share_one_scale():
    """All pictures are drawn on one gray scale: the smallest value of all is 0, the largest 255."""
    shown = charts.pictures({"a": [[0.0, 1.0]], "b": [[2.0, 4.0]]}, title="Two", caption="Two.")
    pixels = [list(mark.pixels) for mark in shown.drawing.marks if isinstance(mark, Image)]
    assert pixels == [[0, 64], [128, 255]]


def test_symmetric_pictures_put_zero_at_middle_gray():
    """With a symmetric scale, zero is middle gray whatever the other values are."""
    shown = charts.pictures({"filter": [[-1.0, 0.0, 3.0]]}, title="Filter", caption="One.", symmetric=True)
    image = next(mark for mark in shown.drawing.marks if isinstance(mark, Image))
    assert list(image.pixels)[1:] == [128, 255]


def test_impossible_pictures_are_refused():
    """No pictures, or an array that is no picture, are refused with its shape."""
    with pytest.raises(FigureError, match="at least one"):
        charts.pictures({}, title="No", caption="No.")
    with pytest.raises(FigureError, match=r"picture a.*\(2, 2, 3\)"):
        charts.pictures({"a": np.zeros((2, 2, 3))}, title="No", caption="No.")


def test_confusion_counts_and_names_the_worst_mistake():
    """The alt text counts cases and names the most frequent mistake."""
    shown = charts.confusion(
        [[50, 0, 0], [0, 40, 7], [1, 0, 49]], title="Test", caption="C.", labels=["a", "b", "c"]
    )
    assert (
        "147 cases, 139 on the diagonal: 94.6% right. Most frequent mistake: b taken for c, 7 times."
        in shown.alt
    )
    filled = {mark.fill for mark in shown.drawing.marks if isinstance(mark, Rect)}
    assert filled == {"none", "output-fill", "gradient-fill"}
    assert "No mistakes." in charts.confusion([[1, 0], [0, 1]], title="All", caption="All.").alt
    with pytest.raises(FigureError, match="square"):
        charts.confusion([[1, 2]], title="No", caption="No.")


@pytest.mark.parametrize("ends", [(0, 1), (1, 40), (-3.2, 7.9), (0.001, 0.0023), (0, 62378344)])
def test_ticks_are_round_and_inside(ends):
    """Ticks lie inside the range, are evenly spaced by 1, 2 or 5 times a power of ten, and are 2 to 6."""
    found = ticks(*ends)
    steps = {round(after - before, 12) for before, after in pairwise(found)}
    assert 2 <= len(found) <= 6
    assert all(ends[0] - 1e-9 <= at <= ends[1] + 1e-9 for at in found)
    assert all(float(f"{step:.6e}"[:1]) in (1, 2, 5) for step in steps)


def test_plots_place_values_linearly_and_logarithmically():
    """Ends of the range lie on the frame; the middle of a logarithmic axis is the geometric mean."""
    plot = Plot(10, 20, 100, 50, 1, 100, 0, 10, x_log=True)
    assert (plot.x(1), plot.x(100), plot.x(10)) == (10, 110, pytest.approx(60))
    assert (plot.y(0), plot.y(10), plot.y(5)) == (70, 20, 45)


def test_names_find_free_places():
    """Names of crowded circles neither leave the limits nor lie on each other."""
    circles = [Circle(200 + 3 * at, 200 + 2 * at, 4) for at in range(5)]
    placed = [mark for mark in place_names(circles, ["resnet18"] * 5, (0, 440)) if isinstance(mark, Text)]
    assert len({(mark.x, mark.y) for mark in placed}) == 5
