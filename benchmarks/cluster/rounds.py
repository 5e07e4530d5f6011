"""What is wrong after a round of a cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.cluster.audit import Audit, Manners, audit, manners
from slqncy.archive.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.cluster.fleet import Fleet
    from benchmarks.cluster.lives import Lives
    from benchmarks.cluster.process import Crawl
    from benchmarks.cluster.server import Visit


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

    @property
    def bad(self) -> int:
        """How much is wrong."""
        rude = (self.manners.least_gap < self.delay) + (self.manners.in_flight > 1)
        return self.found.bad + rude + len(self.defects) + len(self.lives.failed)

    def __str__(self) -> str:
        """Figures in a line, and a line for each thing that is wrong."""
        found, seen = self.found, self.manners
        line = (
            f"{found.stories} stories, {found.duplicates} copies, {len(found.lost)} lost, {len(found.twice)} twice, "
            f"{len(found.wrong) + len(found.foreign)} wrong, {len(found.unseen)} copies unseen, "
            f"{len(self.defects)} defects; {seen.requests} requests, {seen.again} pages again, "
            f"least gap {seen.least_gap * 1000:.1f} ms"
        )
        wrong = (*found.lost, *found.twice, *found.wrong, *found.foreign, *self.defects, *self.lives.failed)
        return "\n  ".join((line, *wrong))


def judge(job: Crawl, fleet: Fleet, visits: Iterable[Visit], lives: Lives) -> Round:
    """Hold the archive to the truth about the sites, and the workers to their manners."""
    defects = list(map(str, verify(job.archive, full=True).defects))
    return Round(job.delay, lives, audit(job.archive, fleet), manners(visits), defects)
