"""Watch: the steps that follow are part of reading a page, and may hang on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.pipelines.base import Step

if TYPE_CHECKING:
    from slqncy.items import StoryItem


class Watch(Step):
    """Notes which story's page is in the pipelines; its outcome ends that."""

    name = "watch"

    async def take(self, item: StoryItem) -> StoryItem:
        """The item as it is. Raises ArchiveError."""
        self.run.begin_reading(item.story.canonical_url)
        return item
