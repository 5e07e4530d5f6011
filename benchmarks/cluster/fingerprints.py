"""Whether workers that share their stories say what one process says, and what it costs them.

    python -m benchmarks.cluster.fingerprints --data DIR [--workers 4]

The labelled stories of DIR and their copies, in the order of their days, are archived by one process as any crawl does,
and by some workers in turn, each of which commits at once, with a redis-server of this script. Then all stories that
were archived are filled in again from the lines. Times are of the processors, here and in the server.
"""

from __future__ import annotations

import argparse
from contextlib import closing
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.cluster.processors import Processors
from benchmarks.dedup.data import load
from slqncy.archive import Archive, ArchiveWriter
from slqncy.archive.layout import Place
from slqncy.cluster.fingerprints import SharedStories
from slqncy.cluster.leases import Leases
from slqncy.dedup import Thresholds
from slqncy.dedup.archived import ArchivedStories
from slqncy.reasons import DuplicateKind
from tests.dedup.test_archived import page
from tests.redis_server import redis_server
from tests.samples import keep

if TYPE_CHECKING:
    from redis import Redis

    from slqncy.dedup.archived import Original
    from slqncy.records import Story
    from tests.redis_server import RedisServer

_MEGA = 1e6
_LEASE = 3600.0
"""Seconds, past the end."""
_NOWHERE = Place("stories/2026-11.jsonl", 0)
Answers = list["Original | None"]


def records(folder: Path) -> list[Story]:
    """All labelled stories, copies and lookalikes."""
    data = load(folder)
    docs = [*data.stories.values(), *(copy.doc for copy in data.variants), *(one.doc for one in data.hard_negatives)]
    docs += [bulletin.doc for bulletin in data.bulletins]
    docs.sort(key=lambda doc: doc.day)
    return [page(number, doc.text, doc.title, f"{doc.day}T08:00:00Z") for number, doc in enumerate(docs, start=1)]


def is_archived(found: Original | None) -> bool:
    return found is None or found.kind is DuplicateKind.REWRITE


def alone(root: Path, stories: list[Story]) -> Answers:
    """What one process says of each."""
    answers = []
    with closing(ArchiveWriter(root)) as archive, closing(ArchivedStories(archive, Thresholds())) as archived:
        for story in stories:
            answers.append(found := archived.find(story))
            if is_archived(found):
                for place in keep(archive, story):
                    archived.add(place, story)
    return answers


def opened(server: RedisServer, client: Redis, worker: str) -> SharedStories:
    leases = Leases(client, worker, _LEASE)
    leases.appear()
    return SharedStories(client, server.url, Thresholds(), leases)


def together(server: RedisServer, client: Redis, stories: list[Story], workers: int) -> Answers:
    """What workers say of each."""
    answers = []
    turns = cycle([opened(server, client, f"worker-{number}") for number in range(1, workers + 1)])
    for story, shared in zip(stories, turns, strict=False):
        answers.append(found := shared.find(story))
        if is_archived(found):
            shared.add(_NOWHERE, story)
        shared.settle()
        with client.pipeline() as pipe:
            shared.stage(pipe)
            pipe.execute()
        shared.committed()
    return answers


def memory(client: Redis) -> int:
    return int(client.info("memory")["used_memory"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=4)
    options = parser.parse_args()
    stories = records(options.data)
    with TemporaryDirectory() as folder, redis_server(Path(folder)) as server, server.client() as client:
        root = Path(folder) / "archive"
        expected, empty = alone(root, stories), memory(client)
        pid = client.info("server")["process_id"]
        processors = Processors(pid)
        answers = together(server, client, stories, options.workers)
        took = processors.each(len(stories))
        different = sum(one != other for one, other in zip(answers, expected, strict=True))
        archived = sum(map(is_archived, answers))
        print(f"{len(stories):,} pages, {len(stories) - archived:,} of them copies: {different} judged otherwise")
        print(f"{took} µs a page, {(memory(client) - empty) / archived:.0f} bytes of Redis a story")
        client.flushall()
        processors = Processors(pid)
        count = opened(server, client, "worker-1").fill("a", Archive(root).stories())
        here, there = processors.seconds()
        more = (memory(client) - empty) / _MEGA
        print(f"{count:,} stories filled in again in {here:.1f} + {there:.1f} s, {more:.0f} MB")


if __name__ == "__main__":
    main()
