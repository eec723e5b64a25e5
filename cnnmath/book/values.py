"""Inline values: an expression on a page of the book, computed when the page is built.

Pages are ours and trusted as code is; a learner's text never comes here. An expression sees the rooms by
name, each loaded only when the expression mentions it, and a few helpers that put a number into words.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import ModuleType

from cnnmath.book.cache import Sources, Store, digest
from cnnmath.errors import BookError, CnnMathError

__all__ = ["HELPERS", "ROOMS", "Equation", "Values", "equation", "percent", "spoken"]

ROOMS = ("formula", "arch", "rules", "zoo", "measure", "ops", "derive", "figures", "practice")

# What Markdown or HTML would take for markup in a text.
_MARKS = re.compile(r"[\\`*_{}\[\]<>&$#|]")


def spoken(value: object) -> str:
    """Return the Markdown of a value in prose: thousands apart, fractions as fractions, formulas typeset.

    >>> spoken(62378344), spoken((64, 112, 112)), spoken(0.5)
    ('62,378,344', '64\N{THIN SPACE}×\N{THIN SPACE}112\N{THIN SPACE}×\N{THIN SPACE}112', '0.5')

    Raises BookError for what has no one obvious form, such as a list of objects.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace("-", "\N{MINUS SIGN}")
    if isinstance(value, Fraction):
        return spoken(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
    if isinstance(value, float):
        return f"{value:,.4g}".replace("-", "\N{MINUS SIGN}")
    if isinstance(value, str):
        return _MARKS.sub(lambda mark: f"&#{ord(mark[0])};", value)
    if isinstance(value, tuple) and value and all(isinstance(side, int) for side in value):
        return "\N{THIN SPACE}×\N{THIN SPACE}".join(map(str, value))
    latex = getattr(value, "latex", None)
    if callable(latex):
        return rf"\({latex()}\)"
    raise BookError(
        where="inline value",
        given=f"{type(value).__name__} {value!r}"[:80],
        expected="a number, a text, a shape or a formula",
    )


@dataclass(frozen=True)
class Equation:
    """TeX that an expression returns in order to be typeset."""

    tex: str

    def latex(self) -> str:
        """Return the TeX."""
        return self.tex


def equation(text: str, **values: int) -> Equation:
    r"""Return a formula of ours with the numbers put in place, and its result, ready to be typeset.

    >>> equation("floor((n - k)/s) + 1", n=227, k=11, s=4).tex
    '\\left\\lfloor\\frac{227 - 11}{4}\\right\\rfloor + 1 = 55'
    """
    from cnnmath import formula

    parsed = formula.parse(text)
    return Equation(f"{parsed.latex(values)} = {parsed.evaluate(**values)}")


def percent(share: float | Fraction, digits: int = 1) -> str:
    """Return a share of one as a percentage.

    >>> percent(Fraction(1, 8))
    '12.5%'
    """
    return f"{100 * float(share):.{digits}f}%"


HELPERS: dict[str, Callable[..., object]] = {"equation": equation, "percent": percent}


class Values:
    """Computes inline values, keeping each until a room that it mentions changes."""

    def __init__(self, sources: Sources, store: Store) -> None:
        self.sources = sources
        self.store = store
        self._kept = store.table("values")
        self._used: dict[str, str] = {}

    def text(self, expression: str) -> str:
        """Return what stands on the page for an expression; BookError if it has no value."""
        try:
            tree = ast.parse(expression, mode="eval")
        except SyntaxError as error:
            raise BookError(
                where=f"inline value {expression}",
                expected="a Python expression",
                remedy=f"Python says: {error}",
            ) from error
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        rooms = sorted(names & set(ROOMS))
        key = digest(expression, self.sources.of(*(f"cnnmath.{room}" for room in (*rooms, "book.values"))))
        if key not in self._used:
            self._used[key] = self._kept.get(key) or _compute(tree, expression, rooms)
        return self._used[key]

    def save(self) -> None:
        """Keep the values that were used since this object was made."""
        if self._used != self._kept:
            self.store.keep_table("values", self._used)


def _open_inner_rooms(tree: ast.Expression, scope: Mapping[str, ModuleType]) -> None:
    """Import what an expression names inside a room, such as ops.experiments, where the room has not yet."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in scope:
            room, inner = scope[node.value.id], f"cnnmath.{node.value.id}.{node.attr}"
            if not hasattr(room, node.attr) and importlib.util.find_spec(inner):
                importlib.import_module(inner)


def _compute(tree: ast.Expression, expression: str, rooms: list[str]) -> str:
    scope = {room: importlib.import_module(f"cnnmath.{room}") for room in rooms}
    _open_inner_rooms(tree, scope)
    try:
        # Our own pages only: whoever can write a page can write code as well.
        value = eval(compile(tree, "<inline value>", "eval"), {**HELPERS, **scope})  # noqa: S307
    except CnnMathError:
        raise
    except Exception as error:
        # Whatever an expression on a page may raise, the message must name the page.
        raise BookError(
            where=f"inline value {expression}", remedy=f"{type(error).__name__}: {error}"
        ) from error
    return spoken(value)
