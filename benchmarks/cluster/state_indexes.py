"""Which stories have enough keys in common with a new one, in Redis and in PostgreSQL, by several layouts.

All of them give the same answers: those of `slqncy.dedup.index`.
"""

from __future__ import annotations

from collections import Counter
from heapq import nsmallest
from typing import TYPE_CHECKING, NamedTuple, Protocol

from slqncy.dedup.keys import COMMON
from slqncy.dedup.run import MOST_POSTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import psycopg
    from redis import Redis
    from redis.client import Pipeline

CANDIDATES = 4
_REST_BYTES, _NUMBER_BYTES = 3, 5


class Item(NamedTuple):
    """A story as an index has it."""

    number: int
    keys: list[int]
    """38 bits each."""
    packed: bytes
    """What it is compared by."""


class Index(Protocol):
    """Stories, to be found by their keys."""

    name: str

    def fill(self, items: Sequence[Item]) -> None:
        """Add many."""

    def add(self, item: Item) -> None:
        """Add one, in a transaction."""

    def candidates(self, keys: list[int]) -> list[int]:
        """Numbers of the stories with the most keys in common."""

    def packed(self, number: int) -> bytes:
        """What one is compared by."""


def _best(found: Iterable[Sequence[int]]) -> list[int]:
    hits = Counter(number for numbers in found if len(numbers) <= MOST_POSTINGS for number in numbers)
    best = nsmallest(CANDIDATES, ((-count, number) for number, count in hits.items() if count >= COMMON))
    return [number for _, number in best]


class _RedisIndex:
    """What the layouts in Redis have in common: a script adds, as it has to look how many stories a key has."""

    _ADD = _FIND = ""
    _BATCH = 1000

    def __init__(self, client: Redis, bucket_bits: int = 20) -> None:
        self._client = client
        self._bits = 38 - bucket_bits
        self._add, self._find = client.register_script(self._ADD), client.register_script(self._FIND)

    def fill(self, items: Sequence[Item]) -> None:
        for start in range(0, len(items), self._BATCH):
            with self._client.pipeline(transaction=False) as pipe:
                for item in items[start : start + self._BATCH]:
                    self._stage(pipe, item)
                pipe.execute()

    def add(self, item: Item) -> None:
        with self._client.pipeline() as pipe:
            self._stage(pipe, item)
            pipe.execute()

    def _stage(self, pipe: Pipeline, item: Item) -> None:
        self._add([self._name(key) for key in item.keys], self._arguments(item), pipe)
        pipe.hset("slqncy:texts", str(item.number), item.packed)

    def packed(self, number: int) -> bytes:
        return bytes(self._client.hget("slqncy:texts", str(number)))

    def _name(self, key: int) -> str:
        return f"slqncy:k:{key >> self._bits:x}"

    def _rest(self, key: int) -> bytes:
        return (key & (1 << self._bits) - 1).to_bytes(_REST_BYTES, "big")

    def _arguments(self, item: Item) -> list[bytes]:
        number = item.number.to_bytes(_NUMBER_BYTES, "big")
        return [self._rest(key) + number for key in item.keys]


class Sets(_RedisIndex):
    """A set a key, of numbers."""

    name = "Redis, a set a key"
    _ADD = """
        for i, name in ipairs(KEYS) do
            if redis.call('SCARD', name) < 49 then redis.call('SADD', name, ARGV[1]) end
        end
    """
    _FIND = """
        local found = {}
        for i, name in ipairs(KEYS) do found[i] = redis.call('SMEMBERS', name) end
        return found
    """

    def _name(self, key: int) -> str:
        return f"slqncy:k:{key:x}"

    def _arguments(self, item: Item) -> list[bytes]:
        return [str(item.number).encode()]

    def candidates(self, keys: list[int]) -> list[int]:
        return _best([list(map(int, numbers)) for numbers in self._find(list(map(self._name, keys)))])


class Hashes(_RedisIndex):
    """Small hashes: what is left of a key to the numbers, one behind another."""

    name = "Redis, hashes"
    _ADD = """
        for i, name in ipairs(KEYS) do
            local rest, number = ARGV[i]:sub(1, 3), ARGV[i]:sub(4)
            local known = redis.call('HGET', name, rest) or ''
            if #known < 49 * 5 then
                local isthere = false
                for at = 1, #known, 5 do isthere = isthere or known:sub(at, at + 4) == number end
                if not isthere then redis.call('HSET', name, rest, known .. number) end
            end
        end
    """
    _FIND = """
        local found = {}
        for i, name in ipairs(KEYS) do found[i] = redis.call('HGET', name, ARGV[i]) end
        return found
    """

    def candidates(self, keys: list[int]) -> list[int]:
        found = self._find(list(map(self._name, keys)), list(map(self._rest, keys)))
        return _best([_numbers(packed or b"") for packed in found])


def _numbers(packed: bytes) -> list[int]:
    starts = range(0, len(packed), _NUMBER_BYTES)
    return [int.from_bytes(packed[start : start + _NUMBER_BYTES], "big") for start in starts]


class Ordered(_RedisIndex):
    """Small sorted sets, of what is left of a key with a number behind it."""

    name = "Redis, sorted sets"
    _ADD = """
        for i, name in ipairs(KEYS) do
            local rest = ARGV[i]:sub(1, 3)
            if redis.call('ZLEXCOUNT', name, '[' .. rest, '(' .. rest .. string.rep('\\255', 6)) < 49 then
                redis.call('ZADD', name, 0, ARGV[i])
            end
        end
    """
    _FIND = """
        local found = {}
        for i, name in ipairs(KEYS) do
            found[i] = redis.call('ZRANGEBYLEX', name, '[' .. ARGV[i], '(' .. ARGV[i] .. string.rep('\\255', 6))
        end
        return found
    """

    def candidates(self, keys: list[int]) -> list[int]:
        return _best(
            [int.from_bytes(member[_REST_BYTES:], "big") for member in members]
            for members in self._find(list(map(self._name, keys)), list(map(self._rest, keys)))
        )


class Rows:
    """A row a posting, and the primary key to find it by."""

    name = "PostgreSQL"

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        connection.execute("CREATE TABLE story (number bigint PRIMARY KEY, packed bytea)")
        connection.execute("CREATE TABLE posting (key bigint, story bigint, PRIMARY KEY (key, story))")

    def fill(self, items: Sequence[Item]) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            with cursor.copy("COPY story FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int8", "bytea"])
                for item in items:
                    copy.write_row((item.number, item.packed))
            with cursor.copy("COPY posting FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int8", "int8"])
                # In their order: the tree is written to from left to right.
                for posting in sorted((key, item.number) for item in items for key in item.keys):
                    copy.write_row(posting)

    def add(self, item: Item) -> None:
        with self._connection.transaction():
            self._connection.execute("INSERT INTO story VALUES (%s, %s)", (item.number, item.packed))
            self._connection.execute(
                "INSERT INTO posting SELECT unnest(%s::bigint[]), %s ON CONFLICT DO NOTHING", (item.keys, item.number)
            )

    def candidates(self, keys: list[int]) -> list[int]:
        found = self._connection.execute(
            """
            SELECT story FROM (
                SELECT story, count(*) OVER (PARTITION BY asked.key) AS many
                FROM unnest(%s::bigint[]) AS asked (key),
                    LATERAL (SELECT story FROM posting WHERE posting.key = asked.key LIMIT 49) AS found
            ) AS found
            WHERE many <= 48 GROUP BY story HAVING count(*) >= 3 ORDER BY count(*) DESC, story LIMIT 4
            """,
            (keys,),
        )
        return [number for (number,) in found]

    def packed(self, number: int) -> bytes:
        row = self._connection.execute("SELECT packed FROM story WHERE number = %s", (number,)).fetchone()
        assert row is not None
        return bytes(row[0])
