"""WARC records written by hand, as anybody might write them."""

from __future__ import annotations

import gzip
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DATE = "2020-05-06T07:08:09Z"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
_numbers = count(1)


def record(kind: str, block: bytes = b"", *, version: str = "1.1", **fields: str) -> bytes:
    """A record; underscores in names of fields stand for hyphens, an empty field is left out."""
    given = {
        "WARC_Type": kind, "WARC_Record_ID": f"<urn:uuid:00000000-0000-4000-8000-{next(_numbers):012}>",
        "WARC_Date": DATE, "Content_Length": str(len(block)), **fields,
    }  # fmt: skip
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items() if value)
    return f"WARC/{version}\r\n{head}\r\n".encode() + block + b"\r\n\r\n"


def response(
    uri: str, body: str | bytes, head: str = "HTTP/1.1 200 OK\r\nContent-Type: text/html", **fields: str
) -> bytes:
    """A response record; `head` has no empty line at its end."""
    data = body.encode() if isinstance(body, str) else body
    return record("response", f"{head}\r\n\r\n".encode() + data, WARC_Target_URI=uri, **fields)


def revisit(uri: str, block: bytes = _HEAD, /, **fields: str) -> bytes:
    """A revisit of an identical payload."""
    profile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    return record("revisit", block, **{"WARC_Target_URI": uri, "WARC_Profile": profile, **fields})


def gzipped(records: Iterable[bytes]) -> bytes:
    """One member a record."""
    return b"".join(gzip.compress(data, mtime=0) for data in records)


def written(path: Path, *records: bytes) -> Path:
    """A file of records, compressed one by one if its name says so."""
    path.write_bytes(gzipped(records) if path.name.endswith(".gz") else b"".join(records))
    return path
