"""Pings: what is sent, and that no server can do anything to a run."""

from __future__ import annotations

import logging
from itertools import repeat
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from slqncy.notify import is_ping_url, ping
from slqncy.notify.ping import Pings, end_of, start_of
from tests.notify.ping_server import CHECK, pinged
from tests.raw_server import End, Flood, Wait, always, raw_server

if TYPE_CHECKING:
    from tests.raw_server import Step

RUN = UUID("0f1e2d3c-0000-4000-8000-000000000001")


@pytest.mark.parametrize(
    ("url", "start", "success", "failure"),
    [
        ("https://hc.example/uuid", "/uuid/start?rid={}", "/uuid?rid={}", "/uuid/75?rid={}"),
        ("https://hc.example/uuid/", "/uuid/start?rid={}", "/uuid?rid={}", "/uuid/75?rid={}"),
        (
            "https://hc.example/key/news?create=1",
            "/key/news/start?create=1&rid={}", "/key/news?create=1&rid={}", "/key/news/75?create=1&rid={}",
        ),
    ],
)  # fmt: skip
def test_addresses(url: str, start: str, success: str, failure: str) -> None:
    pings = [start_of(url, RUN), end_of(url, RUN, 0, "fine"), end_of(url, RUN, 75, "locked")]
    assert [ping.url for ping in pings] == [
        f"https://hc.example{path.format(RUN)}" for path in (start, success, failure)
    ]


def test_a_body_is_the_end_of_what_was_said_in_at_most_100_000_bytes() -> None:
    assert end_of("http://hc.example/", RUN, 65, "没有新闻\ud800").body == "没有新闻?".encode()
    body = end_of("http://hc.example/", RUN, 65, "新" * 50_000 + "完").body
    assert 99_990 <= len(body) <= 100_000
    assert body.decode().endswith("新完")


@pytest.mark.parametrize(
    "url",
    ["hc-ping.com/5f0c", "ftp://hc-ping.com/5f0c", "file:///etc/5f0c", "https:///5f0c", "http://a:0/5f0c",
     "http://a:99999/5f0c", "http://a/5f0c x", "http://a/5f0c\r\nX: y", "http://新闻/5f0c", "http://[/5f0c"],
)  # fmt: skip
def test_what_is_no_address_of_a_service(url: str) -> None:
    assert not is_ping_url(url)


def test_without_an_address_nothing_is_sent() -> None:
    pings = Pings("")
    pings.begin()
    pings.end(0, "finished")


def test_start_and_end_are_told_in_order_and_paired() -> None:
    with pinged() as server:
        for status in (0, 75):
            pings = Pings(server.url)
            pings.begin()
            pings.end(status, "最后一行")
    assert [ping.path for ping in server.pings] == ["/start", "", "/start", "/75"]
    assert [ping.body for ping in server.pings] == ["", "最后一行"] * 2
    runs = [ping.run for ping in server.pings]
    assert runs[0] == runs[1] != runs[2] == runs[3]


OK = b"HTTP/1.1 200 OK\r\n"
SLOW: dict[str, tuple[list[Step], str | None]] = {
    "says nothing": ([Wait(20)], "timed out"),
    "drips": ([step for _ in range(200) for step in (b"H", Wait(0.1))], "no answer in time"),
}
HOSTILE: dict[str, tuple[list[Step], str | None]] = {
    "hangs up": ([End.CLOSE], "Remote end closed connection"),
    "resets": ([End.RESET], "[Errno 104] Connection reset"),
    "trouble": ([b"HTTP/1.1 500 \x1b[31m\r\nContent-Length: 0\r\n\r\n", End.CLOSE], "HTTP status 500"),
    "unknown": ([b"HTTP/1.1 404 no\r\nContent-Length: 0\r\n\r\n", End.CLOSE], "HTTP status 404"),
    "leads elsewhere": ([b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n", End.CLOSE], "HTTP status 302"),
    "no HTTP": ([b"\x1b]0;owned\x07\r\n\r\n", End.CLOSE], "BadStatusLine"),
    "endless header": ([OK, Flood(repeat(b"X: " + b"x" * 60 + b"\r\n", 100_000))], "HTTPException"),
    "endless body": ([OK + b"\r\n", Flood(repeat(b"x" * 1000, 100_000))], None),
}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ping, "_PAUSE", 0.0)


def told(url: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of the pings of a run."""
    pings = Pings(url)
    pings.begin()
    pings.end(69, "the site could not be reached")
    assert CHECK not in caplog.text
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(("steps", "why"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_service(steps: list[Step], why: str | None, caplog: pytest.LogCaptureFixture) -> None:
    with raw_server(always(*steps)) as server:
        said = told(f"{server.base_url}/{CHECK}", caplog)
        assert len(said) == (why is not None), said
        assert all(f"No ping could be sent to {server.base_url}/…: {why}" in each for each in said), said
        assert not server.to("/elsewhere")


@pytest.mark.parametrize(("steps", "why"), SLOW.values(), ids=SLOW)
def test_a_slow_service(
    steps: list[Step], why: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ping, "_TIMEOUT", 0.3)
    monkeypatch.setattr(ping, "_PATIENCE", 2.0)
    with raw_server(always(*steps)) as server:
        began = monotonic()
        (said,) = told(f"{server.base_url}/{CHECK}", caplog)
        assert monotonic() - began < 10.0
    assert why in said


def test_a_service_that_is_down(caplog: pytest.LogCaptureFixture) -> None:
    with pinged() as server:
        url = server.url
    (said,) = told(url, caplog)
    assert "Connection refused" in said
