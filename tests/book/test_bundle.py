"""The page's Python: checked, deterministic, complete without any library, and rebuilt only where needed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from cnnmath.book import bundle
from cnnmath.book.contents import package_files, slim_library
from cnnmath.book.precompile import pack, unpack
from cnnmath.errors import BookError

ROOT = Path(__file__).parents[2]


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder by their relative names."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle of sources, built without Node."""
    folder = tmp_path_factory.mktemp("plain")
    bundle.build(ROOT, folder, node="")
    return folder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pack three modules for the whole standard library, where its content does not matter."""
    few = dict.fromkeys(("json.py", "os.py", "re.py"), b"'''Few.'''\n")
    monkeypatch.setattr(bundle, "slim_library", lambda _archive: few)


def test_the_manifest_names_every_file_with_its_size_and_hash(plain: Path) -> None:
    """Whoever loads the bundle can check each file, and the folder holds nothing else."""
    manifest = json.loads((plain / "manifest.json").read_text())
    parts = [bundle.Part(**entry) for entry in manifest["files"].values()]
    files = contents(plain)
    assert {part.url for part in parts} | {"manifest.json"} == set(files)
    assert all(bundle.Part.of(part.url, files[part.url]) == part for part in parts)
    assert manifest["precompiled"] is False


def test_addresses_are_relative(plain: Path) -> None:
    """The bundle works below any address of a site."""
    manifest = json.loads((plain / "manifest.json").read_text())
    assert not any(entry["url"].startswith(("/", "http", ".")) for entry in manifest["files"].values())


@pytest.mark.slow
def test_the_same_sources_give_the_same_bytes(plain: Path, tmp_path: Path) -> None:
    """Two builds of one state agree byte for byte."""
    bundle.build(ROOT, tmp_path / "again", node="")
    assert contents(tmp_path / "again") == contents(plain)


def test_a_second_build_makes_nothing(plain: Path) -> None:
    """Where nothing changed, nothing is written."""
    assert bundle.build(ROOT, plain, node="").made == ()


@pytest.mark.usefixtures("quick")
def test_a_changed_module_renews_the_package_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit renews the package and the manifest, and the old package is removed once nobody reads it."""
    old = tmp_path / bundle.build(ROOT, tmp_path, node="").parts["package"].url
    files = {**package_files(ROOT / "exercises"), "cnnmath/new.py": b"'''New.'''\n"}
    monkeypatch.setattr(bundle, "package_files", lambda _exercises: files)
    made = bundle.build(ROOT, tmp_path, node="").made
    assert [name.partition("-")[0] for name in made] == ["package", "manifest.json"]
    assert old.exists()  # another build may be copying it
    os.utime(old, (0, 0))
    assert bundle.build(ROOT, tmp_path, node="").made == ()
    assert not old.exists()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("damage", [b"", b"not a zip"])
def test_a_damaged_part_is_made_again(tmp_path: Path, damage: bytes) -> None:
    """A file in the cache that was cut off or overwritten is noticed."""
    built = bundle.build(ROOT, tmp_path, node="")
    path = tmp_path / built.parts["library"].url
    path.write_bytes(damage)
    assert bundle.build(ROOT, tmp_path, node="").made == (built.parts["library"].url,)
    assert bundle.Part.of(built.parts["library"].url, path.read_bytes()) == built.parts["library"]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "text", ["{oops", "[]", '{"ingredients": 7}', '{"ingredients": {"library": "x"}, "files": {}}']
)
def test_an_unreadable_manifest_counts_as_no_build(tmp_path: Path, text: str) -> None:
    """A manifest that was cut off does not stop the build."""
    tmp_path.joinpath("manifest.json").write_text(text)
    assert "manifest.json" in bundle.build(ROOT, tmp_path, node="").made


def pyodide_with(tmp_path: Path, change: Mapping[str, bytes | None]) -> Path:
    """Return a project folder whose Pyodide has some files replaced, or removed."""
    target = tmp_path / "node_modules" / "pyodide"
    target.mkdir(parents=True)
    for name in bundle.RUNTIME:
        content = change.get(name, b"unchanged")
        if content == b"unchanged":
            shutil.copy(ROOT / "node_modules" / "pyodide" / name, target / name)
        elif content is not None:
            (target / name).write_bytes(content)
    return tmp_path


def test_another_pyodide_is_refused(tmp_path: Path) -> None:
    """A file whose hash is not the tested one is named and not published."""
    root = pyodide_with(tmp_path, {"pyodide.asm.js": b"other"})
    with pytest.raises(
        BookError, match=r"pyodide\.asm\.js: expected Pyodide 0\.29\.1 with SHA-256 3e0589486e21"
    ):
        bundle.build(root, node="")


def test_a_missing_pyodide_is_told_with_its_remedy(tmp_path: Path) -> None:
    """Without the npm package the message says what to run."""
    root = pyodide_with(tmp_path, {"python_stdlib.zip": None})
    with pytest.raises(
        BookError, match=r"python_stdlib\.zip: expected a file of the npm package\. Run `make assets`\."
    ):
        bundle.build(root, node="")


def test_a_node_that_fails_is_told(tmp_path: Path) -> None:
    """Where compiling fails, the message carries what Node said."""
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho 'bad option' >&2\nexit 9\n")
    node.chmod(0o755)
    with pytest.raises(BookError, match=r"could not be compiled.*bad option.*version 18"):
        bundle.build(ROOT, tmp_path / "web", node=str(node))


@pytest.mark.slow
def test_the_package_grades_without_any_library(plain: Path, tmp_path: Path) -> None:
    """The published package and Python's own library are enough to ask and to grade every question's kind."""
    manifest = json.loads((plain / "manifest.json").read_text())
    for name, content in unpack((plain / manifest["files"]["package"]["url"]).read_bytes()).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    program = (
        f"import sys, json; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from cnnmath.practice.web import handle\n"
        "ask = lambda **request: json.loads(handle(json.dumps(request)))\n"
        "names = [entry['name'] for entry in ask(do='questions')['questions']]\n"
        "replies = [ask(do=do, name=name, seed=7, answer='?') for name in names\n"
        "           for do in ('question', 'preview', 'grade', 'hint', 'solution')]\n"
        "print(len(names), [reply['error'] for reply in replies if not reply['ok']])\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'numpy', 'sympy', 'mpmath'}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    count, errors = done.stdout.splitlines()[0].split(" ", 1)
    assert int(count) >= 1
    assert errors == "[]"
    assert done.stdout.splitlines()[1] == "[]"


def test_the_package_takes_exactly_the_light_modules(tmp_path: Path) -> None:
    """A module that loads a library stays behind, and so does one that loads such a module."""
    package = tmp_path / "cnnmath"
    for room in ("formula", "arch", "rules", "zoo", "measure", "derive", "practice"):
        (package / room).mkdir(parents=True)
        (package / room / "__init__.py").write_text("")
    (package / "__init__.py").write_text("")
    (package / "errors.py").write_text("import json\n")
    (package / "derive" / "heavy.py").write_text("import sympy\n")
    (package / "derive" / "above.py").write_text("from cnnmath.derive import heavy\n")
    (package / "derive" / "lazy.py").write_text("def prove():\n    import sympy\n")
    (package / "derive" / "typed.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sympy\n"
    )
    (package / "derive" / "records").mkdir()
    (package / "derive" / "records" / "a.json").write_text("{}")
    exercises = tmp_path / "exercises"
    exercises.mkdir()
    (exercises / "sets.toml").write_text("")
    names = set(package_files(exercises, package))
    assert {name for name in names if "derive/" in name} == {
        "cnnmath/derive/__init__.py",
        "cnnmath/derive/lazy.py",
        "cnnmath/derive/typed.py",
        "cnnmath/derive/records/a.json",
    }
    assert {"cnnmath/errors.py", "cnnmath/exercises/sets.toml"} <= names


def test_the_slim_library_keeps_what_students_import() -> None:
    """Servers and debuggers go; what exercises may import stays."""
    names = (
        "http/server.py",
        "pdb.py",
        "json/decoder.py",
        "fractions.py",
        "encodings/utf_8.py",
        "encodings/cp850.py",
    )
    kept = slim_library(pack(dict.fromkeys(names, b"")))
    assert sorted(kept) == ["encodings/utf_8.py", "fractions.py", "json/decoder.py"]


@pytest.mark.slow
def test_bytecode_is_deterministic_and_small(tmp_path: Path) -> None:
    """Compiled anew elsewhere, the bundle has the same bytes as the project's own, and no source is in it."""
    ours, again = bundle.build(ROOT), bundle.build(ROOT, tmp_path)
    assert contents(tmp_path) == contents(ours.folder)
    assert again.precompiled
    assert again.parts["library"].size < 1_700_000
    package = unpack((tmp_path / again.parts["package"].url).read_bytes())
    assert not [name for name in package if name.endswith(".py")]


@pytest.mark.usefixtures("quick")
def test_the_command_line_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says what it did, and fails with a sentence where it cannot."""
    arguments = ["--root", str(ROOT), "--output", str(tmp_path / "web"), "--without-node"]
    assert bundle.main(arguments) == 0
    assert bundle.main(arguments) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert bundle.main(["--root", str(tmp_path)]) == 2
    assert "make assets" in capsys.readouterr().err
