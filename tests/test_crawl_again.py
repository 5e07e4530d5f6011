"""A run asks for what is new, due or changed, and for nothing else; what an earlier run left undone is made up for."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING

import pytest

from benchmarks.reliability.again import (
    VANISHED,
    Change,
    big_site,
    change,
    counted,
    edited_text,
    grow_older,
    story_path,
)
from benchmarks.reliability.crawl_process import start
from benchmarks.reliability.crawl_site import HOST, HTML, NOT_FOUND, SOFT_404, Pager, Site, varied_site
from slqncy.archive import Archive
from slqncy.archive.layout import LEDGER, Kind
from slqncy.archive.ledger import Ledger
from slqncy.demo import DemoResponse, serving
from slqncy.reasons import EventKind, PageKind, State
from tests.crawling import crawl, scrapy, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slqncy.demo import DemoServer
    from slqncy.demo.server import Responder

    Serve = Callable[[Responder], DemoServer]

STORIES = 800
HOURS_2 = timedelta(hours=2)
"""After that every story is due once."""
FIVE = {101, 102, 103, 104, 105}
BUSY = DemoResponse(503, HTML, b"busy")


@dataclass(frozen=True)
class Seen:
    """What one run did."""

    paths: list[str]
    """Request targets that reached the server, less robots.txt."""
    not_modified: int
    """Answers 304."""
    new: dict[Kind, int]
    """Lines added."""
    events: dict[EventKind, set[int]]
    """What happened to stories, by their numbers; that they were found is left out."""

    @property
    def list_pages(self) -> list[str]:
        """Which of the targets are pages of the list, each once."""
        return list(dict.fromkeys(p for p in self.paths if p == "/szxw/" or "index" in p))

    @property
    def new_pages(self) -> dict[Kind, int]:
        """Lines added that are no events."""
        return {kind: n for kind, n in self.new.items() if kind is not Kind.EVENT}


def run(archive: Path, server: DemoServer, *arguments: str, ends_well: bool = True) -> Seen:
    """Crawl, and look at what happened; the run has to end well, or has to say that it did not."""
    before, asked = counted(archive), len(server.requests)
    reports = set(archive.glob("runs/*.json"))
    result = crawl(archive, server.base_url, *arguments)
    assert (result.status == 0) is ends_well, result.errors
    (path,) = set(archive.glob("runs/*.json")) - reports
    report = json.loads(path.read_text())
    happened = [
        (event.event, int(event.id.rpartition("/")[2]))
        for event in Archive(archive).events()
        if event.run_id == report["run_id"] and event.kind is PageKind.STORY and event.event is not EventKind.FOUND
    ]
    assert max(Counter(happened).values(), default=1) == 1
    events: dict[EventKind, set[int]] = {}
    for kind, number in happened:
        events.setdefault(kind, set()).add(number)
    return Seen(
        paths=[request.path for request in server.requests[asked:] if request.path != "/robots.txt"],
        not_modified=report["counters"].get("downloader/response_status_count/304", 0),
        new=dict(counted(archive) - before),
        events=events,
    )


def is_sound(archive: Path) -> bool:
    """Whether `scrapy verify --full` finds nothing wrong."""
    return scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={archive}").status == 0


def archived(archive: Path) -> list[int]:
    """Numbers of the archived versions, in order of numbers."""
    return sorted(int(story.story_id) for story in Archive(archive).stories())


def states(archive: Path) -> dict[int, State]:
    """The state of each story by its number, as the events tell it."""
    return {
        int(event.id.rpartition("/")[2]): event.state
        for event in Archive(archive).events()
        if event.kind is PageKind.STORY and event.state is not None
    }


class Unlinked(Site):
    """A site whose stories do not lead to each other, so that only lists and sitemaps show them."""

    def changed(self) -> None:
        """As of any site."""
        super().changed()
        self._neighbours = {}


def small_site(stories: int = 10, pager: Pager = Pager.NEXT) -> Unlinked:
    """A list of so many unlinked stories, five a page."""
    return Unlinked({"szxw": list(range(100 + stories, 100, -1))}, per_page=5, pager=pager)


def put_on_top(site: Site, *numbers: int) -> None:
    """Publish stories."""
    site.sections["szxw"][:0] = numbers
    site.changed()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve sites until the test ends."""
    with ExitStack() as stack:
        yield lambda site: stack.enter_context(serving(site))


@dataclass(frozen=True)
class Five:
    """A small site that was crawled once."""

    site: Unlinked
    server: DemoServer
    archive: Path


@pytest.fixture(scope="module")
def five_crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = tmp_path_factory.mktemp("five") / "archive"
    with serving(small_site(5)) as server:
        assert run(archive, server).events == {EventKind.ARCHIVED: FIVE}
    return archive


@pytest.fixture
def five(five_crawled: Path, serve: Serve, tmp_path: Path) -> Five:
    """A site and an archive that a test may change."""
    site, archive = small_site(5), tmp_path / "archive"
    shutil.copytree(five_crawled, archive)
    return Five(site, serve(site), archive)


# A site of 40 list pages; benchmarks/reliability/again.py has a greater one


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Seen]:
    """The archive after the first run; copy it, for other tests do too."""
    archive = tmp_path_factory.mktemp("first") / "archive"
    with serving(big_site(STORIES)) as server:
        return archive, run(archive, server)


@dataclass(frozen=True)
class AfterChange:
    """A run after the site has changed, and one more."""

    archive: Path
    change: Change
    second: Seen
    third: Seen


@pytest.fixture(scope="module")
def changed(first: tuple[Path, Seen], tmp_path_factory: pytest.TempPathFactory) -> AfterChange:
    archive, site = tmp_path_factory.mktemp("changed") / "archive", big_site(STORIES)
    shutil.copytree(first[0], archive)
    grow_older(archive, HOURS_2)
    done = change(site)
    with serving(site) as server:
        return AfterChange(archive, done, run(archive, server), run(archive, server))


def test_the_first_run_asks_for_each_page_once(first: tuple[Path, Seen]) -> None:
    archive, seen = first
    site = big_site(STORIES)
    lists = [site.list_path("szxw", page) for page in range(1, STORIES // 20 + 1)]
    assert len(lists) == 40
    assert sorted(seen.paths) == sorted([*lists, "/", "/sitemap.xml", *map(story_path, site.sections["szxw"])])
    assert seen.new_pages == {Kind.STORY: STORIES}
    assert archived(archive) == sorted(site.sections["szxw"])


def test_a_second_run_on_an_unchanged_site_asks_for_three_pages(first: tuple[Path, Seen], tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(first[0], archive)
    with serving(big_site(STORIES)) as server:
        seen = run(archive, server)
    assert sorted(seen.paths) == ["/", "/sitemap.xml", "/szxw/"]
    assert seen.not_modified == 3
    assert seen.new_pages == {}
    assert seen.events == {}
    assert archived(archive) == archived(first[0])
    assert is_sound(archive)


def test_after_a_change_there_are_exactly_its_versions_and_events(changed: AfterChange) -> None:
    done, seen = changed.change, changed.second
    old = big_site(STORIES).sections["szxw"]
    assert (len(done.new), len(done.edited), len(done.missing), len(done.soft)) == (40, 16, 4, 4)
    assert sum(number < min(old) for number in done.new) == 4
    # A new neighbour is another page, and the same story.
    relinked = {max(old), min(old)}
    assert seen.events == {
        EventKind.ARCHIVED: set(done.new),
        EventKind.CHANGED: set(done.edited),
        EventKind.GONE: set(done.gone),
        EventKind.UNCHANGED: relinked,
        EventKind.NOT_MODIFIED: set(old) - {*done.edited, *done.gone, *relinked},
    }
    assert seen.new_pages == {Kind.STORY: len(done.new) + len(done.edited)}


def test_after_a_change_no_more_is_asked_for_than_list_pages_and_due_stories(changed: AfterChange) -> None:
    done, seen = changed.change, changed.second
    asked = Counter(seen.paths)
    assert max(asked.values()) == 1
    stories = {story_path(number) for number in (*big_site(STORIES).sections["szxw"], *done.new)}
    assert stories <= set(asked)
    # Forty stories fill two pages, and the third shows what was known.
    assert len(seen.list_pages) == 3
    assert set(asked) - stories - set(seen.list_pages) == {"/", "/sitemap.xml"}


def test_after_a_change_each_version_says_what_the_site_said(changed: AfterChange) -> None:
    versions = {(int(story.story_id), story.version): story for story in Archive(changed.archive).stories()}
    assert len(versions) == STORIES + 56
    for (number, version), story in versions.items():
        assert story.text == (text_of(number) if version == 1 else edited_text(number))
        assert story.declared_delta == 0
    assert {number for number, version in versions if version == 2} == set(changed.change.edited)


def test_stories_that_are_gone_stay_in_the_archive(changed: AfterChange) -> None:
    assert set(changed.change.gone) <= set(archived(changed.archive))
    gone = {number for number, state in states(changed.archive).items() if state is State.GONE}
    assert gone == set(changed.change.gone)
    assert set(states(changed.archive).values()) == {State.ARCHIVED, State.GONE}


def test_the_run_after_that_finds_everything_quiet(changed: AfterChange) -> None:
    assert sorted(changed.third.paths) == ["/", "/sitemap.xml", "/szxw/"]
    assert changed.third.not_modified == 3
    assert changed.third.new_pages == {}
    assert changed.third.events == {}
    assert is_sound(changed.archive)


# When stories are looked at again


def test_a_story_is_looked_at_again_after_an_hour_six_a_day_a_week_and_a_month(five: Five) -> None:
    age, asked = timedelta(), []
    early = [timedelta(minutes=30), timedelta(hours=5), timedelta(days=6), timedelta(days=400)]
    due = [
        timedelta(hours=1, minutes=1), timedelta(hours=6, minutes=1), timedelta(days=1, minutes=1),
        timedelta(days=7, minutes=1), timedelta(days=30, minutes=1),
    ]  # fmt: skip
    for older in sorted([*early, *due]):
        grow_older(five.archive, older - age)
        age = older
        seen = run(five.archive, five.server)
        assert seen.new_pages == {}
        if seen.events:
            assert seen.events == {EventKind.NOT_MODIFIED: FIVE}
            asked.append(older)
    assert asked == due
    assert is_sound(five.archive)


def test_a_story_that_was_not_looked_at_for_a_year_is_asked_for_once(five: Five) -> None:
    grow_older(five.archive, timedelta(days=365))
    assert run(five.archive, five.server).events == {EventKind.NOT_MODIFIED: FIVE}
    assert run(five.archive, five.server).events == {}


def test_only_those_stories_are_asked_for_that_are_due(five: Five) -> None:
    grow_older(five.archive, HOURS_2)
    put_on_top(five.site, 106, 107)
    assert run(five.archive, five.server).events == {EventKind.NOT_MODIFIED: FIVE, EventKind.ARCHIVED: {106, 107}}
    grow_older(five.archive, HOURS_2)
    assert run(five.archive, five.server).events == {EventKind.NOT_MODIFIED: {106, 107}}


def test_a_story_that_failed_is_asked_for_by_the_next_run(serve: Serve, tmp_path: Path) -> None:
    site = small_site(3)
    server = serve(site)
    site.instead["/szxw/102.html"] = BUSY
    assert run(tmp_path, server).events == {EventKind.ARCHIVED: {101, 103}, EventKind.FAILED: {102}}
    del site.instead["/szxw/102.html"]
    assert run(tmp_path, server).events == {EventKind.ARCHIVED: {102}}


def test_a_story_that_fails_on_a_recheck_stays_archived_and_due(five: Five) -> None:
    grow_older(five.archive, HOURS_2)
    five.site.instead["/szxw/102.html"] = BUSY
    seen = run(five.archive, five.server)
    assert seen.events == {EventKind.NOT_MODIFIED: FIVE - {102}, EventKind.FAILED: {102}}
    assert set(states(five.archive).values()) == {State.ARCHIVED}
    del five.site.instead["/szxw/102.html"]
    assert run(five.archive, five.server).events == {EventKind.NOT_MODIFIED: {102}}


def test_a_number_that_had_no_story_is_asked_for_where_a_page_links_it_a_month_later(
    serve: Serve, tmp_path: Path
) -> None:
    site = small_site(3)
    server = serve(site)
    site.instead["/szxw/102.html"] = NOT_FOUND
    assert run(tmp_path, server).events == {EventKind.ARCHIVED: {101, 103}, EventKind.REJECTED: {102}}
    grow_older(tmp_path, timedelta(days=365))
    assert run(tmp_path, server).events == {EventKind.NOT_MODIFIED: {101, 103}, EventKind.UNCHANGED: {102}}
    del site.instead["/szxw/102.html"]
    put_on_top(site, 104)
    assert run(tmp_path, server).events == {EventKind.ARCHIVED: {104}}
    grow_older(tmp_path, timedelta(days=31))
    put_on_top(site, 105)
    assert run(tmp_path, server).events == {EventKind.ARCHIVED: {102, 105}, EventKind.NOT_MODIFIED: {104}}


# Conditional requests


class Stripped(Unlinked):
    """A site that leaves a header out."""

    without = ""

    def respond(self, target: str) -> DemoResponse:
        """The page, less that header."""
        response = super().respond(target)
        return replace(response, headers={n: v for n, v in response.headers.items() if n != self.without})


@pytest.mark.parametrize("without", ["ETag", "Last-Modified"])
def test_lists_sitemaps_and_stories_are_asked_for_conditionally(serve: Serve, tmp_path: Path, without: str) -> None:
    site = Stripped({"szxw": [105, 104, 103]}, mapped={"szxw": [102, 101]})
    site.without = without
    server = serve(site)
    run(tmp_path, server)
    grow_older(tmp_path, HOURS_2)
    seen = run(tmp_path, server)
    assert seen.not_modified == len(seen.paths) == 8
    assert seen.events == {EventKind.NOT_MODIFIED: {101, 102, 103, 104, 105}}
    assert seen.new_pages == {}


def test_a_site_without_validators_is_read_again_and_nothing_is_written_twice(serve: Serve, tmp_path: Path) -> None:
    site = small_site(3)
    site.has_validators = False
    server = serve(site)
    run(tmp_path, server)
    grow_older(tmp_path, HOURS_2)
    seen = run(tmp_path, server)
    assert seen.not_modified == 0
    assert seen.events == {EventKind.UNCHANGED: {101, 102, 103}}
    assert seen.new_pages == {}


def test_a_page_that_has_lost_its_validators_is_sent_whole(five: Five) -> None:
    grow_older(five.archive, HOURS_2)
    five.site.instead["/szxw/102.html"] = SOFT_404
    seen = run(five.archive, five.server)
    assert seen.events == {EventKind.NOT_MODIFIED: FIVE - {102}, EventKind.GONE: {102}}


def test_a_story_that_only_the_sitemap_shows_is_found_by_a_later_run(serve: Serve, tmp_path: Path) -> None:
    site = Unlinked({"szxw": [105, 104]}, mapped={"szxw": [105]})
    server = serve(site)
    run(tmp_path, server)
    site.mapped = {"szxw": [105, 3]}
    site.changed()
    seen = run(tmp_path, server)
    assert sorted(seen.paths) == ["/", "/sitemap.xml", "/szxw/", "/szxw/3.html"]
    assert seen.events == {EventKind.ARCHIVED: {3}}


def test_the_sitemaps_of_an_unchanged_index_are_asked_for_all_the_same(serve: Serve, tmp_path: Path) -> None:
    def xml(root: str, item: str, *targets: str) -> DemoResponse:
        items = "".join(f"<{item}><loc>{HOST}{target}</loc></{item}>" for target in targets)
        body = f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</{root}>'
        return DemoResponse(200, {"Content-Type": "application/xml", "ETag": f'"{len(targets)}"'}, body.encode())

    site = Unlinked({"szxw": [105, 104]}, mapped={}, unlisted={"szxw": [7, 8]})
    site.instead["/sitemap.xml"] = xml("sitemapindex", "sitemap", "/old.xml", "/new.xml")
    site.instead["/old.xml"] = xml("urlset", "url", "/szxw/105.html")
    site.instead["/new.xml"] = xml("urlset", "url", "/szxw/7.html")
    server = serve(site)
    assert run(tmp_path, server).events == {EventKind.ARCHIVED: {105, 104, 7}}
    site.instead["/new.xml"] = xml("urlset", "url", "/szxw/7.html", "/szxw/8.html")
    seen = run(tmp_path, server)
    assert sorted(seen.paths) == ["/", "/new.xml", "/old.xml", "/sitemap.xml", "/szxw/", "/szxw/8.html"]
    assert seen.not_modified == 4
    assert seen.events == {EventKind.ARCHIVED: {8}}


# Versions


def test_only_another_title_or_text_is_a_new_version(five: Five) -> None:
    site, server, archive = five.site, five.server, five.archive
    grow_older(archive, HOURS_2)
    site.texts["szxw", 101] = edited_text(101)
    for number, old, new in ((102, "负责人", "负责人"), (103, "志愿服务活动举行", "志愿服务活动圆满举行")):
        page = site.respond(story_path(number)).body.decode()
        aside = '<div class="ad"><a href="/about.html">关于我们</a></div></body>'
        site.instead[story_path(number)] = DemoResponse(
            200, HTML | {"ETag": '"another"'}, page.replace(old, new).replace("</body>", aside).encode()
        )
    seen = run(archive, server)
    assert seen.events == {
        EventKind.CHANGED: {101, 103}, EventKind.UNCHANGED: {102}, EventKind.NOT_MODIFIED: {104, 105},
    }  # fmt: skip
    assert seen.new_pages == {Kind.STORY: 2}
    versions = {(int(story.story_id), story.version): story for story in Archive(archive).stories()}
    assert sorted(versions) == [(101, 1), (101, 2), (102, 1), (103, 1), (103, 2), (104, 1), (105, 1)]
    assert versions[101, 1].text == text_of(101)
    assert versions[101, 2].text == edited_text(101)
    assert "圆满" in versions[103, 2].title
    assert run(archive, server).events == {}


def test_a_story_that_is_edited_back_is_a_third_version(five: Five) -> None:
    site, server, archive = five.site, five.server, five.archive
    for older, text in ((timedelta(hours=2), edited_text(101)), (timedelta(hours=5), text_of(101))):
        grow_older(archive, older)
        site.texts["szxw", 101] = text
        assert run(archive, server).events == {EventKind.CHANGED: {101}, EventKind.NOT_MODIFIED: FIVE - {101}}
    versions = [story for story in Archive(archive).stories() if story.story_id == "101"]
    assert [(story.version, story.text) for story in versions] == [
        (1, text_of(101)), (2, edited_text(101)), (3, text_of(101)),
    ]  # fmt: skip
    assert is_sound(archive)


def test_stories_go_and_return(five: Five) -> None:
    site, server, archive = five.site, five.server, five.archive
    before = archived(archive)
    grow_older(archive, HOURS_2)
    site.instead = {
        "/szxw/101.html": NOT_FOUND,
        "/szxw/102.html": replace(NOT_FOUND, status=410),
        "/szxw/103.html": VANISHED,
        "/szxw/104.html": NOT_FOUND,
    }
    seen = run(archive, server)
    assert seen.events == {EventKind.GONE: {101, 102, 103, 104}, EventKind.NOT_MODIFIED: {105}}
    assert seen.new_pages == {}
    assert archived(archive) == before

    grow_older(archive, timedelta(hours=5))
    for number in (102, 103, 104):
        del site.instead[story_path(number)]
    site.texts["szxw", 104] = edited_text(104)
    seen = run(archive, server)
    assert seen.events == {
        EventKind.UNCHANGED: {101},
        EventKind.RETURNED: {102, 103},
        EventKind.CHANGED: {104},
        EventKind.NOT_MODIFIED: {105},
    }
    assert seen.new_pages == {Kind.STORY: 1}
    assert archived(archive) == sorted([*before, 104])
    assert {number for number, state in states(archive).items() if state is State.GONE} == {101}
    assert run(archive, server).events == {}
    assert is_sound(archive)


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Seen]:
    """The archive of a site with all that a crawl may meet, after the first run; copy it."""
    archive = tmp_path_factory.mktemp("varied") / "archive"
    with serving(varied_site()) as server:
        seen = run(archive, server)
    assert set(seen.new_pages) == {Kind.STORY, Kind.DUPLICATE, Kind.REJECTED}
    return archive, seen


def test_copies_and_rejected_pages_are_written_once_however_often_they_are_read(
    varied: tuple[Path, Seen], serve: Serve, tmp_path: Path
) -> None:
    archive, first = tmp_path / "archive", varied[1]
    shutil.copytree(varied[0], archive)
    grow_older(archive, HOURS_2)
    due = run(archive, serve(varied_site()))
    assert due.new_pages == {}
    assert set(due.events) == {EventKind.NOT_MODIFIED, EventKind.UNCHANGED}
    assert set.union(*due.events.values()) == set.union(*first.events.values())
    assert is_sound(archive)


# A full run


def test_a_full_run_asks_for_everything_unconditionally(
    varied: tuple[Path, Seen], serve: Serve, tmp_path: Path
) -> None:
    archive, first = tmp_path / "archive", varied[1]
    shutil.copytree(varied[0], archive)
    server = serve(varied_site())
    full = run(archive, server, "full=1")
    assert sorted(full.paths) == sorted(first.paths)
    assert full.not_modified == 0
    assert full.new_pages == {}
    assert full.events == {EventKind.UNCHANGED: set.union(*first.events.values())}
    quiet = run(archive, server)
    assert quiet.not_modified == len(quiet.paths) == 4
    assert quiet.events == {}


def test_a_full_run_finds_an_edit_that_is_not_due(five: Five) -> None:
    site, server, archive = five.site, five.server, five.archive
    site.texts["szxw", 103] = edited_text(103)
    assert run(archive, server).events == {}
    assert run(archive, server, "full=1").events == {
        EventKind.CHANGED: {103}, EventKind.UNCHANGED: FIVE - {103},
    }  # fmt: skip


# How far a list is read


def test_new_stories_need_not_have_the_highest_number(five: Five) -> None:
    site, server, archive = five.site, five.server, five.archive
    put_on_top(site, 3, 999, 50)
    assert run(archive, server).events == {EventKind.ARCHIVED: {3, 50, 999}}


TOP = ["/szxw/", "/szxw/index_2.html", "/szxw/index_3.html", "/szxw/index_4.html", "/szxw/index_5.html"]


class Held(Unlinked):
    """A site that keeps one page back until it is told to give it."""

    held = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.asked, self.released = Event(), Event()

    def respond(self, target: str) -> DemoResponse:
        """The page, when it may go."""
        if target == self.held:
            self.asked.set()
            self.released.wait(60)
        return super().respond(target)


class Lists:
    """Archives of lists that were read three times: 40 stories, three more, three more. The boundary is below these.

    Copies are given out, each with a site as it was then.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def copy(self, archive: Path, pager: Pager = Pager.NEXT) -> Held:
        """The site of an archive, which is copied there."""
        original, site = self._directory / pager, Held({"szxw": list(range(140, 100, -1))}, per_page=5, pager=pager)
        if original.exists():
            put_on_top(site, *range(206, 200, -1))
        else:
            self._read(original, site)
        shutil.copytree(original, archive)
        return site

    def _read(self, archive: Path, site: Site) -> None:
        with serving(site) as server:
            run(archive, server)
            put_on_top(site, 203, 202, 201)
            assert run(archive, server).events == {EventKind.ARCHIVED: {201, 202, 203}}
            put_on_top(site, 206, 205, 204)
            seen = run(archive, server)
            assert seen.events == {EventKind.ARCHIVED: {204, 205, 206}}
        if site.pager is not Pager.DOWN:
            assert seen.list_pages == TOP[:2]


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Lists:
    return Lists(tmp_path_factory.mktemp("lists"))


NEWS = list(range(310, 298, -1))
LATER = [401, 17, 402, 18, 403]


@pytest.mark.parametrize(("pager", "page"), [(Pager.NEXT, 1), (Pager.NEXT, 3), (Pager.ALL, 2), (Pager.DOWN, 2)])
def test_after_a_reading_that_failed_a_list_is_read_to_the_boundary_before_it(
    serve: Serve, lists: Lists, tmp_path: Path, pager: Pager, page: int
) -> None:
    archive = tmp_path / "archive"
    site = lists.copy(archive, pager)
    server = serve(site)
    put_on_top(site, *NEWS)
    broken = site.list_path("szxw", page)
    site.instead[broken] = BUSY
    # Without the front page no story is seen at all.
    found = run(archive, server, ends_well=page > 1).events.get(EventKind.ARCHIVED, set())
    if pager is not Pager.DOWN:
        assert found == set(NEWS[: (page - 1) * 5])
    del site.instead[broken]
    put_on_top(site, *LATER)
    seen = run(archive, server)
    assert seen.events == {EventKind.ARCHIVED: {*NEWS, *LATER} - found}
    if pager is not Pager.DOWN:
        assert seen.list_pages == TOP
    assert sorted(run(archive, server).paths) == ["/", "/szxw/"]
    assert archived(archive) == sorted(site.sections["szxw"])


def test_a_page_of_stories_known_from_elsewhere_is_no_boundary(serve: Serve, tmp_path: Path) -> None:
    site = small_site(20)
    # The sitemap is ahead of the list while that is read.
    site.mapped = {"szxw": [205, 204, 203, 202, 201]}
    site.changed()
    server = serve(site)
    run(tmp_path, server)
    put_on_top(site, 205, 204, 203, 202, 201, 300)
    assert run(tmp_path, server).events == {EventKind.ARCHIVED: {300}}


@pytest.mark.parametrize("pager", list(Pager))
def test_after_a_first_reading_that_failed_a_list_is_read_to_its_end(
    serve: Serve, tmp_path: Path, pager: Pager
) -> None:
    site = small_site(40, pager)
    server = serve(site)
    broken = site.list_path("szxw", 3)
    site.instead[broken] = BUSY
    run(tmp_path, server)
    assert len(archived(tmp_path)) < 40
    del site.instead[broken]
    put_on_top(site, *LATER)
    run(tmp_path, server)
    assert archived(tmp_path) == sorted(site.sections["szxw"])
    assert sorted(run(tmp_path, server).paths) == ["/", "/szxw/"]


def test_a_list_that_failed_twice_is_read_to_the_boundary_before_both(
    serve: Serve, lists: Lists, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    site = lists.copy(archive)
    server = serve(site)
    site.instead["/szxw/index_2.html"] = BUSY
    for news in (NEWS, LATER):
        put_on_top(site, *news)
        assert run(archive, server).events == {EventKind.ARCHIVED: set(news[:5])}
    del site.instead["/szxw/index_2.html"]
    seen = run(archive, server)
    assert seen.events == {EventKind.ARCHIVED: set(NEWS[5:])}
    assert seen.list_pages == TOP
    assert archived(archive) == sorted(site.sections["szxw"])


@pytest.mark.parametrize(("argument", "archives"), [("max_pages=1", NEWS[:5]), ("max_stories=2", NEWS[:2])])
def test_a_run_that_was_to_read_less_leaves_the_boundary_where_it_was(
    serve: Serve, lists: Lists, tmp_path: Path, argument: str, archives: list[int]
) -> None:
    archive = tmp_path / "archive"
    site = lists.copy(archive)
    server = serve(site)
    put_on_top(site, *NEWS)
    assert run(archive, server, argument).events == {EventKind.ARCHIVED: set(archives)}
    put_on_top(site, *LATER)
    seen = run(archive, server)
    assert seen.events == {EventKind.ARCHIVED: {*NEWS, *LATER} - set(archives)}
    assert seen.list_pages == TOP


def test_after_a_reading_that_was_killed_a_list_is_read_to_the_boundary_before_it(
    serve: Serve, lists: Lists, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    site = lists.copy(archive)
    server = serve(site)
    put_on_top(site, *NEWS)
    site.held = "/szxw/index_2.html"
    life = start(archive, server.base_url)
    try:
        assert site.asked.wait(60)
        wait_until_opened(archive)
        assert life.process.poll() is None
        life.process.kill()
        assert life.process.wait(60) == -signal.SIGKILL
    finally:
        life.process.kill()
        life.process.wait()
        site.held = ""
        site.released.set()
    assert set(NEWS[:5]) <= set(archived(archive))
    assert not set(NEWS[5:]) & set(archived(archive))
    put_on_top(site, *LATER)
    seen = run(archive, server)
    assert seen.events == {EventKind.ARCHIVED: {*NEWS[5:], *LATER}}
    assert seen.list_pages == TOP
    assert archived(archive) == sorted(site.sections["szxw"])
    assert is_sound(archive)


def wait_until_opened(archive: Path) -> None:
    """Until the ledger says that the list is being read, and has the stories of its first page."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ledger = Ledger(archive / LEDGER, read_only=True)
        front, story = ledger.known(f"{HOST}/szxw/"), ledger.known(f"{HOST}{story_path(NEWS[4])}")
        ledger.close()
        if front and not front.is_complete and story and story.state is State.ARCHIVED:
            return
        time.sleep(0.02)
    pytest.fail("the run never acknowledged the first page")
