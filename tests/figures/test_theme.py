"""The palette: legible in both schemes, apart for color-blind readers, and there without Matplotlib."""

import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000

from cnnmath.errors import FigureError
from cnnmath.figures import theme

MACHADO = {
    "no deficiency": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
"""Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB."""

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
SOLID = [meaning for meaning in theme.MEANINGS if meaning != "padding"]
"""Meanings that are told by color; padding is gray and always hatched."""


def lab(code, deficiency):
    """Return CIE L*a*b* (D65) of a color as a reader with this deficiency sees it."""
    stored = np.array([int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)
    seen = np.clip(MACHADO[deficiency] @ linear, 0, 1)
    ratio = TO_XYZ @ seen / np.array([0.95047, 1.0, 1.08883])
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("scheme", theme.SCHEMES)
def test_schemes_name_the_same_roles(scheme):
    """Both schemes give a color to paper, ink, muted, grid, and three tones of each meaning."""
    tones = {meaning + tone for meaning in theme.MEANINGS for tone in theme.TONES}
    assert set(theme.COLORS[scheme]) == tones | {"paper", "ink", "muted", "grid"}
    assert all(len(code) == 7 and code.startswith("#") for code in theme.COLORS[scheme].values())


@pytest.mark.parametrize("scheme", theme.SCHEMES)
def test_text_is_legible_on_paper_and_on_cells(scheme):
    """Ink, muted text and each meaning's ink contrast at least 4.5 : 1 with paper and pale bodies."""
    colors = theme.COLORS[scheme]
    grounds = ["paper", *(f"{meaning}-fill" for meaning in theme.MEANINGS)]
    for ground in grounds:
        assert theme.luminance_contrast(colors["ink"], colors[ground]) >= 7
        assert theme.luminance_contrast(colors["muted"], colors[ground]) >= 4.5
    for meaning in theme.MEANINGS:
        for ground in ("paper", f"{meaning}-fill"):
            assert theme.luminance_contrast(colors[f"{meaning}-ink"], colors[ground]) >= 4.5


@pytest.mark.parametrize("scheme", theme.SCHEMES)
@pytest.mark.parametrize("meaning", theme.MEANINGS)
def test_lines_are_visible_on_paper(scheme, meaning):
    """The line tone of a meaning contrasts at least 3 : 1 with paper (WCAG 2.2, 1.4.11)."""
    colors = theme.COLORS[scheme]
    assert theme.luminance_contrast(colors[meaning], colors["paper"]) >= 3


@pytest.mark.parametrize("scheme", theme.SCHEMES)
@pytest.mark.parametrize("deficiency", MACHADO)
def test_meanings_stay_apart_for_color_blind_readers(scheme, deficiency):
    """Any two meanings differ by at least 10 in CIEDE2000 under each full color-vision deficiency."""
    for first, second in combinations(SOLID, 2):
        codes = theme.COLORS[scheme][first], theme.COLORS[scheme][second]
        distance = float(deltaE_ciede2000(*(lab(code, deficiency) for code in codes)))
        assert distance >= 10, f"{first} and {second}: {distance:.1f}"


def test_contrast_is_the_published_ratio():
    """Contrast is WCAG's: #767676 on white is the well-known limit of 4.54, and order does not matter."""
    assert theme.luminance_contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert theme.luminance_contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.005)


def test_style_sheet_defines_every_variable_twice():
    """The style sheet gives each variable once in the light and once in the dark block."""
    sheet = theme.css(":root", ".dark")
    light, dark = sheet.split(".dark")
    for role, code in theme.COLORS["light"].items():
        assert f"--cnn-{role}: {code};" in light
        assert f"--cnn-{role}: {theme.COLORS['dark'][role]};" in dark


def test_unknown_role_and_scheme_are_refused():
    """A role or a scheme that is not there is an error that lists what there is."""
    with pytest.raises(FigureError, match=r'one of paper.*"outptu"'):
        theme.color("outptu")
    with pytest.raises(FigureError, match=r"light, dark or page"):
        theme.color("input", "sepia")


def test_palette_needs_no_drawing_library():
    """Importing the palette, and the figures' registry, loads neither Matplotlib nor NumPy nor SymPy."""
    code = (
        "import sys; import cnnmath.figures.theme; "
        "print([name for name in ('matplotlib', 'numpy', 'sympy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
