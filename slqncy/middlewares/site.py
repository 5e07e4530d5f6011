"""Stay on the site, and ask for it where it is served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest

from slqncy.extensions.pace import SITE_SLOT
from slqncy.middlewares.webarchive import hosts

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler


_MOST_SHOWN = 200
"""Characters of an address in a message: a redirect may lead to one of a megabyte."""


class OffSiteError(IgnoreRequest):
    """The request would leave the site."""


class StayOnSite:
    """Refuses other hosts and ports, redirects included; with a base URL, every host name of the site follows it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a component."""
        return cls(crawler)

    def process_request(self, request: Request) -> Request | None:
        """Let a request pass that is for the site, or for the web archive it names. Raises OffSiteError."""
        if archive := request.meta.get("web_archive"):
            if request.url.startswith(hosts(self._crawler.settings, archive)):
                return None
            raise OffSiteError(f"{shown(request.url)} is not on {archive}")
        request.meta["download_slot"] = SITE_SLOT
        address = self._crawler.spider.address  # type: ignore[union-attr]
        if address.is_served_at(request.url):
            return None
        canonical = address.canonical(request.url)
        if canonical is None:
            raise OffSiteError(f"{shown(request.url)} is not on the site")
        return request.replace(url=address.served(canonical))


def shown(url: str) -> str:
    """An address as a message may show it."""
    return url if len(url) <= _MOST_SHOWN else f"{url[:_MOST_SHOWN]}…"
