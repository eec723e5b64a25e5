"""Printing marks as SVG: exact elements, hatches, markup, pictures."""

import io

import numpy as np
import pytest
from PIL import Image as Pillow

from cnnmath.figures.marks import Circle, Drawing, Image, Path, Rect, Text, bottom, text_width
from cnnmath.figures.svg import element, hatch_lines, png_bytes, print_svg


def test_rectangle_with_everything():
    """A rectangle prints corner, size, radius, paint, dash and part, with at most two decimals."""
    mark = Rect(1, 2.345, 3, 4, "input-fill", "input", 1.5, (3, 2), radius=2, part="input:0")
    assert element(mark, "light") == (
        '<rect x="1" y="2.35" width="3" height="4" rx="2" fill="#dcebf7" stroke="#2f7ebc" stroke-width="1.5" '
        'stroke-dasharray="3 2" data-part="input:0"/>'
    )


def test_page_scheme_uses_variables():
    """For the page, colors are CSS variables."""
    assert element(Circle(0, 0, 2, "ink"), "page") == '<circle cx="0" cy="0" r="2" fill="var(--cnn-ink)"/>'


def test_paths_are_straight_curved_and_closed():
    """A path prints lines, or cubic curves from points in threes, and closes where asked."""
    straight = Path(((0, 0), (1, 0), (1, 1)), "none", fill="ink", closed=True)
    assert 'd="M0 0L1 0L1 1Z"' in element(straight, "light")
    curved = Path(((0, 0), (1, 0), (1, 1), (2, 1)), curved=True)
    assert 'd="M0 0C1 0 1 1 2 1"' in element(curved, "light")


def test_text_markup_becomes_spans_that_return_to_the_line():
    """Italic, subscript and superscript become spans, and the text after them stands on the line again."""
    printed = element(Text(0, 0, "*n*_{1} < 2", 10), "light")
    assert '<tspan font-style="italic">n</tspan>' in printed
    assert '<tspan dy="2.2" font-size="7.2">1</tspan>' in printed
    assert '<tspan dy="-2.2"> &lt; 2</tspan>' in printed


def test_words_are_escaped():
    """Title, description and text are escaped, and no text can end its element."""
    drawing = Drawing(10, 10, (Text(0, 0, "</text><script>"),))
    printed = print_svg(drawing, "page", title="a<b", description='"&"', prefix="x")
    assert "<script>" not in printed
    assert "<title" in printed
    assert "a&lt;b" in printed


def test_hatch_stays_inside_and_is_aligned():
    """Hatch lines end on the rectangle's border, rise to the right, and lie on diagonals a step apart."""
    mark = Rect(10, 20, 30, 12, hatch=5)
    lines = list(hatch_lines(mark))
    assert len(lines) > 6
    for start, end in lines:
        for x, y in (start, end):
            assert 10 <= x <= 40
            assert 20 <= y <= 32
        assert sum(start) == pytest.approx(sum(end))
        assert sum(start) % 5 == pytest.approx(0)


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_survive_the_png(channels):
    """The PNG inside an image holds exactly the pixels, as Pillow reads them."""
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, channels), dtype=np.uint8)
    mark = Image(0, 0, 10, 10, 5, 7, channels, pixels.tobytes())
    read = np.asarray(Pillow.open(io.BytesIO(png_bytes(mark))))
    assert np.array_equal(read.reshape(5, 7, channels), pixels)


def test_unknown_mark_is_refused():
    """Something that is no mark has no SVG."""
    with pytest.raises(TypeError, match="no SVG"):
        element("square", "light")


def test_drawing_ends_below_its_lowest_mark():
    """A fitted drawing ends its margin below the lowest of rectangle, circle, path, text or image."""
    marks = [Rect(0, 0, 1, 5), Circle(0, 8, 3), Path(((0, 0), (1, 20))), Text(0, 12, "y", 12)]
    assert Drawing.fitted(100, marks, margin=4).height == 24
    assert bottom(Text(0, 12, "y", 12)) == 15
    assert bottom(Image(0, 4, 1, 9, 1, 1, 1, b"\0")) == 13


def test_width_estimate_is_never_short():
    """The estimate of a line's width is no less than its width in DejaVu Sans, and at most 1.6 times it."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    face = FontProperties(family="DejaVu Sans", size=12)
    for words in (
        "read by the window",
        "3 × 3 conv, 64",
        "does not fit",
        "windows that read it",
        "resnet152",
    ):
        true = text_to_path.get_text_width_height_descent(words, face, ismath=False)[0]
        assert true * 0.97 <= text_width(words, 12) <= true * 1.6
