"""What all workers know of a site: in Redis, and in memory where a worker has the site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from slqncy.archive import states
from slqncy.archive.layout import Place
from slqncy.archive.ledger import Entry, Ledger
from slqncy.archive.rebuild import note
from slqncy.archive.schedule import seconds
from slqncy.cluster import keys
from slqncy.records import DUPLICATE_FIELDS, Duplicate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redis import Redis
    from redis.client import Pipeline

    from slqncy.records import Event, Story

_COLUMNS = (
    "id, url, kind, story, state, reason, via, first, last, due, failures, version, etag, last_modified, stories, "
    "hash, opened, confirmed, complete, not_before"
)
_PLACES = ", ".join("?" * len(_COLUMNS.split(",")))
_LINES = "segment, position, version, content_hash, note, as_of, captured"
_BETWEEN = "@"
"""Between a segment and the worker whose it is."""


class SiteIndex:
    """The addresses and lines of a site in an ledger of their own, as their worker changes them.

    Redis has a row for each address: its columns, its lines, and of lines in duplicates/ what they duplicate.
    """

    def __init__(self, redis: Redis, site: str, worker: str) -> None:
        """Load it."""
        self._key = keys.site(site)
        self._worker = worker
        self._said: dict[Place, dict[str, Any]] = {}
        self._changed: set[str] = set()
        self.ledger = Ledger(Path(":memory:"))
        self._load(redis.hvals(self._key))  # type: ignore[arg-type]

    def _load(self, rows: Iterable[bytes]) -> None:
        db = self.ledger.db
        decoded = sorted(map(msgspec.msgpack.decode, rows))
        db.executemany(f"INSERT INTO url ({_COLUMNS}) VALUES ({_PLACES})", (columns for columns, _ in decoded))  # noqa: S608
        for columns, lines in decoded:
            for line, said in lines:
                self._add_line(columns[0], line, said)
        db.commit()

    def _add_line(self, url: int, line: list[Any], said: dict[str, Any] | None) -> None:
        segment, position, version, content_hash, noted, as_of, captured = line
        self.ledger.add_line(
            Entry(segment, position, 0, url, version, content_hash, noted, b"", as_of, captured=captured)
        )
        if said:
            self._said[Place(segment, position)] = said

    def apply(self, event: Event, place: Place | None, record: Story | None) -> None:
        """Something happened to an address, and this is the line it brought."""
        url = states.apply(self.ledger.db, event)
        if url is None:
            return
        self._changed.add(event.url)
        if record and place:
            said = {name: getattr(record, name) for name in DUPLICATE_FIELDS} if isinstance(record, Duplicate) else None
            line = [
                f"{place.segment}{_BETWEEN}{self._worker}", place.position, record.version, record.content_hash,
                note(record), seconds(record.as_of), record.captured,
            ]  # fmt: skip
            self._add_line(url, line, said)

    def said_of(self, place: Place) -> dict[str, Any]:
        """What the line in duplicates/ says that begins there."""
        return self._said[place]

    @property
    def is_changed(self) -> bool:
        """Whether there is something for a transaction."""
        return bool(self._changed)

    def stage(self, pipe: Pipeline) -> None:
        """Have a transaction take in what has changed."""
        if rows := dict(self._rows()):
            pipe.hset(self._key, mapping=rows)  # type: ignore[arg-type]

    def _rows(self) -> Iterator[tuple[bytes, bytes]]:
        db = self.ledger.db
        for url in self._changed:
            row = db.execute(f"SELECT {_COLUMNS} FROM url WHERE url = ?", (url,)).fetchone()  # noqa: S608
            lines = db.execute(
                f"SELECT {_LINES} FROM line WHERE url = ? ORDER BY segment, position",  # noqa: S608
                (row[0],),
            ).fetchall()
            yield (
                url.encode(),
                msgspec.msgpack.encode((row, [(line, self._said.get(Place(*line[:2]))) for line in lines])),
            )

    def committed(self) -> None:
        """The transaction was executed."""
        self._changed.clear()
        self.ledger.db.commit()
