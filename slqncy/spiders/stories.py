"""The spider: from list pages, sitemaps and other stories to every story of a site."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider, signals
from scrapy.exceptions import DontCloseSpider, IgnoreRequest, ResponseDataLossError
from scrapy.robotstxt import ProtegoRobotParser

from slqncy.download import StoppedError
from slqncy.extensions.run import Run
from slqncy.extract.boilerplate import join_pages
from slqncy.extract.links import Link, page_links
from slqncy.extract.page import parse_page
from slqncy.extract.pagination import list_pages, page_number
from slqncy.extract.reading import read_story
from slqncy.middlewares.robots import ForbiddenByRobotsError, RobotsUnavailableError
from slqncy.middlewares.site import OffSiteError
from slqncy.reasons import EventKind, Exclusion, Failure, PageKind, Rejection, State
from slqncy.spiders.arguments import parse_arguments
from slqncy.spiders.frontier import Frontier, Listing, Page
from slqncy.spiders.responses import answer, header, story_item, validators
from slqncy.spiders.sitemaps import SitemapError, read_sitemap

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser
    from twisted.python.failure import Failure as TwistedFailure

    from slqncy.archive.ledger import Known
    from slqncy.extract.page import Page as HtmlPage
    from slqncy.items import StoryItem

_OK, _NOT_MODIFIED, _TOO_MANY, _SERVER_ERROR = 200, 304, 429, 500
_STAY_AWAY = {403, 429}
_KEPT = {State.ARCHIVED, State.DUPLICATE}
"""States in which the archive has what the page said."""
_DEALT_WITH = {*_KEPT, State.REJECTED, State.GONE}


class StoriesSpider(Spider):
    """Archives the stories of one site. A request's `cb_kwargs["url"]` is the canonical URL of the page it is for."""

    name = "stories"

    def __init__(self, **given: str) -> None:
        """Raises ArgumentError, or SiteError."""
        super().__init__()
        self.raw_arguments = given
        self.arguments = parse_arguments(given)
        self.address = self.arguments.address

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
        """The section pages and the home page; sitemaps follow when robots.txt is read."""
        self._frontier = Frontier(
            self._due,
            self.run.archive.known_by_id,
            self._accepts,
            max_stories=self.arguments.max_stories,
            most_pending=max(1, self.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")),
        )
        self._sitemaps_left = self.settings.getint("SITEMAP_MAX_FILES")
        for section in self.arguments.sections or self.address.site.sections:
            self._add_front(self.address.section_url(section))
        self._add_front(self.address.home_url())
        if self.arguments.sections is None:
            # A home page that answers 304 does not show the sections it led to before.
            for known in self.run.archive.of_kind(PageKind.FRONT):
                self._add_front(known.url)
        for request in self._release():
            yield request

    # What to ask for

    def _due(self, after: tuple[int, int], most: int) -> list[Known]:
        """Stories of earlier runs that are due; under max_pages only those are asked for that lists show."""
        if self.arguments.max_pages is not None:
            return []
        return self.run.archive.due(after, int(self.run.started.timestamp()), most)

    def _accepts(self, story: Known) -> bool:
        """Whether this run is to ask for a story it has not met before."""
        address = self.address.story(story.url)
        if address is None:
            return False
        if self.arguments.sections is not None and address.section not in self.arguments.sections:
            self._exclude(story)
            return False
        if self.arguments.full or (story.due is not None and story.due <= self.run.started.timestamp()):
            return True
        self.run.count("known", story.state in _DEALT_WITH)
        return False

    def _exclude(self, known: Known) -> None:
        if known.state is State.FOUND:
            self.run.happened(EventKind.EXCLUDED, known, state=State.EXCLUDED, reason=Exclusion.ARGUMENT)

    def _meet(self, urls: Iterable[str], via: str, *, queue: bool = True) -> list[int]:
        """Know stories, and queue those that this run is to ask for. Gives their numbers."""
        numbers = []
        for url in urls:
            address = self.address.story(url)
            assert address is not None
            story = self.run.found(url, PageKind.STORY, self.address.story_name(address), via)
            numbers.append(story.id)
            if queue and self._frontier.see(story) and self._accepts(story):
                self._frontier.add_story(story)
        return numbers

    def _meet_section(self, section: str, url: str, via: str) -> None:
        if self.arguments.sections is None:
            self._add_front(url, via)
        elif section not in self.arguments.sections:
            self._exclude(self.run.found(url, PageKind.FRONT, via=via))

    def _add_front(self, url: str, via: str = "") -> None:
        known = self.run.found(url, PageKind.FRONT, via=via)
        most_pages = self.arguments.max_pages or self.settings.getint("LIST_MAX_PAGES")
        listing = Listing(url, most_pages)
        if not self.arguments.full:
            listing.is_complete, listing.confirmed = known.is_complete, known.confirmed
        self._frontier.add_page(Page(url, PageKind.FRONT, listing))

    def _add_sitemaps(self, urls: Iterable[str], via: str = "") -> None:
        for found in urls:
            url = self.address.canonical(found)
            if url and self._sitemaps_left:
                self.run.found(url, PageKind.SITEMAP, via=via)
                if not self._frontier.has_page(url):
                    self._sitemaps_left -= 1
                    self._frontier.add_page(Page(url, PageKind.SITEMAP))

    def _release(self) -> Iterator[Request]:
        run = self.run
        for due in self._frontier.release(run.stories_archived, run.pending, run.stories_pending):
            if isinstance(due, Page):
                known = run.archive.known(due.url)
                assert known is not None
                callback = self._sitemap if due.kind is PageKind.SITEMAP else self._list_page
                may_be_known = due.listing is None or due.listing.is_complete
                kwargs = {"listing": due.listing} if due.listing else {}
                yield self._request(known, callback, conditional=may_be_known, **kwargs)
            else:
                yield self._request(due, self._story_page, conditional=due.state in _KEPT)

    def _request(self, known: Known, callback: Any, *, conditional: bool = False, **kwargs: Any) -> Request:
        """A request; a conditional one may be answered with 304, which stands for what is known of the page."""
        self.run.asked(known)
        return Request(
            self.address.served(known.url),
            headers=validators(known) if conditional and not self.arguments.full else None,
            callback=callback,
            errback=self._no_answer,
            cb_kwargs={"url": known.url, **kwargs},
        )

    def _idle(self) -> None:
        """What was asked for led no further, so ask for more."""
        assert self.crawler.engine is not None
        requests = list(self._release())
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def _robots_parsed(self, robotparser: RobotParser) -> None:
        """Ask for the sitemaps that robots.txt names; they show a whole site at once, so not under max_pages."""
        if self.arguments.max_pages is None and isinstance(robotparser, ProtegoRobotParser):
            self._add_sitemaps(robotparser.rp.sitemaps)

    # Responses

    def _list_page(self, response: Response, url: str, listing: Listing) -> Iterator[Request]:
        self._read_list_page(response, url, listing)
        yield from self._release()

    def _read_list_page(self, response: Response, url: str, listing: Listing) -> None:
        known = self.run.archive.known(url)
        assert known is not None
        if _is_not_modified(response):
            self.run.count("known", known.stories or 0)
            self.run.answered(url, EventKind.NOT_MODIFIED, http_status=_NOT_MODIFIED)
            self._finish_page(listing)
            return
        if not self._is_there(response, url):
            self._finish_page(listing, failed=True)
            return
        if url == listing.front:
            # Before anything on it is known: what is known now is the boundary of the next reading.
            self.run.happened(EventKind.OPENED, known)
        page = self._page(response, url)
        links = self._links(page)
        further = [link for link in list_pages(page, links) if not self._is_story_link(link, links)]
        stories = [story for story in self._stories(links) if story not in further]
        numbers = self._meet(stories, url)
        for link in links:
            if section := self.address.section(link.url):
                self._meet_section(section, link.url, url)
        digest = hashlib.sha256("\n".join(stories).encode()).hexdigest() if stories else ""
        # Stories first: a page that was read is one whose stories are known.
        self.run.answered(url, EventKind.FETCHED, state=State.FETCHED, stories=len(stories), hash=digest,
                          **answer(response))  # fmt: skip
        is_old = listing.confirms(numbers) or (listing.is_complete and digest == known.hash != "")
        if listing.shows_new(numbers) and not is_old:
            for further_url in self._next_pages(further, url, listing):
                self.run.found(further_url, PageKind.LIST, via=url)
                self._frontier.add_page(Page(further_url, PageKind.LIST, listing))
        self._finish_page(listing)

    def _next_pages(self, further: list[str], url: str, listing: Listing) -> list[str]:
        """Which further pages to queue: where news end on some page, only the next one if it is plain which that is."""
        unseen = [page for page in further if not self._frontier.has_page(page)]
        if len(unseen) > 1 and listing.confirmed is not None:
            here, there = page_number(url), page_number(unseen[0])
            # The second page is number 2 on most sites, and number 1 on those that count the first one as 0.
            if there is not None and there in ({1, 2} if url == listing.front else {(here or 0) + 1}):
                return unseen[:1]
        return unseen

    def _finish_page(self, listing: Listing, *, failed: bool = False) -> None:
        """Count a page of a list as answered; with the last one, the list is read as far as it needs to be."""
        listing.unread -= 1
        listing.has_gaps |= failed
        if not listing.unread and not listing.has_gaps and self.arguments.max_pages is None:
            known = self.run.archive.known(listing.front)
            assert known is not None
            if not known.is_complete:
                self.run.happened(EventKind.COMPLETED, known)

    def _sitemap(self, response: Response, url: str) -> Iterator[Request]:
        self._read_sitemap(response, url)
        yield from self._release()

    def _read_sitemap(self, response: Response, url: str) -> None:
        known = self.run.archive.known(url)
        assert known is not None
        if _is_not_modified(response):
            self.run.count("known", known.stories or 0)
            self.run.answered(url, EventKind.NOT_MODIFIED, http_status=_NOT_MODIFIED)
            self._add_sitemaps(
                child.url for child in self.run.archive.of_kind(PageKind.SITEMAP) if child.via == known.id
            )
            return
        if not self._is_there(response, url):
            return
        try:
            sitemap = read_sitemap(response.body, self.settings.getint("DOWNLOAD_MAXSIZE"))
        except SitemapError as error:
            self.run.failed(url, Failure.UNREADABLE, str(error), response.status)
            return
        stories: list[int] = []
        if sitemap.is_index:
            self._add_sitemaps(sitemap.urls, url)
        else:
            stories = self._meet(self._story_urls(filter(None, map(self.address.canonical, sitemap.urls))), url)
        self.run.answered(url, EventKind.FETCHED, state=State.FETCHED, stories=len(stories), **answer(response))

    def _story_page(self, response: Response, url: str) -> Iterator[StoryItem | Request]:
        yield from self._read_story_page(response, url)
        yield from self._release()

    def _read_story_page(self, response: Response, url: str) -> Iterator[StoryItem | Request]:
        if _is_not_modified(response):
            self.run.answered(url, EventKind.NOT_MODIFIED, http_status=_NOT_MODIFIED)
            return
        if _is_refused(response):
            self.run.failed(url, _refusal(response), f"HTTP {response.status}", response.status)
            return
        page = self._page(response, url)
        item = story_item(response, url, page, self.address, spider=self.name, run_id=self.run.id)
        links = self._links(page)
        found = self._stories(links)
        target = self.address.canonical(response.url)
        if target != url:
            item.reject(Rejection.REDIRECTED, f"to {response.url}")
            found = [*self._story_urls([target] if target else []), *found]
        self._meet(found, url, queue=self.arguments.max_pages is None)
        yield (None if item.rejection else self._next_part(links, url, item)) or item

    def _part(self, response: Response, url: str, item: StoryItem) -> Iterator[StoryItem | Request]:
        """A second or later page of a long story; the story is whole or it is not archived."""
        if response.status != _OK:
            detail = f"HTTP {response.status}"
            self.run.failed(url, Failure.MISSING, detail, response.status)
            self.run.failed(item.story.canonical_url, Failure.INCOMPLETE, f"{url}: {detail}")
        else:
            self.run.answered(url, EventKind.FETCHED, state=State.FETCHED, http_status=response.status)
            page = self._page(response, url)
            paragraphs = read_story(page, self.address.site, item.downloaded).paragraphs
            item.lines = join_pages(item.lines, paragraphs, self.address.site)
            item.parts += 1
            yield self._next_part(self._links(page), url, item) or item
        yield from self._release()

    def _no_answer(self, failure: TwistedFailure) -> Iterator[Request]:
        request: Request = failure.request  # type: ignore[attr-defined]
        url, error = request.cb_kwargs["url"], failure.value
        if isinstance(error, StoppedError):
            return
        if isinstance(error, ForbiddenByRobotsError):
            self.run.forbidden(url, str(error))
        else:
            self.run.failed(url, _reason(error), str(error) or type(error).__name__)
        if item := request.cb_kwargs.get("item"):
            self.run.failed(item.story.canonical_url, Failure.INCOMPLETE, f"{url}: {error}")
        if listing := request.cb_kwargs.get("listing"):
            self._finish_page(listing, failed=True)
        yield from self._release()

    # Reading

    def _page(self, response: Response, url: str) -> HtmlPage:
        """The page, under its canonical address, so that relative links are the site's own wherever it is served."""
        canonical = self.address.canonical(response.url) or url
        return parse_page(response.body, canonical, header(response, "Content-Type"))

    def _links(self, page: HtmlPage) -> list[Link]:
        """The page's links within the site, by their canonical URLs."""
        links = ((link, self.address.canonical(link.url)) for link in page_links(page))
        return [replace(link, url=url) for link, url in links if url]

    def _stories(self, links: Iterable[Link]) -> list[str]:
        """Canonical URLs of the stories linked, each once; a list page may have the address of a story."""
        return self._story_urls(
            link.url
            for link in links
            if not self._frontier.has_page(link.url) and not self._is_numbered(link, link.url)
        )

    def _story_urls(self, urls: Iterable[str]) -> list[str]:
        """Canonical URLs of the stories that canonical URLs belong to, each once."""
        stories = map(self.address.story, urls)
        return list(dict.fromkeys(self.address.story_url(story) for story in stories if story))

    def _is_story_link(self, url: str, links: Iterable[Link]) -> bool:
        """Whether a URL of the story grammar is a story; a numbered link to that number is a list page."""
        return self.address.story(url) is not None and not any(self._is_numbered(link, url) for link in links)

    def _is_numbered(self, link: Link, url: str) -> bool:
        story = self.address.story(url)
        return story is not None and link.url == url and link.text == story.story_id

    def _next_part(self, links: Iterable[Link], url: str, item: StoryItem) -> Request | None:
        """A request for the page of the story that follows the page `url`, if one is linked."""
        here = self.address.story(url)
        assert here is not None
        following = replace(here, page=here.page + 1)
        if following.page <= self.settings.getint("STORY_MAX_PAGES"):
            for link in links:
                if self.address.story(link.url) == following:
                    known = self.run.found(link.url, PageKind.PART, self.address.story_name(here), url)
                    return self._request(known, self._part, item=item)
        return None

    def _is_there(self, response: Response, url: str) -> bool:
        """Whether a list page or sitemap was delivered; if not, that is its outcome."""
        if response.status == _OK:
            return True
        reason = _refusal(response) if _is_refused(response) else Failure.MISSING
        self.run.failed(url, reason, f"HTTP {response.status}", response.status)
        return False


def _is_not_modified(response: Response) -> bool:
    """Whether the page is as we know it. A 304 that nobody asked for says nothing."""
    assert response.request is not None
    asked = response.request.headers
    return response.status == _NOT_MODIFIED and ("If-None-Match" in asked or "If-Modified-Since" in asked)


def _is_refused(response: Response) -> bool:
    return response.status in {*_STAY_AWAY, _NOT_MODIFIED} or response.status >= _SERVER_ERROR


def _refusal(response: Response) -> Failure:
    told = response.status == _TOO_MANY or "Retry-After" in response.headers
    return Failure.TOLD_TO_WAIT if told else Failure.SERVER_ERROR


def _reason(error: BaseException | None) -> Failure:
    if isinstance(error, OffSiteError):
        return Failure.OFF_SITE
    if isinstance(error, ResponseDataLossError):
        return Failure.INCOMPLETE
    if isinstance(error, IgnoreRequest) and not isinstance(error, RobotsUnavailableError):
        return Failure.REDIRECTS
    return Failure.UNREACHABLE
