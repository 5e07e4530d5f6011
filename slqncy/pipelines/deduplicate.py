"""Deduplicate: does the archive have this story already, as it is or in other words?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy.exceptions import DropItem

from slqncy.archive.layout import Kind
from slqncy.pipelines.base import Step

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from slqncy.dedup.archived import Original
    from slqncy.items import StoryItem

_TICK = 0.2
"""Seconds between two looks at whether another worker has archived what it is about to."""


class Deduplicate(Step):
    """Copies, near copies and cuts are no stories; rewrites are, unless DEDUP_DIVERT_REWRITES says otherwise."""

    name = "deduplicate"

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._divert_rewrites = crawler.settings.getbool("DEDUP_DIVERT_REWRITES")

    async def take(self, item: StoryItem) -> StoryItem:
        """Set `item.duplicate` or `item.rewrite` where an archived story has the same text, or tells the same.

        Raises ArchiveError, and DropItem where the run is told to stop before that can be known.
        """
        story = item.story
        # An edit of an archived story is its next version, whatever else it resembles.
        if item.rejection or self.archive.latest(Kind.STORY, story.canonical_url):
            return item
        # What was said of this very page before: looking again at what has not changed does not judge it again.
        known = self.archive.latest(Kind.DUPLICATE, story.canonical_url)
        if known and known.content_hash == story.content_hash:
            item.duplicate = self.archive.said_of(known)
            self.count(item.duplicate["duplicate_kind"])
            return item
        if (found := await self._original(item)) is None:
            return item
        if found.sets_apart(divert_rewrites=self._divert_rewrites):
            item.duplicate = found.fields("duplicate")
        else:
            item.rewrite = found.fields("rewrite")
        self.count(found.kind)
        return item

    async def _original(self, item: StoryItem) -> Original | None:
        url = item.story.canonical_url
        while (found := self.run.stories.find(item.story, item.compared)) and found.is_at_hand:
            # Nothing is read meanwhile, or something else is.
            self.run.end_reading()
            await asyncio.sleep(_TICK)
            if self.run.is_over:
                raise DropItem(f"{url}: the run is told to stop", log_level="DEBUG")
            self.run.begin_reading(url)
        return found
