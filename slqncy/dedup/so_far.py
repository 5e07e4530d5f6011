"""The stories so far, of pages that are judged one after the other: those of an archive, again or in another order."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from slqncy.dedup.archived import Original, of_story, original_of
from slqncy.dedup.deduplicator import Deduplicator
from slqncy.records import Duplicate, Story, story_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slqncy.dedup.deduplicator import Match
    from slqncy.dedup.text import Compared
    from slqncy.dedup.verdict import Thresholds


class SoFar:
    """Stories by the numbers of their pages, in an index of their own."""

    def __init__(self, folder: Path | str, page_of: Callable[[int], Story], thresholds: Thresholds) -> None:
        """`page_of` gives the page of a number that was added. Raises OSError."""
        self._page_of = page_of
        self._deduplicator = Deduplicator(folder, lambda number: of_story(page_of(number)), thresholds)

    def original(self, page: Story, story: Compared) -> Original | None:
        """The story that a page, which is compared as `story`, duplicates; None where there is none but itself."""
        match = self._deduplicator.find(story)
        return original_by(match, page, self._page_of(match.number)) if match else None

    def add(self, number: int, story: Compared) -> None:
        """Know a story; its number is larger than all before."""
        self._deduplicator.add(number, story)
        if self._deduplicator.index.is_due:
            self._deduplicator.flush()

    def close(self) -> None:
        """Close the index."""
        self._deduplicator.index.close()


def original_by(match: Match, page: Story, original: Story) -> Original | None:
    """What a page duplicates by a match with an earlier story; None where that is a version of itself."""
    return None if original.id == page.id else original_of(page, original, match.verdict)


class Judge:
    """What becomes of pages, as a run would say if they came in that order."""

    def __init__(self, so_far: SoFar, *, divert_rewrites: bool) -> None:
        self._so_far = so_far
        self._divert_rewrites = divert_rewrites

    def judge(self, number: int, page: Story) -> tuple[Story, dict[str, Any]]:
        """The page as a Story or as a Duplicate, and the rewrite_… fields of what rewrites/ says of it, or none."""
        story, said = of_story(page), story_fields(page)
        original = self._so_far.original(page, story)
        if original and original.sets_apart(divert_rewrites=self._divert_rewrites):
            return Duplicate(**said, **original.fields("duplicate")), {}
        self._so_far.add(number, story)
        return Story(**said), original.fields("rewrite") if original else {}

    def accept(self, number: int, page: Story) -> None:
        """A further version of a story: it duplicates nothing, and others may duplicate it."""
        self._so_far.add(number, of_story(page))


@contextmanager
def judging(
    folder: Path, page_of: Callable[[int], Story], thresholds: Thresholds, *, divert_rewrites: bool
) -> Iterator[Judge]:
    """Judge pages with an index in a folder, which is thrown away by whoever gave it."""
    so_far = SoFar(folder, page_of, thresholds)
    try:
        yield Judge(so_far, divert_rewrites=divert_rewrites)
    finally:
        so_far.close()
