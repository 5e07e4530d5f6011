"""`scrapy reextract` by workers says and writes what one process does."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from scrapy.settings import Settings

from slqncy.archive import Archive
from slqncy.archive.layout import LEDGER
from slqncy.archive.ledger import Ledger
from slqncy.jobs import shards
from slqncy.jobs.shards import stretches
from slqncy.spiders.read_before import read_apart, read_before
from slqncy.warc.read import captures_in
from tests.archive.looking import defects
from tests.crawling import Pages, Result, links, scrapy, stories, story_page, text_of
from tests.reading.test_ahead import task
from tests.test_reextract import crawl_as_of_old

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from distributed import Client

    from slqncy.demo import DemoServer
    from slqncy.records import Story
    from tests.conftest import DemoCrawl


@pytest.fixture
def archive(serve_pages: Callable[[Pages], DemoServer], tmp_path: Path) -> Path:
    """By a parser of old: stories, a copy, a page without a story, one in two parts, and a page that was read twice."""
    pages = {f"/szxw/{number}.html": story_page(number, text_of(number)) for number in (1, 2, 3, 6, 7)}
    pages |= {"/szxw/4.html": story_page(4, text_of(6)), "/szxw/5.html": "<html><body><p>页面不存在"}
    pages["/szxw/8.html"] = story_page(8, text_of(8), more='<a href="/szxw/8_2.html">下一页</a>')
    pages["/szxw/8_2.html"] = story_page(8, text_of(88))
    site = Pages({**pages, "/": links(*pages)})
    server, root = serve_pages(site), tmp_path / "archive"
    crawl_as_of_old(root, server.base_url)
    site.pages["/szxw/7.html"] = story_page(7, text_of(77))
    crawl_as_of_old(root, server.base_url, "-a", "full=1")
    return root


def reextract(root: Path, *options: str) -> Result:
    return scrapy("reextract", "-s", f"ARCHIVE_DIR={root}", *options)


def test_it_says_and_writes_what_one_process_does(client: Client, archive: Path, tmp_path: Path) -> None:
    roots = [shutil.copytree(archive, tmp_path / name / "archive") for name in ("one", "many")]
    options: list[list[str]] = [[], ["--scheduler", client.scheduler.address]]
    one, many = (reextract(root, "--apply", *more) for root, more in zip(roots, options, strict=True))
    assert many.status == one.status == 0, many.errors + one.errors
    # Behind the times of the log.
    assert [line[19:] for line in many.errors.splitlines()] == [line[19:] for line in one.errors.splitlines()]
    assert many.output.replace("/many/", "/one/") == one.output
    assert "0 would say" not in one.output
    assert lines(roots[1]) == lines(roots[0])
    assert len(lines(roots[0])) > len(lines(archive))
    assert defects(roots[1]) == []
    assert [path.name for path in roots[1].parent.iterdir()] == ["archive"]


def lines(root: Path) -> list[Story]:
    """All that is said of pages, but by which run."""
    archive = Archive(root)
    pages = [*archive.stories(), *archive.duplicates(), *archive.rejected()]
    return [replace(page, provenance=replace(page.provenance, run_id="")) for page in pages]


def test_pages_are_read_by_workers(
    client: Client, demo_crawl: DemoCrawl, deaths: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "_LEAST", 20_000)
    root = shutil.copytree(demo_crawl.archive, tmp_path / "archive")
    # Scrapy's own way to get at them leaves a variable in the environment of all tests that follow.
    ours = Settings()
    ours.setmodule("slqncy.settings")
    with read_before(root, ours, client) as folder:
        outputs = list((folder / "readings").glob("0*"))
        settings = {"ARCHIVE_DIR": tmp_path / "again", "REPLAY_READINGS": folder}
        given = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
        replay = scrapy("crawl", "stories", "-a", f"warc={root / 'warc'}", *given)
    assert (deaths / "readings").exists()
    assert len(outputs) > 3
    assert replay.status == 0, replay.errors
    [told] = re.findall(r"(\d+) of (\d+) pages were read beforehand", replay.errors)
    with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
        [again] = ledger.db.execute("SELECT count(*) FROM capture WHERE NOT has_payload AND status = 200").fetchone()
    # What refers to the payload of an earlier capture is left to the replay.
    assert int(told[0]) == int(told[1]) - again > 100
    assert len(stories(tmp_path / "again")) == len(stories(root))


def test_stretches_have_each_capture_once(demo_crawl: DemoCrawl, monkeypatch: pytest.MonkeyPatch) -> None:
    root = demo_crawl.archive
    with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
        monkeypatch.setattr(shards, "_LEAST", 1 << 30)
        monkeypatch.setattr(shards, "_MOST", 1 << 30)
        [whole] = stretches(root, ledger)
        monkeypatch.setattr(shards, "_LEAST", 5_000)
        monkeypatch.setattr(shards, "_MOST", 5_000)
        parts = stretches(root, ledger)
    assert len(parts) > 10
    found = [capture for part in parts for capture in captures_in(*part, 1 << 24)]
    assert found == list(captures_in(*whole, 1 << 24))


@pytest.mark.parametrize("trouble", [b"hang", b"die", b"raise"])
def test_what_troubles_the_process_that_reads_is_left_out(trouble: bytes) -> None:
    readings = [read_apart(task(body), 0.5) for body in (b"one", trouble, b"two")]
    assert [reading and reading.refused for reading in readings] == ["one", None, "two"]
