"""Telling the server what a part says: where it has lost what it knew, or the part comes from elsewhere."""

from __future__ import annotations

from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from slqncy.archive import Archive
from slqncy.archive.files import whole_lines
from slqncy.archive.history import page_at
from slqncy.archive.layout import LEDGER, WARC, Kind, segment_kind
from slqncy.archive.ledger import Ledger
from slqncy.cluster import keys
from slqncy.cluster.rows import SELECT, Columns, Line, Row, lines_of, of_worker, pack, unpack, unread
from slqncy.records import Story, decode, duplicate_fields

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from redis import Redis

    from slqncy.cluster.fingerprints import SharedStories

T = TypeVar("T")

_SITES = """
    SELECT origin, substr(story, 1, instr(story, '/') - 1) FROM url WHERE kind = 'story' AND story <> '' GROUP BY origin
"""
"""Whose the addresses of an origin are."""
_AT_ONCE = 500
"""Addresses of a transaction."""


def is_told(redis: Redis, part: Path, worker: str) -> bool:
    """Whether the server knows of all that is acknowledged in a part. Raises RedisError, ArchiveError."""
    told = told_of(redis, worker)
    return bool(told) and all(length <= told.get(name, 0) for name, length in _lengths(part).items())


def fill(redis: Redis, stories: SharedStories, part: Path, worker: str, beat: Callable[[], None]) -> None:
    """Add what a part has to what the server knows, and say how far its files are acknowledged.

    `beat` is called for each address and each story: a part of millions takes minutes.
    Of an address that other parts know too, the state is the one of the newest answer, and lines are those of all.
    Lists are as if they had never been read to their end: the next round reads them anew.
    Raises RedisError, ArchiveError, sqlite3.Error.
    """
    with closing(Ledger(part / LEDGER, read_only=True)) as ledger:
        ledger.db.execute("BEGIN")
        sites: dict[str, list[str]] = {}
        for origin, site in ledger.db.execute(_SITES):
            sites.setdefault(site, []).append(origin)
        for site, origins in sites.items():
            _fill_site(redis, site, list(_each(_rows(ledger.db, part, worker, origins), beat)))
    stories.fill(worker, _each(_stories_behind(part, told_of(redis, worker)), beat))
    with redis.pipeline() as pipe:
        pipe.hset(keys.worker(worker), mapping={keys.COMMIT: 0} | _lengths(part))  # type: ignore[arg-type]
        pipe.delete(keys.filled(worker))
        pipe.execute()


def _each(of: Iterator[T], beat: Callable[[], None]) -> Iterator[T]:
    for one in of:
        beat()
        yield one


def told_of(redis: Redis, worker: str) -> dict[str, int]:
    """How far a worker's files are acknowledged, in bytes by name, and its last transaction. Raises RedisError."""
    told: dict[bytes, bytes] = redis.hgetall(keys.worker(worker))  # type: ignore[assignment]
    return {name.decode(): int(value) for name, value in told.items()}


def _lengths(part: Path) -> dict[str, int]:
    """What is acknowledged of the files of a part, in bytes; of raw responses, of those that are added to."""
    with closing(Ledger(part / LEDGER, read_only=True)) as ledger:
        segments = {name: segment.length for name, segment in ledger.segments().items()}
        warcs = {f"{WARC}/{name}": file.length for name, file in ledger.warcs().items() if not file.closed}
    return segments | warcs


def _stories_behind(part: Path, told: dict[str, int]) -> Iterator[Story]:
    """Stories of a part behind those that the server was told of."""
    for name, length in sorted(Archive(part).acknowledged().items()):
        if segment_kind(name) is Kind.STORY:
            for _, line in whole_lines(part, name, length, told.get(name, 0)):
                yield decode(line, Story)


def _rows(db: sqlite3.Connection, part: Path, worker: str, origins: list[str]) -> Iterator[Row]:
    for origin in origins:
        for values in db.execute(f"{SELECT} WHERE origin = ? ORDER BY id", (origin,)):
            columns = Columns(*values)
            lines = [_whole(line, part, worker) for line in lines_of(db, columns.id)]
            yield Row(unread(columns), lines)


def _whole(line: Line, part: Path, worker: str) -> Line:
    is_copy = segment_kind(line.segment) is Kind.DUPLICATE
    said = duplicate_fields(page_at(part, line.place)) if is_copy else None
    return line._replace(segment=of_worker(line.segment, worker), said=said)


def _fill_site(redis: Redis, site: str, rows: list[Row]) -> None:
    known = {row.columns.url: row for row in map(unpack, redis.hvals(keys.site(site)))}  # type: ignore[arg-type]
    there = {row.columns.id: row.columns.url for row in rows}
    numbers = {url: row.columns.id for url, row in known.items()}
    newest = count(max(numbers.values(), default=0) + 1)
    numbers |= {url: next(newest) for url in there.values() if url not in numbers}
    for start in range(0, len(rows), _AT_ONCE):
        merged = {}
        for columns, lines in rows[start : start + _AT_ONCE]:
            via = numbers.get(there.get(columns.via or 0, ""))
            new = Row(columns._replace(id=numbers[columns.url], via=via), lines)
            merged[columns.url] = pack(merge(known[columns.url], new) if columns.url in known else new)
        redis.hset(keys.site(site), mapping=merged)  # type: ignore[arg-type]


def merge(one: Row, other: Row) -> Row:
    """What two parts know of an address; its number and where it was found are the first one's."""
    older, newer = sorted((one, other), key=lambda row: row.columns.last or 0)
    firsts = [row.columns.first for row in (one, other) if row.columns.first is not None]
    columns = newer.columns._replace(
        id=one.columns.id,
        via=one.columns.via,
        first=min(firsts, default=None),
        version=max(older.columns.version, newer.columns.version),
    )
    return Row(columns, sorted({line.place: line for line in (*one.lines, *other.lines)}.values()))
