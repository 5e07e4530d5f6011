"""Which pages took long: to come, and to be read."""

from __future__ import annotations

import heapq
from collections import defaultdict
from typing import NamedTuple

from slqncy.run_report import MOST_SLOW, SlowPage

_DIGITS = 3


class _Took(NamedTuple):
    total: float
    url: str
    exchange: float
    reading: float


class Durations:
    """Keeps the slowest pages, and what is known so far of those that have no outcome yet.

    Times are in seconds of one clock that never goes back.
    """

    def __init__(self) -> None:
        self.reading = 0.0
        """Seconds of all pages."""
        self._exchanges: defaultdict[str, float] = defaultdict(float)
        self._readings: defaultdict[str, float] = defaultdict(float)
        self._now_read: tuple[str, float] | None = None
        self._slowest: list[_Took] = []

    def came(self, url: str, seconds: float) -> None:
        """A request for a page, by its canonical URL, took so long; there may be several."""
        self._exchanges[url] += seconds

    def begin_reading(self, url: str, at: float) -> None:
        """A page is read from now on, until another one is, or none."""
        self.end_reading(at)
        self._now_read = url, at

    def end_reading(self, at: float) -> None:
        """No page is read any more."""
        if self._now_read:
            url, since = self._now_read
            self._readings[url] += at - since
            self.reading += at - since
            self._now_read = None

    def settle(self, url: str) -> None:
        """A page has its outcome."""
        exchange, reading = self._exchanges.pop(url, 0.0), self._readings.pop(url, 0.0)
        if not exchange + reading:
            return
        took = _Took(exchange + reading, url, exchange, reading)
        if len(self._slowest) < MOST_SLOW:
            heapq.heappush(self._slowest, took)
        else:
            heapq.heappushpop(self._slowest, took)

    def slowest(self) -> list[SlowPage]:
        """The ten that took longest, the longest first."""
        return [
            SlowPage(url=took.url, exchange=round(took.exchange, _DIGITS), reading=round(took.reading, _DIGITS))
            for took in sorted(self._slowest, reverse=True)
        ]
