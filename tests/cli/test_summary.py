"""`cnnmath summary`: tables of the zoo's networks and of one's own, and sentences for wrong questions."""

from __future__ import annotations

import json

import pytest

from cnnmath.cli import main

OWN = """\
Input(3, 32, 32)
conv1: Conv2d(16, 3, padding=1)
ReLU
left: Conv2d(8, 1) <- conv1
Concat <- left, relu_1
"""


def ask(capsys, *arguments):
    """Run the command; return exit code, output and error text."""
    code = main(["summary", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_network_of_the_zoo(capsys):
    """The table shows totals, and the footer says which network it is and what was counted."""
    code, out, _ = ask(capsys, "resnet50")
    assert code == 0
    assert "25,557,032" in out
    assert "4,089,184,256" in out
    assert "Variant: torchvision's: projections, stride on the 3 x 3 convolution (v1.5)." in out
    assert 'convention "macs"' in out
    assert max(map(len, out.splitlines())) <= 80


def test_formats_stages_sizes_and_conventions(capsys):
    """Every option changes what it says it changes."""
    assert ask(capsys, "vgg16", "--by", "stage", "--format", "markdown")[1].startswith("| stage | nodes |")
    assert ask(capsys, "vgg16", "--format", "csv")[1].startswith("node,stage,layer,")
    data = json.loads(ask(capsys, "vgg16", "--format", "json", "--input", "448", "--convention", "flops")[1])
    assert data["input"] == [[3, 448, 448]]
    assert data["convention"]["unit"] == "FLOPs"
    assert json.loads(ask(capsys, "resnet18", "--input", "3x64x96", "--format", "json")[1])["input"] == [
        [3, 64, 96]
    ]
    option = json.loads(ask(capsys, "resnet34_paper", "--option", "shortcut=A", "--format", "json")[1])
    assert option["totals"]["operations"] == 3_644_493_824
    heads = json.loads(
        ask(capsys, "googlenet", "--option", "auxiliary=true", "--training", "--format", "json")[1]
    )
    assert heads["totals"]["parameters"] == 13_004_888


def test_own_network(capsys, tmp_path):
    """A file in text notation is read; its size can be changed, or given where it is missing."""
    path = tmp_path / "my-network.txt"
    path.write_text(OWN, encoding="utf-8")
    code, out, _ = ask(capsys, str(path))
    assert code == 0
    assert out.startswith("my-network, input 3x32x32")
    assert "584" in out
    assert ask(capsys, str(path), "--input", "64")[1].startswith("my-network, input 3x64x64")
    path.write_text(OWN.partition("\n")[2], encoding="utf-8")
    assert ask(capsys, str(path), "--input", "3x16x16")[1].startswith("my-network, input 3x16x16")


def test_the_list_names_networks_and_conventions(capsys):
    """--list shows every network with its year, and every convention."""
    code, out, _ = ask(capsys, "--list")
    assert code == 0
    assert "  resnet50 " in out
    assert "2015  ResNet-50" in out
    assert "torch FlopCounterMode" in out


WRONG = [
    (("resnet5",), 'There is no network "resnet5". Did you mean resnet50'),
    (("missing/net.txt",), "cannot read missing/net.txt (FileNotFoundError)."),
    (("resnet50.txt",), "Or did you mean the network resnet50"),
    ((), "expected the name of a network, or a file"),
    (("vgg16", "--input", "axb"), "--input: expected sizes such as 3x224x224, 224x224 or 224, got 'axb'."),
    (("vgg16", "--input", "0"), "Input size: expected a whole number of at least 1, got 0."),
    (("vgg16", "--input", "16"), "node pool5, MaxPool2d(2): expected a kernel that is not larger than"),
    (("vgg16", "--convention", "torchinfoo"), "Did you mean torchinfo"),
    (("resnet34_paper", "--option", "shortcut"), "--option: expected name=value, such as shortcut=A"),
    (("mobilenet_v1", "--option", "width=x"), "option width: expected a value of the kind of 1.0, got 'x'."),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG)
def test_wrong_questions_end_in_a_sentence(capsys, arguments, sentence):
    """Bad input is answered with what was expected and exit code 2; no traceback."""
    code, out, error = ask(capsys, *arguments)
    assert code == 2
    assert not out
    assert sentence in error
    assert "Traceback" not in error


def test_errors_in_a_file_point_at_the_place(capsys, tmp_path):
    """An error in one's own network gives file, line and column, and shows the place."""
    path = tmp_path / "net.txt"
    path.write_text(OWN.replace("left: Conv2d(8, 1)", "left: Conv2d(8, 1, strid=2)"), encoding="utf-8")
    code, _, error = ask(capsys, str(path))
    assert code == 2
    assert "net.txt, line 4, column 26: Conv2d has no argument" in error
    assert error.rstrip("\n").splitlines()[-1] == " " * 25 + "^"
    assert ask(capsys, str(path), "--option", "a=b")[0] == 2
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    assert "cannot read" in ask(capsys, str(tmp_path / "binary.txt"))[2]
