"""An archive's WARC files, with all that is odd in them."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.wacz.warcs import HTML, Kept, Warc, head

if TYPE_CHECKING:
    from pathlib import Path

SITE = "http://www.slqncy.com"
LONG = f"{SITE}/search?q=" + "%E4%B8%AD" * 400
CHINESE = f"{SITE}/%E4%B8%AD%E6%96%87/%E6%96%B0%E9%97%BB.html?%E9%A1%B5=1"


def html(number: int) -> bytes:
    return f"<html><title>{number}</title><body><p>第{number}条新闻</p></body></html>".encode() * 20


@dataclass(frozen=True)
class Odd:
    """WARC files of two months, the second of which begins within the first file."""

    paths: list[Path]
    october: Kept
    november: Kept
    revisit: str
    """Record of November that has the payload of October, at its address."""
    elsewhere: str
    """The same at another address."""
    not_modified: str
    """304 to a question for the page of October."""
    within: str
    """Record of November that has a payload of November."""


@pytest.fixture
def odd(tmp_path: Path) -> Odd:
    first, second = (Warc(tmp_path / f"warc/slqncy-20261001000000-0000{number}.warc.gz") for number in range(2))
    packed = gzip.compress(html(2), mtime=0)
    coded = head("200 OK", f"Content-Type: {HTML}", "Content-Encoding: gzip", "X-Orig-Transfer-Encoding: chunked")
    redirect = head("301 Moved Permanently", "Location: /", "Content-Length: 0")
    missing = head("404 Not Found", "Content-Type: text/html")

    first.response(f"{SITE}/robots.txt", "2026-10-31T23:59:50Z", b"User-agent: *", head("200 OK"), kind="")
    first.response(f"{SITE}/", "2026-10-31T23:59:51Z", html(0), kind="front")
    october = first.response(f"{SITE}/szxw/1.html", "2026-10-31T23:59:52Z", html(1))
    coding = first.response(f"{SITE}/szxw/2.html", "2026-10-31T23:59:53Z", packed, coded)
    first.response(f"{SITE}/szxw/3.html", "2026-10-31T23:59:54Z", b"", redirect)
    first.response(f"{SITE}/szxw/4.html", "2026-10-31T23:59:55Z", b"gone", missing)
    first.response(f"{SITE}/szxw/", "2026-10-31T23:59:56Z", html(9), kind="list")
    first.response(f"{SITE}/a.png", "2026-10-31T23:59:57Z", b"\x89PNG", head("200 OK", "Content-Type: image/png"))
    first.failure(f"{SITE}/szxw/5.html", "2026-10-31T23:59:58Z")
    november = first.response(f"{SITE}/szxw/6.html", "2026-11-01T00:00:00Z", html(6))

    revisit = second.revisit(f"{SITE}/szxw/1.html", "2026-11-02T00:00:00Z", october)
    elsewhere = second.revisit(CHINESE, "2026-11-02T00:00:01Z", october)
    not_modified = second.revisit(f"{SITE}/szxw/1.html", "2026-11-02T00:00:02Z", october, "server-not-modified")
    within = second.revisit(f"{SITE}/szxw/7.html", "2026-11-02T00:00:03Z", november)
    second.revisit(f"{SITE}/szxw/2.html", "2026-11-02T00:00:04Z", coding, top=coded)
    second.response(LONG, "2026-11-02T00:00:05Z", html(10))
    second.response(f"{SITE}/szxw/8.html", "2026-11-02T00:00:06Z", html(81))
    second.response(f"{SITE}/szxw/8.html", "2026-11-02T00:00:06Z", html(82))
    cut = head("200 OK", f"Content-Type: {HTML}", "Content-Length: 100000")
    second.response(f"{SITE}/szxw/9.html", "2026-11-02T00:00:07Z", html(9)[:300], cut, ("WARC-Truncated", "disconnect"))
    bare = b"HTTP/1.0 200 OK\nContent-Type: text/html\n\n"
    second.response(f"{SITE}/szxw/10.html", "2026-11-02T00:00:08Z", html(11), bare)
    second.failure(f"{SITE}/szxw/11.html", "2026-11-02T00:00:09Z")
    second.response(f"{SITE}/szxw/12.html", "2026-11-02T00:00:10Z", b"", head("304 Not Modified"))
    second.response(f"{SITE}/", "2026-11-03T00:00:00Z", html(20), kind="front")
    return Odd([first.write(), second.write()], october, november, revisit, elsewhere, not_modified, within)
