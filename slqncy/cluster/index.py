"""What all workers know of a site: in Redis, and in memory where a worker has the site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from slqncy.archive import states
from slqncy.archive.ledger import Ledger
from slqncy.archive.rebuild import note
from slqncy.archive.schedule import seconds
from slqncy.cluster import keys
from slqncy.cluster.rows import INSERT, SELECT, Columns, Line, Row, in_order, lines_of, of_worker, pack, unpack
from slqncy.records import Duplicate, duplicate_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redis import Redis
    from redis.client import Pipeline

    from slqncy.archive.layout import Place
    from slqncy.records import Event, Story


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
        rows = list(map(unpack, redis.hvals(self._key)))  # type: ignore[arg-type]
        ordered = in_order(rows)
        if sorted(rows) != ordered:
            self._changed.update(row.columns.url for row in ordered)
        self._load(ordered)

    def _load(self, rows: list[Row]) -> None:
        self.ledger.db.executemany(INSERT, (row.columns for row in rows))
        for columns, lines in rows:
            for line in lines:
                self._add_line(columns.id, line)
        self.ledger.db.commit()

    def _add_line(self, url: int, line: Line) -> None:
        self.ledger.add_line(line.entry(url))
        if line.said:
            self._said[line.place] = line.said

    def apply(self, event: Event, place: Place | None, record: Story | None) -> None:
        """Something happened to an address, and this is the line it brought."""
        url = states.apply(self.ledger.db, event)
        if url is None:
            return
        self._changed.add(event.url)
        if record and place:
            said = duplicate_fields(record) if isinstance(record, Duplicate) else None
            segment = of_worker(place.segment, self._worker)
            self._add_line(
                url,
                Line(
                    segment, place.position, record.version, record.content_hash, note(record), seconds(record.as_of),
                    record.captured, said,
                ),
            )  # fmt: skip

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
            columns = Columns(*db.execute(f"{SELECT} WHERE url = ?", (url,)).fetchone())
            lines = [line._replace(said=self._said.get(line.place)) for line in lines_of(db, columns.id)]
            yield url.encode(), pack(Row(columns, lines))

    def committed(self) -> None:
        """The transaction was executed."""
        self._changed.clear()
        self.ledger.db.commit()
