"""Is the archive what it says it is?"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slqncy.archive.errors import ArchiveError
from slqncy.archive.layout import LEDGER, RECORD_TYPES, Kind, segment_kind, segment_name, segments_on_disk
from slqncy.archive.ledger import Ledger, State, digest
from slqncy.records import MAX_LINE_BYTES, Story, content_hash, decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slqncy.archive.ledger import Line


@dataclass(slots=True)
class Verdict:
    """What `verify` found."""

    lines: Counter[Kind] = field(default_factory=Counter)
    defects: list[str] = field(default_factory=list)
    """One sentence each: where, and what is wrong."""


def verify(root: Path) -> Verdict:
    """Check every line against its schema, its hashes and the ledger. Raises ArchiveError where there is no archive."""
    if not (root / LEDGER).is_file():
        raise ArchiveError(f"{root}: no archive here (no {LEDGER}); `scrapy crawl stories` makes or rebuilds it")
    verdict = Verdict()
    try:
        ledger = Ledger(root / LEDGER)
        try:
            _verify_segments(root, ledger, verdict)
            _verify_lines(root, ledger, verdict)
        finally:
            ledger.close()
    except sqlite3.Error as error:
        verdict.defects.append(f"{LEDGER}: {error}")
    return verdict


def _verify_segments(root: Path, ledger: Ledger, verdict: Verdict) -> None:
    for name, length in ledger.segments().items():
        size = (root / name).stat().st_size if (root / name).is_file() else 0
        if size < length:
            verdict.defects.append(f"{name}: {size} bytes, but {length} were acknowledged")


def _verify_lines(root: Path, ledger: Ledger, verdict: Verdict) -> None:
    known = {(line.segment, line.position): line for line in ledger.lines()}
    acknowledged = ledger.segments()
    versions: Counter[str] = Counter()
    unacknowledged = 0
    for name, position, line in _raw_lines(root):
        # What is behind the acknowledged length was cut off by a kill; the next run moves it aside.
        if position >= acknowledged.get(name, 0):
            unacknowledged += 1
            continue
        where = f"{name}, byte {position}"
        kind = segment_kind(name)
        verdict.lines[kind] += 1
        try:
            record = decode(line, RECORD_TYPES[kind])
        except ValueError as error:
            verdict.defects.append(f"{where}: does not fit the schema: {error}")
            known.pop((name, position), None)
            continue
        defects = [*_line_defects(line, record, name), *_entry_defects(line, record, known.pop((name, position), None))]
        if kind is Kind.STORY:
            versions[record.id] += 1
            if record.version != versions[record.id]:
                defects.append(f"version {record.version} of {record.id} where {versions[record.id]} is due")
        state = ledger.state(record.canonical_url)
        if state is None or (kind is Kind.STORY and state is not State.ARCHIVED):
            defects.append(f"{record.canonical_url} is in state {state}")
        verdict.defects += [f"{where}: {defect}" for defect in defects]
    verdict.defects += [f"{name}, byte {position}: the ledger's line is not there" for name, position in known]
    # A kill leaves one line at most that the ledger has not heard of.
    if not acknowledged and unacknowledged > 1:
        verdict.defects.append(f"{LEDGER}: is empty, with {unacknowledged} lines on disk; the next run rebuilds it")


def _raw_lines(root: Path) -> Iterator[tuple[str, int, bytes]]:
    for name in segments_on_disk(root):
        position = 0
        with (root / name).open("rb") as file:
            for line in file:
                yield name, position, line
                position += len(line)


def _entry_defects(line: bytes, record: Story, entry: Line | None) -> Iterator[str]:
    if entry is None:
        yield "the ledger does not know this line"
    elif (entry.length, entry.id, entry.version) != (len(line), record.id, record.version):
        yield "length, id or version differ from the ledger's"
    elif entry.content_hash != record.content_hash:
        yield "content_hash differs from the ledger's"
    elif entry.digest != digest(line):
        yield "not the bytes that were acknowledged"


def _line_defects(line: bytes, record: Story, name: str) -> Iterator[str]:
    if encode(record) != line:
        yield "not written as this archive writes: a key is missing, unknown or out of order"
    if record.content_hash != content_hash(record.title, record.text):
        yield "content_hash does not belong to title and text"
    if record.char_count != len(record.text):
        yield "char_count is not the length of text"
    if segment_name(record) != name:
        yield f"belongs in {segment_name(record)}"
    if len(line) > MAX_LINE_BYTES:
        yield f"{len(line)} bytes, over {MAX_LINE_BYTES}"
