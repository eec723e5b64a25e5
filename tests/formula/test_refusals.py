"""Every refusal of the language: its code, the place it points at, and what it tells the writer to do."""

from __future__ import annotations

import pytest

from cnnmath.formula import REFUSALS, FormulaError, Limits, parse, parse_relation

NAMES = {"n", "k", "s", "p", "c_in", "e", "x", "stride"}
TENSORS = {"w": 2, "v": 1}

# What was typed, with the span of the refusal between « and »; code; words that the message must contain.
READING = [
    # nothing, or too much
    ("«»", "empty", "no formula"),
    ("«   »", "empty", "no formula"),
    ("n*" * 250 + "«" + "n*" * 4750 + "»", "too-long", "10,000 characters"),
    ("n+" * 125 + "«n+n»", "too-many-parts", "250"),
    ("(" * 39 + "«(»n)" + ")" * 39, "too-deep", "40"),
    ("n + «" + "9" * 41 + "»", "too-many-digits", "40 digits"),
    ("n«" + "²" * 41 + "»", "too-many-digits", "40 digits"),
    ("2^«1001»", "exponent-too-big", "larger than 1000"),
    ("«9**9**9»", "too-big", "too many digits"),
    ("n + «2^(3^400)»", "too-big", "too many digits"),
    # characters
    ("n + «😀»", "bad-character", "😀"),
    ("n«!»", "bad-character", "Factorials"),
    ("n«:»s", "bad-character", "/ to divide"),
    ("n«\x07»", "bad-character", "U+0007"),
    ("«é»n", "bad-character", "é"),
    ("__import__(«'»os')", "quote", "without quotation marks"),
    ('«"»n"', "quote", "quotation"),
    ("«n.real»", "dot", "n*real"),
    ("(n)«.»s", "bad-character", "."),
    ("«_»n", "underscore", "subscript"),
    ("n «_» s", "underscore", "c_in"),
    # numbers
    ("«2e3»n", "bad-number", "2*10^3"),
    ("«2e+3»", "bad-number", "2*e"),
    ("«0x10»", "bad-number", "digits 0 to 9"),
    ("«1_000»", "bad-number", "underscore"),
    ("«1.2.3»", "bad-number", "one decimal point"),
    ("«5.» + n", "bad-number", "after the decimal point"),
    ("n + «3,5»", "decimal-comma", "3.5."),
    ("n + «1,000»", "decimal-comma", "1.000 or 1000."),
    ("n«,» s", "stray-comma", "comma"),
    ("(n«,» s)", "stray-comma", "comma"),
    # names
    ("«m» + n", "unknown-name", "c_in, e, k, n"),
    ("«N» + n", "unknown-name", "Did you mean n"),
    ("«strid» + n", "unknown-name", "Did you mean stride"),
    ("«n2»", "unknown-name", "n*2 for the product or n^2"),
    ("«lambda»", "unknown-name", "lambda"),
    ("lambda x«:» x", "bad-character", ":"),
    ("«flor»(n)", "unknown-function", "Did you mean floor"),
    ("«exec»(n)", "unknown-function", "Known are floor"),
    ("«round»(n)", "unknown-function", "floor"),
    ("«gcd»(n, k)", "unknown-function", "floor, ceil"),
    (r"«\int» n", "unknown-command", r"\frac"),
    # brackets
    ("floor«(»(n+2p-k)/s", "unclosed-bracket", "The bracket ( is never closed. Add )"),
    ("floor«(»(n+2p-k/s)", "unclosed-bracket", "never closed"),
    ("floor(n/s) + «(»n - (k + 1)", "unclosed-bracket", "never closed"),
    ("«(»", "unclosed-bracket", "never closed"),
    ("«⌊»n/s", "unclosed-bracket", "⌋"),
    (r"«\lfloor» n", "unclosed-bracket", r"\lfloor"),
    ("«|»n - k", "unclosed-bracket", "|"),
    ("(n«]»", "mismatched-bracket", "needs )"),
    ("⌊n/s«⌉»", "mismatched-bracket", "needs ⌋"),
    ("n«)» + 1", "stray-bracket", "closes nothing"),
    ("«)»", "stray-bracket", "closes nothing"),
    ("n «+» )", "missing-operand", "after +"),
    ("«()»", "empty-brackets", "nothing between"),
    ("n + «⌊⌋»", "empty-brackets", "nothing between"),
    ("w«[]»", "empty-brackets", "nothing between"),
    ("«[n/s]»", "square-brackets", "floor(...)"),
    ("«n» [k]", "not-a-tensor", "single number"),
    ("2«[k]»", "square-brackets", "round brackets"),
    # operators
    ("n «+»", "missing-operand", "after +"),
    ("«*» n", "missing-operand", "before *"),
    ("(n «-»)", "missing-operand", "after -"),
    ("«-»", "missing-operand", "after -"),
    ("n «+ *» k", "double-operator", "+ and *"),
    ("n «--»p", "double-operator", "n - (-p)"),
    ("n «++» p", "double-operator", "n + (+p)"),
    ("n «***» 2", "double-operator", "Keep one"),
    ("«n 2»", "missing-operator", "n*2 for the product or n^2"),
    ("«3 5»", "missing-operator", "between 3 and 5"),
    ("«(n+1)2»", "missing-operator", "(n+1)*2"),
    # two readings
    ("«1/2n»", "ambiguous-division", "(1/2)*n or 1/(2n)"),
    ("«n/s(k+1)» + 1", "ambiguous-division", "(n/s)*(k+1) or n/(s(k+1))"),
    ("«n//2k»", "ambiguous-division", "(n//2)*k or n//(2k)"),
    ("«n mod 2k»", "ambiguous-division", "(n mod 2)*k or n mod (2k)"),
    ("«1/-2n»", "ambiguous-division", "(1/-2)*n or 1/(-2n)"),
    ("«2^kn»", "ambiguous-power", "(2^k)*n or 2^(k*n)"),
    ("«2^k n»", "ambiguous-power", "(2^k)*n or 2^(k*n)"),
    ("«2^k(»n+1)", "ambiguous-power", "(2^k)"),
    # relations
    ("n «=» 3", "equals", "right-hand side"),
    ("n «==» 3", "equals", "right-hand side"),
    ("(n «=» 3)", "equals", "right-hand side"),
    ("n «<=» 3", "comparison", "<="),
    ("n «≈» 3", "comparison", "≈"),
    ("«[n ≈ 3]»", "comparison", "≈"),
    # functions
    ("«floor»", "missing-brackets", "floor(n/s)"),
    ("«floor» n", "missing-brackets", "floor(n/s)"),
    ("«floor»[n/s]", "missing-brackets", "floor(n/s)"),
    ("«floor()»", "argument-count", "takes 1 argument, but here are 0"),
    ("«floor(n, s)»", "argument-count", "here are 2"),
    ("«max(n)»", "argument-count", "2 to 16"),
    ("«mod(n)»", "argument-count", "takes 2 arguments"),
    ("«sum»(n)", "range-form", "sum(term, i, first, last)"),
    ("«sum»(i, 0, n)", "range-form", "sum(i^2, i, 1, n)"),
    ("«sum»(i, i, 0)", "range-form", "sum"),
    ("sum(n, «n», 0, k)", "range-variable", "for example i"),
    ("sum(i «=» 0, i, 0, 1)", "equals", "right-hand side"),
    (r"«\sum» n", "range-form", "sum"),
    (r"«\sum»_{0}^{n} i", "range-form", "sum"),
    ("«sum»(n) + i", "range-form", "sum"),
    (r"|\sum_{i=0«|»}^{n} i|", "unexpected", "does not fit"),
    (r"«\frac» n s", "unexpected", r"\frac{n}{s}"),
    # tensors
    ("«n»[k]", "not-a-tensor", "single number"),
    ("«w» + 1", "missing-index", "w[i, j]"),
    ("«w[n]»", "index-count", "2 indices, but here are 1"),
    ("«v[n, k]»", "index-count", "1 index, but here are 2"),
]


def marked(text: str) -> tuple[str, tuple[int, int]]:
    """Return the text without the marks, and the span between them."""
    before, rest = text.split("«")
    inside, after = rest.split("»")
    return before + inside + after, (len(before), len(before) + len(inside))


@pytest.mark.parametrize(("text", "code", "words"), READING)
def test_text_is_refused_with_its_code_and_place(text, code, words):
    """Each mistake in writing has its own code, points at itself and says what to do."""
    text, span = marked(text)
    with pytest.raises(FormulaError) as caught:
        parse(text, names=NAMES, tensors=TENSORS)
    error = caught.value
    assert (error.code, error.span) == (code, span)
    assert words in str(error)
    assert error.remedy
    assert error.text == text


def test_split_names_may_be_ambiguous():
    """A word that is a product of known names in two ways is refused with both."""
    with pytest.raises(FormulaError, match=r"a\*bc or ab\*c") as caught:
        parse("1 + abc", names={"a", "ab", "bc", "c"})
    assert (caught.value.code, caught.value.span) == ("ambiguous-name", (4, 7))


# formula with the span of the refusal marked; values; code; words
COMPUTING = [
    ("n/«s»", {"n": 1, "s": 0}, "undefined", "the divisor is zero"),
    ("floor(n/«s») + 1", {"n": 1, "s": 0}, "undefined", "the divisor is zero"),
    ("n // «s»", {"n": 1, "s": 0}, "undefined", "the divisor is zero"),
    ("n mod «(s - 1)»", {"n": 1, "s": 1}, "undefined", "the divisor is zero"),
    ("1 + «n^(-1)»", {"n": 0}, "undefined", "zero has no negative power"),
    ("«(n)^(1/2)»", {"n": -4}, "undefined", "negative number"),
    ("«sqrt(n)»", {"n": -4}, "undefined", "no square root"),
    ("«log(n)»", {"n": 0}, "undefined", "only positive numbers"),
    ("«log(n, 1)»", {"n": 4}, "undefined", "base"),
    ("v[«n»]", {"n": 4}, "undefined", "only at 0 to 3"),
    ("v[«-n»]", {"n": 1}, "undefined", "no element at -1"),
    ("v[«n/2»]", {"n": 1}, "undefined", "not whole"),
    ("sum(i, i, «n/2», 3)", {"n": 1}, "undefined", "whole numbers"),
    ("«n^s»", {"n": 3, "s": 10**6}, "too-big", "too many digits"),
    ("«n*n»", {"n": 10**900}, "too-big", "too many digits"),
    ("«exp(n)»", {"n": 10**6}, "too-big", "too many digits"),
    ("«exp(n)*exp(n)»*exp(n)", {"n": -300}, "too-big", "too many digits"),
    ("«exp(n)*exp(n)»", {"n": 200}, "too-big", "too many digits"),
    ("1 + «sum(i, i, 1, n)»", {"n": 10**30}, "too-much-work", "steps"),
    ("sum(«sum(j, j, 1, n)», i, 1, n)", {"n": 1000}, "too-much-work", "steps"),
    ("«floor(sqrt(n)*sqrt(n))»", {"n": 2}, "undecided", "too close"),
    ("«floor(log(n)/log(s))»", {"n": 243, "s": 3}, "undecided", "too close"),
    ("«sqrt(n) - sqrt(n)»", {"n": 2}, "undecided", "cancel"),
    ("n + «k»", {"n": 2}, "missing-value", "k=..."),
    ("n + «v[0]»", {"n": 2, "v": [None]}, "bad-value", "v cannot be"),
    ("v[«0»]", {"v": None}, "undefined", "no element"),
    ("«n»", {"n": "2"}, "bad-value", "n cannot be"),
    ("«n»", {"n": float("nan")}, "bad-value", "finite"),
]


@pytest.mark.parametrize(("text", "values", "code", "words"), COMPUTING)
def test_values_are_refused_with_their_code_and_place(text, values, code, words):
    """A value that does not exist, or not within the limits, is refused with the part that is to blame."""
    text, span = marked(text)
    with pytest.raises(FormulaError) as caught:
        parse(text, tensors={"v": 1}).evaluate({"v": [1, 2, 3, 4], **values})
    error = caught.value
    assert (error.code, error.span) == (code, span)
    assert words in str(error)


def test_the_table_of_refusals_has_no_dead_rows():
    """Every code is provoked by a test, and tests know no other codes."""
    tested = {code for _, code, _ in READING} | {code for _, _, code, _ in COMPUTING} | {"ambiguous-name"}
    assert tested == set(REFUSALS)


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_a_sentence_with_a_remedy(code):
    """Messages and remedies are sentences: a capital letter or a name first, a full stop last."""
    for sentence in REFUSALS[code]:
        assert sentence.endswith((".", "...", "}"))
        assert sentence[0].isupper() or sentence[0] == "{"


def test_a_pointer_shows_the_place():
    """The pointer has carets exactly under the bracket that is never closed."""
    with pytest.raises(FormulaError) as caught:
        parse("floor((n+2p-k)/s", names={"n", "p", "k", "s"})
    assert caught.value.pointer().splitlines() == ["floor((n+2p-k)/s", "     ^"]


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "().__class__.__base__",
        "eval(n)",
        "exec(n)",
        "open(n)",
        "(lambda: n)()",
        "[n for n in (1,)]",
        "n if n else k",
        "f'{n}'",
        "n; k",
        "n := 3",
        "@n",
        "`n`",
        "#n",
        "n\\\nk",
        "Symbol(n)",
        "S(1)",
        "N(n)",
        "{n: k}",
        "True",
        "None",
    ],
)
def test_python_is_not_the_language(text):
    """Python that is no formula is refused like any other text."""
    with pytest.raises(FormulaError):
        parse(text, names={"n", "k"})


def test_words_before_brackets_are_functions_in_our_own_texts():
    """Where any name is allowed, a word before a bracket is a function that does not exist, with advice."""
    with pytest.raises(FormulaError, match=r"For a product write height\*") as caught:
        parse("2 height(n + 1)")
    assert (caught.value.code, caught.value.span) == ("unknown-function", (2, 8))
    assert parse("alpha(n + 1)") == parse("alpha*(n + 1)")


def test_shapes_have_no_single_value():
    """A list is printed and compared by eye; computing it is refused."""
    shape = parse_relation("(N, 2C)").parts[0]
    with pytest.raises(FormulaError, match="list of numbers"):
        shape.evaluate(N=1, C=3)
    with pytest.raises(FormulaError, match="list of numbers"):
        shape.evaluate_many({"N": 1, "C": 3})
    assert shape.javascript() == "[N, 2 * C]"


def test_limits_can_be_set_by_the_caller():
    """A caller may lower or raise every limit."""
    with pytest.raises(FormulaError) as caught:
        parse("n + n", limits=Limits(tokens=2))
    assert caught.value.code == "too-many-parts"
    assert parse("2^5000", limits=Limits(exponent=10_000, bits=10_000)).evaluate() == 2**5000


def test_relations_are_refused_like_formulas():
    """A part of a relation is refused with its place in the whole text."""
    with pytest.raises(FormulaError) as caught:
        parse_relation("n = (k + ", names={"n", "k"})
    assert (caught.value.code, caught.value.span) == ("missing-operand", (7, 8))
