"""`cnnmath figure`: to a file, to words, to a list, and what it refuses."""

import json

import pytest

from cnnmath.cli import main


def run(capsys, *arguments):
    """Run the command and return its exit code, output and errors."""
    code = main(["figure", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_svg_goes_to_the_file(tmp_path, capsys):
    """A figure with parameters is written as SVG in the scheme asked for, and the output names the file."""
    file = tmp_path / "w.svg"
    code, out, _ = run(capsys, "sliding-window", "input=9", "stride=2", "-o", str(file), "--scheme", "dark")
    assert code == 0
    assert str(file) in out
    assert "#15171c" in file.read_text(encoding="utf-8")


def test_json_goes_to_the_file(tmp_path, capsys):
    """The ending .json writes words and data, for an animation with every step of the player."""
    file = tmp_path / "player.json"
    assert run(capsys, "convolution-player", "-o", str(file))[0] == 0
    assert len(json.loads(file.read_text(encoding="utf-8"))["player"]["steps"]) == 9


@pytest.mark.slow
def test_pixels_go_to_the_file(tmp_path, capsys):
    """The endings .png and .gif write pictures."""
    for ending, start in ((".png", b"\x89PNG"), (".gif", b"GIF8")):
        file = tmp_path / f"w{ending}"
        image = "image=1,2,3;4,5,6;7,8,9"
        assert run(capsys, "convolution-player", image, "kernel=1,0;0,1", "-o", str(file))[0] == 0
        assert file.read_bytes().startswith(start)


def test_without_a_file_the_words_are_printed(capsys):
    """Without a file the figure is told in words, at most 79 columns wide."""
    code, out, _ = run(capsys, "pixel-use")
    assert code == 0
    assert "4 6 6 6 6 4" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 79


def test_list_names_figures_and_parameters(capsys):
    """The list names every figure with its parameters and their defaults."""
    code, out, _ = run(capsys, "--list")
    assert code == 0
    assert "\nsliding-window\n" in out
    assert "1,1 if not given" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["slidng-window"], "Did you mean sliding-window?"),
        (["sliding-window", "kernel"], "expected key=value"),
        (["sliding-window", "kernel=x"], "whole number"),
        (["sliding-window", "-o", "w.bmp"], ".svg, .png, .gif or .json"),
        (["sliding-window", "-o", "w.gif"], "nothing in it moves"),
        (["sliding-window", "-o", "w.png", "--scheme", "page"], "light or dark"),
        (["sliding-window", "-o", "missing/folder/w.svg"], "can be written"),
    ],
)
def test_bad_input_ends_in_a_sentence(arguments, message, tmp_path, monkeypatch, capsys):
    """Bad input gives exit code 2 and one sentence that helps, never a traceback."""
    monkeypatch.chdir(tmp_path)
    code, _, errors = run(capsys, *arguments)
    assert code == 2
    assert message in errors
    assert "Traceback" not in errors
