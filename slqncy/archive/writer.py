"""The only way into an archive: append, sync, then one ledger commit that acknowledges a group of lines."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slqncy.archive import disk, numbers, states
from slqncy.archive.asking import Asking
from slqncy.archive.captures import Captures
from slqncy.archive.errors import ArchiveDamagedError, ArchiveError, unwritable
from slqncy.archive.files import line_at, whole_lines
from slqncy.archive.history import page_of
from slqncy.archive.hosts import read_hosts, write_hosts
from slqncy.archive.layout import (
    LEDGER,
    LOCK,
    RUNS,
    Kind,
    Place,
    kind_of,
    made_at,
    open_path,
    segment_kind,
    segment_month,
    segment_name,
)
from slqncy.archive.ledger import Segment, open_month, refuse_cluster
from slqncy.archive.lock import Lock
from slqncy.archive.months import compress
from slqncy.archive.reading import Reading, hang, take_away
from slqncy.archive.rebuild import add_line
from slqncy.archive.recovery import MOST_LINES, open_ledger
from slqncy.archive.reports import RunsBySite, encode_report, look_back, runs_of
from slqncy.archive.schemas import publish_schemas
from slqncy.archive.seal import Seal
from slqncy.archive.takedown import complete
from slqncy.reasons import UNSETTLED, EventKind, State
from slqncy.records import Event, Story, decode, duplicate_fields, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from slqncy.archive.coverage import NumberLine
    from slqncy.archive.ledger import Entry
    from slqncy.records import Line, Rewrite, Warc
    from slqncy.run_report import EarlierRun
    from slqncy.warc.exchange import Exchange


_MOST_AT_ONCE = 3
"""Lines of one event, itself included."""


@dataclass(slots=True)
class _Group:
    """Lines of a segment that are not acknowledged."""

    segment: Segment
    """As it is acknowledged."""
    length: int
    """Bytes of the segment with these lines."""
    lines: list[bytes] = field(default_factory=list)

    def acknowledged(self, data: bytes) -> Segment:
        """The segment with these lines, which are `data`."""
        was, lines = self.segment, self.segment.lines + len(self.lines)
        return Segment(was.name, self.length, lines, zlib.crc32(data, was.crc32), closed=False)


class ArchiveWriter(Asking):
    """An archive opened for writing, by one process at a time.

    Lines are acknowledged in groups, by `commit`: what is not, a kill takes back as a whole, and the story with it is
    asked for again.
    """

    def __init__(
        self,
        root: Path | str,
        patience: Callable[[], AbstractContextManager[None]] = nullcontext,
        acknowledged: Mapping[str, int] | None = None,
    ) -> None:
        """Open or create, and repair what a killed run left behind.

        `patience` surrounds what may take long, and ends: the disk may be slow, and an index be merged.
        `acknowledged` is what `before_acknowledging` was last told and returned from, by a run that may have been
        killed right then: what the ledger lacks of it is taken in.
        Raises ArchiveLockedError, ArchiveDamagedError, or ArchiveError where the disk will not have it.
        """
        self.root = Path(root)
        refuse_cluster(self.root)
        self.patience = patience
        self.before_acknowledging: Callable[[dict[str, int]], None] = lambda _: None
        """Called by each commit between disk and ledger, with the bytes that are on disk now of each file that is
        added to, by its name in the archive. Where it raises, nothing of it is acknowledged, and nothing more is
        written."""
        self.hung: Event | None = None
        """What was written of the page that the run before hung on, if it did."""
        self._broken = False
        self._groups: dict[str, _Group] = {}
        self._unwritten: dict[Place, bytes] = {}
        self._lines = 0
        with self._disk_errors(), ExitStack() as undo:
            disk.make_directory(self.root, private=True)
            self._lock = Lock(self.root / LOCK)
            undo.callback(self._lock.release)
            complete(self.root)
            self._seal = Seal(self.root)
            undo.callback(self._seal.close)
            if self._seal.is_broken:
                raise ArchiveDamagedError(
                    f"{self.root / LEDGER}: changed since the last run; `scrapy rebuild` makes it anew from the lines"
                )
            self._ledger = open_ledger(self.root, acknowledged)
            undo.callback(self._ledger.close)
            self._seal.break_()
            self._ledger.before_settling = self._seal.look_at_log
            self._captures = Captures(self.root, self._ledger)
            self._segments = self._ledger.segments()
            self._month = open_month(self._segments.values())
            publish_schemas(self.root)
            self._tell_of_hang()
            self._reading = Reading(self.root)
            self.hosts = read_hosts(self.root)
            """What is known of hosts, by origin; `keep_hosts` writes it."""
            undo.pop_all()

    def close(self) -> None:
        """Acknowledge what is left and release the archive; after a write that failed, as `abandon`."""
        try:
            if not self._broken:
                self.release_captures()
                self.commit()
                with self._disk_errors():
                    self._captures.close()
                    self._seal.look_at_log()
                    self._ledger.close()
                    self._seal.set()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Release the archive without another write: after a disk error the next start repairs."""
        self._captures.abandon()
        self._reading.close()
        self._ledger.close()
        self._seal.close()
        self._lock.release()

    # Writing

    def capture(self, exchange: Exchange, info: Mapping[str, str], most_bytes: int) -> Warc:
        """Keep what went over the wire, at once; a commit acknowledges it after `release_captures`.

        `info` is what a new file says of itself, begun where the one before has `most_bytes`. Gives where the payload
        of the response is. Raises ArchiveError, as `write` does.
        """
        self._refuse_if_broken()
        if self._captures.length >= most_bytes:
            self.release_captures()
            self.commit()
            with self._disk_errors():
                self._captures.close()
        with self._disk_errors():
            return self._captures.add(exchange, info)

    def release_captures(self) -> None:
        """Say that what was captured is dealt with, before it is written what came of it.

        A capture that is acknowledged, and its line is not, would be the first of two once the page is asked for again.
        Raises ArchiveError.
        """
        with self._disk_errors():
            self._captures.release()

    def write(self, event: Event, record: Story | None = None, rewrite: Rewrite | None = None) -> Place | None:
        """Add what happened to an address, the line it brought, and what that rewrites.

        A commit acknowledges them together.

        Gives the place of the line it brought, if it brought one.
        Raises ArchiveError, and from then on always: what the failed write left is cut off when the archive is opened.
        """
        self._refuse_if_broken()
        # What cannot be encoded raises here, before anything is half kept.
        event_data = encode(event)
        lines = [(line, encode(line)) for line in (record, rewrite) if line is not None]
        places: list[Place] = []
        # An event and its lines are of one group.
        if self._lines > MOST_LINES - _MOST_AT_ONCE:
            self.commit()
        with self._disk_errors():
            self._append(event, event_data)
            url = states.apply(self._ledger.db, event)
            for line, data in lines:
                assert url is not None
                place = self._append(line, data)
                self._unwritten[place] = data
                add_line(self._ledger, place, data, line, url)
                places.append(place)
        return places[0] if record else None

    def commit(self) -> None:
        """Acknowledge all that was written: on return it is on disk, and will be read. Raises ArchiveError."""
        self._refuse_if_broken()
        if not self._lines and self._captures.is_synced:
            return
        with self.patience(), self._disk_errors():
            # What a line names is on disk before it.
            self._captures.sync()
            # In this order what a story rewrites is on disk before it: without a ledger nobody would miss it.
            for name, group in sorted(self._groups.items()):
                path = open_path(self.root, name)
                if not path.exists():
                    disk.create_file(path)
                data = b"".join(group.lines)
                disk.append(path, data)
                self._segments[name] = group.acknowledged(data)
                self._ledger.set_segment(self._segments[name])
            self._tell_beforehand()
            self._ledger.commit()
        self._groups.clear()
        self._lines = 0
        self._unwritten.clear()

    def begin_reading(self, event: Event) -> None:
        """A page is about to be read; the event is true of it if that hangs, and the next start writes it.

        Raises ArchiveError.
        """
        with self._disk_errors():
            self._reading.begin(event)

    def end_reading(self) -> None:
        """No page is being read. Raises ArchiveError."""
        with self._disk_errors():
            self._reading.end()

    @property
    def traceback_descriptor(self) -> int:
        """Where a watchdog writes its traceback before it ends the process. Raises ArchiveError."""
        with self._disk_errors():
            return self._reading.descriptor

    def close_months(self, current: str) -> None:
        """Compress the segments of the months before `current` (YYYY-MM). Raises ArchiveError."""
        self.commit()
        for name, segment in self._segments.items():
            if segment_month(name) < current and not segment.closed:
                with self._disk_errors():
                    compress(self.root, segment)
                    closed = segment._replace(closed=True)
                    self._ledger.set_segment(closed)
                    self._ledger.commit()
                    disk.remove(open_path(self.root, name))
                self._segments = {**self._segments, name: closed}
        self._month = max(self._month, open_month(self._segments.values()))

    def write_run(self, run_id: str, report: dict[str, Any]) -> bytes:
        """Write runs/<run_id>.json as a whole; gives its bytes."""
        data = encode_report(report)
        with self._disk_errors():
            runs = self._runs
            disk.write_whole(self.root / RUNS / f"{run_id}.json", data)
            runs.add(run_id)
        return data

    def write_page(self, run_id: str, page: bytes) -> None:
        """Write runs/<run_id>.html as a whole; the report has its hash."""
        with self._disk_errors():
            disk.write_whole(self.root / RUNS / f"{run_id}.html", page)

    def runs_before(self, run_id: str, site: str, most: int) -> list[EarlierRun]:
        """The last runs before one on a site, and others that may be, by their reports, oldest first.

        Those that cannot be read are left out.
        """
        with self._disk_errors():
            return list(look_back(self.root, self._runs.before(run_id, site, most)))

    @cached_property
    def _runs(self) -> RunsBySite:
        return RunsBySite(runs_of(self.root))

    def keep_hosts(self) -> None:
        """Write what is known of hosts, at once. Raises ArchiveError."""
        with self._disk_errors():
            write_hosts(self.root, self.hosts)

    # Lines

    def story_at(self, place: Place) -> Story:
        """The line at a place in stories/ or duplicates/. Raises ArchiveDamagedError where it cannot be read."""
        try:
            return page_of(place, self._unwritten.get(place) or line_at(self.root, *place))
        except (ValueError, OSError, EOFError, zlib.error) as error:
            raise _unreadable(self.root, place, error) from error

    def said_of(self, copy: Entry) -> dict[str, Any]:
        """What a line in duplicates/ says of what it duplicates: its fields that a story has not.

        Raises ArchiveDamagedError where it cannot be read.
        """
        return duplicate_fields(self.story_at(copy.place))

    def stories_behind(self, place: Place | None) -> Iterator[tuple[Place, Story]]:
        """All acknowledged lines in stories/, or those behind one of them, in the order they were written.

        Raises ArchiveDamagedError where one cannot be read.
        """
        with self._disk_errors():
            end = self._ledger.end_of(place) if place else 0
        for name, segment in sorted(self._segments.items()):
            if segment_kind(name) is Kind.STORY and (place is None or name >= place.segment):
                at = Place(name, end if place and name == place.segment else 0)
                # To come to the end of a closed month takes as long as to read it.
                if at.position == segment.length:
                    continue
                try:
                    for position, line in whole_lines(self.root, name, segment.length, at.position):
                        at = Place(name, position)
                        yield at, decode(line, Story)
                except (ValueError, OSError, EOFError, zlib.error) as error:
                    raise _unreadable(self.root, at, error) from error

    def has_line(self, place: Place) -> bool:
        """Whether a line begins there."""
        with self._disk_errors():
            return self._ledger.has_line(place)

    def count_until(self, place: Place) -> int:
        """How many acknowledged lines of that kind there are up to that one, which is counted."""
        with self._disk_errors():
            return self._ledger.count_until(place)

    def number_lines(self, site: str) -> list[NumberLine]:
        """The number line of a site, and behind it those of its sections where it has several."""
        self.commit()
        with self._disk_errors():
            return numbers.number_lines(self.root, self._ledger.db, self._segments, site)

    # Within

    def _append(self, line: Line, data: bytes) -> Place:
        self._month = max(self._month, made_at(line)[:7])
        name = segment_name(kind_of(line), self._month)
        if (group := self._groups.get(name)) is None:
            segment = self._segments.get(name) or Segment(name, 0, 0, 0, closed=False)
            group = self._groups[name] = _Group(segment, segment.length)
        place = Place(name, group.length)
        group.lines.append(data)
        group.length += len(data)
        self._lines += 1
        return place

    def _tell_beforehand(self) -> None:
        lengths = {name: segment.length for name, segment in self._segments.items() if not segment.closed}
        try:
            self.before_acknowledging(lengths | self._captures.released)
        except BaseException:
            self._broken = True
            raise

    def _tell_of_hang(self) -> None:
        """The run before may have been ended by its watchdog: what it read is excluded for a while."""
        if (last := hang(self.root)) is None:
            return
        if event := last.event:
            known = self.known(event.url)
            if known is None:
                self.write(replace(event, event=EventKind.FOUND, state=State.FOUND, reason="", detail=""))
            state = State.EXCLUDED if known is None or known.state in UNSETTLED else None
            self.hung = replace(event, state=state)
            self.write(self.hung)
            self.commit()
        take_away(self.root, last)

    def _refuse_if_broken(self) -> None:
        if self._broken:
            raise ArchiveError(f"{self.root}: an earlier write failed; open the archive again to go on")

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.OperationalError) as error:
            self._broken = True
            raise unwritable(self.root, error) from error
        except sqlite3.Error as error:
            self._broken = True
            raise ArchiveDamagedError(
                f"{self.root / LEDGER}: {error}; `scrapy rebuild` makes it anew from the lines"
            ) from error


def _unreadable(root: Path, place: Place, error: Exception) -> ArchiveDamagedError:
    return ArchiveDamagedError(
        f"{root / place.segment}, byte {place.position}: cannot be read: {error}; `scrapy repair` moves it aside"
    )
