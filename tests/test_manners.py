"""Good manners, as the server sees them: pauses, holds, budgets, and who asks."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from slqncy import __version__
from slqncy.archive.hosts import Host, read_hosts, write_hosts
from slqncy.archive.reports import read_reports, runs_of
from slqncy.exitcodes import ExitStatus
from slqncy.manners.delay import Limits, is_trouble, next_delay
from slqncy.manners.identity import user_agent
from slqncy.manners.retry_after import LONGEST, hold
from tests.crawling import links, scrapy, stories, story_page, text_of
from tests.timed_server import Reply, timed_server

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.run_report import Politeness
    from tests.crawling import Result

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
STORIES = [f"/szxw/{number}.html" for number in range(1, 7)]
CONTACT = "mailto:archive@example.org"


def reply(path: str, robots: str = "") -> Reply:
    """A site of six stories."""
    if path == "/robots.txt":
        return Reply(robots.encode())
    if path in STORIES:
        number = STORIES.index(path) + 1
        return Reply(story_page(number, text_of(number)).encode(), headers={"Content-Type": "text/html"})
    is_list = path in {"/", "/szxw/"}
    return Reply(links(*STORIES).encode() if is_list else b"", 200 if is_list else 404)


def run(archive: Path, base_url: str, *settings: str) -> Result:
    given = (f"ARCHIVE_DIR={archive}", *settings)
    return scrapy(
        "crawl", "stories", "-a", f"base_url={base_url}", "-a", "sections=szxw",
        *(part for setting in given for part in ("-s", setting)),
    )  # fmt: skip


def adds_up(archive: Path) -> bool:
    """Whether the accounts of all runs do."""
    reports = [json.loads(path.read_bytes()) for path in archive.glob("runs/*.json")]
    return all(report["requests"]["adds_up"] and report["addresses"]["adds_up"] for report in reports)


def receipt_of(archive: Path) -> Politeness:
    """Of the only run."""
    (report,) = read_reports(archive, runs_of(archive))
    return report.politeness


def test_one_request_at_a_time_and_a_pause_after_each(tmp_path: Path) -> None:
    def replies(path: str, times: int) -> Reply:
        if path == STORIES[1] and not times:
            return Reply(b"busy", 503)
        if path == STORIES[2]:
            return Reply(b"", 302, {"Location": STORIES[3]})
        whole = reply(path, "User-agent: *\nCrawl-delay: 0.25\n")
        return Reply(whole.body, whole.status, whole.headers, 0.5 if path == STORIES[4] else 0.0)

    settings = ("DOWNLOAD_DELAY=0.1", "DELAY_FACTOR=1", f"OPERATOR_CONTACT={CONTACT}")
    with timed_server(replies) as server:
        result = run(tmp_path, server.base_url, *settings)
    assert result.status == ExitStatus.OK, result.errors
    assert len(stories(tmp_path)) == 5
    assert server.most_in_flight == 1
    assert min(server.gaps) >= 0.25
    assert server.gaps[server.paths.index(STORIES[1])] >= 0.5, "trouble doubles the pause"
    assert server.gaps[server.paths.index(STORIES[4])] >= 0.35, "a slow answer makes it longer"
    assert {visit.user_agent for visit in server.visits} == {f"slqncy/{__version__} (+{CONTACT})"}
    receipt = receipt_of(tmp_path)
    (host,) = receipt.hosts.values()
    assert receipt.requests == host.requests == len(server.visits)
    assert (receipt.robots, receipt.redirects, receipt.retries, receipt.answers_503) == (1, 1, 1, 1)
    assert (receipt.delay_asked, host.most_in_flight) == (0.25, 1)
    assert receipt.delay_longest >= 0.5
    assert host.least_gap is not None
    # Measured on our side, from the end of the answer to before there is a connection.
    assert 0.24 <= host.least_gap <= min(server.gaps)


def test_one_request_at_a_time_on_a_machine_that_halts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "tests.halting_settings")
    with timed_server(lambda path, _: replace(reply(path), seconds=0.05)) as server:
        result = run(tmp_path, server.base_url)
    assert result.status == ExitStatus.OK, result.errors
    assert len(stories(tmp_path)) == 6
    assert server.most_in_flight == 1
    (host,) = receipt_of(tmp_path).hosts.values()
    assert host.most_in_flight == 1


def test_the_site_is_left_alone_for_as_long_as_it_says(tmp_path: Path) -> None:
    def replies(path: str, times: int) -> Reply:
        if path == "/szxw/" and not times:
            return Reply(b"busy", 503, {"Retry-After": "2"})
        if path == STORIES[1] and not times:
            at = datetime.now(UTC) + timedelta(seconds=3)
            return Reply(b"busy", 429, {"Retry-After": format_datetime(at, usegmt=True)})
        return reply(path)

    with timed_server(replies) as server:
        result = run(tmp_path, server.base_url, "DOWNLOAD_DELAY=0")
    assert result.status == ExitStatus.OK, result.errors
    assert len(stories(tmp_path)) == 6
    front, story = (server.paths.index(path) for path in ("/szxw/", STORIES[1]))
    assert server.paths[1:4] == ["/szxw/", "/", "/szxw/"], "another one was queued"
    assert server.gaps[front] >= 2
    assert server.most_in_flight == 1
    until = parsedate_to_datetime(server.visits[story].reply.headers["Retry-After"])
    assert server.visits[story + 1].at >= until.timestamp()
    assert server.paths.count("/szxw/") == server.paths.count(STORIES[1]) == 2
    assert adds_up(tmp_path)
    receipt = receipt_of(tmp_path)
    assert (receipt.retry_after, receipt.retry_after_kept, receipt.answers_429, receipt.answers_503) == (2, 2, 1, 1)


def test_a_long_hold_ends_the_run_and_the_next_one_too(tmp_path: Path) -> None:
    def replies(path: str, times: int) -> Reply:
        return Reply(b"busy", 503, {"Retry-After": "3600"}) if path == STORIES[1] and not times else reply(path)

    with timed_server(replies) as server:
        by_a_wrong_clock = Host(hold_until="2099-01-01T00:00:00Z")
        write_hosts(tmp_path, {server.base_url: by_a_wrong_clock})
        first = run(tmp_path, server.base_url, "DOWNLOAD_DELAY=0")
        assert server.paths[-1] == STORIES[1]
        asked = len(server.visits)
        second = run(tmp_path, server.base_url, "DOWNLOAD_DELAY=0")
        assert len(server.visits) == asked
        hosts = read_hosts(tmp_path)
        until = hosts[server.base_url].hold_until
        assert timedelta(seconds=3500) < datetime.fromisoformat(until) - datetime.now(UTC) < timedelta(seconds=3700)
        for result in (first, second):
            assert result.status == ExitStatus.TEMPORARY
            assert f"run again later, not before {until}" in result.errors
            assert "Traceback" not in result.errors
        write_hosts(tmp_path, hosts | {server.base_url: by_a_wrong_clock})
        third = run(tmp_path, server.base_url, "DOWNLOAD_DELAY=0")
    assert third.status == ExitStatus.OK, third.errors
    assert len(stories(tmp_path)) == 6
    assert adds_up(tmp_path)


def test_a_budget_is_kept_and_the_next_run_goes_on(tmp_path: Path) -> None:
    def replies(path: str, times: int) -> Reply:
        return Reply(b"busy", 503) if path == "/" and not times else reply(path)

    with timed_server(replies) as server:
        first = run(tmp_path, server.base_url, "DOWNLOAD_DELAY=0.1", "REQUEST_BUDGET=6")
        assert len(server.visits) == 6
        assert min(server.gaps) >= 0.1
        assert "REQUEST_BUDGET is spent" in first.output
        before = set(stories(tmp_path))
        second = run(tmp_path, server.base_url, "DOWNLOAD_DELAY=0", "REQUEST_BUDGET=100")
    assert (first.status, second.status) == (ExitStatus.OK, ExitStatus.OK), first.errors + second.errors
    assert 0 < len(before) < 6
    assert len(stories(tmp_path)) == 6
    assert "REQUEST_BUDGET" not in second.output
    assert adds_up(tmp_path)


def test_a_public_site_can_tell_who_asks(tmp_path: Path) -> None:
    profile = tmp_path / "site.toml"
    profile.write_text('name = "local"\nextends = "slqncy"\n[urls]\nhosts = ["127.0.0.1"]\n')
    arguments = ("crawl", "stories", "-a", f"site={profile}", "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}")
    silent = scrapy(*arguments)
    assert silent.status == ExitStatus.UNAVAILABLE, silent.errors
    assert silent.errors.count("set OPERATOR_CONTACT") == 1
    wrong = scrapy(*arguments, "-s", "OPERATOR_CONTACT=me (at) example.org")
    assert wrong.status == ExitStatus.CONFIG
    assert "scrapy crawl: OPERATOR_CONTACT='me (at) example.org' must be" in wrong.errors


@pytest.mark.parametrize("contact", ["me@example.org", "https://example.org/bot?a=1#b"])
def test_a_contact(contact: str) -> None:
    assert user_agent("1.0", contact) == f"slqncy/1.0 (+{contact})"
    assert user_agent("1.0", "") == "slqncy/1.0"


@pytest.mark.parametrize("contact", ["a(b", "a)b", "a b", "a\r\nX: y", "编辑@example.org", "a\\b", " ", "\x7f"])
def test_no_contact(contact: str) -> None:
    with pytest.raises(ValueError, match="must be a mail address or URL"):
        user_agent("1.0", contact)


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [
        (503, "120", 120), (429, " 5 ", 5), (403, "5", 5), (404, "5", 5), (500, "5", 5),
        (200, "120", 0), (301, "120", 0), (304, "120", 0),
        (503, "", 0), (503, "soon", 0), (503, "-5", 0), (503, "1.5", 0), (503, "1e3", 0), (503, "９", 0),
        (503, "Thu, 26 Nov 2026 12:01:30 GMT", 90), (503, "Thu, 26 Nov 2026 11:00:00 GMT", 0),
        (503, "Thursday, 26-Nov-26 12:01:30 GMT", 90), (503, "Thu, 32 Nov 2026 12:01:30 GMT", 0),
        (503, "99999999", LONGEST), (503, "Thu, 26 Nov 2099 12:01:30 GMT", LONGEST), (503, "9" * 30, 0),
    ],
)  # fmt: skip
def test_what_retry_after_says(status: int, value: str, seconds: float) -> None:
    assert hold(status, value, NOW) == seconds


LIMITS = Limits(least=1, most=30, factor=5)


@pytest.mark.parametrize(
    ("delay", "took", "trouble", "after"),
    [
        (1, 0.1, False, 1), (1, 0.2, False, 1), (1, 1, False, 3), (1, 60, False, 15.5), (15.5, 60, False, 22.75),
        (11, 0.1, False, 10), (1.05, 0.1, False, 1.045),
        (1, 0.1, True, 2), (2, 0.1, True, 4), (29, 0.1, True, 30), (30, 60, True, 30),
    ],
)  # fmt: skip
def test_the_next_pause(delay: float, took: float, trouble: bool, after: float) -> None:
    assert next_delay(delay, took, LIMITS, is_trouble=trouble) == pytest.approx(after)


def test_the_pause_keeps_to_its_limits() -> None:
    crawl_delay = Limits(least=120, most=30, factor=5)
    assert next_delay(120, 60, crawl_delay, is_trouble=True) == 120
    assert next_delay(1, 60, crawl_delay, is_trouble=False) == 120
    none = Limits(least=0, most=30, factor=5)
    assert next_delay(0, 60, none, is_trouble=False) == next_delay(0, 60, none, is_trouble=True) == 0
    pause = 30.0
    for _ in range(100):
        pause = next_delay(pause, 0.1, LIMITS, is_trouble=False)
    assert math.isclose(pause, 1, abs_tol=0.01), "trust comes back"


@pytest.mark.parametrize(
    ("status", "trouble"),
    [(200, False), (301, False), (304, False), (404, False), (None, True), (403, True), (429, True), (500, True)],
)
def test_what_trouble_is(status: int | None, trouble: bool) -> None:
    assert is_trouble(status) is trouble
