"""One WARC record, read to its end: its header, and what its block was found to be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from slqncy.warc.check.digests import Digest, parse_digest
from slqncy.warc.check.fields import Header, parse_header
from slqncy.warc.check.http import ChunkError, dechunk, is_chunked, read_head
from slqncy.warc.check.stream import Stream, Tap

_HEADER_LIMIT = 1 << 20
_END = b"\r\n\r\n"
_NEXT = _END + b"WARC/"
_DIGESTS = {"WARC-Block-Digest", "WARC-Payload-Digest"}
_DIGITS = re.compile(r"[0-9]{1,18}")


@dataclass(slots=True)
class Record:
    """A record, as far as it could be read."""

    header: Header
    type: str = ""
    """WARC-Type."""
    digests: dict[str, Digest] = field(default_factory=dict)
    """By the names of the fields; those that can be compared."""
    defects: list[str] = field(default_factory=list)
    """What is wrong with its frame and its digests, before these are compared."""
    is_framed: bool = True
    """Whether it ends where it says."""
    block: Tap = field(default_factory=lambda: Tap((), None))
    payload: Tap = field(default_factory=lambda: Tap((), None))
    head: bytes | None = None
    """Of the HTTP message in the block, the empty line included; None where there is none."""
    joined: Tap | None = None
    """The payload without its chunks, where it has them."""
    chunk_error: str = ""

    def get(self, name: str) -> str:
        """The value of a field, or ''."""
        return self.header.fields.get(name, "")


def read_record(stream: Stream) -> Record | None:
    """The record that begins where the stream is; goes to where the next one begins.

    None, and all is passed, where no header ends within 1 MiB.
    """
    record, length = start_record(stream)
    if length < 0:
        stream.skip_to(_NEXT)
        stream.take(len(_END))
    elif record:
        _read_block(record, stream, length)
        _read_end(record, stream, length)
    return record


def start_record(stream: Stream) -> tuple[Record | None, int]:
    """The header of a record, and how long its block is; -1 where that cannot be known."""
    raw = stream.until(_END, _HEADER_LIMIT)
    if raw is None:
        return None, -1
    header = parse_header(raw)
    record = Record(header, header.fields.get("WARC-Type", ""))
    for name in _DIGESTS & header.fields.keys():
        try:
            record.digests[name] = parse_digest(header.fields[name])
        except ValueError as error:
            record.defects.append(f"{name} is {error}")
    length = record.get("Content-Length")
    if _DIGITS.fullmatch(length):
        return record, int(length)
    record.defects.append(f"Content-Length is no number: {length[:80]!r}" if length else "no Content-Length")
    record.is_framed = False
    return record, -1


def _read_block(record: Record, stream: Stream, length: int) -> None:
    record.block = Tap(stream.pieces(length), _algorithm(record, "WARC-Block-Digest"))
    message = Stream(record.block)
    if record.get("Content-Type").lower().startswith("application/http"):
        record.head = read_head(message)
    algorithm = _algorithm(record, "WARC-Payload-Digest")
    record.payload = Tap(message.rest(), algorithm)
    if record.head and is_chunked(record.head):
        record.joined = Tap(dechunk(Stream(record.payload)), algorithm)
        try:
            record.joined.drain()
        except ChunkError as error:
            record.chunk_error = str(error)
    record.payload.drain()


def _algorithm(record: Record, name: str) -> str | None:
    digest = record.digests.get(name)
    return digest.algorithm if digest and digest.value else None


def _read_end(record: Record, stream: Stream, length: int) -> None:
    read = record.block.size
    end = stream.take(len(_END))
    if read == length and end == _END:
        return
    block = record.block.whole or b""
    if (found := block.find(_NEXT)) >= 0:
        # Content-Length reaches into the next record.
        stream.give_back(block[found + len(_END) :] + end)
        has = f"has {found} bytes"
    else:
        stream.give_back(end)
        passed, last = stream.skip_to(_NEXT)
        last = (record.block.last + last)[-4:]
        if stream.take(len(_END)):
            has = f"has {read + passed} bytes"
        elif last == _END:
            has = f"has {read + passed - len(_END)} bytes"
        elif read == length:
            record.defects.append(f"ends with {end!r}, not with CRLF CRLF")
            return
        else:
            has = f"ends after {read} bytes"
    record.is_framed = False
    record.defects.append(f"Content-Length is {length}, but the block {has}")
