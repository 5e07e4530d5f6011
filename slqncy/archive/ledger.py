"""The ledger: an SQLite index of every line and every address. It is made of the lines, and of nothing else."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

from slqncy.archive.errors import ArchiveError
from slqncy.archive.layout import LEDGER, Place, is_archive, is_cluster, month_after, segment_kind, segment_month
from slqncy.reasons import HOLE, PageKind, State
from slqncy.warc.capture import Captured, Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from slqncy.archive.layout import Kind
    from slqncy.warc.loss import Loss

VERSION = 8
"""Of the tables; a ledger of another version is rebuilt."""
PAGE = 4096
"""Bytes of a page of the file."""
_MOST_LOGGED = 2000
"""Rows changed until pages go from the write-ahead log into the file: a few thousand pages at most."""

_TABLES = """
CREATE TABLE segment (
    name    TEXT PRIMARY KEY,
    length  INTEGER NOT NULL,         -- acknowledged bytes, uncompressed; what is behind them was never acknowledged
    lines   INTEGER NOT NULL,
    crc32   INTEGER NOT NULL,         -- of the acknowledged bytes
    closed  INTEGER NOT NULL          -- 1: a .jsonl.gz with its manifest
) STRICT, WITHOUT ROWID;
CREATE TABLE url (
    id             INTEGER PRIMARY KEY,        -- in the order found, without gaps
    url            TEXT NOT NULL UNIQUE,       -- canonical
    kind           TEXT NOT NULL,
    story          TEXT NOT NULL,              -- id of the story, or ''
    state          TEXT NOT NULL,
    reason         TEXT NOT NULL DEFAULT '',
    via            INTEGER,                    -- the page it was found on
    first          INTEGER,                    -- its first answer; times are seconds since 1970
    last           INTEGER,                    -- its newest one
    due            INTEGER,                    -- when a story is to be asked for; 0 is at once
    failures       INTEGER NOT NULL DEFAULT 0, -- in a row
    version        INTEGER NOT NULL DEFAULT 0, -- of its newest line in stories/
    etag           TEXT NOT NULL DEFAULT '',
    last_modified  TEXT NOT NULL DEFAULT '',
    stories        INTEGER,                    -- linked by a list page or sitemap
    hash           TEXT NOT NULL DEFAULT '',   -- of the stories linked by a list page
    opened         INTEGER,                    -- the newest url when the reading of this list began
    confirmed      INTEGER,                    -- what the last completed reading has shown to be known, up to this url
    complete       INTEGER NOT NULL DEFAULT 0, -- 1: the last reading of this list was completed
    not_before     INTEGER,                    -- when a page that hung may be read again
    -- scheme and host of the site, as in http://www.slqncy.com/: no host is so short that its end is not behind there
    origin         TEXT NOT NULL GENERATED ALWAYS AS (substr(url, 1, 8 + instr(substr(url, 9), '/'))) VIRTUAL
) STRICT;
CREATE INDEX url_story ON url (story) WHERE story <> '';
CREATE INDEX url_forgotten ON url (id) WHERE state = 'forgotten';
CREATE INDEX url_origin ON url (origin);
CREATE INDEX url_kind ON url (origin, kind) WHERE kind <> 'story';
CREATE INDEX url_due ON url (origin, due, id) WHERE due IS NOT NULL;
CREATE TABLE state (
    origin  TEXT NOT NULL,
    name    TEXT NOT NULL,
    urls    INTEGER NOT NULL,         -- how many are in it: to count a million takes a run longer than all else it does
    PRIMARY KEY (origin, name)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER url_found AFTER INSERT ON url BEGIN
    INSERT INTO state VALUES (new.origin, new.state, 1) ON CONFLICT DO UPDATE SET urls = urls + 1;
END;
CREATE TRIGGER url_moved AFTER UPDATE OF state ON url WHEN new.state <> old.state BEGIN
    UPDATE state SET urls = urls - 1 WHERE origin = old.origin AND name = old.state;
    INSERT INTO state VALUES (new.origin, new.state, 1) ON CONFLICT DO UPDATE SET urls = urls + 1;
END;
CREATE TABLE line (
    segment       TEXT NOT NULL,
    position      INTEGER NOT NULL,   -- byte offset, uncompressed
    length        INTEGER NOT NULL,   -- bytes, line feed included
    url           INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    content_hash  TEXT NOT NULL,
    note          TEXT NOT NULL,      -- id of the story it duplicates or rewrites, or why it was rejected
    digest        BLOB NOT NULL,      -- sha256 of the line's bytes
    as_of         INTEGER NOT NULL,   -- when the site said so; seconds since 1970
    captured      INTEGER NOT NULL,   -- 1: it said so to a web archive
    PRIMARY KEY (segment, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX line_url ON line (url);
CREATE INDEX line_note ON line (note) WHERE note GLOB '*/*';
CREATE TABLE capture_read (
    url  INTEGER NOT NULL,
    at   INTEGER NOT NULL,            -- when a web archive had this page; what it said is dealt with
    PRIMARY KEY (url, at)
) STRICT, WITHOUT ROWID;
CREATE TABLE warc (
    name     TEXT PRIMARY KEY,          -- a file under warc/
    length   INTEGER NOT NULL,          -- acknowledged bytes
    records  INTEGER NOT NULL,
    crc32    INTEGER NOT NULL,          -- of the acknowledged bytes
    closed   INTEGER NOT NULL           -- 0: written to under another name, and by a run that may have been killed
) STRICT, WITHOUT ROWID;
CREATE TABLE capture (
    warc         TEXT NOT NULL,
    position     INTEGER NOT NULL,      -- byte offset of a response record, or of a revisit of the same payload
    record       BLOB NOT NULL,         -- UUID of the record
    uri          TEXT NOT NULL,         -- as asked for
    date         TEXT NOT NULL,         -- WARC-Date
    status       INTEGER NOT NULL,
    digest       BLOB NOT NULL,         -- SHA-1 of the payload
    has_payload  INTEGER NOT NULL,      -- 0: another record has it
    is_whole     INTEGER NOT NULL,      -- 0: it stands for nothing but itself
    PRIMARY KEY (warc, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE loss (
    warc      TEXT NOT NULL,            -- the file has a record that says so
    position  INTEGER NOT NULL,         -- byte offset of the first byte that is lost
    until     INTEGER NOT NULL,         -- byte offset behind the last one
    PRIMARY KEY (warc, position, until)
) STRICT, WITHOUT ROWID;
CREATE INDEX capture_payload ON capture (digest) WHERE has_payload AND is_whole;
CREATE INDEX capture_uri ON capture (uri);
CREATE INDEX capture_record ON capture (record);
"""

_ENTRY = "segment, position, length, url, version, content_hash, note, digest, as_of, captured"
_WITHIN = "segment > ? AND segment < ?"
"""The lines of a kind. Where a pattern is not in the statement, SQLite compiles that anew for each."""
_CAPTURE = "warc, position, record, uri, date, status, digest, has_payload, is_whole"
_KNOWN = (
    "id, url, kind, story, state, reason, via, last, due, failures, not_before, etag, last_modified, stories, hash, "
    "confirmed, complete"
)


class Segment(NamedTuple):
    """What is acknowledged of a segment: a row of the table."""

    name: str
    length: int
    lines: int
    crc32: int
    closed: bool
    """0 or 1 as SQLite has no truth values."""


class WarcFile(NamedTuple):
    """What is acknowledged of a file of raw responses: a row of the table."""

    name: str
    length: int
    records: int
    crc32: int
    closed: bool


class Entry(NamedTuple):
    """Where a line is, and what it holds: a row of the table."""

    segment: str
    position: int
    length: int
    url: int
    """Number of its address, which `known_by_id` tells with the id of its story."""
    version: int
    content_hash: str
    note: str
    digest: bytes
    as_of: int
    captured: bool
    """0 or 1, as SQLite has no truth values."""

    @property
    def place(self) -> Place:
        """Where it begins."""
        return Place(self.segment, self.position)


class Known(NamedTuple):
    """What the ledger knows of an address."""

    id: int
    url: str
    kind: PageKind
    story: str
    state: State
    reason: str
    via: int | None
    last: int | None
    due: int | None
    failures: int
    not_before: int | None
    etag: str
    last_modified: str
    stories: int | None
    hash: str
    confirmed: int | None
    is_complete: bool
    """0 or 1, as SQLite has no truth values."""

    def rests(self, now: int) -> bool:
        """Whether it is not to be read yet, by any run, for reading it hung."""
        return self.not_before is not None and now < self.not_before

    @property
    def is_unlinked_hole(self) -> bool:
        """Whether it is a number that a sweep asked for, without a story, and without a page that links it."""
        return self.via is None and self.state is State.REJECTED and self.reason in HOLE


def require_archive(root: Path, *, with_ledger: bool = False) -> None:
    """Raises ArchiveError where a directory holds no archive, or one without a ledger, and says what would be right."""
    refuse_cluster(root)
    if not is_archive(root):
        raise ArchiveError(f"{root}: no archive here; `scrapy crawl stories` makes one")
    if with_ledger and not (root / LEDGER).is_file():
        raise ArchiveError(f"{root}: no {LEDGER} here; `scrapy rebuild` makes it from the lines")


def refuse_cluster(root: Path) -> None:
    """Raises ArchiveError where a directory has the archives of a cluster's workers, and says what would be right."""
    if is_cluster(root):
        raise ArchiveError(
            f"{root}: this is the archive of a cluster: `scrapy verify`, `export` and `changes` read it as one, only "
            "a crawl with CLUSTER_URL writes it; name one of its parts, or have `scrapy merge` make one archive of them"
        )


def open_month(segments: Iterable[Segment]) -> str:
    """The earliest month that lines may be added to, or "": a clock that was set back must not reach closed ones."""
    months = ((segment_month(segment.name), segment.closed) for segment in segments)
    return max((month_after(month) if is_closed else month for month, is_closed in months), default="")


def digest(line: bytes) -> bytes:
    """What proves that a line is the one that was acknowledged: its other fields have no hash of their own."""
    return hashlib.sha256(line).digest()


class Version(Protocol):
    """A version of a page."""

    @property
    def as_of(self) -> Any:
        """When the site said so; what is later compares as more."""

    @property
    def captured(self) -> bool:
        """Whether it said so to a web archive."""


AnyVersion = TypeVar("AnyVersion", bound=Version)


def newest(versions: Iterable[AnyVersion]) -> AnyVersion | None:
    """The newest of some versions, given in the order in which they were archived.

    What comes from the site itself is newer than all before it, whatever the clock says; what comes out of a web
    archive is so only where it was not captured before.
    """
    newest = None
    for version in versions:
        if newest is None or not version.captured or version.as_of >= newest.as_of:
            newest = version
    return newest


def next_version(versions: Iterable[Entry]) -> int:
    """The number of the version behind these."""
    return 1 + max((line.version for line in versions), default=0)


class Ledger:
    """The index. Changes stand only after `commit`; what an event changes is `states.apply`'s to say."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open, or create unless `read_only`. Raises sqlite3.Error."""
        self.before_settling: Callable[[], None] = lambda: None
        """Called before pages go from the write-ahead log into the file."""
        self._settled = 0
        self._asked: tuple[int, str] | None = None
        """When an address was last asked for, in changes of the file, and which one."""
        self._answer: Known | None = None
        if read_only:
            self.db = _open_to_read(path)
        else:
            self.db = sqlite3.connect(path)
            self.db.execute(f"PRAGMA page_size = {PAGE}")
            self.db.execute("PRAGMA journal_mode = WAL")
            # `commit` does it, and says so beforehand.
            self.db.execute("PRAGMA wal_autocheckpoint = 0")
            # FULL: a commit is on disk when it returns; NORMAL may lose the last ones in a power cut.
            self.db.execute("PRAGMA synchronous = FULL")
        self.version: int = self.db.execute("PRAGMA user_version").fetchone()[0]
        if not self.version and not read_only:
            self._create()

    def _create(self) -> None:
        self.db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        self.version = VERSION

    def commit(self) -> None:
        """Make all changes since the last commit durable, together. Raises sqlite3.Error."""
        self.db.commit()
        if self.db.total_changes - self._settled > _MOST_LOGGED:
            self._settle("PASSIVE")

    def settle(self) -> None:
        """Bring all that is committed from the write-ahead log into the file itself. Raises sqlite3.Error."""
        # Closing does so too, and says nothing where it fails.
        self._settle("TRUNCATE")

    def _settle(self, mode: str) -> None:
        self.before_settling()
        self.db.execute(f"PRAGMA wal_checkpoint({mode})")
        self._settled = self.db.total_changes

    def close(self) -> None:
        """Close without committing."""
        self.db.close()

    # Segments

    def segments(self) -> dict[str, Segment]:
        """What is acknowledged, by segment."""
        rows = self.db.execute("SELECT name, length, lines, crc32, closed FROM segment ORDER BY name")
        return {row[0]: Segment(*row) for row in rows}

    def set_segment(self, segment: Segment) -> None:
        """Acknowledge a segment as it is now."""
        self.db.execute("INSERT OR REPLACE INTO segment VALUES (?, ?, ?, ?, ?)", segment)

    # Lines

    def add_line(self, entry: Entry) -> None:
        """Know a line that is no event."""
        self.db.execute("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", entry)

    def latest(self, kind: Kind, url: int) -> Entry | None:
        """The newest line of that kind for an address: what the site has said last."""
        return newest(self.versions(kind, url))

    def versions(self, kind: Kind, url: int) -> list[Entry]:
        """All lines of that kind for an address, by version."""
        rows = self.db.execute(
            f"SELECT {_ENTRY} FROM line WHERE url = ? AND {_WITHIN} ORDER BY version, segment, position",  # noqa: S608
            (url, *_within(kind)),
        )
        return [Entry(*row) for row in rows]

    def line_of(self, kind: Kind, url: int, version: int) -> Entry | None:
        """The line of that kind with a version of an address."""
        row = self.db.execute(
            f"SELECT {_ENTRY} FROM line WHERE url = ? AND {_WITHIN} AND version = ?",  # noqa: S608
            (url, *_within(kind), version),
        ).fetchone()
        return Entry(*row) if row else None

    def entries(self, url: int) -> list[Entry]:
        """All lines of an address, in the order they stand on disk within each kind."""
        rows = self.db.execute(f"SELECT {_ENTRY} FROM line WHERE url = ? ORDER BY segment, position", (url,))  # noqa: S608
        return [Entry(*row) for row in rows]

    def lines(self, segment: str) -> Iterator[Entry]:
        """All lines of a segment, in the order they stand on disk."""
        rows = self.db.execute(f"SELECT {_ENTRY} FROM line WHERE segment = ? ORDER BY position", (segment,))  # noqa: S608
        return (Entry(*row) for row in rows)

    def has_line(self, place: Place) -> bool:
        """Whether a line begins there."""
        return self.db.execute("SELECT 1 FROM line WHERE (segment, position) = (?, ?)", place).fetchone() is not None

    def end_of(self, place: Place) -> int:
        """Where the line behind the one that begins there does, which must be one."""
        (length,) = self.db.execute("SELECT length FROM line WHERE (segment, position) = (?, ?)", place).fetchone()
        return place.position + int(length)

    def count_until(self, place: Place) -> int:
        """How many lines of that kind there are up to that one, which is counted."""
        kind = segment_kind(place.segment)
        (lines,) = self.db.execute(
            "SELECT coalesce(sum(lines), 0) FROM segment WHERE name GLOB ? AND name <= ?", (f"{kind}/*", place.segment)
        ).fetchone()
        # Whoever asks has dealt with nearly all of them: those behind are few.
        (behind,) = self.db.execute("SELECT count(*) FROM line WHERE segment = ? AND position > ?", place).fetchone()
        return int(lines) - int(behind)

    # Raw responses

    def warcs(self) -> dict[str, WarcFile]:
        """What is acknowledged of each file, oldest first."""
        rows = self.db.execute("SELECT name, length, records, crc32, closed FROM warc ORDER BY name")
        return {row[0]: WarcFile(*row) for row in rows}

    def warc_count(self) -> int:
        """How many files something is acknowledged of."""
        (count,) = self.db.execute("SELECT count(*) FROM warc").fetchone()
        return int(count)

    def set_warc(self, warc: WarcFile) -> None:
        """Acknowledge a file as it is now."""
        self.db.execute("INSERT OR REPLACE INTO warc VALUES (?, ?, ?, ?, ?)", warc)

    def add_capture(self, file: str, captured: Captured) -> None:
        """Know a response record."""
        self.db.execute(
            f"INSERT INTO capture ({_CAPTURE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                file, captured.offset, captured.record.bytes, captured.uri, captured.date, captured.status,
                captured.digest, captured.has_payload, captured.is_whole,
            ),
        )  # fmt: skip

    def captures(self, file: str) -> Iterator[int]:
        """Byte offsets of all response records in a file that is known, in order."""
        rows = self.db.execute("SELECT position FROM capture WHERE warc = ? ORDER BY position", (file,))
        return (position for (position,) in rows)

    def add_loss(self, file: str, loss: Loss) -> None:
        """Know of bytes that are lost."""
        self.db.execute("INSERT OR REPLACE INTO loss VALUES (?, ?, ?)", (file, loss.start, loss.until))

    def losses(self) -> set[str]:
        """Files of which bytes are lost."""
        return {file for (file,) in self.db.execute("SELECT DISTINCT warc FROM loss")}

    def has_record(self, record: UUID) -> bool:
        """Whether a capture has that record."""
        return self.db.execute("SELECT 1 FROM capture WHERE record = ?", (record.bytes,)).fetchone() is not None

    def has_payload_at(self, file: str, offset: int) -> bool:
        """Whether a response record with a payload, or a part of one, begins there."""
        query = "SELECT 1 FROM capture WHERE (warc, position) = (?, ?) AND has_payload"
        return self.db.execute(query, (file, offset)).fetchone() is not None

    def is_lost(self, file: str, offset: int) -> bool:
        """Whether what was there is lost, and that is told."""
        query = "SELECT 1 FROM loss WHERE warc = ? AND ? BETWEEN position AND until - 1"
        return self.db.execute(query, (file, offset)).fetchone() is not None

    def payload(self, digest: bytes) -> Reference | None:
        """A response record that has a payload of that SHA-1, all of it."""
        return self._capture("digest = ? AND has_payload AND is_whole", digest)

    def captured(self, uri: str, status: int) -> Reference | None:
        """The newest whole capture of an address with a status."""
        order = "ORDER BY warc DESC, position DESC LIMIT 1"
        return self._capture(f"uri = ? AND status = ? AND is_whole {order}", uri, status)

    def _capture(self, condition: str, *values: bytes | str | int) -> Reference | None:
        row = self.db.execute(f"SELECT {_CAPTURE} FROM capture WHERE {condition}", values).fetchone()  # noqa: S608
        return _as_reference(row) if row else None

    # Addresses

    def known(self, url: str) -> Known | None:
        """What is known of an address, or None where it was never found."""
        asked = self.db.total_changes, url
        # Of one page it is asked again and again; within a transaction of ours nobody else changes anything.
        if self._asked != asked or not self.db.in_transaction:
            self._answer = self._known("url = ?", url)
            self._asked = asked
        return self._answer

    def all_known(self, urls: Sequence[str]) -> dict[str, Known]:
        """What is known of some addresses, by URL, without those that were never found."""
        query = f"SELECT {_KNOWN} FROM url WHERE url IN (SELECT value FROM json_each(?))"  # noqa: S608
        known = map(_as_known, self.db.execute(query, (json.dumps(urls),)) if urls else ())
        return {one.url: one for one in known}

    def known_by_id(self, number: int) -> Known | None:
        """What is known of the address with that number."""
        return self._known("id = ?", number)

    def known_by_story(self, story_id: str) -> Known | None:
        """What is known of the address of a story."""
        # The index is of stories only, and is not used without being told so.
        return self._known("story = ? AND story <> ''", story_id)

    def first_known(self, names: Iterable[str]) -> Known | None:
        """What is known of the first of these URLs or story ids that was ever found, or None."""
        found = (self.known(name) or self.known_by_story(name) for name in names)
        return next(filter(None, found), None)

    def _known(self, condition: str, value: str | int) -> Known | None:
        row = self.db.execute(f"SELECT {_KNOWN} FROM url WHERE {condition}", (value,)).fetchone()  # noqa: S608
        return _as_known(row) if row else None

    def newest(self) -> int:
        """Number of the address found last; as there are no gaps, also how many are known."""
        newest: int | None = self.db.execute("SELECT max(id) FROM url").fetchone()[0]
        return newest or 0

    def origins(self) -> list[str]:
        """Schemes and hosts of all sites, each as in http://www.slqncy.com/."""
        return [origin for (origin,) in self.db.execute("SELECT DISTINCT origin FROM state")]

    def due(self, origin: str, after: tuple[int, int], until: int, most: int) -> list[Known]:
        """Stories of a site that are due until a time, oldest first; `after` is (due, id) of the last one seen."""
        rows = self.db.execute(
            f"SELECT {_KNOWN} FROM url WHERE origin = ? AND (due, id) > (?, ?) AND due <= ? ORDER BY due, id LIMIT ?",  # noqa: S608
            (origin, *after, until, most),
        )
        return [_as_known(row) for row in rows]

    def of_kind(self, origin: str, kind: PageKind) -> list[Known]:
        """All addresses of a site of a kind of page other than stories, in the order found."""
        rows = self.db.execute(
            f"SELECT {_KNOWN} FROM url WHERE origin = ? AND kind = ? AND kind <> 'story' ORDER BY id",  # noqa: S608
            (origin, kind),
        )
        return [_as_known(row) for row in rows]

    def stories_after(self, origin: str, number: int, prefix: str) -> Iterator[int]:
        """Numbers of a site's stories found after an address, if their ids begin with `prefix`, in the order found."""
        rows = self.db.execute(
            "SELECT id FROM url WHERE origin = ? AND id > ? AND kind = 'story' AND story GLOB ? ORDER BY id",
            (origin, number, f"{prefix}*"),
        )
        return (row[0] for row in rows)

    def has_read(self, url: str, at: int) -> bool:
        """Whether the capture that a web archive made of a page at a time is dealt with."""
        row = self.db.execute(
            "SELECT 1 FROM capture_read JOIN url ON url.id = capture_read.url WHERE url.url = ? AND at = ?", (url, at)
        ).fetchone()
        return row is not None

    def forgotten(self) -> Iterator[str]:
        """URLs of pages that were taken down."""
        return (url for (url,) in self.db.execute("SELECT url FROM url WHERE state = 'forgotten'"))

    def states(self, origin: str) -> dict[State, int]:
        """How many addresses of a site are in each state."""
        rows = self.db.execute("SELECT name, urls FROM state WHERE origin = ? AND urls", (origin,))
        return {State(state): n for state, n in rows}


def _within(kind: Kind) -> tuple[str, str]:
    """Between which names the segments of a kind are: 0 is the character behind the slash."""
    return f"{kind}/", f"{kind}0"


def _open_to_read(path: Path) -> sqlite3.Connection:
    try:
        # Read-only connections would leave the index of the write-ahead log behind.
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)
        db.execute("PRAGMA query_only = 1")
        db.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError:
        # Where the directory may not be written to there is no room for that index, and without a log no need of it.
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    return db


def _as_reference(row: tuple[Any, ...]) -> Reference:
    file, offset, record, uri, date, status, sha1, has_payload, is_whole = row
    captured = Captured(
        offset=offset, record=UUID(bytes=record), uri=uri, date=date, status=status, digest=sha1,
        has_payload=bool(has_payload), is_whole=bool(is_whole),
    )  # fmt: skip
    return Reference(file=file, captured=captured)


def _as_known(row: tuple[Any, ...]) -> Known:
    number, url, kind, story, state, *others = row
    return Known(number, url, PageKind(kind), story, State(state), *others)
