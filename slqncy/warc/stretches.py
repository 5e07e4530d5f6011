"""Finding what can still be read in a damaged WARC file."""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from slqncy.warc.scan import ANSWERS, LAST, WarcError, members, read_record

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\3"
"""What our gzip members begin with."""
_MAGIC, _TEXT = HEADER[:3], b"\1"
"""How any member begins, and the one flag that changes nothing."""


@dataclass(slots=True)
class Stretch:
    """Records that can be read, one gzip member each, with nothing between them."""

    start: int
    until: int
    """Byte offset behind the last one."""
    answer: tuple[str, int] | None = None
    """WARC-Record-ID and byte offset of the first response or revisit."""
    is_ended: bool = True
    """Whether the last one is one that an exchange ends with."""
    headers: list[int] = field(default_factory=list)
    """Byte offsets of gzip headers that are damaged where nothing depends on them."""


def stretches(file: BinaryIO) -> Iterator[Stretch]:
    """All that can be read of a file, in order."""
    size = file.seek(0, 2)
    start = 0
    while start < size:
        stretch = Stretch(start, start)
        try:
            for offset, end, content in members(file, start):
                record = read_record(offset, content)
                if stretch.answer is None and record.record_type & ANSWERS:
                    stretch.answer = record.headers.get("WARC-Record-ID") or "", offset
                header = os.pread(file.fileno(), len(HEADER), offset)
                if header[3:4] in {HEADER[3:4], _TEXT} and header != HEADER:
                    stretch.headers.append(offset)
                stretch.until, stretch.is_ended = end, bool(record.record_type & LAST)
        except WarcError:
            pass
        if stretch.until > stretch.start:
            yield stretch
        start = _next_record(file, stretch.until + 1, size) if stretch.until < size else size


def _next_record(file: BinaryIO, start: int, size: int) -> int:
    """The first byte offset, from one on, at which there is a record that can be read, or the end of the file."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        while (start := data.find(_MAGIC, start)) >= 0:
            try:
                for offset, _, content in members(file, start):
                    read_record(offset, content)
                    return offset
            except WarcError:
                start += 1
    return size
