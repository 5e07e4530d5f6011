"""A table in memory, which does what the index should; and an index whose sizes a few stories reach."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pytest

from slqncy.dedup import index as indexes
from slqncy.dedup import recent as recents
from slqncy.dedup import run as runs
from slqncy.dedup.keys import COMMON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.dedup.grams import Hashes
    from slqncy.dedup.index import Index

MOST = 5
"""Stories of one key, in these tests."""
POOL = [number << 58 | 1 << 26 | number for number in range(64)]
"""Keys; few enough to meet again."""


def keys(numbers: set[int]) -> Hashes:
    return np.array(sorted(numbers), dtype=np.uint64)


@contextmanager
def small() -> Iterator[Path]:
    """A folder, with all sizes so small that a few stories reach them."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for module in (recents, runs):
            patch.setattr(module, "MOST_POSTINGS", MOST)
        for module, name, value in (
            (indexes, "_SMALL", 2), (indexes, "_TIMES", 2), (runs, "_BUCKET", 1), (runs, "_CHUNK", 4),
            (runs, "_HELD", 20),
        ):  # fmt: skip
            patch.setattr(module, name, value)
        yield Path(folder)


class Model:
    """What an index should do, in a few lines."""

    def __init__(self) -> None:
        self.stories: dict[int, set[int]] = {}

    def candidates(self, asked: set[int], most: int) -> list[int]:
        having = {key: [number for number, its in self.stories.items() if key in its] for key in asked}
        hits = Counter(number for numbers in having.values() if len(numbers) <= MOST for number in numbers)
        found = [number for number, count in hits.items() if count >= COMMON]
        return sorted(found, key=lambda number: (-hits[number], number))[:most]


def agree(index: Index, model: Model, asked: list[set[int]], most: int) -> None:
    assert len(index) == len(model.stories)
    assert index.last == max(model.stories, default=None)
    for question in [*asked, *model.stories.values()]:
        assert index.candidates(keys(question), most) == model.candidates(question, most)
