"""Steps, badges and reports: no badge without a check that ran, and a failure that names its place."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cnnmath.derive import Badge, Derivation, DerivationError, Evidence, Result, Step
from cnnmath.derive.calculus.nodes import index, tensor, within
from cnnmath.derive.calculus.sheet import IndexSheet
from cnnmath.derive.checks.defined import Defined
from cnnmath.derive.evidence import badge_of
from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import Quantity, quantity
from cnnmath.derive.registry import derivation, derives
from cnnmath.derive.sides import side_of
from cnnmath.derive.worksheet import Worksheet
from cnnmath.errors import UnknownName

N = Quantity("n", "a number", least=0)
S = Quantity("s", "a stride", least=1)


@dataclass(frozen=True)
class Shows:
    """A check that shows what it is told to."""

    badge: Badge
    counterexample: str = ""

    def run(self) -> Evidence:
        """Show it."""
        return Evidence(self.badge, "as told", counterexample=self.counterexample)


def step(*badges: Badge) -> Step:
    """Return a step whose checks show these badges."""
    return Step(side_of("n"), "=", side_of("n"), "rule of thumb", "Because.", tuple(map(Shows, badges)))


def derived(*steps: Step) -> Derivation:
    """Return a derivation of these steps."""
    proof = Proof((N,), steps, Result(side_of("n"), "n"))
    return Derivation("thumb", "By thumb", "thumbs", "simple", ("simple",), proof)


@pytest.mark.parametrize(
    ("shown", "badge"),
    [
        ([], Badge.FAILED),
        ([Badge.DEFINITION], Badge.DEFINITION),
        ([Badge.SAMPLED], Badge.SAMPLED),
        ([Badge.SAMPLED, Badge.EXHAUSTIVE], Badge.EXHAUSTIVE),
        ([Badge.SAMPLED, Badge.EXHAUSTIVE, Badge.PROVED], Badge.PROVED),
        ([Badge.PROVED, Badge.FAILED], Badge.FAILED),
    ],
)
def test_a_step_earns_the_strongest_badge_that_its_checks_have_shown(
    shown: list[Badge], badge: Badge
) -> None:
    """Samples alone are shown as samples, one failure outweighs everything, and no check is a failure."""
    assert step(*shown).run().badge is badge
    assert badge_of(Evidence(entry, "as told") for entry in shown) is badge


def test_a_step_without_a_check_fails() -> None:
    """Nothing is believed for being written down."""
    report = derived(step(Badge.PROVED), step()).verify()
    assert not report.ok
    assert report.problems() == (
        'thumb (simple), step 2, rule "rule of thumb": no check failed: the step carries no check.',
    )


def test_a_derivation_without_steps_fails() -> None:
    """An empty derivation has derived nothing."""
    assert derived().verify().problems() == ("thumb: the derivation has no steps.",)
    assert not derived().verify().ok


def test_a_failed_check_names_step_rule_and_counterexample() -> None:
    """Whoever reads the failure knows where to look and what to try."""
    sheet = Worksheet((N, S))
    sheet.define("o", "=", "n/s", "Windows side by side.")
    sheet.step("floor(n/s)", "=", "ceil(n/s)", rule="rounding", because="A mistake.")
    proof = sheet.conclude("o", "ceil(n/s)")
    broken = Derivation("broken", "Broken", "tests", "simple", ("simple",), proof)
    problems = broken.verify().problems()
    assert problems[0].startswith('broken (simple), step 2, rule "rounding": floor certificate failed')
    assert problems[1] == (
        'broken (simple), step 2, rule "rounding": every case failed: '
        "for n = 1, s = 2 the left side is 0 and the right side 1."
    )
    with pytest.raises(DerivationError, match="step 2"):
        broken.verify().require()


def test_evidence_comes_from_running() -> None:
    """Building a derivation runs nothing; each verification runs every check anew."""
    ran = []

    class Counts:
        def run(self) -> Evidence:
            ran.append(1)
            return Evidence(Badge.PROVED, "counted")

    found = derived(Step(side_of("n"), "=", side_of("n"), "rule", "Because.", (Counts(),)))
    assert ran == []
    assert found.verify().ok
    assert found.verify().ok
    assert ran == [1, 1]


def test_definitions_prove_nothing() -> None:
    """A definition says that it is where we start."""
    assert Defined().run().summary() == "definition: what we start from"


def test_a_result_must_have_been_reached() -> None:
    """A sheet refuses a result that none of its lines states."""
    sheet = Worksheet((N,))
    sheet.define("o", "=", "n + 1", "One more.")
    with pytest.raises(DerivationError, match="expected a formula that a line has reached"):
        sheet.conclude("o", "n + 2")


def test_letters_must_be_declared() -> None:
    """A sheet refuses a letter that nobody has explained."""
    sheet = Worksheet((N,))
    with pytest.raises(KeyError, match="undeclared letters"):
        sheet.step("n + m", "=", "m + n", rule="rearrange", because="Order.")
    sheet.define("o", "=", "n + m", "A sum.")
    with pytest.raises(DerivationError, match="the letter m"):
        sheet.conclude("o", "n + m")
    with pytest.raises(DerivationError, match="the letter zeta"):
        quantity("zeta")


def test_an_index_sheet_uses_only_what_it_declares() -> None:
    """Range brackets go only for free indices of the sheet; an assumption holds only if declared."""
    i, n = index("i n")
    x = tensor("x")
    sheet = IndexSheet((N, quantity("i")), free=())
    sheet.consider(x[i] * within([(i, n)]))
    with pytest.raises(DerivationError, match="ranges of the free indices"):
        sheet.apply("in range", "It is an element.", ranges=((i, n),))
    with pytest.raises(DerivationError, match="an assumption that the sheet declares"):
        sheet.apply("assume", "It is so.", before=x[i], after=n)
    with pytest.raises(DerivationError, match="something that a line has reached"):
        sheet.resume(x[0])
    with pytest.raises(DerivationError, match="something that was considered"):
        sheet.fact(x[0])


def test_views_have_fixed_names() -> None:
    """A derivation can only be registered in the views that there are, and only be asked for in its own."""
    with pytest.raises(UnknownName, match='There is no view "easy"'):
        derives("easy", "Easy", views=("easy",))
    assert derivation("conv-output-size").views == ("simple", "general")
    assert derivation("conv-output-size", "general").view == "general"
