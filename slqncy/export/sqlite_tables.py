"""Filling the tables of an archive, and what finds their rows."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from slqncy.archive.ledger import newest
from slqncy.export.grams import facet, grams
from slqncy.export.sqlite_schema import TABLES
from slqncy.records import Duplicate, Rejected, Rewrite, Story

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.archive.changes import Change

SCHEMA_VERSION = 1
"""Of the tables."""
DAY_BITS = 20
"""A row number is a day, counted from 1970, and behind it so many bits that tell pages of one day apart."""
STORY, DUPLICATE = "story", "duplicate"
"""Kinds of pages; a duplicate has its kind of duplicate besides."""
_EPOCH = date(1970, 1, 1).toordinal()
_REJECTED = (
    "id", "canonical_url", "site", "section", "title", "reason", "reason_detail", "http_status", "date_downloaded",
    "run_id", "warc_file", "warc_offset",
)  # fmt: skip
_REWRITES = (
    "id", "version", "rewrite_of", "rewrite_kind", "rewrite_score", "rewrite_evidence", "date_downloaded", "run_id",
)  # fmt: skip
# What is looked for next is found by what is in the tables, and needs to be known only until then.
_SCRATCH = """
CREATE TEMP TABLE touched (id TEXT PRIMARY KEY) WITHOUT ROWID;  -- what stands of it is to be decided
CREATE TEMP TABLE pending (row INTEGER PRIMARY KEY, is_found INTEGER NOT NULL);  -- is to be found, or no longer
"""
_NUMBER = """
SELECT max(row) FROM (
    SELECT max(row) AS row FROM stories WHERE row BETWEEN :first AND :last
    UNION ALL SELECT max(row) FROM duplicates WHERE row BETWEEN :first AND :last
)
"""
_VERSIONS = """
SELECT row, latest, iif(date_captured = '', date_downloaded, date_captured), web_archive <> ''
FROM stories WHERE id = ? ORDER BY version
"""
_COPIES = "SELECT row, latest FROM duplicates WHERE id = ? ORDER BY version DESC, row DESC"
_IS_KNOWN = "SELECT EXISTS (SELECT 1 FROM stories WHERE id = :id) OR EXISTS (SELECT 1 FROM duplicates WHERE id = :id)"
_STORY = f"SELECT title, text, site, section, authors, declared_delta, '{STORY}' FROM stories WHERE row = ?"  # noqa: S608
_DUPLICATE = "SELECT title, text, site, section, authors, declared_delta, duplicate_kind FROM duplicates WHERE row = ?"


class _Version(NamedTuple):
    """A version of a story, to compare."""

    row: int
    latest: int
    as_of: str
    captured: bool


class Tables:
    """The tables in a file. What was added is found, and is on disk, after `commit`. Raises sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        """Open, or make where there are none."""
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA foreign_keys = 1")
        self.db.execute("PRAGMA cache_size = -65536")
        if not self.db.execute("PRAGMA user_version").fetchone()[0]:
            self.db.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
            self.note("schema_version", str(SCHEMA_VERSION))
        self.db.executescript(_SCRATCH)

    def close(self) -> None:
        """Close; what was not committed is undone."""
        self.db.close()

    def write_at_once(self) -> None:
        """Write without what keeps a file whole when it is cut short: for one that is thrown away then."""
        self.db.execute("PRAGMA journal_mode = OFF")
        self.db.execute("PRAGMA synchronous = OFF")

    def begin(self) -> None:
        """Begin to add. Nobody else can, meanwhile; who reads sees what was there before."""
        self.db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Let all that was added be found and seen."""
        self._settle()
        self._find()
        self.db.execute("COMMIT")

    def note(self, key: str, value: str) -> None:
        """Keep a word about the file."""
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def noted(self) -> dict[str, str]:
        """What was kept."""
        return dict(self.db.execute("SELECT key, value FROM meta"))

    def add(self, page: Story | Rewrite | Change) -> None:
        """Add a line, or a change."""
        match page:
            case Duplicate():
                self._add_page("duplicates", page)
            case Rejected():
                self._insert("rejected", {name: value for name, value in _flat(page).items() if name in _REJECTED})
            case Story():
                row = self._add_page("stories", page)
                names = ((row, position, name) for position, name in enumerate(page.authors))
                self.db.executemany("INSERT INTO authors VALUES (?, ?, ?)", names)
            case Rewrite():
                self._insert("rewrites", {name: getattr(page, name) for name in _REWRITES})
            case _:
                told = {"change": page.change, "id": page.id, "version": page.version, "at": page.at}
                self._insert("changes", told)

    def _add_page(self, table: str, page: Story) -> int:
        row = self._number(page)
        is_known = self.db.execute(_IS_KNOWN, {"id": page.id}).fetchone()[0]
        self._insert(table, {"row": row, "latest": not is_known, **_flat(page)})
        if is_known:
            self.db.execute("INSERT OR IGNORE INTO touched VALUES (?)", (page.id,))
        else:
            self.db.execute("INSERT INTO pending VALUES (?, 1)", (row,))
        return row

    def _insert(self, table: str, values: dict[str, Any]) -> None:
        names, places = ", ".join(values), ", ".join("?" * len(values))
        self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(values.values()))  # noqa: S608

    def _number(self, page: Story) -> int:
        first, last = rows_of(day_of(page))
        newest_row = self.db.execute(_NUMBER, {"first": first, "last": last}).fetchone()[0]
        return first if newest_row is None else newest_row + 1

    def _settle(self) -> None:
        """Decide what stands of the stories of which there is more than one line."""
        for (story_id,) in self.db.execute("SELECT id FROM touched").fetchall():
            versions = [_Version(*row) for row in self.db.execute(_VERSIONS, (story_id,))]
            standing = newest(versions)
            for version in versions:
                self._set_latest("stories", version.row, version.latest, version is standing)
            copies = self.db.execute(_COPIES, (story_id,)).fetchall()
            for place, (row, was_latest) in enumerate(copies):
                self._set_latest("duplicates", row, was_latest, not versions and not place)
        self.db.execute("DELETE FROM touched")

    def _set_latest(self, table: str, row: int, was_latest: int, is_latest: bool) -> None:
        if is_latest == was_latest:
            return
        self.db.execute(f"UPDATE {table} SET latest = ? WHERE row = ?", (is_latest, row))  # noqa: S608
        # What was added a moment ago is not found yet.
        if not self.db.execute("DELETE FROM pending WHERE row = ?", (row,)).rowcount:
            self.db.execute("INSERT INTO pending VALUES (?, ?)", (row, is_latest))

    def _find(self) -> None:
        """Let what stands be found, and what does not be found no more."""
        # In ascending order FTS5 collects much in memory before it writes; else it writes at every step back.
        for is_found in (0, 1):
            rows = self.db.execute("SELECT row FROM pending WHERE is_found = ? ORDER BY row", (is_found,))
            for (row,) in rows:
                self._find_page(row, is_found)
        self.db.execute("DELETE FROM pending")

    def _find_page(self, row: int, is_found: int) -> None:
        page = self.db.execute(_STORY, (row,)).fetchone() or self.db.execute(_DUPLICATE, (row,)).fetchone()
        values = {"rowid": row, "gram": _grams(page)}
        self._insert("grams", values if is_found else {"grams": "delete", **values})


def rows_of(day: int) -> tuple[int, int]:
    """The first and the last row number of a day, which is counted as in `date.toordinal`."""
    first = day - _EPOCH << DAY_BITS
    return first, first + (1 << DAY_BITS) - 1


def day_of(page: Story) -> int:
    """The day a page was published, counted as in `date.toordinal`; where that is not known, it was downloaded."""
    try:
        return date.fromisoformat(page.date_published[:10]).toordinal()
    except ValueError:
        return date.fromisoformat(page.date_downloaded[:10]).toordinal()


def _flat(page: Story) -> dict[str, Any]:
    fields = msgspec.to_builtins(page)
    provenance = fields.pop("provenance")
    warc = provenance.pop("warc")
    fields |= {**provenance, "warc_file": warc["file"], "warc_offset": warc["offset"]}
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
        for name, value in fields.items()
    }


def _grams(page: tuple[str, str, str, str, str, int | None, str]) -> str:
    title, text, site, section, authors, declared_delta, kind = page
    kinds = {kind} if kind == STORY else {kind, DUPLICATE}
    facets = [("site", site), ("section", section), *(("kind", one) for one in sorted(kinds))]
    facets += [("author", name) for name in json.loads(authors)]
    facets += [("incomplete", "")] if declared_delta else []
    return " ".join([*(facet(*one) for one in facets), *sorted(grams(title, text))])
