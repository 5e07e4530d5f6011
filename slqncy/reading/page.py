"""Reading a page: of one that was served, all that a crawl goes by. Pure functions, whose results can be pickled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from slqncy.extract.boilerplate import strip
from slqncy.extract.directives import read_directives
from slqncy.extract.lines import page_lines
from slqncy.extract.page import parse_page
from slqncy.extract.pagination import list_pages
from slqncy.extract.reading import read_and_strip, read_story
from slqncy.extract.sniff import is_html
from slqncy.extract.walls import find_wall
from slqncy.reading.links import links_within, next_part, stories_linked, without_stories
from slqncy.reasons import Rejection

if TYPE_CHECKING:
    from collections.abc import Callable

    from slqncy.dedup import Compared
    from slqncy.extract.boilerplate import Stripped
    from slqncy.extract.directives import Directives
    from slqncy.extract.links import Link
    from slqncy.extract.page import Page
    from slqncy.extract.story import Extracted
    from slqncy.extract.walls import Wall
    from slqncy.guards.markup import Limits
    from slqncy.reading.links import LinkedStories
    from slqncy.sites import Address

_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A page as it was served: all that reading it depends on."""

    url: str
    """Canonical URL of the page that was asked for."""
    base: str
    """Canonical URL of where it was served, from which relative links start."""
    address: Address
    limits: Limits
    """What it may have at most to be parsed."""
    status: int
    content_type: str
    robots_tags: list[bytes]
    """Its X-Robots-Tag headers."""
    body: bytes
    """Its content coding undone."""
    at: datetime
    """When it was asked for; aware."""
    date_captured: str = ""
    """When a web archive had it from the site (RFC 3339, UTC), or "" where the site itself gave it."""
    directives: Directives | None = None
    """What it asks of robots, where it was looked into for that."""

    @property
    def as_of(self) -> datetime:
        """When the site said so; aware."""
        return datetime.fromisoformat(self.date_captured) if self.date_captured else self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReading:
    """What a page of a list leads to, or what stands in place of any page."""

    refused: str
    """Why the page was not parsed, or ""."""
    stories: LinkedStories
    further: list[str]
    """Canonical URLs of the further pages of the list."""
    sections: list[tuple[str, str]]
    """Sections whose front pages are linked, with their canonical URLs."""
    wall: Wall | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReading:
    """What a further page of a story says."""

    refused: str
    noarchive: str
    """The directive that forbids to archive it, or ""."""
    paragraphs: list[str]
    """Its lines, banner and trailer included."""
    following: str | None
    """Canonical URL of the page of the story that follows."""
    wall: Wall | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryReading:
    """What the first page of a story says."""

    refused: str
    encoding: str
    """Codec it was decoded with."""
    robots: list[str]
    """What it asks of robots."""
    extracted: Extracted
    """Of a page that forbids to archive it, without what it tells."""
    stripped: Stripped | None
    """What is left of its lines; None of a story that goes on, whose lines are not all here."""
    stories: LinkedStories
    following: str | None
    rejection: tuple[Rejection, str] | None
    """Why it is no story, by the page alone, and what was seen."""
    notice: str
    """All that it says, where no story was found on it."""
    wall: Wall | None
    compared: Compared | None = None
    """The story as it is compared with others, where that was worked out."""


AnyReading = ListReading | PartReading | StoryReading
Reading = TypeVar("Reading", bound=AnyReading)


class Task(NamedTuple):
    """A page to read, and how."""

    read: Callable[[Served], AnyReading]
    """One of the functions below."""
    page: Served


class Reader(Protocol):
    """Who reads a page, in a way that is one of the functions below."""

    def __call__(self, read: Callable[[Served], Reading], page: Served) -> Reading:
        """What the function gives."""


def read_here(read: Callable[[Served], Reading], page: Served) -> Reading:
    """In this process, now."""
    return read(page)


def read_list_page(served: Served) -> ListReading:
    """What leads on."""
    page, links = _parsed(served)
    address = served.address
    sections = ((address.section(link.url), link.url) for link in links)
    return ListReading(
        refused=page.refused,
        stories=stories_linked(links, address),
        further=without_stories(list_pages(page, links), links, address),
        sections=[(section, url) for section, url in sections if section],
        wall=find_wall(page),
    )


def read_part_page(served: Served) -> PartReading:
    """The lines."""
    page, links = _parsed(served)
    paragraphs = read_story(page, served.address.site, served.as_of).paragraphs
    return PartReading(
        refused=page.refused,
        noarchive=_directives(served).noarchive,
        paragraphs=paragraphs,
        following=next_part(links, served.url, served.address),
        wall=find_wall(page, text="\n".join(paragraphs)),
    )


def read_story_page(served: Served) -> StoryReading:
    """The story, and what leads on."""
    page, links = _parsed(served)
    site = served.address.site
    extracted, stripped = read_and_strip(page, site, served.as_of)
    directives = _directives(served)
    is_withheld = bool(directives.noarchive) and served.status == _OK
    if is_withheld:
        # Which story it is may be told, and nothing that it tells.
        extracted = replace(extracted, paragraphs=[], description="", images=[])
        stripped = strip([], extracted.title, site)
    following = next_part(links, served.url, served.address)
    lines = extracted.paragraphs
    return StoryReading(
        refused=page.refused,
        encoding=page.encoding,
        robots=directives.said,
        extracted=extracted,
        stripped=None if following else stripped,
        stories=stories_linked(links, served.address),
        following=following,
        rejection=(Rejection.NOARCHIVE, directives.noarchive) if is_withheld else _rejection(page, served),
        notice="" if lines or is_withheld else "\n".join(line.text for line in page_lines(page)),
        wall=None if is_withheld else find_wall(page, extracted.title, "\n".join(lines)),
    )


def _parsed(served: Served) -> tuple[Page, list[Link]]:
    """The page, under its canonical address, so that relative links are the site's own wherever it is served."""
    page = parse_page(served.body, served.base, served.content_type, served.limits)
    return page, links_within(page, served.address)


def _directives(served: Served) -> Directives:
    return served.directives or read_directives(served.robots_tags, served.body, served.at)


def _rejection(page: Page, served: Served) -> tuple[Rejection, str] | None:
    # What comes with another status says less than the status.
    if served.status != _OK:
        return None
    if page.refused:
        return Rejection.REFUSED, page.refused
    if not is_html(served.body):
        return Rejection.NOT_HTML, f"{len(served.body)} bytes of {served.content_type or 'no type'}"
    return None
