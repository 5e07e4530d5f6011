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
    from pathlib import Path

_STORIES = "SELECT count(*) FROM url WHERE story >= :prefix AND story < :stop AND version > 0"
_NEWEST = """
    SELECT as_of FROM line JOIN url ON url.id = line.url
    WHERE segment >= 'stories/' AND segment < 'stories0' AND line.version = 1 AND NOT captured
      AND story >= :prefix AND story < :stop
    ORDER BY segment DESC, position DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of one site's stories, and those of the whole archive."""

    stories: int
    """Of the site, taken together all versions of each."""
    newest: int | None
    """When the site's newest story was archived, seconds since 1970, or None; what web archives had is not new."""
    lines: dict[Kind, int]
    """Of the whole archive."""
    size: int
    """Bytes of all its files."""


def totals(root: Path, site: str) -> Totals:
    """The figures of an archive. Raises ArchiveError, or ArchiveDamagedError where its ledger cannot be read."""
    require_archive(root, with_ledger=True)
    span = {"prefix": f"{site}/", "stop": f"{site}0"}
    try:
        with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
            (stories,) = ledger.db.execute(_STORIES, span).fetchone()
            newest = ledger.db.execute(_NEWEST, span).fetchone()
            lines = Counter(dict.fromkeys(Kind, 0))
            for name, segment in ledger.segments().items():
                lines[segment_kind(name)] += segment.lines
    except (sqlite3.Error, ValueError) as error:
        raise ArchiveDamagedError(f"{root / LEDGER}: {error}; `scrapy rebuild` makes it anew from the lines") from error
    return Totals(stories, newest[0] if newest else None, dict(lines), _size(root))


def _size(root: Path) -> int:
    size = 0
    for folder, _, names in os.walk(root):
        for name in names:
            # Another process may be closing a month.
            with suppress(FileNotFoundError):
                size += os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118
    return size
