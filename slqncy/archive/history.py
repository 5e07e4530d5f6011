"""What was archived, in the order in which it was judged."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.files import line_at, whole_lines
from slqncy.archive.layout import LEDGER, LINE_TYPES, Kind, segment_kind
from slqncy.reasons import EventKind, State
from slqncy.records import Event, Rewrite, Story, decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slqncy.archive.layout import Place
    from slqncy.archive.ledger import Ledger

_KINDS = {
    EventKind.ARCHIVED: Kind.STORY,
    EventKind.CHANGED: Kind.STORY,
    EventKind.EARLIER: Kind.STORY,
    EventKind.DUPLICATE: Kind.DUPLICATE,
}
_REEXTRACTED = {None: Kind.STORY, State.ARCHIVED: Kind.STORY, State.DUPLICATE: Kind.DUPLICATE}


def pages(root: Path, ledger: Ledger) -> Iterator[tuple[Place, Story]]:
    """Lines of stories/ and duplicates/ that runs wrote, each with its place, in the order of their events.

    Lines that were written when an archive was judged again are none of them: their pages stand where they came first.
    What was read again says something else, and is one of them.
    Raises ArchiveDamagedError where something cannot be read.
    """
    try:
        names = {
            name: segment.length for name, segment in ledger.segments().items() if segment_kind(name) is Kind.EVENT
        }
    except sqlite3.Error as error:
        raise _damaged(root, LEDGER, error) from error
    for name, length in names.items():
        yield from pages_in(root, ledger, name, length)


def pages_in(
    root: Path, ledger: Ledger, name: str, length: int | None, start: int = 0
) -> Iterator[tuple[Place, Story]]:
    """Those of the events of a segment from one on, within its first `length` bytes. Raises ArchiveDamagedError."""
    try:
        for _, line in whole_lines(root, name, length, start):
            event = decode(line, Event)
            kind = _kind_of(event)
            if kind and event.version and (known := ledger.known(event.url)):
                entry = ledger.line_of(kind, known.id, event.version)
                if entry:
                    yield entry.place, page_at(root, entry.place)
    except (sqlite3.Error, ValueError, OSError, EOFError, zlib.error) as error:
        raise _damaged(root, name, error) from error


def _damaged(root: Path, name: str, error: Exception) -> ArchiveDamagedError:
    return ArchiveDamagedError(f"{root / name}: {error}; `scrapy verify --full` names every defect")


def _kind_of(event: Event) -> Kind | None:
    """The kind of line that came with an event, if it is one of these."""
    if event.event is EventKind.REEXTRACTED:
        return _REEXTRACTED.get(event.state)
    return _KINDS.get(event.event)


def page_at(root: Path, place: Place) -> Story:
    """The line at a place in stories/ or duplicates/. Raises ArchiveDamagedError where it cannot be read."""
    with _reading(root, place):
        return page_of(place, line_at(root, *place))


def rewrite_at(root: Path, place: Place) -> Rewrite:
    """The line at a place in rewrites/. Raises ArchiveDamagedError where it cannot be read."""
    with _reading(root, place):
        return decode(line_at(root, *place), Rewrite)


@contextmanager
def _reading(root: Path, place: Place) -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise ArchiveDamagedError(
            f"{root / place.segment}, byte {place.position}: {error}; `scrapy verify --full` names every defect"
        ) from error


def page_of(place: Place, data: bytes) -> Story:
    """What a line of stories/ or duplicates/ says. Raises ValueError."""
    line_type = LINE_TYPES[segment_kind(place.segment)]
    assert issubclass(line_type, Story)
    return decode(data, line_type)
