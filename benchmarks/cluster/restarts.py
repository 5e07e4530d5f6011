"""Kill the redis-server of a cluster while its workers crawl, start it again, and look for what is lost or there twice.

    python -m benchmarks.cluster.restarts [--restarts 20] [--fsync everysec] [--workers 3] [--sites 6] [--seed 1]

The server has SIGKILL after some number of answers of the sites, and comes back on its append-only file after up to
`--away` seconds. A worker that gives up meanwhile (exit status 75) is started again. Rounds go on until there were
enough restarts; each is judged as in `benchmarks.cluster.kills`. Exit status 1 if anything is wrong; the archives
concerned are kept then.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import TYPE_CHECKING

from benchmarks.cluster.fleet import build_fleet
from benchmarks.cluster.lives import live
from benchmarks.cluster.process import Crawl, write_profiles
from benchmarks.cluster.rounds import Round, add_fleet, crawl_alone, judge
from benchmarks.cluster.server import Shape, served
from tests.redis_server import redis_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.redis_server import RedisServer

_LONGEST = 900.0
"""Seconds that a round may take."""
_MOST_REQUESTS = 80
_POLL = 0.02


def main() -> int:
    """Print the figures; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--fsync", choices=("always", "everysec", "no"), default="everysec")
    parser.add_argument("--away", type=float, default=5.0, help="seconds at most")
    add_fleet(parser)
    given = parser.parse_args()
    shape = Shape(given.sites, given.stories, given.seed)
    fleet, random = build_fleet(*shape), Random(given.seed)  # noqa: S311  # no secret
    directory, began = Path(tempfile.mkdtemp(prefix="cluster-restarts-")), time.monotonic()
    alone = crawl_alone(shape, fleet, directory / "alone")
    rounds: list[Round] = []
    statuses, restarts = Counter[int](), 0
    while restarts < given.restarts:
        folder = directory / f"round-{len(rounds)}"
        folder.mkdir()
        with served(shape, folder / "requests.log") as server, redis_server(folder, fsync=given.fsync) as redis:
            profiles = write_profiles(fleet, server, folder / "sites")
            job = Crawl(profiles, folder / "archive", given.delay, redis.url, given.lease)
            with restarting(redis, server.count, random, given.away) as times:
                lives = live(job, given.workers, iter(()), random, server.count, longest=_LONGEST)
            first = server.count()
            # Those that gave up last put their parts in order.
            live(job, given.workers, iter(()), random, server.count, longest=_LONGEST)
            rounds.append(judge(job, fleet, server.visits(), lives, alone=alone, first=first))
        statuses += lives.statuses
        restarts += len(times)
        print(f"{restarts:5} of {given.restarts} in {len(rounds)} rounds: {rounds[-1]}", flush=True)
        if not rounds[-1].bad:
            shutil.rmtree(folder)
    bad = sum(one.bad for one in rounds)
    print(
        f"seed {given.seed}, appendfsync {given.fsync}, {time.monotonic() - began:.0f} seconds; "
        f"exit statuses {dict(statuses)}"
    )
    print(f"{len(rounds)} rounds, {bad} wrong; least gap {min(one.manners.least_gap for one in rounds) * 1000:.1f} ms")
    if not bad:
        shutil.rmtree(directory)
    return 1 if bad else 0


@contextmanager
def restarting(redis: RedisServer, answered: Callable[[], int], random: Random, away: float) -> Iterator[list[float]]:
    """Kill and start the server again and again until the exit; gives the seconds that it was away, as they come."""
    times: list[float] = []
    ended = Event()

    def restart() -> None:
        while not ended.is_set():
            since, most = answered(), random.randint(1, _MOST_REQUESTS)
            while answered() - since < most and not ended.wait(_POLL):
                pass
            if not ended.is_set():
                redis.kill()
                times.append(random.uniform(0, away))
                ended.wait(times[-1])
                redis.start()

    thread = Thread(target=restart)
    thread.start()
    try:
        yield times
    finally:
        ended.set()
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
