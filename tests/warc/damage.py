"""What can be wrong with a WARC file, one kind each: how to make it so, and how it is named.

The tests and `benchmarks/warc/damage.py` go through the same table.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.warc.records import HTML, NAME, chunked, good_file, member, sha1, warcinfo

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.warc.records import File, Rec

    Make = Callable[[File], bytes]
    """The bytes of a damaged file, out of a good one that may be changed."""

RESPONSE, GZIP, CHUNKED, REVISIT, UNMODIFIED, CUT = 2, 5, 8, 11, 14, 17
"""Where the responses and revisits of `good_file` are; the request is before each, the metadata behind it."""
NOBODY = "<urn:uuid:9701687d-5d19-4748-8b6b-dca60aae9bd8>"


@dataclass(frozen=True)
class Damage:
    """One kind of damage."""

    name: str
    says: str
    """What the sentence has to contain that names it in a file of our own."""
    make: Make
    is_forbidden: bool
    """Whether by the standard, so that it is named in anybody's file."""


def damaged(damage: Damage) -> bytes:
    """A file with one kind of damage."""
    return damage.make(good_file())


def flip(data: bytes, bit: int) -> bytes:
    """One bit turned over."""
    return data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


def _forbidden(name: str, says: str, make: Make) -> Damage:
    return Damage(name, says, make, is_forbidden=True)


def _unlike_ours(name: str, says: str, make: Make) -> Damage:
    return Damage(name, says, make, is_forbidden=False)


def _edit(change: Callable[[list[Rec]], object]) -> Make:
    """Other records."""

    def make(file: File) -> bytes:
        change(file.recs)
        return file.data()

    return make


def _set(at: int, name: str, value: str | bytes | None) -> Make:
    """Another value of a field, or none."""
    return _edit(lambda recs: recs[at].set(name, value))


def _add(at: int, name: str, value: str) -> Make:
    """One more field."""
    return _edit(lambda recs: recs[at].add(name, value))


def _again(at: int, name: str) -> Make:
    """A field twice, with the same value."""
    return _edit(lambda recs: recs[at].add(name, recs[at].get(name)))


def _derive(at: int, name: str, value: Callable[[Rec], str]) -> Make:
    """A value made of what the record is."""
    return _edit(lambda recs: recs[at].set(name, value(recs[at])))


def _block(at: int, change: Callable[[bytes], bytes]) -> Make:
    """Another block, with length and digests that belong to it."""

    def apply(recs: list[Rec]) -> None:
        recs[at].block = change(recs[at].block)
        recs[at].refresh()

    return _edit(apply)


def _body(at: int, change: Callable[[bytes], bytes]) -> Make:
    """Another body below the same HTTP headers, with length and digests that belong to it."""
    return _block(at, lambda block: block.removesuffix(_body_of(block)) + change(_body_of(block)))


def _body_of(block: bytes) -> bytes:
    return block.partition(b"\r\n\r\n")[2]


def _head_of(block: bytes) -> bytes:
    return block.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def _raw(at: int, change: Callable[[bytes], bytes]) -> Make:
    """Other bytes of a record, before they are compressed."""

    def make(file: File) -> bytes:
        return b"".join(member(change(rec.data()) if n == at else rec.data()) for n, rec in enumerate(file.recs))

    return make


def _member(at: int, change: Callable[[bytes], bytes]) -> Make:
    """Other bytes of a gzip member."""
    return lambda file: b"".join(change(data) if n == at else data for n, data in enumerate(file.members()))


def _flip(at: int) -> Callable[[bytes], bytes]:
    """The lowest bit of a byte turned over; `at` may count from the end."""
    return lambda data: flip(data, 8 * (at % len(data)))


def _regroup(change: Callable[[list[bytes]], list[bytes]]) -> Make:
    """The records in other gzip members."""
    return lambda file: b"".join(map(member, change([rec.data() for rec in file.recs])))


def _version(version: bytes) -> Make:
    return _edit(lambda recs: setattr(recs[RESPONSE], "version", version))


def _end(end: bytes) -> Make:
    return _edit(lambda recs: setattr(recs[RESPONSE], "end", end))


def _flip_body(recs: list[Rec]) -> None:
    recs[RESPONSE].block = _flip(-40)(recs[RESPONSE].block)
    recs[RESPONSE].set("WARC-Block-Digest", sha1(recs[RESPONSE].block))


def _swap(recs: list[Rec]) -> None:
    recs[RESPONSE - 1], recs[RESPONSE] = recs[RESPONSE], recs[RESPONSE - 1]


_JUNK = "bytes that are no gzip member"
_HEADER = "a gzip header that this project does not write"
_FILES = [
    _forbidden("empty file", "empty", lambda _: b""),
    _forbidden("only zero bytes", "5000 zero bytes", lambda _: bytes(5000)),
    _forbidden("no WARC file", _JUNK, lambda _: b"<html>" * 100),
    _forbidden("torn in the last record", "the file ends within the gzip member", lambda file: file.data()[:-20]),
    _forbidden("torn in the trailer of gzip", "the file ends within the gzip member", lambda file: file.data()[:-3]),
    _forbidden(
        "torn in the header of gzip",
        "the file ends within the gzip member",
        lambda file: b"".join([*file.members()[:4], file.members()[4][:6]]),
    ),
    _unlike_ours("torn between two records", "an exchange is", lambda file: b"".join(file.members()[:9])),
    _forbidden("torn, and gone on with", "the gzip member is damaged", _member(GZIP, lambda data: data[:-30])),
    _forbidden("zero bytes at the end", "4096 zero bytes", lambda file: file.data() + bytes(4096)),
    _forbidden("zero bytes in place of the end", "the gzip member", lambda file: file.data()[:-40] + bytes(40)),
    _forbidden("zero bytes in place of a member", "zero bytes", _member(GZIP, lambda data: bytes(len(data)))),
    _forbidden("garbage at the end", f"7 {_JUNK}", lambda file: file.data() + b"garbage"),
    _forbidden("garbage at the beginning", f"7 {_JUNK}", lambda file: b"garbage" + file.data()),
    _forbidden("garbage between members", f"7 {_JUNK}", _member(GZIP, lambda data: b"garbage" + data)),
    _forbidden("line feed between members", f"1 {_JUNK}", _member(GZIP, lambda data: b"\n" + data)),
    _forbidden("record that is not compressed at the end", _JUNK, lambda file: file.data() + file.recs[3].data()),
    _forbidden("flipped bit in compressed data", "the gzip member is damaged", _member(GZIP, _flip(200))),
    _forbidden("flipped bit in the magic of gzip", _JUNK, _member(GZIP, _flip(0))),
    _forbidden("wrong CRC-32", "its CRC-32 is not that of its data", _member(GZIP, _flip(-8))),
    _forbidden("wrong ISIZE", "its ISIZE is not the length of its data", _member(GZIP, _flip(-4))),
    _forbidden("member without CRC-32 and ISIZE", "the gzip member is damaged", _member(GZIP, lambda data: data[:-8])),
    _forbidden(
        "flags in the gzip header that do not exist",
        "unknown header flags",
        _member(GZIP, lambda data: data[:3] + b"\xe0" + data[4:]),
    ),
    _unlike_ours("time in a gzip header", _HEADER, _member(GZIP, lambda data: data[:4] + b"\1\2\3\4" + data[8:])),
    _unlike_ours(
        "name in a gzip header",
        _HEADER,
        _member(GZIP, lambda data: data[:3] + b"\x08" + data[4:10] + b"a.warc\0" + data[10:]),
    ),
    _unlike_ours("empty member", "0 records in one gzip member", _member(GZIP, lambda data: data + member(b""))),
    _unlike_ours("whole file in one member", "21 records in one", _regroup(lambda data: [b"".join(data)])),
    _unlike_ours(
        "two records in one member",
        "2 records in one gzip member",
        _regroup(lambda data: [*data[:4], data[4] + data[5], *data[6:]]),
    ),
    _forbidden(
        "record over two members",
        "but the block ends after",
        _regroup(lambda data: [*data[:5], data[5][:-60], data[5][-60:], *data[6:]]),
    ),
    _unlike_ours("not compressed", "not compressed", lambda file: b"".join(rec.data() for rec in file.recs)),
    _forbidden("zstd", "bytes of zstd", lambda file: b"\x28\xb5\x2f\xfd" + zlib.compress(file.recs[0].data())),
    _unlike_ours("no warcinfo", "the first record is no warcinfo", _edit(lambda recs: recs.pop(0))),
    _unlike_ours("two warcinfos", "a warcinfo that is not the first", _edit(lambda recs: recs.insert(4, warcinfo()))),
    _unlike_ours("request lost", "an exchange is request", _edit(lambda recs: recs.pop(GZIP - 1))),
    _unlike_ours("response lost", "does not name", _edit(lambda recs: recs.pop(GZIP))),
    _unlike_ours("metadata lost", "an exchange is request", _edit(lambda recs: recs.pop(GZIP + 1))),
    _forbidden(
        "record twice", "stands on an earlier record", _edit(lambda recs: recs.insert(RESPONSE, recs[RESPONSE]))
    ),
    _unlike_ours("records out of order", "an exchange is request", _edit(_swap)),
]

_VERSION = "no version line of WARC/1.0 or WARC/1.1"
_CONTROL = "a control character"
_HEADERS = [
    *(
        _forbidden(f"version line {version!r}", _VERSION, _version(version))
        for version in (b"WARC/1.2", b"WARC/2.0", b"XARC/1.1", b"WARC/1.1 ", b"warc/1.1", b"WARC/11")
    ),
    _unlike_ours("WARC/1.0", "not of WARC/1.1", _version(b"WARC/1.0")),
    _forbidden("no version line", _VERSION, _raw(RESPONSE, lambda data: data.partition(b"\r\n")[2])),
    _forbidden("lines end with LF", _CONTROL, _edit(lambda recs: setattr(recs[RESPONSE], "line_end", b"\n"))),
    _forbidden("one line ends with LF", _CONTROL, _raw(RESPONSE, lambda data: data.replace(b"\r\n", b"\n", 1))),
    _forbidden("CR within a field", _CONTROL, _set(RESPONSE, "WARC-Target-URI", "http://a.cn/\rX: y")),
    _forbidden("LF within a field", _CONTROL, _set(RESPONSE, "WARC-Target-URI", "http://a.cn/\nX: y")),
    _forbidden("NUL within a field", _CONTROL, _set(RESPONSE, "WARC-Target-URI", "http://a.cn/\0")),
    _forbidden(
        "CR LF within a field, then a known field",
        "WARC-Type stands twice",
        _set(RESPONSE, "WARC-Target-URI", "http://a.cn/\r\nWARC-Type: metadata"),
    ),
    _unlike_ours(
        "CR LF within a field, then an unknown field",
        "X-Evil is no field of the response records",
        _set(RESPONSE, "WARC-Target-URI", "http://a.cn/\r\nX-Evil: 1"),
    ),
    _forbidden(
        "CR LF CR LF within a field", "no Content-Length", _set(RESPONSE, "WARC-IP-Address", "127.0.0.1\r\n\r\n<html>")
    ),
    _forbidden("GBK in a field", "is not UTF-8", _set(CUT, "WARC-Truncated", "断开".encode("gbk"))),
    _forbidden("no colon", "not a field", _raw(RESPONSE, lambda data: data.replace(b"WARC-Date:", b"WARC-Date "))),
    _forbidden("blank in a name", "not a field", _raw(RESPONSE, lambda data: data.replace(b"WARC-Type", b"WARC Type"))),
    _unlike_ours(
        "field of two lines",
        "not written `Name: value`",
        _set(RESPONSE, "Content-Type", "application/http;\r\n msgtype=response"),
    ),
    _forbidden("header that does not end", "the header does not end", _raw(RESPONSE, lambda data: data[:150])),
    *(
        _forbidden(f"record ends with {end!r}", "not with CRLF CRLF", _end(end))
        for end in (b"", b"\r\n", b"\n\n", b"\r\n\r", b"\r\n\n\r")
    ),
    _forbidden("empty line behind a record", "2 bytes that belong to no record", _end(b"\r\n\r\n\r\n")),
    _forbidden("garbage behind a record", "4 bytes that are no record", _end(b"\r\n\r\nmore")),
]

_ALL_HAVE = ("WARC-Record-ID", "WARC-Date", "WARC-Type", "Content-Length")
_PLACES = [
    *(_forbidden(f"no {name}", f"no {name}", _set(RESPONSE, name, None)) for name in (*_ALL_HAVE, "WARC-Target-URI")),
    *(_forbidden(f"{name} without a value", f"no {name}", _set(RESPONSE, name, "")) for name in _ALL_HAVE),
    *(
        _forbidden(f"{name} twice", f"{name} stands twice", _again(RESPONSE, name))
        for name in (*_ALL_HAVE, "WARC-Target-URI", "WARC-Block-Digest")
    ),
    *(
        _unlike_ours(f"no {name}", f"no {name}", _set(RESPONSE, name, None))
        for name in ("WARC-Block-Digest", "WARC-Payload-Digest", "Content-Type")
    ),
    *(
        _forbidden(
            f"WARC-Payload-Digest on {kind}",
            f"WARC-Payload-Digest is no field of a {kind} record",
            _add(at, "WARC-Payload-Digest", sha1(b"")),
        )
        for at, kind in ((0, "warcinfo"), (RESPONSE + 1, "metadata"))
    ),
    _unlike_ours(
        "WARC-Payload-Digest on a request without payload",
        "WARC-Payload-Digest is no field of the request records",
        _add(RESPONSE - 1, "WARC-Payload-Digest", sha1(b"")),
    ),
    _forbidden("WARC-Filename on a response", "no field of a response", _add(RESPONSE, "WARC-Filename", NAME)),
    _forbidden("WARC-Refers-To on a response", "no field of a response", _add(RESPONSE, "WARC-Refers-To", NOBODY)),
    _forbidden("WARC-Target-URI on warcinfo", "no field of a warcinfo", _add(0, "WARC-Target-URI", "http://a.cn/")),
    _forbidden("WARC-IP-Address on warcinfo", "no field of a warcinfo", _add(0, "WARC-IP-Address", "127.0.0.1")),
    _unlike_ours("WARC-Filename of another file", "not the name of the file", _set(0, "WARC-Filename", "a.warc.gz")),
    _unlike_ours("field nobody knows", "X-Evil is no field of the response records", _add(RESPONSE, "X-Evil", "1")),
    _unlike_ours("no WARC-Concurrent-To", "does not name the", _set(RESPONSE - 1, "WARC-Concurrent-To", None)),
    _unlike_ours(
        "WARC-Concurrent-To nothing in the file",
        "WARC-Concurrent-To of the metadata does not name the response",
        _set(RESPONSE + 1, "WARC-Concurrent-To", NOBODY),
    ),
    _unlike_ours(
        "another date than that of the request",
        "the records of an exchange differ in WARC-Date",
        _set(RESPONSE - 1, "WARC-Date", "2026-11-26T13:00:01Z"),
    ),
    _unlike_ours(
        "another URI than that of the request",
        "the records of an exchange differ in WARC-Target-URI",
        _set(RESPONSE - 1, "WARC-Target-URI", "http://a.cn/"),
    ),
]

_WRONG_VALUES: dict[str, dict[str, tuple[str, ...]]] = {
    "WARC-Date": {
        "is no UTC time": (
            "20261126130000",
            "2026-11-26T13:00:00",
            "2026-11-26T21:00:00+08:00",
            "2026-11-26 13:00:00Z",
        ),
        "is a time that does not exist": ("2026-13-26T13:00:00Z", "2026-02-30T13:00:00Z", "2026-11-26T25:00:00Z"),
    },
    "WARC-Record-ID": {"is no URI in <>": (NOBODY[1:-1], "<9701687d>", "<urn:uuid: 9701687d>")},
    "Content-Length": {"is no number": ("-1", "12x", "0x10", "1e3", "１２", "9" * 20)},
    "Content-Type": {"is no media type": ("html",)},
    "WARC-Target-URI": {
        "is not percent-encoded": ("http://news.example.cn/新闻",),
        "is no URI": ("<http://news.example.cn/1>", "/szxw/1.html", "http://news.example.cn/a b"),
    },
    "WARC-IP-Address": {"is no IP address": ("999.1.1.1", "localhost", "127.0.0.1:80", "[::1]")},
    "WARC-Block-Digest": {
        "is no labelled digest": ("sha1", "sha1:"),
        "is no sha1": ("sha1:AAAA", "sha1:" + "1" * 32),
        "is not that of the block": ("sha1:" + "0" * 40, "md5:" + "0" * 32),
    },
    "WARC-Payload-Digest": {
        "is no sha1": ("sha1:AAAA",),
        "is not that of the payload": (sha1(b"other"), "sha256:" + "0" * 64),
    },
}
_UNLIKE_OUR_VALUES = {
    "WARC-Date": ("2026-11-26", "2026-11-26T13:00:00.123456Z"),
    "WARC-Record-ID": (NOBODY.upper(), "<http://a.cn/1>"),
    "WARC-Block-Digest": ("crc32:00000000",),
    "WARC-Payload-Digest": ("crc32:00000000",),
}
_VALUES = [
    *(
        _forbidden(f"{name} {value}", f"{name} {says}", _set(RESPONSE, name, value))
        for name, wrong in _WRONG_VALUES.items()
        for says, values in wrong.items()
        for value in values
    ),
    *(
        _unlike_ours(f"{name} {value}", f"{name} is not as this project writes it", _set(GZIP, name, value))
        for name, values in _UNLIKE_OUR_VALUES.items()
        for value in values
    ),
    *(
        _unlike_ours(f"Content-Type {value}", "Content-Type is not application", _set(RESPONSE, "Content-Type", value))
        for value in ("text/html", "application/http", "application/http; msgtype=request")
    ),
    *(
        _forbidden(
            f"Content-Length off by {by}",
            "but the block has",
            _derive(RESPONSE, "Content-Length", lambda rec, by=by: str(len(rec.block) + by)),  # type: ignore[misc]
        )
        for by in (-100, -5, -1, 1, 4, 5, 100000)
    ),
    _forbidden(
        "WARC-Target-URI in raw GBK",
        "the WARC header is not UTF-8",
        _set(RESPONSE, "WARC-Target-URI", "http://news.example.cn/新闻".encode("gbk")),
    ),
    _forbidden(
        "WARC-Record-ID of another record",
        "stands on an earlier record",
        _edit(lambda recs: recs[GZIP + 1].set("WARC-Record-ID", recs[RESPONSE + 1].get("WARC-Record-ID"))),
    ),
    _unlike_ours(
        "WARC-Type unknown", "no type of record that this project writes", _set(RESPONSE, "WARC-Type", "page")
    ),
    _unlike_ours("WARC-Type of another record", "an exchange is request", _set(RESPONSE, "WARC-Type", "request")),
    _unlike_ours("WARC-Truncated unknown", "WARC-Truncated is not as", _set(CUT, "WARC-Truncated", "tired")),
    _unlike_ours(
        "digest in small letters",
        "WARC-Block-Digest is not as this project writes it",
        _derive(RESPONSE, "WARC-Block-Digest", lambda rec: rec.get("WARC-Block-Digest").lower()),
    ),
    _unlike_ours(
        "digest with padding",
        "WARC-Block-Digest is not as this project writes it",
        _derive(RESPONSE, "WARC-Block-Digest", lambda rec: rec.get("WARC-Block-Digest") + "="),
    ),
]

_OTHER = "has another URI, date or payload digest"
_NOWHERE = "a revisit of what is in no file"
_REVISITS = [
    _forbidden("revisit without profile", "no WARC-Profile", _set(REVISIT, "WARC-Profile", None)),
    _forbidden("revisit whose profile is no URI", "WARC-Profile is no URI", _set(REVISIT, "WARC-Profile", "same")),
    _unlike_ours("revisit of a profile nobody knows", "WARC-Profile is not", _set(REVISIT, "WARC-Profile", "a:b")),
    _forbidden(
        "revisit without payload digest", "and no WARC-Payload-Digest", _set(REVISIT, "WARC-Payload-Digest", None)
    ),
    _unlike_ours("revisit with another payload digest", _OTHER, _set(REVISIT, "WARC-Payload-Digest", sha1(b"x"))),
    _unlike_ours("revisit of another date", _OTHER, _set(REVISIT, "WARC-Refers-To-Date", "2020-01-01T00:00:00Z")),
    _unlike_ours(
        "revisit whose payload is left out unsaid",
        "WARC-Truncated of a revisit is",
        _set(REVISIT, "WARC-Truncated", None),
    ),
    _forbidden("revisit of nothing", _NOWHERE, _set(REVISIT, "WARC-Refers-To", NOBODY)),
    _forbidden("304 of nothing", _NOWHERE, _set(UNMODIFIED, "WARC-Refers-To", NOBODY)),
    _unlike_ours("revisit that does not say of what", "no WARC-Refers-To", _set(REVISIT, "WARC-Refers-To", None)),
    _forbidden("revisit of a bad date", "is no UTC time", _set(REVISIT, "WARC-Refers-To-Date", "yesterday")),
    _forbidden(
        "revisit of raw Chinese", "is not percent-encoded", _set(REVISIT, "WARC-Refers-To-Target-URI", "http://a.cn/新")
    ),
    _unlike_ours("revisit that has its payload", "of payload itself", _block(REVISIT, lambda block: block + HTML)),
]

_WIRE = chunked(HTML, b"<p>1</p>", b"<p>2</p>")
_OF_PAYLOAD = "not that of the payload, but that of"
_OF_BLOCK = "not that of the block, but that of"
_NO_RESPONSE = "does not begin like an HTTP response"
_PARTS: dict[str, Callable[[bytes], bytes]] = {
    "the whole block": lambda block: block,
    "no bytes at all": lambda _: b"",
    "the HTTP headers": _head_of,
    "the body without its Content-Encoding": lambda block: gzip.decompress(_body_of(block)),
}
_BLOCKS = [
    _forbidden("flipped bit in a block", "is not that of the block", _raw(RESPONSE, _flip(-40))),
    _forbidden("flipped bit in a body, block digest renewed", "is not that of the payload", _edit(_flip_body)),
    *(
        _forbidden(
            f"payload digest of {what}",
            f"{_OF_PAYLOAD} {what}",
            _derive(GZIP, "WARC-Payload-Digest", lambda rec, of=of: sha1(of(rec.block))),  # type: ignore[misc]
        )
        for what, of in _PARTS.items()
    ),
    _forbidden(
        "block digest of the body",
        f"{_OF_BLOCK} the body",
        _derive(RESPONSE, "WARC-Block-Digest", lambda rec: sha1(_body_of(rec.block))),
    ),
    _forbidden(
        "block digest with what stands behind",
        f"{_OF_BLOCK} the block and the empty lines behind it",
        _derive(RESPONSE, "WARC-Block-Digest", lambda rec: sha1(rec.block + b"\r\n\r\n")),
    ),
    _unlike_ours(
        "Transfer-Encoding: chunked on a body without chunks",
        "not renamed X-Orig-Transfer-Encoding, and no chunk begins at byte 0 of the body",
        _block(CHUNKED, lambda block: block.replace(b"X-Orig-", b"")),
    ),
    _unlike_ours(
        "chunks kept",
        "not renamed X-Orig-Transfer-Encoding, and the body is chunked",
        _block(CHUNKED, lambda _: _WIRE),
    ),
    _unlike_ours(
        "chunks kept below a renamed header",
        "not what came over the wire",
        _block(CHUNKED, lambda _: _WIRE.replace(b"\nTransfer", b"\nX-Orig-Transfer")),
    ),
    _unlike_ours(
        "chunk cut short", "does not end where it says", _block(CHUNKED, lambda _: chunked(HTML, b"<p>1</p>")[:-12])
    ),
    _unlike_ours(
        "chunk longer than it says",
        "does not end where it says",
        _block(CHUNKED, lambda _: _WIRE.replace(b"<p>1</p>", b"<p>one</p>")),
    ),
    _unlike_ours(
        "no last chunk", "no chunk begins at byte", _block(CHUNKED, lambda _: _WIRE.removesuffix(b"0\r\n\r\n"))
    ),
    _unlike_ours(
        "body decoded, Content-Encoding kept",
        "not what came over the wire (wireSha256 of its metadata): the body is not gzip, as Content-Encoding says",
        _body(GZIP, gzip.decompress),
    ),
    _unlike_ours("body shorter than Content-Length", "bytes, and not 180, as", _body(RESPONSE, lambda body: body[:-9])),
    _unlike_ours(
        "body longer than Content-Length", "bytes, and not 180, as", _body(RESPONSE, lambda body: body + b"more")
    ),
    _unlike_ours("HTTP headers lost", _NO_RESPONSE, _block(RESPONSE, _body_of)),
    _unlike_ours("HTTP headers that do not end", _NO_RESPONSE, _block(RESPONSE, lambda block: block[:40])),
    _unlike_ours("response without a block", _NO_RESPONSE, _block(RESPONSE, lambda _: b"")),
    _unlike_ours(
        "request that is none", "not begin like an HTTP request", _block(RESPONSE - 1, lambda _: b"GET\r\n\r\n")
    ),
    _unlike_ours(
        "metadata that is no list", "the block is no list of fields", _block(RESPONSE + 1, lambda _: b'{"a": 1}')
    ),
    _unlike_ours("metadata without wireSha256", "no wireSha256", _block(RESPONSE + 1, lambda _: b"fetchTimeMs: 1\r\n")),
]

GROUPS = {
    "file and gzip members": _FILES,
    "frame and header of a record": _HEADERS,
    "fields that are missing, or out of place": _PLACES,
    "values of fields": _VALUES,
    "revisits": _REVISITS,
    "blocks, digests, HTTP": _BLOCKS,
}
DAMAGES = [damage for group in GROUPS.values() for damage in group]
