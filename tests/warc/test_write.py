"""Records as they are written."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
from random import Random
from typing import TYPE_CHECKING

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from hypothesis import given
from hypothesis import strategies as st

from slqncy.warc.check import check
from slqncy.warc.exchange import Truncation
from slqncy.warc.write import date_of, digest_text, exchange_records, warcinfo
from tests import warcs
from tests.peers import PEERS
from tests.warc.samples import AT, FILE, Memory, exchange, file_of, response, write_file

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.warc.exchange import Exchange

IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
CONDITIONAL = b"304 Not Modified"


def kept(tmp_path: Path, *exchanges: Exchange) -> list[warcs.Kept]:
    """What stands in a file of exchanges; other tools have nothing against it."""
    path = write_file(tmp_path, *exchanges)
    assert not list(check(path, own=True))
    if PEERS.is_dir():
        warcs.assert_peers_accept([path])
    return warcs.exchanges([path])


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def test_one_gzip_member_a_record() -> None:
    data = file_of(exchange())[0]
    members = data.split(b"\x1f\x8b\x08")[1:]
    blocks = [gzip.decompress(b"\x1f\x8b\x08" + member) for member in members]
    assert [block.split(b"\r\n")[:2] for block in blocks] == [
        [b"WARC/1.1", b"WARC-Type: " + kind] for kind in (b"warcinfo", b"request", b"response", b"metadata")
    ]
    assert all(block.endswith(b"\r\n\r\n") for block in blocks)


def test_the_first_record_says_what_the_file_is() -> None:
    record = next(ArchiveIterator(io.BytesIO(warcinfo(FILE, AT, {"software": "slqncy/1", "isPartOf": "run\n 1"}))))
    assert record.headers["WARC-Filename"] == FILE
    assert record.headers["WARC-Date"] == "2026-11-26T08:30:15Z"
    assert record.headers["Content-Type"] == "application/warc-fields"
    assert record.reader.read() == b"software: slqncy/1\r\nisPartOf: run 1\r\n"


def test_an_exchange_is_three_records(tmp_path: Path) -> None:
    received = response(b"body", b"Content-Type: text/html")
    (one,) = kept(tmp_path, exchange(received, notes={"page": "http://www.slqncy.com/", "kind": "front"}))
    (request, asked), (answer, block), (metadata, _) = one.records
    assert [one.kinds, one.request, block] == [["request", "response", "metadata"], exchange().request, received]
    for headers, content in one.records:
        assert headers["WARC-Target-URI"] == exchange().uri
        assert headers["WARC-Date"] == "2026-11-26T08:30:15Z"
        assert headers["WARC-IP-Address"] == "192.0.2.1"
        assert headers["WARC-Block-Digest"] == sha1(content)
    assert asked == exchange().request
    assert answer["WARC-Payload-Digest"] == sha1(b"body")
    assert "WARC-Payload-Digest" not in request.keys() | metadata.keys()
    assert request["WARC-Concurrent-To"] == metadata["WARC-Concurrent-To"] == answer["WARC-Record-ID"]
    assert len({headers["WARC-Record-ID"] for headers, _ in one.records}) == 3
    assert [headers["Content-Type"] for headers, _ in one.records] == [
        "application/http; msgtype=request", "application/http; msgtype=response", "application/warc-fields",
    ]  # fmt: skip
    assert one.fields == {
        "page": "http://www.slqncy.com/",
        "kind": "front",
        "fetchTimeMs": "12",
        "wireBytes": str(len(received)),
        "wireSha256": hashlib.sha256(received).hexdigest(),
    }


@pytest.mark.parametrize("truncation", Truncation)
def test_a_response_that_is_not_whole(truncation: Truncation, tmp_path: Path) -> None:
    (one,) = kept(tmp_path, exchange(truncation=truncation, failure="it\r\nbroke\x85off"))
    assert one.truncated == truncation.value
    assert one.fields["failure"] == "it broke off"


# Payloads that were captured before


def test_the_same_payload_is_not_written_again(tmp_path: Path) -> None:
    chunked = b"HTTP/1.1 404 Gone\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
    first, second = kept(tmp_path, exchange(response(b"body")), exchange(chunked, uri="http://www.slqncy.com/2"))
    original = first.record("response")[0]
    headers, block = second.record("revisit")
    assert block == b"HTTP/1.1 404 Gone\r\nX-Orig-Transfer-Encoding: chunked\r\n\r\n"
    assert second.received == chunked
    assert headers["WARC-Profile"] == IDENTICAL
    assert headers["WARC-Payload-Digest"] == original["WARC-Payload-Digest"] == sha1(b"body")
    assert headers["WARC-Refers-To"] == original["WARC-Record-ID"]
    assert headers["WARC-Refers-To-Target-URI"] == original["WARC-Target-URI"]
    assert headers["WARC-Refers-To-Date"] == original["WARC-Date"]
    assert headers["WARC-Truncated"] == "length"


def test_a_page_that_is_as_it_was(tmp_path: Path) -> None:
    not_modified = b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"
    first, second = kept(tmp_path, exchange(), exchange(not_modified, is_conditional=True))
    headers, block = second.record("revisit")
    assert block == second.received == not_modified
    assert headers["WARC-Profile"] == NOT_MODIFIED
    assert headers["WARC-Refers-To"] == first.record("response")[0]["WARC-Record-ID"]
    assert "WARC-Truncated" not in headers


def test_a_page_that_is_as_it_was_when_others_captured_it(tmp_path: Path) -> None:
    unmodified = b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"
    asked, unasked = kept(tmp_path, exchange(unmodified, is_conditional=True), exchange(unmodified))
    assert asked.record("response")[1] == unmodified
    assert b"notModified: yes\r\n" in asked.record("metadata")[1]
    assert b"notModified" not in unasked.record("metadata")[1]


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ([exchange()], exchange(response(b"other"))),
        ([exchange(response(b""))], exchange(response(b""))),
        ([exchange()], exchange(truncation=Truncation.TIME)),
        ([], exchange(response(b"", status=CONDITIONAL), is_conditional=True)),
        ([exchange()], exchange(response(b"", status=CONDITIONAL))),
        ([exchange()], exchange(response(b"body", status=CONDITIONAL), is_conditional=True)),
        (
            [exchange(truncation=Truncation.TIME)],
            exchange(b"HTTP/1.1 304 Not Modified\r\n\r\n", is_conditional=True),
        ),
        ([exchange(truncation=Truncation.TIME)], exchange()),
        ([exchange(response(status=b"404 Gone"))], exchange(response(b"", status=CONDITIONAL), is_conditional=True)),
    ],
    ids=[
        "another payload", "no payload", "a payload that is not whole", "304 to a page never captured",
        "304 that nobody asked for", "304 with a body", "304 to what came in part",
        "what had come in part", "304 to a page that was not delivered",
    ],
)  # fmt: skip
def test_what_is_written_whole(before: list[Exchange], then: Exchange, tmp_path: Path) -> None:
    one = kept(tmp_path, *before, then)[-1]
    assert one.kinds == ["request", "response", "metadata"]
    assert one.received == then.received


def test_what_it_says_of_itself_is_true() -> None:
    data, (first, revisit), _ = file_of(exchange(), exchange())
    assert first
    assert revisit
    records = {record.stream_pos: record for record in ArchiveIterator(io.BytesIO(data), parse_http=False)}
    for captured, kind in ((first, WarcRecordType.response), (revisit, WarcRecordType.revisit)):
        record = next(iter(ArchiveIterator(io.BytesIO(data[captured.offset :]))))
        assert captured.offset in records
        assert record.record_type == kind
        assert record.headers["WARC-Record-ID"] == f"<{captured.record.urn}>"
        assert record.headers["WARC-Payload-Digest"] == digest_text(captured.digest)
        assert (captured.uri, captured.date, captured.status) == (exchange().uri, date_of(AT), 200)
    assert (first.has_payload, revisit.has_payload) == (True, False)


# What is no HTTP


@pytest.mark.parametrize(
    "received", [b"\xff\x00\r\n garbage", b"HTTP/1.1 200 OK\r\nX: y", b"HTTP/1.1 100 Continue\r\n\r\n"]
)
def test_bytes_that_are_no_response_stand_in_the_metadata(received: bytes, tmp_path: Path) -> None:
    (one,) = kept(tmp_path, exchange(received, truncation=Truncation.DISCONNECT, failure="nothing we know"))
    assert one.kinds == ["request", "metadata"]
    assert one.received == received
    (request, _), (metadata, _) = one.records
    assert "WARC-Concurrent-To" not in request
    assert metadata["WARC-Concurrent-To"] == request["WARC-Record-ID"]


def test_a_connection_that_could_not_be_made(tmp_path: Path) -> None:
    (one,) = kept(tmp_path, exchange(b"", request=b"", ip="", failure="refused", truncation=Truncation.UNSPECIFIED))
    assert one.kinds == ["metadata"]
    assert one.fields == {"fetchTimeMs": "12", "failure": "refused"}
    assert not {"WARC-Concurrent-To", "WARC-IP-Address", "WARC-Truncated"} & one.records[0][0].keys()


# Anything


@given(st.binary(), st.text(st.characters(codec=None)))
def test_whatever_came_and_whatever_went_wrong(received: bytes, failure: str) -> None:
    written = exchange_records(exchange(received, failure=failure), Memory())
    verified = [record.verify_block_digest() for record in ArchiveIterator(io.BytesIO(written.data), parse_http=False)]
    assert verified == [True] * written.records


def test_other_tools_find_the_payload_behind_any_head(tmp_path: Path) -> None:
    random = Random(7)
    parts = [
        b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b"\0", b"\xa0", b"\x85", b"\xe3\x80\x80", b"\x0b", b"\x1c",
        b"X-Orig-", b"Transfer-Encoding: chunked", b"transfer-encoding:gzip", b"Set-Cookie: a=b", b"X" * 9000, b"Y: z",
        b"HTTP/1.1 ", "新闻".encode(), "新闻".encode("gbk"),
    ]  # fmt: skip
    heads = [b"".join(random.choices(parts, k=random.randrange(20))) for _ in range(400)]
    answers = [
        exchange(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\nbody %d" % number, uri=f"http://www.slqncy.com/{number}")
        for number, head in enumerate(heads)
    ]
    path = write_file(tmp_path, *answers)
    assert not list(check(path, own=True))
    with path.open("rb") as file:
        for record in ArchiveIterator(file, WarcRecordType.response, parse_http=True):
            assert record.http_headers.status_code == 200
            assert record.verify_payload_digest()
    warcs.assert_peers_accept([path], ("warcio", "check"), ("fastwarc", "check", "-p"), ("cdxj-indexer",))
