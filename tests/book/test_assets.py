"""The files that pages load besides their HTML."""

from __future__ import annotations

import re
from pathlib import Path

from cnnmath.book.assets import modules

DOCS = Path(__file__).parents[2] / "docs"


def test_modules_are_followed_through_every_static_import(tmp_path: Path) -> None:
    """Nearest first, each once, in circles as well; dynamic imports and other hosts' are left alone."""
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text(
        'import { b } from "./b.js";\nimport {\n  c,\n} from "./c.js";\nimport("./late.js");\n'
    )
    (tmp_path / "js" / "b.js").write_text('export { d } from "./d.js";\nimport "https://example.org/x.js";\n')
    (tmp_path / "js" / "c.js").write_text('import "./a.js";\nimport "./missing.js";\n')
    (tmp_path / "js" / "d.js").write_text("export const d = 1;\n")
    assert modules(tmp_path, ["js/a.js"]) == ["js/a.js", "js/b.js", "js/c.js", "js/d.js"]


def test_the_page_names_all_modules_but_those_of_the_worker() -> None:
    """Whatever script of the folder is not found from the entries is started by another one."""
    found = set(modules(DOCS, ["assets/js/theme.js", "assets/js/main.js"]))
    folder = DOCS / "assets" / "js"
    others = {path.name for path in folder.glob("*.js")} - {Path(name).name for name in found}
    started = set(re.findall(r"new Worker\(new URL\(\"\./([\w-]+\.js)\"", (folder / "runner.js").read_text()))
    assert started
    imported = modules(DOCS, [f"assets/js/{name}" for name in started])
    assert others <= {Path(name).name for name in imported}


def test_whatever_scrolls_sideways_can_be_scrolled_with_the_keyboard() -> None:
    """The script that makes wide things reachable names each class that a style sheet lets scroll."""
    sheets = "".join(path.read_text("utf-8") for path in (DOCS / "assets" / "css").glob("*.css"))
    rules = re.findall(
        r"([^{}]+)\{[^{}]*overflow(?:-x)?: auto[^{}]*\}", re.sub(r"/\*.*?\*/", "", sheets, flags=re.S)
    )
    lasts = {re.findall(r"\.[\w-]+", one)[-1] for rule in rules for one in rule.split(",") if "." in one}
    assert len(lasts) > 10
    named = set(re.findall(r"\.[\w-]+", re.search(r"const WIDE = \[(.*?)\]", _theme(), re.S)[1]))
    assert lasts <= named


def _theme() -> str:
    return (DOCS / "assets" / "js" / "theme.js").read_text("utf-8")
