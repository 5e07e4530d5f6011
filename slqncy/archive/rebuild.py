"""A ledger out of the lines alone."""

from __future__ import annotations

import zlib
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from slqncy.archive import states
from slqncy.archive.captures import read_warc, take_in
from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.files import whole_lines
from slqncy.archive.layout import (
    LINE_TYPES,
    WARC,
    Kind,
    Place,
    open_path,
    open_warc_path,
    segment_kind,
    segments_on_disk,
    warc_path,
    warcs_on_disk,
)
from slqncy.archive.ledger import Entry, Ledger, Segment, WarcFile, digest
from slqncy.archive.schedule import seconds
from slqncy.reasons import EventKind, PageKind, State
from slqncy.records import Duplicate, Event, Rejected, Rewrite, Story, decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_AT_A_TIME = 1000
_LINES = """
    SELECT url.id, url.url, url.story, url.state, url.version,
        max(CASE WHEN segment GLOB 'stories/*' THEN line.version END),
        max(segment GLOB 'duplicates/*'), max(segment GLOB 'rejected/*')
    FROM url LEFT JOIN line ON line.url = url.id
    WHERE url.kind = 'story' AND url.state <> 'forgotten' AND url.id > ? GROUP BY url.id ORDER BY url.id LIMIT ?
"""
"""Each story that is not forgotten, with its newest version in stories/, and whether it has other lines."""
_KNOWN = "SELECT url, kind, story, state FROM url WHERE kind = 'story' OR state = 'forgotten' ORDER BY id"


def fill(ledger: Ledger, root: Path, lengths: dict[str, int] | None = None) -> None:
    """Fill an empty ledger from the lines of an archive, and commit.

    `lengths` are the bytes to read of each segment; without it all are read but for a last line without its line feed.
    Raises ArchiveDamagedError for a line that cannot be read.
    """
    for name in segments_on_disk(root):
        if lengths is None or name in lengths:
            closed = not open_path(root, name).exists()
            segment = read_on(ledger, root, Segment(name, 0, 0, 0, closed=closed), lengths[name] if lengths else None)
            # A file without a whole line is about to be taken away.
            if segment.lines or closed:
                ledger.set_segment(segment)
    if lengths is None:
        fill_captures(ledger, root, dict.fromkeys(warcs_on_disk(root)))
    ledger.commit()


def fill_captures(ledger: Ledger, root: Path, lengths: Mapping[str, int | None]) -> None:
    """Tell the ledger of what is in files of raw responses, within the bytes given; None is all that is whole.

    Raises ArchiveDamagedError for what cannot be read; of a file that is not closed, a kill may have left a part.
    """
    for name, length in lengths.items():
        closed = not open_warc_path(root, name).exists()
        try:
            known = WarcFile(name, 0, 0, 0, closed=closed)
            file, reason = read_warc(root, name, partial(take_in, ledger, known, most=length))
        except OSError as error:
            raise ArchiveDamagedError(f"{WARC}/{name}: cannot be read: {error}") from error
        if reason and closed:
            raise ArchiveDamagedError(f"{warc_path(root, name)}: {reason}; `scrapy repair` moves it aside")
        # Without an exchange a file is about to be taken away.
        if file.records > 1 or closed:
            ledger.set_warc(file)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Events may be lost, and addresses with them."""

    old_ledger: Path | None
    """A ledger that knew them, if there is one."""


def losses(ledger: Ledger, at: str, doubt: Doubt | None, *, is_part: bool) -> Iterator[Event]:
    """What must have happened, as events to apply one by one. Whatever is lost is asked for again, unconditionally.

    Stories whose events claim lines that are not there, or do not know those that are; in doubt also stories that no
    event or line knows, but for those that were forgotten, which stay so, and all lists and sitemaps: as they were not
    modified, they would never show again what was found on them. Of a cluster's part, states say nothing: what they
    tell of may be in another part.
    """
    yield from _lost_lines(ledger, at, is_part=is_part)
    if doubt is None:
        return
    if doubt.old_ledger:
        with closing(Ledger(doubt.old_ledger, read_only=True)) as old:
            for url, kind, story, state in old.db.execute(_KNOWN):
                if State(state) is State.FORGOTTEN:
                    known = ledger.known(url)
                    if known is None or known.state is not State.FORGOTTEN:
                        yield replace(_lost(at, url, PageKind(kind), story, State.FORGOTTEN), event=EventKind.FORGOTTEN)
                elif states.number(ledger.db, url) is None:
                    yield _lost(at, url, PageKind.STORY, story, State.FOUND)
    for kind, origin in product((PageKind.FRONT, PageKind.LIST, PageKind.SITEMAP), ledger.origins()):
        for page in ledger.of_kind(origin, kind):
            yield _lost(at, page.url, kind, "", None)


def _lost(
    at: str, url: str, kind: PageKind, story: str, state: State | None, *, reason: str = "", version: int | None = None
) -> Event:
    return Event(
        event=EventKind.LOST,
        at=at,
        run_id="",
        url=url,
        kind=kind,
        id=story,
        state=state,
        reason=reason,
        version=version,
    )


def _lost_lines(ledger: Ledger, at: str, *, is_part: bool) -> Iterator[Event]:
    after = 0
    while rows := ledger.db.execute(_LINES, (after, _AT_A_TIME)).fetchall():
        for number, url, story, was, version, newest, *others in rows:
            state = _state(State(was), newest is not None, *map(bool, others))
            if (state is not State(was) and not is_part) or version != (newest or 0):
                rejected = ledger.latest(Kind.REJECTED, number) if state is State.REJECTED else None
                reason = rejected.note if rejected else ""
                yield _lost(at, url, PageKind.STORY, story, state, reason=reason, version=newest)
        after = rows[-1][0]


def _state(was: State, *has: bool) -> State:
    """The state of an address that has lines in stories/, duplicates/ and rejected/, or not."""
    has_story, has_duplicate, has_rejected = has
    fits = {
        State.ARCHIVED: has_story,
        State.GONE: has_story,
        State.DUPLICATE: has_duplicate and not has_story,
        State.REJECTED: has_rejected and not has_story,
    }
    if fits.get(was, not any(has)):
        return was
    best = (State.ARCHIVED, has_story), (State.DUPLICATE, has_duplicate), (State.REJECTED, has_rejected)
    return next((state for state, is_so in best if is_so), State.FOUND)


def read_on(ledger: Ledger, root: Path, known: Segment, most: int | None) -> Segment:
    """Tell the ledger of the lines of a segment behind what it knows, within the first `most` bytes.

    Gives the segment as far as it is read. Raises ArchiveDamagedError for a line that cannot be read.
    """
    name, length, lines, crc, closed = known
    line_type = LINE_TYPES[segment_kind(name)]
    try:
        for _, data in whole_lines(root, name, most, length):
            line = decode(data, line_type)
            if isinstance(line, Event):
                states.apply(ledger.db, line)
            else:
                url = states.add(ledger.db, line.canonical_url, PageKind.STORY, line.id)
                add_line(ledger, Place(name, length), data, line, url)
            length, lines, crc = length + len(data), lines + 1, zlib.crc32(data, crc)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise ArchiveDamagedError(
            f"{root / name}: line {lines + 1} cannot be read: {error}; `scrapy repair` moves it aside"
        ) from error
    return Segment(name, length, lines, crc, closed=closed)


def note(record: Story | Rewrite) -> str:
    """What a line says beyond its title and text: what it duplicates or rewrites, or why it was rejected."""
    if isinstance(record, Rewrite):
        return record.rewrite_of
    if isinstance(record, Duplicate):
        return record.duplicate_of
    return record.reason if isinstance(record, Rejected) else ""


def add_line(ledger: Ledger, place: Place, data: bytes, record: Story | Rewrite, url: int) -> None:
    """Tell the ledger of a line of the address with that number."""
    ledger.add_line(
        Entry(
            segment=place.segment,
            position=place.position,
            length=len(data),
            url=url,
            version=record.version,
            content_hash=record.content_hash,
            note=note(record),
            digest=digest(data),
            as_of=seconds(record.as_of if isinstance(record, Story) else record.date_downloaded),
            captured=isinstance(record, Story) and record.captured,
        )
    )
