"""What an event does to the ledger: the one way in which an address changes its state, live and on rebuilding."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slqncy.archive.schedule import EXCLUDED_PAUSE, HUNG_PAUSE, next_check, next_try, seconds
from slqncy.reasons import HOLE, EventKind, Exclusion, PageKind, State

if TYPE_CHECKING:
    import sqlite3

    from slqncy.records import Event

    Changes = dict[str, str | int | None]
    """New values, by column."""


class _Address(NamedTuple):
    """What is known of an address so far, as far as a change goes by it."""

    id: int
    state: str = State.FOUND
    reason: str = ""
    via: int | None = None
    first: int | None = None
    last: int | None = None
    failures: int = 0
    opened: int | None = None


def number(db: sqlite3.Connection, url: str) -> int | None:
    """The number of an address, if it is known."""
    row = db.execute("SELECT id FROM url WHERE url = ?", (url,)).fetchone()
    return row[0] if row else None


def add(db: sqlite3.Connection, url: str, kind: PageKind, story: str) -> int:
    """Know an address, as found; one that is known stays as it is. Gives its number."""
    known = number(db, url)
    return _add(db, url, kind, story, None) if known is None else known


def apply(db: sqlite3.Connection, event: Event) -> int | None:
    """Change what the ledger knows of an address, as the event says; what is forgotten stays so.

    Gives the number of the address, or None where the event is of none.
    """
    if event.kind is None:
        return None
    was = _address(db, event.url)
    if was is None:
        via = number(db, event.via) if event.via else None
        was = _Address(_add(db, event.url, event.kind, event.id, via), via=via)
    if was.state == State.FORGOTTEN:
        return was.id
    changes: Changes = {}
    if event.state is not None and (event.state, event.reason) != (was.state, was.reason):
        was = was._replace(state=event.state, reason=event.reason)
        changes = {"state": event.state, "reason": event.reason}
    change = _captured if event.date_captured else _CHANGES.get(event.event, _answered)
    if changes := changes | change(db, was, event):
        columns = ", ".join(f"{column} = ?" for column in changes)
        db.execute(f"UPDATE url SET {columns} WHERE id = ?", (*changes.values(), was.id))  # noqa: S608
    return was.id


def _address(db: sqlite3.Connection, url: str) -> _Address | None:
    query = "SELECT id, state, reason, via, first, last, failures, opened FROM url WHERE url = ?"
    row = db.execute(query, (url,)).fetchone()
    return _Address(*row) if row else None


def _add(db: sqlite3.Connection, url: str, kind: PageKind, story: str, via: int | None) -> int:
    due = 0 if kind is PageKind.STORY else None
    cursor = db.execute(
        "INSERT INTO url (url, kind, story, state, via, due) VALUES (?, ?, ?, ?, ?, ?)",
        (url, kind, story, State.FOUND, via, due),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


# The changes, each of what is known once an event has set the state


def _opened(db: sqlite3.Connection, _was: _Address, _event: Event) -> Changes:
    (newest,) = db.execute("SELECT max(id) FROM url").fetchone()
    return {"opened": newest, "complete": 0}


def _linked(db: sqlite3.Connection, was: _Address, event: Event) -> Changes:
    """A number that a sweep found empty is linked after all: there may be a story now."""
    if was.state == State.REJECTED and was.via is None:
        return {"via": number(db, event.via), "due": 0}
    return {}


def _answered(_db: sqlite3.Connection, was: _Address, event: Event) -> Changes:
    now = seconds(event.at)
    first = now if was.first is None else was.first
    # A sweep finds empty numbers by the thousand; one that no page links is not looked at again.
    is_hole = was.via is None and event.state is State.REJECTED and event.reason in HOLE
    due = next_check(first, now) if event.kind is PageKind.STORY and not is_hole else None
    times: Changes = {"first": first, "last": max(was.last or 0, now), "due": due, "failures": 0}
    if event.event is EventKind.NOT_MODIFIED:
        return times
    said: Changes = {
        "etag": event.etag, "last_modified": event.last_modified, "stories": event.stories, "hash": event.hash,
    }  # fmt: skip
    return times | said | _version(event)


def _captured(db: sqlite3.Connection, was: _Address, event: Event) -> Changes:
    """What a web archive has says nothing of when and how to ask the site."""
    if event.event is not EventKind.FAILED:
        db.execute("INSERT OR IGNORE INTO capture_read VALUES (?, ?)", (was.id, seconds(event.date_captured)))
    return _version(event)


def _version(event: Event) -> Changes:
    is_new = event.event in {EventKind.ARCHIVED, EventKind.CHANGED, EventKind.EARLIER}
    return {"version": event.version} if is_new else {}


def _completed(db: sqlite3.Connection, was: _Address, event: Event) -> Changes:
    boundary = number(db, event.via) if event.via else None
    return {"confirmed": was.opened if boundary is None else boundary, "complete": 1}


def _judged_again(_db: sqlite3.Connection, _was: _Address, event: Event) -> Changes:
    # What reads otherwise, and is in the state it was in, is a story as before.
    is_story = event.state is State.ARCHIVED or (event.event is EventKind.REEXTRACTED and event.state is None)
    return {"version": event.version} if is_story else {}


def _failed(_db: sqlite3.Connection, was: _Address, event: Event) -> Changes:
    failures = was.failures + 1
    due: Changes = {"due": next_try(failures, seconds(event.at))} if event.kind is PageKind.STORY else {}
    return {"failures": failures, **due}


def _lost(_db: sqlite3.Connection, _was: _Address, event: Event) -> Changes:
    asked_anew: Changes = {"etag": "", "last_modified": ""}
    if event.kind is PageKind.STORY:
        return {**asked_anew, "version": event.version or 0, "due": 0}
    return {**asked_anew, "hash": "", "opened": None, "confirmed": None, "complete": 0}


def _excluded(_db: sqlite3.Connection, _was: _Address, event: Event) -> Changes:
    now = seconds(event.at)
    changes: Changes = {"not_before": now + HUNG_PAUSE} if event.reason == Exclusion.HUNG else {}
    if event.kind is PageKind.STORY:
        due: dict[str, int | None]
        due = {Exclusion.ARGUMENT: 0, Exclusion.HUNG: now + HUNG_PAUSE, Exclusion.TRAP: None}
        changes["due"] = due.get(event.reason, now + EXCLUDED_PAUSE)
    return changes


def _forgotten(_db: sqlite3.Connection, _was: _Address, _event: Event) -> Changes:
    return {
        "due": None, "failures": 0, "version": 0, "etag": "", "last_modified": "", "stories": None, "hash": "",
    }  # fmt: skip


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
