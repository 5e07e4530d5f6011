"""The spider: from list pages, sitemaps and other stories to every story of a site."""

from __future__ import annotations

import hashlib
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider, DontCloseSpider

from slqncy.archive import ArchiveError
from slqncy.extensions.run import Run
from slqncy.extensions.stop import StoppedError
from slqncy.extract.pagination import page_number
from slqncy.guards.codings import CodingError
from slqncy.middlewares.robots import ForbiddenByRobotsError, Parser
from slqncy.reading.links import story_urls
from slqncy.reading.page import read_here, read_list_page, read_part_page, read_story_page
from slqncy.reasons import EventKind, Failure, PageKind, Rejection, State
from slqncy.records import MAX_LINE_BYTES
from slqncy.spiders.arguments import parse_arguments
from slqncy.spiders.backfill import Backfill
from slqncy.spiders.frontier import Page
from slqncy.spiders.replay import Replay, Replayed, lone_page
from slqncy.spiders.responses import (
    answer,
    date_captured,
    failure_of,
    is_not_modified,
    is_refused,
    parse_limits,
    refusal,
    served,
    story_item,
    unread_item,
    validators,
)
from slqncy.spiders.scope import Scope
from slqncy.spiders.sitemaps import SitemapError, read_sitemap
from slqncy.spiders.sweep import Sweep

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser
    from twisted.python.failure import Failure as TwistedFailure

    from slqncy.archive.ledger import Known
    from slqncy.extract.walls import Wall
    from slqncy.guards.markup import Limits
    from slqncy.items import Fetched, StoryItem
    from slqncy.reading.links import LinkedStories
    from slqncy.reading.page import Reader, Reading, Served
    from slqncy.sites import Address
    from slqncy.spiders.frontier import Listing

    Results = Iterator[StoryItem | Request]

_OK, _NOT_MODIFIED = 200, 304
_KEPT = {State.ARCHIVED, State.DUPLICATE}
"""States in which the archive has what the page said, so that a 304 stands for it."""

_SETTLED = {*_KEPT, State.REJECTED, State.GONE}
"""States of an address that has lines: it was read as a story before it was read as a list page."""


class StoriesSpider(Spider):
    """Archives the stories of one site. A request's `cb_kwargs["url"]` is the canonical URL of the page it is for."""

    name = "stories"

    def __init__(self, **given: str) -> None:
        """Raises ArgumentError, or SiteError."""
        super().__init__()
        self.raw_arguments = given
        self.arguments = parse_arguments(given)
        self.address = self.arguments.address
        self.reader: Reader = read_here

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's way to make a component."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._robots_parsed, signals.robots_parsed)  # noqa: SLF001
        crawler.signals.connect(spider._idle, signals.spider_idle)  # noqa: SLF001
        return spider

    @property
    def run(self) -> Run:
        """The run this spider works for."""
        run = self.crawler.get_extension(Run)
        assert run is not None
        return run

    @cached_property
    def _limits(self) -> Limits:
        return parse_limits(self.settings)

    async def start(self) -> AsyncIterator[StoryItem | Request]:
        """The section pages and the home page; sitemaps follow when robots.txt is read. Or what captures hold."""
        if not self.run.is_open:
            return
        if not self.arguments.asks_site:
            self._scope: Scope = (replayed := Replayed(self.run, self.arguments, self.settings))
            async for item in self._replay(replayed) if self.arguments.warcs else Backfill(self).items():
                yield item
            return
        self._scope = (Sweep if self.arguments.ids else Scope)(self.run, self.arguments, self.settings)
        if share := self.run.share:
            if share.readings_before:
                self._scope.take_up(share.readings_before)
            share.readings = self._scope.readings
        self._scope.add_starts()
        for request in self._release():
            yield request

    def _replay(self, scope: Replayed) -> AsyncIterator[StoryItem]:
        read_list = partial(self._read_list, listing=lone_page())
        read: dict[PageKind, Callable[..., Results]] = {
            PageKind.STORY: self._read_story, PageKind.SITEMAP: self._read_sitemap,
            PageKind.FRONT: read_list, PageKind.LIST: read_list,
        }  # fmt: skip
        replay = Replay(self, scope, read)
        self.reader = replay.read
        # Where the run is told to stop, nobody goes through the items to their end.
        self.crawler.signals.connect(replay.close, signals.spider_closed)
        return replay.items()

    # Requests

    def _release(self) -> list[Request]:
        # All at once: what is asked for counts as pending before another answer may release more.
        requests = [self._due_request(due) for due in self._scope.release()]
        self.run.outlook = self._scope.outlook
        return requests

    def _due_request(self, due: Known | Page) -> Request:
        if not isinstance(due, Page):
            return self._ticket(due.url, PageKind.STORY) if self.run.share else self._story_request(due)
        if self.run.share:
            return self._ticket(due.url, due.kind, due.listing.front if due.listing else "")
        return self._page_request(due.url, due.kind, due.listing)

    def _ticket(self, url: str, kind: PageKind, front: str = "") -> Request:
        """What another worker can make a request of, as `ask` does."""
        meta = {"ticket": True, "kind": kind.value, "front": front}
        return Request(self.address.served(url), cb_kwargs={"url": url}, meta=meta)

    def ask(self, url: str, kind: PageKind, front: str) -> Request | None:
        """The request for a page of a kind, of the list with this front page if it is of any.

        None where reading the page has hung meanwhile.
        """
        known = self._scope.meet_again(url) if kind is PageKind.STORY else self.run.found(url, kind)
        if self.run.passes_over(known):
            self.run.drop(url)
            return None
        if kind is PageKind.STORY:
            return self._story_request(known)
        return self._page_request(url, kind, self._scope.listing(front) if front else None)

    def _story_request(self, known: Known) -> Request:
        return self._request(known, PageKind.STORY, self._read_story, conditional=known.state in _KEPT)

    def _page_request(self, url: str, kind: PageKind, listing: Listing | None) -> Request:
        known = self._known(url)
        if listing is None:
            return self._request(known, kind, self._read_sitemap, conditional=True)
        # Where the reading before was cut short, all links of a page are wanted, changed or not.
        return self._request(known, kind, self._read_list, conditional=listing.is_complete, listing=listing)

    def _request(
        self, known: Known, kind: PageKind, read: Callable[..., Results], *, conditional: bool = False, **kwargs: Any
    ) -> Request:
        """A request; a conditional one may be answered with 304, which stands for what is known of the page."""
        self.run.asked(known, kind)
        return Request(
            self.address.served(known.url),
            headers=validators(known) if conditional and not self.arguments.full else None,
            callback=self._answered,
            errback=self._not_answered,
            cb_kwargs={"url": known.url, "read": read, **kwargs},
            meta={"kind": kind.value},
        )

    def _answered(self, response: Response, read: Callable[..., Results], **kwargs: Any) -> Results:
        try:
            self.run.begin_reading(kwargs["url"])
            yield from read(response, **kwargs)
            self.run.end_reading()
            self._go_further(kwargs["url"])
        except ArchiveError as error:
            self.run.stop_for_disk(error)
            raise CloseSpider("disk_error") from error

    def _not_answered(self, failure: TwistedFailure) -> Results:
        request: Request = failure.request  # type: ignore[attr-defined]
        url, error = request.cb_kwargs["url"], failure.value
        if isinstance(error, StoppedError):
            return
        try:
            detail = str(error) or type(error).__name__
            fetched: Fetched | None = request.meta.get("fetched")
            if isinstance(error, ForbiddenByRobotsError):
                self.run.forbidden(url, str(error))
            elif fetched and fetched.refused and request.meta["kind"] == PageKind.STORY:
                yield self.unread(url, request.url, fetched, detail)
            else:
                self.run.failed(url, failure_of(error), detail)
            if item := request.cb_kwargs.get("item"):
                self.run.failed(item.story.canonical_url, Failure.INCOMPLETE, f"{url}: {error}")
            if listing := request.cb_kwargs.get("listing"):
                self._failed_page(listing)
            self._go_further(url)
        except ArchiveError as archive_error:
            self.run.stop_for_disk(archive_error)
            raise CloseSpider("disk_error") from archive_error

    def _idle(self) -> None:
        """What was asked for led no further, so ask for more."""
        if not self.run.is_open:
            return
        if self._ask():
            raise DontCloseSpider

    def _go_further(self, url: str) -> None:
        """A page is read: ask for what is next."""
        # Not handed to Scrapy with what the page brought: by then it is queued, and nothing of it is forgotten.
        self._ask()
        self.run.handled(url)

    def _ask(self) -> bool:
        """Ask for what is next. Gives whether there is anything."""
        assert self.crawler.engine is not None
        requests = self._release()
        for request in requests:
            self.crawler.engine.crawl(request)
        return bool(requests)

    def _robots_parsed(self, robotparser: RobotParser) -> None:
        """Queue the sitemaps that robots.txt names."""
        if isinstance(robotparser, Parser):
            self._scope.add_sitemaps(robotparser.rules.sitemaps)

    # Pages

    def served(self, response: Response, url: str, address: Address) -> Served:
        """A response for the canonical URL `url` as it is read."""
        return served(response, url, address, self._limits)

    def read(self, how: Callable[[Served], Reading], response: Response, url: str) -> Reading:
        """What the page says that answered for the canonical URL `url`."""
        reading = self.reader(how, self.served(response, url, self.address))
        if reading.refused:
            self.run.count("guard/markup")
        return reading

    def _read_list(self, response: Response, url: str, listing: Listing) -> Results:
        known = self._known(url)
        if is_not_modified(response):
            self._not_modified(known)
            self._scope.complete(listing)
            return
        if not self._is_there(response, url):
            self._failed_page(listing)
            return
        reading = self.read(read_list_page, response, url)
        listed = set(reading.further)
        stories = [story for story in self._stories(reading.stories) if story not in listed]
        wall = None if stories else reading.wall
        if reading.refused or wall:
            reason = Failure.SERVER_ERROR if wall else Failure.UNREADABLE
            self.run.failed(url, reason, reading.refused or "no list", response.status, wall=wall)
            self._failed_page(listing)
            return
        if url == listing.front:
            # Before anything on it is known: what is known now is the least boundary of the next reading.
            self._scope.open(listing, known)
        numbers = self._scope.meet_stories(stories, url)
        for section, section_url in reading.sections:
            self._scope.meet_section(section, section_url, url)
        digest = hashlib.sha256("\n".join(stories).encode()).hexdigest() if stories else ""
        # Stories first: a page that was read is one whose stories are known.
        state = None if known.state in _SETTLED else State.FETCHED
        self.run.answered(url, EventKind.FETCHED, state=state, stories=len(stories), hash=digest, **answer(response))
        is_old = listing.confirms(numbers) or (listing.is_complete and digest == known.hash != "")
        if listing.shows_new(numbers) and not is_old:
            for further_url in self._next_pages(reading.further, url, listing):
                self._scope.add_list_page(further_url, listing, url)
        self._scope.complete(listing)
        yield from ()

    def _next_pages(self, further: list[str], url: str, listing: Listing) -> list[str]:
        """Which further pages to queue: where news end on some page, only the next one if it is plain which that is."""
        unseen = [page for page in further if not self._scope.frontier.has_page(page)]
        if len(unseen) > 1 and listing.confirmed is not None:
            here, there = page_number(url), page_number(unseen[0])
            # The second page is number 2 on most sites, and number 1 on those that count the first one as 0.
            if there is not None and there in ({1, 2} if url == listing.front else {(here or 0) + 1}):
                return unseen[:1]
        return unseen

    def _failed_page(self, listing: Listing) -> None:
        listing.has_gaps = True
        self._scope.complete(listing)

    def _read_sitemap(self, response: Response, url: str) -> Results:
        known = self._known(url)
        if is_not_modified(response):
            self._not_modified(known)
            self._scope.add_known_sitemaps(known)
            return
        if not self._is_there(response, url):
            return
        try:
            sitemap = read_sitemap(response.body, self.settings.getint("DOWNLOAD_MAXSIZE"))
        except (SitemapError, CodingError) as error:
            self.run.failed(url, failure_of(error), str(error), response.status)
            return
        stories: list[int] = []
        within = filter(None, map(self.address.canonical, sitemap.urls))
        if sitemap.is_index:
            self._scope.add_sitemaps(within, url)
        else:
            stories = self._scope.meet_stories(story_urls(within, self.address), url)
        self.run.answered(url, EventKind.FETCHED, state=State.FETCHED, stories=len(stories), **answer(response))
        yield from ()

    def _read_story(self, response: Response, url: str) -> Results:
        if is_not_modified(response):
            self._not_modified(self._known(url))
            return
        if is_refused(response):
            self._refused(url, response)
            return
        reading = self.read(read_story_page, response, url)
        item = story_item(response, url, reading, self.address, spider=self.name, run_id=self.run.id)
        found = self._stories(reading.stories)
        target = self.address.canonical(response.url)
        if target != url:
            item.reject(Rejection.REDIRECTED, f"to {response.url}")
            found = [*story_urls([target] if target else [], self.address), *found]
        self._scope.meet_stories(found, url, queue=self.arguments.max_pages is None)
        if item.rejection:
            yield item
        else:
            yield from self._go_on(reading.following, url, item)

    def _read_part(self, response: Response, url: str, item: StoryItem) -> Results:
        """A second or later page of a long story; the story is whole or it is not archived."""
        if response.status != _OK:
            reason = refusal(response) if is_refused(response) else Failure.MISSING
            self.failed_part(url, item, reason, f"HTTP {response.status}", response.status)
            return
        if self.address.canonical(response.url) != url:
            self.failed_part(url, item, Failure.MISSING, f"redirected to {response.url}", response.status)
            return
        reading = self.read(read_part_page, response, url)
        if reading.noarchive:
            self.failed_part(url, item, Failure.UNREADABLE, reading.noarchive, response.status)
            return
        if reading.wall:
            self.failed_part(url, item, Failure.SERVER_ERROR, "no story", response.status, wall=reading.wall)
            return
        if reading.refused or not reading.paragraphs:
            self.failed_part(url, item, Failure.UNREADABLE, reading.refused or "no text", response.status)
            return
        self.run.answered(
            url, EventKind.FETCHED, state=State.FETCHED, http_status=response.status,
            date_captured=date_captured(response),
        )  # fmt: skip
        item.add_page(reading.paragraphs, self.address.site)
        yield from self._go_on(reading.following, url, item)

    def unread(self, url: str, served_at: str, fetched: Fetched, detail: str) -> StoryItem:
        """The item of a story page that came, and that nobody is to read."""
        return unread_item(url, served_at, fetched, detail, self.address, spider=self.name, run_id=self.run.id)

    def failed_part(
        self, url: str, item: StoryItem, reason: Failure, detail: str, status: int | None = None, *,
        wall: Wall | None = None,
    ) -> None:  # fmt: skip
        """A further page could not be had, and the story with it."""
        self.run.failed(url, reason, detail, status, wall=wall)
        self.run.failed(item.story.canonical_url, Failure.INCOMPLETE, f"{url}: {detail}")

    def _go_on(self, following: str | None, url: str, item: StoryItem) -> Results:
        """The request for the page of a story that follows the page `url`, or the story where none does."""
        # Of a text that is longer than a line nothing more is wanted: it is rejected as it is.
        is_too_long = sum(map(len, item.lines)) + len(item.lines) > MAX_LINE_BYTES
        if following is None or is_too_long or item.parts >= self.settings.getint("STORY_MAX_PAGES"):
            yield item
            return
        known = self.run.found(following, PageKind.PART, item.story.id, url)
        if self.run.passes_over(known):
            self.run.failed(item.story.canonical_url, Failure.INCOMPLETE, f"{following}: reading it hung")
        else:
            yield self._request(known, PageKind.PART, self._read_part, item=item)

    # What they have in common

    def _known(self, url: str) -> Known:
        known = self.run.archive.known(url)
        assert known is not None
        return known

    def _stories(self, linked: LinkedStories) -> list[str]:
        return linked.beside(self._scope.frontier.pages)

    def _not_modified(self, known: Known) -> None:
        """The page is as it was when it was read, and so are the stories it links."""
        self.run.count("known", known.stories or 0)
        self.run.answered(known.url, EventKind.NOT_MODIFIED, http_status=_NOT_MODIFIED)

    def _is_there(self, response: Response, url: str) -> bool:
        """Whether a list page or sitemap was delivered; if not, that is its outcome."""
        if response.status == _OK:
            return True
        if is_refused(response):
            self._refused(url, response)
        else:
            self.run.failed(url, Failure.MISSING, f"HTTP {response.status}", response.status)
        return False

    def _refused(self, url: str, response: Response) -> None:
        """The server gives no page for now; what it shows in its place may say why."""
        wall = self.read(read_list_page, response, url).wall
        self.run.failed(url, refusal(response), f"HTTP {response.status}", response.status, wall=wall)
