"""The spider: from list pages, sitemaps and other stories to every story of a site."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider, signals
from scrapy.exceptions import DontCloseSpider, IgnoreRequest, ResponseDataLossError
from scrapy.robotstxt import ProtegoRobotParser

from slqncy.archive.ledger import State
from slqncy.extensions.run import Run
from slqncy.extract.boilerplate import join_pages
from slqncy.extract.links import Link, page_links
from slqncy.extract.page import parse_page
from slqncy.extract.pagination import list_pages
from slqncy.extract.reading import read_story
from slqncy.middlewares.robots import ForbiddenByRobotsError, RobotsUnavailableError
from slqncy.middlewares.site import OffSiteError
from slqncy.reasons import Failure, Rejection
from slqncy.spiders.arguments import parse_arguments
from slqncy.spiders.frontier import Frontier, Listing, ListPage
from slqncy.spiders.responses import header, story_item
from slqncy.spiders.sitemaps import SitemapError, read_sitemap

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser
    from twisted.python.failure import Failure as TwistedFailure

    from slqncy.extract.page import Page
    from slqncy.items import StoryItem
    from slqncy.sites import StoryAddress

_OK = 200
_SERVER_ERROR = 500
_STAY_AWAY = {403, 429}
_DEALT_WITH = {State.ARCHIVED, State.DUPLICATE, State.REJECTED}


class StoriesSpider(Spider):
    """Archives the stories of one site. A request's `cb_kwargs["url"]` is the canonical URL of the page it is for."""

    name = "stories"

    def __init__(self, **given: str) -> None:
        """Raises ArgumentError, or SiteError."""
        super().__init__()
        self.raw_arguments = given
        self.arguments = parse_arguments(given)
        self.address = self.arguments.address
        self._frontier = Frontier(self.arguments.max_stories)
        self._known: set[str] = set()
        self._sitemaps: set[str] = set()

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

    async def start(self) -> AsyncIterator[Request]:
        """What earlier runs left undone, the section pages, the home page; sitemaps follow when robots.txt is read."""
        if self.arguments.max_pages is None:
            self._queue(self.run.archive.due())
        for section in self.arguments.sections or self.address.site.sections:
            self._queue_list(self.address.section_url(section))
        self._queue_list(self.address.home_url())
        for request in self._release():
            yield request

    # Requests

    def _queue(self, stories: Iterable[str]) -> None:
        """Queue those stories that this run is to ask for."""
        for url in stories:
            story = self.address.story(url)
            if story is None or not self._is_wanted(story) or url in self._frontier or url in self._known:
                continue
            if not self.arguments.full and self.run.archive.state(url) in _DEALT_WITH:
                self._known.add(url)
                self.run.count("known")
            else:
                self._frontier.add_story(url)

    def _queue_list(self, url: str) -> None:
        most_pages = self.arguments.max_pages or self.settings.getint("LIST_MAX_PAGES")
        self._frontier.add_list_page(url, Listing(most_pages))

    def _is_wanted(self, story: StoryAddress) -> bool:
        return self.arguments.sections is None or story.section in self.arguments.sections

    def _release(self) -> Iterator[Request]:
        for due in self._frontier.release(self.run.stories_archived, self.run.stories_pending):
            if isinstance(due, ListPage):
                yield self._request(due.url, self._list_page, listing=due.listing)
            else:
                yield self._request(due, self._story_page, story=True)

    def _request(self, url: str, callback: Any, *, story: bool = False, **kwargs: Any) -> Request:
        self.run.asked(url, story=story)
        return Request(
            self.address.served(url), callback=callback, errback=self._no_answer, cb_kwargs={"url": url, **kwargs}
        )

    def _idle(self) -> None:
        """Under max_stories: what was asked for did not fill the number, so ask for more."""
        assert self.crawler.engine is not None
        requests = list(self._release())
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def _robots_parsed(self, robotparser: RobotParser) -> None:
        """Ask for the sitemaps that robots.txt names; they show a whole site at once, so not under max_pages."""
        assert self.crawler.engine is not None
        if self.arguments.max_pages is None and isinstance(robotparser, ProtegoRobotParser):
            for request in self._sitemap_requests(robotparser.rp.sitemaps):
                self.crawler.engine.crawl(request)

    def _sitemap_requests(self, urls: Iterable[str]) -> Iterator[Request]:
        for found in urls:
            url = self.address.canonical(found)
            if url and url not in self._sitemaps and len(self._sitemaps) < self.settings.getint("SITEMAP_MAX_FILES"):
                self._sitemaps.add(url)
                yield self._request(url, self._sitemap)

    # Responses

    def _list_page(self, response: Response, url: str, listing: Listing) -> Iterator[Request]:
        if not self._is_there(response, url):
            return
        self.run.answered(url, "list_page")
        page = self._page(response, url)
        links = self._links(page)
        further = [link for link in list_pages(page, links) if not self._is_story_link(link, links)]
        stories = [story for story in self._stories(links) if story not in further]
        self._note(stories)
        if listing.shows_new(set(stories)):
            for further_url in further:
                self._frontier.add_list_page(further_url, listing)
        if self.arguments.sections is None:
            for link in links:
                if self.address.section(link.url):
                    self._queue_list(link.url)
        yield from self._release()

    def _sitemap(self, response: Response, url: str) -> Iterator[Request]:
        if not self._is_there(response, url):
            return
        try:
            sitemap = read_sitemap(response.body, self.settings.getint("DOWNLOAD_MAXSIZE"))
        except SitemapError as error:
            self.run.failed(url, Failure.UNREADABLE, str(error))
            return
        self.run.answered(url, "sitemap")
        if sitemap.is_index:
            yield from self._sitemap_requests(sitemap.urls)
            return
        found = (self.address.canonical(loc) for loc in sitemap.urls)
        self._note(story for story in found if story and self.address.story(story))
        yield from self._release()

    def _story_page(self, response: Response, url: str) -> Iterator[StoryItem | Request]:
        if self._is_refused(response):
            self.run.failed(url, Failure.SERVER_ERROR, f"HTTP {response.status}")
            return
        page = self._page(response, url)
        item = story_item(response, url, page, self.address, spider=self.name, run_id=self.run.id)
        links = self._links(page)
        found = self._stories(links)
        target = self.address.canonical(response.url)
        if target != url:
            item.reject(Rejection.REDIRECTED, f"to {response.url}")
            found = [target, *found] if target and self.address.story(target) else found
        self._note(found, queue=self.arguments.max_pages is None)
        yield (None if item.rejection else self._next_page(links, url, item)) or item
        yield from self._release()

    def _further_page(self, response: Response, url: str, item: StoryItem) -> Iterator[StoryItem | Request]:
        """A second or later page of a long story; the story is whole or it is not archived."""
        if response.status != _OK:
            self.run.failed(url, Failure.MISSING, f"HTTP {response.status}")
            self.run.failed(item.story.canonical_url, Failure.INCOMPLETE, f"{url}: HTTP {response.status}")
            return
        self.run.answered(url, "further_page")
        page = self._page(response, url)
        downloaded = item.downloaded
        item.lines = join_pages(
            item.lines, read_story(page, self.address.site, downloaded).paragraphs, self.address.site
        )
        yield self._next_page(self._links(page), url, item) or item

    def _no_answer(self, failure: TwistedFailure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        url, error = request.cb_kwargs["url"], failure.value
        if isinstance(error, ForbiddenByRobotsError):
            self.run.forbidden(url)
        else:
            self.run.failed(url, _reason(error), str(error) or type(error).__name__)
        if item := request.cb_kwargs.get("item"):
            self.run.failed(item.story.canonical_url, Failure.INCOMPLETE, f"{url}: {error}")

    # Reading

    def _page(self, response: Response, url: str) -> Page:
        """The page, under its canonical address, so that relative links are the site's own wherever it is served."""
        canonical = self.address.canonical(response.url) or url
        return parse_page(response.body, canonical, header(response, "Content-Type"))

    def _links(self, page: Page) -> list[Link]:
        """The page's links within the site, by their canonical URLs."""
        links = ((link, self.address.canonical(link.url)) for link in page_links(page))
        return [replace(link, url=url) for link, url in links if url]

    def _stories(self, links: Iterable[Link]) -> list[str]:
        """Canonical URLs of the stories linked, each once; a list page may have the address of a story."""
        found: dict[str, None] = {}
        for link in links:
            story = self.address.story(link.url)
            if story and link.text != story.story_id and not self._frontier.has_list_page(link.url):
                found[self.address.story_url(story)] = None
        return list(found)

    def _note(self, stories: Iterable[str], *, queue: bool = True) -> None:
        """Remember stories found, for the next run at least, and queue those that this one is to ask for."""
        stories = list(stories)
        self.run.archive.add_found(stories)
        if queue:
            self._queue(stories)

    def _next_page(self, links: Iterable[Link], url: str, item: StoryItem) -> Request | None:
        """A request for the page of the story that follows the page `url`, if one is linked."""
        here = self.address.story(url)
        assert here is not None
        for link in links:
            there = self.address.story(link.url)
            if (
                there
                and there == replace(here, page=here.page + 1)
                and there.page <= self.settings.getint("STORY_MAX_PAGES")
            ):
                return self._request(link.url, self._further_page, item=item)
        return None

    def _is_story_link(self, url: str, links: Iterable[Link]) -> bool:
        """Whether a URL of the story grammar is a story; a numbered link to that number is a list page."""
        story = self.address.story(url)
        return story is not None and not any(link.url == url and link.text == story.story_id for link in links)

    def _is_refused(self, response: Response) -> bool:
        return response.status in _STAY_AWAY or response.status >= _SERVER_ERROR

    def _is_there(self, response: Response, url: str) -> bool:
        """Whether a list page or sitemap was delivered; if not, that is its outcome."""
        if response.status == _OK:
            return True
        reason = Failure.SERVER_ERROR if self._is_refused(response) else Failure.MISSING
        self.run.failed(url, reason, f"HTTP {response.status}")
        return False


def _reason(error: BaseException | None) -> Failure:
    if isinstance(error, OffSiteError):
        return Failure.OFF_SITE
    if isinstance(error, ResponseDataLossError):
        return Failure.INCOMPLETE
    if isinstance(error, IgnoreRequest) and not isinstance(error, RobotsUnavailableError):
        return Failure.REDIRECTS
    return Failure.UNREACHABLE
