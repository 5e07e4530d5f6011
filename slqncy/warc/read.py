"""Captures out of WARC files, ours or anybody's."""

from __future__ import annotations

import os
import re
import zlib
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecordType

from slqncy.warc.exchange import UNMODIFIED
from slqncy.warc.payloads import Payloads, header
from slqncy.warc.scan import ANSWERS, WarcError
from slqncy.warc.wire import header_lines, read_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fastwarc.warc import HeaderMap, WarcRecord

    from slqncy.warc.wire import Answer

_GZIP = b"\x1f\x8b"
_END = b"\r\n\r\n"
"""Of a record."""
_BUFFER = 1 << 14
_NOT_MODIFIED = "server-not-modified"
_OK = 200
_TORN = "the file ends within a record"
_LENGTH = re.compile(rb"[0-9]{1,18}")
# Browsers have no status line to keep, and what records them writes one with the version that was spoken.
_LATER_HTTP = re.compile(rb"HTTP/[23](?:\.0)?(?= )")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A response as it was captured, its payload looked up where another record has it."""

    path: Path
    """The file that has the payload."""
    offset: int
    """Byte offset of the record there."""
    uri: str
    date: str
    """WARC-Date."""
    status: int
    headers: list[tuple[bytes, bytes]]
    """In order, as sent."""
    payload: bytes
    """The body, less its transfer coding; its content coding is as sent."""
    incomplete: str
    """Why the body is not whole, or ""."""
    is_not_modified: bool
    """Whether it says that the page is as it was, to one who asked so."""
    notes: dict[str, str]
    """The fields of its metadata records."""


@dataclass(slots=True)
class _Record:
    """A response or revisit record, and what its metadata records say."""

    path: Path
    headers: HeaderMap
    offset: int
    block: bytes
    is_cut: bool
    """Whether the block is longer than we take."""
    is_revisit: bool
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def is_not_modified(self) -> bool:
        if self.is_revisit:
            return header(self.headers, "WARC-Profile").endswith(_NOT_MODIFIED)
        return UNMODIFIED in self.notes


def captures(paths: Sequence[Path], most_bytes: int) -> Iterator[Capture | None]:
    """All HTTP responses in files, in the files' order, each as far as `most_bytes` of its record.

    A revisit has the payload of the record that it refers to, wherever in these files that is. Between captures there
    is a None for each other record, so that whoever reads can look up. Raises WarcError at the first damage, after all
    that stands before it.
    """
    with closing(Payloads(paths)) as payloads:
        for number, path in enumerate(paths):
            for record in _records(path, most_bytes):
                if record is None:
                    yield None
                elif record.is_revisit and not record.is_not_modified:
                    if payloads.find(record.headers) is None:
                        # It may stand further on.
                        yield from payloads.read_on(number)
                    yield _revisit(record, payloads, most_bytes)
                else:
                    payloads.add(record.headers, number, record.offset)
                    yield _capture(record)


def capture_at(path: Path, offset: int, most_bytes: int) -> Capture:
    """The capture whose response record begins at a byte offset. Raises WarcError where there is none."""
    record = next(filter(None, _records(path, most_bytes, offset)), None)
    capture = _capture(record) if record and record.offset == offset else None
    if capture is None:
        raise WarcError(f"{path}, byte {offset}: no response record")
    return capture


def captures_in(path: Path, start: int, end: int, most_bytes: int) -> Iterator[Capture]:
    """The HTTP responses of a stretch of a file, from one record's byte offset to before another's.

    But for revisits, whose payloads may stand anywhere. Raises WarcError at the first damage.
    """
    for record in _records(path, most_bytes, start):
        if record and record.offset >= end:
            return
        if record and (not record.is_revisit or record.is_not_modified) and (capture := _capture(record)):
            yield capture


def read_fields(block: bytes) -> dict[str, str]:
    """What the block of an application/warc-fields record says."""
    lines = (line.partition(":") for line in block.decode(errors="replace").splitlines())
    return {name.strip(): value.strip() for name, colon, value in lines if colon}


def _revisit(record: _Record, payloads: Payloads, most_bytes: int) -> Capture | None:
    """The capture that a revisit is, with what it refers to; its own headers may have been left out."""
    own, place = _capture(record), payloads.find(record.headers)
    try:
        original = capture_at(*place, most_bytes) if place else None
    except WarcError:
        original = None  # the damage is told when its turn comes
    if original is None:
        return own and replace(own, incomplete="the record it refers to cannot be found")
    capture = own or replace(
        original, uri=header(record.headers, "WARC-Target-URI"), date=header(record.headers, "WARC-Date"),
        notes=record.notes,
    )  # fmt: skip
    return replace(
        capture, path=original.path, offset=original.offset, payload=original.payload, incomplete=original.incomplete
    )


def _capture(record: _Record) -> Capture | None:
    """None where the record holds no HTTP response."""
    answer = read_answer(_LATER_HTTP.sub(b"HTTP/1.1", record.block, count=1))
    if answer is None:
        return None
    headers = header_lines(answer.head)
    return Capture(
        path=record.path,
        offset=record.offset,
        uri=header(record.headers, "WARC-Target-URI"),
        date=header(record.headers, "WARC-Date"),
        status=answer.status,
        headers=headers,
        payload=_taken(record, answer, headers),
        incomplete="" if record.is_revisit else _incomplete(record, answer, headers),
        is_not_modified=record.is_not_modified,
        notes=record.notes,
    )


def _taken(record: _Record, answer: Answer, headers: list[tuple[bytes, bytes]]) -> bytes:
    """What a client takes of a body. Ours is as it came, with what stood behind the end that was declared."""
    said = {name.lower(): value for name, value in headers}
    length = _LENGTH.fullmatch(said.get(b"content-length", b""))
    if length is None or "wireSha256" not in record.notes or b"x-orig-transfer-encoding" in said:
        return answer.payload
    return answer.payload[: int(length[0])]


def _incomplete(record: _Record, answer: Answer, headers: list[tuple[bytes, bytes]]) -> str:
    if truncation := header(record.headers, "WARC-Truncated"):
        return f"truncated: {truncation}"
    if record.is_cut:
        return "longer than we take"
    said = {name.lower(): value for name, value in headers}
    length = _LENGTH.fullmatch(said.get(b"content-length", b""))
    # Of a body that was kept decoded it tells nothing.
    if answer.status != _OK or length is None or b"content-encoding" in said:
        return ""
    missing = int(length[0]) - len(answer.payload)
    return f"{missing} bytes are missing of {int(length[0])}" if missing > 0 else ""


def _records(path: Path, most_bytes: int, offset: int = 0) -> Iterator[_Record | None]:
    """Response and revisit records, each once those that are concurrent to it are read as well, and None for others."""
    last = offset
    current: _Record | None = None
    with path.open("rb") as file:
        is_compressed = file.read(2) == _GZIP
        file.seek(offset)
        try:
            for record in ArchiveIterator(file, parse_http=False):
                last = record.stream_pos
                if is_compressed and os.pread(file.fileno(), 2, last) != _GZIP:
                    current = None
                    raise OSError("not compressed record by record; `gunzip` it, and name the .warc file")  # noqa: TRY301
                if record.record_type & ANSWERS:
                    yield current
                    current = None
                    current = _Record(
                        path, record.headers, last, _block(record, most_bytes),
                        is_cut=record.content_length > most_bytes,
                        is_revisit=record.record_type == WarcRecordType.revisit,
                    )  # fmt: skip
                elif record.record_type == WarcRecordType.metadata and current and _is_concurrent(record, current):
                    current.notes |= read_fields(_block(record, most_bytes))
                else:
                    yield None
            # The reader does not tell where the last one is torn.
            if is_compressed:
                if sum(_members(file, last)) > 1:
                    raise EOFError("nothing behind an empty gzip member is read; take it out")  # noqa: TRY301
            elif file.seek(0, os.SEEK_END) and os.pread(file.fileno(), 4, file.tell() - 4) != _END:
                raise EOFError(_TORN)  # noqa: TRY301
        except (OSError, EOFError, zlib.error) as error:
            if current and (not is_compressed or _is_whole(file, current.offset)):
                yield current
            raise WarcError(f"{path}, behind byte {last}: {error}") from error
    yield current


def _is_concurrent(record: WarcRecord, answer: _Record) -> bool:
    return header(record.headers, "WARC-Concurrent-To") == header(answer.headers, "WARC-Record-ID")


def _block(record: WarcRecord, most_bytes: int) -> bytes:
    wanted = min(record.content_length, most_bytes)
    block = record.reader.read(wanted)
    if len(block) < wanted:
        raise EOFError(_TORN)
    return block


def _is_whole(file: BinaryIO, offset: int) -> bool:
    """Whether the gzip member there ends, with the right checksum."""
    try:
        next(_members(file, offset))
    except (EOFError, zlib.error):
        return False
    return True


def _members(file: BinaryIO, offset: int) -> Iterator[bool]:
    """Of each gzip member from a byte offset on, once it is whole, whether it holds anything.

    Raises EOFError or zlib.error where one is not whole.
    """
    file.seek(offset)
    data = b""
    while data := data or file.read(_BUFFER):
        member = zlib.decompressobj(wbits=31)
        is_empty = True
        while not member.eof and (data := data or file.read(_BUFFER)):
            is_empty = not member.decompress(data) and is_empty
            data = member.unused_data
        if not member.eof:
            raise EOFError(_TORN)
        yield not is_empty
