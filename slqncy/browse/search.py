"""What the tables have of what is looked for: the newest first, found in the order of the index, and counted so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from slqncy.browse.question import Kind, Order
from slqncy.export.grams import facet, query, runs
from slqncy.export.sqlite_tables import STORY, rows_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from slqncy.browse.question import Question

MOST = 1_000
"""Pages that are counted, ranked and shown: of more than that nobody reads the last."""
PAGE = 20
MOST_PAGES = MOST // PAGE
_EXACT = 2
"""Letters of a word that the index finds by itself."""
_IN_TITLE = 4
"""Times in the text that a word in the title is worth."""
_USUAL = 1_000
"""Characters of a text in which a word says as much as it does."""
_AMONG = {
    Kind.EDITED: "SELECT id FROM stories WHERE version > 1",
    Kind.REWRITE: "SELECT id FROM links",
    Kind.GONE: "SELECT id FROM gone",
}
"""Ids of stories, for what no line says by itself."""
_LATEST = "AND +rowid IN (SELECT row FROM stories WHERE latest AND id IN ({}))"
_HIT = """
SELECT row, id, version, title, text, site, section, date_published, date_downloaded,
    (SELECT count(*) FROM stories AS version WHERE version.id = page.id)
FROM {table} AS page WHERE row = ?
"""
# By itself: where the id comes out of a row, SQLite reads all of the view.
_COPIES = "SELECT count(*) FROM links WHERE original = ?"


class Hit(NamedTuple):
    """A page that was found."""

    row: int
    id: str
    version: int
    title: str
    text: str
    site: str
    section: str
    date_published: str
    date_downloaded: str
    versions: int
    """In stories/."""
    copies: int
    """And rewrites."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found."""

    count: int
    is_more: bool
    """Whether there are more, which were not counted; ranked are the newest of them."""
    hits: list[Hit]
    """Of the page that was asked for."""


class NoLettersError(ValueError):
    """There is nothing in the words to look for."""


def search(db: sqlite3.Connection, question: Question) -> Found:
    """Look for something.

    Raises NoLettersError, and sqlite3.OperationalError where it takes longer than the connection allows.
    """
    if question.words and not any(map(runs, question.words)):
        raise NoLettersError
    table = "duplicates" if question.kind.is_copy else "stories"
    rows: list[int] = []
    for row in _matching(db, question, table):
        rows.append(row)
        if len(rows) > MOST:
            break
    is_more = len(rows) > MOST
    del rows[MOST:]
    if question.order is Order.RANK and question.words:
        rows = _ranked(db, rows, question.words, table)
    start = (question.page - 1) * PAGE
    select = _HIT.format(table=table)
    hits = [_hit(db, select, row) for row in rows[start : start + PAGE]]
    return Found(len(rows), is_more, hits)


def _hit(db: sqlite3.Connection, select: str, row: int) -> Hit:
    found = db.execute(select, (row,)).fetchone()
    return Hit(*found, *db.execute(_COPIES, (found[1],)).fetchone())


def _matching(db: sqlite3.Connection, question: Question, table: str) -> Iterator[int]:
    """Rows, the newest first."""
    first, _ = rows_of((question.first or date.min).toordinal())
    _, last = rows_of((question.last or date.max).toordinal())
    # Without the sign SQLite would ask the index for each of these rows.
    among = _LATEST.format(_AMONG[question.kind]) if question.kind in _AMONG else ""
    rows = db.execute(
        f"SELECT rowid FROM grams WHERE grams MATCH ? AND rowid BETWEEN ? AND ? {among} ORDER BY rowid DESC",  # noqa: S608
        (query(question.words, _facets(question)), first, last),
    )
    words = [word.casefold() for word in question.words if len(word) > _EXACT or not word.isalnum()]
    for (row,) in rows:
        if not words or _holds(db, row, table, words):
            yield row


def _facets(question: Question) -> list[str]:
    kind = question.kind if question.kind.is_copy else STORY
    given = {"kind": kind, "site": question.site, "section": question.section, "author": question.author}
    found = [facet(name, value) for name, value in given.items() if value]
    return [*found, facet("incomplete", "")] if question.kind is Kind.INCOMPLETE else found


def _holds(db: sqlite3.Connection, row: int, table: str, words: list[str]) -> bool:
    folded = "\n".join(_folded(db, row, table))
    return all(word in folded for word in words)


def _folded(db: sqlite3.Connection, row: int, table: str) -> tuple[str, str]:
    """Title and text, without regard to case."""
    title, text = db.execute(f"SELECT title, text FROM {table} WHERE row = ?", (row,)).fetchone()  # noqa: S608
    return title.casefold(), text.casefold()


def _ranked(db: sqlite3.Connection, rows: list[int], words: list[str], table: str) -> list[int]:
    """Those first that have most of the words for their length; of equal ones the newest."""
    folded = [word.casefold() for word in words]
    scores = {row: _score(*_folded(db, row, table), folded) for row in rows}
    return sorted(rows, key=scores.__getitem__, reverse=True)


def _score(title: str, text: str, words: list[str]) -> float:
    # As in BM25, the tenth time says less than the first.
    times = (text.count(word) + _IN_TITLE * title.count(word) for word in words)
    damping = (_USUAL + len(text)) / _USUAL
    return sum(count / (count + damping) for count in times)
