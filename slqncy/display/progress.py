"""How far a run is: as a line of a log, and as a block at the foot of a terminal."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.text import Text

from slqncy.display.facts import labelled
from slqncy.display.quantities import plural, span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

_MINUTE = 60.0
_LABEL = 9
"""Cells."""
_LEAST_WIDTH = 30
"""Cells below which nothing is said shorter: a terminal of fewer shows the beginnings of lines."""
_MOST_LINES = 3
"""Of facts behind a label."""


class Outlook(NamedTuple):
    """What is left of a run, as far as that is known."""

    queued: int = 0
    """Pages that are found and not asked for yet; each of them may lead to more."""
    done: int = 0
    goal: int = 0
    """What the run ends at, at the latest; 0 where nothing is said of that."""
    unit: str = ""
    """Of `done` and `goal`."""


class Told(Protocol):
    """What can be shown of how far something is."""

    def facts(self) -> Iterator[tuple[str, list[str]]]:
        """Facts, each row of them behind a label."""

    @property
    def share(self) -> tuple[int, int]:
        """How much is done of how much, where that is known; of 0 otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is; times are in seconds."""

    new: int
    changed: int
    duplicates: int
    rejected: int
    failed: int
    lists: int
    pages: int
    """All that were asked for and answered, or not."""
    rate: float
    """Pages a minute."""
    delay: float
    """The pause before the next request; 0 where there is none, or where the site is not asked."""
    held: float
    """The pause that the site has asked for, as far as it is still to come."""
    reading: str
    """The page that is asked for, or "" where none is."""
    pending: int
    outlook: Outlook
    elapsed: float

    def facts(self) -> Iterator[tuple[str, list[str]]]:
        """Facts, each row of them behind a label."""
        yield "stories", stories(self.new, self.changed, self.duplicates, self.rejected, self.failed)
        pace = [f"{self.delay:.1f} s apart"] if self.delay else []
        yield "pages", [*pages(self.pages, self.lists, self.rate), *pace]
        if self.held:
            yield "waiting", [f"{span(self.held)} more, as the site has asked for"]
        if self.reading:
            yield "now", [self.reading]
        yield "time", [f"{span(self.elapsed)} so far", *self._left()]

    @property
    def share(self) -> tuple[int, int]:
        """How much is done of how much, where that is known; of 0 otherwise."""
        return min(self.outlook.done, self.outlook.goal), self.outlook.goal

    @property
    def left(self) -> int:
        """Pages that are known to be left, at least."""
        return self.outlook.queued + self.pending

    def _left(self) -> Iterator[str]:
        _, done, goal, unit = self.outlook
        if goal:
            yield f"{done} of at most {goal} {unit}"
            if 0 < done < goal:
                yield f"about {span(self.elapsed * (goal - done) / done)} left"
        elif self.left:
            yield f"at least {plural(self.left, 'page')} left"


class Rate:
    """Counts of a minute."""

    def __init__(self) -> None:
        self._counts: deque[tuple[float, int]] = deque()

    def at(self, now: float, count: int) -> float:
        """How many a minute, by what was counted in the last one, or since the first call."""
        self._counts.append((now, count))
        while len(self._counts) > 2 and self._counts[1][0] <= now - _MINUTE:  # noqa: PLR2004
            self._counts.popleft()
        then, before = self._counts[0]
        return (count - before) * _MINUTE / (now - then) if now > then else 0.0


def stories(new: int, changed: int, duplicates: int, rejected: int, failed: int) -> list[str]:
    """How many of each came, those that did not left out."""
    others = [(changed, "changed"), (duplicates, "duplicates"), (rejected, "rejected"), (failed, "failed")]
    return [f"{new} new", *(f"{count} {what}" for count, what in others if count)]


def pages(answered: int, lists: int, rate: float) -> list[str]:
    """How many were asked for, and how fast."""
    return [f"{answered} answered", plural(lists, "list"), f"{rate:.0f} a minute"]


def sentence(progress: Told) -> str:
    """A line of a log."""
    return "; ".join(", ".join(facts) for _, facts in progress.facts())


def block(progress: Told, width: int) -> RenderableType:
    """Lines that are narrower than the terminal, so that none of them wraps."""
    cells = max(width, _LEAST_WIDTH) - 1
    lines: list[RenderableType] = [Text("─" * (width - 1), "dim")]
    for label, facts in progress.facts():
        for line in labelled(label, facts, cells, _MOST_LINES, _LABEL):
            text = Text(line, no_wrap=True, overflow="crop")
            text.stylize("dim", 0, _LABEL)
            lines.append(text)
    done, goal = progress.share
    if goal:
        # The terminal writes ^C behind it, and would go on to the next line.
        lines.append(ProgressBar(goal, done, max(1, width - 3), complete_style="green", finished_style="green"))
    return Group(*lines)
