"""The index: which stories have enough keys in common with a new one. It can be made anew at any time.

Stories are added to a table in memory and go to disk as a sorted run; runs of about one size are merged, so that there
are few of them and each is several times as large as the next. There is no log: whoever opens an index adds again what
came after the last story it covers.
"""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from slqncy.dedup.recent import Recent, best
from slqncy.dedup.run import MOST_DOCUMENTS, Found, Run, merge_runs, short, write_run

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
        self._recent = Recent()

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
        return sum(map(len, self._runs)) + len(self._recent)

    @property
    def last(self) -> int | None:
        """Number of the newest story, or None where there is none."""
        if self._recent:
            return self._recent.numbers[-1]
        return self._runs[-1].document(-1) if self._runs else None

    @property
    def is_due(self) -> bool:
        """Whether so many stories are in memory that they should be written."""
        return len(self._recent) >= RECENT

    def add(self, number: int, keys: Hashes) -> None:
        """Know a story; `number` is the caller's, 64 bits, and larger than all before."""
        self._recent.add(number, keys)

    def candidates(self, keys: Hashes, most: int) -> list[int]:
        """Numbers of the stories with the most keys in common, `COMMON` at least; of equal ones the oldest first."""
        asked = short(keys)
        found = [*(run.find(asked) for run in self._runs), self._recent.find(asked)]
        # Places go on from run to run, in the order of the stories.
        starts = accumulate(map(len, self._runs), initial=0)
        places = best([Found(one.counts, one.places + start) for one, start in zip(found, starts, strict=True)], most)
        return [self._number(place) for place in places]

    def _number(self, place: int) -> int:
        for run in self._runs:
            if place < len(run):
                return run.document(place)
            place -= len(run)
        return self._recent.numbers[place]

    def flush(self) -> None:
        """Write what is in memory. Raises OSError."""
        if not self._recent:
            return
        numbers, keys = self._recent.numbers, self._recent.keys
        places = np.repeat(np.arange(len(numbers), dtype=np.uint64), [len(its) for its in keys])
        self._runs.append(write_run(self._path(numbers[0], numbers[-1]), numbers, np.concatenate(keys), places))
        self._recent.clear()
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
