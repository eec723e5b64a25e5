"""Claim: figures cost milliseconds, because marks are printed as SVG without a plotting library.

Prints the time of every figure (default parameters, best of three), then the ratio to the same marks painted
and saved as SVG by Matplotlib. Run with `python -m benchmarks.figures` or `python benchmarks/figures.py`.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Sheet

from cnnmath.figures import figure, figures
from cnnmath.figures.marks import Drawing
from cnnmath.figures.raster import paint

LIMIT = 0.2
COMPARED = ("sliding-window", "convolution-by-hand", "connectivity", "network-to-scale")


def milliseconds(function: Callable[[], object], repeat: int = 3) -> float:
    """Return the best CPU time of a call, in milliseconds."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        function()
        times.append(1000 * (time.process_time() - start))
    return min(times)


def through_matplotlib(drawing: Drawing) -> bytes:
    """Return the drawing as Matplotlib's SVG backend writes it."""
    sheet = Sheet(figsize=(drawing.width / 72, drawing.height / 72), dpi=72)
    FigureCanvasSVG(sheet)
    axes = sheet.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, drawing.width)
    axes.set_ylim(drawing.height, 0)
    for level, mark in enumerate(drawing.marks):
        paint(mark, axes, "light", level)
    target = io.BytesIO()
    sheet.savefig(target, format="svg")
    return target.getvalue()


def main() -> None:
    """Measure and print."""
    times = {name: milliseconds(lambda name=name: figure(name).svg("page")) for name in figures()}
    for name, spent in sorted(times.items(), key=lambda item: -item[1]):
        print(f"{name:<28} {spent:7.1f} ms{'' if spent < 1000 * LIMIT else '  too slow'}")
    print(f"{len(times)} figures, slowest {max(times.values()):.0f} ms, limit {1000 * LIMIT:.0f} ms")
    for name in COMPARED:
        drawing = figure(name).drawing
        theirs = milliseconds(lambda drawing=drawing: through_matplotlib(drawing))
        sizes = len(figure(name).svg()), len(through_matplotlib(drawing))
        print(
            f"{name:<28} {times[name]:.1f} ms against Matplotlib's {theirs:.0f} ms: "
            f"ratio {theirs / times[name]:.0f}; {sizes[0] / 1024:.0f} against {sizes[1] / 1024:.0f} KiB"
        )


if __name__ == "__main__":
    main()
