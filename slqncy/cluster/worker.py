"""A worker: it takes sites of the open round that nobody has, and crawls them, until there are none left."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from slqncy.archive import ArchiveError, ArchiveLockedError
from slqncy.archive.layout import parts_of
from slqncy.archive.parts import make_part
from slqncy.cluster import keys
from slqncy.cluster.errors import ClusterError
from slqncy.cluster.fill import fill
from slqncy.cluster.leases import Leases
from slqncy.cluster.queue import Scheduler
from slqncy.cluster.rounds import Rounds, share
from slqncy.cluster.server import connect, server_errors
from slqncy.cluster.session import ClusterSession
from slqncy.cluster.share import Share
from slqncy.crawls import host_of
from slqncy.dedup import Thresholds
from slqncy.extensions.run import HANDED_OVER
from slqncy.extensions.session import keep
from slqncy.sites import load_site
from slqncy.summary import STOPPED, TOO_MUCH_MEMORY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.crawler import Crawler
    from scrapy.settings import Settings

    from slqncy.crawls import Crawls

logger = logging.getLogger(__name__)

_TICK = 0.5
"""Seconds between two looks at what there is to do."""
_RENEWALS = 4
"""Times that a lease is renewed while it lasts."""
_NOT_DONE = {HANDED_OVER, STOPPED, TOO_MUCH_MEMORY, "disk_error"}
"""Finish reasons of crawls that another worker goes on with."""
_FILLING = ":fill"
"""What is leased for that; no host is named so."""
_MOST_WORKERS = 1000
"""Of one machine that get names by themselves."""


class Worker:
    """One of those that have one server, and an archive whose parts are theirs."""

    def __init__(self, settings: Settings, profiles: Sequence[str]) -> None:
        """Raises ClusterError, ArchiveError, ArchiveLockedError, SiteError."""
        self._settings = settings
        self._sites, self._hosts = dict[str, str](), dict[str, str]()
        """Profiles and hosts, by site."""
        for profile in profiles:
            site = load_site(profile)
            self._sites[site.name], self._hosts[site.name] = profile, host_of(site)
        self._seconds = settings.getfloat("CLUSTER_LEASE")
        self._at_once = settings.getint("SITES_AT_ONCE")
        self._redis = connect(settings["CLUSTER_URL"])
        self._leases: Leases
        self._running: dict[str, Crawler | None] = {}
        """By site."""
        self._shares: dict[str, Share] = {}
        """By host."""
        self._handed_over: set[str] = set()
        """Those that are about to end."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._error: ArchiveError | None = None
        self._renewed = 0.0
        self.name = ""
        self._session = self._open()
        self._rounds = Rounds(self._redis, self.name, self._seconds)

    def _open(self) -> ClusterSession:
        """The part of this worker: the one that is named, or the first of this machine that no other has."""
        root, named = Path(self._settings["ARCHIVE_DIR"]), self._settings["CLUSTER_WORKER"]
        names = [named] if named else [f"{socket.gethostname()}-{n}" for n in range(1, _MOST_WORKERS + 1)]
        for name in names:
            with suppress(ArchiveLockedError):
                return self._open_part(root, name)
        raise ArchiveLockedError(f"{root}: {names[-1]} works already; give this one another name, by CLUSTER_WORKER")

    def _open_part(self, root: Path, name: str) -> ClusterSession:
        self._leases = Leases(self._redis, name, self._seconds)
        part = make_part(root, name)
        thresholds, now = Thresholds.from_settings(self._settings), datetime.now(UTC)
        session = ClusterSession(
            part, self._settings, thresholds, now, redis=self._redis, worker=name, leases=self._leases
        )
        self.name = name
        session.hold(self)
        keep(session)
        self._fill(root)
        self._settings.set("ARCHIVE_DIR", str(part), "cmdline")
        self._settings.set("SCHEDULER", f"{Scheduler.__module__}.{Scheduler.__name__}", "cmdline")
        return session

    def _fill(self, root: Path) -> None:
        """Tell the server of parts that it knows nothing of: it may have been lost, or a part come from elsewhere."""
        with server_errors(self._settings["CLUSTER_URL"]):
            while self._leases.claim(_FILLING, 0) is None:
                time.sleep(_TICK)
            for part in parts_of(root):
                if not self._redis.exists(keys.worker(part.name)):
                    logger.info("The server of the cluster is told of %s", part)
                    fill(self._redis, part, part.name)
            self._leases.release(_FILLING, 0)

    async def work(self, crawls: Crawls) -> None:
        """Crawl until the round has dealt with all sites. Raises ArchiveError where it cannot go on."""
        with self._session.ends_where_the_server_does():
            number = self._rounds.join(list(self._sites))
            logger.info("Worker %s takes part in round %d", self.name, number)
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
            with server_errors(self._settings["CLUSTER_URL"]):
                for host in sorted(self._leases.held):
                    self._leases.release(host, self._rest(host))
                self._rounds.leave()

    def _rest(self, host: str) -> float:
        """Seconds for which a host is to be left alone."""
        share = self._shares.get(host)
        return max(self._settings.getfloat("DOWNLOAD_DELAY"), share.rest() if share else 0.0)

    def stop_for_disk(self, error: ArchiveError) -> None:
        """Nothing can be written any more."""
        self._error = error

    def _look(self, crawls: Crawls) -> bool:
        """Take sites, or hand some over, so that all workers have as many. Gives whether there is more to do."""
        for task in [task for task in self._tasks if task.done()]:
            self._tasks.remove(task)
            task.result()
        alive = self._rounds.beat()
        if time.monotonic() - self._renewed > self._seconds / _RENEWALS:
            self._renew()
        undone = self._rounds.open()
        room = min(self._at_once, share(undone, alive)) - len(self._running.keys() - self._handed_over)
        for site in list(self._running.keys() - self._handed_over)[room:] if room < 0 else ():
            self._hand_over(site)
        for site in sorted(undone & self._sites.keys() - self._running.keys(), key=self._order):
            if room <= 0:
                break
            if self._take(site, crawls):
                room -= 1
        return bool(self._running or undone & self._sites.keys())

    def _renew(self) -> None:
        try:
            self._leases.renew()
        except ClusterError as error:
            self._session.fail(error)
        self._renewed = time.monotonic()

    def _order(self, site: str) -> int:
        """Another one for each worker, so that they are not after the same site."""
        return crc32(f"{self.name} {site}".encode())

    def _take(self, site: str, crawls: Crawls) -> bool:
        host = self._hosts[site]
        # Two sites of one host are crawled one after another.
        if host in self._leases.held:
            return False
        rest = self._leases.claim(host, self._settings.getfloat("DOWNLOAD_DELAY"))
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
            self._shares[host] = Share(self._redis, site, host, self.name)
            self._session.take(self._shares[host])
            reason = await crawls.crawl_site(self._sites[site], lambda crawler: self._running.update({site: crawler}))
        finally:
            self._session.let_go(site)
            del self._running[site]
            self._handed_over.discard(site)
        # The next one would end at once.
        crawls.is_stopped |= reason == TOO_MUCH_MEMORY
        if self._error is None:
            if reason not in _NOT_DONE:
                self._rounds.end(site)
            self._leases.release(host, self._rest(host))

    def _hand_over(self, site: str) -> None:
        crawler = self._running[site]
        if crawler and crawler.engine and crawler.engine.spider and crawler.crawling:
            self._handed_over.add(site)
            self._tasks.add(asyncio.create_task(crawler.engine.close_spider_async(reason=HANDED_OVER)))
