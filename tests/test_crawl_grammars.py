"""Crawls of sites whose stories have other addresses than those of www.slqncy.com."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.crawling import Pages, crawl, links, scrapy, stories, story_page, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoServer

PROFILE = r"""
name = "mine"
extends = "slqncy"
[urls]
hosts = ["www.slqncy.com"]
sections = ["news/gn"]
section = '/(?P<section>[a-z]+(?:/[a-z]+)?)/'
{urls}
[urls.paths]
story = "{path}"
"""
DATED = r"""
story = '/(?P<section>[a-z]+(?:/[a-z]+)?)/(?P<story_id>\d{4}/\d{4}/\d+)\.html'
story_page = '/(?P<section>[a-z]+(?:/[a-z]+)?)/(?P<story_id>\d{4}/\d{4}/\d+)_(?P<page>\d+)\.html'
"""
WITHOUT_SECTIONS = r"""
story = '/content_(?P<story_id>\d+)\.html'
story_page = '/content_(?P<story_id>\d+)_(?P<page>\d+)\.html'
"""


def profile(path: Path, urls: str, story_path: str) -> Path:
    path.write_text(PROFILE.replace("{urls}", urls).replace("{path}", story_path), encoding="utf-8")
    return path


def test_a_number_over_several_folders_in_a_section_over_several(
    tmp_path: Path, serve_pages: Callable[[Pages], DemoServer]
) -> None:
    paths = {f"/news/gn/2024/0420/{number}.html": number for number in (100, 101)}
    pages = {path: story_page(number, text_of(number)) for path, number in paths.items()}
    server = serve_pages(Pages({"/news/gn/": links(*paths), **pages}))
    site = profile(tmp_path / "mine.toml", DATED, "/{section}/{story_id}.html")
    archive = tmp_path / "archive"
    result = crawl(archive, server.base_url, f"site={site}", "sections=news/gn")
    assert result.status == 0, result.errors
    found = stories(archive)
    assert sorted(found) == ["mine/news~gn/2024~0420~100", "mine/news~gn/2024~0420~101"]
    story = found["mine/news~gn/2024~0420~100"]
    assert (story.section, story.story_id) == ("news~gn", "2024~0420~100")
    assert story.canonical_url == "http://www.slqncy.com/news/gn/2024/0420/100.html"
    assert scrapy("verify", "-s", f"ARCHIVE_DIR={archive}").status == 0


def test_stories_whose_addresses_name_no_section(tmp_path: Path, serve_pages: Callable[[Pages], DemoServer]) -> None:
    pages = {f"/content_{number}.html": story_page(number, text_of(number)) for number in (100, 101, 103)}
    server = serve_pages(Pages({"/news/gn/": links("/content_100.html", "/content_101.html"), **pages}))
    site = profile(tmp_path / "mine.toml", WITHOUT_SECTIONS, "/content_{story_id}.html")
    archive = tmp_path / "archive"
    result = crawl(archive, server.base_url, f"site={site}", "sections=news/gn")
    assert result.status == 0, result.errors
    assert sorted(stories(archive)) == ["mine/-/100", "mine/-/101"]
    assert {story.section for story in stories(archive).values()} == {""}
    # A sweep asks for what is not known.
    result = crawl(archive, server.base_url, f"site={site}", "ids=99-103")
    assert result.status == 0, result.errors
    assert sorted(stories(archive)) == ["mine/-/100", "mine/-/101", "mine/-/103"]
    paths = [request.path for request in server.requests]
    assert {paths.count(f"/content_{number}.html") for number in range(99, 104)} == {1}
    assert scrapy("verify", "-s", f"ARCHIVE_DIR={archive}").status == 0
