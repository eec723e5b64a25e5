"""From text to tokens: numbers, names, operators and brackets, each with its place in the original text.

Knows spelling only: which names exist, and what belongs to what, is the parser's business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from cnnmath.errors import FormulaError
from cnnmath.formula.limits import Limits
from cnnmath.formula.refusals import refuse
from cnnmath.formula.spelling import (
    BLANKS,
    BRACKETS,
    COMMANDS,
    GREEK_LETTERS,
    RELATIONS,
    SIGNS,
    SUBSCRIPTS,
    SUPERSCRIPTS,
)
from cnnmath.formula.tree import Span

__all__ = ["Token", "tokenize"]


class Token(NamedTuple):
    """One piece of a formula.

    `kind` is number, name, operator, open, close, bar, comma, relation, command or end.
    """

    kind: str
    value: str
    span: Span


_WORD = rf"(?:[A-Za-z][A-Za-z0-9]*|[{''.join(GREEK_LETTERS)}][0-9]*)"
_PLAIN = rf"[A-Za-z0-9{''.join(GREEK_LETTERS)}]+"
_UPRIGHT = r"\\(?:text|mathrm|mathit|operatorname|rm)\s*"
_TOKENS = re.compile(
    rf"""
      (?P<blank>    [\s$]+ )
    | (?P<number>   (?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+) )
    | (?P<name>     {_WORD} )
    | (?P<upright>  {_UPRIGHT}\{{\s*(?P<word>{_PLAIN}(?:\\?_{_PLAIN})*)\s*\}} )
    | (?P<command>  \\(?:left|right)\s*\| | \\(?:[A-Za-z]+|.) )
    | (?P<relation> [=!<>]= | [=<>≤≥≠≈] )
    | (?P<operator> \*\*|//|[-+*/^%√_] )
    | (?P<reduce>   [∑∏] )
    | (?P<open>     [(\[{{⌊⌈] )
    | (?P<close>    [)\]}}⌋⌉] )
    | (?P<bar>      \| )
    | (?P<comma>    , )
    | (?P<raised>   [{"".join(SUPERSCRIPTS)}]+ )
    """,
    re.VERBOSE,
)
_SUBSCRIPT = re.compile(
    rf"\\?_(?P<plain>{_PLAIN})"
    rf"|_\{{\s*(?P<braced>[0-9]+|\\?{_WORD})\s*\}}"
    rf"|_\{{\s*{_UPRIGHT}\{{\s*(?P<upright>[A-Za-z0-9 ,]+?)\s*\}}\s*\}}"
    rf"|_{_UPRIGHT}\{{\s*(?P<bare>{_PLAIN})\s*\}}"
    rf"|(?P<small>[{''.join(SUBSCRIPTS)}]+)"
)
_ATTRIBUTE = re.compile(rf"\.({_WORD})")
_PRIMES = re.compile(r"'+|\^\{\\prime\}|\^\\prime")
_BAD_NUMBERS = (
    (re.compile(r"0[xXbBoO][0-9a-fA-F]+"), "Write whole numbers with the digits 0 to 9."),
    (
        re.compile(r"[0-9.]+[eE][-+]?[0-9]+"),
        "Write powers of ten as in 2*10^3, and a product with the name e as in 2*e.",
    ),
    (re.compile(r"[0-9]+(?:_[0-9]+)+"), "Write the digits without an underscore."),
    (re.compile(r"[0-9]*\.[0-9]*\.[0-9.]*"), "A number has one decimal point."),
    (re.compile(r"[0-9]+\.(?![0-9.])"), "Write digits after the decimal point, or leave it out."),
)
_ADVICE = {
    "!": "Factorials are not part of it.",
    ":": "Use / to divide.",
    ";": "Separate arguments with a comma.",
    "&": "Use only + - * / // % ^ and brackets.",
    "~": "Use - for a minus sign.",
    "\\": "LaTeX commands are a backslash and letters, as in \\frac.",
    "∞": "Only finite numbers can be computed.",
    "?": "Write the formula itself.",
}
_PLAIN_ADVICE = "Use numbers, names, + - * / // % ^ and brackets."


def tokenize(text: str, limits: Limits) -> list[Token]:
    """Return the tokens of a text, ended by one of the kind `end`.

    Raises FormulaError where a character means nothing or the text is too long.
    """
    if len(text) > limits.characters:
        span = (limits.characters, len(text))
        raise refuse("too-long", text, span, given=f"{len(text):,}", limit=f"{limits.characters:,}")
    tokens = _Lexer(text, limits).run()
    if len(tokens) > limits.tokens:
        raise refuse("too-many-parts", text, (tokens[limits.tokens].span[0], len(text)), limit=limits.tokens)
    end = len(text.rstrip())
    return [*tokens, Token("end", "", (end, end))]


def _plain_character(character: str) -> str:
    """Return the one character of the language that this one stands for (itself when there is none)."""
    if (
        character.isascii()
        or character in GREEK_LETTERS
        or character in SUPERSCRIPTS
        or character in SUBSCRIPTS
    ):
        return character
    if character in BLANKS:
        return " "
    if character in SIGNS:
        return SIGNS[character]
    wide = unicodedata.normalize("NFKC", character)  # full-width signs, mathematical italic letters
    return wide if len(wide) == 1 and (wide.isascii() or wide in GREEK_LETTERS) else character


class _Lexer:
    """Reads one text from left to right; `plain` has a character of the language for each one of the text."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.plain = "".join(map(_plain_character, text))
        self.tokens: list[Token] = []
        self.braces: list[str] = []  # what each open { stands for: an index is [ to the parser

    def run(self) -> list[Token]:
        position = 0
        while position < len(self.plain):
            match = _TOKENS.match(self.plain, position)
            if match is None:
                raise self.bad_character(position)
            kind = str(match.lastgroup if match["upright"] is None else "upright")
            position = _READERS[kind](self, match)
        return self.tokens

    def add(self, kind: str, value: str, span: Span) -> int:
        self.tokens.append(Token(kind, value, span))
        return span[1]

    def read_blank(self, match: re.Match[str]) -> int:
        return match.end()

    def read_number(self, match: re.Match[str]) -> int:
        for pattern, advice in _BAD_NUMBERS:
            if bad := pattern.match(self.plain, match.start()):
                raise refuse("bad-number", self.text, bad.span(), given=bad[0], advice=advice)
        if len(match[0]) > self.limits.digits:
            raise refuse("too-many-digits", self.text, match.span(), limit=self.limits.digits)
        return self.add("number", match[0], match.span())

    def read_name(self, match: re.Match[str]) -> int:
        letter = match[0][0]
        return self.name(GREEK_LETTERS.get(letter, letter) + match[0][1:], match.span())

    def read_upright(self, match: re.Match[str]) -> int:
        return self.name(match["word"].replace("\\", ""), match.span())

    def name(self, name: str, span: Span) -> int:
        """Add a name with the subscripts and primes that follow it; a braced formula becomes its index."""
        start, end = span
        while subscript := _SUBSCRIPT.match(self.plain, end):
            name += "_" + _subscript_name(subscript)
            end = subscript.end()
        if primes := _PRIMES.match(self.plain, end):
            name += "'" * max(1, primes[0].count("'"))
            end = primes.end()
        if dot := _ATTRIBUTE.match(self.plain, end):
            raise refuse("dot", self.text, (start, dot.end()), left=self.text[start:end], right=dot[1])
        self.add("name", name, (start, end))
        if self.plain.startswith("_{", end):
            self.braces.append("[")
            end = self.add("open", "[", (end, end + 2))
        return end

    def read_command(self, match: re.Match[str]) -> int:
        word = match[0][1:].replace(" ", "") or " "
        if word not in COMMANDS:
            raise self.unknown_command(match)
        kind, value = COMMANDS[word]
        if kind == "name":
            return self.name(value, match.span())
        if kind == "function":
            return self.add("name", value, match.span())
        return match.end() if kind == "blank" else self.add(kind, value, match.span())

    def read_relation(self, match: re.Match[str]) -> int:
        return self.add("relation", RELATIONS[match[0]], match.span())

    def read_operator(self, match: re.Match[str]) -> int:
        return self.add("operator", "^" if match[0] == "**" else match[0], match.span())

    def read_reduce(self, match: re.Match[str]) -> int:
        return self.add("command", {"∑": "sum", "∏": "prod"}[match[0]], match.span())

    def read_open(self, match: re.Match[str]) -> int:
        if match[0] == "{":
            self.braces.append("{")
        return self.add("open", match[0], match.span())

    def read_close(self, match: re.Match[str]) -> int:
        bracket = BRACKETS[self.braces.pop()] if match[0] == "}" and self.braces else match[0]
        return self.add("close", bracket, match.span())

    def read_bar(self, match: re.Match[str]) -> int:
        return self.add("bar", "|", match.span())

    def read_comma(self, match: re.Match[str]) -> int:
        return self.add("comma", ",", match.span())

    def read_raised(self, match: re.Match[str]) -> int:
        """Read superscript characters as an exponent in brackets: n² is n^(2)."""
        start, end = match.span()
        if len(match[0]) > self.limits.digits:
            raise refuse("too-many-digits", self.text, match.span(), limit=self.limits.digits)
        exponent = "".join(SUPERSCRIPTS[character] for character in match[0])
        self.add("operator", "^", (start, start))
        self.add("open", "{", (start, start))
        for token in _Lexer(exponent, self.limits).run():
            self.add(token.kind, token.value, (start + token.span[0], start + token.span[1]))
        return self.add("close", "}", (end, end))

    def bad_character(self, position: int) -> FormulaError:
        character, span = self.text[position], (position, position + 1)
        if character in "\"'`“”„‘":
            return refuse("quote", self.text, span)
        shown = character if character.isprintable() else f"U+{ord(character):04X}"
        advice = _ADVICE.get(character, _PLAIN_ADVICE)
        return refuse("bad-character", self.text, span, shown=shown, advice=advice)

    def unknown_command(self, match: re.Match[str]) -> FormulaError:
        advice = "Known are \\frac, \\sqrt, \\cdot, \\lfloor, \\lceil, \\sum and Greek letters."
        return refuse("unknown-command", self.text, match.span(), given=match[0], advice=advice)


_READERS: dict[str, Callable[[_Lexer, re.Match[str]], int]] = {
    "blank": _Lexer.read_blank,
    "number": _Lexer.read_number,
    "name": _Lexer.read_name,
    "upright": _Lexer.read_upright,
    "command": _Lexer.read_command,
    "relation": _Lexer.read_relation,
    "operator": _Lexer.read_operator,
    "reduce": _Lexer.read_reduce,
    "open": _Lexer.read_open,
    "close": _Lexer.read_close,
    "bar": _Lexer.read_bar,
    "comma": _Lexer.read_comma,
    "raised": _Lexer.read_raised,
}
"""Group of `_TOKENS`: the method that adds its token and returns where the text goes on."""


def _subscript_name(match: re.Match[str]) -> str:
    if match["small"]:
        return "".join(SUBSCRIPTS[character] for character in match["small"])
    name = match["plain"] or match["braced"] or match["upright"] or match["bare"]
    name = name.replace(" ", "").replace(",", "_").removeprefix("\\")
    return "".join(GREEK_LETTERS.get(character, character) for character in name)
