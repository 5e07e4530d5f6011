"""What the steps have in common: a counter prefix, and the item's type."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from scrapy.exceptions import DropItem

from slqncy.archive import ArchiveError
from slqncy.extensions.run import Run

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from slqncy.archive import ArchiveWriter
    from slqncy.cluster.archive import SharedArchive
    from slqncy.items import StoryItem
    from slqncy.sites import Site


class Step(ABC):
    """A pipeline step; its counters stand under slqncy/<name>/."""

    name: ClassVar[str]

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        run = crawler.get_extension(Run)
        assert run is not None
        self.run = run
        """The run this step is part of."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a component."""
        return cls(crawler)

    async def process_item(self, item: StoryItem) -> StoryItem:
        """The item after this step. Raises DropItem, also where the disk fails, which ends the run."""
        try:
            return await self.take(item)
        except ArchiveError as error:
            self.run.stop_for_disk(error)
            raise DropItem(str(error), log_level="ERROR") from error

    @abstractmethod
    async def take(self, item: StoryItem) -> StoryItem:
        """What the step does. Raises ArchiveError, and DropItem for what goes no further."""

    def count(self, what: str, by: int = 1, *, example: str = "") -> None:
        """Add to a counter of this step, and keep the first example of what it counts."""
        self.run.count(f"{self.name}/{what}", by, example=example)

    @property
    def archive(self) -> ArchiveWriter | SharedArchive:
        """The archive the run writes to."""
        return self.run.archive

    @property
    def site(self) -> Site:
        """The profile of the site that is crawled."""
        site: Site = self._crawler.spider.address.site  # type: ignore[union-attr]
        return site
