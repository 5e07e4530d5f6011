"""Taking texts out of an archive for good.

What is to go is written down first. From then on every start completes it, however often it is cut short: each file is
replaced as a whole, and one that was replaced before comes out the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from slqncy.archive import disk
from slqncy.archive.captures import path_of
from slqncy.archive.errors import ArchiveDamagedError, ArchiveError
from slqncy.archive.layout import (
    BROWSE,
    INDEX,
    LEDGER,
    QUARANTINE,
    RUNS,
    SCHEMA,
    SEAL,
    TAKEDOWN,
    WARC,
    Kind,
    warcs_on_disk,
)
from slqncy.archive.parts import archives_of
from slqncy.archive.recovery import make_ledger
from slqncy.archive.reports import take_out_details
from slqncy.archive.takedown_lines import Cut, take_out_lines
from slqncy.archive.takedown_quarantine import clear_quarantine
from slqncy.warc.loss import Loss, loss_record

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedown:
    """What is to go. It holds no text: addresses, hashes and byte offsets."""

    at: str
    """When it was decided: RFC 3339, UTC."""
    cut: Cut
    exchanges: dict[str, list[Loss]]
    """Raw responses with their requests, by WARC file."""
    marks: list[str]
    """By which a file in quarantine/ is known to be of them."""


def begin(root: Path, takedown: Takedown) -> None:
    """Write down what is to go: from now on it will. Raises OSError."""
    disk.write_whole(root / TAKEDOWN, msgspec.json.encode(takedown))


def is_pending(root: Path) -> bool:
    """Whether something that is to go has not gone yet."""
    return (root / TAKEDOWN).exists()


def refuse_pending(root: Path) -> None:
    """Raises ArchiveError where something that is to go has not gone yet: it must not get into a copy.

    The archive may be that of a cluster.
    """
    if pending := next(filter(is_pending, archives_of(root)), None):
        raise ArchiveError(f"{pending}: a takedown was cut short; any run completes it, and so does `scrapy rebuild`")


def complete(root: Path) -> Counter[str] | None:
    """Take out what was written down, if anything was, for whoever holds the archive; the ledger is made anew.

    Gives how many things went out of each folder, or None where nothing was to go.
    Raises OSError, sqlite3.Error, or ArchiveDamagedError for what cannot be read.
    """
    path = root / TAKEDOWN
    if not path.exists():
        return None
    try:
        takedown = msgspec.json.decode(path.read_bytes(), type=Takedown)
    except ValueError as error:
        raise ArchiveDamagedError(
            f"{path}: cannot be read: {error}; take it away, and forget the story again"
        ) from error
    # It is of what the files were. Whoever reads meanwhile goes by the lines alone.
    for name in (SEAL, f"{LEDGER}-shm", LEDGER, f"{LEDGER}-wal"):
        disk.remove(root / name)
    gone = take_out_lines(root, takedown.cut)
    gone[WARC] = _take_out_exchanges(root, takedown)
    gone[RUNS] = take_out_details(root, takedown.cut.addresses, takedown.cut.reports)
    gone[QUARANTINE] = clear_quarantine(root, takedown.marks)
    # Its numbers are places of lines, and these have moved.
    _clear(root / INDEX, "*")
    make_ledger(root)
    for folder in (root, *(root / name for name in (*Kind, WARC, RUNS, SCHEMA, QUARANTINE, INDEX))):
        _clear(folder, ".*.tmp*")
    # Last: whoever makes it anew meanwhile finds that the lines are others than those it was made of.
    disk.remove(root / BROWSE)
    disk.remove(path)
    return gone


def _take_out_exchanges(root: Path, takedown: Takedown) -> int:
    """Records of a loss take their places, so that all others keep theirs."""
    # Every start asks whether there is a takedown to complete, and hardly ever is there one.
    from slqncy.archive.repair_warcs import put_instead  # noqa: PLC0415

    on_disk = set(warcs_on_disk(root))
    for name, losses in takedown.exchanges.items():
        if name in on_disk:
            pieces = [
                (loss.start, loss.until, loss_record(takedown.at, [loss], size=loss.until - loss.start))
                for loss in losses
            ]
            put_instead(path_of(root, name), pieces)
    return sum(map(len, takedown.exchanges.values()))


def _clear(folder: Path, pattern: str) -> None:
    for path in sorted(folder.glob(pattern)):
        disk.remove(path)
