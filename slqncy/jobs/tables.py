"""Tables of numbers on disk: column behind column, rows ascending by the first one: stretches are found at once."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_MOST_OPEN = 256
"""Files: to open one takes longer than to find a stretch in it."""
Numbers = NDArray[np.uint64]
Table = dict[str, Numbers]
"""Columns of one length, by name."""


def sort(table: Table) -> Table:
    """The rows, ascending by the first column, those that are equal by the second, and so on."""
    order = np.lexsort(list(table.values())[::-1])
    return {name: column[order] for name, column in table.items()}


def write(path: Path, table: Table) -> None:
    """Write a table to a file, `.npy`. Raises OSError."""
    np.save(path, np.stack(list(table.values())))


@lru_cache(_MOST_OPEN)
def read(path: Path, names: tuple[str, ...]) -> Table:
    """A table as it was written, of which only what is looked at is read. It never changes. Raises OSError."""
    return dict(zip(names, np.load(path, mmap_mode="r"), strict=True))


def stretch(path: Path, names: tuple[str, ...], start: int, end: int) -> Table:
    """The rows of a table whose first column is from one number to before another. Raises OSError."""
    table = read(path, names)
    low, high = np.searchsorted(table[names[0]], np.array([start, end], dtype=np.uint64))
    return {name: np.array(column[low:high]) for name, column in table.items()}


def joined(names: tuple[str, ...], tables: Iterable[Table]) -> Table:
    """The rows of several tables as those of one, in order."""
    parts = [{name: np.empty(0, dtype=np.uint64) for name in names}, *tables]
    return sort({name: np.concatenate([part[name] for part in parts]) for name in names})


def split(table: Table, numbers: range) -> list[Table]:
    """The rows that have each of some numbers in a row in their first column, which is ascending."""
    first = next(iter(table.values()))
    ends = np.searchsorted(first, np.arange(numbers.start, numbers.stop + 1, dtype=np.uint64)).tolist()
    return [{name: column[start:end] for name, column in table.items()} for start, end in pairwise(ends)]
