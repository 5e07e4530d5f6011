"""What Redis has of an address: its columns in the ledger and its lines, packed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from slqncy.archive.layout import Place
from slqncy.archive.ledger import Entry
from slqncy.reasons import PageKind

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_BETWEEN = "@"
"""Between a segment and the worker whose it is."""


class Columns(NamedTuple):
    """Those of the ledger's table url, by their names there; numbers of addresses count within the site."""

    id: int
    url: str
    kind: str
    story: str
    state: str
    reason: str
    via: int | None
    first: int | None
    last: int | None
    due: int | None
    failures: int
    version: int
    etag: str
    last_modified: str
    stories: int | None
    hash: str
    opened: int | None
    confirmed: int | None
    complete: int
    not_before: int | None


class Line(NamedTuple):
    """A line of an address, as a worker goes by it that has not the file."""

    segment: str
    """With its worker."""
    position: int
    version: int
    content_hash: str
    note: str
    as_of: int
    captured: int
    said: dict[str, Any] | None = None
    """What a copy says of what it duplicates."""

    @property
    def place(self) -> Place:
        """Where it begins."""
        return Place(self.segment, self.position)

    def entry(self, url: int) -> Entry:
        """As a ledger has it, of the address with that number; its bytes are nothing to go by."""
        return Entry(
            self.segment, self.position, 0, url, self.version, self.content_hash, self.note, b"", self.as_of,
            captured=bool(self.captured),
        )  # fmt: skip


class Row(NamedTuple):
    """An address."""

    columns: Columns
    lines: list[Line]


_NAMES = ", ".join(Columns._fields)
SELECT = f"SELECT {_NAMES} FROM url"  # noqa: S608
INSERT = f"INSERT INTO url ({_NAMES}) VALUES ({', '.join('?' * len(Columns._fields))})"  # noqa: S608
_LINES = """
    SELECT segment, position, version, content_hash, note, as_of, captured FROM line WHERE url = ?
    AND segment NOT GLOB 'rewrites/*' ORDER BY segment, position
"""
pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder(Row).decode


def unread(page: Columns) -> Columns:
    """A page that is no story, as if it had never been read: numbers of addresses mean something else elsewhere."""
    if page.kind == PageKind.STORY:
        return page
    return page._replace(etag="", last_modified="", hash="", opened=None, confirmed=None, complete=0)


def in_order(rows: Iterable[Row]) -> list[Row]:
    """The rows of a site, numbered from 1 on without gaps, as a ledger has them.

    They are so already, unless the server has lost some, or was told of a part while the site was crawled.
    """
    ordered = sorted(rows)
    if [row.columns.id for row in ordered] == list(range(1, len(ordered) + 1)):
        return ordered
    urls = {row.columns.id: row.columns.url for row in ordered}
    numbers = {row.columns.url: number for number, row in enumerate(ordered, start=1)}
    return [
        Row(unread(columns._replace(id=number, via=numbers.get(urls.get(columns.via or 0, "")))), lines)
        for number, (columns, lines) in enumerate(ordered, start=1)
    ]


def of_worker(segment: str, worker: str) -> str:
    """A segment, told apart from that of the same name that another worker has."""
    return f"{segment}{_BETWEEN}{worker}"


def lines_of(db: sqlite3.Connection, url: int) -> list[Line]:
    """Lines of an address in a ledger, without what copies say."""
    return [Line(*line) for line in db.execute(_LINES, (url,))]
