"""A spider with a defect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from slqncy.spiders.stories import StoriesSpider

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler


class BrokenSpider(StoriesSpider):
    """Raises in the method that `-s SPOIL=` names."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        setattr(spider, crawler.settings.get("SPOIL", "_read_story"), _break)
        return spider


def _break(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError("a defect")
