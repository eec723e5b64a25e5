"""The MkDocs plugin: hands MkDocs' events to the core and nothing else.

Under `mkdocs serve` one instance lives through all rebuilds. When a file of the package or an exercise has
changed, our modules are forgotten and loaded again, which is why nothing of ours is imported at the top.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.config.base import Config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.pages import Page

    from cnnmath.book.assets import Asset
    from cnnmath.book.core import Book
    from cnnmath.book.notebooks import Notebooks

__all__ = ["CnnMathPlugin"]

log = get_plugin_logger("cnnmath")
HERE = Path(__file__).parent
PACKAGE = HERE.parent
WATCHED = {".py", ".json", ".toml"}


class CnnMathConfig(Config):  # type: ignore[no-untyped-call] # MkDocs left its subclass hook untyped
    """The plugin has no options: what the book is made of is in the rooms."""


class CnnMathPlugin(BasePlugin[CnnMathConfig]):  # type: ignore[no-untyped-call] # as above
    """Blocks, values, generated pages and assets of the book."""

    book: Book
    notebooks: Notebooks

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """Stay alive across rebuilds, and give notebook kernels their configuration."""
        del command, dirty
        self._stamps: dict[Path, int] = {}
        os.environ.setdefault("JUPYTER_CONFIG_DIR", str(HERE / "jupyter"))
        os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Begin a build: look for changed sources, open the book, prepare the notebooks."""
        self.root = Path(config.config_file_path).parent
        self._reload_changed([PACKAGE, self.root / "exercises"])
        self.book = importlib.import_module("cnnmath.book.core").Book(self.root)
        self.notebooks = importlib.import_module("cnnmath.book.notebooks").Notebooks(
            self.book.sources, config
        )
        modules = importlib.import_module("cnnmath.book.assets").modules
        entries = [
            str(script) for script in config.extra_javascript if getattr(script, "type", "") == "module"
        ]
        config.extra["modules"] = modules(Path(config.docs_dir), entries)
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the generated pages and the assets to the site's files."""
        with stopping():
            for uri, markdown in self.book.pages():
                # What the navigation does not list is reached from a page that it lists.
                listed = InclusionLevel.INCLUDED if uri in str(config.nav) else InclusionLevel.NOT_IN_NAV
                files.append(File.generated(config, uri, content=markdown, inclusion=listed))
            for asset in self.book.assets():
                files.append(_file(asset, config))
        if not self.book.graded_in_page:
            log.info("no bundle in .cache/web: exercises point to the terminal (`make assets` builds it)")
        return files

    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Render the page's blocks and inline values."""
        del config, files
        if self.notebooks.covers(page):
            self.notebooks.convert(page, lambda text: self._expanded(text, page, 1))
            return markdown
        skipped = page.file.content_string.count("\n") - markdown.count("\n")
        return self._expanded(markdown, page, skipped + 1)

    def _expanded(self, markdown: str, page: Page, first_line: int) -> str:
        with stopping():
            return self.book.expand(markdown, page.file.src_uri, url=page.url, first_line=first_line)

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Put the rendered blocks where their holders stand."""
        del config, files
        return self.book.compose(html, page.file.src_uri)

    def on_post_template(self, output_content: str, *, template_name: str, config: MkDocsConfig) -> str:
        """Mend the theme's pages that are no pages of the book, such as the one for wrong addresses."""
        del config
        mend = importlib.import_module("cnnmath.book.material").mend
        return str(mend(output_content)) if template_name.endswith(".html") else output_content

    @event_priority(-50)
    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Typeset the finished page and mend what the theme left."""
        del config
        mend = importlib.import_module("cnnmath.book.material").mend
        with stopping():
            return self.book.finish(mend(self.notebooks.strip_loaders(output)), page.file.src_uri)

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Keep the caches for the next build, and say what was made anew."""
        del config
        self.book.save()
        self.notebooks.forget_old()
        log.info(self.book.summary())

    def on_build_error(self, *, error: Exception) -> None:
        """Keep what was made before something went wrong."""
        del error
        self.book.save()

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, builder: object
    ) -> LiveReloadServer:
        """Rebuild when the package or an exercise changes."""
        del config, builder
        for folder in (PACKAGE, self.root / "exercises"):
            server.watch(str(folder))
        return server

    def _reload_changed(self, folders: list[Path]) -> None:
        """Forget our modules if a source file has changed since the last build of this process."""
        paths = [path for folder in folders for path in folder.rglob("*") if path.suffix in WATCHED]
        stamps = {path: path.stat().st_mtime_ns for path in paths}
        if self._stamps and stamps != self._stamps:
            for name in list(sys.modules):
                if name.partition(".")[0] in ("cnnmath", "cnnmath_exercises"):
                    del sys.modules[name]
            log.info("sources changed: loaded anew")
        self._stamps = stamps


def _file(asset: Asset, config: MkDocsConfig) -> File:
    if asset.source is not None:
        return File.generated(config, asset.uri, abs_src_path=str(asset.source))
    return File.generated(config, asset.uri, content=asset.text)


@contextmanager
def stopping() -> Iterator[None]:
    """Turn an error of ours into MkDocs' own, which stops the build with its message and no traceback."""
    errors = importlib.import_module("cnnmath.errors")
    try:
        yield
    except errors.CnnMathError as error:
        raise PluginError(str(error)) from error
