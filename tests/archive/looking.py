"""What is done to archives, and looked at, in several tests."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from slqncy.archive import ArchiveWriter
from slqncy.archive.verify import verify
from slqncy.dedup import fingerprint

if TYPE_CHECKING:
    from pathlib import Path


def open_and_close(root: Path) -> None:
    """What a run that finds nothing to do does."""
    ArchiveWriter(root, fingerprint).close()


def lose_ledger(root: Path) -> None:
    """Leave the lines, and neither the ledger nor its seal."""
    for path in root.glob("ledger.*"):
        path.unlink()


def quarantine(root: Path) -> list[bytes]:
    """What was moved aside."""
    return sorted(path.read_bytes() for path in (root / "quarantine").glob("*"))


def tables(path: Path) -> dict[str, list[Any]]:
    """Every row of a ledger."""
    database = sqlite3.connect(path)
    rows = {
        table: database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608
        for table in ("segment", "line", "url")
    }
    database.close()
    return rows


def defects(root: Path) -> list[str]:
    """All that is wrong with an archive."""
    return verify(root, fingerprint, full=True).defects
