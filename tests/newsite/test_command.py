"""`scrapy newsite`, as a person meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from slqncy.demo import DemoServer, serving
from slqncy.demo.site import DemoResponse
from slqncy.newsite.stranger import stranger
from slqncy.spiders.probe import Probe
from tests.crawling import ROOT, Pages, Result, crawl, links, redirect, scrapy, stories
from tests.newsite.renamed import HOST, Renamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("newsite")
ROBOTS = DemoResponse(200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /\n")


def newsite(*arguments: str) -> Result:
    result = scrapy("newsite", *arguments, "-s", "DOWNLOAD_DELAY=0")
    assert "Traceback" not in result.errors, result.errors
    return result


class Looked(NamedTuple):
    """What a look at a site left."""

    server: DemoServer
    result: Result
    target: Path
    requests: int


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looked]:
    target = tmp_path_factory.mktemp("newsite") / "mine.toml"
    with serving(Renamed()) as server:
        result = newsite(f"http://{HOST}/", "-a", f"base_url={server.base_url}", "-o", str(target))
        yield Looked(server, result, target, len(server.requests))


def test_it_asks_as_a_crawl_does_and_little(looked: Looked) -> None:
    paths = [request.path for request in looked.server.requests[: looked.requests]]
    assert paths[:2] == ["/robots.txt", "/"]
    assert len(paths) == len(set(paths)) <= 25
    assert {request.user_agent.partition("/")[0] for request in looked.server.requests} == {"slqncy"}


def test_it_says_what_it_found_and_what_to_do_next(looked: Looked) -> None:
    assert looked.result.status == 0, looked.result.errors
    lines = looked.result.output.splitlines()
    assert lines[0].startswith(f"{HOST}: ")
    assert "content_(?P<story_id>" in looked.result.output
    assert "shizheng 市政新闻, bendi-xinwen 本地新闻, keji 科技新闻" in looked.result.output
    assert looked.result.output.count("declared_delta 0") == 3
    source = f"-a base_url={looked.server.base_url} -a max_stories=5 -s ARCHIVE_DIR=output/trial"
    assert lines[-1] == f"  scrapy crawl stories -a site={looked.target} {source}"


def test_what_is_written(looked: Looked) -> None:
    folder = looked.target.parent
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert names == [
        "mine-pages/1.html", "mine-pages/2.html", "mine-pages/3.html", "mine-pages/expected.json", "mine.toml",
        "test_mine.py",
    ]  # fmt: skip


def test_the_test_that_is_written_passes_and_can_fail(looked: Looked) -> None:
    folder = looked.target.parent
    page = folder / "mine-pages/1.html"
    expected = json.loads((folder / "mine-pages/expected.json").read_text(encoding="utf-8"))
    title = expected["pages"][0]["fields"]["title"]
    recorded = page.read_bytes()
    codec = expected["pages"][0]["fields"]["encoding"]
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), "-c", "/dev/null",
        str(folder / "test_mine.py"),
    ]  # fmt: skip
    try:
        page.write_bytes(recorded.replace(title.encode(codec), "另一个标题写在这里".encode(codec)))
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    finally:
        page.write_bytes(recorded)
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert len(failed) == 1, done.stdout + done.stderr
    assert "[1.html-title]" in failed[0]


def test_nothing_is_overwritten(looked: Looked) -> None:
    before = looked.target.read_bytes()
    result = newsite(f"http://{HOST}/", "-a", f"base_url={looked.server.base_url}", "-o", str(looked.target))
    assert result.status == 64
    assert f"{looked.target} is there already" in result.errors
    assert looked.target.read_bytes() == before


def test_a_crawl_with_the_profile_and_a_look_at_what_it_captured(looked: Looked, tmp_path: Path) -> None:
    archive, target = tmp_path / "archive", tmp_path / "other.toml"
    crawled = crawl(archive, looked.server.base_url, f"site={looked.target}", "max_stories=12")
    assert crawled.status == 0, crawled.errors
    found = stories(archive).values()
    assert {(story.site, story.declared_delta) for story in found} == {("qinghexinwen", 0)}
    asked = len(looked.server.requests)
    result = newsite("--warc", str(archive / "warc"), "-o", str(target))
    assert result.status == 0, result.errors
    assert len(looked.server.requests) == asked
    written = (path.read_text(encoding="utf-8").splitlines() for path in (looked.target, target))
    live, captured = ([line for line in lines if not line.startswith(("#", " "))] for lines in written)
    assert captured == live
    assert f"-a warc={archive / 'warc'} -a max_stories=5" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["http://www.slqncy.com/"], "www.slqncy.com has a profile: scrapy crawl stories -a site=slqncy"),
        (["http://www.example.com/", "-a", "site=x"], "the only argument is base_url=URL"),
        (["http://www.example.com/", "-o", "/nowhere/mine.toml"], "/nowhere is no directory"),
        (["--warc", "/nowhere"], "'/nowhere' is no file, and no directory of .warc.gz files"),
    ],
)
def test_wrong_arguments(arguments: list[str], message: str) -> None:
    result = newsite(*arguments)
    assert result.status == 64
    assert message in result.errors


@pytest.mark.parametrize(
    ("pages", "status", "message"),
    [
        ({"/robots.txt": ROBOTS, "/": links("/a.html")}, 77, "robots.txt forbids"),
        ({"/": redirect("http://other.example/")}, 65, "leads away: http://other.example/ is not on the site"),
        ({"/": "<html><body><p>请完成安全验证后继续访问"}, 75, "a test for browsers: 请完成安全验证"),
    ],
    ids=["forbidden", "elsewhere", "challenge"],
)
def test_sites_that_no_profile_can_be_proposed_for(
    pages: dict[str, str | bytes | DemoResponse],
    status: int,
    message: str,
    serve_pages: Callable[[Pages], DemoServer],
    tmp_path: Path,
) -> None:
    server = serve_pages(Pages(pages))
    target = tmp_path / "mine.toml"
    result = newsite("http://www.example.com/", "-a", f"base_url={server.base_url}", "-o", str(target))
    assert result.status == status
    (line,) = result.errors.splitlines()
    assert line.startswith("scrapy newsite: ")
    assert message in line
    assert list(tmp_path.iterdir()) == []


def test_the_site_is_where_it_leads() -> None:
    probe = Probe("http://example.com/", stranger("http://example.com/"), 1)
    probe._follow("https://www.example.com/")
    assert probe.address.home_url() == "https://www.example.com/"
    probe._follow("http://elsewhere.example/")
    assert probe.address.home_url() == "https://www.example.com/"
