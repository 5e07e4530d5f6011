"""Leases: a host belongs to one worker at a time, and to none once that has given no sign of life for too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.cluster import keys
from slqncy.cluster.errors import LeaseLostError

if TYPE_CHECKING:
    from redis import Redis
    from redis.client import Pipeline

_RENEW = "return redis.call('get', KEYS[1]) == ARGV[1] and redis.call('pexpire', KEYS[1], ARGV[2]) or 0"
_RELEASE = "return redis.call('get', KEYS[1]) == ARGV[1] and redis.call('del', KEYS[1]) or 0"


class Leases:
    """Those of one worker. `token` is its own, and of no other process; `seconds` is how long each lives unrenewed."""

    def __init__(self, redis: Redis, token: str, seconds: float) -> None:
        self._redis = redis
        self._token = token
        self._milliseconds = int(seconds * 1000)
        self._renew = redis.register_script(_RENEW)
        self._release = redis.register_script(_RELEASE)
        self.held: set[str] = set()
        """Hosts."""

    def claim(self, host: str) -> bool:
        """Whether the host is this worker's from now on."""
        key = keys.lease(host)
        # An answer that was lost on its way is asked for again: then it is ours already.
        is_ours = bool(self._redis.set(key, self._token, nx=True, px=self._milliseconds)) or self.is_held(host)
        if is_ours:
            self.held.add(host)
        return is_ours

    def is_held(self, host: str) -> bool:
        """Whether the server says so."""
        return bool(self._redis.get(keys.lease(host)) == self._token.encode())

    def renew(self) -> None:
        """Keep all. Raises LeaseLostError."""
        for host in sorted(self.held):
            if not self._renew(keys=[keys.lease(host)], args=[self._token, self._milliseconds]):
                raise _lost(host)

    def release(self, host: str) -> None:
        """Give one back."""
        self.held.discard(host)
        self._release(keys=[keys.lease(host)], args=[self._token])

    def guard(self, pipe: Pipeline) -> None:
        """Have a transaction fail if any of them is lost before it is executed. Raises LeaseLostError if one is."""
        hosts = sorted(self.held)
        if not hosts:
            return
        names = [keys.lease(host) for host in hosts]
        pipe.watch(*names)  # type: ignore[no-untyped-call]
        for host, token in zip(hosts, pipe.mget(names), strict=True):
            if token != self._token.encode():
                raise _lost(host)


def _lost(host: str) -> LeaseLostError:
    return LeaseLostError(
        f"the lease of {host} ran out, and another worker may have it; what was not acknowledged is asked for again. "
        "Where it recurs, set CLUSTER_LEASE to more seconds"
    )
