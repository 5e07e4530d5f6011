"""Workers that are killed, and whose redis-server is, end in an archive that has each story once.

benchmarks/cluster/kills.py and restarts.py do the same a hundred times, at random moments.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from benchmarks.cluster.fleet import Fleet, build_fleet
from benchmarks.cluster.lives import Strike, live
from benchmarks.cluster.process import Crawl, write_profiles
from benchmarks.cluster.restarts import restarting
from benchmarks.cluster.rounds import judge
from benchmarks.cluster.server import Shape, served
from slqncy.archive.layout import parts_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.redis_server import RedisServer

SHAPE = Shape(3, 20)
WORKERS = 2
DELAY = 0.03
LEASE = 3
LONGEST = 120.0


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return build_fleet(*SHAPE)


def test_killed_workers_lose_nothing_and_archive_nothing_twice(
    fleet: Fleet, redis: RedisServer, tmp_path: Path
) -> None:
    strikes = [Strike(20, 0, away=0), Strike(15, 0.01, away=0), Strike(25, 0.02, away=0)]
    with served(SHAPE, tmp_path / "log") as server:
        profiles = write_profiles(fleet, server, tmp_path / "sites")
        job = Crawl(profiles, tmp_path / "archive", DELAY, redis.url, LEASE)
        lives = live(job, WORKERS, iter(strikes), Random(1), server.count, longest=LONGEST)
        result = judge(job, fleet, server.visits(), lives)
    assert result.bad == 0, result
    assert lives.kills == len(strikes)
    assert len(parts_of(job.archive)) == WORKERS


def test_a_killed_redis_server_is_waited_for(fleet: Fleet, redis: RedisServer, tmp_path: Path) -> None:
    with served(SHAPE, tmp_path / "log") as server:
        profiles = write_profiles(fleet, server, tmp_path / "sites")
        job = Crawl(profiles, tmp_path / "archive", DELAY, redis.url, LEASE)
        with restarting(redis, server.count, Random(3), away=1.0) as times:
            lives = live(job, 1, iter(()), Random(1), server.count, longest=LONGEST)
        result = judge(job, fleet, server.visits(), lives)
    assert result.bad == 0, result
    assert times
    assert lives.statuses == {0: 1}
