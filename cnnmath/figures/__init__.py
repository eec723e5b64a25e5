"""Shown: one function per figure, drawn from computed data, with alt text and the numbers behind it.

`theme` is the palette as data; `topics/` holds the figures, one file per topic; `svg` prints and `raster`
paints (the only part that loads Matplotlib). Nothing is trained here, and no formula is derived here.
"""

from cnnmath.figures.presets import PRESETS, Preset
from cnnmath.figures.registry import Figure, Sketch, Table, draws, figure, figures, kind

__all__ = ["PRESETS", "Figure", "Preset", "Sketch", "Table", "draws", "figure", "figures", "kind"]
