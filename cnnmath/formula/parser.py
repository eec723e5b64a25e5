"""From tokens to the tree: a Pratt parser, and every refusal that is about structure.

One method per construct; how tightly an operator binds is in the table `_POWERS`. Text never reaches Python's own
parser or evaluator.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from cnnmath.errors import FormulaError
from cnnmath.formula.lexer import Token, tokenize
from cnnmath.formula.limits import Limits
from cnnmath.formula.refusals import refuse
from cnnmath.formula.spelling import BRACKETS
from cnnmath.formula.tree import (
    Binary,
    Call,
    Comparison,
    Index,
    Name,
    Negate,
    Node,
    Number,
    Reduction,
    Span,
    Tuple,
)
from cnnmath.formula.vocabulary import FUNCTIONS, Vocabulary, canonical, function_named

__all__ = ["Note", "Parser"]

# How tightly operators bind to their left and to their right operand. A sign binds tighter than * / // % (so that
# -n // s rounds -n/s, as in Python) and looser than a product without a sign (-2n is the negative of 2n). A product
# without a sign binds tighter than / so that 1/2n is seen as a whole, and refused.
_POWERS = {
    "+": (10, 11),
    "-": (10, 11),
    "*": (20, 21),
    "/": (20, 21),
    "//": (20, 21),
    "%": (20, 21),
    "^": (41, 40),
}
_SIGN = 21
_IMPLICIT = (22, 23)
_ROOT = 40
_BARS = {**BRACKETS, "|": "|"}
_LOGARITHM = re.compile(r"log_?([0-9]{1,4})")
_WRITTEN = {"%": " mod ", "//": "//", "/": "/"}


@dataclass(frozen=True)
class Note:
    """Something that the parser decided and the writer should see: a stable code, a sentence, and the place."""

    code: str
    message: str
    span: Span


class Parser:
    """Reads one text; `formula` reads a formula, `relation` a chain such as `a = b <= c`."""

    def __init__(self, text: str, vocabulary: Vocabulary, limits: Limits) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.limits = limits
        self.tokens = tokenize(text, limits)
        self.position = 0
        self.depth = 0
        self.bound: list[str] = []
        self.bars = 0
        self.ranks: dict[str, int] = {}
        self.notes: list[Note] = []

    # -- the two entries

    def formula(self) -> Node:
        """Return the tree of a text that is one formula."""
        self.expect_something()
        root = self.expression(0)
        self.expect_end()
        return root

    def relation(self) -> tuple[tuple[Node, ...], tuple[str, ...]]:
        """Return the parts of a chain of relations and the signs between them."""
        self.expect_something()
        parts, operators = self.chain(self.tuple_or_expression)
        self.expect_end()
        return parts, operators

    def chain(self, part: Callable[[], Node]) -> tuple[tuple[Node, ...], tuple[str, ...]]:
        parts, operators = [part()], []
        while self.ahead.kind == "relation":
            operators.append(self.take().value)
            parts.append(part())
        return tuple(parts), tuple(operators)

    def expect_something(self) -> None:
        if self.ahead.kind == "end":
            raise refuse("empty", self.text, (0, len(self.text)))

    def expect_end(self) -> None:
        if self.ahead.kind != "end":
            raise self.leftover()

    # -- tokens

    @property
    def ahead(self) -> Token:
        return self.tokens[self.position]

    @property
    def before(self) -> Token:
        return self.tokens[self.position - 1]

    def take(self) -> Token:
        token = self.ahead
        self.position += token.kind != "end"
        return token

    def at(self, kind: str, value: str) -> bool:
        return self.ahead.kind == kind and self.ahead.value == value

    def written(self, span: Span) -> str:
        return self.text[slice(*span)]

    # -- expressions

    def expression(self, power: int) -> Node:
        """Read operands joined by operators that bind at least as tightly as `power`."""
        self.depth += 1
        if self.depth > self.limits.depth:
            raise refuse("too-deep", self.text, self.before.span, limit=self.limits.depth)
        left = self.operand(power)
        while joined := self.join(left, power):
            left = joined
        self.depth -= 1
        return left

    def join(self, left: Node, power: int) -> Node | None:
        """Return `left` joined with the operand that follows, or None when nothing here binds tightly enough."""
        operator = self.operator_ahead()
        if operator is not None:
            binding, right_power = _POWERS[operator]
            if binding < power:
                return None
            sign = self.take()
            return self.binary(operator, left, sign, right_power)
        if not self.operand_ahead() or _IMPLICIT[0] < power:
            return None
        if self.ahead.kind == "number":
            raise self.missing_operator(left)
        right = self.expression(_IMPLICIT[1])
        return Binary("*", left, right, implicit=True, span=(left.span[0], right.span[1]))

    def operator_ahead(self) -> str | None:
        if self.ahead.kind == "operator" and self.ahead.value in _POWERS:
            return self.ahead.value
        is_mod = self.ahead.kind == "name" and function_named(self.ahead.value) == "mod"
        if (
            is_mod
            and not self.is_call_of_two()
            and self.vocabulary.variable(self.ahead.value, self.bound) is None
        ):
            return "%"
        return None

    def is_call_of_two(self) -> bool:
        """Tell whether the brackets after the word ahead hold two arguments: `2 mod(n, s)` is a product."""
        following = self.tokens[self.position + 1]
        return following[:2] == ("open", "(") and self.find_comma(self.position + 2) is not None

    def operand_ahead(self) -> bool:
        kind, value, _ = self.ahead
        if kind == "open":
            return value != "["
        if kind == "bar":
            return not self.bars
        return kind in {"number", "name", "command"} or (kind == "operator" and value == "√")

    def binary(self, operator: str, left: Node, sign: Token, power: int) -> Node:
        self.check_sign_after(sign)
        start = self.position
        right = self.expression(power)
        node = Binary(operator, left, right, span=(left.span[0], right.span[1]))
        if operator in _WRITTEN:
            self.check_division(node)
        if operator == "^":
            self.check_power(node, self.tokens[start : self.position])
        return node

    def check_sign_after(self, sign: Token) -> None:
        following = self.ahead
        if following.kind != "operator" or following.value == "√":
            return
        if following.value in {"+", "-"} and sign.value not in {"+", "-"}:
            return
        advice = "Keep one of them."
        if following.value in {"+", "-"}:
            advice = f"Keep one of them, or use brackets as in n {sign.value} ({following.value}p)."
        first, second = self.written(sign.span) or "^", self.written(following.span)
        span = (sign.span[0], following.span[1])
        raise refuse("double-operator", self.text, span, first=first, second=second, advice=advice)

    def check_division(self, node: Binary) -> None:
        """Refuse `1/2n`: some read it as (1/2)n and some as 1/(2n)."""
        divisor = node.right.operand if isinstance(node.right, Negate) else node.right
        if not (isinstance(divisor, Binary) and divisor.implicit and divisor.span[0] == divisor.left.span[0]):
            return
        sign, left = _WRITTEN[node.operator], self.written(node.left.span)
        near, far = self.written((node.right.span[0], divisor.left.span[1])), self.written(divisor.right.span)
        first = f"({left}{sign}{near})*{far}"
        second = f"{left}{sign}({self.written(node.right.span)})"
        given = self.written(node.span)
        raise refuse("ambiguous-division", self.text, node.span, given=given, first=first, second=second)

    def check_power(self, node: Binary, exponent: list[Token]) -> None:
        """Refuse `2^kn` (the n may belong to the exponent) and exponents beyond the limit."""
        if isinstance(node.right, Number) and node.right.value > self.limits.exponent:
            given, limit = self.written(node.right.span), self.limits.exponent
            raise refuse("exponent-too-big", self.text, node.right.span, given=given, limit=limit)
        if exponent[-1].kind == "name" and self.operand_ahead() and self.operator_ahead() is None:
            end = self.tokens[self.position].span[1]
            base, near = self.written(node.left.span), self.written(node.right.span)
            far = self.written((node.span[1], end)).strip()
            first, second = f"({base}^{near})*{far}", f"{base}^({near}*{far})"
            span = (node.span[0], end)
            raise refuse(
                "ambiguous-power", self.text, span, given=self.written(span), first=first, second=second
            )

    # -- operands

    def operand(self, power: int) -> Node:
        """Read one operand: a number, a name, a bracket, a sign with its operand, or a command with its groups."""
        token = self.ahead
        if token.kind == "operator":
            return self.signed(power)
        if token.kind in {"close", "comma", "relation", "end"}:
            raise self.missing_operand()
        return self.OPERANDS[token.kind](self, self.take())

    def signed(self, power: int) -> Node:
        sign = self.take()
        if sign.value == "√":
            operand = self.expression(_ROOT)
            return Call("sqrt", (operand,), span=(sign.span[0], operand.span[1]))
        if sign.value not in {"+", "-"}:
            self.position -= 1
            raise self.missing_operand()
        self.check_sign_after(sign)
        operand = self.expression(max(power, _SIGN))
        span = (sign.span[0], operand.span[1])
        return replace(operand, span=span) if sign.value == "+" else Negate(operand, span=span)

    def number(self, token: Token) -> Node:
        value = Fraction(token.value)
        return Number(value.numerator if value.denominator == 1 else value, span=token.span)

    def bracket(self, token: Token) -> Node:
        if token.value == "[":
            return self.iverson(token)
        if token.kind == "bar":
            self.bars += 1
        else:
            bars, self.bars = self.bars, 0
        if self.closes(token):
            raise refuse("empty-brackets", self.text, (token.span[0], self.ahead.span[1]))
        content = self.expression(0)
        span = (token.span[0], self.close(token))
        if token.kind == "bar":
            self.bars -= 1
        else:
            self.bars = bars
        function = {"⌊": "floor", "⌈": "ceil", "|": "abs"}.get(token.value)
        return replace(content, span=span) if function is None else Call(function, (content,), span=span)

    def iverson(self, token: Token) -> Node:
        """Read `[0 <= i < n]`, which is 1 where the relations hold and 0 elsewhere."""
        parts, operators = self.chain(lambda: self.expression(0))
        span = (token.span[0], self.close(token))
        if not operators:
            raise refuse("square-brackets", self.text, span)
        return Comparison(parts, operators, span=span)

    def closes(self, opening: Token) -> bool:
        return self.ahead.value == _BARS[opening.value] and self.ahead.kind in {"close", "bar"}

    def close(self, opening: Token) -> int:
        """Take the bracket that closes `opening` and return where it ends."""
        token, closing = self.ahead, _BARS[opening.value]
        if self.closes(opening):
            return self.take().span[1]
        bracket = self.written(opening.span)
        if token.kind == "end":
            raise refuse("unclosed-bracket", self.text, opening.span, bracket=bracket, closing=closing)
        if token.kind == "close":
            given = self.written(token.span)
            raise refuse(
                "mismatched-bracket", self.text, token.span, bracket=bracket, closing=closing, given=given
            )
        raise self.leftover()

    def tuple_or_expression(self) -> Node:
        """Read a side of a relation: a formula, or a shape such as `(N, C, H, W)`."""
        opening = self.ahead
        if opening[:2] != ("open", "(") or self.find_comma(self.position + 1) is None:
            return self.expression(0)
        self.take()
        items = self.separated()
        return Tuple(tuple(items), span=(opening.span[0], self.close(opening)))

    def separated(self) -> list[Node]:
        items = [self.expression(0)]
        while self.ahead.kind == "comma":
            self.take()
            items.append(self.expression(0))
        return items

    # -- LaTeX commands with groups

    def command(self, token: Token) -> Node:
        return {"frac": self.fraction, "sqrt": self.root, "sum": self.big_sum, "prod": self.big_sum}[
            token.value
        ](token)

    def fraction(self, token: Token) -> Node:
        above, _ = self.group(token)
        below, end = self.group(token)
        return Binary("/", above, below, span=(token.span[0], end))

    def root(self, token: Token) -> Node:
        content, end = self.group(token)
        return Call("sqrt", (content,), span=(token.span[0], end))

    def group(self, command: Token) -> tuple[Node, int]:
        """Read a group in braces and return it with the place where it ends."""
        opening = self.take()
        if opening[:2] != ("open", "{"):
            advice = (
                f"Write {self.written(command.span)} with its contents in braces, as in \\frac{{n}}{{s}}."
            )
            raise refuse(
                "unexpected", self.text, command.span, given=self.written(command.span), advice=advice
            )
        bars, self.bars = self.bars, 0
        content = self.expression(0)
        self.bars = bars
        return content, self.close(opening)

    def big_sum(self, token: Token) -> Node:
        r"""Read `\sum_{i=0}^{n-1} x`; the sum takes the product that follows it."""
        self.range_part(token, "_")
        opening = self.range_part(token, "open")
        variable = self.range_variable(token)
        self.range_part(token, "=")
        low = self.expression(0)
        self.close(opening)
        self.range_part(token, "^")
        high = self.expression(_ROOT + 1)
        self.bound.append(variable)
        body = self.expression(_POWERS["*"][0])
        self.bound.pop()
        return Reduction(token.value, body, variable, low, high, span=(token.span[0], body.span[1]))

    def range_part(self, token: Token, value: str) -> Token:
        if value not in {self.ahead.value, self.ahead.kind}:
            raise self.range_form(token, token.value)
        return self.take()

    # -- names

    def name(self, token: Token) -> Node:
        """Read a name: a variable, an element of a tensor, a call, or several names written together."""
        word = token.value
        indexed = self.at("open", "[")
        rank = self.vocabulary.tensor(word)
        if rank is not None or (indexed and self.vocabulary.tensors is None):
            return self.index(token, rank)
        variable = self.vocabulary.variable(word, self.bound)
        if variable is not None and not self.is_unknown_call(word):
            if indexed:
                raise refuse("not-a-tensor", self.text, token.span, name=self.written(token.span))
            return Name(variable, span=token.span)
        function = function_named(word)
        if function is not None:
            return self.call(function, token)
        if logarithm := _LOGARITHM.fullmatch(word):
            return self.call("log", token, (Number(int(logarithm[1]), span=token.span),))
        if element := self.subscripted_element(token):
            return element
        if self.split(token):
            return self.name(self.take())
        raise self.unknown(token)

    def is_unknown_call(self, word: str) -> bool:
        """Tell whether an undeclared word of several letters stands before a bracket, like a function."""
        anything = self.vocabulary.names is None and word not in self.bound
        return (
            anything
            and len(word) > 1
            and word.isascii()
            and word.isalpha()
            and self.at("open", "(")
            and (word not in self.vocabulary.aliases)
        )

    def index(self, token: Token, rank: int | None) -> Node:
        name = canonical(self.vocabulary.aliases.get(token.value, token.value))
        rank = self.ranks.get(name) if rank is None else rank
        example = f"{name}[{', '.join('ijklmnuv'[: rank or 1])}]"
        expected = _counted(rank or 1, "index", "indices")
        if not self.at("open", "["):
            raise refuse(
                "missing-index", self.text, token.span, name=name, expected=expected, example=example
            )
        opening = self.take()
        if self.closes(opening):
            raise refuse("empty-brackets", self.text, (opening.span[0], self.ahead.span[1]))
        indices = self.separated()
        span = (token.span[0], self.close(opening))
        if len(indices) != self.ranks.setdefault(name, rank or len(indices)):
            given = len(indices)
            raise refuse(
                "index-count", self.text, span, name=name, expected=expected, given=given, example=example
            )
        return Index(name, tuple(indices), span=span)

    def subscripted_element(self, token: Token) -> Node | None:
        """Read `x_i` as x[i] where x is a tensor with one index."""
        base, _, subscript = token.value.partition("_")
        variable = self.vocabulary.variable(subscript, self.bound) if subscript else None
        if self.vocabulary.tensor(base) != 1 or not (variable or subscript.isdecimal()):
            return None
        start = token.span[1] - len(subscript)
        index = Name(variable, span=(start, token.span[1])) if variable else Number(int(subscript))
        return Index(base, (index,), span=token.span)

    def split(self, token: Token) -> bool:
        """Replace a word such as `kn` by the tokens of the names k and n, if there is just one way."""
        word, (start, end) = token.value, token.span
        ways = self.vocabulary.splits(word, self.bound)
        if not ways or len(word) != end - start:
            return False
        products = ["*".join(way) for way in ways]
        if len(ways) > 1:
            raise refuse(
                "ambiguous-name", self.text, token.span, name=word, first=products[0], second=products[1]
            )
        self.position -= 1
        pieces = []
        for piece in ways[0]:
            pieces.append(Token("name", piece, (start, start + len(piece))))
            start += len(piece)
        self.tokens[self.position : self.position + 1] = pieces
        self.notes.append(Note("split-name", f"{word} was read as {products[0]}.", token.span))
        return True

    # -- functions

    def call(self, function: str, token: Token, base: tuple[Node, ...] = ()) -> Node:
        written = self.written(token.span)
        if function == "log" and self.at("operator", "_"):
            base = (self.log_base(),)
        if not self.at("open", "(") and not (token.value != written and self.at("open", "{")):
            example = FUNCTIONS[function][2]
            raise refuse("missing-brackets", self.text, token.span, name=written, example=example)
        opening = self.take()
        bars, self.bars = self.bars, 0
        if function in {"sum", "prod"}:
            node = self.range_call(function, token, opening)
        else:
            node = self.plain_call(function, token, opening, base)
        self.bars = bars
        return node

    def log_base(self) -> Node:
        r"""Read the base of `\log_{2}` or `\log_2`."""
        sign = self.take()
        return self.number(self.take()) if self.ahead.kind == "number" else self.group(sign)[0]

    def plain_call(self, function: str, token: Token, opening: Token, base: tuple[Node, ...]) -> Node:
        arguments = [] if self.closes(opening) else self.separated()
        span = (token.span[0], self.close(opening))
        arguments += base
        least, most, example = FUNCTIONS[function]
        if not least <= len(arguments) <= most:
            expected = (
                _counted(least, "argument", "arguments") if least == most else f"{least} to {most} arguments"
            )
            raise refuse(
                "argument-count",
                self.text,
                span,
                name=self.written(token.span),
                expected=expected,
                given=len(arguments),
                example=example,
            )
        if function == "mod":
            return Binary("%", arguments[0], arguments[1], span=span)
        return Call(function, tuple(arguments), span=span)

    def range_call(self, function: str, token: Token, opening: Token) -> Node:
        """Read `sum(term, i, first, last)`; the variable is looked up first, because the term uses it."""
        comma = self.find_comma(self.position)
        if comma is None or self.tokens[comma + 1].kind != "name" or self.tokens[comma + 2].kind != "comma":
            raise self.range_form(token, function)
        start, self.position = self.position, comma + 1
        variable = self.range_variable(token)
        self.position = start
        self.bound.append(variable)
        body = self.expression(0)
        self.bound.pop()
        if self.ahead.kind != "comma":
            raise self.leftover()
        self.position += 3
        bounds = self.separated()
        if len(bounds) != 2:
            raise self.range_form(token, function)
        span = (token.span[0], self.close(opening))
        return Reduction(function, body, variable, bounds[0], bounds[1], span=span)

    def range_variable(self, token: Token) -> str:
        if self.ahead.kind != "name":
            raise self.range_form(token, token.value)
        name = self.take()
        known = self.vocabulary.known(())
        if name.value in known or function_named(name.value):
            free = next((letter for letter in "ijklmuvwqr" if letter not in known), "i")
            raise refuse(
                "range-variable",
                self.text,
                name.span,
                name=self.written(name.span),
                function=token.value,
                suggestion=free,
            )
        return name.value

    def find_comma(self, position: int) -> int | None:
        """Return the position of the first comma that belongs to the bracket opened just before `position`."""
        depth = 0
        for place in range(position, len(self.tokens)):
            kind = self.tokens[place].kind
            depth += (kind == "open") - (kind == "close")
            if depth < 0:
                return None
            if kind == "comma" and depth == 0:
                return place
        return None

    # -- refusals that need the parser's state

    def range_form(self, token: Token, function: str) -> FormulaError:
        example = FUNCTIONS[function][2]
        return refuse("range-form", self.text, token.span, name=function, example=example)

    def missing_operator(self, left: Node) -> FormulaError:
        span = (left.span[0], self.ahead.span[1])
        return refuse(
            "missing-operator",
            self.text,
            span,
            left=self.written(left.span),
            right=self.written(self.ahead.span),
        )

    def missing_operand(self) -> FormulaError:
        token, before = self.ahead, self.before
        if token[:2] == ("operator", "_") or (token.kind == "close" and not self.position):
            return self.leftover()
        if not self.position:
            return refuse(
                "missing-operand", self.text, token.span, place=f"before {self.written(token.span)}"
            )
        if before.kind == "open" and token.kind == "end":
            bracket, closing = self.written(before.span), _BARS[before.value]
            return refuse("unclosed-bracket", self.text, before.span, bracket=bracket, closing=closing)
        return refuse("missing-operand", self.text, before.span, place=f"after {self.written(before.span)}")

    def unknown(self, token: Token) -> FormulaError:
        word = self.written(token.span)
        if self.at("open", "(") and len(word) > 1:
            advice = self.vocabulary.function_advice(word, self.bound)
            return refuse("unknown-function", self.text, token.span, name=word, advice=advice)
        advice = self.vocabulary.advice(token.value, self.bound)
        return refuse("unknown-name", self.text, token.span, name=word, advice=advice)

    def leftover(self) -> FormulaError:
        """Return the refusal of a token that cannot follow what was read."""
        token, text = self.ahead, self.text
        given = self.written(token.span)
        if token.kind == "close":
            return refuse("stray-bracket", text, token.span, given=given)
        if token.kind == "comma":
            return self.comma()
        if token.kind == "relation":
            code = "equals" if token.value == "=" else "comparison"
            return refuse(code, text, token.span, given=given)
        if token.value == "[":
            return refuse("square-brackets", text, token.span)
        if token.value == "_":
            return refuse("underscore", text, token.span)
        return refuse("unexpected", text, token.span, given=given or "This", advice="Remove it.")

    def comma(self) -> FormulaError:
        before, comma, after = self.tokens[self.position - 1 : self.position + 2]
        numbers = before.kind == after.kind == "number"
        if numbers and before.span[1] == comma.span[0] and comma.span[1] == after.span[0]:
            span = (before.span[0], after.span[1])
            suggestion = f"{before.value}.{after.value}"
            return refuse("decimal-comma", self.text, span, suggestion=suggestion)
        return refuse("stray-comma", self.text, comma.span)

    OPERANDS: dict[str, Callable[[Parser, Token], Node]] = {
        "number": number,
        "name": name,
        "open": bracket,
        "bar": bracket,
        "command": command,
    }


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
