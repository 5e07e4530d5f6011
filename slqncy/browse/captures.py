"""The raw response that a line was made of."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slqncy.archive.captures import read_warc
from slqncy.guards.codings import CodingError, named_codings, unpack
from slqncy.warc.read import capture_at
from slqncy.warc.scan import WarcError

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.warc.read import Capture

MOST_BYTES = 1 << 25
"""Of a record, and of what it is unpacked to."""


class NoCaptureError(ValueError):
    """The raw response cannot be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A raw response, for people to read."""

    capture: Capture
    body: bytes
    """Unpacked, where that can be done."""
    trouble: str
    """Why it is not unpacked, or ""."""

    @property
    def notes(self) -> list[str]:
        """What is not as it was sent, each thing once."""
        return [note for note in (self.trouble, self.capture.incomplete) if note]

    def lines(self) -> list[str]:
        """Status and headers."""
        headers = (f"{name.decode('latin-1')}: {value.decode('latin-1')}" for name, value in self.capture.headers)
        return [f"HTTP {self.capture.status}", *headers]

    def text(self, encoding: str) -> str:
        """The body; what is no character in that encoding is U+FFFD."""
        try:
            codec = codecs.lookup(encoding).name
        except LookupError:
            codec = "utf-8"
        return self.body.decode(codec, "replace")


def raw_response(root: Path, file: str, offset: int | None) -> Raw:
    """The response whose record begins at a byte offset of a WARC file. Raises NoCaptureError."""
    if not file or offset is None:
        raise NoCaptureError("no capture was made of it")
    try:
        capture = read_warc(root, file, lambda path: capture_at(path, offset, MOST_BYTES))
    except FileNotFoundError:
        raise NoCaptureError(f"warc/{file} is not there") from None
    except (WarcError, OSError) as error:
        raise NoCaptureError(str(error)) from error
    codings = named_codings(value for name, value in capture.headers if name.lower() == b"content-encoding")
    try:
        return Raw(capture, unpack(capture.payload, codings, MOST_BYTES), "")
    except CodingError as error:
        return Raw(capture, capture.payload, f"shown as sent: {error}")
