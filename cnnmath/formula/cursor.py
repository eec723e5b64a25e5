"""A place in the tokens of one text: look ahead, step on, and refuse with the text at hand.

The parser is built on it; nothing here knows the grammar.
"""

from __future__ import annotations

from cnnmath.errors import FormulaError
from cnnmath.formula.lexer import Token, tokenize
from cnnmath.formula.limits import Limits
from cnnmath.formula.refusals import refuse
from cnnmath.formula.tree import Node, Span

__all__ = ["Cursor"]


class Cursor:
    """The tokens of a text and the position of the next one."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.tokens = tokenize(text, limits)
        self.position = 0

    @property
    def ahead(self) -> Token:
        """The next token."""
        return self.tokens[self.position]

    @property
    def before(self) -> Token:
        """The token that was taken last."""
        return self.tokens[self.position - 1]

    def take(self) -> Token:
        """Return the next token and step over it; the end of the text stays ahead forever."""
        token = self.ahead
        self.position += token.kind != "end"
        return token

    def at(self, kind: str, value: str) -> bool:
        """Tell whether the next token is this one."""
        return self.ahead[:2] == (kind, value)

    def find(self, sought: str, position: int) -> int | None:
        """Return where the first token of a kind stands in the bracket opened just before `position`."""
        depth = 0
        for place in range(position, len(self.tokens)):
            kind = self.tokens[place].kind
            depth += (kind == "open") - (kind == "close")
            if depth < 0:
                return None
            if kind == sought and depth == 0:
                return place
        return None

    def written(self, part: Node | Token | Span) -> str:
        """Return the characters of a node, a token or a span as they were typed."""
        start, end = part if isinstance(part, tuple) and len(part) == 2 else part.span
        return self.text[start:end]

    def refuse(self, code: str, span: Span, **facts: object) -> FormulaError:
        """Return the refusal of this code about a part of the text."""
        return refuse(code, self.text, span, **facts)
