"""Which words a formula may use: variables, tensors, functions; and what an unknown word may have meant.

The parser asks here what a name is; nothing here knows the grammar.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from cnnmath.errors import near_misses
from cnnmath.formula.spelling import FUNCTION_SPELLINGS, GREEK_LETTERS

__all__ = ["FUNCTIONS", "Vocabulary", "canonical"]

FUNCTIONS: dict[str, tuple[int, int, str]] = {
    "floor": (1, 1, "floor(n/s)"),
    "ceil": (1, 1, "ceil(n/s)"),
    "abs": (1, 1, "abs(n - k)"),
    "min": (2, 16, "min(n, k)"),
    "max": (2, 16, "max(n, k)"),
    "mod": (2, 2, "mod(n, s)"),
    "sqrt": (1, 1, "sqrt(n)"),
    "exp": (1, 1, "exp(x)"),
    "log": (1, 2, "log(x) or log(x, 2)"),
    "sum": (4, 4, "sum(i^2, i, 1, n)"),
    "prod": (4, 4, "prod(i, i, 1, n)"),
}
"""Function: least and greatest number of arguments, and an example for messages."""

_FOREIGN = {
    "round": "Rounding down is floor(...), rounding up is ceil(...).",
    "int": "Rounding down is floor(...).",
    "trunc": "Rounding down is floor(...).",
    "pow": "Write powers with ^, as in n^2.",
    "sqr": "Write powers with ^, as in n^2.",
    "div": "Write n // s, or floor(n/s).",
    "len": "Only numbers can be computed.",
}


def canonical(name: str) -> str:
    """Return the name under which a variable is known however it was spelled: α and alpha are one.

    >>> canonical("α"), canonical("x₁") == "x₁"
    ('alpha', True)
    """
    return "".join(GREEK_LETTERS.get(character, character) for character in name)


@dataclass(frozen=True)
class Vocabulary:
    """The words of one question; `names` or `tensors` that are None allow any."""

    names: frozenset[str] | None = None
    tensors: Mapping[str, int] | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        names: Iterable[str] | None,
        tensors: Mapping[str, int] | None,
        aliases: Mapping[str, str] | None,
    ) -> Vocabulary:
        """Return the vocabulary of these words, each under its canonical name."""
        if tensors is None and names is not None:
            tensors = {}
        return cls(
            None if names is None else frozenset(map(canonical, names)),
            None if tensors is None else {canonical(name): rank for name, rank in tensors.items()},
            {canonical(alias): canonical(name) for alias, name in (aliases or {}).items()},
        )

    def variable(self, word: str, bound: Collection[str]) -> str | None:
        """Return the variable that the word stands for, or None."""
        word = self.aliases.get(word, word)
        spellings = (word, word.replace("_", ""), _with_subscript(word))
        if found := next((spelling for spelling in spellings if spelling in bound), None):
            return found
        if self.names is None:
            return word if function_named(word) is None else None
        return next((spelling for spelling in spellings if spelling in self.names), None)

    def tensor(self, word: str) -> int | None:
        """Return how many indices the declared tensor of this name takes, or None."""
        return None if self.tensors is None else self.tensors.get(self.aliases.get(word, word))

    def known(self, bound: Collection[str]) -> set[str]:
        """Return all variables and tensors that are declared."""
        return set(bound) | set(self.names or ()) | set(self.tensors or ()) | set(self.aliases)

    def splits(self, word: str, bound: Collection[str]) -> list[tuple[str, ...]]:
        """Return the ways (at most two) in which the word is a run of known names, as `kn` is k and n."""
        if self.names is None or "'" in word:
            return []
        return _splits(word, self.known(bound))[:2]

    def advice(self, word: str, bound: Collection[str]) -> str:
        """Return a sentence that helps whoever wrote an unknown word."""
        letters = word.rstrip("0123456789")
        if letters != word and self.variable(letters, bound):
            digits = word[len(letters) :]
            return f"Write {letters}*{digits} for the product or {letters}^{digits} for the power."
        if near := near_misses(word, {*self.known(bound), *FUNCTIONS}):
            return f"Did you mean {' or '.join(near)}?"
        return (
            f"Known are {_listed(sorted(self.known(bound)))}." if self.known(bound) else "Use numbers only."
        )

    def function_advice(self, word: str, bound: Collection[str]) -> str:
        """Return a sentence that helps whoever called an unknown function."""
        if word.lower() in _FOREIGN:
            return _FOREIGN[word.lower()]
        if near := near_misses(word, FUNCTIONS):
            return f"Did you mean {' or '.join(near)}?"
        if self.variable(word, bound):
            return f"For a product write {word}*(...)."
        return f"Known are {_listed(FUNCTIONS)}."


def function_named(word: str) -> str | None:
    """Return the function that a word names in any letter case, or None.

    >>> function_named("Ceiling"), function_named("n")
    ('ceil', None)
    """
    word = word.lower()
    word = FUNCTION_SPELLINGS.get(word, word)
    return word if word in FUNCTIONS else None


def _with_subscript(word: str) -> str:
    letters = word.rstrip("0123456789")
    return f"{letters}_{word[len(letters) :]}"


def _splits(word: str, known: set[str]) -> list[tuple[str, ...]]:
    found: list[list[tuple[str, ...]]] = [[()]]  # found[n]: ways to split the first n characters, two at most
    for end in range(1, len(word) + 1):
        ways = [
            (*way, word[start:end])
            for start in range(end)
            if word[start:end] in known
            for way in found[start]
        ]
        found.append(ways[:2])
    return [way for way in found[-1] if len(way) > 1]


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
