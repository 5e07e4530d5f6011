"""Kill workers of a cluster at random moments, start them again, and look for what is lost or there twice.

    python -m benchmarks.cluster.kills [--kills 100] [--signal KILL] [--workers 3] [--sites 6] [--seed 1]

Each round crawls a fleet into a new archive, with a redis-server of its own, while workers are killed: some number of
answers after the last kill, or some time, so that starts and ends are met too. A worker comes back soon, or after its
leases have expired; now and then one is put to sleep instead, and has no idea then that others have its sites. After
another round, in which nobody is killed, the archive is held to the truth about the sites, to `verify --full`, and to
the archive of a process alone; and the pauses of each site to the delay. Exit status 1 if anything is wrong; the
archives concerned are kept then.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from benchmarks.cluster.fleet import build_fleet
from benchmarks.cluster.lives import Strike, live
from benchmarks.cluster.process import Crawl, write_profiles
from benchmarks.cluster.rounds import Round, add_fleet, crawl_alone, judge
from benchmarks.cluster.server import Shape, served
from tests.redis_server import redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 600.0
"""Seconds that a round may take."""
_MOST_STRIKES = 25
"""Of a round."""
_SLEEPS = 0.15
"""Share of them that are no kills."""
_MOST_REQUESTS = 40
_LATEST = 0.05
"""Seconds after an answer."""
_ANY_TIME = 4.0
"""Seconds within which a worker is struck whatever it does: its start takes two."""


def main() -> int:
    """Print the figures; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--signal", choices=("KILL", "TERM"), default="KILL")
    add_fleet(parser)
    given = parser.parse_args()
    shape = Shape(given.sites, given.stories, given.seed)
    fleet, random = build_fleet(*shape), Random(given.seed)  # noqa: S311  # no secret
    directory, began = Path(tempfile.mkdtemp(prefix="cluster-kills-")), time.monotonic()
    alone = crawl_alone(shape, fleet, directory / "alone")
    rounds: list[Round] = []
    statuses, kills, sleeps = Counter[int](), 0, 0
    while kills < given.kills:
        folder = directory / f"round-{len(rounds)}"
        folder.mkdir()
        with served(shape, folder / "requests.log") as server, redis_server(folder) as redis:
            profiles = write_profiles(fleet, server, folder / "sites")
            job = Crawl(profiles, folder / "archive", given.delay, redis.url, given.lease)
            strikes = _strikes(
                random, min(given.kills - kills, _MOST_STRIKES), given.lease, signal.Signals[f"SIG{given.signal}"]
            )
            lives = live(job, given.workers, strikes, random, server.count, longest=_LONGEST)
            first = server.count()
            # Those that were killed last put their parts in order.
            live(job, given.workers, iter(()), random, server.count, longest=_LONGEST)
            rounds.append(judge(job, fleet, server.visits(), lives, alone=alone, first=first))
        statuses += lives.statuses
        kills += lives.struck
        sleeps += lives.sleeps
        print(f"{kills:5} of {given.kills} in {len(rounds)} rounds: {rounds[-1]}", flush=True)
        if not rounds[-1].bad:
            shutil.rmtree(folder)
    bad = sum(one.bad for one in rounds)
    print(f"seed {given.seed}, {time.monotonic() - began:.0f} seconds; {sleeps} sleeps; exit statuses {dict(statuses)}")
    print(f"{len(rounds)} rounds, {bad} wrong; least gap {min(one.manners.least_gap for one in rounds) * 1000:.1f} ms")
    if not bad:
        shutil.rmtree(directory)
    return 1 if bad else 0


def _strikes(random: Random, most: int, lease: int, how: signal.Signals) -> Iterator[Strike]:
    for _ in range(most):
        requests, seconds = random.choice(
            ((random.randint(1, _MOST_REQUESTS), random.uniform(0, _LATEST)), (0, random.uniform(0, _ANY_TIME)))
        )
        if random.random() < _SLEEPS:
            yield Strike(requests, seconds, random.uniform(0.5, 2) * lease, signal.SIGSTOP)
        else:
            away = random.choice((0, random.uniform(0, 1), random.uniform(1, 2) * lease))
            yield Strike(requests, seconds, away, how)


if __name__ == "__main__":
    sys.exit(main())
