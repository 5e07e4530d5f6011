"""What a run and the commands cost as the archive grows.

    python -m benchmarks.speed.growth [--sizes 1000,10000,100000,1000000] [--directory DIR]

Archives of so many known stories (`benchmarks.reliability.big`: texts of 200 characters), which a first crawl gives
their index of copies. The site has one list that shows the newest 100 stories. Each step is a process of its own:
seconds of processor and clock, and its peak memory, taken by its parent. `dedup --rescore` compares every story with
all before it, and is left out above 10,000; so is a run that finds 1 % new above 100,000.

Archives stay in DIR, if one is named, and are not made again. A million stories take 4 GB, and half an hour to make.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.reliability.big import make_big
from benchmarks.reliability.crawl_site import Site
from benchmarks.speed.measure import cost
from slqncy.archive.layout import INDEX, LEDGER, WARC, Kind, is_archive
from slqncy.demo.server import serving
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    from benchmarks.speed.measure import Cost

SHOWN = 100
"""Stories on the list."""
MOST_RESCORED, MOST_PERCENT = 10_000, 100_000
ROOT = Path(__file__).parents[2]
SECTION = "szxw"
NOBODY = "http://127.0.0.1:1"
MB = 1_000_000


class Step(NamedTuple):
    """What was done, and what it took."""

    what: str
    cost: Cost
    requests: int | None = None


def scrapy(log: Path, *arguments: str, status: ExitStatus = ExitStatus.OK) -> Cost:
    """A command. Raises FailedError where it ends otherwise."""
    return cost([sys.executable, "-m", "scrapy", *arguments], ROOT, log=log, statuses=(status,))


class Growing:
    """An archive of so many known stories, and the site that it is of."""

    def __init__(self, root: Path, stories: int) -> None:
        self.root = root
        self.stories = stories
        self.newest = stories
        self._log = root.with_suffix(".log")

    def make(self) -> None:
        """Make it, unless it is there."""
        if not is_archive(self.root):
            make_big(self.root, self.stories)
        self.crawl("first", 0)

    def crawl(self, what: str, new: int, *, has_validators: bool = True) -> Step:
        """A run that finds so many new stories."""
        self.newest += new
        shown = range(self.newest, max(0, self.newest - max(SHOWN, new)), -1)
        site = Site({SECTION: [*shown]}, per_page=len(shown), has_validators=has_validators)
        with serving(site) as server:
            spent = scrapy(self._log, *self._crawl(server.base_url))
            return Step(what, spent, len(server.requests))

    def fail(self) -> Step:
        """A run that finds nobody there."""
        return Step("run that fails at once", scrapy(self._log, *self._crawl(NOBODY), status=ExitStatus.UNAVAILABLE))

    def command(self, *arguments: str) -> Step:
        """A command on the archive."""
        return Step(" ".join(arguments), scrapy(self._log, *arguments, "-s", f"ARCHIVE_DIR={self.root}"))

    def _crawl(self, base_url: str) -> list[str]:
        return [
            "crawl", "stories", "-L", "WARNING", "-a", f"base_url={base_url}", "-s", f"ARCHIVE_DIR={self.root}",
            "-s", "DOWNLOAD_DELAY=0",
        ]  # fmt: skip

    def disk(self) -> dict[str, float]:
        """Bytes a story, of what there is of each kind."""
        lines = sum(_size(self.root / kind) for kind in Kind)
        ledger = sum(path.stat().st_size for path in self.root.glob("ledger.*"))
        sizes = {"lines": lines, f"{INDEX}/": _size(self.root / INDEX), LEDGER: ledger}
        return {name: size / self.newest for name, size in sizes.items()}

    def captured(self) -> tuple[float, float]:
        """Of a run that finds 100 new stories: bytes under warc/ a page, and those of such a page as gzip has it."""
        before = _size(self.root / WARC)
        step = self.crawl("", SHOWN)
        assert step.requests
        number = self.newest
        site = Site({SECTION: [number, number - 1]})
        page = site.respond(f"/{SECTION}/{number}.html").body
        return (_size(self.root / WARC) - before) / step.requests, len(gzip.compress(page))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*") if path.is_file())


def steps(archive: Growing) -> list[Step]:
    """Everything that is measured of an archive."""
    done = [
        archive.fail(),
        archive.crawl("run, nothing new, list answers 304", 0),
        archive.crawl("run, nothing new, no validators", 0, has_validators=False),
        archive.crawl(f"run, 1 new of {SHOWN} listed", 1),
    ]
    if archive.stories <= MOST_PERCENT:
        done.append(archive.crawl("run, 1 % of the archive new", archive.stories // 100))
    done += [archive.command("verify"), archive.command("rebuild")]
    if archive.stories <= MOST_RESCORED:
        done.append(archive.command("dedup", "--rescore"))
    return done


def table(found: dict[int, list[Step]]) -> str:
    """Of each step and size: seconds of processor, of the clock, and megabytes."""
    names = dict.fromkeys(step.what for of_size in found.values() for step in of_size)
    heads = [f"{stories:,}" for stories in found]
    rows = [["known stories", *heads], ["---"] * (len(heads) + 1)]
    for name in names:
        cells = [next((step for step in of_size if step.what == name), None) for of_size in found.values()]
        rows.append([name, *map(_cell, cells)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(step: Step | None) -> str:
    if step is None:
        return ""
    requests = "" if step.requests is None else f", {step.requests} requests"
    return f"{step.cost.cpu:.2f} s CPU, {step.cost.wall:.2f} s, {step.cost.peak / MB:.0f} MB{requests}"


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000", help="known stories of each archive")
    parser.add_argument("--directory", type=Path, help="where the archives are made, and stay")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        directory = given.directory or Path(temporary)
        archives = [Growing(directory / size, int(size)) for size in given.sizes.split(",")]
        for archive in archives:
            archive.make()
        found = {archive.stories: steps(archive) for archive in archives}
        print(table(found))
        for archive in archives:
            print(f"{archive.stories:,}:", ", ".join(f"{name} {size:.0f}" for name, size in archive.disk().items()))
        captured, packed = archives[0].captured()
        print(f"bytes a page under {WARC}/: {captured:.0f}; such a page as gzip has it: {packed:.0f}")


if __name__ == "__main__":
    main()
