"""Content codings (RFC 9110, 8.4), undone in bounded memory: what a body says, or why it does not say it."""

from __future__ import annotations

import sys
import zlib
from typing import TYPE_CHECKING

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Protocol

    class Decoder(Protocol):
        """A decoder of zlib, for one stream."""

        @property
        def eof(self) -> bool:
            """Whether the stream has ended."""

        @property
        def unused_data(self) -> bytes:
            """What stands behind its end."""

        @property
        def unconsumed_tail(self) -> bytes:
            """What waits until there is room for more output."""

        def decompress(self, data: bytes, max_length: int, /) -> bytes:
            """So many bytes of output at most."""


CODINGS = "gzip, deflate, br, zstd"
"""The Accept-Encoding that asks for what can be undone."""
MOST_CODINGS = 2
"""No server applies more to a page; each multiplies what a byte may unpack to."""
_BLOCK = 4096
"""Bytes fed at a time: what stands behind the end of a stream is copied, and there may be a stream every 20 bytes."""
_PIECE = 1 << 16
"""Bytes unpacked at a time."""
_GZIP, _ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
_GZIP_BITS, _RAW_BITS = 31, -15
_ZLIB_METHOD, _ZLIB_CHECK = 8, 31


class CodingError(ValueError):
    """What a body says cannot be had from it; the message says why."""


class IncompleteError(CodingError):
    """It is packed as it should be, and its end or some of its bytes are missing or wrong."""


class TooLargeError(CodingError):
    """It unpacks to more bytes than are taken."""


class UndecodableError(CodingError):
    """It is not in the coding that is declared, or that is one nobody knows."""


def named_codings(values: Iterable[bytes]) -> list[str]:
    """The codings that the values of Content-Encoding headers name, in the order they were applied, in lower case."""
    names = (name.strip().lower() for value in values for name in value.decode("latin-1").split(","))
    return [name for name in names if name not in {"", "identity"}]


def unpack(body: bytes, codings: Sequence[str], most_bytes: int) -> bytes:
    """The body with its codings undone, each of which may bring `most_bytes`.

    Bytes behind the end of a stream are passed over, as browsers do. Raises IncompleteError, TooLargeError or
    UndecodableError.
    """
    if len(codings) > MOST_CODINGS:
        raise UndecodableError(f"{len(codings)} codings on top of each other")
    for coding in reversed(codings):
        if coding not in _DECODERS:
            raise UndecodableError(f"{coding[:80]!r} is no coding that was asked for")
        # A redirect or a 304 may say how its body would be packed, if it had one.
        body = _joined(_DECODERS[coding](body), most_bytes) if body else body
    return body


def _joined(pieces: Iterator[bytes], most_bytes: int) -> bytes:
    joined = bytearray()
    for piece in pieces:
        joined += piece
        if len(joined) > most_bytes:
            raise TooLargeError(f"more than {most_bytes} bytes, unpacked")
    return bytes(joined)


def _gunzipped(body: bytes) -> Iterator[bytes]:
    if not _GZIP.startswith(body[: len(_GZIP)]):
        raise UndecodableError("gzip is declared, and the body does not begin like it")
    try:
        yield from _inflated(body, lambda: zlib.decompressobj(_GZIP_BITS), _GZIP)
    except zlib.error as error:
        raise IncompleteError(f"gzip: {error}") from error


def _deflated(body: bytes) -> Iterator[bytes]:
    # Servers of Microsoft's send it without the frame of zlib.
    is_framed = body[0] & 15 == _ZLIB_METHOD and int.from_bytes(body[:2], "big") % _ZLIB_CHECK == 0
    try:
        yield from _inflated(body, zlib.decompressobj if is_framed else lambda: zlib.decompressobj(_RAW_BITS))
    except zlib.error as error:
        raise (IncompleteError if is_framed else UndecodableError)(f"deflate: {error}") from error


def _inflated(body: bytes, new: Callable[[], Decoder], start: bytes | None = None) -> Iterator[bytes]:
    """One stream of zlib's, or all that follow on each other where they have a `start` to be told by."""
    decoder = new()
    fed = 0
    data = b""
    while data or fed < len(body):
        if not data:
            data, fed = body[fed : fed + _BLOCK], fed + _BLOCK
        yield decoder.decompress(data, _PIECE)
        data = decoder.unconsumed_tail
        if decoder.eof:
            fed = min(fed, len(body)) - len(decoder.unused_data)
            if start is None or not body.startswith(start, fed):
                return
            decoder, data = new(), b""
    if not decoder.eof:
        raise IncompleteError("the packed body ends too early")


def _unbrotlied(body: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    try:
        for start in range(0, len(body), _BLOCK):
            piece = decoder.process(body[start : start + _BLOCK], output_buffer_limit=_PIECE)
            while piece:
                yield piece
                piece = decoder.process(b"", output_buffer_limit=_PIECE)
    except brotli.error as error:
        raise UndecodableError(f"br: {error}") from error
    if not decoder.is_finished():
        raise IncompleteError("the packed body ends too early")


def _unzstandarded(body: bytes) -> Iterator[bytes]:
    if not _ZSTD.startswith(body[: len(_ZSTD)]):
        raise UndecodableError("zstd is declared, and the body does not begin like it")
    decoder = zstd.ZstdDecompressor()
    fed = 0
    try:
        while fed < len(body) and not decoder.eof:
            yield decoder.decompress(body[fed : fed + _BLOCK], _PIECE)
            while not (decoder.needs_input or decoder.eof):
                yield decoder.decompress(b"", _PIECE)
            fed += _BLOCK
            if decoder.eof and body.startswith(_ZSTD, fed := min(fed, len(body)) - len(decoder.unused_data)):
                decoder = zstd.ZstdDecompressor()
    except zstd.ZstdError as error:
        raise IncompleteError(f"zstd: {error}") from error
    if not decoder.eof:
        raise IncompleteError("the packed body ends too early")


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _deflated,
    "br": _unbrotlied,
    "zstd": _unzstandarded,
}
