"""Code that hangs on some pages, in C that lets no other thread and no signal handler run."""

from __future__ import annotations

import ctypes
from functools import partial
from typing import TYPE_CHECKING, Any

from slqncy.download import Download
from slqncy.spiders.stories import StoriesSpider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from slqncy.extract.directives import Directives
    from slqncy.items import StoryItem
    from slqncy.wire import Recording

HANGS = "<!-- hangs -->"
"""In a page on which its callback hangs."""
HANGS_EARLY = "<!-- hangs at once -->"
"""In a page that hangs before anybody calls it one."""
HANGS_LATER = "此处停住。"
"""In a story on which a pipeline hangs."""


class HangingSpider(StoriesSpider):
    """Hangs in the callback of pages that say so."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        for name in ("_read_story", "_read_part", "_read_list", "_read_sitemap"):
            setattr(spider, name, partial(_read, getattr(spider, name)))
        return spider


class HangingDownload(Download):
    """Hangs on pages that say so, before their callbacks have them."""

    def _directives(self, request: Request, response: Response, recording: Recording) -> Directives | None:
        if HANGS_EARLY.encode() in response.body:
            _hang()
        return super()._directives(request, response, recording)


class HangingPipeline:
    """Hangs on stories that say so."""

    def process_item(self, item: StoryItem) -> StoryItem:
        if any(HANGS_LATER in line for line in item.lines):
            _hang()
        return item


def _read(read: Callable[..., Iterator[Any]], response: Response, **kwargs: Any) -> Iterator[Any]:
    if HANGS.encode() in response.body:
        _hang()
    yield from read(response, **kwargs)


def _hang() -> None:
    """Sleep, and keep the interpreter's lock meanwhile."""
    ctypes.PyDLL(None).sleep(600)
