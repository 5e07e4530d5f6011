"""Hashes of runs of characters: equal runs, equal hashes, everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.dedup.grams import distinct, gram_codes, gram_hashes

WORD = (1 << 64) - 1
ANY_TEXT = st.text(st.characters(exclude_categories=()))
SIZES = st.integers(1, 12)


def mixed(number: int) -> int:
    number ^= number >> 32
    number = number * 0xD6E8FEB86659FD93 & WORD
    return number ^ number >> 32


def joined(ones: list[int]) -> int:
    """A run out of its first and its last half, which overlap where it is odd."""
    if len(ones) == 1:
        return ones[0]
    half = (len(ones) + 1) // 2
    first, last = joined(ones[:half]), joined(ones[-half:])
    return first * 0xA0761D6478BD642F & WORD ^ (last * 0xE7037ED1A0B428DB & WORD) >> 7


def naive(text: str, size: int) -> list[int]:
    ones = [(ord(character) + 1) * 0x9E3779B97F4A7C15 & WORD for character in text]
    ones = [one ^ one >> 32 for one in ones]
    size = min(size, len(ones))
    return [mixed(joined(ones[start : start + size])) for start in range(len(ones) - size + 1)] if ones else []


@given(ANY_TEXT, SIZES)
def test_hashes_are_those_of_a_plain_implementation(text: str, size: int) -> None:
    assert gram_hashes(text, size).tolist() == naive(text, size)


def test_hashes_are_what_they_were() -> None:
    """An index on disk is made of them: where one changes, `keys.VERSION` has to."""
    assert gram_hashes("东渚湖大桥", 3).tolist() == [15858980828323964044, 2837738058824555499, 12306603451166284972]
    assert gram_hashes("东渚湖大桥", 5).tolist() == [10258830258255580121]
    assert gram_hashes("\U000f0001", 7).tolist() == [3042600433521426151]


@pytest.mark.parametrize(
    ("text", "size", "count"), [("", 5, 0), ("甲", 5, 1), ("甲乙丙丁戊", 5, 1), ("甲乙丙丁戊己", 5, 2)]
)
def test_one_hash_for_each_run_and_one_of_a_short_text(text: str, size: int, count: int) -> None:
    assert len(gram_hashes(text, size)) == count


@given(ANY_TEXT, ANY_TEXT, st.text(min_size=12, max_size=20), SIZES)
def test_equal_runs_have_equal_hashes_wherever_they_stand(before: str, behind: str, run: str, size: int) -> None:
    hashes = gram_hashes(before + run + behind, size)
    ours = gram_hashes(run, size)
    assert np.array_equal(hashes[len(before) : len(before) + len(ours)], ours)


def test_other_runs_and_sizes_have_other_hashes() -> None:
    text = "".join(map(chr, range(0x4E00, 0x5E00)))
    hashes = [gram_hashes(text, size) for size in (1, 2, 3, 5, 7, 12)]
    assert len(distinct(np.concatenate(hashes))) == sum(map(len, hashes))
    assert len(distinct(gram_hashes("甲乙甲", 2))) == 2


@given(st.text(st.sampled_from("甲乙\U000f0001"), max_size=50), SIZES)
def test_codes_tell_the_same_runs_apart(text: str, size: int) -> None:
    runs = {text[start : start + size] for start in range(max(1, len(text) - size + 1))} - {""}
    assert len(distinct(gram_codes(text, size))) == len(distinct(gram_hashes(text, size))) == len(runs)


def test_hashes_are_spread_evenly() -> None:
    """A bottom sketch is a fair sample only of what looks random, in the first bits of all."""
    hashes = gram_hashes("".join(map(chr, range(0x4E00, 0x8E00))), 7)
    counts = np.bincount((hashes >> np.uint64(60)).astype(np.intp), minlength=16)
    assert counts.min() > 0.85 * len(hashes) / 16
    assert counts.max() < 1.15 * len(hashes) / 16


def test_halves_of_characters_are_hashed_as_they_are() -> None:
    assert len(distinct(gram_hashes("\ud800\udc00\U00010000\ud800", 1))) == 3


@given(st.lists(st.integers(0, WORD)))
def test_distinct(numbers: list[int]) -> None:
    assert distinct(np.array(numbers, dtype=np.uint64)).tolist() == sorted(set(numbers))
