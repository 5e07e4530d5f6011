"""A ledger out of the lines alone."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from slqncy.archive import states
from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.files import whole_lines
from slqncy.archive.layout import LINE_TYPES, Kind, open_path, segment_kind, segments_on_disk
from slqncy.archive.ledger import Entry, Segment, digest
from slqncy.reasons import PageKind
from slqncy.records import Duplicate, Event, Rejected, Story, decode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.archive.ledger import Ledger

    Fingerprint = Callable[[Story], bytes]

# Where lines were lost, by a kill without a ledger or by damage, the events claim what is not there, or do not know
# what is. Such a story is asked for again, and not by its validators: a 304 would leave the loss as it is.
_LOST = "due = 0, etag = '', last_modified = ''"
_HAS_STORY, _HAS_DUPLICATE, _HAS_REJECTED = (
    f"EXISTS (SELECT 1 FROM line WHERE line.url = url.id AND segment GLOB '{kind}/*')"  # noqa: S608
    for kind in (Kind.STORY, Kind.DUPLICATE, Kind.REJECTED)
)
_RECONCILE = (
    f"""UPDATE url SET state = 'found', reason = '', {_LOST}
        WHERE (state IN ('archived', 'gone') AND NOT {_HAS_STORY})
        OR (state = 'duplicate' AND NOT {_HAS_DUPLICATE}) OR (state = 'rejected' AND NOT {_HAS_REJECTED})""",  # noqa: S608
    f"""UPDATE url SET state = 'rejected', {_LOST}
        WHERE kind = 'story' AND state IN ('found', 'failed', 'excluded') AND {_HAS_REJECTED}""",  # noqa: S608
    f"""UPDATE url SET state = 'duplicate', reason = '', {_LOST}
        WHERE (state IN ('found', 'failed', 'excluded') OR (state = 'rejected' AND due = 0)) AND {_HAS_DUPLICATE}""",  # noqa: S608
    f"""UPDATE url SET state = 'archived', reason = '', {_LOST}
        WHERE state NOT IN ('archived', 'gone') AND {_HAS_STORY}""",  # noqa: S608
    f"""WITH newest AS (SELECT url, max(version) AS version FROM line WHERE segment GLOB 'stories/*' GROUP BY url)
        UPDATE url SET version = newest.version, {_LOST}
        FROM newest WHERE newest.url = url.id AND newest.version <> url.version""",  # noqa: S608
    f"UPDATE url SET version = 0, {_LOST} WHERE version > 0 AND NOT {_HAS_STORY}",  # noqa: S608
)


def fill(ledger: Ledger, root: Path, fingerprint: Fingerprint, lengths: dict[str, int] | None = None) -> None:
    """Fill an empty ledger from the lines of an archive, and commit.

    `lengths` are the bytes to read of each segment; without it all are read but for a last line without its line feed.
    Raises ArchiveDamagedError for a line that cannot be read.
    """
    for name in segments_on_disk(root):
        if lengths is None or name in lengths:
            _read(ledger, root, name, lengths[name] if lengths else None, fingerprint)
    for statement in _RECONCILE:
        ledger.db.execute(statement)
    ledger.commit()


def _read(ledger: Ledger, root: Path, name: str, most: int | None, fingerprint: Fingerprint) -> None:
    line_type = LINE_TYPES[segment_kind(name)]
    length = lines = crc = 0
    try:
        for _, data in whole_lines(root, name, most):
            line = decode(data, line_type)
            if isinstance(line, Event):
                states.apply(ledger.db, line)
            else:
                proof = fingerprint(line) if type(line) is Story else None
                add_line(ledger, name, length, data, line, fingerprint=proof)
            length, lines, crc = length + len(data), lines + 1, zlib.crc32(data, crc)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise ArchiveDamagedError(
            f"{root / name}: line {lines + 1} cannot be read: {error}; `scrapy repair` moves it aside"
        ) from error
    closed = not open_path(root, name).exists()
    # A file without a whole line is about to be taken away.
    if lines or closed:
        ledger.set_segment(Segment(name, length, lines, crc, closed=closed))


def note(record: Story) -> str:
    """What a line says beyond its title and text: what it duplicates, or why it was rejected."""
    if isinstance(record, Duplicate):
        return record.duplicate_of
    return record.reason if isinstance(record, Rejected) else ""


def add_line(
    ledger: Ledger, segment: str, position: int, data: bytes, record: Story, *, fingerprint: bytes | None
) -> None:
    """Tell the ledger of a line, and of its address where no event has. Only stories have a fingerprint."""
    ledger.add_line(
        Entry(
            segment=segment,
            position=position,
            length=len(data),
            url=states.add(ledger.db, record.canonical_url, PageKind.STORY, record.id),
            version=record.version,
            content_hash=record.content_hash,
            note=note(record),
            digest=digest(data),
        ),
        fingerprint,
    )
