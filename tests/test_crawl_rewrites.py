"""What a story rewrites stands beside its line, once for each of its versions, and beside nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slqncy import settings
from slqncy.archive import Archive
from slqncy.reasons import EventKind
from tests.crawling import Pages, links, scrapy, story_page, text_of
from tests.rewriting_pipeline import Rewriting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoServer

PIPELINES = json.dumps({**settings.ITEM_PIPELINES, "tests.rewriting_pipeline.Rewriting": 450})


def crawl(archive: Path, base_url: str) -> dict[str, Any]:
    """The figures of a run that asks for every story."""
    before = set(archive.glob("runs/*.json"))
    result = scrapy(
        "crawl", "stories", "-a", f"base_url={base_url}", "-a", "full=1", "-s", f"ARCHIVE_DIR={archive}",
        "-s", "DOWNLOAD_DELAY=0", "-s", f"ITEM_PIPELINES={PIPELINES}",
    )  # fmt: skip
    assert result.status == 0, result.errors
    (report,) = set(archive.glob("runs/*.json")) - before
    figures: dict[str, Any] = json.loads(report.read_bytes())["requests"]
    return figures


def test_what_a_story_rewrites_stands_beside_each_of_its_versions(
    serve_pages: Callable[[Pages], DemoServer], tmp_path: Path
) -> None:
    pages = {f"/szxw/{number}.html": story_page(number, text_of(number)) for number in (1, 2)}
    # A copy and a page without a story are lines as well, and have nothing beside them.
    pages |= {"/szxw/3.html": story_page(3, text_of(1)), "/szxw/4.html": "<html><body>"}
    site = Pages({**pages, "/": links(*pages)})
    server = serve_pages(site)
    assert crawl(tmp_path, server.base_url)["rewrites"] == 1
    assert crawl(tmp_path, server.base_url)["rewrites"] == 0, "nothing has changed"
    site.pages["/szxw/2.html"] = story_page(2, text_of(2).replace("河边", "湖边"))
    assert crawl(tmp_path, server.base_url)["rewrites"] == 1

    archive = Archive(tmp_path)
    assert (len(list(archive.duplicates())), len(list(archive.rejected()))) == (1, 1)
    versions = [story for story in archive.stories() if story.story_id == "2"]
    assert [story.version for story in versions] == [1, 2]
    for story, rewrite in zip(versions, archive.rewrites(), strict=True):
        for name in ("id", "version", "canonical_url", "title", "content_hash", "date_downloaded"):
            assert getattr(rewrite, name) == getattr(story, name)
        assert {name: getattr(rewrite, name) for name in Rewriting.fields} == Rewriting.fields
        assert rewrite.run_id == story.provenance.run_id
    told = [(event.event, event.version) for event in archive.events() if event.detail.startswith("rewrite of ")]
    assert told == [(EventKind.ARCHIVED, 1), (EventKind.CHANGED, 2)]
    assert scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={tmp_path}").status == 0
    explained = scrapy("explain", "slqncy/szxw/2", "-s", f"ARCHIVE_DIR={tmp_path}").output
    assert f"version 2 tells what slqncy/szxw/1 tells, {versions[1].content_hash}" in explained
    assert "rewrite of slqncy/szxw/1: 2 names and a date" in explained
