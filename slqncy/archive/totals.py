"""What an archive holds, in figures."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.layout import LEDGER, Kind, segment_kind
from slqncy.archive.ledger import Ledger, require_archive

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_STORIES = "SELECT count(*) FROM url WHERE story >= :prefix AND story < :stop AND version > 0"
_FROM_THE_NEWEST = """
    SELECT substr(story, 1, instr(story, '/') - 1), as_of FROM line JOIN url ON url.id = line.url
    WHERE segment >= 'stories/' AND segment < 'stories0' AND line.version = 1 AND NOT captured
    ORDER BY segment DESC, position DESC
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of some sites' stories, and those of the whole archive."""

    stories: dict[str, int]
    """By site, taken together all versions of each."""
    newest: dict[str, int]
    """When each site's newest story was archived, seconds since 1970, if any was; what web archives had is not new."""
    lines: dict[Kind, int]
    """Of the whole archive."""
    size: int
    """Bytes of all its files."""


def totals(root: Path, sites: Collection[str]) -> Totals:
    """The figures of an archive. Raises ArchiveError, or ArchiveDamagedError where its ledger cannot be read."""
    require_archive(root, with_ledger=True)
    try:
        with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
            stories = {site: _stories(ledger.db, site) for site in sites}
            newest = _newest(ledger.db, sites)
            lines = Counter(dict.fromkeys(Kind, 0))
            for name, segment in ledger.segments().items():
                lines[segment_kind(name)] += segment.lines
    except (sqlite3.Error, ValueError) as error:
        raise ArchiveDamagedError(f"{root / LEDGER}: {error}; `scrapy rebuild` makes it anew from the lines") from error
    return Totals(stories, newest, dict(lines), _size(root))


def _stories(db: sqlite3.Connection, site: str) -> int:
    (count,) = db.execute(_STORIES, {"prefix": f"{site}/", "stop": f"{site}0"}).fetchone()
    return int(count)


def _newest(db: sqlite3.Connection, sites: Collection[str]) -> dict[str, int]:
    newest: dict[str, int] = {}
    for site, as_of in db.execute(_FROM_THE_NEWEST):
        if site in sites:
            newest.setdefault(site, as_of)
            if len(newest) == len(sites):
                break
    return newest


def _size(root: Path) -> int:
    size = 0
    for folder, _, names in os.walk(root):
        for name in names:
            # Another process may be closing a month.
            with suppress(FileNotFoundError):
                size += os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118
    return size
