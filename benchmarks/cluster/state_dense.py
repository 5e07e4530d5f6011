"""What hashes and sorted sets take that are as full as with half a million stories, of the keys of real ones.

    python -m benchmarks.cluster.state_dense --data DIR

Thousands of stories are put into 16,384 of them in place of a million; once they exceed what Redis keeps in compact
form, as a million of them do from three million stories on.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cluster.state_indexes import Hashes, Item, Ordered
from benchmarks.dedup.data import load
from slqncy.dedup import compared
from slqncy.dedup.run import short
from tests.redis_server import redis_server

_BITS = 14


def measure(items: list[Item], layout: type[Hashes | Ordered], most: int) -> None:
    with TemporaryDirectory() as folder, redis_server(Path(folder), fsync="no") as server, server.client() as client:
        client.config_set("zset-max-listpack-entries", most)
        empty = client.info("memory")["used_memory"]
        layout(client, _BITS).fill(items)
        taken = client.info("memory")["used_memory"] - empty - client.memory_usage("slqncy:texts", samples=1000)
        forms = Counter(client.object("encoding", name) for name in client.scan_iter("slqncy:k:*", count=1000))
    told = ", ".join(f"{count:,} {form.decode()}" for form, count in forms.items())
    print(f"{layout.name}, compact up to {most}: {taken / len(items):.0f} bytes a story; {told}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    stories = (compared(doc.title, doc.text, doc.day.isoformat()) for doc in load(parser.parse_args().data).by_day())
    items = [Item(number, short(story.keys).tolist(), b"") for number, story in enumerate(stories, start=1)]
    measure(items, Hashes, 128)
    measure(items, Ordered, 128)
    measure(items, Ordered, 8)


if __name__ == "__main__":
    main()
