"""Exchanges, and what was captured before them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from slqncy.warc.capture import Reference
from slqncy.warc.exchange import Exchange
from slqncy.warc.write import exchange_records, warcinfo

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.warc.capture import Captured
    from slqncy.warc.write import Written

AT = datetime(2026, 11, 26, 8, 30, 15, 999_999, tzinfo=UTC)
FILE = "slqncy-20261126083015-00000.warc.gz"


class Memory:
    """What was captured before, in one file."""

    def __init__(self) -> None:
        self.captured: list[Captured] = []

    def with_payload(self, digest: bytes) -> Reference | None:
        found = [one for one in self.captured if one.has_payload and one.digest == digest]
        return Reference(file=FILE, captured=found[0]) if found else None

    def page(self, uri: str) -> Reference | None:
        found = [one for one in self.captured if one.uri == uri and one.status == 200]
        return self.with_payload(found[-1].digest) if found else None


def response(body: bytes = b"<html>", *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """A response with a length."""
    head = b"HTTP/1.1 " + status + b"\r\n" + b"".join(field + b"\r\n" for field in fields)
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def exchange(received: bytes = response(), **more: Any) -> Exchange:
    """An exchange about the same page, as all are."""
    return replace(
        Exchange(
            uri="http://www.slqncy.com/szxw/1.html",
            at=AT,
            request=b"GET /szxw/1.html HTTP/1.1\r\nHost: www.slqncy.com\r\n\r\n",
            received=received,
            ip="192.0.2.1",
            milliseconds=12,
        ),
        **more,
    )


def file_of(*exchanges: Exchange) -> tuple[bytes, list[Captured | None], list[int]]:
    """A WARC file of exchanges, what it captures, and where it has each exchange, and the first record, behind it."""
    data, memory = warcinfo(FILE, AT, {"software": "slqncy"}), Memory()
    captured: list[Captured | None] = []
    ends = [len(data)]
    for one in exchanges:
        written: Written = exchange_records(one, memory)
        captured.append(written.response and replace(written.response, offset=ends[-1] + written.response.offset))
        if captured[-1] and captured[-1].is_whole and captured[-1].is_page:
            memory.captured.append(captured[-1])
        data += written.data
        ends.append(len(data))
    return data, captured, ends


def write_file(directory: Path, *exchanges: Exchange) -> Path:
    """The same on disk."""
    path = directory / FILE
    path.write_bytes(file_of(*exchanges)[0])
    return path
