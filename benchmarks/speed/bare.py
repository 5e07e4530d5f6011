"""Bare Scrapy: a spider that follows the lists of a site, and stores each story's address and body as JSON Lines.

scrapy runspider benchmarks/speed/bare.py -a base_url=http://127.0.0.1:PORT -O stories.jsonl
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from scrapy import Request, Spider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from scrapy.http import Response, TextResponse

_STORY = re.compile(r"/\w+/\d+\.html$")
_LIST = re.compile(r"/\w+/(?:|list_1_\d+\.html|index_\d+\.html|\?page=\d+)$")


class Bare(Spider):
    """As little as it takes: plain dicts, Scrapy's own middlewares, links of lists only unless told otherwise."""

    name = "bare"
    custom_settings = {  # noqa: RUF012
        "ROBOTSTXT_OBEY": False,
        "CONCURRENT_ITEMS": 1,
        "COOKIES_ENABLED": False,
        "DOWNLOAD_DELAY": 0,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": "WARNING",
        "FEED_EXPORT_ENCODING": "utf-8",
    }

    def __init__(self, base_url: str, follow: str = "lists") -> None:
        """`follow`: "lists", or "pages" to look for links on stories too."""
        super().__init__()
        self.base_url = base_url
        self.follow = follow
        self.seen: set[str] = set()

    async def start(self) -> AsyncIterator[Request]:
        """The home page."""
        yield Request(f"{self.base_url}/", dont_filter=True)

    def parse(self, response: TextResponse) -> Iterator[Request | dict[str, str]]:  # type: ignore[override]
        """The story, and what to ask for next."""
        story = _STORY.search(response.url)
        if story:
            yield {"url": response.url, "body": response.text}
        if not story or self.follow == "pages":
            yield from self.links(response)

    def links(self, response: Response) -> Iterator[Request]:
        """Stories and lists of the site that were not asked for yet."""
        for href in response.xpath("//a/@href").getall():
            url = urljoin(response.url, href)
            if url not in self.seen and url.startswith(self.base_url) and (_STORY.search(url) or _LIST.search(url)):
                self.seen.add(url)
                yield Request(url, dont_filter=True)
