"""Equal texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.dedup import fingerprint, normal_form
from tests.samples import story


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
    ],
)
def test_what_differs_in_print_only_is_equal(one: str, other: str) -> None:
    assert normal_form(one) == normal_form(other)
    assert fingerprint(story(1, one)) == fingerprint(story(2, other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("增长12%", "增长21%"), ("甲乙", "乙甲"), ("甲", "甲甲"), ("张三", "张弎"), ("体", "體"), ("3月15日", "3月16日")],
)
def test_what_differs_in_words_or_figures_is_not(one: str, other: str) -> None:
    assert fingerprint(story(1, one)) != fingerprint(story(1, other))


def test_only_the_text_counts() -> None:
    assert fingerprint(story(1, "甲")) == fingerprint(story(2, "甲", version=3))


def test_a_fingerprint_is_16_bytes_and_stays_the_same_for_ever() -> None:
    # printf 甲乙 | sha256sum | cut -c-32
    assert fingerprint(story(1, "甲,乙。")).hex() == "f73ab1f5c2b9542c9cea79597b69a5c4"


@given(st.lists(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF))), st.text("，。！？、 \n\t(「”…—·"))
def test_punctuation_is_no_difference(words: list[str], mark: str) -> None:
    assert normal_form(mark.join(words)) == "".join(words)
