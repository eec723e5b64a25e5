"""Floor certificates: true claims are proved, false ones are not, and the checker believes nothing."""

from __future__ import annotations

import types
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from sympy import Integer, Symbol, symbols

from cnnmath.derive import certificate, symbolic
from cnnmath.derive.certificate import Case, Claim, FloorProof, Link, Part, problem, prove, read
from cnnmath.derive.checks.algebra import Proved, certificate_lines
from cnnmath.derive.evidence import Badge
from cnnmath.derive.quantities import Quantity
from cnnmath.derive.sides import statement
from cnnmath.derive.symbolic import Translation, is_nonnegative, is_positive, numerator_over
from cnnmath.errors import DerivationError
from cnnmath.formula import parse

BOUNDS = {"n": 0, "s": 1, "k": 1, "p": 0, "d": 1, "i": 0, "P": 0, "h": 0, "z": None}

TRUE = [
    # rounding, Knuth, Concrete Mathematics, section 3.2
    ("ceil(n/s)", "=", "floor((n + s - 1)/s)", ()),
    ("floor((n - 1)/s) + 1", "=", "ceil(n/s)", ()),
    ("floor((n + s)/s)", "=", "floor(n/s) + 1", ()),
    ("floor(floor(n/s)/d)", "=", "floor(n/(s*d))", ()),
    ("n mod s", "<=", "s - 1", ()),
    ("n mod s", ">=", "0", ()),
    ("floor(P/2) + ceil(P/2)", "=", "P", ()),
    ("(2h - 1) mod 2", "=", "1", ()),
    ("floor(z/2) + floor((z + 1)/2)", "=", "z", ()),
    ("abs(z)", ">=", "z", ()),
    ("max(0, z) + min(0, z)", "=", "z", ()),
    ("max(z, -z)", "=", "abs(z)", ()),
    ("floor((n + 2p - k)/s) + 1", ">=", "1", ("n + 2p >= k",)),
    ("s*floor(n/s)", "<=", "n", ()),
]
FALSE = [
    ("ceil(n/s)", "=", "floor(n/s)", ()),
    ("ceil(n/s)", "=", "floor(n/s) + 1", ()),
    ("floor((n + k)/s)", "=", "floor(n/s) + floor(k/s)", ()),
    ("s*floor(n/s)", "=", "n", ()),
    ("floor((n + 2p - k)/s) + 1", ">=", "1", ()),
    ("n mod s", "<=", "s - 2", ()),
    ("floor(2*n/s)", "=", "2*floor(n/s)", ()),
    ("abs(z)", "<=", "z", ()),
    ("floor(z/2) + floor(z/2)", "=", "z", ()),
    ("max(n, k)", "<=", "n", ()),
    # what mutants once got away with
    ("n", "<=", "0", ()),
    ("2*n", "<=", "0", ()),
    ("z", ">=", "0", ()),
    ("s*floor(n/s)", "<", "n", ()),
    ("s*ceil(n/s)", "<=", "n + s - 2", ()),
    ("2z + 1", ">=", "0", ("z >= -1",)),
]


def claim(left: str, sign: str, right: str, given: tuple[str, ...] = ()) -> Claim:
    """Return the claim of three texts over the letters of this file."""
    links = []
    for text in given:
        relation = statement(text)
        links.append(Link(relation.parts[0].root, relation.operators[0], relation.parts[1].root))
    return Claim(tuple(BOUNDS.items()), tuple(links), Link(parse(left).root, sign, parse(right).root))


@pytest.mark.parametrize(("left", "sign", "right", "given"), TRUE)
def test_true_claims_are_proved(left: str, sign: str, right: str, given: tuple[str, ...]) -> None:
    """Textbook facts on floors, ceilings, remainders and maxima get certificates that the checker accepts."""
    assert problem(prove(claim(left, sign, right, given))) == ""


@pytest.mark.parametrize(("left", "sign", "right", "given"), FALSE)
def test_false_claims_are_not_proved(left: str, sign: str, right: str, given: tuple[str, ...]) -> None:
    """Nothing false gets a certificate."""
    with pytest.raises(DerivationError, match="no floor certificate found"):
        prove(claim(left, sign, right, given))


def test_a_certificate_can_be_checked_by_hand() -> None:
    """ceil(n/s) <= floor((n + s - 1)/s): the lines name what is added up, and the sum is -1."""
    lines = certificate_lines(prove(claim("ceil(n/s)", "<=", "floor((n + s - 1)/s)")))
    assert lines[:3] == (
        "Claim: ceil(n/s) <= floor((n + s - 1)/s).",
        "Write q1 for ceil(n/s).",
        "Write q2 for floor((n + s - 1)/s).",
    )
    assert "Suppose q1 - q2 - 1 >= 0. Then add up:" in lines
    assert lines[-1] == "  and the sum is -1, which is not >= 0. So the opposite is impossible."
    # (n + s - 1 - s q1) + (s q2 - n) + s (q1 - q2 - 1) = -1, by hand
    assert [line.split(" ")[2] for line in lines[4:-1]] == ["(n", "(s*q2", "s"]


# ---------------------------------------------------------------- what the checker refuses


def proof() -> FloorProof:
    """Return a correct proof to be tampered with."""
    return prove(claim("ceil(n/s)", "<=", "floor((n + s - 1)/s)"))


def tampered(part: Part) -> FloorProof:
    """Return the proof with its first part exchanged."""
    good = proof()
    (case,) = good.cases
    return replace(good, cases=(replace(case, parts=(part, *case.parts[1:])),))


def test_a_missing_case_is_noticed() -> None:
    """A proof of an equation needs both directions, and one of a maximum all of its options."""
    both = prove(claim("ceil(n/s)", "=", "floor((n + s - 1)/s)"))
    assert problem(replace(both, cases=both.cases[:1])) == "1 of 2 cases are not treated"
    options = prove(claim("max(0, z)", ">=", "0"))
    assert problem(replace(options, cases=options.cases[:1])) == "1 of 2 cases are not treated"


def test_a_fact_that_is_not_known_is_refused() -> None:
    """Whoever adds up other things than known ones is told which."""
    n = Symbol("n")
    assert problem(tampered(Part(Fraction(1), Integer(1), -n - 1))) == "-n - 1 >= 0 is not known"


def test_a_negative_weight_is_refused() -> None:
    """A fact may not be subtracted."""
    first = proof().cases[0].parts[0]
    assert problem(tampered(replace(first, weight=Fraction(-1)))) == "the weight -1 is negative"


def test_a_multiplier_that_may_be_negative_is_refused() -> None:
    """A fact may be multiplied by what is evidently not negative only."""
    first = proof().cases[0].parts[0]
    for multiplier in (-Symbol("s"), Symbol("z"), Symbol("s") - 2, Symbol("q1")):
        assert problem(tampered(replace(first, multiplier=multiplier))) == (
            f"the multiplier {multiplier} may be negative"
        )


def test_a_sum_that_is_not_minus_one_is_refused() -> None:
    """The parts must add up to -1, not to anything else."""
    first = proof().cases[0].parts[0]
    assert "not to -1" in problem(tampered(replace(first, weight=Fraction(2))))
    assert problem(FloorProof(proof().claim, (Case(proof().cases[0].goal, (), ()),))) == (
        "the parts add up to 0, not to -1"
    )


def test_a_proof_of_another_claim_is_refused() -> None:
    """A certificate cannot be carried over to a claim that it was not made for."""
    stolen = replace(proof(), claim=claim("ceil(n/s)", "<=", "floor(n/s)"))
    assert problem(stolen)


# ---------------------------------------------------------------- reading claims


def test_divisors_must_be_positive() -> None:
    """A quotient by something that may be 0 or negative is refused."""
    for text in ("floor(n/p)", "floor(n/z)", "floor(n/(s - 1))"):
        with pytest.raises(DerivationError, match="expected a divisor known to be positive"):
            prove(claim(text, ">=", "0"))


def test_only_whole_numbers_have_an_opposite() -> None:
    """Letters without a declaration, fractions in a maximum and entries of tensors are refused."""
    for text in ("y", "max(0, n/s)", "x[1]"):
        with pytest.raises(DerivationError):
            prove(claim(text, ">=", "0"))


def test_a_floor_of_a_difference_of_fractions_keeps_its_divisor() -> None:
    """floor(h - 1/2) is not h - 1/2: the denominator survives whatever SymPy does to the fraction."""
    h = Symbol("h")
    assert numerator_over(h - Fraction(1, 2), {"h": 0}) == (2 * h - 1, 2)
    here = Translation({"h": 0})
    here.expression(parse("floor((2h - 1)/2)").root)
    assert [(entry.numerator, entry.divisor) for entry in here.quotients] == [(2 * h - 1, 2)]


def test_equal_floors_share_their_letter() -> None:
    """The same quotient gets the same stand-in, however it is written."""
    here = Translation({"n": 0, "s": 1})
    first = here.expression(parse("floor((2n + 2)/(2s))").root)
    assert first == here.expression(parse("(n + 1) // s").root)


def test_evidently_nonnegative_means_so_within_the_bounds() -> None:
    """Coefficients are looked at after shifting every letter to its least value."""
    n, s, z = symbols("n s z")
    bounds = {"n": 0, "s": 2, "z": None}
    assert is_nonnegative(n * (s - 2), bounds)
    assert is_positive(s - 1, bounds)
    assert not is_positive(s - 2, bounds)
    assert not is_nonnegative(z * z, bounds)
    assert not is_nonnegative(n - 1, bounds)


def test_a_claim_is_read_once() -> None:
    """Reading gives floors, facts and goals; equality gives two goals."""
    reading = read(claim("ceil(n/s)", "=", "k"))
    assert [(entry.kind, str(entry.numerator)) for entry in reading.quotients] == [("ceil", "n")]
    assert len(reading.goals) == 2


def test_a_failed_proof_says_what_was_not_found() -> None:
    """The evidence of a failed proof carries the goal."""
    names = (Quantity("n", "a number", least=0), Quantity("s", "a stride", least=1))
    shown = Proved(statement("floor(n/s)"), "=", statement("ceil(n/s)"), names).run()
    assert shown.badge is Badge.FAILED
    assert "no floor certificate found" in shown.counterexample


# ---------------------------------------------------------------- mutants

MUTANTS = [
    # the facts: a bound off by one, a maximum that is a minimum, a strict relation that is not
    (
        certificate,
        'yield Fact(sympy.expand(below - 1 - rest), f"the next',
        'yield Fact(sympy.expand(below - 2 - rest), f"the next',
    ),
    (
        certificate,
        'yield Fact(sympy.expand(below - 1 - rest), f"the whole',
        'yield Fact(sympy.expand(below - 2 - rest), f"the whole',
    ),
    (certificate, "rest = sympy.expand(above - below * q)", "rest = sympy.expand(above - below * q - 1)"),
    (certificate, 'sign = 1 if extreme.kind == "max" else -1', 'sign = -1 if extreme.kind == "max" else 1'),
    (certificate, '"<": (1, 1)', '"<": (1, 0)'),
    (certificate, "sympy.floor(constant / common)", "sympy.ceiling(constant / common)"),
    (certificate, "yield _primitive(-upward, 0, here.bounds)", "pass"),
    (certificate, "    for value in (*(fact.value for fact in given), *goals):", "    for value in ():"),
    # the checker: negative weights and multipliers, unknown facts, other sums, missing cases
    (certificate, "if part.weight < 0:", "if False:"),
    (certificate, "if not is_nonnegative(part.multiplier, reading.bounds):", "if False:"),
    (certificate, "if sympy.expand(part.fact) not in known:", "if False:"),
    (certificate, "sympy.expand(total) == -1 else", "sympy.expand(total).is_number else"),
    (
        certificate,
        "wanted - {(case.goal, case.choices) for case in proof.cases}",
        "set()",
    ),
    (certificate, "known.add(sympy.expand(-case.goal - 1))", "known.add(sympy.expand(-case.goal - 2))"),
    # reading formulas: signs of divisors and coefficients, fractions in a maximum
    (symbolic, "if not is_positive(below, bounds):\n        raise", "if False:\n        raise"),
    (symbolic, "all(coefficient >= 0 for", "any(coefficient >= 0 for"),
    (symbolic, "if below != 1:\n            raise", "if False:\n            raise"),
    (symbolic, 'return self._extreme("min", options)', 'return self._extreme("max", options)'),
    (symbolic, 'return self._quotient("ceil", value)', 'return self._quotient("floor", value)'),
]


def mutant(module: types.ModuleType, old: str, new: str) -> types.ModuleType:
    """Return a copy of the certificate module with one place of its own, or of its reading, changed."""
    source = Path(module.__file__ or "").read_text("utf-8")
    assert source.count(old) == 1, f"{module.__name__} has {source.count(old)} places {old!r}"
    made = _copy(module, source.replace(old, new))
    if module is certificate:
        return made
    changed = _copy(certificate, Path(certificate.__file__ or "").read_text("utf-8"))
    changed.__dict__.update({name: made.__dict__[name] for name in symbolic.__all__})
    return changed


def _copy(module: types.ModuleType, source: str) -> types.ModuleType:
    made = types.ModuleType(module.__name__)
    exec(compile(source, module.__name__, "exec"), made.__dict__)  # noqa: S102  (our own source)
    return made


def battery(module: types.ModuleType) -> None:
    """Fail if a true claim is not proved, a false one is, or a tampered proof passes."""
    for left, sign, right, given in TRUE:
        assert module.problem(module.prove(_claim(module, left, sign, right, given))) == ""
    for left, sign, right, given in FALSE:
        with pytest.raises(DerivationError):
            module.prove(_claim(module, left, sign, right, given))
    for text in ("floor(n/z)", "floor(n/(s - 1))", "y", "max(0, n/s)"):
        with pytest.raises(DerivationError):
            module.prove(_claim(module, text, ">=", "0", ()))
    with pytest.raises(DerivationError):
        module.prove(_claim(module, "y", ">=", "1", ("2*y >= 1",)))  # y need not be whole
    good = module.prove(_claim(module, "ceil(n/s)", "=", "floor((n + s - 1)/s)", ()))
    assert module.problem(replace(good, cases=good.cases[:1]))
    first = good.cases[0]
    opposite, lie, n = first.goal, Integer(-1), Symbol("n")
    for parts in (
        (module.Part(Fraction(1), Integer(1), lie),),
        (module.Part(Fraction(-1), Integer(1), n), module.Part(Fraction(1), n - 1, Integer(1))),
        (
            module.Part(Fraction(-1), Integer(1), Symbol("s") - 1),
            module.Part(Fraction(1), Symbol("s"), Integer(1)),
        ),
        (module.Part(Fraction(1), n - Symbol("k"), Symbol("s") - 1),),
        (
            module.Part(Fraction(-1), Integer(1), -opposite - 1),
            module.Part(Fraction(-1), Integer(1), opposite),
        ),
        (),
    ):
        assert module.problem(replace(good, cases=(replace(first, parts=parts), *good.cases[1:])))
    stepped = replace(first.parts[0], weight=-first.parts[0].weight)
    assert module.problem(
        replace(good, cases=(replace(first, parts=(stepped, *first.parts[1:])), *good.cases[1:]))
    )
    _forge(module)


def _forge(module: types.ModuleType) -> None:
    """Try to prove n <= 0 from n >= 0 with a negative weight, and with a negative multiplier."""
    false = _claim(module, "n", "<=", "0", ())
    n, s = Symbol("n"), Symbol("s")
    goal = -n
    for parts in (
        (module.Part(Fraction(1), Integer(1), -goal - 1), module.Part(Fraction(-1), Integer(1), n)),
        (module.Part(Fraction(1), Integer(1), -goal - 1), module.Part(Fraction(1), Integer(-1), n)),
        (module.Part(Fraction(1), Integer(1), -goal - 1), module.Part(Fraction(1), Integer(1), -n)),
        (module.Part(Fraction(1), Integer(1), n), module.Part(Fraction(1), Integer(0), s - 1)),
        (module.Part(Fraction(2), Integer(1), goal - 1), module.Part(Fraction(2), Integer(1), n)),
    ):
        assert module.problem(module.FloorProof(false, (module.Case(goal, (), parts),)))
    nothing = module.Case(goal, (), (module.Part(Fraction(0), Integer(1), n),))
    assert module.problem(module.FloorProof(false, (nothing,)))


def _claim(module: types.ModuleType, left: str, sign: str, right: str, given: tuple[str, ...]) -> object:
    links = []
    for text in given:
        relation = statement(text)
        links.append(module.Link(relation.parts[0].root, relation.operators[0], relation.parts[1].root))
    goal = module.Link(parse(left).root, sign, parse(right).root)
    return module.Claim(tuple(BOUNDS.items()), tuple(links), goal)


@pytest.mark.slow
def test_the_battery_passes_what_is_right() -> None:
    """The unchanged module survives its own battery, so that a mutant's death means something."""
    battery(certificate)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "old", "new"), MUTANTS, ids=[str(number) for number in range(len(MUTANTS))]
)
def test_a_mutant_of_the_certificates_is_killed(module: types.ModuleType, old: str, new: str) -> None:
    """A bound off by one, a sign accepted, a case forgotten: each is noticed."""
    changed = mutant(module, old, new)
    survived = True
    try:
        battery(changed)
    except (AssertionError, DerivationError, pytest.fail.Exception):
        survived = False
    assert not survived
