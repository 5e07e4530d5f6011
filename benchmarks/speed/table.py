"""Figures of many runs as one table, and what they say of the targets: pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a contender took."""

    contender: str
    round: int
    pages: int
    """Pages it fetched or read."""
    cpu: float
    """Seconds of the process and its children."""
    wall: float
    """Seconds."""
    peak: int
    """Bytes in memory at most."""

    @property
    def cpu_a_page(self) -> float:
        """Milliseconds, with all it takes to start and end."""
        return self.cpu / self.pages * 1000

    @property
    def rate(self) -> float:
        """Pages a second by the clock."""
        return self.pages / self.wall


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some figures, the least and the most of them."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """Of one figure at least."""
        return cls(median(figures), min(figures), max(figures))

    def show(self, digits: int) -> str:
        """As `5.31 (5.20-5.62)`; a figure alone where there is one."""
        middle = f"{self.middle:.{digits}f}"
        return middle if self.least == self.most else f"{middle} ({self.least:.{digits}f}-{self.most:.{digits}f})"


@dataclass(frozen=True, slots=True)
class Target:
    """A ratio of two contenders, and the least or most that it should be."""

    says: str
    of: str
    to: str
    what: Callable[[Run], float]
    bound: float
    at_most: bool


TARGETS = (
    Target(
        "CPU a page of ours, without WARC, to bare Scrapy's", "ours", "bare", lambda run: run.cpu_a_page, 1.35, True
    ),
    Target(
        "CPU a page of ours, with WARC, to bare Scrapy's", "ours-warc", "bare", lambda run: run.cpu_a_page, 1.5, True
    ),
    Target("pages a second of ours to bare Scrapy's", "ours-warc", "bare", lambda run: run.rate, 0.8, False),
    Target("pages a second of ours to news-please's", "ours-warc", "news-please", lambda run: run.rate, 10, False),
    Target(
        "pages a second of a replay on one core to those of FastWARC and lxml",
        "replay",
        "least",
        lambda run: run.rate,
        0.6,
        False,
    ),
    Target(
        "pages a second of a replay on all cores to those on one",
        "replay-all",
        "replay",
        lambda run: run.rate,
        1.8,
        False,
    ),
    Target("memory of ours at its peak to bare Scrapy's", "ours-warc", "bare", lambda run: run.peak, 1.5, True),
)


def of(runs: Sequence[Run], contender: str, pages: int) -> list[Run]:
    """The runs of a contender over so many pages."""
    return [run for run in runs if run.contender == contender and run.pages == pages]


def ratio(runs: Sequence[Run], base: Sequence[Run], what: Callable[[Run], float]) -> Spread | None:
    """The ratio of the medians, with the least and the most ratio within a round; None where no round has both."""
    by_round = {run.round: run for run in base}
    pairs = [(what(run), what(by_round[run.round])) for run in runs if run.round in by_round]
    if not pairs:
        return None
    ours, theirs = zip(*pairs, strict=True)
    within = [one / other for one, other in pairs]
    return Spread(median(ours) / median(theirs), min(within), max(within))


def marginal(whole: Sequence[Run], few: Sequence[Run]) -> Spread | None:
    """Milliseconds of CPU for one page more: the difference of two sizes in each round."""
    by_round = {run.round: run for run in few}
    pairs = [(run, by_round[run.round]) for run in whole if run.round in by_round]
    figures = [(run.cpu - less.cpu) / (run.pages - less.pages) * 1000 for run, less in pairs if run.pages > less.pages]
    return Spread.of(figures) if figures else None


def table(runs: Sequence[Run], labels: Mapping[str, str], base: str) -> str:
    """A table in Markdown, a row a contender, in the order of `labels`; ratios are to `base` over as many pages."""
    head = ("", "pages", "ms CPU a page", "one page more", "ms a page", "pages/s", "peak MB", "times bare Scrapy's CPU")
    rows = [row for name, label in labels.items() if (row := _row(runs, name, label, base))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---", *("--:" for _ in head[1:])), *rows))


def _row(runs: Sequence[Run], name: str, label: str, base: str) -> tuple[str, ...] | None:
    sizes = sorted({run.pages for run in runs if run.contender == name})
    if not sizes:
        return None
    whole = of(runs, name, sizes[-1])
    more = marginal(whole, of(runs, name, sizes[0]))
    times = ratio(whole, of(runs, base, sizes[-1]), lambda run: run.cpu_a_page)
    return (
        label,
        f"{sizes[-1]:,}",
        Spread.of([run.cpu_a_page for run in whole]).show(2),
        more.show(2) if more else "",
        f"{median(1000 / run.rate for run in whole):.2f}",
        f"{median(run.rate for run in whole):.0f}",
        f"{median(run.peak for run in whole) / 1e6:.0f}",
        times.show(2) if times else "",
    )


def targets(runs: Sequence[Run]) -> str:
    """A line a target whose contenders have run: what was measured, and whether it is reached."""
    return "\n".join(line for target in TARGETS if (line := _judged(runs, target)))


def _judged(runs: Sequence[Run], target: Target) -> str:
    shared = {run.pages for run in runs if run.contender == target.of} & {
        run.pages for run in runs if run.contender == target.to
    }
    if not shared:
        return ""
    found = ratio(of(runs, target.of, max(shared)), of(runs, target.to, max(shared)), target.what)
    if not found:
        return ""
    reached = found.middle <= target.bound if target.at_most else found.middle >= target.bound
    side = "at most" if target.at_most else "at least"
    judged = "reached" if reached else "**not reached**"
    return f"- {target.says}: {found.show(2)}, should be {side} {target.bound}: {judged}"
