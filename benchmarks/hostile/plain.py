"""A spider as many write them, for Scrapy's own parts: lists, the stories they link, and sitemaps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.spiders import SitemapSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from scrapy.http import Response

_STORY = re.compile(r"/\d+\.html")


class PlainSpider(SitemapSpider):
    """`-a base_url=`: the site. Yields the address asked for, url, title and text of each story."""

    name = "plain"
    sitemap_rules = ((_STORY.pattern, "parse_story"),)

    def __init__(self, base_url: str) -> None:
        self.allowed_domains = [urlsplit(base_url).hostname or ""]
        self.sitemap_urls = [f"{base_url}/robots.txt"]
        self.front = f"{base_url}/szxw/"
        super().__init__()

    async def start(self) -> AsyncIterator[Any]:
        """The list, and robots.txt for the sitemaps that it names."""
        yield Request(self.front, self.parse_list)
        async for request in super().start():
            yield request

    def parse_list(self, response: Response) -> Iterator[Request]:
        """Stories, and whatever else is linked, as further lists."""
        for link in response.css("a::attr(href)").getall():
            yield response.follow(link, self.parse_story if _STORY.search(link) else self.parse_list)

    def parse_story(self, response: Response) -> Iterator[dict[str, str | None]]:
        """What the page holds."""
        yield {
            "asked": response.meta.get("redirect_urls", [response.url])[0],
            "url": response.url,
            "title": response.css("h1::text").get(),
            "text": "\n".join(response.xpath("//body//text()").getall()),
        }
