"""What papers and courses print about the networks of the zoo: numbers with their source, as data.

Whether a printed number is right is not known here: `measure.recount` counts again. A claim that does not
come out says why, or that the reason is unresolved: no reading that we know of gives it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from cnnmath.errors import ArchitectureError, UnknownName

__all__ = ["SOURCES", "Claim", "Source", "UnknownSource", "claims", "sources"]

UNITS = {"": 1, "%": 1, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9}
WORDS = {"million": 10**6, "billion": 10**9, "×10⁶": 10**6, "×10⁹": 10**9}
UNRESOLVED = "unresolved"


class UnknownSource(UnknownName):
    """No source of claims has this name."""

    kind = "source"


@dataclass(frozen=True)
class Source:
    """Where numbers are printed; `kilo` is what one K means there."""

    name: str
    text: str
    place: str
    kilo: int = 1000


@dataclass(frozen=True)
class Claim:
    """A number that a source prints about a network of the zoo.

    `item` is what the source calls it, `printed` the number as printed. `where` selects what to count: nodes
    or stages, joined by "+", with * for any letters; nothing means the whole network. `quantity` is one of
    `measure.QUANTITIES`, `why` explains a difference in a few words.
    """

    source: Source
    model: str
    item: str
    where: str
    quantity: str
    printed: str
    why: str = ""
    options: tuple[tuple[str, object], ...] = ()
    input_shape: tuple[int, ...] | None = None

    @property
    def value(self) -> Fraction:
        """The printed number in ones.

        >>> claims("vgg16")[0].printed, claims("vgg16")[0].value
        ('138 million', Fraction(138000000, 1))
        """
        return self._read()[0]

    @property
    def step(self) -> Fraction:
        """What one more in the last printed digit would mean, in ones."""
        return self._read()[1]

    def _read(self) -> tuple[Fraction, Fraction]:
        match = re.fullmatch(r"([\d,]+)(?:\.(\d+))?\s*(\S*)", self.printed)
        unit = None if match is None else {**UNITS, **WORDS, "K": self.source.kilo}.get(match[3])
        if match is None or unit is None:
            raise ArchitectureError(
                where=f"claim {self.item}", given=f'"{self.printed}"', expected="a number with a known unit"
            )
        decimals = match[2] or ""
        step = Fraction(unit, 10 ** len(decimals))
        return int(match[1].replace(",", "") + decimals) * step, step


LECUN = Source("lecun-1998", "LeCun, Bottou, Bengio & Haffner 1998", "section II.B")
KRIZHEVSKY = Source("krizhevsky-2012", "Krizhevsky, Sutskever & Hinton 2012", "abstract")
CAPTION = Source("krizhevsky-2012-figure-2", "Krizhevsky, Sutskever & Hinton 2012", "caption of figure 2")
OSMR = Source("imgclsmob", "O. Semery, osmr/imgclsmob", "table of models")
SIMONYAN = Source("simonyan-2014", "Simonyan & Zisserman 2014", "table 2")
CS231N = Source("cs231n", "Stanford's CS231n notes", "listing of VGGNet, “TOTAL memory: 24M”")
CS231N_WEIGHTS = Source("cs231n-weights", "Stanford's CS231n notes", "listing of VGGNet, weights")
SZEGEDY_PARAMETERS = Source("szegedy-2014", "Szegedy et al. 2014", "table 1, params (K = 1024)", kilo=1024)
SZEGEDY_OPS = Source("szegedy-2014-ops", "Szegedy et al. 2014", "table 1, ops")
SZEGEDY_TEXT = Source("szegedy-2014-text", "Szegedy et al. 2014", "introduction")
SZEGEDY_V3 = Source("szegedy-2015", "Szegedy et al. 2015", "abstract")
CHOLLET = Source("chollet-2016", "Chollet 2016", "table 3")
HE = Source("he-2015", "He, Zhang, Ren & Sun 2015", "table 1")
HE_VGG = Source("he-2015-vgg", "He, Zhang, Ren & Sun 2015", "text and figure 3")
HE_CIFAR = Source("he-2015-cifar", "He, Zhang, Ren & Sun 2015", "table 6")
XIE = Source("xie-2016", "Xie et al. 2016", "table 1")
ZAGORUYKO = Source("zagoruyko-2016", "Zagoruyko & Komodakis 2016", "table 4")
HUANG = Source("huang-2016", "Huang et al. 2016", "table 2")
IANDOLA = Source("iandola-2016", "Iandola et al. 2016", "table 1")
SHARES = Source("howard-2017-shares", "Howard et al. 2017", "table 2")
HOWARD = Source("howard-2017", "Howard et al. 2017", "tables 4 to 7")
OTHERS = Source("howard-2017-others", "Howard et al. 2017", "tables 8 and 9")
SANDLER = Source("sandler-2018", "Sandler et al. 2018", "table 4")
HOWARD_V3 = Source("howard-2019", "Howard et al. 2019", "tables of results")
TAN = Source("tan-2019", "Tan & Le 2019", "table 2")
LIU = Source("liu-2022", "Liu et al. 2022", "table 1")
RONNEBERGER = Source("ronneberger-2015", "Ronneberger, Fischer & Brox 2015", "section 2")

Options = dict[str, object]


def _about(
    source: Source,
    model: str,
    *rows: tuple[str, ...],
    options: Options | None = None,
    input_shape: tuple[int, ...] | None = None,
) -> tuple[Claim, ...]:
    """Return claims from rows of item, where, quantity, printed and, where it differs, why."""
    chosen = tuple(sorted((options or {}).items()))
    return tuple(
        Claim(source, model, item, where, quantity, printed, "".join(why), chosen, input_shape)
        for item, where, quantity, printed, *why in rows
    )


def _sizes(
    source: Source,
    model: str,
    parameters: str,
    macs: str,
    *,
    item: str,
    why_parameters: str = "",
    why_macs: str = "",
    side: int | None = None,
    **options: object,
) -> tuple[Claim, ...]:
    """Return the two claims of a row that prints parameters and multiply-adds."""
    return _about(
        source,
        model,
        (item, "", "parameters", parameters, why_parameters),
        (item, "", "MACs", macs, why_macs),
        options=options,
        input_shape=(3, side, side) if side else None,
    )


_LENET = _about(
    LECUN,
    "lenet5",
    *((layer, layer, "parameters", count) for layer, count in (
        ("C1", "156"), ("S2", "12"), ("C3", "1,516"), ("S4", "32"), ("C5", "48,120"), ("F6", "10,164"),
    )),
    *((layer, layer, "connections", count) for layer, count in (
        ("C1", "122,304"), ("S2", "5,880"), ("C3", "151,600"), ("S4", "2,000"), ("C5", "48,120"),
    )),
    ("whole network", "", "parameters", "60,000"),
    ("whole network", "", "connections", "340,908"),
)  # fmt: skip

_UNITS = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8")
_ALEXNET = (
    *_about(
        KRIZHEVSKY,
        "alexnet_two_groups",
        ("whole network", "", "parameters", "60 million"),
        ("whole network", "+".join(_UNITS), "units", "650,000", "conv1 is counted too small, and rounded"),
    ),
    *_about(
        CAPTION,
        "alexnet_two_groups",
        ("layer 1", "conv1", "units", "253,440", "55 × 48 × 96: one side of the map is taken for 48"),
        ("layer 2", "conv2", "units", "186,624"),
        ("layer 3", "conv3", "units", "64,896"),
        ("layer 4", "conv4", "units", "64,896"),
        ("layer 5", "conv5", "units", "43,264"),
        ("layer 6", "fc6", "units", "4096"),
        ("layer 7", "fc7", "units", "4096"),
        ("layer 8", "fc8", "units", "1000"),
    ),
    *_about(OTHERS, "alexnet_two_groups", ("AlexNet", "", "MACs", "720M", "rounded to tens")),
    *_about(OSMR, "zfnet", ("ZFNet", "", "parameters", "62,357,608")),
)

_VGG = (
    *(
        claim
        for model, item, printed in (
            ("vgg11", "A", "133"), ("vgg11_lrn", "A-LRN", "133"), ("vgg13", "B", "133"),
            ("vgg16_c", "C", "134"), ("vgg16", "D", "138"), ("vgg19", "E", "144"),
        )
        for claim in _about(SIMONYAN, model, (item, "", "parameters", f"{printed} million"))
    ),
    *_about(
        HE_VGG,
        "vgg16",
        ("VGG-16", "", "MACs", "15.3×10⁹", "convolutions only; VGG-19 in the same sentence has all layers"),
    ),
    *_about(HE_VGG, "vgg19", ("VGG-19", "", "MACs", "19.6×10⁹")),
    *_about(
        CS231N,
        "vgg16",
        ("VGG-16", "input+conv?_?+pool?+fc?", "units", "24M", "the listed lines add up to less"),
    ),
    *_about(
        CS231N_WEIGHTS,
        "vgg16",
        *((node, node, "weights", count) for node, count in (
            ("conv1_1", "1,728"), ("conv1_2", "36,864"), ("conv2_1", "73,728"), ("conv2_2", "147,456"),
            ("conv3_1", "294,912"), ("conv3_2", "589,824"), ("conv4_1", "1,179,648"),
            ("conv4_2", "2,359,296"), ("fc6", "102,760,448"), ("fc7", "16,777,216"), ("fc8", "4,096,000"),
        )),
    ),
)  # fmt: skip

_CHEAP = "what a 7 × 1 and a 1 × 7 kernel would need"
_COLUMN = "the other column agrees with the printed widths; unresolved"
_WIDER = "what 928 instead of 832 input channels would give"
_GOOGLENET = (
    *_about(
        SZEGEDY_PARAMETERS,
        "googlenet_paper",
        ("convolution 7×7/2", "conv1", "weights", "2.7K", _CHEAP),
        ("convolution 3×3/1", "conv2_reduce+conv2", "weights", "112K"),
        ("inception (3a)", "inception_3a", "weights", "159K"),
        ("inception (3b)", "inception_3b", "weights", "380K", "with its biases it rounds to that"),
        ("inception (4a)", "inception_4a", "weights", "364K", UNRESOLVED),
        ("inception (4b)", "inception_4b", "weights", "437K", "one less in the last digit"),
        ("inception (4c)", "inception_4c", "weights", "463K", _COLUMN),
        ("inception (4d)", "inception_4d", "weights", "580K", _COLUMN),
        ("inception (4e)", "inception_4e", "weights", "840K", _COLUMN),
        ("inception (5a)", "inception_5a", "weights", "1072K", _WIDER),
        ("inception (5b)", "inception_5b", "weights", "1388K", _COLUMN),
        ("linear", "fc", "weights", "1000K"),
    ),
    *_about(
        SZEGEDY_OPS,
        "googlenet_paper",
        ("convolution 7×7/2", "conv1", "MACs", "34M", _CHEAP),
        ("convolution 3×3/1", "conv2_reduce+conv2", "MACs", "360M"),
        ("inception (3a)", "inception_3a", "MACs", "128M"),
        ("inception (3b)", "inception_3b", "MACs", "304M"),
        ("inception (4a)", "inception_4a", "MACs", "73M"),
        ("inception (4b)", "inception_4b", "MACs", "88M"),
        ("inception (4c)", "inception_4c", "MACs", "100M"),
        ("inception (4d)", "inception_4d", "MACs", "119M"),
        ("inception (4e)", "inception_4e", "MACs", "170M"),
        ("inception (5a)", "inception_5a", "MACs", "54M", _WIDER),
        ("inception (5b)", "inception_5b", "MACs", "71M"),
        ("linear", "fc", "MACs", "1M"),
    ),
    *_about(
        SZEGEDY_TEXT,
        "googlenet_paper",
        ("whole network", "", "MACs", "1.5 billion", "the sum of the ops column, with the cheap first layer"),
    ),
    *_about(
        OTHERS,
        "googlenet_paper",
        ("GoogLeNet", "", "MACs", "1550M", "between the table's sum and ours; unresolved"),
    ),
)

_INCEPTION = (
    *_about(
        SZEGEDY_V3,
        "inception_v3",
        ("whole network", "", "MACs", "5 billion"),
        options={"auxiliary": False},
    ),
    *_about(
        CHOLLET,
        "inception_v3",
        ("Inception V3", "", "parameters", "23,626,728", "an internal version; no public one has this count"),
        options={"auxiliary": False},
    ),
    *_about(CHOLLET, "xception", ("Xception", "", "parameters", "22,855,952")),
)

_RESNET = (
    *_about(HE, "resnet18_paper", ("18-layer", "", "MACs", "1.8×10⁹")),
    *_about(HE, "resnet34_paper", ("34-layer", "", "MACs", "3.6×10⁹"), options={"shortcut": "A"}),
    *_about(HE, "resnet50_paper", ("50-layer", "", "MACs", "3.8×10⁹")),
    *_about(HE, "resnet101_paper", ("101-layer", "", "MACs", "7.6×10⁹")),
    *_about(HE, "resnet152_paper", ("152-layer", "", "MACs", "11.3×10⁹")),
    *(
        claim
        for depth, printed in (
            (20, "0.27M"), (32, "0.46M"), (44, "0.66M"), (56, "0.85M"), (110, "1.7M"), (1202, "19.4M"),
        )
        for claim in _about(
            HE_CIFAR, f"resnet{depth}_cifar", (f"ResNet-{depth}", "", "parameters", printed)
        )
    ),
    *_sizes(XIE, "resnet50", "25.5×10⁶", "4.1×10⁹", item="ResNet-50"),
    *_sizes(XIE, "resnext50_32x4d", "25.0×10⁶", "4.2×10⁹", item="ResNeXt-50 (32×4d)"),
    *(
        claim
        for name, printed in (
            ("40_1", "0.6M"), ("40_2", "2.2M"), ("40_4", "8.9M"), ("40_8", "35.7M"), ("28_10", "36.5M"),
            ("28_12", "52.5M"), ("22_8", "17.2M"), ("22_10", "26.8M"), ("16_8", "11.0M"), ("16_10", "17.1M"),
        )
        for claim in _about(
            ZAGORUYKO,
            f"wrn_{name}_cifar",
            ("WRN-" + name.replace("_", "-"), "", "parameters", printed),
        )
    ),
)  # fmt: skip

_DENSENET = (
    *(
        claim
        for name, item, printed in (
            ("40_12", "DenseNet, L = 40, k = 12", "1.0M"), ("100_12", "DenseNet, L = 100, k = 12", "7.0M"),
            ("100_24", "DenseNet, L = 100, k = 24", "27.2M"),
            ("bc_100_12", "DenseNet-BC, L = 100, k = 12", "0.8M"),
            ("bc_250_24", "DenseNet-BC, L = 250, k = 24", "15.3M"),
            ("bc_190_40", "DenseNet-BC, L = 190, k = 40", "25.6M"),
        )
        for claim in _about(HUANG, f"densenet_{name}_cifar", (item, "", "parameters", printed))
    ),
)  # fmt: skip

_SMALL = (
    *_about(IANDOLA, "squeezenet1_0", ("whole network", "", "parameters", "1,248,424")),
    *_about(
        OTHERS,
        "squeezenet1_0",
        ("Squeezenet", "", "MACs", "1700M", "multiplications and additions counted apart: twice the MACs"),
    ),
    *_about(
        SHARES,
        "mobilenet_v1",
        ("Conv 1×1", "*_pointwise", "share of MACs", "94.86%"),
        ("Conv DW 3×3", "*_depthwise", "share of MACs", "3.06%"),
        ("Conv 3×3", "Conv2d_0", "share of MACs", "1.19%", "digits swapped; with 1.91 the column adds up"),
        ("Fully Connected", "fc", "share of MACs", "0.18%"),
        ("Conv 1×1", "*_pointwise", "share of weights", "74.59%"),
        ("Conv DW 3×3", "*_depthwise", "share of weights", "1.06%"),
        ("Conv 3×3", "Conv2d_0", "share of weights", "0.02%"),
        ("Fully Connected", "fc", "share of weights", "24.33%"),
    ),
    *_sizes(
        HOWARD,
        "mobilenet_v1",
        "29.3M",
        "4866M",
        item="Conv MobileNet",
        separable=False,
        why_macs="without the classifier it rounds to that",
    ),
    *_sizes(HOWARD, "mobilenet_v1", "2.9M", "307M", item="Shallow MobileNet", shallow=True),
    *_sizes(HOWARD, "mobilenet_v1", "4.2M", "569M", item="1.0 MobileNet-224"),
    *_sizes(HOWARD, "mobilenet_v1", "2.6M", "325M", item="0.75 MobileNet-224", width=0.75),
    *_sizes(HOWARD, "mobilenet_v1", "1.3M", "149M", item="0.5 MobileNet-224", width=0.5),
    *_sizes(HOWARD, "mobilenet_v1", "0.5M", "41M", item="0.25 MobileNet-224", width=0.25),
    *(
        claim
        for side, printed in ((192, "418M"), (160, "290M"), (128, "186M"))
        for claim in _about(
            HOWARD,
            "mobilenet_v1",
            (f"1.0 MobileNet-{side}", "", "MACs", printed),
            input_shape=(3, side, side),
        )
    ),
    *_about(SANDLER, "mobilenet_v1", ("MobileNetV1", "", "MACs", "575M", UNRESOLVED)),
    *_sizes(
        SANDLER,
        "mobilenet_v2",
        "3.4M",
        "300M",
        item="MobileNetV2",
        why_parameters="without normalization, cut off",
    ),
    *_sizes(
        SANDLER,
        "mobilenet_v2",
        "6.9M",
        "585M",
        item="MobileNetV2 (1.4)",
        width=1.4,
        why_parameters="a digit: without normalization 6.06",
        why_macs=UNRESOLVED,
    ),
    *_sizes(
        HOWARD_V3,
        "mobilenet_v3_large",
        "5.4M",
        "219M",
        item="V3-Large 1.0",
        why_macs=UNRESOLVED,
    ),
    *_sizes(
        HOWARD_V3,
        "mobilenet_v3_large",
        "4.0M",
        "155M",
        item="V3-Large 0.75",
        width=0.75,
        why_parameters="torchvision narrows the last hidden layer as well",
        why_macs="torchvision narrows the last layers as well",
    ),
    *_sizes(HOWARD_V3, "mobilenet_v3_small", "2.5M", "56M", item="V3-Small 1.0"),
)

_LATER = (
    *(
        claim
        for number, side, parameters, macs, note, other in (
            (0, 224, "5.3M", "0.39B", "", ""), (1, 240, "7.8M", "0.7B", "", ""),
            (2, 260, "9.2M", "1.0B", UNRESOLVED, ""), (3, 300, "12M", "1.8B", "", ""),
            (4, 380, "19M", "4.2B", "", UNRESOLVED), (5, 456, "30M", "9.9B", "", UNRESOLVED),
            (6, 528, "43M", "19B", "", ""), (7, 600, "66M", "37B", "", ""),
        )
        for claim in _sizes(
            TAN,
            f"efficientnet_b{number}",
            parameters,
            macs,
            item=f"EfficientNet-B{number}",
            side=side,
            why_parameters=note,
            why_macs=other,
        )
    ),
    *(
        claim
        for name, parameters, macs in (
            ("tiny", "28M", "4.5G"), ("small", "50M", "8.7G"), ("base", "89M", "15.4G"),
            ("large", "198M", "34.4G"), ("xlarge", "350M", "60.9G"),
        )
        for claim in _sizes(
            LIU, f"convnext_{name}", parameters, macs, item=f"ConvNeXt-{name[0].upper()}", side=224
        )
    ),
    *_about(
        RONNEBERGER,
        "unet",
        ("network", "", "convolutions", "23"),
        ("output tile", "", "output side", "388"),
    ),
)  # fmt: skip

CLAIMS = (
    *_LENET,
    *_ALEXNET,
    *_VGG,
    *_GOOGLENET,
    *_INCEPTION,
    *_RESNET,
    *_DENSENET,
    *_SMALL,
    *_LATER,
)
SOURCES = {claim.source.name: claim.source for claim in CLAIMS}
"""All sources by name, in the order of history."""


def sources() -> tuple[str, ...]:
    """Return the names of all sources of claims.

    >>> sources()[0]
    'lecun-1998'
    """
    return tuple(SOURCES)


@cache
def claims(model: str = "", source: str = "") -> tuple[Claim, ...]:
    """Return the claims about a network, or in a source, or both; all of them where nothing is asked.

    Raises UnknownSource, which names near misses.

    >>> [claim.printed for claim in claims("lenet5")[-2:]]
    ['60,000', '340,908']
    """
    if source and source not in SOURCES:
        raise UnknownSource(source, SOURCES)
    return tuple(
        claim for claim in CLAIMS if model in ("", claim.model) and source in ("", claim.source.name)
    )
