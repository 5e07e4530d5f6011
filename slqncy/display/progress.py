"""How far a run is."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from slqncy.display.quantities import plural, span

if TYPE_CHECKING:
    from collections.abc import Iterator

_MINUTE = 60.0


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
