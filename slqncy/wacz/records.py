"""The records of a WARC file, each with its bytes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from fastwarc.warc import WarcRecord

from slqncy.archive.errors import ArchiveDamagedError
from slqncy.warc.scan import WarcError, members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastwarc.warc import HeaderMap

CAPTURES = {"response", "revisit"}
"""The types of records that say what came from an address."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a WARC file."""

    packed: bytes
    """Its gzip member."""
    headers: HeaderMap
    block: bytes
    kind: str
    """WARC-Type."""
    id: UUID
    date: str
    """WARC-Date: RFC 3339, UTC."""
    origin: UUID | None
    """The record that its payload came with, where that is another one: the one a revisit refers to."""

    @property
    def is_capture(self) -> bool:
        """Whether it says what came from an address."""
        return self.kind in CAPTURES


def records(path: Path, position: int = 0) -> Iterator[tuple[int, Record]]:
    """Byte offset and content of each record, from one that begins at a byte offset.

    Raises ArchiveDamagedError where one cannot be read, after all before it; OSError where the disk does not give it.
    """
    try:
        with path.open("rb") as file:
            for start, end, content in members(file, position):
                yield start, record_of(os.pread(file.fileno(), end - start, start), content, f"byte {start}")
    except WarcError as error:
        raise ArchiveDamagedError(f"{path}, {error}; `scrapy verify` lists every defect") from error


def record_of(packed: bytes, content: bytes, place: str) -> Record:
    """The record in a gzip member. Raises WarcError, saying its place, where there is none or it lacks something."""
    try:
        warc = WarcRecord.from_bytes(content)
        block = warc.reader.read()
        refers_to = warc.headers.get("WARC-Refers-To")
        record = Record(
            packed, warc.headers, block,
            kind=warc.headers["WARC-Type"],
            id=uuid_of(warc.headers["WARC-Record-ID"]),
            date=warc.headers["WARC-Date"],
            origin=uuid_of(refers_to) if refers_to else None,
        )  # fmt: skip
    except (OSError, ValueError, KeyError) as error:
        raise WarcError(f"{place}: no record: {error!r}") from error
    if len(block) != warc.content_length:
        raise WarcError(f"{place}: {len(block)} bytes where Content-Length says {warc.content_length}")
    if record.is_capture and not {"WARC-Target-URI", "WARC-Payload-Digest"} <= {*map(str, warc.headers.keys())}:
        raise WarcError(f"{place}: a {record.kind} without WARC-Target-URI or WARC-Payload-Digest")
    return record


def uuid_of(record_id: str) -> UUID:
    """The UUID in a WARC-Record-ID. Raises ValueError where there is none."""
    return UUID(record_id.strip("<>"))
