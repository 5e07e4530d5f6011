"""The number lines of a site, and what a run leaves of them so that the next one reads only what has changed.

That is `index/<site>.numbers`: what was known of each section's stories when the events were so many bytes. Whatever
changes an address is an event, and a ledger that is made anew takes the file away. It may be lost.

    digest    32 bytes, sha256 of all that follows
    head      JSON, one line: `events`, and under `sections` how many addresses there are of each
    sections  of each its addresses, then their codes: 64 bits each, in the order of bytes of the machine
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from slqncy.archive import disk
from slqncy.archive.coverage import Section, changed, lines_of, prefixes, read
from slqncy.archive.files import whole_lines
from slqncy.archive.layout import Kind, numbers_path, segment_kind

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from pathlib import Path

    from slqncy.archive.coverage import NumberLine
    from slqncy.archive.ledger import Segment

    Events = dict[str, tuple[int, int]]
    """Acknowledged bytes of each segment of events, and their CRC-32."""
    Sections = dict[str, Section]
    """By the prefix of their ids, ascending."""

_WORTH = 8
"""How many times as long as what came since the events must be: reading all of a table at once is that much faster."""
_MOST_READ = 1 << 18
"""Bytes of events, about 1,000, that are read again rather than that all is written anew."""
_DIGEST = 32
_NOTHING = Section(np.empty(0, np.int64), np.empty(0, np.int64))


class _OfStory(msgspec.Struct):
    """What is asked of an event."""

    id: str


def number_lines(root: Path, db: sqlite3.Connection, segments: Mapping[str, Segment], site: str) -> list[NumberLine]:
    """As `coverage.number_lines`, of a site; all that is written is acknowledged. Raises sqlite3.Error, OSError."""
    events = {
        name: (segment.length, segment.crc32) for name, segment in segments.items() if segment_kind(name) is Kind.EVENT
    }
    path = numbers_path(root, site)
    was, left = _load(path)
    sections = _since(root, db, was, left, events, site=site)
    # To come to the end of a closed month takes as long as to read it: once is enough.
    is_late = events.keys() != was.keys() or _size(events) - _size(was) > _MOST_READ
    if sections is None or is_late:
        sections = sections or {prefix: read(db, prefix) for prefix in prefixes(db, site)}
        _save(path, events, sections)
    return lines_of(sections)


def _since(
    root: Path, db: sqlite3.Connection, was: Events, sections: Sections, events: Events, *, site: str
) -> Sections | None:
    """What was known, brought up to date; None where those are no events of this archive, or most came since."""
    behind = {name: length - was.get(name, (0, 0))[0] for name, (length, _) in events.items()}
    is_of_another = not was.keys() <= events.keys() or any(
        length < 0 or (length == 0 and events[name] != was[name]) for name, length in behind.items()
    )
    if is_of_another or sum(behind.values()) * _WORTH > _size(was) * _share(db, sections):
        return None
    try:
        stories = _told_of(root, {name: (events[name][0] - length, events[name][0]) for name, length in behind.items()})
    except (ValueError, OSError, EOFError, zlib.error):
        # Whoever verifies the archive is told.
        return None
    known = ((prefix, sections.get(prefix, _NOTHING)) for prefix in prefixes(db, site))
    return {
        prefix: changed(db, prefix, section, stories[prefix]) if prefix in stories else section
        for prefix, section in known
    }


def _size(events: Events) -> int:
    return sum(length for length, _ in events.values())


def _share(db: sqlite3.Connection, sections: Sections) -> float:
    """The share of these stories in all addresses, and about so in the events."""
    (newest,) = db.execute("SELECT max(id) FROM url").fetchone()
    return sum(section.addresses.size for section in sections.values()) / newest if newest else 0.0


def _told_of(root: Path, parts: dict[str, tuple[int, int]]) -> dict[str, set[str]]:
    """Stories that events tell of, from one byte of a segment to another; by the prefix of their ids."""
    stories = defaultdict(set)
    for name, (start, end) in parts.items():
        if start < end:
            for _, line in whole_lines(root, name, end, start):
                story = msgspec.json.decode(line, type=_OfStory).id
                stories[story[: story.rfind("/") + 1]].add(story)
    return stories


def _load(path: Path) -> tuple[Events, Sections]:
    """What a run has left; nothing where that is lost or damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return {}, {}
    if sha256(memoryview(data)[_DIGEST:]).digest() != data[:_DIGEST]:
        return {}, {}
    head = data.index(b"\n", _DIGEST)
    told = json.loads(data[_DIGEST:head])
    sections, start = {}, head + 1
    for prefix, size in told["sections"].items():
        addresses, codes = np.frombuffer(data, np.int64, 2 * size, start).reshape(2, size)
        sections[prefix] = Section(addresses, codes)
        start += addresses.nbytes + codes.nbytes
    return {name: (length, crc32) for name, (length, crc32) in told["events"].items()}, sections


def _save(path: Path, events: Events, sections: Sections) -> None:
    lengths = {prefix: known.addresses.size for prefix, known in sections.items()}
    head = json.dumps({"events": events, "sections": lengths}).encode()
    data = b"\n".join([head, b"".join(array.tobytes() for known in sections.values() for array in known)])
    disk.write_whole(path, sha256(data).digest() + data)
