"""The palette of the whole book, as data: one meaning, one color, in a light and a dark scheme.

No drawing and no Matplotlib here: the page's style sheet is generated from this file, and the tests measure
it. A meaning has three tones: `input` for lines and areas, `input-fill` for the pale body of a cell,
`input-ink` for text on either. The hues start from Okabe and Ito (2008), with lightness spread until the
pairs stay apart for readers with protanopia, deuteranopia and tritanopia; figures add hatch, outline or
label all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cnnmath.errors import FigureError

__all__ = ["COLORS", "MEANINGS", "SCHEMES", "TONES", "color", "css", "luminance_contrast", "variables"]

SCHEMES = ("light", "dark")
MEANINGS = ("input", "kernel", "output", "padding", "gradient", "accent")
"""What a color stands for; `padding` is always hatched, `accent` marks a second thing of the same kind."""

TONES = ("", "-fill", "-ink")
"""Line and area, pale body of a cell, text."""

_LIGHT = {
    "paper": "#fcfbf8",
    "ink": "#1f2126",
    "muted": "#5b5f68",
    "grid": "#d8d5cd",
    "input": "#2f7ebc",
    "input-fill": "#dcebf7",
    "input-ink": "#175f98",
    "kernel": "#cb7a12",
    "kernel-fill": "#fbe9cb",
    "kernel-ink": "#8a5005",
    "output": "#00775c",
    "output-fill": "#d3ece3",
    "output-ink": "#00614b",
    "padding": "#85837b",
    "padding-fill": "#f1efe9",
    "padding-ink": "#5f5d56",
    "gradient": "#b3200a",
    "gradient-fill": "#f8ded8",
    "gradient-ink": "#9c1b08",
    "accent": "#83387f",
    "accent-fill": "#f1e0f0",
    "accent-ink": "#74306f",
}
_DARK = {
    "paper": "#15171c",
    "ink": "#ecebe6",
    "muted": "#a9acb4",
    "grid": "#3b3f48",
    "input": "#7fc1f5",
    "input-fill": "#1b3a52",
    "input-ink": "#9bcff8",
    "kernel": "#f3bd2b",
    "kernel-fill": "#4a3908",
    "kernel-ink": "#f6cb57",
    "output": "#4fae7f",
    "output-fill": "#143c2b",
    "output-ink": "#6fc899",
    "padding": "#8c9098",
    "padding-fill": "#23262d",
    "padding-ink": "#b0b3ba",
    "gradient": "#ec5f14",
    "gradient-fill": "#4b2210",
    "gradient-ink": "#f78b50",
    "accent": "#d173a8",
    "accent-fill": "#46263a",
    "accent-ink": "#e294bf",
}
COLORS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"light": MappingProxyType(_LIGHT), "dark": MappingProxyType(_DARK)}
)
"""`COLORS[scheme][role]` is a color as `#rrggbb`."""


def color(role: str, scheme: str = "light") -> str:
    """Return the color of a role: `#rrggbb`, or `var(--cnn-<role>)` for the scheme "page".

    >>> color("input"), color("input", "page")
    ('#2f7ebc', 'var(--cnn-input)')

    Raises FigureError for an unknown role or scheme.
    """
    if role not in _LIGHT:
        raise FigureError(where="color", given=f'"{role}"', expected=f"one of {', '.join(_LIGHT)}")
    if scheme == "page":
        return f"var(--cnn-{role})"
    if scheme not in COLORS:
        raise FigureError(where="scheme", given=f'"{scheme}"', expected="light, dark or page")
    return COLORS[scheme][role]


def variables(scheme: str) -> dict[str, str]:
    """Return the CSS variables of a scheme.

    >>> variables("dark")["--cnn-input"]
    '#7fc1f5'
    """
    return {f"--cnn-{role}": color(role, scheme) for role in _LIGHT}


def css(light: str = ":root", dark: str = '[data-md-color-scheme="slate"]') -> str:
    """Return the style sheet that gives every `--cnn-<role>` its value under the two selectors.

    >>> print(css().splitlines()[0])
    :root {
    """
    blocks = []
    for selector, scheme in ((light, "light"), (dark, "dark")):
        lines = [f"  {name}: {value};" for name, value in variables(scheme).items()]
        blocks.append("\n".join([f"{selector} {{", *lines, "}"]))
    return "\n".join(blocks) + "\n"


def luminance_contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colors, from 1 to 21 (WCAG 2.2, relative luminance).

    >>> luminance_contrast("#000000", "#ffffff")
    21.0
    """
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return round((lighter + 0.05) / (darker + 0.05), 6)


def _luminance(color_code: str) -> float:
    channels = (int(color_code[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
