"""What is measured of other layouts is measured of indexes that answer as ours does."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.cluster.state_indexes import CANDIDATES, Hashes, Item, Ordered, Sets
from slqncy.dedup.index import Index
from slqncy.dedup.run import MOST_POSTINGS

if TYPE_CHECKING:
    from pathlib import Path

    from redis import Redis

_SHIFT = 26
"""Keys are of 64 bits, and those of layouts are their first 38."""


def items() -> list[Item]:
    some = random.Random(1)
    common = [some.getrandbits(38) for _ in range(40)]
    return [
        Item(number, sorted({*some.sample(common, 6), *(some.getrandbits(38) for _ in range(6))}), b"text")
        for number in range(1, 5 * MOST_POSTINGS)
    ]


@pytest.mark.parametrize("layout", [Sets, Hashes, Ordered])
def test_layouts_answer_as_the_index_does(client: Redis, tmp_path: Path, layout: type[Sets | Hashes | Ordered]) -> None:
    ours, theirs = Index(tmp_path), layout(client)
    found = 0
    for item in items():
        keys = np.array(item.keys, dtype=np.uint64) << np.uint64(_SHIFT)
        expected = ours.candidates(keys, CANDIDATES)
        assert theirs.candidates(item.keys) == expected
        found += len(expected)
        ours.add(item.number, keys)
        theirs.add(item)
    assert found > CANDIDATES
    assert theirs.packed(1) == b"text"
    ours.close()
