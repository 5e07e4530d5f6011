"""Whether the raw responses of an archive are what the site said, each of them once, by our checks and by others'."""

from __future__ import annotations

import subprocess
from collections import Counter
from hashlib import sha1
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastwarc.warc import ArchiveIterator, WarcRecordType

from slqncy.archive import Archive
from slqncy.archive.layout import open_warc_path, warc_path, warcs_on_disk
from slqncy.warc.check import check
from tests.peers import PEERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from slqncy.demo.server import Responder

WARCIO = PEERS / "warcio"
"""The warcio program, where it is installed."""


def invalid(archive: Path, lengths: Mapping[str, int]) -> Iterator[str]:
    """What is wrong with the files, as far as they are acknowledged: `lengths` are the bytes of each."""
    for name in warcs_on_disk(archive):
        closed, opened = warc_path(archive, name), open_warc_path(archive, name)
        if closed.exists():
            yield from map(str, check(closed, own=True))
        elif lengths.get(name):
            yield from map(str, check(opened, own=True, end=lengths[name]))


def invalid_for_others(archive: Path) -> Iterator[str]:
    """What FastWARC and, where it is installed, warcio object to."""
    for name in warcs_on_disk(archive):
        path = warc_path(archive, name)
        try:
            for record in ArchiveIterator(path, WarcRecordType.any_type, parse_http=False):
                if record.headers.get("WARC-Block-Digest") and not record.verify_block_digest():
                    yield f"{path}, byte {record.stream_pos}: FastWARC: not the digest of the block"
        except OSError as error:
            yield f"{path}: FastWARC: {error}"
        if WARCIO.exists():
            done = subprocess.run([WARCIO, "check", path], capture_output=True, text=True, check=False)  # noqa: S603
            if done.returncode or done.stdout:
                yield f"{path}: warcio: {done.stdout[:200]}{done.stderr[-200:]}"


def wrong(archive: Path, site: Responder) -> Iterator[str]:
    """Lines whose raw response is not what the site says at that address, and payloads that are there twice."""
    payloads: dict[tuple[str, int | None], bytes] = {}
    times: Counter[bytes] = Counter()
    for name in warcs_on_disk(archive):
        for record in ArchiveIterator(warc_path(archive, name), WarcRecordType.response, parse_http=False):
            payload = record.reader.read().partition(b"\r\n\r\n")[2]
            payloads[name, record.stream_pos] = payload
            # What was cut short may be the beginning of anything.
            if payload and "WARC-Truncated" not in record.headers:
                times[sha1(payload, usedforsecurity=False).digest()] += 1
    yield from (f"{count} response records of one payload" for count in times.values() if count > 1)
    there = Archive(archive)
    for line in (*there.stories(), *there.duplicates(), *there.rejected()):
        place = line.provenance.warc
        payload = payloads.get((place.file, place.offset))
        if payload != site.respond(urlsplit(line.url).path).body:
            yield f"{line.id}: at {place.file}, byte {place.offset}, is {(payload or b'')[:60]!r}"
