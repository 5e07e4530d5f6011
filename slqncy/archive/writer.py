"""The only way into an archive: append, sync, then one ledger commit that acknowledges the line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slqncy.archive import disk
from slqncy.archive.errors import ArchiveDamagedError, ArchiveError
from slqncy.archive.layout import LEDGER, LOCK, RECORD_TYPES, RUNS, SCHEMA, segment_kind, segment_name
from slqncy.archive.ledger import STATE_OF_KIND, Ledger, State, digest
from slqncy.archive.lock import Lock
from slqncy.archive.recovery import add_line, recover
from slqncy.records import SCHEMA_VERSION, decode, encode, json_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slqncy.archive.layout import Kind
    from slqncy.archive.ledger import Line
    from slqncy.records import Story


class ArchiveWriter:
    """An archive opened for writing, by one process at a time."""

    def __init__(self, root: Path | str, fingerprint: Callable[[Story], bytes]) -> None:
        """Open or create, and repair what a killed run left behind.

        `fingerprint` gives equal bytes for stories of equal text. Raises ArchiveLockedError, ArchiveDamagedError,
        or ArchiveError where the disk will not have it.
        """
        self.root = Path(root)
        self._fingerprint = fingerprint
        self._torn = False
        with self._disk_errors(), ExitStack() as undo:
            disk.make_directory(self.root)
            self._lock = Lock(self.root / LOCK)
            undo.callback(self._lock.release)
            self._ledger = Ledger(self.root / LEDGER)
            undo.callback(self._ledger.close)
            recover(self.root, self._ledger, fingerprint)
            self._segments = set(self._ledger.segments())
            self._publish_schema()
            undo.pop_all()

    def close(self) -> None:
        """Acknowledge what is left and release the archive; after a store that failed, as `abandon`."""
        try:
            if not self._torn:
                with self._disk_errors():
                    self._ledger.commit()
        finally:
            self._ledger.close()
            self._lock.release()

    def abandon(self) -> None:
        """Release the archive without another write: after a disk error the next start repairs."""
        self._ledger.close()
        self._lock.release()

    def store(self, record: Story) -> None:
        """Append a record to its file. On return it is on disk and acknowledged.

        Raises ArchiveError, and from then on always: what the failed write left is cut off when the archive is opened.
        """
        line = encode(record)
        name = segment_name(record)
        if self._torn:
            raise ArchiveError(f"{self.root}: an earlier write failed; open the archive again to go on")
        with self._disk_errors():
            self._torn = True
            if name not in self._segments:
                self._start_segment(name)
            disk.append(self.root / name, line)
            add_line(self._ledger, name, line, record, self._fingerprint)
            self._ledger.commit()
            self._torn = False

    def latest(self, kind: Kind, story_id: str) -> Line | None:
        """The newest line of that kind for a story."""
        with self._disk_errors():
            return self._ledger.latest(kind, story_id)

    def read(self, line: Line) -> Story:
        """The record of a line. Raises ArchiveDamagedError where it is not the line that was acknowledged."""
        with self._disk_errors(), (self.root / line.segment).open("rb") as file:
            file.seek(line.position)
            data = file.read(line.length)
        if digest(data) != line.digest:
            raise ArchiveDamagedError(
                f"{self.root / line.segment}, byte {line.position}: not the line that was acknowledged; "
                "`scrapy verify` lists every defect"
            )
        return decode(data, RECORD_TYPES[segment_kind(line.segment)])

    def same_text(self, record: Story) -> str | None:
        """The id of the archived story whose text has the record's fingerprint."""
        with self._disk_errors():
            return self._ledger.with_fingerprint(self._fingerprint(record))

    def state(self, url: str) -> State | None:
        """The state of a story's canonical address, or None where it was never found."""
        with self._disk_errors():
            return self._ledger.state(url)

    def due(self) -> list[str]:
        """Addresses that were found and have no answer yet."""
        with self._disk_errors():
            return self._ledger.due()

    def add_found(self, urls: Iterable[str]) -> None:
        """Know addresses; durable with the next line, for until then the lists will show them again."""
        with self._disk_errors():
            self._ledger.add_found(urls)

    def set_state(self, url: str, state: State, reason: str = "") -> None:
        """Put an address in a state that no line gives it; one that has a line keeps the state its line gives."""
        with self._disk_errors():
            if self._ledger.state(url) not in STATE_OF_KIND.values():
                self._ledger.set_state(url, state, reason)

    def states(self) -> dict[str, int]:
        """How many addresses are in each state."""
        with self._disk_errors():
            return self._ledger.states()

    def write_run(self, run_id: str, report: dict[str, Any]) -> Path:
        """Write runs/<run_id>.json as a whole."""
        path = self.root / RUNS / f"{run_id}.json"
        with self._disk_errors():
            disk.write_whole(path, _pretty(report))
        return path

    def _start_segment(self, name: str) -> None:
        path = self.root / name
        if not path.exists():
            disk.create_file(path)
        self._segments.add(name)

    def _publish_schema(self) -> None:
        for record_type in RECORD_TYPES.values():
            path = self.root / SCHEMA / f"{record_type.__name__.lower()}.v{SCHEMA_VERSION}.json"
            schema = _pretty(json_schema(record_type))
            if not path.exists() or path.read_bytes() != schema:
                disk.write_whole(path, schema)

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.OperationalError) as error:
            raise ArchiveError(f"{self.root}: cannot write to the archive: {error}") from error
        except sqlite3.Error as error:
            raise ArchiveDamagedError(
                f"{self.root / LEDGER}: {error}. Move it away, and the next run rebuilds it from the lines"
            ) from error


def _pretty(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
