"""Crawls of many sites in one process, each by a crawler of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred

from slqncy.sites import Address, load_site
from slqncy.summary import STOPPED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scrapy.crawler import Crawler, CrawlerProcessBase

    from slqncy.sites import Site


def host_of(site: Site) -> str:
    """The host, and the port, that serves a site."""
    address = Address(site, site.base_url)
    return urlsplit(address.served(address.home_url())).netloc


def by_host(profiles: Iterable[str]) -> list[list[str]]:
    """Profiles of sites, those together that one host serves. Raises SiteError."""
    hosts: dict[str, list[str]] = {}
    for profile in profiles:
        hosts.setdefault(host_of(load_site(profile)), []).append(profile)
    return list(hosts.values())


class Crawls:
    """Crawls sites side by side, and those of one host one after another: no host is asked by two at a time."""

    def __init__(
        self,
        process: CrawlerProcessBase,
        spider: str,
        arguments: Mapping[str, str],
        *,
        begun: Callable[[Crawler], None],
        ended: Callable[[Crawler], None],
    ) -> None:
        """`arguments` are those of every crawl; `begun` and `ended` are told of each."""
        self._process = process
        self._spider = spider
        self._arguments = arguments
        self._begun = begun
        self._ended = ended
        self.is_stopped = False
        """Whether a signal has ended a crawl, so that no further one begins."""

    async def crawl(self, hosts: Sequence[Sequence[str]], at_once: int) -> None:
        """Crawl the sites of each host, so many hosts at once; after a signal no further crawl begins."""
        room = asyncio.Semaphore(at_once)

        async def in_turn(profiles: Sequence[str]) -> None:
            async with room:
                for profile in profiles:
                    if not self.is_stopped:
                        await self.crawl_site(profile)

        await asyncio.gather(*map(in_turn, hosts))

    async def crawl_site(self, profile: str, begun: Callable[[Crawler], None] | None = None) -> str:
        """Crawl one site; `begun` is told of it too. Gives Scrapy's finish reason, "" where it could not begin."""
        crawler = self._process.create_crawler(self._spider)
        reasons: list[str] = []

        def closed(reason: str) -> None:
            reasons.append(reason)
            self.is_stopped |= reason == STOPPED

        crawler.signals.connect(closed, signals.spider_closed)
        self._begun(crawler)
        if begun:
            begun(crawler)
        crawl = self._process.crawl(crawler, **self._arguments, site=profile)
        await (maybe_deferred_to_future(crawl) if isinstance(crawl, Deferred) else crawl)
        self._ended(crawler)
        return reasons[0] if reasons else ""
