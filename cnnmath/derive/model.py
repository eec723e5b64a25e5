"""Step, Derivation and Report: what is claimed, and what running the checks has shown.

A step knows its checks but not their outcome; outcomes exist only in a Report, which is made by running them.
A step without a check has failed. Topics build derivations; this file knows no mathematics.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from cnnmath.derive.evidence import Badge, Evidence, badge_of
from cnnmath.derive.quantities import Quantity
from cnnmath.derive.sides import Side
from cnnmath.errors import DerivationError

__all__ = ["VIEWS", "Check", "Derivation", "Outcome", "Proof", "Report", "Result", "Step"]

VIEWS = ("simple", "standard", "general")
"""One axis and one channel; two axes and channels; everything."""


class Check(Protocol):
    """Something that can be run and tells what it has shown."""

    def run(self) -> Evidence:
        """Run the check."""


@dataclass(frozen=True)
class Step:
    """One step: `left relation right` by a rule, for a reason, with the checks that stand behind it.

    `relation` is one of = <= >= < > `iff` `implies` `:=`.
    """

    left: Side
    relation: str
    right: Side
    rule: str
    reason: str
    checks: tuple[Check, ...] = field(default=(), compare=False, repr=False)

    def run(self) -> Outcome:
        """Run all checks of the step."""
        if not self.checks:
            return Outcome(
                self, (Evidence(Badge.FAILED, "no check", counterexample="the step carries no check"),)
            )
        return Outcome(self, tuple(check.run() for check in self.checks))


@dataclass(frozen=True)
class Outcome:
    """A step with the evidence of its checks."""

    step: Step
    evidence: tuple[Evidence, ...]

    @property
    def badge(self) -> Badge:
        """The badge that the step has earned."""
        return badge_of(self.evidence)


@dataclass(frozen=True)
class Result:
    """What was derived: `name = formula`, in our language, with the conditions under which it holds."""

    name: Side
    formula: str
    domain: str = ""
    relation: str = "="


@dataclass(frozen=True)
class Proof:
    """The body of a derivation in one view, as a topic writes it.

    `given` are the conditions, relations of our language; `assumed` is what is assumed besides, in words.
    """

    names: tuple[Quantity, ...]
    steps: tuple[Step, ...]
    result: Result
    given: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Derivation:
    """A derivation in one of its views.

    >>> from cnnmath.derive import derivation
    >>> found = derivation("conv-output-size")
    >>> found.title, found.view, found.result.formula
    ('Output size of a convolution', 'simple', 'floor((n + 2p - k)/s) + 1')
    >>> found.verify().ok
    True
    """

    name: str
    title: str
    topic: str
    view: str
    views: tuple[str, ...]
    proof: Proof

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is assumed, in words; `$...$` holds our language."""
        return tuple(f"${condition}$" for condition in self.proof.given) + self.proof.assumed

    @property
    def names(self) -> tuple[Quantity, ...]:
        """The letters that occur."""
        return self.proof.names

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps, in order."""
        return self.proof.steps

    @property
    def result(self) -> Result:
        """What was derived."""
        return self.proof.result

    def verify(self) -> Report:
        """Run the checks of every step and return what they have shown."""
        return Report(self, tuple(step.run() for step in self.steps))


@dataclass(frozen=True)
class Report:
    """What running a derivation's checks has shown."""

    derivation: Derivation
    outcomes: tuple[Outcome, ...]

    @property
    def ok(self) -> bool:
        """Whether there are steps and none of them failed."""
        return bool(self.outcomes) and all(outcome.badge is not Badge.FAILED for outcome in self.outcomes)

    def problems(self) -> tuple[str, ...]:
        """Return a sentence for every failed check: which step, which rule, what went wrong."""
        if not self.outcomes:
            return (f"{self.derivation.name}: the derivation has no steps.",)
        return tuple(_problems(self.derivation, self.outcomes))

    def require(self) -> Report:
        """Return the report; raises DerivationError with the first problem if there is one."""
        if problems := self.problems():
            raise DerivationError(where=problems[0])
        return self


def _problems(derivation: Derivation, outcomes: Iterable[Outcome]) -> Iterable[str]:
    for number, outcome in enumerate(outcomes, 1):
        for evidence in outcome.evidence:
            if not evidence.ok:
                place = f"{derivation.name} ({derivation.view}), step {number}"
                wrong = evidence.counterexample or "it does not hold"
                yield f'{place}, rule "{outcome.step.rule}": {evidence.method} failed: {wrong}.'
