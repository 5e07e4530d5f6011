"""Stories in memory by their keys, and the choice among what several such tables have found."""

from __future__ import annotations

from collections import Counter
from heapq import nsmallest
from typing import TYPE_CHECKING

import numpy as np

from slqncy.dedup.keys import COMMON
from slqncy.dedup.run import MOST_POSTINGS, Found, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slqncy.dedup.grams import Hashes


class Recent:
    """The stories that were added last, not written down yet."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.keys: list[Hashes] = []
        """Of each of them, `short`."""
        # Most keys are of one story: a number costs a fraction of a list, above all in garbage collection.
        self._places: dict[int, int | list[int]] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, number: int, keys: Hashes) -> None:
        """Know a story."""
        place = len(self.numbers)
        its_keys = short(keys)
        for key in its_keys.tolist():
            known = self._places.setdefault(key, place)
            if isinstance(known, list):
                # One too many tells that there are.
                if len(known) <= MOST_POSTINGS:
                    known.append(place)
            elif known != place:
                self._places[key] = [known, place]
        self.keys.append(its_keys)
        self.numbers.append(number)

    def find(self, keys: Hashes) -> Found:
        """Which stories have these `short` keys; places are those in `numbers`."""
        counts: list[int] = []
        found: list[int] = []
        for known in map(self._places.get, keys.tolist()):
            stories = () if known is None else known if isinstance(known, list) else (known,)
            counts.append(len(stories))
            found += stories
        return Found(np.array(counts, dtype=np.int64), np.array(found, dtype=np.int64))

    def clear(self) -> None:
        """Forget all."""
        self.numbers, self.keys = [], []
        self._places.clear()


def best(found: Sequence[Found], most: int) -> list[int]:
    """Places of the stories with the most keys in common, `COMMON` at least; of equal ones the first come first.

    `found` is what some tables have of the same keys, each of its own stories.
    """
    usable = sum(one.counts for one in found) <= MOST_POSTINGS
    places = np.concatenate([one.places[np.repeat(usable, one.counts)] for one in found])
    places.sort()
    # So many times in a row; of each as many as it has keys in common beyond that.
    enough = places[COMMON - 1 :] == places[: 1 - COMMON]
    hits = Counter(places[COMMON - 1 :][enough].tolist())
    return [place for _, place in nsmallest(most, ((-count, place) for place, count in hits.items()))]
