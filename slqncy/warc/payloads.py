"""Where response records are, so that what refers to one can have its payload."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from fastwarc.warc import ArchiveIterator, WarcRecordType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fastwarc.warc import HeaderMap

_TABLE = """
CREATE TABLE response (record TEXT, uri TEXT, date TEXT, digest TEXT, file INTEGER, offset INTEGER);
CREATE INDEX record ON response (record);
CREATE INDEX uri ON response (uri, date);
CREATE INDEX digest ON response (digest);
"""
_FIELDS = ("WARC-Record-ID", "WARC-Target-URI", "WARC-Date", "WARC-Payload-Digest")
# By the record's own name, by address and time, and last by what it holds: not every writer gives all of these.
_WAYS = {
    "record = ?": ("WARC-Refers-To",),
    "uri = ? AND date = ?": ("WARC-Refers-To-Target-URI", "WARC-Refers-To-Date"),
    "digest = ?": ("WARC-Payload-Digest",),
}


class Payloads:
    """The response records of some files, in a temporary database, for there may be millions."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._has_all = False
        self._db = sqlite3.connect("")
        self._db.executescript(_TABLE)

    def close(self) -> None:
        """Forget all."""
        self._db.close()

    def add(self, headers: HeaderMap, file: int, offset: int) -> None:
        """Know a record, by its WARC headers, the number of its file and its byte offset there."""
        if not self._has_all:
            values = (header(headers, name) for name in _FIELDS)
            self._db.execute("INSERT INTO response VALUES (?, ?, ?, ?, ?, ?)", (*values, file, offset))

    def read_on(self, file: int) -> Iterator[None]:
        """Know all that stands in the file of a number and in those after it, as far as they are whole; once."""
        for number, path in enumerate([] if self._has_all else self._paths[file:], file):
            with suppress(OSError), path.open("rb") as opened:
                for record in ArchiveIterator(opened, parse_http=False):
                    if record.record_type == WarcRecordType.response:
                        self.add(record.headers, number, record.stream_pos)
                    yield
        self._has_all = True

    def find(self, headers: HeaderMap) -> tuple[Path, int] | None:
        """The file and byte offset of the record that a revisit refers to, by the revisit's WARC headers."""
        for way, names in _WAYS.items():
            values = [header(headers, name) for name in names]
            query = f"SELECT file, offset FROM response WHERE {way} LIMIT 1"  # noqa: S608
            if all(values) and (row := self._db.execute(query, values).fetchone()):
                return self._paths[row[0]], row[1]
        return None


def header(headers: HeaderMap, name: str) -> str:
    """A WARC header, or "", without brackets: names of records have them, and in WARC 1.0 some writers' addresses."""
    return (headers.get(name) or "").strip("<>")
