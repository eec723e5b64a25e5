"""Errors say where, what was given, what was expected, and what to do."""

from __future__ import annotations

import pytest

from cnnmath import errors


def test_message_reads_as_sentences() -> None:
    """All four parts appear, in the order where, expected, given, remedy."""
    error = errors.ShapeError(where="conv1", given="(3, 5)", expected="(3, H, W)", remedy="Add the width.")
    assert str(error) == "conv1: expected (3, H, W), got (3, 5). Add the width."


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"where": "The file is empty."}, "The file is empty."),
        ({"where": "padding", "given": "-1"}, "padding: got -1."),
        ({"expected": "an integer"}, "expected an integer."),
        ({"remedy": "Use 1."}, "Use 1."),
    ],
)
def test_empty_parts_are_left_out(parts: dict[str, str], text: str) -> None:
    """A missing part leaves no colon, comma or space behind."""
    assert str(errors.CnnMathError(**parts)) == text


def test_unknown_names_suggest_near_misses() -> None:
    """An unknown name is answered with the names that look like it, whatever their case."""
    error = errors.UnknownModel("ResNet5", ["resnet50", "vgg16"])
    assert str(error) == 'There is no network "ResNet5". Did you mean resnet50?'
    assert error.suggestions == ("resnet50",)


def test_unknown_names_without_near_misses_suggest_nothing() -> None:
    """Where nothing is near, no guess is made."""
    assert str(errors.UnknownFigure("zzz", ["sliding-window"])) == 'There is no figure "zzz".'


def test_formula_error_points_at_its_span() -> None:
    """The pointer line stands under the characters that the error is about."""
    error = errors.FormulaError("unknown-name", 'The name "q" is not known.', text="n + q", span=(4, 5))
    assert error.pointer() == "n + q\n    ^"


def test_all_errors_belong_to_one_family() -> None:
    """Whoever catches CnnMathError catches every error that is raised on purpose."""
    classes = [getattr(errors, name) for name in errors.__all__ if name[0].isupper()]
    assert len(classes) >= 10
    assert all(issubclass(one, errors.CnnMathError) for one in classes)
