"""What is said of a server that a cluster cannot rely on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from slqncy.archive.errors import ClusterError, UnfitServerError
from slqncy.cli import archive_status
from slqncy.cluster.server import connect, server_errors
from slqncy.exitcodes import ExitStatus
from tests.redis_server import redis_server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.redis_server import RedisServer


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru"), "(maxmemory-policy allkeys-lru); it must be"),
        (("--appendonly", "no"), "forgets all when it ends: set appendonly yes"),
        (("--replicaof", "127.0.0.1", "9"), "is a replica, and takes nothing in"),
        (("--requirepass", "sesame"), "does not let us in: write CLUSTER_URL=redis://:PASSWORD@HOST:6379/0"),
    ],
)
def test_a_server_that_somebody_has_to_set_up(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    with redis_server(tmp_path, *options) as server, pytest.raises(UnfitServerError, match=re.escape(said)) as told:
        connect(server.url)
    assert archive_status(told.value) is ExitStatus.CONFIG


def test_a_password_is_used_and_never_said(tmp_path: Path) -> None:
    with redis_server(tmp_path, "--requirepass", "sesame") as server:
        with connect(server.url.replace("//", "//:sesame@")) as client:
            assert client.ping()
        wrong = server.url.replace("//", "//:mistaken@")
        with pytest.raises(UnfitServerError, match="does not let us in") as told:
            connect(wrong)
    assert "mistaken" not in str(told.value)
    with pytest.raises(ClusterError) as gone, server_errors(wrong), server.client() as client:
        client.ping()
    assert f"at {server.url} cannot be reached" in str(gone.value)
    assert archive_status(gone.value) is ExitStatus.TEMPORARY


def test_a_full_server_keeps_what_it_has(redis: RedisServer) -> None:
    with connect(redis.url) as client:
        client.set("a", "1")
        client.config_set("maxmemory", 1)
        with pytest.raises(ClusterError, match="is full; raise its maxmemory and run again"), server_errors(redis.url):
            client.set("b", "1")
        with client.pipeline() as pipe:
            pipe.set("b", "1")
            with pytest.raises(ClusterError, match="is full"), server_errors(redis.url):
                pipe.execute()
        assert client.get("a") == b"1"
