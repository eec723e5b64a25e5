"""What learners type: read where it has one meaning only, else answered with a sentence that helps."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cnnmath.practice.answers.base import Unreadable
from cnnmath.practice.answers.reading import read_number, show_number


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("55", 55),
        (" 55 ", 55),
        ("+55", 55),
        ("-3", -3),
        ("\u22123", -3),
        ("55.0", 55),
        ("55.", 55),
        ("055", 55),
        ("\uff15\uff15", 55),
        ("= 55", 55),
        ("m = 55", 55),
        ("55 =", 55),
        ("$55$", 55),
        ("1,024", 1024),
        ("1 024", 1024),
        ("-12,345,678", -12345678),
        ("(227 - 11)/4 + 1", 55),
        ("floor(7/2)", 3),
        ("2^10", 1024),
        ("7/2", Fraction(7, 2)),
        ("0.25", Fraction(1, 4)),
        ("0.1 + 0.2", Fraction(3, 10)),
        (55, 55),
        (55.0, 55),
        (0.5, Fraction(1, 2)),
    ],
)
def test_numbers_are_read_exactly(typed: object, value: object) -> None:
    """Digits, decimals, fractions, thousands and calculations are read, without rounding."""
    assert read_number(typed) == value


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "There is no answer yet. Type one, for example 12."),
        ("   ", "There is no answer yet."),
        (None, "There is no answer yet."),
        ("five", "“five” is a word. Type the number in digits."),
        ("Twenty-five", "“Twenty-five” is a word."),
        ("two hundred and six", "is a word"),
        ("55px", "Type the number alone, without a unit: 55."),
        ("55 pixels", "Type the number alone, without a unit: 55."),
        ("50%", "Type the number alone, without a unit: 50."),
        ("5,5", "Write decimals with a point: 5.5."),
        ("55, 55", "One number is asked for here."),
        ("55x55", "One number is asked for here."),
        ("n + 1", "“n + 1” is not a number. Type a number, for example 12."),
        ("banana", "is not a number"),
        ("9**9**9", "too many digits"),
        ("1/0", "the divisor is zero"),
        ("(5", "never closed"),
        ("5 +", "Something is missing"),
        ("\U0001f600", "The character \U0001f600 is not part of this language."),
        ("__import__('os')", "quotation marks"),
        ("x" * 10_000, "This answer has 10,000 characters; at most 500 are read."),
        (True, "An answer of the kind bool cannot be read here."),
        ([5], "An answer of the kind list cannot be read here."),
        ({"a": 1}, "An answer of the kind dict cannot be read here."),
        (float("nan"), "is not a number"),
    ],
)
def test_the_rest_gets_a_helpful_sentence(typed: object, said: str) -> None:
    """What is not a number is refused in words that say what to type."""
    with pytest.raises(Unreadable) as caught:
        read_number(typed)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (55, "55"),
        (Fraction(217, 4), "54.25"),
        (Fraction(1, 3), "1/3"),
        (Fraction(4, 2), "2"),
        (2.5e-7, "2.5e-07"),
        (Fraction(-1, 8), "-0.125"),
    ],
)
def test_numbers_are_shown_as_a_learner_would_type_them(value, shown: str) -> None:
    """Decimals that end are shown as decimals, others as fractions."""
    assert show_number(value) == shown
