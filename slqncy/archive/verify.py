"""Is the archive what it says it is?"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slqncy.archive.derived import derived_defects
from slqncy.archive.files import open_segment
from slqncy.archive.layout import (
    LEDGER,
    LINE_TYPES,
    PARTS,
    TAKEDOWN,
    Kind,
    closed_path,
    is_cluster,
    is_part,
    made_at,
    manifest_path,
    open_path,
    segment_kind,
    segment_month,
    segments_on_disk,
)
from slqncy.archive.ledger import VERSION, Ledger, digest, require_archive
from slqncy.archive.parts import archives_of
from slqncy.archive.rebuild import note
from slqncy.archive.recovery import has_more_lines
from slqncy.archive.schedule import seconds
from slqncy.archive.seal import is_broken
from slqncy.archive.takedown import is_pending
from slqncy.archive.verify_warcs import capture_defect, warc_defects
from slqncy.archive.whole import whole_defects
from slqncy.records import MAX_LINE_BYTES, Event, Story, content_hash, decode, is_as_written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slqncy.archive.ledger import Entry, Segment
    from slqncy.records import Line, Rewrite

# What a version rewrites stays said where repair has lost its story, and is said again when that is archived anew.
_STATES = (
    (
        "{} is {}, and has no line in stories/",
        (
            "SELECT url, state FROM url WHERE state IN ('archived', 'gone') "
            "AND NOT EXISTS (SELECT 1 FROM line WHERE line.url = url.id AND segment GLOB 'stories/*')"
        ),
    ),
    (
        "{} is {}, and has a line in stories/",
        (
            "SELECT DISTINCT url.url, state FROM url JOIN line ON line.url = url.id "
            "WHERE segment GLOB 'stories/*' AND state NOT IN ('archived', 'gone')"
        ),
    ),
    (
        "{} is {}, and has no line that says so",
        (
            "SELECT url, state FROM url WHERE (state = 'duplicate' AND NOT EXISTS "
            "(SELECT 1 FROM line WHERE line.url = url.id AND segment GLOB 'duplicates/*')) OR (state = 'rejected' "
            "AND NOT EXISTS (SELECT 1 FROM line WHERE line.url = url.id AND segment GLOB 'rejected/*'))"
        ),
    ),
    (
        "{} is {}, and has lines all the same",
        (
            "SELECT DISTINCT url.url, state FROM url JOIN line ON line.url = url.id "
            "WHERE state IN ('found', 'fetched', 'failed', 'excluded') AND segment NOT GLOB 'rewrites/*'"
        ),
    ),
)
"""What states tell of; of a cluster's part, that may be in another part."""
_ADDRESSES = (
    (
        "{} is {}, and has lines all the same",
        "SELECT DISTINCT url.url, state FROM url JOIN line ON line.url = url.id WHERE state = 'forgotten'",
    ),
    (
        "{} has {} lines in one folder, and not as many versions",
        (
            "SELECT url.url, count(*) FROM line JOIN url ON url.id = line.url "
            "GROUP BY line.url, substr(segment, 1, 7) "
            "HAVING count(*) <> count(DISTINCT iif(segment GLOB 'rewrites/*', digest, line.version))"
        ),
    ),
    (
        "{} is at version {} by the events, and not by its lines",
        (
            "SELECT url.url, url.version FROM url LEFT JOIN line ON line.url = url.id AND segment GLOB 'stories/*' "
            "WHERE url.version > 0 GROUP BY url.id HAVING coalesce(max(line.version), 0) <> url.version"
        ),
    ),
)


@dataclass(slots=True)
class Verdict:
    """What `verify` found."""

    lines: Counter[Kind] = field(default_factory=Counter)
    size: int = 0
    """Bytes of lines read, uncompressed."""
    records: int = 0
    """Of raw responses, in WARC files."""
    defects: list[str] = field(default_factory=list)
    """One sentence each: where, and what is wrong."""


def verify(root: Path, *, full: bool = False) -> Verdict:
    """Check every line against its schema, its hashes and the ledger, and the ledger against itself and the WARC files.

    `full` also reads these, and makes everything anew that is made of something else - lines, ledger, manifests,
    schemas - and compares. Of a cluster's archive, all parts are checked, and that they fit together.
    Raises ArchiveError where there is no archive.
    """
    return _verify_parts(root, full=full) if is_cluster(root) else _verify_one(root, full=full)


def _verify_parts(root: Path, *, full: bool) -> Verdict:
    whole = Verdict()
    parts = archives_of(root)
    for part in parts:
        verdict = _verify_one(part, full=full)
        whole.lines += verdict.lines
        whole.size += verdict.size
        whole.records += verdict.records
        whole.defects += [f"{PARTS}/{part.name}: {defect}" for defect in verdict.defects]
    try:
        whole.defects += whole_defects(parts)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        whole.defects.append(f"{PARTS}: what the parts say together cannot be told: {error}")
    return whole


def _verify_one(root: Path, *, full: bool) -> Verdict:
    verdict = Verdict()
    if is_pending(root):
        verdict.defects.append(f"{TAKEDOWN}: a takedown was cut short; `scrapy forget` or any run completes it")
        return verdict
    require_archive(root, with_ledger=True)
    try:
        with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
            # One view of it all, while a run may be writing.
            ledger.db.execute("BEGIN")
            if ledger.version != VERSION:
                verdict.defects.append(f"{LEDGER}: of another version; `scrapy rebuild` makes it anew")
                return verdict
            _verify_segments(root, ledger, verdict, full=full)
            _verify_states(ledger, verdict, is_part=is_part(root))
            verdict.records = sum(file.records for file in ledger.warcs().values())
            verdict.defects += warc_defects(root, ledger, full=full)
            if full:
                verdict.defects += derived_defects(root, ledger)
    # A damaged database may hand out what its tables forbid: names of no segment, numbers out of range, nothing.
    except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
        verdict.defects.append(f"{LEDGER}: {error}; `scrapy rebuild` makes it anew from the lines")
    if full and is_broken(root):
        verdict.defects.append(f"{LEDGER}: not the file that the last run closed")
    return verdict


def _verify_segments(root: Path, ledger: Ledger, verdict: Verdict, *, full: bool) -> None:
    known = ledger.segments()
    for name in sorted({*known, *segments_on_disk(root)}):
        segment = known.get(name)
        try:
            if segment is None:
                verdict.defects += _unknown_defects(root, name)
            else:
                verdict.defects += _file_defects(root, segment)
                _verify_lines(root, segment, ledger, verdict, full=full)
        except (OSError, EOFError, zlib.error) as error:
            verdict.defects.append(f"{name}: cannot be read: {error}")


def _unknown_defects(root: Path, name: str) -> Iterator[str]:
    # What is behind the acknowledged length was cut off by a kill; the next run moves it aside.
    if not open_path(root, name).exists() or has_more_lines(open_path(root, name), 0):
        yield f"{name}: unknown to the ledger; `scrapy rebuild` reads it"


def _file_defects(root: Path, segment: Segment) -> Iterator[str]:
    path = open_path(root, segment.name)
    if not segment.closed and (path.exists() or not closed_path(root, segment.name).exists()):
        size = path.stat().st_size if path.is_file() else 0
        if size < segment.length:
            yield f"{segment.name}: {size} bytes, but {segment.length} were acknowledged"
        elif has_more_lines(path, segment.length):
            yield f"{segment.name}: more lines than the ledger knows of; `scrapy rebuild` reads them"
        return
    try:
        said = json.loads(manifest_path(root, segment.name).read_bytes())["size"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        yield f"{manifest_path(root, segment.name).name}: cannot be read: {error}"
        return
    size = closed_path(root, segment.name).stat().st_size
    if said != size:
        yield f"{closed_path(root, segment.name).name}: {size} bytes, but its manifest says {said}"


def _verify_lines(root: Path, segment: Segment, ledger: Ledger, verdict: Verdict, *, full: bool) -> None:
    kind = segment_kind(segment.name)
    entries = ledger.lines(segment.name) if kind is not Kind.EVENT else iter(())
    entry = next(entries, None)
    position = lines = crc = 0
    with open_segment(root, segment.name) as file:
        for line in file:
            if position >= segment.length:
                break
            while entry and entry.position < position:
                verdict.defects.append(f"{segment.name}, byte {entry.position}: the ledger's line is not there")
                entry = next(entries, None)
            mine = entry if entry and entry.position == position else None
            for defect in _line_defects(line, segment.name, ledger, mine, full=full):
                verdict.defects.append(f"{segment.name}, byte {position}: {defect}")
            if mine:
                entry = next(entries, None)
            position, lines, crc = position + len(line), lines + 1, zlib.crc32(line, crc)
    for left in (entry, *entries) if entry else ():
        verdict.defects.append(f"{segment.name}, byte {left.position}: the ledger's line is not there")
    verdict.lines[kind] += lines
    verdict.size += position
    if (position, lines, crc) != (segment.length, segment.lines, segment.crc32):
        verdict.defects.append(f"{segment.name}: not the bytes that were acknowledged")


def _line_defects(data: bytes, name: str, ledger: Ledger, entry: Entry | None, *, full: bool) -> Iterator[str]:
    try:
        line: Line = decode(data, LINE_TYPES[segment_kind(name)])
    except ValueError as error:
        yield f"does not fit the schema: {error}"
        return
    yield from own_defects(data, line, name, full=full)
    if not isinstance(line, Event):
        yield from _entry_defects(data, line, entry)
    if isinstance(line, Story) and (defect := capture_defect(ledger, line)):
        yield defect


def own_defects(data: bytes, line: Line, name: str, *, full: bool) -> Iterator[str]:
    """What is wrong with a line of a segment, whatever the ledger says."""
    if full and not is_as_written(data, line):
        yield "not written as this archive writes: a key is missing, unknown or out of order"
    if len(data) > MAX_LINE_BYTES:
        yield f"{len(data)} bytes, over {MAX_LINE_BYTES}"
    try:
        seconds(made_at(line))
    except ValueError:
        yield f"made at {made_at(line)}, which is no time"
    if made_at(line)[:7] > segment_month(name):
        yield f"made at {made_at(line)}, after the month of its file"
    if isinstance(line, Story):
        if line.content_hash != content_hash(line.title, line.text):
            yield "content_hash does not belong to title and text"
        if line.char_count != len(line.text):
            yield "char_count is not the length of text"


def _entry_defects(data: bytes, record: Story | Rewrite, entry: Entry | None) -> Iterator[str]:
    if entry is None:
        yield "the ledger does not know this line"
    elif (entry.length, entry.version, entry.note) != (len(data), record.version, note(record)):
        yield "length, version or reason differ from the ledger's"
    elif entry.content_hash != record.content_hash:
        yield "content_hash differs from the ledger's"
    elif entry.digest != digest(data):
        yield "not the bytes that were acknowledged"


def _verify_states(ledger: Ledger, verdict: Verdict, *, is_part: bool) -> None:
    for sentence, query in _ADDRESSES if is_part else _STATES + _ADDRESSES:
        verdict.defects += [f"{LEDGER}: {sentence.format(*row)}" for row in ledger.db.execute(query)]
