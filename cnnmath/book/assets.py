"""The files that a page needs besides its HTML: fonts, KaTeX, palette, formulas as JavaScript, the bundle.

Each is either a file on disk (of the npm packages in `node_modules/`, or of the bundle in `.cache/web/`) or a
text generated from the rooms. What a file is for is the business of whoever loads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cnnmath.errors import BookError

__all__ = ["FONTS", "Asset", "assets", "bundle_is_there", "formulas_script", "palette_sheet"]

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


@dataclass(frozen=True)
class Asset:
    """One file of the site: its address there, and where it comes from (a file, or a generated text)."""

    uri: str
    source: Path | None = None
    text: str = ""


def assets(root: Path) -> Iterator[Asset]:
    """Yield every asset of the site. BookError where the npm packages are not installed.

    `root` is the folder that holds `node_modules/` and `.cache/`.
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
    yield Asset("assets/css/palette.css", text=palette_sheet())
    yield Asset("assets/js/formulas.js", text=formulas_script())
    yield from _bundle(root)


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


def bundle_is_there(root: Path) -> bool:
    """Return whether the Python for the page has been built, so that exercises can be graded on it."""
    return any((root / ".cache" / "web").glob("*"))


def _bundle(root: Path) -> Iterator[Asset]:
    folder = root / ".cache" / "web"
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield Asset(f"assets/web/{path.relative_to(folder).as_posix()}", source=path)


def palette_sheet() -> str:
    """Return the figures' palette as CSS variables `--cnn-<role>`, for the light and the dark scheme."""
    from cnnmath.figures import theme

    return theme.css()


def formulas_script() -> str:
    """Return an ES module with the results of all derivations: names, LaTeX and a function of the numbers."""
    from cnnmath import derive, formula

    entries = []
    for record in derive.records():
        parsed = formula.parse(record.result.text)
        names = sorted(parsed.names)
        described = json.dumps({"names": names, "latex": parsed.latex(), "text": record.result.text})
        entries.append(
            f"  {json.dumps(record.name)}: {{...{described},\n"
            f"    compute: ({{{', '.join(names)}}}) => {parsed.javascript()}}},\n"
        )
    return (
        "// Printed by cnnmath from the derivations' results; not edited by hand.\n"
        f"export const formulas = {{\n{''.join(entries)}}};\n"
    )
