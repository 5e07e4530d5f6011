"""A story as it is compared: nothing in a text makes it fail."""

from __future__ import annotations

from copy import copy
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.dedup import Thresholds, compared, judge
from slqncy.dedup.figures import figures_in
from tests.dedup import texts

HOSTILE = st.text(
    st.one_of(st.characters(exclude_categories=()), st.sampled_from("0123456789零一十百千万亿点分之年月日.,%\n 大小"))
)


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_any_two_texts_can_be_compared(title: str, text: str, day: str, other: str) -> None:
    one = compared(title, text, day)
    assert len(one.keys) <= 47
    assert (one.fingerprint == b"") == (one.text == "" == "".join(figures_in(one.text)))
    verdict = judge(one, compared(title, text + other), Thresholds(near=0.01, rewrite=0.01))
    assert verdict is None or 0 < verdict.score <= 1
    for same_title in {title, ""}:
        same = judge(one, compared(same_title, text, day), Thresholds())
        assert one.fingerprint == b"" or (same is not None and same.score == 1)
    same = judge(one, compared(other, text, day), Thresholds())
    assert len(one.text) < 30 or (same is not None and same.score == 1)


@pytest.mark.parametrize(
    ("published", "day"),
    [
        ("2024-05-01", date(2024, 5, 1).toordinal()),
        ("2024-05-01T23:59:59+08:00", date(2024, 5, 1).toordinal()),
        ("0001-01-01", 1),
        ("", None),
        ("2024", None),
        ("2024-02-30", None),
        ("昨天", None),
        ("\ud800", None),
        ("2024-05-0١", None),
    ],
)
def test_the_day_it_was_published(published: str, day: int | None) -> None:
    assert compared("", "", published).day == day


def test_a_story_is_folded() -> None:
    one = compared("大桥3月1日通車", "本報訊：大桥全长3.86公里，3月1日通车。\n（责任编辑：何川）", "2024-03-01")
    first, second = figures_in(one.text)
    assert one.text == f"本报讯大桥全长{first}公里{second}通车"
    assert one.title == f"大桥{second}通车"
    assert one.bits == {"3.86": 6.0, "3月1日": 6.0}
    assert one.title_pairs == {"大桥", f"桥{second}", f"{second}通", "通车"}
    assert (len(one.grams(2)), len(one.grams(100))) == (12, 1)


def test_a_copy_of_a_story_has_its_keys_and_need_not_work_them_out() -> None:
    one = compared(texts.TITLE, texts.STORY, texts.DAY)
    other = copy(one)
    assert other == one
    assert vars(other)["keys"].tolist() == one.keys.tolist()


def test_a_fingerprint_is_of_the_text_alone_and_what_it_was() -> None:
    """An index on disk is made of them: where it changes, `keys.VERSION` has to."""
    one = compared(texts.TITLE, texts.STORY, texts.DAY)
    assert one.fingerprint == compared("", texts.STORY).fingerprint
    assert one.fingerprint.hex() == "318f0469263086683a8c7d378d7bb66f1a055d1eebf6e6d5"
