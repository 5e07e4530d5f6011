"""Equal texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.dedup import compared, normal_form
from slqncy.dedup.characters import plain

WORDS = "甲乙丙丁戊己庚辛壬癸"


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
        ("涨1.2%", "涨1.2"),
        ("零上5度", "零上-5度"),
        ("比分3:2", "比分32"),
        ("红球号码\n03 07 08\n蓝球号码\n16", "红球号码\n01 02 11\n蓝球号码\n9"),
        ("金牌榜\n40\n27", "金牌榜\n38\n32"),
        ("3月15日", "3月16日"),
    ],
)
def test_what_differs_in_words_or_figures_is_not(one: str, other: str) -> None:
    assert compared("", one).fingerprint != compared("", other).fingerprint


@pytest.mark.parametrize("text", ["", "\n", "……", "！！！", "\u200b", "%", "-+,."])
def test_where_nothing_is_left_nothing_is_equal(text: str) -> None:
    assert compared("", text).fingerprint == b""


@pytest.mark.parametrize(
    ("text", "story"),
    [
        ("大 中 小\n甲乙丙丁\n上一篇：戊己\n下一篇：庚辛", "甲乙丙丁"),
        ("来源：新华社\n甲乙丙丁", "来源新华社甲乙丙丁"),
        ("2024年5月1日\n甲乙丙丁", "2024年5月1日甲乙丙丁"),
        ("点击：123次\n扫一扫关注", "点击123次扫一扫关注"),
        (f"责任编辑：{'甲' * 60}\n乙", f"责任编辑{'甲' * 60}乙"),
        (f"免责声明：{'甲' * 60}\n乙", f"免责声明{'甲' * 60}乙"),
        (f"免责声明：{'甲' * 50}\n乙", "乙"),
    ],
    ids=["edges", "source", "date alone", "nothing else", "long line", "long notice", "notice"],
)
def test_lines_of_no_story_are_taken_off(text: str, story: str) -> None:
    assert normal_form(text) == story


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.2", "1.2"),
        ("1．2", "1.2"),
        (".5。3.", "5 3"),
        ("v1.2.", "v1.2"),
        ("1. 2", "1 2"),
        ("1..2", "1 2"),
        ("1,234,567人", "1234567人"),
        ("12,34", "12 34"),
        ("1,2345", "1 2345"),
        ("3：5", "3 5"),
        ("3-5", "3 5"),
        ("-5℃", "-5c"),
        ("−5到+3", "-5到3"),
        ("歼-20", "歼-20"),
        ("f-16", "f16"),
        ("2024 年 3 月", "2024年3月"),
        ("5%，3‰", "5%3‰"),
    ],
)
def test_what_makes_another_figure_of_one_stays(text: str, expected: str) -> None:
    assert normal_form(text) == expected


@pytest.mark.parametrize("character", ["臺", "灣", "體", "後", "乾", "麵", "億", "萬", "兩", "點"])
def test_traditional_script_is_simplified_wherever_it_stands(character: str) -> None:
    alone = normal_form(character)
    assert alone != character
    assert normal_form(f"甲{character}乙{character}") == f"甲{alone}乙{alone}"


@given(st.lists(st.text(WORDS)), st.text("，。！？、 \n\t(「”…—·"))
def test_punctuation_is_no_difference(words: list[str], mark: str) -> None:
    assert normal_form(mark.join(words)) == "".join(words)


# What keeps a minus from a word before it is gone in the normal form.
@given(
    st.text(st.characters(exclude_categories=(), exclude_characters="薴")).filter(lambda text: "-" not in plain(text))
)
def test_a_normal_form_is_its_own(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)


@given(st.lists(st.text(f"{WORDS}，。 %Ａ臺")))
def test_paragraphs_are_compared_one_by_one(paragraphs: list[str]) -> None:
    assert normal_form("\n".join(paragraphs)) == "".join(map(normal_form, paragraphs))
