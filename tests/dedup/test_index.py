"""The index gives what a table in memory would, whenever it was written, merged and opened again."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slqncy.dedup import compared
from slqncy.dedup import index as indexes
from slqncy.dedup import run as runs
from slqncy.dedup.index import Index
from tests.dedup.tables import POOL, Model, agree, keys, small

if TYPE_CHECKING:
    from pathlib import Path

KEYS = st.sets(st.sampled_from(POOL), max_size=12)
STEPS = st.lists(st.one_of(KEYS, st.sampled_from(["flush", "open"])), max_size=40)


@settings(max_examples=200, deadline=None)
@given(STEPS, st.lists(KEYS, max_size=3), st.integers(1, 5))
def test_an_index_is_what_a_table_in_memory_would_be(
    steps: list[set[int] | str], asked: list[set[int]], most: int
) -> None:
    with small() as folder:
        index, model, flushed = Index(folder), Model(), 0
        for number, step in enumerate(steps):
            if step == "flush":
                index.flush()
                flushed = len(model.stories)
            elif step == "open":
                index.close()
                index = Index(folder)
                # What was in memory is added again by the caller.
                assert len(index) == flushed
                for missing in list(model.stories)[flushed:]:
                    index.add(missing, keys(model.stories[missing]))
            elif isinstance(step, set):
                index.add(number * 10, keys(step))
                model.stories[number * 10] = step
        agree(index, model, asked, most)
        index.flush()
        agree(index, model, asked, most)
        index.close()


def test_nothing_is_found_in_an_empty_index(tmp_path: Path) -> None:
    index = Index(tmp_path / "not" / "there")
    assert (len(index), index.last, index.is_due) == (0, None, False)
    assert index.candidates(compared("标题", "正文").keys, 4) == []
    index.flush()
    assert list(index.folder.iterdir()) == []
    index.close()


@pytest.mark.parametrize("is_written", [False, True])
def test_a_story_without_keys_finds_nothing_and_is_counted(tmp_path: Path, *, is_written: bool) -> None:
    index = Index(tmp_path)
    index.add(1, compared("", "").keys)
    index.add(2, compared("标题", "正文").keys)
    if is_written:
        index.flush()
    assert index.candidates(compared("", "……").keys, 4) == []
    assert index.candidates(compared("标题", "正文").keys, 4) == [2]
    assert (len(index), index.last) == (2, 2)
    index.close()


def test_a_key_of_many_stories_finds_nothing(tmp_path: Path) -> None:
    index = Index(tmp_path)
    common = {1 << 30, 1 << 40, 1 << 50}
    for number in range(runs.MOST_POSTINGS):
        index.add(number, keys(common))
    assert index.candidates(keys(common), 3) == [0, 1, 2]
    index.flush()
    index.add(100, keys(common | {1 << 60}))
    assert index.candidates(keys(common), 3) == []
    index.flush()
    assert index.candidates(keys(common | {1 << 60}), 3) == []
    index.close()


def test_most_keys_in_common_first_then_the_oldest(tmp_path: Path) -> None:
    index = Index(tmp_path)
    for number, its in ((1, range(3)), (4, range(1, 6)), (6, range(2)), (7, range(1, 4)), (9, range(9))):
        index.add(number, keys({POOL[key] for key in its}))
        index.flush()
    asked = keys(set(POOL[:5]))
    assert index.candidates(asked, 9) == [9, 4, 1, 7]
    assert index.candidates(asked, 2) == [9, 4]
    index.close()


def test_numbers_have_64_bits(tmp_path: Path) -> None:
    index = Index(tmp_path)
    numbers = [0, 1, 1 << 44, (1 << 63) + 1, (1 << 64) - 1]
    for number in numbers:
        index.add(number, keys(set(POOL[:4])))
    index.flush()
    index.close()
    index = Index(tmp_path)
    assert index.candidates(keys(set(POOL[:4])), 9) == numbers
    assert index.last == numbers[-1]
    index.close()


def test_stories_are_due_to_be_written_after_some_thousand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "RECENT", 3)
    index = Index(tmp_path)
    for number in range(3):
        assert not index.is_due
        index.add(number, keys({number}))
    assert index.is_due
    index.flush()
    assert not index.is_due
    index.close()


def test_clearing_forgets_everything(tmp_path: Path) -> None:
    index = Index(tmp_path)
    for number in (1, 2):
        index.add(number, keys(set(POOL[:4])))
        index.flush()
    index.add(3, keys(set(POOL[:4])))
    index.clear()
    assert (len(index), index.last, list(tmp_path.iterdir())) == (0, None, [])
    assert index.candidates(keys(set(POOL[:4])), 9) == []
    index.add(1, keys(set(POOL[:4])))
    index.flush()
    assert index.candidates(keys(set(POOL[:4])), 9) == [1]
    index.close()


def test_runs_are_few_and_each_is_larger_than_the_next() -> None:
    with small() as folder:
        index = Index(folder)
        for number in range(100):
            index.add(number, keys(set(POOL[:4])))
            index.flush()
            sizes = [int(path.stem[21:]) - int(path.stem[:20]) + 1 for path in sorted(folder.iterdir())]
            assert sum(sizes) == number + 1
            assert all(earlier >= 2 * later for earlier, later in pairwise(sizes))
        index.close()
