"""An archive as one SQLite file, which finds Chinese words."""

from __future__ import annotations

from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING

from slqncy.export.sqlite_schema import TRIGRAMS
from slqncy.export.sqlite_tables import Tables

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.archive import Archive

TOKEN = "token"  # noqa: S105  # of `scrapy changes`


def write_sqlite(archive: Archive, path: Path, *, since: str = "", latest: bool = False) -> int:
    """Write all tables into a file, which must not be there yet. Whoever is cut short leaves one that is of no use.

    `since` and `latest` choose stories as `Archive.stories` does; `since` the other pages, too. Gives the rows in
    `stories`. Raises sqlite3.Error where it cannot be written, and else as `Archive.stories` does.
    """
    archive = archive.as_of_now()
    with closing(Tables(path)) as tables:
        tables.write_at_once()
        tables.begin()
        for change in archive.changes():
            tables.add(change)
            tables.note(TOKEN, change.token)
        for page in chain(archive.stories(since=since, latest=latest), archive.duplicates(since=since)):
            tables.add(page)
        for page in archive.rejected(since=since):
            tables.add(page)
        for rewrite in archive.rewrites(since=since):
            tables.add(rewrite)
        tables.commit()
        tables.db.executescript(TRIGRAMS)
        count: int = tables.db.execute("SELECT count(*) FROM stories").fetchone()[0]
        return count
