"""A worker's archive, as the run of a site sees it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from slqncy.archive import coverage
from slqncy.archive.asking import Asking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from slqncy.archive import ArchiveWriter
    from slqncy.archive.coverage import NumberLine
    from slqncy.archive.hosts import Host
    from slqncy.archive.layout import Place
    from slqncy.archive.ledger import Entry
    from slqncy.cluster.share import Share
    from slqncy.records import Event, Rewrite, Story, Warc
    from slqncy.warc.exchange import Exchange


class SharedArchive(Asking):
    """What happens is written to the worker's part, and what is known is what all workers know of the site."""

    def __init__(self, part: ArchiveWriter, share: Share) -> None:
        self._part = part
        self._share = share
        self._ledger = share.index.ledger

    @property
    def root(self) -> Path:
        """The part."""
        return self._part.root

    @property
    def hosts(self) -> dict[str, Host]:
        """What this worker knows of hosts, by origin."""
        return self._part.hosts

    def keep_hosts(self) -> None:
        """Write it. Raises ArchiveError."""
        self._part.keep_hosts()

    def capture(self, exchange: Exchange, info: Mapping[str, str], most_bytes: int) -> Warc:
        """As `ArchiveWriter.capture`."""
        return self._part.capture(exchange, info, most_bytes)

    def release_captures(self) -> None:
        """As `ArchiveWriter.release_captures`."""
        self._part.release_captures()

    def write(self, event: Event, record: Story | None = None, rewrite: Rewrite | None = None) -> Place | None:
        """As `ArchiveWriter.write`."""
        place = self._part.write(event, record, rewrite)
        self._share.happened(event, place, record)
        return place

    def commit(self) -> None:
        """As `ArchiveWriter.commit`."""
        self._part.commit()

    def begin_reading(self, event: Event) -> None:
        """As `ArchiveWriter.begin_reading`."""
        self._part.begin_reading(event)

    def end_reading(self) -> None:
        """As `ArchiveWriter.end_reading`."""
        self._part.end_reading()

    def number_lines(self, site: str) -> list[NumberLine]:  # it knows of no other
        """As `ArchiveWriter.number_lines`."""
        return coverage.number_lines(self._ledger.db)

    def said_of(self, copy: Entry) -> dict[str, Any]:
        """As `ArchiveWriter.said_of`; the line may be another worker's."""
        return self._share.index.said_of(copy.place)

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        # It is in memory.
        yield
