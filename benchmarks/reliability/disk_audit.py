"""Whether what a disk has left is still the archive that was promised."""

from __future__ import annotations

import logging
import re
import shutil
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastwarc.warc import ArchiveIterator, WarcRecordType

from benchmarks.reliability.workload import STEPS, finish
from slqncy.archive import ArchiveError, ArchiveWriter
from slqncy.archive.files import open_segment
from slqncy.archive.layout import LEDGER, WARC, Kind, segment_kind, segments_on_disk
from slqncy.archive.repair import repair
from slqncy.archive.verify import verify
from slqncy.reasons import PageKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.reliability.disk_model import State

ARCHIVE = "archive"
"""The archive's folder on a disk."""
_PLACE = re.compile(rb'"warc":\{"file":"([^"]*)","offset":(null|\d+)\}')
_NO_PLACE = b'"warc":{"file":"","offset":null}'
_EVENT_LINES = {step.event_line: number for number, step in enumerate(STEPS)}
_RECORD_LINES = {line: number for number, step in enumerate(STEPS) for line in step.record_lines}
_PAGES = {step.record_lines[0]: step.page for step in STEPS if step.record}


class Fault(StrEnum):
    """What may be wrong with an archive after a mishap."""

    REFUSED = "recovery refused"
    LOST = "acknowledged lines lost"
    TWICE = "lines twice"
    TORN = "lines torn or foreign"
    RESPONSE = "raw responses lost, twice or others"
    DEFECT = "defects found by verify"
    ASTRAY = "going on ends elsewhere"


@dataclass(frozen=True, slots=True)
class Audit:
    """What is in an archive after its recovery, and what is wrong with it."""

    whole: frozenset[int]
    """The steps whose lines are there."""
    faults: tuple[tuple[Fault, str], ...] = ()
    is_repaired: bool = False
    """Whether recovery refused, and `repair` had to be called: only where the ledger is lost as well."""

    def against(self, acknowledged: frozenset[int]) -> tuple[tuple[Fault, str], ...]:
        """All faults, where these steps had been acknowledged."""
        lost = sorted(acknowledged - self.whole)
        if not lost or any(fault is Fault.REFUSED for fault, _ in self.faults):
            return self.faults
        return (*self.faults, (Fault.LOST, f"{len(lost)} steps, the first {lost[0]}"))


@dataclass(frozen=True)
class Lines:
    """The lines of an archive, each with how often it is there."""

    events: Counter[bytes]
    records: Counter[bytes]
    """Without where their raw responses are."""
    places: list[tuple[bytes, tuple[str, str]]]
    """Lines of pages, with the file and the byte offset that they name."""


def audit(root: Path) -> Audit:
    """Open an archive, which repairs it, look at every line, and live on to the end of the story."""
    has_ledger, is_repaired = (root / LEDGER).exists(), False
    try:
        ArchiveWriter(root).close()
    except ArchiveError as error:
        # Without a ledger nobody knows whether a line that cannot be read was ever acknowledged: a person is asked.
        if has_ledger or "`scrapy repair`" not in str(error):
            return Audit(frozenset(), ((Fault.REFUSED, str(error)),))
        repair(root)
        is_repaired = True
    lines = read_lines(root)
    whole = frozenset(
        number
        for number, step in enumerate(STEPS)
        if lines.events[step.event_line] and all(lines.records[line] for line in step.record_lines)
    )
    defects = verify(root, full=True).defects
    faults = [*_line_faults(lines), *response_faults(root, lines), *((Fault.DEFECT, defect) for defect in defects)]
    if not faults:
        faults += _end_faults(root, is_repaired=is_repaired)
    return Audit(whole, tuple(faults), is_repaired)


def audit_state(state: State, base: Path) -> Audit:
    """As `audit`, of the archive in a state of a disk, which is laid out in the empty folder `base` for the time."""
    for name, content in state.items():
        if content is None:
            (base / name).mkdir()
        else:
            (base / name).write_bytes(content)
    try:
        return audit(base / ARCHIVE)
    finally:
        for path in base.iterdir():
            shutil.rmtree(path)


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder for archives that no disk slows down, for `verify` too; recoveries are silent meanwhile."""
    before = tempfile.tempdir
    memory = Path("/dev/shm")  # noqa: S108  # a folder of our own is made in there
    logging.disable()
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as directory:
        tempfile.tempdir = directory
        try:
            yield Path(directory)
        finally:
            tempfile.tempdir = before
            logging.disable(logging.NOTSET)


def read_lines(root: Path) -> Lines:
    """All lines of an archive."""
    lines = Lines(Counter(), Counter(), [])
    for name in segments_on_disk(root):
        with open_segment(root, name) as file:
            if segment_kind(name) is Kind.EVENT:
                # What rebuilding says of losses is no part of the story.
                lines.events.update(line for line in file if b'"event":"lost"' not in line)
                continue
            for line in file:
                bare = _PLACE.sub(_NO_PLACE, line)
                lines.records[bare] += 1
                if place := _PLACE.search(line):
                    lines.places.append((bare, (place[1].decode(), place[2].decode())))
    return lines


def response_faults(root: Path, lines: Lines) -> Iterator[tuple[Fault, str]]:
    """Whether each page has its raw response, as another reader than ours reads it, and that once."""
    responses = {}
    for path in sorted((root / WARC).glob("*")):
        if not path.name.endswith(".warc.gz"):
            yield Fault.RESPONSE, f"{path.name} is left"
            continue
        try:
            for record in ArchiveIterator(path, WarcRecordType.response, parse_http=False, verify_digests=True):
                responses[path.name, str(record.stream_pos)] = record.reader.read().partition(b"\r\n\r\n")[2]
        except OSError as error:
            yield Fault.RESPONSE, f"{path.name}: {error}"
    for payload, times in Counter(responses.values()).items():
        if times > 1:
            yield Fault.RESPONSE, f"{times} times {payload[:80]!r}"
    for line, place in lines.places:
        if line in _PAGES and responses.get(place) != _PAGES[line]:
            yield Fault.RESPONSE, f"at {place}: {responses.get(place, b'')[:80]!r}, not {_PAGES[line][:80]!r}"


def _line_faults(lines: Lines) -> Iterator[tuple[Fault, str]]:
    for found, known in ((lines.events, _EVENT_LINES), (lines.records, _RECORD_LINES)):
        for line, times in found.items():
            if line not in known:
                yield Fault.TORN, repr(line[:80])
            elif times > 1:
                yield Fault.TWICE, f"{times} times {line[:80]!r}"


def _states(root: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(root / LEDGER)) as db:
        return db.execute("SELECT * FROM url ORDER BY id").fetchall()


@cache
def _goal() -> tuple[Lines, list[tuple[Any, ...]]]:
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / ARCHIVE
        finish(root)
        return read_lines(root), _states(root)


def _end_faults(root: Path, *, is_repaired: bool) -> Iterator[tuple[Fault, str]]:
    goal, goal_states = _goal()
    try:
        finish(root)
    except ArchiveError as error:
        yield Fault.ASTRAY, str(error)
        return
    lines = read_lines(root)
    yield from response_faults(root, lines)
    if lines.records != goal.records:
        yield Fault.ASTRAY, f"{(goal.records - lines.records).total()} lines of pages missing"
    # Where a line was lost before it was acknowledged, its event is told a second time.
    if set(lines.events) != set(goal.events):
        yield Fault.ASTRAY, f"{len(set(lines.events) ^ set(goal.events))} events differ"
    differing = [pair for pair in zip_longest(goal_states, _states(root)) if pair[0] != pair[1]]
    if is_repaired:
        # Repair has lists read again, which the rest of the story does not do.
        differing = [pair for pair in differing if any(row is None or row[2] == PageKind.STORY for row in pair)]
    if differing:
        yield Fault.ASTRAY, f"{len(differing)} addresses in another state, the first {differing[0]}"
