"""Asking a web archive for what it has of a site, and the site itself for nothing."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from typing import TYPE_CHECKING

from slqncy.archive import ArchiveError
from slqncy.archive.schedule import seconds
from slqncy.backfill.captures import WebArchive, choose, nearest
from slqncy.display.progress import Outlook
from slqncy.extensions.stop import StoppedError
from slqncy.guards.codings import CodingError
from slqncy.middlewares.webarchive import BlockedError, WrongCaptureError
from slqncy.reading.page import read_list_page, read_part_page, read_story_page
from slqncy.reasons import UNSETTLED, EventKind, Failure, PageKind, State
from slqncy.spiders.asker import UNREACHABLE, Asker
from slqncy.spiders.captureindex import CaptureIndex
from slqncy.spiders.choice import Choice
from slqncy.spiders.responses import answer, failure_of, story_item

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.http import Response

    from slqncy.archive.ledger import Known
    from slqncy.backfill.captures import Found
    from slqncy.items import StoryItem
    from slqncy.sites import StoryAddress
    from slqncy.spiders.stories import StoriesSpider

SLOTS = {WebArchive.WAYBACK: "wayback", WebArchive.COMMONCRAWL: "commoncrawl_data"}
"""Of DOWNLOAD_SLOTS, for captures."""


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
        self._asker = Asker(spider.crawler, spider.run, spider.arguments.web_archive)
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
        async for named in CaptureIndex(self._asker, self._run, self._settings, self._address.site.hosts).answers():
            self._run.count("backfill/bad_rows", named.bad)
            for found in named.found:
                self._run.count("backfill/captures")
                if url := self._address.canonical(found.original.url):
                    self._captures[url].append(found)
        if not self._arguments.ids:
            await self._read_lists()
        # Of copies the one is the original that was there first.
        stories = sorted(self._stories(), key=self._first)
        for left, url in zip(range(len(stories), 0, -1), stories, strict=True):
            self._run.outlook = Outlook(left, self._run.stories_archived, self._arguments.max_stories or 0, "stories")
            async for item in self._read_story(url):
                yield item
            if self._is_over():
                return

    def _stories(self) -> list[str]:
        """Canonical URLs of the stories that this run is to ask for."""
        stories = ((url, self._address.story(url)) for url in self._captures)
        return [url for url, story in stories if story and self._is_wanted(story)]

    def _is_wanted(self, story: StoryAddress) -> bool:
        sections, ids = self._arguments.sections, self._arguments.ids
        return (
            story.page == 1
            and (sections is None or not story.section or story.section in sections)
            and (not ids or (story.story_id.isdecimal() and any(int(story.story_id) in numbers for numbers in ids)))
        )

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

    # Captures

    async def _fetch(self, found: Found, url: str, kind: PageKind) -> Response | None:
        """The response of the site, or None where that cannot be had, which then is the outcome of the page."""
        self._run.end_reading()
        known = self._run.found(url, kind)
        self._account(known, kind)
        # As it is stored, so that its digest tells.
        headers = {"Accept-Encoding": "identity"} | ({"Range": found.range} if found.range else {})
        slot = SLOTS[self._asker.web_archive]
        try:
            response = await self._asker.ask(
                found.source, slot, headers, page=url, original=found.original, kind=kind.value
            )
        except WrongCaptureError as error:
            self._failed(url, found, Failure.WRONG_CAPTURE, str(error))
        except (CodingError, *UNREACHABLE) as error:
            self._failed(url, found, failure_of(error), str(error) or type(error).__name__)
        else:
            self._run.begin_reading(url)
            return response
        return None

    def _account(self, known: Known, kind: PageKind) -> None:
        """A page counts as asked for with its first capture, and once more for each further outcome."""
        if known.url not in self._run.pending:
            self._run.asked(known, kind)

    def _failed(self, url: str, found: Found, reason: Failure, detail: str) -> None:
        self._run.failed(url, reason, f"{found.source}: {detail}", date_captured=found.original.date)

    def _chosen(self, url: str) -> list[Found]:
        """The captures of a page to fetch."""
        known = self._run.archive.known(url)
        if known and self._run.passes_over(known):
            return []

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
        reading = self._spider.read(read_list_page, response, url)
        further = reading.further
        stories = [story for story in reading.stories.beside(lists) if story not in further]
        self._meet(stories, url)
        known = self._run.archive.known(url)
        assert known is not None
        state = State.FETCHED if known.state in UNSETTLED else None
        self._run.answered(
            url, EventKind.FETCHED, state=state, stories=len(stories), **answer(response)
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
        chosen = [] if url in self._run.forgotten else self._chosen(url)
        if not chosen:
            self._run.count("known")
            return
        choice = Choice(self._run)
        for found in chosen:
            if item := await self._read_capture(url, found):
                choice.add(item, self._address.site)
        for item in choice.made():
            yield item

    async def _read_capture(self, url: str, found: Found) -> StoryItem | None:
        response = await self._fetch(found, url, PageKind.STORY)
        if response is None:
            return None
        reading = self._spider.read(read_story_page, response, url)
        item = story_item(response, url, reading, self._address, spider=self._spider.name, run_id=self._run.id)
        self._meet(reading.stories.beside(()), url)
        try:
            await self._add_parts(item, reading.following)
        except _MissingPartError as error:
            self._failed(url, found, Failure.INCOMPLETE, str(error))
            return None
        return item

    async def _add_parts(self, item: StoryItem, following: str | None) -> None:
        """Add the further pages of a long story, each as it was nearest to the time of the first."""
        while (url := following) and item.parts < self._settings.getint("STORY_MAX_PAGES"):
            found = nearest(self._captures[url], item.story.as_of)
            if found is None:
                raise _MissingPartError(f"{url}: no capture of it")
            known = self._run.found(url, PageKind.PART, item.story.id, item.story.canonical_url)
            if self._run.passes_over(known):
                raise _MissingPartError(f"{url}: reading it hung")
            response = await self._fetch(found, url, PageKind.PART)
            if response is None:
                raise _MissingPartError(f"{url}: its capture could not be had")
            reading = self._spider.read(read_part_page, response, url)
            following = reading.following
            refused = reading.noarchive or reading.refused
            if reading.wall or refused or not reading.paragraphs:
                why = reading.wall.words if reading.wall else refused or "no text"
                self._failed(url, found, Failure.UNREADABLE, why)
                raise _MissingPartError(f"{url}: {why}")
            self._run.answered(url, EventKind.FETCHED, state=State.FETCHED, **answer(response))
            item.add_page(reading.paragraphs, self._address.site)
