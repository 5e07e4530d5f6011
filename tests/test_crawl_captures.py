"""Crawls, and the raw responses that they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.archive import Archive
from tests.archive.exchanges import payload_at, warcs
from tests.crawling import Pages, crawl, links, scrapy, story_page, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoServer

SITE = Pages(
    {
        "/": links("/szxw/"),
        "/szxw/": links("/szxw/1.html", "/szxw/2.html"),
        "/robots.txt": "User-agent: *\nDisallow:\n",
        **{f"/szxw/{number}.html": story_page(number, text_of(number)) for number in (1, 2)},
    }
)


def test_every_line_names_its_raw_response(tmp_path: Path, serve_pages: Callable[[Pages], DemoServer]) -> None:
    archive = tmp_path / "archive"
    assert crawl(archive, serve_pages(SITE).base_url).status == 0
    pages = {story.story_id: payload_at(archive, story.provenance.warc) for story in Archive(archive).stories()}
    assert {number: page.decode() for number, page in pages.items()} == {
        number: SITE.pages[f"/szxw/{number}.html"] for number in ("1", "2")
    }
    verified = scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={archive}")
    # The file's own record, and three of each of robots.txt, / and /szxw/ and two stories, but for sections not there.
    assert " WARC records; 0 defects" in verified.output
    assert verified.status == 0


def test_without_raw_responses_an_archive_is_whole_too(
    tmp_path: Path, serve_pages: Callable[[Pages], DemoServer]
) -> None:
    archive, base_url = tmp_path / "archive", serve_pages(SITE).base_url
    arguments = ("-a", f"base_url={base_url}", "-s", f"ARCHIVE_DIR={archive}", "-s", "DOWNLOAD_DELAY=0")
    assert scrapy("crawl", "stories", *arguments, "-s", "WARC_ENABLED=False").status == 0
    assert not (archive / "warc").exists()
    assert [story.provenance.warc.file for story in Archive(archive).stories()] == ["", ""]
    verified = scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={archive}")
    assert "2 stories; 0 WARC records; 0 defects" in verified.output
    assert verified.status == 0


def test_a_run_does_not_go_on_without_a_file_that_was_acknowledged(
    tmp_path: Path, serve_pages: Callable[[Pages], DemoServer]
) -> None:
    archive, base_url = tmp_path / "archive", serve_pages(SITE).base_url
    assert crawl(archive, base_url).status == 0
    (name,) = warcs(archive)
    (archive / "warc" / name).unlink()
    refused = crawl(archive, base_url)
    assert refused.status == 74
    assert f"{name}: is missing" in refused.errors
    assert "`scrapy repair`" in refused.errors
    assert "Traceback" not in refused.errors
    verified = scrapy("verify", "-s", f"ARCHIVE_DIR={archive}")
    assert verified.status == 65
    assert f"warc/{name}: is missing, with " in verified.output
    repaired = scrapy("repair", "-s", f"ARCHIVE_DIR={archive}")
    assert repaired.status == 0
    assert repaired.output.count("its raw response is lost") == 2
    assert crawl(archive, base_url).status == 0
