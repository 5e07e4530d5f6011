"""What the server has lost, it is told again by the parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.cluster.fleet import build_fleet
from benchmarks.cluster.process import Crawl, said, wait, write_profiles
from benchmarks.cluster.server import Shape, served
from slqncy.archive import Archive
from slqncy.archive.layout import part_path
from slqncy.archive.verify import verify
from slqncy.cluster import keys
from slqncy.exitcodes import ExitStatus
from tests.crawling import scrapy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from redis import Redis

    from tests.redis_server import RedisServer

SHAPE = Shape(2, 20)
LONGEST = 60.0


@pytest.fixture
def job(shared_server: RedisServer, client: Redis, tmp_path: Path) -> Iterator[Crawl]:  # noqa: ARG001  # it is empty
    with served(SHAPE, tmp_path / "log") as server:
        profiles = write_profiles(build_fleet(*SHAPE), server, tmp_path / "sites")
        yield Crawl(profiles, tmp_path / "archive", 0, shared_server.url)


def crawl(job: Crawl, name: str) -> None:
    life = job.start(name)
    wait([life], LONGEST)
    assert life.status == 0, said(life)


def ids(job: Crawl) -> list[tuple[str, int]]:
    archive = Archive(job.archive)
    return sorted((record.id, record.version) for record in (*archive.stories(), *archive.duplicates()))


def lines(path: Path, count: int) -> int:
    """Bytes of the first lines of a file."""
    return sum(map(len, path.read_bytes().splitlines(keepends=True)[:count]))


def test_all_of_it(job: Crawl, client: Redis) -> None:
    crawl(job, "one")
    archived, known = ids(job), {key: client.hlen(key) for key in client.keys("slqncy:site:*")}
    assert archived
    client.flushall()
    crawl(job, "other")
    assert ids(job) == archived
    assert {key: client.hlen(key) for key in client.keys("slqncy:site:*")} == known
    assert not verify(part_path(job.archive, "one")).defects


def test_a_part_that_is_older_than_it_knows(job: Crawl, client: Redis) -> None:
    crawl(job, "one")
    archived, part = ids(job), part_path(job.archive, "one")
    (events,) = part.glob("events/*")
    client.hincrby(keys.worker("one"), str(events.relative_to(part)), 100)
    refused = job.start("one")
    wait([refused], LONGEST)
    assert refused.status == ExitStatus.IO
    assert f"but the cluster has acknowledged {events.stat().st_size + 100}" in said(refused)
    assert "`scrapy repair` on this part; once all workers have ended, delete the server's keys" in said(refused)
    assert scrapy("repair", "-s", f"ARCHIVE_DIR={part}").status == 0
    client.delete(*client.scan_iter("slqncy:*"))
    crawl(job, "one")
    assert ids(job) == archived
    assert not verify(part).defects


def test_its_last_second(job: Crawl, client: Redis) -> None:
    crawl(job, "one")
    archived, count = ids(job), client.hlen(keys.STORIES)
    part = part_path(job.archive, "one")
    told = {
        name: lines(path, 3)
        for path in (*part.glob("stories/*.jsonl"), *part.glob("events/*.ndjson"))
        for name in [str(path.relative_to(part))]
    }
    client.hset(keys.worker("one"), mapping=told)  # type: ignore[arg-type]
    for site in client.keys("slqncy:site:*"):
        for url in client.hkeys(site)[3:]:
            client.hdel(site, url)
    for number in sorted(map(int, client.hkeys(keys.STORIES)))[3:]:
        client.hdel(keys.STORIES, str(number))
    crawl(job, "one")
    assert ids(job) == archived
    assert client.hlen(keys.STORIES) == count
    assert not verify(part).defects
