"""The index in Redis gives what a table in memory would, whoever has added what and whenever it was committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slqncy.cluster import keys as names
from slqncy.cluster import shared_index
from slqncy.cluster.shared_index import SharedIndex
from slqncy.dedup import compared
from slqncy.dedup import recent as recents
from slqncy.dedup.run import MOST_POSTINGS
from tests.dedup.tables import MOST, POOL, Model, keys

if TYPE_CHECKING:
    from redis import Redis

    from slqncy.dedup.grams import Hashes

KEYS = st.sets(st.sampled_from(POOL), max_size=12)
STEPS = st.lists(st.one_of(KEYS, st.sampled_from(["commit", "send twice"])), max_size=40)
COMMON_KEYS = {1 << 30, 1 << 40, 1 << 50}


def commit(index: SharedIndex, client: Redis, times: int = 1) -> None:
    for _ in range(times):
        with client.pipeline() as pipe:
            index.stage(pipe)
            pipe.execute()
    index.committed()


def found(index: SharedIndex, asked: Hashes, most: int) -> list[int]:
    """What is found for a story that comes to be none."""
    announced = index.announce(asked, b"asked", most)
    index.withdraw_at_once(announced.number, asked)
    return announced.candidates


def archive(index: SharedIndex, keys: Hashes, story: bytes) -> int:
    """Gives the number of a story that others are told of in these words."""
    number = index.announce(keys, story, 1).number
    index.add(number, keys)
    return number


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.lists(KEYS, max_size=3), st.integers(1, 5))
def test_it_is_what_a_table_in_memory_would_be(
    client: Redis, steps: list[set[int] | str], asked: list[set[int]], most: int
) -> None:
    client.flushall()
    index, model = SharedIndex(client), Model()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recents, "MOST_POSTINGS", MOST)
        patch.setattr(shared_index, "_ENOUGH", MOST + 1)
        for number, step in enumerate(steps):
            if isinstance(step, set):
                model.stories[archive(index, keys(step), b"%d" % number)] = step
            else:
                commit(index, client, 1 + (step == "send twice"))
        for again in (index, SharedIndex(client)):
            for question in [*asked, *model.stories.values()]:
                assert found(again, keys(question), most) == model.candidates(question, most)
            commit(index, client)


def test_what_another_worker_has_at_hand_is_found_until_it_is_known_to_be_no_story(client: Redis) -> None:
    one, other = SharedIndex(client), SharedIndex(client)
    common = keys(COMMON_KEYS)
    first, second = one.announce(common, b"1", 4), other.announce(common, b"2", 4)
    assert (first.candidates, second.candidates, second.at_hand) == ([], [first.number], {first.number})
    # Only the later ones wait for the earlier.
    assert one.announce(common, b"1", 4) == first
    one.withdraw(first.number, common)
    assert one.announce(common, b"3", 4).candidates == [second.number]
    assert other.announce(common, b"2", 4) == second
    commit(one, client, 2)
    assert other.announce(common, b"2", 4).candidates == []


def test_what_is_archived_is_at_hand_no_more(client: Redis) -> None:
    one, other = SharedIndex(client), SharedIndex(client)
    number = archive(one, keys(COMMON_KEYS), b"1")
    commit(one, client, 2)
    announced = other.announce(keys(COMMON_KEYS), b"2", 4)
    assert (announced.candidates, announced.at_hand) == ([number], set())
    other.withdraw_at_once(announced.number, keys(COMMON_KEYS))
    assert client.exists(names.AT_HAND, names.AT_HAND_POSTINGS) == 0


def test_a_key_of_many_stories_finds_nothing_and_takes_no_more_room(client: Redis) -> None:
    index, common = SharedIndex(client), keys(COMMON_KEYS)
    numbers = []
    for number in range(MOST_POSTINGS):
        numbers.append(archive(index, common, b"%d" % number))
        if number % 10 == 0:
            commit(index, client)
    assert found(index, common, 3) == numbers[:3]
    for number in range(MOST_POSTINGS, 2 * MOST_POSTINGS):
        archive(index, common, b"%d" % number)
        assert found(index, common, 3) == []
        commit(index, client)
    assert found(index, common, 3) == []
    assert sum(client.zcard(name) for name in client.scan_iter("slqncy:k:*")) == len(COMMON_KEYS) * (MOST_POSTINGS + 1)


@pytest.mark.parametrize("number", [0, 1, 255, 256, (1 << 40) - 1])
def test_numbers_have_40_bits(client: Redis, number: int) -> None:
    index = SharedIndex(client)
    index.add(number, keys(set(POOL)))
    commit(index, client)
    assert found(index, keys(set(POOL)), 4) == [number]


@pytest.mark.parametrize("bit", range(64))
def test_keys_are_of_38_bits(client: Redis, bit: int) -> None:
    index = SharedIndex(client)
    index.add(1, keys(COMMON_KEYS))
    commit(index, client)
    others = {key ^ 1 << bit for key in COMMON_KEYS}
    assert found(index, keys(others), 4) == ([1] if bit < 26 else [])


def test_nothing_is_found_by_a_story_without_keys(client: Redis) -> None:
    index = SharedIndex(client)
    index.add(1, compared("", "").keys)
    index.add(2, compared("标题", "正文").keys)
    commit(index, client)
    assert found(index, compared("", "……").keys, 4) == []
    assert found(index, compared("标题", "正文").keys, 4) == [2]
