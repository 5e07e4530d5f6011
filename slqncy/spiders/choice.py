"""Of the captures that a web archive has of a story, those that are as complete as any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.archive.layout import Kind
from slqncy.backfill.completeness import completeness, completeness_of
from slqncy.reasons import PageKind, Rejection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.backfill.completeness import Completeness
    from slqncy.extensions.run import Run
    from slqncy.items import StoryItem
    from slqncy.sites import Site


class Choice:
    """The captures of one story, held until all are read."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._items: list[tuple[Completeness, StoryItem]] = []

    def add(self, item: StoryItem, site: Site) -> None:
        """Hold a capture."""
        self._items.append((completeness(item, site), item))

    def is_of(self, url: str) -> bool:
        """Whether what is held are captures of the story with that canonical URL."""
        return bool(self._items) and self._items[0][1].story.canonical_url == url

    def made(self) -> Iterator[StoryItem]:
        """What was held: the most complete captures, oldest first, then the others, as passed over.

        Each is to be dealt with before the next: the page counts as asked for once more with each.
        """
        items, self._items = self._items, []
        if not items:
            return
        known = self._run.archive.known(items[0][1].story.canonical_url)
        assert known is not None
        lines = self._run.archive.versions(Kind.STORY, known.url)
        best = min(
            [
                *(rank for rank, _ in items),
                *(completeness_of(self._run.own_archive.story_at(line.place)) for line in lines),
            ]
        )
        for rank, item in sorted(items, key=lambda each: (each[0] > best, each[1].story.as_of)):
            if rank > best:
                item.reject(Rejection.PASSED_OVER, f"{rank.name.lower()}; another capture is {best.name.lower()}")
            if known.url not in self._run.pending:
                self._run.asked(known, PageKind.STORY)
            yield item
