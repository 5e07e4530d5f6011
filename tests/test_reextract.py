"""A better parser reads again what was captured, and what it reads otherwise becomes a further version."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from slqncy import __version__, settings
from slqncy.archive import Archive, ArchiveWriter
from slqncy.archive.changes import ChangeKind
from slqncy.reasons import EventKind
from tests.crawling import Pages, crawl, links, scrapy, story_page, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoServer

    Serve = Callable[[Pages], DemoServer]

# Before the check: what is read otherwise is also counted and hashed otherwise.
OF_OLD = json.dumps({**settings.ITEM_PIPELINES, "tests.parser_of_old.ParserOfOld": 250})


def crawl_as_of_old(archive: Path, base_url: str, *arguments: str) -> None:
    result = scrapy(
        "crawl", "stories", "-a", f"base_url={base_url}", "-s", f"ARCHIVE_DIR={archive}", "-s", "DOWNLOAD_DELAY=0",
        "-s", f"ITEM_PIPELINES={OF_OLD}", *arguments,
    )  # fmt: skip
    assert result.status == 0, result.errors


@pytest.fixture
def site() -> Pages:
    pages = {f"/szxw/{number}.html": story_page(number, text_of(number)) for number in (1, 2, 3, 6)}
    # A copy, and a page without a story.
    pages |= {"/szxw/4.html": story_page(4, text_of(6)), "/szxw/5.html": "<html><body><p>页面不存在"}
    return Pages({**pages, "/": links(*pages)})


def test_what_reads_otherwise_is_told_and_then_taken_in(serve_pages: Serve, site: Pages, tmp_path: Path) -> None:
    server = serve_pages(site)
    archive, clean = tmp_path / "archive", tmp_path / "clean"
    crawl_as_of_old(archive, server.base_url)
    assert crawl(clean, server.base_url).status == 0
    before = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
    asked = len(server.requests)

    told = scrapy("reextract", "-s", f"ARCHIVE_DIR={archive}")
    assert told.status == 0, told.errors
    lines = told.output.splitlines()
    assert any(line.startswith("authors ") and line.endswith(" 1 pages") for line in lines), told.output
    assert any("slqncy/szxw/1: [] → ['王宇']" in line for line in lines), told.output
    assert any(line.startswith("title ") and line.endswith(" 1 pages") for line in lines), told.output
    assert "\x1b" not in told.output
    assert any(line.startswith("from rejected to stories ") for line in lines), told.output
    assert any(line.startswith("from stories to rejected (kept as it is) ") for line in lines), told.output
    assert lines[-2:] == [
        f"{archive}: 6 pages read again, 4 would say something else", "Nothing was written; --apply writes it.",
    ]  # fmt: skip
    assert {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()} == before

    (token,) = [change.token for change in Archive(archive).changes()][-1:]
    applied = scrapy("reextract", "--apply", "-s", f"ARCHIVE_DIR={archive}")
    assert applied.status == 0, applied.errors
    assert applied.output.splitlines()[-1] == f"{archive}: 3 new lines"
    assert len(server.requests) == asked, "nothing is asked of the site"
    verified = scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={archive}")
    assert verified.status == 0, verified.output

    newest = {story.id: story for story in Archive(archive).stories(latest=True)}
    right = {story.id: story for story in Archive(clean).stories(latest=True)}
    assert newest.keys() - right.keys() == {"slqncy/szxw/5"}
    for id_, story in right.items():
        for name in ("title", "text", "authors", "char_count", "declared_delta", "content_hash", "images"):
            assert getattr(newest[id_], name) == getattr(story, name), (id_, name)
    assert {id_: story.version for id_, story in newest.items()} == {
        "slqncy/szxw/1": 2, "slqncy/szxw/2": 2, "slqncy/szxw/3": 1, "slqncy/szxw/5": 1, "slqncy/szxw/6": 1,
    }  # fmt: skip
    assert newest["slqncy/szxw/2"].provenance.parser_version == __version__
    changes = [(change.change, change.id) for change in Archive(archive).changes(token)]
    assert changes == [
        (ChangeKind.MOD, "slqncy/szxw/1"), (ChangeKind.MOD, "slqncy/szxw/2"), (ChangeKind.ADD, "slqncy/szxw/3"),
    ]  # fmt: skip
    events = [event for event in Archive(archive).events() if event.event is EventKind.REEXTRACTED]
    assert [event.version for event in events] == [2, 2, 1]
    assert "authors" in events[0].detail

    again = scrapy("reextract", "--apply", "-s", f"ARCHIVE_DIR={archive}")
    assert again.output.splitlines()[-1] == f"{archive}: 0 new lines"
    # Nothing of it disturbs the next run: the site says what is archived.
    assert crawl(archive, server.base_url, "full=1").status == 0
    assert {story.id: story.version for story in Archive(archive).stories(latest=True)} == {
        id_: story.version for id_, story in newest.items()
    }
    rescored = scrapy("dedup", "--rescore", "-s", f"ARCHIVE_DIR={archive}")
    assert "0 pages would change" in rescored.output, rescored.output


def test_a_gone_story_stays_gone(serve_pages: Serve, site: Pages, tmp_path: Path) -> None:
    server = serve_pages(site)
    crawl_as_of_old(tmp_path, server.base_url)
    del site.pages["/szxw/1.html"]
    crawl_as_of_old(tmp_path, server.base_url, "-a", "full=1")
    assert scrapy("reextract", "--apply", "-s", f"ARCHIVE_DIR={tmp_path}").status == 0
    explained = scrapy("explain", "slqncy/szxw/1", "-s", f"ARCHIVE_DIR={tmp_path}")
    assert "gone" in explained.output
    assert [story.version for story in Archive(tmp_path).stories() if story.story_id == "1"] == [1, 2]
    assert scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={tmp_path}").status == 0


def test_where_there_is_nothing_to_read_again(serve_pages: Serve, site: Pages, tmp_path: Path) -> None:
    nowhere = scrapy("reextract", "-s", f"ARCHIVE_DIR={tmp_path / 'nowhere'}")
    assert (nowhere.status, "no archive here" in nowhere.errors) == (74, True)
    server = serve_pages(site)
    crawl_as_of_old(tmp_path, server.base_url, "-s", "WARC_ENABLED=False")
    bare = scrapy("reextract", "-s", f"ARCHIVE_DIR={tmp_path}")
    assert (bare.status, "no captures here" in bare.errors) == (74, True)
    assert "Traceback" not in nowhere.errors + bare.errors


def test_what_is_damaged_is_no_success(serve_pages: Serve, site: Pages, tmp_path: Path) -> None:
    assert crawl(tmp_path, serve_pages(site).base_url).status == 0
    (path,) = (tmp_path / "warc").iterdir()
    data = bytearray(path.read_bytes())
    data[-100] ^= 0xFF
    path.write_bytes(data)
    result = scrapy("reextract", "-s", f"ARCHIVE_DIR={tmp_path}")
    assert result.status == 65
    assert f"{path}, behind byte" in result.errors
    assert "pages read again" in result.output


def test_a_page_without_a_capture_is_left_as_it_is(serve_pages: Serve, site: Pages, tmp_path: Path) -> None:
    server = serve_pages(site)
    crawl_as_of_old(tmp_path, server.base_url, "-s", "WARC_ENABLED=False")
    site.pages["/szxw/6.html"] = story_page(6, text_of(66))
    crawl_as_of_old(tmp_path, server.base_url, "-a", "full=1")
    told = scrapy("reextract", "-s", f"ARCHIVE_DIR={tmp_path}")
    assert told.output.splitlines()[-1].startswith(f"{tmp_path}: 1 pages read again, 0 "), told.output


def test_while_a_run_holds_the_archive_nothing_is_written(serve_pages: Serve, site: Pages, tmp_path: Path) -> None:
    crawl_as_of_old(tmp_path, serve_pages(site).base_url)
    writer = ArchiveWriter(tmp_path)
    try:
        refused = scrapy("reextract", "--apply", "-s", f"ARCHIVE_DIR={tmp_path}")
        assert refused.status == 75
        assert scrapy("reextract", "-s", f"ARCHIVE_DIR={tmp_path}").status == 0
    finally:
        writer.close()
