"""The pages and tables about networks: nothing is missing, and what stands there is what was counted."""

from __future__ import annotations

import re
from html import unescape

import pytest

from cnnmath import arch, measure, zoo
from cnnmath.book.blocks import reconciler, recount
from cnnmath.book.network_pages import layers, networks, published, specimen
from cnnmath.book.scan import Directive
from cnnmath.errors import BookError, UnknownName


def made(module: object, name: str, **parameters: str) -> str:
    """Return the table that a block shows, as text with tags; these blocks do not look at their place."""
    render = module.render
    return unescape(render(Directive("table", name, {**parameters}), None))


def test_every_layer_has_one_card() -> None:
    """Each layer has a heading of its own, in a section, with the spelling that the notation reads."""
    page = layers()
    for name in arch.layers():
        assert len(re.findall(rf"^### {name}$", page, re.MULTILINE)) == 1, name
        assert f"`{name}(" in page, name


def test_a_card_says_what_a_layer_does() -> None:
    """A 1 x 7 convolution from 96 to 64 channels, padded along the row: 96 * 64 * 7 weights at 144 places."""
    row = specimen("Conv2d")
    assert (row.inputs, row.output) == (((96, 12, 12),), (64, 12, 12))
    assert row.macs == 96 * 64 * 7 * 144
    assert f"{96 * 64 * 7 * 144:,} multiply-adds" in layers()


def test_the_zoo_lists_every_network_with_its_counts() -> None:
    """Every network has one row; ResNet-50's (torchvision): 25,557,032 parameters, 4,089,184,256 MACs."""
    page = networks()
    for name in zoo.models():
        assert len(re.findall(rf"^\| `{name}` \|", page, re.MULTILINE)) == 1, name
    assert re.search(r"\| `resnet50` \| 2015 \|[^|]*\| 25,557,032 \| 4,089,184,256 \|", page)


def test_every_source_is_listed() -> None:
    """The page of published numbers has a table for each source."""
    page = published()
    for name in zoo.sources():
        assert page.count(f"```recount {name}\n") == 1


def test_a_recount_shows_printed_counted_and_why() -> None:
    """AlexNet's caption (Krizhevsky et al. 2012): 253,440 is printed, 55 * 55 * 96 = 290,400 comes out."""
    table = made(recount, "krizhevsky-2012-figure-2")
    row = re.search(r'<th scope="row">layer 1</th>.*?</tr>', table)
    assert row
    assert "253,440" in row[0]
    assert "290,400" in row[0]
    assert "<strong>15% more</strong>" in row[0]
    assert "one side of the map" in row[0]
    assert "the same</td>" in table


def test_a_recount_may_be_about_one_network() -> None:
    """`model` keeps the rows about a network; a source that does not mention it is refused."""
    assert made(recount, "simonyan-2014", model="vgg16").count('scope="row"') == 1
    with pytest.raises(BookError, match="mentions"):
        made(recount, "simonyan-2014", model="lenet5")
    with pytest.raises(UnknownName, match="simonyan-2014"):
        made(recount, "simonyan")


def test_large_differences_are_factors() -> None:
    """GoogLeNet's first layer has 9,408 weights, not 2.7 * 1024: 3.4 times as many, not a percentage."""
    assert "3.4 times as many" in made(recount, "szegedy-2014")


def test_the_reconciler_has_a_row_for_each_convention_in_order() -> None:
    """The figures of ResNet-152 by tool, from torchvision's 11,513.63 million to calflops' 23,094.31."""
    table = made(reconciler, "resnet152")
    figures = [float(text.replace(",", "")) for text in re.findall(r"<strong>([\d,.]+)</strong>", table)]
    assert len(figures) == len(measure.conventions())
    assert figures == sorted(figures)
    assert (figures[0], figures[-1]) == (11513.63, 23094.31)
