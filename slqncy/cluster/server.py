"""The Redis server of a cluster, and what it must be like to be trusted with what is to be asked for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import ConstantBackoff, NoBackoff
from redis.exceptions import AuthenticationError, OutOfMemoryError, RedisError, ResponseError
from redis.exceptions import ConnectionError as NoConnectionError
from redis.exceptions import TimeoutError as NoAnswerError
from redis.retry import Retry

from slqncy.archive.errors import ClusterError, UnfitServerError

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
    """A client. Raises ClusterError where there is no server, UnfitServerError for one that cannot be relied on."""
    with server_errors(url):
        try:
            _refuse_strangers(url)
            client = Redis.from_url(
                url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT,
                retry=Retry(ConstantBackoff(_PAUSE), _TIMES), retry_on_error=[NoConnectionError, NoAnswerError],
            )  # fmt: skip
        except ValueError as error:
            raise UnfitServerError(f"CLUSTER_URL: {error}; write redis://HOST:6379/0") from error
        _refuse_forgetful(client, url)
    return client


@contextmanager
def server_errors(url: str) -> Iterator[None]:
    """Raises ClusterError where the server does not do what it is asked."""
    try:
        yield
    except OutOfMemoryError as error:
        raise ClusterError(
            f"the server of the cluster at {place(url)} is full; raise its maxmemory and run again: "
            "what was acknowledged is safe"
        ) from error
    except NoConnectionError as error:
        raise ClusterError(
            f"the server of the cluster at {place(url)} cannot be reached: {error} Start it and run again, or set "
            "CLUSTER_URL to where it is"
        ) from error
    except RedisError as error:
        raise ClusterError(f"the server of the cluster at {place(url)}: {error}") from error


def _refuse_strangers(url: str) -> None:
    """That we have no password, or a wrong one, would be tried again and again."""
    with Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=_TIMEOUT) as client:
        try:
            client.ping()
        except AuthenticationError as error:
            raise UnfitServerError(
                f"the server of the cluster at {place(url)} does not let us in: write "
                "CLUSTER_URL=redis://:PASSWORD@HOST:6379/0"
            ) from error
        except NoConnectionError:
            pass  # it may be on its way


def _refuse_forgetful(client: Redis, url: str) -> None:
    memory = client.info("memory")
    policy = memory.get("maxmemory_policy", "noeviction")
    if memory.get("maxmemory") and policy != "noeviction":
        raise UnfitServerError(
            f"the server of the cluster at {place(url)} throws out what it knows when its memory is full "
            f"(maxmemory-policy {policy}); it must be noeviction"
        )
    if client.info("replication").get("role") != "master":
        raise UnfitServerError(f"the server of the cluster at {place(url)} is a replica, and takes nothing in")
    try:
        kept = client.info("persistence").get("aof_enabled")
    except ResponseError:
        return
    if not kept:
        raise UnfitServerError(
            f"the server of the cluster at {place(url)} forgets all when it ends: set appendonly yes in its redis.conf"
        )
