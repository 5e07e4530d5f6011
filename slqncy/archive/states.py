"""What an event does to the ledger: the one way in which an address changes its state, live and on rebuilding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.archive.schedule import EXCLUDED_PAUSE, HUNG_PAUSE, next_check, next_try, seconds
from slqncy.reasons import HOLE, EventKind, Exclusion, PageKind, State

if TYPE_CHECKING:
    import sqlite3

    from slqncy.records import Event


def number(db: sqlite3.Connection, url: str) -> int | None:
    """The number of an address, if it is known."""
    row = db.execute("SELECT id FROM url WHERE url = ?", (url,)).fetchone()
    return row[0] if row else None


def add(db: sqlite3.Connection, url: str, kind: PageKind, story: str, via: str = "") -> int:
    """Know an address, as found; one that is known stays as it is. Gives its number."""
    known = number(db, url)
    if known is not None:
        return known
    due = 0 if kind is PageKind.STORY else None
    cursor = db.execute(
        "INSERT INTO url (url, kind, story, state, via, due) VALUES (?, ?, ?, ?, ?, ?)",
        (url, kind, story, State.FOUND, number(db, via) if via else None, due),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def apply(db: sqlite3.Connection, event: Event) -> None:
    """Change what the ledger knows of an address, as the event says; what is forgotten stays so."""
    if event.kind is None:
        return
    url = add(db, event.url, event.kind, event.id, event.via)
    if db.execute("SELECT 1 FROM url WHERE id = ? AND state = 'forgotten'", (url,)).fetchone():
        return
    if event.state is not None:
        db.execute("UPDATE url SET state = ?, reason = ? WHERE id = ?", (event.state, event.reason, url))
    change = _captured if event.date_captured else _CHANGES.get(event.event, _answered)
    change(db, url, event)


def _opened(db: sqlite3.Connection, url: int, _: Event) -> None:
    db.execute("UPDATE url SET opened = (SELECT max(id) FROM url), complete = 0 WHERE id = ?", (url,))


def _linked(db: sqlite3.Connection, url: int, event: Event) -> None:
    """A number that a sweep found empty is linked after all: there may be a story now."""
    db.execute(
        "UPDATE url SET via = ?, due = 0 WHERE id = ? AND state = ? AND via IS NULL",
        (number(db, event.via), url, State.REJECTED),
    )


def _answered(db: sqlite3.Connection, url: int, event: Event) -> None:
    now = seconds(event.at)
    query = "SELECT coalesce(first, ?), max(coalesce(last, 0), ?), via FROM url WHERE id = ?"
    first, last, via = db.execute(query, (now, now, url)).fetchone()
    # A sweep finds empty numbers by the thousand; one that no page links is not looked at again.
    is_hole = via is None and event.state is State.REJECTED and event.reason in HOLE
    due = next_check(first, now) if event.kind is PageKind.STORY and not is_hole else None
    db.execute("UPDATE url SET first = ?, last = ?, due = ?, failures = 0 WHERE id = ?", (first, last, due, url))
    if event.event is EventKind.NOT_MODIFIED:
        return
    db.execute(
        "UPDATE url SET etag = ?, last_modified = ?, stories = ?, hash = ? WHERE id = ?",
        (event.etag, event.last_modified, event.stories, event.hash, url),
    )
    _set_version(db, url, event)


def _captured(db: sqlite3.Connection, url: int, event: Event) -> None:
    """What a web archive has says nothing of when and how to ask the site."""
    if event.event is not EventKind.FAILED:
        db.execute("INSERT OR IGNORE INTO capture_read VALUES (?, ?)", (url, seconds(event.date_captured)))
    _set_version(db, url, event)


def _set_version(db: sqlite3.Connection, url: int, event: Event) -> None:
    if event.event in {EventKind.ARCHIVED, EventKind.CHANGED, EventKind.EARLIER}:
        db.execute("UPDATE url SET version = ? WHERE id = ?", (event.version, url))


def _completed(db: sqlite3.Connection, url: int, event: Event) -> None:
    boundary = number(db, event.via) if event.via else None
    db.execute("UPDATE url SET confirmed = coalesce(?, opened), complete = 1 WHERE id = ?", (boundary, url))


def _judged_again(db: sqlite3.Connection, url: int, event: Event) -> None:
    # What reads otherwise, and is in the state it was in, is a story as before.
    if event.state is State.ARCHIVED or (event.event is EventKind.REEXTRACTED and event.state is None):
        db.execute("UPDATE url SET version = ? WHERE id = ?", (event.version, url))


def _failed(db: sqlite3.Connection, url: int, event: Event) -> None:
    db.execute("UPDATE url SET failures = failures + 1 WHERE id = ?", (url,))
    if event.kind is PageKind.STORY:
        (failures,) = db.execute("SELECT failures FROM url WHERE id = ?", (url,)).fetchone()
        db.execute("UPDATE url SET due = ? WHERE id = ?", (next_try(failures, seconds(event.at)), url))


def _lost(db: sqlite3.Connection, url: int, event: Event) -> None:
    db.execute("UPDATE url SET etag = '', last_modified = '' WHERE id = ?", (url,))
    if event.kind is PageKind.STORY:
        db.execute("UPDATE url SET version = ?, due = 0 WHERE id = ?", (event.version or 0, url))
    else:
        db.execute("UPDATE url SET hash = '', opened = NULL, confirmed = NULL, complete = 0 WHERE id = ?", (url,))


def _excluded(db: sqlite3.Connection, url: int, event: Event) -> None:
    now = seconds(event.at)
    if event.reason == Exclusion.HUNG:
        db.execute("UPDATE url SET not_before = ? WHERE id = ?", (now + HUNG_PAUSE, url))
    if event.kind is PageKind.STORY:
        due: dict[str, int | None]
        due = {Exclusion.ARGUMENT: 0, Exclusion.HUNG: now + HUNG_PAUSE, Exclusion.TRAP: None}
        db.execute("UPDATE url SET due = ? WHERE id = ?", (due.get(event.reason, now + EXCLUDED_PAUSE), url))


def _forgotten(db: sqlite3.Connection, url: int, _: Event) -> None:
    db.execute(
        "UPDATE url SET due = NULL, failures = 0, version = 0, etag = '', last_modified = '', stories = NULL, "
        "hash = '' WHERE id = ?",
        (url,),
    )


_CHANGES = {
    EventKind.FOUND: _linked,
    EventKind.OPENED: _opened,
    EventKind.COMPLETED: _completed,
    EventKind.FAILED: _failed,
    EventKind.EXCLUDED: _excluded,
    EventKind.FORGOTTEN: _forgotten,
    EventKind.LOST: _lost,
    EventKind.RESCORED: _judged_again,
    EventKind.REEXTRACTED: _judged_again,
}
"""What events do that are no answers of the site."""
