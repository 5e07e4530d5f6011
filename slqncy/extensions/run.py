"""One run: it opens the archive, keeps account of every request, and says at the end what happened."""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import scrapy
from scrapy import signals
from scrapy.exceptions import CloseSpider

from slqncy import __version__
from slqncy.archive import ArchiveError, ArchiveLockedError, ArchiveWriter
from slqncy.archive.ledger import State
from slqncy.dedup import fingerprint
from slqncy.exitcodes import ExitStatus
from slqncy.reasons import Exclusion, Failure
from slqncy.summary import Summary, judge, summarize

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Spider
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure as TwistedFailure

    from slqncy.items import StoryItem

logger = logging.getLogger(__name__)

_MOST_FAILURES = 1000
"""Failures that a run's JSON names; the counters count them all."""


class Run:
    """The run's archive, its account of requests, and its result.

    A request is named by the canonical URL of its page: `asked` opens its account, `answered` or `failed` closes it.
    """

    archive: ArchiveWriter

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._started = datetime.now(UTC)
        self.id = f"{self._started:%Y%m%dT%H%M%S}-{os.getpid()}"
        self.status = ExitStatus.SOFTWARE
        self.reason = "the run could not begin; the log has the reason"
        self.summary: Summary | None = None
        self._disk_error: ArchiveError | None = None
        self._open = False
        self._errors = 0
        self._pending: dict[str, bool] = {}
        self._stories_pending = 0
        self._failures: list[dict[str, str]] = []
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a component."""
        run = cls(crawler)
        for handler, signal in (
            (run._opened, signals.spider_opened),
            (run._closed, signals.spider_closed),
            (run._callback_error, signals.spider_error),
            (run._pipeline_error, signals.item_error),
        ):
            crawler.signals.connect(handler, signal)
        return run

    @property
    def stories_archived(self) -> int:
        """Lines this run has added to stories/."""
        assert self._crawler.stats is not None
        get = self._crawler.stats.get_value
        return int(get("slqncy/outcome/stories", 0)) + int(get("slqncy/outcome/changed", 0))

    @property
    def stories_pending(self) -> int:
        """Story pages asked for and not answered yet."""
        return self._stories_pending

    def asked(self, url: str, *, story: bool = False) -> None:
        """A page is asked for."""
        self._pending[url] = story
        self._stories_pending += story
        self.count("requested")

    def answered(self, url: str, outcome: str) -> None:
        """A page's request came to its one outcome."""
        self._stories_pending -= self._pending.pop(url, False)
        self.count(f"outcome/{outcome}")

    def failed(self, url: str, reason: Failure, detail: str) -> None:
        """A request brought no page; a story's address stays due."""
        if self._pending.get(url):
            self.archive.set_state(url, State.FAILED, reason)
            self.count("stories_failed")
        self.answered(url, "failed")
        self.count(f"failed/{reason}")
        if len(self._failures) < _MOST_FAILURES:
            self._failures.append({"url": url, "reason": reason, "detail": detail})
        logger.warning("No answer from %s: %s (%s)", url, reason, detail)

    def forbidden(self, url: str) -> None:
        """The robots.txt of the site stopped a request."""
        if self._pending.get(url):
            self.archive.set_state(url, State.EXCLUDED, Exclusion.ROBOTS)
        self.answered(url, Exclusion.ROBOTS)

    def count(self, what: str, by: int = 1) -> None:
        """Add to a counter of the run."""
        assert self._crawler.stats is not None
        self._crawler.stats.inc_value(f"slqncy/{what}", by)

    def stop_for_disk(self, error: ArchiveError) -> None:
        """End the run at once: nothing is written any more, and what was acknowledged is safe."""
        if self._disk_error is None:
            self._disk_error = error
            assert self._crawler.engine is not None
            self._closing = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason="disk_error"))

    def _opened(self, spider: Spider) -> None:
        directory = self._crawler.settings["ARCHIVE_DIR"]
        try:
            self.archive = ArchiveWriter(directory, fingerprint)
        except ArchiveLockedError as error:
            self.status, self.reason = ExitStatus.TEMPORARY, str(error)
            raise CloseSpider("archive_locked") from error
        except ArchiveError as error:
            self.status, self.reason = ExitStatus.IO, str(error)
            raise CloseSpider("archive_unusable") from error
        self._open = True

    def _closed(self, spider: Spider, reason: str) -> None:
        if not self._open:
            return
        if self._disk_error:
            self.status, self.reason = ExitStatus.IO, str(self._disk_error)
            self.archive.abandon()
            return
        assert self._crawler.stats is not None
        stats = self._crawler.stats.get_stats()
        self.summary = summarize(stats, unanswered=len(self._pending))
        self.status, self.reason = judge(self.summary, finish_reason=reason, errors=self._errors)
        try:
            self.archive.write_run(self.id, self._report(spider, reason, stats))
            self.archive.close()
        except ArchiveError as error:
            self.status, self.reason = ExitStatus.IO, str(error)

    def _report(self, spider: Spider, finish_reason: str, stats: dict[str, Any]) -> dict[str, Any]:
        assert self.summary is not None
        return {
            "run_id": self.id,
            "spider": spider.name,
            "started": self._started.isoformat(),
            "finished": datetime.now(UTC).isoformat(),
            "exit_status": self.status.value,
            "exit_reason": self.reason,
            "finish_reason": finish_reason,
            "versions": {"slqncy": __version__, "scrapy": scrapy.__version__},
            "arguments": getattr(spider, "raw_arguments", {}),
            "requests": self.summary.as_dict(),
            "addresses": self.archive.states(),
            "failures": self._failures,
            "counters": {name: value for name, value in sorted(stats.items()) if isinstance(value, int | float | str)},
        }

    def _callback_error(self, failure: TwistedFailure, response: scrapy.http.Response | None) -> None:
        # Without a response it was the spider's start that failed.
        request = response.request if response else None
        self._unexpected(failure, request.cb_kwargs["url"] if request else "")

    def _pipeline_error(self, failure: TwistedFailure, item: StoryItem) -> None:
        self._unexpected(failure, item.story.canonical_url)

    def _unexpected(self, failure: TwistedFailure, url: str) -> None:
        if isinstance(failure.value, ArchiveError):
            self.stop_for_disk(failure.value)
            return
        self._errors += 1
        if url in self._pending:
            self.failed(url, Failure.INTERNAL, repr(failure.value))
