"""HTTP/1.x as it comes over the wire (RFC 9112): taken apart for keeping, and put together again byte for byte."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = re.compile(rb"HTTP/1\.[01] (\d{3})(?:[ \t][^\n]*)?\r?\n(?:(?!\r?\n)[^\n]*\n)*\r?\n")
_INTERIM = re.compile(rb"1\d\d")
_TRANSFER_CODING = re.compile(rb"^(Transfer-Encoding[ \t]*:)", re.IGNORECASE | re.MULTILINE)
_CHUNKED = re.compile(rb"^Transfer-Encoding[ \t]*:[^\r\n]*\bchunked[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[^\r\n]*\r?\n")
_PREFIX = b"X-Orig-"
_RENAMED = re.compile(rb"^X-Orig-(Transfer-Encoding[ \t]*:)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, its transfer coding removed."""

    head: bytes
    """Status line and headers, the empty line included; a Transfer-Encoding is called X-Orig-Transfer-Encoding."""
    payload: bytes
    status: int
    interim: bytes
    """1xx responses that came before."""
    framing: str
    """What the transfer coding put around the payload, as `frame` puts it back; "" where there was none."""

    def digest(self) -> bytes:
        """SHA-1 of the payload, by which the indexes of web archives name it."""
        return hashlib.sha1(self.payload, usedforsecurity=False).digest()

    def received(self) -> bytes:
        """The bytes that came over the wire: all of them, unless the server sends an X-Orig-Transfer-Encoding."""
        return restore(self.head, self.payload, self.interim, self.framing)


def read_answer(received: bytes) -> Answer | None:
    """The response in bytes that were received, or None where they do not begin with a whole head of one."""
    position = 0
    while (head := _HEAD.match(received, position)) and _INTERIM.match(head[1]):
        position = head.end()
    if head is None:
        return None
    body = received[head.end() :]
    payload, framing = unframe(body) if _CHUNKED.search(head[0]) else (body, "")
    renamed = _TRANSFER_CODING.sub(_PREFIX + rb"\1", head[0])
    return Answer(renamed, payload, int(head[1]), interim=received[:position], framing=framing)


def restore(head: bytes, payload: bytes, interim: bytes = b"", framing: str = "") -> bytes:
    """What came over the wire, out of what is kept of it."""
    body = frame(payload, framing) if framing else payload
    return interim + _RENAMED.sub(rb"\1", head) + body


def unframe(body: bytes) -> tuple[bytes, str]:
    """A chunked body's payload, and its framing: all that is no payload, and how much payload follows each piece.

    Reads as far as chunks go; what stands behind them is framing. A body that does not begin with a chunk is payload.
    """
    if not _CHUNK.match(body):
        return body, ""
    pieces = list(_pieces(body))
    payload = b"".join(data for _, data in pieces)
    runs: list[tuple[bytes, int, int]] = []
    for framing, data in pieces:
        if runs and runs[-1][:2] == (framing, len(data)):
            runs[-1] = (framing, len(data), runs[-1][2] + 1)
        else:
            runs.append((framing, len(data), 1))
    return payload, " ".join(f"{quote_from_bytes(framing)}:{length}*{times}" for framing, length, times in runs)


def _pieces(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Framing and the payload that follows it."""
    framed = position = 0
    while chunk := _CHUNK.match(body, position):
        size = int(chunk[1], 16)
        data = body[chunk.end() : chunk.end() + size]
        yield body[framed : chunk.end()], data
        framed = chunk.end() + len(data)
        position = framed + (2 if body.startswith(b"\r\n", framed) else 1)
        if not size or not body.startswith((b"\r\n", b"\n"), framed):
            break
    if framed < len(body):
        yield body[framed:], b""


def frame(payload: bytes, framing: str) -> bytes:
    """A body out of its payload and framing; the inverse of `unframe`."""
    parts: list[bytes] = []
    position = 0
    for run in framing.split(" "):
        piece, _, lengths = run.rpartition(":")
        length, _, times = lengths.partition("*")
        for _ in range(int(times)):
            parts += unquote_to_bytes(piece), payload[position : position + int(length)]
            position += int(length)
    return b"".join(parts)


def header_lines(head: bytes) -> list[tuple[bytes, bytes]]:
    """Names and values of the headers in a head, in order, folded lines unfolded and lines without a colon left out."""
    headers: list[tuple[bytes, bytes]] = []
    for line in head.replace(b"\r\n", b"\n").split(b"\n")[1:]:
        if line[:1] in {b" ", b"\t"} and headers:
            name, value = headers[-1]
            headers[-1] = name, value + b" " + line.strip()
        elif b":" in line:
            name, _, value = line.partition(b":")
            headers.append((name, value.strip()))
    return headers
