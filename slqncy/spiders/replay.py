"""Reading captures as if the site had just sent them, and nothing from anywhere else."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from slqncy.extract.sniff import is_html
from slqncy.reasons import Failure, PageKind
from slqncy.spiders.captured import CapturedResponses
from slqncy.spiders.choice import Choice
from slqncy.spiders.frontier import Listing
from slqncy.spiders.responses import date_captured, is_refused
from slqncy.spiders.scope import Scope
from slqncy.warc.read import captures
from slqncy.warc.scan import WarcError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from scrapy.http import Response

    from slqncy.archive.ledger import Known
    from slqncy.items import StoryItem
    from slqncy.spiders.frontier import Page
    from slqncy.spiders.stories import StoriesSpider
    from slqncy.warc.read import Capture

    Read = Callable[..., Iterator[StoryItem | Request]]

logger = logging.getLogger(__name__)

_OK = 200
_REDIRECTS = {301, 302, 303, 307, 308}
_SITEMAPS = (b"<urlset", b"<sitemapindex")
_BEGINNING = 4096
"""Bytes in which the root element of a sitemap begins."""
_MOST_HEAD = 1 << 20
"""Bytes of a response beyond its body."""


class Replayed(Scope):
    """Nothing is asked for: what captures link becomes known, for the next run that asks the site."""

    def release(self) -> Iterator[Known | Page]:
        """Nothing."""
        return iter(())


def lone_page() -> Listing:
    """The list of a page that is read by itself: its further pages become known, and none of them is waited for."""
    return Listing("", sys.maxsize, has_gaps=True)


class Replay:
    """Hands captures to the spider's callbacks in the order of the files, and on what these find.

    Our own captures say which page they were asked for as; of others the address tells.
    """

    def __init__(self, spider: StoriesSpider, scope: Scope, read: Mapping[PageKind, Read]) -> None:
        self._spider = spider
        self._run = spider.run
        self._scope = scope
        self._read = read
        self._base_url = spider.address.base_url
        self._responses = CapturedResponses(spider.crawler)
        self._choice = Choice(spider.run, spider.address.site)
        self._waiting: dict[str, Request] = {}
        """Further pages that stories are not whole without, by their addresses."""
        self._passed: dict[str, Capture] = {}
        """The newest capture of further pages that no story waited for."""
        self._redirected: defaultdict[str, list[str]] = defaultdict(list)
        """Stories whose addresses lead to another, by that one."""

    async def items(self) -> AsyncIterator[StoryItem]:
        """All items, each once the one before it is dealt with."""
        async for found in self._results():
            yield found
            # It goes through the pipelines in the turns that are given away here.
            while self._run.is_pending(found.story.canonical_url) and self._run.is_going:  # noqa: ASYNC110
                await asyncio.sleep(0)

    async def _results(self) -> AsyncIterator[StoryItem]:
        paths, most_bytes = self._spider.arguments.warcs, self._spider.settings.getint("DOWNLOAD_MAXSIZE") + _MOST_HEAD
        try:
            for capture in captures(paths, most_bytes):
                # However many captures are of no use, a signal is heard.
                await asyncio.sleep(0)
                if self._is_over():
                    return
                for item in self._captured(capture):
                    yield item
        except WarcError as error:
            self._run.damaged(str(error))
        while self._waiting:
            url = next(iter(self._waiting))
            for item in self._late_part(url):
                yield item
        for item in self._choice.made():
            yield item

    def _is_over(self) -> bool:
        most = self._spider.arguments.max_stories
        return not self._run.is_going or (most is not None and self._run.stories_archived >= most)

    def _captured(self, capture: Capture) -> Iterator[StoryItem]:
        """What a capture brings, for every page that it is an answer for."""
        self._spider.address = replace(self._spider.address, base_url=capture.notes.get("servedAt", self._base_url))
        try:
            response = self._responses.response(capture)
        except (IgnoreRequest, OSError, ValueError) as error:
            self._run.count("replay/unreadable")
            logger.warning("%s at byte %d of %s: %s", capture.uri, capture.offset, capture.file, error)
            return
        self._run.now = response.meta["fetched"].at
        pages = list(self._pages(capture, response))
        self._run.count("replay/captures" if pages else "replay/passed_over")
        for url, kind in pages:
            if kind is PageKind.PART:
                yield from self._part(capture, response, url)
            else:
                yield from self._page(capture, response, url, kind)

    def _pages(self, capture: Capture, response: Response) -> Iterator[tuple[str, PageKind]]:
        """Canonical URL and kind of each page that a capture is an answer for."""
        address = self._spider.address
        leads_to = _target(capture)
        if page := capture.notes.get("page"):
            # The answer to a redirected request follows, as that of the same page.
            if address.has(page) and not leads_to:
                yield page, PageKind(capture.notes["kind"])
            return
        url = address.canonical(capture.uri)
        if url is None:
            return
        story = address.story(url)
        if leads_to:
            target = address.canonical(leads_to)
            if story and target and target != url:
                self._redirected[target] += [*self._redirected.pop(url, []), url]
            return
        for redirected in self._redirected.pop(url, []):
            yield redirected, PageKind.STORY
        if story and not self._scope.frontier.has_page(url):
            yield url, PageKind.STORY if story.page == 1 else PageKind.PART
        elif response.status == _OK and is_html(response.body):
            yield url, PageKind.FRONT if url == address.home_url() or address.section(url) else PageKind.LIST
        elif response.status == _OK and any(root in response.body[:_BEGINNING] for root in _SITEMAPS):
            yield url, PageKind.SITEMAP

    def _page(self, capture: Capture, response: Response, url: str, kind: PageKind) -> Iterator[StoryItem]:
        story = self._spider.address.story(url)
        story_id = self._spider.address.story_name(story) if story and kind is PageKind.STORY else ""
        known = self._run.found(url, kind, story_id)
        # Captured once more before its further pages came.
        for part, request in list(self._waiting.items()):
            if request.cb_kwargs["item"].story.canonical_url == url:
                self._give_up(part)
        if not (date_captured(response) and self._choice.is_of(url)):
            yield from self._choice.made()
        if not self._run.is_pending(url):
            self._run.asked(known, kind)
        if capture.truncation:
            self._run.failed(url, Failure.INCOMPLETE, f"truncated: {capture.truncation}", response.status)
            return
        yield from self._items(self._read[kind](response, url=url))

    def _part(self, capture: Capture, response: Response, url: str) -> Iterator[StoryItem]:
        if capture.truncation or is_refused(response):
            return
        if request := self._waiting.pop(url, None):
            yield from self._items(request.cb_kwargs["read"](response, url=url, item=request.cb_kwargs["item"]))
        else:
            self._passed[url] = capture

    def _items(self, results: Iterator[StoryItem | Request]) -> Iterator[StoryItem]:
        for result in results:
            if isinstance(result, Request):
                self._waiting[result.cb_kwargs["url"]] = result
            elif result.story.captured:
                self._choice.add(result)
            else:
                yield result

    def _late_part(self, url: str) -> Iterator[StoryItem]:
        """All captures have been read: of a page that is still waited for, one may have come before it was."""
        if capture := self._passed.pop(url, None):
            yield from self._captured(capture)
        if url in self._waiting:
            self._give_up(url)

    def _give_up(self, url: str) -> None:
        self._spider.failed_part(url, self._waiting.pop(url).cb_kwargs["item"], Failure.MISSING, "no capture of it")


def _target(capture: Capture) -> str:
    """Where a capture sends those who asked, or ""."""
    if capture.status not in _REDIRECTS:
        return ""
    places = (value for name, value in capture.headers if name.lower() == b"location")
    place = next(places, None)
    return urljoin(capture.uri, place.decode("latin-1")) if place else ""
