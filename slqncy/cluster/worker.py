"""A worker: it takes sites of the open round that nobody has, and crawls them, until there are none left."""

from __future__ import annotations

import asyncio
import logging
import time
from heapq import nsmallest
from math import ceil
from typing import TYPE_CHECKING
from zlib import crc32

from slqncy.cluster.opening import open_part
from slqncy.cluster.rounds import Rounds
from slqncy.cluster.share import Share
from slqncy.crawls import host_of
from slqncy.extensions.run import HANDED_OVER
from slqncy.sites import load_site
from slqncy.summary import STOPPED, TOO_MUCH_MEMORY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.core.engine import ExecutionEngine
    from scrapy.crawler import Crawler
    from scrapy.settings import Settings

    from slqncy.archive import ArchiveError
    from slqncy.crawls import Crawls

logger = logging.getLogger(__name__)

_TICK = 0.5
"""Seconds between two looks at what there is to do."""
_TRIES = 100
"""Sites that are tried at a look, of those that others may have."""
_NOT_DONE = {HANDED_OVER, STOPPED, TOO_MUCH_MEMORY, "disk_error"}
"""Finish reasons of crawls that another worker goes on with."""


class Worker:
    """One of those that have one server, and an archive whose parts are theirs."""

    def __init__(self, settings: Settings, profiles: Sequence[str]) -> None:
        """Raises ClusterError, ArchiveError, ArchiveLockedError, SiteError."""
        sites = {profile: load_site(profile) for profile in profiles}
        self._sites = {site.name: profile for profile, site in sites.items()}
        self._hosts = {site.name: host_of(site) for site in sites.values()}
        self._seconds = settings.getfloat("CLUSTER_LEASE")
        self._at_once = settings.getint("SITES_AT_ONCE")
        self._pause = settings.getfloat("DOWNLOAD_DELAY")
        self._session = open_part(settings, list(sites.values()))
        self._session.hold(self)
        self._leases = self._session.leases
        self._rounds = Rounds(self._session.redis, self._session.worker, self._seconds)
        self._running: dict[str, Crawler | None] = {}
        """By site."""
        self._shares: dict[str, Share] = {}
        """By host."""
        self._handed_over: set[str] = set()
        """Those that are about to end."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._error: ArchiveError | None = None

    async def work(self, crawls: Crawls) -> None:
        """Crawl until the round has dealt with all sites. Raises ArchiveError where it cannot go on."""
        with self._session.ends_where_the_server_does():
            self._leases.appear()
            number = self._rounds.join(list(self._sites))
            logger.info("Worker %s takes part in round %d", self._session.worker, number)
            while self._error is None and not crawls.is_stopped and self._look(crawls):
                # Of a site that is done another takes the place at once.
                await asyncio.wait(
                    [*self._tasks, asyncio.create_task(asyncio.sleep(_TICK))], return_when=asyncio.FIRST_COMPLETED
                )
        results = await asyncio.gather(*self._tasks, return_exceptions=True)
        for error in filter(None, [self._error, *results]):
            raise error

    def close(self) -> None:
        """Leave: others go on with what is not done. Raises ArchiveError where something could not be acknowledged."""
        self._session.leave(self)
        if self._error is None:
            with self._session.ends_where_the_server_does():
                for host in sorted(self._leases.held):
                    self._leases.release(host, self._rest(host))
                self._rounds.leave()

    def _rest(self, host: str) -> float:
        """Seconds for which a host is to be left alone."""
        share = self._shares.get(host)
        return max(self._pause, share.rest() if share else 0.0)

    def stop_for_disk(self, error: ArchiveError) -> None:
        """Nothing can be written any more."""
        self._error = error

    def _look(self, crawls: Crawls) -> bool:
        """Take sites, or hand some over, so that all workers have as many. Gives whether there is more to do."""
        for task in [task for task in self._tasks if task.done()]:
            self._tasks.remove(task)
            task.result()
        alive = self._rounds.beat()
        self._leases.renew()
        kept = [site for site in self._running if site not in self._handed_over]
        room = min(self._at_once, ceil(self._rounds.count_open() / alive)) - len(kept)
        for site in kept[room:] if room < 0 else ():
            self._hand_over(site)
        if room <= 0:
            return bool(self._running)
        undone = self._rounds.open() & self._sites.keys()
        # Another order for each worker and at each look: they are not after the same ones, nor again and again.
        seed = f"{self._session.worker} {time.monotonic()} "
        for site in nsmallest(_TRIES, undone - self._running.keys(), lambda site: crc32(f"{seed}{site}".encode())):
            if room and self._take(site, crawls):
                room -= 1
        return bool(self._running or undone)

    def _take(self, site: str, crawls: Crawls) -> bool:
        host = self._hosts[site]
        # Two sites of one host are crawled one after another.
        if host in self._leases.held:
            return False
        rest = self._leases.claim(host, self._pause)
        if rest is None:
            return False
        self._running[site] = None
        self._tasks.add(asyncio.create_task(self._crawl(site, host, rest, crawls)))
        return True

    async def _crawl(self, site: str, host: str, rest: float, crawls: Crawls) -> None:
        await asyncio.sleep(rest)
        if self._error or crawls.is_stopped:
            return
        try:
            self._shares[host] = Share(self._session.redis, site, host, self._session.worker)
            self._session.take(self._shares[host])
            reason = await crawls.crawl_site(self._sites[site], lambda crawler: self._running.update({site: crawler}))
        finally:
            self._session.let_go(site)
            del self._running[site]
            self._handed_over.discard(site)
        # The next one would end at once.
        crawls.is_stopped |= reason == TOO_MUCH_MEMORY
        if self._error is None:
            if reason in _NOT_DONE:
                self._shares[host].hand_over()
            else:
                self._rounds.end(site, self._leases)
            self._leases.release(host, self._rest(host))
        self._shares.pop(host).close()

    def _hand_over(self, site: str) -> None:
        crawler = self._running[site]
        if crawler and crawler.engine and crawler.engine.spider and crawler.crawling:
            self._handed_over.add(site)
            self._tasks.add(asyncio.create_task(_close(crawler.engine)))


async def _close(engine: ExecutionEngine) -> None:
    # It may have come to its end by itself meanwhile.
    if engine.spider:
        await engine.close_spider_async(reason=HANDED_OVER)
