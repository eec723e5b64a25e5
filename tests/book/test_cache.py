"""What was made is kept exactly as long as its ingredients do not change."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnmath.book.cache import Sources, Store


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Make a package: `draw` imports `ink`, `words` imports the package `zoo`, nobody imports `loner`."""
    root = tmp_path / "small"
    files = {
        "__init__.py": "",
        "draw.py": "from small.ink import black\n",
        "ink.py": "black = 0\n",
        "loner.py": "",
        "words.py": "def f():\n    from small import zoo\n",
        "near.py": "from . import ink\n",
        "zoo/__init__.py": "",
        "zoo/lion.py": "roar = 1\n",
        "zoo/data.json": "{}",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    return root


def changed(package: Path, name: str, text: str) -> set[str]:
    """Return the modules whose digest differs after a file of the package has changed."""
    before = Sources(package)
    digests = {module: before.of(module) for module in before.files}
    (package / name).write_text(text)
    after = Sources(package)
    return {module for module in digests if after.of(module) != digests[module]}


@pytest.mark.parametrize(
    ("edited", "stale"),
    [
        ("ink.py", {"small.ink", "small.draw", "small.near"}),
        ("draw.py", {"small.draw"}),
        ("loner.py", {"small.loner"}),
        ("zoo/lion.py", {"small.zoo", "small.zoo.lion", "small.words"}),
        ("zoo/data.json", {"small.zoo", "small.zoo.lion", "small.words"}),
    ],
)
def test_an_edit_makes_stale_what_depends_on_it(package: Path, edited: str, stale: set[str]) -> None:
    """A module's digest follows what it imports, inside functions and through packages, and nothing else."""
    assert changed(package, edited, "changed = 2\n") == stale


def test_the_store_makes_a_thing_once(tmp_path: Path) -> None:
    """The second request for a key is answered from the file."""
    made: list[int] = []

    def make() -> str:
        made.append(1)
        return "größer"

    for _ in range(2):
        assert Store(tmp_path).text("figures/a.json", make) == "größer"
    assert len(made) == 1


def test_a_failed_making_leaves_nothing_behind(tmp_path: Path) -> None:
    """If making fails, neither a file nor a draft of it is left."""

    def make() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        Store(tmp_path).text("a", make)
    assert list(tmp_path.iterdir()) == []


def test_an_unreadable_table_counts_as_empty(tmp_path: Path) -> None:
    """A table that was cut off is made anew instead of stopping the build."""
    store = Store(tmp_path)
    store.keep_table("tex", {"a": "b"})
    assert store.table("tex") == {"a": "b"}
    (tmp_path / "tex.json").write_text('{"a": ')
    assert store.table("tex") == {}
