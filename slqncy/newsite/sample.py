"""A page of a site that nobody has described yet, and what can be said of it without a description."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slqncy.extract.boilerplate import strip
from slqncy.extract.byline import closing_byline
from slqncy.extract.directives import read_directives
from slqncy.extract.lines import page_lines
from slqncy.extract.links import page_links
from slqncy.extract.listing import list_entries
from slqncy.extract.page import parse_page
from slqncy.extract.reading import read_story
from slqncy.extract.soft404 import missing_page_notice
from slqncy.extract.walls import find_wall

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from slqncy.extract.links import Link
    from slqncy.extract.page import Page
    from slqncy.extract.walls import Wall
    from slqncy.guards.markup import Limits
    from slqncy.sites import Address, Site

_SHORTEST_STORY = 40
"""Characters; what is shorter proves nothing of an address."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a story page says, as the archive would have it."""

    title: str
    date: str
    """RFC 3339."""
    byline: str
    source_name: str
    paragraphs: tuple[str, ...]
    declared_chars: int | None
    declared_delta: int | None
    canonical_link: str
    trailer_address: str
    """What the page says its own address is, in its head and in its last line; "" where it does not."""

    @property
    def chars(self) -> int:
        """Characters of the text, as `char_count` of a story counts them."""
        return len("\n".join(self.paragraphs))


@dataclass(frozen=True, slots=True)
class Headers:
    """What the headers of a response say of its page."""

    content_type: str = ""
    robots_tags: tuple[bytes, ...] = ()
    """X-Robots-Tag."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A page that was read."""

    url: str
    """Canonical, by the address that was given."""
    body: bytes
    content_type: str
    downloaded: datetime
    page: Page
    links: tuple[Link, ...]
    """Those that stay on the site, by their canonical URLs."""
    hosts: Counter[str]
    """The hosts of all links."""
    entries: int
    """Stories that it lists, if it is a list."""
    wall: Wall | None
    noarchive: str
    """The directive by which it forbids us to archive it, or ""."""
    told: Told
    is_story: bool
    """Whether it has a title, a text of some length, and a date or a count of its characters, and is no list."""

    @property
    def path(self) -> str:
        """The path of its address, without the query."""
        return urlsplit(self.url).path

    @property
    def text(self) -> str:
        """All that it shows."""
        return "\n".join(line.text for line in page_lines(self.page))


def read_sample(
    body: bytes, headers: Headers, url: str, address: Address, *, downloaded: datetime, limits: Limits
) -> Sample:
    """Read a page; never raises. `url` is canonical, `downloaded` aware."""
    content_type = headers.content_type
    page = parse_page(body, url, content_type, limits)
    everything = page_links(page)
    within = ((link, address.canonical(link.url)) for link in everything)
    entries = len(list_entries(page, downloaded))
    told = tell(page, address.site, downloaded)
    text = "".join(told.paragraphs)
    wall = find_wall(page, told.title, text)
    is_counted = told.declared_chars is not None
    return Sample(
        url=url,
        body=body,
        content_type=content_type,
        downloaded=downloaded,
        page=page,
        links=tuple(link._replace(url=canonical) for link, canonical in within if canonical),
        hosts=Counter(urlsplit(link.url).hostname or "" for link in everything),
        entries=entries,
        wall=wall,
        noarchive=read_directives(headers.robots_tags, body, downloaded).noarchive,
        told=told,
        is_story=bool(told.title)
        and (bool(told.date) or is_counted)
        and len(text) >= _SHORTEST_STORY
        and not entries
        and (wall is None or is_counted)
        and not missing_page_notice(told.title),
    )


def tell(page: Page, site: Site, downloaded: datetime) -> Told:
    """What a page says, by the banner and trailer of a site."""
    extracted = read_story(page, site, downloaded)
    stripped = strip(extracted.paragraphs, extracted.title, site)
    byline = closing_byline(stripped.paragraphs[-1]) if stripped.paragraphs else ""
    return Told(
        title=stripped.title or extracted.title,
        date=extracted.date_published,
        byline=byline or extracted.byline_raw,
        source_name=extracted.source_name or stripped.source_name,
        paragraphs=tuple(stripped.paragraphs),
        declared_chars=stripped.declared_chars,
        declared_delta=stripped.declared_delta,
        canonical_link=extracted.canonical_url,
        trailer_address=stripped.address,
    )


def linked_paths(samples: Iterable[Sample], *, by_length: bool) -> dict[str, str]:
    """The paths that pages link on their site, each with the longest text of such a link, or the most frequent one."""
    texts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sample in samples:
        for link in sample.links:
            texts[urlsplit(link.url).path][link.text] += 1
    if by_length:
        return {path: max(counted, key=len) for path, counted in texts.items()}
    return {path: counted.most_common(1)[0][0] for path, counted in texts.items()}
