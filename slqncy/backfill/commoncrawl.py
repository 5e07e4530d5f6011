"""Common Crawl: the list of its indexes, their CDX servers, and the records in its WARC files.

Sources: index.commoncrawl.org, which is pywb on ZipNum indexes, and pywb's own zipnum.py.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b32encode
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastwarc.warc import ArchiveIterator, WarcRecordType

from slqncy.backfill.captures import (
    Answer,
    CaptureError,
    Found,
    IndexAnswerError,
    WebArchive,
    index_host,
    is_delivered,
    original,
)
from slqncy.backfill.unwrapped import Unwrapped, kept
from slqncy.records import moment

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

    from slqncy.backfill.captures import Original

_OK, _PARTIAL, _NOT_FOUND = 200, 206, 404
_NOTHING = b"No Captures found"


def collections_query(base: str) -> str:
    """The URL that lists the indexes."""
    return f"{base}collinfo.json"


def read_collections(status: int, body: bytes, base: str) -> list[str]:
    """The CDX servers of all indexes, oldest first. Raises IndexAnswerError."""
    if status != _OK:
        raise IndexAnswerError(f"HTTP {status}: {body[:200].decode(errors='replace')}")
    try:
        servers = [each["cdx-api"] for each in json.loads(body)]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise IndexAnswerError(f"not a list of indexes with their cdx-api: {error!r}") from error
    if strange := [server for server in servers if not (isinstance(server, str) and server.startswith(base))]:
        raise IndexAnswerError(f"{strange[0]!r} is not below {base}")
    return servers[::-1]


def pages_query(server: str, host: str) -> str:
    """The URL that asks how many pages a server has of a host."""
    return f"{_query(server, host)}&showNumPages=true"


def page_query(server: str, host: str, page: int) -> str:
    """The URL that asks for a page, counted from 0."""
    return f"{_query(server, host)}&page={page}"


def read_pages(status: int, body: bytes, base: str) -> int | Answer:
    """How many pages there are; an index without pages answers with all that it has. Raises IndexAnswerError."""
    if _has_nothing(status, body):
        return 0
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return read(status, body, base)
    match told:
        case int(pages) | {"pages": int(pages)}:
            return pages
    return read(status, body, base)


def read(status: int, body: bytes, base: str) -> Answer:
    """What an answer names, one JSON object a line; `base` is where the WARC files are. Raises IndexAnswerError."""
    answer = Answer()
    if _has_nothing(status, body):
        return answer
    lines = body.split(b"\n")
    if last := lines.pop():
        raise IndexAnswerError(f"the last of {len(lines) + 1} lines is torn: {last[-80:].decode(errors='replace')!r}")
    for line in lines:
        try:
            row = json.loads(line)
            if is_delivered(row.get("status")):
                answer.found.append(_found(row, base))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            answer.bad += 1
    return answer


def unwrap(status: int, body: bytes, capture: Original) -> Unwrapped:
    """The response in one gzip member of a WARC file. Raises CaptureError."""
    if status != _PARTIAL:
        raise CaptureError(f"HTTP {status} instead of a part of a file")
    try:
        unwrapped = [_unwrap(record, capture) for record in ArchiveIterator(BytesIO(body), parse_http=False)]
    except CaptureError:
        raise
    except (OSError, ValueError, EOFError) as error:
        raise CaptureError(f"no record of a WARC file: {error}") from error
    if len(unwrapped) != 1:
        raise CaptureError(f"{len(unwrapped)} records instead of one")
    return unwrapped[0]


def _query(server: str, host: str) -> str:
    asked = {"url": index_host(host), "matchType": "host", "output": "json", "filter": "=status:200"}
    return f"{server}?{urlencode(asked)}"


def _has_nothing(status: int, body: bytes) -> bool:
    """Whether this is how an index says that it has nothing of a host."""
    if status == _NOT_FOUND and _NOTHING in body:
        return True
    if status != _OK:
        raise IndexAnswerError(f"HTTP {status}: {body[:200].decode(errors='replace')}")
    return False


def _found(row: dict[str, Any], base: str) -> Found:
    capture = original(WebArchive.COMMONCRAWL, row["url"], row["timestamp"], row["digest"])
    offset, length, file = int(row["offset"]), int(row["length"]), row["filename"]
    if offset < 0 or length < 1 or not isinstance(file, str) or not file:
        raise ValueError(f"no place in a file: {row!r}")
    return Found(original=capture, source=f"{base}{file}", range=f"bytes={offset}-{offset + length - 1}")


def _unwrap(record: WarcRecord, capture: Original) -> Unwrapped:
    url, date = record.headers.get("WARC-Target-URI", ""), record.record_date
    if record.record_type != WarcRecordType.response or url != capture.url or moment(date) != capture.date:
        raise CaptureError(f"a record of {url} at {date} instead of {capture.url} at {capture.date}")
    record.parse_http(auto_decode="transfer")
    head = record.http_headers
    if head is None or head.status_code is None:
        raise CaptureError("a record without an HTTP response")
    data = record.reader.read()
    found = b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
    if found != capture.digest:
        raise CaptureError(f"{len(data)} bytes with the digest {found}, but the index says {capture.digest}")
    return Unwrapped(head.status_code, kept(list(head.items())), data, is_truncated="WARC-Truncated" in record.headers)
