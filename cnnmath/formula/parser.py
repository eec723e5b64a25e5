"""From tokens to the tree: a Pratt parser, one method per construct.

How tightly an operator binds is in the table `_POWERS`; what is refused, and why, is told by the methods at
the end. Text never reaches Python's own parser or evaluator.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from cnnmath.errors import FormulaError
from cnnmath.formula.cursor import Cursor
from cnnmath.formula.lexer import Token
from cnnmath.formula.limits import Limits
from cnnmath.formula.spelling import BRACKETS, GREEK
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

# How tightly operators bind to their left and to their right operand. A sign binds tighter than * / // % (so
# that -n // s rounds -n/s, as in Python) and looser than a product without a sign (-2n is the negative of
# 2n). A product without a sign binds tighter than / so that 1/2n is seen as a whole, and refused.
_POWERS = {
    "+": (10, 11),
    "-": (10, 11),
    "*": (20, 21),
    "/": (20, 21),
    "//": (20, 21),
    "%": (20, 21),
    "^": (41, 40),
}
_TERM, _SIGN, _IMPLICIT, _ROOT, _BOUND = 20, 21, 22, 40, 41

_CLOSING = {**BRACKETS, "|": "|"}
_ROUNDING = {"⌊": "floor", "⌈": "ceil", "|": "abs"}
_DIVISIONS = {"%": " mod ", "//": "//", "/": "/"}
_Result = TypeVar("_Result")
_LOGARITHM = re.compile(r"log_?([0-9]{1,4})")


@dataclass(frozen=True)
class Note:
    """Something that the parser decided and the writer should see: a stable code, a sentence, the place."""

    code: str
    message: str
    span: Span


class Parser(Cursor):
    """Reads one text, once: `formula` a formula, `relation` a chain such as `a = b <= c`."""

    def __init__(self, text: str, vocabulary: Vocabulary, limits: Limits) -> None:
        super().__init__(text, limits)
        self.vocabulary = vocabulary
        self.limits = limits
        self.depth = 0
        self.bars = 0  # how many | are open, since | both opens and closes
        self.bound: list[str] = []  # variables of the ranges that are being read
        self.ranks: dict[str, int] = {}  # numbers of indices of tensors that were not declared
        self.notes: list[Note] = []

    # -- the two entries

    def formula(self) -> Node:
        """Return the tree of a text that is one formula."""
        return self.whole(lambda: self.expression(0))

    def relation(self) -> tuple[tuple[Node, ...], tuple[str, ...]]:
        """Return the parts of a chain of relations and the signs between them."""
        return self.whole(lambda: self.chain(self.side))

    def whole(self, read: Callable[[], _Result]) -> _Result:
        """Return what `read` makes of the text, which must be all of it."""
        if self.ahead.kind == "end":
            raise self.refuse("empty", (0, len(self.text)))
        result = read()
        if self.ahead.kind != "end":
            raise self.leftover()
        return result

    def chain(self, part: Callable[[], Node]) -> tuple[tuple[Node, ...], tuple[str, ...]]:
        """Read parts joined by relations."""
        parts, operators = [part()], []
        while self.ahead.kind == "relation":
            operators.append(self.take().value)
            parts.append(part())
        return tuple(parts), tuple(operators)

    def side(self) -> Node:
        """Read a side of a relation: a formula, or a shape such as `(N, C, H, W)`."""
        opening = self.ahead
        if opening[:2] != ("open", "(") or self.find("comma", self.position + 1) is None:
            return self.expression(0)
        self.take()
        items = self.separated()
        return Tuple(tuple(items), span=(opening.span[0], self.close(opening)))

    # -- operands joined by operators

    def expression(self, power: int) -> Node:
        """Read operands joined by operators that bind at least as tightly as `power`."""
        self.depth += 1
        if self.depth > self.limits.depth:
            raise self.refuse("too-deep", self.before.span, limit=self.limits.depth)
        left = self.operand(power)
        while joined := self.join(left, power):
            left = joined
        self.depth -= 1
        return left

    def join(self, left: Node, power: int) -> Node | None:
        """Return `left` joined with the operand after it, or None where nothing binds tightly enough."""
        operator = self.operator_ahead()
        if operator is not None:
            return self.binary(operator, left) if _POWERS[operator][0] >= power else None
        if not self.operand_ahead() or power > _IMPLICIT:
            return None
        if self.ahead.kind == "number":
            span = (left.span[0], self.ahead.span[1])
            raise self.refuse(
                "missing-operator", span, left=self.written(left), right=self.written(self.ahead)
            )
        right = self.expression(_IMPLICIT + 1)
        return Binary("*", left, right, implicit=True, span=(left.span[0], right.span[1]))

    def operator_ahead(self) -> str | None:
        """Return the operator that comes next, or None; the word mod is one where it is not a call."""
        kind, value, _ = self.ahead
        if kind == "operator" and value in _POWERS:
            return value
        if kind != "name" or function_named(value) != "mod" or self.vocabulary.variable(value, self.bound):
            return None
        following = self.tokens[self.position + 1]
        is_call = following[:2] == ("open", "(") and self.find("comma", self.position + 2) is not None
        return None if is_call else "%"  # 2 mod(n, s) is a product

    def operand_ahead(self) -> bool:
        """Tell whether an operand comes next, so that a product without a sign is meant."""
        kind, value, _ = self.ahead
        if kind == "bar":
            return not self.bars
        return kind in {"number", "name", "open", "command"} or (kind == "operator" and value == "√")

    def binary(self, operator: str, left: Node) -> Node:
        """Read an operator and its right operand."""
        self.check_operators(self.take())
        right = self.expression(_POWERS[operator][1])
        node = Binary(operator, left, right, span=(left.span[0], right.span[1]))
        if operator in _DIVISIONS:
            self.check_division(node)
        if operator == "^":
            self.check_power(node)
        return node

    # -- operands

    def operand(self, power: int) -> Node:
        """Read one operand: a number, a name, a bracket, a sign with its operand, or a LaTeX command."""
        token = self.ahead
        if token.kind == "operator":
            return self.signed(power)
        if token.kind in {"close", "comma", "relation", "end"}:
            raise self.missing_operand()
        return _OPERANDS[token.kind](self, self.take())

    def signed(self, power: int) -> Node:
        """Read + or - or √ with its operand."""
        if self.ahead.value not in {"+", "-", "√"}:
            raise self.missing_operand()
        sign = self.take()
        self.check_operators(sign)
        operand = self.expression(_ROOT if sign.value == "√" else max(power, _SIGN))
        span = (sign.span[0], operand.span[1])
        if sign.value == "√":
            return Call("sqrt", (operand,), span=span)
        return Negate(operand, span=span) if sign.value == "-" else replace(operand, span=span)

    def number(self, token: Token) -> Node:
        """Return the number of a token."""
        value = Fraction(token.value)
        return Number(value.numerator if value.denominator == 1 else value, span=token.span)

    def bracket(self, opening: Token) -> Node:
        """Read what a bracket holds: ( ) groups, ⌊ ⌋ and ⌈ ⌉ round, | | is the absolute value."""
        if opening.value == "[":
            return self.indicator(opening)
        content, end = self.inside(opening, lambda: self.expression(0))
        span = (opening.span[0], end)
        if opening.value in _ROUNDING:
            return Call(_ROUNDING[opening.value], (content,), span=span)
        return replace(content, span=span)

    def indicator(self, opening: Token) -> Node:
        """Read `[0 <= i < n]`, which is 1 where the relations hold and 0 elsewhere."""
        (parts, operators), end = self.inside(opening, lambda: self.chain(lambda: self.expression(0)))
        span = (opening.span[0], end)
        if not operators:
            raise self.refuse("square-brackets", span)
        if "≈" in operators:
            raise self.refuse("comparison", span, given="≈")
        return Comparison(parts, operators, span=span)

    def inside(self, opening: Token, read: Callable[[], _Result]) -> tuple[_Result, int]:
        """Return what `read` makes of the contents of a bracket, and where the bracket ends."""
        if self.closes(opening):
            raise self.refuse("empty-brackets", (opening.span[0], self.ahead.span[1]))
        outside = self.bars
        self.bars = outside + 1 if opening.kind == "bar" else 0
        result = read()
        end = self.close(opening)
        self.bars = outside
        return result, end

    def closes(self, opening: Token) -> bool:
        """Tell whether the next token closes this bracket."""
        return self.ahead.value == _CLOSING[opening.value] and self.ahead.kind in {"close", "bar"}

    def close(self, opening: Token) -> int:
        """Take the token that closes the bracket and return where it ends."""
        if self.closes(opening):
            return self.take().span[1]
        bracket, closing = self.written(opening), _CLOSING[opening.value]
        if self.ahead.kind == "end":
            raise self.refuse("unclosed-bracket", opening.span, bracket=bracket, closing=closing)
        if self.ahead.kind != "close":
            raise self.leftover()
        given = self.written(self.ahead)
        raise self.refuse(
            "mismatched-bracket", self.ahead.span, bracket=bracket, closing=closing, given=given
        )

    def separated(self) -> list[Node]:
        """Read formulas separated by commas."""
        items = [self.expression(0)]
        while self.ahead.kind == "comma":
            self.take()
            items.append(self.expression(0))
        return items

    # -- LaTeX commands and their groups

    def command(self, token: Token) -> Node:
        """Read a command with the groups that belong to it."""
        if token.value in {"sum", "prod"}:
            return self.range_command(token)
        content, end = self.group(token)
        if token.value == "sqrt":
            return Call("sqrt", (content,), span=(token.span[0], end))
        below, end = self.group(token)
        return Binary("/", content, below, span=(token.span[0], end))

    def group(self, command: Token) -> tuple[Node, int]:
        """Read a group in braces and return it with the place where it ends."""
        if not self.at("open", "{"):
            given = self.written(command)
            advice = f"Write {given} with its contents in braces, as in \\frac{{n}}{{s}}."
            raise self.refuse("unexpected", command.span, given=given, advice=advice)
        return self.inside(self.take(), lambda: self.expression(0))

    def range_command(self, token: Token) -> Node:
        r"""Read `\sum_{i=0}^{n-1} x`; the term is the product that follows."""
        self.range_part(token, "_")
        opening = self.range_part(token, "open")
        variable = self.range_variable(token, token.value)
        self.range_part(token, "=")
        low = self.expression(0)
        self.close(opening)
        self.range_part(token, "^")
        high = self.expression(_BOUND)
        body = self.term(variable, _TERM)
        return Reduction(token.value, body, variable, low, high, span=(token.span[0], body.span[1]))

    def range_part(self, token: Token, value: str) -> Token:
        """Take the token of this kind or value, which a range cannot do without."""
        if value not in {self.ahead.value, self.ahead.kind}:
            raise self.range_form(token, token.value)
        return self.take()

    def term(self, variable: str, power: int) -> Node:
        """Read the term of a range, in which its variable is known."""
        self.bound.append(variable)
        body = self.expression(power)
        self.bound.pop()
        return body

    def range_variable(self, token: Token, function: str) -> str:
        """Read the variable of a range."""
        if self.ahead.kind != "name":
            raise self.range_form(token, function)
        name, declared = self.take(), self.vocabulary.known(())
        if name.value in declared or function_named(name.value):
            free = next((letter for letter in "ijklmuvwqr" if letter not in declared), "i")
            given = self.written(name)
            raise self.refuse("range-variable", name.span, name=given, function=function, suggestion=free)
        return name.value

    # -- names

    def name(self, token: Token) -> Node:
        """Read a name: a variable, an element of a tensor, a call, or several names written together."""
        word = token.value
        is_indexed = self.at("open", "[") and self.find("relation", self.position + 1) is None
        rank = self.vocabulary.tensor(word)
        if rank is not None or (is_indexed and self.vocabulary.tensors is None):
            return self.element(token, rank)
        variable = self.vocabulary.variable(word, self.bound)
        if variable is not None and not self.looks_like_call(word):
            if is_indexed:
                raise self.refuse("not-a-tensor", token.span, name=self.written(token))
            return Name(variable, span=token.span)
        if function := function_named(word):
            return self.call(function, token)
        if logarithm := _LOGARITHM.fullmatch(word):
            return self.call("log", token, base=Number(int(logarithm[1]), span=token.span))
        return self.subscripted_element(token) or self.split(token)

    def looks_like_call(self, word: str) -> bool:
        """Tell whether an undeclared word of several letters stands before a bracket, like a function."""
        known = (*self.bound, *self.vocabulary.aliases, *GREEK)
        is_declared = self.vocabulary.names is not None or word in known
        return not is_declared and len(word) > 1 and word.isalpha() and self.at("open", "(")

    def element(self, token: Token, rank: int | None) -> Node:
        """Read the indices of a tensor; `rank` is None where it was not declared."""
        name = canonical(self.vocabulary.aliases.get(token.value, token.value))
        rank = self.ranks.get(name) if rank is None else rank
        facts = {
            "name": name,
            "expected": _counted(rank or 1, "index", "indices"),
            "example": f"{name}[{', '.join('ijklmnuv'[: rank or 1])}]",
        }
        if not self.at("open", "["):
            raise self.refuse("missing-index", token.span, **facts)
        indices, end = self.inside(self.take(), self.separated)
        span = (token.span[0], end)
        if len(indices) != self.ranks.setdefault(name, rank or len(indices)):
            raise self.refuse("index-count", span, given=len(indices), **facts)
        return Index(name, tuple(indices), span=span)

    def subscripted_element(self, token: Token) -> Node | None:
        """Return x[i] for `x_i` where x is a tensor with one index, else None."""
        base, _, subscript = token.value.partition("_")
        variable = self.vocabulary.variable(subscript, self.bound) if subscript else None
        if self.vocabulary.tensor(base) != 1 or not (variable or subscript.isdecimal()):
            return None
        index = Name(variable, span=token.span) if variable else Number(int(subscript), span=token.span)
        return Index(base, (index,), span=token.span)

    def split(self, token: Token) -> Node:
        """Read a word such as `kn` as the product of k and n, if there is just one way to do so."""
        word, (start, end) = token.value, token.span
        ways = self.vocabulary.splits(word, self.bound) if len(word) == end - start else []
        if not ways:
            raise self.unknown(token)
        products = ["*".join(way) for way in ways]
        if len(ways) > 1:
            raise self.refuse("ambiguous-name", token.span, name=word, first=products[0], second=products[1])
        pieces = []
        for piece in ways[0]:
            pieces.append(Token("name", piece, (start, start + len(piece))))
            start += len(piece)
        self.tokens[self.position - 1 : self.position] = pieces
        self.notes.append(Note("split-name", f"{word} was read as {products[0]}.", token.span))
        return self.name(pieces[0])

    # -- functions

    def call(self, function: str, token: Token, base: Node | None = None) -> Node:
        """Read the arguments of a function; `base` is that of log2."""
        if function == "log" and self.at("operator", "_"):
            base = self.log_base()
        if not self.at("open", "("):
            example = FUNCTIONS[function][2]
            raise self.refuse("missing-brackets", token.span, name=self.written(token), example=example)
        opening = self.take()
        if function in {"sum", "prod"}:
            node, end = self.inside(opening, lambda: self.range_arguments(function, token))
            return replace(node, span=(token.span[0], end))
        arguments, end = (
            ([], self.take().span[1]) if self.closes(opening) else self.inside(opening, self.separated)
        )
        arguments += [base] if base else []
        span = (token.span[0], end)
        self.check_count(function, token, len(arguments), span)
        if function == "mod":
            return Binary("%", arguments[0], arguments[1], span=span)
        return Call(function, tuple(arguments), span=span)

    def log_base(self) -> Node:
        r"""Read the base of `\log_{2}` or `\log_2`."""
        sign = self.take()
        return self.number(self.take()) if self.ahead.kind == "number" else self.group(sign)[0]

    def range_arguments(self, function: str, token: Token) -> Reduction:
        """Read `term, i, first, last`; the variable is looked up first, because the term uses it."""
        start, comma = self.position, self.find("comma", self.position)
        if comma is None or self.tokens[comma + 1].kind != "name" or self.tokens[comma + 2].kind != "comma":
            raise self.range_form(token, function)
        self.position = comma + 1
        variable = self.range_variable(token, function)
        self.position = start
        body = self.term(variable, 0)
        if self.ahead.kind != "comma":
            raise self.leftover()
        self.position += 3
        bounds = self.separated()
        if len(bounds) != 2:
            raise self.range_form(token, function)
        return Reduction(function, body, variable, bounds[0], bounds[1])

    # -- what is refused although it could be read

    def check_operators(self, sign: Token) -> None:
        """Refuse `n--p` and `n+*p`; a sign may follow * / and ^ but not another sign."""
        first, second = sign.value, self.ahead.value
        if self.ahead.kind != "operator" or second in {"√", "_"}:
            return
        advice = "Keep one of them."
        if second in {"+", "-"}:
            if first not in {"+", "-"}:
                return
            advice = f"Keep one of them, or use brackets as in n {first} ({second}p)."
        span = (sign.span[0], self.ahead.span[1])
        written = {"first": self.written(sign) or "^", "second": self.written(self.ahead)}
        raise self.refuse("double-operator", span, advice=advice, **written)

    def check_division(self, node: Binary) -> None:
        """Refuse `1/2n`: some read it as (1/2)n and some as 1/(2n)."""
        divisor = node.right.operand if isinstance(node.right, Negate) else node.right
        if not (isinstance(divisor, Binary) and divisor.implicit and divisor.span[0] == divisor.left.span[0]):
            return
        sign, left, right = _DIVISIONS[node.operator], self.written(node.left), self.written(node.right)
        near = self.written((node.right.span[0], divisor.left.span[1]))
        first, second = f"({left}{sign}{near})*{self.written(divisor.right)}", f"{left}{sign}({right})"
        given = self.written(node)
        raise self.refuse("ambiguous-division", node.span, given=given, first=first, second=second)

    def check_power(self, node: Binary) -> None:
        """Refuse exponents beyond the limit, and `2^kn`, where n may belong to the exponent."""
        exponent, limit = node.right, self.limits.exponent
        if isinstance(exponent, Number) and exponent.value > limit:
            given = self.written(exponent)
            raise self.refuse("exponent-too-big", exponent.span, given=given, limit=limit)
        if self.before.kind != "name" or not self.operand_ahead() or self.operator_ahead():
            return
        span = (node.span[0], self.ahead.span[1])
        near, far = self.written(exponent), self.written((node.span[1], span[1])).strip()
        first, second = (
            f"({self.written(node.left)}^{near})*{far}",
            f"{self.written(node.left)}^({near}*{far})",
        )
        raise self.refuse("ambiguous-power", span, given=self.written(span), first=first, second=second)

    def check_count(self, function: str, token: Token, given: int, span: Span) -> None:
        """Refuse too few or too many arguments."""
        least, most, example = FUNCTIONS[function]
        if not least <= given <= most:
            one = _counted(least, "argument", "arguments")
            expected = one if least == most else f"{least} to {most} arguments"
            name = self.written(token)
            raise self.refuse(
                "argument-count", span, name=name, expected=expected, given=given, example=example
            )

    # -- refusals of what cannot be read

    def range_form(self, token: Token, function: str) -> FormulaError:
        """Return the refusal of an incomplete range."""
        return self.refuse("range-form", token.span, name=function, example=FUNCTIONS[function][2])

    def unknown(self, token: Token) -> FormulaError:
        """Return the refusal of a word that means nothing here."""
        word = self.written(token)
        if self.at("open", "(") and len(word) > 1:
            advice = self.vocabulary.function_advice(word, self.bound)
            return self.refuse("unknown-function", token.span, name=word, advice=advice)
        return self.refuse(
            "unknown-name", token.span, name=word, advice=self.vocabulary.advice(token.value, self.bound)
        )

    def missing_operand(self) -> FormulaError:
        """Return the refusal of a token where an operand should stand."""
        token, before = self.ahead, self.before
        if token.value == "_" or (token.kind == "close" and not self.position):
            return self.leftover()
        if not self.position:
            return self.refuse("missing-operand", token.span, place=f"before {self.written(token)}")
        if before.kind == "open" and token.kind == "end":
            bracket, closing = self.written(before), _CLOSING[before.value]
            return self.refuse("unclosed-bracket", before.span, bracket=bracket, closing=closing)
        return self.refuse("missing-operand", before.span, place=f"after {self.written(before)}")

    def leftover(self) -> FormulaError:
        """Return the refusal of a token that cannot follow what was read."""
        kind, value, span = self.ahead
        given = self.written(span)
        if kind == "comma":
            return self.comma()
        if kind == "close":
            return self.refuse("stray-bracket", span, given=given)
        if kind == "relation":
            return self.refuse("equals" if value == "=" else "comparison", span, given=given)
        if value == "_":
            return self.refuse("underscore", span)
        return self.refuse("unexpected", span, given=given, advice="Remove it.")

    def comma(self) -> FormulaError:
        """Return the refusal of a comma, which may have been meant as a decimal point."""
        before, comma, after = self.tokens[self.position - 1 : self.position + 2]
        is_number = before.kind == after.kind == "number" and after.span[0] - before.span[1] == 1
        if is_number:
            suggestion = f"{before.value}.{after.value}"
            if len(after.value) == 3:
                suggestion += f" or {before.value}{after.value}"
            return self.refuse("decimal-comma", (before.span[0], after.span[1]), suggestion=suggestion)
        return self.refuse("stray-comma", comma.span)


_OPERANDS: dict[str, Callable[[Parser, Token], Node]] = {
    "number": Parser.number,
    "name": Parser.name,
    "open": Parser.bracket,
    "bar": Parser.bracket,
    "command": Parser.command,
}


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
