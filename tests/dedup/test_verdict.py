"""Which pairs are copies, which are rewrites, and which are neither."""

from __future__ import annotations

from typing import Any

import opencc
import pytest

from slqncy.dedup import Thresholds, Verdict, compared, judge
from slqncy.reasons import DuplicateKind
from tests.dedup import texts
from tests.dedup.texts import story

DEFAULT = Thresholds()
TRADITIONAL = opencc.OpenCC("s2t").convert
LATER, LONG_AFTER = "2024-10-27", "2025-01-15"
COPIES = {
    "same": (story(title="别的标题"), DuplicateKind.SAME_TEXT),
    "same, long after": (story(day=LONG_AFTER), DuplicateKind.SAME_TEXT),
    "paragraphs": (story(texts.STORY.replace("。", "。\n")), DuplicateKind.SAME_TEXT),
    "one paragraph": (story(texts.STORY.replace("\n", "")), DuplicateKind.SAME_TEXT),
    "traditional": (story(TRADITIONAL(texts.STORY), TRADITIONAL(texts.TITLE)), DuplicateKind.SAME_TEXT),
    "editor": (story(f"{texts.STORY}\n责任编辑：何川"), DuplicateKind.SAME_TEXT),
    "edited": (story(texts.edited()), DuplicateKind.NEAR_TEXT),
    "edited, traditional": (story(TRADITIONAL(texts.edited())), DuplicateKind.NEAR_TEXT),
    "edited, some weeks later": (story(texts.edited(), day=LATER), DuplicateKind.NEAR_TEXT),
    "edited, undated": (story(texts.edited(), day=""), DuplicateKind.NEAR_TEXT),
    "other boilerplate": (story(texts.BOILERPLATE), DuplicateKind.NEAR_TEXT),
    "90 %": (story(texts.cut(0.9)), DuplicateKind.NEAR_TEXT),
    "60 %": (story(texts.cut(0.6)), DuplicateKind.CONTAINED),
    "60 %, long after": (story(texts.cut(0.6), day=LONG_AFTER), DuplicateKind.CONTAINED),
    "30 %": (story(texts.cut(0.3)), DuplicateKind.CONTAINED),
    "in a page": (story(texts.PAGE, "今日要闻"), DuplicateKind.CONTAINED),
}
OTHERS = {
    "follow-up": story(texts.FOLLOW_UP, texts.FOLLOW_UP_TITLE, "2024-10-28"),
    "follow-up on the day": story(texts.FOLLOW_UP, texts.TITLE),
    "another story": story(texts.OTHER, texts.OTHER_TITLE),
    "another story of that title": story(texts.OTHER),
    "rewrite long after": story(texts.REWRITE, texts.REWRITE_TITLE, LONG_AFTER),
    "the title alone": story(""),
    "nothing": compared("", ""),
}


def both_ways(one: Any, other: Any, thresholds: Thresholds = DEFAULT) -> Verdict | None:
    forth, back = judge(one, other, thresholds), judge(other, one, thresholds)
    assert (forth is None) == (back is None)
    if forth and back:
        assert (forth.kind, forth.score, forth.common) == (back.kind, back.score, back.common)
    assert forth == judge(one, other, thresholds)
    return forth


@pytest.mark.parametrize(("copy", "kind"), COPIES.values(), ids=COPIES)
def test_copies(copy: Any, kind: DuplicateKind) -> None:
    verdict = both_ways(copy, story())
    assert verdict is not None
    assert verdict.kind is kind
    assert (verdict.score == 1) == (kind is DuplicateKind.SAME_TEXT)
    assert verdict.score > 0.9


def test_a_rewrite() -> None:
    verdict = both_ways(story(texts.REWRITE, texts.REWRITE_TITLE, "2024-09-29"), story())
    assert verdict is not None
    assert verdict.kind is DuplicateKind.REWRITE
    assert 0.5 < verdict.score < 1
    assert "1146, 9月28日, 21.7亿" in verdict.evidence


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_what_is_neither(other: Any) -> None:
    assert both_ways(other, story()) is None


@pytest.mark.parametrize("days", [0, 1, 60])
@pytest.mark.parametrize(("one", "other"), texts.BULLETINS.values(), ids=texts.BULLETINS)
def test_bulletins_from_one_template_are_different_stories(one: str, other: str, days: int) -> None:
    day = {0: "2024-05-01", 1: "2024-05-02", 60: "2024-06-30"}[days]
    assert both_ways(compared("今日通报", one, "2024-05-01"), compared("今日通报", other, day)) is None


@pytest.mark.parametrize("one", [bulletin for pair in texts.BULLETINS.values() for bulletin in pair])
def test_a_bulletin_that_is_reprinted_is_a_copy(one: str) -> None:
    reprint = compared("转发", f"{one}\n（来源：市融媒体中心）", "2024-05-02")
    verdict = both_ways(compared("今日通报", one, "2024-05-01"), reprint)
    assert verdict is not None
    assert verdict.kind in {DuplicateKind.NEAR_TEXT, DuplicateKind.CONTAINED}


@pytest.mark.parametrize("one", [compared("", ""), compared("标题", ""), compared("标题", "……")])
def test_without_a_text_nothing_is_a_duplicate(one: Any) -> None:
    assert both_ways(one, one, Thresholds(near=0.01, rewrite=0.01)) is None


@pytest.mark.parametrize("text", ["甲", "2024", "开会了。"])
def test_the_shortest_texts_are_compared_too(text: str) -> None:
    assert both_ways(compared("", text), compared("", text)) == Verdict(
        DuplicateKind.SAME_TEXT, 1.0, f"equal normal form, of {len(compared('', text).text)} characters and figures",
        len(compared("", text).text),
    )  # fmt: skip
    assert both_ways(compared("", text), compared("", "乙")) is None


# Thresholds


def test_a_threshold_is_the_least_score_that_counts() -> None:
    rewrite = story(texts.REWRITE, texts.REWRITE_TITLE, "2024-09-29")
    verdict = judge(rewrite, story(), DEFAULT)
    assert verdict is not None
    assert judge(rewrite, story(), Thresholds(rewrite=verdict.score - 0.001)) == verdict
    assert judge(rewrite, story(), Thresholds(rewrite=verdict.score + 0.001)) is None
    assert judge(story(texts.cut(0.6)), story(), Thresholds(near=1.0, rewrite=1.0)) is None


def test_equal_texts_are_equal_whatever_the_thresholds() -> None:
    assert judge(story(), story(), Thresholds(near=1.0, rewrite=1.0)) is not None


@pytest.mark.parametrize("value", ["0.7", 0.7, "1", 1, "1e-3"])
def test_a_score_may_be(value: Any) -> None:
    thresholds = Thresholds.from_settings({"DEDUP_NEAR_SCORE": value, "DEDUP_REWRITE_SCORE": 0.6})
    assert (thresholds.near, thresholds.rewrite, thresholds.far) == (float(value), 0.6, 0.9)


@pytest.mark.parametrize("value", ["0", 0, "-0.1", 1.01, "nan", "inf", "viel", "", None, [0.5]])
@pytest.mark.parametrize("name", ["DEDUP_NEAR_SCORE", "DEDUP_REWRITE_SCORE"])
def test_a_score_may_not_be(name: str, value: Any) -> None:
    settings = {"DEDUP_NEAR_SCORE": 0.5, "DEDUP_REWRITE_SCORE": 0.5, name: value}
    with pytest.raises(ValueError, match=f"{name}=.*a score is a number above 0, and 1 at most"):
        Thresholds.from_settings(settings)


# Rank


def test_any_copy_is_better_than_any_rewrite_and_of_copies_that_which_is_most_of_it() -> None:
    rewrite = Verdict(DuplicateKind.REWRITE, 0.999, "", 900)
    near = Verdict(DuplicateKind.NEAR_TEXT, 0.6, "", 20)
    part = Verdict(DuplicateKind.CONTAINED, 0.5, "", 300)
    weaker = Verdict(DuplicateKind.REWRITE, 0.6, "", 1000)
    assert sorted([part, rewrite, weaker, near], key=lambda verdict: verdict.rank) == [weaker, rewrite, near, part]
