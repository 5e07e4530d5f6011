"""The only way into an archive: append, sync, then one ledger commit that acknowledges a group of lines."""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slqncy.archive import disk, states
from slqncy.archive.errors import ArchiveDamagedError, ArchiveError
from slqncy.archive.layout import (
    LEDGER,
    LOCK,
    RUNS,
    Kind,
    kind_of,
    made_at,
    open_path,
    segment_month,
    segment_name,
)
from slqncy.archive.ledger import Segment, open_month
from slqncy.archive.lock import Lock
from slqncy.archive.months import compress
from slqncy.archive.rebuild import add_line
from slqncy.archive.recovery import MOST_LINES, open_ledger
from slqncy.archive.schemas import publish_schemas
from slqncy.archive.seal import break_seal, is_broken, set_seal
from slqncy.records import Story, encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.archive.ledger import Entry, Known
    from slqncy.archive.rebuild import Fingerprint
    from slqncy.reasons import PageKind, State
    from slqncy.records import Event, Line, Rewrite


_MOST_AT_ONCE = 3
"""Lines of one event, itself included."""


class ArchiveWriter:
    """An archive opened for writing, by one process at a time.

    Lines are acknowledged in groups, by `commit`: what is not, a kill takes back as a whole, and the story with it is
    asked for again.
    """

    def __init__(self, root: Path | str, fingerprint: Fingerprint) -> None:
        """Open or create, and repair what a killed run left behind.

        `fingerprint` gives equal bytes for stories of equal text. Raises ArchiveLockedError, ArchiveDamagedError,
        or ArchiveError where the disk will not have it.
        """
        self.root = Path(root)
        self._fingerprint = fingerprint
        self._broken = False
        self._group: dict[str, list[bytes]] = {}
        self._lines = 0
        with self._disk_errors(), ExitStack() as undo:
            disk.make_directory(self.root)
            self._lock = Lock(self.root / LOCK)
            undo.callback(self._lock.release)
            if is_broken(self.root):
                raise ArchiveDamagedError(
                    f"{self.root / LEDGER}: changed since the last run; `scrapy rebuild` makes it anew from the lines"
                )
            self._ledger = open_ledger(self.root, fingerprint)
            undo.callback(self._ledger.close)
            break_seal(self.root)
            self._segments = self._ledger.segments()
            self._month = open_month(self._segments.values())
            publish_schemas(self.root)
            undo.pop_all()

    def close(self) -> None:
        """Acknowledge what is left and release the archive; after a write that failed, as `abandon`."""
        try:
            if not self._broken:
                self.commit()
                self._ledger.close()
                with self._disk_errors():
                    set_seal(self.root)
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Release the archive without another write: after a disk error the next start repairs."""
        self._ledger.close()
        self._lock.release()

    # Writing

    def write(self, event: Event, record: Story | None = None, rewrite: Rewrite | None = None) -> None:
        """Add what happened, the line it brought, and what that rewrites; a commit acknowledges them together.

        Raises ArchiveError, and from then on always: what the failed write left is cut off when the archive is opened.
        """
        self._refuse_if_broken()
        # What cannot be encoded or compared raises here, before anything is half kept.
        event_data = encode(event)
        lines = [
            (line, encode(line), self._fingerprint(line) if type(line) is Story else None)
            for line in (record, rewrite)
            if line is not None
        ]
        with self._disk_errors():
            self._append(event, event_data)
            states.apply(self._ledger.db, event)
            for line, data, fingerprint in lines:
                name, position = self._append(line, data)
                add_line(self._ledger, name, position, data, line, fingerprint=fingerprint)
            # An event and its lines are of one group.
            if self._lines > MOST_LINES - _MOST_AT_ONCE:
                self.commit()

    def commit(self) -> None:
        """Acknowledge all that was written: on return it is on disk, and will be read. Raises ArchiveError."""
        if not self._lines:
            return
        self._refuse_if_broken()
        with self._disk_errors():
            # In this order what a story rewrites is on disk before it: without a ledger nobody would miss it.
            for name, lines in sorted(self._group.items()):
                path = open_path(self.root, name)
                if not path.exists():
                    disk.create_file(path)
                disk.append(path, b"".join(lines))
                self._ledger.set_segment(self._segments[name])
            self._ledger.commit()
        self._group, self._lines = {}, 0

    def close_months(self, current: str) -> None:
        """Compress the segments of the months before `current` (YYYY-MM). Raises ArchiveError."""
        self.commit()
        for name, segment in self._segments.items():
            if segment_month(name) < current and not segment.closed:
                with self._disk_errors():
                    compress(self.root, segment)
                    closed = Segment(name, segment.length, segment.lines, segment.crc32, closed=True)
                    self._ledger.set_segment(closed)
                    self._ledger.commit()
                    disk.remove(open_path(self.root, name))
                self._segments = {**self._segments, name: closed}
        self._month = max(self._month, open_month(self._segments.values()))

    def write_run(self, run_id: str, report: dict[str, Any]) -> bytes:
        """Write runs/<run_id>.json as a whole; gives its bytes."""
        data = json.dumps(report, ensure_ascii=False, indent=2).encode() + b"\n"
        with self._disk_errors():
            disk.write_whole(self.root / RUNS / f"{run_id}.json", data)
        return data

    # Asking

    def known(self, url: str) -> Known | None:
        """What is known of an address, or None where it was never found."""
        with self._disk_errors():
            return self._ledger.known(url)

    def known_by_id(self, number: int) -> Known | None:
        """What is known of the address with that number."""
        with self._disk_errors():
            return self._ledger.known_by_id(number)

    def newest(self) -> int:
        """Number of the address found last, which is also how many are known."""
        with self._disk_errors():
            return self._ledger.newest()

    def due(self, after: tuple[int, int], until: int, most: int) -> list[Known]:
        """Stories that are due until a time, oldest first; `after` is (due, id) of the last one seen."""
        with self._disk_errors():
            return self._ledger.due(after, until, most)

    def of_kind(self, kind: PageKind) -> list[Known]:
        """All addresses of a kind of page other than stories, in the order found."""
        with self._disk_errors():
            return self._ledger.of_kind(kind)

    def stories_after(self, number: int, prefix: str) -> Iterator[int]:
        """Numbers of the stories found after an address, of those whose ids begin with `prefix`, in the order found."""
        with self._disk_errors():
            yield from self._ledger.stories_after(number, prefix)

    def latest(self, kind: Kind, url: str) -> Entry | None:
        """The newest line of that kind for an address."""
        with self._disk_errors():
            known = self._ledger.known(url)
            return self._ledger.latest(kind, known.id) if known else None

    def pointing_at(self, story_id: str) -> list[Entry]:
        """All lines in duplicates/ and rewrites/ that name a story as their original, in the order they stand there."""
        with self._disk_errors():
            return self._ledger.pointing_at(story_id)

    def same_text(self, record: Story) -> str | None:
        """The id of the archived story whose text has the record's fingerprint."""
        with self._disk_errors():
            return self._ledger.with_fingerprint(self._fingerprint(record))

    def states(self) -> dict[State, int]:
        """How many addresses are in each state."""
        with self._disk_errors():
            return self._ledger.states()

    # Within

    def _append(self, line: Line, data: bytes) -> tuple[str, int]:
        self._month = max(self._month, made_at(line)[:7])
        name = segment_name(kind_of(line), self._month)
        segment = self._segments.get(name) or Segment(name, 0, 0, 0, closed=False)
        self._group.setdefault(name, []).append(data)
        self._segments[name] = Segment(
            name, segment.length + len(data), segment.lines + 1, zlib.crc32(data, segment.crc32), closed=False
        )
        self._lines += 1
        return name, segment.length

    def _refuse_if_broken(self) -> None:
        if self._broken:
            raise ArchiveError(f"{self.root}: an earlier write failed; open the archive again to go on")

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.OperationalError) as error:
            self._broken = True
            raise ArchiveError(f"{self.root}: cannot write to the archive: {error}") from error
        except sqlite3.Error as error:
            self._broken = True
            raise ArchiveDamagedError(
                f"{self.root / LEDGER}: {error}; `scrapy rebuild` makes it anew from the lines"
            ) from error
