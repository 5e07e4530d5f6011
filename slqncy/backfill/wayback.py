"""The Wayback Machine: its CDX server, and the captures it replays.

Sources: README and CDXServer.java of wayback-cdx-server (internetarchive/wayback), and what pywb 2.10 answers.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import b32encode
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlencode

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

if TYPE_CHECKING:
    from slqncy.backfill.captures import Original
    from slqncy.backfill.unwrapped import Headers

_OK = 200
_FIELDS = ("timestamp", "original", "statuscode", "digest")
_PREFIX = "x-archive-orig-"
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_MOST_DECODED = 16 * 1024 * 1024


def query(base: str, host: str, rows: int, resume_key: str = "") -> str:
    """The URL that asks the CDX server for what it has of a host, so many rows at a time."""
    # No collapse: it drops all but the first of neighbouring rows, also where those are of several addresses.
    asked = {
        "url": index_host(host), "matchType": "host", "output": "json", "fl": ",".join(_FIELDS),
        "filter": "statuscode:200", "limit": str(rows), "showResumeKey": "true",
    }  # fmt: skip
    return f"{base}cdx/search/cdx?{urlencode(asked | ({'resumeKey': resume_key} if resume_key else {}))}"


def read(status: int, body: bytes, base: str) -> Answer:
    """What an answer names: a header row, rows, and behind an empty row the resume key. Raises IndexAnswerError."""
    if status != _OK:
        raise IndexAnswerError(f"HTTP {status}: {body[:200].decode(errors='replace')}")
    rows = _rows(body)
    answer = Answer()
    if not rows:
        return answer
    columns = {name: rows[0].index(name) for name in _FIELDS if name in rows[0]}
    if len(columns) < len(_FIELDS):
        raise IndexAnswerError(f"columns are {rows[0]!r}; needed are {', '.join(_FIELDS)}")
    if [] in rows:
        end = rows.index([])
        answer.resume_key = _resume_key(rows[end + 1 :])
        del rows[end:]
    for row in rows[1:]:
        if len(row) != len(rows[0]):
            answer.bad += 1
            continue
        timestamp, url, status, digest = (row[columns[name]] for name in _FIELDS)
        if not is_delivered(status):
            continue
        try:
            capture = original(WebArchive.WAYBACK, url, timestamp, digest)
        except ValueError:
            answer.bad += 1
        else:
            # id_: as it came from the site, with nothing rewritten.
            answer.found.append(Found(original=capture, source=f"{base}web/{timestamp}id_/{url}"))
    return answer


def unwrap(status: int, headers: Headers, body: bytes, capture: Original) -> Unwrapped:
    """The response that the Wayback Machine had from the site. Raises CaptureError.

    The digest is that of the stored bytes. Where the site had compressed those, and they are delivered otherwise, it
    proves nothing, and `is_checked` is False.
    """
    if status != _OK:
        raise CaptureError(f"HTTP {status} instead of a capture")
    named = {name.lower(): value for name, value in headers}
    _refuse_other(named.get("memento-datetime", ""), capture)
    own = [(name[len(_PREFIX) :], value) for name, value in headers if name.lower().startswith(_PREFIX)]
    own_names = {name.lower() for name, _ in own}
    # The type is the site's own in either form.
    own += [(name, value) for name, value in headers if name.lower() == "content-type" not in own_names]
    unwrapped = Unwrapped(status, kept(own), body)
    coding = named.get("content-encoding", "")
    if coding:
        unwrapped = replace(
            unwrapped, headers=[*unwrapped.headers_but("content-encoding"), ("Content-Encoding", coding)]
        )
    if _digest(body) == capture.digest:
        return unwrapped
    if not coding:
        # Delivered decoded, whatever the site had done.
        unwrapped = replace(unwrapped, headers=unwrapped.headers_but("content-encoding"))
    elif _digest(_decoded(body)) == capture.digest:
        return unwrapped
    if "content-encoding" in own_names:
        return replace(unwrapped, is_checked=False)
    raise CaptureError(f"{len(body)} bytes with the digest {_digest(body)}, but the index says {capture.digest}")


def _rows(body: bytes) -> list[list[Any]]:
    if not body.strip():
        return []
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise IndexAnswerError(f"not JSON: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise IndexAnswerError("not an array of arrays")
    return rows


def _resume_key(rows: list[list[Any]]) -> str:
    match rows:
        case [[str(key)]] if key:
            # "com,slqncy)/szxw/1.html 20200301020305", which the server gives as it would stand in a query.
            return key if " " in key else unquote_plus(key)
    raise IndexAnswerError("an empty row, and no resume key behind it")


def _refuse_other(date: str, capture: Original) -> None:
    """Where a capture cannot be had, its neighbour is given."""
    if not date:
        return
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, OverflowError) as error:
        raise CaptureError(f"a capture of {date!r}, which is no time") from error
    if at != capture.captured:
        raise CaptureError(f"a capture of {date} instead of {capture.date}")


def _digest(data: bytes) -> str:
    return b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def _decoded(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(_GZIP_OR_ZLIB).decompress(data, _MOST_DECODED)
    except zlib.error:
        return b""
