"""simhash: 64 bits a story, near where few of them differ.

All fingerprints are compared: where thirteen bits may differ, an index by blocks of bits, as the library has one, finds
most of them.
"""

from __future__ import annotations

from array import array
from collections import Counter
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING

import numpy as np
from simhash import Simhash  # type: ignore[import-not-found, import-untyped, unused-ignore]  # no dependency of the project

from benchmarks.dedup.methods.grams import grams
from benchmarks.dedup.methods.protocol import Found, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.dedup.data import Doc

BITS = 64
MOST_DIFFERENT = 13
STEPS = 4
"""To a unit of idf: whole weights are several times faster in the library."""
HEAVIEST = 50
"""Heavier features are slow in the library, and some of them an error."""


class SimHash:
    """Grams weigh what they occur."""

    def __init__(self) -> None:
        self.verified = 0
        self._ids: list[str] = []
        self._prints = array("Q")
        # A story that is asked about and then added has its fingerprint made once.
        self._print = lru_cache(maxsize=1)(self._made)

    def add(self, doc: Doc) -> None:
        self._prints.append(self._print(doc.text))
        self._ids.append(doc.id)

    def ask(self, doc: Doc) -> list[Found]:
        self.verified += len(self._ids)
        different = np.bitwise_count(np.frombuffer(self._prints, np.uint64) ^ np.uint64(self._print(doc.text)))
        near = np.flatnonzero(different <= MOST_DIFFERENT)
        best = near[np.argsort(different[near], kind="stable")]
        return [Found(self._ids[number], Kind.NEAR, 1 - int(different[number]) / BITS) for number in best]

    def _made(self, text: str) -> int:
        weights = {gram: min(self._weight(gram) * times, HEAVIEST) for gram, times in Counter(grams(text)).items()}
        value: int = Simhash(weights, f=BITS).value
        return value

    def _weight(self, gram: str) -> int:
        return 1


class SimHashIdf(SimHash):
    """Grams weigh more the fewer stories have them, of all that will be added: more than a stream could know."""

    def __init__(self) -> None:
        super().__init__()
        self._stories = 0
        self._having: Counter[str] = Counter()

    def fit(self, docs: Iterable[Doc]) -> None:
        for doc in docs:
            self._stories += 1
            self._having.update(set(grams(doc.text)))

    def _weight(self, gram: str) -> int:
        return max(1, round(STEPS * log(self._stories / max(1, self._having[gram]))))
