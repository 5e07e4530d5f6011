"""Store: write the line, once, where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import DropItem

from slqncy.archive import ArchiveError
from slqncy.archive.layout import Kind, kind_of
from slqncy.pipelines.base import Step
from slqncy.records import Duplicate, Rejected

if TYPE_CHECKING:
    from slqncy.items import StoryItem
    from slqncy.records import Story


class Store(Step):
    """A story is a new line only where its title or text is new; what is not a story goes whole to its own file."""

    name = "store"

    def process_item(self, item: StoryItem) -> StoryItem:
        """Write. Raises DropItem for what is not a new version of a story, after it is on disk."""
        record = item.record()
        kind = kind_of(record)
        try:
            outcome = self._store(record, kind)
        except ArchiveError as error:
            self.run.stop_for_disk(error)
            raise DropItem(str(error), log_level="ERROR") from error
        self.count(outcome)
        self.run.answered(record.canonical_url, outcome)
        if kind is not Kind.STORY or outcome == "unchanged":
            raise DropItem(f"{outcome}: {record.canonical_url}", log_level="DEBUG")
        return item

    def _store(self, record: Story, kind: Kind) -> str:
        latest = self.archive.latest(kind, record.id)
        if latest and _tells_the_same(self.archive.read(latest), record):
            return "unchanged"
        record.version = latest.version + 1 if latest else 1
        self.archive.store(record)
        return "changed" if kind is Kind.STORY and latest else kind.value


def _tells_the_same(stored: Story, record: Story) -> bool:
    if isinstance(stored, Duplicate) and isinstance(record, Duplicate) and stored.duplicate_of != record.duplicate_of:
        return False
    if isinstance(stored, Rejected) and isinstance(record, Rejected) and stored.reason is not record.reason:
        return False
    return stored.content_hash == record.content_hash
