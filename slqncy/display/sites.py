"""How far the runs of many sites are that one process has going."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slqncy.display.progress import pages, stories
from slqncy.display.quantities import plural, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slqncy.display.progress import Progress


@dataclass(frozen=True, slots=True)
class Counts:
    """What came of pages, as `Progress` has it."""

    new: int = 0
    changed: int = 0
    duplicates: int = 0
    rejected: int = 0
    failed: int = 0
    lists: int = 0
    pages: int = 0

    def plus(self, progress: Progress) -> Counts:
        """The same and what came in a run."""
        return Counts(
            self.new + progress.new, self.changed + progress.changed, self.duplicates + progress.duplicates,
            self.rejected + progress.rejected, self.failed + progress.failed, self.lists + progress.lists,
            self.pages + progress.pages,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesProgress:
    """How far they are."""

    counts: Counts
    """Of all of them, those that are over too."""
    rate: float
    """Pages a minute."""
    going: Mapping[str, Progress]
    """By name of the site."""
    done: int
    failed: int
    """Of those done, those whose run was no success."""
    sites: int | None
    """All there are, those included that wait for their turn; None where that is not known."""
    elapsed: float
    """Seconds."""

    def facts(self) -> Iterator[tuple[str, list[str]]]:
        """Facts, each row of them behind a label."""
        counts = self.counts
        yield "stories", stories(counts.new, counts.changed, counts.duplicates, counts.rejected, counts.failed)
        yield "pages", pages(counts.pages, counts.lists, self.rate)
        done = f"{self.done} of {self.sites} done" if self.sites else f"{self.done} done"
        waiting = (self.sites or 0) - self.done - len(self.going)
        states = [(self.failed, "failed"), (waiting, "waiting for their turn")]
        yield "sites", [f"{len(self.going)} going on", done, *(f"{n} {what}" for n, what in states if n > 0)]
        if held := {name: run.held for name, run in self.going.items() if run.held}:
            longest = max(held, key=held.__getitem__)
            others = [f"{plural(len(held) - 1, 'other site')} too"] if len(held) > 1 else []
            yield "waiting", [f"{longest} has asked for {span(held[longest])} more", *others]
        if self.going:
            name, slowest = max(self.going.items(), key=lambda item: _time_left(item[1]))
            reading = [slowest.reading] if slowest.reading else []
            yield "slowest", [f"{name} has at least {plural(slowest.left, 'page')} left", *reading]
        yield "time", [f"{span(self.elapsed)} so far"]

    @property
    def share(self) -> tuple[int, int]:
        """How many sites are done, of how many."""
        return self.done, self.sites or 0


def _time_left(run: Progress) -> float:
    """Seconds that what is left takes at least, at the pace so far."""
    return run.left * run.elapsed / max(run.pages, 1) + run.held
