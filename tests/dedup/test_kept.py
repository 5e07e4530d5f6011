"""Stories in bounded memory are given back as they were, the last asked for longest."""

from __future__ import annotations

import pytest

from slqncy.dedup import Compared, compared
from slqncy.dedup.kept import Kept
from tests.dedup import texts

LARGE = 1 << 20


def notice(number: int) -> Compared:
    return compared(f"第{number:03}号通知", f"第{number:03}号通知的正文")


def held(kept: Kept, count: int) -> list[int]:
    """Which of so many notices are held; asking makes no difference where all are asked for in their order."""
    return [number for number in range(count) if kept.get(number)]


@pytest.mark.parametrize(
    "story",
    [
        texts.story(),
        compared("", ""),
        compared("−5℃", "1.2亿元，\U00020000，-3%。\ud800"),
        compared("年", "年", "2024-09-28"),
    ],
    ids=["story", "nothing", "rare characters", "one character"],
)
def test_a_story_is_given_back_as_it_was(story: Compared) -> None:
    kept = Kept(LARGE)
    kept.put(7, story)
    again = kept.get(7)
    assert again == story
    assert again is not None
    assert again.keys.tolist() == story.keys.tolist()
    assert kept.get(8) is None


def test_what_was_last_put_in_or_asked_for_stays() -> None:
    kept = Kept(1_200)
    for number in range(3):
        kept.put(number, notice(number))
    assert held(kept, 3) == [0, 1, 2]
    assert kept.get(0) == notice(0)
    kept.put(3, notice(3))
    assert held(kept, 4) == [0, 2, 3]


def test_memory_is_bounded_however_many_and_however_long() -> None:
    kept = Kept(100_000)
    for number in range(2_000):
        kept.put(number, notice(number))
    assert 100 < len(held(kept, 2_000)) < 500
    assert held(kept, 2_000)[-1] == 1_999
    kept.put(2_000, compared("长", "".join(map(chr, range(0x4E00, 0x9E21)))))
    assert kept.get(2_000) is not None
    assert len(held(kept, 2_000)) < 250
    kept.put(2_001, compared("长", "甲" * 40_000))
    assert [number for number in range(2_002) if kept.get(number)] == []


def test_what_was_cleared_makes_room() -> None:
    kept = Kept(100_000)
    for number in range(2_000):
        kept.put(number, notice(number))
    first = held(kept, 2_000)
    kept.clear()
    assert held(kept, 2_000) == []
    for number in range(2_000):
        kept.put(number, notice(number))
    assert held(kept, 2_000) == first
