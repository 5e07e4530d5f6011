"""Is a response that is kept the response that came?"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from slqncy.warc.check.http import header, read_head
from slqncy.warc.check.stream import Stream
from slqncy.warc.wire import restore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_STARTS = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b"}


def wire_defect(block: Callable[[], Iterator[bytes]], said: Mapping[str, str]) -> str:
    """What is wrong with the block of a response, by what its metadata says came over the wire; '' if nothing."""
    original_head, interim = (unquote_to_bytes(said.get(name, "")) for name in ("wireHead", "wireInterim"))
    message = Stream(block())
    head = read_head(message) or b""
    sha = hashlib.sha256(restore(head, b"", original_head, interim))
    for piece in _framed(message, said.get("wireFraming", "")):
        sha.update(piece)
    if sha.hexdigest() == said.get("wireSha256"):
        return ""
    return f"not what came over the wire (wireSha256 of its metadata){_guess(head, block)}"


def _framed(payload: Stream, framing: str) -> Iterator[bytes]:
    """`slqncy.warc.wire.frame`, piece by piece."""
    if not framing:
        yield from payload.rest()
        return
    for run in framing.split(" "):
        piece, _, lengths = run.rpartition(":")
        length, _, times = lengths.partition("*")
        for _ in range(int(times)):
            yield unquote_to_bytes(piece)
            yield from payload.pieces(int(length))


def _guess(head: bytes, block: Callable[[], Iterator[bytes]]) -> str:
    message = Stream(block())
    read_head(message)
    start = message.take(2)
    size = len(start) + sum(map(len, message.rest()))
    coding, length = header(head, b"content-encoding") or "", header(head, b"content-length") or ""
    if coding.lower() in _STARTS and start != _STARTS[coding.lower()]:
        return f": the body is not {coding}, as Content-Encoding says"
    if length.isascii() and length.isdigit() and int(length) != size:
        return f": the body has {size} bytes, and not {length}, as Content-Length says"
    return ""
