"""Reading what was typed: text out of anything, numbers out of text, a helpful sentence for the rest.

Learners type units, words, commas and calculations. What can be meant in one way only is read; what cannot
gets a sentence that says what to type. No answer is compared here.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from cnnmath import formula
from cnnmath.practice.answers.base import MOST_CHARACTERS, Unreadable, excerpt

__all__ = ["Exact", "read_number", "read_text", "show_number"]

Exact = int | Fraction

_WORDS = re.compile(
    r"(?:(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|"
    r"nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million|and)[\s-]*)+",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")
_SPACED_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}( \d{3})+")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_UNIT = re.compile(r"(?P<number>[-+]?\d+(?:\.\d+)?)\s*(?:[A-Za-zµ²³%]+|px\b.*)")
_SEVERAL = re.compile(r"[-+]?\d+(?:\s*[,;x×]\s*|\s+)[-+]?\d+.*", re.IGNORECASE)
_RELATION = re.compile(r"^\s*(?:[A-Za-z_]\w*\s*)?=\s*|\s*=\s*$")


def read_text(raw: object, example: str) -> str:
    """Return the typed text without surrounding blanks and with ordinary digits; raises `Unreadable`."""
    if raw is None:
        raise Unreadable("There is no answer yet.", f"Type one, for example {example}.")
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise Unreadable(
            f"An answer of the kind {type(raw).__name__} cannot be read here.",
            f"Give text such as {example}.",
        )
    text = str(raw)
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(
            f"This answer has {len(text):,} characters; at most {MOST_CHARACTERS} are read.",
            "Type a shorter one.",
        )
    text = unicodedata.normalize("NFKC", text).strip().strip("$").strip()
    return _something(text, example)


def _something(text: str, example: str) -> str:
    if not text:
        raise Unreadable("There is no answer yet.", f"Type one, for example {example}.")
    return text


def read_number(raw: object, example: str = "12") -> Exact:
    """Return the exact number that was typed, as digits or as a calculation with numbers.

    >>> read_number("(227 - 11)/4 + 1"), read_number(" 5.0 "), read_number("1,024")
    (55, 5, 1024)
    """
    text = read_text(raw, example)
    _refuse_words(text)
    text = _something(_RELATION.sub("", text).rstrip(". "), example)
    if _THOUSANDS.fullmatch(text) or _SPACED_THOUSANDS.fullmatch(text):
        text = text.replace(",", "").replace(" ", "")
    _refuse_shapes(text)
    return _calculated(text, example, is_literal=text == raw)


def show_number(value: Exact | float) -> str:
    """Return a number as a learner would type it.

    >>> show_number(Fraction(217, 4)), show_number(55)
    ('54.25', '55')
    """
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return str(value.numerator)
        if 10**6 % value.denominator == 0:
            return f"{float(value):.6f}".rstrip("0")
        return f"{value.numerator}/{value.denominator}"
    return f"{value:.6g}"


def _refuse_words(text: str) -> None:
    if _WORDS.fullmatch(text):
        raise Unreadable(f"“{excerpt(text)}” is a word.", "Type the number in digits.")


def _refuse_shapes(text: str) -> None:
    """Refuse what looks like a number but has a comma, a unit or company."""
    if _DECIMAL_COMMA.fullmatch(text):
        raise Unreadable(
            "A comma stands inside this number.", f"Write decimals with a point: {text.replace(',', '.')}."
        )
    if unit := _UNIT.fullmatch(text):
        raise Unreadable(
            f"“{excerpt(text)}” is more than a number.",
            f"Type the number alone, without a unit: {unit['number']}.",
        )
    if _SEVERAL.fullmatch(text):
        raise Unreadable(f"“{excerpt(text)}” is more than one number.", "One number is asked for here.")


def _calculated(text: str, example: str, *, is_literal: bool) -> Exact:
    """Return the value of a calculation; places are told if the text is what was typed, to the letter."""
    try:
        value = formula.parse(text, names=frozenset()).evaluate()
    except formula.FormulaError as problem:
        span = problem.span if is_literal else None
        if problem.code in ("unknown-name", "unknown-function"):
            said = f"“{excerpt(text)}” is not a number."
            raise Unreadable(said, f"Type a number, for example {example}.", span) from problem
        raise Unreadable(problem.where, problem.remedy, span) from problem
    if isinstance(value, float):
        return Fraction(value).limit_denominator(10**9)
    return value
