"""How often was asked, and as what the story in question was reported."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.dedup.methods.protocol import Found, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

COPIES = (Kind.EXACT, Kind.NEAR)


@dataclass
class Tally:
    """Counts by kind."""

    asked: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)

    def count(self, kind: Kind | None) -> None:
        """Take the answer to one question; None if nothing was reported."""
        self.asked += 1
        if kind:
            self.kinds[kind] += 1

    @property
    def copies(self) -> int:
        """Reported as exact or near."""
        return sum(self.kinds[kind] for kind in COPIES)

    @property
    def any(self) -> int:
        """Reported at all."""
        return self.kinds.total()


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of several."""
    result = Tally()
    for tally in tallies:
        result.asked += tally.asked
        result.kinds += tally.kinds
    return result


def strongest(found: Iterable[Found]) -> Kind | None:
    """The first of exact, near and rewrite that is among the reports."""
    kinds = {one.kind for one in found}
    return next((kind for kind in Kind if kind in kinds), None)
