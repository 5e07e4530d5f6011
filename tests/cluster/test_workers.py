"""Workers that are killed, and whose redis-server is, end in an archive that has each story once.

benchmarks/cluster/kills.py and restarts.py do the same a hundred times, at random moments.
"""

from __future__ import annotations

import signal
import time
from random import Random
from typing import TYPE_CHECKING

import pytest

from benchmarks.cluster.audit import audit, manners
from benchmarks.cluster.fleet import Fleet, build_fleet
from benchmarks.cluster.lives import Strike, live
from benchmarks.cluster.process import Crawl, Life, said, wait, write_profiles
from benchmarks.cluster.restarts import restarting
from benchmarks.cluster.rounds import crawl_alone, judge
from benchmarks.cluster.server import Shape, served
from slqncy.archive.layout import parts_of
from slqncy.archive.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.redis_server import RedisServer

SHAPE = Shape(3, 20)
WORKERS = 2
DELAY = 0.03
LEASE = 2
LONGEST = 300.0


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return build_fleet(*SHAPE)


@pytest.fixture(scope="module")
def alone(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a process alone."""
    return crawl_alone(SHAPE, fleet, tmp_path_factory.mktemp("alone") / "crawl")


def test_killed_workers_lose_nothing_and_archive_nothing_twice(
    fleet: Fleet, alone: Path, redis: RedisServer, tmp_path: Path
) -> None:
    strikes = [Strike(20, 0, away=0), Strike(15, 0.01, away=0), Strike(25, 0.02, away=0)]
    with served(SHAPE, tmp_path / "log") as server:
        profiles = write_profiles(fleet, server, tmp_path / "sites")
        job = Crawl(profiles, tmp_path / "archive", DELAY, redis.url, LEASE)
        lives = live(job, WORKERS, iter(strikes), Random(1), server.count, longest=LONGEST)
        result = judge(job, fleet, server.visits(), lives, alone=alone, first=server.count())
    assert result.bad == 0, result
    assert lives.struck == lives.statuses[-signal.SIGKILL] == len(strikes)
    assert len(parts_of(job.archive)) == WORKERS


def test_a_worker_that_slept_too_long_adds_nothing(fleet: Fleet, redis: RedisServer, tmp_path: Path) -> None:
    with served(SHAPE, tmp_path / "log") as server:
        profiles = write_profiles(fleet, server, tmp_path / "sites")
        job = Crawl(profiles, tmp_path / "archive", DELAY, redis.url, lease=2)
        first = job.start("worker-1")
        until(lambda: server.count() > 20, first)
        first.process.send_signal(signal.SIGSTOP)
        second = job.start("worker-2")
        wait([second], LONGEST)
        first.process.send_signal(signal.SIGCONT)
        wait([first], LONGEST)
        seen = manners(server.visits())
    assert (first.status, second.status) == (75, 0)
    assert "ran out, and another worker may have it" in said(first)
    assert audit(job.archive, fleet).bad == 0
    assert verify(job.archive, full=True).defects == []
    assert (seen.least_gap >= DELAY, seen.in_flight) == (True, 1)


def until(condition: Callable[[], bool], life: Life) -> None:
    while not condition():
        assert life.poll() is None, said(life)
        time.sleep(0.01)


def test_a_killed_redis_server_is_waited_for(fleet: Fleet, alone: Path, redis: RedisServer, tmp_path: Path) -> None:
    with served(SHAPE, tmp_path / "log") as server:
        profiles = write_profiles(fleet, server, tmp_path / "sites")
        job = Crawl(profiles, tmp_path / "archive", DELAY, redis.url, LEASE)
        with restarting(redis, server.count, Random(3), away=1.0) as times:
            lives = live(job, 1, iter(()), Random(1), server.count, longest=LONGEST)
        result = judge(job, fleet, server.visits(), lives, alone=alone, first=server.count())
    assert result.bad == 0, result
    assert times
    assert lives.statuses == {0: 1}
