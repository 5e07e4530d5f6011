"""The stories that any worker of a cluster has archived, and which of them a new one duplicates.

What a story is compared by is in Redis too, for a worker has not the lines of the others. All of it is made of the
lines, and can be made of them again.
"""

from __future__ import annotations

import zlib
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from slqncy.archive.errors import ClusterError
from slqncy.cluster import keys
from slqncy.cluster.server import place, server_errors
from slqncy.cluster.shared_index import SharedIndex
from slqncy.dedup.archived import LastCompared, original_of
from slqncy.dedup.deduplicator import Finder
from slqncy.dedup.text import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redis import Redis
    from redis.client import Pipeline

    from slqncy.archive.layout import Place
    from slqncy.dedup.archived import Original
    from slqncy.dedup.text import Compared
    from slqncy.dedup.verdict import Thresholds
    from slqncy.records import Story

_LEVEL = 1
"""Of compression: a third less, and higher ones gain nothing more."""
_BATCH = 500


class _Shared(NamedTuple):
    """What a worker has to know of a story that another has archived."""

    id: str
    site: str
    story_id: str
    compared: bytes
    """As `pack` makes it."""


_decode = msgspec.msgpack.Decoder(_Shared).decode


class SharedStories:
    """What is archived by all workers, open to be asked and added to: `ArchivedStories`, of many archives.

    What is added is found by this worker at once, and by the others once it is committed.
    """

    def __init__(self, client: Redis, url: str, thresholds: Thresholds) -> None:
        """`client` gives bytes, and is the caller's to close; `url` is what it was made of."""
        self._client = client
        self._url = url
        self._index = SharedIndex(client)
        self._finder = Finder(self._index, lambda number: unpack(self._story(number).compared), thresholds)
        self._staged: dict[int, bytes] = {}
        self._last = LastCompared()

    def find(self, story: Story, as_compared: Compared | None = None) -> Original | None:
        """The archived story that this one duplicates, or None. Raises ClusterError.

        `as_compared` is what `of_story` makes of it, where that was worked out before.
        """
        with server_errors(self._url):
            match = self._finder.find(self._last.of(story, as_compared))
            return original_of(story, self._story(match.number), match.verdict) if match else None

    def add(self, place: Place, story: Story) -> None:
        """Know a story whose line was just written; nothing is read from its place. Raises ClusterError."""
        with server_errors(self._url):
            self._add(story)

    def stage(self, pipe: Pipeline) -> None:
        """Add what is new to a transaction, again where it was added to one that failed."""
        self._index.stage(pipe)
        if self._staged:
            pipe.hset(keys.STORIES, mapping={str(number): story for number, story in self._staged.items()})

    def committed(self) -> None:
        """The transaction went through; where that is not known, it has to be sent again before anything is asked."""
        self._index.committed()
        self._staged.clear()

    def fill(self, worker: str, stories: Iterable[Story]) -> int:
        """Add the stories of a worker's part, in their order, and commit them. Gives how many.

        Where that was cut short before, it goes on behind what was committed. Raises ClusterError.
        """
        with server_errors(self._url):
            done = int(self._client.get(keys.filled(worker)) or 0)
        coming, count = islice(stories, done, None), 0
        while batch := list(islice(coming, _BATCH)):
            with server_errors(self._url), self._client.pipeline() as pipe:
                for story in batch:
                    self._add(story)
                self.stage(pipe)
                count += len(batch)
                # Not added to what is there: a transaction may be sent twice.
                pipe.set(keys.filled(worker), done + count)
                pipe.execute()
            self.committed()
        return count

    def flush(self) -> None:
        """Nothing: there is no index but that of the transactions."""

    def close(self) -> None:
        """Nothing: there is no file."""

    def _add(self, story: Story) -> None:
        compared = self._last.of(story)
        # Not of the transaction: what is sent twice has the same number then.
        number = self._client.incr(keys.STORY_COUNT)
        self._finder.add(number, compared)
        shared = _Shared(story.id, story.site, story.story_id, pack(compared))
        self._staged[number] = zlib.compress(msgspec.msgpack.encode(shared), _LEVEL)

    def _story(self, number: int) -> _Shared:
        stored = self._staged.get(number) or self._client.hget(keys.STORIES, str(number))
        if stored is None:
            raise ClusterError(
                f"the server of the cluster at {place(self._url)} has lost a part of what it knew: "
                f"{keys.STORIES} lacks story {number}; once all workers have ended, delete its keys that begin with "
                "slqncy:, and run again: it is told all that the parts of the archive say"
            )
        assert isinstance(stored, bytes)
        return _decode(zlib.decompress(stored))
