"""What the captures of a story become, beside what the site itself says: a hand-written site, then and now."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from slqncy.archive import Archive
from slqncy.archive.changes import ChangeKind
from slqncy.archive.layout import LEDGER
from slqncy.demo import serving
from slqncy.demo.site import DemoResponse
from slqncy.reasons import EventKind, Failure, Rejection
from tests.backfill.captured import Snapshot
from tests.backfill.standins import Front, web_archives
from tests.crawling import Pages, Result, crawl, links, scrapy, story_page, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slqncy.records import Event, Rejected, Story

WWW = "http://www.slqncy.com"


def text(number: int, year: int) -> str:
    return text_of(number).replace("公斤", f"公斤({year}年)")


def page(number: int, year: int, **more: Any) -> str:
    return story_page(number, text(number, year), **more)


def cut(number: int, year: int) -> str:
    """The page declares more than is there."""
    return page(number, year).replace(text(number, year).split("\n")[1], "负责人介绍")


def parts(number: int, year: int) -> tuple[str, str]:
    """A story on two pages; the banner counts both."""
    second = text(number, year).split("\n")[1]
    whole = page(number, year)
    head = whole.replace(f"<p>{second}</p>", "").replace(
        "</body>", f'<a href="/szxw/{number}_2.html">下一页</a></body>'
    )
    return head, f"<html><head><title>{number}</title></head><body><h1>{number}</h1><p>{second}</p></body></html>"


def snapshot(path: str, year: int, html: str, *, url: str = "") -> Snapshot:
    return Snapshot(url or WWW + path, f"{year}-05-01T04:00:00Z", html.encode())


def captures() -> list[Snapshot]:
    def story(number: int, year: int, html: str = "") -> Snapshot:
        return snapshot(f"/szxw/{number}.html", year, html or page(number, year))

    (old, old_part), (new, new_part) = parts(107, 2018), parts(107, 2021)
    half, _ = parts(108, 2018)
    dated = page(110, 2020).replace("</h1>", "</h1><p>发布时间:3天前</p>")
    return [
        story(101, 2018),
        story(102, 2018, cut(102, 2018)), story(102, 2019), story(102, 2020, cut(102, 2020)),
        story(103, 2018, "<html><body><h1>提示信息</h1><p>您访问的页面不存在</p></body></html>"), story(103, 2019),
        story(104, 2018, cut(104, 2018)), story(104, 2019, cut(104, 2019)),
        story(105, 2018, page(105, 2018)), story(105, 2019, page(105, 2018, more="<p>扫一扫</p>")),
        story(106, 2020), story(106, 2018), story(106, 2019), replace(story(106, 2018), date="2021-01-01T00:00:00Z"),
        story(107, 2018, old), snapshot("/szxw/107_2.html", 2018, old_part),
        story(107, 2021, new), snapshot("/szxw/107_2.html", 2021, new_part),
        story(108, 2018, half),
        story(109, 2018),
        story(110, 2020, dated),
        snapshot("", 2018, page(111, 2018), url="http://slqncy.com/szxw/111.html?from=hot"),
        replace(story(114, 2018, cut(114, 2018)), is_truncated=True), story(114, 2019),
        snapshot("/szxw/", 2018, links("/szxw/101.html", "/szxw/112.html") + '<a href="index_2.html">下一页</a>'),
        snapshot("/szxw/index_2.html", 2018, links("/szxw/113.html") + '<a href="index_3.html">下一页</a>'),
        snapshot("/szxw/index_2.html", 2020, links("/szxw/115.html") + '<a href="index_3.html">下一页</a>'),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with web_archives(tmp_path_factory.mktemp("web"), {"CC-MAIN-2021-21": captures()}) as running:
        yield running


def backfill(archive: Path, front: Front, name: str, *options: str) -> Result:
    front.asked.clear()
    return scrapy(
        "crawl", "stories", "-a", f"from={name}", "-s", f"ARCHIVE_DIR={archive}", *front.settings(), *options
    )  # fmt: skip


@dataclass(frozen=True)
class Filled:
    """An archive of what the site says now, filled with what it said then."""

    root: Path
    before: dict[str, tuple[Any, ...]]
    after: dict[str, tuple[Any, ...]]
    token: str
    result: Result

    def versions(self, number: int) -> list[Story]:
        return [story for story in Archive(self.root).stories() if story.story_id == str(number)]

    def rejected(self, number: int) -> list[Rejected]:
        return [page for page in Archive(self.root).rejected() if page.story_id == str(number)]

    def events(self, number: int) -> list[Event]:
        """Those out of web archives."""
        id_ = f"slqncy/szxw/{number}"
        return [event for event in Archive(self.root).events() if event.id == id_ and event.date_captured]


_COLUMNS = "state, reason, first, due, failures, etag, last_modified, hash, opened, confirmed, complete"


def addresses(archive: Path) -> dict[str, tuple[Any, ...]]:
    with closing(sqlite3.connect(archive / LEDGER)) as ledger:
        return {url: row for url, *row in ledger.execute(f"SELECT url, {_COLUMNS} FROM url")}  # noqa: S608


def site() -> Pages:
    """The site now: of the stories above it has two left, one of them edited."""
    headers = {"Content-Type": "text/html; charset=utf-8", "ETag": '"now"'}
    pages: dict[str, Any] = {
        f"/szxw/{number}.html": DemoResponse(200, headers, page(number, 2026).encode()) for number in (101, 109)
    }
    pages["/szxw/"] = links("/szxw/101.html", "/szxw/109.html")
    pages["/"] = links("/szxw/")
    return Pages(pages)


@pytest.fixture(scope="module", params=["wayback", "commoncrawl"])
def filled(request: pytest.FixtureRequest, front: Front, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    root, pages = tmp_path_factory.mktemp("filled"), site()
    with serving(pages) as server:
        assert crawl(root, server.base_url).status == 0
        del pages.pages["/szxw/109.html"]
        assert crawl(root, server.base_url, "full=1").status == 0
    before = addresses(root)
    *_, newest = Archive(root).changes()
    result = backfill(root, front, request.param)
    return Filled(root, before, addresses(root), newest.token, result)


def test_it_ends_well(filled: Filled) -> None:
    assert filled.result.status == 0, filled.result.errors
    assert scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={filled.root}").status == 0


def test_an_earlier_version_is_kept_and_the_site_has_the_last_word(filled: Filled) -> None:
    now, then = filled.versions(101)
    assert (now.version, now.text, now.provenance.web_archive) == (1, text(101, 2026), "")
    assert (then.version, then.text, then.as_of) == (2, text(101, 2018), "2018-05-01T04:00:00Z")
    latest = {story.id: story for story in Archive(filled.root).stories(latest=True)}
    assert latest["slqncy/szxw/101"] == now
    assert [event.event for event in filled.events(101)] == [EventKind.EARLIER]


def test_nothing_that_concerns_the_site_is_changed(filled: Filled) -> None:
    assert {url: filled.after[url] for url in filled.before} == filled.before


def test_what_is_gone_stays_gone(filled: Filled) -> None:
    assert filled.after[f"{WWW}/szxw/109.html"][0] == "gone"
    assert [story.text for story in filled.versions(109)] == [text(109, 2026), text(109, 2018)]
    assert [event.event for event in filled.events(109)] == [EventKind.EARLIER]


def test_changes_tell_of_what_stands_now(filled: Filled) -> None:
    told = [(change.change, change.id, change.version) for change in Archive(filled.root).changes(filled.token)]
    assert not {"slqncy/szxw/101", "slqncy/szxw/109"} & {id_ for _, id_, _ in told}
    assert [(change, version) for change, id_, version in told if id_ == "slqncy/szxw/106"] == [
        (ChangeKind.ADD, 1), (ChangeKind.MOD, 2), (ChangeKind.MOD, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(("number", "passed_over"), [(102, 2), (103, 1), (114, 1)])
def test_of_captures_the_complete_ones_are_taken(filled: Filled, number: int, passed_over: int) -> None:
    (story,) = filled.versions(number)
    assert (story.text, story.declared_delta, story.as_of[:4]) == (text(number, 2019), 0, "2019")
    assert [page.reason for page in filled.rejected(number)] == [Rejection.PASSED_OVER] * passed_over


def test_an_incomplete_capture_is_better_than_none(filled: Filled) -> None:
    assert [(story.as_of[:4], bool(story.declared_delta)) for story in filled.versions(104)] == [
        ("2018", True), ("2019", True),
    ]  # fmt: skip
    assert filled.rejected(104) == []


def test_what_says_the_same_is_no_version(filled: Filled) -> None:
    assert [story.as_of[:4] for story in filled.versions(105)] == ["2018"]
    assert [event.event for event in filled.events(105)] == [EventKind.ARCHIVED, EventKind.UNCHANGED]


def test_versions_come_in_the_order_of_time(filled: Filled) -> None:
    assert [(story.version, story.as_of[:4]) for story in filled.versions(106)] == [
        (1, "2018"),
        (2, "2019"),
        (3, "2020"),
    ]


def test_further_pages_are_of_the_same_time(filled: Filled) -> None:
    assert [(story.text, story.declared_delta) for story in filled.versions(107)] == [
        (text(107, 2018), 0), (text(107, 2021), 0),
    ]  # fmt: skip


def test_a_story_without_its_further_page_is_none(filled: Filled) -> None:
    assert filled.versions(108) == []
    (failed,) = filled.events(108)
    assert (failed.event, failed.reason) == (EventKind.FAILED, Failure.INCOMPLETE)
    assert "108_2.html: no capture of it" in failed.detail


def test_days_are_counted_from_when_it_was_captured(filled: Filled) -> None:
    (story,) = filled.versions(110)
    assert story.date_published[:10] == "2020-04-28"


def test_an_address_is_the_same_under_any_host(filled: Filled) -> None:
    (story,) = filled.versions(111)
    assert (story.url, story.canonical_url) == (
        "http://slqncy.com/szxw/111.html?from=hot", f"{WWW}/szxw/111.html",
    )  # fmt: skip


def test_lists_tell_of_stories_for_the_next_run(filled: Filled) -> None:
    via = {event.url: event.via for event in Archive(filled.root).events() if event.event is EventKind.FOUND}
    for number, page in ((112, "/szxw/"), (113, "/szxw/index_2.html"), (115, "/szxw/index_2.html")):
        url = f"{WWW}/szxw/{number}.html"
        assert via[url] == WWW + page
        state, _, _, due, *_ = filled.after[url]
        assert (state, due) == ("found", 0)
    # What no capture is of is not asked for, wherever it is linked.
    assert f"{WWW}/szxw/index_3.html" not in via


def test_an_archive_rebuilt_from_its_lines_knows_the_same(filled: Filled, front: Front) -> None:
    rebuilt = scrapy("rebuild", "-s", f"ARCHIVE_DIR={filled.root}")
    assert rebuilt.status == 0, rebuilt.errors
    assert addresses(filled.root) == filled.after
    name = filled.versions(101)[1].provenance.web_archive
    assert backfill(filled.root, front, name).status == 0
    assert {path.rpartition("/")[2] for path in front.paths(r"/web/\d")} <= {"108.html"}
    assert len(front.paths(r"/web/\d|/data/")) == 1


def test_few_captures_at_a_time(front: Front, tmp_path: Path) -> None:
    for _ in range(3):
        assert backfill(tmp_path, front, "wayback", "-s", "BACKFILL_MAX_CAPTURES=1").status == 0
    found = [(story.story_id, story.as_of[:4]) for story in Archive(tmp_path).stories()]
    assert {("102", "2018"), ("102", "2019"), ("106", "2018"), ("106", "2019"), ("106", "2020")} <= set(found)
    # The incomplete one of 2018 stood alone when it was read; that of 2020 did not.
    assert ("102", "2020") not in found
    assert scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={tmp_path}").status == 0


@pytest.mark.parametrize("name", ["wayback", "commoncrawl"])
def test_what_was_fetched_is_chosen_from_again(front: Front, tmp_path: Path, name: str) -> None:
    filled, again = tmp_path / "filled", tmp_path / "again"
    assert backfill(filled, front, name).status == 0
    result = scrapy("crawl", "stories", "-a", f"warc={filled / 'warc'}", "-s", f"ARCHIVE_DIR={again}")
    assert result.status == 0, result.errors
    archives = Archive(filled), Archive(again)
    versions = [[(story.id, story.version, story.text, story.as_of) for story in each.stories()] for each in archives]
    rejected = [[(page.id, page.version, page.reason, page.as_of) for page in each.rejected()] for each in archives]
    assert versions[0] == versions[1]
    assert rejected[0] == rejected[1]
    assert addresses(filled).keys() <= addresses(again).keys()
