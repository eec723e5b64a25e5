"""Floor certificates: short proofs of relations between floors, ceilings, remainders, maxima and minima.

A floor q = floor(A/s) is a whole number with 0 <= A - s q <= s - 1. So replace every floor by its q, assume
the opposite of the claim, and find non-negative multiples of what is known to be non-negative that add up to
-1: nothing non-negative does that, so the opposite is impossible. `prove` searches with an exact linear
programme and is not trusted; `problem` checks the outcome by multiplying out, and shares with the search only
the reading of the claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from itertools import combinations_with_replacement, product

import sympy
from sympy import Expr, Integer, Rational, Symbol

from cnnmath.derive.simplex import nonnegative_solution
from cnnmath.derive.symbolic import Bounds, Extreme, Quotient, Translation, is_nonnegative, numerator_over
from cnnmath.errors import DerivationError
from cnnmath.formula import tree

__all__ = ["Case", "Claim", "Fact", "FloorProof", "Link", "Part", "facts_of", "problem", "prove"]


@dataclass(frozen=True)
class Link:
    """Two formulas and the relation between them: one of <=, <, >=, >, =."""

    left: tree.Node
    sign: str
    right: tree.Node


@dataclass(frozen=True)
class Claim:
    """The relation `goal` holds for all whole numbers within the bounds for which all of `given` hold."""

    bounds: tuple[tuple[str, int | None], ...]
    given: tuple[Link, ...]
    goal: Link


@dataclass(frozen=True)
class Fact:
    """A polynomial that is known to be >= 0, and why."""

    value: Expr
    reason: str


@dataclass(frozen=True)
class Part:
    """One summand of a certificate: weight * multiplier * fact, all three non-negative."""

    weight: Fraction
    multiplier: Expr
    fact: Expr


@dataclass(frozen=True)
class Case:
    """One case: the goal, read as `goal` >= 0, is assumed to fail; the parts then add up to -1.

    `choices` says, for each maximum and minimum of the claim, which of its options is taken.
    """

    goal: Expr
    choices: tuple[int, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class FloorProof:
    """A claim with one refutation for every case of it."""

    claim: Claim
    cases: tuple[Case, ...]


# ---------------------------------------------------------------- what a claim says, in polynomials


@dataclass(frozen=True)
class Reading:
    """A claim in polynomials: what stands for floors and maxima, the facts, the goals (each to be >= 0)."""

    bounds: Bounds
    quotients: tuple[Quotient, ...]
    extremes: tuple[Extreme, ...]
    given: tuple[Fact, ...]
    goals: tuple[Expr, ...]

    @cached_property
    def used(self) -> frozenset[str]:
        """The names that occur; the bounds of others are of no use."""
        values = [*self.goals, *(fact.value for fact in self.given)]
        values += [value for entry in self.quotients for value in (entry.numerator, entry.divisor)]
        values += [option for entry in self.extremes for option in entry.options]
        return frozenset(str(symbol) for value in values for symbol in value.free_symbols)


@cache
def read(claim: Claim) -> Reading:
    """Return the claim in polynomials; raises DerivationError where a divisor is not known to be positive."""
    bounds = dict(claim.bounds)
    here = Translation(bounds)
    given = [
        Fact(value, "this is given") for relation in claim.given for value in _nonnegatives(relation, here)
    ]
    goals = tuple(_nonnegatives(claim.goal, here))
    for value in (*(fact.value for fact in given), *goals):
        _require_whole(value, here)
    return Reading(bounds, tuple(here.quotients), tuple(here.extremes), tuple(given), goals)


def _nonnegatives(relation: Link, here: Translation) -> Iterator[Expr]:
    left, right = here.expression(relation.left), here.expression(relation.right)
    upward, _ = numerator_over(right - left, here.bounds)
    signs = {"<=": (1, 0), "<": (1, 1), ">=": (-1, 0), ">": (-1, 1)}
    if relation.sign == "=":
        yield _primitive(upward, 0, here.bounds)
        yield _primitive(-upward, 0, here.bounds)
    elif relation.sign in signs:
        sign, least = signs[relation.sign]
        yield _primitive(sign * upward, least, here.bounds)
    else:
        raise DerivationError(
            where="certificate", given=f"the relation {relation.sign}", expected="one of <= < >= > ="
        )


def _primitive(value: Expr, least: int, bounds: Bounds) -> Expr:
    """Return a simpler r such that r >= 0 says the same as value >= least, where least is 0 or 1.

    A positive name as a factor changes no sign: W x >= 0 is x >= 0. And 2 x + c >= 0 is x + floor(c/2) >= 0.
    """
    rest = sympy.expand(value)
    for name, lowest in bounds.items():
        while lowest is not None and lowest > 0 and rest != 0 and _divisible(rest, Symbol(name)):
            rest = sympy.expand(rest / Symbol(name))
    rest -= least
    constant, moving = rest.as_coeff_Add()
    # igcd is never negative; gcd_list of one negative number is, and would turn the relation around
    common = sympy.igcd(0, 0, *moving.as_coefficients_dict().values()) or 1
    return sympy.expand(moving / common + sympy.floor(constant / common))


def _divisible(value: Expr, symbol: Symbol) -> bool:
    return all(symbol in term.free_symbols for term in sympy.Add.make_args(value))


def _require_whole(value: Expr, here: Translation) -> None:
    """Refuse all but polynomials in whole numbers: only there is x <= -1 the opposite of x >= 0."""
    known = {Symbol(name) for name in here.bounds}
    known |= {entry.symbol for entry in here.quotients} | {entry.symbol for entry in here.extremes}
    whole = all(coefficient.is_Integer for coefficient in value.as_coefficients_dict().values())
    if not whole or value.free_symbols - known or not value.is_polynomial(*known):
        raise DerivationError(
            where=f"certificate for {value}", expected="a polynomial in declared whole numbers"
        )


def facts_of(reading: Reading, choices: Sequence[int]) -> Iterator[Fact]:
    """Yield all that is known in one case: the bounds, what is given, and what defines floors and maxima."""
    for name, least in reading.bounds.items():
        if least is not None and name in reading.used:
            yield Fact(Symbol(name) - least, f"{name} >= {least}")
    yield from reading.given
    for quotient in reading.quotients:
        yield from _quotient_facts(quotient)
    for extreme, choice in zip(reading.extremes, choices, strict=True):
        yield from _extreme_facts(extreme, choice)


def _quotient_facts(quotient: Quotient) -> Iterator[Fact]:
    q, above, below = quotient.symbol, quotient.numerator, quotient.divisor
    if quotient.kind == "floor":
        rest = sympy.expand(above - below * q)
        yield Fact(rest, f"the floor {q} is at most its argument")
        yield Fact(sympy.expand(below - 1 - rest), f"the next whole number after the floor {q} is too large")
    else:
        rest = sympy.expand(below * q - above)
        yield Fact(rest, f"the ceiling {q} is at least its argument")
        yield Fact(sympy.expand(below - 1 - rest), f"the whole number before the ceiling {q} is too small")


def _extreme_facts(extreme: Extreme, choice: int) -> Iterator[Fact]:
    sign = 1 if extreme.kind == "max" else -1
    kind = "largest" if extreme.kind == "max" else "smallest"
    for option in extreme.options:
        yield Fact(
            sympy.expand(sign * (extreme.symbol - option)), f"{extreme.symbol} is the {kind} of its options"
        )
    taken = sympy.expand(sign * (extreme.options[choice] - extreme.symbol))
    yield Fact(taken, f"in this case {extreme.symbol} is this option")


# ---------------------------------------------------------------- the checker


def problem(proof: FloorProof) -> str:
    """Return what is wrong with a proof, or an empty string when it holds.

    Every goal in every case must be refuted; each part must use a known fact, a multiplier that is evidently
    non-negative and a weight that is not negative; and the parts must add up to -1.
    """
    reading = read(proof.claim)
    wanted = {(goal, choices) for goal in reading.goals for choices in _choices(reading.extremes)}
    if missing := wanted - {(case.goal, case.choices) for case in proof.cases}:
        return f"{len(missing)} of {len(wanted)} cases are not treated"
    return next((text for case in proof.cases if (text := _case_problem(case, reading))), "")


def _choices(extremes: Iterable[Extreme]) -> Iterator[tuple[int, ...]]:
    return product(*(range(len(extreme.options)) for extreme in extremes))


def _case_problem(case: Case, reading: Reading) -> str:
    known = {sympy.expand(fact.value) for fact in facts_of(reading, case.choices)}
    known.add(sympy.expand(-case.goal - 1))
    total = Integer(0)
    for part in case.parts:
        if sympy.expand(part.fact) not in known:
            return f"{part.fact} >= 0 is not known"
        if part.weight < 0:
            return f"the weight {part.weight} is negative"
        if not is_nonnegative(part.multiplier, reading.bounds):
            return f"the multiplier {part.multiplier} may be negative"
        total += Rational(part.weight.numerator, part.weight.denominator) * part.multiplier * part.fact
    return "" if sympy.expand(total) == -1 else f"the parts add up to {sympy.expand(total)}, not to -1"


# ---------------------------------------------------------------- the search


def prove(claim: Claim) -> FloorProof:
    """Return a proof of the claim; raises DerivationError when the search finds none.

    Not finding one does not refute the claim: the search is complete only for its few kinds of multipliers.
    """
    reading = read(claim)
    cases = []
    for goal in reading.goals:
        for choices in _choices(reading.extremes):
            parts = _refute(goal, reading, choices)
            if parts is None:
                raise DerivationError(where="no floor certificate found", given=f"{goal} >= 0")
            cases.append(Case(goal, choices, parts))
    return FloorProof(claim, tuple(cases))


Monomial = tuple[tuple[str, int], ...]
Sparse = dict[Monomial, int]


def _refute(goal: Expr, reading: Reading, choices: Sequence[int]) -> tuple[Part, ...] | None:
    negated = Fact(sympy.expand(-goal - 1), "the opposite of the claim")
    facts = list(dict.fromkeys(fact.value for fact in (negated, *facts_of(reading, choices))))
    sparse = [_sparse(fact) for fact in facts]
    for multipliers in _multiplier_tiers(reading):
        factors = [_sparse(multiplier) for multiplier in multipliers]
        columns = [(m, f) for m in range(len(multipliers)) for f in range(len(facts))]
        weights = _combination([_times(factors[m], sparse[f]) for m, f in columns])
        if weights is not None:
            return tuple(
                Part(weight, multipliers[m], facts[f])
                for weight, (m, f) in zip(weights, columns, strict=True)
                if weight
            )
    return None


def _multiplier_tiers(reading: Reading) -> Iterator[list[Expr]]:
    one = [Integer(1)]
    divisors = list(dict.fromkeys(q.divisor for q in reading.quotients if not q.divisor.is_number))
    pairs = [sympy.expand(a * b) for a, b in combinations_with_replacement(divisors, 2)]
    bounded = [
        (Symbol(name), least)
        for name, least in reading.bounds.items()
        if least is not None and name in reading.used
    ]
    names = [symbol - min(least, 0) for symbol, least in bounded]
    rests = [symbol - least for symbol, least in bounded]
    products = [sympy.expand(a * b) for a in divisors for b in names]
    yield one
    if divisors:
        yield one + divisors
        yield one + divisors + pairs
    yield list(dict.fromkeys(one + divisors + names))
    yield list(dict.fromkeys(one + divisors + names + rests + products + pairs))


def _sparse(value: Expr) -> Sparse:
    """Return the whole coefficients of a polynomial by monomial."""
    found: Sparse = {}
    for term in sympy.Add.make_args(value):
        number, rest = term.as_coeff_Mul()
        powers = ((str(base), int(power)) for base, power in rest.as_powers_dict().items() if base != 1)
        found[tuple(sorted(powers))] = int(number)
    return found


def _times(left: Sparse, right: Sparse) -> Sparse:
    out: Sparse = {}
    for powers, weight in left.items():
        for others, factor in right.items():
            joined = dict(powers)
            for name, power in others:
                joined[name] = joined.get(name, 0) + power
            monomial = tuple(sorted(joined.items()))
            out[monomial] = out.get(monomial, 0) + weight * factor
    return out


def _combination(columns: Sequence[Sparse]) -> list[Fraction] | None:
    """Return non-negative weights with which the columns add up to -1, or None."""
    rows: dict[Monomial, dict[int, int]] = {(): {}}
    for place, column in enumerate(columns):
        for monomial, weight in column.items():
            rows.setdefault(monomial, {})[place] = weight
    monomials = sorted(rows)
    target = [-1 if monomial == () else 0 for monomial in monomials]
    return nonnegative_solution([rows[monomial] for monomial in monomials], target, len(columns))
