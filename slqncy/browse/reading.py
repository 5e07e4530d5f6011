"""What the pages of one story show, out of the tables."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from slqncy.display.rows import Row, row, rows

if TYPE_CHECKING:
    from collections.abc import Iterator


_PAGE = """
SELECT {table}.*, {own} FROM {table} WHERE id = :id AND (:version = 0 AND latest OR version = :version)
ORDER BY latest DESC, version DESC LIMIT 1
"""
_STORY = _PAGE.format(table="stories", own="'' AS duplicate_of")
_DUPLICATE = _PAGE.format(table="duplicates", own="1 AS is_copy")
_LINKS = "SELECT id, original, kind, score, evidence FROM links WHERE {} = ? ORDER BY kind, score DESC, id LIMIT {}"
_TITLE = """
SELECT title, version FROM stories WHERE id = :id AND latest
UNION ALL SELECT title, version FROM duplicates WHERE id = :id AND latest LIMIT 1
"""
_VERSIONS = """
SELECT version, latest, title, date_downloaded, date_captured, web_archive FROM stories WHERE id = ? ORDER BY version
"""
_CHANGES = "SELECT change, at, version FROM changes WHERE id = ? ORDER BY number"
MOST_LINKS = 200
"""Copies and rewrites of a story that are listed."""


class Version(NamedTuple):
    """A version of a story, in a list of them."""

    version: int
    latest: int
    title: str
    date_downloaded: str
    date_captured: str
    web_archive: str


class Link(NamedTuple):
    """That a page is a copy or a rewrite of another."""

    id: str
    """Of the other one, seen from the page that is shown."""
    version: int | None
    """None where it is not there: lost, or forgotten."""
    title: str
    kind: str
    score: float
    evidence: str


class Change(NamedTuple):
    """What `scrapy changes` told of a story."""

    change: str
    at: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A page, and all that stands beside it."""

    page: dict[str, Any]
    """By the names of the columns; lists as lists."""
    versions: list[Version]
    copies: list[Link]
    """And rewrites."""
    originals: list[Link]
    """What it is a copy or a rewrite of; one at most."""
    changes: list[Change]

    @property
    def declared(self) -> str:
        """What the page's own count says of the text, in words."""
        count, delta = self.page["declared_chars"], self.page["declared_delta"]
        if delta is None:
            return "the page declares no number of characters"
        if not delta:
            return f"whole: the page declares {count:,} characters, and they are here"
        than = "more" if delta > 0 else "fewer"
        return f"perhaps not whole: the page declares {count:,} characters, {abs(delta):,} {than} than are here"

    @property
    def edits(self) -> list[tuple[int, int]]:
        """The versions to be compared: each with the one before."""
        return list(pairwise(version.version for version in self.versions))

    @property
    def is_gone(self) -> bool:
        """Whether the site has taken it down."""
        return bool(self.changes) and self.changes[-1].change == "GONE"


def key_of(story_id: str, version: int) -> str:
    """A version in an address: slqncy/szxw/9538:1."""
    return f"{story_id}:{version}"


def page_of(db: sqlite3.Connection, story_id: str, version: int = 0) -> dict[str, Any] | None:
    """A story, or else a duplicate; the newest version where none is named."""
    cursor = db.cursor()
    cursor.row_factory = sqlite3.Row
    asked = {"id": story_id, "version": version}
    found = cursor.execute(_STORY, asked).fetchone() or cursor.execute(_DUPLICATE, asked).fetchone()
    if found is None:
        return None
    page = dict(found)
    return page | {name: json.loads(page[name]) for name in ("authors", "images", "keywords", "robots")}


def reading(db: sqlite3.Connection, story_id: str, version: int) -> Reading | None:
    """All that a story's page shows, or None where there is no such version."""
    page = page_of(db, story_id, version)
    if page is None:
        return None
    return Reading(
        page,
        versions=[Version(*row) for row in db.execute(_VERSIONS, (story_id,))],
        copies=list(_links(db, "original", story_id)),
        originals=list(_links(db, "id", story_id)),
        changes=[Change(*row) for row in db.execute(_CHANGES, (story_id,))],
    )


def _links(db: sqlite3.Connection, column: str, story_id: str) -> Iterator[Link]:
    for story, original, *known in db.execute(_LINKS.format(column, MOST_LINKS), (story_id,)).fetchall():
        other = story if column == "original" else original
        title, version = db.execute(_TITLE, {"id": other}).fetchone() or ("", None)
        yield Link(other, version, title, *known)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts side by side."""

    one: dict[str, Any]
    other: dict[str, Any]
    title: Row
    rows: list[Row]

    @classmethod
    def of(cls, one: dict[str, Any], other: dict[str, Any]) -> Comparison:
        """Lay two pages side by side."""
        return cls(one, other, row(one["title"], other["title"]), list(rows(one["text"], other["text"])))

    @property
    def is_changed(self) -> bool:
        """Whether one says anything that the other does not."""
        return any(piece.is_changed for laid in (self.title, *self.rows) for side in laid for piece in side)
