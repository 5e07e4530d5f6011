"""What a run tells of itself when it ends: collected on the way, in memory that has a limit."""

from __future__ import annotations

import resource
import sqlite3
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.http.request import NO_CALLBACK
from scrapy.settings import default_settings
from scrapy.utils.versions import get_versions

from slqncy import __version__
from slqncy import settings as project_settings
from slqncy.addons import CHANGED
from slqncy.extensions.pace import SITE_SLOT, Pace, seconds_to_hold
from slqncy.report.durations import Durations
from slqncy.report.receipt import Exchange, Purpose, Receipt
from slqncy.report.secrets import without_secrets
from slqncy.report.stories import Stories
from slqncy.run_report import MOST_FAILURES, FailedPage, RunReport, Timings
from slqncy.warc.wire import last_status

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from slqncy.summary import Summary
    from slqncy.wire import Recording

_NOT_GIVEN = {"SETTINGS_MODULE", *CHANGED}
"""Made of others."""
_MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in which getrusage(2) counts memory."""


class Account:
    """Takes down requests, readings and lines as they come."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._began = monotonic()
        self._receipt = Receipt()
        self._failures: list[FailedPage] = []
        self.durations = Durations()
        self.stories = Stories()

    def begin(self, request: Request) -> float:
        """A request goes to the network. Gives the time, for `end`."""
        now = monotonic()
        self._receipt.begin(_origin(request), request.meta["download_slot"], now)
        return now

    def end(self, request: Request, recording: Recording, response: Response | None, began: float) -> None:
        """Its answer is there, or there is none."""
        now = monotonic()
        slot = request.meta["download_slot"]
        exchange = Exchange(
            host=_origin(request), slot=slot, purpose=_purpose(request), began=began,
            bytes_sent=len(recording.request), bytes_received=len(recording.received),
            status=last_status(recording.received),
            hold=seconds_to_hold(response) if response and slot == SITE_SLOT else 0.0,
        )  # fmt: skip
        self._receipt.end(exchange, now)
        if url := request.cb_kwargs.get("url"):
            self.durations.came(url, now - began)

    def failed(self, url: str, reason: str, detail: str) -> None:
        """A page could not be had."""
        if len(self._failures) < MOST_FAILURES:
            self._failures.append(FailedPage(url=url, reason=reason, detail=detail))

    def report(self, spider: Spider, summary: Summary, started: datetime, **said: Any) -> RunReport:
        """All of it, with what is said of the run besides."""
        pace = self._crawler.get_extension(Pace)
        assert pace is not None
        assert self._crawler.stats is not None
        stats = self._crawler.stats.get_stats()
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return RunReport(
            spider=spider.name,
            site=spider.address.site.name,  # type: ignore[attr-defined]
            started=started.isoformat(),
            finished=datetime.now(UTC).isoformat(),
            versions=_versions(),
            arguments=spider.raw_arguments,  # type: ignore[attr-defined]
            settings=_settings(self._crawler.settings),
            timings=Timings(
                wall=round(monotonic() - self._began, 3),
                cpu=round(usage.ru_utime + usage.ru_stime, 3),
                exchanges=round(self._receipt.seconds, 3),
                reading=round(self.durations.reading, 3),
                peak_memory=usage.ru_maxrss * _MEMORY_UNIT,
            ),
            requests=summary.as_dict(),
            addresses=summary.addresses.as_dict(),
            politeness=self._receipt.politeness(delay_asked=pace.least, delay_longest=pace.longest),
            stories=self.stories.new(),
            duplicates=self.stories.duplicates,
            rejections=self.stories.rejections,
            slowest=self.durations.slowest(),
            failures=self._failures,
            counters={name: value for name, value in sorted(stats.items()) if isinstance(value, int | float | str)},
            **said,
        )


def _origin(request: Request) -> str:
    parts = urlsplit(request.url)
    return f"{parts.scheme}://{parts.netloc}"


def _purpose(request: Request) -> Purpose:
    if "web_archive" in request.meta:
        return Purpose.WEB_ARCHIVE
    if request.meta.get("retry_times"):
        return Purpose.RETRIES
    if request.meta.get("redirect_times"):
        return Purpose.REDIRECTS
    # Nothing else of ours has no callback.
    return Purpose.ROBOTS if request.callback is NO_CALLBACK else Purpose.PAGES


@cache  # they are looked up in files, and a process may have thousands of runs
def _versions() -> dict[str, str]:
    return {
        "slqncy": __version__,
        **{name.lower(): version for name, version in get_versions()},
        "sqlite": sqlite3.sqlite_version,
    }


def _settings(settings: BaseSettings) -> dict[str, Any]:
    """Those that somebody has set, and that differ from ours and from Scrapy's."""
    defaults = {**vars(default_settings), **vars(project_settings)}
    given = {name: value for name, value in sorted(settings.items()) if name not in _NOT_GIVEN}
    # Pace adds one.
    given["DOWNLOAD_SLOTS"] = {name: slot for name, slot in settings["DOWNLOAD_SLOTS"].items() if name != SITE_SLOT}
    return {
        name: without_secrets(name, value)
        for name, value in given.items()
        if name not in defaults or _plain(value) != _plain(defaults[name])
    }


def _plain(value: Any) -> str:
    """As a command line would have it, by which a setting and its default are the same."""
    return str(dict(value) if isinstance(value, Mapping) else value)
