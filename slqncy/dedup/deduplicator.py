"""Which story, of all so far, a new one duplicates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from slqncy.dedup.index import Index
from slqncy.dedup.kept import Kept
from slqncy.dedup.verdict import Thresholds, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from slqncy.dedup.grams import Hashes
    from slqncy.dedup.text import Compared

MOST_COMPARED = 4
"""Stories that are compared with a new one: of labelled copies and rewrites the original was always among these."""
_KEPT_BYTES = 8 << 20
"""Of stories kept as they are compared, some 3,000: of one event there are many at a time."""


@dataclass(frozen=True, slots=True)
class Match:
    """The story that a new one duplicates."""

    number: int
    verdict: Verdict


class Candidates(Protocol):
    """The stories so far, to be found by their keys."""

    def add(self, number: int, keys: Hashes) -> None:
        """Know a story; `number` is the caller's, and larger than all before."""

    def candidates(self, keys: Hashes, most: int) -> list[int]:
        """Numbers of the stories with the most keys in common, `COMMON` at least; of equal ones the oldest first."""


class Verifier:
    """The texts by which candidates are verified."""

    def __init__(self, text_of: Callable[[int], Compared], thresholds: Thresholds) -> None:
        """`text_of` gives the story of a number, as it is compared."""
        self.compared = 0
        """How many times two stories were compared so far."""
        self._thresholds = thresholds
        self._text_of = text_of
        self._kept = Kept(_KEPT_BYTES)

    def matches_among(self, candidates: Iterable[int], story: Compared) -> list[Match]:
        """Those of the candidates that a story duplicates, the surest first; of equal ones the oldest."""
        found = [
            Match(number, verdict)
            for number in candidates
            if (verdict := judge(story, self._story(number), self._thresholds))
        ]
        return sorted(found, key=lambda match: (match.verdict.rank, -match.number), reverse=True)

    def keep(self, number: int, story: Compared) -> None:
        """Hold the story of a number, which is likely to be asked for."""
        self._kept.put(number, story)

    def _story(self, number: int) -> Compared:
        self.compared += 1
        story = self._kept.get(number)
        if story is None:
            story = self._text_of(number)
            self._kept.put(number, story)
        return story


class Finder(Verifier):
    """What finds candidates, and the texts to verify them."""

    def __init__(self, index: Candidates, text_of: Callable[[int], Compared], thresholds: Thresholds) -> None:
        """`text_of` gives the story of a number that was added, as it is compared."""
        super().__init__(text_of, thresholds)
        self._index = index

    def matches(self, story: Compared) -> list[Match]:
        """The stories that this one duplicates, the surest first; of equal ones the oldest."""
        return self.matches_among(self._index.candidates(story.keys, MOST_COMPARED), story)

    def find(self, story: Compared) -> Match | None:
        """The first of `matches`, or None."""
        return next(iter(self.matches(story)), None)

    def add(self, number: int, story: Compared) -> None:
        """Know a story; `number` is the caller's, 64 bits, and larger than all before."""
        self._index.add(number, story.keys)
        self.keep(number, story)


class Deduplicator(Finder):
    """A finder with an index in a folder."""

    def __init__(
        self, folder: Path | str, text_of: Callable[[int], Compared], thresholds: Thresholds | None = None
    ) -> None:
        """Open or create the index in `folder`; `text_of` as for a `Finder`. Raises OSError."""
        self.index = Index(folder)
        super().__init__(self.index, text_of, thresholds or Thresholds())

    def clear(self) -> None:
        """Forget all stories."""
        self.index.clear()
        self._kept.clear()

    def flush(self) -> None:
        """Write what is new to disk. Raises OSError."""
        self.index.flush()
