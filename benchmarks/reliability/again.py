"""What a second run costs: crawl a site, crawl it again as it is, and once more after it has changed.

    python -m benchmarks.reliability.again [--stories 2000]

Printed for each run: requests, answers 304, new lines by file, seconds of CPU and of the clock. Exit status 1 where
a run failed, or where the archive does not hold exactly what the site had.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import TYPE_CHECKING

from benchmarks.reliability.crawl_site import NOT_FOUND, SOFT_404, Site
from slqncy.archive import Archive
from slqncy.archive.layout import LEDGER, SEAL, Kind, is_archive, kind_of, made_at, segment_name
from slqncy.archive.verify import verify
from slqncy.demo import DemoResponse, serving
from slqncy.reasons import EventKind
from slqncy.records import Event, encode, moment
from tests.crawling import crawl_arguments, scrapy_from_nothing, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.demo import DemoServer
    from slqncy.records import Line

SECTION = "szxw"
NEWS_PER_PAGE = 20
FIRST_NUMBER = 1001
"""Smaller numbers are left for news that are numbered below all others."""
VANISHED = DemoResponse(200, {**SOFT_404.headers, "ETag": '"vanished"'}, SOFT_404.body)
"""A page that says that there is no such story."""


def big_site(stories: int) -> Site:
    """One list, newest first, and a sitemap of the fifty oldest."""
    numbers = list(range(FIRST_NUMBER + stories - 1, FIRST_NUMBER - 1, -1))
    return Site({SECTION: numbers}, per_page=NEWS_PER_PAGE, mapped={SECTION: numbers[-50:]})


@dataclass(frozen=True)
class Change:
    """Numbers of the stories concerned."""

    new: list[int]
    """In the order of the list."""
    edited: list[int]
    missing: list[int]
    """They answer 404."""
    soft: list[int]
    """They answer 200, and say that there is no such story."""

    @property
    def gone(self) -> list[int]:
        """Stories that were taken off the site."""
        return self.missing + self.soft


def change(site: Site) -> Change:
    """Put 5 % new stories on top, a tenth of them numbered below all others; edit 2 % of the old ones, remove 1 %."""
    old = site.sections[SECTION]
    added, edits, removals = len(old) * 5 // 100, len(old) * 2 // 100, len(old) // 100
    low = list(range(min(old) - 1, min(old) - 1 - added // 10, -1))
    new = list(range(max(old) + added - len(low), max(old), -1))
    for place, number in enumerate(low):
        new.insert(place * 10 + 5, number)
    step = len(old) // (edits + removals)
    chosen = old[step // 2 :: step][: edits + removals]
    gone, edited = chosen[: removals * 3 : 3], [*chosen[1 : removals * 3 : 3], *chosen[2 : removals * 3 : 3]]
    edited += chosen[removals * 3 :]
    done = Change(new, edited, missing=gone[::2], soft=gone[1::2])
    site.sections[SECTION] = new + old
    site.texts |= {(SECTION, number): edited_text(number) for number in done.edited}
    site.instead |= {story_path(number): NOT_FOUND for number in done.missing}
    site.instead |= {story_path(number): VANISHED for number in done.soft}
    site.changed()
    return done


def story_path(number: int, section: str = SECTION) -> str:
    """Request target of a story."""
    return f"/{section}/{number}.html"


def edited_text(number: int) -> str:
    """The text of a number, with one more paragraph."""
    return f"{text_of(number)}\n更正:{number}名志愿者中有{number % 7 + 1}名学生。"


def grow_older(archive: Path, by: timedelta) -> None:
    """As if all in an archive had happened so much earlier; the next run builds the ledger from the lines."""
    files: dict[str, list[bytes]] = {}
    for line in _lines(archive):
        earlier = _earlier(made_at(line), by)
        if isinstance(line, Event):
            line.at = earlier
        else:
            line.date_downloaded = earlier
        files.setdefault(segment_name(kind_of(line), earlier[:7]), []).append(encode(line))
    for path in [archive / LEDGER, archive / SEAL, *(path for kind in Kind for path in (archive / kind).glob("*"))]:
        path.unlink(missing_ok=True)
    for name, content in files.items():
        (archive / name).write_bytes(b"".join(content))


def _earlier(at: str, by: timedelta) -> str:
    return moment(datetime.fromisoformat(at) - by)


def counted(archive: Path) -> Counter[Kind]:
    """Lines in an archive, by kind."""
    if not is_archive(archive):
        return Counter()
    return Counter(map(kind_of, _lines(archive)))


def _lines(archive: Path) -> Iterator[Line]:
    found = Archive(archive)
    return chain(found.events(), found.stories(), found.duplicates(), found.rejected(), found.rewrites())


@dataclass(frozen=True)
class Cost:
    """What a run took, and what it brought."""

    requests: int
    """As the server saw them, robots.txt included."""
    not_modified: int
    new: Counter[Kind]
    cpu: float
    wall: float
    failures: list[str] = field(default_factory=list)


def run(archive: Path, server: DemoServer) -> Cost:
    """Crawl once. Seconds are those of the crawl's process, its start included."""
    before, asked = counted(archive), len(server.requests)
    cpu, began = _cpu_of_children(), time.monotonic()
    result = scrapy_from_nothing(*crawl_arguments(archive, server.base_url))
    wall, cpu = time.monotonic() - began, _cpu_of_children() - cpu
    failures = [f"exit status {result.status}: {result.errors[-500:]}"] if result.status else []
    failures += verify(archive, full=True).defects
    events = list(Archive(archive).events())
    not_modified = sum(event.run_id == events[-1].run_id and event.event is EventKind.NOT_MODIFIED for event in events)
    return Cost(len(server.requests) - asked, not_modified, counted(archive) - before, cpu, wall, failures)


def _cpu_of_children() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Crawl, print, and give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability.again", description=__doc__)
    parser.add_argument("--stories", type=int, default=2000)
    stories: int = parser.parse_args().stories
    if stories < 100:  # noqa: PLR2004  # below, one percent is no story
        parser.error("--stories must be at least 100")
    site = big_site(stories)
    with tempfile.TemporaryDirectory() as directory, serving(site) as server:
        archive = Path(directory) / "archive"
        costs = {"first run": run(archive, server), "unchanged site": run(archive, server)}
        grow_older(archive, timedelta(hours=2))
        done = change(site)
        costs["after the change"] = run(archive, server)
    print(f"{stories} stories; then {len(done.new)} new, {len(done.edited)} edited, {len(done.gone)} gone, all due")
    _print(costs)
    wrong = [f"{name}: {failure}" for name, cost in costs.items() for failure in cost.failures]
    expected = (stories, 0, len(done.new) + len(done.edited))
    for (name, cost), lines in zip(costs.items(), expected, strict=True):
        if (cost.new[Kind.STORY], cost.new[Kind.DUPLICATE], cost.new[Kind.REJECTED]) != (lines, 0, 0):
            wrong.append(f"{name}: {dict(cost.new)} new lines, expected {lines} stories and nothing else but events")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


def _print(costs: dict[str, Cost]) -> None:
    names = ("requests", "304s", *(f"+{kind}" for kind in Kind), "cpu s", "wall s")
    print(f"{'':18}" + "".join(f"{name:>12}" for name in names))
    for run, cost in costs.items():
        figures = [cost.requests, cost.not_modified, *(cost.new[kind] for kind in Kind)]
        print(f"{run:18}" + "".join(f"{n:>12}" for n in figures) + f"{cost.cpu:>12.2f}{cost.wall:>12.2f}")
    first, second, *_ = costs.values()
    ratios = ((second.requests, first.requests), (second.cpu, first.cpu), (second.wall, first.wall))
    requests, cpu, wall = (part / whole for part, whole in ratios)
    print(f"second run / first run: requests {requests:.4f}, cpu {cpu:.3f}, wall {wall:.3f}")


if __name__ == "__main__":
    sys.exit(main())
