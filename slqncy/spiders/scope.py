"""Which addresses a run asks for."""

from __future__ import annotations

import logging
from sys import maxsize
from typing import TYPE_CHECKING

from slqncy.archive.schedule import next_look
from slqncy.display.progress import Outlook
from slqncy.guards.mazes import calendar, maze
from slqncy.reasons import UNSETTLED, EventKind, Exclusion, PageKind, State
from slqncy.spiders.frontier import Frontier, Listing, Page
from slqncy.spiders.handover import pack, unpack
from slqncy.spiders.sections import Sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scrapy.settings import BaseSettings

    from slqncy.archive.ledger import Known
    from slqncy.extensions.run import Run
    from slqncy.spiders.arguments import Arguments

logger = logging.getLogger(__name__)

_COUNTED = {
    State.ARCHIVED: "known", State.DUPLICATE: "known", State.GONE: "known", State.FAILED: "waiting",
}  # fmt: skip
"""What a story that is linked and not due counts as."""
_MOST_MET = 10_000
"""Stories whose numbers are remembered; most that a page links the pages before it did. About 3 MB."""
_AT_A_TIME = 500
"""Stories that the ledger is asked about at once; a sitemap has 50,000."""
_MOST_TRAPS = 100
"""Addresses of mazes that a run writes down; there are more than anybody wants to read."""


class Scope:
    """Meets addresses: what was never seen becomes known to the archive, what this run is to ask for is queued."""

    def __init__(self, run: Run, arguments: Arguments, settings: BaseSettings) -> None:
        self._run = run
        self._arguments = arguments
        self._address = arguments.address
        self._now = int(run.started.timestamp())
        self._most_pages = arguments.max_pages or settings.getint("LIST_MAX_PAGES")
        # Other workers may go on with what is released, and are not to find it anew.
        self._most_pending = maxsize if run.share else max(1, settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))
        self._most_sections = settings.getint("SECTIONS_MAX")
        named = arguments.sections or arguments.address.site.sections
        self._sections = Sections(named, run.archive.story_prefixes(arguments.address.site.name), self._most_sections)
        self._listings: dict[str, Listing] = {}
        """By their front pages."""
        self._met: dict[str, int] = {}
        """Numbers of stories that this run has met, of which nothing new is said by meeting them again."""
        self._traps_left = _MOST_TRAPS
        self._warned: set[str] = set()
        self._sitemaps_left = settings.getint("SITEMAP_MAX_FILES")
        self.frontier = Frontier(
            self._due,
            run.archive.known_by_id,
            self._accepts,
            max_stories=arguments.max_stories,
            most_pending=self._most_pending,
        )

    def add_starts(self) -> None:
        """Queue the section pages and the home page."""
        for section in self._arguments.sections or self._address.site.sections:
            self.add_front(self._address.section_url(section))
        self.add_front(self._address.home_url())
        if self._arguments.sections is None:
            # A home page that answers 304 does not show the sections it led to before.
            for known in self._run.archive.of_kind(self._address.home_url(), PageKind.FRONT):
                if self._admits(known.url):
                    self.add_front(known.url)

    def add_front(self, url: str, via: str = "") -> None:
        """Queue the front page of a list."""
        known = self._run.found(url, PageKind.FRONT, via=via)
        if self._run.passes_over(known):
            return
        is_new = url not in self._listings
        listing = self.listing(url)
        if is_new and not self._arguments.full:
            listing.is_complete, listing.confirmed = known.is_complete, known.confirmed
        self.frontier.add_page(Page(url, PageKind.FRONT, listing))

    def listing(self, front: str) -> Listing:
        """The list with that front page."""
        if front not in self._listings:
            self._listings[front] = Listing(front, self._most_pages)
            # What a worker had read of it that was ended nobody remembers.
            self._listings[front].has_gaps = self._run.is_resumed
        return self._listings[front]

    def readings(self) -> bytes:
        """How far lists are read, for another worker's `take_up`."""
        return pack(self.frontier.pages, self._listings.values())

    def take_up(self, readings: bytes) -> None:
        """Go on where another worker has been."""
        left = unpack(readings)
        self._listings = {listing.front: listing for listing in left.listings}
        for url in left.pages:
            self.frontier.know_page(url)

    def meet_section(self, section: str, url: str, via: str) -> None:
        """Queue the front page of a section that is linked, if this run follows it."""
        sections, known = self._arguments.sections, self._run.archive.known(url)
        is_left_out = sections is not None and section not in sections
        # Each page links them all: none is counted twice.
        if is_left_out and known and known.state is not State.FOUND:
            return
        if self._is_trap(url, PageKind.FRONT, via) or not self._admits(url):
            return
        if is_left_out:
            self._exclude(self._run.found(url, PageKind.FRONT, via=via))
        else:
            self.add_front(url, via)

    def add_list_page(self, url: str, listing: Listing, via: str) -> None:
        """Queue a further page of a list."""
        if self.frontier.has_page(url) or self._is_trap(url, PageKind.LIST, via):
            return
        if self._run.passes_over(self._run.found(url, PageKind.LIST, via=via)):
            listing.has_gaps = True
            return
        had_gaps = listing.has_gaps
        self.frontier.add_page(Page(url, PageKind.LIST, listing))
        if listing.has_gaps and not had_gaps and self._arguments.max_pages is None:
            logger.warning("%s has more than LIST_MAX_PAGES=%d pages; the rest is not read", via, self._most_pages)

    def add_sitemaps(self, urls: Iterable[str], via: str = "") -> None:
        """Queue sitemaps; they show a whole site at once, so not under max_pages."""
        if self._arguments.max_pages is not None:
            return
        for found in urls:
            url = self._address.canonical(found)
            if not url or self.frontier.has_page(url) or self._is_trap(url, PageKind.SITEMAP, via):
                continue
            if self._sitemaps_left:
                self._sitemaps_left -= 1
                if not self._run.passes_over(self._run.found(url, PageKind.SITEMAP, via=via)):
                    self.frontier.add_page(Page(url, PageKind.SITEMAP))

    def add_known_sitemaps(self, index: Known) -> None:
        """Queue the sitemaps that an index led to before."""
        sitemaps = self._run.archive.of_kind(self._address.home_url(), PageKind.SITEMAP)
        self.add_sitemaps(sitemap.url for sitemap in sitemaps if sitemap.via == index.id)

    def meet_stories(self, urls: Sequence[str], via: str, *, queue: bool = True) -> list[int]:
        """Know stories by their canonical URLs, and queue those that this run is to ask for. Gives their numbers."""
        numbers: list[int | None] = []
        for start in range(0, len(urls), _AT_A_TIME):
            some = urls[start : start + _AT_A_TIME]
            known = self._run.archive.all_known([url for url in some if url not in self._met])
            numbers += [
                self._met.get(url) or self._meet_story(url, known.pop(url, None), via, queue=queue) for url in some
            ]
        return [number for number in numbers if number]

    def _meet_story(self, url: str, known: Known | None, via: str, *, queue: bool) -> int | None:
        address = self._address.story(url)
        assert address is not None
        name = self._address.story_name(address)
        if self._is_trap(url, PageKind.STORY, via, name):
            return None
        story = self._run.found(url, PageKind.STORY, name, via, known)
        if queue and self.frontier.see(story) and self._accepts(story):
            self.frontier.add_story(story)
        if len(self._met) >= _MOST_MET:
            self._met.clear()
        self._met[url] = story.id
        return story.id

    def meet_again(self, url: str) -> Known:
        """A story that was queued, perhaps by a worker that was ended before it could say so."""
        address = self._address.story(url)
        assert address is not None
        return self._run.found(url, PageKind.STORY, self._address.story_name(address))

    def open(self, listing: Listing, front: Known) -> None:
        """The front page of a list was answered."""
        listing.opened = self._run.archive.newest()
        self._run.happened(EventKind.OPENED, front)

    def complete(self, listing: Listing) -> None:
        """A page of a list was answered; with the last one, the list is read as far as it needs to be."""
        listing.unread -= 1
        if not listing.unread and not listing.has_gaps and self._arguments.max_pages is None:
            front = self._run.archive.known(listing.front)
            if front and not front.is_complete:
                self._run.happened(EventKind.COMPLETED, front, via=self._boundary(listing))

    def _boundary(self, listing: Listing) -> str:
        """The address up to which this reading has shown every story of the list's section, or ""."""
        section = self._address.section(listing.front)
        site = self._address.site
        prefix = f"{site.name}/{section}/" if section and site.names_sections else f"{site.name}/"
        archive = self._run.archive
        # One that was found otherwise meanwhile may be new on top, with others below it that nobody has seen.
        found = archive.stories_after(self._address.home_url(), listing.opened, prefix)
        unseen = (story for story in found if story not in listing.shown)
        boundary = archive.known_by_id(next(unseen, archive.newest() + 1) - 1)
        return boundary.url if boundary and boundary.id > listing.opened else ""

    def release(self) -> Iterator[Known | Page]:
        """What to ask for now."""
        return self.frontier.release(self._run.stories_archived, len(self._run.pending), self._run.pending.stories)

    @property
    def outlook(self) -> Outlook:
        """What is left to ask for."""
        return Outlook(len(self.frontier), self._run.stories_archived, self._arguments.max_stories or 0, "stories")

    def _due(self, after: tuple[int, int], most: int) -> list[Known]:
        """Stories of earlier runs that are due; under max_pages only those are asked for that lists show."""
        if self._arguments.max_pages is not None:
            return []
        return self._run.archive.due(self._address.home_url(), after, self._now, most)

    def _accepts(self, story: Known) -> bool:
        """Whether this run is to ask for a story it has not met before."""
        address = self._address.story(story.url)
        if address is None or story.state is State.FORGOTTEN:
            return False
        sections = self._arguments.sections
        if sections is not None and address.section and address.section not in sections:
            self._exclude(story)
            return False
        # What was taken for a trap, and is none by what is known now, was never asked for.
        was_trap = story.state is State.EXCLUDED and story.reason == Exclusion.TRAP
        # Templates link numbers before there is a story, for longer than it is looked for.
        is_missed = story.due is None and story.state in {State.REJECTED, State.GONE}
        due = next_look(story.last) if is_missed else story.due
        is_due = self._arguments.full or was_trap or (due is not None and due <= self._now)
        if is_due and not self._run.passes_over(story):
            return True
        if story.state in _COUNTED:
            self._run.count(_COUNTED[story.state])
        return False

    def _admits(self, url: str) -> bool:
        """Whether the front page of a section may be queued, and is not yet."""
        known = self._run.archive.known(url)
        if self.frontier.has_page(url) or (known and self._run.passes_over(known)):
            return False
        if self._sections.admits(url, known, self._address):
            return True
        self._run.count("guard/sections")
        if "sections" not in self._warned:
            self._warned.add("sections")
            logger.warning(
                "The site has more than SECTIONS_MAX=%d sections of which no story is known; the rest is not read",
                self._most_sections,
            )
        return False

    def _is_trap(self, url: str, kind: PageKind, via: str, story_id: str = "") -> bool:
        """Whether an address, of which no page is known, goes round in circles; then it is not asked for."""
        what = maze(url)
        if kind is not PageKind.STORY:
            what = what or calendar(url, self._run.started.year)
        known = self._run.archive.known(url) if what else None
        if not what or (known and known.state not in UNSETTLED):
            return False
        self._run.count("guard/mazes")
        if what not in self._warned:
            self._warned.add(what)
            logger.warning("Not asked for, and neither is what is like it: %s, %s", url, what)
        if known is None and self._traps_left:
            self._traps_left -= 1
            trap = self._run.found(url, kind, story_id, via)
            self._run.happened(EventKind.EXCLUDED, trap, state=State.EXCLUDED, reason=Exclusion.TRAP, detail=what)
        return True

    def _exclude(self, known: Known) -> None:
        if known.state is State.FOUND:
            self._run.happened(EventKind.EXCLUDED, known, state=State.EXCLUDED, reason=Exclusion.ARGUMENT)
