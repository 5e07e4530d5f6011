"""What a WARC file says of bytes that it has lost: a record that takes their place, so that all others keep theirs."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST = 270
"""Bytes that are enough to tell of one loss, and fewer than any record of ours has."""
_LOST = re.compile(rb"^lost: (\d{1,18})-(\d{1,18})\r$", re.MULTILINE)
# RFC 1952: FLG.FCOMMENT, and 3 for Unix. Whoever reads a member passes the comment by.
_PLAIN, _COMMENTED = (b"\x1f\x8b\x08" + flags + b"\0\0\0\0\0\3" for flags in (b"\0", b"\x10"))
_ENDS = struct.Struct("<II")


class Loss(NamedTuple):
    """Bytes of a file that are lost, with the records that stood there."""

    start: int
    until: int
    """Byte offset behind the last one."""


def loss_record(date: str, losses: Iterable[Loss], kept: str = "", size: int | None = None) -> bytes:
    """A metadata record, as a gzip member, that tells of losses in its file.

    `date` is a WARC-Date, `kept` says where what stood there is, `size` how many bytes the member has to have: LEAST,
    unless it tells of many losses. Raises ValueError where it cannot have so few.
    """
    lines = [f"lost: {loss.start}-{loss.until}" for loss in losses] + ([f"kept: {kept}"] if kept else [])
    block = "".join(f"{line}\r\n" for line in lines).encode()
    digest = base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode()
    header = (
        f"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <{uuid4().urn}>\r\nWARC-Date: {date}\r\n"
        f"WARC-Block-Digest: sha1:{digest}\r\nContent-Type: application/warc-fields\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    record = header.encode() + block + b"\r\n\r\n"
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(record) + packer.flush() + _ENDS.pack(zlib.crc32(record), len(record))
    more = 0 if size is None else size - len(_PLAIN) - len(body)
    if more < 0:
        raise ValueError(f"the loss of {size} bytes takes {len(_PLAIN) + len(body)} to tell")
    return _COMMENTED + b" " * (more - 1) + b"\0" + body if more else _PLAIN + body


def losses_in(block: bytes) -> list[Loss]:
    """The losses that the block of a metadata record tells of."""
    return [Loss(int(start), int(until)) for start, until in _LOST.findall(block)]
