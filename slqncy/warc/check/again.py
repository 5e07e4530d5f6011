"""Reading a record a second time, to say what is wrong with it."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

from slqncy.warc.check.http import ChunkError, dechunk, read_head
from slqncy.warc.check.members import HEADER, DamageError, Member, Source
from slqncy.warc.check.record import read_record, start_record
from slqncy.warc.check.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slqncy.warc.check.digests import Digest

_ANY = 47  # zlib's number for: gzip or zlib, whichever it is


def block(path: Path, offset: int, number: int) -> Iterator[bytes]:
    """The block of a record; `number` counts the records from that byte offset on, from 0."""
    with path.open("rb") as file:
        source = Source(file, path.stat().st_size)
        source.seek(offset)
        source.fill(HEADER)
        stream = Stream(Member(source))
        for _ in range(number):
            read_record(stream)
        _, length = start_record(stream)
        yield from stream.pieces(length)


def payload(path: Path, offset: int, number: int) -> Iterator[bytes]:
    """The body of the HTTP message in a record."""
    return _body(Stream(block(path, offset, number))).rest()


def likeness(path: Path, offset: int, number: int, digest: Digest) -> str:
    """What a digest belongs to, if not to what it should, as the end of a sentence; '' where nobody knows."""
    for what, part in _PARTS.items():
        sha = hashlib.new(digest.algorithm, usedforsecurity=False)
        try:
            for piece in part(Stream(block(path, offset, number))):
                sha.update(piece)
        except (ChunkError, DamageError, zlib.error):
            continue
        if sha.digest() == digest.value:
            return f", but that of {what}"
    return ""


def _body(message: Stream) -> Stream:
    read_head(message)
    return message


def _decoded(body: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(_ANY)
    for piece in body:
        data = piece
        while data:
            yield inflater.decompress(data, 1 << 20)
            data = inflater.unconsumed_tail


def _ended(message: Stream) -> Iterator[bytes]:
    yield from message.rest()
    yield b"\r\n\r\n"


_PARTS: dict[str, Callable[[Stream], Iterator[bytes]]] = {
    "no bytes at all": lambda _: iter(()),
    "the whole block": lambda message: message.rest(),
    "the HTTP headers": lambda message: iter((read_head(message) or b"",)),
    "the body": lambda message: _body(message).rest(),
    "the body without its chunks": lambda message: dechunk(_body(message)),
    "the body without its Content-Encoding": lambda message: _decoded(_body(message).rest()),
    "the body without chunks and Content-Encoding": lambda message: _decoded(dechunk(_body(message))),
    "the block and the empty lines behind it": _ended,
}
