"""Reading an archive, while a run may be writing to it."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from slqncy.archive.changes import changes, last_token
from slqncy.archive.changes_of_parts import changes_of_parts, last_token_of_parts
from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.files import whole_lines
from slqncy.archive.layout import LEDGER, Kind, is_cluster, made_at, segment_kind, segment_month, segments_on_disk
from slqncy.archive.ledger import Ledger, refuse_cluster
from slqncy.archive.parts import archives_of
from slqncy.archive.since import moment_of
from slqncy.archive.standing import edited, standing, versions_of
from slqncy.records import Duplicate, Event, Rejected, Rewrite, Story, decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from slqncy.archive.changes import Change
    from slqncy.records import Record


Page = TypeVar("Page", bound=Story | Rewrite)
Lengths = dict[str, "int | None"]
"""Bytes of each segment that are seen; None is all."""


class Archive:
    """An archive opened for reading. Each reading sees what is acknowledged when it begins, and no more.

    The parts of a cluster's archive are read as one: lines of one part in their order, those of several by their times.
    """

    def __init__(self, root: Path | str) -> None:
        """Raises ArchiveError where there is none."""
        self.root = Path(root)
        self._seen: dict[Path, Lengths] | None = None
        """What is seen of it, where that is what was acknowledged once and for all."""
        archives_of(self.root)

    def as_of_now(self) -> Archive:
        """The same archive, of which each reading sees what is acknowledged now: several readings fit together."""
        seen = Archive(self.root)
        seen._seen = self.acknowledged_of_each()
        return seen

    def stories(self, *, since: str | date = "", latest: bool = False) -> Iterator[Story]:
        """Versions of stories, in the order they were archived.

        `since` leaves out those downloaded before a day or a moment (a `date`, a `datetime`, or RFC 3339; without a
        zone, UTC); `latest` all but what the site has said last of a story. Raises ValueError for a `since` that is no
        time, and ArchiveDamagedError for a line that cannot be read.
        """
        return self._stories(moment_of(since), latest=latest)

    def duplicates(self, *, since: str | date = "") -> Iterator[Duplicate]:
        """All duplicates, in the order they were met; `since` as for `stories`."""
        return _records_since(Kind.DUPLICATE, Duplicate, self.acknowledged_of_each(), moment_of(since))

    def rejected(self, *, since: str | date = "") -> Iterator[Rejected]:
        """All pages that were fetched and not archived, in the order they were met; `since` as for `stories`."""
        return _records_since(Kind.REJECTED, Rejected, self.acknowledged_of_each(), moment_of(since))

    def rewrites(self, *, since: str | date = "") -> Iterator[Rewrite]:
        """Which versions of stories rewrite others, in the order they were archived; `since` as for `stories`."""
        return _records_since(Kind.REWRITE, Rewrite, self.acknowledged_of_each(), moment_of(since))

    def events(self) -> Iterator[Event]:
        """All that happened to any address, in order."""
        return _records(Kind.EVENT, Event, self.acknowledged_of_each())

    def changes(self, since: str = "") -> Iterator[Change]:
        """What was added, modified and taken off the site since the change that had the token `since`.

        Raises ValueError for a token that is not of this archive.
        """
        if is_cluster(self.root):
            return changes_of_parts(self.root, self.acknowledged_of_each(), since)
        return changes(self.root, self.acknowledged(), since)

    def token(self) -> str:
        """The token of the last change, by which `changes` tells what came after; "" where there is none yet."""
        if is_cluster(self.root):
            return last_token_of_parts(self.acknowledged_of_each())
        return last_token(self.root, self.acknowledged())

    def acknowledged(self) -> Lengths:
        """Bytes of each segment that are acknowledged; None is all, where there is no ledger to ask.

        Raises ArchiveError for a cluster's archive: each part has its own.
        """
        refuse_cluster(self.root)
        return self.acknowledged_of_each()[self.root]

    def acknowledged_of_each(self) -> dict[Path, Lengths]:
        """The same of each archive that this one consists of."""
        return {root: _acknowledged(root) for root in archives_of(self.root)} if self._seen is None else self._seen

    def _stories(self, since: str, *, latest: bool) -> Iterator[Story]:
        whole = self.acknowledged_of_each()
        standing = _standing(months_from(whole, since), whole) if latest else {}
        for story in _records_since(Kind.STORY, Story, whole, since):
            if story.version == standing.get(story.id, story.version):
                yield story


def _records_since(kind: Kind, record_type: type[Page], seen: dict[Path, Lengths], since: str) -> Iterator[Page]:
    lines = _records(kind, record_type, months_from(seen, since))
    return (line for line in lines if line.date_downloaded >= since)


def _acknowledged(root: Path) -> Lengths:
    if not (root / LEDGER).exists():
        return dict.fromkeys(segments_on_disk(root))
    try:
        with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
            return {name: segment.length for name, segment in ledger.segments().items()}
    except sqlite3.Error as error:
        raise ArchiveDamagedError(f"{root / LEDGER}: {error}; `scrapy rebuild` makes it anew from the lines") from error


def _standing(seen: dict[Path, Lengths], whole: dict[Path, Lengths]) -> dict[str, int]:
    edits = edited(_records(Kind.STORY, Story, seen))
    names = {name for name, edit in edits.items() if edit.captured}
    return standing(edits, versions_of(names, _records(Kind.STORY, Story, whole)) if names else ())


def months_from(seen: dict[Path, Lengths], since: str) -> dict[Path, Lengths]:
    """The segments that may have lines of what was downloaded since a moment, as lines write it."""
    return {
        root: {name: length for name, length in lengths.items() if segment_month(name) >= since[:7]}
        for root, lengths in seen.items()
    }


def _records(kind: Kind, record_type: type[Record], seen: dict[Path, Lengths]) -> Iterator[Record]:
    streams = [_records_of(root, kind, record_type, lengths) for root, lengths in seen.items()]
    return streams[0] if len(streams) == 1 else merge(*streams, key=made_at)


def _records_of(root: Path, kind: Kind, record_type: type[Record], lengths: Lengths) -> Iterator[Record]:
    for name in sorted(lengths):
        if segment_kind(name) is kind:
            yield from records_in(root, name, record_type, lengths[name])


def records_in(
    root: Path, name: str, record_type: type[Record], length: int | None, start: int = 0
) -> Iterator[Record]:
    """The lines of a segment from one on, within its first `length` bytes. Raises ArchiveDamagedError."""
    position = start
    try:
        for position, line in whole_lines(root, name, length, start):  # noqa: B007  # the message below names it
            yield decode(line, record_type)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise ArchiveDamagedError(f"{root / name}, byte {position}: cannot be read: {error}") from error
