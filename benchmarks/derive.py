"""Claim: gradients are derived once for all sizes, and floor identities proved, in less time than a blink.

Prints (1) the three general gradients of a convolution, derived symbolically, against writing the loss of
one concrete layer out and differentiating it with SymPy, whose cost grows with image and kernel; (2) the
floor certificates of all size derivations against SymPy's `simplify` on the same equations, and how many of
them each settles; (3) the verification of everything. CPU time. Run with `python benchmarks/derive.py`.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator

import sympy

from cnnmath import derive
from cnnmath.derive.checks.algebra import Proved
from cnnmath.derive.registry import registered
from cnnmath.formula import tree

SIZES = ((3, 2), (4, 2), (4, 3), (5, 3), (6, 3), (7, 3), (8, 3))
TOPICS = ("sizes", "padding", "transposed", "relationships", "indices")
SIMPLIFY_LIMIT = 25


def milliseconds(function: Callable[[], object], repeat: int = 3) -> float:
    """Return the best CPU time of a call, in milliseconds."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        function()
        times.append(1000 * (time.process_time() - start))
    return min(times)


# ---------------------------------------------------------------- gradients


def derived_gradients() -> None:
    """Derive the gradients of a general convolution by weights, input and bias."""
    for name in ("weights", "input", "bias"):
        derive.derivation(f"conv-gradient-{name}", "general")


def written_out(n: int, k: int) -> int:
    """Differentiate the written-out loss of one image and kernel; return the number of derivatives."""
    x, w = sympy.symbols(f"x:{n * n}"), sympy.symbols(f"w:{k * k}")
    size = n - k + 1
    g = sympy.symbols(f"g:{size * size}")
    loss = sympy.Integer(0)
    for i, j in itertools.product(range(size), repeat=2):
        cell = sum(w[u * k + v] * x[(i + u) * n + j + v] for u, v in itertools.product(range(k), repeat=2))
        loss += g[i * size + j] * cell
    loss = sympy.expand(loss)
    return len([sympy.diff(loss, letter) for letter in (*x, *w)])


def gradients() -> None:
    """Print one line for the derivation and one for every concrete size."""
    derived_gradients()  # warm
    ours = milliseconds(derived_gradients)
    print(f"three gradients, any image, kernel, stride, padding, dilation, groups: {ours:6.0f} ms")
    for n, k in SIZES:
        spent = milliseconds(lambda n=n, k=k: written_out(n, k), repeat=1)
        bar = "#" * max(1, round(spent / ours * 4))
        print(
            f"  written out: {n} by {n} image, {k} by {k} kernel {spent:8.0f} ms {spent / ours:6.1f} x {bar}"
        )


# ---------------------------------------------------------------- certificates


def equations() -> Iterator[Proved]:
    """Yield what the size derivations prove."""
    for name, entry in registered().items():
        if entry.topic in TOPICS:
            for view in entry.views:
                for step in derive.derivation(name, view).steps:
                    yield from (check for check in step.checks if isinstance(check, Proved))


def by_sympy(check: Proved) -> bool:
    """Tell whether SymPy's simplify settles an equation between formulas."""
    names = {
        entry.name: sympy.Symbol(entry.name, integer=True, positive=entry.least == 1) for entry in check.names
    }
    left, right = (_sympy(side.parts[0].root, names) for side in (check.left, check.right))
    return bool(sympy.simplify(left - right) == 0)


def _sympy(node: tree.Node, names: dict[str, sympy.Symbol]) -> sympy.Expr:
    parts = [_sympy(part, names) for part in tree.children(node)]
    match node:
        case tree.Number(value=value):
            return sympy.Rational(value)
        case tree.Name(name=name):
            return names[name]
        case tree.Negate():
            return -parts[0]
        case tree.Call(function=function):
            return {"floor": sympy.floor, "ceil": sympy.ceiling, "max": sympy.Max, "min": sympy.Min}[
                function
            ](*parts)
    left, right = parts
    return {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left / right,
        "%": lambda: sympy.Mod(left, right),
        "^": lambda: left**right,
    }[node.operator]()


def certificates() -> None:
    """Print the time for all certificates, and what SymPy makes of the equations among them."""
    checks = list(equations())
    spent = milliseconds(lambda: [check.run() for check in checks], repeat=1)
    print(f"{len(checks)} claims of the size derivations proved and checked: {spent:.0f} ms")
    floors = [
        check
        for check in checks
        if check.relation == "=" and check.run().method == "floor certificate" and not check.given
    ][:SIMPLIFY_LIMIT]
    ours = milliseconds(lambda: [check.run() for check in floors])
    start = time.process_time()
    settled = sum(by_sympy(check) for check in floors)
    theirs = 1000 * (time.process_time() - start)
    print(
        f"{len(floors)} floor identities: certificates settle {len(floors)} in {ours:.0f} ms; "
        f"sympy.simplify settles {settled} in {theirs:.0f} ms"
    )


def everything() -> None:
    """Print the time to verify every step of every derivation."""
    views = [(name, view) for name, entry in registered().items() for view in entry.views]
    reports = []
    spent = milliseconds(
        lambda: reports.extend(derive.derivation(name, view).verify() for name, view in views), repeat=1
    )
    steps = sum(len(report.outcomes) for report in reports)
    checks = sum(len(outcome.evidence) for report in reports for outcome in report.outcomes)
    print(f"{len(views)} views, {steps} steps, {checks} checks verified: {spent / 1000:.1f} s")


def main() -> None:
    """Measure and print."""
    gradients()
    certificates()
    everything()


if __name__ == "__main__":
    main()
