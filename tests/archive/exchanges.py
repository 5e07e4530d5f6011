"""Exchanges to capture, each told from the others by its number, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from fastwarc.warc import ArchiveIterator, WarcRecordType

from slqncy.archive.layout import open_warc_path, warc_path, warcs_on_disk
from slqncy.warc.exchange import Exchange
from tests.samples import keep, story, story_url

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.archive import ArchiveWriter
    from slqncy.records import Story, Warc

LATER = "2026-11-01T00:00:05Z"
"""Than the run began: nothing that was captured by another one."""
AT = datetime(2026, 11, 1, tzinfo=UTC)
INFO = {
    "software": "slqncy/0.1.0", "format": "WARC File Format 1.1", "isPartOf": "20261101T000000-1",
    "description": "stories", "robots": "obey",
}  # fmt: skip
NO_LIMIT = 1 << 30


def body_of(number: int, version: int = 1) -> bytes:
    return (
        f"<html><head><title>第{number}条新闻</title></head><body>第{version}版{number * 7919}</body></html>".encode()
    )


def exchange(number: int, version: int = 1, *, body: bytes | None = None, at: datetime = AT) -> Exchange:
    payload = body_of(number, version) if body is None else body
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(payload)}\r\n\r\n"
    return Exchange(
        uri=story_url(number),
        at=at,
        request=f"GET /szxw/{number}.html HTTP/1.1\r\nHost: www.slqncy.com\r\n\r\n".encode(),
        received=head.encode() + payload,
        ip="127.0.0.1",
        milliseconds=12,
        notes={"page": story_url(number), "kind": "story"},
    )


def unanswered(number: int) -> Exchange:
    """There was no connection."""
    return Exchange(uri=story_url(number), at=AT, failure="connection refused", notes={"page": story_url(number)})


def not_modified(number: int) -> Exchange:
    received = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'
    return replace(exchange(number), received=received, is_conditional=True)


def capture(writer: ArchiveWriter, *exchanges: Exchange, most_bytes: int = NO_LIMIT) -> list[Warc]:
    places = [writer.capture(one, INFO, most_bytes) for one in exchanges]
    writer.release_captures()
    return places


def captured_story(writer: ArchiveWriter, number: int, *, version: int = 1, most_bytes: int = NO_LIMIT) -> Story:
    """Capture a story, and write its line."""
    (place,) = capture(writer, exchange(number, version), most_bytes=most_bytes)
    text = f"第{number}条新闻的第{version}版。\n(王宇)"
    record = story(number, text, version=version, downloaded=LATER)
    record.provenance = replace(record.provenance, warc=place)
    keep(writer, record)
    return record


def warcs(root: Path) -> dict[str, bytes]:
    """The files, by their names on disk."""
    return {path.name: path.read_bytes() for path in sorted((root / "warc").glob("*")) if path.is_file()}


class Read(NamedTuple):
    """A record, as another reader than ours reads it."""

    offset: int
    type: str
    uri: str
    payload: bytes
    headers: dict[str, str]


def read(path: Path) -> list[Read]:
    records = []
    for record in ArchiveIterator(path, WarcRecordType.any_type, parse_http=False):
        _, _, payload = record.reader.read().partition(b"\r\n\r\n")
        headers = dict(record.headers)
        uri = headers.get("WARC-Target-URI", "")
        records.append(Read(record.stream_pos, headers["WARC-Type"], uri, payload, headers))
    return records


def payload_at(root: Path, place: Warc) -> bytes:
    """The payload of the response record that begins at a place."""
    path = warc_path(root, place.file)
    path = path if path.exists() else open_warc_path(root, place.file)
    (record,) = (record for record in read(path) if record.offset == place.offset)
    assert record.type == "response"
    return record.payload


def all_records(root: Path) -> list[Read]:
    names = warcs_on_disk(root)
    paths = (warc_path(root, name) if warc_path(root, name).exists() else open_warc_path(root, name) for name in names)
    return [record for path in paths for record in read(path)]
