"""A site without end: a crawl of it ends after so many requests, with all its stories, and so does the next one."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveWriter
from slqncy.archive.verify import verify
from slqncy.demo import serving
from slqncy.demo.site import DemoResponse
from slqncy.reasons import EventKind, Exclusion, PageKind, State
from slqncy.records import Event
from tests.crawling import Pages, crawl, links, scrapy, stories, story_page, text_of

if TYPE_CHECKING:
    from pathlib import Path

PAGES, A_PAGE = 3, 3
"""Each section is a maze that holds so many pages of so many stories."""
SECTIONS_MAX, STORY_MAX_PAGES = 10, 4
SITE = "http://www.slqncy.com"


class Maze(Pages):
    """What a page links is new each time that it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.pages["/robots.txt"] = DemoResponse(200, {}, f"Sitemap: {SITE}/sitemap.xml\n".encode())
        self._fresh = count(1)
        for section, first in FIRST.items():
            self.pages |= {f"/{section}/{number}.html": story(section, number) for number in range(first, first + 9)}
        self.pages["/szxw/"] = links("/szxw/1.html")
        self.pages["/szxw/1.html"] = story("szxw", 1)

    def respond(self, target: str) -> DemoResponse:
        if target in self.pages:
            return super().respond(target)
        headers = {"Content-Type": "text/html; charset=utf-8"}
        body = self._page(target)
        return DemoResponse(200, headers, body.encode()) if body else DemoResponse(404, headers, b"404")

    def _page(self, target: str) -> str:
        section = target.split("/")[1]
        if target == "/":
            return links("/szxw/", *(f"/{name}/" for name in FIRST)) + self._sections()
        if target.startswith("/sitemap.xml"):
            return self._sitemap()
        if section in FIRST:
            page: str = getattr(self, f"_{section}")(target)
            return page
        # Any other name is a section too.
        return links("/szxw/1.html") + self._sections()

    def _sections(self) -> str:
        return "".join(f'<a href="/zz{next(self._fresh)}/">栏目</a>' for _ in range(100))

    def _sitemap(self) -> str:
        """An index that leads to itself only, under a session that is new each time."""
        locations = (f"<loc>{SITE}/sitemap.xml?sid={self._token()}</loc>" for _ in range(3))
        return f"<sitemapindex>{''.join(f'<sitemap>{location}</sitemap>' for location in locations)}</sitemapindex>"

    def _token(self) -> str:
        return f"{next(self._fresh):06}a0b1c2d3e4f5"

    def _sessions(self, target: str) -> str:
        """All pages are linked with a new session, in the path or in the query."""
        ways = (f";jsessionid={self._token()}", f"?PHPSESSID={self._token()}")
        return listed("sessions", number(target)) + pager(
            *(f"/sessions/list_{page}.html{ways[next(self._fresh) % 2]}" for page in range(1, PAGES + 1))
        )

    def _queries(self, target: str) -> str:
        """The query in any order, and with a parameter that tracks."""

        def url(page: int) -> str:
            pairs = [f"p={page}", "cat=3", "sort=time", "from=timeline"]
            turn = next(self._fresh) % len(pairs)
            return f"/queries/?{'&amp;'.join(pairs[turn:] + pairs[:turn])}"

        return listed("queries", number(target)) + pager(*map(url, range(1, PAGES + 1)))

    def _calendar(self, target: str) -> str:
        """Each day leads to the next. The first ones have stories."""
        match = re.search(r"day=([\d-]+)", target)
        day = date.fromisoformat(match[1]) if match else date(2026, 11, 1)
        page = listed("calendar", day.day) if day < date(2026, 11, 1 + PAGES) else ""
        return page + pager(following=f"/calendar/?day={day + timedelta(1)}")

    def _folders(self, target: str) -> str:
        """A relative link, so that it leads ever deeper; and there are stories all the way."""
        own = pager(*(f"/folders/list_{page}.html" for page in range(1, PAGES + 1)), following="list/folders/list/")
        return listed("folders", number(target)) + own

    def _behind(self, target: str) -> str:
        """There is always a next page, and behind the last it is the last again."""
        return listed("behind", number(target)) + pager(following=f"/behind/list_{number(target) + 1}.html")

    def _parts(self, target: str) -> str:
        """The first story has always one page more."""
        if match := re.fullmatch(r"/parts/601_(\d+)\.html", target):
            return story("parts", 650 + int(match[1]), more=f'<a href="601_{int(match[1]) + 1}.html">下一页</a>')
        return listed("parts", number(target)) + pager(*(f"/parts/list_{page}.html" for page in range(1, PAGES + 1)))


FIRST = {name: 100 * place + 1 for place, name in enumerate(
    ("sessions", "queries", "calendar", "folders", "behind", "parts"), start=1
)}  # fmt: skip
"""Sections, and the number of the first of the nine stories of each."""


def story(section: str, number: int, more: str = "") -> str:
    more = more or '<a href="601_2.html">下一页</a>' * (number == FIRST["parts"])
    return story_page(number, text_of(number), section=section, more=more)


def listed(section: str, page: int) -> str:
    first = FIRST[section] + (min(page, PAGES) - 1) * A_PAGE
    return links(*(f"/{section}/{number}.html" for number in range(first, first + A_PAGE)))


def number(target: str) -> int:
    match = re.search(r"list_(\d+)\.html|[?&]p=(\d+)", target)
    return int(match[1] or match[2]) if match else 1


def pager(*urls: str, following: str = "") -> str:
    numbers = "".join(f'<a href="{url}">{page}</a>' for page, url in enumerate(urls, start=1))
    return f'<div class="pager">{numbers}{f"""<a href="{following}">下一页</a>""" * bool(following)}</div>'


@dataclass(frozen=True)
class Crawled:
    """A maze after two runs."""

    archive: Path
    runs: list[list[str]]
    """What each asked for."""
    log: str
    """Of the first."""

    def asked(self, run: int, section: str) -> list[str]:
        """What a run asked for in a section that is no story."""
        found = [path for path in self.runs[run] if path.startswith(f"/{section}")]
        return [path for path in found if not re.fullmatch(r"/[a-z]+/\d+\.html", path)]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    archive, runs, logs = tmp_path_factory.mktemp("maze") / "archive", [], []
    with serving(Maze()) as server:
        for _ in range(2):
            server.requests.clear()
            result = scrapy(
                "crawl", "stories", "-a", f"base_url={server.base_url}", "-s", f"ARCHIVE_DIR={archive}",
                "-s", "DOWNLOAD_DELAY=0", "-s", f"SECTIONS_MAX={SECTIONS_MAX}",
                "-s", f"STORY_MAX_PAGES={STORY_MAX_PAGES}",
            )  # fmt: skip
            assert result.status == 0, result.errors
            runs.append([request.path for request in server.requests])
            logs.append(result.errors)
    return Crawled(archive, runs, logs[0])


def test_all_stories_are_archived_and_the_archive_is_sound(crawled: Crawled) -> None:
    expected = {f"slqncy/{section}/{first + n}" for section, first in FIRST.items() for n in range(PAGES * A_PAGE)}
    assert stories(crawled.archive).keys() == {"slqncy/szxw/1", *expected}
    assert not verify(crawled.archive, full=True).defects


@pytest.mark.parametrize(
    ("section", "most"),
    [
        ("sessions", 1 + PAGES), ("queries", 1 + PAGES), ("calendar", 1 + PAGES), ("folders", 1 + PAGES),
        ("behind", 1 + PAGES), ("parts", 1 + PAGES + STORY_MAX_PAGES - 1), ("sitemap.xml", 1),
        ("zz", SECTIONS_MAX - len(FIRST)),
    ],
)  # fmt: skip
def test_each_maze_is_left_again(crawled: Crawled, section: str, most: int) -> None:
    asked = crawled.asked(0, section)
    assert 0 < len(asked) <= most, asked
    # Its front page, and nothing behind it; of sections so many that are new, and so many that were read before.
    again = crawled.asked(1, section)
    assert len(again) <= (2 * SECTIONS_MAX if section == "zz" else 1), again


def test_a_section_that_is_left_out_is_no_maze_however_often_it_is_linked(tmp_path: Path) -> None:
    site = Pages()
    pages = {"/": (1, ""), "/szxw/": (2, pager("/szxw/", "/szxw/list_2.html")), "/szxw/list_2.html": (3, "")}
    site.pages |= {page: links(f"/szxw/{n}.html", "/other/") + more for page, (n, more) in pages.items()}
    site.pages |= {f"/szxw/{n}.html": story("szxw", n) for n in (1, 2, 3)}
    with serving(site) as server:
        result = scrapy(
            "crawl", "stories", "-a", f"base_url={server.base_url}", "-a", "sections=szxw",
            "-s", f"ARCHIVE_DIR={tmp_path}", "-s", "DOWNLOAD_DELAY=0", "-s", "SECTIONS_MAX=1",
        )  # fmt: skip
    assert result.status == 0, result.errors
    assert len(stories(tmp_path)) == 3
    assert "slqncy/guard/sections" not in result.errors
    left_out = [event.reason for event in Archive(tmp_path).events() if event.url.endswith("/other/")]
    assert left_out == ["", Exclusion.ARGUMENT]


def test_what_is_not_asked_for_is_told(crawled: Crawled) -> None:
    traps = [
        event for event in Archive(crawled.archive).events()
        if (event.event, event.reason) == (EventKind.EXCLUDED, Exclusion.TRAP)
    ]  # fmt: skip
    assert [event.url for event in traps] == [f"{SITE}/folders/list/folders/list/"]
    assert crawled.log.count("Not asked for, and neither is what is like it") == 1
    assert crawled.log.count(f"more than SECTIONS_MAX={SECTIONS_MAX} sections") == 1
    assert "'slqncy/guard/mazes': " in crawled.log
    assert "'slqncy/guard/sections': " in crawled.log


def test_what_is_no_trap_any_more_is_asked_for(tmp_path: Path) -> None:
    address, via = f"{SITE}/szxw/1.html", f"{SITE}/"
    with closing(ArchiveWriter(tmp_path)) as archive:
        archive.write(
            Event(
                event=EventKind.EXCLUDED, at="2026-11-01T00:00:00Z", run_id="", url=address, kind=PageKind.STORY,
                id="slqncy/szxw/1", state=State.EXCLUDED, reason=Exclusion.TRAP, detail="by other rules", via=via,
            )
        )  # fmt: skip
    pages = Pages({"/": links("/szxw/1.html"), "/szxw/1.html": story_page(1, text_of(1))})
    with serving(pages) as server:
        assert crawl(tmp_path, server.base_url).status == 0
    assert stories(tmp_path).keys() == {"slqncy/szxw/1"}
