"""How far a run is: at the foot of a terminal, or now and then in the log."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, TextIO, cast
from urllib.parse import unquote, urlsplit

from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.log import get_scrapy_root_handler

from slqncy.display.progress import Progress, Rate, sentence
from slqncy.display.terminal import moves_cursor
from slqncy.extensions.pace import Pace
from slqncy.extensions.run import Run
from slqncy.reasons import EventKind, PageKind
from slqncy.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from scrapy import Spider
    from scrapy.crawler import Crawler

    from slqncy.display.console import Foot
    from slqncy.display.progress import Told
    from slqncy.extensions.pending import Asked

logger = logging.getLogger(__name__)

_REFRESH = 1.0
"""Seconds."""
_PAGES = {
    PageKind.FRONT: "list", PageKind.LIST: "list", PageKind.SITEMAP: "sitemap", PageKind.STORY: "story",
    PageKind.PART: "page of a story",
}  # fmt: skip


class Screen:
    """A block at the foot of the terminal that standard error is, with the log above it; in other logs, lines."""

    def __init__(self, interval: float, told: Callable[[], Told]) -> None:
        """`interval` is seconds between lines of a log; `told` is asked for what they, or the block, say."""
        self._interval = interval
        self._told = told
        self._foot: Foot | None = None
        self._terminal = sys.stderr
        self._refresh, self._line = create_looping_call(self._show), create_looping_call(self._tell)

    def begin(self) -> None:
        """From now on, until `end`."""
        is_log_elsewhere = True
        if moves_cursor(sys.stderr):
            from slqncy.display.console import Foot  # noqa: PLC0415  # with rich, which no log has a use for

            self._terminal, self._foot = sys.stderr, Foot(sys.stderr)
            is_log_elsewhere = not _turn_log(self._terminal, self._foot)
            # Each crawler that a process creates has the log's handler made anew.
            sys.stderr = cast("TextIO", self._foot)
            self._refresh.start(_REFRESH)
        if is_log_elsewhere:
            self._line.start(self._interval, now=False)

    def end(self) -> None:
        """Leave the terminal to what follows."""
        for clock in (self._refresh, self._line):
            if clock.running:
                clock.stop()
        if self._foot:
            sys.stderr = self._terminal
            _turn_log(self._foot, self._terminal)
            # Where the terminal is gone, the block is too.
            with suppress(OSError):
                self._foot.take_away()
        self._foot = None

    def _show(self) -> None:
        assert self._foot
        try:
            self._foot.show(self._told())
        except OSError:
            self.end()

    def _tell(self) -> None:
        logger.info("%s", sentence(self._told()))


class ProgressDisplay:
    """Shows how far a run is, unless it is one of several: then those who have begun them do."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        interval = crawler.settings.getfloat("PROGRESS_INTERVAL")
        if not interval:
            raise NotConfigured
        self._screen = Screen(interval, self.progress)
        self._rate = Rate()
        self._started = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a component. Raises NotConfigured."""
        display = cls(crawler)
        crawler.signals.connect(display._opened, signals.spider_opened)
        crawler.signals.connect(display.end, signals.spider_closed)
        return display

    def end(self) -> None:
        """Leave the terminal to what follows; also after a second signal, which Scrapy does not tell."""
        self._screen.end()

    @property
    def is_begun(self) -> bool:
        """Whether there is progress to tell of."""
        return self._started > 0

    def _opened(self, spider: Spider) -> None:
        if not self._run.is_open:
            return
        self._started = monotonic()
        self._rate.at(self._started, 0)
        if "sites" not in spider.raw_arguments:  # type: ignore[attr-defined]
            self._screen.begin()

    @property
    def _run(self) -> Run:
        run = self._crawler.get_extension(Run)
        assert run is not None
        return run

    def progress(self) -> Progress:
        """How far the run is, once it has begun."""
        run, pace = self._run, self._crawler.get_extension(Pace)
        assert pace is not None
        assert self._crawler.stats is not None
        get = self._crawler.stats.get_value

        def count(outcome: str) -> int:
            return int(get(f"slqncy/outcome/{outcome}", 0))

        asks_site = self._crawler.spider.arguments.asks_site  # type: ignore[union-attr]
        outlook = run.outlook
        if outlook.unit == "stories":
            # Some were archived since it was told.
            outlook = outlook._replace(done=run.stories_archived)
        now, pending = monotonic(), len(run.pending)
        pages = int(get("slqncy/requested", 0)) - pending
        return Progress(
            new=count(EventKind.ARCHIVED), changed=count(EventKind.CHANGED) + count(EventKind.EARLIER),
            duplicates=count(EventKind.DUPLICATE), rejected=count(EventKind.REJECTED), failed=count(EventKind.FAILED),
            lists=sum(count(f"{kind}/{EventKind.FETCHED}") for kind in (PageKind.FRONT, PageKind.LIST)),
            pages=pages, rate=self._rate.at(now, pages), delay=pace.delay if asks_site else 0.0, held=pace.held,
            reading=_page(run.pending.newest, is_capture=not asks_site), pending=pending, outlook=outlook,
            elapsed=now - self._started,
        )  # fmt: skip


def _turn_log(from_stream: Foot | TextIO, to_stream: Foot | TextIO) -> bool:
    """Have the log written to a stream where it is written to another one. Gives whether it is."""
    handler = get_scrapy_root_handler()
    if not isinstance(handler, logging.StreamHandler) or handler.stream is not from_stream:
        return False
    handler.setStream(to_stream)
    return True


def _page(page: Asked | None, *, is_capture: bool) -> str:
    """A page in a few words, as its address reads to people."""
    if page is None:
        return ""
    parts = urlsplit(page.url)
    path = unquote(parts.path) + (f"?{unquote(parts.query)}" if parts.query else "")
    return f"{'capture of a ' if is_capture else ''}{_PAGES[page.kind]} {visible(path)}"
