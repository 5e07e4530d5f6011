"""The index: which stories have enough keys in common with a new one. It can be made anew at any time.

Stories are added to a table in memory and go to disk as a sorted run; runs of about one size are merged, so that there
are few of them and each is several times as large as the next. There is no log: whoever opens an index adds again what
came after the last story it covers.
"""

from __future__ import annotations

from collections import Counter
from heapq import nsmallest
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from slqncy.dedup.keys import COMMON
from slqncy.dedup.run import MOST_DOCUMENTS, MOST_POSTINGS, Found, Run, merge_runs, short, write_run

if TYPE_CHECKING:
    from slqncy.dedup.grams import Hashes

RECENT = 4_096
"""Stories in memory, 12 MB; then they are due to be written."""
_SMALL = 1 << 16
"""Stories of a run that is merged with whatever follows."""
_TIMES = 8
"""How much larger a run is than the next."""
_SUFFIX = ".run"


class Index:
    """The index of a folder, which it alone writes."""

    def __init__(self, folder: Path | str) -> None:
        """Open or create. What is not whole or of another version is taken away. Raises OSError."""
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob(f".*{_SUFFIX}.tmp"):
            left.unlink()
        self._runs = self._open_runs()
        self._numbers: list[int] = []
        # Most keys are of one story: a number costs a fraction of a list, above all in garbage collection.
        self._recent: dict[int, int | list[int]] = {}
        self._recent_keys: list[Hashes] = []

    def _open_runs(self) -> list[Run]:
        runs: list[Run] = []
        for path in sorted(self.folder.glob(f"*{_SUFFIX}"), key=lambda path: (path.stem.partition("-")[0], path.name)):
            try:
                run = Run(path)
            except ValueError:
                path.unlink()
                continue
            # A kill between writing a merged run and taking its parts away leaves both: the larger covers the parts.
            while runs and runs[-1].document(0) >= run.document(0):
                _remove(runs.pop())
            if runs and runs[-1].document(-1) >= run.document(0):
                _remove(run)
            else:
                runs.append(run)
        return runs

    def __len__(self) -> int:
        return sum(map(len, self._runs)) + len(self._numbers)

    @property
    def last(self) -> int | None:
        """Number of the newest story, or None where there is none."""
        if self._numbers:
            return self._numbers[-1]
        return self._runs[-1].document(-1) if self._runs else None

    @property
    def is_due(self) -> bool:
        """Whether so many stories are in memory that they should be written."""
        return len(self._numbers) >= RECENT

    def add(self, number: int, keys: Hashes) -> None:
        """Know a story; `number` is the caller's, 64 bits, and larger than all before."""
        place = len(self._numbers)
        its_keys = short(keys)
        for key in its_keys.tolist():
            known = self._recent.setdefault(key, place)
            if isinstance(known, list):
                # One too many tells that there are.
                if len(known) <= MOST_POSTINGS:
                    known.append(place)
            elif known != place:
                self._recent[key] = [known, place]
        self._recent_keys.append(its_keys)
        self._numbers.append(number)

    def candidates(self, keys: Hashes, most: int) -> list[int]:
        """Numbers of the stories with the most keys in common, `COMMON` at least; of equal ones the oldest first."""
        asked = short(keys)
        found = [*(run.find(asked) for run in self._runs), self._find_recent(asked)]
        usable = sum(one.counts for one in found) <= MOST_POSTINGS
        places = np.concatenate(
            [
                # Places go on from run to run, in the order of the stories.
                one.places[np.repeat(usable, one.counts)] + start
                for one, start in zip(found, accumulate(map(len, self._runs), initial=0), strict=True)
            ]
        )
        places.sort()
        # So many times in a row; of each as many as it has keys in common beyond that.
        enough = places[COMMON - 1 :] == places[: 1 - COMMON]
        hits = Counter(places[COMMON - 1 :][enough].tolist())
        best = nsmallest(most, ((-count, place) for place, count in hits.items()))
        return [self._number(place) for _, place in best]

    def _find_recent(self, keys: Hashes) -> Found:
        counts: list[int] = []
        found: list[int] = []
        for known in map(self._recent.get, keys.tolist()):
            stories = () if known is None else known if isinstance(known, list) else (known,)
            counts.append(len(stories))
            found += stories
        return Found(np.array(counts, dtype=np.int64), np.array(found, dtype=np.int64))

    def _number(self, place: int) -> int:
        for run in self._runs:
            if place < len(run):
                return run.document(place)
            place -= len(run)
        return self._numbers[place]

    def flush(self) -> None:
        """Write what is in memory. Raises OSError."""
        if not self._numbers:
            return
        places = np.repeat(np.arange(len(self._numbers), dtype=np.uint64), [len(keys) for keys in self._recent_keys])
        path = self._path(self._numbers[0], self._numbers[-1])
        self._runs.append(write_run(path, self._numbers, np.concatenate(self._recent_keys), places))
        self._forget_recent()
        while len(self._runs) > 1 and _should_merge(*self._runs[-2:]):
            self._merge()

    def _merge(self) -> None:
        earlier, later = self._runs[-2:]
        path = self._path(earlier.document(0), later.document(-1))
        self._runs[-2:] = [merge_runs(path, earlier, later)]
        _remove(earlier)
        _remove(later)

    def _path(self, first: int, last: int) -> Path:
        return self.folder / f"{first:020}-{last:020}{_SUFFIX}"

    def clear(self) -> None:
        """Forget everything."""
        for run in self._runs:
            _remove(run)
        self._runs = []
        self._forget_recent()

    def _forget_recent(self) -> None:
        self._numbers, self._recent_keys = [], []
        self._recent.clear()

    def close(self) -> None:
        """Close the files, without writing what is in memory."""
        for run in self._runs:
            run.close()


def _should_merge(earlier: Run, later: Run) -> bool:
    if len(earlier) + len(later) > MOST_DOCUMENTS:
        return False
    return len(earlier) <= _SMALL or len(earlier) < _TIMES * len(later)


def _remove(run: Run) -> None:
    run.path.unlink(missing_ok=True)
    run.close()
