"""Judging a whole archive again, in the order in which it was judged, and saying what would be said otherwise."""

from __future__ import annotations

import sqlite3
from array import array
from contextlib import closing
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from slqncy.archive import ArchiveDamagedError, ArchiveError
from slqncy.archive.history import page_at, pages, rewrite_at
from slqncy.archive.layout import LEDGER, Kind, Place, segment_kind
from slqncy.archive.ledger import Ledger, require_archive
from slqncy.dedup.archived import POSITION_BITS, of_story
from slqncy.dedup.so_far import SoFar
from slqncy.records import Duplicate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slqncy.archive.ledger import Entry
    from slqncy.dedup.archived import Original
    from slqncy.dedup.text import Compared
    from slqncy.dedup.verdict import Thresholds
    from slqncy.reasons import DuplicateKind
    from slqncy.records import Story


@dataclass(frozen=True, slots=True)
class Said:
    """What a line in duplicates/ or rewrites/ says of a page."""

    kind: DuplicateKind
    of: str

    def __str__(self) -> str:
        return f"{self.kind} of {self.of}"


@dataclass(frozen=True, slots=True)
class Change:
    """A page of which something else would be said."""

    place: Place
    """Its line in stories/ or, where it has none there, in duplicates/."""
    id: str
    was: Said | None
    """None for a story that duplicates nothing."""
    now: Original | None

    def __str__(self) -> str:
        now = "a story"
        if self.now:
            now = f"{self.now.kind} of {self.now.id}, {self.now.verdict.score:.3f}: {self.now.verdict.evidence}"
        return f"{self.id}: is {self.was or 'a story'}, would be {now}"


def rescore(root: Path, thresholds: Thresholds, *, divert_rewrites: bool) -> Iterator[Change]:
    """Judge all pages of an archive again, each against the stories before it.

    Raises ArchiveError where there is no archive, ArchiveDamagedError where something cannot be read.
    """
    require_archive(root, with_ledger=True)
    try:
        with closing(Ledger(root / LEDGER, read_only=True)) as ledger, TemporaryDirectory() as folder:
            # One view of it all, while a run may be writing.
            ledger.db.execute("BEGIN")
            with closing(_Stories(root, folder, thresholds)) as stories:
                for place, page in pages(root, ledger):
                    known = ledger.known(page.canonical_url)
                    assert known is not None
                    look = look_at(root, ledger.entries(known.id), place, page)
                    change = look and _judge(stories, look, place, page, divert_rewrites=divert_rewrites)
                    if change:
                        yield change
    except sqlite3.Error as error:
        raise ArchiveDamagedError(f"{root / LEDGER}: {error}; `scrapy rebuild` makes it anew from the lines") from error
    except OSError as error:
        raise ArchiveError(f"no room for an index to judge with: {error}; TMPDIR names another folder") from error


def _judge(stories: _Stories, look: Look, place: Place, page: Story, *, divert_rewrites: bool) -> Change | None:
    story = of_story(page)
    now = None if look.is_edit else stories.original(page, story)
    if look.is_added(now, divert_rewrites=divert_rewrites):
        stories.add(place, story)
    return look.change(now)


@dataclass(frozen=True, slots=True)
class Look:
    """A page that is judged, by what its archive has of it."""

    at: Place
    """As `Change.place`."""
    id: str
    was: Said | None
    is_edit: bool
    """Whether it is the next version of a story, whatever else it resembles: nothing else is said of it."""

    @property
    def is_always_added(self) -> bool:
        """Whether later pages are judged against it, whatever is said of it now."""
        # What stands in stories/ stays there, and runs find it there.
        return self.is_edit or segment_kind(self.at.segment) is Kind.STORY

    def is_added(self, now: Original | None, *, divert_rewrites: bool) -> bool:
        """Whether later pages are judged against it."""
        return self.is_always_added or now is None or not now.sets_apart(divert_rewrites=divert_rewrites)

    def change(self, now: Original | None) -> Change | None:
        """What is said otherwise, if anything is."""
        if self.is_edit or self.was == (Said(now.kind, now.id) if now else None):
            return None
        return Change(self.at, self.id, self.was, now)


def look_at(root: Path, entries: list[Entry], place: Place, page: Story) -> Look | None:
    """A page as it is judged, or None where it is not; `entries` are all lines of its address.

    Raises ArchiveDamagedError where one cannot be read.
    """
    is_copy = segment_kind(place.segment) is Kind.DUPLICATE
    same = [entry for entry in entries if entry.content_hash == page.content_hash]
    if _was_judged(same, place, page) or (is_copy and _has_newer(entries, page)):
        return None
    if not is_copy and page.version > 1:
        return Look(place, page.id, None, is_edit=True)
    at, was = _said(root, same)
    return Look(at, page.id, was, is_edit=False)


def _has_newer(entries: list[Entry], copy: Story) -> bool:
    """Whether the address of a copy has said something else since."""
    others = [entry for entry in entries if entry.content_hash != copy.content_hash]
    kinds = {segment_kind(entry.segment) for entry in others if entry.version > copy.version}
    return Kind.DUPLICATE in kinds or any(segment_kind(entry.segment) is Kind.STORY for entry in others)


def _was_judged(lines: list[Entry], place: Place, page: Story) -> bool:
    """Whether the same page stands in duplicates/ from an earlier time."""
    copies = [line for line in lines if segment_kind(line.segment) is Kind.DUPLICATE]
    is_copy = segment_kind(place.segment) is Kind.DUPLICATE
    return any(not is_copy or copy.version < page.version for copy in copies)


def _said(root: Path, lines: list[Entry]) -> tuple[Place, Said | None]:
    """Where a page stands, and what is said of it: once in stories/ it stays there, and rewrites/ says the rest."""
    of_kind = {kind: [line for line in lines if segment_kind(line.segment) is kind] for kind in Kind}
    if of_kind[Kind.STORY]:
        at, kind = of_kind[Kind.STORY][0], Kind.REWRITE
    else:
        at, kind = of_kind[Kind.DUPLICATE][-1], Kind.DUPLICATE
    said = None
    if of_kind[kind]:
        newest = of_kind[kind][-1].place
        if kind is Kind.REWRITE:
            rewrite = rewrite_at(root, newest)
            said = Said(rewrite.rewrite_kind, rewrite.rewrite_of) if rewrite.rewrite_of else None
        else:
            copy = page_at(root, newest)
            assert isinstance(copy, Duplicate)
            said = Said(copy.duplicate_kind, copy.duplicate_of)
    return at.place, said


class _Stories:
    """The stories so far, by the places of their lines."""

    def __init__(self, root: Path, folder: str, thresholds: Thresholds) -> None:
        self.root = root
        self._segments: list[str] = []
        self._places = array("Q")
        self._so_far = SoFar(folder, lambda number: page_at(root, self._place(number)), thresholds)

    def original(self, page: Story, story: Compared) -> Original | None:
        return self._so_far.original(page, story)

    def add(self, place: Place, story: Compared) -> None:
        if place.segment not in self._segments:
            self._segments.append(place.segment)
        self._so_far.add(len(self._places), story)
        self._places.append(self._segments.index(place.segment) << POSITION_BITS | place.position)

    def close(self) -> None:
        self._so_far.close()

    def _place(self, number: int) -> Place:
        code = self._places[number]
        return Place(self._segments[code >> POSITION_BITS], code & (1 << POSITION_BITS) - 1)
