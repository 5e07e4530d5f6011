"""The main job, end to end: the demo site over real HTTP."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from slqncy.archive import Archive
from slqncy.demo import serving
from slqncy.demo.outcome import compare
from slqncy.extract.boilerplate import strip
from slqncy.sites import load_site
from tests.crawling import SEED, crawl, scrapy, stories

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.demo import DemoSite
    from tests.conftest import DemoCrawl


MARKS = (
    "本篇文章", "读完约", "标题:", "地址:http", "来源:", "责任编辑", "上一篇", "下一篇", "相关阅读", "分享到",
    "点击次数", "扫码关注", "版权声明", "免责声明", "网友评论", "发布时间",
)  # fmt: skip


def test_every_story_is_as_expected(demo_site: DemoSite, demo_crawl: DemoCrawl) -> None:
    assert demo_crawl.result.status == 0, demo_crawl.result.errors
    comparison = compare(demo_site.expected, Archive(demo_crawl.archive))
    assert comparison.differences == []
    assert comparison.outcomes["archived", "archived"] == 120


def test_the_seed_story(demo_crawl: DemoCrawl) -> None:
    _, _, body, _, title, _, address = SEED.split("\n")
    story = stories(demo_crawl.archive)["slqncy/szxw/9538"]
    assert story.text == body
    assert (story.declared_chars, story.declared_minutes, story.declared_delta) == (2662, 7, 0)
    assert story.title == title.removeprefix("标题:") == "苏州科技城(东渚街道)召开“争第一 创唯一”誓师大会"
    assert story.canonical_url == address.removeprefix("地址:")
    assert (story.byline_raw, story.authors) == ("(张彪朱晓)", ["张彪", "朱晓"])
    assert story.char_count == 2660


def test_no_line_of_any_text_is_boilerplate(demo_crawl: DemoCrawl) -> None:
    site = load_site("slqncy")
    for story in stories(demo_crawl.archive).values():
        paragraphs = story.text.split("\n")
        assert strip(paragraphs, story.title, site).paragraphs == paragraphs
        for mark in MARKS:
            assert mark not in story.text, story.id


def test_the_account_of_requests_adds_up_with_the_server_s(demo_crawl: DemoCrawl) -> None:
    (report,) = (json.loads(path.read_text()) for path in (demo_crawl.archive / "runs").glob("*.json"))
    requests = report["requests"]
    assert requests["adds_up"]
    assert requests["unanswered"] == requests["failures"] == 0
    asked = [request.path for request in demo_crawl.requests if request.path != "/robots.txt"]
    # What robots.txt forbids never reaches the server.
    assert len(asked) == requests["requested"] - requests["forbidden"]
    assert len(asked) == len(set(asked))
    assert not [path for path in asked if path.startswith("/nbxw/")]
    assert f"{requests['requested']} requested = 120 archived + 6 duplicates + 3 rejected" in demo_crawl.result.output


def test_verify_finds_nothing_wrong(demo_crawl: DemoCrawl) -> None:
    result = scrapy("verify", "-s", f"ARCHIVE_DIR={demo_crawl.archive}")
    assert (result.status, result.errors) == (0, "")
    assert re.search(r"120 stories; [1-9]\d+ WARC records; 0 defects", result.output)


def test_running_again_asks_for_no_story_and_adds_no_line(demo_site: DemoSite, tmp_path: Path) -> None:
    with serving(demo_site) as server:
        assert crawl(tmp_path, server.base_url).status == 0
        before = _lines(tmp_path)
        server.requests.clear()
        again = crawl(tmp_path, server.base_url)
        assert again.status == 0, again.errors
        assert not [request for request in server.requests if request.path.removesuffix(".html")[-4:].isdigit()]
        assert _lines(tmp_path) == before
        full = crawl(tmp_path, server.base_url, "full=1")
        assert full.status == 0, full.errors
        assert "129 unchanged" in full.output
        assert _lines(tmp_path) == before


def test_the_demo_command_says_what_was_archived_and_where(tmp_path: Path) -> None:
    result = scrapy("demo", "-s", f"ARCHIVE_DIR={tmp_path}")
    assert result.status == 0, result.output + result.errors
    assert "archived    120  as expected" in result.output
    assert "NOT AS EXPECTED" not in result.output
    (path,) = tmp_path.glob("demo/*/stories/*.jsonl")
    assert str(path) in result.output


def _lines(archive: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in archive.glob("*/*.jsonl")}
