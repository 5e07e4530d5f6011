"""A site that this worker has, and what of it goes into each transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.cluster import keys
from slqncy.cluster.index import SiteIndex
from slqncy.reasons import EventKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis import Redis
    from redis.client import Pipeline

    from slqncy.archive.layout import Place
    from slqncy.cluster.queue import Queue
    from slqncy.records import Event, Story

_NO_OUTCOME = {EventKind.FOUND, EventKind.OPENED, EventKind.COMPLETED}
"""What happens to an address without its being asked for."""


class Share:
    """It is crawled by one run, and ends with that.

    A request is dealt with when its outcome is written, and whatever its page led to is to be asked for: the next
    transaction takes it out of what the site's next worker would ask for.
    """

    def __init__(self, redis: Redis, site: str, host: str, worker: str) -> None:
        """Load what is known of it."""
        self.redis = redis
        self.site = site
        self.host = host
        self.index = SiteIndex(redis, site, worker)
        self.queue: Queue | None = None
        """What is still to be asked for, while it is crawled."""
        self.is_resumed = False
        """Whether a worker has begun with it in this round that was ended before it could say how far it was."""
        self.readings_before: bytes | None = redis.getdel(keys.readings(site))  # type: ignore[assignment]
        """How far its lists are read, as the run before has left it."""
        self.readings: Callable[[], bytes | None] = lambda: self.readings_before
        """How far they are, as this one leaves it."""
        counters: dict[bytes, bytes] = redis.hgetall(keys.counters(site))  # type: ignore[assignment]
        self.counters_before = {name.decode(): int(value) for name, value in counters.items()}
        """Of the runs of this round that have had it."""
        self.counters: Callable[[], dict[str, int]] = dict
        """Of these and its own."""
        self.is_held: Callable[[], bool] = bool
        """Whether no other worker can have it, as of now."""
        self.pause: Callable[[], float] = float
        """Seconds between two requests, as of now."""
        self.rest: Callable[[], float] = float
        """Seconds for which the host is to be left alone, as of now."""
        self._written: set[str] = set()
        self._handled: set[str] = set()

    def close(self) -> None:
        """Forget what is known of it."""
        self.index.ledger.close()

    def hand_over(self) -> None:
        """Its run is over, and the site is not done."""
        if (readings := self.readings()) is not None:
            self.redis.set(keys.readings(self.site), readings)

    def happened(self, event: Event, place: Place | None, record: Story | None) -> None:
        """Something happened to an address, and this is the line it brought."""
        self.index.apply(event, place, record)
        if event.event not in _NO_OUTCOME:
            self._written.add(event.url)

    def drop(self, url: str) -> None:
        """What was taken of the queue with that canonical URL is not asked for."""
        self._written.add(url)
        self._handled.add(url)

    def handled(self, url: str) -> None:
        """All that the page of a canonical URL led to is to be asked for."""
        self._handled.add(url)

    @property
    def is_changed(self) -> bool:
        """Whether there is something for a transaction."""
        return bool(self._dealt_with) or self.index.is_changed

    def stage(self, pipe: Pipeline) -> None:
        """Have a transaction take in what has happened."""
        self.index.stage(pipe)
        for url in self._dealt_with:
            assert self.queue is not None
            self.queue.stage_dealt_with(url, pipe)
        if counters := self.counters():
            pipe.hset(keys.counters(self.site), mapping=counters)  # type: ignore[arg-type]

    def committed(self) -> None:
        """The transaction was executed."""
        self.index.committed()
        dealt_with = self._dealt_with
        for url in dealt_with:
            assert self.queue is not None
            self.queue.forget(url)
        self._written -= dealt_with
        self._handled -= dealt_with

    @property
    def _dealt_with(self) -> set[str]:
        return self._written & self._handled
