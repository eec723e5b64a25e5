"""Claim: a verdict on a typed formula takes milliseconds, where SymPy needs far longer and may not know.

Prints the median over the same answers: with NumPy loaded, in the pure Python of the page, and for SymPy's
`simplify` and `equals`; and how often each of them decided. Run with `python benchmarks/practice.py`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy  # noqa: ICN001, F401  (loaded on purpose: whole columns are compared where NumPy is loaded)
import sympy

from cnnmath.practice import domain, equivalence, equivalent
from cnnmath.practice.bank import bank

SIZE = "floor((n + 2p - k)/s) + 1"
ANSWERS = (  # what is typed, the same for SymPy, and whether it is right
    ("floor((n + 2p - k)/s) + 1", "floor((n + 2*p - k)/s) + 1", True),
    ("(n + 2p - k)//s + 1", "floor((n + 2*p - k)/s) + 1", True),
    ("floor((n - k + 2p)/s + 1)", "floor((n - k + 2*p)/s + 1)", True),
    ("(n + 2p - k + s)//s", "floor((n + 2*p - k + s)/s)", True),
    ("ceil((n + 2p - k + 1)/s)", "ceiling((n + 2*p - k + 1)/s)", True),
    ("-ceil((k - n - 2p)/s) + 1", "-ceiling((k - n - 2*p)/s) + 1", True),
    ("(n + 2p - k - (n + 2p - k) % s)/s + 1", "(n + 2*p - k - Mod(n + 2*p - k, s))/s + 1", True),
    ("ceil((n + 2p - k)/s) + 1", "ceiling((n + 2*p - k)/s) + 1", False),
    ("(n + 2p - k)/s + 1", "(n + 2*p - k)/s + 1", False),
    ("floor((n + p - k)/s) + 1", "floor((n + p - k)/s) + 1", False),
    ("floor((n + 2p - k)/s)", "floor((n + 2*p - k)/s)", False),
    ("floor((n + 2p - k + 1)/s)", "floor((n + 2*p - k + 1)/s)", False),
    ("floor((n + 2s - k)/p) + 1", "floor((n + 2*s - k)/p) + 1", False),
    ("n - k + 1", "n - k + 1", False),
    ("min(floor((n + 2p - k)/s) + 1, 500)", "Min(floor((n + 2*p - k)/s) + 1, 500)", False),
)
ROUNDS = 5


def median(judge: Callable[[int], bool | None]) -> tuple[float, int]:
    """Return the median seconds of a verdict on one answer, and how many verdicts were right."""
    times, right = [], 0
    for number, (_, _, expected) in enumerate(ANSWERS):
        best = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            verdict = judge(number)
            best.append(time.perf_counter() - start)
        times.append(min(best))
        right += verdict is expected
    return statistics.median(times), right


def ours(number: int) -> bool | None:
    """Return our verdict on an answer that was never seen before."""
    equivalence.evaluated.cache_clear()
    verdict = equivalent(ANSWERS[number][0], SIZE, "conv-size")
    return None if verdict.status == "undecided" else verdict.ok


def theirs(compare: Callable[[sympy.Expr, sympy.Expr], bool | None]) -> Callable[[int], bool | None]:
    """Return SymPy's verdict; reading the text is not counted, and nothing is remembered between answers."""
    symbols = {name: sympy.Symbol(name, integer=True, positive=True) for name in "nks"}
    symbols["p"] = sympy.Symbol("p", integer=True, nonnegative=True)
    reference = sympy.sympify("floor((n + 2*p - k)/s) + 1", symbols)
    read = [sympy.sympify(text, symbols) for _, text, _ in ANSWERS]

    def judge(number: int) -> bool | None:
        sympy.core.cache.clear_cache()
        return compare(read[number], reference)

    return judge


def by_simplify(student: sympy.Expr, reference: sympy.Expr) -> bool | None:
    """Return True if the difference simplifies to zero, False to another number, None if it stays open."""
    difference = sympy.simplify(student - reference)
    return bool(difference == 0) if difference.is_number else None


def by_equals(student: sympy.Expr, reference: sympy.Expr) -> bool | None:
    """Return SymPy's own answer; some comparisons end in an exception, which decides nothing."""
    try:
        return student.equals(reference)
    except (ValueError, TypeError):
        return None


def main() -> None:
    """Measure each way and print it."""
    equivalent("n", SIZE, domain("conv-size"))  # the points of a domain are made once
    print(f"{len(ANSWERS)} answers to {SIZE}: median time of a verdict, and how many were decided rightly")
    base, right = median(ours)
    print(f"  cnnmath, NumPy loaded   {1e3 * base:9.2f} ms  {right:2d} of {len(ANSWERS)}")
    equivalence._numpy_is_loaded = lambda: False
    pure, right = median(ours)
    print(f"  cnnmath, pure Python    {1e3 * pure:9.2f} ms  {right:2d} of {len(ANSWERS)}")
    for name, compare in (("sympy.simplify", by_simplify), ("sympy .equals", by_equals)):
        seconds, right = median(theirs(compare))
        ratio = f"{seconds / base:.0f} times and {seconds / pure:.0f} times ours"
        print(f"  {name:<22}  {1e3 * seconds:9.2f} ms  {right:2d} of {len(ANSWERS)}  ({ratio})")
    families = bank().families()
    start = time.perf_counter()
    for family in families:
        for seed in range(10):
            family.variant(seed)
    drawn = (time.perf_counter() - start) / (10 * len(families))
    print(f"drawing one variant, over {len(families)} families: {1e3 * drawn:.2f} ms on average")


if __name__ == "__main__":
    main()
