"""What the questions of one run cost where the archive has many other sites, all of whose stories are due.

python -m benchmarks.speed.sites [--sites N ...] [--stories N]
"""

from __future__ import annotations

import argparse
from contextlib import closing
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.reliability.big import home_of, site_lines, write_lines
from slqncy.archive import ArchiveWriter
from slqncy.archive.recovery import make_ledger
from slqncy.reasons import PageKind

_RUNS = 50
_AT_A_TIME = 200
"""Due stories that a run is given at once."""
_LATER = 1 << 40
"""Seconds since 1970, when all is due."""


def ask(archive: ArchiveWriter, site: int) -> int:
    """What a run asks of its site that has nothing new. Gives how many stories were due."""
    home, name = home_of(site), f"site{site}"
    archive.states(home)
    archive.story_prefixes(name)
    archive.of_kind(home, PageKind.FRONT)
    due, after = 0, (-1, 0)
    while rows := archive.due(home, after, _LATER, _AT_A_TIME):
        due += len(rows)
        after = rows[-1].due or 0, rows[-1].id
    archive.number_lines(name)
    return due


def measure(root: Path, sites: int, stories: int) -> float:
    """Seconds of a processor for the questions of a run, in a new archive of so many sites with so many stories."""
    write_lines(root, chain.from_iterable(site_lines(site, stories) for site in range(sites)))
    make_ledger(root)
    with closing(ArchiveWriter(root)) as archive:
        began = process_time()
        due = [ask(archive, run % sites) for run in range(_RUNS)]
        took = process_time() - began
    assert due == [stories] * _RUNS
    return took / _RUNS


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, nargs="+", default=[10, 100, 1000, 10_000])
    parser.add_argument("--stories", type=int, default=20, help="of each site")
    given = parser.parse_args()
    print("| sites | ms of a processor |\n| --- | --- |")
    for sites in given.sites:
        with TemporaryDirectory() as folder:
            print(f"| {sites:,} | {1000 * measure(Path(folder), sites, given.stories):.1f} |", flush=True)


if __name__ == "__main__":
    main()
