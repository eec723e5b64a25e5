"""How eyes do it: stages of the visual stream, receptive fields as kernels, cones, gray as a convolution.

Curves are published closed forms, each named where it stands; photographs come through `photos`.
"""

from __future__ import annotations

from math import exp, log

import numpy as np
from numpy.typing import NDArray

from cnnmath import ops
from cnnmath.figures.layout import LABEL, MARGIN, SMALL, WIDTH, arrow, centered, number
from cnnmath.figures.marks import Circle, Drawing, Mark, Path, Rect, Text
from cnnmath.figures.parameters import Choice
from cnnmath.figures.photos import PHOTOS, gray_photo
from cnnmath.figures.photos import photo as color_photo
from cnnmath.figures.plot import Plot
from cnnmath.figures.registry import Sketch, Table, draws
from cnnmath.figures.topics.kernels import PHOTO, gray_image

__all__ = [
    "cone_sensitivity",
    "difference_of_gaussians",
    "gabor_bank",
    "gray_as_convolution",
    "visual_stream",
]

Pixels = NDArray[np.float64]

STAGES = (
    ("retina", "light and dark, center against surround", "input, difference kernels"),
    ("LGN", "the same, passed on and sharpened", "normalization"),
    ("V1, simple cells", "an edge of one angle at one place", "convolution"),
    ("V1, complex cells", "that edge, a little to either side too", "pooling"),
    ("V2 and V4", "corners, curves, textures, parts", "deeper layers"),
    ("IT", "whole objects, almost wherever they are", "last layers"),
)
"""Stage, what excites its cells, nearest counterpart: Hubel and Wiesel 1962, Felleman and Van Essen 1991."""


@draws("visual-stream")
def visual_stream() -> Sketch:
    """Draw the stages from retina to object, what excites their cells, and what a network has there."""
    said = "; ".join(f"{name}: {excited}; in a network: {layer}" for name, excited, layer in STAGES)
    return Sketch(
        title="From the retina to objects",
        caption="Each stage answers to something larger and more particular than the stage before. The "
        "right column names the nearest counterpart in a convolutional network: a resemblance, not an "
        "equation. (Hubel and Wiesel 1962; Felleman and Van Essen 1991.)",
        alt=f"A column of {len(STAGES)} stages, from top to bottom. {said}.",
        data=Table(("stage", "excited by", "counterpart in a network"), STAGES),
        drawing=_stream_drawing(),
    )


def _stream_drawing() -> Drawing:
    marks: list[Mark] = [
        Text(84, 26, "excited by", SMALL, "start", "muted"),
        Text(WIDTH - MARGIN, 26, "in a network", SMALL, "end", "muted"),
    ]
    for at, (name, excited, layer) in enumerate(STAGES):
        y = 40.0 + at * 66
        marks.append(Rect(MARGIN, y, 52, 52, "paper", "input", 1.25, radius=4))
        marks += _glyph(at, MARGIN + 26, y + 26)
        marks.append(Text(84, y + 22, name, LABEL, "start", bold=True))
        marks.append(Text(84, y + 41, excited, SMALL, "start"))
        marks.append(Text(WIDTH - MARGIN, y + 22, layer, SMALL, "end", "kernel-ink"))
        if at < len(STAGES) - 1:
            marks += arrow((MARGIN + 26, y + 53), (MARGIN + 26, y + 65))
    return Drawing.fitted(WIDTH, marks)


def _glyph(stage: int, x: float, y: float) -> list[Mark]:
    """Return a small picture of what excites a cell, centered on (x, y)."""
    if stage < 2:
        plus = centered(x, y, "+", 14)
        return [Circle(x, y, 18, "padding-fill", "muted"), Circle(x, y, 8, "paper", "ink", 1.5), plus]
    if stage < 4:
        shifts = (0.0,) if stage == 2 else (-9.0, 0.0, 9.0)
        lines = [
            Path(((x - 12 + by, y + 14), (x + 12 + by, y - 14)), "ink", 3.0, dash=(4, 3) if by else ())
            for by in shifts
        ]
        return list(lines)
    if stage == 4:
        curve = Path(
            ((x - 16, y + 10), (x - 14, y - 12), (x + 2, y - 16), (x + 6, y - 4)), "ink", 2.5, curved=True
        )
        return [curve, Path(((x, y + 14), (x + 15, y + 14), (x + 15, y - 2)), "ink", 2.5)]
    eyes = [Circle(x + by, y - 4, 2.2, "ink") for by in (-6, 6)]
    mouth = Path(((x - 7, y + 6), (x - 4, y + 11), (x + 4, y + 11), (x + 7, y + 6)), "ink", 2.0, curved=True)
    return [Circle(x, y, 17, "none", "ink", 2.0), *eyes, mouth]


CONES = {"S": 420.7, "M": 530.3, "L": 558.9}
"""Wavelengths of peak sensitivity in nm of the templates that fit best: Stockman and Sharpe (2000)."""


def cone_template(wavelength: float, peak: float) -> float:
    """Return the sensitivity of a photopigment relative to its peak: Lamb (1995), equation 2'.

    S = 1 / (exp 70 (0.880 − r) + exp 28.5 (0.924 − r) + exp −14.1 (1.104 − r) + 0.655), r = peak/wavelength.

    >>> round(cone_template(558.9, 558.9), 2)
    1.0
    """
    ratio = peak / wavelength
    terms = exp(70 * (0.880 - ratio)), exp(28.5 * (0.924 - ratio)), exp(-14.1 * (1.104 - ratio))
    return 1 / (sum(terms) + 0.655)


def luminous_efficiency(wavelength: float) -> float:
    """Return the eye's sensitivity in daylight: the fit of Wyman, Sloan and Shirley (2013) to CIE 1931.

    >>> round(luminous_efficiency(556.3), 3)
    1.014
    """
    return 1.014 * exp(-0.5 * (log(wavelength / 556.3) / 0.075) ** 2)


@draws("cone-sensitivity")
def cone_sensitivity() -> Sketch:
    """Draw the sensitivity of S, M and L cones, and of the eye in daylight, against wavelength."""
    waves = range(380, 721, 4)
    curves = {name: [(wave, cone_template(wave, peak)) for wave in waves] for name, peak in CONES.items()}
    eye = [(wave, luminous_efficiency(wave)) for wave in waves]
    best = max(eye, key=lambda point: point[1])[0]
    overlap = cone_template(CONES["L"], CONES["M"])
    return Sketch(
        title="Sensitivity of the cones and of the eye",
        caption=f"Pigments of the S, M and L cones peak at {CONES['S']}, {CONES['M']} and {CONES['L']} nm "
        "(template of Lamb 1995, peaks of Stockman and Sharpe 2000, without lens and macula). Dashed: "
        "the eye in daylight, CIE 1931, as fitted by Wyman, Sloan and Shirley (2013). Where L peaks, M "
        f"still has {number(100 * overlap, 0)}%.",
        alt=f"Curves over wavelengths from 380 to 720 nm, each from 0 to 1. S peaks at {CONES['S']} nm, M "
        f"at {CONES['M']}, L at {CONES['L']}; M and L overlap so much that M has "
        f"{number(100 * overlap, 0)}% of its peak where L is highest. The dashed curve of the whole eye "
        f"in daylight is highest near {best} nm.",
        data=Table(
            ("wavelength in nm", "S", "M", "L", "eye in daylight"),
            tuple(
                (
                    wave,
                    *(round(cone_template(wave, peak), 4) for peak in CONES.values()),
                    round(luminous_efficiency(wave), 4),
                )
                for wave in range(380, 721, 20)
            ),
        ),
        drawing=_cone_drawing(curves, eye),
    )


def _cone_drawing(curves: dict[str, list[tuple[int, float]]], eye: list[tuple[int, float]]) -> Drawing:
    plot = Plot(44, 44, WIDTH - 44 - MARGIN, 210, 380, 720, 0, 1.1)
    roles = {"S": "input", "M": "output", "L": "gradient"}
    marks = plot.axes([(wave, str(wave)) for wave in range(400, 721, 50)], [(0, "0"), (0.5, "0.5"), (1, "1")])
    marks += plot.names("wavelength in nm", "relative sensitivity")
    marks.append(plot.curve(eye, "ink", line=1.5, dash=(5, 4)))
    for name, points in curves.items():
        marks.append(plot.curve(points, roles[name]))
    for name, wave, height in (("S", 420.7, 1.04), ("M", 516, 1.04), ("L", 574, 1.04)):
        marks.append(Text(plot.x(wave), plot.y(height), name, 15, color=f"{roles[name]}-ink", bold=True))
    marks.append(Text(plot.x(622), plot.y(0.72), "the eye", SMALL, "start"))
    marks.append(Path(((plot.x(620), plot.y(0.735)), (plot.x(588), plot.y(0.78))), "muted"))
    return Drawing.fitted(WIDTH, marks)


def gaussian(distance: Pixels, width: float) -> Pixels:
    """Return a Gaussian of the plane that integrates to 1: exp(−r²/2σ²) / 2πσ²."""
    bell: Pixels = np.exp(-(distance**2) / (2 * width**2)) / (2 * np.pi * width**2)
    return bell


@draws("difference-of-gaussians", photo=PHOTO)
def difference_of_gaussians(*, photo: str = "camera") -> Sketch:
    """Draw center minus surround: two Gaussians, their difference, and what it makes of a photograph.

    Raises FigureError where scikit-image, which ships the photos, is not installed.
    """
    center, surround, reach = 1.0, 1.6, 5
    line = np.linspace(-reach, reach, 101)
    curves = {"center": gaussian(line, center), "surround": gaussian(line, surround)}
    curves["difference"] = curves["center"] - curves["surround"]
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    distance = np.hypot(x, y)
    inner, outer = gaussian(distance, center), gaussian(distance, surround)
    kernel = inner / inner.sum() - outer / outer.sum()
    zero = float(np.sqrt(4 * np.log(surround / center) / (1 / center**2 - 1 / surround**2)))
    return Sketch(
        title="Center against surround",
        caption="A retinal cell adds what falls on its center and takes away what falls around it: a "
        f"narrow Gaussian (σ = {center:g}) minus a wider one (σ = {surround:g}). The sign changes at r = "
        f"{number(zero)}. Even light gives 0; edges and spots give signals, shown around middle gray. "
        f"{PHOTOS[photo].credit}",
        alt="Left, curves over the distance from the center: a narrow bell of height "
        f"{_height(curves, 'center')}, a wider one of height {_height(curves, 'surround')}, and their "
        f"difference of height {_height(curves, 'difference')}, positive inside r = {number(zero)} and "
        f"negative outside. Right, a photograph of {PHOTOS[photo].shows} before and after: flat areas "
        "turn middle gray, edges stand out as light and dark lines.",
        data=Table(
            ("distance", *curves),
            tuple(
                (number(at), *(round(float(curve[at * 10 + 50]), 4) for curve in curves.values()))
                for at in range(-5, 6)
            ),
        ),
        drawing=_dog_drawing(line, curves, gray_photo(photo, 84).astype(np.float64), kernel),
    )


def _height(curves: dict[str, Pixels], name: str) -> float:
    return round(float(curves[name].max()), 4)


def _dog_drawing(line: Pixels, curves: dict[str, Pixels], pixels: Pixels, kernel: Pixels) -> Drawing:
    plot = Plot(52, 40, 200, 236, -5, 5, -0.045, 0.17)
    marks = plot.axes(
        [(at, number(at)) for at in (-4, -2, 0, 2, 4)],
        [(0, "0"), (0.05, "0.05"), (0.1, "0.1"), (0.15, "0.15")],
    )
    marks += plot.names("distance *r*", "weight")
    styles = {"center": ("output", ()), "surround": ("gradient", (5.0, 3.0)), "difference": ("ink", ())}
    for name, (role, dash) in styles.items():
        points = [(float(at), float(value)) for at, value in zip(line, curves[name], strict=True)]
        marks.append(plot.curve(points, role, line=2.5 if name == "difference" else 1.75, dash=dash))
    for name, x, y, color in (("center", 1.1, 0.12, "output-ink"), ("surround", 2.2, 0.04, "gradient-ink")):
        marks.append(Text(plot.x(x), plot.y(y), name, SMALL, "start", color))
    marks.append(Text(plot.x(-0.6), plot.y(0.104), "difference", SMALL, "end", "ink", bold=True))
    response = ops.conv2d(pixels[None, None], kernel[None, None])[0, 0]
    side = 132.0
    left = WIDTH - MARGIN - side
    marks += [
        gray_image((left, 22), side, pixels[5:-5, 5:-5]),
        gray_image((left, 190), side, 128 + 2 * response),
    ]
    marks += arrow((left + side / 2, 158), (left + side / 2, 184))
    return Drawing.fitted(WIDTH, marks)


def gabor(
    angle: float, phase: float, *, wavelength: float = 5.0, width: float = 2.2, reach: int = 6
) -> Pixels:
    """Return a Gabor kernel with mean 0: a Gaussian times a cosine along `angle` (angles in degrees).

    g = exp(−(x² + y²)/2σ²) cos(2π x'/λ + φ) with x' = x cos θ + y sin θ (Daugman 1985, equal widths).
    """
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float64)
    turned = np.deg2rad(angle)
    along = x * np.cos(turned) + y * np.sin(turned)
    envelope = np.exp(-(x**2 + y**2) / (2 * width**2))
    wave = envelope * np.cos(2 * np.pi * along / wavelength + np.deg2rad(phase))
    balanced: Pixels = wave - envelope * (wave.sum() / envelope.sum())
    return balanced


ANGLES = (0, 45, 90, 135)


@draws("gabor-bank", photo=PHOTO)
def gabor_bank(*, photo: str = "camera") -> Sketch:
    """Draw four Gabor kernels, models of simple cells, and how strongly each angle answers to a photograph.

    Raises FigureError where scikit-image, which ships the photos, is not installed.
    """
    pixels = gray_photo(photo, 92).astype(np.float64)
    bank = {angle: gabor(angle, 0) for angle in ANGLES}
    answers = {angle: _energy(pixels, angle) for angle in ANGLES}
    means = {angle: float(answer.mean()) for angle, answer in answers.items()}
    strongest = max(means, key=lambda angle: means[angle])
    listed = ", ".join(f"{number(mean, 1)} at {angle}°" for angle, mean in means.items())
    return Sketch(
        title="Gabor kernels: edges of four angles",
        caption="Above, four kernels: a wave inside a Gaussian, as simple cells of V1 are modeled "
        "(Daugman 1985). Below, white where strong, the answers to a photograph: the root of the summed "
        "squares of this kernel and of its twin with the wave shifted by 90°, as complex cells are "
        f"modeled (Adelson and Bergen 1985). Mean answers: {listed}. {PHOTOS[photo].credit}",
        alt="Four striped kernels turned by 0, 45, 90 and 135 degrees, and under each the parts of a "
        f"photograph of {PHOTOS[photo].shows} that it answers to: edges of its own direction. Mean "
        f"answers {listed}; strongest at {strongest}°.",
        data=Table(
            ("angle in degrees", "mean size of the answer"),
            tuple((angle, round(mean, 3)) for angle, mean in means.items()),
        ),
        drawing=_gabor_drawing(bank, answers),
    )


def _energy(pixels: Pixels, angle: int) -> Pixels:
    pair = np.stack([gabor(angle, phase) for phase in (0, 90)])[:, None]
    size: Pixels = np.hypot(*ops.conv2d(pixels[None, None], pair / np.abs(pair[0]).sum())[0])
    return size


def _gabor_drawing(bank: dict[int, Pixels], answers: dict[int, Pixels]) -> Drawing:
    tile = (WIDTH - 2 * MARGIN - 24) / 4
    brightest = max(float(np.quantile(answer, 0.99)) for answer in answers.values())
    marks: list[Mark] = []
    for at, (angle, kernel) in enumerate(bank.items()):
        x = MARGIN + at * (tile + 8)
        peak = float(np.abs(kernel).max())
        marks.append(Text(x + tile / 2, 24, f"{angle}°", LABEL))
        marks.append(gray_image((x, 34), tile, 128 + 127 * kernel / peak))
        marks.append(Rect(x, 34, tile, tile, "none", "kernel", 1.5))
        marks += arrow((x + tile / 2, 34 + tile + 4), (x + tile / 2, 34 + tile + 20))
        marks.append(gray_image((x, 34 + tile + 24), tile, 255 * answers[angle] / brightest))
        marks.append(Rect(x, 34 + tile + 24, tile, tile, "none", "output", 1.5))
    return Drawing.fitted(WIDTH, marks)


LUMINANCE = {"709": (0.2126, 0.7152, 0.0722), "601": (0.299, 0.587, 0.114)}
"""Weights of red, green and blue in luma: ITU-R BT.709 and BT.601."""


@draws("gray-as-convolution", weights=Choice(tuple(LUMINANCE)), photo=Choice(("coffee", "astronaut")))
def gray_as_convolution(*, weights: str = "709", photo: str = "coffee") -> Sketch:
    """Draw gray as a 1×1 convolution: three channels, three weights, one sum.

    Raises FigureError where scikit-image, which ships the photos, is not installed.
    """
    shares = LUMINANCE[weights]
    channels = np.moveaxis(color_photo(photo, 100).astype(np.float64), 2, 0)
    gray = ops.conv2d(channels[None], np.array(shares).reshape(1, 3, 1, 1))[0, 0]
    middle = tuple(int(value) for value in channels[:, 50, 50])
    products = " + ".join(f"{share}·{value}" for share, value in zip(shares, middle, strict=True))
    worked = f"{products} = {number(float(gray[50, 50]), 1)}"
    return Sketch(
        title="Gray is a 1 × 1 convolution",
        caption=f"The weights of ITU-R BT.{weights} add up to {number(sum(shares))}: green counts most, "
        f"as it does for the eye. For the pixel in the middle: {worked}. (Applied to the stored values, "
        f"as is customary; luminance proper is formed from linear light.) {PHOTOS[photo].credit}",
        alt="Three gray pictures, the red, green and blue channels of a photograph of "
        f"{PHOTOS[photo].shows}, with weights {shares[0]}, {shares[1]} and {shares[2]}, and their "
        f"weighted sum, the gray picture. Middle pixel: {worked}.",
        data=Table(
            ("channel", "weight", "middle pixel"),
            tuple(zip(("red", "green", "blue"), shares, middle, strict=True)),
        ),
        drawing=_gray_drawing(channels, shares, gray),
    )


def _gray_drawing(channels: Pixels, shares: tuple[float, float, float], gray: Pixels) -> Drawing:
    small, large = 92.0, 200.0
    marks: list[Mark] = []
    bottom = 20 + 3 * small + 2 * 14
    left = WIDTH - MARGIN - large
    for at, (name, share) in enumerate(zip(("red", "green", "blue"), shares, strict=True)):
        y = 20 + at * (small + 14)
        marks.append(gray_image((78, y), small, channels[at]))
        marks.append(Text(70, y + small / 2 - 3, name, LABEL, "end"))
        marks.append(Text(70, y + small / 2 + 15, f"× {share}", SMALL, "end", "kernel-ink"))
        end = (left - 8, (20 + bottom) / 2 + (at - 1) * 30)
        marks += arrow((78 + small + 8, y + small / 2), end, "kernel")
    marks.append(gray_image((left, (20 + bottom - large) / 2), large, gray))
    marks.append(Text(left + large / 2, (20 + bottom + large) / 2 + 20, "gray", LABEL))
    return Drawing.fitted(WIDTH, marks)
