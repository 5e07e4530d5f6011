"""The redis-server that tests start keeps what it was told, through a SIGKILL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from redis.exceptions import ConnectionError as NoConnectionError

from tests.redis_server import RedisServer, redis_server

if TYPE_CHECKING:
    from pathlib import Path


def test_a_killed_server_comes_back_with_what_it_had(tmp_path: Path) -> None:
    with redis_server(tmp_path, fsync="always") as server:
        with server.client() as client:
            client.set("a", "1")
        server.kill()
        with server.client() as client, pytest.raises(NoConnectionError):
            client.get("a")
        server.start()
        with server.client() as client:
            assert client.get("a") == b"1"


def test_two_servers_do_not_meet(redis: RedisServer, tmp_path: Path) -> None:
    with redis_server(tmp_path) as other, redis.client() as here, other.client() as there:
        here.set("a", "1")
        assert there.get("a") is None


def test_an_option_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="Bad directive"), redis_server(tmp_path, "--no-such", "1"):
        pass


def test_without_the_program_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="apt-get install redis-server"), redis_server(tmp_path):
        pass
