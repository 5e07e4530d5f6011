"""Which story, of all so far, a new one duplicates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slqncy.dedup.index import Index
from slqncy.dedup.kept import Kept
from slqncy.dedup.verdict import Thresholds, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.dedup.text import Compared

_MOST_COMPARED = 4
"""Stories that are compared with a new one: of labelled copies and rewrites the original was always among these."""
_KEPT_BYTES = 8 << 20
"""Of stories kept as they are compared, some 3,000: of one event there are many at a time."""


@dataclass(frozen=True, slots=True)
class Match:
    """The story that a new one duplicates."""

    number: int
    verdict: Verdict


class Deduplicator:
    """An index, and the texts to verify what it finds.

    `text_of` gives the story of a number that was added, as it is compared.
    """

    def __init__(
        self, folder: Path | str, text_of: Callable[[int], Compared], thresholds: Thresholds | None = None
    ) -> None:
        """Open or create the index in `folder`. Raises OSError."""
        self.index = Index(folder)
        self.compared = 0
        """How many times two stories were compared so far."""
        self._thresholds = thresholds or Thresholds()
        self._text_of = text_of
        self._kept = Kept(_KEPT_BYTES)

    def matches(self, story: Compared) -> list[Match]:
        """The stories that this one duplicates, the surest first; of equal ones the oldest."""
        found = [
            Match(number, verdict)
            for number in self.index.candidates(story.keys, _MOST_COMPARED)
            if (verdict := judge(story, self._story(number), self._thresholds))
        ]
        return sorted(found, key=lambda match: (match.verdict.rank, -match.number), reverse=True)

    def find(self, story: Compared) -> Match | None:
        """The first of `matches`, or None."""
        return next(iter(self.matches(story)), None)

    def add(self, number: int, story: Compared) -> None:
        """Know a story; `number` is the caller's, 64 bits, and larger than all before."""
        self.index.add(number, story.keys)
        self._kept.put(number, story)

    def clear(self) -> None:
        """Forget all stories."""
        self.index.clear()
        self._kept.clear()

    def flush(self) -> None:
        """Write what is new to disk. Raises OSError."""
        self.index.flush()

    def _story(self, number: int) -> Compared:
        self.compared += 1
        story = self._kept.get(number)
        if story is None:
            story = self._text_of(number)
            self._kept.put(number, story)
        return story
