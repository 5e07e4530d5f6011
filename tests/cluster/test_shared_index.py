"""The index in Redis gives what a table in memory would, whoever has added what and whenever it was committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slqncy.cluster import shared_index
from slqncy.cluster.shared_index import SharedIndex
from slqncy.dedup import compared
from slqncy.dedup import recent as recents
from slqncy.dedup.run import MOST_POSTINGS
from tests.dedup.tables import MOST, POOL, Model, keys

if TYPE_CHECKING:
    from redis import Redis

KEYS = st.sets(st.sampled_from(POOL), max_size=12)
STEPS = st.lists(st.one_of(KEYS, st.sampled_from(["commit", "send twice"])), max_size=40)
COMMON_KEYS = {1 << 30, 1 << 40, 1 << 50}


def commit(index: SharedIndex, client: Redis, times: int = 1) -> None:
    for _ in range(times):
        with client.pipeline() as pipe:
            index.stage(pipe)
            pipe.execute()
    index.committed()


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
                index.add(number, keys(step))
                model.stories[number] = step
            else:
                commit(index, client, 1 + (step == "send twice"))
        for again in (index, SharedIndex(client)):
            for question in [*asked, *model.stories.values()]:
                assert again.candidates(keys(question), most) == model.candidates(question, most)
            commit(index, client)


def test_what_another_worker_has_committed_is_found(client: Redis) -> None:
    one, other = SharedIndex(client), SharedIndex(client)
    one.add(1, keys(COMMON_KEYS))
    assert (one.candidates(keys(COMMON_KEYS), 4), other.candidates(keys(COMMON_KEYS), 4)) == ([1], [])
    commit(one, client)
    other.add(2, keys(COMMON_KEYS))
    assert (one.candidates(keys(COMMON_KEYS), 4), other.candidates(keys(COMMON_KEYS), 4)) == ([1], [1, 2])


def test_a_key_of_many_stories_finds_nothing_and_takes_no_more_room(client: Redis) -> None:
    index = SharedIndex(client)
    for number in range(MOST_POSTINGS):
        index.add(number, keys(COMMON_KEYS))
        if number % 10 == 0:
            commit(index, client)
    assert index.candidates(keys(COMMON_KEYS), 3) == [0, 1, 2]
    for number in range(MOST_POSTINGS, 2 * MOST_POSTINGS):
        index.add(number, keys(COMMON_KEYS))
        assert index.candidates(keys(COMMON_KEYS), 3) == []
        commit(index, client)
    assert index.candidates(keys(COMMON_KEYS), 3) == []
    assert sum(client.zcard(name) for name in client.scan_iter("slqncy:k:*")) == len(COMMON_KEYS) * (MOST_POSTINGS + 1)


@pytest.mark.parametrize("number", [0, 1, 255, 256, (1 << 40) - 1])
def test_numbers_have_40_bits(client: Redis, number: int) -> None:
    index = SharedIndex(client)
    index.add(number, keys(set(POOL)))
    commit(index, client)
    assert index.candidates(keys(set(POOL)), 4) == [number]


@pytest.mark.parametrize("bit", range(64))
def test_keys_are_of_38_bits(client: Redis, bit: int) -> None:
    index = SharedIndex(client)
    index.add(1, keys(COMMON_KEYS))
    commit(index, client)
    others = {key ^ 1 << bit for key in COMMON_KEYS}
    assert index.candidates(keys(others), 4) == ([1] if bit < 26 else [])


def test_nothing_is_found_by_a_story_without_keys(client: Redis) -> None:
    index = SharedIndex(client)
    index.add(1, compared("", "").keys)
    index.add(2, compared("标题", "正文").keys)
    commit(index, client)
    assert index.candidates(compared("", "……").keys, 4) == []
    assert index.candidates(compared("标题", "正文").keys, 4) == [2]
