"""Answer types: what each reads, what each says about a wrong answer, what each tells the page."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cnnmath.errors import BankError
from cnnmath.practice.answers import (
    Choice,
    Expression,
    Integer,
    Matrix,
    Mistake,
    Number,
    Option,
    Ordering,
    Shape,
)
from cnnmath.practice.domains import domain
from cnnmath.practice.draw import Draw

SIZE = "floor((n + 2p - k)/s) + 1"


class TestInteger:
    """Whole numbers; with a formula behind them, the formula done wrong is recognized."""

    answer = Integer.of(SIZE, "conv-size", n=31, k=4, s=2, p=5)  # floor(37/2) + 1 = 19

    def test_the_value_comes_from_the_formula(self) -> None:
        """floor((31 + 10 - 4)/2) + 1, by hand: half of 37 is 18, and one more."""
        assert self.answer.right == 19

    @pytest.mark.parametrize(
        ("typed", "mistake", "words"),
        [
            ("18", "constant-dropped", "a constant is missing"),
            ("20", "rounded-up", "rounded up"),
            ("19.5", "not-rounded", "has to be rounded"),
            ("38", "stride-ignored", "the stride s was left out"),
            ("8.666666", "not-whole", "is a whole number"),
            ("32/2 + 1", "padding-once", "the padding on each side p was counted once"),
        ],
    )
    def test_a_formula_done_wrong_is_named(self, typed: str, mistake: str, words: str) -> None:
        """The value that a mutated formula gives names the mistake."""
        verdict = self.answer.grade(typed)
        assert (verdict.status, verdict.mistake) == ("wrong", mistake)
        assert words in str(verdict)

    def test_the_questions_own_mistakes_come_first(self) -> None:
        """A mistake that the question lists is explained in its own words."""
        verdict = self.answer.grade("18", [Mistake("jumps", 18, "Count the places.")])
        assert (verdict.mistake, str(verdict)) == ("jumps", "Not yet. Count the places.")

    def test_a_right_answer_never_triggers_a_mistake(self) -> None:
        """Even when a listed mistake leads to the right number, the answer is correct."""
        verdict = self.answer.grade("19", [Mistake("unlucky", 19, "No.")])
        assert (verdict.status, verdict.mistake) == ("correct", None)

    def test_off_by_one_is_said(self) -> None:
        """Without a formula behind it, an answer that is one off is told so."""
        assert "off by one" in str(Integer(10).grade(11))

    def test_a_fraction_is_no_whole_number(self) -> None:
        """A formula whose value is a fraction cannot be the answer of a whole-number question."""
        with pytest.raises(BankError, match="a whole number"):
            Integer.of("n/s", "conv-size", n=3, s=2, k=1, p=0)


class TestNumber:
    """Exact fractions, and a tolerance where one is given."""

    third = Number(Fraction(1, 3), tolerance=Fraction(1, 100))

    @pytest.mark.parametrize(
        ("typed", "status", "words"),
        [
            ("1/3", "correct", "Correct: 1/3."),
            ("0.3333", "correct", "0.3333 is close enough to the exact 1/3"),
            ("0.33", "correct", "close enough"),
            ("0.31", "wrong", "give more digits"),
            ("2", "wrong", "2 is not the answer"),
            ("1/3 m", "invalid", "Type"),
        ],
    )
    def test_tolerance_is_relative(self, typed: str, status: str, words: str) -> None:
        """Within one percent of 1/3 is right, within ten percent is close, the rest is wrong."""
        verdict = self.third.grade(typed)
        assert verdict.status == status
        assert words in str(verdict)

    def test_without_tolerance_only_the_exact_value_is_right(self) -> None:
        """0.333 is not 1/3."""
        assert Number(Fraction(1, 3)).grade("0.333").status == "wrong"


class TestShape:
    """Several numbers in order."""

    shape = Shape((64, 55, 27), ("channels", "height", "width"))

    @pytest.mark.parametrize(
        "typed",
        [
            "(64, 55, 27)",
            "64x55x27",
            "64, 55, 27",
            "64 55 27",
            "[64;55;27]",
            "64 × 55 × 27",
            "64,55,(227-11)/8",
        ],
    )
    def test_spellings(self, typed: str) -> None:
        """Commas, crosses, blanks, any brackets, and calculations inside."""
        assert self.shape.grade(typed).status == "correct"

    @pytest.mark.parametrize(
        ("typed", "status", "score", "words"),
        [
            ("55, 27, 64", "partly", 0.5, "their order is not"),
            ("64, 55, 28", "partly", 0.67, "look again at the width; the rest is right"),
            ("64, 54, 28", "partly", 0.33, "look again at the height and the width"),
            ("1, 2, 3", "wrong", 0, "is not the answer"),
            (
                "64, 55",
                "invalid",
                0,
                "This is two numbers, and three numbers are asked for: (channels, height, width).",
            ),
            ("64", "invalid", 0, "This is one number"),
            ("64, 55.5, 27", "invalid", 0, "“55.5” is not a whole number."),
            ("64, , 27, x", "invalid", 0, "“x” is not a number."),
            ("", "invalid", 0, "There is no answer yet."),
        ],
    )
    def test_feedback(self, typed: str, status: str, score: float, words: str) -> None:
        """What is right is said, what is wrong is pointed at, what cannot be read costs nothing."""
        verdict = self.shape.grade(typed)
        assert (verdict.status, verdict.score) == (status, score)
        assert words in str(verdict).replace("\n", " ")

    def test_the_example_is_not_the_answer(self) -> None:
        """The example in messages shares no number with the answer."""
        assert not set(self.shape.read(self.shape.example)) & set(self.shape.right)


class TestMatrix:
    """Rows of exact numbers, compared in stages."""

    matrix = Matrix(((4, 3), (2, Fraction(1, 2)), (0, -1)))

    @pytest.mark.parametrize(
        "typed",
        [
            "[[4, 3], [2, 1/2], [0, -1]]",
            "4 3; 2 0.5; 0 -1",
            "4,3\n2,.5\n0,-1",
            [[4, 3], [2, "1/2"], [0, -1]],
            "(4 3) (2 0.5) (0 -1)",
        ],
    )
    def test_spellings(self, typed: object) -> None:
        """Brackets, semicolons, lines, commas or blanks, and data."""
        assert self.matrix.grade(typed).status == "correct"

    @pytest.mark.parametrize(
        ("typed", "status", "score", "words"),
        [
            ("4 3; 2 0.5", "wrong", 0, "yours has 2 × 2, the answer has 3 × 2"),
            ("4 2 0; 3 0.5 -1", "partly", 0.5, "with rows and columns exchanged"),
            ("-1 0; 0.5 2; 3 4", "partly", 0.5, "turned by 180°"),
            ("4 3; 2 0.5; 0 1", "partly", 0.83, "5 of 6 entries are right. Look again at row 3, column 2"),
            ("9 9; 9 9; 9 9", "wrong", 0, "no entry is right"),
            ("1 2; 3", "invalid", 0, "not all equally long"),
            ("[[]]", "invalid", 0, "not all equally long"),
            ("a b", "invalid", 0, "“a” is not a number"),
        ],
    )
    def test_feedback(self, typed: str, status: str, score: float, words: str) -> None:
        """Shape first, then orientation, then entries; a transposed answer is not a wrong number."""
        rows = self.matrix if "2 0; 3" not in typed else Matrix(((4, 3), (2, Fraction(1, 2)), (0, -1)))
        verdict = rows.grade(typed)
        if "exchanged" in words:
            square = Matrix(((1, 2), (3, 4)))
            verdict = square.grade("1 3; 2 4")
        assert (verdict.status, verdict.score) == (status, score)
        assert words in str(verdict).replace("\n", " ")


class TestChoice:
    """One right option; each wrong one explains itself."""

    choice = Choice(
        (Option("up by $n$", "It goes down.", "up"), Option("down"), Option("nowhere", "It moves.", "still"))
    )

    @pytest.mark.parametrize("typed", ["b", "B", "(b)", "b.", " b ", "down", "Down."])
    def test_letters_and_texts_are_read(self, typed: str) -> None:
        """The letter, however dressed, or the text of the option."""
        assert self.choice.grade(typed).status == "correct"

    def test_a_wrong_option_explains_itself(self) -> None:
        """The feedback is the option's own, its formula may be typed without dollar signs."""
        verdict = self.choice.grade("up by n", self.choice.mistakes)
        assert (verdict.status, verdict.mistake, str(verdict)) == ("wrong", "up", "Not yet. It goes down.")

    @pytest.mark.parametrize("typed", ["d", "", "ab", "1"])
    def test_other_answers_are_invalid(self, typed: str) -> None:
        """What is no option costs no attempt."""
        assert self.choice.grade(typed).status == "invalid"

    @pytest.mark.parametrize(
        "options",
        [
            (Option("a"), Option("b")),
            (Option("a", "no", "x"),),
            (Option("a"), Option("b", "no")),
            (Option("a"), Option("a", "no", "x")),
        ],
    )
    def test_exactly_one_option_is_right_and_the_others_have_reasons(self, options) -> None:
        """Two right options, none, a wrong one without a name, and twice the same are errors of the bank."""
        with pytest.raises(BankError, match="one right option"):
            Choice(options)


class TestOrdering:
    """Items in order, answered with letters."""

    ordering = Ordering(("third", "first", "second", "fourth"), (1, 2, 0, 3))

    @pytest.mark.parametrize(
        "typed", ["b, c, a, d", "bcad", "B C A D", "b -> c -> a -> d", ["b", "c", "a", "d"]]
    )
    def test_spellings(self, typed: object) -> None:
        """Letters with anything between them."""
        assert self.ordering.grade(typed).status == "correct"

    @pytest.mark.parametrize(
        ("typed", "status", "score", "words"),
        [
            ("b c d a", "partly", 0.67, "The first 2 are right; look again at what comes next."),
            ("b a c d", "partly", 0.67, "The first is right"),
            ("d a c b", "wrong", 0, "Look again at what comes first."),
            ("b c a", "invalid", 0, "does not name each of the 4 items once"),
            ("b c a a", "invalid", 0, "Type the letters a to d"),
        ],
    )
    def test_feedback(self, typed: str, status: str, score: float, words: str) -> None:
        """The score is the share of items that keep their relative order, beyond the one that always does."""
        verdict = self.ordering.grade(typed)
        assert (verdict.status, verdict.score) == (status, score)
        assert words in str(verdict).replace("\n", " ")

    def test_items_are_never_shown_in_the_right_order(self) -> None:
        """However it is drawn, the shown order is a wrong one and the answer puts it right."""
        for seed in range(30):
            ordering = Ordering.of(Draw("order", seed), "1", "2", "3")
            assert [ordering.items[place] for place in ordering.right] == ["1", "2", "3"]
            assert ordering.items != ("1", "2", "3")


class TestExpression:
    """Formulas over a domain."""

    size = Expression(SIZE, domain("conv-size"))

    def test_preview_shows_how_it_was_read(self) -> None:
        """While typing, the formula comes back as LaTeX and in words; nothing says whether it is right."""
        reply = self.size.preview("(n+2p-k)//s")
        assert reply["valid"] is True
        assert reply["latex"] == r"\left\lfloor\frac{n + 2p - k}{s}\right\rfloor"
        assert "floor" in reply["words"]

    def test_preview_points_at_the_missing_bracket(self) -> None:
        """An unfinished formula is told what is missing and where, in the text as typed."""
        reply = self.size.preview("floor((n+2p-k)/s")
        assert (reply["valid"], reply["span"]) == (False, [5, 6])
        assert "never closed" in reply["message"]

    def test_an_empty_preview_is_neither(self) -> None:
        """Nothing typed is not an error yet."""
        assert self.size.preview("") == {"valid": None}

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("", "There is no formula here."),
            (None, "There is no formula here."),
            ("m = floor((n+2p-k)/s)+1", "Write only its right-hand side, without “m =”."),
            ("n + q", "The name q is not known here."),
            ("1/2n", "two ways"),
            ("n + 0,5", "point"),
            ("x" * 10_000, "at most 500"),
            ("9**9**9", "too many digits"),
            ("__import__('os')", "name"),
            ("n \U0001f600", "not part of this language"),
            (["n"], "An answer of the kind list is not a formula."),
        ],
    )
    def test_whatever_is_typed_ends_in_a_sentence(self, typed: object, said: str) -> None:
        """Unreadable formulas cost no attempt and say what to write."""
        verdict = self.size.grade(typed)
        assert verdict.status in ("invalid", "wrong", "undecided")
        assert said in str(verdict).replace("\n", " ")

    def test_other_letters(self) -> None:
        """Relabeled, the formula, the domain, the spellings and the mistakes speak of other letters."""
        other = Expression(SIZE, domain("conv-size"), ("(n - k + 2p)//s + 1",)).relabeled(
            {"n": "W", "k": "F", "x": "y"}
        )
        assert (other.text, other.area.names) == ("floor((W + 2p - F)/s) + 1", ("W", "F", "s", "p"))
        assert other.also == ("(W - F + 2p) // s + 1",)
        mistake = self.size.relabeled_mistake(Mistake("m", "n - k", "Add $n$."), {"n": "W"})
        assert (mistake.answer, mistake.explanation[0].inlines[1].text) == ("W - k", "W")
