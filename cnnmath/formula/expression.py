"""Formula: a text that has been read, and what can be asked of it; `parse` is the way in.

A thin face over the tree: every meaning (value, LaTeX, JavaScript, words) lives in its own file.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from cnnmath.errors import FormulaError
from cnnmath.formula import tree
from cnnmath.formula.evaluate import Program, Scope, Source, Value, compile_formula
from cnnmath.formula.javascript import to_javascript
from cnnmath.formula.latex import to_latex
from cnnmath.formula.limits import DEFAULT, Limits
from cnnmath.formula.parser import Note, Parser
from cnnmath.formula.plain import to_plain
from cnnmath.formula.refusals import refuse
from cnnmath.formula.tree import Binary, Index, Name, Node, Path, Span
from cnnmath.formula.vocabulary import Vocabulary
from cnnmath.formula.words import to_words

if TYPE_CHECKING:
    from cnnmath.formula.columns import Columns

__all__ = ["Formula", "parse"]


@dataclass(frozen=True)
class Formula:
    r"""A formula that has been read.

    `text` is what was written and `root` its tree; `notes` tell the writer how it was read. Two formulas are
    equal when their trees are: `2p` and `2 * p` are.

    >>> size = parse("floor((n + 2p - k)/s) + 1", names={"n", "k", "s", "p"})
    >>> size.evaluate(n=227, k=11, s=4, p=0)
    55
    >>> print(size.latex())
    \left\lfloor\frac{n + 2p - k}{s}\right\rfloor + 1
    """

    text: str = field(compare=False)
    root: Node
    notes: tuple[Note, ...] = field(default=(), compare=False)
    limits: Limits = field(default=DEFAULT, compare=False, repr=False)

    @classmethod
    def of(cls, root: Node, limits: Limits = DEFAULT) -> Formula:
        """Return the formula of a tree that was built or changed by a program.

        >>> Formula.of(tree.Binary("+", tree.Name("n"), tree.Number(1))).text
        'n + 1'
        """
        return parse(to_plain(root), limits=limits)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The variables that need a value, each once, in the order of first appearance."""
        return tree.free_names(self.root)

    @cached_property
    def tensors(self) -> dict[str, int]:
        """The indexed tensors with their numbers of indices."""
        return tree.tensor_ranks(self.root)

    # -- values

    def evaluate(self, values: Mapping[str, object] | None = None, /, **named: object) -> Value:
        """Return the exact value: an int or a Fraction; a float only where a root or logarithm has no other.

        Values are whole numbers, fractions or floats; a tensor is a nested list or a function of its indices.
        Values of names that do not occur are ignored. 0^0 is 1, an empty sum 0, an empty product 1.

        Raises FormulaError: missing-value, bad-value; undefined (division by zero, an index outside, ...);
        too-big, too-much-work or undecided (LIMIT_CODES) where the limits leave the value open.

        >>> parse("n/4 - 1/2").evaluate(n=3)
        Fraction(1, 4)
        """
        given = {**(values or {}), **named}
        source = Source(self.text, self.limits)
        self.require(given, (*self.names, *self.tensors))
        exact = {name: source.exact(given[name], name, self._places[name]) for name in self.names}
        scope = Scope(exact | {name: given[name] for name in self.tensors}, self.limits.work)
        return self._program(scope)

    def require(self, given: Container[str], names: Iterable[str]) -> None:
        """Refuse to compute where a name has no value: FormulaError missing-value."""
        for name in names:
            if name not in given:
                raise refuse("missing-value", self.text, self.span_of(name), name=name)

    def span_of(self, name: str) -> Span:
        """Return where a variable or a tensor first stands in the text."""
        return self._places[name]

    @cached_property
    def _places(self) -> dict[str, Span]:
        nodes = [node for _, node in self.walk()]
        named = {node.name: node.span for node in reversed(nodes) if isinstance(node, Name)}
        return {node.tensor: node.span for node in reversed(nodes) if isinstance(node, Index)} | named

    @cached_property
    def _program(self) -> Program:
        return compile_formula(self.root, Source(self.text, self.limits))

    def evaluate_many(
        self, columns: Mapping[str, object], tensors: Mapping[str, object] | None = None
    ) -> Columns:
        """Return the exact values at many points; `columns` maps names to arrays of whole numbers.

        The columns are broadcast against one another; `tensors` are the same at all points. The result has
        numerators and denominators, and masks where the value is undefined or (64 bits being too few, or the
        value no fraction) undecided; it never holds a wrong number.

        Raises FormulaError: missing-value, bad-value. Loads NumPy.

        >>> many = parse("floor(n/s)").evaluate_many({"n": [7, 8, 9], "s": [2, 2, 0]})
        >>> many.numerator.tolist(), many.undefined.tolist()
        ([3, 4, 0], [False, False, True])
        """
        from cnnmath.formula.columns import evaluate_columns

        return evaluate_columns(self, columns, tensors or {})

    # -- printing

    def __str__(self) -> str:
        return self.plain()

    def plain(self, values: Mapping[str, object] | None = None) -> str:
        """Return the formula in its own language, with numbers in place of the names that have a value.

        >>> parse("(n+2*p - k) / s").plain({"n": 5, "p": -1})
        '(5 + 2*(-1) - k)/s'
        """
        return to_plain(self._with_numbers(values))

    def latex(self, values: Mapping[str, object] | None = None) -> str:
        r"""Return the formula as LaTeX, with numbers in place of the names that have a value.

        >>> print(parse("(n + 2p - k)/s").latex({"n": 5, "p": 1, "k": 3, "s": 2}))
        \frac{5 + 2\cdot 1 - 3}{2}
        """
        return to_latex(self._with_numbers(values))

    def javascript(self) -> str:
        """Return a JavaScript expression for the value, in variables named by `javascript_name`.

        Names stand for whole numbers. The result is right while all intermediate whole numbers stay within
        2^53, and NaN or infinite where the value is not defined.

        >>> parse("floor((n + 2p - k)/s) + 1").javascript()
        'Math.floor((n + 2 * p - k) / s) + 1'
        """
        return to_javascript(self.root)

    def words(self) -> str:
        """Return the formula in words, for a screen reader.

        >>> parse("floor((n + 2p - k)/s) + 1").words()
        'the floor of the quantity n plus 2 p minus k, over s, plus 1'
        """
        return to_words(self.root)

    def _with_numbers(self, values: Mapping[str, object] | None) -> Node:
        source, given = Source(self.text, self.limits), values or {}
        exact = {
            name: source.exact(given[name], name, self._places[name]) for name in self.names if name in given
        }
        return tree.substitute(self.root, {name: tree.number(value) for name, value in exact.items()})

    # -- other formulas

    def substitute(
        self, replacements: Mapping[str, Replacement] | None = None, /, **named: Replacement
    ) -> Formula:
        """Return the formula with names exchanged for formulas, trees or numbers.

        >>> parse("2n + 1").substitute(n=parse("m - 1")).text
        '2(m - 1) + 1'
        """
        given = {**(replacements or {}), **named}
        return Formula.of(
            tree.substitute(self.root, {name: _as_tree(new) for name, new in given.items()}), self.limits
        )

    def walk(self) -> Iterator[tuple[Path, Node]]:
        """Yield every node of the tree with its path from the root, parents first."""
        return tree.walk(self.root)

    def replace(self, path: Path, new: Node) -> Formula:
        """Return the formula with the node at the path exchanged for another.

        >>> size = parse("floor(n/s) + 1")
        >>> size.replace((1,), tree.Number(2)).text
        'floor(n/s) + 2'
        """
        return Formula.of(tree.replace_at(self.root, path, new), self.limits)

    def rewrite(self, change: Callable[[Node], Node]) -> Formula:
        """Return the formula with `change` applied to every node of its tree, parts before their parents."""
        return Formula.of(tree.rewrite(self.root, change), self.limits)


Replacement = Formula | Node | Value


def _as_tree(new: Replacement) -> Node:
    if isinstance(new, Formula):
        return new.root
    return new if isinstance(new, Node) else tree.number(new)


def parse(
    text: str,
    names: Iterable[str] | None = None,
    tensors: Mapping[str, int] | None = None,
    aliases: Mapping[str, str] | None = None,
    limits: Limits = DEFAULT,
) -> Formula:
    """Read a formula.

    `names` are the variables that may occur (None: any), `tensors` the names that must be indexed with their
    numbers of indices (None: any when `names` is None, else none), `aliases` other spellings of names.

    Raises FormulaError, whose code, span and remedy say what to write instead; see `refusals`.

    >>> parse("2p + ⌊n/s⌋", names={"n", "p", "s"}).evaluate(n=7, p=1, s=2)
    5
    >>> parse("1/2n")
    Traceback (most recent call last):
    cnnmath.errors.FormulaError: 1/2n can be read in two ways: (1/2)*n or 1/(2n). Write the one that you mean.
    """
    parser = Parser(text, Vocabulary.of(names, tensors, aliases), limits)
    root = parser.formula()
    _refuse_huge_constants(root, Source(text, limits))
    return Formula(text, root, tuple(parser.notes), limits)


def _refuse_huge_constants(root: Node, source: Source) -> None:
    """Refuse 9^9^9 where it is read; what else may be wrong with a constant is found when it is computed."""
    for _, node in tree.walk(root):
        if not (isinstance(node, Binary) and node.operator == "^") or tree.free_names(node):
            continue
        if any(isinstance(part, Index) for _, part in tree.walk(node)):
            continue
        try:
            compile_formula(node, source)(Scope({}, source.limits.work))
        except FormulaError as error:
            if error.code == "too-big":
                raise
