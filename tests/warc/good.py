"""Files that are right: our own, built in many ways, and others that the standard allows."""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from slqncy.warc.capture import Captured, Reference
from slqncy.warc.exchange import Exchange, Truncation
from slqncy.warc.write import exchange_records, warcinfo
from tests.warc.records import NAME, Rec, chunked, good_file, http, member, sha1

if TYPE_CHECKING:
    from collections.abc import Callable


class Captures:
    """What was captured before, as the writer asks for it."""

    def __init__(self) -> None:
        self._payloads: dict[bytes, Reference] = {}
        self._pages: dict[str, Reference] = {}

    def with_payload(self, digest: bytes) -> Reference | None:
        """A response record that has a payload of that SHA-1."""
        return self._payloads.get(digest)

    def page(self, uri: str) -> Reference | None:
        """The newest capture of a page."""
        return self._pages.get(uri)

    def note(self, captured: Captured | None, refers_to: Reference | None) -> None:
        """Remember what was written."""
        if captured and captured.is_whole and captured.is_page:
            reference = refers_to or Reference(file=NAME, captured=captured)
            self._payloads.setdefault(captured.digest, reference)
            self._pages[captured.uri] = reference


def own_file(seed: int, exchanges: int) -> tuple[bytes, int]:
    """A file as the project writes it, of what the web sends and ought not to send; and how many records it has."""
    rng = random.Random(seed)
    at = datetime(2026, 11, 26, 13, tzinfo=UTC)
    parts = [warcinfo(NAME, at, {"software": "slqncy", "operator": "新闻"})]
    captures, records = Captures(), 1
    for number in range(exchanges):
        exchange = _exchange(rng, at + timedelta(seconds=number), f"http://news.example.cn/{rng.randrange(exchanges)}")
        written = exchange_records(exchange, captures)
        captures.note(written.response, written.refers_to)
        parts.append(written.data)
        records += written.records
    return b"".join(parts), records


def _exchange(rng: random.Random, at: datetime, uri: str) -> Exchange:
    wire = rng.choice(_ANSWERS)(rng, _body(rng))
    request = f"GET /{rng.random()} HTTP/1.1\r\nHost: news.example.cn\r\n\r\n".encode()
    ip = rng.choice(["127.0.0.1", "2001:db8::1", ""])
    if rng.random() < 0.05:
        return Exchange(uri=uri, at=at, request=rng.choice([b"", request]), failure="no answer\r\nat all")
    if rng.random() < 0.1:
        cut = rng.choice(list(Truncation))
        wire = wire[: rng.randrange(1, 300)]
        return Exchange(uri=uri, at=at, request=request, received=wire, ip=ip, truncation=cut)
    conditional = rng.random() < 0.5
    notes = {"page": uri, "kind": "story"}
    return Exchange(uri=uri, at=at, request=request, received=wire, ip=ip, is_conditional=conditional, notes=notes)


def _body(rng: random.Random) -> bytes:
    size = rng.choice([0, 1, 2, 3, 4, 5, 100, 3000, 65536])
    text = "".join(rng.choices("新闻今天消息<p>\r\n", k=size // 3)).encode()
    return rng.choice(
        [text, text + b"\r\n\r\n", b"\r\n\r\n" + text, b"WARC/1.1\r\n" + text, rng.randbytes(size), text * 2]
    )


_ANSWERS: list[Callable[[random.Random, bytes], bytes]] = [
    lambda _, body: http(body),
    lambda _, body: http(gzip.compress(body, mtime=0), "Content-Encoding: gzip"),
    lambda _, body: http(zlib.compress(body), "Content-Encoding: deflate"),
    lambda _, body: http(body, "Content-Encoding: gzip"),  # a server that lies
    lambda _, body: http(body, length=len(body) + 7),
    lambda _, body: http(body, status="404 Not Found"),
    lambda _, body: http(body, "Set-Cookie: a", "Set-Cookie: b", "X-Header: 新闻", " folded"),
    lambda _, body: http(b"", status="304 Not Modified", length=len(body)),
    lambda *_: http(b"", "Location: http://news.example.cn/新闻", status="302 Found"),
    lambda _, body: b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" + http(body),
    lambda _, body: b"HTTP/1.0 200\nServer: old\n\n" + body,
    lambda rng, body: chunked(*_chunks(rng, body)),
    lambda rng, body: chunked(*_chunks(rng, gzip.compress(body, mtime=0)), headers="Content-Encoding: gzip\r\n"),
    lambda _, body: b"HTTP/1.1 200 OK\r\ntransfer-ENCODING: Chunked\r\n\r\n" + body,
    lambda _, body: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\nabc\n0\nT: x\n\n" + body,
    lambda _, body: chunked(body or b"-") + b"0\r\n",
    lambda _, body: b"HTTP/1.1 200 OK\r\nX-Orig-Transfer-Encoding: chunked\r\n\r\n" + body,
]


def _chunks(rng: random.Random, body: bytes) -> list[bytes]:
    size = rng.choice([1, 7, 1000, 4096]) if len(body) < 5000 else 4096
    return [body[at : at + size] for at in range(0, len(body), size)]


def _plain() -> list[Rec]:
    return good_file().recs


def _with(at: int, name: str, value: str | None) -> list[Rec]:
    recs = _plain()
    recs[at].set(name, value)
    return recs


def _added(at: int, *fields: tuple[str, str]) -> list[Rec]:
    recs = _plain()
    for name, value in fields:
        recs[at].add(name, value)
    return recs


def _version_1_0() -> list[Rec]:
    recs = _plain()
    for rec in recs:
        rec.version = b"WARC/1.0"
        rec.fields = [
            (name, f"<{rec.get(name)}>" if name == "WARC-Target-URI" else rec.get(name).replace("1.1/", "1.0/"))
            for name, _ in rec.fields
        ]
    return recs


def _as_on_the_wire(*, joined: bool) -> list[Rec]:
    recs = _plain()
    body = recs[8].block.partition(b"\r\n\r\n")[2]
    recs[8].block = chunked(body[:50], body[50:])
    recs[8].refresh()
    if joined:
        recs[8].set("WARC-Payload-Digest", sha1(body))
    return recs


def _segments() -> list[Rec]:
    recs = _plain()
    first, rest = recs[2].block[:100], recs[2].block[100:]
    last = Rec(list(recs[2].fields), rest)
    recs[2].block = first
    for rec in (recs[2], last):
        digest = rec.get("WARC-Payload-Digest")
        rec.refresh()
        rec.set("WARC-Payload-Digest", digest)
    recs[2].add("WARC-Segment-Number", "1")
    last.set("WARC-Type", "continuation")
    last.set("WARC-Record-ID", "<urn:uuid:00000000-0000-0000-0000-000000000002>")
    last.set("WARC-IP-Address", None)
    last.add("WARC-Segment-Number", "2")
    last.add("WARC-Segment-Origin-ID", recs[2].get("WARC-Record-ID"))
    last.add("WARC-Segment-Total-Length", str(len(first) + len(rest)))
    return [*recs, last]


def _no_digests() -> list[Rec]:
    recs = _plain()
    for rec in recs:
        is_revisit = rec.get("WARC-Type") == "revisit"
        rec.fields = [(name, value) for name, value in rec.fields if "Digest" not in name or is_revisit]
    return recs


def _resource() -> list[Rec]:
    recs = _plain()
    recs[2].set("WARC-Type", "resource")
    recs[2].set("Content-Type", "text/html")
    recs[2].block = b"<html>"
    recs[2].refresh()
    recs[2].set("WARC-Payload-Digest", sha1(b"<html>"))
    return recs


def _hashed(label: str, value: Callable[[bytes], str]) -> list[Rec]:
    recs = _plain()
    recs[2].set("WARC-Block-Digest", f"{label}:{value(recs[2].block)}")
    return recs


def _base32(data: bytes) -> str:
    return sha1(data).removeprefix("sha1:")


def _folded() -> list[Rec]:
    recs = _plain()
    recs[2].set("Content-Type", "application/http;\r\n\tmsgtype=response")
    return recs


def _spelled() -> list[Rec]:
    recs = _plain()
    recs[2].fields = [(name.lower(), value) for name, value in recs[2].fields]
    return recs


def _members(recs: list[Rec]) -> bytes:
    return b"".join(member(rec.data()) for rec in recs)


def _bytes(recs: list[Rec]) -> bytes:
    return b"".join(rec.data() for rec in recs)


def _extra(data: bytes) -> bytes:
    """A gzip member with every optional field, as Heritrix and others write some."""
    packed = member(data)
    flags = packed[:3] + b"\x1c" + b"\x01\x02\x03\x04\x00\xff"
    return flags + b"\x06\x00SL\x02\x00ab" + b"name.warc\0" + b"comment\0" + packed[10:]


ALLOWED: dict[str, Callable[[], bytes]] = {
    "our own": lambda: _members(_plain()),
    "not compressed": lambda: _bytes(_plain()),
    "whole file in one member": lambda: gzip.compress(_bytes(_plain())),
    "optional fields in the gzip header": lambda: b"".join(_extra(rec.data()) for rec in _plain()),
    "empty members": lambda: b"".join(member(rec.data()) + member(b"") for rec in _plain()),
    "other levels of compression": lambda: b"".join(member(rec.data(), level=9) for rec in _plain()),
    "stored, not deflated": lambda: b"".join(member(rec.data(), level=0) for rec in _plain()),
    "WARC/1.0 as wget writes it": lambda: _members(_version_1_0()),
    "no warcinfo": lambda: _members(_plain()[1:]),
    "warcinfo in the middle": lambda: _members([*_plain(), *_plain()]),
    "no requests": lambda: _members([rec for rec in _plain() if rec.get("WARC-Type") != "request"]),
    "chunks and their digest": lambda: _members(_as_on_the_wire(joined=False)),
    "chunks and the digest of what is in them": lambda: _members(_as_on_the_wire(joined=True)),
    "segments": lambda: _members(_segments()),
    "no digests": lambda: _members(_no_digests()),
    "resource": lambda: _members(_resource()),
    "digest in Base16": lambda: _members(_hashed("sha1", lambda data: _hex("sha1", data))),
    "digest in Base16, capitals": lambda: _members(_hashed("SHA-1", lambda data: _hex("sha1", data).upper())),
    "digest in Base32, small letters": lambda: _members(_hashed("sha1", lambda data: _base32(data).lower())),
    "SHA-256": lambda: _members(_hashed("sha256", lambda data: _hex("sha256", data))),
    "SHA-256 in padded Base32": lambda: _members(_hashed("sha-256", _sha256_base32)),
    "MD5": lambda: _members(_hashed("md5", lambda data: _hex("md5", data))),
    "an algorithm nobody knows": lambda: _members(_hashed("blake3", lambda _: "af13")),
    "date with fractions": lambda: _members(_with(2, "WARC-Date", "2026-11-26T13:00:00.123456789Z")),
    "date without time": lambda: _members(_with(2, "WARC-Date", "2026-11-26")),
    "year": lambda: _members(_with(2, "WARC-Date", "2026")),
    "leap second": lambda: _members(_with(2, "WARC-Date", "2016-12-31T23:59:60Z")),
    "identifier that is no UUID": lambda: _members(_with(3, "WARC-Record-ID", "<http://a.cn/#1>")),
    "IPv6": lambda: _members(_with(2, "WARC-IP-Address", "2001:db8::1")),
    "a type nobody knows": lambda: _members(_with(3, "WARC-Type", "screenshot")),
    "a reason nobody knows": lambda: _members(_with(17, "WARC-Truncated", "long")),
    "fields nobody knows, several times": lambda: _members(_added(2, *[("WARC-Protocol", "h2")] * 2, ("X-Note", "新"))),
    "several WARC-Concurrent-To": lambda: _members(_added(1, ("WARC-Concurrent-To", "<urn:uuid:1>"))),
    "field of two lines": lambda: _members(_folded()),
    "names in small letters": lambda: _members(_spelled()),
    "other profile": lambda: _members(_with(11, "WARC-Profile", "http://a.cn/profile")),
    "payload digest on a request": lambda: _members(_added(1, ("WARC-Payload-Digest", sha1(b"")))),
    "response that is no HTTP": lambda: _members(_no_http()),
}
"""What the standard allows, or the IIPC recommends to let pass."""


def _hex(algorithm: str, data: bytes) -> str:
    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()


def _sha256_base32(data: bytes) -> str:
    return base64.b32encode(hashlib.sha256(data).digest()).decode()


def _no_http() -> list[Rec]:
    recs = _plain()
    recs[2].block = b"ICY 200 OK"
    recs[2].refresh()
    return recs
