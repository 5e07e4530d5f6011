"""A spider that asks for what it is told to, and reads nothing of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scrapy import Request

from slqncy.spiders.stories import StoriesSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.http import Response
    from twisted.python.failure import Failure


class FetchingSpider(StoriesSpider):
    """Asks for the request targets that stand in the file `-s TARGETS=` names, one a line."""

    name = "fetching"

    async def start(self) -> AsyncIterator[Request]:
        for target in self._targets():
            yield Request(
                self.address.base_url + target, self._arrived, errback=self._failed, meta={"dont_obey_robotstxt": True}
            )

    def _targets(self) -> list[str]:
        return Path(self.settings["TARGETS"]).read_text().splitlines()

    def _arrived(self, response: Response) -> None:
        """What counts is what is kept of it."""

    def _failed(self, failure: Failure) -> None:
        """Likewise."""

    def _idle(self) -> None:
        """There is nothing more to ask for."""
