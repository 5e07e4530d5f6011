"""An archive that others are made of: held, and read as far as it is acknowledged."""

from __future__ import annotations

import shutil
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slqncy.archive import captures
from slqncy.archive.errors import ArchiveDamagedError, ArchiveError
from slqncy.archive.files import open_segment, whole_lines
from slqncy.archive.layout import (
    LEDGER,
    LINE_TYPES,
    LOCK,
    Kind,
    is_part,
    open_path,
    open_warc_path,
    segment_kind,
    segment_month,
    segments_on_disk,
    warcs_on_disk,
)
from slqncy.archive.ledger import VERSION, Ledger, require_archive
from slqncy.archive.lock import Lock
from slqncy.archive.recovery import refuse_less
from slqncy.records import Event, Story, decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slqncy.archive.ledger import Segment, WarcFile


@dataclass(frozen=True, slots=True)
class Source:
    """An archive, held while it is read."""

    root: Path
    ledger: Ledger
    segments: dict[str, Segment]
    warcs: dict[str, WarcFile]
    scratch: Path
    """Where lines of closed months are put, uncompressed: they are read in another order."""

    def page(self, segment: str, position: int, length: int) -> Story:
        """The line at a place. Raises OSError or ValueError."""
        line_type = LINE_TYPES[segment_kind(segment)]
        assert issubclass(line_type, Story)
        with self._unpacked(segment).open("rb") as file:
            file.seek(position)
            return decode(file.read(length), line_type)

    def events(self) -> Iterator[tuple[str, Event]]:
        """All events in their order, each with the month of its file. Raises as reading lines does."""
        for name, segment in self.segments.items():
            if segment_kind(name) is Kind.EVENT:
                for _, line in whole_lines(self.root, name, segment.length):
                    yield segment_month(name), decode(line, Event)

    def _unpacked(self, segment: str) -> Path:
        if not self.segments[segment].closed:
            return open_path(self.root, segment)
        path = open_path(self.scratch, segment)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with open_segment(self.root, segment) as packed, path.open("wb") as file:
                shutil.copyfileobj(packed, file)
        return path


@contextmanager
def opened(root: Path, scratch: Path) -> Iterator[Source]:
    """Hold an archive, and open it to be read.

    `scratch` is a directory that is its own. Raises ArchiveLockedError, ArchiveDamagedError, or ArchiveError where it
    is none, or a worker was killed and its part not settled since. Raises OSError and sqlite3.Error.
    """
    require_archive(root, with_ledger=True)
    lock = Lock(root / LOCK)
    try:
        with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
            if ledger.version != VERSION:
                raise ArchiveDamagedError(f"{root / LEDGER}: of another version; `scrapy rebuild` makes it anew")
            source = Source(root, ledger, ledger.segments(), ledger.warcs(), scratch)
            _refuse_less(source)
            if is_part(root):
                _refuse_unsettled(source)
            yield source
    finally:
        lock.release()


def _refuse_less(source: Source) -> None:
    """What is gone would not be missed in an archive that is made of what is left."""
    for segment in source.segments.values():
        refuse_less(source.root, segment)
    captures.refuse_less(source.root, source.warcs, captures.closed_sizes(source.root))


def _refuse_unsettled(part: Source) -> None:
    """What stands behind the end that the ledger knows of may be acknowledged all the same, by the cluster."""
    known = {open_path(part.root, name): segment.length for name, segment in part.segments.items()}
    known |= {open_warc_path(part.root, name): file.length for name, file in part.warcs.items()}
    on_disk = [open_path(part.root, name) for name in segments_on_disk(part.root)]
    on_disk += [open_warc_path(part.root, name) for name in warcs_on_disk(part.root)]
    for path in on_disk:
        if path.exists() and path.stat().st_size > known.get(path, 0):
            raise ArchiveError(
                f"{path}: its worker was killed, and what it wrote last is not settled; start that worker once more, "
                "or, if the cluster is no more, run `scrapy rebuild` on this part"
            )
