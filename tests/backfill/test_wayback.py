"""The dialect of the Wayback Machine."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from slqncy.backfill import wayback
from slqncy.backfill.captures import Answer, CaptureError, IndexAnswerError, Original, WebArchive
from slqncy.backfill.wayback import unwrap
from tests.backfill.captured import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

BASE = "https://web.archive.org/"
URL = "http://www.slqncy.com/szxw/1.html"
PAGE = "<p>东渚街道</p>".encode("gbk")
HEADER = ["timestamp", "original", "statuscode", "digest"]
ROW = ["20200301020304", URL, "200", digest(PAGE)]


def read(*rows: Sequence[object]) -> Answer:
    return wayback.read(200, json.dumps(rows).encode(), BASE)


def test_a_query() -> None:
    url = wayback.query(BASE, "www.slqncy.com", 50, "com,slqncy)/x 2020")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith("https://web.archive.org/cdx/search/cdx?")
    assert asked == {
        "url": "slqncy.com", "matchType": "host", "output": "json", "fl": ",".join(HEADER),
        "filter": "statuscode:200", "limit": "50", "showResumeKey": "true", "resumeKey": "com,slqncy)/x 2020",
    }  # fmt: skip
    assert "resumeKey" not in parse_qs(urlsplit(wayback.query(BASE, "slqncy.com", 50)).query)


def test_rows_and_the_key_to_go_on_with() -> None:
    answer = read(HEADER, ROW, [], ["com,slqncy)/szxw/2.html 20200301"])
    assert [found.source for found in answer.found] == [f"https://web.archive.org/web/20200301020304id_/{URL}"]
    assert (answer.bad, answer.resume_key) == (0, "com,slqncy)/szxw/2.html 20200301")


def test_a_key_is_given_as_it_would_stand_in_a_query() -> None:
    key = "com%2Cslqncy%29%2Fszxw%2F1%2525.html+20200301020305"
    answer = read(HEADER, ROW, [], [key])
    assert answer.resume_key == "com,slqncy)/szxw/1%25.html 20200301020305"
    assert f"resumeKey={key}" in wayback.query(BASE, "slqncy.com", 50, answer.resume_key)


def test_columns_go_by_their_names() -> None:
    answer = read(["urlkey", *HEADER[::-1]], ["com,slqncy)/", *ROW[::-1]])
    assert answer.found[0].original.date == "2020-03-01T02:03:04Z"


def test_bad_rows_are_counted_and_others_read() -> None:
    bad: list[list[object]] = [["20200301020304", URL, "200"], ["0", URL, "200", "x"], [1, 2, "200", 3]]
    answer = read(HEADER, *bad, ROW, ["20200301020304", URL, "-", "AAAA"])
    assert (len(answer.found), answer.bad) == (1, 3)


@pytest.mark.parametrize("body", [b"", b"[]", b"\n"])
def test_nothing(body: bytes) -> None:
    assert wayback.read(200, body, BASE) == Answer()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, json.dumps([HEADER, ROW])[:-1].encode()), (200, b"<html>"), (200, b"{}"), (200, b'["a"]'),
        (200, b'[["timestamp"]]'), (200, json.dumps([HEADER, ROW, []]).encode()),
        (200, json.dumps([HEADER, ROW, [], ["a", "b"]]).encode()), (504, b""),
        (200, b"[" * 100_000),
    ],
)  # fmt: skip
def test_what_is_no_answer(status: int, body: bytes) -> None:
    with pytest.raises(IndexAnswerError):
        wayback.read(status, body, BASE)


def capture(stored: bytes = PAGE) -> Original:
    return Original(archive=WebArchive.WAYBACK, url=URL, date="2020-03-01T02:03:04Z", digest=digest(stored))


THEN = ("Memento-Datetime", "Sun, 01 Mar 2020 02:03:04 GMT")


def test_the_response_of_the_site() -> None:
    headers = [
        ("Content-Type", "text/html; charset=gbk"), ("X-Archive-Orig-ETag", '"x"'), ("X-Archive-Orig-Set-Cookie", "a"),
        ("X-Archive-Orig-Set-Cookie", "b"), ("X-Archive-Orig-Content-Length", "9"), ("Server", "nginx"), THEN,
    ]  # fmt: skip
    unwrapped = unwrap(200, headers, PAGE, capture())
    assert (unwrapped.status, unwrapped.body, unwrapped.is_checked) == (200, PAGE, True)
    assert sorted(unwrapped.headers) == [
        ("Content-Type", "text/html; charset=gbk"), ("ETag", '"x"'), ("Set-Cookie", "a"), ("Set-Cookie", "b"),
    ]  # fmt: skip


def test_the_type_as_the_site_sent_it() -> None:
    headers = [("Content-Type", "text/html"), ("x-archive-orig-content-type", "text/html; charset=gbk")]
    assert list(unwrap(200, headers, PAGE, capture()).headers) == [("content-type", "text/html; charset=gbk")]


ZIPPED = gzip.compress(PAGE, mtime=0)


@pytest.mark.parametrize(
    ("sent", "stored", "coding", "orig_coding", "kept_coding", "is_checked"),
    [
        (ZIPPED, ZIPPED, "gzip", "gzip", "gzip", True),  # as it is stored
        (PAGE, ZIPPED, "", "gzip", "", False),  # decoded by the web archive
        (ZIPPED, ZIPPED, "", "gzip", "gzip", True),  # as it is stored, and told only by the site's header
        (ZIPPED, PAGE, "gzip", "", "gzip", True),  # compressed by the web archive
        (gzip.compress(PAGE, 1, mtime=0), ZIPPED, "gzip", "gzip", "gzip", False),  # compressed anew
    ],
)
def test_codings(
    sent: bytes, stored: bytes, coding: str, orig_coding: str, kept_coding: str, *, is_checked: bool
) -> None:
    headers = [("Content-Encoding", coding)] * bool(coding)
    headers += [("X-Archive-Orig-Content-Encoding", orig_coding)] * bool(orig_coding)
    unwrapped = unwrap(200, headers, sent, capture(stored))
    assert unwrapped.is_checked is is_checked
    assert [value for name, value in unwrapped.headers if name == "Content-Encoding"] == [kept_coding] * bool(
        kept_coding
    )
    assert unwrapped.body == sent


@pytest.mark.parametrize(
    ("status", "headers", "body", "message"),
    [
        (200, [THEN], PAGE + b" ", "but the index says"),
        (200, [("Content-Encoding", "gzip")], gzip.compress(PAGE + b" ", mtime=0), "but the index says"),
        (200, [("Content-Encoding", "gzip")], b"torn", "but the index says"),
        (200, [("Memento-Datetime", "Sun, 01 Mar 2020 02:03:05 GMT")], PAGE, "instead of 2020-03-01T02:03:04Z"),
        (200, [("Memento-Datetime", "once")], PAGE, "no time"),
        (200, [("Memento-Datetime", f"Sun, 01 Mar 2020 02:03:05 +{'9' * 40}")], PAGE, "no time"),
        (302, [THEN], PAGE, "HTTP 302"),
        (404, [THEN], PAGE, "HTTP 404"),
    ],
)
def test_what_is_not_the_capture(status: int, headers: list[tuple[str, str]], body: bytes, message: str) -> None:
    with pytest.raises(CaptureError, match=message):
        unwrap(status, headers, body, capture())
