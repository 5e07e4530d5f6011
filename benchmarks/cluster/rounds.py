"""What is wrong after a round of a cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.cluster.audit import Audit, Manners, audit, manners
from benchmarks.cluster.equal import differences
from benchmarks.cluster.process import Crawl, write_profiles
from benchmarks.cluster.server import served
from slqncy.archive.verify import verify
from tests.crawling import scrapy

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.cluster.fleet import Fleet
    from benchmarks.cluster.lives import Lives
    from benchmarks.cluster.server import Shape, Visit

_LONGEST = 1800.0
"""Seconds that a process alone may take, or a merge."""


def add_fleet(parser: ArgumentParser) -> None:
    """Options that say of what rounds are."""
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--sites", type=int, default=6)
    parser.add_argument("--stories", type=int, default=40, help="of a site")
    parser.add_argument("--delay", type=float, default=0.05, help="seconds")
    parser.add_argument("--lease", type=int, default=3, help="seconds")
    parser.add_argument("--seed", type=int, default=1)


@dataclass(frozen=True, slots=True)
class Round:
    """A round, looked at when all workers have ended."""

    delay: float
    """That was to be kept, in seconds."""
    lives: Lives
    found: Audit
    manners: Manners
    defects: list[str] = field(default_factory=list)
    """What `verify --full` found."""
    differing: list[str] = field(default_factory=list)
    """Lines that the archive of a process alone has not, or has otherwise, once both are judged in one order."""
    late: list[str] = field(default_factory=list)
    """Stories that only the next round asked for: the first had lost sight of them."""

    @property
    def bad(self) -> int:
        """How much is wrong."""
        rude = (self.manners.least_gap < self.delay) + (self.manners.in_flight > 1)
        return self.found.bad + rude + len((*self.defects, *self.differing, *self.late, *self.lives.failed))

    def __str__(self) -> str:
        """Figures in a line, and a line for each thing that is wrong."""
        found, seen = self.found, self.manners
        line = (
            f"{found.stories} stories, {found.duplicates} copies, {len(found.lost)} lost, {len(found.twice)} twice, "
            f"{len(found.wrong) + len(found.foreign)} wrong, {len(found.unseen)} copies unseen, "
            f"{len(self.defects)} defects, {len(self.differing)} lines differ, {len(self.late)} late; "
            f"{seen.requests} requests, {seen.again} pages again, least gap {seen.least_gap * 1000:.1f} ms"
        )
        wrong = (
            *found.lost,
            *found.twice,
            *found.wrong,
            *found.foreign,
            *found.unseen,
            *self.defects,
            *self.differing,
            *self.lives.failed,
        )
        return "\n  ".join((line, *wrong))


def judge(job: Crawl, fleet: Fleet, visits: list[Visit], lives: Lives, *, alone: Path, first: int) -> Round:
    """Hold an archive to the truth about the sites and to that of a process alone, and the workers to their manners.

    `alone` is what `crawl_alone` gave, and so many visits were of the `first` round. No worker may have been killed
    last. Raises RuntimeError where the archive cannot be merged.
    """
    defects = list(map(str, verify(job.archive, full=True).defects))
    differing = list(differences(alone, _in_one_order(job.archive), urls=False))
    late = _stories(fleet, visits[first:]) - _stories(fleet, visits[:first])
    return Round(job.delay, lives, audit(job.archive, fleet), manners(visits), defects, differing, sorted(late))


def _stories(fleet: Fleet, visits: Iterable[Visit]) -> set[str]:
    """URLs of the stories that were asked for."""
    hosts = {site.name: site.host for site in fleet.sites}
    asked = {f"http://{hosts[visit.site]}{visit.target}" for visit in visits}
    return asked & {address.url for address in fleet.addresses}


def crawl_alone(shape: Shape, fleet: Fleet, folder: Path) -> Path:
    """The archive of one process that nobody disturbs, judged in the order of `scrapy merge`; in a new folder.

    Raises RuntimeError where anything is wrong with it.
    """
    folder.mkdir()
    with served(shape, folder / "requests.log") as server:
        job = Crawl(write_profiles(fleet, server, folder / "sites"), folder / "archive", delay=0.0)
        _scrapy(*job.arguments("alone"))
    found = audit(job.archive, fleet)
    if found.bad:
        raise RuntimeError(f"{found}")
    return _in_one_order(job.archive)


def _in_one_order(archive: Path) -> Path:
    """A copy beside it whose pages are judged for copies in an order that does not hang on who crawled what when."""
    merged = archive.with_name(f"{archive.name}.merged")
    _scrapy("merge", str(archive), str(merged))
    return merged


def _scrapy(*arguments: str) -> None:
    done = scrapy(*arguments, timeout=_LONGEST)
    if done.status:
        raise RuntimeError(f"scrapy {' '.join(arguments)}: exit status {done.status}\n{done.errors}")
