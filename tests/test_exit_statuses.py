"""What cron is told: every exit status of `scrapy crawl` by a real run, and the same in words in the run's report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.reliability.overlap import start_at_once
from slqncy.demo.site import DemoResponse
from slqncy.exitcodes import ExitStatus
from tests.crawling import Pages, Result, crawl, links, scrapy, stories, story_page, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoServer

    Serve = Callable[[Pages], DemoServer]

TOO_MANY = DemoResponse(429, {"Retry-After": "3600"}, b"")
BUSY = DemoResponse(503, {}, b"")


def site(stories: int = 3, **instead: DemoResponse | str) -> Pages:
    """So many stories on the home page; `s7` and so on are answered otherwise."""
    pages: dict[str, Any] = {f"/szxw/{n}.html": story_page(n, text_of(n)) for n in range(1, stories + 1)}
    pages["/"] = pages["/szxw/"] = links(*pages)
    pages |= {f"/szxw/{name.removeprefix('s')}.html": page for name, page in instead.items()}
    return Pages(pages)


def every_page(page: DemoResponse | str) -> Pages:
    """A site that always gives the same answer, but for robots.txt."""

    class Same(Pages):
        def respond(self, target: str) -> DemoResponse:
            return super().respond(target) if target == "/robots.txt" else Pages({"/": page}).respond("/")

    return Same()


def incomplete(number: int) -> str:
    """A story whose banner counts more than there is."""
    return story_page(number, text_of(number)).replace("<p>负责人", "<div hidden>负责人").replace("字,读完", "0字,读完")


def run_report(archive: Path) -> dict[str, Any]:
    """The report of the only run."""
    (path,) = archive.glob("runs/*.json")
    report: dict[str, Any] = json.loads(path.read_bytes())
    return report


def profile(tmp_path: Path, **gate: float) -> str:
    """A site profile with another gate."""
    path = tmp_path / "site.toml"
    lines = "\n".join(f"{name} = {value}" for name, value in gate.items())
    path.write_text(f'name = "slqncy"\nextends = "slqncy"\n[gate]\n{lines}\n')
    return f"site={path}"


def ended(result: Result, archive: Path, status: ExitStatus, reason: str) -> None:
    """The process, its last line on standard error, and the report say the same."""
    assert result.status == status, result.errors
    assert "Traceback" not in result.errors or status is ExitStatus.SOFTWARE
    report = run_report(archive)
    assert report["exit_status"] == status
    assert reason in report["exit_reason"]
    assert report["requests"]["adds_up"] is True
    assert report["addresses"]["adds_up"] is True
    last = result.errors.rstrip("\n").rpartition("\n")[2]
    assert status is ExitStatus.OK or last == f"scrapy crawl: {report['exit_reason']} (exit status {status})"


@pytest.mark.parametrize(
    ("pages", "status", "reason"),
    [
        (site(), ExitStatus.OK, "finished"),
        (every_page("<html><body>Welcome</body></html>"), ExitStatus.DATA, "no story was found"),
        (site(2, s1="<html><body>", s2="<html><body>"), ExitStatus.DATA, "no story was found"),
        (every_page(BUSY), ExitStatus.UNAVAILABLE, "or answers with errors only"),
        (site(2, s1=BUSY, s2=BUSY), ExitStatus.UNAVAILABLE, "2 stories were found, and none of them could be had"),
        (every_page(TOO_MANY), ExitStatus.TEMPORARY, "the site says that we should wait"),
        (site(5, s2=TOO_MANY, s3=TOO_MANY, s4=TOO_MANY), ExitStatus.TEMPORARY, "answers HTTP 429); run again later"),
        (Pages({"/robots.txt": "User-agent: *\nDisallow: /\n"}), ExitStatus.FORBIDDEN, "respect it, or write to"),
    ],
    ids=["fine", "no site", "no stories", "down", "stories down", "wait", "wait for stories", "robots"],
)
def test_what_a_site_does(serve_pages: Serve, tmp_path: Path, pages: Pages, status: ExitStatus, reason: str) -> None:
    ended(crawl(tmp_path, serve_pages(pages).base_url), tmp_path, status, reason)


@pytest.mark.parametrize(
    ("gate", "pages", "reason"),
    [
        ({"min_stories": 4}, site(3), "gate: 3 stories were seen, the profile expects at least 4"),
        (
            {"sample": 3},
            site(4, s1=incomplete(1), s2=incomplete(2), s3=incomplete(3)),
            "gate: only 1 of 4 stories are complete",
        ),
        (
            {"sample": 3, "max_unreadable_share": 0.2},
            site(4, s2="<html><body><h1>图片</h1></body></html>"),
            "gate: 1 of 4 story pages have no title or no text",
        ),
    ],
    ids=["too few", "incomplete", "unreadable"],
)
def test_a_gate_of_the_site_profile(
    serve_pages: Serve, tmp_path: Path, gate: dict[str, float], pages: Pages, reason: str
) -> None:
    server, archive = serve_pages(pages), tmp_path / "archive"
    ended(crawl(archive, server.base_url, profile(tmp_path, **gate)), archive, ExitStatus.DATA, reason)


def test_a_gate_that_is_met_is_none(serve_pages: Serve, tmp_path: Path) -> None:
    server, archive = serve_pages(site(4, s1=incomplete(1))), tmp_path / "archive"
    gate = profile(tmp_path, min_stories=4, sample=4, min_complete_share=0.75, max_unreadable_share=0.0)
    ended(crawl(archive, server.base_url, gate), archive, ExitStatus.OK, "finished")


@pytest.mark.parametrize(
    "setting",
    ["SPIDER_MODULES=tests.broken_spider", 'ITEM_PIPELINES={"tests.broken_pipeline.Broken": 1}'],
    ids=["in a callback", "in a pipeline"],
)
def test_an_exception_of_ours(serve_pages: Serve, tmp_path: Path, setting: str) -> None:
    server = serve_pages(site())
    result = scrapy(
        "crawl", "stories", "-a", f"base_url={server.base_url}", "-s", f"ARCHIVE_DIR={tmp_path}",
        "-s", "DOWNLOAD_DELAY=0", "-s", setting,
    )  # fmt: skip
    ended(result, tmp_path, ExitStatus.SOFTWARE, "unexpected errors")
    assert "Traceback" in result.errors, "the log is for those who mend it"
    assert stories(tmp_path) == {}
    assert crawl(tmp_path, server.base_url).status == 0
    assert len(stories(tmp_path)) == 3, "what was concerned stayed due"


def test_a_known_archive_of_a_site_that_has_gone_down_is_no_success(serve_pages: Serve, tmp_path: Path) -> None:
    pages = site()
    server = serve_pages(pages)
    assert crawl(tmp_path, server.base_url).status == 0
    pages.pages = dict.fromkeys(pages.pages, BUSY)
    result = crawl(tmp_path, server.base_url)
    assert result.status == ExitStatus.UNAVAILABLE, result.errors


def test_stories_that_are_down_are_no_wrong_profile_however_often_they_are(serve_pages: Serve, tmp_path: Path) -> None:
    server = serve_pages(site(2, s1=BUSY, s2=BUSY))
    # From the third run on they are not even due.
    assert [crawl(tmp_path, server.base_url).status for _ in range(4)] == [ExitStatus.UNAVAILABLE] * 4


def test_pages_that_are_no_stories_are_no_success_the_second_time(serve_pages: Serve, tmp_path: Path) -> None:
    server = serve_pages(site(2, s1="<html><body>", s2="<html><body>"))
    runs = [crawl(tmp_path, server.base_url, *arguments) for arguments in ([], [], ["full=1"])]
    assert [run.status for run in runs] == [ExitStatus.DATA] * 3


def test_of_many_starts_at_once_one_runs(tmp_path: Path) -> None:
    statuses, messages, lines = start_at_once(tmp_path, 8)
    assert statuses == {0: 1, 75: 7}
    assert len(messages) == 7
    assert all("process" in message and "is writing to this archive" in message for message in messages)
    assert lines == 1
    assert scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}").status == 0


def test_a_start_that_is_refused_leaves_the_archive_alone(tmp_path: Path) -> None:
    blocked = tmp_path / "archive"
    blocked.write_text("not a directory")
    result = scrapy("crawl", "stories", "-a", "base_url=http://127.0.0.1:9", "-s", f"ARCHIVE_DIR={blocked}")
    assert result.status == ExitStatus.IO
    assert result.errors.rstrip().endswith("(exit status 74)")
    assert blocked.read_text() == "not a directory"


def test_a_site_profile_that_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "site.toml"
    wrong.write_text('name = "slqncy"\nextends = "slqncy"\n[gate]\nmin_complete_share = 2.0\n')
    result = scrapy("crawl", "stories", "-a", f"site={wrong}", "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}")
    assert result.status == ExitStatus.CONFIG
    assert "gate.min_complete_share = 2.0 must be from 0.0 to 1.0" in result.errors
    assert not (tmp_path / "archive").exists()
