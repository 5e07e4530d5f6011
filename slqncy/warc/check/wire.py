"""Is a response that is kept the response that came?"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from slqncy.warc.check.http import header
from slqncy.warc.check.stream import Stream
from slqncy.warc.wire import restore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_RUN = re.compile(r"([^:]*):([0-9]{1,18})\*([0-9]{1,18})")
_STARTS = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b"}


def wire_defect(head: bytes, payload: Callable[[], Iterator[bytes]], said: Mapping[str, str]) -> str:
    """What is wrong with a response, by what its metadata says came over the wire; '' if nothing.

    `payload` gives that of the record, as often as it is called.
    """
    if "withheld" in said:
        return f"withheld, and has {size} bytes of payload" if (size := sum(map(len, payload()))) else ""
    original_head, interim = (unquote_to_bytes(said.get(name, "")) for name in ("wireHead", "wireInterim"))
    framing = said.get("wireFraming", "")
    sha = hashlib.sha256(restore(head, b"", original_head, interim))
    try:
        for piece in _framed(Stream(payload()), framing):
            sha.update(piece)
    except ValueError:
        return f"not to be made what came over the wire: wireFraming of its metadata is {framing[:80]!r}"
    if sha.hexdigest() == said.get("wireSha256"):
        return ""
    return f"not what came over the wire (wireSha256 of its metadata){_guess(head, Stream(payload()))}"


def _framed(payload: Stream, framing: str) -> Iterator[bytes]:
    """`slqncy.warc.wire.frame`, piece by piece. Raises ValueError."""
    if not framing:
        yield from payload.rest()
        return
    for run in framing.split(" "):
        read = _RUN.fullmatch(run)
        piece, length, times = (unquote_to_bytes(read[1]), int(read[2]), int(read[3])) if read else (b"", 0, 0)
        # Two pieces at the end may have nothing behind them; more would be damage that could keep us for ever.
        if not read or (times > 2 and not length):  # noqa: PLR2004
            raise ValueError(run)
        for _ in range(times):
            if length and not payload.more():
                raise ValueError(run)
            yield piece
            yield from payload.pieces(length)


def _guess(head: bytes, payload: Stream) -> str:
    start = payload.take(2)
    size = len(start) + sum(map(len, payload.rest()))
    coding, length = header(head, b"content-encoding") or "", header(head, b"content-length") or ""
    if coding.lower() in _STARTS and start != _STARTS[coding.lower()]:
        return f": the body is not {coding}, as Content-Encoding says"
    if length.isascii() and length.isdigit() and int(length) != size:
        return f": the body has {size} bytes, and not {length}, as Content-Length says"
    return ""
