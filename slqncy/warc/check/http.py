"""As much of HTTP/1 as a checker needs: where the body begins, what the headers say of it, and its chunks joined."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.warc.check.stream import Stream

_LIMIT = 1 << 20
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_INTERIM = re.compile(rb"(?i:HTTP)/\d{1,3}\.\d{1,3} 1\d\d[ \t\r\n]")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?")
_LINE_LIMIT = 1 << 16


class ChunkError(Exception):
    """A body is not chunked as its header says; says where."""


def read_head(message: Stream) -> bytes | None:
    """Status or request line and headers, the empty line included; interim responses (1xx) are passed.

    None where there is no end of them, and nothing is passed then.
    """
    head = message.take(_LIMIT)
    start = 0
    while found := _EMPTY_LINE.search(head, start):
        if not _INTERIM.match(head, start):
            message.give_back(head[found.end() :])
            return head[start : found.end()]
        start = found.end()
    message.give_back(head)
    return None


def header(head: bytes, name: bytes) -> str | None:
    """The last value of a header; `name` in lower case."""
    for line in reversed(head.split(b"\n")):
        written, colon, value = line.partition(b":")
        # Behind blanks, a line goes on with the one before.
        if colon and written.rstrip(b" \t").lower() == name:
            return value.strip().decode("latin-1")
    return None


def is_chunked(head: bytes, name: bytes = b"transfer-encoding") -> bool:
    """Whether a header says that the body is chunked."""
    return "chunked" in (header(head, name) or "").lower()


def dechunk(body: Stream) -> Iterator[bytes]:
    """The data of all chunks. Raises ChunkError where they are none, or do not end."""
    while True:
        at = body.position
        line = body.until(b"\n", _LINE_LIMIT)
        chunk = _CHUNK.fullmatch(line) if line is not None else None
        if not chunk:
            raise ChunkError(f"no chunk begins at byte {at} of the body")
        size = int(chunk[1], 16)
        if not size:
            break
        yield from body.pieces(size)
        if body.until(b"\n", 1) not in {b"\r", b""}:
            raise ChunkError(f"the chunk at byte {at} of the body does not end where it says")
    while line := (body.until(b"\n", _LINE_LIMIT) or b"").rstrip(b"\r"):
        if b":" not in line:
            raise ChunkError("what stands behind the last chunk is no header")
    if body.more():
        raise ChunkError(f"something stands behind the last chunk, at byte {body.position} of the body")
