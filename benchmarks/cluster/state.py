"""Where the workers of a cluster should keep what they share: Redis or PostgreSQL, and in which form.

    pip install 'psycopg[binary]'
    python -m benchmarks.cluster.state --data DIR [--sizes 10000,100000,1000000] [--postgres /usr/lib/postgresql/15/bin]

Starts servers of its own in temporary folders, on loopback; says what it has measured as tables in Markdown. Keys of
stories are made up, a sixth of them common as those of a template are, the last of every hundred stories a copy of
another; what a story is compared by is that of the real stories of DIR. Times of commits are medians of the wall, which
has to wait for the disk; those of questions and of filling are of the processors, here and in the server.
"""

from __future__ import annotations

import argparse
import random
import zlib
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from backports import zstd

from benchmarks.cluster.processors import Processors
from benchmarks.cluster.state_addresses import PostgresAddresses, RedisAddresses, address
from benchmarks.cluster.state_indexes import Hashes, Item, Ordered, Rows, Sets
from benchmarks.cluster.state_servers import postgres_server, size_of, without_log
from benchmarks.dedup.data import load
from slqncy.dedup import compared
from slqncy.dedup.text import pack
from tests.redis_server import redis_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import psycopg
    from redis import Redis

    from benchmarks.cluster.state_addresses import Addresses
    from benchmarks.cluster.state_indexes import Index
    from slqncy.archive.ledger import Known

_SITE, _CHANGED = 10_000, 20
"""Addresses of a site, and how many of them change between two commits."""
_SITES_LOADED = 7
_BEFORE, _NOW = 1_790_000_000, 1_790_000_001
_KEYS, _COMMON, _TEMPLATES = 37, 6, 5_000
_COPY, _COPIED = 100, 12
"""Every so many stories one has so many keys of another."""
_TRIALS = 300
_MICRO, _MILLI = 1e6, 1e3
_FSYNC = ("everysec", "always")


def timed(calls: Iterable[Callable[[], object]]) -> list[float]:
    """Seconds of each."""
    took = []
    for call in calls:
        began = perf_counter()
        call()
        took.append(perf_counter() - began)
    return took


def row(*cells: object) -> None:
    print("|", " | ".join(map(str, cells)), "|", flush=True)


def head(*cells: str) -> None:
    print()
    row(*cells)
    row(*["---"] * len(cells))


# Addresses


def site(number: int) -> list[Known]:
    return [address(number, one, _BEFORE) for one in range(_SITE)]


def fill_sites(addresses: Addresses, numbers: range) -> None:
    for number in numbers:
        addresses.put(number, site(number))


def loaded(addresses: Addresses, sites: int) -> float:
    """Milliseconds that it takes to load a site."""
    numbers = random.Random(1).choices(range(sites), k=_SITES_LOADED)  # noqa: S311
    assert sorted(known.url for known in addresses.load(numbers[0])) == [known.url for known in site(numbers[0])]
    return median(timed(partial(addresses.load, number) for number in numbers)) * _MILLI


def committed(addresses: Addresses, sites: int) -> float:
    """Milliseconds that a commit takes."""
    some = random.Random(2)  # noqa: S311

    def commit() -> None:
        number = some.randrange(sites)
        addresses.put(number, [address(number, some.randrange(_SITE), _NOW) for _ in range(_CHANGED)])

    return median(timed(commit for _ in range(_TRIALS))) * _MILLI


def measure_addresses(sizes: list[int], postgres: Path) -> None:
    head("what is known of addresses", "rows", "site of 10,000 loaded, ms", "commit of 20 rows, ms", "bytes a row")
    with TemporaryDirectory() as folder, redis_server(Path(folder)) as server, server.client() as client:
        addresses, empty = RedisAddresses(client), client.info("memory")["used_memory"]
        for before, size in pairwise([0, *sizes]):
            with without_log(client):
                fill_sites(addresses, range(before // _SITE, size // _SITE))
            memory, disk = client.info("memory")["used_memory"] - empty, size_of(Path(folder))
            for fsync in _FSYNC:
                client.config_set("appendfsync", fsync)
                times = f"{loaded(addresses, size // _SITE):.1f}", f"{committed(addresses, size // _SITE):.2f}"
                row(f"Redis, {fsync}", f"{size:,}", *times, f"{memory / size:.0f} memory, {disk / size:.0f} disk")
    with TemporaryDirectory() as folder, postgres_server(Path(folder), postgres) as connection:
        tables = PostgresAddresses(connection)
        for before, size in pairwise([0, *sizes]):
            fill_sites(tables, range(before // _SITE, size // _SITE))
            connection.execute("VACUUM ANALYZE known")
            times = f"{loaded(tables, size // _SITE):.1f}", f"{committed(tables, size // _SITE):.2f}"
            row("PostgreSQL", f"{size:,}", *times, f"{_table(connection, 'known') / size:.0f} disk")


def _table(connection: psycopg.Connection, *names: str) -> int:
    """Bytes of tables with their indexes."""
    question = "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name"
    ((size,),) = connection.execute(question, (list(names),))
    return int(size)


# What a story is compared by


def measure_packing(texts: list[bytes]) -> None:
    head("what a story is compared by", "bytes", "packed, µs", "unpacked, µs")
    row("msgpack", f"{mean(map(len, texts)):.0f}", "", "")
    for name, compress, decompress, level in (
        ("zlib", zlib.compress, zlib.decompress, 1),
        ("zlib", zlib.compress, zlib.decompress, 6),
        ("zstd", zstd.compress, zstd.decompress, 1),
        ("zstd", zstd.compress, zstd.decompress, 3),
    ):
        there = median(timed(partial(compress, text, level) for text in texts)) * _MICRO
        stored = [compress(text, level) for text in texts]
        back = median(timed(partial(decompress, text) for text in stored)) * _MICRO
        row(f"{name}, level {level}", f"{mean(map(len, stored)):.0f}", f"{there:.0f}", f"{back:.0f}")


# The index


def items(texts: list[bytes]) -> Iterator[Item]:
    """Stories without end."""
    some = random.Random(3)  # noqa: S311
    templates = [some.getrandbits(38) for _ in range(_TEMPLATES)]
    before: list[int] = []
    number = 0
    while True:
        number += 1
        keys = [some.getrandbits(38) for _ in range(_KEYS - _COMMON)] + some.sample(templates, _COMMON)
        if number % _COPY == 0:
            keys[:_COPIED] = before[:_COPIED]
        before = keys
        yield Item(number, sorted(set(keys)), texts[number % len(texts)])


def taken(stories: Iterator[Item], count: int) -> list[Item]:
    return [next(stories) for _ in range(count)]


class Filling:
    """An index that grows, and what it is asked at each size."""

    def __init__(self, index: Index, server: int, texts: list[bytes]) -> None:
        self._index = index
        self._server = server
        self._stories = items(texts)
        self._count = 0
        self.answers: list[list[int]] = []

    def to(self, size: int) -> str:
        """Microseconds of the processors that it took a story."""
        before, processors = self._count, Processors(self._server)
        while self._count < size:
            part = taken(self._stories, min(100_000, size - self._count))
            self._index.fill(part)
            self._count += len(part)
        return processors.each(size - before)

    def asked(self) -> tuple[str, float]:
        """Microseconds of a question, and of an addition with its commit; what was asked for is added."""
        stories = taken(self._stories, _TRIALS)
        self._count += _TRIALS
        processors = Processors(self._server)
        for story in stories:
            found = self._index.candidates(story.keys)
            for number in found:
                self._index.packed(number)
            self.answers.append(found)
        questions = processors.each(_TRIALS)
        return questions, median(timed(partial(self._index.add, story) for story in stories)) * _MICRO


def measure_redis(client: Redis, folder: Path, index: Index, sizes: list[int], texts: list[bytes]) -> list[list[int]]:
    """The answers that it gave."""
    filling = Filling(index, client.info("server")["process_id"], texts)
    empty = client.info("memory")["used_memory"]
    for size in sizes:
        with without_log(client):
            filled = filling.to(size)
        memory, disk = client.info("memory")["used_memory"] - empty, size_of(folder)
        text = client.memory_usage("slqncy:texts", samples=1000)
        times = []
        for fsync in _FSYNC:
            client.config_set("appendfsync", fsync)
            times.append(filling.asked())
        (question, everysec), (_, always) = times
        row(
            index.name, f"{size:,}", filled, question, f"{everysec:.0f} / {always:.0f}",
            f"{(memory - text) / size:.0f} + {text / size:.0f}", f"{disk / size:.0f}",
        )  # fmt: skip
    return filling.answers


def measure_postgres(connection: psycopg.Connection, sizes: list[int], texts: list[bytes]) -> list[list[int]]:
    """The answers that it gave."""
    filling = Filling(Rows(connection), connection.info.backend_pid, texts)
    for size in sizes:
        filled = filling.to(size)
        connection.execute("VACUUM ANALYZE posting, story")
        index, text = _table(connection, "posting"), _table(connection, "story")
        (question, addition), (_, _) = filling.asked(), filling.asked()
        disk = f"{index / size:.0f} + {text / size:.0f}"
        row(Rows.name, f"{size:,}", filled, question, f"{addition:.0f}", "", disk)
    return filling.answers


def measure_indexes(sizes: list[int], texts: list[bytes], postgres: Path) -> None:
    head(
        "the index of stories", "stories", "filled, µs a story here + in the server", "question, µs here + there",
        "addition, µs (everysec / always)",
        "bytes a story in memory, index + texts", "on disk",
    )  # fmt: skip
    answers = []
    for layout in (Sets, Hashes, Ordered):
        with TemporaryDirectory() as folder, redis_server(Path(folder)) as server, server.client() as client:
            answers.append(measure_redis(client, Path(folder), layout(client), sizes, texts))
    with TemporaryDirectory() as folder, postgres_server(Path(folder), postgres) as connection:
        answers.append(measure_postgres(connection, sizes, texts))
    assert all(one == answers[0] for one in answers), "two layouts give different answers"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--postgres", type=Path, default=Path("/usr/lib/postgresql/15/bin"))
    options = parser.parse_args()
    sizes = list(map(int, options.sizes.split(",")))
    docs = load(options.data).by_day()
    texts = [pack(compared(doc.title, doc.text, doc.day.isoformat())) for doc in docs]
    measure_packing(texts)
    measure_addresses([size for size in sizes if size >= _SITE], options.postgres)
    shorter = [zlib.compress(text, 1) for text in texts]
    measure_indexes(sizes, shorter, options.postgres)


if __name__ == "__main__":
    main()
