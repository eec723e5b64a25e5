"""The check of a definition: there is nothing to prove, and the badge says so."""

from __future__ import annotations

from dataclasses import dataclass

from cnnmath.derive.evidence import Badge, Evidence

__all__ = ["Defined"]


@dataclass(frozen=True)
class Defined:
    """What we start from: a definition, or a named fact of school mathematics that is assumed."""

    what: str = "what we start from"

    def run(self) -> Evidence:
        """Say that this is where we start."""
        return Evidence(Badge.DEFINITION, self.what)
