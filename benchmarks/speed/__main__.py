"""What a page costs, side by side with bare Scrapy and others.

    python -m benchmarks.speed [--stories 5000] [--few 500] [--rounds 5] [--only bare,ours] [--json FILE]
    python -m benchmarks.speed --memory 100000

Two sites of real pages' sizes (`benchmarks.speed.site`), a small one and a large one, are served by a process of their
own. In rounds, in an order that turns, each contender reads a site in a process of its own, whose CPU time, clock time
and largest memory are taken by the parent (`wait4`): nothing is subtracted. What one page more costs is the difference
of the two sites. The slow contenders read the small one only, once.

That everybody was sent every page is checked by what the server has sent; that a replay reads them all, by the stories
it makes, which are as many as the crawl made. Printed: one table, and which targets are reached.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.speed import memory
from benchmarks.speed.contenders import CONTENDERS, LEAST, REPLAY, REPLAY_ALL, ROOT, WARC, Contender, Task
from benchmarks.speed.measure import FailedError, cost
from benchmarks.speed.server import Served, served
from benchmarks.speed.site import build
from benchmarks.speed.table import Run, table, targets

if TYPE_CHECKING:
    from collections.abc import Sequence


class Size(NamedTuple):
    """A site that is being served."""

    served: Served
    targets: Path
    captures: Path

    @property
    def pages(self) -> int:
        """HTML pages that there are."""
        return len(self.served.pages)


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=5000)
    parser.add_argument("--few", type=int, default=500, help="stories of the small site")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help="contenders, by name: " + ", ".join(one.name for one in CONTENDERS))
    parser.add_argument("--json", type=Path, help="a file for the figures of each run")
    parser.add_argument("--memory", type=int, metavar="PAGES", help="follow memory over so many pages instead")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        if given.memory:
            print(memory.follow(given.memory, Path(directory)))
            return 0
        chosen = _chosen(given.only)
        runs = _measure(chosen, sorted({given.few, given.stories}), given.rounds, Path(directory))
    if given.json:
        given.json.write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n", encoding="utf-8")
    print(table(runs, {one.name: one.label for one in chosen}, "bare"), end="\n\n")
    print(targets(runs))
    return 0


def _chosen(only: str | None) -> list[Contender]:
    """Those named, or all that are installed. Exits where a name is none's."""
    names = only.split(",") if only else [one.name for one in CONTENDERS]
    if unknown := set(names) - {one.name for one in CONTENDERS}:
        sys.exit(f"no contender is called {', '.join(sorted(unknown))}")
    chosen = [one for one in CONTENDERS if one.name in names and one.is_installed]
    for one in CONTENDERS:
        if one.name in names and not one.is_installed:
            print(f"left out, not installed: {one.label}", file=sys.stderr)
    if not {WARC} & {one.name for one in chosen}:  # captures are made by it
        chosen = [one for one in chosen if one.fetches]
    return chosen


def _measure(contenders: Sequence[Contender], stories: Sequence[int], rounds: int, directory: Path) -> list[Run]:
    runs: list[Run] = []
    for count in stories:
        with served(build, count) as site:
            here = directory / str(count)
            here.mkdir()
            size = Size(site, here / "targets", here / "captures")
            size.targets.write_text("\n".join(sorted(site.pages)) + "\n", encoding="utf-8")
            for number in range(rounds):
                once = number == 0 and count == stories[0]
                for one in _turned([one for one in contenders if once or not one.slow], number):
                    runs.append(_run(one, size, number, here / "work"))
                    print(f"{one.label}, round {number + 1}: {runs[-1].cpu_a_page:.2f} ms CPU a page", file=sys.stderr)
    return runs


def _turned(contenders: Sequence[Contender], number: int) -> list[Contender]:
    """Those who fetch, the next one first each round; then those who read what was captured, likewise."""
    groups = ([one for one in contenders if one.fetches], [one for one in contenders if not one.fetches])
    return [group[(place + number) % len(group)] for group in groups for place in range(len(group))]


def _run(contender: Contender, size: Size, number: int, work: Path) -> Run:
    """One run in an empty directory, checked. Raises FailedError."""
    work.mkdir()
    try:
        task = Task(size.served.base_url, work, size.targets, size.captures)
        took = cost(
            contender.command(task),
            ROOT if contender.in_project else work,
            log=work.with_suffix(".log"),
            cores=contender.cores,
            statuses=contender.statuses,
        )
        _check(contender, size, work)
        if contender.name == WARC and not size.captures.exists():
            shutil.move(work / "warc", size.captures)
            size.captures.with_suffix(".stories").write_text(str(_stories(work)), encoding="utf-8")
    finally:
        shutil.rmtree(work)
    return Run(contender.name, number, size.pages, *took)


def _check(contender: Contender, size: Size, work: Path) -> None:
    """That it has read every page. Raises FailedError."""
    if contender.fetches:
        asked = size.served.asked().keys()
        if asked != size.served.pages:
            raise FailedError(f"{contender.label}: was sent {len(asked)} of {size.pages} pages")
    elif contender.name == LEAST:
        if (read := int(work.with_suffix(".log").read_text(encoding="utf-8"))) != size.pages:
            raise FailedError(f"{contender.label}: read {read} of {size.pages} pages")
    elif contender.name in {REPLAY, REPLAY_ALL}:
        crawled = int(size.captures.with_suffix(".stories").read_text(encoding="utf-8"))
        if (found := _stories(work)) != crawled:
            raise FailedError(f"{contender.label}: made {found} stories, and the crawl {crawled}")


def _stories(archive: Path) -> int:
    """Lines of stories in an archive of ours."""
    return sum(path.read_bytes().count(b"\n") for path in archive.glob("stories/*.jsonl"))


if __name__ == "__main__":
    sys.exit(main())
