"""Kill crawls at random moments, start them again, and compare the archive with that of an undisturbed crawl.

    python -m benchmarks.reliability.kills [--kills 1000] [--signal KILL] [--seed S] [--jobs 2]

Each crawl is struck until a run of it ends by itself, or a random number of times. `--signal TERM` or `INT` asks the
run to end instead. After each life the WARC files have to be valid; at the end also by FastWARC and, where it is
installed, by warcio; then every page has to have its raw response, and each payload to be there once. Printed: where
the signals hit, exit statuses, and all that is wrong. Exit status 1 if anything is; the archives concerned are kept
then.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, fields
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from benchmarks.reliability.crawl_lives import Figures, crawl, undisturbed
from benchmarks.reliability.crawl_process import Moment, Strike, Tripwire
from benchmarks.reliability.crawl_responses import WARCIO
from benchmarks.reliability.crawl_site import varied_site
from slqncy.demo import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_STRIKES = 12
"""Per crawl."""
MOMENTS = {Moment.REQUEST: 45, Moment.WRITING: 25, Moment.START: 15, Moment.CLOSING: 15}
"""How often each is chosen, in percent."""
LATEST = {Moment.REQUEST: 0.03, Moment.WRITING: 0.03, Moment.CLOSING: 0.15}
"""Seconds after the moment at which the signal comes at the latest."""


@dataclass(frozen=True, slots=True)
class Job:
    """A share of the work."""

    strikes: int
    how: signal.Signals
    seed: int


def main() -> int:
    """Print the figures; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--signal", choices=("KILL", "TERM", "INT"), default="KILL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    began = time.monotonic()
    jobs = [
        Job(-(-given.kills // given.jobs), signal.Signals[f"SIG{given.signal}"], given.seed * 1000 + number)
        for number in range(given.jobs)
    ]
    total = Figures()
    with get_context("spawn").Pool(given.jobs) as pool:
        for figures in pool.imap_unordered(work, jobs):
            total.add(figures)
    print(
        f"seed {given.seed}, {time.monotonic() - began:.0f} seconds, {'with' if WARCIO.exists() else 'without'} warcio"
    )
    for figure in fields(total):
        value = getattr(total, figure.name)
        print(f"{figure.name:12}{dict(value) if isinstance(value, dict) else value}")
    return 1 if total.bad else 0


def work(job: Job) -> Figures:
    """Crawl until so many signals have met a living process."""
    random, total = Random(job.seed), Figures()  # noqa: S311  # no secret
    directory = Path(tempfile.mkdtemp(prefix="kills-"))
    wire = Tripwire(varied_site())
    with serving(wire) as server:
        trial = undisturbed(wire, server.base_url, directory)
        requests = wire.served
        while total.strikes < job.strikes:
            name = f"crawl-{total.crawls}"
            most = min(random.randint(3, MOST_STRIKES), job.strikes - total.strikes)
            figures = crawl(trial, name, job.how, _strikes(random, most, requests, trial.start_up))
            total.add(figures)
            if not figures.bad:
                shutil.rmtree(directory / name)
            print(f"{total.strikes:5} of {job.strikes} in {total.crawls} crawls, {total.bad} bad", flush=True)
    if not total.bad:
        shutil.rmtree(directory)
    return total


def _strikes(random: Random, most: int, requests: int, start_up: float) -> Iterator[Strike]:
    for _ in range(most):
        (moment,) = random.choices(list(MOMENTS), list(MOMENTS.values()))
        latest = start_up if moment is Moment.START else LATEST[moment]
        yield Strike(moment, random.uniform(0, latest), random.randint(1, requests))


if __name__ == "__main__":
    sys.exit(main())
