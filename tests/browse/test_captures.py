"""A raw response as it is shown, and what is said of it."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from slqncy.browse.captures import NoCaptureError, raw_response

if TYPE_CHECKING:
    from pathlib import Path

NAME = "a.warc.gz"


def archive(root: Path, http: bytes) -> Path:
    """An archive in which a response was captured that was cut short."""
    headers = (
        b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:5f0c3a1e-1111-4222-8333-944455556666>\r\n"
        b"WARC-Date: 2026-11-26T04:17:00Z\r\nWARC-Target-URI: http://news.example/1.html\r\nWARC-Truncated: length\r\n"
        b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % len(http)
    )
    (root / "warc").mkdir()
    (root / "warc" / NAME).write_bytes(gzip.compress(headers + http + b"\r\n\r\n"))
    return root


def test_what_is_missing_is_said_once(tmp_path: Path) -> None:
    raw = raw_response(archive(tmp_path, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), NAME, 0)
    assert (raw.body, raw.notes) == (b"half", ["truncated: length"])


def test_what_cannot_be_unpacked_is_shown_as_sent(tmp_path: Path) -> None:
    raw = raw_response(archive(tmp_path, b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain"), NAME, 0)
    trouble, missing = raw.notes
    assert raw.body == b"plain"
    assert trouble.startswith("shown as sent: ")
    assert missing == "truncated: length"


def test_what_is_not_there_has_a_reason(tmp_path: Path) -> None:
    with pytest.raises(NoCaptureError, match=r"warc/b\.warc\.gz is not there"):
        raw_response(tmp_path, "b.warc.gz", 0)
