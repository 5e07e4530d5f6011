"""The stories of an archive, and which of them a new one duplicates.

The index lies beside the lines and is made of them: what it lacks is added when the archive is opened, and where it is
not of these lines it is made anew. So a kill leaves nothing to repair, and every verdict is one on what is archived.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from slqncy.archive import ArchiveError
from slqncy.archive.layout import INDEX, Kind, Place, segment_month, segment_name
from slqncy.dedup.deduplicator import Deduplicator
from slqncy.dedup.text import Compared, compared
from slqncy.reasons import DuplicateKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.archive import ArchiveWriter
    from slqncy.dedup.verdict import Thresholds, Verdict
    from slqncy.records import Story

logger = logging.getLogger(__name__)

POSITION_BITS = 44
"""Of a line's place in its file, as a part of a number."""
_TOLD = 10_000
"""Stories after which a long beginning says that it goes on."""
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Original:
    """The archived story that a new one duplicates, and how."""

    id: str
    kind: DuplicateKind
    verdict: Verdict
    is_at_hand: bool = False
    """Whether another worker is about to archive it, and may not: the verdict is final once that is known."""

    def sets_apart(self, *, divert_rewrites: bool) -> bool:
        """Whether what has this original is no story of its own: a rewrite is one, unless rewrites are diverted."""
        return self.kind is not DuplicateKind.REWRITE or divert_rewrites

    def fields(self, prefix: str) -> dict[str, Any]:
        """As a line in duplicates/ or rewrites/ says it: duplicate_of, …, or rewrite_of, …"""
        said = {"of": self.id, "kind": self.kind, "score": self.verdict.score, "evidence": self.verdict.evidence}
        return {f"{prefix}_{name}": value for name, value in said.items()}


class _NotOfTheseLinesError(Exception):
    """The index names a line that is not there."""


def number_of(place: Place) -> int:
    """A number for a line in stories/, larger for later lines."""
    year, month = map(int, segment_month(place.segment).split("-"))
    return (year * _MONTHS + month - 1) << POSITION_BITS | place.position


def place_of(number: int) -> Place:
    """The line of such a number."""
    year, month = divmod(number >> POSITION_BITS, _MONTHS)
    return Place(segment_name(Kind.STORY, f"{year:04}-{month + 1:02}"), number & (1 << POSITION_BITS) - 1)


def of_story(story: Story) -> Compared:
    """A story of the archive as it is compared; one without a date was published when it was seen."""
    return compared(story.title, story.text, story.date_published or story.as_of)


class LastCompared:
    """The story that was compared last: one that is asked for is mostly added next."""

    def __init__(self) -> None:
        self._last: tuple[Story, Compared] | None = None

    def of(self, story: Story, as_compared: Compared | None = None) -> Compared:
        """What `of_story` makes of it; `as_compared` is that, where it was worked out before."""
        if as_compared or self._last is None or self._last[0] is not story:
            self._last = story, as_compared or of_story(story)
        return self._last[1]


class ArchivedStories:
    """What is archived, open to be asked and added to."""

    def __init__(self, archive: ArchiveWriter, thresholds: Thresholds) -> None:
        """Open the index of an archive, and add what it lacks. Raises ArchiveError."""
        self._archive = archive
        self._last = LastCompared()
        with _disk_errors(archive), ExitStack() as undo:
            self._deduplicator = Deduplicator(archive.root / INDEX, self._text_of, thresholds)
            undo.callback(self.close)
            self._catch_up()
            undo.pop_all()

    def find(self, story: Story, as_compared: Compared | None = None) -> Original | None:
        """The archived story that this one duplicates, or None. Raises ArchiveError.

        `as_compared` is what `of_story` makes of it, where that was worked out before.
        """
        asked = self._last.of(story, as_compared)
        with _disk_errors(self._archive):
            try:
                match = self._deduplicator.find(asked)
            except _NotOfTheseLinesError:
                self._begin_anew()
                match = self._deduplicator.find(asked)
        if match is None:
            return None
        return original_of(story, self._archive.story_at(place_of(match.number)), match.verdict)

    def add(self, place: Place, story: Story) -> None:
        """Know a story whose line was just written there. Raises ArchiveError."""
        with _disk_errors(self._archive):
            self._add(place, story)

    def flush(self) -> None:
        """Write what is new, once the archive has acknowledged it. Raises ArchiveError."""
        # The index never knows a line that a kill could take back.
        self._archive.commit()
        # Of millions of stories, merging takes minutes.
        with self._archive.patience(), _disk_errors(self._archive):
            self._deduplicator.flush()

    def close(self) -> None:
        """Close the index, without another write."""
        self._deduplicator.index.close()

    def _text_of(self, number: int) -> Compared:
        place = place_of(number)
        if not self._archive.has_line(place):
            raise _NotOfTheseLinesError
        return of_story(self._archive.story_at(place))

    def _add(self, place: Place, story: Story) -> None:
        self._deduplicator.add(number_of(place), self._last.of(story))
        if self._deduplicator.index.is_due:
            self.flush()

    def _catch_up(self) -> None:
        index = self._deduplicator.index
        last = None if index.last is None else place_of(index.last)
        if last and (not self._archive.has_line(last) or self._archive.count_until(last) != len(index)):
            self._begin_anew()
            return
        for count, (place, story) in enumerate(self._archive.stories_behind(last), start=1):
            self._add(place, story)
            if count % _TOLD == 0:
                logger.info("%s: %d stories added to the index", self._archive.root / INDEX, count)

    def _begin_anew(self) -> None:
        logger.warning("%s: not the index of these lines; making it anew", self._archive.root / INDEX)
        self._deduplicator.clear()
        self._archive.commit()
        self._catch_up()


class Named(Protocol):
    """A story, by what names it."""

    @property
    def id(self) -> str:
        """Of the story, of all sites."""

    @property
    def site(self) -> str:
        """Name of the site."""

    @property
    def story_id(self) -> str:
        """The site's own number."""


def original_of(story: Story, original: Named, verdict: Verdict, *, is_at_hand: bool = False) -> Original:
    """The original of a story, by a verdict on the two."""
    is_same = verdict.kind is DuplicateKind.SAME_TEXT and (original.site, original.story_id) == (
        story.site,
        story.story_id,
    )
    return Original(original.id, DuplicateKind.SAME_STORY if is_same else verdict.kind, verdict, is_at_hand)


@contextmanager
def _disk_errors(archive: ArchiveWriter) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArchiveError(f"{archive.root / INDEX}: cannot use the index: {error}") from error
