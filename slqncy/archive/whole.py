"""What only all parts of a cluster's archive together can say of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from slqncy.archive.layout import LEDGER
from slqncy.archive.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_TABLES = """
CREATE TABLE line (url TEXT, folder TEXT, version INTEGER, part TEXT);
CREATE TABLE claim (url TEXT, state TEXT, folder TEXT, part TEXT);
"""
_ADD_LINE, _ADD_CLAIM = "INSERT INTO line VALUES (?, ?, ?, ?)", "INSERT INTO claim VALUES (?, ?, ?, ?)"
_LINES = """
    SELECT url.url, substr(segment, 1, instr(segment, '/') - 1), line.version, ? FROM line JOIN url ON url.id = line.url
    WHERE segment NOT GLOB 'rewrites/*'
"""
_CLAIMS = """
    SELECT url, state,
        CASE state WHEN 'duplicate' THEN 'duplicates' WHEN 'rejected' THEN 'rejected' ELSE 'stories' END, ?
    FROM url WHERE state IN ('archived', 'gone', 'duplicate', 'rejected')
"""
_TWICE = """
    SELECT url, version, folder, group_concat(part, ', ') FROM line
    GROUP BY url, folder, version HAVING count(DISTINCT part) > 1 ORDER BY url, folder, version
"""
_WITHOUT_LINE = """
    SELECT part, url, state, folder FROM claim
    WHERE NOT EXISTS (SELECT 1 FROM line WHERE (line.url, line.folder) = (claim.url, claim.folder)) ORDER BY url, part
"""


def whole_defects(parts: Sequence[Path]) -> Iterator[str]:
    """One sentence for each version that several parts have, and each state that no part has the line of.

    Raises sqlite3.Error. It takes a temporary file of some 200 bytes a line.
    """
    with closing(sqlite3.connect("")) as db:
        db.executescript(_TABLES)
        # While workers write, the line that a state tells of is there before the state.
        for insert, query in ((_ADD_CLAIM, _CLAIMS), (_ADD_LINE, _LINES)):
            for part in parts:
                with closing(Ledger(part / LEDGER, read_only=True)) as ledger:
                    db.executemany(insert, ledger.db.execute(query, (part.name,)))
        db.execute("CREATE INDEX line_url ON line (url, folder, version, part)")
        for url, version, folder, workers in db.execute(_TWICE):
            yield f"{url} has version {version} in {folder}/ of several parts: {workers}"
        for worker, url, state, folder in db.execute(_WITHOUT_LINE):
            yield f"{url} is {state} by {worker}, and no part has a line in {folder}/"
