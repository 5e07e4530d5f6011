"""The ledger: an SQLite index of every line and of every story address ever found. It can be rebuilt from the lines."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from slqncy.archive.layout import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from slqncy.records import Story

_SCHEMA = """
CREATE TABLE IF NOT EXISTS segment (
    name    TEXT PRIMARY KEY,
    length  INTEGER NOT NULL          -- acknowledged bytes; what is behind them was never acknowledged
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS line (
    segment       TEXT NOT NULL,
    position      INTEGER NOT NULL,   -- byte offset
    length        INTEGER NOT NULL,   -- bytes, line feed included
    id            TEXT NOT NULL,
    version       INTEGER NOT NULL,
    content_hash  TEXT NOT NULL,
    digest        BLOB NOT NULL,      -- sha256 of the line's bytes
    fingerprint   BLOB,               -- of the normal form of the text; stories only
    PRIMARY KEY (segment, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS line_id ON line (id);
CREATE INDEX IF NOT EXISTS line_fingerprint ON line (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE TABLE IF NOT EXISTS url (
    url     TEXT PRIMARY KEY,         -- canonical
    state   TEXT NOT NULL,
    reason  TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS url_due ON url (state) WHERE state IN ('found', 'failed');
"""


_LINE = "segment, position, length, id, version, content_hash, digest"


class State(StrEnum):
    """What became of a story's address; each is in exactly one state."""

    FOUND = "found"  # not asked for yet
    ARCHIVED = "archived"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    FAILED = "failed"  # no answer; due again
    EXCLUDED = "excluded"  # by robots.txt or by an argument of the run


STATE_OF_KIND = {Kind.STORY: State.ARCHIVED, Kind.DUPLICATE: State.DUPLICATE, Kind.REJECTED: State.REJECTED}


@dataclass(frozen=True, slots=True)
class Line:
    """Where a line is, and what it holds."""

    segment: str
    position: int
    length: int
    id: str
    version: int
    content_hash: str
    digest: bytes


def digest(line: bytes) -> bytes:
    """What proves that a line is the one that was acknowledged: its other fields have no hash of their own."""
    return hashlib.sha256(line).digest()


class Ledger:
    """The index. Changes stand only after `commit`."""

    def __init__(self, path: Path) -> None:
        """Open or create. Raises sqlite3.Error."""
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA journal_mode = WAL")
        # FULL: a commit is on disk when it returns; NORMAL may lose the last ones in a power cut.
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)

    def commit(self) -> None:
        """Make all changes since the last commit durable, together."""
        self._db.commit()

    def close(self) -> None:
        """Close without committing."""
        self._db.close()

    def segments(self) -> dict[str, int]:
        """Acknowledged length in bytes of each segment."""
        return dict(self._db.execute("SELECT name, length FROM segment ORDER BY name"))

    def add_line(self, segment: str, line: bytes, record: Story, fingerprint: bytes | None) -> None:
        """Know a line that was appended to a segment, and the segment with it."""
        self._db.execute("INSERT OR IGNORE INTO segment VALUES (?, 0)", (segment,))
        (position,) = self._db.execute("SELECT length FROM segment WHERE name = ?", (segment,)).fetchone()
        self._db.execute(
            "INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (segment, position, len(line), record.id, record.version, record.content_hash, digest(line), fingerprint),
        )
        self._db.execute("UPDATE segment SET length = length + ? WHERE name = ?", (len(line), segment))

    def set_state(self, url: str, state: State, reason: str = "") -> None:
        """Put an address in a state."""
        self._db.execute(
            "INSERT INTO url VALUES (?, ?, ?) "
            "ON CONFLICT (url) DO UPDATE SET state = excluded.state, reason = excluded.reason",
            (url, state, reason),
        )

    def add_found(self, urls: Iterable[str]) -> None:
        """Know addresses; those already known keep their state."""
        self._db.executemany("INSERT OR IGNORE INTO url (url, state) VALUES (?, 'found')", ((url,) for url in urls))

    def state(self, url: str) -> State | None:
        """The state of an address, or None where it was never found."""
        row = self._db.execute("SELECT state FROM url WHERE url = ?", (url,)).fetchone()
        return State(row[0]) if row else None

    def due(self) -> list[str]:
        """Addresses that were found and have no answer yet, in order of address."""
        return [
            url for (url,) in self._db.execute("SELECT url FROM url WHERE state IN ('found', 'failed') ORDER BY url")
        ]

    def latest(self, kind: Kind, story_id: str) -> Line | None:
        """The newest line of that kind for a story."""
        row = self._db.execute(
            f"SELECT {_LINE} FROM line WHERE id = ? AND segment GLOB ? ORDER BY version DESC LIMIT 1",  # noqa: S608
            (story_id, f"{kind}/*"),
        ).fetchone()
        return Line(*row) if row else None

    def with_fingerprint(self, fingerprint: bytes) -> str | None:
        """The id of the first archived story with that fingerprint."""
        row = self._db.execute(
            "SELECT id FROM line WHERE fingerprint = ? ORDER BY segment, position LIMIT 1", (fingerprint,)
        ).fetchone()
        return row[0] if row else None

    def lines(self) -> Iterator[Line]:
        """All lines, in the order they stand on disk."""
        rows = self._db.execute(f"SELECT {_LINE} FROM line ORDER BY segment, position")  # noqa: S608
        return (Line(*row) for row in rows)

    def states(self) -> dict[str, int]:
        """How many addresses are in each state."""
        return dict(self._db.execute("SELECT state, count(*) FROM url GROUP BY state"))
