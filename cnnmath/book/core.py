"""The book without MkDocs: Markdown with our blocks in, finished HTML out.

One `Book` serves one build. It owns the store, the digests and the typesetter, and hands each block to the
function that `blocks` lists for its kind. Pages and navigation belong to whoever calls it.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from pathlib import Path

from cnnmath.book import assets, blocks, scan
from cnnmath.book.cache import Sources, Store, digest
from cnnmath.book.context import Context
from cnnmath.book.places import located
from cnnmath.book.tex import Typesetter
from cnnmath.book.values import Values

__all__ = ["Book"]

_HOLDER = re.compile(r'<div data-cnn-block="(\d+)">.*?</div>')
_ASIDE = re.compile(
    r"<(svg|details|ol|p)\b[^>]* data-search-exclude\b.*?</\1>"
    r'|<script type="application/json">.*?</script>',
    re.DOTALL,
)
_LEFT_OUT = re.compile(r"<!--cnn-aside-(\d+)-->")
_ID = re.compile(r'<[\w-]+ id="([^"]+)"')


class Book:
    """Everything that one build of the book knows; `root` is the folder of mkdocs.yml."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = Store(root / ".cache" / "book")
        self.sources = Sources(parsed=self.store.table("imports"))
        self.values = Values(self.sources, self.store)
        self._blocks: dict[str, list[str]] = {}
        self._aside: list[str] = []

    @cached_property
    def typesetter(self) -> Typesetter:
        """The TeX engine; made when the first page is finished."""
        return Typesetter(self.root / "node_modules" / "katex" / "dist", self.store)

    @property
    def graded_in_page(self) -> bool:
        """Whether the page's own Python was built, so that it can grade."""
        return assets.bundle_is_there(self.root)

    @cached_property
    def bank(self) -> str:
        """A digest of the questions' folder, on which everything depends that shows questions."""
        folder = self.root / "exercises"
        paths = sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".toml"))
        return digest([(str(path), path.read_text("utf-8")) for path in paths])

    def kept(self, folder: str, module: str, make: Callable[[], str], *ingredients: object) -> str:
        """Return what `make` makes, kept while `module`, its imports and the ingredients stay as they are."""
        return self.store.text(f"{folder}/{digest(self.sources.of(module), *ingredients)}", make)

    def assets(self) -> Iterator[assets.Asset]:
        """Yield the files that the pages load."""

        def kept(make: Callable[[], str]) -> str:
            return self.kept("assets", assets.__name__, make, make.__name__)

        yield from assets.assets(self.root, kept)
        folder = self.root / ".cache" / "web"
        for name in self._bundle(folder):
            yield assets.Asset(f"assets/web/{name}", source=folder / name)

    def _bundle(self, folder: Path) -> list[str]:
        """Return the names of the bundle's files, looking closer only where something may have changed."""

        def make() -> str:
            return json.dumps(assets.bundle_files(self.root))

        pyodide = self.root / "node_modules" / "pyodide" / "package.json"
        version = pyodide.read_text("utf-8") if pyodide.is_file() else ""
        key = f"assets/{digest(self.sources.everything(), self.bank, version)}"
        names: list[str] = json.loads(self.store.text(key, make))
        return names if all((folder / name).is_file() for name in names) else assets.bundle_files(self.root)

    def pages(self) -> list[tuple[str, str]]:
        """Return the address and the Markdown of every generated page."""
        module = "cnnmath.book.pages"

        def make() -> str:
            return json.dumps(list(importlib.import_module(module).pages()))

        return [
            (address, markdown)
            for address, markdown in json.loads(self.kept("pages", module, make, self.bank))
        ]

    def expand(self, markdown: str, page: str, *, url: str = "", first_line: int = 1) -> str:
        """Return the Markdown with inline values in place and a holder where each of our blocks stood.

        `page` names the page in errors, `url` is its address from the root of the site, and `first_line` the
        number of its first line (after front matter).
        """
        made: list[str] = []
        self._blocks[page] = made

        def block(directive: scan.Directive) -> str:
            made.append(self._block(directive, Context(self, page, url, len(made) + 1)))
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

    def _block(self, directive: scan.Directive, context: Context) -> str:
        kind = blocks.KINDS[directive.kind]
        place = (context.url, context.number, self.graded_in_page)
        asked = (directive.kind, directive.name, directive.parameters, bool(directive.body.strip()))
        bank = self.bank if kind.asks else ""
        return self.kept("blocks", kind.source, lambda: blocks.render(directive, context), asked, place, bank)

    def compose(self, content: str, page: str) -> str:
        """Return a page's content, converted from Markdown, with the blocks where their holders stood.

        The search index is made of what is returned here. What it shall not see (drawings, folded details,
        steps of derivations) is left out until the page is finished.
        """
        made = self._blocks.get(page, [])
        return _HOLDER.sub(lambda found: _ASIDE.sub(self._put_aside, made[int(found[1]) - 1]), content)

    def _put_aside(self, found: re.Match[str]) -> str:
        self._aside.append(found[0])
        return f"<!--cnn-aside-{len(self._aside) - 1}-->"

    def finish(self, document: str, page: str) -> str:
        """Return the complete HTML document: everything in its place, and the mathematics typeset."""
        document = _LEFT_OUT.sub(lambda found: self._aside[int(found[1])], document)
        with located(page):
            return self.typesetter.page(document)

    def save(self) -> None:
        """Keep what was made for the next build."""
        self.store.keep_table("imports", self.sources.used)
        self.values.save()
        if "typesetter" in self.__dict__:
            self.typesetter.save()
        self.store.forget_unused()

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
