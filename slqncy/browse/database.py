"""The database of the pages: made of the lines, brought up to date at every start, made anew where it does not fit.

It is never changed in place. What is new is added to a copy, which takes its place once it is whole: whoever has the
old one open keeps it, and a kill leaves a file that the next start writes over.
"""

from __future__ import annotations

import shutil
import sqlite3
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveError, disk
from slqncy.archive.changes import changes
from slqncy.archive.files import line_at, whole_lines
from slqncy.archive.layout import BROWSE, BROWSE_LOCK, LINE_TYPES, Kind, segment_kind
from slqncy.archive.ledger import require_archive
from slqncy.archive.lock import Lock
from slqncy.export.sqlite import TOKEN
from slqncy.export.sqlite_schema import TABLES
from slqncy.export.sqlite_tables import SCHEMA_VERSION, Tables
from slqncy.records import Event, decode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Lengths = dict[str, "int | None"]
_SEGMENT = "read "
"""Before the name of a segment: what is noted of how far it was read."""
_ATTEMPTS = 3


class _Place(NamedTuple):
    """How far a segment was read: where its last line begins and ends, in bytes, and what that was like."""

    start: int
    end: int
    crc32: int


def up_to_date(root: Path, tell: Callable[[str], None]) -> Path:
    """The database, with all that is acknowledged now; works while a run is writing.

    `tell` is told of what takes long. Raises ArchiveError where there is no archive or the database cannot be written,
    ArchiveLockedError while another process writes it, and ArchiveDamagedError for a line that cannot be read.
    """
    require_archive(root)
    archive, path = Archive(root), root / BROWSE
    try:
        lock = Lock(root / BROWSE_LOCK)
        try:
            _bring(archive, path, tell)
        finally:
            lock.release()
    except (sqlite3.Error, OSError) as error:
        raise ArchiveError(f"{path}: cannot be written: {error}") from error
    return path


def opened(path: Path) -> sqlite3.Connection:
    """The database, to be read only. Raises sqlite3.Error."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _bring(archive: Archive, path: Path, tell: Callable[[str], None]) -> None:
    for attempt in range(_ATTEMPTS):
        noted = _noted(path)
        # Looked at once more after writing: a takedown may have come in between, and what it took out must not be here.
        if noted and not _fits(archive, noted):
            disk.remove(path)
            noted = {}
        if noted and (attempt or not _is_more(archive, noted)):
            return
        try:
            _write(archive, path, tell, is_new=not noted)
        except sqlite3.DatabaseError:
            if not noted:
                raise
            # It opens, and is damaged further on.
            disk.remove(path)
    raise ArchiveDamagedError(f"{archive.root}: lines change while they are read; `scrapy verify` names every defect")


def _write(archive: Archive, path: Path, tell: Callable[[str], None], *, is_new: bool) -> None:
    temporary = disk.temporary_of(path)
    try:
        disk.remove(temporary)
        temporary.touch(0o600)
        tell(f"{path}: {'made of all lines, which is done once' if is_new else 'adding what is new'}")
        if not is_new:
            shutil.copyfile(path, temporary)
        with closing(Tables(temporary)) as tables:
            tables.write_at_once()
            tables.begin()
            _add(tables, archive.root, archive.acknowledged())
            tables.commit()
        disk.sync_file(temporary)
        disk.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _add(tables: Tables, root: Path, lengths: Lengths) -> None:
    noted = tables.noted()
    for change in changes(root, lengths, noted.get(TOKEN, "")):
        tables.add(change)
        tables.note(TOKEN, change.token)
    for name in _segments(lengths):
        _add_segment(tables, root, name, lengths[name], _places(noted).get(name))


def _add_segment(tables: Tables, root: Path, name: str, length: int | None, place: _Place | None) -> None:
    begin, line = place.end if place else 0, b""
    if begin == length:
        return
    position = begin
    try:
        for position, line in whole_lines(root, name, length, begin):  # noqa: B007  # what follows names the last
            record = decode(line, LINE_TYPES[segment_kind(name)])
            assert not isinstance(record, Event)
            tables.add(record)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise ArchiveDamagedError(f"{root / name}, byte {position}: cannot be read: {error}") from error
    if line:
        tables.note(f"{_SEGMENT}{name}", f"{position} {position + len(line)} {zlib.crc32(line)}")


def _segments(lengths: Lengths) -> list[str]:
    """Those of lines of pages: the events are told as changes."""
    return sorted(name for name in lengths if segment_kind(name) is not Kind.EVENT)


def _noted(path: Path) -> dict[str, str]:
    """What a database says of itself; nothing where it is none, or of another version."""
    if not path.is_file():
        return {}
    try:
        with closing(opened(path)) as db:
            is_ours = db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,) and _schema(db) == _our_schema()
            noted = dict(db.execute("SELECT key, value FROM meta")) if is_ours else {}
        _places(noted)
    except (sqlite3.DatabaseError, ValueError, TypeError):
        return {}
    return noted


def _schema(db: sqlite3.Connection) -> set[tuple[str, ...]]:
    """All that a database has in it: a view or a trigger of others would be run by whoever reads."""
    return set(db.execute("SELECT type, name, sql FROM sqlite_schema"))


def _our_schema() -> set[tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(TABLES)
        return _schema(db)


def _places(noted: dict[str, str]) -> dict[str, _Place]:
    said = ((key.removeprefix(_SEGMENT), value) for key, value in noted.items() if key.startswith(_SEGMENT))
    return {name: _Place(*map(int, value.split())) for name, value in said}


def _fits(archive: Archive, noted: dict[str, str]) -> bool:
    """Whether all lines that a database is of are still there, where they were."""
    try:
        archive.changes(noted.get(TOKEN, ""))
    except ValueError:
        return False
    lengths = archive.acknowledged()
    return all(
        name in lengths and _within(lengths[name], place.end) and _is_there(archive.root, name, place)
        for name, place in _places(noted).items()
    )


def _within(length: int | None, end: int) -> bool:
    return length is None or end <= length


def _is_there(root: Path, name: str, place: _Place) -> bool:
    try:
        line = line_at(root, name, place.start)
    except (OSError, EOFError, zlib.error):
        return False
    return len(line) == place.end - place.start and zlib.crc32(line) == place.crc32


def _is_more(archive: Archive, noted: dict[str, str]) -> bool:
    """Whether there are lines or changes that a database is not of."""
    lengths, places = archive.acknowledged(), _places(noted)
    ends = {name: places[name].end if name in places else 0 for name in _segments(lengths)}
    return any(lengths[name] != end for name, end in ends.items()) or any(archive.changes(noted.get(TOKEN, "")))
