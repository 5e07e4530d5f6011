"""What an export is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.records import Story


@dataclass(slots=True)
class Selection:
    """Versions of stories, to be read once and never to be held all at a time."""

    stories: Iterator[Story]
    token: str
    """For `scrapy changes --since`: what happened in the archive after what these are of."""
    count: int = 0
    """How many were read so far."""

    def __iter__(self) -> Iterator[Story]:
        for story in self.stories:
            self.count += 1
            yield story
