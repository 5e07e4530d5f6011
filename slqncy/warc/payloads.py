"""Where response records are, so that what refers to one can have its payload."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from fastwarc.warc import ArchiveIterator, WarcRecordType

if TYPE_CHECKING:
    from collections.abc import Sequence
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
            values = (headers.get(name, "") for name in _FIELDS)
            self._db.execute("INSERT INTO response VALUES (?, ?, ?, ?, ?, ?)", (*values, file, offset))

    def find(self, headers: HeaderMap) -> tuple[Path, int] | None:
        """The file and byte offset of the record that a revisit refers to, by the revisit's WARC headers.

        Raises OSError where a file cannot be read.
        """
        place = self._find(headers)
        if place is None and not self._has_all:
            # It may stand further on.
            for number, path in enumerate(self._paths):
                for record in ArchiveIterator(path, WarcRecordType.response, parse_http=False):
                    self.add(record.headers, number, record.stream_pos)
            self._has_all = True
            place = self._find(headers)
        return place

    def _find(self, headers: HeaderMap) -> tuple[Path, int] | None:
        for way, names in _WAYS.items():
            values = [headers.get(name, "") for name in names]
            query = f"SELECT file, offset FROM response WHERE {way} LIMIT 1"  # noqa: S608
            if all(values) and (row := self._db.execute(query, values).fetchone()):
                return self._paths[row[0]], row[1]
        return None
