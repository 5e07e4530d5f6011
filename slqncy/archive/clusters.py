"""Which stories have copies and rewrites, and which those are."""

from __future__ import annotations

import sqlite3
import zlib
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.history import page_at, rewrite_at
from slqncy.archive.layout import LEDGER, Kind, Place, segment_kind
from slqncy.archive.ledger import Ledger, require_archive
from slqncy.records import Duplicate, Rewrite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from slqncy.archive.ledger import Known
    from slqncy.reasons import DuplicateKind
    from slqncy.records import Story

# Of what is archived the last line in rewrites/ counts, and may withdraw those before it; else the last in duplicates/.
# In the order of segments stories/ comes last.
_LAST = """
    note GLOB '*/*' AND NOT EXISTS (
        SELECT 1 FROM line AS later
        WHERE later.url = line.url AND (later.segment, later.position) > (line.segment, line.position)
            AND (
                later.segment GLOB 'rewrites/*'
                OR line.segment GLOB 'duplicates/*' AND later.segment NOT GLOB 'rejected/*'
            )
    )
"""
_ORIGINALS = f"SELECT note FROM line WHERE {_LAST} GROUP BY note ORDER BY count(*) DESC, note"  # noqa: S608
_LINKS = "SELECT url.story, note, segment, position FROM line JOIN url ON url.id = line.url WHERE"
_LINKS_TO = f"{_LINKS} note = ? AND {_LAST} ORDER BY segment, position"
_LINK_FROM = f"{_LINKS} url.story = ? AND url.story <> '' AND {_LAST}"


@dataclass(frozen=True, slots=True)
class Link:
    """A line that says that a story is a copy or a rewrite of another."""

    id: str
    original: str
    place: Place

    @property
    def is_rewrite(self) -> bool:
        """Whether it stands in rewrites/."""
        return segment_kind(self.place.segment) is Kind.REWRITE


@dataclass(frozen=True, slots=True)
class Listed:
    """A story with its copies and rewrites, counted."""

    id: str
    title: str | None
    """Of its newest version; None where no line in stories/ is left."""
    copies: Counter[DuplicateKind]
    """Of its lines in duplicates/."""
    rewrites: Counter[DuplicateKind]
    """Of its lines in rewrites/; those may be copies that were archived before they were known to be some."""
    itself: str
    """What it is itself: "rewrite of slqncy/szxw/9538", or ""."""
    ids: Iterator[str]
    """Of the copies, then of the rewrites."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """All copies and rewrites of a story, and those of its rewrites."""

    known: Known
    """The address that was asked for."""
    original: str
    links: list[Link]
    """Nearer ones first."""


@dataclass(frozen=True, slots=True)
class Member:
    """A copy or a rewrite, and how it is known to be one."""

    kind: DuplicateKind
    score: float
    evidence: str
    url: str
    story: Story | None
    """The copy as it was found; of what is in rewrites/ the newest version, None where no line in stories/ is left."""


class Clusters:
    """The copies and rewrites of an archive. What cannot be read raises ArchiveDamagedError."""

    def __init__(self, root: Path) -> None:
        """Open the archive. Raises ArchiveError where there is none."""
        require_archive(root, with_ledger=True)
        self._root = root
        with self._reading():
            self._ledger = Ledger(root / LEDGER, read_only=True)

    def close(self) -> None:
        """Close the archive."""
        self._ledger.close()

    def largest_first(self) -> Iterator[Listed]:
        """Every story that others copy or rewrite, the one with the most of them first; one is in memory at a time."""
        with self._reading():
            for (original,) in self._ledger.db.execute(_ORIGINALS):
                yield self._listed(original)

    def of(self, names: Iterable[str]) -> Cluster | None:
        """The cluster of the first of these URLs or story ids that the archive has heard of, or None."""
        with self._reading():
            known = self._ledger.first_known(names)
            if known is None:
                return None
            original = self._original(known.story)
            return Cluster(known, original, self._links_within(original))

    def story(self, story_id: str) -> Story | None:
        """The newest version of a story, or None where no line in stories/ is left."""
        with self._reading():
            known = self._ledger.known_by_story(story_id)
            entry = self._ledger.latest(Kind.STORY, known.id) if known else None
            return page_at(self._root, entry.place) if entry else None

    def member(self, link: Link) -> Member:
        """What a line says."""
        with self._reading():
            line = self._line(link)
            if isinstance(line, Rewrite):
                return Member(
                    line.rewrite_kind, line.rewrite_score, line.rewrite_evidence, line.canonical_url,
                    self.story(link.id),
                )  # fmt: skip
            return Member(
                line.duplicate_kind, line.duplicate_score, line.duplicate_evidence, line.canonical_url, line
            )  # fmt: skip

    def _listed(self, original: str) -> Listed:
        copies: Counter[DuplicateKind] = Counter()
        rewrites: Counter[DuplicateKind] = Counter()
        for link in self._links_to(original):
            (rewrites if link.is_rewrite else copies)[_kind(self._line(link))] += 1
        story = self.story(original)
        link_on = self._link_from(original)
        itself = f"{_kind(self._line(link_on))} of {link_on.original}" if link_on else ""
        ids = (link.id for link in self._links_to(original))
        return Listed(original, story.title if story else None, copies, rewrites, itself, ids)

    def _line(self, link: Link) -> Duplicate | Rewrite:
        if link.is_rewrite:
            return rewrite_at(self._root, link.place)
        copy = page_at(self._root, link.place)
        assert isinstance(copy, Duplicate)
        return copy

    def _original(self, story_id: str) -> str:
        """Where the chain of what is a copy or a rewrite of what ends."""
        path: dict[str, int] = {}
        while story_id not in path:
            path[story_id] = len(path)
            link = self._link_from(story_id)
            if link is None:
                return story_id
            story_id = link.original
        # After a loss the original may have been archived again, as a rewrite of its own rewrite.
        return min(list(path)[path[story_id] :])

    def _links_within(self, original: str) -> list[Link]:
        links: list[Link] = []
        seen, ahead = {original}, deque([original])
        while ahead:
            for link in self._links_to(ahead.popleft()):
                if link.id not in seen:
                    seen.add(link.id)
                    ahead.append(link.id)
                    links.append(link)
        return links

    def _links_to(self, original: str) -> Iterator[Link]:
        for story, note, *place in self._ledger.db.execute(_LINKS_TO, (original,)):
            yield Link(story, note, Place(*place))

    def _link_from(self, story_id: str) -> Link | None:
        row = self._ledger.db.execute(_LINK_FROM, (story_id,)).fetchone()
        return Link(row[0], row[1], Place(*row[2:])) if row else None

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, ValueError, OSError, EOFError, zlib.error) as error:
            raise ArchiveDamagedError(f"{self._root}: {error}; `scrapy verify --full` names every defect") from error


def _kind(line: Duplicate | Rewrite) -> DuplicateKind:
    return line.rewrite_kind if isinstance(line, Rewrite) else line.duplicate_kind
