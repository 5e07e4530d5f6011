"""Counting what a site has any number of, in memory that has a limit."""

from __future__ import annotations

from collections import Counter
from math import exp, log
from typing import TYPE_CHECKING

from slqncy.run_report import OTHERS

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEP = 0.01
"""Of the logarithm of seconds: spans are 1 % wide."""
_SHORTEST = 1e-6
"""Seconds; what is shorter counts as that."""


class Tally:
    """A counter that has at most so many keys: what comes after them is counted under OTHERS."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.counts: Counter[str] = Counter()

    def add(self, key: str) -> None:
        """Count one."""
        self.counts[key if key in self.counts or len(self.counts) < self._most else OTHERS] += 1


class Spans:
    """Lengths of time, of which the median is known to 1 %: at most some 3,000 figures, however many there are."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self.least: float | None = None

    def add(self, seconds: float) -> None:
        """Take one in."""
        self.least = seconds if self.least is None else min(self.least, seconds)
        self._counts[round(log(max(seconds, _SHORTEST)) / _STEP)] += 1

    @property
    def median(self) -> float | None:
        """The lower median, in seconds; None where there is no span."""
        half = (self._counts.total() + 1) // 2
        return next((exp(place * _STEP) for place, below in self._cumulated() if below >= half), None)

    def _cumulated(self) -> Iterator[tuple[int, int]]:
        below = 0
        for place, count in sorted(self._counts.items()):
            below += count
            yield place, below
