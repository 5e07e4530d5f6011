"""Captures out of WARC files, ours or anybody's."""

from __future__ import annotations

import zlib
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecordType

from slqncy.warc.payloads import Payloads
from slqncy.warc.scan import WarcError
from slqncy.warc.wire import header_lines, read_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fastwarc.warc import HeaderMap, WarcRecord

_GZIP = b"\x1f\x8b"
_BUFFER = 1 << 17
_ANSWERS = WarcRecordType.response | WarcRecordType.revisit
_NOT_MODIFIED = "server-not-modified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A response as it was captured, its payload looked up where another record has it."""

    file: str
    """Name of the file that has the payload, without folders."""
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
    truncation: str
    """WARC-Truncated, or "" where the body is whole."""
    is_not_modified: bool
    """Whether it says that the page is as it was, to one who asked so."""
    notes: dict[str, str]
    """The fields of its metadata records."""


@dataclass(slots=True)
class _Record:
    """A response or revisit record, and what its metadata records say."""

    headers: HeaderMap
    offset: int
    block: bytes
    is_revisit: bool
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def is_not_modified(self) -> bool:
        return self.is_revisit and _header(self.headers, "WARC-Profile").endswith(_NOT_MODIFIED)


def captures(paths: Sequence[Path], most_bytes: int) -> Iterator[Capture]:
    """All HTTP responses in files, in the files' order; records over `most_bytes` are left out.

    A revisit has the payload of the record that it refers to, wherever in these files that is; one that refers to none
    of them is left out. Raises WarcError at the first damage, after all that stands before it.
    """
    with closing(Payloads(paths)) as payloads:
        for number, path in enumerate(paths):
            for record in _records(path, most_bytes):
                if not record.is_revisit:
                    payloads.add(record.headers, number, record.offset)
                capture = _capture(path.name, record)
                if capture and record.is_revisit and not record.is_not_modified:
                    original = _original(record.headers, payloads, most_bytes)
                    capture = original and replace(
                        capture, file=original.file, offset=original.offset, payload=original.payload
                    )
                if capture:
                    yield capture


def capture_at(path: Path, offset: int, most_bytes: int) -> Capture:
    """The capture whose response record begins at a byte offset. Raises WarcError where there is none."""
    record = next(_records(path, most_bytes, offset), None)
    capture = _capture(path.name, record) if record and record.offset == offset else None
    if capture is None:
        raise WarcError(f"{path}, byte {offset}: no response record")
    return capture


def _original(headers: HeaderMap, payloads: Payloads, most_bytes: int) -> Capture | None:
    try:
        place = payloads.find(headers)
    except OSError as error:
        raise WarcError(f"looking for the original of a revisit: {error}") from error
    return capture_at(*place, most_bytes) if place else None


def _capture(file: str, record: _Record) -> Capture | None:
    """None where the record holds no HTTP response."""
    answer = read_answer(record.block)
    if answer is None:
        return None
    return Capture(
        file=file,
        offset=record.offset,
        # WARC 1.0 was read as if it wanted brackets around it.
        uri=_header(record.headers, "WARC-Target-URI").strip("<>"),
        date=_header(record.headers, "WARC-Date"),
        status=answer.status,
        headers=header_lines(answer.head),
        payload=answer.payload,
        truncation="" if record.is_revisit else _header(record.headers, "WARC-Truncated"),
        is_not_modified=record.is_not_modified,
        notes=record.notes,
    )


def _records(path: Path, most_bytes: int, offset: int = 0) -> Iterator[_Record]:
    """Response and revisit records, each once those that are concurrent to it are read as well."""
    last = offset
    current: _Record | None = None
    try:
        with path.open("rb") as file:
            file.seek(offset)
            for record in ArchiveIterator(file, _ANSWERS | WarcRecordType.metadata, parse_http=False):
                last = record.stream_pos
                if record.record_type == WarcRecordType.metadata:
                    if current and record.headers.get("WARC-Concurrent-To") == current.headers.get("WARC-Record-ID"):
                        current.notes |= _notes(_block(path, record, most_bytes))
                    continue
                if current:
                    yield current
                    current = None
                if record.content_length <= most_bytes:
                    current = _Record(
                        record.headers, last, _block(path, record, most_bytes),
                        is_revisit=record.record_type == WarcRecordType.revisit,
                    )  # fmt: skip
            if current:
                yield current
                current = None
            _require_end(file, path, last)
    except OSError as error:
        if current:
            yield current
        raise WarcError(f"{path}, behind byte {last}: {error}") from error


def _block(path: Path, record: WarcRecord, most_bytes: int) -> bytes:
    if record.content_length > most_bytes:
        return b""
    block = record.reader.read()
    if len(block) < record.content_length:
        raise WarcError(f"{path}, byte {record.stream_pos}: the file ends within a record")
    return block


def _require_end(file: BinaryIO, path: Path, last: int) -> None:
    """Raises WarcError where the last record is not the end of a compressed file: the reader would not tell."""
    file.seek(last)
    data = b""
    while data := data or file.read(_BUFFER):
        if not data.startswith(_GZIP):
            return
        member = zlib.decompressobj(wbits=31)
        try:
            while not member.eof and (data := data or file.read(_BUFFER)):
                member.decompress(data)
                data = member.unused_data
        except zlib.error as error:
            raise WarcError(f"{path}, behind byte {last}: {error}") from error
        if not member.eof:
            raise WarcError(f"{path}, behind byte {last}: the file ends within a record")


def _header(headers: HeaderMap, name: str) -> str:
    return headers.get(name) or ""


def _notes(block: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in block.decode(errors="replace").splitlines())
    return {name.strip(): value.strip() for name, colon, value in lines if colon}
