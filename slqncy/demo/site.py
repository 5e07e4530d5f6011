"""The demo site as a pure mapping from request targets to responses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cached_property
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from zlib import crc32

from .designs import DESIGNS, MODERN, OLD, PLAIN, Design, Link, ListView, Place, StoryView, stylesheet
from .expected import Expected, banner, expect, image
from .links import address
from .plan import SECTIONS, Entry, Kind, plan_site

if TYPE_CHECKING:
    from collections.abc import Mapping

SECTION_DESIGNS: dict[str, Design] = {"szxw": OLD, "bdxw": PLAIN, "kjxw": MODERN}
PAGE_LENGTH = {"szxw": 12, "bdxw": 10, "kjxw": 10}
ENDLESS = "bdxw"
LIST_PAGE = re.compile(r"/(?:(szxw)/(?:index|list_1_(\d+))\.html|(bdxw)/index_(\d+)\.html|(szxw|bdxw|kjxw)/)")
MENU = tuple((f"/{section}/", title) for section, title in SECTIONS.items())
CHAINED = (Kind.STORY, Kind.COPY, Kind.MISCOUNTED, Kind.UNLISTED, Kind.EMPTY)
MAPPED = (Kind.STORY, Kind.COPY, Kind.MISCOUNTED, Kind.EMPTY, Kind.ORPHAN)
LIST_MODIFIED = datetime(2020, 8, 1, tzinfo=UTC)
ROBOTS = f"User-agent: *\nDisallow: /nbxw/\n\nSitemap: {address('/sitemap.xml')}\n"
DOT = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")


@dataclass(frozen=True, slots=True)
class DemoResponse:
    """An answer to GET; `headers` has no Content-Length."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class DemoSite:
    """All pages; what `respond` gives depends on nothing but its argument."""

    entries: tuple[Entry, ...]
    """Every story address, newest first."""
    expected: list[Expected] = field(repr=False)
    """The ground truth, in the order of `entries`."""

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Request targets of every page, list pages once each and without the pages past an end."""
        lists = (path for section in SECTIONS for path in self._list_paths(section))
        return (*self._fixed, *lists, *self._by_path)

    def respond(self, target: str) -> DemoResponse:
        """The answer to GET `target` ("/kjxw/?page=2"): the site's own 404 page for what is not there."""
        path, _, query = target.partition("?")
        if path in self._fixed:
            return self._fixed[path]
        if entry := self._by_path.get(path):
            return self._story(entry)
        if match := LIST_PAGE.fullmatch(path):
            return self._list(path, query, match)
        return self._not_found(path, 404)

    def _story(self, entry: Entry) -> DemoResponse:
        if entry.kind is Kind.GONE:
            return self._not_found(entry.path, 404)
        if entry.kind is Kind.SOFT_404:
            return self._not_found(entry.path, 200)
        design = SECTION_DESIGNS.get(entry.section, OLD)
        chain = self._chains.get(entry.section, [])
        here = chain.index(entry) if entry in chain else None
        view = StoryView(
            place=self._place(entry.path),
            story=entry.story,
            address=address(entry.path),
            published=entry.story.published,
            banner=banner(entry),
            image=image(entry),
            clicks=clicks(entry),
            newer=link(chain[here - 1]) if here else None,
            older=link(chain[here + 1]) if here is not None and here + 1 < len(chain) else None,
            related=tuple(link(other) for other in self._related(entry, chain)),
        )
        return _ok(design.story(view), design.content_type, entry.story.published)

    def _list(self, path: str, query: str, match: re.Match[str]) -> DemoResponse:
        section = match[1] or match[3] or match[5]
        asked = match[2] or match[4] or parse_qs(query).get("page", ["1"])[0]
        page, pages = int(asked) if asked.isdecimal() else 1, self._pages(section)
        if page < 1 or (page > pages and section != ENDLESS):
            return self._not_found(path, 404)
        start = (min(page, pages) - 1) * PAGE_LENGTH[section]
        items = self._lists[section][start : start + PAGE_LENGTH[section]]
        design = SECTION_DESIGNS[section]
        view = ListView(self._place(path), tuple(map(link, items)), page, pages)
        return _ok(design.listing(view), design.content_type, LIST_MODIFIED)

    def _not_found(self, path: str, status: int) -> DemoResponse:
        place = self._place(path)
        design = SECTION_DESIGNS.get(place.section, OLD)
        return DemoResponse(status, {"Content-Type": design.content_type}, design.not_found(place))

    def _place(self, path: str) -> Place:
        section = path.split("/")[1]
        return Place(path, section, SECTIONS.get(section, "新闻"), MENU, self._hot)

    def _related(self, entry: Entry, chain: list[Entry]) -> list[Entry]:
        others = [other for other in chain if other.kind is Kind.STORY and other != entry]
        return Random(entry.number).sample(others, min(5, len(others)))

    def _pages(self, section: str) -> int:
        return -(-len(self._lists[section]) // PAGE_LENGTH[section])

    def _list_paths(self, section: str) -> list[str]:
        name = {"szxw": "/szxw/list_1_{}.html", "bdxw": "/bdxw/index_{}.html", "kjxw": "/kjxw/?page={}"}[section]
        return [f"/{section}/", *(name.format(page) for page in range(2, self._pages(section) + 1))]

    @cached_property
    def _by_path(self) -> Mapping[str, Entry]:
        return {entry.path: entry for entry in self.entries}

    @cached_property
    def _lists(self) -> Mapping[str, list[Entry]]:
        hidden = (Kind.UNLISTED, Kind.ORPHAN)
        lists = {
            section: [e for e in self.entries if e.section == section and e.kind not in hidden] for section in SECTIONS
        }
        # The disallowed story hangs on the list that every crawl starts from.
        lists["szxw"].insert(3, next(e for e in self.entries if e.kind is Kind.PRIVATE))
        return lists

    @cached_property
    def _chains(self) -> Mapping[str, list[Entry]]:
        return {
            section: [e for e in self.entries if e.section == section and e.kind in CHAINED] for section in SECTIONS
        }

    @cached_property
    def _newest(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind is Kind.STORY][:15]

    @cached_property
    def _hot(self) -> tuple[Link, ...]:
        stories = [entry for entry in self.entries if entry.kind is Kind.STORY]
        return tuple(map(link, sorted(stories, key=clicks, reverse=True)[:8]))

    @cached_property
    def _fixed(self) -> Mapping[str, DemoResponse]:
        home = PLAIN.home(self._place("/"), tuple(map(link, self._newest)))
        contents = {
            "/": (home, PLAIN.content_type),
            "/robots.txt": (ROBOTS.encode(), "text/plain; charset=utf-8"),
            "/sitemap.xml": (self._sitemap, "application/xml"),
            "/static/dot.gif": (DOT, "image/gif"),
            **{f"/static/{design.name}.css": (stylesheet(design.name), "text/css") for design in DESIGNS},
            **{picture: (DOT, "image/gif") for picture in map(image, self.entries) if picture},
        }
        return {path: _ok(body, content_type, LIST_MODIFIED) for path, (body, content_type) in contents.items()}

    @cached_property
    def _sitemap(self) -> bytes:
        urls = "\n".join(
            f"<url><loc>{address(entry.path)}</loc><lastmod>{entry.story.published:%Y-%m-%d}</lastmod></url>"
            for entry in self.entries
            if entry.kind in MAPPED
        )
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        return f"{head}{urls}\n</urlset>\n".encode()


def build_site(stories: int = 120, seed: int = 9538) -> DemoSite:
    """A site of so many distinct stories, the real one at /szxw/9538.html among them; ValueError for fewer than 20."""
    entries = plan_site(stories, seed)
    return DemoSite(tuple(entries), expect(entries))


def link(entry: Entry) -> Link:
    """The entry as lists and boxes show it."""
    return Link(entry.path, entry.story.title, entry.story.published, entry.story.text[:50])


def clicks(entry: Entry) -> int:
    """Reads of a page, which never change."""
    return crc32(entry.path.encode()) % 9000 + 100


def _ok(body: bytes, content_type: str, modified: datetime) -> DemoResponse:
    headers = {
        "Content-Type": content_type,
        "ETag": f'"{sha256(body).hexdigest()[:16]}"',
        "Last-Modified": format_datetime(modified.astimezone(UTC), usegmt=True),
    }
    return DemoResponse(200, headers, body)
