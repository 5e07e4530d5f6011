"""Answers of servers, common, odd and hostile: what is said, and what is to be kept of it."""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastwarc.stream_io import BrotliWriter, ZstdWriter

from tests.raw_server import End, Wait

if TYPE_CHECKING:
    from tests.raw_server import Step

MAXSIZE = 200_000
"""DOWNLOAD_MAXSIZE to fetch these with."""
TIMEOUT = 2
"""DOWNLOAD_TIMEOUT, in seconds."""
_OK = b"HTTP/1.1 200 OK\r\n"
_HTML = b"Content-Type: text/html; charset=gbk\r\n"


@dataclass(frozen=True, slots=True)
class Case:
    """An answer, and what is to be kept of it."""

    steps: tuple[Step, ...]
    truncated: str | None = None
    """The WARC-Truncated that it is to have."""
    is_response: bool = True
    """Whether it is an HTTP response, so that there is a record of one."""
    is_whole: bool = True
    """Whether all that is sent is received; else as much of it as was asked to come."""
    payload: bytes | None = None
    """The payload that the record is to have; None where that goes without saying."""
    head_has: bytes = b""
    """What is to be found in the head of the record."""


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _chunked(*more: bytes, body: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return _OK + _HTML + b"".join(more) + b"Transfer-Encoding: chunked\r\n\r\n" + body + end


def _sized(body: bytes, *more: bytes, status: bytes = b"200 OK", version: bytes = b"HTTP/1.1") -> bytes:
    head = version + b" " + status + b"\r\n" + _HTML + b"".join(more)
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _packed(writer: type[BrotliWriter | ZstdWriter], text: bytes) -> bytes:
    buffer = io.BytesIO()
    with writer(buffer) as packing:
        packing.write(text)
        packing.finish()
        return buffer.getvalue()


def cases(name: str) -> dict[str, Case]:
    """All of them, by name; `name` makes their bodies differ from those of other calls."""
    text = f"<html><body>{name} 本地新闻</body></html>".encode("gbk")
    long = text * 3000
    packed = gzip.compress(text * 20, mtime=0)
    orig = b"X-Orig-Transfer-Encoding: chunked\r\n"
    ten = b"0123456789"
    one_by_one = b"".join(_chunk(text[index : index + 1]) for index in range(len(text)))
    fields = b"".join(b"X-Field-%d: %s\r\n" % (number, b"v" * 480) for number in range(100))
    cookies = b"".join(b"Set-Cookie: cookie%d=%s; Path=/\r\n" % (number, b"v" * 30) for number in range(1000))
    return {
        "plain": Case((_sized(text),)),
        # Heads.
        "gbk-header": Case((_sized(text, "X-Title: 新闻\r\n".encode("gbk"), b"X: \xff\xfe\x80\r\n"),)),
        "name-of-any-bytes": Case((_sized(text, b"\xff\xfe: \x80\r\n"),), truncated="unspecified"),
        "case-and-order": Case((_sized(text, b'x-b: 1\r\nX-a:2\r\nX-B:   3  \r\nETAG: W/"x"\r\n'),)),
        "two-cookies": Case((_sized(text, b"Set-Cookie: a=1\r\nX: y\r\nset-cookie: b=2\r\n"),)),
        "folded": Case((_sized(text, b"X-Folded: one\r\n two\r\n\tthree\r\n"),)),
        "no-colon": Case((_sized(text, b"no colon here\r\n"),)),
        "blank-line-of-spaces": Case((_sized(text, b"X: y\r\n  \r\nZ: z\r\n"),), head_has=b"Z: z\r\n"),
        "carriage-returns": Case((_sized(text, b"X: y\r\r\nZ: a\rb\r\n"),)),
        "nul": Case((_sized(text, b"X: a\0b\r\n"),)),
        "name-of-nul": Case((_sized(text, b"\0: c\r\n"),), truncated="unspecified"),
        "line-feeds": Case((_sized(text).replace(b"\r\n", b"\n"),), payload=text, head_has=b"200 OK\r\n" + _HTML),
        "mixed-line-ends": Case((_sized(text, b"A: b\n").replace(b"\r\n\r\n", b"\r\n\n"),), payload=text),
        "no-reason": Case((_sized(text, status=b"200"),)),
        "gbk-reason": Case((_sized(text, status="200 成功".encode("gbk")),)),
        "http-1.0": Case((_sized(text, version=b"HTTP/1.0"), End.CLOSE)),
        "http-1.0-keep-alive": Case((_sized(text, b"Connection: keep-alive\r\n", version=b"HTTP/1.0"),)),
        "http-2.0": Case((_sized(text, version=b"HTTP/2.0"),)),
        "lower-case-version": Case((_sized(text, version=b"http/1.1"),)),
        "status-999": Case((_sized(text, status=b"999 Request denied"),)),
        "head-of-50-kb": Case((_sized(text, fields),), payload=text, head_has=_HTML),
        "1000-cookies": Case((_sized(text, cookies, b"X-Last: 1\r\n"),), payload=text, head_has=_HTML + b"X-Last: 1"),
        "line-of-20-kb": Case((_sized(text, b"X: " + b"y" * 20_000 + b"\r\n"),), payload=text),
        "head-of-200-kb": Case((_sized(text, fields * 4),), payload=text, head_has=_HTML),
        # What ends within the read that passes the limit is still taken.
        "head-of-400-kb": Case((_sized(text, fields * 8), Wait(0.2)), is_response=False, is_whole=False),
        "line-of-400-kb": Case(
            (_sized(text, b"X: " + b"y" * 400_000 + b"\r\n"), Wait(0.2)), is_response=False, is_whole=False
        ),
        "continue-20000-times": Case(
            (b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000 + _sized(text), Wait(0.2)), is_response=False, is_whole=False
        ),
        "head-alone": Case((_OK + b"\r\n" + text, End.CLOSE)),
        "says-x-orig": Case((_sized(text, orig),), head_has=b"X-Orig-Transfer-Encoding"),
        "says-x-orig-and-chunked": Case((_chunked(orig.lower(), body=_chunk(text)),), payload=text),
        "in-two-halves": Case((_sized(text)[:40], Wait(0.1), _sized(text)[40:])),
        "early-hints": Case((b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + _sized(text),)),
        "continue-twice": Case((b"HTTP/1.1 100 Continue\r\n\r\n" * 2, Wait(0.1), _sized(text))),
        "continue-with-line-feeds": Case((b"HTTP/1.1 100\n\n" + _sized(text),)),
        # Statuses.
        "204": Case((_OK.replace(b"200 OK", b"204 No Content") + b"X: y\r\n\r\n",)),
        "204-with-body": Case((_sized(text, status=b"204 No Content"),)),
        "304": Case((b"HTTP/1.1 304 Not Modified\r\nX-Name: 1\r\n\r\n",)),
        "304-with-body": Case((_sized(text, status=b"304 Not Modified"),)),
        "206": Case((_sized(text, b"Content-Range: bytes 0-9/100\r\n", status=b"206 Partial Content"),)),
        "404": Case((_sized(text, status=b"404 Not Found"),)),
        "empty": Case((_sized(b""),)),
        "empty-until-close": Case((_OK + _HTML + b"\r\n", End.CLOSE)),
        # Chunks.
        "chunked": Case((_chunked(body=_chunk(text) + _chunk(ten)),), payload=text + ten),
        "chunk-extensions": Case(
            (_chunked(body=b"a;name=value;other\r\n" + ten + b"\r\n" + _chunk(text), end=b"0;last\r\n\r\n"),),
            payload=ten + text,
        ),
        "trailers": Case((_chunked(body=_chunk(text), end=b"0\r\nX-Checksum: 1\r\nX-Other: 2\r\n\r\n"),), payload=text),
        "chunk-size-with-zeros": Case((_chunked(body=b"0000000000000000000A\r\n" + ten + b"\r\n" + _chunk(text)),)),
        "chunks-of-one-byte": Case((_chunked(body=one_by_one),), payload=text),
        "chunks-cut-at-odd-places": Case(
            (_chunked(body=_chunk(text))[:-9], Wait(0.1), _chunked(body=_chunk(text))[-9:]), payload=text
        ),
        "chunked-empty": Case((_chunked(body=b""),), payload=b""),
        "chunked-http-1.0": Case(
            (_chunked(body=_chunk(text)).replace(b"HTTP/1.1", b"HTTP/1.0"), End.CLOSE), payload=text
        ),
        "chunked-folded": Case(
            (_chunked(body=_chunk(text)).replace(b"Encoding: chunked", b"Encoding:\r\n chunked"),), payload=text
        ),
        "chunked-upper-case": Case(
            (_chunked(body=b"A\r\n" + ten + b"\r\n").replace(b"Transfer-Encoding: c", b"TRANSFER-ENCODING:C"),),
            payload=ten,
        ),
        "chunked-and-gzip": Case((_chunked(b"Content-Encoding: gzip\r\n", body=_chunk(packed)),), payload=packed),
        "chunked-and-length": Case((_chunked(b"Content-Length: 5\r\n", body=_chunk(text)),), payload=text),
        "more-behind-the-last-chunk": Case((_chunked(body=_chunk(text)) + b"more",), payload=text),
        "chunk-size-bad": Case((_chunked(body=_chunk(text) + b"zz\r\nx\r\n"),), truncated="unspecified", payload=text),
        "chunk-size-bad-first": Case((_chunked(body=b"zz\r\nx\r\n"),), truncated="unspecified"),
        "chunk-without-end": Case((_chunked(body=b"5\r\n0123456789\r\n"),), truncated="unspecified"),
        "chunk-cut": Case(
            (_chunked(body=b"ffff\r\n" + text, end=b""), Wait(0.1), End.CLOSE), truncated="disconnect", payload=text
        ),
        "chunks-without-last": Case(
            (_chunked(body=_chunk(text), end=b""), Wait(0.1), End.CLOSE), truncated="disconnect", payload=text
        ),
        "chunks-named-twice": Case((_chunked(b"Transfer-Encoding: chunked\r\n", body=_chunk(text)),), payload=text),
        "transfer-gzip-chunked": Case(
            (_chunked(body=_chunk(packed)).replace(b"chunked", b"gzip, chunked"),),
            truncated="unspecified",
            payload=packed,
        ),
        "transfer-identity": Case(
            (_sized(text, b"Transfer-Encoding: identity\r\n"),), truncated="unspecified", payload=text
        ),
        # Content codings.
        "gzip": Case((_sized(packed, b"Content-Encoding: gzip\r\n"),), payload=packed),
        "deflate": Case((_sized(zlib.compress(text), b"Content-Encoding: deflate\r\n"),)),
        "brotli": Case((_sized(_packed(BrotliWriter, text), b"Content-Encoding: br\r\n"),)),
        "zstandard": Case((_sized(_packed(ZstdWriter, text), b"Content-Encoding: zstd\r\n"),)),
        "gzip-cut": Case(
            (_sized(packed[:-9], b"Content-Encoding: gzip\r\n"),), truncated="unspecified", payload=packed[:-9]
        ),
        "gzip-over-binary": Case((_sized(bytes(range(256)), b"Content-Encoding: gzip\r\n"),)),
        "gzip-30-times": Case((_sized(packed, b"Content-Encoding: " + b",".join([b"gzip"] * 30) + b"\r\n"),)),
        "coding-nobody-knows": Case((_sized(packed, b"Content-Encoding: lzma\r\n"),)),
        "gzip-that-is-none": Case((_sized(text, b"Content-Encoding: gzip\r\n"),), payload=text),
        # Lengths.
        "until-close": Case((_OK + _HTML + b"\r\n" + long[:50_000], Wait(0.1), long[50_000:], End.CLOSE)),
        "length-too-short": Case(
            (_sized(text).replace(b"Length: ", b"Length: 2\r\nX: "),), truncated="unspecified", payload=text
        ),
        "length-of-none": Case(
            (_sized(text).replace(b"Length: ", b"Length: 0\r\nX: "),), truncated="unspecified", payload=text
        ),
        "length-too-long": Case(
            (_sized(text).replace(b"Length: ", b"Length: 9"), Wait(0.1), End.CLOSE), truncated="disconnect"
        ),
        "two-lengths": Case((_sized(text, b"Content-Length: 3\r\n"),), truncated="unspecified"),
        "same-length-twice": Case((_sized(text, b"Content-Length: %d\r\n" % len(text)),)),
        "length-that-is-none": Case((_sized(text).replace(b"Length: ", b"Length: x"),), truncated="unspecified"),
        "over-maxsize": Case((_sized(b"x" * (MAXSIZE + 1)), Wait(0.2)), truncated="length", is_whole=False),
        "over-maxsize-chunked": Case(
            (_chunked(body=_chunk(text * 1000) * 30), Wait(0.2)), truncated="length", is_whole=False
        ),
        "more-framing-than-is-recorded": Case(
            (_chunked(body=b"1;%s\r\nx\r\n" % (b"x" * 1000) * 1500), Wait(0.2)), truncated="length", is_whole=False
        ),
        "over-maxsize-unpacked": Case(
            (_sized(gzip.compress(b"x" * (MAXSIZE + 1), mtime=0), b"Content-Encoding: gzip\r\n"),)
        ),
        # Connections that end, or do not.
        "reset-in-body": Case(
            (_sized(text).replace(b"Length: ", b"Length: 9"), Wait(0.2), End.RESET), truncated="disconnect"
        ),
        "reset-until-close": Case((_OK + _HTML + b"\r\n" + text, Wait(0.2), End.RESET), truncated="disconnect"),
        "reset-in-head": Case((_OK + b"X: ", Wait(0.2), End.RESET), is_response=False),
        "closed-in-head": Case((_OK + b"X: ", Wait(0.1), End.CLOSE), is_response=False),
        "closed-at-once": Case((End.CLOSE,), is_response=False),
        "silent-in-head": Case((_OK + b"X: ", Wait(TIMEOUT + 1)), is_response=False),
        "silent-in-body": Case((_sized(text).replace(b"Length: ", b"Length: 9"), Wait(TIMEOUT + 1)), truncated="time"),
        "says-nothing": Case((Wait(TIMEOUT + 1),), is_response=False),
        # No HTTP.
        "binary": Case((bytes(range(256)) + b"\r\n\r\n", Wait(0.1), End.CLOSE), is_response=False),
        "http-0.9": Case((text, Wait(0.1), End.CLOSE), is_response=False),
        "status-of-letters": Case((_sized(text, status=b"abc OK"),), is_response=False),
    }
