"""Bringing files and ledger together when an archive is opened for writing.

A line counts once the ledger has recorded it. What a killed run wrote behind that point is moved aside, never deleted,
and the story is asked for again. What no kill explains stops the run, and nothing is touched.
"""

from __future__ import annotations

import logging
import zlib
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from slqncy.archive import disk, states
from slqncy.archive.captures import path_of, refuse, settle
from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.layout import (
    LEDGER,
    Kind,
    closed_path,
    is_part,
    manifest_path,
    numbers_on_disk,
    open_path,
    segment_name,
    segments_on_disk,
    warcs_on_disk,
)
from slqncy.archive.ledger import VERSION, Ledger, Segment, open_month
from slqncy.archive.quarantine import cut_back, set_aside
from slqncy.archive.rebuild import fill, losses
from slqncy.archive.roll_forward import cut_to, roll_forward
from slqncy.archive.seal import break_seal
from slqncy.records import encode, moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slqncy.archive.rebuild import Doubt

logger = logging.getLogger(__name__)

MOST_LINES = 128
"""Lines that are acknowledged together, and so the most that a kill can leave unacknowledged in a file."""


def open_ledger(root: Path, acknowledged: Mapping[str, int] | None = None) -> Ledger:
    """The ledger of an archive, in agreement with its files; a missing one is rebuilt.

    `acknowledged` is how much of some files a cluster has acknowledged, in bytes, by their names in the archive.
    Raises ArchiveDamagedError where the files are not what a kill can have left.
    """
    path = root / LEDGER
    if not path.exists() or _is_of_another_version(path):
        if segments_on_disk(root):
            logger.warning("%s: no ledger of this version; building it from the lines", root)
        cut_to(root, acknowledged or {})
        make_ledger(root)
    ledger = Ledger(path)
    try:
        if acknowledged:
            roll_forward(root, ledger, acknowledged)
        _agree(root, ledger)
        ledger.commit()
    except BaseException:
        ledger.close()
        raise
    return ledger


def make_ledger(root: Path, doubt: Doubt | None = None) -> None:
    """Build the ledger from the lines, whole, then put it in its place; the one that was there goes to quarantine/.

    `doubt` where events may be lost: then what they knew is asked for again.
    """
    path, new = root / LEDGER, root / f".{LEDGER}.tmp"
    for suffix in ("", "-wal", "-shm"):
        new.with_name(f"{new.name}{suffix}").unlink(missing_ok=True)
    # What a killed run wrote may not be on disk yet; the new ledger is going to say that it is.
    segments = (path(root, name) for name in segments_on_disk(root) for path in (open_path, closed_path))
    for file in (*segments, *(path_of(root, name) for name in warcs_on_disk(root))):
        if file.exists():
            disk.sync_file(file)
            disk.sync_directory(file.parent)
    ledger = Ledger(new)
    try:
        fill(ledger, root)
        _write_losses(root, ledger, doubt)
        ledger.settle()
    finally:
        ledger.close()
    break_seal(root)
    # What the old one knew may have been wrong; the others are what earlier versions left.
    for stale in (*numbers_on_disk(root), root / "index/numbers", root / "ledger.sha256"):
        disk.remove(stale)
    # The index of a write-ahead log says nothing that the log does not.
    disk.remove(path.with_name(f"{path.name}-shm"))
    for old in (path, path.with_name(f"{path.name}-wal")):
        if old.exists():
            set_aside(root, old)
    new.replace(path)
    disk.sync_directory(root)


def _write_losses(root: Path, ledger: Ledger, doubt: Doubt | None) -> None:
    """Tell of losses as of all that happens: a ledger that is made later must know what came of them."""
    now = moment(datetime.now(UTC))
    segments = ledger.segments()
    name = segment_name(Kind.EVENT, max(now[:7], open_month(segments.values())))
    segment = segments.get(name) or Segment(name, 0, 0, 0, closed=False)
    path = open_path(root, name)
    events = losses(ledger, now, doubt, is_part=is_part(root))
    while group := list(islice(events, MOST_LINES)):
        if path.exists():
            cut_back(root, path, name, segment.length)
        if not path.exists():
            disk.create_file(path)
        data = b"".join(map(encode, group))
        disk.append(path, data)
        for event in group:
            states.apply(ledger.db, event)
        length, lines = segment.length + len(data), segment.lines + len(group)
        segment = Segment(name, length, lines, zlib.crc32(data, segment.crc32), closed=False)
        ledger.set_segment(segment)
    ledger.commit()


def _is_of_another_version(path: Path) -> bool:
    ledger = Ledger(path, read_only=True)
    try:
        return ledger.version != VERSION
    finally:
        ledger.close()


def _agree(root: Path, ledger: Ledger) -> None:
    known, warcs = ledger.segments(), ledger.warcs()
    unknown = [name for name in segments_on_disk(root) if name not in known]
    # First look at everything, then change anything.
    for segment in known.values():
        refuse_less(root, segment)
    refuse(root, warcs)
    for name in [*known, *unknown]:
        _refuse_more(root, name, known.get(name))
    for segment in known.values():
        if segment.closed:
            disk.remove(open_path(root, segment.name))
        else:
            for path in (closed_path(root, segment.name), manifest_path(root, segment.name)):
                disk.remove(path)
    for name in unknown:
        cut_back(root, open_path(root, name), name, 0)
    for segment in known.values():
        if not segment.closed:
            cut_back(root, open_path(root, segment.name), segment.name, segment.length)
    settle(root, ledger, warcs)


def refuse_less(root: Path, segment: Segment) -> None:
    """Raises ArchiveDamagedError where a file lacks some of what was acknowledged."""
    path = (closed_path if segment.closed else open_path)(root, segment.name)
    if segment.closed and not path.exists():
        raise ArchiveDamagedError(f"{path}: is missing. Restore it from a copy, or let `scrapy repair` do without it")
    size = path.stat().st_size if path.exists() else 0
    if not segment.closed and size < segment.length:
        raise ArchiveDamagedError(
            f"{path}: {size} bytes, but {segment.length} were acknowledged. "
            "Restore it from a copy, or let `scrapy repair` go on with what is left"
        )


def _refuse_more(root: Path, name: str, segment: Segment | None) -> None:
    """Refuse a file that has more behind its acknowledged part than one group of lines: its ledger is an older one."""
    path = open_path(root, name)
    if segment is None and closed_path(root, name).exists():
        raise ArchiveDamagedError(f"{closed_path(root, name)}: unknown to the ledger; run `scrapy rebuild`")
    if (segment and segment.closed) or not path.exists():
        return
    if has_more_lines(path, segment.length if segment else 0):
        raise ArchiveDamagedError(f"{path}: more lines than the ledger knows of; run `scrapy rebuild`")


def has_more_lines(path: Path, length: int) -> bool:
    """Whether a file has more lines behind a length than a kill can have left."""
    with path.open("rb") as file:
        file.seek(length)
        return sum(1 for _ in islice(file, MOST_LINES + 1)) > MOST_LINES
