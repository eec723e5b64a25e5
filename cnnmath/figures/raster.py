"""Paints a drawing with Matplotlib: PNG for print and notebooks, GIF for what moves.

The only module of the room that loads Matplotlib, so nothing imports it before a raster is asked for. It
uses the object interface and touches no global state. What is drawn is decided elsewhere.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure as Sheet
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Circle as Disc
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path as Outline
from matplotlib.textpath import text_to_path
from PIL import Image as Pillow

from cnnmath.figures.marks import Circle, Drawing, Image, Mark, Path, Rect, Text, runs
from cnnmath.figures.svg import hatch_lines
from cnnmath.figures.theme import color

__all__ = ["paint_gif", "paint_png"]


def paint_png(drawing: Drawing, scheme: str, scale: float = 2.0) -> bytes:
    """Return the drawing as a PNG file of `scale` pixels per unit."""
    sheet = Sheet(figsize=(drawing.width / 72, drawing.height / 72), dpi=72 * scale)
    sheet.set_facecolor(color("paper", scheme))
    FigureCanvasAgg(sheet)
    axes = sheet.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, drawing.width)
    axes.set_ylim(drawing.height, 0)
    for level, mark in enumerate(drawing.marks):
        paint(mark, axes, scheme, level)
    target = io.BytesIO()
    sheet.savefig(target, format="png", metadata={"Software": None})
    return target.getvalue()


def paint_gif(frames: Sequence[Drawing], scheme: str, seconds: float, scale: float = 1.5) -> bytes:
    """Return the frames as an endless GIF, each shown for `seconds`, the last one three times as long."""
    sheets = [Pillow.open(io.BytesIO(paint_png(frame, scheme, scale))).convert("RGB") for frame in frames]
    palette = sheets[-1].quantize(colors=128, method=Pillow.Quantize.MEDIANCUT)
    indexed = [sheet.quantize(palette=palette, dither=Pillow.Dither.NONE) for sheet in sheets]
    waits = [round(1000 * seconds)] * len(indexed)
    waits[-1] *= 3
    target = io.BytesIO()
    indexed[0].save(
        target, format="GIF", save_all=True, append_images=indexed[1:], duration=waits, loop=0, optimize=False
    )
    return target.getvalue()


@singledispatch
def paint(mark: Mark, axes: Axes, scheme: str, level: int) -> None:
    """Paint one mark; `level` keeps the order of the drawing."""
    raise TypeError(f"no paint is known for {type(mark).__name__}")


@paint.register
def paint_rect(mark: Rect, axes: Axes, scheme: str, level: int) -> None:
    """Paint a rectangle and its hatch."""
    style = f"round,pad=0,rounding_size={mark.radius}" if mark.radius else "square,pad=0"
    box = FancyBboxPatch(
        (mark.x, mark.y),
        mark.width,
        mark.height,
        boxstyle=style,
        mutation_aspect=1,
        **_pen(mark, scheme),
        zorder=level,
    )
    axes.add_patch(box)
    if mark.hatch:
        lines = list(hatch_lines(mark))
        axes.add_collection(
            LineCollection(lines, colors=color("padding", scheme), linewidths=0.75, zorder=level + 0.5)
        )


@paint.register
def paint_circle(mark: Circle, axes: Axes, scheme: str, level: int) -> None:
    """Paint a circle."""
    disc = Disc(
        (mark.x, mark.y),
        mark.radius,
        **_pen(mark, scheme),
        zorder=level,
    )
    axes.add_patch(disc)


@paint.register
def paint_path(mark: Path, axes: Axes, scheme: str, level: int) -> None:
    """Paint a path."""
    step = Outline.CURVE4 if mark.curved else Outline.LINETO
    codes = [Outline.MOVETO] + [step] * (len(mark.points) - 1)
    points = list(mark.points)
    if mark.closed:
        codes.append(Outline.CLOSEPOLY)
        points.append(points[0])
    patch = PathPatch(
        Outline(points, codes),
        **_pen(mark, scheme),
        capstyle="butt",
        joinstyle="miter",
        zorder=level,
    )
    axes.add_patch(patch)


@paint.register
def paint_text(mark: Text, axes: Axes, scheme: str, level: int) -> None:
    """Paint a line of text run by run, each as wide as the face says."""
    weight = "bold" if mark.bold else "normal"
    pieces = []
    for run in runs(mark.text):
        size = mark.size * (0.72 if run.shift else 1.0)
        face = FontProperties(
            family="DejaVu Sans", style="oblique" if run.italic else "normal", weight=weight, size=size
        )
        width = text_to_path.get_text_width_height_descent(run.text, face, ismath=False)[0]
        pieces.append((run, face, width))
    along = -{"start": 0.0, "middle": 0.5, "end": 1.0}[mark.anchor] * sum(width for *_, width in pieces)
    for run, face, width in pieces:
        across = {0: 0.0, -1: 0.22, 1: -0.36}[run.shift] * mark.size
        x, y = (mark.x + across, mark.y - along) if mark.turned else (mark.x + along, mark.y + across)
        axes.text(
            x,
            y,
            run.text.replace("$", r"\$"),
            fontproperties=face,
            color=color(mark.color, scheme),
            rotation=90 if mark.turned else 0,
            rotation_mode="anchor",
            ha="left",
            va="baseline",
            zorder=level,
        )
        along += width


@paint.register
def paint_image(mark: Image, axes: Axes, scheme: str, level: int) -> None:
    """Paint pixels."""
    shape = (mark.rows, mark.columns) if mark.channels == 1 else (mark.rows, mark.columns, mark.channels)
    limits = axes.get_xlim(), axes.get_ylim()
    axes.imshow(
        np.frombuffer(mark.pixels, dtype=np.uint8).reshape(shape),
        extent=(mark.x, mark.x + mark.width, mark.y + mark.height, mark.y),
        cmap="gray",
        vmin=0,
        vmax=255,
        aspect="auto",
        interpolation="antialiased" if mark.smooth else "nearest",
        zorder=level,
    )
    axes.set_xlim(limits[0])
    axes.set_ylim(limits[1])


def _pen(mark: Rect | Circle | Path, scheme: str) -> dict[str, Any]:
    dash = (0, tuple(length / mark.line for length in mark.dash)) if mark.dash else "solid"
    return {
        "facecolor": "none" if mark.fill == "none" else color(mark.fill, scheme),
        "edgecolor": "none" if mark.stroke == "none" else color(mark.stroke, scheme),
        "linewidth": 0 if mark.stroke == "none" else mark.line,
        "linestyle": dash,
        "alpha": mark.opacity,
    }
