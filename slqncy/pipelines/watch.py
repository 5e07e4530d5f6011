"""Watch: the steps that follow are part of reading a page, and may hang on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import DropItem

from slqncy.archive import ArchiveError
from slqncy.pipelines.base import Step

if TYPE_CHECKING:
    from slqncy.items import StoryItem


class Watch(Step):
    """Notes which story's page is in the pipelines; its outcome ends that."""

    name = "watch"

    def process_item(self, item: StoryItem) -> StoryItem:
        """The item as it is. Raises DropItem where that cannot be noted."""
        try:
            self.run.begin_reading(item.story.canonical_url)
        except ArchiveError as error:
            self.run.stop_for_disk(error)
            raise DropItem(str(error), log_level="ERROR") from error
        return item
