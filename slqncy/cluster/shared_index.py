"""The index of `slqncy.dedup.index` in Redis, for all workers: which stories have enough keys in common with a new one.

A posting is a member of a sorted set, as 8 bytes: what is left of a key, and the number of a story behind it. The
beginning of the key names the set. All scores are 0, so that members stand in the order of their bytes, and a key's are
a range. Sets of some dozens of postings are what Redis keeps smallest, and adding one again changes nothing.

A story is *at hand* from when it is first asked for until a transaction says whether it is archived. Meanwhile its
postings are in a hash, by set and key, so that whoever asks later finds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from slqncy.cluster import keys as names
from slqncy.dedup.recent import best
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

_AT_HAND = (names.AT_HAND, names.AT_HAND_POSTINGS)
_ENOUGH = MOST_POSTINGS + 1
"""Of one key: one too many tells that there are."""

_ANNOUNCE = """
local stories, postings, story = KEYS[1], KEYS[2], ARGV[2]
local fields = {}
for place = 4, #KEYS do fields[place - 3] = KEYS[place] .. ARGV[place - 1] end
local at_hand = #fields > 0 and redis.call('HMGET', postings, unpack(fields)) or {}
local number
for posting in (at_hand[1] or ''):gmatch('........') do
    local other = struct.unpack('>I5', posting, 4)
    if redis.call('HGET', stories, other) == story then number = other end
end
local is_new = not number
number = number or redis.call('INCR', KEYS[3])
local tail = struct.pack('>I5', number)
local archived, earlier, written = {}, {}, {}
for place, field in ipairs(fields) do
    local rest = ARGV[place + 2]
    local first, behind = '[' .. rest, '(' .. rest .. string.rep('\\255', 6)
    archived[place] = table.concat(redis.call('ZRANGEBYLEX', KEYS[place + 3], first, behind, 'LIMIT', 0, ARGV[1]))
    local there = at_hand[place] or ''
    earlier[place] = there:gsub('........', function(posting)
        if struct.unpack('>I5', posting, 4) >= number then return '' end
    end)
    written[2 * place - 1], written[2 * place] = field, there .. rest .. tail
end
if is_new and #fields > 0 then
    redis.call('HSET', stories, number, story)
    redis.call('HSET', postings, unpack(written))
end
return {number, archived, earlier}
"""
"""Asked again, or sent again, a story has the number that it has."""
_SETTLE = """
local stories, postings, enough = KEYS[1], KEYS[2], tonumber(ARGV[2])
local was_at_hand = redis.call('HDEL', stories, ARGV[1]) == 1
local gone = {}
for place = 3, #KEYS do
    local name, posting = KEYS[place], ARGV[place]
    local rest = posting:sub(1, 3)
    if was_at_hand then
        local field = name .. rest
        local others = (redis.call('HGET', postings, field) or ''):gsub('........', {[posting] = ''})
        if others == '' then gone[#gone + 1] = field else redis.call('HSET', postings, field, others) end
    end
    if enough > 0 then
        local first, behind = '[' .. rest, '(' .. rest .. string.rep('\\255', 6)
        if redis.call('ZLEXCOUNT', name, first, behind) < enough then redis.call('ZADD', name, 0, posting) end
    end
end
if #gone > 0 then redis.call('HDEL', postings, unpack(gone)) end
"""
"""A story is at hand no more: it is archived, or with 0 for enough it is not."""


class Announced(NamedTuple):
    """A story that is at hand, and what was found by its keys."""

    number: int
    candidates: list[int]
    """Those with the most keys in common, `COMMON` at least; of equal ones the oldest first."""
    at_hand: set[int]
    """Those with a key in common that were at hand earlier, and still are."""


class SharedIndex:
    """The index of a server, and what this worker is to tell it with the next transaction."""

    def __init__(self, client: Redis) -> None:
        """`client` gives bytes."""
        self._client = client
        self._announce = client.register_script(_ANNOUNCE)
        self._settle = client.register_script(_SETTLE)
        self._archived: dict[int, Hashes] = {}
        """Of each, `short`."""
        self._withdrawn: dict[int, Hashes] = {}

    def announce(self, keys: Hashes, story: bytes, most: int) -> Announced:
        """Have a story at hand, and find so many candidates at most; `story` is what others have to know of it.

        Raises RedisError.
        """
        asked = short(keys)
        rests = [word[:_REST_BYTES] for word in _words((asked & _REST) << np.uint64(_NUMBER_BITS))]
        number, archived, earlier = self._announce(
            [*_AT_HAND, names.STORY_COUNT, *_sets(asked)], [_ENOUGH, story, *rests]
        )
        at_hand = self._at_hand(earlier)
        return Announced(number, best([_found(archived), at_hand], most), set(at_hand.places.tolist()))

    def add(self, number: int, keys: Hashes) -> None:
        """A story is archived when the next transaction goes through; its number has 40 bits, and no other has it."""
        self._archived[number] = short(keys)

    def withdraw(self, number: int, keys: Hashes) -> None:
        """A story is at hand no more: to this worker from now on, to the others with the next transaction."""
        self._withdrawn[number] = short(keys)

    def withdraw_at_once(self, number: int, keys: Hashes) -> None:
        """A story is at hand no more. Raises RedisError."""
        self._tell(number, short(keys), 0, self._client)

    @property
    def is_changed(self) -> bool:
        """Whether there is something for a transaction."""
        return bool(self._archived or self._withdrawn)

    def stage(self, pipe: Pipeline) -> None:
        """Add to a transaction what the server lacks."""
        for number, keys in self._withdrawn.items():
            self._tell(number, keys, 0, pipe)
        for number, keys in self._archived.items():
            self._tell(number, keys, _ENOUGH, pipe)

    def committed(self) -> None:
        """The transaction went through: the server has all."""
        self._archived.clear()
        self._withdrawn.clear()

    def _tell(self, number: int, keys: Hashes, enough: int, client: Redis) -> None:
        postings = _words((keys & _REST) << np.uint64(_NUMBER_BITS) | np.uint64(number))
        self._settle([*_AT_HAND, *_sets(keys)], [number, enough, *postings], client)

    def _at_hand(self, postings: list[bytes]) -> Found:
        found = _found(postings)
        if not self._withdrawn:
            return found
        is_there = ~np.isin(found.places, list(self._withdrawn))
        of_key = np.repeat(np.arange(len(postings)), found.counts)[is_there]
        return Found(np.bincount(of_key, minlength=len(postings)), found.places[is_there])


def _found(postings: list[bytes]) -> Found:
    """Numbers of stories, by the postings that each key has."""
    counts = np.array(list(map(len, postings)), dtype=np.int64) // _WORD
    return Found(counts, (np.frombuffer(b"".join(postings), ">u8") & _NUMBER).astype(np.int64))


def _sets(keys: Hashes) -> list[str]:
    return list(map(names.postings, (keys >> np.uint64(_REST_BITS)).tolist()))


def _words(numbers: NDArray[np.uint64]) -> list[bytes]:
    """Each as bytes that sort as it does."""
    data = numbers.astype(">u8").tobytes()
    return [data[start : start + _WORD] for start in range(0, len(data), _WORD)]
