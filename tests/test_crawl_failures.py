"""Why no page came, told apart: each request has one outcome, and is asked again only where that may help."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.crawling import Result, links, scrapy, stories, story_page, text_of
from tests.guards.variants import became
from tests.raw_server import End, Wait, raw_server

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.raw_server import RawServer, Step

_DRIP = (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", *(step for _ in range(9) for step in (b"x", Wait(0.3))))
_PACKED_REDIRECT = (
    b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nMoved"
)
MALFORMED, TOO_SLOW, UNREACHABLE = "failed/malformed", "failed/too_slow", "failed/unreachable"
CASES: dict[str, tuple[str, int, tuple[Step, ...]]] = {
    "two lengths": (MALFORMED, 1, (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", End.CLOSE)),
    "no length": (MALFORMED, 1, (b"HTTP/1.1 200 OK\r\nContent-Length: few\r\n\r\nabc", End.CLOSE)),
    "negative length": (MALFORMED, 1, (b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc", End.CLOSE)),
    "unknown transfer coding": (MALFORMED, 1, (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: 8bit\r\n\r\nabc", End.CLOSE)),
    "HTTP/0.9": (MALFORMED, 1, (b"<html><p>abc</p></html>", End.CLOSE)),
    "HTTP/0.9 in lines": (MALFORMED, 1, (b"<html>\n<p>abc</p>\n</html>\n", End.CLOSE)),
    "another protocol": (MALFORMED, 1, (b"220 mail.example.org ESMTP\r\n", End.CLOSE)),
    "binary": (MALFORMED, 1, (bytes(range(128, 256)) + b"\r\n\r\n", End.CLOSE)),
    "no number for a status": (MALFORMED, 1, (b"HTTP/1.1 abc OK\r\n\r\n", End.CLOSE)),
    "no version": (MALFORMED, 1, (b"HTTP/one 200 OK\r\n\r\n", End.CLOSE)),
    "nothing": (TOO_SLOW, 1, (Wait(2), End.CLOSE)),
    "a drip": (TOO_SLOW, 1, (*_DRIP, End.CLOSE)),
    "hangs up": (UNREACHABLE, 3, (End.CLOSE,)),
    "resets": (UNREACHABLE, 3, (End.RESET,)),
    "leads elsewhere, in a coding that is another": ("failed/off_site", 1, (_PACKED_REDIRECT,)),
    "hangs up in the head": (UNREACHABLE, 3, (b"HTTP/1.1 200 OK\r\nContent-", End.CLOSE)),
}
"""Outcome of a story, how often it is asked for, and what the server says."""
NUMBERS = dict(zip(CASES, range(10, 100), strict=False))


@dataclass(frozen=True)
class Crawled:
    """A finished crawl."""

    result: Result
    archive: Path
    server: RawServer
    outcomes: dict[int, tuple[str, str]]


def _answers(target: str, _times: int) -> Sequence[Step]:
    number = target.removeprefix("/szxw/").removesuffix(".html")
    body, status = b"", "404 Not Found"
    if target == "/szxw/":
        shown = (1, *NUMBERS.values(), 2)
        status, body = "200 OK", links(*(f"/szxw/{number}.html" for number in shown)).encode()
    elif number in {"1", "2"}:
        status, body = "200 OK", story_page(int(number), text_of(int(number))).encode()
    elif number.isdecimal():
        return CASES[next(name for name, one in NUMBERS.items() if one == int(number))][2]
    return (f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body,)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    archive = tmp_path_factory.mktemp("failures")
    with raw_server(_answers) as server:
        result = scrapy(
            "crawl", "stories", "-a", f"base_url={server.base_url}", "-a", "sections=szxw",
            "-s", f"ARCHIVE_DIR={archive}", "-s", "DOWNLOAD_DELAY=0", "-s", "DOWNLOAD_TIMEOUT=1",
        )  # fmt: skip
    return Crawled(result, archive, server, became(archive))


@pytest.mark.parametrize("name", CASES)
def test_a_story_that_does_not_come(crawled: Crawled, name: str) -> None:
    expected, times, _ = CASES[name]
    outcome, detail = crawled.outcomes[NUMBERS[name]]
    assert (outcome, len(crawled.server.to(f"/szxw/{NUMBERS[name]}.html"))) == (expected, times)
    assert detail


def test_the_run_goes_on(crawled: Crawled) -> None:
    assert crawled.result.status == 0, crawled.result.errors
    assert "Traceback" not in crawled.result.errors
    assert stories(crawled.archive).keys() == {"slqncy/szxw/1", "slqncy/szxw/2"}


def test_memory_has_a_limit(tmp_path: Path) -> None:
    with raw_server(_answers) as server:
        result = scrapy(
            "crawl", "stories", "-a", f"base_url={server.base_url}", "-s", f"ARCHIVE_DIR={tmp_path}",
            "-s", "MEMUSAGE_LIMIT_MB=1",
        )  # fmt: skip
    assert result.status == 75, result.errors
    assert "stopped at MEMUSAGE_LIMIT_MB of memory; run again to go on" in result.errors
    assert "Traceback" not in result.errors
    (report,) = (tmp_path / "runs").glob("*.json")
    assert json.loads(report.read_bytes())["finish_reason"] == "memusage_exceeded"
