"""What a run shows while it runs: on terminals as people see them, and in logs."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive
from slqncy.demo import serving
from slqncy.demo.site import DemoResponse
from tests.crawling import ROOT, Pages, crawl_arguments, links, scrapy, story_page, text_of
from tests.notify.ping_server import pinged
from tests.terminal import terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from slqncy.demo import DemoServer

    Serve = Callable[[Pages], DemoServer]

STORIES = 6
LAST = "/%E6%96%B0%E9%97%BB%1B%5B2J.xml"
SITEMAP = "<urlset></urlset>"


class Gate(Pages):
    """A few stories, one of which does not answer; the sitemap comes last, and not before it is let through."""

    def __init__(self) -> None:
        pages: dict[str, str | bytes | DemoResponse] = {
            f"/szxw/{number}.html": story_page(number, text_of(number)) for number in range(1, STORIES + 1)
        }
        pages["/"] = pages["/szxw/"] = links(*pages)
        pages["/szxw/2.html"] = DemoResponse(503, {}, b"")
        pages["/robots.txt"] = DemoResponse(200, {}, f"Sitemap: http://www.slqncy.com{LAST}\n".encode())
        super().__init__({**pages, LAST: SITEMAP})
        self.opened = Event()

    def respond(self, target: str) -> DemoResponse:
        """The page, or for the last one a wait."""
        if target == LAST:
            self.opened.wait(60)
        return super().respond(target)


@pytest.mark.parametrize(
    ("columns", "rows", "block"),
    [
        (
            80, 24,
            ["stories  5 new, 1 failed", r"pages    8 answered, 2 lists, \d+ a minute",
             "now      sitemap /新闻<U\\+001B>\\[2J.xml", r"time     \d+ s so far, at least 1 page left"],
        ),
        (
            40, 12,
            ["stories  5 new, 1 failed", r"pages    8 answered, 2 lists,", r"         \d+ a minute",
             "now      sitemap /新闻<U\\+001B>\\[2J.xml", r"time     \d+ s so far,", "         at least 1 page left"],
        ),
    ],
    ids=["usual", "narrow"],
)  # fmt: skip
def test_a_block_stays_at_the_foot_of_a_terminal(tmp_path: Path, columns: int, rows: int, block: list[str]) -> None:
    site = Gate()
    with (
        serving(site) as server,
        terminal(columns, rows, *crawl_arguments(tmp_path, server.base_url), environment={}) as shown,
    ):
        shown.wait_for_block(*block)
        # What is above is the log, as long as it is.
        assert shown.screen[-len(block) - 2].endswith("P 503)")
        site.opened.set()
        assert shown.end() == 0
        told = "".join(shown.lines)
        assert "─" not in told
        assert "a minute" not in told
        assert "WARNING: No answer from http://www.slqncy.com/szxw/2.html: server_error (HTTP 503)" in told
        assert "9 requested = 5 archived" in told
        assert shown.lines[-2] == "finished"
        assert shown.shows_cursor
        assert b"\x1b[?25l" not in shown.written, "a process that is killed could not show it again"
        assert b"\x1b[31mno answer" in shown.written


@pytest.mark.parametrize("times", [1, 2])
def test_whoever_stops_a_run_has_the_terminal_back(tmp_path: Path, times: int) -> None:
    site = Gate()
    with (
        serving(site) as server,
        terminal(80, 24, *crawl_arguments(tmp_path, server.base_url), environment={"NO_COLOR": "1"}) as shown,
    ):
        shown.wait_for(lambda: "sitemap" in "".join(shown.screen))
        for time in range(times):
            shown.type(b"\x03")
            shown.wait_for(lambda: sum("Received SIG" in line for line in shown.lines) > time)  # noqa: B023
        site.opened.set()
        assert shown.end() == 75
        how = "by a signal" if times == 1 else "by a second signal"
        assert f"scrapy crawl: stopped {how}; run again to go on (exit status 75)" in shown.lines
        assert "─" not in "".join(shown.lines)
        assert shown.shows_cursor
        colours = re.findall(rb"\x1b\[[0-9;]*(?:3|4|9|10)[0-7][0-9;]*m", shown.written)
        assert colours == []
    assert {story.story_id for story in Archive(tmp_path).stories()} == {"1", "3", "4", "5", "6"}


def test_a_terminal_that_is_closed_changes_nothing_of_a_run(tmp_path: Path) -> None:
    site, (leader, follower) = Gate(), pty.openpty()
    with serving(site) as server, pinged() as service:
        process = subprocess.Popen(
            [sys.executable, "-m", "scrapy", *crawl_arguments(tmp_path, server.base_url)],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=follower, stderr=follower,
            env={**os.environ, "TERM": "xterm-256color", "PING_URL": service.url},
        )  # fmt: skip
        os.close(follower)
        with process:
            written = b""
            while b"sitemap" not in written:
                written += os.read(leader, 65536)
            os.close(leader)
            site.opened.set()
        assert process.returncode == 0
    assert [ping.path for ping in service.pings] == ["/start", ""]
    assert len(list(Archive(tmp_path).stories())) == STORIES - 1


def test_an_exit_status_is_that_of_the_run_whoever_reads_its_words(serve_pages: Serve, tmp_path: Path) -> None:
    server = serve_pages(Pages({"/": links("/szxw/1.html"), "/szxw/1.html": story_page(1, text_of(1))}))
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "scrapy", *crawl_arguments(tmp_path, server.base_url)],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_log_has_lines_instead(serve_pages: Serve, tmp_path: Path) -> None:
    site = Gate()
    site.opened.set()
    arguments = crawl_arguments(tmp_path, serve_pages(site).base_url)
    result = scrapy(*arguments, "-s", "PROGRESS_INTERVAL=0.01")
    assert result.status == 0, result.errors
    told = re.findall(r"\[slqncy\.extensions\.progress\] INFO: (.*)", result.errors)
    line = re.compile(r"\d new(?:, 1 failed)?; (\d) answered, \d lists?, (\d+) a minute; (?:.*; )?\d+ s so far")
    assert told
    for answered, rate in (line.match(text).groups() for text in told):  # type: ignore[union-attr]
        assert (answered == "0") is (rate == "0")
    assert "pages/min" not in result.errors, "Scrapy's own"
    assert "\x1b" not in result.errors + result.output
    assert result.output.startswith("9 requested = 5 archived")


def test_nothing_is_said_where_all_went_well_and_nothing_is_to_be_said(serve_pages: Serve, tmp_path: Path) -> None:
    site = Gate()
    site.opened.set()
    site.pages["/szxw/2.html"] = story_page(2, text_of(2))
    arguments = crawl_arguments(tmp_path, serve_pages(site).base_url)
    result = scrapy(*arguments, "-L", "WARNING", "-s", "PROGRESS_INTERVAL=0.01")
    assert (result.status, result.errors) == (0, "")


def test_a_sweep_says_how_many_numbers_it_has_looked_at(serve_pages: Serve, tmp_path: Path) -> None:
    site = Gate()
    arguments = crawl_arguments(tmp_path, serve_pages(site).base_url, "ids=1-6,9", "sections=szxw")
    result = scrapy(*arguments, "-s", "PROGRESS_INTERVAL=0.01")
    assert result.status == 0, result.errors
    told = [tuple(map(int, found)) for found in re.findall(r"so far, (\d+) of at most (\d+) numbers", result.errors)]
    assert told == sorted(told)
    assert {most for _, most in told} == {7}
    # A line comes now and then, and the run ends with the seventh.
    assert told[-1][0] >= 6
