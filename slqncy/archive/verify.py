"""Is the archive what it says it is?"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slqncy.archive.errors import ArchiveError
from slqncy.archive.layout import LEDGER, RECORD_TYPES, Kind, segment_kind, segment_name, segments_on_disk
from slqncy.archive.ledger import STATE_OF_KIND, Ledger
from slqncy.records import MAX_LINE_BYTES, Story, content_hash, decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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
    except sqlite3.Error as error:
        verdict.defects.append(f"{root / LEDGER}: {error}")
        return verdict
    try:
        known = {(line.segment, line.position): line for line in ledger.lines()}
        acknowledged = ledger.segments()
        versions: Counter[str] = Counter()
        for name, position, line in _raw_lines(root):
            if position >= acknowledged.get(name, 0):
                continue
            where = f"{name}, byte {position}"
            entry = known.pop((name, position), None)
            if entry is None:
                verdict.defects.append(f"{where}: a line the ledger does not know")
                continue
            kind = segment_kind(name)
            verdict.lines[kind] += 1
            try:
                record = decode(line, RECORD_TYPES[kind])
            except ValueError as error:
                verdict.defects.append(f"{where}: does not fit the schema: {error}")
                continue
            if kind is Kind.STORY:
                versions[record.id] += 1
                if record.version != versions[record.id]:
                    verdict.defects.append(
                        f"{where}: version {record.version} of {record.id}, not {versions[record.id]}"
                    )
            verdict.defects += [f"{where}: {defect}" for defect in _line_defects(line, record, name)]
            if (entry.length, entry.id, entry.content_hash) != (len(line), record.id, record.content_hash):
                verdict.defects.append(f"{where}: length, id or hash differ from the ledger's")
            state = ledger.state(record.canonical_url)
            if state is None or (kind is Kind.STORY and state is not STATE_OF_KIND[kind]):
                verdict.defects.append(f"{where}: {record.canonical_url} is in state {state}")
        verdict.defects += [f"{name}, byte {position}: the line is missing" for name, position in known]
        verdict.defects += [
            f"{name}: {length} bytes acknowledged, the file is shorter or missing"
            for name, length in acknowledged.items()
            if not (root / name).is_file() or (root / name).stat().st_size < length
        ]
    finally:
        ledger.close()
    return verdict


def _raw_lines(root: Path) -> Iterator[tuple[str, int, bytes]]:
    for name in segments_on_disk(root):
        position = 0
        with (root / name).open("rb") as file:
            for line in file:
                yield name, position, line
                position += len(line)


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
