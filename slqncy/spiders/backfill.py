"""Asking a web archive for what it has of a site, and the site itself for nothing."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from typing import TYPE_CHECKING, TypeVar

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from slqncy.archive import ArchiveError
from slqncy.archive.layout import Kind
from slqncy.archive.schedule import seconds
from slqncy.backfill import commoncrawl, wayback
from slqncy.backfill.captures import Answer, IndexAnswerError, WebArchive, choose, index_host, nearest
from slqncy.backfill.completeness import Completeness, completeness, completeness_of
from slqncy.extensions.stop import StoppedError
from slqncy.extract.boilerplate import join_pages
from slqncy.extract.pagination import list_pages
from slqncy.extract.reading import read_story
from slqncy.middlewares.webarchive import TRUNCATED, BlockedError, WrongCaptureError
from slqncy.reasons import EventKind, Failure, PageKind, Rejection, State
from slqncy.spiders.addresses import next_part, stories_linked, without_stories
from slqncy.spiders.responses import failure_of, read_page, story_item

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from scrapy.http import Response

    from slqncy.archive.ledger import Known
    from slqncy.backfill.captures import Found
    from slqncy.extract.links import Link
    from slqncy.items import StoryItem
    from slqncy.spiders.stories import StoriesSpider

logger = logging.getLogger(__name__)

T = TypeVar("T")

_TRIES = 3
"""How often an answer of an index is asked for, where it is torn or does not come."""
_INDEX_TIMEOUT = 180
"""Seconds: an index may search for a minute before it says anything."""
_UNREACHABLE = (
    CannotResolveHostError, DownloadCancelledError, DownloadConnectionRefusedError, DownloadFailedError,
    DownloadTimeoutError, ResponseDataLossError, OSError,
)  # fmt: skip
_UNSETTLED = {State.FOUND, State.FAILED, State.EXCLUDED}


class _MissingPartError(Exception):
    """A further page of a story cannot be had."""


class Backfill:
    """One request at a time: the index, then lists, then stories, each with its captures oldest first.

    What a web archive has of an address in one moment is fetched once: the archive remembers what it has dealt with.
    """

    def __init__(self, spider: StoriesSpider) -> None:
        assert spider.arguments.web_archive
        self._spider = spider
        self._run = spider.run
        self._arguments = spider.arguments
        self._address = spider.address
        self._settings = spider.settings
        self._web_archive = spider.arguments.web_archive
        self._most = spider.settings.getint("BACKFILL_MAX_CAPTURES")
        self._captures: defaultdict[str, list[Found]] = defaultdict(list)
        """By canonical URL."""

    async def items(self) -> AsyncIterator[StoryItem]:
        """All items, each once the one before it is dealt with."""
        try:
            async for item in self._items():
                yield item
                # It goes through the pipelines in the turns that are given away here.
                while not self._is_idle() and self._run.is_going:  # noqa: ASYNC110
                    await asyncio.sleep(0)
        except BlockedError as error:
            self._run.blocked(str(error))
        except StoppedError:
            pass
        except ArchiveError as error:
            self._run.stop_for_disk(error)

    async def _items(self) -> AsyncIterator[StoryItem]:
        async for answer in self._answers():
            self._run.count("backfill/bad_rows", answer.bad)
            for found in answer.found:
                self._run.count("backfill/captures")
                if url := self._address.canonical(found.original.url):
                    self._captures[url].append(found)
        await self._read_lists()
        # Of copies the one is the original that was there first.
        for url in sorted(self._stories(), key=self._first):
            async for item in self._read_story(url):
                yield item
            if self._is_over():
                return

    def _stories(self) -> list[str]:
        """Canonical URLs of the stories that this run is to ask for."""
        sections = self._arguments.sections
        stories = ((url, self._address.story(url)) for url in self._captures)
        return [
            url
            for url, story in stories
            if story and story.page == 1 and (sections is None or story.section in sections)
        ]

    def _first(self, url: str) -> tuple[str, str]:
        return min(found.original.date for found in self._captures[url]), url

    def _is_idle(self) -> bool:
        engine = self._spider.crawler.engine
        assert engine is not None
        assert engine.scraper.slot is not None
        return engine.scraper.slot.is_idle()

    def _is_over(self) -> bool:
        most = self._arguments.max_stories
        return not self._run.is_going or (most is not None and self._run.stories_archived >= most)

    # The index

    async def _answers(self) -> AsyncIterator[Answer]:
        hosts = dict.fromkeys(map(index_host, self._address.site.hosts))
        asked = self._wayback(hosts) if self._web_archive is WebArchive.WAYBACK else self._commoncrawl(hosts)
        async for answer in asked:
            yield answer

    async def _wayback(self, hosts: dict[str, None]) -> AsyncIterator[Answer]:
        base, rows = self._settings["WAYBACK_URL"], self._settings.getint("WAYBACK_CDX_ROWS")
        for host in hosts:
            resume_key: str | None = ""
            while resume_key is not None:
                url = wayback.query(base, host, rows, resume_key)
                answer = await self._ask(url, "wayback_cdx", lambda status, body: wayback.read(status, body, base))
                if answer:
                    yield answer
                resume_key = (answer and answer.resume_key) or None

    async def _commoncrawl(self, hosts: dict[str, None]) -> AsyncIterator[Answer]:
        base, data = self._settings["COMMONCRAWL_INDEX_URL"], self._settings["COMMONCRAWL_DATA_URL"]
        slot = "commoncrawl_index"
        servers = await self._ask(
            commoncrawl.collections_query(base),
            slot,
            lambda status, body: commoncrawl.read_collections(status, body, base),
        )
        for server in servers or ():
            for host in hosts:
                pages = await self._ask(
                    commoncrawl.pages_query(server, host),
                    slot,
                    lambda status, body: commoncrawl.read_pages(status, body, data),
                )
                if isinstance(pages, Answer):
                    yield pages
                    continue
                for page in range(pages or 0):
                    answer = await self._ask(
                        commoncrawl.page_query(server, host, page),
                        slot,
                        lambda status, body: commoncrawl.read(status, body, data),
                    )
                    if answer:
                        yield answer

    async def _ask(self, url: str, slot: str, read: Callable[[int, bytes], T]) -> T | None:
        """What an index says, or None where it cannot be had. Raises BlockedError, or StoppedError."""
        reason, detail = Failure.UNREACHABLE, ""
        for _ in range(_TRIES):
            try:
                response = await self._download(url, slot, max_retry_times=0, download_timeout=_INDEX_TIMEOUT)
                answer = read(response.status, response.body)
            except IndexAnswerError as error:
                reason, detail = Failure.UNREADABLE, str(error)
            except _UNREACHABLE as error:
                reason, detail = failure_of(error), str(error) or type(error).__name__
            else:
                self._run.index_answered()
                return answer
            logger.warning("%s: %s", url, detail)
        self._run.index_failed(url, reason, detail)
        return None

    # Captures

    async def _download(self, url: str, slot: str, headers: dict[str, str] | None = None, **meta: object) -> Response:
        engine = self._spider.crawler.engine
        assert engine is not None
        if not self._run.is_going:
            raise StoppedError(f"{url}: the run is told to stop")
        own = {"web_archive": self._web_archive, "download_slot": slot, "dont_obey_robotstxt": True}
        page = meta.pop("page", "")
        # A redirect would lead to another capture.
        request = Request(url, headers=headers, meta={**own, "dont_redirect": True, **meta}, cb_kwargs={"url": page})
        answer = asyncio.ensure_future(engine.download_async(request))
        # A signal ends the waiting; what is in flight is finished as any other request is, and nobody asks what it was.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(answer)

    async def _fetch(self, found: Found, url: str, kind: PageKind) -> Response | None:
        """The response of the site, or None where that cannot be had, which then is the outcome of the page."""
        known = self._run.found(url, kind)
        self._account(known, kind)
        # As it is stored, so that its digest tells.
        headers = {"Accept-Encoding": "identity"} | ({"Range": found.range} if found.range else {})
        slot = "wayback" if self._web_archive is WebArchive.WAYBACK else "commoncrawl_data"
        try:
            return await self._download(found.source, slot, headers, original=found.original, page=url, kind=kind.value)
        except WrongCaptureError as error:
            self._failed(url, found, Failure.WRONG_CAPTURE, str(error))
        except _UNREACHABLE as error:
            self._failed(url, found, failure_of(error), str(error) or type(error).__name__)
        return None

    def _account(self, known: Known, kind: PageKind) -> None:
        """A page counts as asked for with its first capture, and once more for each further outcome."""
        if not self._run.is_pending(known.url):
            self._run.asked(known, kind)

    def _failed(self, url: str, found: Found, reason: Failure, detail: str) -> None:
        self._run.failed(url, reason, f"{found.source}: {detail}", date_captured=found.original.date)

    def _chosen(self, url: str) -> list[Found]:
        """The captures of a page to fetch."""

        def has_read(date: str) -> bool:
            return not self._arguments.full and self._run.archive.has_read(url, seconds(date))

        return choose(self._captures[url], self._most, has_read)

    # Lists

    async def _read_lists(self) -> None:
        """Meet the stories that lists have shown, on the pages of lists that were captured."""
        pages = deque(self._fronts())
        seen = set(pages)
        while pages:
            url = pages.popleft()
            for found in self._chosen(url):
                further = await self._read_list(url, found, seen)
                new = [page for page in further if page in self._captures and page not in seen]
                pages += new
                seen.update(new)

    def _fronts(self) -> list[str]:
        sections = self._arguments.sections
        fronts = []
        for url in self._captures:
            section = self._address.section(url)
            if (section and (sections is None or section in sections)) or url == self._address.home_url():
                fronts.append(url)
        return sorted(fronts)

    async def _read_list(self, url: str, found: Found, lists: set[str]) -> list[str]:
        """Read a page of a list. Gives the pages of the list that it links."""
        is_front = url == self._address.home_url() or self._address.section(url)
        response = await self._fetch(found, url, PageKind.FRONT if is_front else PageKind.LIST)
        if response is None:
            return []
        page, links = read_page(response, url, self._address)
        further = without_stories(list_pages(page, links), links, self._address)
        stories = [story for story in stories_linked(links, lists, self._address) if story not in further]
        self._meet(stories, url)
        known = self._run.archive.known(url)
        assert known is not None
        state = State.FETCHED if known.state in _UNSETTLED else None
        self._run.answered(
            url, EventKind.FETCHED, state=state, http_status=response.status, stories=len(stories),
            date_captured=found.original.date,
        )  # fmt: skip
        return further

    def _meet(self, stories: list[str], via: str) -> None:
        for url in stories:
            story = self._address.story(url)
            assert story is not None
            self._run.found(url, PageKind.STORY, self._address.story_name(story), via)

    # Stories

    async def _read_story(self, url: str) -> AsyncIterator[StoryItem]:
        """The items of a story's captures: those that are as complete as any, and then the others, as passed over."""
        self._meet([url], "")
        chosen = self._chosen(url)
        if not chosen:
            self._run.count("known")
            return
        items = [read for found in chosen if (read := await self._read_capture(url, found))]
        archived = self._archived(url)
        best = min([*(rank for rank, _ in items), *archived], default=Completeness.PROVEN)
        known = self._run.archive.known(url)
        assert known is not None
        for rank, item in sorted(items, key=lambda each: (each[0] > best, each[1].story.as_of)):
            if rank > best:
                item.reject(Rejection.PASSED_OVER, f"{rank.name.lower()}; another capture is {best.name.lower()}")
            self._account(known, PageKind.STORY)
            yield item

    def _archived(self, url: str) -> list[Completeness]:
        """How complete the archived versions of a story are."""
        archive = self._run.archive
        return [completeness_of(archive.story_at(line.place)) for line in archive.versions(Kind.STORY, url)]

    async def _read_capture(self, url: str, found: Found) -> tuple[Completeness, StoryItem] | None:
        response = await self._fetch(found, url, PageKind.STORY)
        if response is None:
            return None
        page, links = read_page(response, url, self._address)
        item = story_item(response, url, page, self._address, spider=self._spider.name, run_id=self._run.id)
        self._meet(stories_linked(links, (), self._address), url)
        try:
            await self._add_parts(item, links, url)
        except _MissingPartError as error:
            self._failed(url, found, Failure.INCOMPLETE, str(error))
            return None
        return completeness(item, self._address.site, is_truncated=TRUNCATED in response.flags), item

    async def _add_parts(self, item: StoryItem, links: list[Link], url: str) -> None:
        """Add the further pages of a long story, each as it was nearest to the time of the first."""
        while (url_of_part := next_part(links, url, self._address)) and item.parts < self._settings.getint(
            "STORY_MAX_PAGES"
        ):
            url = url_of_part
            found = nearest(self._captures[url], item.story.as_of)
            if found is None:
                raise _MissingPartError(f"{url}: no capture of it")
            self._run.found(url, PageKind.PART, item.story.id, item.story.canonical_url)
            response = await self._fetch(found, url, PageKind.PART)
            if response is None:
                raise _MissingPartError(f"{url}: its capture could not be had")
            page, links = read_page(response, url, self._address)
            paragraphs = read_story(page, self._address.site, item.as_of).paragraphs
            if page.refused or not paragraphs:
                self._failed(url, found, Failure.UNREADABLE, page.refused or "no text")
                raise _MissingPartError(f"{url}: {page.refused or 'no text'}")
            self._run.answered(
                url, EventKind.FETCHED, state=State.FETCHED, http_status=response.status,
                date_captured=found.original.date,
            )  # fmt: skip
            item.lines = join_pages(item.lines, paragraphs, self._address.site)
            item.parts += 1
