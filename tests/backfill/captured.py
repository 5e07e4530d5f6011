"""WARC files and indexes of what a site was like, as web archives hold them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fastwarc.warc import WarcRecord, WarcRecordType

from tests.peers import output_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from slqncy.demo import DemoSite

BLOCK = 7
"""Lines in a block of a ZipNum index."""


@dataclass(frozen=True)
class Snapshot:
    """A page at a moment."""

    url: str
    date: str
    """RFC 3339, UTC."""
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    is_compressed: bool = False
    """Whether the site sent it with gzip."""
    is_truncated: bool = False


def snapshots(site: DemoSite, begin: datetime, *, host: str = "www.slqncy.com") -> list[Snapshot]:
    """Every page of a demo site that robots.txt allows, a minute apart; every third compressed."""
    found = []
    for number, path in enumerate(path for path in site.paths if not path.startswith("/nbxw/")):
        response = site.respond(path)
        at = (begin + timedelta(minutes=number)).astimezone(UTC)
        found.append(
            Snapshot(
                f"http://{host}{path}", f"{at:%Y-%m-%dT%H:%M:%SZ}", response.body, response.status,
                dict(response.headers), is_compressed=number % 3 == 0,
            )
        )  # fmt: skip
    return found


def write_warc(path: Path, pages: Iterable[Snapshot]) -> None:
    """A WARC file with a gzip member for each."""
    path.write_bytes(b"".join(map(_member, pages)))


def _member(page: Snapshot) -> bytes:
    body = gzip.compress(page.body) if page.is_compressed else page.body
    headers = dict(page.headers) | {"Content-Length": str(len(body))}
    if page.is_compressed:
        headers["Content-Encoding"] = "gzip"
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    record = WarcRecord()
    record.init_headers(WarcRecordType.response)
    record.headers["WARC-Target-URI"] = page.url
    record.headers["WARC-Date"] = page.date
    record.headers["Content-Type"] = "application/http; msgtype=response"
    record.headers["WARC-Payload-Digest"] = f"sha1:{digest(body)}"
    if page.is_truncated:
        record.headers["WARC-Truncated"] = "length"
    record.set_bytes_content(f"HTTP/1.1 {page.status} OK\r\n{head}\r\n".encode() + body)
    data = io.BytesIO()
    record.write(data)
    return gzip.compress(data.getvalue(), mtime=0)


def digest(body: bytes) -> str:
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def write_index(path: Path, warc: Path) -> None:
    """The CDXJ of a WARC file, sorted, by cdxj-indexer."""
    output_of("cdxj-indexer", "-s", "-o", path, warc)


def write_zipnum(path: Path, cdxj: Path) -> None:
    """The index of a CDXJ as Common Crawl has it: gzip blocks of lines, and a line for each block."""
    lines = cdxj.read_bytes().splitlines(keepends=True)
    blocks = path.with_suffix(".gz")
    summary, position = [], 0
    with blocks.open("wb") as file:
        for number, start in enumerate(range(0, len(lines), BLOCK)):
            block = gzip.compress(b"".join(lines[start : start + BLOCK]), mtime=0)
            key = b" ".join(lines[start].split(b" ", 2)[:2]).decode()
            summary.append(f"{key}\t{blocks.name}\t{position}\t{len(block)}\t{number + 1}\n")
            position += len(block)
            file.write(block)
    path.write_text("".join(summary))
    path.with_suffix(".loc").write_text(f"{blocks.name}\t{blocks}\n")


def bare_digests(cdxj: Path) -> None:
    """Common Crawl writes digests without their algorithm."""
    lines = []
    for line in cdxj.read_text().splitlines():
        key, timestamp, row = line.split(" ", 2)
        fields = json.loads(row)
        fields["digest"] = fields["digest"].removeprefix("sha1:")
        lines.append(f"{key} {timestamp} {json.dumps(fields)}\n")
    cdxj.write_text("".join(lines))
