"""The pages of several archives as one: in which order they came, which say the same, and what becomes of each.

What is noted of them is in a temporary database, so that memory does not grow with them.
"""

from __future__ import annotations

import hashlib
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from slqncy.archive.layout import Kind, segment_month
from slqncy.archive.merge_events import Brought, Standing
from slqncy.reasons import EventKind, State
from slqncy.records import Rejected, Story

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from slqncy.archive.merge_source import Source
    from slqncy.records import Event

_TABLES = """
CREATE TABLE address (
    id         INTEGER PRIMARY KEY,
    url        TEXT NOT NULL UNIQUE,
    state      TEXT,                     -- what is told of it so far, and how many lines of each kind
    stories    INTEGER NOT NULL DEFAULT 0,
    copies     INTEGER NOT NULL DEFAULT 0,
    rejections INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE chain (               -- the pages of an address so far, and apart from them those that are no stories
    address      INTEGER NOT NULL,
    is_rejected  INTEGER NOT NULL,
    published    TEXT NOT NULL,      -- by the first one
    month        TEXT NOT NULL,      -- of the last one
    said         BLOB NOT NULL,      -- by the last one
    PRIMARY KEY (address, is_rejected)
) STRICT, WITHOUT ROWID;
CREATE TABLE page (
    id        INTEGER PRIMARY KEY,
    source    INTEGER NOT NULL,
    segment   TEXT NOT NULL,
    position  INTEGER NOT NULL,
    length    INTEGER NOT NULL,
    address   INTEGER NOT NULL,
    kind      TEXT NOT NULL,              -- as its archive has it: the folder of its line
    version   INTEGER NOT NULL,
    number    INTEGER,                    -- in the order in which they came
    event     INTEGER,                    -- number of the event that brought it
    month     TEXT NOT NULL DEFAULT '',
    story     TEXT NOT NULL DEFAULT '',
    published TEXT NOT NULL DEFAULT '',
    is_line   INTEGER NOT NULL DEFAULT 1, -- 0: the page before says the same
    outcome   TEXT NOT NULL DEFAULT '',   -- the folder that it comes to
    stands_as INTEGER NOT NULL DEFAULT 0, -- its version there
    detail    TEXT NOT NULL DEFAULT ''
) STRICT;
"""
_INDEXES = """
CREATE INDEX page_version ON page (source, address, kind, version);
"""
_MORE_INDEXES = """
CREATE INDEX page_order ON page (month, published, story, number);
CREATE INDEX page_event ON page (event) WHERE event IS NOT NULL;
"""
_LINES = """
    SELECT url.url, segment, position, length, line.version FROM line JOIN url ON url.id = line.url
    WHERE segment NOT GLOB 'rewrites/*' ORDER BY segment, position
"""
_KINDS = {
    EventKind.ARCHIVED: Kind.STORY, EventKind.CHANGED: Kind.STORY, EventKind.EARLIER: Kind.STORY,
    EventKind.DUPLICATE: Kind.DUPLICATE, EventKind.REJECTED: Kind.REJECTED, EventKind.GONE: Kind.REJECTED,
}  # fmt: skip
_OF_STATE = {State.DUPLICATE: Kind.DUPLICATE, State.REJECTED: Kind.REJECTED}
_NOT_SAID = {"schema_version", "url", "version", "date_downloaded", "provenance"}
"""Fields of a page that are not read off it."""
_SAID = [name for name in Story.__dataclass_fields__ if name not in _NOT_SAID]
_COUNTS = {Kind.STORY: "stories", Kind.DUPLICATE: "copies", Kind.REJECTED: "rejections"}


class Page(NamedTuple):
    """A page, in the order in which all are judged."""

    row: int
    source: int
    month: str
    address: int
    stories: int
    """Lines of its address in stories/ so far."""
    page: Story


class Pages:
    """All pages of some archives."""

    def __init__(self, path: Path, sources: Sequence[Source]) -> None:
        """Note where they are. Raises sqlite3.Error."""
        self._sources = sources
        self._numbered = 0
        self.db = sqlite3.connect(path)
        self.db.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")
        for number, source in enumerate(sources):
            rows = source.ledger.db.execute(_LINES)
            self.db.executemany(
                "INSERT INTO page (source, address, kind, segment, position, length, version) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (number, self._address(url), segment.partition("/")[0], segment, *place)
                    for url, segment, *place in rows
                ),
            )
        self.db.executescript(_INDEXES)

    def close(self) -> None:
        """Forget all."""
        self.db.close()

    # In which order they came

    def came(self, number: int, source: int, event: Event) -> None:
        """An event of an archive, the next one by time; it may have brought a page. Raises OSError or ValueError."""
        if event.event is EventKind.LOST:
            self._came_until(source, event, Kind.STORY, event.version or 0)
            if event.state in _OF_STATE:
                self._came_until(source, event, _OF_STATE[event.state], None)
        elif event.version is not None:
            for kind in _kinds(event):
                self._came_until(source, event, kind, event.version, number)

    def rest_came(self) -> None:
        """There are no more events: what none has told of came last. Raises OSError or ValueError."""
        for (page,) in self.db.execute("SELECT id FROM page WHERE number IS NULL ORDER BY id").fetchall():
            self._number(page, None)
        self.db.executescript(_MORE_INDEXES)

    def _came_until(
        self, source: int, event: Event, kind: Kind, version: int | None, number: int | None = None
    ) -> None:
        rows = self.db.execute(
            "SELECT page.id, version FROM page JOIN address ON address.id = page.address WHERE address.url = ? "
            "AND source = ? AND kind = ? AND version <= ifnull(?, version) AND number IS NULL ORDER BY version",
            (event.url, source, kind, version),
        ).fetchall()
        for page, of_page in rows:
            self._number(page, number if of_page == version else None)

    def _number(self, row: int, event: int | None) -> None:
        source, segment, position, length, address, kind = self.db.execute(
            "SELECT source, segment, position, length, address, kind FROM page WHERE id = ?", (row,)
        ).fetchone()
        page = self._sources[source].page(segment, position, length)
        chain = address, kind == Kind.REJECTED
        before = self.db.execute(
            "SELECT published, month, said FROM chain WHERE (address, is_rejected) = (?, ?)", chain
        ).fetchone()
        published, month, said_before = before or (page.date_published, "", b"")
        # Neither goes back within a chain, so that its versions are in order.
        month, said = max(month, segment_month(segment)), _said(page)
        self.db.execute("INSERT OR REPLACE INTO chain VALUES (?, ?, ?, ?, ?)", (*chain, published, month, said))
        self._numbered += 1
        self.db.execute(
            "UPDATE page SET number = ?, event = ?, month = ?, story = ?, published = ?, is_line = ? WHERE id = ?",
            (self._numbered, event, month, page.id, published, said != said_before, row),
        )

    # What becomes of them

    def in_order(self) -> Iterator[Page]:
        """Those that are lines of their own, by month, then by when they were published, then by id and version."""
        rows = self.db.execute(
            "SELECT id, source, month, address, segment, position, length FROM page WHERE is_line "
            "ORDER BY month, published, story, number"
        )
        for row, source, month, address, *place in rows:
            (stories,) = self.db.execute("SELECT stories FROM address WHERE id = ?", (address,)).fetchone()
            yield Page(row, source, month, address, stories, self._sources[source].page(*place))

    def page(self, row: int) -> Story:
        """The page of a row."""
        source: int
        source, *place = self.db.execute(
            "SELECT source, segment, position, length FROM page WHERE id = ?", (row,)
        ).fetchone()
        return self._sources[source].page(*place)

    def settle(self, page: Page, kind: Kind, detail: str) -> int:
        """Say what a page becomes. Gives its version there."""
        column = _COUNTS[kind]
        (version,) = self.db.execute(
            f"UPDATE address SET {column} = {column} + 1 WHERE id = ? RETURNING {column}",  # noqa: S608
            (page.address,),
        ).fetchone()
        self.db.execute(
            "UPDATE page SET outcome = ?, stands_as = ?, detail = ? WHERE id = ?", (kind, version, detail, page.row)
        )
        return int(version)

    # What is told of them

    def begin_to_tell(self) -> None:
        """All pages are settled."""
        self.db.execute("UPDATE address SET stories = 0, copies = 0, rejections = 0")

    def brought(self, event: int) -> Brought | None:
        """The line that the event of a number brought."""
        row = self.db.execute(
            "SELECT kind, outcome, stands_as, detail, is_line FROM page WHERE event = ?", (event,)
        ).fetchone()
        if row is None:
            return None
        kind, outcome, version, detail, is_line = row
        return Brought(Kind(outcome or kind), version, detail, bool(is_line))

    def standing(self, url: str) -> Standing:
        """What is told of an address so far."""
        row = self.db.execute("SELECT state, stories, copies, rejections FROM address WHERE url = ?", (url,)).fetchone()
        return Standing(State(row[0]) if row[0] else None, *row[1:]) if row else Standing()

    def tell(self, url: str, standing: Standing) -> None:
        """Note what is told of an address."""
        self.db.execute(
            "INSERT INTO address (url, state, stories, copies, rejections) VALUES (?1, ?2, ?3, ?4, ?5) "
            "ON CONFLICT (url) DO UPDATE SET state = ?2, stories = ?3, copies = ?4, rejections = ?5",
            (url, standing.state, standing.stories, standing.copies, standing.rejected),
        )

    def _address(self, url: str) -> int:
        row = self.db.execute("SELECT id FROM address WHERE url = ?", (url,)).fetchone()
        if row is None:
            row = self.db.execute("INSERT INTO address (url) VALUES (?) RETURNING id", (url,)).fetchone()
        return int(row[0])


def _kinds(event: Event) -> tuple[Kind, ...]:
    """The kinds of line that may have come with an event."""
    if event.event is EventKind.REEXTRACTED:
        return (_OF_STATE.get(event.state, Kind.STORY) if event.state else Kind.STORY,)
    if event.event is EventKind.RESCORED:
        return (Kind.STORY,) if event.state is State.ARCHIVED else (Kind.DUPLICATE,)
    return (_KINDS[event.event],) if event.event in _KINDS else ()


def _said(page: Story) -> bytes:
    """What tells a page from others of its address."""
    # What a web archive has may be older than what the site has said before.
    said = [page.captured, *(getattr(page, name) for name in _SAID)]
    reason = [page.reason] if isinstance(page, Rejected) else []
    return hashlib.blake2b(msgspec.json.encode(said + reason), digest_size=16).digest()
