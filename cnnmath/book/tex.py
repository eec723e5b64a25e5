"""TeX to HTML and MathML, in this process, when the page is built; no mathematics script reaches a page.

KaTeX runs inside QuickJS with everything strict: a formula it does not understand stops the build and names
the page. Results are kept by content. Where formulas come from is not known here.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from cnnmath.book.cache import Store, digest
from cnnmath.errors import BookError

__all__ = ["MACROS", "Typesetter"]

MACROS: dict[str, str] = {
    r"\conv": r"\mathbin{\ast}",
    r"\iverson": r"\left[\,#1\,\right]",
}
_MARKED = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">(?P<tex>\\\(.*?\\\)|\\\[.*?\\\])</(?P=tag)>', re.DOTALL
)
_BARE = re.compile(r"\\\((.+?)\\\)")
# Headings come again without marks, as text in the navigation and as attributes; code stays as it is.
_REPEATED = re.compile(
    r"(?P<code><(?P<name>script|style|pre|code|textarea)\b.*?</(?P=name)>)"
    r'|(?P<title><title>.*?</title>|(?:title|content|aria-label)="[^"]*")'
    r"|\\\((?P<tex>.+?)\\\)",
    re.DOTALL,
)
# KaTeX 0.19 writes "move" twice in the outline of a tall floor bracket; browsers complain.
_MOVED_TWICE = ("\nMM", "\nM")
# Inline formulas of up to so many characters of TeX are kept on one line.
_SHORT = 30
_PROGRAM = """
function render(request) {
  const {tex, display, macros} = JSON.parse(request);
  try {
    const trust = ({command}) => { throw new Error(`${command} is not for this book`); };
    const options = {displayMode: display, macros, trust, output: "htmlAndMathml", strict: "error"};
    const html = katex.renderToString(tex, options);
    return JSON.stringify({html});
  } catch (error) {
    return JSON.stringify({error: String(error.message || error)});
  }
}
"""


class Typesetter:
    """Renders formulas, each at most once; call `save` at the end of a build.

    `katex` is the folder of KaTeX's distribution. The engine starts only when a formula is not in the store.
    """

    def __init__(self, katex: Path, store: Store) -> None:
        self.katex = katex
        self.store = store
        self.fresh = 0
        self._kept = store.table("tex")
        self._used: dict[str, str] = {}
        self._engine: _Engine | None = None
        package = json.loads((katex.parent / "package.json").read_text("utf-8"))
        self._salt = (package["version"], MACROS, _PROGRAM, _SHORT, _MOVED_TWICE)

    def render(self, tex: str, *, display: bool = False) -> str:
        """Return the HTML of one formula. BookError where KaTeX finds a fault in it."""
        key = digest(*self._salt, tex, display)
        if key not in self._used:
            self._used[key] = self._kept.get(key) or self._make(tex, display=display)
        return self._used[key]

    def _make(self, tex: str, *, display: bool) -> str:
        if self._engine is None:
            self._engine = _Engine(self.katex / "katex.min.js")
        request = json.dumps({"tex": tex, "display": display, "macros": MACROS})
        reply: dict[str, Any] = json.loads(self._engine(request))
        if "error" in reply:
            raise BookError(where=f"the formula {tex}", remedy=reply["error"])
        self.fresh += 1
        made = str(reply["html"]).replace(*_MOVED_TWICE)
        if not display and len(tex) <= _SHORT:
            made = made.replace('class="katex"', 'class="katex cnn-unbroken"', 1)
        return made

    def page(self, document: str) -> str:
        """Typeset everything marked in a complete page, and headings repeated in title and navigation."""
        document = _MARKED.sub(self._marked, document)
        return _REPEATED.sub(self._repeated, document) if r"\(" in document else document

    def _repeated(self, found: re.Match[str]) -> str:
        if found["tex"]:
            return self.render(html.unescape(found["tex"]).strip())
        return _plain(found[0]) if found["title"] else found[0]

    def _marked(self, found: re.Match[str]) -> str:
        raw = html.unescape(found["tex"])
        return self.render(raw[2:-2].strip(), display=raw[1] == "[")

    def save(self) -> None:
        """Keep the formulas that were used since this typesetter was made."""
        if self.fresh or len(self._used) < len(self._kept):
            self.store.keep_table("tex", self._used)


class _Engine:
    """KaTeX in a QuickJS of its own; called with JSON, answers with JSON."""

    def __init__(self, script: Path) -> None:
        import quickjs

        self._context = quickjs.Context()
        self._context.eval(script.read_text("utf-8"))
        self._context.eval(_PROGRAM)
        self._render = self._context.get("render")

    def __call__(self, request: str) -> str:
        return str(self._render(request))


def _plain(text: str) -> str:
    r"""Return text with the TeX between \( \) as plain as its letters allow: titles hold no markup."""
    return _BARE.sub(lambda found: re.sub(r"\\[a-zA-Z]+|[{}\\$]", "", found[1]).strip(), text)
