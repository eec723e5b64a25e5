"""The shipped records: loaded without SymPy, and exactly what the derivations say today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cnnmath import derive
from cnnmath.derive.export import export, json_text
from cnnmath.derive.registry import registered
from cnnmath.errors import UnknownDerivation, UnknownName

FOLDER = Path(derive.__file__).parent / "records"


def test_every_derivation_has_a_record_and_no_record_is_left_over() -> None:
    """The names that are listed without SymPy are the names that are registered."""
    assert derive.derivations() == tuple(registered())


@pytest.mark.slow
@pytest.mark.parametrize("name", derive.derivations())
def test_a_record_is_what_its_derivation_says(name: str) -> None:
    """Building the derivation and running its checks anew gives the shipped file, byte for byte."""
    assert json_text(name) == (FOLDER / f"{name}.json").read_text("utf-8"), "run `cnnmath derive --export`"


def test_export_writes_the_records_and_removes_stale_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record whose derivation is gone does not stay behind."""
    entry = registered()["conv-output-size"]
    monkeypatch.setattr("cnnmath.derive.export.registered", lambda: {entry.name: entry})
    (tmp_path / "gone.json").write_text("{}")
    assert [path.name for path in export(tmp_path)] == ["conv-output-size.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["conv-output-size.json"]


def test_records_are_read_without_heavy_libraries() -> None:
    """A page or a question can read every record where there is neither SymPy nor NumPy."""
    code = (
        "import sys; from cnnmath import derive; derive.records(); derive.derivations(); "
        "print(*sorted({'sympy', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_unknown_names_come_with_near_misses() -> None:
    """A misspelled derivation or view is answered with what was probably meant."""
    with pytest.raises(UnknownDerivation, match="Did you mean conv-output-size"):
        derive.record("conv-output-sise")
    with pytest.raises(UnknownDerivation, match="Did you mean conv-output-size"):
        derive.derivation("conv-output-sise")
    with pytest.raises(UnknownName, match="Did you mean general"):
        derive.record("conv-output-size").view("generall")
    with pytest.raises(UnknownName, match="Did you mean general"):
        derive.derivation("conv-output-size", "generall")
