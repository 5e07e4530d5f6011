"""How long a round takes of more sites, or with more workers, than can be run here.

    python -m benchmarks.cluster.simulate [--cpu 0.012] [--begin 0.05] [--answer 0.2] [--pause 1.0] [--at-once 100]

Each site is asked for its pages one after another: a pause, an answer, and the processor time of its worker, which
reads one page at a time. Each worker has so many sites at once, and takes another when one is done. Printed: for 1, 100
and 10,000 sites, by how many pages a site has to be asked for, and by workers: hours of the round, pages a second, and
how busy the workers are. `--measured` compares it with rows of workers.py instead: sites, pages of a site, pause,
workers, and the pages a second that were found.
"""

from __future__ import annotations

import argparse
import heapq
from typing import NamedTuple

_ROUNDS = (("a first crawl", 10_000), ("an hour's round", 30))
"""Pages that each site is asked for."""
_SITES = (1, 100, 10_000)
_WORKERS = (1, 2, 4, 16, 64)
_MOST_PAGES = 300
"""Of a site that are simulated: behind these a round goes on as before."""
_HOUR = 3600


class Costs(NamedTuple):
    """What things take, in seconds."""

    cpu: float
    """Processor time of a page."""
    begin: float
    """Processor time to begin with a site, and to end with it."""
    answer: float
    """Until a page is there."""
    pause: float
    """Between an answer and the next request to a host."""


class Round(NamedTuple):
    """What came of it."""

    seconds: float
    pages: int
    busy: float
    """Share of the time in which the workers had something to do."""


def simulate(sites: int, pages: int, workers: int, at_once: int, costs: Costs) -> Round:
    """A round of sites that are shared evenly."""
    shares = [len(range(worker, sites, workers)) for worker in range(workers)]
    ends, work = zip(*(_worker(share, pages, at_once, costs) for share in shares if share), strict=True)
    seconds = max(ends)
    return Round(seconds, sites * pages, sum(work) / (seconds * workers))


def _worker(sites: int, pages: int, at_once: int, costs: Costs) -> tuple[float, float]:
    """When a worker is done with its sites, and for how long it has worked."""
    ready = [(0.0, pages) for _ in range(min(sites, at_once))]
    """When the next answer of each site is there, and how many pages are left of it; all pages left: it begins."""
    waiting, now, worked = sites - len(ready), 0.0, 0.0
    while ready:
        at, left = heapq.heappop(ready)
        took = costs.cpu if left < pages else costs.cpu + costs.begin
        now, worked = max(now, at) + took, worked + took
        if left > 1:
            # The pause runs from the answer, and not from when it was read.
            heapq.heappush(ready, (max(now, at + costs.pause) + costs.answer, left - 1))
        elif waiting:
            waiting -= 1
            heapq.heappush(ready, (now + costs.answer, pages))
    return now, worked


def _table(costs: Costs, at_once: int) -> None:
    print("| sites | round | pages a site | workers | hours | pages/s | busy |\n|--:|---|--:|--:|--:|--:|--:|")
    for sites in _SITES:
        for name, pages in _ROUNDS:
            for workers in (count for count in _WORKERS if count <= sites):
                simulated = min(pages, _MOST_PAGES)
                found = simulate(sites, simulated, workers, at_once, costs)
                hours = found.seconds * pages / simulated / _HOUR
                print(
                    f"| {sites:,} | {name} | {pages:,} | {workers} | {hours:.2g} | {found.pages / found.seconds:.1f} "
                    f"| {found.busy:.0%} |"
                )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("cpu", 0.012), ("begin", 0.05), ("answer", 0.2), ("pause", 1.0)):
        parser.add_argument(f"--{name}", type=float, default=default, help="seconds")
    parser.add_argument("--at-once", type=int, default=100, help="sites of a worker")
    parser.add_argument("--measured", nargs=5, type=float, action="append", default=[],
                        metavar=("SITES", "PAGES", "PAUSE", "WORKERS", "FOUND"))  # fmt: skip
    given = parser.parse_args()
    costs = Costs(given.cpu, given.begin, given.answer, given.pause)
    for sites, pages, pause, workers, measured in given.measured:
        found = simulate(int(sites), int(pages), int(workers), given.at_once, costs._replace(pause=pause))
        print(f"{found.pages / found.seconds:.1f} pages/s where {measured:.1f} were found")
    if not given.measured:
        _table(costs, given.at_once)


if __name__ == "__main__":
    main()
