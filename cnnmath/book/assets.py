"""The files that a page needs besides its HTML: fonts, KaTeX, palette, formulas as JavaScript, the bundle.

Each is either a file on disk (of the npm packages in `node_modules/`, or of the bundle in `.cache/web/`) or a
text generated from the rooms. What a file is for is the business of whoever loads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cnnmath.errors import BookError

if TYPE_CHECKING:
    from cnnmath.formula import Formula

__all__ = [
    "FONTS",
    "Asset",
    "assets",
    "bundle_files",
    "bundle_is_there",
    "formulas_script",
    "modules",
    "palette_sheet",
    "template",
]

# (package, style) of @fontsource: one text face with true italics, one sans for the interface, one mono.
FONTS = (
    ("source-serif-4", "400-normal"),
    ("source-serif-4", "400-italic"),
    ("source-serif-4", "600-normal"),
    ("source-sans-3", "400-normal"),
    ("source-sans-3", "600-normal"),
    ("jetbrains-mono", "400-normal"),
)
_OLD_FORMATS = re.compile(r',url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)')


# A static import from the same folder: `import x from "./x.js";`, over several lines as well.
_IMPORT = re.compile(r'^(?:import|export)\b[^"\';]*["\']\./([\w-]+\.m?js)["\']', re.MULTILINE)
_MARK = 9_000_000_000_001


@dataclass(frozen=True)
class Asset:
    """One file of the site: its address there, and where it comes from (a file, or a generated text)."""

    uri: str
    source: Path | None = None
    text: str = ""


def assets(root: Path, kept: Callable[[Callable[[], str]], str]) -> Iterator[Asset]:
    """Yield every asset of the site but the bundle. BookError where the npm packages are not installed.

    `root` is the folder that holds `node_modules/`; `kept` returns what a function makes, if it can from a
    store.
    """
    packages = root / "node_modules"
    if not (packages / "katex" / "dist").is_dir():
        raise BookError(
            where="node_modules/katex",
            expected="the npm packages of package.json",
            remedy="Run `make assets`.",
        )
    yield from _fonts(packages / "@fontsource")
    yield from _katex(packages / "katex" / "dist")
    yield Asset("assets/css/palette.css", text=kept(palette_sheet))
    yield Asset("assets/js/formulas.js", text=kept(formulas_script))


def _fonts(packages: Path) -> Iterator[Asset]:
    for package, style in FONTS:
        name = f"{package}-latin-{style}.woff2"
        yield Asset(f"assets/fonts/{name}", source=packages / package / "files" / name)


def _katex(folder: Path) -> Iterator[Asset]:
    sheet = (folder / "katex.min.css").read_text("utf-8")
    yield Asset("assets/katex/katex.min.css", text=_OLD_FORMATS.sub("", sheet))
    yield Asset("assets/katex/katex.mjs", source=folder / "katex.mjs")
    for font in sorted((folder / "fonts").glob("*.woff2")):
        yield Asset(f"assets/katex/fonts/{font.name}", source=font)


def modules(docs: Path, entries: Iterable[str]) -> list[str]:
    """Return the addresses of the scripts and of all that they import before they run, nearest first.

    `docs` is the folder of the pages, `entries` are addresses in it. A missing file is left to the browser.
    """
    found: list[str] = []
    waiting = [*entries]
    while waiting:
        address = waiting.pop(0)
        path = docs / address
        if address in found or not path.is_file():
            continue
        found.append(address)
        folder = address.rpartition("/")[0]
        waiting += [f"{folder}/{name}" for name in _IMPORT.findall(path.read_text("utf-8"))]
    return found


def bundle_is_there(root: Path) -> bool:
    """Return whether the Python for the page has been built, so that exercises can be graded on it."""
    return (root / ".cache" / "web" / "manifest.json").is_file()


def bundle_files(root: Path) -> list[str]:
    """Return the files of the page's Python, built anew where anything changed: page and grader ask the same.

    Names from `root/.cache/web`; none where Pyodide is not installed.
    """
    if not (root / "node_modules" / "pyodide").is_dir():
        return []
    from cnnmath.book import bundle

    built = bundle.build(root)
    return [path.relative_to(built.folder).as_posix() for path in built.files]


def palette_sheet() -> str:
    """Return the figures' palette as CSS variables `--cnn-<role>`: light, dark, and light again for paper."""
    from cnnmath.figures import theme

    # Paper is light, whatever the screen was.
    light = "".join(f"{name}: {value};" for name, value in theme.variables("light").items())
    return f'{theme.css()}@media print {{ [data-md-color-scheme="slate"] {{ {light} }} }}\n'


def formulas_script() -> str:
    """Return an ES module with the results of all derivations.

    `formulas` maps the name of a derivation, and for each view `NAME-VIEW`, to the names that need a value,
    the LaTeX, a template of it (every second part is a name, to put numbers in place) and a function.
    """
    from cnnmath import derive

    entries = []
    for record in derive.records():
        views = {record.name: record.view()} | {
            f"{record.name}-{name}": view for name, view in record.views.items()
        }
        entries += [
            _formula_entry(name, view.result.formula)
            for name, view in views.items()
            if not view.result.tensors
        ]
    return (
        "// Printed by cnnmath from the results of its derivations; not edited by hand.\n"
        f"export const formulas = {{\n{''.join(entries)}}};\n"
    )


def _formula_entry(name: str, text: str) -> str:
    from cnnmath import formula

    parsed = formula.parse(text)
    names = sorted(parsed.names)
    data = {"names": names, "text": text, "latex": parsed.latex(), "template": template(parsed)}
    compute = f"({{{', '.join(names)}}}) => {parsed.javascript()}"
    return f"  {json.dumps(name)}: {{...{json.dumps(data)}, compute: {compute}}},\n"


def template(parsed: Formula) -> list[str]:
    r"""Return a formula's LaTeX cut at its names, to put numbers in place; every second part is a name.

    >>> from cnnmath import formula
    >>> template(formula.parse("2n + 1"))
    ['2\\cdot ', 'n', ' + 1']
    """
    # Numbers that occur in no formula mark the places: signs and brackets come out as they do for numbers.
    marks = {str(_MARK + place): name for place, name in enumerate(sorted(parsed.names))}
    latex = parsed.latex({name: int(mark) for mark, name in marks.items()})
    parts = re.split(f"({'|'.join(marks)})", latex) if marks else [latex]
    return [marks.get(part, part) for part in parts]
