"""Which captures are fetched, and how long is waited."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from slqncy.backfill.captures import Found, WebArchive, choose, index_host, nearest, original
from slqncy.backfill.patience import seconds_to_wait

A, B, C = "A" * 32, "B" * 32, "C" * 32


def found(day: int, digest: str = A, url: str = "http://www.slqncy.com/szxw/1.html") -> Found:
    return Found(original=original(WebArchive.WAYBACK, url, f"202003{day:02}000000", digest), source=f"{day}")


def days(captures: list[Found]) -> list[int]:
    return [capture.original.captured.day for capture in captures]


def test_each_digest_once_oldest_first() -> None:
    captures = [found(9, B), found(3, A), found(5, B), found(7, C), found(1, C)]
    assert days(choose(captures, 9, lambda _: False)) == [1, 3, 5]


def test_what_is_dealt_with_takes_no_place() -> None:
    captures = [found(1, A), found(2, B), found(3, C), found(4, A)]
    assert days(choose(captures, 1, lambda date: date.startswith("2020-03-01"))) == [2]
    # A later capture that says the same is not fetched in its place.
    assert days(choose(captures, 9, lambda date: date < "2020-03-04")) == []


def test_the_nearest_capture() -> None:
    captures = [found(1), found(10), found(20)]
    assert [days([near]) for day in ("02", "16", "30") if (near := nearest(captures, f"2020-03-{day}T00:00:00Z"))] == [
        [1], [20], [20],
    ]  # fmt: skip
    assert nearest([], "2020-03-02T00:00:00Z") is None


@pytest.mark.parametrize(
    ("url", "timestamp", "digest"),
    [
        (None, "20200301000000", A), ("http://a/", "20201301000000", A), ("http://a/", "2020030100000", A),
        ("http://a/", 20200301000000, A), ("http://a/", "20200301000000", "-"), ("http://a/", "20200301000000", None),
        ("http://a/", "２０200301000000", A), ("http://a/", "20200301000000", "md5:" + A),
    ],
)  # fmt: skip
def test_what_is_no_capture(url: object, timestamp: object, digest: object) -> None:
    with pytest.raises(ValueError, match=r"no capture|time data|unconverted data"):
        original(WebArchive.WAYBACK, url, timestamp, digest)


def test_a_capture() -> None:
    capture = original(WebArchive.COMMONCRAWL, "http://a/", "20200301020304", f"sha1:{A}")
    assert (capture.date, capture.digest) == ("2020-03-01T02:03:04Z", A)
    assert capture.captured == datetime(2020, 3, 1, 2, 3, 4, tzinfo=UTC)


def test_hosts_are_asked_for_once() -> None:
    assert {index_host(host) for host in ("www.slqncy.com", "slqncy.com", "www2.slqncy.com")} == {"slqncy.com"}
    assert index_host("wwwnews.example") == "wwwnews.example"


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("7", 7), ("0", 0), ("", 60), ("soon", 60), ("-3", 60), ("1.5", 60),
        ("Sun, 01 Mar 2020 00:02:00 GMT", 120), ("Sun, 01 Mar 2020 00:02:00 -0000", 120),
        ("Sat, 29 Feb 2020 00:00:00 GMT", 0), ("9" * 40, 60),
        (f"Sun, 01 Mar 2020 00:02:00 +{'9' * 40}", 60),
    ],
)  # fmt: skip
def test_how_long_to_wait(retry_after: str, seconds: float) -> None:
    assert seconds_to_wait(retry_after, datetime(2020, 3, 1, tzinfo=UTC)) == seconds
