"""What a question and an insertion cost as the index grows.

    python -m benchmarks.dedup.scale --data DIR [--sizes 10000,100000,1000000] [--folder DIR]

The index is filled with made-up keys, a sixth of them common as those of a template are; at each size the real stories
of DIR are asked for and added in the order of their days, texts included: normal form, keys, candidates, comparison.
CPU seconds of this process; what is merged while filling counts as insertion.
"""

from __future__ import annotations

import argparse
import resource
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.dedup.data import load
from slqncy.dedup import Compared, Deduplicator, compared
from slqncy.dedup.grams import distinct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.dedup.data import Doc
    from slqncy.dedup.grams import Hashes

_KEYS, _COMMON = 37, 6
_TEMPLATES = 5000
_MICRO = 1e6


class Row(NamedTuple):
    """The figures of one size."""

    stories: int
    question: float
    """Microseconds a story, comparison included."""
    compared: float
    """Stories that were compared with one."""
    insertion: float
    """Microseconds a story, all merging so far included."""
    slowest: float
    """Seconds of the longest insertion, which merges."""
    disk: float
    """Bytes a story."""
    memory: int
    """MB resident now."""
    peak: int
    """MB resident at most so far."""


class Scale:
    """An index that grows."""

    def __init__(self, folder: str, docs: list[Doc]) -> None:
        self._folder = Path(folder)
        self._docs = docs
        self._random = np.random.default_rng(1)
        self._templates = self._random.integers(0, 1 << 64, _TEMPLATES, dtype=np.uint64)
        self._texts: dict[int, Compared] = {}
        self._stories = Deduplicator(folder, self._text_of)
        self._inserting = self._slowest = 0.0
        self._count = 0

    def rows(self, sizes: list[int]) -> Iterator[Row]:
        share = len(self._docs) // len(sizes)
        for place, size in enumerate(sizes):
            while self._count < size:
                self._insert(self._made_up())
            # Other stories each time: those that were asked for are in the index.
            yield self._measure(self._docs[place * share : (place + 1) * share])

    def _text_of(self, number: int) -> Compared:
        # Of a made-up story there are keys only.
        return self._texts.get(number) or compared("", "")

    def _made_up(self) -> Hashes:
        keys = self._random.integers(0, 1 << 64, _KEYS, dtype=np.uint64)
        keys[:_COMMON] = self._templates[self._random.integers(0, _TEMPLATES, _COMMON)]
        return distinct(keys)

    def _insert(self, keys: Hashes) -> None:
        began = process_time()
        self._stories.index.add(self._count, keys)
        if self._stories.index.is_due:
            self._stories.flush()
        took = process_time() - began
        self._inserting += took
        self._slowest = max(self._slowest, took)
        self._count += 1

    def _measure(self, docs: list[Doc]) -> Row:
        asking = 0.0
        compared_before = self._stories.compared
        for doc in docs:
            began = process_time()
            story = compared(doc.title, doc.text, doc.day.isoformat())
            self._stories.find(story)
            asking += process_time() - began
            self._texts[self._count] = story
            self._insert(story.keys)
        size = sum(path.stat().st_size for path in self._folder.iterdir())
        return Row(
            stories=self._count,
            question=asking / len(docs) * _MICRO,
            compared=(self._stories.compared - compared_before) / len(docs),
            insertion=self._inserting / self._count * _MICRO,
            slowest=self._slowest,
            disk=size / self._count,
            memory=_resident(),
            peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        )


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() >> 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--folder", help="where the index is made; a temporary folder without it")
    options = parser.parse_args()
    with TemporaryDirectory(dir=options.folder) as folder:
        print("   stories  question  compared  insertion  both, us  slowest, s  bytes a story  MB now  MB most")
        for row in Scale(folder, load(options.data).by_day()).rows(list(map(int, options.sizes.split(",")))):
            print(
                f"{row.stories:10,}  {row.question:8.0f}  {row.compared:8.2f}  {row.insertion:9.0f}"
                f"  {row.question + row.insertion:8.0f}  {row.slowest:10.2f}  {row.disk:13.0f}  {row.memory:6}"
                f"  {row.peak:7}",
                flush=True,
            )


if __name__ == "__main__":
    main()
