"""Which pairs are copies, which are rewrites, and which are neither."""

from __future__ import annotations

import re
from itertools import product
from random import Random
from typing import Any

import opencc
import pytest

from slqncy.dedup import Compared, Thresholds, Verdict, compared, judge
from slqncy.dedup import verdict as verdicts
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


def test_what_is_refused_at_a_glance_is_refused_when_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    bulletins = [text for pair in texts.BULLETINS.values() for text in pair]
    bodies = [texts.STORY, texts.edited(), texts.REWRITE, texts.FOLLOW_UP, texts.OTHER, texts.PAGE, "", *bulletins]
    every = [story(body, day=day) for body in bodies for day in (texts.DAY, LATER, LONG_AFTER, "")]
    refused = [pair for pair in product(every, every) if verdicts._is_neither(*pair)]
    assert len(refused) > len(every) ** 2 / 2
    monkeypatch.setattr(verdicts, "_is_neither", lambda *_: False)
    assert {judge(*pair, DEFAULT) for pair in refused} == {None}


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


# Whatever the scores


NEARLY_ALL = Thresholds(near=0.001, rewrite=0.001)
CAPTION = "请点击观看视频"
FIGURES = "[0-9零一二三四五六七八九十百千万亿两]"


def letters(count: int) -> str:
    """Any, but none of which figures are written."""
    every = re.sub(FIGURES, "", "".join(map(chr, range(0x4E00, 0x5E00))))
    return "".join(Random(1).choices(every, k=count))


@pytest.mark.parametrize("text", [CAPTION, letters(29)])
def test_under_one_caption_the_titles_tell_the_stories(text: str) -> None:
    one = compared(texts.TITLE, text)
    assert both_ways(one, compared(texts.OTHER_TITLE, text), NEARLY_ALL) is None
    for title in (texts.TITLE, f"视频：{texts.TITLE}", ""):
        verdict = both_ways(one, compared(title, text))
        assert verdict is not None
        assert verdict.kind is DuplicateKind.SAME_TEXT


@pytest.mark.parametrize("text", [letters(30), texts.STORY])
def test_longer_texts_are_equal_whatever_their_titles(text: str) -> None:
    verdict = both_ways(compared(texts.TITLE, text), compared(texts.OTHER_TITLE, text))
    assert verdict is not None
    assert verdict.kind is DuplicateKind.SAME_TEXT


def test_a_rewrite_has_some_figure_in_common() -> None:
    rewrite = compared(texts.TITLE, re.sub(FIGURES, "", texts.REWRITE), texts.DAY)
    assert rewrite.bits.keys().isdisjoint(story().bits)
    assert both_ways(rewrite, story(), NEARLY_ALL) is None
    with_one = compared(texts.TITLE, f"{re.sub(FIGURES, '', texts.REWRITE)}其中有1146片箱梁。", texts.DAY)
    verdict = both_ways(with_one, story(), Thresholds(near=1.0, rewrite=0.001))
    assert verdict is not None
    assert verdict.kind is DuplicateKind.REWRITE


@pytest.mark.parametrize(
    ("conflicting", "agreeing", "is_copy"),
    [(0, 0, True), (1, 0, True), (1, 5, True), (2, 0, False), (2, 2, False), (2, 3, True), (5, 5, False), (5, 6, True)],
)
def test_where_more_figures_differ_than_agree_it_is_no_copy(conflicting: int, agreeing: int, *, is_copy: bool) -> None:
    words = letters(400)
    pieces = [words[start : start + 20] for start in range(0, len(words), 20)]

    def bulletin(first: int) -> Compared:
        figures = [first + place for place in range(conflicting)] + [700 + place for place in range(agreeing)]
        numbers = [*map(str, figures), *[""] * (len(pieces) - len(figures))]
        return compared("今日通报", "".join(map("".join, zip(pieces, numbers, strict=True))))

    verdict = both_ways(bulletin(110), bulletin(330), Thresholds(near=0.001, rewrite=1.0))
    assert (verdict is not None) == is_copy


@pytest.mark.parametrize(("kept", "is_copy"), [(1.0, True), (0.9, True), (0.7, False), (0.5, False)])
def test_of_a_small_part_nearly_all_is_in_the_whole(kept: float, *, is_copy: bool) -> None:
    """A report that quotes from a speech is no part of it."""
    whole = letters(1000)
    count = int(250 * kept)
    report = whole[500 : 500 + count] + letters(2000)[1200 : 1450 - count]
    verdict = both_ways(compared("报道", report), compared("讲话", whole), Thresholds(near=0.001, rewrite=1.0))
    assert (verdict is not None) == is_copy
    assert verdict is None or verdict.kind is DuplicateKind.CONTAINED


@pytest.mark.parametrize("count", [2_000, 20_000, 100_000])
def test_a_long_copy_without_figures_but_for_one_word(count: int) -> None:
    text = letters(count)
    assert compared("", text).figures == []
    changed = f"{text[: count // 2]}新词{text[count // 2 + 2 :]}"
    verdict = both_ways(compared("转发", changed), compared("原文", text))
    assert verdict is not None
    assert verdict.kind is DuplicateKind.NEAR_TEXT


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


def test_of_copies_that_are_as_much_of_it_the_surest_is_the_best() -> None:
    same, page = judge(story(), story(), DEFAULT), judge(story(), story(texts.PAGE), DEFAULT)
    assert same is not None
    assert page is not None
    assert page.common == same.common
    assert page.rank < same.rank
