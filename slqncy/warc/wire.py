"""HTTP/1.x as it comes over the wire (RFC 9112): taken apart for keeping, and put together again byte for byte."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATUS = rb"(?i:HTTP)/\d{1,3}\.\d{1,3} (\d{3})"
_HEAD = re.compile(_STATUS + rb"(?:[ \t][^\n]{0,16384})?\r?\n(?:(?!\r?\n)[^\n]*\n)*\r?\n")
_STATUS_LINE = re.compile(_STATUS)
_INTERIM = re.compile(rb"1\d\d")
_TRANSFER_CODING = re.compile(rb"^(Transfer-Encoding[ \t]*:)", re.IGNORECASE | re.MULTILINE)
_RENAMED = re.compile(rb"^X-Orig-(Transfer-Encoding[ \t]*:)", re.IGNORECASE | re.MULTILINE)
_PREFIX = b"X-Orig-"
_CHUNK = re.compile(rb"0*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_VISIBLE = re.compile(rb"[!-~]")
_FIELD = re.compile(rb"[^\n]+\n(?:[ \t][^\n]*\n)*")
_MOST_HEAD = 32 * 1024
"""Bytes of a head that FastWARC takes; a longer one ends its reading of the whole file."""
_PLAIN = re.compile(rb"(?:(?!(?:X-Orig-)?Transfer-Encoding)[!-~][^\r\n]*\r\n)+\r\n", re.IGNORECASE)
"""A head that is kept as it came, as most are; see `_readable`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, its transfer coding removed."""

    head: bytes
    """Status line and headers, the empty line included, as the tools that read WARC files take them."""
    payload: bytes
    status: int
    original_head: bytes
    """The head as it came, where `head` does not tell; else b""."""
    interim: bytes
    """1xx responses that came before."""
    framing: str
    """What the transfer coding put around the payload, as `frame` puts it back; "" where there was none."""

    def digest(self) -> bytes:
        """SHA-1 of the payload, by which the indexes of web archives name it."""
        return hashlib.sha1(self.payload, usedforsecurity=False).digest()

    def received(self) -> bytes:
        """The bytes that came over the wire, all of them."""
        return restore(self.head, self.payload, self.original_head, self.interim, self.framing)


def read_answer(received: bytes) -> Answer | None:
    """The response in bytes that were received, or None where they do not begin with a whole head of one."""
    position = 0
    while (match := _HEAD.match(received, position)) and _INTERIM.match(match[1]):
        position = match.end()
    if match is None:
        return None
    head, body, status, interim = match[0], received[match.end() :], int(match[1]), received[:position]
    if len(head) <= _MOST_HEAD and _PLAIN.fullmatch(head):
        return Answer(head, body, status, original_head=b"", interim=interim, framing="")
    payload, framing = unframe(body) if _is_chunked(head) else (body, "")
    readable = _readable(head)
    return Answer(
        head=readable,
        payload=payload,
        status=status,
        original_head=b"" if _renamed_back(readable) == head else head,
        interim=interim,
        framing=framing,
    )


def status_of(beginning: bytes) -> int:
    """The status code in the first bytes of a response, or 0."""
    match = _STATUS_LINE.match(beginning)
    return int(match[1]) if match else 0


def last_status(received: bytes | bytearray) -> int:
    """The status code of the response in bytes that were received, or of the last interim one before it, or 0."""
    status = position = 0
    while match := _STATUS_LINE.match(received, position):
        status = int(match[1])
        head = _HEAD.match(received, position) if _INTERIM.match(match[1]) else None
        if head is None:
            break
        position = head.end()
    return status


def restore(head: bytes, payload: bytes, original_head: bytes = b"", interim: bytes = b"", framing: str = "") -> bytes:
    """What came over the wire, out of what is kept of it. Raises ValueError where `framing` is none."""
    body = frame(payload, framing) if framing else payload
    return interim + (original_head or _renamed_back(head)) + body


def _is_chunked(head: bytes) -> bool:
    codings = [value for name, value in header_lines(head) if name.lower() == b"transfer-encoding"]
    return any(coding.lower().rpartition(b",")[2].strip() == b"chunked" for coding in codings)


def _renamed_back(head: bytes) -> bytes:
    return _RENAMED.sub(rb"\1", head)


def _readable(head: bytes) -> bytes:
    """A head that no tool stumbles over: CR LF after each line, none without anything visible, no more than they take.

    A Transfer-Encoding is called X-Orig-Transfer-Encoding, as the body is without it.
    """
    lines = [line.removesuffix(b"\r") + b"\r\n" for line in head.split(b"\n") if _VISIBLE.search(line)]
    status, fields = lines[0], _TRANSFER_CODING.sub(_PREFIX + rb"\1", b"".join(lines[1:]))
    return status + _lightened(fields, _MOST_HEAD - len(status) - 2) + b"\r\n"


def _lightened(fields: bytes, most: int) -> bytes:
    """Headers of at most that many bytes; those whose name takes the most room, such as cookies, are left out first."""
    if len(fields) <= most:
        return fields
    named = [(field.partition(b":")[0].strip().lower(), field) for field in _FIELD.findall(fields)]
    weights = Counter[bytes]()
    for name, field in named:
        weights[name] += len(field)
    total, out = len(fields), set[bytes]()
    for name, weight in weights.most_common():
        if total > most:
            total -= weight
            out.add(name)
    return b"".join(field for name, field in named if name not in out)


def unframe(body: bytes) -> tuple[bytes, str]:
    """A chunked body's payload, and its framing: all that is no payload, and how much payload follows each piece.

    Reads as far as chunks go; what stands behind them is framing. A body that does not begin with a chunk is payload.
    """
    if not _CHUNK.match(body):
        return body, ""
    payload, framing = bytearray(), bytearray()
    # One byte a chunk is what some servers do: alike pieces are written once.
    for (piece, length), alike in groupby(_pieces(body, payload)):
        framing += b"%s:%d*%d " % (quote_from_bytes(piece).encode(), length, sum(1 for _ in alike))
    return bytes(payload), framing[:-1].decode()


def _pieces(body: bytes, payload: bytearray) -> Iterator[tuple[bytes, int]]:
    """Each piece of framing, and how much payload follows it; that goes to `payload`."""
    framed = position = 0
    while chunk := _CHUNK.match(body, position):
        size = int(chunk[1], 16)
        data = body[chunk.end() : chunk.end() + size]
        payload += data
        yield body[framed : chunk.end()], len(data)
        framed = chunk.end() + len(data)
        position = framed + (2 if body.startswith(b"\r\n", framed) else 1)
        if not size or not body.startswith((b"\r\n", b"\n"), framed):
            break
    if framed < len(body):
        yield body[framed:], 0


def frame(payload: bytes, framing: str) -> bytes:
    """A body out of its payload and framing; the inverse of `unframe`. Raises ValueError where that is none."""
    body = bytearray()
    position = 0
    for match in re.finditer(r"\S+", framing):
        piece, _, lengths = match[0].rpartition(":")
        length, _, times = lengths.partition("*")
        framed, size = unquote_to_bytes(piece), int(length)
        for _ in range(int(times)):
            body += framed
            body += payload[position : position + size]
            position += size
    return bytes(body)


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
