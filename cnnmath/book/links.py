"""Check a built site: every internal address leads somewhere, and no page loads anything from another host.

MkDocs checks the links of Markdown; this checks what a browser gets, generated pages, notebooks and assets
included. Only Python's own library, and no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["Page", "faults", "read"]

# Attributes through which a page names something, and the elements whose address the browser loads by itself.
_REFERENCES = ("href", "src", "poster", "data", "srcset")
_LOADING = frozenset(
    {"audio", "embed", "iframe", "image", "img", "link", "object", "script", "source", "use", "video"}
)
# A link element with one of these relations only says something; nothing is loaded.
_SAYING = frozenset({"canonical", "alternate", "next", "prev"})
_SHEET_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""")


@dataclass
class Page:
    """What one HTML file offers (ids) and what it refers to (tag, address)."""

    ids: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    references: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        # The old spelling of an anchor, <a name>, may repeat the id of the same element.
        for name in {found.get("id"), found.get("name") if tag == "a" else None} - {None, ""}:
            (self.page.repeated if name in self.page.ids else self.page.ids).add(str(name))
        relation = set((found.get("rel") or "").split())
        kind = "a" if tag == "link" and relation & _SAYING else tag
        for key in _REFERENCES:
            if address := found.get(key):
                self.page.references.append((kind, address))


def read(html: str) -> Page:
    """Return the ids and references of an HTML text.

    >>> read('<a id="top" href="#end">go</a>')
    Page(ids={'top'}, repeated=set(), references=[('a', '#end')])
    """
    reader = _Reader()
    reader.feed(html)
    return reader.page


def faults(site: Path) -> list[str]:
    """Return one line for every broken address, repeated id and foreign asset of a built site."""
    site = site.resolve()
    pages = {path: read(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    found = [
        f"{path.relative_to(site)}: {fault}"
        for path, page in pages.items()
        for fault in _page_faults(path, page, pages, site)
    ]
    return found + [
        f"{path.relative_to(site)}: {fault}"
        for path in sorted(site.rglob("*.css"))
        for fault in _sheet_faults(path, site)
    ]


def _page_faults(path: Path, page: Page, pages: dict[Path, Page], site: Path) -> Iterator[str]:
    yield from (f'the id "{name}" is there twice' for name in sorted(page.repeated))
    for tag, address in page.references:
        parts = urlsplit(address)
        if parts.scheme in ("data", "mailto", "javascript", "blob"):
            continue
        if parts.scheme or parts.netloc:
            if tag in _LOADING:
                yield f"loads {address} from another host"
            continue
        target = _target(path, parts.path, site)
        if not target.exists():
            yield f"{address} leads nowhere"
        elif parts.fragment and target in pages and not _anchored(parts.fragment, pages[target]):
            yield f"{address} has no such anchor"


def _sheet_faults(path: Path, site: Path) -> Iterator[str]:
    for address in _SHEET_ADDRESS.findall(path.read_text("utf-8")):
        parts = urlsplit(address)
        if parts.scheme == "data" or (not parts.path and parts.fragment):
            continue
        if parts.scheme or parts.netloc:
            yield f"loads {address} from another host"
        elif not _target(path, parts.path, site).exists():
            yield f"{address} leads nowhere"


def _target(path: Path, address: str, site: Path) -> Path:
    if not address:
        return path
    start = site if address.startswith("/") else path.parent
    target = (start / unquote(address).lstrip("/")).resolve()
    return target / "index.html" if target.is_dir() else target


def _anchored(fragment: str, page: Page) -> bool:
    # Material's own "__" anchors are labels of controls that its script makes.
    name = unquote(fragment)
    return name in page.ids or name.startswith("__")
