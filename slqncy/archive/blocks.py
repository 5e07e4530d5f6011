"""Gzip in blocks: any gzip reader reads it as a whole, and a line in its middle costs one block.

The blocks are those of BGZF, so that `bgzip` knows them too (SAM specification, section 4.1): each is a gzip member of
at most 64 KiB whose header says how long it is.
"""

from __future__ import annotations

import gzip
import os
import struct
import zlib
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SIZE = 65_280
"""Bytes of lines in a block: what does not compress still fits."""
_HEADER = struct.Struct("<4sIBBHBBHH")
_START = b"\x1f\x8b\x08\x04"
_PLAIN, _GZIP = b"\x1f\x8b\x08\x00", 16
"""How a gzip file without blocks begins, and what tells zlib that it is one."""
_EXTRA = (6, ord("B"), ord("C"), 2)
_ENDS = struct.Struct("<II")
_LEVEL = 6


def write_blocks(lines: BinaryIO, file: BinaryIO) -> None:
    """Compress what is in `lines`; equal lines make equal files."""
    while data := lines.read(_SIZE):
        file.write(_block(data))
    # An empty block says that nothing is missing.
    file.write(_block(b""))


def _block(data: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(data) + packer.flush()
    size = _HEADER.size + len(body) + _ENDS.size
    header = _HEADER.pack(_START, 0, 0, 255, *_EXTRA, size - 1)
    return header + body + _ENDS.pack(zlib.crc32(data), len(data))


def line_in(path: Path, position: int) -> bytes:
    """The line that begins at an offset of what is compressed in a file, or b"" behind its end.

    Raises OSError, EOFError or zlib.error where it cannot be read.
    """
    with open_blocks(path, position) as unpacked:
        return unpacked.readline()


def open_blocks(path: Path, position: int = 0) -> gzip.GzipFile:
    """What is compressed in a file, to be read from an offset of it on, and not back.

    Raises OSError, EOFError or zlib.error, as its reading does.
    """
    if not position:
        return gzip.open(path, "rb")
    status = path.stat()
    starts, offsets = _blocks(path, status.st_size, status.st_mtime_ns)
    block = bisect_right(starts, position) - 1
    file = path.open("rb", buffering=0)
    file.seek(offsets[block])
    unpacked = gzip.GzipFile(fileobj=file, mode="rb")
    # As `gzip.open` does it: the one is closed with the other.
    unpacked.myfileobj = file
    try:
        unpacked.seek(position - starts[block])
    except BaseException:
        unpacked.close()
        raise
    return unpacked


def salvage(path: Path) -> Iterator[bytes]:
    """What can be unpacked of a damaged file: of each block all that stands before the damage."""
    data = path.read_bytes()
    if data.startswith(_PLAIN):
        yield from _unpack(data, zlib.MAX_WBITS | _GZIP)
        return
    start = 0
    while start >= 0:
        following = _next_block(data, start + 1)
        yield from _unpack(data[start + _HEADER.size : following if following >= 0 else None], -zlib.MAX_WBITS)
        start = following


def _next_block(data: bytes, start: int) -> int:
    while (start := data.find(_START, start)) >= 0 and data[start + 12 : start + 14] != b"BC":
        start += 1
    return start


def _unpack(body: bytes, window: int) -> Iterator[bytes]:
    unpack = zlib.decompressobj(window)
    # Byte by byte: of the piece with the damage nothing is given.
    for byte in body:
        try:
            yield unpack.decompress(bytes((byte,)))
        except zlib.error:
            return
        if unpack.eof:
            return


@lru_cache(64)
def _blocks(path: Path, size: int, changed: int) -> tuple[list[int], list[int]]:  # noqa: ARG001  # part of the cache key
    """Where blocks start: in what is compressed, and in the file. One block where the file was not written so."""
    starts, offsets, start, offset = [0], [0], 0, 0
    with path.open("rb") as file:
        descriptor = file.fileno()
        while offset < size:
            head = os.pread(descriptor, _HEADER.size, offset)
            if len(head) < _HEADER.size or not head.startswith(_START) or head[12:14] != b"BC":
                break
            offset += _HEADER.unpack(head)[-1] + 1
            start += _ENDS.unpack(os.pread(descriptor, _ENDS.size, offset - _ENDS.size))[1]
            starts.append(start)
            offsets.append(offset)
    return starts, offsets
