"""Bringing files and ledger together when an archive is opened for writing.

A line counts once the ledger has recorded it. What a killed run wrote behind that point is moved aside, never deleted,
and the story is asked for again. A file that is shorter than the ledger says is no trace of a kill: nothing is touched.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from slqncy.archive import disk
from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.layout import QUARANTINE, RECORD_TYPES, segment_kind, segments_on_disk
from slqncy.archive.ledger import STATE_OF_KIND, State
from slqncy.records import Rejected, decode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.archive.ledger import Ledger
    from slqncy.records import Story

logger = logging.getLogger(__name__)

_RANK: dict[State | None, int] = {State.REJECTED: 1, State.DUPLICATE: 2, State.ARCHIVED: 3}
"""Which of an address's lines tells its state; the states that no line gives have none."""


def recover(root: Path, ledger: Ledger, fingerprint: Callable[[Story], bytes]) -> None:
    """Make the files agree with the ledger; build an empty ledger from the files.

    Raises ArchiveDamagedError where a file is shorter than acknowledged, or a line cannot be read while rebuilding.
    """
    known = ledger.segments()
    on_disk = list(segments_on_disk(root))
    if not known and on_disk:
        logger.warning("%s: no ledger; building it from %d files", root, len(on_disk))
        for name in on_disk:
            _rebuild(root, name, ledger, fingerprint)
        ledger.commit()
        return
    for name, length in known.items():
        _refuse_shorter(root / name, length)
    for name in sorted({*known, *on_disk}):
        _cut_back(root, name, known.get(name, 0))


def _refuse_shorter(path: Path, length: int) -> None:
    size = path.stat().st_size if path.exists() else 0
    if size < length:
        raise ArchiveDamagedError(
            f"{path}: {size} bytes, but {length} were acknowledged. "
            "Restore the file from a copy, or move ledger.sqlite away to rebuild it from what is left"
        )


def _cut_back(root: Path, name: str, length: int) -> None:
    """Move what stands behind the acknowledged length to quarantine/; an empty file goes, for readers fail on it."""
    path = root / name
    if path.stat().st_size > length:
        _quarantine(root, name, length)
    if not length:
        path.unlink()
        disk.sync_directory(path.parent)


def _quarantine(root: Path, name: str, length: int) -> None:
    path = root / name
    with path.open("rb") as file:
        file.seek(length)
        tail = file.read()
    aside = root / QUARANTINE / f"{name.replace('/', '-')}.{length}"
    while aside.exists():
        aside = aside.with_name(f"{aside.name}+")
    disk.write_whole(aside, tail)
    disk.truncate(path, length)
    logger.warning("%s: %d unacknowledged bytes moved to %s", path, len(tail), aside)


def _rebuild(root: Path, name: str, ledger: Ledger, fingerprint: Callable[[Story], bytes]) -> None:
    kind = segment_kind(name)
    length = 0
    with (root / name).open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                break
            try:
                record = decode(line, RECORD_TYPES[kind])
            except ValueError as error:
                raise ArchiveDamagedError(f"{root / name}:{number}: not a line of this archive: {error}") from error
            add_line(ledger, name, line, record, fingerprint)
            length += len(line)
    _cut_back(root, name, length)


def add_line(ledger: Ledger, name: str, line: bytes, record: Story, fingerprint: Callable[[Story], bytes]) -> None:
    """Tell the ledger of a line and of what it means for the story's address."""
    state = STATE_OF_KIND[segment_kind(name)]
    ledger.add_line(name, line, record, fingerprint(record) if state is State.ARCHIVED else None)
    # A story that has vanished since is still archived; the line in rejected/ tells of the event.
    # The rank also makes a rebuilt ledger, which meets the lines in another order, equal to the first.
    if _RANK.get(ledger.state(record.canonical_url), 0) <= _RANK[state]:
        ledger.set_state(record.canonical_url, state, record.reason if isinstance(record, Rejected) else "")
