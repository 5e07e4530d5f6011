"""A news site of real pages' sizes, which all contenders crawl.

The stories, lists and designs are those of the demo site, in their encodings (a third is GBK); around them stands the
furniture of `benchmarks.speed.furniture`. Every story is on a list, every list ends, a list page has one address, links
lead to this site or to hosts that nobody asks. There is no sitemap and nothing that robots.txt disallows, so that
whoever follows the lists to their ends has seen every page there is.

Medians a story page, of 300 stories of 3,000 here, and of the 177 real pages of 10 to 60 kB (among 334 pages of 92
publishers, the development half of the collection that docs/extraction.md measures on):

                                 here     real
    bytes                      39,200   40,500
    tags                          460      469
    links                         126      109
    scripts (inline ones)     26 (14)   22 (6)
    script and style, bytes     8.2 %    8.5 %
    comments                       42       30
    images                         12       14
    characters of text          2,660    2,570
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from benchmarks.speed.furniture import Headline, furnish
from slqncy.demo import build_site
from slqncy.demo.plan import SECTIONS, Kind
from slqncy.demo.site import SECTION_DESIGNS

if TYPE_CHECKING:
    from slqncy.demo import DemoResponse, DemoSite
_LISTED = (Kind.STORY, Kind.COPY, Kind.MISCOUNTED, Kind.EMPTY)
_OWN = re.compile(rb'(<a [^>]*href=")http://(?:www\.)?slqncy\.com')
_FIRST_PAGE = re.compile(rb'(?<=[="])(?:/(\w+)/index_1\.html|list_1_1\.html|\?page=1)(?=")')


class Site(Protocol):
    """What is served."""

    @property
    def ready(self) -> frozenset[str]:
        """Targets whose pages are made before anybody asks."""

    def respond(self, target: str) -> DemoResponse | None:
        """The answer to GET of this path and query, with ETag and Last-Modified; None where there is nothing."""


@dataclass(frozen=True)
class NewsSite:
    """The pages of so many stories."""

    demo: DemoSite

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Addresses of the stories, newest first."""
        return tuple(entry.path for entry in self.demo.entries if entry.kind in _LISTED)

    @cached_property
    def ready(self) -> frozenset[str]:
        """Every HTML page: the home page, list pages, stories."""
        all_stories = {entry.path for entry in self.demo.entries}
        lists = {path for path in self.demo.paths if path.split("/")[1] in SECTIONS} - all_stories
        return frozenset({"/", *lists, *self.paths})

    def respond(self, target: str) -> DemoResponse | None:
        """The answer to GET `target`."""
        return self.page(target) if target in self.ready else None

    def page(self, target: str) -> DemoResponse:
        """A page that there is."""
        section = target.split("/")[1]
        page = self.demo.respond(target)
        codec = SECTION_DESIGNS[section].codec if section else "utf-8"
        body = _FIRST_PAGE.sub(b"/" + section.encode() + b"/", _OWN.sub(rb"\1", page.body))
        return replace(page, body=furnish(target, body, codec, self._headlines))

    @cached_property
    def _headlines(self) -> list[Headline]:
        return [Headline(entry.path, entry.story.title) for entry in self.demo.entries if entry.kind in _LISTED]


def build(stories: int) -> NewsSite:
    """A site of so many stories and a few copies of theirs. Raises ValueError for fewer than 20."""
    return NewsSite(build_site(stories))
