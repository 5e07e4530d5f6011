"""WARC files built by hand, record by record, so that anything in them can be put wrong."""

from __future__ import annotations

import base64
import copy
import gzip
import hashlib
import uuid
import zlib
from dataclasses import dataclass, field

from slqncy.warc.wire import unframe

NAME = "slqncy-20261126130000-00001.warc.gz"
DATE = "2026-11-26T13:00:00Z"
PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
URI = "http://news.example.cn/szxw/1.html?q=%E6%96%B0"


def sha1(data: bytes) -> str:
    """As WARC fields have it."""
    return f"sha1:{base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()}"


def member(data: bytes, *, level: int = 6) -> bytes:
    """A gzip member with the plain header that zlib writes."""
    deflater = zlib.compressobj(level, wbits=31)
    return deflater.compress(data) + deflater.flush()


@dataclass
class Rec:
    """A record."""

    fields: list[tuple[str, str | bytes]]
    block: bytes
    version: bytes = b"WARC/1.1"
    end: bytes = b"\r\n\r\n"
    line_end: bytes = b"\r\n"

    def get(self, name: str) -> str:
        """The first value of a field."""
        return next(str(value) for key, value in self.fields if key == name)

    def set(self, name: str, value: str | bytes | None) -> None:
        """Change a field where it stands, or take it away."""
        at = [key for key, _ in self.fields].index(name)
        self.fields[at : at + 1] = [] if value is None else [(name, value)]

    def add(self, name: str, value: str | bytes) -> None:
        """One more field, at the end."""
        self.fields.append((name, value))

    def refresh(self) -> None:
        """Let length and digests be those of the block."""
        self.set("Content-Length", str(len(self.block)))
        self.set("WARC-Block-Digest", sha1(self.block))
        if self.get("WARC-Type") == "response":
            self.set("WARC-Payload-Digest", sha1(self.block.partition(b"\r\n\r\n")[2]))

    def data(self) -> bytes:
        """The bytes of it."""
        lines = [self.version]
        for name, value in self.fields:
            lines.append(name.encode() + b": " + (value.encode() if isinstance(value, str) else value))
        return self.line_end.join(lines) + self.line_end * 2 + self.block + self.end


@dataclass
class File:
    """The records of a file."""

    recs: list[Rec] = field(default_factory=list)

    def copy(self) -> File:
        """One to put wrong."""
        return copy.deepcopy(self)

    def members(self) -> list[bytes]:
        """The records as gzip members."""
        return [member(rec.data()) for rec in self.recs]

    def data(self) -> bytes:
        """The file."""
        return b"".join(self.members())


def record(kind: str, block: bytes, *fields: tuple[str, str], content_type: str = "application/warc-fields") -> Rec:
    """A good record."""
    return Rec(
        [
            ("WARC-Type", kind),
            ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid4()}>"),
            ("WARC-Date", DATE),
            *fields,
            ("WARC-Block-Digest", sha1(block)),
            ("Content-Type", content_type),
            ("Content-Length", str(len(block))),
        ],
        block,
    )


def warcinfo(name: str = NAME) -> Rec:
    """What a file begins with."""
    return record("warcinfo", b"software: slqncy/0.1\r\nformat: WARC File Format 1.1\r\n", ("WARC-Filename", name))


def exchange(uri: str, wire: bytes | None, *, refers_to: Rec | None = None, truncated: str = "") -> list[Rec]:
    """Request, answer and metadata of what came over the wire."""
    shared = (("WARC-Target-URI", uri), ("WARC-IP-Address", "127.0.0.1"))
    request_block = b"GET /szxw HTTP/1.1\r\nHost: news.example.cn\r\nUser-Agent: slqncy\r\n\r\n"
    request_type = "application/http; msgtype=request"
    if wire is None:
        request = record("request", request_block, *shared, content_type=request_type)
        about = ("WARC-Concurrent-To", request.get("WARC-Record-ID"))
        return [request, record("metadata", b"fetchTimeMs: 9\r\nfailure: reset\r\n", *shared, about)]
    head, _, body = wire.partition(b"\r\n\r\n")
    head += b"\r\n\r\n"
    notes = f"page: {uri}\r\nkind: story\r\nfetchTimeMs: 12\r\nwireBytes: {len(wire)}\r\n"
    notes += f"wireSha256: {hashlib.sha256(wire).hexdigest()}\r\n"
    if b"Transfer-Encoding" in head:
        body, framing = unframe(body)
        head = head.replace(b"Transfer-Encoding", b"X-Orig-Transfer-Encoding")
        notes += f"wireFraming: {framing}\r\n"
    fields = [*shared, ("WARC-Payload-Digest", refers_to.get("WARC-Payload-Digest") if refers_to else sha1(body))]
    if refers_to:
        is_not_modified = b" 304 " in head
        fields += [
            *([] if is_not_modified else [("WARC-Truncated", "length")]),
            ("WARC-Profile", PROFILE + ("server-not-modified" if is_not_modified else "identical-payload-digest")),
            ("WARC-Refers-To", refers_to.get("WARC-Record-ID")),
            ("WARC-Refers-To-Target-URI", refers_to.get("WARC-Target-URI")),
            ("WARC-Refers-To-Date", refers_to.get("WARC-Date")),
        ]
    if truncated:
        fields.append(("WARC-Truncated", truncated))
    answer = record(
        "revisit" if refers_to else "response",
        head if refers_to else head + body,
        *fields,
        content_type="application/http; msgtype=response",
    )
    about = ("WARC-Concurrent-To", answer.get("WARC-Record-ID"))
    request = record("request", request_block, *shared, about, content_type=request_type)
    return [request, answer, record("metadata", notes.encode(), *shared, about)]


def http(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """A response with Content-Length."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", *headers]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunked(*chunks: bytes, headers: str = "") -> bytes:
    """A response whose body comes in chunks."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}Transfer-Encoding: chunked\r\n\r\n".encode()
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


HTML = "<html><body><p>新闻：今天的消息。</p></body></html>".encode() * 3


def good_file() -> File:
    """One of each kind of exchange. Records: 0 warcinfo; 1-3 plain; 4-6 gzip; 7-9 chunked; 10-12 the same again;
    13-15 not modified; 16-18 cut short; 19-20 without an answer.
    """  # fmt: skip
    plain = exchange(URI, http(HTML))
    packed = exchange("http://news.example.cn/2", http(gzip.compress(HTML, mtime=0), "Content-Encoding: gzip"))
    return File(
        [
            warcinfo(),
            *plain,
            *packed,
            *exchange("http://news.example.cn/3", chunked(HTML, b"<p>1</p>", b"<p>2</p>")),
            *exchange("http://news.example.cn/4", http(HTML), refers_to=plain[1]),
            *exchange(URI, http(b"", status="304 Not Modified"), refers_to=plain[1]),
            *exchange("http://news.example.cn/5", http(HTML[:100], length=500), truncated="disconnect"),
            *exchange("http://news.example.cn/6", None),
        ]
    )
