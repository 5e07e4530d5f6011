"""Equal texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.dedup import compared, normal_form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("会议召开。会上,张三讲话", "会议召开 会上，张三讲话。"),
        ("2019年GDP增长6.1%", "２０１９年ｇｄｐ增长6．1％"),
        ("甲\n乙", "甲乙"),
        ("“甲”(乙)", "「甲」（乙）"),
        ("甲\u3000乙\u200b丙\ufeff", "甲乙丙"),
        ("ABC", "abc"),
        ("㎡", "m2"),
        ("臺灣體育", "台湾体育"),
        ("é", "e\u0301"),
        ("甲乙丙丁\n（责任编辑：张三）", "甲乙丙丁"),
        ("甲乙丙丁\n分享到：微信 微博", "甲乙丙丁"),
    ],
)
def test_what_differs_in_print_only_is_equal(one: str, other: str) -> None:
    assert normal_form(one) == normal_form(other)
    assert compared("", one).fingerprint == compared("标题", other).fingerprint


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("增长12%", "增长21%"),
        ("甲乙", "乙甲"),
        ("甲", "甲甲"),
        ("张三", "张弎"),
        ("涨1.2%", "涨12%"),
        ("3月15日", "3月16日"),
    ],
)
def test_what_differs_in_words_or_figures_is_not(one: str, other: str) -> None:
    assert compared("", one).fingerprint != compared("", other).fingerprint


@pytest.mark.parametrize("text", ["", "\n", "……", "！！！", "\u200b"])
def test_where_nothing_is_left_nothing_is_equal(text: str) -> None:
    assert compared("", text).fingerprint == b""


@given(st.lists(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF))), st.text("，。！？、 \n\t(「”…—·"))
def test_punctuation_is_no_difference(words: list[str], mark: str) -> None:
    assert normal_form(mark.join(words)) == "".join(words)
