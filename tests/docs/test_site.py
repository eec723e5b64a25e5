"""The built site: strict, complete, from one host, light, and typeset."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cnnmath import practice
from cnnmath.book.assets import FONTS
from cnnmath.book.links import faults
from cnnmath.book.material import MENDED
from cnnmath.book.pages import PAGES

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def build(target: Path) -> subprocess.CompletedProcess[str]:
    """Build the project's site as a reader would, and return what the program said."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(target)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built site."""
    target = tmp_path_factory.mktemp("site")
    done = build(target)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, str]:
    """Return the HTML of every page by its address."""
    return {str(path.relative_to(site)): path.read_text("utf-8") for path in sorted(site.rglob("*.html"))}


def test_every_address_leads_somewhere(site: Path) -> None:
    """No broken link or anchor, no id twice, nothing loaded from another host."""
    assert faults(site) == []


def test_generated_pages_are_there(pages: dict[str, str]) -> None:
    """Every page that the registries write is part of the site."""
    assert {f"{address.removesuffix('.md')}/index.html" for address in PAGES} <= set(pages)
    assert {f"practice/{found}/index.html" for found in practice.sets()} <= set(pages)


def test_no_column_goes_without_a_name(pages: dict[str, str]) -> None:
    """Every head of a table says what stands below or beside it."""
    nameless = {address for address, html in pages.items() if re.search(r"<th\b[^>]*>\s*</th>", html)}
    assert nameless == set()


def test_the_catalog_leads_to_every_question(pages: dict[str, str]) -> None:
    """Each question stands in a table of the catalog and leads to its exercise on a set's page."""
    catalog = pages["practice/questions/index.html"]
    for name in practice.questions():
        link = re.search(rf'<a href="\.\./([\w-]+)/#([\w-]+)">[^\n]*\n<td><code>{name}</code>', catalog)
        assert link, name
        assert f'id="{link[2]}"' in pages[f"practice/{link[1]}/index.html"], name


def test_all_mathematics_is_typeset(pages: dict[str, str]) -> None:
    """No formula reaches a reader as TeX, and no page loads a script to typeset what it brings."""
    for address, html in pages.items():
        visible = re.sub(r"<(script|annotation|code|pre)\b.*?</\1>", "", html, flags=re.DOTALL)
        assert "arithmatex" not in visible, address
        assert r"\(" not in visible, address
        assert not re.search(r"<script[^>]+(katex|mathjax)", html, re.IGNORECASE), address


def test_the_fonts_are_ours_and_light(site: Path) -> None:
    """All text fonts together weigh at most 150 kB, and every one is named in the style sheet."""
    fonts = sorted((site / "assets" / "fonts").iterdir())
    assert len(fonts) == len(FONTS)
    assert sum(path.stat().st_size for path in fonts) <= 150_000
    sheet = (site / "assets" / "css" / "fonts.css").read_text("utf-8")
    assert all(path.name in sheet for path in fonts)


def test_the_theme_is_mended_where_it_needs_to_be(pages: dict[str, str]) -> None:
    """Each repair of the theme's HTML is still applied to every page that the theme made."""
    for better in MENDED.values():
        assert all(better in html for html in pages.values())


def test_notebooks_look_like_pages(pages: dict[str, str]) -> None:
    """A notebook page has the site's own code blocks and no styles or scripts of another program."""
    for address in (name for name in pages if name.startswith("notebooks/")):
        html = pages[address]
        assert len(html) < 250_000, address
        assert "jp-" not in html, address
        assert "cnn-output" in html, address


def test_pages_hold_the_browser_to_one_host(pages: dict[str, str]) -> None:
    """Every page tells the browser to load nothing from elsewhere."""
    assert all("Content-Security-Policy\" content=\"default-src 'self'" in html for html in pages.values())


def test_the_search_index_keeps_tex_and_leaves_out_drawings(site: Path) -> None:
    """One can search for a formula's TeX; the numbers inside drawings do not get in the way."""
    index = (site / "search" / "search_index.json").read_text("utf-8")
    assert r"\\lfloor" in index
    assert "katex" not in index
    assert "cnn-drawing" not in index


def test_the_style_sheets_name_only_known_colors(site: Path) -> None:
    """Every --cnn- variable that a sheet or a drawing uses is defined in a sheet."""
    sheets = "".join(path.read_text("utf-8") for path in (site / "assets" / "css").glob("*.css"))
    scripts = "".join(path.read_text("utf-8") for path in (site / "assets" / "js").glob("*.js"))
    pages = "".join(path.read_text("utf-8") for path in site.rglob("*.html"))
    defined = set(re.findall(r"(--cnn-[\w-]+)\s*:", sheets + scripts))
    used = set(re.findall(r"var\((--cnn-[\w-]+)\s*\)", sheets + scripts + pages))
    assert used - defined == set()


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("```figure sliding-windw\n```", 'index.md, line 5: There is no figure "sliding-windw".'),
        ("`= 1/0`", "index.md, line 5: inline value 1/0. ZeroDivisionError"),
        ("$\\frac{1$", "index.md: the formula"),
        ("[nowhere](nowhere.md)", "nowhere.md"),
        ('<img src="https://example.org/x.png">', "example.org"),
    ],
    ids=["block", "value", "formula", "link", "foreign-asset"],
)
def test_a_fault_on_a_page_stops_the_strict_build(tmp_path: Path, page: str, message: str) -> None:
    """What is wrong on a page ends the build, and the message says where, without a traceback."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"---\ntitle: Home\n---\n# Home\n{page}\n", "utf-8")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    config = re.sub(r"^nav:.*?(?=^\S)", "", config, flags=re.MULTILINE | re.DOTALL)
    config = re.sub(r"^ +(custom_dir|logo|favicon): .*\n", "", config, flags=re.MULTILINE)
    config = re.sub(r"^extra_(css|javascript):.*?(?=^\S)", "", config, flags=re.MULTILINE | re.DOTALL)
    config = re.sub(r"^  mkdocs-jupyter:.*?(?=^  \S)", "", config, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "mkdocs.yml").write_text(config, "utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
