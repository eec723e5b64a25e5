"""The rules of the index calculus: equal before and after, refused where they do not apply, mutants killed.

The judge is literal evaluation with letters for all entries, for every size of a small setting; it shares
nothing with the rules. A mutant is a rule with one character of its mathematics changed: the same batteries
must catch it.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from pathlib import Path

import pytest
from sympy import Expr, Integer, Symbol

from cnnmath.derive.calculus import binding, canonical, definitions, ranges, rules, slopes
from cnnmath.derive.calculus.definitions import Definition
from cnnmath.derive.calculus.nodes import (
    Bracket,
    Equal,
    Positive,
    Slope,
    Total,
    Within,
    bracket,
    index,
    largest,
    slope,
    tensor,
    total,
    within,
)
from cnnmath.derive.calculus.slopes import Varying
from cnnmath.derive.checks.index import EverySize
from cnnmath.derive.checks.setting import Context, Setting
from cnnmath.derive.evidence import Badge
from cnnmath.errors import DerivationError

i, j, u, v, m, t = index("i j u v m t")
n, k, s, d, p, o = index("n k s d p o")
w, x, g, y, a, b, h = tensor("w x g y a b h")
BOUNDS = {"n": 1, "k": 1, "s": 1, "d": 1, "p": 0, "o": 1, "i": 0, "j": 0, "u": 0, "v": 0, "m": 0, "t": 0}
SIZES = Setting.of("n 1..3, k 1..2, s 1..2, d 1..2, p 0..1, o 1..2")

Check = tuple[object, object, tuple[tuple[Symbol, object], ...], tuple[Definition, ...]]


def agree(
    before: object, after: object, free: tuple[tuple[Symbol, object], ...] = (), *known: Definition
) -> None:
    """Fail unless both expressions have the same value for all sizes and all entries."""
    shown = EverySize(before, after, Context(SIZES, free, known)).run()
    assert shown.badge is Badge.EXHAUSTIVE, shown.counterexample


# ---------------------------------------------------------------- batteries, one per module of rules


def rules_battery(module: types.ModuleType) -> None:
    """Hold merge, pull, sift, reindex, count, turn, in_range and assume to their meaning."""
    products = total(g[i], (i, o)) * total(w[u] * x[i + u], (u, k))
    agree(products, module.merge(products), ((i, o),))
    squares = total(g[u] * total(w[u] * x[u], (u, k)), (u, k))
    agree(squares, module.merge(squares))
    twice = total(w[u], (u, k)) * total(x[u], (u, k)) * (x[0] + total(w[u] * bracket(Equal(u, 1)), (u, k)))
    agree(twice, module.merge(twice))
    nested = total(x[m] * w[u] * g[m], (u, k))
    agree(nested, module.pull(nested), ((m, n),))

    one = total(w[u] * x[i] * bracket(Equal(s * i + d * u - p, m)), (u, k), (i, o))
    for variables in ((u,), (i,)):
        agree(one, module.sift(one, variables, BOUNDS), ((m, n),))
    reversed_sign = total(x[i] * bracket(Equal(m, s * i)), (i, o))
    agree(reversed_sign, module.sift(reversed_sign, (i,), BOUNDS), ((m, n),))
    two = total(x[i] * w[j] * bracket(Equal(i, m), Equal(j, i)), (i, o), (j, k))
    agree(two, module.sift(two, (i, j), BOUNDS), ((m, n),))
    both = total(x[i] * bracket(Equal(i, m), Equal(i, t)), (i, o))
    agree(both, module.sift(both, (i,), BOUNDS), ((m, n), (t, o)))
    terms = total(x[i] * bracket(Equal(i, m)), (i, n)) + total(x[i], (i, n))
    agree(terms, module.sift(terms, (i,), BOUNDS), ((m, n),))

    flipped = total(w[u] * x[i + u] * bracket(Within(i + u, 0, n)), (u, k))
    for new in (k - 1 - u, u - i, u + 2, i - u):
        agree(flipped, module.reindex(flipped, u, new), ((i, o),))

    counted = total(x[m] * n, (u, k), (v, n)) + total(Integer(1), (u, k))
    agree(counted, module.count(counted, (u,), BOUNDS), ((m, n),))
    shifted = Total(x[m] * Bracket(Within(u, 2, k + 2)), u)
    agree(shifted, module.count(shifted, (u,), BOUNDS), ((m, n),))

    known = x[m] * bracket(Within(m, 0, n), Within(m + 1, 0, n))
    agree(known, module.in_range(known, ((m, n),)), ((m, n),))
    summed = total(w[u] * x[m], (u, k))
    assert module.assume(summed, x[m], Integer(2)) == total(2 * w[u], (u, k))

    ring = Setting.of("n 1..4, t 0..5", rings="x w", period="n")
    around = total(w[i] * x[i - t], (i, n))
    turned = module.turn(around, i, t, period=n, periodic=(x, w), root=Symbol("omega"))
    assert EverySize(around, turned, Context(ring, ())).run().badge is Badge.EXHAUSTIVE


def slopes_battery(module: types.ModuleType) -> None:
    """Hold the derivative to dual numbers, which carry slopes along without any rule for them."""
    forward = total(w[u] * x[i + u] * x[u], (u, k)) + 3 * x[i] ** 3 - x[0] * w[1]
    cases = (
        (slope(forward, x[m]), Varying(fixed=(w,))),
        (slope(forward, w[m]), Varying(fixed=(x,))),
        (slope(total(x[u] * x[u + i], (u, k)) * x[i], x[u]), Varying()),
        (total(g[i] * slope(x[i] * w[i], x[m]), (i, o)), Varying(fixed=(w,))),
    )
    for before, how in cases:
        agree(before, module.differentiate(before, how), ((i, o), (m, n), (u, k)))


def definitions_battery(module: types.ModuleType) -> None:
    """Hold unfold, fold and use to what they replace, also where names meet."""
    inner = module.Definition(y, (i, j), total(w[u] * x[i + u - j], (u, k)))
    original = Definition(y, (i, j), total(w[u] * x[i + u - j], (u, k)))
    for before in (y[m, t], y[t, m], total(g[u] * y[u, t + u], (u, n)), y[j, i] + y[u, 0]):
        after = module.unfold(before, inner)
        agree(before, after, ((i, o), (j, o), (u, k), (m, n), (t, o)), original)
    two = module.Definition(h, (i, j), a[i] * b[j])
    agree(h[j, i], module.unfold(h[j, i], two), ((i, o), (j, o)), Definition(h, (i, j), a[i] * b[j]))
    fact = module.Fact(Slope(y[i, j], x[m]), w[m - i + j] * bracket(Within(m - i + j, 0, k)))
    used = total(g[i] * slope(y[i, t], x[m]), (i, o))
    agree(used, module.use(used, fact), ((t, o), (m, n)), original)


def canonical_battery(module: types.ModuleType) -> None:
    """Never let two different sums pass for the same, and see through names, order and brackets."""
    same = (
        (total(2 * x[i], (i, n)), 2 * total(x[j], (j, n))),
        (total(x[i] * w[j], (i, n), (j, k)), total(w[u], (u, k)) * total(x[v], (v, n))),
        (total(total(x[i + j], (i, n)), (j, k)), total(x[u + v], (u, k), (v, n))),
        (total((x[i] + g[i]) * w[i], (i, n)), total(x[i] * w[i], (i, n)) + total(w[u] * g[u], (u, n))),
        (
            total(x[u] * bracket(Within(i - u, 0, k)), (u, n)),
            total(x[u] * bracket(Within(u, i - k + 1, i + 1)), (u, n)),
        ),
        (total(x[i] * total(w[j] * x[i], (j, k)), (i, n)), total(w[i] * x[j] ** 2, (i, k), (j, n))),
        (1 / (1 + x[0]) + 1 / (1 - x[0]), 2 / ((1 - x[0]) * (1 + x[0]))),
    )
    different = (
        (total(x[i], (i, n)), total(x[i], (i, k))),
        (total(x[i] * w[j], (i, n), (j, k)), total(x[j] * w[i], (i, n), (j, k))),
        (total(x[i] * w[i], (i, n)), total(x[i], (i, n)) * total(w[i], (i, n))),
        (total(x[i + j], (i, n), (j, n)), total(x[2 * i], (i, n)) * n),
        (total(x[i] ** 2, (i, n)), total(x[i], (i, n)) ** 2),
        (
            total(x[u] * bracket(Within(i - u, 0, k)), (u, n)),
            total(x[u] * bracket(Within(u, i - k, i)), (u, n)),
        ),
        (total(x[i] * total(w[j] * g[i], (j, k)), (i, n)), total(x[i] * total(w[i] * g[j], (j, k)), (i, n))),
    )
    assert all(module.same(left, right) for left, right in same)
    assert not any(module.same(left, right) for left, right in different)


def binding_battery(module: types.ModuleType) -> None:
    """Substitute without capture, several names at once, and know who is free."""
    body = total(w[u] * x[i + u], (u, k))
    agree(total(g[u] * body, (u, o)).subs({}), total(g[u] * module.substitute(body, i, i), (u, o)), ((i, o),))
    moved = module.substitute(body, i, u)
    agree(moved, total(w[v] * x[u + v], (v, k)), ((u, n),))
    assert module.free(body) == {i, k}
    assert module.free(w[u]) == {u}
    assert module.substitute_all(i - 2 * j, (i, j), (j, i)) == j - 2 * i
    assert module.renamed(body, {u}).variables == (Symbol("u_1"),)
    assert module.of_free_names({"u": 0, "i": 0}, body) == {"u": None, "i": 0}


def ranges_battery(module: types.ModuleType) -> None:
    """Bring in a bracket only where it follows from the others."""
    inside = bracket(Within(v - u, 0, n))
    narrow = Total(a[u] * b[v - u] * within([(u, k)]) * Bracket(Within(v, u, u + n)), u, v)
    agree(narrow, module.rerange(narrow, total(a[u] * b[v - u] * inside, (v, n + k - 1), (u, k)), BOUNDS))
    for size in (n + k - 2, n, k):
        with pytest.raises(DerivationError, match="ranges do not say the same"):
            module.rerange(narrow, total(a[u] * b[v - u] * inside, (v, size), (u, k)), BOUNDS)


BATTERIES: tuple[tuple[types.ModuleType, Callable[[types.ModuleType], None]], ...] = (
    (rules, rules_battery),
    (slopes, slopes_battery),
    (definitions, definitions_battery),
    (canonical, canonical_battery),
    (binding, binding_battery),
    (ranges, ranges_battery),
)


@pytest.mark.parametrize(
    ("module", "battery"), BATTERIES, ids=lambda value: value.__name__.rpartition(".")[2]
)
def test_a_rule_takes_an_expression_to_an_equal_one(
    module: types.ModuleType, battery: Callable[[types.ModuleType], None]
) -> None:
    """What a rule returns has the same value for all sizes and all entries."""
    battery(module)


# ---------------------------------------------------------------- refusals


def refusals(
    rule: types.ModuleType, change: types.ModuleType, define: types.ModuleType
) -> list[Callable[[], object]]:
    """Return calls that must be refused, because a side condition does not hold."""
    picked = total(x[i] * bracket(Equal((s - 2) * i, m)), (i, o))
    recursive = total(x[i] * bracket(Equal(i * i, m)), (i, o))
    loop = define.Definition(y, (i,), total(w[u] * x[i + u], (u, k)))
    clash = define.Definition(y, (i,), x[i] * n)
    return [
        lambda: rule.sift(picked, (i,), BOUNDS),  # the coefficient may be 0 or negative
        lambda: rule.sift(recursive, (i,), BOUNDS),  # not linear
        lambda: rule.sift(total(x[i], (i, o)), (i,), BOUNDS),  # no equation
        lambda: rule.sift(
            total(x[i] * bracket(Equal((u + 1) * i, m)), (i, o), (u, k)), (i,), BOUNDS
        ),  # u is bound
        lambda: rule.reindex(total(x[i], (i, o)), i, 2 * i),  # no bijection
        lambda: rule.reindex(total(x[i], (i, o)), i, i * i),
        lambda: rule.reindex(total(x[i], (i, o)), i, Integer(3)),
        lambda: rule.reindex(total(x[i], (i, o)), u, u + 1),  # no such sum
        lambda: rule.count(total(x[i], (i, o)), (i,), BOUNDS),  # the terms differ
        lambda: rule.count(Total(Bracket(Within(i, 0, n - k)), i), (i,), BOUNDS),  # may be upside down
        lambda: rule.in_range(total(x[m], (m, n)), ((m, n),)),  # m is bound
        lambda: rule.introduce(x[m], total(x[i] * bracket(Equal(i, m + 1)), (i, n)), i, BOUNDS),
        lambda: rule.restate(total(x[i], (i, n)), total(x[i], (i, k))),
        lambda: rule.assume(x[0], x[1], Integer(0)),
        lambda: rule.turn(total(w[i] * x[i], (i, n)), i, t, period=n, periodic=(x,), root=Symbol("omega")),
        lambda: rule.turn(total(x[i], (i, k)), i, t, period=n, periodic=(x,), root=Symbol("omega")),
        lambda: change.differentiate(slope(w[i] * x[i], x[m]), Varying()),  # w is not declared
        lambda: change.differentiate(slope(bracket(Positive(x[i])) * x[i], x[m]), Varying()),  # a kink
        lambda: change.differentiate(slope(largest(x[u], u, k), x[m]), Varying()),  # no rule
        lambda: change.differentiate(slope(Integer(2) ** x[i], x[m]), Varying()),  # the exponent varies
        lambda: change.differentiate(x[i], Varying()),  # nothing to do
        lambda: define.unfold(x[i], loop),  # y does not occur
        lambda: define.unfold(y[i, j], loop),  # wrong number of indices
        lambda: define.unfold(total(y[i], (n, k)), clash),  # the size n would be captured
        lambda: define.fold(total(w[u] * x[m + u], (u, k)), loop, y[m + 1]),  # not this element
        lambda: define.Definition(y, (i,), y[i - 1]),  # defined by itself
        lambda: define.use(x[0], define.Fact(Slope(y[i], x[m]), w[m])),
    ]


def test_a_rule_refuses_where_its_side_condition_fails() -> None:
    """Nothing merely plausible is returned: every rule says what is missing."""
    for number, call in enumerate(refusals(rules, slopes, definitions)):
        with pytest.raises(DerivationError):
            pytest.fail(f"refusal {number} was not given, but {call()}")


# ---------------------------------------------------------------- mutants

MUTANTS = [
    # sift: divisibility, sign, division, range, and two side conditions
    (rules, "rest * Bracket(Divides(coefficient, target))", "rest"),
    (rules, "sympy.expand(-sign * rest)", "sympy.expand(sign * rest)"),
    (rules, "variable, target / coefficient)", "variable, target)"),
    (
        rules,
        "substitute(Mul(*factors[:place], *factors[place + 1 :])",
        "substitute(Mul(*(f for f in factors if f != factor and not _is_range(f, variable)))",
    ),
    (rules, "if is_positive(sign * coefficient, bounds):", "if True:"),
    (rules, "value = _sift(value, variable, trusted)", "value = _sift(value, variable, bounds)"),
    # reindex: off by one, no bijection
    (
        rules,
        "sympy.expand(rest - high + 1), sympy.expand(rest - low + 1)",
        "sympy.expand(rest - high), sympy.expand(rest - low)",
    ),
    (
        rules,
        "sympy.expand(low - rest), sympy.expand(high - rest)",
        "sympy.expand(low + rest), sympy.expand(high + rest)",
    ),
    (rules, "if sign not in (1, -1) or variable in free", "if variable in free"),
    # capture in merge
    (rules, "renamed(factor, taken)", "renamed(factor, taken & {Symbol('u')})"),
    # count: upside-down ranges, wrong length
    (rules, "or not is_nonnegative(length, bounds)", ""),
    (rules, "length = sympy.expand(high - low)", "length = sympy.expand(high - low - 1)"),
    # periodicity unchecked in turn
    (
        rules,
        "if _modulo(once, period, periodic, root) != _modulo(body, period, periodic, root):",
        "if False:",
    ),
    # range brackets: of bound variables
    (rules, "if _bound_anywhere(value, variable):", "if False:"),
    # slopes: index, factor and exponent forgotten, capture, what is hidden, the kink
    (
        slopes,
        "zip(value.indices, element.indices, strict=True)",
        "zip(value.indices[:0], element.indices[:0], strict=True)",
    ),
    (
        slopes,
        "for place, factor in enumerate(factors):",
        "for place, factor in list(enumerate(factors))[:1]:",
    ),
    (slopes, "value.exp * value.base ** (value.exp - 1)", "value.base ** (value.exp - 1)"),
    (slopes, "value = renamed(value, free(element))", "value = value"),
    (slopes, "- {own, *how.fixed, *how.dependent}", "- {node.base for node in elements(value.body)}"),
    (slopes, "if own not in how.away_from_kinks and", "if False and"),
    # definitions: capture, unchecked fold
    (
        definitions,
        "if captured := (free(definition.body) - set(definition.indices)) & around:",
        "if captured := set():",
    ),
    (definitions, "if not same(unfold(after, definition), value):", "if False:"),
    # canonical: names one after the other, mixed sums, ranges cut short
    (canonical, "substitute_all(body, order, names)", "_one_by_one(body, order, names)"),
    (canonical, "groups = [group for group in groups if group not in joined]", "groups = []"),
    (canonical, "sympy.expand(high - 1 - position)", "sympy.expand(high - position)"),
    # capture in substitution
    (binding, "value = renamed(value, free(new))", "value = value"),
    (binding, "return free(value.body) - set(value.variables)", "return free(value.body)"),
    (binding, "name: None if name in taken else least", "name: least"),
    # a bracket dropped from ranges without proof
    (
        ranges,
        "return not any(problem(prove(Claim(listed, given, goal))) for goal in _links(condition))",
        "return True",
    ),
    (ranges, 'yield Link(position, "<", high)', 'yield Link(position, "<=", high)'),
]


def _is_range(factor: object, variable: Symbol) -> bool:
    """Tell whether a factor is a range of the variable (for the mutant that loses ranges)."""
    condition = factor.condition if isinstance(factor, Bracket) else None
    return isinstance(condition, Within) and condition.args[0] == variable


def _one_by_one(body: Expr, old: list[Symbol], new: list[Symbol]) -> Expr:
    """Rename one variable after the other (for the mutant that captures)."""
    for before, after in zip(old, new, strict=True):
        body = binding.substitute(body, before, after)
    return body


def mutant(module: types.ModuleType, old: str, new: str) -> types.ModuleType:
    """Return a copy of a module with one place of its source changed."""
    source = Path(module.__file__ or "").read_text("utf-8")
    flat = " ".join(source.split())
    assert source.count(old) or " ".join(old.split()) in flat, f"{module.__name__} has no {old!r} any more"
    assert source.count(old) == 1, f"{module.__name__} has {source.count(old)} places {old!r}"
    made = types.ModuleType(module.__name__)
    made.__dict__.update(__file__=module.__file__, _is_range=_is_range, _one_by_one=_one_by_one)
    exec(compile(source.replace(old, new), module.__name__, "exec"), made.__dict__)  # noqa: S102  (our own source)
    return made


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "old", "new"), MUTANTS, ids=[str(number) for number in range(len(MUTANTS))]
)
def test_a_mutant_of_a_rule_is_killed(module: types.ModuleType, old: str, new: str) -> None:
    """A rule with a term lost, a sign turned or a condition dropped is noticed by the batteries."""
    changed = mutant(module, old, new)
    trio = {rules: rules, slopes: slopes, definitions: definitions}
    if module in trio:
        trio[module] = changed
    survived = True
    try:
        dict(BATTERIES)[module](changed)
        for call in refusals(*trio.values()):
            with pytest.raises(DerivationError):
                call()
    except (Exception, pytest.fail.Exception):  # noqa: BLE001  (whatever breaks, it was noticed)
        survived = False
    assert not survived
