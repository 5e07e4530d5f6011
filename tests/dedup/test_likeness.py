"""What is measured of a pair."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from slqncy.dedup import compared, likeness
from slqncy.dedup.alignment import Alignment
from slqncy.dedup.grams import distinct
from slqncy.dedup.likeness import Likeness, compare, overlap
from slqncy.dedup.signals import NEAR, REWRITE, near_signals, rewrite_signals
from tests.dedup import texts

SETS = st.sets(st.integers(0, 30))


@given(SETS, SETS)
def test_overlap_is_that_of_sets(one: set[int], other: set[int]) -> None:
    both = len(one & other)
    expected = (both / min(len(one), len(other)), both / len(one | other)) if one and other else (0.0, 0.0)
    arrays = [distinct(np.array([*numbers], dtype=np.uint64)) for numbers in (one, other)]
    assert overlap(arrays[0], arrays[1]) == overlap(arrays[1], arrays[0]) == expected


def test_a_pair_is_measured() -> None:
    one = compared("大桥通车", "大桥3月1日通车，长3.86公里，投资21.7亿元。", "2024-03-01T08:00:00+08:00")
    other = compared("大桥今通车", "大桥3月1日通车，长3.86公里，投资22亿元。", "2024-02-28")
    like = compare(one, other)
    assert (like.length, like.shorter, like.days) == (1.0, 13, 2)
    assert like.contained == pytest.approx(7 / 9)
    assert like.pairs_contained == pytest.approx(10 / 12)
    assert like.pairs_equal == pytest.approx(10 / 14)
    assert (like.shared_bits, like.first_bits, like.second_bits) == (12.0, 6.0, 3.5)
    assert like.figures_in_order == pytest.approx(2 / 3)
    assert like.title_equal == pytest.approx(2 * 2 / 7)
    assert like.alignment == Alignment()
    assert like.aligned(one, other) == replace(like, alignment=Alignment(aligned=11, agreeing=2, conflicting=1))


def test_a_figure_that_is_there_twice_tells_once() -> None:
    like = compare(compared("", "5092.76和5092.76"), compared("", "5092.76与5092.76"))
    assert like.shared_bits == 13.5


def test_figures_in_another_order_are_shared_and_not_in_order() -> None:
    like = compare(compared("", "甲12乙34丙56"), compared("", "甲56乙34丙12"))
    assert (like.shared_bits, like.first_bits) == (10.5, 0)
    assert like.figures_in_order == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("one", "other", "days"), [("", "2024-01-01", None), ("x", "", None), ("2023-12-31", "2024-01-01", 1)]
)
def test_days_between_are_known_where_both_are(one: str, other: str, days: int | None) -> None:
    assert compare(compared("", "甲", one), compared("", "甲", other)).days == days


@pytest.mark.parametrize("other", [("", ""), ("标题", ""), ("", "甲"), ("标题", "甲")])
def test_of_nothing_all_is_nothing(other: tuple[str, str]) -> None:
    like = compare(compared("", ""), compared(*other))
    assert like.contained == like.pairs_equal == like.length == like.shared_bits == like.title_equal == 0
    assert len(near_signals(like)) == len(NEAR)
    assert len(rewrite_signals(like)) == len(REWRITE)


PAIRS = [
    (texts.story(), texts.story(texts.edited())),
    (texts.story(), texts.story(texts.PAGE)),
    (texts.story(), texts.story(texts.cut(0.3))),
    (texts.story(), texts.story(texts.REWRITE, texts.REWRITE_TITLE)),
    *((texts.story(one), texts.story(other)) for one, other in texts.BULLETINS.values()),
]


@pytest.mark.parametrize("pair", PAIRS)
def test_which_story_is_the_first_is_no_difference(pair: tuple[Any, Any]) -> None:
    one, other = pair
    forth, back = compare(one, other).aligned(one, other), compare(other, one).aligned(other, one)
    names = [name for name in Likeness.__dataclass_fields__ if name not in {"first_bits", "second_bits"}]
    assert {name: getattr(forth, name) for name in names} == {name: getattr(back, name) for name in names}
    assert (forth.first_bits, forth.second_bits) == (back.second_bits, back.first_bits)


def test_of_a_table_only_so_many_figures_are_put_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time grows with the product of their counts: two tables of a megabyte took half a minute."""
    counts: list[int] = []

    class Watched:
        @staticmethod
        def similarity(one: list[str], other: list[str]) -> int:
            counts.extend((len(one), len(other)))
            return LCSseq.similarity(one, other)

    monkeypatch.setattr(likeness, "LCSseq", Watched)
    table = "".join(f"{number % 89 + 10} " for number in range(60_000))
    like = compare(compared("", table), compared("", table[3:]))
    assert max(counts) <= 8_000
    assert like.figures_in_order > 0.99
