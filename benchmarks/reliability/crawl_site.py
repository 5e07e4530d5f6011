"""A generated news site that can change while it is served; equal arguments make equal sites."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from hashlib import sha256
from itertools import count, pairwise
from threading import Lock
from typing import TYPE_CHECKING

from slqncy.demo import DemoResponse
from tests.crawling import story_page, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "http://www.slqncy.com"
HTML = {"Content-Type": "text/html; charset=utf-8"}
NOT_FOUND = DemoResponse(404, HTML, b"<html><head><title>404</title></head><body>404")
SOFT_404 = DemoResponse(
    200, HTML, "<html><title>提示</title><body><p>对不起,您要查看的文章不存在或已被删除</p></body></html>".encode()
)
_SINCE = datetime(2020, 1, 1, tzinfo=UTC)


class Pager(StrEnum):
    """How a list page leads to the others."""

    NEXT = "next"  # only to the next one
    ALL = "all"  # to each by its number
    DOWN = "down"  # as ALL, and the file of page 2 has the highest number, as where old pages keep their names


@dataclass
class Site:
    """Sections of stories, newest first, in lists of so many a page; the home page leads to the sections.

    Each story has links to its neighbours by number, listed or not.
    """

    sections: dict[str, list[int]]
    """What the lists show, in their order."""
    per_page: int = 20
    pager: Pager = Pager.NEXT
    has_validators: bool = True
    mapped: dict[str, list[int]] | None = None
    """Stories in the sitemap, if there is one."""
    unlisted: dict[str, list[int]] = field(default_factory=dict)
    """Stories that only their neighbours lead to."""
    texts: dict[tuple[str, int], str] = field(default_factory=dict)
    """Texts other than that of the number."""
    instead: dict[str, DemoResponse] = field(default_factory=dict)
    """Answers to request targets, whatever else the site has there."""

    def __post_init__(self) -> None:
        self._stamps: dict[str, tuple[str, str]] = {}
        self._moments = count(1)
        self._lock = Lock()
        self.changed()

    def changed(self) -> None:
        """To be called when stories were added or taken away."""
        self._pages = {f"/{section}/{number}.html": (section, number) for section, number in self._stories()}
        self._list_pages = {
            self.list_path(section, page): (section, page)
            for section in self.sections
            for page in range(1, self.pages(section) + 1)
        }
        self._neighbours: dict[tuple[str, int], list[int]] = {}
        for section in self.sections:
            for older, newer in pairwise(sorted(number for name, number in self._pages.values() if name == section)):
                self._neighbours.setdefault((section, newer), []).append(older)
                self._neighbours.setdefault((section, older), []).append(newer)

    def pages(self, section: str) -> int:
        """Pages of a list."""
        return max(1, -(-len(self.sections[section]) // self.per_page))

    def list_path(self, section: str, page: int) -> str:
        """Request target of a page of a list."""
        if page == 1:
            return f"/{section}/"
        return f"/{section}/index_{self.pages(section) - page + 1 if self.pager is Pager.DOWN else page}.html"

    def respond(self, target: str) -> DemoResponse:
        """The answer to GET."""
        if target in self.instead:
            return self.instead[target]
        if target == "/robots.txt":
            return DemoResponse(200, {"Content-Type": "text/plain"}, self._robots().encode())
        content = self._content(target)
        if content is None:
            return NOT_FOUND
        return self._ok(target, content, {"Content-Type": "application/xml"} if target.endswith(".xml") else HTML)

    def _content(self, target: str) -> str | None:
        if target in self._pages:
            return self._story(*self._pages[target])
        if target == "/sitemap.xml" and self.mapped is not None:
            return self._sitemap(self.mapped)
        if target == "/":
            menu = "".join(f'<a href="/{section}/">{section}频道</a>' for section in self.sections)
            return f"<html><head><title>首页</title></head><body>{menu}</body></html>"
        if target in self._list_pages:
            return self._list(*self._list_pages[target])
        return None

    def _robots(self) -> str:
        sitemap = f"Sitemap: {HOST}/sitemap.xml\n" if self.mapped is not None else ""
        return f"User-agent: *\nDisallow: /nbxw/\n{sitemap}"

    def _stories(self) -> Iterator[tuple[str, int]]:
        for lists in (self.sections, self.unlisted, self.mapped or {}):
            for section, numbers in lists.items():
                yield from ((section, number) for number in numbers)

    def _story(self, section: str, number: int) -> str:
        neighbours = "".join(
            f'<p>{"上一篇" if other < number else "下一篇"}:<a href="/{section}/{other}.html">{_title(other)}</a></p>'
            for other in self._neighbours.get((section, number), [])
        )
        text = self.texts.get((section, number)) or text_of(number)
        return story_page(number, text, section=section, more=neighbours)

    def _list(self, section: str, page: int) -> str:
        start = (page - 1) * self.per_page
        items = "".join(
            f'<li><a href="/{section}/{number}.html">{_title(number)}</a></li>'
            for number in self.sections[section][start : start + self.per_page]
        )
        last = self.pages(section)
        shown = range(1, last + 1) if self.pager is not Pager.NEXT else ()
        numbers = "".join(f'<a href="{self.list_path(section, other)}">{other}</a>' for other in shown)
        following = f'<a href="{self.list_path(section, page + 1)}">下一页</a>' if page < last else ""
        return (
            f"<html><head><title>{section}</title></head><body><ul>{items}</ul>"
            f'<div class="pages">{numbers}{following}</div></body></html>'
        )

    def _sitemap(self, mapped: dict[str, list[int]]) -> str:
        urls = "".join(
            f"<url><loc>{HOST}/{section}/{number}.html</loc></url>" for section in mapped for number in mapped[section]
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        )

    def _ok(self, target: str, content: str, headers: dict[str, str]) -> DemoResponse:
        body = content.encode()
        if not self.has_validators:
            return DemoResponse(200, headers, body)
        tag = f'"{sha256(body).hexdigest()[:16]}"'
        with self._lock:
            if self._stamps.get(target, ("", ""))[0] != tag:
                moment = _SINCE + timedelta(minutes=next(self._moments))
                self._stamps[target] = (tag, format_datetime(moment, usegmt=True))
            modified = self._stamps[target][1]
        return DemoResponse(200, {**headers, "ETag": tag, "Last-Modified": modified}, body)


def _title(number: int) -> str:
    return f"东渚街道第{number}次志愿服务活动举行"


def varied_site() -> Site:
    """Some 120 addresses with all that a crawl may meet: two lists, copies, missing pages, a story of three pages."""
    main, other = list(range(400, 320, -1)), list(range(60, 40, -1))
    site = Site(
        {"szxw": main, "tyxw": other},
        per_page=10,
        mapped={"szxw": [*range(400, 360, -1), 901, 902, 903]},
        unlisted={"szxw": [310, 311, 312], "tyxw": [39, 38]},
        texts={
            ("szxw", 335): text_of(390),
            ("szxw", 336): text_of(391),
            ("szxw", 395): text_of(345),
            ("tyxw", 45): text_of(350),
            ("tyxw", 39): text_of(351),
            ("szxw", 902): text_of(901),
        },
    )
    for number in (398, 377, 341):
        site.instead[f"/szxw/{number}.html"] = NOT_FOUND
    for number in (396, 366):
        site.instead[f"/szxw/{number}.html"] = SOFT_404
    site.instead["/szxw/342.html"] = DemoResponse(301, {"Location": "/szxw/343.html"}, b"")
    _make_long(site, "szxw", 380)
    return site


def _make_long(site: Site, section: str, number: int) -> None:
    """Divide a story among three pages, of which the first has the banner and the last the trailer's count."""
    paragraphs = [text_of(number * 10 + part).split("\n")[0] for part in range(6)]
    whole = story_page(number, "\n".join(paragraphs), section=section)
    banner, trailer = whole[: whole.index("<p>3月")], whole[whole.index("<p>标题") :]
    pager = "".join(
        f'<a href="/{section}/{number}{end}.html">{page}</a>' for page, end in ((1, ""), (2, "_2"), (3, "_3"))
    )
    parts = ["".join(f"<p>{line}</p>" for line in paragraphs[start : start + 2]) for start in (0, 2, 4)]
    frame = "<html><body><h1>东渚街道</h1><div>{}</div>{}</body></html>"
    site.instead |= {
        f"/{section}/{number}.html": DemoResponse(200, HTML, f"{banner}{parts[0]}{pager}{trailer}".encode()),
        f"/{section}/{number}_2.html": DemoResponse(200, HTML, frame.format(parts[1], pager).encode()),
        f"/{section}/{number}_3.html": DemoResponse(200, HTML, frame.format(parts[2], pager).encode()),
    }
