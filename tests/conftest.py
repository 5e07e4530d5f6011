"""Fixtures: servers on loopback, and one crawl of the demo site that many tests look at."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from slqncy.demo import DemoServer, DemoSite, Request, build_site, serving
from tests.crawling import Pages, Result, crawl_arguments, scrapy_from_nothing
from tests.redis_server import RedisServer, redis_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def demo_site() -> DemoSite:
    return build_site()


@dataclass(frozen=True)
class DemoCrawl:
    """A finished crawl of the demo site."""

    archive: Path
    result: Result
    requests: list[Request]


@pytest.fixture(scope="session")
def demo_crawl(demo_site: DemoSite, tmp_path_factory: pytest.TempPathFactory) -> DemoCrawl:
    """Look, do not write: other tests look at the same archive."""
    archive = tmp_path_factory.mktemp("demo") / "archive"
    with serving(demo_site) as server:
        result = scrapy_from_nothing(*crawl_arguments(archive, server.base_url))
        return DemoCrawl(archive, result, list(server.requests))


@pytest.fixture
def serve_pages() -> Iterator[Callable[[Pages], DemoServer]]:
    """Serve hand-written pages until the test ends."""
    with ExitStack() as stack:
        yield lambda pages: stack.enter_context(serving(pages))


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A redis-server of the test's own."""
    folder = tmp_path / "redis"
    folder.mkdir()
    with redis_server(folder) as server:
        yield server
