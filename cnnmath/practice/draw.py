"""Seeded choices: the same variant on every Python version, operating system and browser.

The stream is SHA-256 in counter mode over a text key, so nothing depends on `random`, NumPy or hash seeds.
What a question does with the numbers lives in the bank; that a variant is worth asking is checked in
`question`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar, TypeVarTuple

from cnnmath.errors import BankError

__all__ = ["Draw"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_VERSION = "cnnmath-draw-1"
_TRIES = 1000


class Draw:
    """A stream of choices that is a pure function of its key parts.

    Block number c of the stream is SHA-256(SHA-256(key) || c), with c as eight big-endian bytes.

    >>> Draw("output-size/strided", 1).integer(1, 6) == Draw("output-size/strided", 1).integer(1, 6)
    True
    """

    def __init__(self, *key: str | int) -> None:
        text = "\x1f".join([_VERSION, *map(str, key)])
        self._key = hashlib.sha256(text.encode()).digest()
        self._counter = 0
        self._buffer = b""
        self._taken: list[int] = []

    @property
    def fingerprint(self) -> int:
        """A number that tells apart what was drawn so far; rejected tries of `until` do not count."""
        return int.from_bytes(hashlib.sha256(repr(self._taken).encode()).digest()[:8], "big")

    def integer(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included, each equally likely.

        >>> Draw("die").integer(3, 3)
        3
        """
        if high < low:
            raise BankError(
                where=f"draw.integer({low}, {high})",
                expected="a range that holds a number",
                remedy="The first bound must not be larger than the second.",
            )
        return low + self._below(high - low + 1)

    def choice(self, options: Sequence[T]) -> T:
        """Return one of the options.

        >>> Draw("coin").choice(["heads"])
        'heads'
        """
        if not options:
            raise BankError(where="draw.choice", expected="at least one option", given="none")
        return options[self._below(len(options))]

    def shuffled(self, options: Sequence[T]) -> tuple[T, ...]:
        """Return the options in a random order (Fisher and Yates; every order is equally likely).

        >>> sorted(Draw("cards").shuffled([1, 2, 3]))
        [1, 2, 3]
        """
        return self.sample(options, len(options))

    def sample(self, options: Sequence[T], count: int) -> tuple[T, ...]:
        """Return `count` options in random order, none of them twice.

        >>> len(set(Draw("lottery").sample(range(1, 50), 6)))
        6
        """
        if not 0 <= count <= len(options):
            raise BankError(
                where="draw.sample",
                given=f"{count} of {len(options)} options",
                expected="no more than there are",
            )
        pool = list(options)
        for place in range(count):
            other = place + self._below(len(pool) - place)
            pool[place], pool[other] = pool[other], pool[place]
        return tuple(pool[:count])

    def until(self, make: Callable[[], tuple[*Ts]], good: Callable[[*Ts], bool]) -> tuple[*Ts]:
        """Return the first made values that are good; give up with `BankError` after 1,000 tries.

        >>> Draw("even").until(lambda: (2, 4), lambda a, b: a < b)
        (2, 4)
        """
        before = len(self._taken)
        for _ in range(_TRIES):
            values = make()
            if good(*values):
                return values
            del self._taken[before:]
        raise BankError(
            where="draw.until",
            given=f"{_TRIES} tries without good values",
            expected="a condition that many draws meet",
            remedy="Widen the ranges or relax the condition.",
        )

    def _below(self, bound: int) -> int:
        """Return a number from 0 to bound - 1 without modulo bias: draw bits, reject what is too large."""
        bits = (bound - 1).bit_length()
        size = (bits + 7) // 8
        while True:
            value = int.from_bytes(self._bytes(size), "big") >> (8 * size - bits)
            if value < bound:
                self._taken.append(value)
                return value

    def _bytes(self, size: int) -> bytes:
        while len(self._buffer) < size:
            block = self._key + self._counter.to_bytes(8, "big")
            self._buffer += hashlib.sha256(block).digest()
            self._counter += 1
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken
