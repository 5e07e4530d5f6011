"""A worker's part of the archive, opened for the runs of its sites, and the transactions that tell the others."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from redis.exceptions import WatchError

from slqncy.archive.errors import ClusterError
from slqncy.cluster import keys
from slqncy.cluster.archive import SharedArchive
from slqncy.cluster.fill import told_of
from slqncy.cluster.fingerprints import SharedStories
from slqncy.cluster.server import server_errors
from slqncy.extensions.session import Entered, Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from redis import Redis
    from scrapy.settings import BaseSettings

    from slqncy.cluster.leases import Leases
    from slqncy.cluster.share import Share
    from slqncy.dedup import Thresholds
    from slqncy.extensions.session import Member

_TRIES = 3


class ClusterSession(Session):
    """Each commit of the part is a transaction in Redis too, between disk and ledger.

    So what the part's ledger knows Redis knows, and what Redis knows is on disk: a worker that is killed between the
    two is told by Redis, when it begins again, how far its files are acknowledged.
    """

    stories: SharedStories

    def __init__(
        self,
        part: Path,
        settings: BaseSettings,
        thresholds: Thresholds,
        now: datetime,
        *,
        redis: Redis,
        worker: str,
        leases: Leases,
    ) -> None:
        """Raises ClusterError, or ArchiveError where the part cannot be opened."""
        self.redis = redis
        self.worker = worker
        self.leases = leases
        self._url = settings["CLUSTER_URL"]
        self._shares: dict[str, Share] = {}
        with server_errors(self._url):
            acknowledged = told_of(redis, worker)
        self._commits = acknowledged.pop(keys.COMMIT, 0)
        super().__init__(part, settings, thresholds, now, acknowledged=acknowledged)
        self.archive.before_acknowledging = self._tell

    def _open_stories(self, thresholds: Thresholds) -> SharedStories:
        return SharedStories(self.redis, self._url, thresholds, self.leases)

    def take(self, share: Share) -> None:
        """A site is this worker's, and a run of it is about to begin."""
        self._shares[share.site] = share

    def share(self, site: str) -> Share:
        """What was taken of a site."""
        return self._shares[site]

    def enter(self, run: Member, site: str) -> Entered:
        """One run more, of a site that was taken."""
        share = self._shares[site]
        share.is_held = self.leases.are_fresh
        super().enter(run, site)
        return Entered(SharedArchive(self.archive, share), self.stories, share)

    def hold(self, worker: Member) -> None:
        """The worker itself keeps it open, between runs."""
        self._members.append(worker)

    def let_go(self, site: str) -> None:
        """The run of a site has left. Raises ClusterError."""
        self._shares.pop(site, None)
        if self._error is None:
            self.stories.give_up(site)

    def commit(self) -> None:
        """Acknowledge all. Raises ArchiveError."""
        self.stories.settle()
        self.archive.commit()
        if self.stories.is_changed or any(share.is_changed for share in self._shares.values()):
            # What was written is acknowledged, and what it led to was not known then.
            self._tell({})

    @contextmanager
    def ends_where_the_server_does(self) -> Iterator[None]:
        """Where the server cannot be reached any more, all runs end, and what is done here is left undone."""
        try:
            with server_errors(self._url):
                yield
        except ClusterError as error:
            self.fail(error)

    def _tell(self, lengths: dict[str, int]) -> None:
        """Raises ClusterError."""
        with server_errors(self._url):
            for _ in range(_TRIES):
                try:
                    self._transact(lengths)
                    break
                except WatchError:
                    # A lease is lost; or the connection was, and nobody knows whether before or after.
                    if self._is_told():
                        break
            else:
                raise ClusterError("the server of the cluster goes away again and again; run again")
        self._commits += 1
        for share in self._shares.values():
            share.committed()
        self.stories.committed()

    def _transact(self, lengths: dict[str, int]) -> None:
        told = lengths | {keys.COMMIT: self._commits + 1}
        with self.redis.pipeline() as pipe:
            self.leases.guard(pipe)
            pipe.multi()
            for share in self._shares.values():
                if share.is_changed:
                    share.stage(pipe)
                    self.leases.stage_pace(share.host, share.pause(), pipe)
            self.stories.stage(pipe)
            pipe.hset(keys.worker(self.worker), mapping=told)  # type: ignore[arg-type]
            pipe.execute()

    def _is_told(self) -> bool:
        return int(self.redis.hget(keys.worker(self.worker), keys.COMMIT) or 0) == self._commits + 1
