"""Captures out of files of any writer, and what damage does."""

from __future__ import annotations

import gzip
import re
from itertools import accumulate
from typing import TYPE_CHECKING

import pytest

from slqncy.warc.read import Capture, capture_at, captures
from slqncy.warc.scan import WarcError
from tests.warc.handmade import DATE, gzipped, record, response, revisit, written

if TYPE_CHECKING:
    from pathlib import Path

MOST = 1_000_000
A, B, C = "http://example.org/a", "http://example.org/b", "http://example.org/c"
ID = "<urn:uuid:11111111-1111-4111-8111-111111111111>"


def read(*paths: Path, most_bytes: int = MOST) -> list[Capture]:
    return [capture for capture in captures(paths, most_bytes) if capture]


def read_until_damage(*paths: Path) -> tuple[list[Capture], str]:
    """All captures before the first damage, and what is said of that."""
    found: list[Capture | None] = []
    with pytest.raises(WarcError) as caught:
        found.extend(captures(paths, MOST))
    return [capture for capture in found if capture], str(caught.value)


@pytest.fixture(params=["a.warc", "a.warc.gz"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Of a file that is compressed, and of one that is not."""
    return tmp_path / str(request.param)


# What a capture is


def test_a_response(path: Path) -> None:
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: a\r\nset-cookie: b"
    before = record("warcinfo", b"software: me\r\n")
    written(path, before, response(A, "<p>", head))
    (capture,) = read(path)
    assert capture == Capture(
        path=path,
        offset=len(gzipped([before]) if path.suffix == ".gz" else before),
        uri=A,
        date=DATE,
        status=200,
        headers=[(b"Content-Type", b"text/html"), (b"Set-Cookie", b"a"), (b"set-cookie", b"b")],
        payload=b"<p>",
        incomplete="",
        is_not_modified=False,
        notes={},
    )
    assert capture_at(path, capture.offset, MOST) == capture


def test_the_order_is_that_of_the_files(tmp_path: Path) -> None:
    one, two = written(tmp_path / "1.warc", response(B, "1")), written(tmp_path / "2.warc.gz", response(A, "2"))
    assert [capture.payload for capture in read(two, one)] == [b"2", b"1"]


@pytest.mark.parametrize(("said", "taken"), [(b"wireSha256: 0\r\n", b"12345"), (b"via: x\r\n", b"123456789")])
def test_of_our_own_only_as_much_is_taken_as_was_declared(path: Path, said: bytes, taken: bytes) -> None:
    head = "HTTP/1.1 200 OK\r\nContent-Length: 5"
    answer = response(A, "123456789", head, WARC_Record_ID=ID)
    written(path, answer, record("metadata", said, WARC_Concurrent_To=ID))
    assert [capture.payload for capture in read(path)] == [taken]


def test_metadata_belongs_to_the_response_it_names_before_and_behind_a_request(path: Path) -> None:
    said = record("metadata", b"page: x\r\nkind:  story \r\nno colon\r\n", WARC_Concurrent_To=ID)
    other = record("metadata", b"page: y\r\n", WARC_Concurrent_To="<urn:uuid:2>")
    request = record("request", b"GET /a HTTP/1.1\r\n\r\n", WARC_Concurrent_To=ID)
    more = record("metadata", b"fetchTimeMs: 7\r\n", WARC_Concurrent_To=ID)
    written(path, other, response(A, "1", WARC_Record_ID=ID), request, said, other, more, response(B, "2"), said)
    assert [capture.notes for capture in read(path)] == [{"page": "x", "kind": "story", "fetchTimeMs": "7"}, {}]


def test_between_captures_a_reader_may_look_up(path: Path) -> None:
    written(path, *(record("resource", b"junk") for _ in range(50)), response(A, "1"))
    assert len(list(captures([path], MOST))) > 50


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("HTTP/2 200", 200),
        ("HTTP/2.0 404 Not Found", 404),
        ("HTTP/3 200 ", 200),
        ("HTTP/1.0 200 OK", 200),
        ("HTTP/1.1 200", 200),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created", 201),
    ],
)
def test_status_lines(path: Path, head: str, status: int) -> None:
    written(path, response(A, "body", f"{head}\r\nX: y"))
    (capture,) = read(path)
    assert (capture.status, capture.headers, capture.payload) == (status, [(b"X", b"y")], b"body")


def test_a_chunked_body_as_it_came_over_the_wire(path: Path) -> None:
    head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
    written(path, response(A, b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", head), response(B, "not chunked", head))
    assert [capture.payload for capture in read(path)] == [b"abcde", b"not chunked"]


def test_addresses_in_brackets(path: Path) -> None:
    written(path, response(f"<{A}>", "1", version="1.0"))
    assert [capture.uri for capture in read(path)] == [A]


@pytest.mark.parametrize(
    "block", [b"", b"no HTTP", b"HTTP/1.1 200 OK\r\nno end", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03"]
)
def test_what_is_no_http_response_is_left_out(path: Path, block: bytes) -> None:
    written(path, record("response", block, WARC_Target_URI=A), response(B, "2"))
    assert [capture.uri for capture in read(path)] == [B]


# Bodies that are not whole


@pytest.mark.parametrize(
    ("head", "fields", "incomplete"),
    [
        ("HTTP/1.1 200 OK", {"WARC_Truncated": "length"}, "truncated: length"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 11", {}, "7 bytes are missing of 11"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 4", {}, ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2", {}, ""),  # decoded since
        ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 11", {}, ""),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 11", {}, ""),
        (f"HTTP/1.1 200 OK\r\nContent-Length: {'9' * 5000}", {}, ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: many", {}, ""),
    ],
)
def test_bodies_that_are_not_whole(path: Path, head: str, fields: dict[str, str], incomplete: str) -> None:
    written(path, response(A, "body", head, **fields))
    assert [capture.incomplete for capture in read(path)] == [incomplete]


def test_of_a_long_record_the_beginning_is_read(path: Path) -> None:
    written(path, response(A, "x" * 5000), response(B, "2"))
    long, other = read(path, most_bytes=1000)
    assert (long.status, long.incomplete, len(long.payload) < 1000) == (200, "longer than we take", True)
    assert (other.payload, other.incomplete) == (b"2", "")


# Revisits


@pytest.mark.parametrize(
    "fields",
    [
        {"WARC_Refers_To": ID},
        {"WARC_Refers_To_Target_URI": A, "WARC_Refers_To_Date": DATE},
        {"WARC_Refers_To_Target_URI": f"<{A}>", "WARC_Refers_To_Date": DATE},
        {"WARC_Payload_Digest": "sha1:AAAA"},
    ],
)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("is_one_file", [True, False])
def test_a_revisit_has_the_payload_of_what_it_refers_to(
    path: Path, fields: dict[str, str], order: tuple[int, int], is_one_file: bool
) -> None:
    original = response(A, "<p>", WARC_Record_ID=ID, WARC_Payload_Digest="sha1:AAAA")
    again = revisit(B, WARC_Date="2021-01-01T00:00:00Z", **fields)
    padding = response(C, "other")
    records = [(original, again)[number] for number in order]
    if is_one_file:
        paths = [written(path, padding, *records)]
    else:
        paths = [written(path.with_name(f"{number}-{path.name}"), padding, one) for number, one in enumerate(records)]
    found = {capture.uri: capture for capture in read(*paths)}
    assert found[B].payload == found[A].payload == b"<p>"
    assert (found[B].path, found[B].offset) == (found[A].path, found[A].offset)
    assert found[B].date == "2021-01-01T00:00:00Z"
    assert capture_at(found[B].path, found[B].offset, MOST).uri == A


def test_a_revisit_without_a_block_has_the_headers_of_the_original(path: Path) -> None:
    written(path, response(A, "<p>", WARC_Record_ID=ID), revisit(B, b"", WARC_Refers_To=ID))
    _, again = read(path)
    assert (again.uri, again.status, again.headers, again.payload) == (
        B,
        200,
        [(b"Content-Type", b"text/html")],
        b"<p>",
    )


def test_a_revisit_of_what_is_nowhere_is_not_whole(path: Path) -> None:
    written(path, revisit(A, WARC_Refers_To=ID), revisit(B, b"", WARC_Refers_To=ID), response(C, "3"))
    lost, other = read(path)
    assert (lost.uri, lost.incomplete, other.uri) == (A, "the record it refers to cannot be found", C)


def test_a_revisit_of_what_is_not_whole_is_neither(path: Path) -> None:
    written(
        path,
        response(A, "<p>", WARC_Record_ID=ID, WARC_Truncated="time"),
        # Some writers say so of every revisit, for it has no body.
        revisit(B, WARC_Refers_To=ID, WARC_Truncated="length"),
    )
    assert [capture.incomplete for capture in read(path)] == ["truncated: time", "truncated: time"]


def test_a_revisit_of_what_is_too_long(path: Path) -> None:
    written(path, response(A, "x" * 5000, WARC_Record_ID=ID), revisit(B, WARC_Refers_To=ID), response(C, "3"))
    assert [capture.incomplete != "" for capture in read(path, most_bytes=1000)] == [True, True, False]


def test_not_modified(path: Path) -> None:
    profile = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    written(path, revisit(A, b"HTTP/1.1 304 Not Modified\r\n\r\n", WARC_Profile=profile))
    (capture,) = read(path)
    assert (capture.status, capture.is_not_modified, capture.incomplete) == (304, True, "")


@pytest.mark.parametrize("said", [b"notModified: yes\r\n", b"fetchTimeMs: 7\r\n"])
def test_not_modified_since_others_captured_it(path: Path, said: bytes) -> None:
    answer = response(A, "", "HTTP/1.1 304 Not Modified", WARC_Record_ID=ID)
    written(path, answer, record("metadata", said, WARC_Concurrent_To=ID))
    (capture,) = read(path)
    assert (capture.status, capture.is_not_modified) == (304, said.startswith(b"not"))


# Damage


RECORDS = [response(uri, "x" * 3000) for uri in (A, B, C)]


def test_wherever_a_file_is_torn_what_stands_before_is_read(path: Path) -> None:
    whole = written(path, *RECORDS).read_bytes()
    pieces = [gzipped([data]) if path.suffix == ".gz" else data for data in RECORDS]
    ends = list(accumulate(map(len, pieces)))
    # Of a record that is not compressed all may be there but the two line feeds at its end.
    needed = [end if path.suffix == ".gz" else end - 4 for end in ends]
    for cut in {*range(1, len(whole), 7), *needed, *(end - 1 for end in needed)} - set(ends):
        path.write_bytes(whole[:cut])
        found, said = read_until_damage(path)
        assert len(found) == sum(end <= cut for end in needed), cut
        (byte,) = re.findall(rf"{path}, behind byte (\d+): ", said)
        assert int(byte) <= cut
    for number, end in enumerate(ends, 1):
        path.write_bytes(whole[:end])
        assert len(read(path)) == number


def test_what_its_own_checksum_denies_is_not_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.warc.gz", *RECORDS, record("resource", b"y"))
    data, second = bytearray(path.read_bytes()), len(gzipped(RECORDS[:2]))
    data[second - 8] ^= 1
    path.write_bytes(data)
    found, _ = read_until_damage(path)
    assert [capture.uri for capture in found] == [A]


def test_a_tear_within_a_record_that_is_not_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.warc.gz", *RECORDS, record("resource", b"y" * 3000))
    path.write_bytes(path.read_bytes()[:-5])
    found, said = read_until_damage(path)
    assert len(found) == 3
    assert "the file ends within a record" in said


def test_a_flipped_bit(tmp_path: Path) -> None:
    path = written(tmp_path / "a.warc.gz", *RECORDS)
    data, first = bytearray(path.read_bytes()), len(gzipped(RECORDS[:1]))
    data[first + 20] ^= 1
    path.write_bytes(data)
    found, said = read_until_damage(path)
    assert ([capture.uri for capture in found], f"{path}, behind byte" in said) == ([A], True)


@pytest.mark.parametrize(
    "tail", [b"hello world, this is no record\r\n\r\n", bytes(600), b"\x1f\x8b" + bytes(600), b"<html>" * 99]
)
def test_something_else_behind_the_records(tmp_path: Path, tail: bytes) -> None:
    path = written(tmp_path / "a.warc.gz", *RECORDS)
    path.write_bytes(path.read_bytes() + tail)
    found, said = read_until_damage(path)
    assert len(found) == 3
    assert f"{path}, behind byte" in said


@pytest.mark.parametrize(
    "data",
    [
        b"hello\n" * 999,
        bytes(range(256)) * 9,
        b"<!DOCTYPE html><p>",
        b"PK\3\4" + bytes(500),
        gzip.compress(b"x" * 999, mtime=0),
    ],
)
def test_what_is_no_warc_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(data)
    found, said = read_until_damage(path)
    assert found == []
    assert f"{path}, behind byte 0: " in said


def test_an_empty_file_has_nothing(path: Path) -> None:
    path.touch()
    assert read(path) == []


@pytest.mark.parametrize("count", [1, 200])
def test_a_file_that_is_compressed_as_a_whole_is_refused_with_advice(tmp_path: Path, count: int) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(b"".join(RECORDS * count), mtime=0))
    found, said = read_until_damage(path)
    assert found == []
    assert "not compressed record by record; `gunzip` it" in said


def test_damage_in_a_file_that_a_revisit_looks_through_is_told_when_its_turn_comes(tmp_path: Path) -> None:
    one = written(tmp_path / "1.warc.gz", revisit(A, WARC_Refers_To=ID), response(B, "2"))
    two = written(tmp_path / "2.warc.gz", response(C, "3"), response(C, "4"))
    two.write_bytes(two.read_bytes()[:-5])
    three = written(tmp_path / "3.warc.gz", response(C, "<p>", WARC_Record_ID=ID))
    found, said = read_until_damage(one, two, three)
    assert [(capture.uri, capture.payload) for capture in found] == [(A, b"<p>"), (B, b"2"), (C, b"3")]
    assert f"{two}, behind byte" in said


def test_a_place_that_is_none(path: Path) -> None:
    written(path, record("warcinfo", b"a: b\r\n"), RECORDS[0])
    for offset in (0, 3, 10**9):
        with pytest.raises(WarcError, match=r"behind byte|no response record"):
            capture_at(path, offset, MOST)
