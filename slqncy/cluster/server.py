"""The Redis server of a cluster, and what it must be like to be trusted with what is to be asked for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as NoConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as NoAnswerError
from redis.retry import Retry

from slqncy.archive.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAUSE, _TIMES = 0.5, 20
"""Seconds between two tries to reach a server that is gone, and how many there are: it may be started again."""
_TIMEOUT = 10.0
"""Seconds that an answer may take."""


def place(url: str) -> str:
    """Where a server is, without the password that its URL may have."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


def connect(url: str) -> Redis:
    """A client. Raises ClusterError where there is no server, or none that keeps what it is told."""
    with server_errors(url):
        try:
            client = Redis.from_url(
                url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT,
                retry=Retry(ConstantBackoff(_PAUSE), _TIMES), retry_on_error=[NoConnectionError, NoAnswerError],
            )  # fmt: skip
        except ValueError as error:
            raise ClusterError(f"CLUSTER_URL: {error}; write redis://HOST:6379/0") from error
        _refuse_forgetful(client, url)
    return client


@contextmanager
def server_errors(url: str) -> Iterator[None]:
    """Raises ClusterError where the server does not do what it is asked."""
    try:
        yield
    except RedisError as error:
        raise ClusterError(f"the server of the cluster at {place(url)}: {error}") from error


def _refuse_forgetful(client: Redis, url: str) -> None:
    memory = client.info("memory")
    policy = memory.get("maxmemory_policy", "noeviction")
    if memory.get("maxmemory") and policy != "noeviction":
        raise ClusterError(
            f"the server of the cluster at {place(url)} throws out what it knows when its memory is full "
            f"(maxmemory-policy {policy}); it must be noeviction"
        )
    if client.info("replication").get("role") != "master":
        raise ClusterError(f"the server of the cluster at {place(url)} is a replica, and takes nothing in")
    try:
        kept = client.info("persistence").get("aof_enabled")
    except ResponseError:
        return
    if not kept:
        raise ClusterError(
            f"the server of the cluster at {place(url)} forgets all when it ends: set appendonly yes in its redis.conf"
        )
