"""What each way of writing means: spelling, precedence, products without a sign, LaTeX, names.

The right column is the same formula written with every operator and bracket that the left one leaves out.
"""

from __future__ import annotations

import pytest

from cnnmath.formula import parse, parse_relation
from cnnmath.formula.tree import Binary, Call, Comparison, Index, Name, Negate, Number, Reduction, Tuple

NAMES = {"n", "k", "s", "p", "c_in", "x_1", "alpha", "sigma_x", "H_out", "stride", "pad", "n'"}
TENSORS = {"w": 2, "v": 1}

SAME = [
    # precedence
    ("n + k*s", "n + (k*s)"),
    ("n - k - s", "(n - k) - s"),
    ("n/k/s", "(n/k)/s"),
    ("n/k*s", "(n/k)*s"),
    ("n // k * s", "(n // k)*s"),
    ("n % k % s", "(n % k) % s"),
    ("2^n^k", "2^(n^k)"),
    ("-n^2", "-(n^2)"),
    ("-n // s", "(-n) // s"),
    ("-n mod s", "(-n) mod s"),
    ("-n*k", "(-n)*k"),
    ("-2n", "-(2*n)"),
    ("2^-n", "2^(-n)"),
    ("2^-n*k", "(2^(-n))*k"),
    ("n*-k", "n*(-k)"),
    ("+n", "n"),
    ("2n^2", "2*(n^2)"),
    ("2n/s", "(2*n)/s"),
    ("n**2", "n^2"),
    # products without a sign
    ("2p", "2*p"),
    ("2(n+1)", "2*(n+1)"),
    ("(n+1)(k+1)", "(n+1)*(k+1)"),
    ("n(k+1)", "n*(k+1)"),
    ("n k", "n*k"),
    ("kn", "k*n"),
    ("2kn + 1", "2*k*n + 1"),
    ("kn^2", "k*n^2"),
    ("c_in k^2", "c_in*k^2"),
    ("2floor(n/s)", "2*floor(n/s)"),
    ("2 mod(n, s)", "2*mod(n, s)"),
    ("min(n, k)(s + 1)", "min(n, k)*(s + 1)"),
    ("k^2c_in", "(k^2)*c_in"),
    ("2⌊n/s⌋", "2*floor(n/s)"),
    ("2|n|k|s|", "2*abs(n)*k*abs(s)"),
    ("|n - |k||", "abs(n - abs(k))"),
    ("|n|^2", "abs(n)^2"),
    ("(1/2)n", "(1/2)*n"),
    # functions
    ("FLOOR(n)", "floor(n)"),
    ("Ceiling(n/s)", "ceil(n/s)"),
    ("roundup(n/s)", "ceil(n/s)"),
    ("mod(n, s)", "n mod s"),
    ("n % s", "n mod s"),
    ("n MOD (s + 1)", "n mod (s + 1)"),
    ("ln(n)", "log(n)"),
    ("product(i, i, 1, n)", "prod(i, i, 1, n)"),
    ("√n", "sqrt(n)"),
    ("√(n + 1)k", "sqrt(n + 1)*k"),
    ("∑_{i=0}^{n} i", "sum(i, i, 0, n)"),
    ("[0≤n<k]", "[0 <= n < k]"),
    ("2[n > k]", "2*[n > k]"),
    ("n[n > k]", "n*[n > k]"),
    ("v[n] [k > 0]", "v[n]*[k > 0]"),
    # signs and letters that only look different
    ("n − k · s × p ÷ 2", "n - k*s*p/2"),
    ("n∗k", "n*k"),
    ("n²", "n^2"),
    ("n²k³", "n^2*k^3"),
    ("2ⁿ⁻¹", "2^(n-1)"),
    ("2ⁿ⁺¹ k", "2^(n+1)*k"),
    ("x₁", "x_1"),
    ("x1", "x_1"),
    ("α + 1", "alpha + 1"),
    ("2αk", "2*alpha*k"),
    ("σ_x", "sigma_x"),
    ("σₓ", "sigma_x"),
    ("ｎ＋（ｋ）", "n + (k)"),
    ("𝑛 + 𝑘", "n + k"),
    ("n\u00a0+\u200bk", "n + k"),
    ("n′", "n'"),
    ("$n + k$", "n + k"),
    (".5n", "0.5*n"),
    ("1.50", "1.5"),
    # LaTeX
    (r"\left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1", "floor((n + 2*p - k)/s) + 1"),
    (r"\lceil n/s \rceil", "ceil(n/s)"),
    (r"\bigl(n\bigr)", "n"),
    (r"2 \cdot n \times k", "2*n*k"),
    (r"n \div s", "n/s"),
    (r"\dfrac{1}{2} n", "(1/2)*n"),
    (r"\alpha^{2}", "alpha^2"),
    (r"2^{n + 1}", "2^(n + 1)"),
    (r"c_{in} k^{2}", "c_in*k^2"),
    (r"c_{\mathrm{in}} + c_{\text{in}} + c_\mathrm{in}", "c_in + c_in + c_in"),
    (r"H_{out}\,k", "H_out*k"),
    (r"\mathrm{stride}\cdot\mathrm{pad}", "stride*pad"),
    (r"\text{stride}", "stride"),
    (r"x_{1}", "x_1"),
    (r"n'", "n'"),
    (r"\sigma_{x}^{2}", "sigma_x^2"),
    (r"\sqrt{n}", "sqrt(n)"),
    (r"\max\left(n, k\right)", "max(n, k)"),
    (r"\operatorname{floor}\left(n\right)", "floor(n)"),
    (r"n \bmod s", "n mod s"),
    (r"\log_{2}\left(n\right)", "log(n, 2)"),
    (r"\log_2(n) + log2(n) + log_2(n)", "log(n, 2) + log(n, 2) + log(n, 2)"),
    (r"\left|n - k\right| + \lvert n \rvert", "abs(n - k) + abs(n)"),
    (r"\sum_{i = 0}^{n - 1} i k + 1", "sum(i*k, i, 0, n - 1) + 1"),
    (r"\prod_{i=1}^{n} (i + 1)", "prod(i + 1, i, 1, n)"),
    (r"\sum_{i=1}^{n} \sum_{j=1}^{k} w_{i, j}", "sum(sum(w[i, j], j, 1, k), i, 1, n)"),
    (r"\left[n \ge k\right]", "[n >= k]"),
    # tensors
    ("w_{n+1, k}", "w[n + 1, k]"),
    ("v_n + v_{k} + v_1", "v[n] + v[k] + v[1]"),
    ("sum(w[i, k]v[i], i, 0, n)", "sum(w[i, k]*v[i], i, 0, n)"),
    ("sum(nk i, i, 0, 3)", "sum(n*k*i, i, 0, 3)"),
]


@pytest.mark.parametrize(("text", "meaning"), SAME)
def test_text_means_what_it_looks_like(text, meaning):
    """A way of writing is read like the same formula with all operators and brackets written out."""
    assert parse(text, names=NAMES, tensors=TENSORS) == parse(meaning, names=NAMES, tensors=TENSORS)


def test_trees_are_what_they_say():
    """One formula with every kind of node gives the tree written by hand."""
    n, i = Name("n"), Name("i")
    term = Binary("*", Index("w", (i, Number(0))), Comparison((i, n), ("<",)))
    total = Reduction("sum", term, "i", Number(0), Negate(n))
    expected = Binary("+", Call("floor", (Binary("/", n, Number(2)),)), total)
    assert parse("floor(n/2) + sum(w[i, 0]*[i < n], i, 0, -n)").root == expected


def test_spans_point_into_the_text_as_it_was_written():
    """Every node remembers its characters, also where they are LaTeX or superscripts."""
    text = r"⌊n²⌋ + \frac{k}{s}"
    root = parse(text).root
    assert isinstance(root, Binary)
    assert text[slice(*root.span)] == text
    assert text[slice(*root.left.span)] == "⌊n²⌋"
    assert text[slice(*root.right.span)] == r"\frac{k}{s}"


def test_a_split_name_is_reported():
    """Reading `kn` as a product is told, with its place."""
    notes = parse("2 + kn", names={"k", "n"}).notes
    assert [(note.code, note.span) for note in notes] == [("split-name", (4, 6))]
    assert "k*n" in notes[0].message
    assert parse("kn", names={"k", "n", "kn"}).notes == ()


def test_any_name_is_allowed_in_our_own_texts():
    """Without a list of names a word is one name, and tensors may have any number of indices."""
    assert parse("stride + kn").names == ("stride", "kn")
    assert parse("y[i, j, c] + x[i]").tensors == {"y": 3, "x": 1}


def test_aliases_lead_to_one_name():
    """An alias is read as the name it stands for."""
    formula = parse("stride + s + H_in", names={"s", "n"}, aliases={"stride": "s", "H_in": "n"})
    assert formula == parse("s + s + n")


def test_declared_names_win_over_functions():
    """A question may use a variable that is called like a function."""
    assert parse("min + 1", names={"min"}).names == ("min",)


def test_names_are_listed_in_order_without_bound_ones():
    """`names` are the free variables, each once, as they first appear."""
    assert parse("s + sum(i*k, i, n, s) + n").names == ("s", "k", "n")


def test_equality_ignores_places_and_written_signs():
    """Formulas are equal when their trees are, and then have one hash."""
    assert parse("2p") == parse(" 2 * p ")
    assert hash(parse("2p")) == hash(parse("(2)(p)"))
    assert parse("n + k") != parse("k + n")
    assert parse("n // s") != parse("floor(n/s)")


# -- relations


def test_relations_are_chains():
    """A relation has formulas joined by signs; other spellings of the signs are the same."""
    chain = parse_relation("H_out = floor((n - k)/s) + 1 ≤ n")
    assert chain.operators == ("=", "<=")
    assert [str(part) for part in chain.parts] == ["H_out", "floor((n - k)/s) + 1", "n"]
    assert chain.names == ("H_out", "n", "k", "s")
    assert parse_relation("a != b") == parse_relation(r"a \ne b") == parse_relation("a≠b")


def test_relations_may_be_single():
    """A text without a sign is a relation with one part."""
    assert parse_relation("2p").operators == ()
    assert str(parse_relation("2p")) == "2p"


def test_relations_may_hold_shapes():
    """A side may be a list in round brackets."""
    relation = parse_relation("shape = (N, C, 2H)")
    assert isinstance(relation.parts[1].root, Tuple)
    assert relation.latex() == r"\mathrm{shape} = \left(N, C, 2H\right)"
    assert relation.words() == "shape equals the list of capital N and capital C and 2 capital H"
    assert relation.plain({"N": 1, "H": 7}) == "shape = (1, C, 2*7)"


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("k <= n + 2p", {"k": 3, "n": 1, "p": 1}, True),
        ("k <= n + 2p", {"k": 4, "n": 1, "p": 1}, False),
        ("0 <= i < n", {"i": 5, "n": 5}, False),
        ("n/2 = k", {"n": 3, "k": 1}, False),
        ("n != k > 0", {"n": 3, "k": 1}, True),
        ("n >= k", {"n": 3, "k": 3}, True),
        ("n", {"n": 3}, True),
    ],
)
def test_relations_hold_or_not(text, values, holds):
    """A chain holds when each of its relations does."""
    assert parse_relation(text).holds(values) is holds
