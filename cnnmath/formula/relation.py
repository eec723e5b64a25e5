"""Relation: a chain such as `H_out = floor((H - k)/s) + 1 = 5` in our own texts, to print, say and check.

Students' answers are formulas, never relations; `parse` goes on refusing an equals sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cnnmath.formula.evaluate import Source, holds
from cnnmath.formula.expression import Formula
from cnnmath.formula.latex import LATEX_RELATIONS
from cnnmath.formula.limits import DEFAULT, Limits
from cnnmath.formula.parser import Parser
from cnnmath.formula.plain import chain
from cnnmath.formula.vocabulary import Vocabulary
from cnnmath.formula.words import words_of_chain

__all__ = ["Relation", "parse_relation"]


@dataclass(frozen=True)
class Relation:
    r"""Formulas or shapes joined by = != < > <= >= or ≈; a single one without a sign is a relation, too.

    >>> chain = parse_relation("H_out = floor((5 - 3)/2) + 1 = 2")
    >>> print(chain.latex())
    H_{\mathrm{out}} = \left\lfloor\frac{5 - 3}{2}\right\rfloor + 1 = 2
    """

    text: str = field(compare=False)
    parts: tuple[Formula, ...]
    operators: tuple[str, ...]

    def __str__(self) -> str:
        return self.plain()

    @property
    def names(self) -> tuple[str, ...]:
        """The variables of all parts, each once."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.names))

    def plain(self, values: Mapping[str, object] | None = None) -> str:
        """Return the relation in the language itself, with numbers in place of the names that have a value.

        >>> parse_relation("0<=i<n").plain({"n": 5})
        '0 <= i < 5'
        """
        return chain([part.plain(values) for part in self.parts], self.operators)

    def latex(self, values: Mapping[str, object] | None = None) -> str:
        r"""Return the relation as LaTeX, with numbers in place of the names that have a value.

        >>> print(parse_relation("k <= n").latex())
        k \le n
        """
        signs = tuple(LATEX_RELATIONS[sign] for sign in self.operators)
        return chain([part.latex(values) for part in self.parts], signs)

    def words(self) -> str:
        """Return the relation in words.

        >>> parse_relation("0 <= i < n").words()
        '0 is at most i is less than n'
        """
        return words_of_chain(tuple(part.root for part in self.parts), self.operators)

    def holds(self, values: Mapping[str, object] | None = None, /, **named: object) -> bool:
        """Tell whether every relation of the chain holds at these values; ≈ is taken at its word.

        >>> parse_relation("k <= n + 2p").holds(k=3, n=1, p=1)
        True
        """
        given = {**(values or {}), **named}
        source = Source(self.text, self.parts[0].limits)
        return holds(
            [part.evaluate(given) for part in self.parts], self.operators, (0, len(self.text)), source
        )


def parse_relation(
    text: str,
    names: Iterable[str] | None = None,
    tensors: Mapping[str, int] | None = None,
    aliases: Mapping[str, str] | None = None,
    limits: Limits = DEFAULT,
) -> Relation:
    """Read a chain of relations between formulas; a side may be a shape such as `(N, C, H, W)`.

    The parameters and the errors are those of `parse`.

    >>> parse_relation("(N, C, H, W) = (1, 3, 224, 224)").operators
    ('=',)
    """
    parser = Parser(text, Vocabulary.of(names, tensors, aliases), limits)
    parts, operators = parser.relation()
    return Relation(text, tuple(Formula(text, part, limits=limits) for part in parts), operators)
