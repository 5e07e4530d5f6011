"""Keys: what copies and rewrites have in common, and other stories have not."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.dedup import Compared, compared
from slqncy.dedup.keys import COMMON, VERSION
from slqncy.dedup.run import short
from tests.dedup import texts

TRADITIONAL = opencc.OpenCC("s2t").convert(texts.STORY)


def common(one: Compared, other: Compared) -> int:
    """Keys that both have, as the index holds them."""
    return len(np.intersect1d(short(one.keys), short(other.keys)))


@pytest.mark.parametrize(
    ("story", "count", "expected"),
    [
        (compared("东渚湖大桥通车", "3月1日，大桥通车，长3.86公里。"), 12, "4bd78b33df2e7b1e"),
        (texts.story(), 47, "20ab0f9c4b421897"),
        (texts.story(texts.REWRITE, texts.REWRITE_TITLE), 47, "ddb0a27428b4b3a8"),
    ],
    ids=["short", "story", "rewrite"],
)
def test_keys_are_what_they_were(story: Compared, count: int, expected: str) -> None:
    """Where they change, `keys.VERSION` has to: an index of other keys finds nothing."""
    assert VERSION == 1
    assert len(story.keys) == count
    assert sha256(story.keys.astype("<u8").tobytes()).hexdigest()[:16] == expected


@pytest.mark.parametrize(
    "copy",
    [
        texts.edited(), texts.cut(0.6), texts.cut(0.3), texts.PAGE, texts.BOILERPLATE, TRADITIONAL,
        texts.STORY.replace("。", "。\n"), texts.STORY.replace("\n", ""), texts.REWRITE,
    ],
    ids=["edited", "60 %", "30 %", "page", "boilerplate", "traditional", "sentences", "one line", "rewrite"],
)  # fmt: skip
def test_a_copy_and_a_rewrite_have_enough_keys_in_common(copy: str) -> None:
    assert common(texts.story(copy, "另一个说法"), texts.story()) >= COMMON


@pytest.mark.parametrize("text", ["甲", "甲乙丙丁戊", "2024", "1%", "开会"])
def test_an_equal_text_has_enough_keys_in_common_however_short(text: str) -> None:
    assert common(compared("标题", text), compared("", f" {text}。")) >= COMMON


def test_other_stories_have_not() -> None:
    stories = [
        texts.story(), texts.story(texts.OTHER, texts.OTHER_TITLE), texts.story(texts.FOLLOW_UP, texts.FOLLOW_UP_TITLE),
    ]  # fmt: skip
    assert max(common(one, other) for one in stories for other in stories if one is not other) < COMMON


def test_the_title_alone_finds_a_story() -> None:
    assert common(compared(texts.TITLE, "图文"), compared(texts.TITLE, "视频")) >= COMMON


@given(st.text(), st.text())
def test_keys_are_few_different_and_ascending(title: str, text: str) -> None:
    keys = compared(title, text).keys
    assert keys.dtype == np.uint64
    assert len(keys) <= 47
    assert (keys[1:] > keys[:-1]).all()


def test_a_text_that_repeats_itself_has_as_many_keys_as_it_has_different_runs() -> None:
    once = compared("", "甲乙丙丁戊己庚辛壬癸")
    often = compared("", "甲乙丙丁戊己庚辛壬癸" * 5000)
    assert len(once.keys) == 3 + 4
    assert len(often.keys) == 3 + 10


def test_nothing_has_no_keys() -> None:
    assert compared("", "").keys.tolist() == []
    assert compared("！", "……\n").keys.tolist() == []


def test_neighbouring_figures_count_in_either_order() -> None:
    one, other = compared("", "甲8615丙3017"), compared("", "戊3017庚8615")
    assert common(one, other) == 3
