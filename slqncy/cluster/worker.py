"""A worker: it takes sites of the open round that nobody has, and crawls them, until there are none left."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slqncy.archive import ArchiveError, ArchiveLockedError
from slqncy.archive.layout import part_path
from slqncy.cluster.errors import ClusterError
from slqncy.cluster.leases import Leases
from slqncy.cluster.rounds import Rounds, share
from slqncy.cluster.server import connect, server_errors
from slqncy.cluster.session import ClusterSession
from slqncy.cluster.share import Share
from slqncy.dedup import Thresholds
from slqncy.extensions.run import HANDED_OVER, Run
from slqncy.extensions.session import keep
from slqncy.sites import Address, load_site

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scrapy.crawler import Crawler
    from scrapy.settings import Settings

    from slqncy.crawls import Crawls

logger = logging.getLogger(__name__)

_TICK = 0.5
"""Seconds between two looks at what there is to do."""
_RENEWALS = 4
"""Times that a lease is renewed while it lasts."""
_MOST_WORKERS = 1000
"""Of one machine that get names by themselves."""


class Worker:
    """One of those that have one server, and an archive whose parts are theirs."""

    def __init__(self, settings: Settings, profiles: Sequence[str]) -> None:
        """Raises ClusterError, ArchiveError, ArchiveLockedError, SiteError."""
        self._settings = settings
        self._profiles = {load_site(profile).name: profile for profile in profiles}
        self._seconds = settings.getfloat("CLUSTER_LEASE")
        self._at_once = settings.getint("SITES_AT_ONCE")
        self._redis = connect(settings["CLUSTER_URL"])
        self._running: dict[str, Crawler | None] = {}
        """By site."""
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
            self.name = name
            self._leases = Leases(self._redis, f"{name}:{os.getpid()}:{time.time_ns()}", self._seconds)
            part = part_path(root, name)
            try:
                session = ClusterSession(
                    part, self._settings, Thresholds.from_settings(self._settings), datetime.now(UTC),
                    redis=self._redis, worker=name, leases=self._leases,
                )  # fmt: skip
            except ArchiveLockedError:
                if name == names[-1]:
                    raise
                continue
            self._settings.set("ARCHIVE_DIR", str(part), "cmdline")
            keep(session)
            session.enter_worker(self)
            return session
        raise AssertionError
