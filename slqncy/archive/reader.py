"""Reading an archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.archive.errors import ArchiveError
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
                with (self.root / name).open("rb") as file:
                    # A last line without its line feed is still being written.
                    yield from (decode(line, record_type) for line in file if line.endswith(b"\n"))
