"""Laws of published numbers: each claim can be counted again, and none differs without a word about why."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cnnmath import measure, zoo
from cnnmath.errors import ArchitectureError, UnknownName
from cnnmath.measure.reconcile import Breakdown

# What was found when each source was read against an independent count in plain integers: the claims that
# do not come out. A claim that starts or stops to come out has to be looked at by a person.
DIFFERING = {
    "krizhevsky-2012": 1,
    "krizhevsky-2012-figure-2": 1,
    "cs231n": 1,
    "he-2015-vgg": 1,
    "szegedy-2014": 9,
    "szegedy-2014-ops": 2,
    "howard-2017-others": 3,
    "chollet-2016": 1,
    "howard-2017-shares": 1,
    "howard-2017": 1,
    "sandler-2018": 4,
    "howard-2019": 3,
    "tan-2019": 3,
}


@pytest.mark.parametrize("source", zoo.sources())
def test_every_claim_can_be_counted_and_every_difference_has_a_word(source: str) -> None:
    """Claims name networks and nodes that exist; those that differ say why, and there are no new ones."""
    found = [measure.recount(claim) for claim in zoo.claims(source=source)]
    differing = [entry for entry in found if entry.verdict == "differs"]
    for entry in differing:
        assert entry.claim.why, entry.claim
    assert len(differing) == DIFFERING.get(source, 0), [entry.claim.item for entry in differing]


@pytest.mark.parametrize(
    ("printed", "kilo", "value", "step"),
    [
        ("60,000", 1000, 60_000, 1),
        ("2.7K", 1024, Fraction(27648, 10), Fraction(1024, 10)),
        ("3.8×10⁹", 1000, 3_800_000_000, 100_000_000),
        ("1.5 billion", 1000, 1_500_000_000, 100_000_000),
        ("94.86%", 1000, Fraction(9486, 100), Fraction(1, 100)),
    ],
)
def test_printed_numbers_are_read_with_their_unit(
    printed: str, kilo: int, value: Fraction, step: Fraction
) -> None:
    """A printed number means its digits times its unit, and its last digit says how exact it is."""
    claim = zoo.Claim(zoo.Source("s", "S", "p", kilo), "lenet5", "", "", "parameters", printed)
    assert (claim.value, claim.step) == (value, step)


def test_a_number_without_a_known_unit_is_refused() -> None:
    """A claim in an unknown unit says so instead of being wrong by a factor."""
    claim = zoo.Claim(zoo.Source("s", "S", "p"), "lenet5", "", "", "parameters", "3 dozen")
    with pytest.raises(ArchitectureError, match="known unit"):
        _ = claim.value


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [("60,000", "exact"), ("60K", "exact"), ("0.1M", "rounded"), ("0.0M", "cut off"), ("61K", "differs")],
)
def test_verdicts(printed: str, verdict: str) -> None:
    """LeNet-5's 60,000 parameters: printed exactly, rounded to the last digit, cut off, or something else."""
    claim = zoo.Claim(zoo.Source("s", "S", "p"), "lenet5", "", "", "parameters", printed)
    assert measure.recount(claim).verdict == verdict


def test_a_tie_may_be_rounded_either_way() -> None:
    """Twelve is one and a half times eight: in units of eight, 1 and 2 are both right, 3 is not."""
    for printed, verdict in (("1K", "rounded"), ("2K", "rounded"), ("3K", "differs")):
        claim = zoo.Claim(zoo.Source("s", "S", "p", 8), "lenet5", "", "S2", "parameters", printed)
        assert measure.recount(claim).verdict == verdict


def test_unknown_sources_quantities_and_nodes_are_named() -> None:
    """Mistyped names raise and suggest the near miss."""
    with pytest.raises(UnknownName, match="lecun-1998"):
        zoo.claims(source="lecun-1989")
    with pytest.raises(ArchitectureError, match="Did you mean parameters"):
        measure.count("lenet5", "parameter")
    with pytest.raises(ArchitectureError, match="C3"):
        measure.count("lenet5", "weights", "c3")


@pytest.mark.parametrize("convention", measure.conventions())
@pytest.mark.parametrize("model", ["resnet18", "mobilenet_v2", "convnext_tiny", "googlenet", "lenet5"])
def test_a_figure_taken_apart_adds_up(model: str, convention: str) -> None:
    """The parts of a breakdown are never negative and add up to the figure of the convention."""
    network = zoo.model(model)
    parts = measure.breakdown(network, convention)
    assert isinstance(parts, Breakdown)
    assert min(parts[1:]) >= 0
    assert parts.total == measure.flops(network, convention)


def test_resnet152_taken_apart_by_hand() -> None:
    """Two per normalized value (fvcore) or four (thop) add up to ResNet-152's values times that.

    22,554,112 values pass batch normalization, from torchprofile's figure less the multiply-adds (one each).
    """
    network = zoo.model("resnet152")
    assert measure.breakdown(network, "torchprofile").normalization == 22_554_112
    assert measure.breakdown(network, "fvcore").normalization == 2 * 22_554_112
    assert measure.breakdown(network, "thop").normalization == 4 * 22_554_112
    assert measure.breakdown(network, "flops").multiply_adds == 2 * 11_513_626_624
