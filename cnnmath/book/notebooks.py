"""Notebooks as pages of the book: executed and cached by mkdocs-jupyter, converted like every other page.

A template of ours (in `notebook/`) makes mkdocs-jupyter return Markdown instead of its own HTML, so text
cells get our blocks, links are checked, and all versions of it look the same. The cache is kept in a folder
named after what the notebooks import, since mkdocs-jupyter itself looks only at the notebook's own text.
"""

from __future__ import annotations

import ast
import html
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnmath.book.cache import Sources, digest

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

__all__ = ["Notebooks"]

TEMPLATES = Path(__file__).parent / "notebook"
_LOADER = re.compile(r"<script data-mkdocs-jupyter-mathjax=.*?</script>\s*", re.DOTALL)


class Notebooks:
    """The notebooks of one build; does nothing where the site does not use mkdocs-jupyter."""

    def __init__(self, sources: Sources, config: MkDocsConfig) -> None:
        self.plugin: Any = config.plugins.get("mkdocs-jupyter")
        if self.plugin is None:
            return
        from mkdocs_jupyter.config import settings

        settings.templates_dir = str(TEMPLATES)
        self.caches = Path(config.config_file_path).parent / ".cache" / "notebooks"
        self.cache = self.caches / self._digest(sources, Path(config.docs_dir))
        self.plugin.config["cache_dir"] = str(self.cache)

    def _digest(self, sources: Sources, docs: Path) -> str:
        """Return a key for all that the notebooks' results depend on besides their own text."""
        paths = [path for pattern in self.plugin.config["include"] for path in docs.rglob(pattern)]
        names = {name for path in paths if path.suffix == ".py" for name in _imports(path)}
        templates = [path.read_text("utf-8") for path in sorted(TEMPLATES.rglob("*.*"))]
        return digest(sources.of(*sorted(names)), templates)

    def covers(self, page: Page) -> bool:
        """Return whether a page is a notebook."""
        return self.plugin is not None and bool(self.plugin.should_include(page.file))

    def convert(self, page: Page, expand: Callable[[str], str]) -> None:
        """Let `page.render` treat the notebook's Markdown like that of any page; `expand` renders blocks.

        To be called when mkdocs-jupyter has put its own `render` into the page.
        """
        execute = page.render

        def render(config: MkDocsConfig, files: Files) -> None:
            execute(config, files)
            page.markdown = expand(html.unescape(page.content or ""))
            type(page).render(page, config, files)

        page.render = render  # type: ignore[method-assign]

    def strip_loaders(self, document: str) -> str:
        """Return the page without the script loader that mkdocs-jupyter 0.27 puts into all pages."""
        return document if self.plugin is None else _LOADER.sub("", document)

    def forget_old(self) -> None:
        """Remove the caches of earlier states of the package."""
        if self.plugin is not None and self.caches.is_dir():
            for folder in self.caches.iterdir():
                if folder != self.cache:
                    shutil.rmtree(folder, ignore_errors=True)


def _imports(path: Path) -> set[str]:
    """Return the dotted names that a notebook in percent format imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names
