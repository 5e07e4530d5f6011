"""From what a web archive sent to what the site had sent, also where that is read again from WARC files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.backfill import commoncrawl, wayback
from slqncy.backfill.captures import WebArchive

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slqncy.backfill.captures import Original
    from slqncy.backfill.unwrapped import Unwrapped


def unwrap(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes, original: Original) -> Unwrapped:
    """The response of the site in one of a web archive, as it came over the wire, less its transfer coding.

    Raises CaptureError where it is not the capture that `original` names.
    """
    if original.archive is WebArchive.COMMONCRAWL:
        return commoncrawl.unwrap(status, body, original)
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
    return wayback.unwrap(status, pairs, body, original)
