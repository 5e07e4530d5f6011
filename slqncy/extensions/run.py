"""One run: it opens the archive, keeps account of every address and request, and says at the end what happened."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import Counter
from datetime import UTC, datetime
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import scrapy
from scrapy import signals
from scrapy.exceptions import CloseSpider

from slqncy.archive import ArchiveError, ArchiveLockedError, ArchiveWriter
from slqncy.archive.errors import ClusterError
from slqncy.archive.hosts import Host
from slqncy.dedup import Thresholds
from slqncy.display.progress import Outlook
from slqncy.exitcodes import ExitStatus
from slqncy.extensions.account import Account
from slqncy.extensions.pace import Pace
from slqncy.extensions.pending import Pending
from slqncy.extensions.session import open_session
from slqncy.extensions.stop import Stop, StoppedError
from slqncy.extensions.waiting import Waiting
from slqncy.extensions.warcinfo import warcinfo
from slqncy.reasons import NO_ANSWER, UNSETTLED, UNWELCOME, EventKind, Exclusion, Failure, PageKind, Rejection, State
from slqncy.records import Event, Story, moment
from slqncy.report.leave import leave
from slqncy.summary import BLOCKED, BUDGET_SPENT, TOLD_TO_WAIT, Addresses, Summary, judge, summarize
from slqncy.visible import blanked

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from scrapy import Spider
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure as TwistedFailure

    from slqncy.archive.ledger import Known
    from slqncy.cluster.archive import SharedArchive
    from slqncy.cluster.fingerprints import SharedStories
    from slqncy.cluster.share import Share
    from slqncy.dedup.archived import ArchivedStories
    from slqncy.extensions.session import Session
    from slqncy.extract.walls import Wall
    from slqncy.items import StoryItem
    from slqncy.records import Rewrite, Warc
    from slqncy.run_report import RunReport
    from slqncy.sites import Address
    from slqncy.warc.exchange import Exchange

logger = logging.getLogger(__name__)

HANDED_OVER = "handed_over"
"""Our finish reason where another worker goes on with the site."""
_SECOND_SIGNAL = "second_signal"
"""Our finish reason where a second signal cut a crawl short."""
_MOST_DETAIL = 500
"""Characters of an event's detail."""
_WALLS = {Rejection.CHALLENGE: "a captcha or a test for a browser", Rejection.WAITING_ROOM: "a waiting room"}
NEW_LINE = frozenset({EventKind.ARCHIVED, EventKind.CHANGED, EventKind.EARLIER})
"""Outcomes of a story's page that add a line to stories/."""


class Run:
    """The run's archive, its account of requests, and its result.

    A request is named by the canonical URL of its page: `asked` opens its account, one of `answered`, `failed` and
    `forbidden` closes it.
    """

    archive: ArchiveWriter | SharedArchive
    stories: ArchivedStories | SharedStories
    """What is archived, to find copies of."""
    share: Share | None = None
    """Its site, where other workers may go on with it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        assert crawler.stats is not None
        self._stats = crawler.stats
        self.outlook = Outlook()
        self.started = datetime.now(UTC)
        self.id = f"{self.started:%Y%m%dT%H%M%S}-{os.getpid()}{_among_others(crawler.spider)}"
        self.status = ExitStatus.SOFTWARE
        self.reason = "the run could not begin; the log has the reason"
        self.summary: Summary | None = None
        self.report: RunReport | None = None
        """As it is on disk."""
        self.is_handed_over = False
        """Whether another worker goes on with the site, and tells of it."""
        self.now: datetime | None = None
        """When what is read was said; None while the site is asked, and says it now."""
        self.account = Account(crawler)
        """Of what the report tells."""
        self.pending = Pending()
        self.waiting = Waiting()
        self.stories_archived = 0
        """Lines this run has added to stories/."""
        self.examples: dict[str, str] = {}
        """The first story id, or URL of another page, that a counter has counted, by the counter's name."""
        self._session: Session | None = None
        self._left: Session | None = None
        """The session, while the run leaves it."""
        self._disk_error: ArchiveError | None = None
        self._damage = ""
        self._errors = 0
        self._budget = crawler.settings.getint("REQUEST_BUDGET")
        self._warc_maxsize = crawler.settings.getint("WARC_MAXSIZE")
        self._requests = 0
        self._known_before: dict[str, int] = {}
        """How many addresses of each site this run has to do with were known before, by origin."""
        self._sites: set[str] = set()
        """Names of these."""
        self._passed_over: set[str] = set()
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
    def is_open(self) -> bool:
        """Whether there is an archive to write to."""
        return self._session is not None

    @property
    def own_archive(self) -> ArchiveWriter:
        """The archive, of a run that shares nothing."""
        assert isinstance(self.archive, ArchiveWriter)
        return self.archive

    @property
    def is_going(self) -> bool:
        """Whether nobody has told the run to stop, or closed it."""
        return self.is_open and self._closing is None and self._crawler.crawling

    @property
    def is_over(self) -> bool:
        """Whether nothing is waited for any longer."""
        stop = self._crawler.get_extension(Stop)
        assert stop is not None
        return stop.is_over

    def turn_to(self, address: Address) -> None:
        """What happens from now on is of that site: the sum of addresses is over its own. Raises ArchiveError."""
        self._sites.add(address.site.name)
        if (origin := address.home_url()) not in self._known_before:
            found_before = self.share.counters_before.get("slqncy/found", 0) if self.share else 0
            self._known_before[origin] = sum(self.archive.states(origin).values()) - found_before

    def capture(self, exchange: Exchange) -> Warc:
        """Keep what went over the wire. Gives where the payload of the response is. Raises ArchiveError."""
        place = self.archive.capture(exchange, self._warcinfo, self._warc_maxsize)
        self.count("warc/exchanges")
        return place

    @cached_property
    def _warcinfo(self) -> dict[str, str]:
        assert self._crawler.spider is not None
        return warcinfo(self._crawler.spider, self._crawler.settings, self.id)

    # What happens to addresses

    def found(
        self, url: str, kind: PageKind, story_id: str = "", via: str = "", known: Known | None = None
    ) -> Known:  # fmt: skip
        """What is known of an address; a new one is known from now on. `known` is that, where it was asked already."""
        known = known or self.archive.known(url)
        if known is None:
            self._happened(EventKind.FOUND, url, kind, id=story_id, via=via, state=State.FOUND)
            self.count("found")
        elif via and known.is_unlinked_hole:
            self.happened(EventKind.FOUND, known, via=via)
        else:
            return known
        known = self.archive.known(url)
        assert known is not None
        return known

    @cached_property
    def forgotten(self) -> frozenset[str]:
        """Canonical URLs of the pages that were taken down: they are not asked for, and nothing is made of them.

        No other is taken down while the run has the archive.
        """
        return self.archive.forgotten()

    def happened(self, event: EventKind, known: Known, **details: Any) -> None:
        """Something happened to an address that is no answer to a request."""
        self._happened(event, known.url, known.kind, id=known.story, **details)

    def asked(self, known: Known, kind: PageKind) -> None:
        """A page is asked for, as a page of a kind: a list page may have the address of a story."""
        self.pending.add(known, kind)
        self.count("requested")

    def begin_reading(self, url: str) -> None:
        """A page that was asked for is about to be read: if that hangs, the next run knows which one it was.

        Raises ArchiveError.
        """
        self.account.durations.begin_reading(url, monotonic())
        if asked := self.pending.get(url):
            self.archive.begin_reading(
                Event(
                    event=EventKind.EXCLUDED, at=moment(datetime.now(UTC)), run_id=self.id, url=url, kind=asked.kind,
                    id=asked.story, reason=Exclusion.HUNG,
                )
            )  # fmt: skip

    def end_reading(self) -> None:
        """No page is being read. Raises ArchiveError."""
        self.account.durations.end_reading(monotonic())
        self.archive.end_reading()

    @property
    def is_resumed(self) -> bool:
        """Whether another worker has begun with the site, in this round."""
        return self.share is not None and self.share.is_resumed

    def drop(self, url: str) -> None:
        """A page that was queued is not asked for after all."""
        if self.share:
            self.share.drop(url)

    def handled(self, url: str) -> None:
        """All that a page led to is to be asked for."""
        if self.share:
            self.share.handled(url)

    def passes_over(self, known: Known) -> bool:
        """Whether a page is not to be read in this run, for reading it hung in one before."""
        if not known.rests(int(self.started.timestamp())):
            return False
        assert known.not_before is not None
        if known.url not in self._passed_over:
            self._passed_over.add(known.url)
            self.count("guard/watchdog", example=known.story or known.url)
            until = moment(datetime.fromtimestamp(known.not_before, UTC))
            logger.warning("%s is not read before %s, for reading it hung", known.url, until)
        return True

    def answered(
        self, url: str, event: EventKind, record: Story | None = None, rewrite: Rewrite | None = None, **details: Any
    ) -> None:
        """A page's request came to its one outcome, which is on disk with the next commit, together with its lines."""
        asked = self.pending.get(url)
        if asked is None:
            raise RuntimeError(f"{url} was not asked for, or has been answered")
        self.archive.release_captures()
        self._happened(event, url, asked.kind, id=asked.story, record=record, rewrite=rewrite, **details)
        self.stories_archived += event in NEW_LINE
        reason = details.get("reason")
        is_wall = reason in UNWELCOME and not details.get("date_captured")
        if is_wall:
            logger.warning("In place of %s: %s (%s)", url, reason, details.get("detail", ""))
        self._heed(url, wall=reason if is_wall else None)
        self._settle(url, event if asked.kind is PageKind.STORY else f"{asked.kind}/{event}")

    def failed(
        self, url: str, reason: Failure, detail: str, http_status: int | None = None, *, wall: Wall | None = None,
        date_captured: str = "",
    ) -> None:  # fmt: skip
        """A request brought no page, perhaps a wall; a story stays due.

        A capture that cannot be had says nothing of its page.
        """
        detail = (f"{detail}: {wall.reason}, {wall.words}" if wall else detail)[:_MOST_DETAIL]
        if asked := self.pending.get(url):
            known = self.archive.known(url)
            assert known is not None
            state = State.FAILED if known.state in UNSETTLED and not date_captured else None
            self.archive.release_captures()
            self._happened(
                EventKind.FAILED, url, asked.kind, id=asked.story, state=state, reason=reason, detail=detail,
                http_status=http_status, date_captured=date_captured,
            )  # fmt: skip
            # A capture of no use was had.
            is_lost = not date_captured or reason in NO_ANSWER
            self.count(f"stories_{EventKind.FAILED}", asked.kind is PageKind.STORY and is_lost)
        self._settle(url, EventKind.FAILED)
        self.count(f"failed/{reason}")
        self.account.failed(url, reason, detail)
        logger.warning("No answer from %s: %s (%s)", url, reason, detail)
        self._heed(
            url, wall=wall.reason if wall and wall.reason in UNWELCOME else None,
            told=detail if reason is Failure.TOLD_TO_WAIT else "",
        )  # fmt: skip

    def forbidden(self, url: str, detail: str) -> None:
        """The robots.txt of the site stopped a request."""
        known = self.archive.known(url)
        assert known is not None
        state = State.EXCLUDED if known.state in UNSETTLED else None
        self.happened(EventKind.EXCLUDED, known, state=state, reason=Exclusion.ROBOTS, detail=detail)
        self._settle(url, Exclusion.ROBOTS)

    def index_answered(self) -> None:
        """The index of a web archive said what it has. Raises ArchiveError."""
        self.archive.release_captures()
        self.count("requested")
        self._settle("", f"index/{EventKind.FETCHED}")

    def index_failed(self, url: str, reason: Failure, detail: str) -> None:
        """The index of a web archive did not say what it has. Raises ArchiveError."""
        self.archive.release_captures()
        self.count("requested")
        self.count("index_failed")
        self.failed(url, reason, detail)

    def blocked(self, detail: str) -> None:
        """End the run: a web archive wants no more requests for now."""
        logger.error("The web archive wants no more requests for now: %s", detail)
        self._stop(BLOCKED)

    def told_to_wait(self, url: str, until: datetime, *, is_too_long: bool) -> None:
        """A host of the site asks to be left alone, which the next run knows too; this one ends where it is too long.

        Raises ArchiveError.
        """
        self.count("guard/retry_after")
        parts = urlsplit(url)
        host = self.archive.hosts.setdefault(f"{parts.scheme}://{parts.netloc}", Host())
        self.waiting.told(parts.netloc, host, until)
        self.archive.keep_hosts()
        if is_too_long:
            self._stop(TOLD_TO_WAIT, at_once=True)

    def spend(self, url: str) -> None:
        """A request is about to leave this machine. Raises StoppedError where REQUEST_BUDGET has none for it."""
        if self._budget and self._requests >= self._budget:
            self.count("guard/budget")
            self._stop(BUDGET_SPENT, at_once=True)
            raise StoppedError(f"{url}: the budget of {self._budget} requests is spent")
        if self.share and not self.share.is_held():
            raise StoppedError(f"{url}: another worker may have the site")
        self._requests += 1

    def count(self, what: str, by: int = 1, *, example: str = "") -> None:
        """Add to a counter of the run, and keep the first example of what it counts."""
        self._stats.inc_value(f"slqncy/{what}", by)
        if by and example:
            self.examples.setdefault(what, example)

    def stop_for_disk(self, error: ArchiveError) -> None:
        """End the run at once: nothing is written any more, and what was acknowledged is safe."""
        if self._disk_error is None:
            self._disk_error = error
            if self._session:
                self._session.fail(error)
            self._stop("disk_error", at_once=True)

    def damaged(self, reason: str) -> None:
        """What the run was given to read is damaged, and was read as far as it goes."""
        self._damage = self._damage or reason
        logger.error("%s", reason)

    def end(self) -> None:
        """After the crawl: where a second signal cut it short, acknowledge what was written."""
        if self.is_open:
            self.status, self.reason = ExitStatus.TEMPORARY, "stopped by a second signal; run again to go on"
            self._close(self._cut_short)

    def _happened(
        self, event: EventKind, url: str, kind: PageKind | None, *, record: Story | None = None,
        rewrite: Rewrite | None = None, detail: str = "", **details: Any,
    ) -> None:  # fmt: skip
        at = record.date_downloaded if record else moment(self.now or datetime.now(UTC))
        line = Event(
            event=event, at=at, run_id=self.id, url=url, kind=kind, detail=blanked(detail[:_MOST_DETAIL]), **details
        )  # fmt: skip
        place = self.archive.write(line, record, rewrite)
        if record:
            self.account.stories.add(record, rewrite)
            if place and type(record) is Story:
                self.stories.add(place, record)

    def _heed(self, url: str, *, wall: Rejection | None, told: str = "") -> None:
        """End the run where the site says again and again, by walls or in words, that it wants no requests for now."""
        if self.now is not None:
            # What a capture says was said to somebody else.
            return
        self.count("guard/wall", wall is not None, example=url)
        said = f"shows {_WALLS[wall]}" if wall else told and f"answers {told}"
        if self.waiting.answered(said and f"{self._host(url)} {said}"):
            self._stop(TOLD_TO_WAIT)

    def _settle(self, url: str, outcome: str) -> None:
        self.end_reading()
        self.account.durations.settle(url)
        asked = self.pending.settle(url)
        self.count(f"outcome/{outcome}", example=(asked and asked.story) or url)

    def _stop(self, reason: str, *, at_once: bool = False) -> None:
        assert self._crawler.engine is not None
        stop = self._crawler.get_extension(Stop)
        assert stop is not None
        if at_once:
            stop.at_once()
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason=reason))

    # The course of a run

    def _opened(self, spider: Spider) -> None:
        try:
            thresholds = Thresholds.from_settings(self._crawler.settings)
        except ValueError as error:
            self.status, self.reason = ExitStatus.CONFIG, str(error)
            raise CloseSpider("wrong_setting") from error
        try:
            session = open_session(self._crawler.settings, thresholds, self.started)
            self.archive, self.stories, self.share = session.enter(self, spider.address.site.name)  # type: ignore[attr-defined]
            self._session = session
            self._go_on()
            self.turn_to(spider.address)  # type: ignore[attr-defined]
        except ArchiveError as error:
            self.status, self.reason = _status(error), str(error)
            is_locked = isinstance(error, ArchiveLockedError)
            raise CloseSpider("archive_locked" if is_locked else "archive_unusable") from error
        except Exception as error:
            # Scrapy would log it, and crawl on without an archive.
            logger.exception("The archive cannot be opened")
            self.reason = f"the archive cannot be opened: {error!r}"
            raise CloseSpider("archive_unusable") from error
        arguments = spider.arguments  # type: ignore[attr-defined]
        if arguments.asks_site:
            self._respect_holds(arguments.address)

    def _go_on(self) -> None:
        """Count from where another worker has counted to, and let the next one do so."""
        if self.share:
            for name, figure in self.share.counters_before.items():
                self._stats.set_value(name, figure)
            self.share.counters = self._counters
            pace = self._crawler.get_extension(Pace)
            assert pace is not None
            self.share.pause, self.share.rest = lambda: pace.delay, lambda: max(pace.delay, pace.held)

    def _counters(self) -> dict[str, int]:
        counted = self._stats.get_stats().items()
        figures = {name: value for name, value in counted if name.startswith("slqncy/") and isinstance(value, int)}
        # Those in hand are the next worker's, if this one deals with them no more.
        return figures | {"slqncy/requested": figures.get("slqncy/requested", 0) - len(self.pending)}

    def _respect_holds(self, address: Address) -> None:
        hosts = self.archive.hosts.items()
        self.waiting.recall(host for origin, host in hosts if address.is_served_at(f"{origin}/"))
        if self.waiting.until:
            raise CloseSpider(TOLD_TO_WAIT)

    def _host(self, url: str) -> str:
        """The host that a page is asked of."""
        address: Address = self._crawler.spider.address  # type: ignore[union-attr]
        return urlsplit(address.served(url)).netloc

    def _closed(self, spider: Spider, reason: str) -> None:
        if self.is_open:
            self._close(lambda: self._judge(spider, reason))

    def _close(self, last_words: Callable[[], None]) -> None:
        assert self._session is not None
        left = self._left = self._session
        self._session = None
        error = self._disk_error
        try:
            if error:
                raise error
            if len(left) == 1:
                # Before the report says how the run ended.
                self.stories.flush()
            last_words()
        except ArchiveError as met:
            error = met
        try:
            left.leave(self, error)
        except ArchiveError as met:
            error = met
        if error:
            self.status, self.reason = _status(error), str(error)

    def _judge(self, spider: Spider, finish_reason: str) -> None:
        if finish_reason == HANDED_OVER:
            # The worker that comes to the end of the site tells of it.
            self.status, self.reason, self.is_handed_over = ExitStatus.OK, "handed over to another worker", True
            return
        summary = self._summarize(finish_reason)
        arguments = spider.arguments  # type: ignore[attr-defined]
        self.status, self.reason = judge(
            summary, arguments.address.site.gate,
            finish_reason=finish_reason, errors=self._errors, is_sweep=bool(arguments.ids),
            wait_until=self.waiting.until, wait_reason=self.waiting.reason,
        )  # fmt: skip
        if self._damage and self.status not in {ExitStatus.SOFTWARE, ExitStatus.TEMPORARY}:
            self.status, self.reason = ExitStatus.DATA, self._damage
        self._report(finish_reason)

    def _cut_short(self) -> None:
        self._summarize(_SECOND_SIGNAL)
        self._report(_SECOND_SIGNAL)

    def _summarize(self, finish_reason: str) -> Summary:
        stats = self._stats.get_stats()
        self.archive.commit()
        states = sum((Counter(self.archive.states(origin)) for origin in self._known_before), Counter[State]())
        addresses = Addresses(
            known_before=sum(self._known_before.values()), found=int(stats.get("slqncy/found", 0)), states=dict(states)
        )
        self.summary = summarize(stats, addresses, pending=len(self.pending), finish_reason=finish_reason)
        return self.summary

    def _report(self, finish_reason: str) -> None:
        assert self._crawler.spider is not None
        assert self.summary is not None
        self.now = None
        lines = [line for site in sorted(self._sites) for line in self.archive.number_lines(site)]
        self.report = self.account.report(
            self._crawler.spider, self.summary, self.started, run_id=self.id, exit_status=int(self.status),
            exit_reason=self.reason, finish_reason=finish_reason,
            coverage={line.name: line.as_dict() for line in lines},
        )  # fmt: skip
        assert self._left is not None
        proof = leave(self._left.archive, self.report, lines)
        self.status, self.reason = ExitStatus(self.report.exit_status), self.report.exit_reason
        self._happened(EventKind.FINISHED, "", None, detail=f"exit status {self.status}: {self.reason}", hash=proof)

    def _callback_error(self, failure: TwistedFailure, response: scrapy.http.Response | None) -> None:
        # Without a response it was the spider's start that failed.
        request = response.request if response else None
        asked = request.cb_kwargs if request else {}
        # A further page of a story takes the story with it.
        item: StoryItem | None = asked.get("item")
        self._unexpected(failure, asked.get("url", ""), item.story.canonical_url if item else "")

    def _pipeline_error(self, failure: TwistedFailure, item: StoryItem) -> None:
        self._unexpected(failure, item.story.canonical_url)

    def _unexpected(self, failure: TwistedFailure, *urls: str) -> None:
        if isinstance(failure.value, ArchiveError):
            self.stop_for_disk(failure.value)
            return
        self._errors += 1
        try:
            for url in urls:
                if url in self.pending:
                    self.failed(url, Failure.INTERNAL, repr(failure.value))
        except ArchiveError as error:
            self.stop_for_disk(error)


def _among_others(spider: Spider | None) -> str:
    """What tells the ids of runs apart that one process began in the same second."""
    arguments = spider.raw_arguments if spider else {}  # type: ignore[attr-defined]
    return f"-{spider.address.site.name}" if "sites" in arguments else ""  # type: ignore[union-attr]


def _status(error: ArchiveError) -> ExitStatus:
    """Whether it is over by itself."""
    return ExitStatus.TEMPORARY if isinstance(error, ArchiveLockedError | ClusterError) else ExitStatus.IO
