"""The stories that any worker of a cluster has archived, and which of them a new one duplicates.

What a story is compared by is in Redis too, for a worker has not the lines of the others. All of it is made of the
lines, and can be made of them again.

So that no two workers archive copies of one text at once, a story is *at hand* from when it is asked for until what
came of it is committed: whoever asks later finds it, and has to wait where it is the original of what he asks for.
Only the later waits for the earlier, and no commit waits.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from slqncy.archive.errors import ClusterError
from slqncy.cluster import keys
from slqncy.cluster.server import place, server_errors
from slqncy.cluster.shared_index import SharedIndex
from slqncy.dedup.archived import LastCompared, of_story, original_of
from slqncy.dedup.deduplicator import MOST_COMPARED, Verifier
from slqncy.dedup.text import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redis import Redis
    from redis.client import Pipeline

    from slqncy.archive.layout import Place
    from slqncy.cluster.leases import Leases
    from slqncy.cluster.shared_index import Announced
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
_BEHIND_TOKEN = b"\n"
"""Of the process that has a story at hand, in front of the story."""


class _AtHand(NamedTuple):
    """A story that this worker has asked for."""

    story: Story
    number: int
    compared: Compared
    packed: bytes


class _SettledError(Exception):
    """What was at hand was committed, or withdrawn, since it was found."""


class SharedStories:
    """What is archived by all workers, open to be asked and added to: `ArchivedStories`, of many archives.

    What is added is found by this worker at once, and by the others once it is committed.
    """

    def __init__(self, client: Redis, url: str, thresholds: Thresholds, leases: Leases) -> None:
        """`client` gives bytes, and is the caller's to close; `url` is what it was made of."""
        self._client = client
        self._url = url
        self._leases = leases
        self._index = SharedIndex(client)
        self._verifier = Verifier(lambda number: unpack(self._story(number).compared), thresholds)
        self._staged: dict[int, bytes] = {}
        self._last = LastCompared()
        self._undecided: set[int] = set()
        """What is at hand, of this worker or of others, and was found for the story that was asked for last."""
        self._judged: _AtHand | None = None
        """The story that was asked for last, and has a final verdict: what follows is that it is added, or is none."""
        self._waiting: dict[str, _AtHand] = {}
        """Those whose verdict was not final, by id."""

    def find(self, story: Story, as_compared: Compared | None = None) -> Original | None:
        """The archived story that this one duplicates, or None. Raises ClusterError.

        Where it is at hand, not archived, ask again later: until then others have to wait for this one.
        `as_compared` is what `of_story` makes of it, where that was worked out before.
        """
        self.settle(story)
        compared = self._last.of(story, as_compared)
        with server_errors(self._url):
            found = self._found(story, compared)
        self._waiting.pop(story.id, None)
        if self._judged and found and found.is_at_hand:
            self._waiting[story.id], self._judged = self._judged, None
        return found

    def add(self, place: Place, story: Story) -> None:
        """Know a story whose line was just written; nothing is read from its place. Raises ClusterError."""
        self.settle(story)
        judged = self._judged
        if judged is None:
            # A new version of a story is one, whatever is found.
            with server_errors(self._url):
                judged, _ = self._announce(story, self._last.of(story))
        self._keep(judged.number, judged.compared, judged.packed)
        self._judged = None

    def settle(self, story: Story | None = None) -> None:
        """What was judged last has come to be no story, unless it is this one, of which that is still to be said."""
        if self._judged and self._judged.story is not story:
            self._index.withdraw(self._judged.number, self._judged.compared.keys)
            self._judged = None

    def give_up(self, site: str) -> None:
        """Have nobody wait for what is at hand of a site, and was not judged to the end. Raises ClusterError."""
        for at_hand in [at_hand for at_hand in self._waiting.values() if at_hand.story.site == site]:
            with server_errors(self._url):
                self._index.withdraw_at_once(at_hand.number, at_hand.compared.keys)
            del self._waiting[at_hand.story.id]

    def clear_away(self) -> None:
        """Withdraw what workers had at hand that have died. Raises RedisError."""
        at_hand: dict[bytes, bytes] = self._client.hgetall(keys.AT_HAND)  # type: ignore[assignment]
        for number, stored in at_hand.items():
            token, story = _whose(stored)
            if not self._leases.is_alive(token):
                self._index.withdraw_at_once(int(number), unpack(story.compared).keys)

    @property
    def is_changed(self) -> bool:
        """Whether there is something for a transaction."""
        return self._index.is_changed

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
                last = self._client.incrby(keys.STORY_COUNT, len(batch))
                for number, story in enumerate(batch, start=last - len(batch) + 1):
                    compared = of_story(story)
                    self._keep(number, compared, _packed(story, compared))
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

    def _found(self, story: Story, compared: Compared) -> Original | None:
        while True:
            self._judged, announced = self._announce(story, compared)
            self._undecided = announced.at_hand - self._staged.keys()
            with suppress(_SettledError):
                if not (matches := self._verifier.matches_among(announced.candidates, compared)):
                    return None
                number, verdict = matches[0].number, matches[0].verdict
                if number not in self._undecided:
                    return original_of(story, self._story(number), verdict)
                token, original = self._at_hand(number)
                if self._leases.is_alive(token):
                    return original_of(story, original, verdict, is_at_hand=True)
                # Its worker died, and what it had not committed is no story.
                self._index.withdraw_at_once(number, unpack(original.compared).keys)

    def _announce(self, story: Story, compared: Compared) -> tuple[_AtHand, Announced]:
        packed = _packed(story, compared)
        shared = self._leases.token.encode() + _BEHIND_TOKEN + packed
        announced = self._index.announce(compared.keys, shared, MOST_COMPARED)
        return _AtHand(story, announced.number, compared, packed), announced

    def _keep(self, number: int, compared: Compared, packed: bytes) -> None:
        self._index.add(number, compared.keys)
        self._verifier.keep(number, compared)
        self._staged[number] = packed

    def _story(self, number: int) -> _Shared:
        if number in self._undecided:
            return self._at_hand(number)[1]
        stored = self._staged.get(number) or self._client.hget(keys.STORIES, str(number))
        if stored is None:
            raise ClusterError(
                f"the server of the cluster at {place(self._url)} has lost a part of what it knew: "
                f"{keys.STORIES} lacks story {number}; once all workers have ended, delete its keys that begin with "
                "slqncy:, and run again: it is told all that the parts of the archive say"
            )
        assert isinstance(stored, bytes)
        return _unpacked(stored)

    def _at_hand(self, number: int) -> tuple[str, _Shared]:
        """Who has it at hand, and what it is."""
        stored = self._client.hget(keys.AT_HAND, str(number))
        if stored is None:
            raise _SettledError
        assert isinstance(stored, bytes)
        return _whose(stored)


def _packed(story: Story, compared: Compared) -> bytes:
    shared = _Shared(story.id, story.site, story.story_id, pack(compared))
    return zlib.compress(msgspec.msgpack.encode(shared), _LEVEL)


def _whose(at_hand: bytes) -> tuple[str, _Shared]:
    token, _, packed = at_hand.partition(_BEHIND_TOKEN)
    return token.decode(), _unpacked(packed)


def _unpacked(packed: bytes) -> _Shared:
    return _decode(zlib.decompress(packed))
