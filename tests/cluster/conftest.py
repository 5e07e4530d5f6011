"""A server for many tests, each of which finds it empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.redis_server import RedisServer, redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redis import Redis


@pytest.fixture(scope="package")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis"), fsync="no") as server:
        yield server


@pytest.fixture
def client(shared_server: RedisServer) -> Iterator[Redis]:
    with shared_server.client() as client:
        client.flushall()
        yield client
