"""The pace of a run: how long the site is left alone after each exchange."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from slqncy.manners.delay import Limits, is_trouble, next_delay
from slqncy.manners.retry_after import REFUSALS, hold

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

SITE_SLOT = "site"
"""The slot of Scrapy's downloader that all hosts of the site share: they are one machine, or look like it."""
_LEAST = 0.001
"""Seconds. Only where a slot has a delay does Scrapy look at when it was used last, which is how a site is held."""


def seconds_to_hold(response: Response) -> float:
    """Seconds for which a response asks that the site be left alone; 0 for none."""
    if response.status not in REFUSALS:
        return 0.0
    told = response.headers.get("Retry-After", b"").decode("latin-1")  # type: ignore[union-attr]
    return hold(response.status, told, datetime.now(UTC))


class Pace:
    """Sets delay and last use of the site's slot when an exchange is over.

    Scrapy counts a pause from the beginning of the exchange, so that none would be left after a slow answer. Its
    AutoThrottle goes below Crawl-delay, and does not back off. Web archives have paces of their own.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        settings = crawler.settings
        self._limits = Limits(
            settings.getfloat("DOWNLOAD_DELAY"), settings.getfloat("DELAY_MAX"), settings.getfloat("DELAY_FACTOR")
        )
        self._delay = self.longest = self._limits.least
        """Seconds; `longest` is what the pause grew to at most."""
        self._held_until = 0.0
        slots = settings.getdict("DOWNLOAD_SLOTS") | {SITE_SLOT: {"delay": max(self._delay, _LEAST)}}
        settings.set("DOWNLOAD_SLOTS", slots, settings.getpriority("DOWNLOAD_SLOTS") or 0)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a component."""
        return cls(crawler)

    @property
    def least(self) -> float:
        """The pause that we and robots.txt ask for, in seconds."""
        return self._limits.least

    def keep_to(self, crawl_delay: float) -> None:
        """The robots.txt of a host of the site asks for at least so many seconds."""
        if crawl_delay > self._limits.least:
            logger.info("robots.txt asks for %g seconds between requests", crawl_delay)
            self._limits = Limits(crawl_delay, self._limits.most, self._limits.factor)
            self._delay = max(self._delay, crawl_delay)
            self.longest = max(self.longest, self._delay)
            if slot := self._slots.get(SITE_SLOT):
                slot.delay = max(slot.delay, crawl_delay)

    def over(self, request: Request, took: float, response: Response | None) -> None:
        """An exchange is over, after so many seconds; without a response where it failed."""
        if request.meta["download_slot"] != SITE_SLOT:
            return
        now = monotonic()
        trouble = is_trouble(response.status if response else None)
        self._delay = next_delay(self._delay, took, self._limits, is_trouble=trouble)
        self.longest = max(self.longest, self._delay)
        if response and (seconds := seconds_to_hold(response)):
            self._held_until = max(self._held_until, now + seconds)
        slot = self._slots[SITE_SLOT]
        slot.delay = max(self._delay, _LEAST)
        slot.lastseen = max(now, self._held_until - slot.delay)

    @property
    def delay(self) -> float:
        """Seconds between an exchange and the next one, as of now."""
        return self._delay

    @property
    def held(self) -> float:
        """Seconds for which the site still wants to be left alone, as it has said."""
        return max(0.0, self._held_until - monotonic())

    @property
    def _slots(self) -> dict[str, Slot]:
        assert self._crawler.engine is not None
        return self._crawler.engine.downloader.slots
