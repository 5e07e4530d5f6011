"""Two texts side by side: what stands in both, and what stands in its place where it does not."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from slqncy.dedup import alignment
from slqncy.dedup.alignment import LONGEST, Alignment, align
from slqncy.dedup.characters import plain
from slqncy.dedup.figures import fold
from tests.dedup import texts


def folded(text: str) -> str:
    return fold(plain(text))[0]


def both_ways(one: str, other: str) -> Alignment:
    forth, back = align(folded(one), folded(other)), align(folded(other), folded(one))
    assert forth == back
    return forth


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", Alignment()),
        ("", "甲乙丙丁", Alignment()),
        ("甲", "乙", Alignment()),
        ("甲乙丙丁", "甲乙丙丁", Alignment(aligned=4)),
        # Three characters are in both by chance, but at the start two are not.
        ("戊甲乙丙庚", "己甲乙丙辛", Alignment()),
        ("甲乙戊己", "甲乙庚辛", Alignment(aligned=2, substitutions=1, renamed=1)),
        ("新增1.2万人，增长5.1%，好于预期", "新增12000人，增长5.1％好于预期", Alignment(aligned=11, agreeing=2)),
        ("就业人数增长5.1%，好于预期", "就业人数增长4.3%，好于预期", Alignment(aligned=10, conflicting=1)),
        ("会议3月1日在京召开并通过决议", "会议3月2日在京召开并通过决议", Alignment(aligned=11, conflicting=1)),
        ("会议由张三主持召开", "会议由李四光主持召开", Alignment(aligned=7, substitutions=1, renamed=1)),
        ("在会议上张三主持召开", "会议由李四光主持召开", Alignment(aligned=4, substitutions=1)),
        ("今天的会议由张三主持召开", "今天的会议由李四光主持召开", Alignment(aligned=10, substitutions=1, renamed=1)),
        ("今天的会议由张三主持召开", "今天的会议由张飞主持召开", Alignment(aligned=11, substitutions=1)),
        ("今天的会议由张三主持召开", "今天的会议由主持召开", Alignment(aligned=10, insertions=1)),
        ("今天的会议由1人主持召开", "今天的会议由9人主持召开", Alignment(aligned=11, conflicting=1)),
        ("今天的会议由主持召开", "今天的会议由9人主持召开", Alignment(aligned=10, insertions=1)),
        # A single character is no name.
        ("今天的会议由甲主持召开", "今天的会议由乙主持召开", Alignment(aligned=10, substitutions=1)),
        ("张三今天主持，李四今天出席", "王五今天主持，赵六今天出席", Alignment(aligned=8, substitutions=2, renamed=2)),
        # More than a word is a passage.
        (f"今天会议{'甲' * 12}主持召开", f"今天会议{'乙' * 12}主持召开", Alignment(8, substitutions=1, renamed=1)),
        (f"今天会议{'甲' * 13}主持召开", f"今天会议{'乙' * 12}主持召开", Alignment(8, different=12)),
        (f"今天会议{'甲' * 13}主持召开", f"今天会议{'乙' * 99}主持召开", Alignment(8, different=13)),
        (f"今天会议{'甲' * 13}主持召开", "今天会议主持召开", Alignment(8, insertions=1)),
        # So are the ends of a text, where they are short.
        ("张三主持召开", "李四光主持召开", Alignment(aligned=4, substitutions=1, renamed=1)),
        ("会议召开，张三", "会议召开，李四", Alignment(aligned=4, substitutions=1, renamed=1)),
        ("会议召开，5人", "会议召开，9人", Alignment(aligned=4, conflicting=1)),
        ("会议召开，张三", "会议召开", Alignment(aligned=4)),
        (f"{'甲' * 12}主持召开", f"{'乙' * 12}主持召开", Alignment(aligned=4, substitutions=1, renamed=1)),
        (f"{'甲' * 13}主持召开", f"{'乙' * 12}主持召开", Alignment(aligned=4)),
        # Of longer ends, the figures that stand near.
        (f"5人{'甲' * 13}主持召开", f"9人{'乙' * 13}主持召开", Alignment(aligned=4, conflicting=1)),
        (f"5人{'甲' * 16}主持召开", f"9人{'乙' * 16}主持召开", Alignment(aligned=4)),
    ],
    ids=str,
)  # fmt: skip
def test_what_stands_at_the_same_place(one: str, other: str, expected: Alignment) -> None:
    assert both_ways(one, other) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (texts.STORY, texts.edited()),
        (texts.STORY, texts.PAGE),
        (texts.STORY, texts.REWRITE),
        (texts.STORY, texts.cut(0.3)),
        *texts.BULLETINS.values(),
    ],
)
def test_which_text_is_the_first_is_no_difference(one: str, other: str) -> None:
    assert both_ways(one, other).aligned


def test_a_story_within_a_page_is_found_there() -> None:
    story = folded(texts.STORY)
    page = align(story, folded(texts.PAGE))
    assert (page.aligned, page.conflicting, page.substitutions) == (len(story), 0, 0)


def test_slots_of_a_template_conflict() -> None:
    for one, other in texts.BULLETINS.values():
        result = both_ways(one, other)
        assert result.conflicting + result.renamed >= 2


# Long texts


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many characters were laid side by side."""
    done: list[int] = []

    class Watched:
        @staticmethod
        def opcodes(one: str, other: str) -> Any:
            done.extend((len(one), len(other)))
            return Indel.opcodes(one, other)

    monkeypatch.setattr(alignment, "Indel", Watched)
    return done


def long_text(seed: int, length: int = 200_000) -> str:
    return "".join(Random(seed).choices([chr(code) for code in range(0x4E00, 0x5E00)], k=length))


@pytest.mark.parametrize(
    ("one", "other", "aligned"),
    [
        (long_text(1), long_text(1), LONGEST),
        (long_text(1), long_text(2), 0),
        (long_text(1), long_text(2) + long_text(1)[100_000:], LONGEST - 16),
        (long_text(1), long_text(1)[150_000:151_000], 1000),
        (long_text(1)[:500], long_text(1), 500),
        ("甲" * 200_000, "甲" * 199_999, LONGEST),
        ("甲乙" * 100_000, "乙甲" * 100_000, LONGEST - 1),
        ("\U000f0001" * 200_000, "\U000f0002" * 200_000, 0),
        ("", long_text(1), 0),
        ("甲", long_text(1), 0),
    ],
    ids=[
        "equal", "other", "from the middle", "a part", "the start", "one character", "two", "figures", "nothing", "one",
    ],
)  # fmt: skip
def test_of_long_texts_only_so_much_is_laid_side_by_side(one: str, other: str, aligned: int, work: list[int]) -> None:
    assert align(one, other).aligned == aligned
    assert max(work) <= LONGEST


def test_texts_of_just_the_longest_are_laid_side_by_side_as_a_whole(work: list[int]) -> None:
    text = long_text(1, LONGEST)
    assert align(text, text).aligned == LONGEST
    assert work == [LONGEST, LONGEST]


CHARACTERS = st.text(st.sampled_from("甲乙丙\U000f0001\U000f0002"), max_size=60)


@given(CHARACTERS, CHARACTERS)
def test_nothing_is_counted_that_is_not_there(one: str, other: str) -> None:
    result = align(one, other)
    assert result.aligned + result.different <= min(len(one), len(other))
    assert result.renamed <= result.substitutions
    figures = min(sum(character >= "\U000f0000" for character in text) for text in (one, other))
    assert result.conflicting + result.agreeing <= 2 * figures
    assert result == align(one, other)
