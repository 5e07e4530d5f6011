"""Walking over a WARC file as this project writes it, exchange by exchange."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from uuid import UUID

from fastwarc.warc import WarcRecord, WarcRecordType

from slqncy.warc.capture import Captured
from slqncy.warc.loss import Loss, losses_in
from slqncy.warc.wire import status_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUFFER = 1 << 17
_STATUS_LINE = 32
"""Bytes that are enough for a status code."""
ANSWERS = WarcRecordType.response | WarcRecordType.revisit
"""The records that say what came from an address."""
LAST = WarcRecordType.metadata | WarcRecordType.warcinfo
"""The records that an exchange, or the beginning of a file, ends with."""


class WarcError(ValueError):
    """A WARC file that cannot be read; the message says where, and why."""


class Scanned(NamedTuple):
    """The records of one exchange, or those that a file begins with."""

    end: int
    """Byte offset behind them."""
    records: int
    captured: Captured | None
    """The response, if one came and it is a page."""
    losses: list[Loss]
    """What the last of them tells of."""


def scan(file: BinaryIO, position: int = 0) -> Iterator[Scanned]:
    """All that is whole, from a byte offset that an exchange begins at. Raises WarcError where something is not."""
    records, captured = 0, None
    end = position
    for start, end, content in members(file, position):
        record = read_record(start, content)
        records += 1
        if record.record_type & ANSWERS:
            captured = _captured(start, record)
            captured = captured if captured.is_page else None
        if record.record_type & LAST:
            # All that is told of an exchange has an address.
            is_of_file = "WARC-Target-URI" not in record.headers
            yield Scanned(end, records, captured, losses_in(record.reader.read()) if is_of_file else [])
            records, captured = 0, None
    if records:
        raise WarcError(f"byte {end}: the file ends within an exchange")


def members(file: BinaryIO, position: int = 0) -> Iterator[tuple[int, int, bytes]]:
    """Byte offset, end and content of each gzip member. Raises WarcError where one is damaged or cut short."""
    file.seek(position)
    data = b""
    while data := data or file.read(_BUFFER):
        member = zlib.decompressobj(wbits=31)
        parts: list[bytes] = []
        read = 0
        try:
            while not member.eof and (data := data or file.read(_BUFFER)):
                parts.append(member.decompress(data))
                read += len(data) - len(member.unused_data)
                data = member.unused_data
        except zlib.error as error:
            raise WarcError(f"byte {position}: {error}") from error
        if not member.eof:
            raise WarcError(f"byte {position}: the file ends within a record")
        yield position, position + read, b"".join(parts)
        position += read


def read_record(offset: int, content: bytes) -> WarcRecord:
    """The record that a member holds. Raises WarcError, which names the byte offset."""
    try:
        return WarcRecord.from_bytes(content)
    except (OSError, ValueError) as error:
        raise WarcError(f"byte {offset}: {error}") from error


def answer_status(record: WarcRecord) -> int:
    """The status code in the block of a response or revisit; FastWARC has none for `http/1.1`. Raises OSError."""
    return status_of(record.reader.read(_STATUS_LINE))


def _captured(offset: int, record: WarcRecord) -> Captured:
    has_payload = record.record_type == WarcRecordType.response
    try:
        return Captured(
            offset=offset,
            record=UUID(record.headers["WARC-Record-ID"].strip("<>")),
            uri=record.headers["WARC-Target-URI"],
            date=record.headers["WARC-Date"],
            status=answer_status(record),
            digest=base64.b32decode(record.headers["WARC-Payload-Digest"].removeprefix("sha1:")),
            has_payload=has_payload,
            # Of a revisit, only what is elsewhere is not there.
            is_whole=not has_payload or "WARC-Truncated" not in record.headers,
        )
    except (KeyError, OSError, ValueError) as error:
        raise WarcError(f"byte {offset}: {error!r}") from error
