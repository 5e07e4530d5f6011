"""What pairs say of a page is what an index says that was asked at its turn."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np

from slqncy.dedup.recent import Recent, best
from slqncy.dedup.run import MOST_POSTINGS, short
from slqncy.jobs import tables
from slqncy.jobs.postings import ASKS, MEMBER, PAIRS, POSTINGS, found_of, pairs_of, postings_of

if TYPE_CHECKING:
    from slqncy.jobs.tables import Table

COUNT = 400


def pages(random: Random) -> list[tuple[int, np.ndarray]]:
    """Roles and keys: some keys are of every page, some of about as many as are asked for at most, most of few."""
    universe = [random.getrandbits(64) for _ in range(60)]
    found = []
    for _ in range(COUNT):
        keys = {key for place, key in enumerate(universe) if random.random() < 4 / (place + 1)}
        found.append((random.choice([MEMBER, ASKS, MEMBER | ASKS]), np.array(sorted(keys), dtype=np.uint64)))
    return found


def test_pairs_are_what_an_index_finds() -> None:
    given = pages(Random(5))
    postings = tables.joined(
        POSTINGS, [postings_of(page, role, short(keys)) for page, (role, keys) in enumerate(given)]
    )
    # Shares of the keys make the pairs that all of them make.
    half = np.median(postings["key"])
    shares = [{name: column[chosen] for name, column in postings.items()} for chosen in _halves(postings["key"], half)]
    pairs = tables.split(tables.joined(PAIRS, map(pairs_of, shares)), range(COUNT))
    index, seen = Recent(), set()
    for page, (role, keys) in enumerate(given):
        if role & ASKS:
            expected, found = index.find(short(keys)), found_of(pairs[page], page, short(keys))
            assert found.counts.tolist() == expected.counts.tolist()
            assert best([found], 4) == [index.numbers[place] for place in best([expected], 4)]
            seen |= set(found.counts.tolist())
        else:
            assert not len(pairs[page]["key"])
        if role & MEMBER:
            index.add(page, keys)
    assert {0, 1, MOST_POSTINGS - 1, MOST_POSTINGS, MOST_POSTINGS + 1} <= seen
    assert max(seen) == MOST_POSTINGS + 1


def test_no_postings_make_no_pairs() -> None:
    nothing: list[Table] = []
    assert [len(column) for column in pairs_of(tables.joined(POSTINGS, nothing)).values()] == [0, 0, 0]


def _halves(keys: np.ndarray, half: float) -> list[np.ndarray]:
    return [keys < half, keys >= half]
