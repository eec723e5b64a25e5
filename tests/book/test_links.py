"""The checker of the built site finds what would break for a reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnmath.book.links import faults


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="b/">b</a> <a href="b/#part">part</a> <a href="#here" id="here">x</a>', None),
        ('<a href="https://arxiv.org/abs/1603.07285">a link to elsewhere is fine</a>', None),
        ('<a href="c/">c</a>', "c/ leads nowhere"),
        ('<a href="b/#gone">b</a>', "b/#gone has no such anchor"),
        ('<img src="https://example.org/x.png">', "loads https://example.org/x.png from another host"),
        ('<script src="//example.org/x.js"></script>', "loads //example.org/x.js from another host"),
        ('<p id="a"></p><p id="a"></p>', 'the id "a" is there twice'),
        ('<link rel="canonical" href="https://example.org/">', None),
    ],
)
def test_faults_of_a_page(tmp_path: Path, body: str, fault: str | None) -> None:
    """Broken links and anchors, foreign assets and repeated ids are named; sound pages pass."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "index.html").write_text('<h2 id="part">Part</h2>')
    (tmp_path / "index.html").write_text(body)
    assert faults(tmp_path) == ([f"index.html: {fault}"] if fault else [])


def test_faults_of_a_style_sheet(tmp_path: Path) -> None:
    """A style sheet may load only what is there."""
    (tmp_path / "a.woff2").write_bytes(b"")
    (tmp_path / "s.css").write_text(
        '@import "//example.org/x.css"; a { src: url("a.woff2") url(b.woff2) url(data:image/png;base64,) }'
    )
    assert faults(tmp_path) == [
        "s.css: loads //example.org/x.css from another host",
        "s.css: b.woff2 leads nowhere",
    ]
