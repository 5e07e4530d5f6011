"""The index: which stories have enough keys in common with a new one. It can be made anew at any time.

Stories are added to a table in memory and go to disk as a sorted run; runs of about one size are merged, so that there
are few of them and each is several times as large as the next. There is no log: whoever opens an index adds again what
came after the last story it covers.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from slqncy.dedup.keys import COMMON
from slqncy.dedup.run import MOST_DOCUMENTS, MOST_POSTINGS, Run, merge_runs, postings_of, short, write_run

if TYPE_CHECKING:
    from slqncy.dedup.grams import Hashes

RECENT = 8_192
"""Stories in memory; then they are due to be written."""
_SMALL = 1 << 16
"""Stories of a run that is merged with whatever follows."""
_TIMES = 8
"""How much larger a run is than the next."""
_FORGET = 64
"""Questions after which memory of the mapped files is given back."""
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
        self._recent: defaultdict[int, list[int]] = defaultdict(list)
        self._recent_keys: list[Hashes] = []
        self._questions = 0

    def _open_runs(self) -> list[Run]:
        runs: list[Run] = []
        for path in sorted(self.folder.glob(f"*{_SUFFIX}"), key=lambda path: (path.stem.partition("-")[0], path.name)):
            try:
                run = Run(path)
            except ValueError:
                path.unlink()
                continue
            # A kill between writing a merged run and taking its parts away leaves both: the larger covers the parts.
            while runs and runs[-1].documents[0] >= run.documents[0]:
                runs.pop().remove()
            if runs and runs[-1].documents[-1] >= run.documents[0]:
                run.remove()
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
        return int(self._runs[-1].documents[-1]) if self._runs else None

    @property
    def is_due(self) -> bool:
        """Whether so many stories are in memory that they should be written."""
        return len(self._numbers) >= RECENT

    def add(self, number: int, keys: Hashes) -> None:
        """Know a story; `number` is the caller's, 64 bits, and larger than all before."""
        place = len(self._numbers)
        its_keys = short(keys)
        for key in its_keys.tolist():
            self._recent[key].append(place)
        self._recent_keys.append(its_keys)
        self._numbers.append(number)

    def candidates(self, keys: Hashes, most: int) -> list[int]:
        """Numbers of the stories with the most keys in common, `COMMON` at least; of equal ones the oldest first."""
        asked = short(keys)
        found = [run.find(asked) for run in self._runs]
        recent = [self._recent.get(key, []) for key in asked.tolist()]
        counts = np.array([len(places) for places in recent], dtype=np.int64)
        for counts_there, _ in found:
            counts = counts + counts_there
        usable = counts <= MOST_POSTINGS
        numbers = [documents[np.repeat(usable, counts_there)] for counts_there, documents in found if len(documents)]
        places = [place for is_usable, some in zip(usable, recent, strict=True) if is_usable for place in some]
        if places:
            numbers.append(np.array([self._numbers[place] for place in places], dtype=np.uint64))
        self._remember_to_forget()
        if not numbers:
            return []
        stories, hits = np.unique(np.concatenate(numbers), return_counts=True)
        order = np.argsort(-hits, kind="stable")[:most]
        return [int(stories[place]) for place in order if hits[place] >= COMMON]

    def flush(self) -> None:
        """Write what is in memory. Raises OSError."""
        if not self._numbers:
            return
        sizes = [len(keys) for keys in self._recent_keys]
        places = np.repeat(np.arange(len(sizes), dtype=np.uint64), sizes)
        documents = np.array(self._numbers, dtype=np.uint64)
        path = self._path(self._numbers[0], self._numbers[-1])
        write_run(path, documents, postings_of(np.concatenate(self._recent_keys), places))
        self._runs.append(Run(path))
        self._numbers, self._recent_keys = [], []
        self._recent.clear()
        while len(self._runs) > 1 and self._should_merge(*self._runs[-2:]):
            self._merge()

    def clear(self) -> None:
        """Forget everything."""
        for run in self._runs:
            run.remove()
        self._runs, self._numbers, self._recent_keys = [], [], []
        self._recent.clear()

    def covers(self, number: int) -> bool:
        """Whether a story of that number is in the index."""
        return (
            any(
                place < len(run) and run.documents[place] == number
                for run in self._runs
                if (place := int(np.searchsorted(run.documents, np.uint64(number)))) is not None
            )
            or number in self._numbers
        )

    @staticmethod
    def _should_merge(earlier: Run, later: Run) -> bool:
        if len(earlier) + len(later) > MOST_DOCUMENTS:
            return False
        return len(earlier) <= _SMALL or len(earlier) < _TIMES * len(later)

    def _merge(self) -> None:
        earlier, later = self._runs[-2:]
        path = self._path(int(earlier.documents[0]), int(later.documents[-1]))
        merge_runs(path, earlier, later)
        self._runs[-2:] = [Run(path)]
        earlier.remove()
        later.remove()

    def _path(self, first: int, last: int) -> Path:
        return self.folder / f"{first:020}-{last:020}{_SUFFIX}"

    def _remember_to_forget(self) -> None:
        self._questions += 1
        if self._questions % _FORGET == 0:
            for run in self._runs:
                run.forget()
