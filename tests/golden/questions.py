"""What the question bank drew and how it graded, pinned: `python tests/golden/questions.py` writes it anew.

`variants.json` holds answer and mistakes of some variants of every family: numbers, not words, so a better
sentence changes nothing. `verdicts.json` is a corpus of answers with their verdicts, for every place that
grades.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cnnmath import practice
from cnnmath.practice.answers import Choice

FOLDER = Path(__file__).parent
SEEDS = (1, 2, 10**12)
ANYTHING = ("", "7", "n + 1", "a, b")


def variants() -> dict[str, dict[str, Any]]:
    """Return what is pinned of each family: by seed, the right answer and where mistakes lead."""
    return {name: {str(seed): _variant(name, seed) for seed in SEEDS} for name in practice.questions()}


def _variant(name: str, seed: int) -> dict[str, Any]:
    answer = practice.question(name, seed).answer
    mistakes = practice.question(name, seed).mistakes
    if isinstance(answer, Choice):  # letters alone would not say which options were drawn
        return {"answer": answer.show(answer.right), "options": [option.text for option in answer.options]}
    shown = {mistake.name: answer.show(answer.read(mistake.answer)) for mistake in mistakes}
    return {"answer": answer.show(answer.right), "mistakes": shown}


def corpus() -> Iterator[dict[str, Any]]:
    """Yield questions with answers, right, wrong and unreadable, and what grading says about each."""
    for name in practice.questions():
        for seed in SEEDS[:2]:
            asked = practice.question(name, seed)
            right = asked.answer.show(asked.answer.right)
            wrong = [mistake.answer for mistake in asked.known_mistakes]
            for answer in (right, *wrong, *ANYTHING):
                verdict = practice.grade(asked, answer).to_dict()
                kept = {key: verdict[key] for key in ("status", "score", "mistake", "counterexample")}
                yield {"name": name, "seed": seed, "answer": answer, **kept}


def plain(data: object) -> Any:
    """Return data as it comes back from JSON."""
    return json.loads(json.dumps(data))


def main() -> None:
    """Write both files."""
    for name, data in (("variants", variants()), ("verdicts", [*corpus()])):
        lines = ",\n".join(
            json.dumps(item, ensure_ascii=False)
            if isinstance(data, list)
            else f"{json.dumps(item)}: {json.dumps(data[item], ensure_ascii=False)}"
            for item in data
        )
        opening, closing = "[]" if isinstance(data, list) else "{}"
        (FOLDER / f"{name}.json").write_text(f"{opening}\n{lines}\n{closing}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
