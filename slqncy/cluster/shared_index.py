"""The index of `slqncy.dedup.index` in Redis, for all workers: which stories have enough keys in common with a new one.

A posting is a member of a sorted set, as 8 bytes: what is left of a key, and the number of a story behind it. The
beginning of the key names the set. All scores are 0, so that members stand in the order of their bytes, and a key's are
a range. Sets of some dozens of postings are what Redis keeps smallest, and adding one again changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slqncy.cluster import keys as names
from slqncy.dedup.recent import Recent, best
from slqncy.dedup.run import MOST_POSTINGS, Found, short

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from redis import Redis
    from redis.client import Pipeline

    from slqncy.dedup.grams import Hashes

_REST_BITS = 18
"""Of a `short` key, of 38 bits; the other 20 name one of a million sets, of 36 postings each with a million stories."""
_REST_BYTES = 3
_NUMBER_BITS = 40
_WORD = 8
_REST = np.uint64((1 << _REST_BITS) - 1)
_NUMBER = np.uint64((1 << _NUMBER_BITS) - 1)

_ENOUGH = MOST_POSTINGS + 1
"""Of one key: one too many tells that there are."""

_FIND = """
local found = {}
for place, name in ipairs(KEYS) do
    local rest = ARGV[place + 1]
    local first, behind = '[' .. rest, '(' .. rest .. string.rep('\\255', 6)
    found[place] = table.concat(redis.call('ZRANGEBYLEX', name, first, behind, 'LIMIT', 0, ARGV[1]))
end
return found
"""
_ADD = """
for place, name in ipairs(KEYS) do
    local posting = ARGV[place + 1]
    local rest = posting:sub(1, 3)
    local first, behind = '[' .. rest, '(' .. rest .. string.rep('\\255', 6)
    if redis.call('ZLEXCOUNT', name, first, behind) < tonumber(ARGV[1]) then
        redis.call('ZADD', name, 0, posting)
    end
end
"""


class SharedIndex:
    """The index of a server, and what this worker has added to it and not committed."""

    def __init__(self, client: Redis) -> None:
        """`client` gives bytes."""
        self._find = client.register_script(_FIND)
        self._add = client.register_script(_ADD)
        self._staged = Recent()

    def add(self, number: int, keys: Hashes) -> None:
        """Know a story, whose number no other has; 40 bits."""
        self._staged.add(number, keys)

    def candidates(self, keys: Hashes, most: int) -> list[int]:
        """Numbers of the stories with the most keys in common, `COMMON` at least; of equal ones the oldest first.

        Raises RedisError.
        """
        asked = short(keys)
        staged = self._staged.find(asked)
        numbers = np.array(self._staged.numbers, dtype=np.int64)[staged.places]
        return best([self._ask(asked), Found(staged.counts, numbers)], most)

    def stage(self, pipe: Pipeline) -> None:
        """Add to a transaction what the server lacks."""
        for number, keys in zip(self._staged.numbers, self._staged.keys, strict=True):
            postings = (keys & _REST) << np.uint64(_NUMBER_BITS) | np.uint64(number)
            self._add(_sets(keys), [_ENOUGH, *_words(postings)], pipe)

    def committed(self) -> None:
        """The transaction went through: the server has all."""
        self._staged.clear()

    def _ask(self, keys: Hashes) -> Found:
        rests = [word[:_REST_BYTES] for word in _words((keys & _REST) << np.uint64(_NUMBER_BITS))]
        found: list[bytes] = self._find(_sets(keys), [_ENOUGH, *rests])
        counts = np.array(list(map(len, found)), dtype=np.int64) // _WORD
        return Found(counts, (np.frombuffer(b"".join(found), ">u8") & _NUMBER).astype(np.int64))


def _sets(keys: Hashes) -> list[str]:
    return list(map(names.postings, (keys >> np.uint64(_REST_BITS)).tolist()))


def _words(numbers: NDArray[np.uint64]) -> list[bytes]:
    """Each as bytes that sort as it does."""
    data = numbers.astype(">u8").tobytes()
    return [data[start : start + _WORD] for start in range(0, len(data), _WORD)]
