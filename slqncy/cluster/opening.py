"""A worker begins: it gets a part of the archive, and the server is told of whatever it does not know."""

from __future__ import annotations

import logging
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.archive import ArchiveLockedError
from slqncy.archive.layout import LEDGER, parts_of
from slqncy.archive.parts import make_part
from slqncy.cluster import keys
from slqncy.cluster.fill import fill, is_told
from slqncy.cluster.index import SiteIndex
from slqncy.cluster.leases import Leases
from slqncy.cluster.queue import Scheduler
from slqncy.cluster.server import connect, server_errors
from slqncy.cluster.session import ClusterSession
from slqncy.dedup import Thresholds
from slqncy.extensions.session import keep
from slqncy.sites import Address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.settings import Settings

    from slqncy.records import Event
    from slqncy.sites import Site

logger = logging.getLogger(__name__)

_MOST_WORKERS = 1000
"""Of one machine that get names by themselves."""
_FILLING = ":fill"
"""What is leased to tell the server of parts; no host is named so."""
_WAIT = 0.5
"""Seconds between two tries to be the one who tells."""


def open_part(settings: Settings, sites: Sequence[Site]) -> ClusterSession:
    """The part of this worker, opened: the one that is named, or the first of this machine that no other has.

    The settings are those of its crawls from now on. Raises ClusterError, or ArchiveError where it cannot be opened.
    """
    client = connect(settings["CLUSTER_URL"])
    root, named = Path(settings["ARCHIVE_DIR"]), settings["CLUSTER_WORKER"]
    names = [named] if named else [f"{socket.gethostname()}-{n}" for n in range(1, _MOST_WORKERS + 1)]
    for name in names:
        with suppress(ArchiveLockedError):
            session = ClusterSession(
                make_part(root, name), settings, Thresholds.from_settings(settings), datetime.now(UTC),
                redis=client, leases=Leases(client, name, settings.getfloat("CLUSTER_LEASE")), worker=name,
            )  # fmt: skip
            keep(session)
            # A part of millions of stories takes minutes, and others wait for that.
            with session.archive.patience(), server_errors(settings["CLUSTER_URL"]):
                _tell_of_parts(session, root)
                if event := session.archive.hung:
                    _tell_of_hang(session, event, sites)
            settings.set("ARCHIVE_DIR", str(session.archive.root), "cmdline")
            # What waits for its turn is in Redis, where it is not lost, and a site that wants no more is asked no more.
            settings.set("CONCURRENT_REQUESTS", settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"), "cmdline")
            settings.set("SCHEDULER", f"{Scheduler.__module__}.{Scheduler.__name__}", "cmdline")
            return session
    raise ArchiveLockedError(f"{root}: {names[-1]} works already; give this one another name, by CLUSTER_WORKER")


def _tell_of_parts(session: ClusterSession, root: Path) -> None:
    """Tell of parts that the server knows nothing of: it may have lost what it knew, or they come from elsewhere."""
    while session.leases.claim(_FILLING, 0) is None:
        time.sleep(_WAIT)
    try:
        session.stories.clear_away()
        # A part that is being made has no ledger yet, and nothing to tell of.
        for part in (part for part in parts_of(root) if (part / LEDGER).is_file()):
            # Of one that is at work the server knows all, or is about to.
            is_ours = part == session.archive.root
            if not (
                is_told(session.redis, part, part.name) if is_ours else session.redis.exists(keys.worker(part.name))
            ):
                logger.info("The server of the cluster is told of %s", part)
                fill(session.redis, session.stories, part, part.name, session.leases.renew)
    finally:
        session.leases.release(_FILLING, 0)


def _tell_of_hang(session: ClusterSession, event: Event, sites: Sequence[Site]) -> None:
    """Nobody is to read a page that this worker hung on when it was started before."""
    for site in sites:
        if event.url.startswith(Address(site).home_url()):
            index = SiteIndex(session.redis, site.name, session.worker)
            index.apply(event, None, None)
            with session.redis.pipeline() as pipe:
                index.stage(pipe)
                pipe.execute()
