"""A fleet of sites, crawled by one process alone and by one, two and more workers of a cluster.

    python -m benchmarks.cluster.workers [--sites 20] [--stories 212] [--delay 0.05] [--workers 0,1,2,4] [--at-once 100]

The sites are served on loopback by a process of its own; a redis-server is started for each row. 0 workers are one
process without a cluster. Workers on one machine have to share its processors: with few sites at once and long pauses
it is these that bound a worker. Printed: a row each, with pages a second, the processor time of all workers, the most
memory of one, and what the sites saw. Exit status 1 where a story is lost or there twice, a copy is a story, a pause
is too short, or a worker fails; the archives are kept then.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from benchmarks.cluster.audit import Audit, Manners, audit, manners
from benchmarks.cluster.fleet import Fleet, build_fleet
from benchmarks.cluster.process import Crawl, Life, said, wait, write_profiles
from benchmarks.cluster.server import Shape, served
from tests.redis_server import redis_server

_LONGEST = 1800.0
"""Seconds that a row may take."""
_HEAD = (
    "| workers | pages/s | seconds | CPU seconds | peak MB | least gap, ms | lost | twice | wrong | copies unseen |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


def main() -> int:
    """Print the table; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=20)
    parser.add_argument("--stories", type=int, default=212, help="of a site")
    parser.add_argument("--delay", type=float, default=0.05, help="seconds")
    parser.add_argument("--workers", default="0,1,2,4")
    parser.add_argument("--at-once", type=int, default=100, help="sites that a process crawls at the same time")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    shape = Shape(given.sites, given.stories, given.seed)
    fleet = build_fleet(*shape)
    print(f"{len(fleet.sites)} sites, {fleet.pages} pages, {len(fleet.addresses)} story addresses, seed {given.seed}")
    print(_HEAD)
    bad = 0
    directory = Path(tempfile.mkdtemp(prefix="workers-"))
    for workers in map(int, given.workers.split(",")):
        row = directory / f"{workers}"
        row.mkdir()
        bad += crawl(fleet, shape, row, workers=workers, delay=given.delay, at_once=given.at_once)
    if not bad:
        shutil.rmtree(directory)
    return 1 if bad else 0


def crawl(fleet: Fleet, shape: Shape, directory: Path, *, workers: int, delay: float, at_once: int) -> int:
    """Crawl the fleet once, print the row, and give how much is wrong."""
    redis = redis_server(directory) if workers else nullcontext()
    with served(shape, directory / "requests.log") as server, redis as cluster:
        profiles = write_profiles(fleet, server, directory / "sites")
        job = Crawl(profiles, directory / "archive", delay, cluster.url if cluster else "", at_once=at_once)
        began = time.monotonic()
        lives = [job.start(f"worker-{number}") for number in range(1, max(workers, 1) + 1)]
        wait(lives, _LONGEST)
        seconds = time.monotonic() - began
        seen = manners(server.visits())
    found = audit(directory / "archive", fleet)
    print(_row(workers, seconds, lives, seen, found), flush=True)
    failed = [life for life in lives if life.status]
    for what in (*found.lost, *found.twice, *found.foreign, *found.wrong, *found.unseen, *map(said, failed)):
        print(f"  {what}")
    return found.bad + len(failed) + (seen.least_gap < delay) + (seen.in_flight > 1)


def _row(workers: int, seconds: float, lives: list[Life], seen: Manners, found: Audit) -> str:
    cells = (
        str(workers or "none: one process"), f"{seen.requests / seconds:.0f}", f"{seconds:.0f}",
        f"{sum(life.cpu for life in lives):.0f}", f"{max(life.peak for life in lives) / 1e6:.0f}",
        f"{seen.least_gap * 1000:.1f}", str(len(found.lost)), str(len(found.twice)),
        str(len(found.wrong) + len(found.foreign)), str(len(found.unseen)),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
