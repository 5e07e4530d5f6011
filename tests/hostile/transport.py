"""Cases 1 to 31: what comes over the wire."""

from __future__ import annotations

import gzip
import zlib
from itertools import repeat
from random import Random
from typing import TYPE_CHECKING

import brotli

from tests.certificates import Certificate
from tests.hostile.case import FRONT, Asked, Case
from tests.hostile.outcomes import Outcome
from tests.hostile.say import HTML, chunk, coded, head, html
from tests.raw_server import End, Flood, Step, Wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MIB = 1 << 20
_CHUNKED = head(HTML, b"Transfer-Encoding: chunked")
_LAST_CHUNK = b"0\r\n\r\n"
_PAUSE = Wait(0.5)
_LINGER = Wait(0.1)
"""Long enough for what was said to be read before the connection ends."""
_FOR_EVER = Wait(600)


# Bombs: a story, and behind it what unpacks to 2 GiB of zeros


def _gzip_bomb(page: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    start = packer.compress(page) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + (packer.compress(bytes(_MIB)) + packer.flush(zlib.Z_FULL_FLUSH)) * 2048


def _brotli_bomb(page: bytes) -> bytes:
    packer = brotli.Compressor()
    start: bytes = packer.process(page) + packer.flush() + packer.process(bytes(_MIB)) + packer.flush()
    # The state of the packer is the same before and behind each of these.
    block: bytes = packer.process(bytes(_MIB)) + packer.flush()
    return start + block * 2047


def _zstd_bomb(page: bytes) -> bytes:
    """RFC 8878: a frame of a raw block and 16,384 blocks of 128 KiB that say one byte to repeat."""
    frame_header = b"\x28\xb5\x2f\xfd\x00\x50"
    raw = (len(page) << 3).to_bytes(3, "little") + page
    repeated = ((1 << 17) << 3 | 1 << 1).to_bytes(3, "little") + b"\0"
    last = (1 << 3 | 1 << 1 | 1).to_bytes(3, "little") + b"\0"
    return frame_header + raw + repeated * 16_384 + last


def _stacked(page: bytes) -> bytes:
    for _ in range(30):
        page = gzip.compress(page, mtime=0)
    return page


def _endless_chunks(asked: Asked) -> Iterable[Step]:
    return _CHUNKED, chunk(asked.page), Flood(repeat(chunk(b"<p>" + "没完没了".encode() * 5000)))


# Drips


def _drip(begin: bytes, rest: bytes) -> Iterator[Step]:
    yield begin
    for byte in rest:
        yield bytes([byte])
        yield _PAUSE


def _drip_behind_a_part(asked: Asked) -> Iterator[Step]:
    page = asked.page
    return _drip(head(HTML, b"Content-Length: %d" % len(page)) + page[:500], page[500:])


# Heads


def _head_of_one_line(_asked: Asked) -> Iterable[Step]:
    return b"HTTP/1.1 200 OK\r\nX-Long: ", Flood(repeat(b"x" * _MIB, 50)), b"\r\n\r\n"


def _head_of_many_lines(asked: Asked) -> Iterable[Step]:
    lines = b"".join(b"X-%d: y\r\n" % number for number in range(10_000))
    return b"HTTP/1.1 200 OK\r\n", Flood(repeat(lines, 100)), b"\r\n" + asked.page, End.CLOSE


def _cookies(asked: Asked) -> Iterable[Step]:
    cookies = (b"Set-Cookie: c%d=%s; Path=/\r\n" % (number, b"v" * 4000) for number in range(2000))
    return b"HTTP/1.1 200 OK\r\n", Flood(cookies), b"\r\n" + asked.page, End.CLOSE


def _continues(asked: Asked) -> Iterable[Step]:
    return Flood(repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, 200)), html(asked.page)


# Bodies and lengths


def _reset(asked: Asked) -> Iterable[Step]:
    page = asked.page
    return head(HTML, b"Content-Length: %d" % len(page)) + page[:-200], _LINGER, End.RESET


def _long_length(asked: Asked) -> Iterable[Step]:
    page = asked.page
    return head(HTML, b"Content-Length: %d" % (len(page) + 500)) + page, _LINGER, End.CLOSE


def _short_length(asked: Asked) -> Iterable[Step]:
    page = asked.page
    return (head(HTML, b"Content-Length: %d" % (len(page) * 2 // 3)) + page,)


def _two_lengths(asked: Asked) -> Iterable[Step]:
    page = asked.page
    return (head(HTML, b"Content-Length: %d" % len(page), b"Content-Length: 30") + page,)


def _length_and_chunks(asked: Asked) -> Iterable[Step]:
    return (head(HTML, b"Content-Length: 30", b"Transfer-Encoding: chunked") + chunk(asked.page) + _LAST_CHUNK,)


def _bad_chunk_size(asked: Asked) -> Iterable[Step]:
    return (_CHUNKED + chunk(asked.page[:-200]) + b"zz\r\n" + asked.page[-200:] + b"\r\n" + _LAST_CHUNK,)


def _chunk_cut(asked: Asked) -> Iterable[Step]:
    return _CHUNKED + chunk(asked.page)[:-200], _LINGER, End.CLOSE


def _truncated_gzip(asked: Asked) -> Iterable[Step]:
    return (coded(b"gzip", gzip.compress(asked.page, mtime=0)[:-200]),)


def _lying_page(status: bytes) -> Iterable[Step]:
    return (html("<html><body><h1>提示</h1><p>没有内容</p></body></html>".encode(), status=status),)


TRANSPORT = (
    Case(1, "gzip bomb", (Outcome.REJECTED_TOO_LARGE,), lambda asked: (coded(b"gzip", _gzip_bomb(asked.page)),)),
    Case(2, "brotli bomb", (Outcome.REJECTED_TOO_LARGE,), lambda asked: (coded(b"br", _brotli_bomb(asked.page)),)),
    Case(3, "zstd bomb", (Outcome.REJECTED_TOO_LARGE,), lambda asked: (coded(b"zstd", _zstd_bomb(asked.page)),)),
    Case(
        4, "gzip 30 times", (Outcome.REJECTED_UNDECODABLE,),
        lambda asked: (coded(b", ".join([b"gzip"] * 30), _stacked(asked.page)),),
    ),
    Case(5, "endless chunks", (Outcome.REJECTED_TOO_LARGE,), _endless_chunks),
    Case(6, "body by the byte", (Outcome.FAILED_TOO_SLOW,), lambda asked: _drip(head(HTML), asked.page)),
    Case(7, "drip behind a part of the body", (Outcome.FAILED_TOO_SLOW,), _drip_behind_a_part),
    Case(8, "head by the byte", (Outcome.FAILED_TOO_SLOW,), lambda asked: _drip(b"HTTP/1.1", html(asked.page)[8:])),
    Case(9, "50 MB in one header", (Outcome.REJECTED_TOO_LARGE,), _head_of_one_line),
    Case(10, "1,000,000 headers", (Outcome.REJECTED_TOO_LARGE,), _head_of_many_lines),
    Case(11, "2,000 cookies of 4 KB", (Outcome.REJECTED_TOO_LARGE,), _cookies),
    Case(12, "accepts, never answers", (Outcome.FAILED_TOO_SLOW,), lambda _: (_FOR_EVER,)),
    Case(13, "reset in the body", (Outcome.REJECTED_INCOMPLETE,), _reset),
    Case(14, "Content-Length too long", (Outcome.REJECTED_INCOMPLETE,), _long_length),
    Case(15, "Content-Length too short", (Outcome.REJECTED_INCOMPLETE,), _short_length),
    Case(16, "two Content-Lengths", (Outcome.FAILED_MALFORMED,), _two_lengths),
    Case(17, "Content-Length and chunks", (Outcome.ARCHIVED,), _length_and_chunks, ends_connection=True),
    Case(18, "bad chunk size", (Outcome.REJECTED_INCOMPLETE,), _bad_chunk_size),
    Case(19, "chunk cut", (Outcome.REJECTED_INCOMPLETE,), _chunk_cut),
    Case(20, "gzip declared, plain HTML", (Outcome.ARCHIVED,), lambda asked: (coded(b"gzip", asked.page),)),
    Case(21, "truncated gzip, right Content-Length", (Outcome.REJECTED_INCOMPLETE,), _truncated_gzip),
    Case(22, "unknown coding, plain HTML", (Outcome.ARCHIVED,), lambda asked: (coded(b"x-own", asked.page),)),
    Case(
        22, "unknown coding, binary", (Outcome.REJECTED_UNDECODABLE,),
        lambda asked: (coded(b"x-own", Random(asked.number).randbytes(5000)),),
    ),
    Case(
        23, "gzip without a word", (Outcome.REJECTED_NOT_HTML,),
        lambda asked: (html(gzip.compress(asked.page, mtime=0)),),
    ),
    Case(24, "200,000 times 100 Continue", (Outcome.REJECTED_TOO_LARGE,), _continues),
    Case(25, "HTTP/0.9", (Outcome.FAILED_MALFORMED,), lambda asked: (asked.page, _LINGER, End.CLOSE)),
    Case(
        26, "binary status line", (Outcome.FAILED_MALFORMED,),
        lambda asked: (bytes(range(128, 256)) + b"\r\n\r\n" + asked.page, _LINGER, End.CLOSE),
    ),
    Case(27, "status 999", (Outcome.FAILED_SERVER_ERROR,), lambda _: _lying_page(b"999 Request denied")),
    Case(28, "304 without being asked", (Outcome.FAILED_SERVER_ERROR,), lambda _: (head(status=b"304 Not Modified"),)),
    Case(
        28, "204 with a body", (Outcome.REJECTED_HTTP_STATUS,),
        lambda asked: (html(asked.page, status=b"204 No Content"), _LINGER, End.CLOSE),
    ),
    Case(
        28, "206 without being asked", (Outcome.REJECTED_HTTP_STATUS,),
        lambda asked: (html(asked.page[:500], b"Content-Range: bytes 0-499/9999", status=b"206 Partial Content"),),
    ),
    Case(
        29, "line feeds in a header", (Outcome.ARCHIVED,),
        lambda asked: (html(asked.page, b"X-Name: value\nSet-Cookie: injected=1\n\tfolded"),),
    ),
    Case(
        30, "GBK bytes in a header", (Outcome.ARCHIVED,),
        lambda asked: (html(asked.page, "X-Title: 本地新闻".encode("gbk"), b"X-Other: \xff\xfe\x80"),),
    ),
    *(
        Case(31, f"certificate: {shown.value}", (Outcome.FAILED_CERTIFICATE,), certificate=shown, subject=FRONT)
        for shown in (Certificate.EXPIRED, Certificate.SELF_SIGNED, Certificate.WRONG_NAME)
    ),
)  # fmt: skip
