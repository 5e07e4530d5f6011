"""The gzip members of a file, one by one, each with its place; damage is told, and reading goes on behind it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"\x1f\x8b"
HEADER = 10
"""Bytes of a gzip header without optional fields."""

_ZSTD = b"\x28\xb5\x2f\xfd"
_READ = 1 << 14
_PIECE = 1 << 20
_GZIP = 31  # zlib's number for: a gzip member, header and trailer checked
_WORDS = {
    "incorrect data check": "its CRC-32 is not that of its data",
    "incorrect length check": "its ISIZE is not the length of its data",
}


class DamageError(Exception):
    """A gzip member cannot be read to its end; says why."""


@dataclass(slots=True)
class Junk:
    """Bytes between, before or behind members that belong to none."""

    offset: int
    what: str


class Source:
    """A file that is read forward, through a small buffer."""

    def __init__(self, file: BinaryIO, end: int) -> None:
        self._file = file
        self._end = end
        self.offset = 0
        """Of the first byte of the buffer, in the file."""
        self.data = b""

    def fill(self, size: int) -> bytes:
        """Have the next `size` bytes in the buffer, or all there are."""
        while len(self.data) < size and (more := self._read()):
            self.data += more
        return self.data

    def take(self) -> bytes:
        """What is next, and no longer in the buffer; nothing at the end of the file."""
        data = self.data or self._read()
        self.offset += len(data)
        self.data = b""
        return data

    def give_back(self, data: bytes) -> None:
        """Put back what was taken too much."""
        self.offset -= len(data)
        self.data = data + self.data

    def seek(self, offset: int) -> None:
        """Go to a place, forward or back."""
        self._file.seek(offset)
        self.offset, self.data = offset, b""

    def _read(self) -> bytes:
        return self._file.read(min(_READ, self._end - self.offset - len(self.data)))


class Member:
    """One gzip member, or the rest of a file that is not compressed. Iterate once, to the end.

    Yields its data in pieces of at most 1 MiB. Raises DamageError.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.offset = source.offset
        self.header = source.data[:HEADER]
        self.is_gzip = self.header.startswith(MAGIC)
        self.is_whole = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inflated() if self.is_gzip else iter(self._source.take, b"")
        self.is_whole = True

    def _inflated(self) -> Iterator[bytes]:
        inflater = zlib.decompressobj(_GZIP)
        data = piece = b""
        while not inflater.eof:
            # A full piece may have left some data within zlib.
            if not data and len(piece) < _PIECE and not (data := self._source.take()):
                raise DamageError("the file ends within the gzip member")
            try:
                piece = inflater.decompress(data, _PIECE)
            except zlib.error as error:
                said = str(error).rpartition(": ")[2]
                raise DamageError(f"the gzip member is damaged: {_WORDS.get(said, said)}") from None
            data = inflater.unconsumed_tail
            if piece:
                yield piece
        self._source.give_back(inflater.unused_data)


def members(file: BinaryIO, start: int, end: int) -> Iterator[Member | Junk]:
    """All that is in a file from one byte to another. Each Member has to be iterated before the next is asked for.

    A file that does not begin with a WARC record is taken for a compressed one.
    """
    source = Source(file, end)
    source.seek(start)
    is_gzip = not source.fill(HEADER).startswith(b"WARC/")
    while source.fill(HEADER):
        begin = source.offset
        if is_gzip and not source.data.startswith(MAGIC):
            yield Junk(begin, _skip(source))
            continue
        member = Member(source)
        yield member
        if not member.is_whole:
            source.seek(begin + 1)
            _skip(source)


def _skip(source: Source) -> str:
    """Go to the next member that has a record; say what was passed by."""
    begin, is_zero = source.offset, True
    start = source.fill(HEADER)[:HEADER]
    while data := source.fill(_READ):
        found = data.find(MAGIC)
        while found >= 0 and not _has_record(data[found:]):
            found = data.find(MAGIC, found + 1)
        passed = data if found < 0 else data[:found]
        if found < 0 and len(data) >= _READ:
            # A member may begin in this buffer and show what it is only in the next one.
            passed = data[: _READ // 2]
        is_zero = is_zero and not passed.strip(b"\0")
        source.data = data[len(passed) :]
        source.offset += len(passed)
        if found >= 0:
            break
    size = source.offset - begin
    if is_zero:
        return f"{size} zero bytes, as a power cut leaves them"
    if start.startswith(_ZSTD):
        return f"{size} bytes of zstd, which is not read here"
    return f"{size} bytes that are no gzip member"


def _has_record(data: bytes) -> bool:
    try:
        return zlib.decompressobj(_GZIP).decompress(data, 5) == b"WARC/"
    except zlib.error:
        return False
