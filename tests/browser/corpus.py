"""Questions and answers to ask two Pythons: right answers in several spellings, named mistakes, and garbage.

Made from the bank, so every new family is asked as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cnnmath.practice.answers import Answer
from cnnmath.practice.bank import bank

SEEDS = (1, 9007199254740991)
GARBAGE = (
    "",
    "   ",
    "?",
    "n" * 10_000,
    "(" * 200,
    "9**9**9",
    "1/0",
    "1/2n",
    "__import__('os').system('x')",
    "n = 3",
    "3,5",
    "0x10",
    "½",
    "２",
    "\N{GRINNING FACE}",
    "floor(",
    "a, b, c",
    "[[1, 2], [3]]",
    "-0",
    "1e999",
    None,
    7,
    [1, 2],
    {"a": 1},
)


def requests() -> Iterator[str]:
    """Yield the requests, as JSON: for each variant the question itself, and its answers read and graded."""
    for family in bank().families():
        for seed in SEEDS:
            yield _request("question", family.name, seed)
            yield _request("solution", family.name, seed)
            yield _request("hint", family.name, seed, index=0)
            question = family.variant(seed, bank().name)
            answers = [*question.answer.spellings(), *(mistake.answer for mistake in question.known_mistakes)]
            answers += GARBAGE if seed == SEEDS[0] else _towers(question.answer)
            for answer in answers:
                yield _request("preview", family.name, seed, answer=answer)
                yield _request("grade", family.name, seed, answer=answer)


def _towers(answer: Answer[Any]) -> list[str]:
    """Return formulas that are right where they can be computed, and too large to compute elsewhere."""
    names = [entry["name"] for entry in answer.field().get("names", ())]
    return [f"{answer.spellings()[0]} + 0*({name}^{name}^{name})" for name in names]


def _request(action: str, name: str, seed: int, **more: object) -> str:
    return json.dumps({"do": action, "name": name, "seed": seed, **more}, default=str)
