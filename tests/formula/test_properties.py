"""Laws that hold for every formula: printing and reading are inverse, and all evaluators agree.

Trees are drawn at random; their values come from `reference` below, a plain evaluator over Fraction that
shares no code with the room under test.
"""

from __future__ import annotations

import itertools
import math
import operator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cnnmath.formula import LIMIT_CODES, Formula, FormulaError, Limits, parse, parse_relation
from cnnmath.formula.latex import to_latex
from cnnmath.formula.plain import to_plain
from cnnmath.formula.tree import (
    Binary,
    Call,
    Comparison,
    Index,
    Name,
    Negate,
    Node,
    Number,
    Reduction,
    free_names,
    rewrite,
    substitute,
    walk,
)
from cnnmath.formula.words import to_words

NAMES = ("n", "k", "s", "c_in", "alpha", "e", "b1")
TENSORS = {"x": 2, "v": 1}
WIDE = Limits(characters=20_000, tokens=5_000, depth=200)
X = [[3, -1, 4], [1, -5, 9]]
V = [2, 7, 1, 8]

numbers = st.builds(Number, st.integers(0, 12) | st.sampled_from([Fraction(1, 2), Fraction(5, 4), 40]))
leaves = numbers | st.builds(Name, st.sampled_from(NAMES)) | st.builds(Name, st.just("i"))


def operations(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Return trees whose direct parts come from `parts`."""
    one, pair = st.tuples(parts), st.tuples(parts, parts)
    relations = st.sampled_from(["=", "!=", "<", ">", "<=", ">="])
    return st.one_of(
        st.builds(Negate, parts),
        st.builds(Binary, st.sampled_from("+-*/%"), parts, parts, implicit=st.booleans()),
        st.builds(Binary, st.just("//"), parts, parts),
        st.builds(Binary, st.just("^"), parts, st.builds(Number, st.integers(0, 3)) | parts),
        st.builds(Call, st.sampled_from(["floor", "ceil", "abs"]), one),
        st.builds(Call, st.sampled_from(["min", "max"]), pair | st.tuples(parts, parts, parts)),
        st.builds(Reduction, st.sampled_from(["sum", "prod"]), parts, st.just("i"), parts, parts),
        st.builds(Index, st.just("x"), pair),
        st.builds(Index, st.just("v"), one),
        st.builds(Comparison, pair, st.tuples(relations)),
        st.builds(Comparison, st.tuples(parts, parts, parts), st.tuples(relations, relations)),
    )


law = settings(deadline=None)  # how long an example takes depends on the machine

trees = st.recursive(leaves, operations, max_leaves=12)
points = st.fixed_dictionaries({name: st.integers(-9, 9) for name in (*NAMES, "i")})


# -- the reference


class UndefinedError(Exception):
    """The value does not exist."""


class UnsettledError(Exception):
    """The reference does not follow (huge numbers, roots)."""


RELATIONS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def reference(node: Node, scope: dict[str, int]) -> Fraction:  # noqa: C901, PLR0912  (a case per kind of node)
    """Return the value of a tree by the definition of each operation."""
    match node:
        case Number(value=value):
            return Fraction(value)
        case Name(name=name):
            return Fraction(scope[name])
        case Negate(operand=operand):
            return -reference(operand, scope)
        case Binary(operator="*", left=left, right=Comparison() as bracket) if has_elements(left):
            # A bracket of 0 behind elements of tensors wins: they need not exist.
            gate = reference(bracket, scope)
            return gate and reference(left, scope) * gate
        case Binary(operator=sign, left=left, right=right):
            return binary(sign, reference(left, scope), reference(right, scope))
        case Call(function=function, arguments=arguments):
            known = {"floor": math.floor, "ceil": math.ceil, "abs": abs, "min": min, "max": max}
            return Fraction(known[function](*[reference(argument, scope) for argument in arguments]))
        case Index(tensor=tensor, indices=indices):
            element = {"x": X, "v": V}[tensor]
            for index in [reference(index, scope) for index in indices]:
                if index.denominator != 1 or not 0 <= index < len(element):
                    raise UndefinedError
                element = element[int(index)]
            return Fraction(element)
        case Comparison(operands=operands, operators=signs):
            values = [reference(operand, scope) for operand in operands]
            pairs = zip(values, signs, values[1:], strict=False)
            return Fraction(all(RELATIONS[sign](left, right) for left, sign, right in pairs))
        case Reduction(function=function, body=body, low=low, high=high):
            first, last = reference(low, scope), reference(high, scope)
            if first.denominator != 1 or last.denominator != 1:
                raise UndefinedError
            if last - first > 50:
                raise UnsettledError
            terms = [reference(body, {**scope, "i": index}) for index in range(int(first), int(last) + 1)]
            if function == "sum":
                return sum(terms, Fraction(0))
            product = Fraction(1)
            for term in terms:
                product = within(product * term)
            return product
    raise AssertionError(node)


def has_elements(node: Node) -> bool:
    """Tell whether a tree reads an element of a tensor."""
    return any(isinstance(part, Index) for _, part in walk(node))


def binary(sign: str, left: Fraction, right: Fraction) -> Fraction:
    """Return the value of one operator."""
    if sign in {"/", "//", "%"} and right == 0:
        raise UndefinedError
    if sign == "^":
        if right.denominator != 1 or abs(right) > 64:
            raise UnsettledError
        if left == 0 and right < 0:
            raise UndefinedError
        return within(within(left) ** int(right))
    known = {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
        "//": operator.floordiv,
        "%": operator.mod,
    }
    return within(Fraction(known[sign](left, right)))


def within(value: Fraction) -> Fraction:
    """Return the value if it is small enough for a reference that must stay quick."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > 1000:
        raise UnsettledError
    return value


def expected(node: Node, scope: dict[str, int]) -> Fraction | str | None:
    """Return the value, "undefined", or None where the reference does not follow."""
    try:
        return reference(node, scope)
    except UndefinedError:
        return "undefined"
    except UnsettledError:
        return None


# -- printing and reading


def read(text: str, names: tuple[str, ...] | None = NAMES) -> Node:
    """Return the tree of a text under the names of a question; constants that are too big are no examples."""
    try:
        return parse(text, names=names, tensors=TENSORS, limits=WIDE).root
    except FormulaError as error:
        assume(error.code != "too-big")
        raise


def closed(tree: Node) -> Node:
    """Return the tree without free i, which only ranges may use."""
    return substitute(tree, {"i": Name("n")})


@law
@given(trees)
def test_printed_text_is_read_back_to_the_same_tree(tree):
    """Text printed from a tree, read under the question's names, gives that tree."""
    tree = closed(tree)
    assert read(to_plain(tree)) == tree


@law
@given(trees)
def test_printed_text_is_read_back_without_declared_names(tree):
    """Text printed from a tree is also read back where any name is allowed."""
    tree = closed(tree)
    assert read(to_plain(tree), names=None) == tree


def displayed(node: Node) -> Node:
    """Return the tree as LaTeX shows it: // is a floored fraction, and a signed product has no brackets."""

    def change(part: Node) -> Node:
        match part:
            case Binary(operator="//", left=left, right=right):
                return Call("floor", (Binary("/", left, right),))
            case Binary(operator="*", left=Negate(operand=left), right=right):
                return Negate(Binary("*", left, right))
            case Binary(operator="*", left=left, right=Binary(operator="*", left=middle, right=right)):
                return change(Binary("*", change(Binary("*", left, middle)), right))
        return part

    return rewrite(node, change)


@law
@given(trees)
def test_latex_is_read_back_to_what_it_shows(tree):
    """LaTeX printed from a tree, read again, means the same operations on the same operands."""
    tree = closed(tree)
    assert displayed(read(to_latex(tree))) == displayed(tree)


def test_different_formulas_never_sound_the_same():
    """Of all trees with at most two operations over two names, no two have the same words."""
    heard: dict[str, Node] = {}
    for tree in small_trees(2):
        shown = displayed(tree)
        assert heard.setdefault(to_words(tree), shown) == shown


def small_trees(size: int) -> list[Node]:
    """Return all trees with so many operations over two names and one number."""
    if size == 0:
        return [Name("n"), Name("k"), Number(2)]
    found: list[Node] = []
    for part in small_trees(size - 1):
        found += [
            Negate(part),
            *(Call(function, (part,)) for function in ("floor", "ceil", "abs", "sqrt", "exp")),
        ]
    for left_size in range(size):
        for left, right in itertools.product(small_trees(left_size), small_trees(size - 1 - left_size)):
            found += [Binary(sign, left, right) for sign in ("+", "-", "*", "/", "//", "%", "^")]
            found += [Call("min", (left, right)), Call("log", (left, right)), Index("x", (left, right))]
            found += [Comparison((left, right), ("<",)), Reduction("sum", left, "k", Number(0), right)]
    return found


# -- values


def outcome(formula: Formula, values: dict[str, object]) -> Fraction | float | str:
    """Return the value of a formula, or the code of its refusal."""
    try:
        return formula.evaluate(values)
    except FormulaError as error:
        return error.code


@law
@given(trees, points)
@example(
    Binary("*", Index("x", (Name("i"), Name("i"))), Comparison((Name("i"), Number(0)), ("=",))),
    {**dict.fromkeys(NAMES, 0), "i": -1},
)
def test_exact_values_agree_with_plain_fraction_arithmetic(tree, point):
    """`evaluate` gives the reference's value exactly, and "undefined" where the reference has none."""
    want = expected(tree, point)
    got = outcome(Formula("", tree), {**point, "x": X, "v": V})
    if isinstance(got, str):
        assert got in LIMIT_CODES | {"undefined"}
        assert want is None or want == got
    else:
        assert want is None or got == want
        assert not isinstance(got, Fraction) or got.denominator > 1


@law
@given(trees, st.lists(points, min_size=1, max_size=5))
def test_columns_agree_with_single_values(tree, several):
    """`evaluate_many` decides nothing differently from `evaluate`, though each may reach its own limits."""
    formula = Formula("", tree)
    columns = {name: np.array([point[name] for point in several]) for name in (*NAMES, "i")}
    many = formula.evaluate_many(columns, {"x": np.array(X), "v": V})
    assert many.numerator.shape == (len(several),)
    assert not (many.undefined & many.undecided).any()
    for place, point in enumerate(several):
        want = outcome(formula, {**point, "x": X, "v": V})
        if want == "undefined":
            assert not many.decided[place]
        elif want not in LIMIT_CODES:
            assert not many.undefined[place]
            assert many.undecided[place] or many.value(place) == want


@given(trees, points)
@settings(max_examples=50, deadline=None)
def test_small_values_are_always_decided_by_columns(tree, point):
    """Without powers and ranges, a handful of operations on small numbers never leaves 64 bits."""
    grows = {"^", "sum", "prod"}
    if any(grows & {getattr(node, "operator", ""), getattr(node, "function", "")} for _, node in walk(tree)):
        return
    many = Formula("", tree).evaluate_many(point, {"x": X, "v": V})
    want = expected(tree, point)
    if isinstance(want, Fraction) and sum(1 for _ in walk(tree)) < 12:
        assert many.value() == want


@law
@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1), st.sampled_from("+-*/%"))
def test_columns_never_overflow(left, right, sign):
    """At the border of 64 bits a value is right or undecided."""
    formula = parse(f"a {sign.replace('%', 'mod')} b")
    many = formula.evaluate_many({"a": left, "b": right})
    if many.decided:
        assert many.value() == formula.evaluate(a=left, b=right)


large = st.integers(-(2**40), 2**40)


@law
@given(
    st.fixed_dictionaries({"a": large, "b": large.filter(bool), "c": large, "d": large.filter(bool)}),
    st.sampled_from("+-*/%^"),
    st.integers(0, 3),
)
def test_columns_of_fractions_never_overflow(point, sign, shift):
    """Numerators and denominators beyond 64 bits are undecided, and stay so in what is made of them."""
    word = sign.replace("%", "mod")
    formula = parse(f"1/((a/b) {word} (c/d) + {shift}) + min(a/b, c/d)")
    many, want = formula.evaluate_many(point), outcome(formula, point)
    assert not many.decided or many.value() == want
    assert not many.undefined or want == "undefined"


# -- changing trees


@law
@given(trees, points)
def test_substitution_commutes_with_evaluation(tree, point):
    """Putting i + 5 for n, then evaluating, is evaluating at n = i + 5; bound variables capture nothing."""
    replaced = substitute(tree, {"n": Binary("+", Name("i"), Number(5)), "k": Name("s")})
    moved = {**point, "n": point["i"] + 5, "k": point["s"]}
    tensors = {"x": X, "v": V}
    assert outcome(Formula("", replaced), point | tensors) == outcome(Formula("", tree), moved | tensors)


@law
@given(trees)
def test_free_names_are_what_evaluation_asks_for(tree):
    """Without a value for a free name evaluation refuses, for that reason."""
    for name in free_names(tree):
        values = dict.fromkeys(free_names(tree), 1) | {"x": X, "v": V}
        del values[name]
        assert outcome(Formula("", tree), values) == "missing-value"


# -- fuzz


PIECES = [
    *"0123456789nksp+-*/%^()[]{}⌊⌋⌈⌉|,._=<>!'\" ²₁√∑−×αé😀\\$#",
    *(
        "**",
        "//",
        "floor(",
        "ceil(",
        "sum(",
        "min(",
        "mod",
        "\\frac{",
        "\\left",
        "\\lfloor",
        "x[",
        "c_in",
        "_{",
        "e5",
    ),
]


def refusal(text: str, names: set[str] | None) -> FormulaError | None:
    """Return why a text is refused, or None where it is a formula."""
    try:
        parse(text, names=names)
    except FormulaError as error:
        return error
    return None


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_or_refused_with_a_place(text):
    """Whatever is typed either becomes a formula or a FormulaError whose span lies in the text."""
    for names in ({"n", "k", "s", "c_in"}, None):
        error = refusal(text, names)
        if error is None:
            use(parse(text, names=names))
        else:
            start, end = error.span
            assert 0 <= start <= end <= len(text)
            assert error.text == text
            assert error.pointer().startswith(text)
            assert str(error)


@law
@given(st.lists(st.sampled_from([*PIECES, "=", "<=", "≠", "≈", "(n, k)"]), max_size=20).map("".join))
def test_any_relation_is_read_or_refused(text):
    """Relations are read back from what they print, or refused with a place in the text."""
    try:
        relation = parse_relation(text)
    except FormulaError as error:
        assert 0 <= error.span[0] <= error.span[1] <= len(text)  # noqa: PT017  (both outcomes are right)
        return
    assert parse_relation(str(relation), limits=WIDE) == relation
    assert relation.latex()
    assert relation.words()


def use(formula: Formula) -> None:
    """Do with a formula all that can be done with it."""
    assert parse(str(formula), limits=WIDE).root == formula.root
    assert formula.latex()
    assert formula.words()
    assert formula.javascript()
    for value in (0, 3, -(10**20)):
        values = dict.fromkeys(formula.names, value)
        values |= dict.fromkeys(formula.tensors, lambda *indices: sum(indices))
        got = outcome(formula, values)
        assert not isinstance(got, str) or got in LIMIT_CODES | {"undefined"}


@pytest.mark.parametrize(
    "text",
    [
        "*".join(["n"] * 120),
        "nk" * 60,
        "/".join(["n"] * 120),
        "n" + " - k" * 80,
        "^".join(["n"] * 39),
        "floor(" * 38 + "n/2" + ")/k" * 38,
        "[n<" * 38 + "k" + "]" * 38,
        "min(n/k," * 30 + "n" + ")" * 30,
        "k/(" * 18 + "n" + ")" * 18,
        "n mod (" * 18 + "k" + ")" * 18,
        "(n/k)^(" * 18 + "k" + ")" * 18,
        "sum(" * 20 + "i" + ",i,0,n)" * 20,
        "sum(1/i, i, 1, n)",
        "\\frac{" * 20 + "n" + "}{k}" * 20,
        "-(" * 19 + "n" + ")" * 19,
        "log(2^1000^1, 1 + 1/10^30)",
        "log(1 + 1/2^1000) + log(2, 1 + 1/2^1000)",
        "(1 + 1/10^40)^(10^40 - n)",
        "(10^100)^(1/63)",
    ],
)
def test_long_formulas_cost_no_more_than_their_length(text):
    """Formulas at the limits, nested in every way, are read, printed and computed: nothing ever hangs."""
    use(parse(text, names={"n", "k"}))
