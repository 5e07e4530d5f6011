"""What is known of captures while a package is made, sorted as it is needed.

It is in a file of SQLite's own that has no name: ten million captures cost disk for a while, and no memory.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE line (line BLOB NOT NULL);
CREATE TABLE original (
    record   BLOB NOT NULL,     -- UUID of a response record
    file     TEXT NOT NULL,
    position INTEGER NOT NULL,
    date     TEXT NOT NULL
);
CREATE TABLE need (record BLOB NOT NULL);
CREATE TABLE page (
    id       TEXT NOT NULL,
    url      TEXT NOT NULL,
    ts       TEXT NOT NULL,
    is_front INTEGER NOT NULL,
    address  TEXT NOT NULL,     -- canonical URL
    payload  BLOB NOT NULL      -- UUID of the record that has it
);
CREATE TABLE title (
    address  TEXT NOT NULL,
    at       TEXT NOT NULL,
    file     TEXT NOT NULL,
    position INTEGER,
    title    TEXT NOT NULL
);
"""
_PAGES = """
SELECT id, url, ts, coalesce(
    (SELECT title FROM title WHERE address = page.address AND (file, position) = (original.file, original.position)),
    (SELECT title FROM title WHERE address = page.address AND at <= page.ts ORDER BY at DESC),
    (SELECT title FROM title WHERE address = page.address ORDER BY at),
    ''
) FROM page LEFT JOIN original ON original.record = page.payload ORDER BY ts, url, id
"""


class Title(NamedTuple):
    """What a page was called when it was read."""

    address: str
    """Canonical URL of the page."""
    at: str
    """When it was read: RFC 3339, UTC."""
    file: str
    """Name of the WARC file that has its payload, or ""."""
    position: int | None
    """Byte offset of the record there."""
    title: str


class Place(NamedTuple):
    """Where a payload is, and when it came."""

    file: str
    position: int
    date: str


class Page(NamedTuple):
    """A capture that a reader may begin with."""

    id: str
    url: str
    ts: str
    title: str


class Scratch:
    """All methods raise sqlite3.Error where the disk is full."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Give the disk back."""
        self._db.close()

    # Payloads

    def add_payload(self, record: UUID, place: Place) -> None:
        """A response record has its payload there."""
        self._db.execute("INSERT INTO original VALUES (?, ?, ?, ?)", (record.bytes, *place))

    def index_payloads(self) -> None:
        """To be called when all payloads are known, before one is looked for."""
        self._db.execute("CREATE INDEX original_record ON original (record)")

    def payload(self, record: UUID) -> Place | None:
        """Where the payload of a response record is."""
        row = self._db.execute("SELECT file, position, date FROM original WHERE record = ?", (record.bytes,)).fetchone()
        return Place(*row) if row else None

    def add_need(self, record: UUID) -> None:
        """A revisit refers to the payload of that record."""
        self._db.execute("INSERT INTO need VALUES (?)", (record.bytes,))

    def count_without_payload(self) -> int:
        """How many revisits refer to a record that is not known."""
        (count,) = self._db.execute(
            "SELECT count(*) FROM need WHERE record NOT IN (SELECT record FROM original)"
        ).fetchone()
        return int(count)

    # Index lines

    def add_line(self, line: bytes) -> None:
        """A line of the index."""
        self._db.execute("INSERT INTO line VALUES (?)", (line,))

    def lines(self) -> Iterator[bytes]:
        """All lines of the index, sorted by their bytes."""
        return (line for (line,) in self._db.execute("SELECT line FROM line ORDER BY line"))

    # Pages

    def add_page(self, page: Page, address: str, payload: UUID, *, is_front: bool) -> None:
        """A page whose canonical URL is `address`; its title is looked up."""
        row = (page.id, page.url, page.ts, is_front, address, payload.bytes)
        self._db.execute("INSERT INTO page VALUES (?, ?, ?, ?, ?, ?)", row)

    def add_titles(self, titles: Iterable[Title]) -> None:
        """What pages were called."""
        self._db.executemany("INSERT INTO title VALUES (?, ?, ?, ?, ?)", titles)
        self._db.execute("CREATE INDEX title_address ON title (address)")

    def pages(self) -> Iterator[Page]:
        """All pages, oldest first.

        A title is the one that was read from the very payload; else the last one read at that address until then, or
        the first one after.
        """
        yield from map(Page._make, self._db.execute(_PAGES))

    def main_page(self) -> tuple[str, str] | None:
        """URL and time of the home page as it was last captured; where there is none, of another page."""
        row: tuple[str, str] | None = self._db.execute(
            "SELECT url, ts FROM page ORDER BY is_front DESC, length(url), ts DESC, url LIMIT 1"
        ).fetchone()
        return row
