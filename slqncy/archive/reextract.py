"""What a better parser makes of pages that were archived: an archive of the same captures, compared and taken in."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.history import page_at, rewrite_at
from slqncy.archive.layout import LEDGER, Kind, kind_of
from slqncy.archive.ledger import Ledger, next_version, require_archive
from slqncy.reasons import EventKind, PageKind, Rejection, State
from slqncy.records import Event, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from slqncy.archive.ledger import Known
    from slqncy.archive.writer import ArchiveWriter
    from slqncy.records import Rewrite, Story

_KIND = {
    State.ARCHIVED: Kind.STORY, State.GONE: Kind.STORY, State.DUPLICATE: Kind.DUPLICATE, State.REJECTED: Kind.REJECTED,
}  # fmt: skip
_STATE = {Kind.STORY: State.ARCHIVED, Kind.DUPLICATE: State.DUPLICATE, Kind.REJECTED: State.REJECTED}
_NOT_SAID = {"schema_version", "version", "date_downloaded", "provenance"}
"""Fields of a line that are not read off the page."""


@dataclass(frozen=True, slots=True)
class Line:
    """The line that counts of an address, and what it rewrites."""

    page: Story
    rewrite: Rewrite | None

    @property
    def kind(self) -> Kind:
        """What the page is taken for."""
        return kind_of(self.page)

    def fields(self) -> dict[str, Any]:
        """All that is said of the page."""
        names = type(self.page).__dataclass_fields__.keys() - _NOT_SAID
        return {
            **{name: getattr(self.page, name) for name in names},
            "encoding": self.page.provenance.encoding,
            "rewrite_of": self.rewrite.rewrite_of if self.rewrite else "",
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """A page as it is archived, and as it reads now."""

    was: Line | None
    """None where it was captured, and no line of it came to be."""
    now: Line

    @property
    def fields(self) -> dict[str, tuple[Any, Any]]:
        """What would be said otherwise, by field, of a page that is taken for the same."""
        if self.was is None or self.was.kind is not self.now.kind:
            return {}
        now = self.now.fields()
        return {name: (value, now[name]) for name, value in self.was.fields().items() if value != now[name]}

    @property
    def is_no_story_any_more(self) -> bool:
        """Whether an archived story would not be taken for one: its lines stay, and nothing is added."""
        return self.was is not None and self.was.kind is Kind.STORY and self.now.kind is not Kind.STORY

    @property
    def is_other(self) -> bool:
        """Whether anything is said otherwise."""
        return self.was is None or self.was.kind is not self.now.kind or bool(self.fields)


def readings(root: Path, again: Path) -> Iterator[Reading]:
    """Each story page of the archive `again`, made of the captures of `root`, in the order found there.

    Pages whose line in `root` comes from no capture, or from one that has no payload as the page forbids it, and those
    that are forgotten, are left out. Raises ArchiveError.
    """
    require_archive(root, with_ledger=True)
    try:
        with (
            closing(Ledger(root / LEDGER, read_only=True)) as ours,
            closing(Ledger(again / LEDGER, read_only=True)) as theirs,
        ):
            for number in range(1, theirs.newest() + 1):
                read = theirs.known_by_id(number)
                now = _line(again, theirs, read) if read and read.kind is PageKind.STORY else None
                if read and now:
                    known = ours.known(read.url)
                    if known and known.state is State.FORGOTTEN:
                        continue
                    was = _line(root, ours, known) if known else None
                    if was is None or (was.page.provenance.warc.file and not _is_withheld(was, now)):
                        yield Reading(was, now)
    except sqlite3.Error as error:
        raise ArchiveDamagedError(f"{root / LEDGER}: {error}; `scrapy rebuild` makes it anew from the lines") from error


def take_in(archive: ArchiveWriter, changed: Iterable[Reading]) -> int:
    """Write what is said otherwise, as further versions. Gives how many lines were added. Raises ArchiveError."""
    run_id = f"reextract-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    added = 0
    for reading in changed:
        if reading.is_no_story_any_more:
            continue
        page, rewrite = reading.now.page, reading.now.rewrite
        page.version = next_version(archive.versions(reading.now.kind, page.canonical_url))
        page.provenance.run_id = run_id
        if rewrite:
            rewrite.version, rewrite.run_id = page.version, run_id
        archive.write(_event(reading, run_id), page, rewrite)
        added += 1
    archive.commit()
    return added


def _line(root: Path, ledger: Ledger, known: Known) -> Line | None:
    kind = _KIND.get(known.state)
    entry = ledger.latest(kind, known.id) if kind else None
    if entry is None:
        return None
    page = page_at(root, entry.place)
    beside = ledger.line_of(Kind.REWRITE, known.id, page.version) if kind is Kind.STORY else None
    return Line(page, rewrite_at(root, beside.place) if beside else None)


def _is_withheld(was: Line, now: Line) -> bool:
    return all(getattr(line.page, "reason", None) is Rejection.NOARCHIVE for line in (was, now))


def _event(reading: Reading, run_id: str) -> Event:
    page, was, kind = reading.now.page, reading.was, reading.now.kind
    # A story that is gone stays so.
    state = None if was and was.kind is kind is Kind.STORY else _STATE[kind]
    said = f"was {was.kind}" if was and was.kind is not kind else ", ".join(sorted(reading.fields))
    return Event(
        event=EventKind.REEXTRACTED, at=moment(datetime.now(UTC)), run_id=run_id, url=page.canonical_url,
        kind=PageKind.STORY, id=page.id, state=state, reason=getattr(page, "reason", ""),
        detail=f"read again by slqncy {page.provenance.parser_version}: {said}", version=page.version,
    )  # fmt: skip
