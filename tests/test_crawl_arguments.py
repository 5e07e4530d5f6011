"""The command line of `scrapy crawl stories`, on a small hand-written site."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from slqncy.archive import Archive
from slqncy.demo.site import DemoResponse
from tests.crawling import Pages, crawl, links, scrapy, stories, story_page, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoServer

    Serve = Callable[[Pages], DemoServer]


def small_site() -> Pages:
    """Three list pages of two stories in szxw, one in tyxw linked from the home page, one linked only from a story."""
    pages = {f"/szxw/{number}.html": story_page(number, text_of(number)) for number in range(101, 107)}
    pages["/szxw/101.html"] = story_page(101, text_of(101), more=links("/szxw/90.html"))
    pages["/szxw/90.html"] = story_page(90, text_of(90))
    pages["/tyxw/7.html"] = story_page(7, text_of(7), section="tyxw")
    pages["/"] = links("/szxw/", "/tyxw/7.html", "/szxw/101.html")
    pages["/szxw/"] = links("/szxw/101.html", "/szxw/102.html") + '<a href="index_2.html">下一页</a>'
    pages["/szxw/index_2.html"] = links("103.html", "104.html") + '<a href="index_3.html">下一页</a>'
    pages["/szxw/index_3.html"] = links(
        "http://www.slqncy.com/szxw/105.html", "http://slqncy.com/szxw/106.html?from=hot"
    )
    return Pages(dict(pages))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], {"szxw/90", "szxw/101", "szxw/102", "szxw/103", "szxw/104", "szxw/105", "szxw/106", "tyxw/7"}),
        (["sections=szxw"], {"szxw/90", "szxw/101", "szxw/102", "szxw/103", "szxw/104", "szxw/105", "szxw/106"}),
        (["max_pages=1"], {"szxw/101", "szxw/102", "tyxw/7"}),
        (["max_pages=2", "sections=szxw"], {"szxw/101", "szxw/102", "szxw/103", "szxw/104"}),
    ],
)
def test_what_is_archived(serve_pages: Serve, tmp_path: Path, arguments: list[str], expected: set[str]) -> None:
    server = serve_pages(small_site())
    result = crawl(tmp_path, server.base_url, *arguments)
    assert result.status == 0, result.errors
    assert stories(tmp_path).keys() == {f"slqncy/{name}" for name in expected}
    assert all(story.declared_delta == 0 for story in stories(tmp_path).values())


def test_max_stories_is_exact_and_the_next_run_goes_on(serve_pages: Serve, tmp_path: Path) -> None:
    pages = small_site()
    # A copy and a missing page take no place among the stories asked for.
    first_page = links("/szxw/101.html", "/szxw/201.html", "/szxw/404.html")
    pages.pages["/szxw/"] = f'{first_page}<a href="index_2.html">下一页</a>'
    pages.pages["/szxw/201.html"] = story_page(201, text_of(101))
    server = serve_pages(pages)
    first = crawl(tmp_path, server.base_url, "max_stories=3")
    assert first.status == 0, first.errors
    assert len(stories(tmp_path)) == 3
    lists = [request.path for request in server.requests if request.path.startswith("/szxw/index")]
    assert "/szxw/index_3.html" not in lists
    assert crawl(tmp_path, server.base_url).status == 0
    assert len(stories(tmp_path)) == 7


def test_a_limited_run_leaves_the_rest_to_the_next(serve_pages: Serve, tmp_path: Path) -> None:
    server = serve_pages(small_site())
    assert crawl(tmp_path, server.base_url, "max_pages=1").status == 0
    assert crawl(tmp_path, server.base_url).status == 0
    assert len(stories(tmp_path)) == 8


def test_full_writes_a_new_version_of_what_has_changed_and_nothing_else(serve_pages: Serve, tmp_path: Path) -> None:
    pages = small_site()
    server = serve_pages(pages)
    assert crawl(tmp_path, server.base_url).status == 0
    pages.pages["/szxw/102.html"] = story_page(102, text_of(102).replace("河边", "湖边"))
    assert crawl(tmp_path, server.base_url).status == 0
    result = crawl(tmp_path, server.base_url, "full=1")
    assert result.status == 0, result.errors
    assert "1 changed" in result.output
    (path,) = (tmp_path / "stories").glob("*.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 9
    assert '"id":"slqncy/szxw/102","version":2' in lines[-1]
    assert scrapy("verify", "-s", f"ARCHIVE_DIR={tmp_path}").status == 0


def test_a_site_of_ones_own_and_a_mirror_under_a_path(serve_pages: Serve, tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('name = "mine"\nextends = "slqncy"\n[urls]\nhosts = ["news.example"]\nsections = ["szxw"]\n')
    pages = {f"/mirror{path}": page for path, page in small_site().pages.items()}
    server = serve_pages(Pages(pages))
    result = crawl(tmp_path / "archive", f"{server.base_url}/mirror", f"site={profile}", "sections=szxw")
    assert result.status == 0, result.errors
    found = stories(tmp_path / "archive")
    assert "mine/szxw/104" in found
    assert found["mine/szxw/104"].canonical_url == "http://news.example/szxw/104.html"


def test_max_stories_is_exact_with_many_requests_at_once(serve_pages: Serve, tmp_path: Path) -> None:
    pages = {f"/szxw/{number}.html": story_page(number, text_of(number)) for number in range(1, 40)}
    pages["/"] = links(*pages)
    pages["/szxw/5.html"] = pages["/szxw/6.html"] = "<html><body>"
    server = serve_pages(Pages(dict(pages)))
    result = scrapy(
        "crawl", "stories", "-a", f"base_url={server.base_url}", "-s", f"ARCHIVE_DIR={tmp_path}",
        "-a", "max_stories=20", "-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=16",
    )  # fmt: skip
    assert result.status == 0, result.errors
    assert len(stories(tmp_path)) == 20


def test_a_list_that_is_longer_than_allowed_is_read_on_by_a_run_that_may(serve_pages: Serve, tmp_path: Path) -> None:
    server = serve_pages(small_site())
    short = scrapy(
        "crawl", "stories", "-a", f"base_url={server.base_url}", "-s", f"ARCHIVE_DIR={tmp_path}",
        "-s", "DOWNLOAD_DELAY=0", "-s", "LIST_MAX_PAGES=1",
    )  # fmt: skip
    assert "has more than LIST_MAX_PAGES=1 pages" in short.errors
    assert len(stories(tmp_path)) == 4
    assert crawl(tmp_path, server.base_url).status == 0
    assert len(stories(tmp_path)) == 8


def reports(archive: Path) -> list[dict[str, Any]]:
    """The reports of its runs, oldest first."""
    return [json.loads(path.read_bytes()) for path in sorted((archive / "runs").glob("*.json"))]


def test_several_sites_share_an_archive(serve_pages: Serve, tmp_path: Path) -> None:
    first: dict[str, Any] = {f"/szxw/{number}.html": story_page(number, text_of(number)) for number in (1, 2)}
    second: dict[str, Any] = {f"/szxw/{number}.html": story_page(number, text_of(number)) for number in (2, 3)}
    # A story that is due for one site is none of the other's.
    first["/szxw/9.html"] = DemoResponse(503, {}, b"")
    one = serve_pages(Pages({**first, "/": links(*first)}))
    other = serve_pages(Pages({**second, "/": links(*second)}))
    for _ in range(2):
        assert crawl(tmp_path, one.base_url, "full=1").status == 0
        assert crawl(tmp_path, other.base_url, "full=1", "site=longtansi").status == 0
    assert stories(tmp_path).keys() == {"slqncy/szxw/1", "slqncy/szxw/2", "longtansi/szxw/3"}
    assert [story.id for story in Archive(tmp_path).duplicates()] == ["longtansi/szxw/2"]
    assert {request.path for request in other.requests} & {"/szxw/1.html", "/szxw/9.html"} == set()
    assert scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={tmp_path}").status == 0
    # What a run says of addresses and numbers it says of its own site, unless captures are of several.
    runs = reports(tmp_path)
    assert [run["site"] for run in runs] == ["slqncy", "longtansi"] * 2
    for run, next_of_site in zip(runs, runs[2:], strict=False):
        assert {line.partition("/")[0] for line in run["coverage"]} == {run["site"]}
        assert next_of_site["addresses"]["known_before"] == sum(run["addresses"]["states"].values())
    replay = tmp_path / "replay"
    assert scrapy("crawl", "stories", "-a", f"warc={tmp_path / 'warc'}", "-s", f"ARCHIVE_DIR={replay}").status == 0
    (whole,) = reports(replay)
    found = sum(run["addresses"]["found"] for run in runs[:2])
    assert (whole["addresses"]["found"], whole["addresses"]["adds_up"]) == (found, True)
    assert whole["coverage"].keys() == {"slqncy", "longtansi"}


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["-a", "page=3"], 64, "unknown argument 'page'"),
        (["-a", "max_pages=0"], 64, "max_pages='0'"),
        (["-a", "max_pages=two"], 64, "max_pages='two'"),
        (["-a", "max_stories=-1"], 64, "max_stories='-1'"),
        (["-a", "full=yes"], 64, "full='yes'"),
        (["-a", "base_url=www.slqncy.com"], 64, "base_url='www.slqncy.com'"),
        (["-a", "base_url=ftp://x"], 64, "base_url='ftp://x'"),
        (["-a", "sections=a/b"], 64, "'a/b' is no section"),
        (["-a", "sections=,"], 64, "sections=','"),
        (["-a", "nonsense"], 64, "NAME=VALUE"),
        (["-a", "site=nowhere"], 78, "no site profile is named 'nowhere'"),
        (["-s", "LOG_LEVEL=LOUD"], 78, "LOG_LEVEL='LOUD' must be one of CRITICAL"),
        (["-a", "site=missing.toml"], 78, "missing.toml: cannot be read"),
        (["-a", "site=pyproject.toml"], 78, "pyproject.toml: name is missing"),
        (["-s", "nonsense"], 64, "NAME=VALUE"),
    ],
)
def test_a_wrong_argument_is_said_before_any_request(
    serve_pages: Serve, tmp_path: Path, arguments: list[str], status: int, message: str
) -> None:
    server = serve_pages(small_site())
    archive = tmp_path / "archive"
    # The last of two values of an argument stands.
    result = scrapy(
        "crawl", "stories", "-a", f"base_url={server.base_url}", "-s", f"ARCHIVE_DIR={archive}", *arguments
    )  # fmt: skip
    assert result.status == status, result.errors
    assert message in result.errors
    assert "Traceback" not in result.errors
    assert server.requests == []
    assert not archive.exists()


def test_an_unknown_spider_is_named(tmp_path: Path) -> None:
    result = scrapy("crawl", "story", "-s", f"ARCHIVE_DIR={tmp_path}")
    assert result.status == 64
    assert "name one spider: stories" in result.errors
