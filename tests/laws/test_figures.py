"""Laws over all figures: whoever adds one is held to them without editing this file."""

import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from itertools import combinations

import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from PIL import Image as Pillow

from cnnmath.errors import CnnMathError
from cnnmath.figures import Figure, figure, figures, kind
from cnnmath.figures.marks import Circle, Drawing, Image, Path, Rect, Text, runs
from cnnmath.figures.parameters import Choice, Flag, Sides, Whole
from cnnmath.figures.theme import COLORS, luminance_contrast

SVG = "{http://www.w3.org/2000/svg}"
PHONE = 340
SMALLEST = 9
"""On a phone, text is at least this many pixels tall."""


def variants(name: str) -> Iterator[dict[str, object]]:
    """Yield parameters that push one of a figure's parameters to an end of its range."""
    yield {}
    for key, parameter in kind(name).parameters.items():
        match parameter:
            case Whole(low, high):
                yield from ({key: value} for value in (low, (low + high) // 2, high))
            case Sides(high):
                yield from ({key: value} for value in ((0, 0), (0, high), (high, 0), (high, high)))
            case Choice(options):
                yield from ({key: option} for option in options)
            case Flag():
                yield from ({key: value} for value in (False, True))
            case _:
                pass


@cache
def drawn(name: str) -> Figure:
    """Return the figure as it is without parameters."""
    return figure(name)


@cache
def advance(text: str, size: float, *, bold: bool, italic: bool) -> float:
    """Return the width of text in DejaVu Sans, a wide face: narrower ones fit where it fits."""
    style = "oblique" if italic else "normal"
    face = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal", style=style)
    return text_to_path.get_text_width_height_descent(text, face, ismath=False)[0]


def box(text: Text) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of a line of text."""
    width = sum(
        advance(run.text, text.size * (0.72 if run.shift else 1), bold=text.bold, italic=run.italic)
        for run in runs(text.text)
    )
    start = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * width
    if text.turned:
        return text.x - 0.8 * text.size, text.y - width + start, text.x + 0.25 * text.size, text.y + start
    return text.x - start, text.y - 0.76 * text.size, text.x - start + width, text.y + 0.2 * text.size


def texts(drawing: Drawing) -> list[Text]:
    """Return the lines of text of a drawing."""
    return [mark for mark in drawing.marks if isinstance(mark, Text)]


def overlap(first: Text, second: Text) -> float:
    """Return how much of the smaller line is covered by the other."""
    a, b = box(first), box(second)
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((side[2] - side[0]) * (side[3] - side[1]) for side in (a, b))
    return max(0.0, width) * max(0.0, height) / smaller


def below(drawing: Drawing, text: Text) -> str | None:
    """Return the role of the topmost area under the middle of a text, None over a picture."""
    left, top, right, bottom = box(text)
    x, y = (left + right) / 2, (top + bottom) / 2
    role: str | None = "paper"
    for mark in drawing.marks[: drawing.marks.index(text)]:
        match mark:
            case Rect() if mark.x <= x <= mark.x + mark.width and mark.y <= y <= mark.y + mark.height:
                role = mark.fill if mark.fill != "none" and mark.opacity == 1 else role
            case Circle() if (mark.x - x) ** 2 + (mark.y - y) ** 2 <= mark.radius**2:
                role = mark.fill if mark.fill != "none" else role
            case Image() if mark.x <= x <= mark.x + mark.width and mark.y <= y <= mark.y + mark.height:
                role = None
            case Path() if mark.closed and mark.fill != "none":
                xs, ys = zip(*mark.points, strict=True)
                role = mark.fill if min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys) else role
    return role


def complaints(shown: Figure) -> list[str]:
    """Return what a reader would complain about in a figure's text."""
    found = []
    for drawing in (shown.drawing, *shown.frames):
        lines = texts(drawing)
        for line in lines:
            left, top, right, low = box(line)
            if left < 0 or top < 0 or right > drawing.width or low > drawing.height:
                found.append(f"{line.text!r} leaves the sheet")
            if line.size * min(1, PHONE / drawing.width) < SMALLEST:
                found.append(f"{line.text!r} is too small on a phone")
        found += [
            f"{a.text!r} lies on {b.text!r}"
            for a, b in combinations(lines, 2)
            if abs(a.y - b.y) < 20 and overlap(a, b) > 0.12
        ]
    return found


@pytest.mark.parametrize("name", figures())
def test_text_is_inside_legible_and_apart(name):
    """Every text lies on the sheet, is at least 9 pixels tall on a phone and does not lie on another text."""
    assert complaints(drawn(name)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", figures())
def test_text_stays_legible_at_the_ends_of_every_range(name):
    """The same holds with each parameter at an end of its range, unless the figure refuses with an error."""
    found = {}
    for params in variants(name):
        try:
            shown = figure(name, **params)
        except CnnMathError:
            continue
        if complaints(shown):
            found[str(params)] = complaints(shown)
    assert found == {}


@pytest.mark.parametrize("name", figures())
def test_text_contrasts_with_what_lies_under_it(name):
    """Text has a contrast of at least 4.5 : 1 with the area under it, in both schemes (WCAG 2.2, 1.4.3)."""
    shown = drawn(name)
    for text in texts(shown.drawing):
        ground = below(shown.drawing, text)
        assert ground is not None, f"{text.text!r} stands on a picture"
        for scheme, colors in COLORS.items():
            contrast = luminance_contrast(colors[text.color], colors[ground])
            assert contrast >= 4.5, f"{text.text!r}: {text.color} on {ground} in {scheme} has {contrast:.2f}"


@pytest.mark.parametrize("name", figures())
def test_svg_is_well_formed_and_described(name):
    """In every scheme the SVG parses, carries title and description, and refers to them by unique ids."""
    shown = drawn(name)
    for scheme in ("light", "dark", "page"):
        root = ET.fromstring(shown.svg(scheme))  # noqa: S314 - our own SVG
        assert root.get("role") == "img"
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title.text == shown.title
        assert description.text == shown.alt
        assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
        assert float(root.get("viewBox").split()[2]) <= 440


@pytest.mark.parametrize("name", figures())
def test_page_svg_takes_every_color_from_the_page(name):
    """The SVG for the page holds no color of its own, only the variables of the palette."""
    svg = drawn(name).svg("page")
    assert re.findall(r'(?:fill|stroke)="(?!none|var\(--cnn-[a-z-]+\)")[^"]*"', svg) == []
    plain = re.sub(r'href="data:[^"]*"|<title.*?</desc>', "", svg, flags=re.DOTALL)
    assert "#" not in plain


@pytest.mark.parametrize("name", figures())
def test_words_say_what_is_seen(name):
    """Title, caption and alt text are there, and the alt text names entries of the data behind the figure."""
    shown = drawn(name)
    assert shown.title
    assert shown.title[-1] != "."
    assert shown.caption.endswith((".", ")"))
    assert shown.alt.endswith(".")
    assert len(shown.alt) > 60
    words = set(re.findall(r"[\w.,−]*\w", shown.alt.replace("-", "−")))
    numbers = {
        number for row in shown.data.rows for cell in row for number in re.findall(r"[\w.,]*\w", str(cell))
    }
    assert words & numbers


@pytest.mark.parametrize("name", figures())
def test_same_parameters_give_the_same_bytes(name):
    """Drawing a figure again gives the same SVG and the same JSON, byte for byte."""
    assert figure(name).svg() == drawn(name).svg()
    assert json.loads(figure(name).json()) == json.loads(drawn(name).json())


def test_ids_differ_between_figures():
    """Two figures, or one figure with two sets of parameters, can stand on one page."""
    shown = [drawn(name) for name in figures()] + [figure("sliding-window", input=9)]
    ids = [found for one in shown for found in re.findall(r' id="([^"]+)"', one.svg("page"))]
    assert len(ids) == len(set(ids))


@pytest.mark.slow
@pytest.mark.parametrize("name", figures())
def test_pixels_show_the_drawing(name):
    """PNG files of both schemes open, have two pixels for each unit, and are not blank."""
    shown = drawn(name)
    for scheme in ("light", "dark"):
        picture = Pillow.open(io.BytesIO(shown.png(scheme)))
        assert abs(picture.width - 2 * shown.drawing.width) <= 1
        assert abs(picture.height - 2 * shown.drawing.height) <= 1
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 3


@pytest.mark.parametrize("name", figures())
def test_kinds_of_parameters_accept_their_defaults(name):
    """Every parameter says what it accepts, accepts its default, and refuses nonsense with its own name."""
    for key, parameter in kind(name).parameters.items():
        assert parameter.expected
        assert parameter.read(key, kind(name).defaults[key]) == kind(name).defaults[key]
        with pytest.raises(CnnMathError) as refusal:
            figure(name, **{key: "\N{SNOWMAN}"})
        assert "\N{SNOWMAN}" in str(refusal.value)
