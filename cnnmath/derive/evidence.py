"""What a check has shown: definition, proved, exhaustive with its count, sampled with its count, or failed.

Evidence is made by running a check, never written down by hand. Nothing here computes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Badge", "Evidence", "badge_of"]


class Badge(StrEnum):
    """What was done for a step, strongest first; the page shows exactly this."""

    FAILED = "failed"
    PROVED = "proved"
    EXHAUSTIVE = "exhaustive"
    DEFINITION = "definition"
    SAMPLED = "sampled"


@dataclass(frozen=True)
class Evidence:
    """The outcome of one check.

    `method` says what was done, `count` how many cases were compared (0 for a proof), `domain` which cases,
    `lines` the certificate for those who want to follow it, and `counterexample` where a failed check went
    wrong.
    """

    badge: Badge
    method: str
    count: int = 0
    domain: str = ""
    lines: tuple[str, ...] = ()
    counterexample: str = ""

    @property
    def ok(self) -> bool:
        """Whether the check succeeded."""
        return self.badge is not Badge.FAILED

    def summary(self) -> str:
        """Return the evidence in a few words.

        >>> Evidence(Badge.EXHAUSTIVE, "every case", 12_000, "n 0 to 9").summary()
        'exhaustive: every case, 12,000 cases (n 0 to 9)'
        """
        cases = f", {self.count:,} cases" if self.count else ""
        domain = f" ({self.domain})" if self.domain else ""
        wrong = f": {self.counterexample}" if self.counterexample else ""
        return f"{self.badge}: {self.method}{cases}{domain}{wrong}"


def badge_of(evidence: Iterable[Evidence]) -> Badge:
    """Return the badge of a step: failed if any check failed or none ran, else the strongest that was shown.

    >>> badge_of([Evidence(Badge.SAMPLED, "random cases", 50), Evidence(Badge.PROVED, "identity")]).value
    'proved'
    >>> badge_of([]).value
    'failed'
    """
    shown = {entry.badge for entry in evidence}
    return next((badge for badge in Badge if badge in shown), Badge.FAILED)
