"""A sweep: story numbers that no list mentions, asked for one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.display.progress import Outlook
from slqncy.reasons import PageKind
from slqncy.sites import NO_SECTION, StoryAddress
from slqncy.spiders.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scrapy.settings import BaseSettings

    from slqncy.archive.ledger import Known
    from slqncy.extensions.run import Run
    from slqncy.spiders.arguments import Arguments
    from slqncy.spiders.frontier import Page


class Sweep(Scope):
    """Asks for numbers, lowest first, and for nothing else; what their pages link becomes known.

    The numbers are the site's, whatever section a story is in: in one section after another, only those are asked for
    that the archive does not know in any other, or knows to be missing there.
    """

    def __init__(self, run: Run, arguments: Arguments, settings: BaseSettings) -> None:
        super().__init__(run, arguments, settings)
        site = self._address.site
        self._in_sections = (arguments.sections or site.sections) if site.names_sections else ("",)
        self._most = self._left = sum(map(len, arguments.ids)) * len(self._in_sections)
        self._stories = self._numbered()

    def add_starts(self) -> None:
        """A sweep reads no lists."""

    def add_sitemaps(self, urls: Iterable[str], via: str = "") -> None:
        """A sweep reads no sitemaps."""

    def meet_stories(self, urls: Sequence[str], via: str, *, queue: bool = True) -> list[int]:
        """Know the stories that a story links; an ordinary run asks for them."""
        return super().meet_stories(urls, via, queue=False)

    def release(self) -> Iterator[Known | Page]:
        """What to ask for now."""
        room = self._most_pending - len(self._run.pending)
        if self._arguments.max_stories is not None:
            room = min(room, self._arguments.max_stories - self._run.stories_archived - self._run.pending.stories)
        while room > 0 and (story := next(self._stories, None)):
            yield story
            room -= 1

    @property
    def outlook(self) -> Outlook:
        """How many numbers are left to look at, each of them once in each section."""
        if self._arguments.max_stories is not None:
            return super().outlook
        return Outlook(self._left, self._most - self._left, self._most, "numbers")

    def _numbered(self) -> Iterator[Known | None]:
        """The stories to ask for, which become known here; None where what is asked for must be answered first."""
        for section in self._in_sections:
            for numbers in self._arguments.ids:
                yield from self._in_section(section, numbers)
            while self._run.pending:
                yield None

    def _in_section(self, section: str, numbers: range) -> Iterator[Known]:
        while (number := self._next(section, numbers)) is not None:
            self._left -= number + 1 - numbers.start
            numbers = range(number + 1, numbers.stop)
            address = StoryAddress(section, str(number))
            url, name = self._address.story_url(address), self._address.story_name(address)
            story = self._run.found(url, PageKind.STORY, name)
            # A list page may have the address of a story.
            if story.kind is PageKind.STORY:
                yield story
        self._left -= len(numbers)

    def _next(self, section: str, numbers: range) -> int | None:
        site = self._address.site.name
        section = section or NO_SECTION
        return self._run.archive.next_to_ask(site, section, numbers, self._now, anew=self._arguments.full)
