"""Reading captures as if the site had just sent them, and nothing from anywhere else."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, cast

from scrapy import Request

from slqncy.archive.schedule import seconds
from slqncy.extract.sniff import is_html
from slqncy.reading.ahead import PATIENCE, ReadAhead
from slqncy.reading.page import Task
from slqncy.reasons import Failure, PageKind
from slqncy.spiders.choice import Choice
from slqncy.spiders.frontier import Listing
from slqncy.spiders.opened import Opener, target
from slqncy.spiders.read_before import ReadBefore
from slqncy.spiders.responses import date_captured, is_refused
from slqncy.spiders.scope import Scope
from slqncy.spiders.tasks import WAYS, asked_for, is_page
from slqncy.warc.read import capture_at, captures
from slqncy.warc.scan import WarcError
from slqncy.wire import most_body, most_bytes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from scrapy.http import Response

    from slqncy.archive.ledger import Known
    from slqncy.items import Fetched, StoryItem
    from slqncy.reading.page import Reading, Served
    from slqncy.sites import Address
    from slqncy.spiders.frontier import Page
    from slqncy.spiders.opened import Opened
    from slqncy.spiders.stories import StoriesSpider
    from slqncy.warc.read import Capture

    Read = Callable[..., Iterator[StoryItem | Request]]

logger = logging.getLogger(__name__)

_OK = 200
_TURN = 0.05
"""Seconds after which whatever else is to be done has its turn."""
_SITEMAPS = (b"<urlset", b"<sitemapindex")
_MOST_PROCESSES = 4
"""Beyond that there is nothing to do for them: half of the work is one process's alone, as it has an order."""
_BEGINNING = 4096
"""Bytes in which the root element of a sitemap begins."""


class Replayed(Scope):
    """Nothing is asked for: what captures link becomes known, for the next run that asks the site."""

    def release(self) -> Iterator[Known | Page]:
        """Nothing."""
        return iter(())

    def turn_to(self, address: Address) -> None:
        """What comes next is of that site."""
        self._address = address

    def _accepts(self, story: Known) -> bool:
        super()._accepts(story)
        return False


def lone_page() -> Listing:
    """The list of a page that is read by itself: its further pages become known, and none of them is waited for."""
    return Listing("", sys.maxsize, has_gaps=True)


class Replay:
    """Hands captures to the spider's callbacks in the order of the files, and on what these find.

    Our own captures say which page they were asked for as; of others the address tells. What is no news to the archive,
    for it has a later answer of that page, or this one, is passed over.
    """

    def __init__(self, spider: StoriesSpider, scope: Replayed, read: Mapping[PageKind, Read]) -> None:
        self._spider = spider
        self._run = spider.run
        self._scope = scope
        self._read = read
        self._opener = Opener(spider.address, most_body(spider.settings), is_told="site" in spider.raw_arguments)
        self._told: set[str] = set()
        """Why captures of some sites are passed over."""
        self._choice = Choice(spider.run)
        self._most_bytes = most_bytes(spider.settings)
        self._ahead = self._reader()
        self._known_before = spider.run.archive.newest()
        self._next_turn = 0.0
        self._waiting: dict[str, Request] = {}
        """Further pages that stories are not whole without, by their addresses."""
        self._passed: dict[str, Capture] = {}
        """The newest capture of further pages that no story waited for, without what its record has."""
        self._redirected: defaultdict[str, list[str]] = defaultdict(list)
        """Stories whose addresses lead to another, by that one."""

    def _reader(self) -> ReadAhead | ReadBefore:
        """Who reads pages besides this process."""
        settings = self._spider.settings
        if before := settings["REPLAY_READINGS"]:
            return ReadBefore(Path(before))
        processes = settings.getint("REPLAY_PROCESSES") or min(len(os.sched_getaffinity(0)), _MOST_PROCESSES)
        timeout = settings.getfloat("WATCHDOG_TIMEOUT")
        # Whom a page has hung is ended before we are, and then the page hangs us.
        return ReadAhead(processes, timeout / 2 or PATIENCE, self._run.own_archive.patience)

    async def items(self) -> AsyncIterator[StoryItem]:
        """All items, each once the one before it is dealt with."""
        async for found in self._results():
            yield found
            # It goes through the pipelines in the turns that are given away here.
            while found.story.canonical_url in self._run.pending and self._run.is_going:  # noqa: ASYNC110
                await asyncio.sleep(0)

    def close(self) -> None:
        """No page is read ahead any more."""
        self._ahead.close()

    async def _results(self) -> AsyncIterator[StoryItem]:
        try:
            for opened in self._ahead.over(self._opened(), self._task):
                if await self._is_over():
                    return
                for item in self._captured(opened) if opened else ():
                    yield item
        except WarcError as error:
            self._run.damaged(str(error))
        while self._waiting and not await self._is_over():
            for item in self._late_part(next(iter(self._waiting))):
                yield item
        for item in self._choice.made():
            yield item

    async def _is_over(self) -> bool:
        """Whether nothing more is wanted."""
        if monotonic() > self._next_turn:
            # However many records are of no use, a signal is heard.
            await asyncio.sleep(0)
            self._next_turn = monotonic() + _TURN
        if not self._run.is_going:
            # A spider that returns has finished; what ends the run cancels this.
            await asyncio.get_running_loop().create_future()
        most = self._spider.arguments.max_stories
        return most is not None and self._run.stories_archived >= most

    def _opened(self) -> Iterator[Opened | None]:
        """Captures in the order of the files; None for other records."""
        for capture in captures(self._spider.arguments.warcs, self._most_bytes):
            yield self._opener.open(capture) if capture else None

    def _task(self, opened: Opened | None) -> Task | None:
        """How a capture is likely to be read, by what is known before its turn; None where it is not."""
        if opened is None or not is_page(opened):
            return None
        address, response = opened.address, opened.response
        assert address is not None
        assert response is not None
        if "page" in opened.capture.notes:
            url, kind = asked_for(opened.capture, address) or ("", None)
        else:
            url = address.canonical(opened.capture.uri) or ""
            kind = self._kind_at(url, response, address)
        if kind not in WAYS:
            return None
        known = self._run.archive.known(url)
        if known and (self._is_read(known, response) or known.rests(int(self._run.started.timestamp()))):
            return None
        return Task(WAYS[kind], self._spider.served(response, url, address))

    def read(self, read: Callable[[Served], Reading], page: Served) -> Reading:
        """The reading of a page, which another process may have."""
        return cast("Reading | None", self._ahead.read(Task(read, page))) or read(page)

    def _captured(self, opened: Opened) -> Iterator[StoryItem]:
        """What a capture brings, for every page that it is an answer for."""
        capture, address, response, failure = opened.capture, opened.address, opened.response, opened.failure
        if address is None:
            self._tell(opened.unusable)
            self._run.count("replay/passed_over")
            return
        if address.site != self._spider.address.site:
            # The pipelines go by the spider's site, and what is held is of the one before.
            yield from self._choice.made()
        self._spider.address = address
        self._scope.turn_to(address)
        self._run.turn_to(address)
        if response is None:
            self._run.count("replay/unreadable")
            logger.warning("%s at byte %d of %s: %s", capture.uri, capture.offset, capture.path, opened.unusable)
            return
        self._run.now = response.meta["fetched"].at
        served_at = address.canonical(response.url)
        pages = [page for page in self._pages(capture, response) if self._is_wanted(page[0], served_at)]
        self._run.count("replay/captures" if pages else "replay/passed_over")
        for url, kind in pages:
            if kind is PageKind.PART:
                if not failure and not is_refused(response):
                    yield from self._part(capture, response, url)
            else:
                yield from self._page(response, url, kind, failure)

    def _tell(self, why: str) -> None:
        """Why captures are passed over, once."""
        if why and why not in self._told:
            self._told.add(why)
            self._run.damaged(why)

    def _pages(self, capture: Capture, response: Response) -> Iterator[tuple[str, PageKind]]:
        """Canonical URL and kind of each page that a capture is an answer for."""
        address = self._spider.address
        leads_to = address.canonical(target(capture))
        if "page" in capture.notes:
            # The answer to a redirected request follows, as that of the same page.
            if not leads_to and (asked := asked_for(capture, address)):
                yield asked
            return
        url = address.canonical(capture.uri)
        assert url is not None
        if leads_to:
            if address.story(url) and leads_to != url:
                self._redirected[leads_to] += [*self._redirected.pop(url, []), url]
            return
        for redirected in self._redirected.pop(url, []):
            yield redirected, PageKind.STORY
        if kind := self._kind_at(url, response, address):
            yield url, kind

    def _kind_at(self, url: str, response: Response, address: Address) -> PageKind | None:
        """What a page is that nobody of us has asked for, by what is known now."""
        story = address.story(url)
        if story and not self._scope.frontier.has_page(url):
            return PageKind.STORY if story.page == 1 else PageKind.PART
        if response.status == _OK and is_html(response.body):
            return PageKind.FRONT if url == address.home_url() or address.section(url) else PageKind.LIST
        if response.status == _OK and any(root in response.body[:_BEGINNING] for root in _SITEMAPS):
            return PageKind.SITEMAP
        return None

    def _is_wanted(self, url: str, served_at: str | None) -> bool:
        # Other pages may lead to one that is forgotten.
        if url in self._run.forgotten or served_at in self._run.forgotten:
            return False
        story, sections = self._spider.address.story(url), self._spider.arguments.sections
        section = story.section if story else self._spider.address.section(url)
        return sections is None or not section or section in sections

    def _page(
        self, response: Response, url: str, kind: PageKind, failure: tuple[Failure, str] | None
    ) -> Iterator[StoryItem]:
        """What the answer of a page brings; `failure` says why it cannot be read, and how."""
        story = self._spider.address.story(url)
        story_id = self._spider.address.story_name(story) if story and kind is PageKind.STORY else ""
        known = self._run.found(url, kind, story_id)
        if self._run.passes_over(known):
            return
        if self._is_read(known, response):
            self._run.count("known", kind is PageKind.STORY)
            return
        # Captured once more before its further pages came.
        for part, request in list(self._waiting.items()):
            if request.cb_kwargs["item"].story.canonical_url == url:
                self._give_up(part)
        if not (date_captured(response) and self._choice.is_of(url)):
            yield from self._choice.made()
        if url not in self._run.pending:
            self._run.asked(known, kind)
        fetched: Fetched = response.meta["fetched"]
        if failure and fetched.refused and kind is PageKind.STORY:
            yield self._spider.unread(url, response.url, fetched, failure[1])
            return
        if failure:
            self._run.failed(url, *failure, response.status, date_captured=date_captured(response))
            return
        yield from self._items(url, self._read[kind](response, url=url))

    def _is_read(self, known: Known, response: Response) -> bool:
        """Whether the archive has dealt with this before."""
        if date := date_captured(response):
            return self._run.archive.has_read(known.url, seconds(date))
        fetched: Fetched = response.meta["fetched"]
        return known.id <= self._known_before and known.last is not None and fetched.at.timestamp() <= known.last

    def _part(self, capture: Capture, response: Response, url: str) -> Iterator[StoryItem]:
        if request := self._waiting.pop(url, None):
            yield from self._items(url, request.cb_kwargs["read"](response, url=url, item=request.cb_kwargs["item"]))
        else:
            self._passed[url] = replace(capture, payload=b"", headers=[])

    def _items(self, url: str, results: Iterator[StoryItem | Request]) -> Iterator[StoryItem]:
        self._run.begin_reading(url)
        for result in results:
            self._run.end_reading()
            if isinstance(result, Request):
                self._waiting[result.cb_kwargs["url"]] = result
            elif result.story.captured:
                self._choice.add(result, self._spider.address.site)
            else:
                yield result

    def _late_part(self, url: str) -> Iterator[StoryItem]:
        """All captures have been read: of a page that is still waited for, one may have come before it was."""
        if passed := self._passed.pop(url, None):
            with suppress(WarcError):
                whole = capture_at(passed.path, passed.offset, self._most_bytes)
                yield from self._captured(
                    self._opener.open(replace(whole, uri=passed.uri, date=passed.date, notes=passed.notes))
                )
        if url in self._waiting:
            self._give_up(url)

    def _give_up(self, url: str) -> None:
        self._spider.failed_part(url, self._waiting.pop(url).cb_kwargs["item"], Failure.MISSING, "no capture of it")
