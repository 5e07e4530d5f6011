"""Stopping in time: what is in flight when a run is told to stop may take a moment, and no longer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from scrapy import signals
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.asyncio import create_looping_call

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Self

    from scrapy.crawler import Crawler

T = TypeVar("T")

_TICK = 0.5
_GRACE = 4.0
"""Seconds that an answer may still take once the run is told to stop."""


class StoppedError(IgnoreRequest):
    """The run is told to stop, and does not wait for the answer."""


class Stop:
    """Scrapy finishes what is in flight before it stops, however long that takes; cron does not wait so long."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._in_flight: set[asyncio.Task[Any]] = set()
        self.is_over = False
        """Whether no answer is waited for any longer."""
        self._waited = 0.0
        self._clock = create_looping_call(self._tick)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a component."""
        stop = cls(crawler)
        crawler.signals.connect(stop._opened, signals.spider_opened)
        crawler.signals.connect(stop._closed, signals.spider_closed)
        return stop

    async def unless_over(self, what: str, answer: Coroutine[Any, Any, T]) -> T:
        """The answer. Raises StoppedError where the run does not wait for it."""
        stopped = StoppedError(f"{what}: the run is told to stop")
        if self.is_over:
            answer.close()
            raise stopped
        task = asyncio.current_task()
        assert task is not None
        self._in_flight.add(task)
        try:
            return await answer
        except asyncio.CancelledError:
            if not self.is_over:
                raise
            # It was us, and whoever called goes on.
            task.uncancel()
            raise stopped from None
        finally:
            self._in_flight.remove(task)

    def at_once(self) -> None:
        """Wait for no answer any longer."""
        if not self.is_over:
            self.is_over = True
            for task in self._in_flight:
                task.cancel()

    def _opened(self) -> None:
        self._clock.start(_TICK, now=False)

    def _closed(self) -> None:
        self._clock.stop()

    def _tick(self) -> None:
        self._look_again()
        if not self._crawler.crawling:
            self._waited += _TICK
        if self._waited >= _GRACE:
            self.at_once()
        if self.is_over:
            self._empty_queues()

    def _look_again(self) -> None:
        """Close what waits for an item out of the spider's start: Scrapy does not look again when it is dealt with."""
        assert self._crawler.engine is not None
        slot = self._crawler.engine.scraper.slot
        if slot and slot.closing and not slot.closing.called and slot.is_idle():
            assert self._crawler.spider is not None
            slot.closing.callback(self._crawler.spider)

    def _empty_queues(self) -> None:
        """Give up requests that still wait for their turn: with a long delay between requests that may be long."""
        assert self._crawler.engine is not None
        for slot in self._crawler.engine.downloader.slots.values():
            while slot.queue:
                request, turn = slot.queue.popleft()
                turn.errback(StoppedError(f"{request.url}: the run is told to stop"))
