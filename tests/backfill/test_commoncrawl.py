"""The dialect of Common Crawl."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from slqncy.backfill import commoncrawl
from slqncy.backfill.captures import Answer, CaptureError, IndexAnswerError, Original, WebArchive
from slqncy.backfill.unwrap import unwrap
from tests.backfill.captured import Snapshot, digest, write_warc

if TYPE_CHECKING:
    from pathlib import Path

INDEX, DATA = "https://index.commoncrawl.org/", "https://data.commoncrawl.org/"
URL = "http://www.slqncy.com/szxw/1.html"
PAGE = "<p>东渚街道</p>".encode("gbk")
ROW = {
    "urlkey": "com,slqncy)/szxw/1.html", "timestamp": "20200301020304", "url": URL, "mime": "text/html",
    "status": "200", "digest": digest(PAGE), "length": "300", "offset": "1000", "filename": "crawl-data/a.warc.gz",
}  # fmt: skip


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_indexes_oldest_first() -> None:
    body = json.dumps([{"cdx-api": f"{INDEX}CC-MAIN-{year}-10-index"} for year in (2021, 2020)]).encode()
    assert commoncrawl.read_collections(200, body, INDEX) == [
        f"{INDEX}CC-MAIN-2020-10-index", f"{INDEX}CC-MAIN-2021-10-index",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, b"[]"), (200, b"["), (200, b"{}x"), (200, b"3"), (200, b'[{"id": "CC"}]'),
        (200, b'[{"cdx-api": "https://elsewhere.example/index"}]'), (200, b'[{"cdx-api": null}]'),
        (200, b"[" * 100_000),
    ],
)  # fmt: skip
def test_what_is_no_list_of_indexes(status: int, body: bytes) -> None:
    with pytest.raises(IndexAnswerError):
        commoncrawl.read_collections(status, body, INDEX)


def test_a_row() -> None:
    (found,) = commoncrawl.read(200, lines(ROW), DATA).found
    assert (found.source, found.range) == (f"{DATA}crawl-data/a.warc.gz", "bytes=1000-1299")
    assert found.original == Original(
        archive=WebArchive.COMMONCRAWL, url=URL, date="2020-03-01T02:03:04Z", digest=digest(PAGE)
    )


def test_bad_rows_are_counted_and_others_read() -> None:
    bad: list[dict[str, object]] = [{**ROW, name: "x"} for name in ("timestamp", "digest", "length", "offset")]
    bad.append({**ROW, "offset": float("inf")})
    short = {name: value for name, value in ROW.items() if name != "filename"}
    torn = b"{torn\n" + b"[" * 100_000 + b"\n"
    body = lines(*bad, short, [1], 3, {**ROW, "length": "0"}) + torn + lines({**ROW, "status": "404"}, ROW)
    answer = commoncrawl.read(200, body, DATA)
    assert (len(answer.found), answer.bad) == (1, 11)


def test_a_torn_answer_is_none() -> None:
    with pytest.raises(IndexAnswerError, match="line"):
        commoncrawl.read(200, lines(ROW, ROW)[:-1], DATA)
    with pytest.raises(IndexAnswerError, match="HTTP 500"):
        commoncrawl.read(500, b"", DATA)


def test_nothing() -> None:
    said = b'{"message": "No Captures found for: slqncy.com"}'
    assert commoncrawl.read(404, said, DATA) == Answer()
    assert commoncrawl.read_pages(404, said, DATA) == 0
    assert commoncrawl.read(200, b"", DATA) == Answer()


def test_how_many_pages() -> None:
    assert commoncrawl.read_pages(200, b'{"pages": 3, "pageSize": 5, "blocks": 13}\n', DATA) == 3
    assert commoncrawl.read_pages(200, b"4\n", DATA) == 4
    # An index without pages says all that it has, however it is asked.
    for rows in ([ROW], [ROW, ROW]):
        answer = commoncrawl.read_pages(200, lines(*rows), DATA)
        assert isinstance(answer, Answer)
        assert len(answer.found) == len(rows)


def record(tmp_path: Path, **changes: object) -> bytes:
    fields = {"url": URL, "date": "2020-03-01T02:03:04Z", "body": PAGE, "headers": {"ETag": '"x"'}} | changes
    write_warc(tmp_path / "a.warc.gz", [Snapshot(**fields)])  # type: ignore[arg-type]
    return (tmp_path / "a.warc.gz").read_bytes()


def capture(stored: bytes = PAGE) -> Original:
    return Original(archive=WebArchive.COMMONCRAWL, url=URL, date="2020-03-01T02:03:04Z", digest=digest(stored))


def test_the_response_of_the_site(tmp_path: Path) -> None:
    unwrapped = unwrap(206, [], record(tmp_path), capture())
    assert (unwrapped.status, list(unwrapped.headers), unwrapped.body) == (200, [("ETag", '"x"')], PAGE)
    assert (unwrapped.is_checked, unwrapped.is_truncated) == (True, False)
    assert unwrap(206, [], record(tmp_path, is_truncated=True), capture()).is_truncated


def test_a_compressed_response(tmp_path: Path) -> None:
    unwrapped = unwrap(206, [], record(tmp_path, is_compressed=True), capture(gzip.compress(PAGE)))
    assert dict(unwrapped.headers)["Content-Encoding"] == "gzip"
    assert gzip.decompress(unwrapped.body) == PAGE


def test_what_is_not_the_capture(tmp_path: Path) -> None:
    right = record(tmp_path)
    for status, body, message in [
        (200, right, "HTTP 200"),
        (206, b"", "0 records"),
        (206, right[: len(right) // 2], "."),
        (206, right + right, "2 records"),
        (206, gzip.decompress(right)[:50], "."),
        (206, record(tmp_path, url="http://www.slqncy.com/szxw/2.html"), "instead of"),
        (206, record(tmp_path, date="2020-03-01T02:03:05Z"), "instead of"),
        (206, record(tmp_path, body=PAGE + b" "), "but the index says"),
    ]:
        with pytest.raises(CaptureError, match=message):
            unwrap(status, [], body, capture())
