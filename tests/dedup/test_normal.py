"""Equal texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.dedup import compared, normal_form

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
        ("甲乙\n分享到：微信 微博\n丙丁", "甲乙丙丁"),
        ("資訊網路支援", "信息网络支持"),
        ("資訊網路支援", "資訊網絡支持"),
        ("1,234人", "1234人"),
        ("1,234,567.8元", "1234567.8元"),
        ("－5℃", "−5℃"),
        ("3：2", "3:2"),
        ("增长+5%", "增长5%"),
        ("COVID-19", "covid19"),
        ("G-20", "g20"),
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
        ("气温-5℃", "气温5℃"),
        ("-5", "5"),
        ("5%", "5‰"),
        ("5%", "5"),
        ("3：2", "32"),
        ("1-3", "13"),
        ("1/2", "12"),
        ("1,2", "12"),
        ("1,2345", "12345"),
        ("1 2", "12"),
        ("1\n2", "12"),
        ("气温5~-3℃", "气温5~3℃"),
        ("中奖号码\n05", "中奖号码\n08"),
        ("05\n中奖号码", "08\n中奖号码"),
        ("名单\n101\n102\n公示", "名单\n101\n103\n公示"),
        ("大 1 小", "大 2 小"),
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
        ("甲乙\n点击：123次\n责任编辑：张三\n丙丁", "甲乙点击123次责任编辑张三丙丁"),
        ("甲乙\n相关阅读\n丙丁", "甲乙丙丁"),
        ("甲乙\n05 12 17\n1 2 3\n9", "甲乙05 12 17 1 2 3 9"),
        ("\n点击：123次\n\n甲乙\n\n责任编辑：张三\n \n", "甲乙"),
        (f"责任编辑：{'甲' * 60}\n乙", f"责任编辑{'甲' * 60}乙"),
        (f"免责声明：{'甲' * 60}\n乙", f"免责声明{'甲' * 60}乙"),
        (f"免责声明：{'甲' * 50}\n乙", "乙"),
    ],
    ids=[
        "edges",
        "source",
        "date alone",
        "nothing else",
        "edge lines between",
        "others between",
        "digits",
        "empty lines",
        "long line",
        "long notice",
        "notice",
    ],
)
def test_lines_of_no_story_are_taken_off(text: str, story: str) -> None:
    assert normal_form(text) == story


@given(st.lists(st.text("0123456789 ./-", min_size=1), min_size=1))
def test_no_figure_is_taken_off(lines: list[str]) -> None:
    digits = [character for character in "".join(lines) if character.isdigit()]
    for text in ("\n".join(lines), "\n".join(["甲", *lines]), "\n".join([*lines, "甲"])):
        assert [character for character in normal_form(text) if character.isdigit()] == digits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.2", "1.2"), ("1．2", "1.2"), (".5。3.", "5 3"), ("v1.2.", "v1.2"), ("1. 2", "1 2"), ("1..2", "1 2"),
        ("-5", "-5"), ("a-5", "a5"), ("甲-乙", "甲乙"), ("-甲", "甲"), ("5-", "5"), ("5至-3", "5至-3"),
        ("1,234", "1234"), ("1,2", "1 2"), ("1,2345", "1 2345"), ("甲, 1", "甲1"), ("甲 1", "甲1"), ("5 甲", "5甲"),
        ("5, -3", "5 -3"), ("-8--3", "-8 -3"), ("3月-5月", "3月5月"), ("5%-10%", "5%10%"),
        ("3公里-5公里", "3公里5公里"), ("歼-20", "歼-20"), ("3月为-5%", "3月为-5%"), ("3月-0.3%", "3月-0.3%"),
    ],
)  # fmt: skip
def test_signs_stay_that_make_another_figure(text: str, expected: str) -> None:
    assert normal_form(text) == expected


@pytest.mark.parametrize("character", ["臺", "灣", "體", "後", "乾", "麵", "億", "萬", "兩", "點"])
def test_traditional_script_is_simplified_wherever_it_stands(character: str) -> None:
    alone = normal_form(character)
    assert alone != character
    assert normal_form(f"甲{character}乙{character}") == f"甲{alone}乙{alone}"


@given(st.lists(st.text(WORDS)), st.text("，。！？、 \n\t(「”…—·"))
def test_punctuation_is_no_difference(words: list[str], mark: str) -> None:
    assert normal_form(mark.join(words)) == "".join(words)


@given(st.text(st.characters(exclude_categories=(), exclude_characters="薴-−－﹣⁻₋")))
def test_a_normal_form_is_its_own(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)


@given(st.lists(st.text(f"{WORDS}，。 %Ａ臺")))
def test_paragraphs_are_compared_one_by_one(paragraphs: list[str]) -> None:
    assert normal_form("\n".join(paragraphs)) == "".join(map(normal_form, paragraphs))
