"""Reading an archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.archive.errors import ArchiveDamagedError, ArchiveError
from slqncy.archive.layout import Kind, segment_kind, segments_on_disk
from slqncy.records import Duplicate, Rejected, Story, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.records import Record


class Archive:
    """An archive opened for reading; a run may be writing to it."""

    def __init__(self, root: Path | str) -> None:
        """Raises ArchiveError where there is no such directory."""
        self.root = Path(root)
        if not self.root.is_dir():
            raise ArchiveError(f"{self.root}: no archive here; `scrapy crawl stories` makes one")

    def stories(self) -> Iterator[Story]:
        """All versions of all stories, in the order they were archived."""
        return self._records(Kind.STORY, Story)

    def duplicates(self) -> Iterator[Duplicate]:
        """All duplicates, in the order they were met."""
        return self._records(Kind.DUPLICATE, Duplicate)

    def rejected(self) -> Iterator[Rejected]:
        """All pages that were fetched and not archived, in the order they were met."""
        return self._records(Kind.REJECTED, Rejected)

    def _records(self, kind: Kind, record_type: type[Record]) -> Iterator[Record]:
        for name in segments_on_disk(self.root):
            if segment_kind(name) is kind:
                yield from _records_in(self.root / name, record_type)


def _records_in(path: Path, record_type: type[Record]) -> Iterator[Record]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            # A last line without its line feed is still being written.
            if line.endswith(b"\n"):
                try:
                    record = decode(line, record_type)
                except ValueError as error:
                    raise ArchiveDamagedError(f"{path}:{number}: not a line of this archive: {error}") from error
                yield record
