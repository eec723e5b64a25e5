"""Prints a drawing as SVG: the same bytes every time, text kept as text, colors from the theme.

Schemes "light" and "dark" give files that stand alone. The scheme "page" gives an element to put into HTML:
its colors are the page's variables, so one copy serves both schemes. No layout happens here.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from functools import singledispatch
from xml.sax.saxutils import escape, quoteattr

from cnnmath.figures.marks import Circle, Drawing, Image, Mark, Path, Point, Rect, Run, Text, runs
from cnnmath.figures.theme import color

__all__ = ["hatch_lines", "png_bytes", "print_svg"]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
PAGE_FONT = "var(--cnn-figure-font, inherit)"


def print_svg(drawing: Drawing, scheme: str, *, title: str, description: str, prefix: str) -> str:
    """Return the SVG of a drawing; `prefix` begins the ids of its title and description."""
    width, height = _number(drawing.width), _number(drawing.height)
    page = scheme == "page"
    links = XLINK if any(isinstance(mark, Image) for mark in drawing.marks) else ""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg"{links} viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="{prefix}-title {prefix}-desc" '
        f'font-family="{PAGE_FONT if page else FONT}"'
        + (' class="cnn-drawing" style="max-width:100%;height:auto">' if page else ">")
    )
    lines = [
        head,
        f'<title id="{prefix}-title">{escape(title)}</title>',
        f'<desc id="{prefix}-desc">{escape(description)}</desc>',
    ]
    if not page:
        lines.append(f'<rect width="{width}" height="{height}" fill="{color("paper", scheme)}"/>')
    lines += [element(mark, scheme) for mark in drawing.marks]
    return "\n".join([*lines, "</svg>"]) + "\n"


XLINK = ' xmlns:xlink="http://www.w3.org/1999/xlink"'
"""Pictures are linked the old way: the site's theme rewrites every plain `href` as if it were a page's."""


@singledispatch
def element(mark: Mark, scheme: str) -> str:
    """Return the SVG element of one mark."""
    raise TypeError(f"no SVG is known for {type(mark).__name__}")


@element.register
def rect_element(mark: Rect, scheme: str) -> str:
    """Return a `rect`, followed by the lines of its hatch."""
    attributes = {
        "x": _number(mark.x),
        "y": _number(mark.y),
        "width": _number(mark.width),
        "height": _number(mark.height),
    }
    if mark.radius:
        attributes["rx"] = _number(mark.radius)
    attributes |= _paint(mark, scheme)
    text = _tag("rect", attributes | _part(mark.part))
    if mark.hatch:
        strokes = "".join(f"M{_point(start)}L{_point(end)}" for start, end in hatch_lines(mark))
        text += _tag("path", {"d": strokes, "stroke": color("padding", scheme), "stroke-width": "0.75"})
    return text


@element.register
def circle_element(mark: Circle, scheme: str) -> str:
    """Return a `circle`."""
    attributes = {"cx": _number(mark.x), "cy": _number(mark.y), "r": _number(mark.radius)}
    return _tag("circle", attributes | _paint(mark, scheme) | _part(mark.part))


@element.register
def path_element(mark: Path, scheme: str) -> str:
    """Return a `path`."""
    first, *rest = mark.points
    if mark.curved:
        body = "".join("C" + " ".join(map(_point, rest[at : at + 3])) for at in range(0, len(rest), 3))
    else:
        body = "".join(f"L{_point(point)}" for point in rest)
    attributes = {"d": f"M{_point(first)}{body}{'Z' if mark.closed else ''}"}
    attributes |= _paint(mark, scheme)
    return _tag("path", attributes | _part(mark.part))


@element.register
def text_element(mark: Text, scheme: str) -> str:
    """Return a `text`, with a `tspan` for each run that is not plain."""
    attributes = {"x": _number(mark.x), "y": _number(mark.y), "font-size": _number(mark.size)}
    if mark.anchor != "start":
        attributes["text-anchor"] = mark.anchor
    if mark.bold:
        attributes["font-weight"] = "600"
    if mark.turned:
        attributes["transform"] = f"rotate(-90 {_number(mark.x)} {_number(mark.y)})"
    attributes["fill"] = color(mark.color, scheme)
    opening = _tag("text", attributes | _part(mark.part))[:-2] + ">"
    return opening + "".join(_spans(mark)) + "</text>"


@element.register
def image_element(mark: Image, scheme: str) -> str:
    """Return an `image` whose data are a PNG inside the file."""
    data = base64.b64encode(png_bytes(mark)).decode("ascii")
    attributes = {
        "x": _number(mark.x),
        "y": _number(mark.y),
        "width": _number(mark.width),
        "height": _number(mark.height),
        "preserveAspectRatio": "none",
        "xlink:href": f"data:image/png;base64,{data}",
    }
    if not mark.smooth:
        attributes["style"] = "image-rendering:pixelated"
    return _tag("image", attributes)


def hatch_lines(mark: Rect) -> Iterator[tuple[Point, Point]]:
    """Yield the rising diagonals inside a rectangle, `mark.hatch` apart, aligned over the whole sheet."""
    left, top, right, bottom = mark.x, mark.y, mark.x + mark.width, mark.y + mark.height
    step = mark.hatch
    level = (left + top) // step * step + step  # a diagonal is the set of points with x + y = level
    while level < right + bottom - 1e-9:
        start_x = max(left, level - bottom)
        end_x = min(right, level - top)
        if end_x - start_x > 0.2:
            yield (start_x, level - start_x), (end_x, level - end_x)
        level += step


def png_bytes(image: Image) -> bytes:
    """Return the pixels as a PNG file: 8 bits, gray or RGB, no metadata (RFC 2083)."""
    stride = image.columns * image.channels
    rows = (image.pixels[at : at + stride] for at in range(0, image.rows * stride, stride))
    raw = b"".join(b"\x00" + row for row in rows)
    kind = 0 if image.channels == 1 else 2
    header = struct.pack(">IIBBBBB", image.columns, image.rows, 8, kind, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, chunks))


def _chunk(part: tuple[bytes, bytes]) -> bytes:
    kind, body = part
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _spans(mark: Text) -> Iterator[str]:
    below = 0.0  # how far the previous run left the pen under the line
    for run in runs(mark.text):
        target = _drop(run, mark.size)
        attributes = {}
        if target != below:
            attributes["dy"] = _number(target - below)
        if run.shift:
            attributes["font-size"] = _number(mark.size * 0.72)
        if run.italic:
            attributes["font-style"] = "italic"
        below = target
        body = escape(run.text)
        yield f"{_tag('tspan', attributes)[:-2]}>{body}</tspan>" if attributes else body


def _drop(run: Run, size: float) -> float:
    return {0: 0.0, -1: 0.22 * size, 1: -0.36 * size}[run.shift]


def _paint(mark: Rect | Circle | Path, scheme: str) -> dict[str, str]:
    attributes = {"fill": mark.fill if mark.fill == "none" else color(mark.fill, scheme)}
    if mark.stroke != "none":
        attributes["stroke"] = color(mark.stroke, scheme)
        attributes["stroke-width"] = _number(mark.line)
        if mark.dash:
            attributes["stroke-dasharray"] = " ".join(map(_number, mark.dash))
    if mark.opacity != 1.0:
        attributes["opacity"] = _number(mark.opacity)
    return attributes


def _part(part: str) -> dict[str, str]:
    return {"data-part": part} if part else {}


def _tag(name: str, attributes: dict[str, str]) -> str:
    listed = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{listed}/>"


def _point(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
