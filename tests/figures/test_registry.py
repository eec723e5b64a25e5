"""Asking for figures: names, parameters, refusals, and what a figure can be turned into."""

import io
import json

import pytest
from PIL import Image as Pillow

from cnnmath.errors import FigureError, UnknownFigure
from cnnmath.figures import Table, draws, figure, figures, kind
from cnnmath.figures.parameters import Choice, Flag, Matrix, Sides, Whole


def test_unknown_figure_suggests_near_misses():
    """A misspelt name is refused with the names that look like it."""
    with pytest.raises(UnknownFigure, match=r'no figure "slidingwindow".*sliding-window'):
        figure("slidingwindow")


def test_unknown_parameter_is_refused_with_a_suggestion():
    """A parameter that the figure does not have is refused, with the ones it has and the likely one."""
    with pytest.raises(FigureError, match=r'"strid".*Did you mean stride\?'):
        figure("sliding-window", strid=2)


def test_bad_value_names_figure_parameter_and_range():
    """A value out of range is refused with figure, parameter, what was given and what is accepted."""
    with pytest.raises(FigureError, match=r"sliding-window: kernel: .*whole number from 1 to 12, got 0"):
        figure("sliding-window", kernel=0)


def test_impossible_combination_is_refused():
    """Parameters that are fine alone but leave no window are refused with a remedy."""
    with pytest.raises(FigureError, match=r"room for at least one window"):
        figure("sliding-window", input=3, kernel=5, padding=0)


def test_text_and_python_values_mean_the_same():
    """Parameters may come as text, as from a command line, or as Python values."""
    as_text = figure("sliding-window", input="9", kernel="3", padding="0,2")
    as_values = figure("sliding-window", input=9, kernel=3, padding=(0, 2))
    assert as_text.svg() == as_values.svg()
    assert as_text.params["padding"] == (0, 2)


@pytest.mark.parametrize(
    ("kind_of", "given", "expected"),
    [
        (Whole(-9, 9), "-3", -3),
        (Whole(0, 9), " 4 ", 4),
        (Sides(3), 2, (2, 2)),
        (Sides(3), [1, 2], (1, 2)),
        (Choice(("a", "b")), "b", "b"),
        (Flag(), "no", False),
        (Flag(), True, True),
        (Matrix(2, 2), "1,-2;3,4", ((1, -2), (3, 4))),
        (Matrix(2, 2), [[1, 2]], ((1, 2),)),
    ],
)
def test_values_are_read(kind_of, given, expected):
    """Each kind of parameter reads text and Python values."""
    assert kind_of.read("here", given) == expected


@pytest.mark.parametrize(
    ("kind_of", "given"),
    [
        (Whole(0, 9), 1.5),
        (Whole(0, 9), True),
        (Whole(0, 9), "1e3"),
        (Whole(0, 9), "٣"),
        (Whole(0, 9), None),
        (Sides(3), "1,2,3"),
        (Sides(3), "1,"),
        (Sides(3), 4),
        (Choice(("a", "b")), "c"),
        (Choice(("a", "b")), 1),
        (Flag(), "maybe"),
        (Matrix(2, 2), "1,2;3"),
        (Matrix(2, 2), ""),
        (Matrix(2, 2), "1,x"),
        (Matrix(2, 2), "1,2,3"),
        (Matrix(2, 2), 7),
        (Matrix(2, 2), "100"),
    ],
)
def test_nonsense_is_refused(kind_of, given):
    """What a kind does not accept is refused with the place and the words for what is accepted."""
    with pytest.raises(FigureError) as refusal:
        kind_of.read("here", given)
    assert str(refusal.value).startswith("here: expected ")
    assert kind_of.expected in str(refusal.value)


def test_long_nonsense_is_cut_in_the_message():
    """A value of ten thousand characters does not flood the message."""
    with pytest.raises(FigureError) as refusal:
        Whole(0, 9).read("here", "9" * 10_000)
    assert len(str(refusal.value)) < 200


def test_kinds_must_match_the_function():
    """Kinds that differ from the parameters, or a name that is taken, are programming errors."""
    with pytest.raises(TypeError, match="differ"):
        draws("new", size=Whole(1, 2))(lambda *, width=1: None)
    with pytest.raises(TypeError, match="already"):
        draws("sliding-window")(lambda: None)
    with pytest.raises(FigureError, match="size"):
        draws("new", size=Whole(1, 2))(lambda *, size=3: None)
    assert "new" not in figures()


def test_kind_tells_parameters_and_defaults():
    """A registered figure tells what it draws, its parameters and their defaults."""
    shown = kind("sliding-window")
    assert shown.about == "Draw a row of cells with every window under it"
    assert list(shown.parameters) == ["input", "kernel", "stride", "padding", "dilation", "rounding"]
    assert shown.defaults["input"] == 7


def test_ragged_table_is_refused():
    """A table whose rows differ in length from its heads is refused."""
    with pytest.raises(FigureError, match="2 cells in a row"):
        Table(("a", "b"), ((1, 2), (3,)))


def test_prefix_may_be_given():
    """One figure can stand on a page twice, if the page gives the ids' beginning."""
    assert ' id="second-title"' in figure("sliding-window").svg("page", prefix="second")


def test_json_holds_words_and_data():
    """The JSON of a figure holds parameters, words, and the rows of its table."""
    record = json.loads(figure("sliding-window", input=5, stride=1, padding=0).json())
    assert record["params"]["input"] == 5
    assert record["columns"][0] == "output cell"
    assert len(record["rows"]) == 3
    assert "player" not in record


def test_only_what_moves_becomes_a_gif():
    """A GIF of a still figure is refused; frames outside the animation are, too."""
    with pytest.raises(FigureError, match="nothing in it moves"):
        figure("sliding-window").gif()
    with pytest.raises(FigureError, match="expected 0 to 8"):
        figure("convolution-player").svg(frame=9)


@pytest.mark.slow
def test_gif_has_a_frame_for_each_step():
    """The animated convolution becomes an endless GIF with a frame for each output cell, in its scheme."""
    shown = figure("convolution-player", image="1,2,3;4,5,6;7,8,9", kernel="1,0;0,1")
    moving = Pillow.open(io.BytesIO(shown.gif("dark")))
    assert moving.n_frames == len(shown.frames) == 4
    assert moving.info["loop"] == 0
    assert max(moving.convert("RGB").getpixel((2, 2))) < 64
