"""How far the runs of many sites are: one display for the process."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from scrapy import signals

from slqncy.display.progress import Rate
from slqncy.display.sites import Counts, SitesProgress
from slqncy.exitcodes import ExitStatus
from slqncy.extensions.progress import ProgressDisplay, Screen

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

    from slqncy.display.progress import Progress


class SitesDisplay:
    """Shows all crawls together, from the first that begins until `end`."""

    def __init__(self, settings: BaseSettings, sites: int | None) -> None:
        """`sites` is how many crawls there will be; None where others may take some."""
        interval = settings.getfloat("PROGRESS_INTERVAL")
        self._screen = Screen(interval, self.progress) if interval else None
        self._sites = sites
        self._going: list[Crawler] = []
        self._over = Counts()
        self._done = self._failed = 0
        self._rate = Rate()
        self._started = 0.0

    def begun(self, crawler: Crawler) -> None:
        """A crawl is about to begin."""
        crawler.signals.connect(self._opened, signals.spider_opened)
        if not self._started:
            self._started = monotonic()
            self._rate.at(self._started, 0)
            if self._screen:
                self._screen.begin()

    def ended(self, crawler: Crawler, status: ExitStatus | None) -> None:
        """A crawl is over, with this status; None where another worker goes on with it."""
        self._going.remove(crawler)
        if status is not None:
            self._done += 1
            self._failed += status is not ExitStatus.OK
        if told := _progress(crawler):
            self._over = self._over.plus(told)

    def _opened(self, spider: Spider) -> None:
        self._going.append(spider.crawler)

    @property
    def going(self) -> list[Crawler]:
        """Those that have begun and not ended."""
        return self._going.copy()

    def end(self) -> None:
        """Leave the terminal to what follows."""
        if self._screen:
            self._screen.end()

    def progress(self) -> SitesProgress:
        """How far they are."""
        going = {_site(crawler): told for crawler in self._going if (told := _progress(crawler))}
        counts = self._over
        for told in going.values():
            counts = counts.plus(told)
        now = monotonic()
        return SitesProgress(
            counts=counts, rate=self._rate.at(now, counts.pages), going=going, done=self._done, failed=self._failed,
            sites=self._sites, elapsed=now - self._started,
        )  # fmt: skip


def _progress(crawler: Crawler) -> Progress | None:
    """How far a crawl is; None where it had no archive."""
    display = crawler.get_extension(ProgressDisplay)
    return display.progress() if display and display.is_begun else None


def _site(crawler: Crawler) -> str:
    name: str = crawler.spider.address.site.name  # type: ignore[union-attr]
    return name
