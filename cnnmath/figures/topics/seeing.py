"""What layers see: filters, activations, saliency maps and a check of them, patches, images found by search.

All of it is computed by `ops.seeing` on the network for digits that ships with the package; nothing is
trained while drawing. Pictures are gray; signed ones have zero in middle gray.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnmath.figures.layout import LABEL, MARGIN, SMALL, WIDTH, number
from cnnmath.figures.marks import Drawing, Image, Mark, Rect, Text
from cnnmath.figures.parameters import Whole
from cnnmath.figures.registry import Sketch, Table, draws
from cnnmath.measure import receptive_field
from cnnmath.ops import forward, node_values, softmax
from cnnmath.ops.experiments import load_digits, recorded_digits
from cnnmath.ops.network import Model
from cnnmath.ops.seeing import (
    METHODS,
    Method,
    Search,
    class_gradient,
    deconvnet,
    filters,
    grad_cam,
    guided_backpropagation,
    maximize_activation,
    occlusion,
    sanity_check,
    smooth_gradient,
    top_patches,
)

__all__ = [
    "digit_activations",
    "digit_filters",
    "digit_patches",
    "digit_saliency",
    "digit_sanity",
    "digit_search",
    "digits_searched",
]

Picture = NDArray[np.float64]
GAP = 8.0
CREDIT = "Digits: UCI, by way of scikit-learn."


@draws("digit-filters")
def digit_filters() -> Sketch:
    """Draw the eight 3×3 filters of the first layer, each scaled to its largest entry."""
    found = filters(recorded_digits().model.weights, "conv1")[:, 0]
    names = [f"filter {at}" for at in range(len(found))]
    marks = _row(dict(zip(names, found, strict=True)), 20, columns=4, signed=names)
    return Sketch(
        title="The first layer's filters",
        caption="The eight 3 × 3 filters that the network for digits learned in its first layer. White is "
        "positive, black negative, middle gray zero; each is scaled to its largest entry.",
        alt="Eight small gray pictures of 3 by 3 cells. Several have a light and a dark side: they answer to "
        "edges of one direction.",
        data=Table(
            ("filter", "row", "left", "middle", "right"),
            tuple(
                (at, row, *(round(float(entry), 2) for entry in found[at, row]))
                for at in range(len(found))
                for row in range(3)
            ),
        ),
        drawing=Drawing.fitted(WIDTH, marks),
    )


@draws("digit-activations", digit=Whole(0, 9))
def digit_activations(*, digit: int = 3) -> Sketch:
    """Draw what every layer of the network makes of one digit."""
    model, image, scores = _asked(digit)
    values = node_values(*model, image[None], ["relu1", "relu2", "pool"])
    marks: list[Mark] = [*_tile(image[0], (MARGIN, 30), 88), Text(MARGIN + 44, 20, "input, 8 × 8", SMALL)]
    marks += _bars(scores, (MARGIN + 120, 30), digit)
    top = 158.0
    rows = []
    for node, columns, words in (
        ("relu1", 8, "after the first convolution and ReLU: 8 maps of 8 × 8"),
        ("relu2", 8, "after the second convolution and ReLU: 16 maps of 8 × 8"),
        ("pool", 8, "after max pooling: 16 maps of 4 × 4"),
    ):
        maps = values[node][0].astype(float)
        marks.append(Text(MARGIN, top, words, SMALL, "start"))
        marks += _grid(maps, top + 10, columns)
        top += 10 + (len(maps) // columns) * (_side(columns) + GAP) + 18
        rows.append((node, len(maps), round(float(maps.max()), 3), int((maps.max(axis=(1, 2)) == 0).sum())))
    winner = int(np.argmax(scores))
    return Sketch(
        title=f"A {digit}, seen by every layer",
        caption=f"A test image of a {digit} on its way through the network for digits: its maps after each "
        f"layer (white is the layer's largest value, black is zero), and the probabilities. {CREDIT}",
        alt=f"An 8 by 8 image of a {digit}, then 8, 16 and 16 smaller gray maps, in which strokes of single "
        f"directions light up. The most probable digit is {winner}, with {number(100 * scores[winner], 1)}%.",
        data=Table(("layer", "maps", "largest value", "silent maps"), tuple(rows)),
        drawing=Drawing.fitted(WIDTH, marks),
    )


@draws("digit-saliency", digit=Whole(0, 9))
def digit_saliency(*, digit: int = 3) -> Sketch:
    """Draw one digit and seven ways of asking which pixels its score leans on."""
    model, image, scores = _asked(digit)
    x = image[None]
    covered = occlusion(model, image, digit, patch=2)
    signed = {
        "gradient": class_gradient(model, x, digit)[0, 0],
        "SmoothGrad": smooth_gradient(model, x, digit, np.random.default_rng(0), samples=20)[0, 0],
        "guided backprop.": guided_backpropagation(model, x, digit)[0, 0],
        "deconvnet": deconvnet(model, x, digit)[0, 0],
        "occlusion, 2 × 2": covered.heat,
    }
    plain = {"input": image[0], "Grad-CAM": grad_cam(model, x, digit, "relu2")[0]}
    marks = _row({"input": plain["input"]} | signed | {"Grad-CAM": plain["Grad-CAM"]}, 20, 4, signed=signed)
    least = np.unravel_index(int(np.argmax(covered.heat)), covered.heat.shape)
    return Sketch(
        title=f"Which pixels make it a {digit}?",
        caption="One image, six answers. Signed maps have zero in middle gray; Grad-CAM and the image in "
        "black. Guided backpropagation and the deconvnet are no gradients; whether they speak of the "
        f"network or only of the image is what the sanity check asks. {CREDIT}",
        alt=f"Seven gray pictures of 8 by 8 pixels: an image of a {digit} and six maps of it. The gradient "
        f"lies between {number(float(signed['gradient'].min()))} and "
        f"{number(float(signed['gradient'].max()))}. Covering pixels around row {least[0] + 1}, column "
        f"{least[1] + 1} lowers the probability most, from {number(100 * scores[digit], 1)}% by "
        f"{number(100 * float(covered.heat.max()), 1)} points.",
        data=Table(
            ("map", "smallest", "largest"),
            tuple(
                (name, round(float(np.min(m)), 2), round(float(np.max(m)), 2))
                for name, m in (signed | plain).items()
            ),
        ),
        drawing=Drawing.fitted(WIDTH, marks),
    )


@draws("digit-sanity", digit=Whole(0, 9))
def digit_sanity(*, digit: int = 3) -> Sketch:
    """Draw saliency maps while the network's layers are replaced by noise, from the last to the first."""
    found = recorded_digits()
    seed = 1
    rows = sanity_check(found.model, found.images, found.labels, np.random.default_rng(seed))
    maps = _maps_while_randomizing(found.model, found.images[digit], digit, seed)
    columns = ["as learned", *(f"{row.node}" for row in rows[1:])]
    left, side = 100.0, (WIDTH - MARGIN - 100.0 - 4 * GAP) / 5
    marks: list[Mark] = [
        Text(left + (side + GAP) * at + side / 2, 20, name, SMALL) for at, name in enumerate(columns)
    ]
    for line, method in enumerate(METHODS):
        top = 32 + line * (side + 26)
        for part, word in enumerate(method.replace("backpropagation", "backprop.").split()):
            marks.append(Text(MARGIN, top + side / 2 + 16 * part, word, SMALL, "start"))
        for at, row in enumerate(rows):
            x = left + (side + GAP) * at
            marks += _tile(maps[method][at], (x, top), side, signed=False)
            marks.append(
                Text(x + side / 2, top + side + 15, number(row.similarity[method], 2), SMALL, color="muted")
            )
    last = {method: number(rows[-1].similarity[method], 2) for method in METHODS}
    return Sketch(
        title="Do the maps depend on what was learned?",
        caption=f"Magnitudes of three maps for a {digit}: as learned, then with the layers from the scores "
        "down to the named one replaced by random weights. Below each, how like the learned map it is: the "
        "rank correlation, averaged over one image of each digit. Guided backpropagation keeps the most "
        f"of its picture when the network has forgotten everything. {CREDIT}",
        alt="Three rows of five gray maps. With every layer random, the correlation with the learned map is "
        + ", ".join(f"{value} for {method}" for method, value in last.items())
        + ".",
        data=Table(
            ("randomized down to", *METHODS),
            tuple((row.node or "nothing", *(round(row.similarity[m], 2) for m in METHODS)) for row in rows),
        ),
        drawing=Drawing.fitted(WIDTH, marks),
    )


@draws("digit-patches", channel=Whole(0, 15))
def digit_patches(*, channel: int = 0) -> Sketch:
    """Draw the patches of test images that excite one map of the second layer most."""
    model, images = recorded_digits().model, load_digits().test.images
    fields = (receptive_field(model.network, "conv2", 0), receptive_field(model.network, "conv2", 1))
    found = top_patches(model, images, ("conv2", channel), fields, count=8)
    names = [f"{number(patch.value, 2)}" for patch in found]
    marks = _row({f"{at}": patch.pixels[0] for at, patch in enumerate(found)}, 20, 4, labels=names)
    side = fields[0].size
    return Sketch(
        title=f"What excites map {channel} of the second layer",
        caption=f"The eight patches of 500 test images that excite the map most, best first, with its "
        f"value. An output of this layer sees {side} × {side} pixels, zeros beyond the image. {CREDIT}",
        alt=f"Eight gray patches of {side} by {side} pixels that resemble one another; the map's values fall "
        f"from {names[0]} to {names[-1]}.",
        data=Table(
            ("test image", "value", "top row", "left column"),
            tuple((patch.image, round(patch.value, 2), patch.box[0], patch.box[1]) for patch in found),
        ),
        drawing=Drawing.fitted(WIDTH, marks),
    )


@draws("digit-search", digit=Whole(0, 9))
def digit_search(*, digit: int = 1) -> Sketch:
    """Draw a search for the image that excites a class most, with restraints and without."""
    model = recorded_digits().model
    steps = (0, 5, 15, 40)
    restrained = [_searched(model, digit, Search(steps=count)) for count in steps]
    free = [_searched(model, digit, Search(steps=count, jitter=0, roughness=0.0)) for count in steps]
    marks: list[Mark] = []
    top = 20.0
    for words, series in (("with jitter and a price on roughness", restrained), ("without either", free)):
        marks.append(Text(MARGIN, top, words, SMALL, "start"))
        labels = [
            f"{count} steps: {number(score, 1)}" for count, (_, score) in zip(steps, series, strict=True)
        ]
        pictures = {str(count): picture for count, (picture, _) in zip(steps, series, strict=True)}
        marks += _row(pictures, top + 12, 4, labels=labels, largest=1.0)
        top += 12 + _side(4) + 46
    return Sketch(
        title=f"The search for what a {digit} is",
        caption=f"From weak noise, the image is changed step by step so that the score of {digit} rises; "
        "below each is the score. Left free, the search finds a higher score in a picture that says less.",
        alt=f"Two rows of four gray pictures. In the upper one a {digit} takes shape while its score rises "
        f"to {number(restrained[-1][1], 1)}; in the lower one the score rises to {number(free[-1][1], 1)}.",
        data=Table(
            ("steps", "score, restrained", "score, free"),
            tuple(
                (count, round(kept, 1), round(loose, 1))
                for count, (_, kept), (_, loose) in zip(steps, restrained, free, strict=True)
            ),
        ),
        drawing=Drawing.fitted(WIDTH, marks),
    )


@draws("digits-searched")
def digits_searched() -> Sketch:
    """Draw, for each of the ten classes, the image that a search found to excite it most."""
    found = recorded_digits()
    scores = forward(*found.model, found.maximized)
    own = [number(float(scores[digit, digit]), 1) for digit in range(10)]
    labels = [f"{digit}: {own[digit]}" for digit in range(10)]
    pictures = {str(digit): found.maximized[digit, 0] for digit in range(10)}
    return Sketch(
        title="Ten digits, as the network imagines them",
        caption="For each class, the image that a search of 100 steps from noise found to excite it most, "
        "with its score. No image of a digit was used: what looks like one comes from the weights. "
        "The search shows what tells a digit from the others, which need not be all of it.",
        alt="Ten rough gray pictures of 8 by 8 pixels. A ring for 0, a bar for 1 and the hook of 7 can be "
        "read; others show only strokes that tell their digit from the rest.",
        data=Table(
            ("digit", "its score", "highest other score"),
            tuple(
                (digit, round(float(scores[digit, digit]), 2), round(float(np.sort(scores[digit])[-2]), 2))
                for digit in range(10)
            ),
        ),
        drawing=Drawing.fitted(WIDTH, _row(pictures, 20, 5, labels=labels, largest=1.0)),
    )


def _asked(digit: int) -> tuple[Model, Picture, Picture]:
    """Return the model, its recorded image of a digit (1, 8, 8), and the probabilities that it answers."""
    found = recorded_digits()
    image = found.images[digit]
    return found.model, image, softmax(forward(*found.model, image[None]))[0]


def _searched(model: Model, digit: int, search: Search) -> tuple[Picture, float]:
    found = maximize_activation(model, ("scores", digit), np.random.default_rng(0), search)
    return found.image[0], found.activations[-1]


def _maps_while_randomizing(
    model: Model, image: Picture, digit: int, seed: int
) -> Mapping[str, Sequence[Picture]]:
    """Return the magnitudes of each method's map, as learned and after each step of `sanity_check`."""
    seen: dict[str, list[Picture]] = {name: [] for name in METHODS}
    watched = {name: _watched(method, seen[name]) for name, method in METHODS.items()}
    sanity_check(model, image[None], [digit], np.random.default_rng(seed), watched)
    return seen


def _watched(method: Method, seen: list[Picture]) -> Method:
    """Return the same method, which also keeps the magnitudes of its first map."""

    def watched(model: Model, x: ArrayLike, labels: ArrayLike) -> Picture:
        found = method(model, x, labels)
        seen.append(np.abs(found[0, 0]))
        return found

    return watched


def _side(columns: int) -> float:
    return (WIDTH - 2 * MARGIN - (columns - 1) * GAP) / columns


def _row(
    pictures: Mapping[str, Picture],
    top: float,
    columns: int,
    *,
    labels: Sequence[str] = (),
    signed: Collection[str] = (),
    largest: float = 0.0,
) -> list[Mark]:
    """Return pictures side by side, with their names below, each on its own gray scale or up to `largest`."""
    side = _side(columns)
    marks: list[Mark] = []
    for at, (name, label) in enumerate(zip(pictures, labels or pictures, strict=True)):
        x, y = MARGIN + at % columns * (side + GAP), top + at // columns * (side + 28)
        marks += _tile(pictures[name], (x, y), side, signed=name in signed, largest=largest)
        marks.append(Text(x + side / 2, y + side + 16, label, SMALL))
    return marks


def _grid(maps: Picture, top: float, columns: int) -> list[Mark]:
    """Return the maps of a layer, all on one gray scale from zero to the layer's largest value."""
    side, largest = _side(columns), float(maps.max())
    marks: list[Mark] = []
    for at, picture in enumerate(maps):
        corner = (MARGIN + at % columns * (side + GAP), top + at // columns * (side + GAP))
        marks += _tile(picture, corner, side, largest=largest)
    return marks


def _tile(
    picture: Picture, corner: tuple[float, float], side: float, *, signed: bool = False, largest: float = 0.0
) -> list[Mark]:
    """Return one picture in a square: zero is black, or middle gray if it is signed."""
    high = largest or float(np.abs(picture).max()) or 1.0
    share = (picture / high + 1) / 2 if signed else picture / high
    shades = np.rint(255 * np.clip(share, 0, 1)).astype(np.uint8)
    rows, columns = picture.shape
    image = Image(*corner, side, side, rows, columns, 1, shades.tobytes(), smooth=False)
    return [image, Rect(*corner, side, side, "none", "grid")]


def _bars(probabilities: Picture, corner: tuple[float, float], digit: int) -> list[Mark]:
    """Return one bar per digit; the one that is shown is outlined in bold type."""
    (left, top), height, pitch = corner, 70.0, 29.0
    marks: list[Mark] = [Text(left, top - 10, "probability of each digit", SMALL, "start")]
    for at, probability in enumerate(probabilities):
        x, tall = left + pitch * at, max(1.0, height * float(probability))
        right = at == int(np.argmax(probabilities))
        marks.append(
            Rect(x, top + height - tall, 20, tall, "output-fill" if right else "input-fill", "output")
        )
        marks.append(Text(x + 10, top + height + 17, str(at), LABEL, bold=at == digit))
    return marks
