"""Laws of the question bank: every family, every variant, however many there will be.

A new question is picked up from the registry; what it lacks is named here. Quick tests look at a few
seeds, the slow ones at two hundred.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from collections.abc import Iterator

import numpy  # noqa: ICN001, F401  (loaded on purpose: comparing whole columns is faster, the verdict the same)
import pytest

from cnnmath import practice, rules
from cnnmath.formula import Relation, parse_relation
from cnnmath.practice import richtext
from cnnmath.practice.answers import Choice, Expression, Integer, Matrix, Number, Ordering, Shape
from cnnmath.practice.question import Question
from cnnmath.practice.richtext import Items, Math, Paragraph, RichText

NAMES = practice.questions()
FEW = range(1, 4)
MANY = range(200)

# What any learner may type into any field.
GARBAGE = (
    "", " ", "\n", "0", "-1", "1e9", "5.0", "5,0", "five", "55px", "\uff15\uff15", "1/0", "n", "n = 5",
    "9**9**9", "((((", "))))", "__import__('os')", "\U0001f600", "a", "z", "a, b", "'; DROP TABLE",
    "<script>alert(1)</script>", "\x00", "\u202e12", "\\frac{1}{", "$", "**", "1;2;3", "[[1, 2]", "[[]]",
    "nan", "inf", "None", "True", "x" * 10_000, "(" * 400, "9" * 400, None, True, 5, 5.5, float("nan"),
    [], [[]], [1, [2]], {}, {"a": 1}, b"5",
)  # fmt: skip


def variants(name: str, seeds: range = FEW) -> list[Question]:
    """Return the variants of a family for some seeds."""
    return [practice.question(name, seed) for seed in seeds]


def texts(question: Question) -> dict[str, RichText]:
    """Return every text of a question with what it is."""
    return {
        "prompt": question.statement,
        "solution": question.solution,
        **{f"hint {number}": hint for number, hint in enumerate(question.hints, start=1)},
        **{f"mistake {mistake.name}": mistake.explanation for mistake in question.known_mistakes},
    }


def formulas(text: RichText) -> Iterator[Relation]:
    """Yield the formulas of a text, read."""
    for block in text:
        runs = (
            [block.inlines]
            if isinstance(block, Paragraph)
            else block.items
            if isinstance(block, Items)
            else []
        )
        yield from (
            parse_relation(inline.text) for inline in itertools.chain(*runs) if isinstance(inline, Math)
        )


def check_right_and_wrong(question: Question) -> None:
    """Hold one variant against the laws of grading."""
    for spelling in question.answer.spellings():
        verdict = practice.grade(question, spelling)
        assert (verdict.status, verdict.score, verdict.mistake) == ("correct", 1, None), (
            question.seed,
            spelling,
        )
    for mistake in question.known_mistakes:
        verdict = practice.grade(question, mistake.answer)
        assert verdict.status in ("wrong", "partly"), (question.seed, mistake)
        assert verdict.mistake == mistake.name, (question.seed, mistake)
        assert verdict.score < 1
        said = richtext.plain(verdict.feedback)
        assert richtext.plain(mistake.explanation).split("\n")[0][:30] in said.replace("\n", " "), (
            mistake,
            said,
        )


def tokens_of(question: Question) -> list[str]:
    """Return what the worked solution has to show, by kind of answer."""
    answer = question.answer
    match answer:
        case Integer() | Number():
            return [answer.show(answer.right)] if isinstance(answer.right, int) else []
        case Shape():
            return [str(number) for number in answer.right]
        case Matrix():
            return [", ".join(map(str, row)) for row in answer.right]
        case Expression():
            return [answer.text]
        case Ordering():
            return [richtext.plain(richtext.parse(answer.items[place])).strip() for place in answer.right]
        case Choice():
            return []
    raise AssertionError(f"the law does not know answers of the kind {answer.kind}")


@pytest.mark.parametrize("name", NAMES)
def test_right_spellings_are_correct_and_each_mistake_gets_its_message(name: str) -> None:
    """Every spelling of the right answer is correct; every named mistake fails with its own explanation."""
    for question in variants(name):
        check_right_and_wrong(question)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_two_hundred_variants_keep_the_laws(name: str) -> None:
    """The same over 200 seeds, which also are distinct: neighbors always, nearly all on the whole."""
    asked = variants(name, MANY)
    for question in asked:
        check_right_and_wrong(question)
    statements = [(richtext.plain(question.statement), question.answer) for question in asked]
    for seed in range(len(statements) - 3):
        assert len(set(statements[seed : seed + 4])) == 4, f"seeds {seed} to {seed + 3} repeat a variant"
    letters_only = isinstance(asked[0].answer, Expression)
    assert len(set(statements)) >= (50 if letters_only else 120)


@pytest.mark.parametrize("name", NAMES)
def test_hints_help_without_telling(name: str) -> None:
    """At least two hints, none of which contains the answer."""
    for question in variants(name):
        assert len(question.hints) >= 2
        for hint in question.hints:
            assert not question.answer.revealed_in(richtext.plain(hint))


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_shows_the_answer(name: str) -> None:
    """What has to be answered stands in the worked solution, an order in its order."""
    for question in variants(name):
        shown = " ".join(richtext.plain(question.solution, 10_000).split())
        position = 0
        for token in tokens_of(question):
            found = shown.find(token, position)
            assert found >= 0, (question.seed, token, shown)
            position = found if isinstance(question.answer, Ordering) else 0


@pytest.mark.parametrize("name", NAMES)
def test_every_relation_between_numbers_holds(name: str) -> None:
    """Each chain such as 7 - 3 + 1 = 5 is true; with letters in it, the parts without any are equal."""
    for question in variants(name):
        for where, text in texts(question).items():
            for relation in formulas(text):
                if not relation.operators or "≈" in relation.operators:
                    continue
                if not relation.names:
                    assert relation.holds(), (question.seed, where, relation.text)
                elif set(relation.operators) == {"="}:
                    values = {part.evaluate() for part in relation.parts if not part.names}
                    assert len(values) <= 1, (question.seed, where, relation.text)


@pytest.mark.parametrize("name", NAMES)
def test_every_text_can_be_printed_everywhere(name: str) -> None:
    """Prompts, hints, solutions and explanations print in the terminal, for the page and as Markdown."""
    for question in variants(name, range(1, 3)):
        for where, text in texts(question).items():
            assert richtext.plain(text).strip(), where
            assert richtext.to_dict(text), where
            assert richtext.markdown(text), where


@pytest.mark.parametrize("name", NAMES)
def test_texts_keep_our_tone(name: str) -> None:
    """No text says that something is simple, and all end as sentences do."""
    words = "simply|simple|obviously|obvious|just|trivial|easy|easily|clearly|of course"
    patronizing = re.compile(rf"\b({words})\b", re.IGNORECASE)
    for question in variants(name, range(1, 3)):
        for where, text in texts(question).items():
            assert not patronizing.search(richtext.plain(text)), where
        assert richtext.plain(question.prompt).rstrip()[-1] in ".?", question.name
        assert question.title
        assert question.title[0].isupper()


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_typed_gets_a_sentence(name: str) -> None:
    """No input raises; each gets a status and words; what cannot be read costs nothing."""
    question = practice.question(name, 1)
    for typed in GARBAGE:
        verdict = practice.grade(question, typed)
        said = richtext.plain(verdict.feedback)
        assert said.strip()[-1] in ".!?", (typed, said)
        assert len(said) < 800
        assert verdict.status != "undecided" or verdict.score == 0
        question.answer.preview(typed)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_addresses(name: str) -> None:
    """A name is topic/question in lower-case words: fit for an anchor, a file name and an argument."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*", name)


def test_every_entry_of_every_set_exists() -> None:
    """Sets name questions of the bank, none of them twice with the same seed, and each set has a title."""
    for name in practice.sets():
        found = practice.exercise_set(name)
        entries = [(entry.question, entry.seed) for entry in found.entries]
        assert found.title
        assert len(set(entries)) == len(entries) > 0
        for question, seed in entries:
            assert practice.question(question, seed).points > 0
            assert seed < 1000, "sheets are a thousand seeds apart"


@pytest.mark.slow
def test_variants_are_the_same_in_every_process() -> None:
    """A question is a pure function of name and seed: other hash seeds, NumPy loaded or not, other order."""
    code = """
import hashlib, sys
{first}
from cnnmath import practice
from cnnmath.practice import richtext
names = sorted(practice.questions(), reverse={backward})
draw = lambda name, seed: richtext.plain(practice.question(name, seed).statement)
said = {{name: [draw(name, seed) for seed in (1, 2, 10**15)] for name in names}}
print(hashlib.sha256(repr(sorted(said.items())).encode()).hexdigest())
"""
    settings = (("", False, "0"), ("import numpy", True, "1"))
    seen = {
        subprocess.run(
            [sys.executable, "-c", code.format(first=first, backward=backward)],
            env={"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for first, backward, hash_seed in settings
    }
    assert len(seen) == 1


# The formulas that size questions rest on, held against counting and against the derivations.

BANK = sys.modules["cnnmath_exercises.01-output-size.questions"]


def count_places(padded: int, k: int, s: int, d: int = 1) -> int:
    """Count windows by the definition: starts at multiples of s whose last cell lies in the padded row."""
    return sum(1 for start in range(0, padded, s) if start + d * (k - 1) <= padded - 1)


def value(text: str, **values: int) -> int:
    """Return the value of one of the bank's formulas."""
    return parse_relation(text).parts[0].evaluate(values)


def test_forward_formulas_count_windows() -> None:
    """Output sizes, dilated and with two paddings, equal the count of windows in every small case."""
    small = (range(1, 8), range(1, 5), range(1, 4), range(3), range(3), range(1, 3))
    for n, k, s, p, q, d in itertools.product(*small):
        if n + p + q >= k:
            assert value(BANK.SIDES, n=n, k=k, s=s, p_l=p, p_r=q) == count_places(n + p + q, k, s)
        if p == q and n + 2 * p >= d * (k - 1) + 1:
            assert value(BANK.DILATED, n=n, k=k, s=s, p=p, d=d) == count_places(n + 2 * p, k, s, d)
        if p == q and d == 1 and n + 2 * p >= k:
            assert value(BANK.SIZE, n=n, k=k, s=s, p=p) == count_places(n + 2 * p, k, s)
            assert value(BANK.STRIDE_ONE, n=n, k=k, p=p) == count_places(n + 2 * p, k, 1)


def test_backward_formulas_invert_the_count() -> None:
    """Smallest and largest input, and the transposed size, are what the count of windows takes back."""
    for m, k, s, p in itertools.product(range(1, 7), range(1, 5), range(1, 4), range(3)):
        inputs = [n for n in range(1, 60) if n + 2 * p >= k and count_places(n + 2 * p, k, s) == m]
        smallest = value(BANK.SMALLEST, m=m, k=k, s=s, p=p)
        if smallest >= 1:
            assert inputs == list(range(smallest, value(BANK.LARGEST, m=m, k=k, s=s, p=p) + 1))
            transposed = [value(BANK.TRANSPOSED, n=m, k=k, s=s, p=p, a=a) for a in range(s)]
            assert transposed == inputs


def test_conventions_follow_their_rules() -> None:
    """Ceil mode, same padding and TensorFlow's SAME agree with the rules that measure networks."""
    for n, k, s in itertools.product(range(1, 12), range(1, 6), range(1, 5)):
        if k <= n and s <= k:
            assert value(BANK.CEIL, n=n, k=k, s=s) == rules.ceil_output_size(n, k, s)
        assert value(BANK.SAME_TF, n=n, s=s) == count_places(n + sum(rules.padding_same_tf(n, k, s)), k, s)
        assert value(BANK.SAME_TF_PADDING, n=n, k=k, s=s) == sum(rules.padding_same_tf(n, k, s))
        if k % 2:
            half = value(BANK.SAME, k=k, d=s)
            assert count_places(n + 2 * half, k, 1, s) == n


def test_published_layers_give_the_sizes_that_their_papers_print() -> None:
    """LeNet-5 (LeCun 1998, II.B), AlexNet (Krizhevsky 2012), VGG (Simonyan 2014), ResNet (He 2015)."""
    printed = {
        "LeNet-5, layer C1": 28,
        "LeNet-5, layer S2": 14,
        "LeNet-5, layer C3": 10,
        "AlexNet, first pooling": 27,
        "AlexNet, second pooling": 13,
        "AlexNet in torchvision, first layer": 55,
        "VGG, any 3×3 convolution at full size": 224,
        "VGG, first pooling": 112,
        "ResNet, first layer": 112,
        "ResNet in torchvision, first pooling": 56,
        "Inception-v3, first layer": 149,
        "Inception-v3, second layer": 147,
    }
    found = {name: value(BANK.SIZE, n=n, k=k, s=s, p=p) for name, n, k, s, p in BANK.PUBLISHED}
    assert found == printed


def test_references_are_the_derived_results() -> None:
    """The formula that questions take for right is the one that was derived, step by step."""
    from cnnmath import derive

    derived = derive.record("conv-output-size").result.formula
    assert practice.equivalent(derived, BANK.SIZE, "conv-size").status == "correct"
    general = derive.record("conv-output-size").view("general").result.formula
    one_padding = (
        parse_relation(general)
        .parts[0]
        .substitute(p_l=parse_relation("p").parts[0], p_r=parse_relation("p").parts[0])
    )
    assert practice.equivalent(one_padding.text, BANK.DILATED, "conv-size-dilated").status == "correct"
