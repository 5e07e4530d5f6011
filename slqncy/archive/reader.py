"""Reading an archive, while a run may be writing to it."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from slqncy.archive.changes import changes, last_token
from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.files import whole_lines
from slqncy.archive.layout import LEDGER, Kind, segment_kind, segment_month, segments_on_disk
from slqncy.archive.ledger import Ledger, require_archive
from slqncy.archive.since import moment_of as _moment
from slqncy.archive.standing import edited, standing, versions_of
from slqncy.records import Duplicate, Event, Rejected, Rewrite, Story, decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from slqncy.archive.changes import Change
    from slqncy.records import Record


Page = TypeVar("Page", bound=Story | Rewrite)


class Archive:
    """An archive opened for reading. Each reading sees what is acknowledged when it begins, and no more."""

    def __init__(self, root: Path | str) -> None:
        """Raises ArchiveError where there is none."""
        self.root = Path(root)
        self._lengths: dict[str, int | None] | None = None
        """What is seen of it, where that is what was acknowledged once and for all."""
        require_archive(self.root)

    def as_of_now(self) -> Archive:
        """The same archive, of which each reading sees what is acknowledged now: several readings fit together."""
        seen = Archive(self.root)
        seen._lengths = self.acknowledged()
        return seen

    def stories(self, *, since: str | date = "", latest: bool = False) -> Iterator[Story]:
        """Versions of stories, in the order they were archived.

        `since` leaves out those downloaded before a day or a moment (a `date`, a `datetime`, or RFC 3339; without a
        zone, UTC); `latest` all but what the site has said last of a story. Raises ValueError for a `since` that is no
        time, and ArchiveDamagedError for a line that cannot be read.
        """
        return self._stories(_moment(since), latest=latest)

    def duplicates(self, *, since: str | date = "") -> Iterator[Duplicate]:
        """All duplicates, in the order they were met; `since` as for `stories`."""
        return self._records_since(Kind.DUPLICATE, Duplicate, self.acknowledged(), _moment(since))

    def rejected(self, *, since: str | date = "") -> Iterator[Rejected]:
        """All pages that were fetched and not archived, in the order they were met; `since` as for `stories`."""
        return self._records_since(Kind.REJECTED, Rejected, self.acknowledged(), _moment(since))

    def rewrites(self, *, since: str | date = "") -> Iterator[Rewrite]:
        """Which versions of stories rewrite others, in the order they were archived; `since` as for `stories`."""
        return self._records_since(Kind.REWRITE, Rewrite, self.acknowledged(), _moment(since))

    def events(self) -> Iterator[Event]:
        """All that happened to any address, in order."""
        return self._records(Kind.EVENT, Event, self.acknowledged())

    def changes(self, since: str = "") -> Iterator[Change]:
        """What was added, modified and taken off the site since the change that had the token `since`.

        Raises ValueError for a token that is not of this archive.
        """
        return changes(self.root, self.acknowledged(), since)

    def token(self) -> str:
        """The token of the last change, by which `changes` tells what came after; "" where there is none yet."""
        return last_token(self.root, self.acknowledged())

    def acknowledged(self) -> dict[str, int | None]:
        """Bytes of each segment that are acknowledged; None is all, where there is no ledger to ask."""
        if self._lengths is not None:
            return self._lengths
        if not (self.root / LEDGER).exists():
            return dict.fromkeys(segments_on_disk(self.root))
        try:
            with closing(Ledger(self.root / LEDGER, read_only=True)) as ledger:
                return {name: segment.length for name, segment in ledger.segments().items()}
        except sqlite3.Error as error:
            raise ArchiveDamagedError(
                f"{self.root / LEDGER}: {error}; `scrapy rebuild` makes it anew from the lines"
            ) from error

    def _stories(self, since: str, *, latest: bool) -> Iterator[Story]:
        whole = self.acknowledged()
        standing = self._standing(_months_from(whole, since), whole) if latest else {}
        for story in self._records_since(Kind.STORY, Story, whole, since):
            if story.version == standing.get(story.id, story.version):
                yield story

    def _standing(self, lengths: dict[str, int | None], whole: dict[str, int | None]) -> dict[str, int]:
        edits = edited(self._records(Kind.STORY, Story, lengths))
        names = {name for name, edit in edits.items() if edit.captured}
        return standing(edits, versions_of(names, self._records(Kind.STORY, Story, whole)) if names else ())

    def _records_since(
        self, kind: Kind, record_type: type[Page], lengths: dict[str, int | None], since: str
    ) -> Iterator[Page]:
        lines = self._records(kind, record_type, _months_from(lengths, since))
        return (line for line in lines if line.date_downloaded >= since)

    def _records(self, kind: Kind, record_type: type[Record], lengths: dict[str, int | None]) -> Iterator[Record]:
        for name in sorted(lengths):
            if segment_kind(name) is kind:
                yield from records_in(self.root, name, record_type, lengths[name])


def _months_from(lengths: dict[str, int | None], since: str) -> dict[str, int | None]:
    return {name: length for name, length in lengths.items() if segment_month(name) >= since[:7]}


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
