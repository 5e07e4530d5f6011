"""Leases: a host belongs to one worker at a time, and to none once that has given no sign of life for too long."""

from __future__ import annotations

import os
import time
from math import ceil
from typing import TYPE_CHECKING

from slqncy.archive.errors import ClusterError
from slqncy.cluster import keys

if TYPE_CHECKING:
    from redis import Redis
    from redis.client import Pipeline

_CLAIM = """
local lease = redis.call('get', KEYS[1])
if lease and lease ~= ARGV[1] and string.sub(lease, 1, #ARGV[2]) ~= ARGV[2] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[3])
return 1
"""
"""Nobody's, or of an earlier process of the same worker, of which there can be only one."""
_RENEW = "return redis.call('get', KEYS[1]) == ARGV[1] and redis.call('pexpire', KEYS[1], ARGV[2]) or 0"
_RELEASE = "return redis.call('get', KEYS[1]) == ARGV[1] and redis.call('del', KEYS[1]) or 0"
_RENEWALS = 4
"""Times that a lease is renewed while it lasts."""
_OWNER, _PACE = "owner", "pace"


class LeaseLostError(ClusterError):
    """Another worker may have a site by now: what this one has not acknowledged does not count."""


class Leases:
    """Those of one worker; each lives for so many seconds unrenewed."""

    def __init__(self, redis: Redis, worker: str, seconds: float) -> None:
        self._redis = redis
        self._worker = f"{worker}:"
        self.token = f"{worker}:{os.getpid()}:{time.time_ns()}"
        """Of this process of the worker."""
        self._seconds = seconds
        self._milliseconds = int(seconds * 1000)
        self._renewed = time.monotonic()
        self._claim = redis.register_script(_CLAIM)
        self._renew = redis.register_script(_RENEW)
        self._release = redis.register_script(_RELEASE)
        self.held: set[str] = set()
        """Hosts, and the worker's own name."""

    def appear(self) -> None:
        """Be alive, to other workers, for as long as the leases are renewed."""
        self.claim(_itself(self.token), 0)

    def is_alive(self, token: str) -> bool:
        """Whether the process with that token may still commit what it has at hand."""
        return bool(self._redis.get(keys.lease(_itself(token))) == token.encode())

    def claim(self, host: str, least: float) -> float | None:
        """Take a host, if nobody has it: gives for how many seconds it is to be left alone, `least` its usual pause.

        None where another worker has it.
        """
        if not self._claim(keys=[keys.lease(host)], args=[self.token, self._worker, self._milliseconds]):
            return None
        self.held.add(host)
        owner, pace = self._redis.hmget(keys.host(host), [_OWNER, _PACE])
        self._redis.hset(keys.host(host), _OWNER, self.token)
        if owner:
            # It was not given back. When it was asked last nobody knows: not later than now.
            return max(least, float(pace or 0))
        return max(0, self._redis.pttl(keys.rest(host))) / 1000

    def stage_pace(self, host: str, pause: float, pipe: Pipeline) -> None:
        """Have a transaction tell the pause between two requests to a host, in seconds."""
        pipe.hset(keys.host(host), _PACE, str(pause))

    def are_fresh(self) -> bool:
        """Whether none can have run out: a process may be stopped for longer than they live, and go on."""
        return time.monotonic() - self._renewed < self._seconds

    def renew(self) -> None:
        """Keep all, if it is time to. Raises LeaseLostError."""
        now = time.monotonic()
        if now - self._renewed < self._seconds / _RENEWALS:
            return
        for host in sorted(self.held):
            if not self._renew(keys=[keys.lease(host)], args=[self.token, self._milliseconds]):
                raise _lost(host)
        self._renewed = now

    def release(self, host: str, rest: float) -> None:
        """Give one back; whoever takes it leaves the host alone for so many seconds from now."""
        self.held.discard(host)
        if rest > 0:
            self._redis.set(keys.rest(host), "", px=ceil(rest * 1000))
        self._redis.hdel(keys.host(host), _OWNER)
        self._release(keys=[keys.lease(host)], args=[self.token])

    def guard(self, pipe: Pipeline) -> None:
        """Have a transaction fail if any of them is lost before it is executed. Raises LeaseLostError if one is."""
        hosts = sorted(self.held)
        if not hosts:
            return
        names = [keys.lease(host) for host in hosts]
        pipe.watch(*names)  # type: ignore[no-untyped-call]
        for host, token in zip(hosts, pipe.mget(names), strict=True):
            if token != self.token.encode():
                raise _lost(host)


def _itself(token: str) -> str:
    """What a worker leases as a sign of life; no host is named so."""
    return f"worker {token.rsplit(':', 2)[0]}"


def _lost(host: str) -> LeaseLostError:
    return LeaseLostError(
        f"the lease of {host} ran out, and another worker may have it; what was not acknowledged is asked for again. "
        "Where it recurs, set CLUSTER_LEASE to more seconds"
    )
