"""The book without MkDocs: Markdown with our blocks in, finished HTML out.

One `Book` serves one build. It owns the store, the digests and the typesetter, and hands each block to the
function that `blocks` lists for its kind. Pages and navigation belong to whoever calls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

from cnnmath.book import assets, blocks, scan
from cnnmath.book.cache import Sources, Store
from cnnmath.book.context import Context
from cnnmath.book.places import located
from cnnmath.book.tex import Typesetter
from cnnmath.book.values import Values

__all__ = ["Book"]

_HOLDER = re.compile(r'<div data-cnn-block="(\d+)">.*?</div>')
_ID = re.compile(r'<[\w-]+ id="([^"]+)"')


class Book:
    """Everything that one build of the book knows; `root` is the folder of mkdocs.yml."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = Store(root / ".cache" / "book")
        self.sources = Sources(parsed=self.store.table("imports"))
        self.values = Values(self.sources, self.store)
        self._blocks: dict[str, list[str]] = {}

    @cached_property
    def typesetter(self) -> Typesetter:
        """The TeX engine; made when the first page is finished."""
        return Typesetter(self.root / "node_modules" / "katex" / "dist", self.store)

    @property
    def graded_in_page(self) -> bool:
        """Whether the page's own Python was built, so that it can grade."""
        return assets.bundle_is_there(self.root)

    def assets(self) -> Iterator[assets.Asset]:
        """Yield the files that the pages load."""
        return assets.assets(self.root)

    def expand(self, markdown: str, page: str, *, url: str = "", first_line: int = 1) -> str:
        """Return the Markdown with inline values in place and a holder where each of our blocks stood.

        `page` names the page in errors, `url` is its address from the root of the site, and `first_line` the
        number of its first line (after front matter).
        """
        made: list[str] = []
        self._blocks[page] = made

        def block(directive: scan.Directive) -> str:
            made.append(blocks.render(directive, Context(self, page, url, len(made) + 1)))
            # MkDocs looks for anchors in what it converts, so the holder carries the block's.
            anchors = "".join(f'<i id="{name}"></i>' for name in _ID.findall(made[-1]))
            return f'<div data-cnn-block="{len(made)}">{anchors}</div>'

        return scan.expand(
            markdown,
            blocks.KINDS,
            block,
            lambda value: self.values.text(value.expression),
            languages=is_language,
            page=page,
            first_line=first_line,
        )

    def compose(self, content: str, page: str) -> str:
        """Return a page's content, converted from Markdown, with the blocks where their holders stood."""
        made = self._blocks.get(page, [])
        return _HOLDER.sub(lambda found: made[int(found[1]) - 1], content)

    def finish(self, document: str, page: str) -> str:
        """Return the complete HTML document with its mathematics typeset."""
        with located(page):
            return self.typesetter.page(document)

    def save(self) -> None:
        """Keep what was made for the next build."""
        self.store.keep_table("imports", self.sources.used)
        self.values.save()
        if "typesetter" in self.__dict__:
            self.typesetter.save()

    def summary(self) -> str:
        """Return what was made anew and what was kept, for the build's log."""
        formulas = self.typesetter.fresh if "typesetter" in self.__dict__ else 0
        return f"{self.store.misses} results made, {self.store.hits} kept; {formulas} formulas typeset anew"

    def fragment(self, markdown: str, page: str = "page") -> str:
        """Return the HTML of a piece of Markdown, the whole way at once: for tests and other programs."""
        import markdown as python_markdown  # type: ignore[import-untyped] # it ships no types

        extensions = ["tables", "fenced_code", "attr_list", "md_in_html", "pymdownx.arithmatex"]
        configs = {"pymdownx.arithmatex": {"generic": True}}
        converter = python_markdown.Markdown(extensions=extensions, extension_configs=configs)
        return self.finish(self.compose(converter.convert(self.expand(markdown, page)), page), page)


@cache
def is_language(name: str) -> bool:
    """Return whether a fence of this language can be highlighted.

    >>> is_language("python"), is_language("console"), is_language("derivaton")
    (True, True, False)
    """
    from pygments.lexers import LEXERS  # type: ignore[import-untyped] # it ships no types

    return name == "text" or any(name.lower() in entry[2] for entry in LEXERS.values())
