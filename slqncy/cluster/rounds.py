"""Rounds: one pass over all sites that the workers were given. Whoever comes while one is open joins it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.cluster import keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis import Redis

    from slqncy.cluster.leases import Leases

_JOIN = f"""
if redis.call('scard', '{keys.OPEN}') == 0 then
    redis.call('incr', '{keys.ROUND}')
    redis.call('del', '{keys.DONE}')
end
for _, site in ipairs(ARGV) do
    if redis.call('sismember', '{keys.DONE}', site) == 0 then redis.call('sadd', '{keys.OPEN}', site) end
end
return tonumber(redis.call('get', '{keys.ROUND}'))
"""


class Rounds:
    """The rounds as one worker sees them. A worker counts as alive for so many seconds after its last `beat`."""

    def __init__(self, redis: Redis, worker: str, seconds: float) -> None:
        self._redis = redis
        self._worker = worker
        self._seconds = seconds
        self._join = redis.register_script(_JOIN)

    def join(self, sites: Sequence[str]) -> int:
        """Take part in the round that is open, or begin one, with these sites. Gives its number."""
        self.beat()
        return int(self._join(args=list(sites)))

    def beat(self) -> int:
        """A sign of life. Gives how many workers are alive."""
        now = self._now()
        pipe = self._redis.pipeline()
        pipe.zadd(keys.WORKERS, {self._worker: now})
        pipe.zremrangebyscore(keys.WORKERS, "-inf", now - self._seconds)
        pipe.zcard(keys.WORKERS)
        alive: int = pipe.execute()[-1]
        return max(1, alive)

    def leave(self) -> None:
        """No sign of life is to be expected any more."""
        self._redis.zrem(keys.WORKERS, self._worker)

    def count_open(self) -> int:
        """How many sites are not dealt with."""
        return int(self._redis.scard(keys.OPEN))

    def open(self) -> set[str]:
        """Names of the sites that are not dealt with, those that are being crawled included."""
        return {name.decode() for name in self._redis.smembers(keys.OPEN)}  # type: ignore[union-attr]

    def end(self, site: str, leases: Leases) -> None:
        """The round has dealt with a site: what was to be asked of it is forgotten.

        Raises LeaseLostError where another worker may be at it by now.
        """
        with self._redis.pipeline() as pipe:
            leases.guard(pipe)
            pipe.multi()
            pipe.srem(keys.OPEN, site)
            pipe.sadd(keys.DONE, site)
            pipe.delete(*(key(site) for key in (keys.requests, keys.in_hand, keys.seen, keys.counters, keys.readings)))
            pipe.execute()

    def _now(self) -> float:
        seconds, microseconds = self._redis.time()
        return float(seconds + microseconds / 1e6)
