"""What the start and the end of a run cost, beside bare Scrapy's: seconds of a processor, the least of the rounds.

python -m benchmarks.speed.start [--rounds N]

Of the runs all but one find nobody there; that one finds nothing new at a site of 1,000 known stories, whose list
answers 304. Each is a process of its own, and they take turns.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.speed.growth import NOBODY, Growing
from benchmarks.speed.measure import cost

_KNOWN = 1000
_BARE = Path(__file__).with_name("bare.py")


def measure(directory: Path, known: Growing, number: int) -> dict[str, float]:
    """Of each run its seconds; `number` is that of the round."""
    bare = [sys.executable, "-m", "scrapy", "runspider", str(_BARE), "-a", f"base_url={NOBODY}"]
    return {
        # In a directory where it finds no settings of ours.
        "bare Scrapy": cost(bare, directory, log=directory / "bare.log").cpu,
        "a new archive": Growing(directory / f"new-{number}", 0).fail().cost.cpu,
        "an archive that is there": known.fail().cost.cpu,
        "nothing new": known.crawl("nothing new", 0).cost.cpu,
    }


def main() -> None:
    """Print a row for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    given = parser.parse_args()
    with TemporaryDirectory() as temporary:
        directory = Path(temporary)
        known = Growing(directory / "known", _KNOWN)
        known.make()
        rounds = [measure(directory, known, number) for number in range(given.rounds)]
    print("| run | s of a processor |\n| --- | --: |")
    for name in rounds[0]:
        print(f"| {name} | {min(taken[name] for taken in rounds):.2f} |")


if __name__ == "__main__":
    main()
