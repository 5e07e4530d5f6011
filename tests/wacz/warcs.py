"""WARC files made by hand, with another library's hands: FastWARC's, record by record."""

from __future__ import annotations

import base64
import hashlib
import io
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord

if TYPE_CHECKING:
    from pathlib import Path

_IDS = UUID("5b7a5d4e-8a0a-4f2e-9c51-0d8f3a3f8a11")
_REVISIT = "http://netpreserve.org/warc/1.1/revisit/"
_FIELDS = "application/warc-fields"
HTML = "text/html; charset=utf-8"


def digest(data: bytes) -> str:
    return f"sha1:{base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()}"


def head(status: str = "200 OK", *lines: str) -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *lines, "", "")).encode()


@dataclass(frozen=True)
class Kept:
    """A response record that revisits may refer to."""

    id: str
    uri: str
    date: str
    payload: bytes


@dataclass
class Warc:
    """A WARC file in the making."""

    path: Path
    _members: list[bytes] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.add(
            "warcinfo", "2026-10-01T00:00:00Z", b"software: a test\r\n", _FIELDS, ("WARC-Filename", self.path.name)
        )

    def write(self) -> Path:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(b"".join(self._members))
        return self.path

    def add(self, kind: str, date: str, block: bytes, content_type: str, *headers: tuple[str, str]) -> str:
        """Write a record; gives its WARC-Record-ID."""
        record_id = f"<{uuid5(_IDS, f'{self.path.name} {next(self._numbers)}').urn}>"
        warc = WarcRecord()
        warc.headers.status_line = "WARC/1.1"
        about = [("WARC-Type", kind), ("WARC-Record-ID", record_id), ("WARC-Date", date), *headers]
        about += [("WARC-Block-Digest", digest(block)), ("Content-Type", content_type)]
        for name, value in (*about, ("Content-Length", str(len(block)))):
            warc.headers.append(name, value)
        warc.set_bytes_content(block)
        buffer = io.BytesIO()
        with GzipWriter(buffer, compression_level=6) as member:
            warc.write(member)
            member.finish()
            self._members.append(buffer.getvalue())
        return record_id

    def response(
        self, uri: str, date: str, payload: bytes = b"", top: bytes = b"", *more: tuple[str, str], kind: str = "story"
    ) -> Kept:
        """An exchange that ended in a response record."""
        top = top or head("200 OK", f"Content-Type: {HTML}", f"Content-Length: {len(payload)}")
        headers = (("WARC-Payload-Digest", digest(payload)), *more)
        return Kept(self._exchange("response", uri, date, top + payload, headers, kind=kind), uri, date, payload)

    def revisit(
        self,
        uri: str,
        date: str,
        of: Kept,
        profile: str = "identical-payload-digest",
        top: bytes = b"",
        *,
        kind: str = "story",
    ) -> str:
        """An exchange that ended in a revisit record; gives its WARC-Record-ID."""
        status = "304 Not Modified" if profile == "server-not-modified" else "200 OK"
        top = top or head(status, f"Content-Type: {HTML}", 'ETag: "later"')
        headers = (
            ("WARC-Payload-Digest", digest(of.payload)), ("WARC-Profile", _REVISIT + profile),
            ("WARC-Refers-To", of.id), ("WARC-Refers-To-Target-URI", of.uri), ("WARC-Refers-To-Date", of.date),
        )  # fmt: skip
        return self._exchange("revisit", uri, date, top, headers, kind=kind)

    def failure(self, uri: str, date: str) -> None:
        """An exchange that no response came of."""
        about = [("WARC-Target-URI", uri)]
        request = self.add("request", date, b"GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request", *about)
        block = f"page: {uri}\r\nkind: story\r\nfailure: connection lost\r\n".encode()
        self.add("metadata", date, block, _FIELDS, *about, ("WARC-Concurrent-To", request))

    def _exchange(
        self, record: str, uri: str, date: str, block: bytes, headers: tuple[tuple[str, str], ...], *, kind: str
    ) -> str:
        about = [("WARC-Target-URI", uri), ("WARC-IP-Address", "127.0.0.1")]
        # The request names the response, which is the next record.
        following = f"<{uuid5(_IDS, f'{self.path.name} {len(self._members) + 1}').urn}>"
        self.add(
            "request", date, b"GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request", *about,
            ("WARC-Concurrent-To", following),
        )  # fmt: skip
        record_id = self.add(record, date, block, "application/http; msgtype=response", *about, *headers)
        fields = f"page: {uri}\r\nkind: {kind}\r\nfetchTimeMs: 12\r\n" if kind else "fetchTimeMs: 12\r\n"
        self.add("metadata", date, fields.encode(), _FIELDS, *about, ("WARC-Concurrent-To", record_id))
        return record_id
