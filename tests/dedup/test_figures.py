"""Figures of a text: one however it is written, and none where digits and numerals are words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.dedup.characters import plain
from slqncy.dedup.figures import Figure, figures_in, fold
from slqncy.dedup.numerals import NUMERALS

PIECES = st.sampled_from([
    *NUMERALS, *"0123456789.,%‰+-年月日号时分秒成多余点", "分之", "个百分点", "亿" * 15, "G", "甲", "，", " ", "\n",
    "\U000f0000", "\ud800",
])  # fmt: skip
TEXTS = st.one_of(st.text(st.characters(exclude_categories=())), st.lists(PIECES).map("".join))


def figures(text: str) -> list[Figure]:
    return fold(plain(text))[1]


def names(text: str) -> list[str]:
    return [figure.name for figure in figures(text)]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("1.2亿", ["1.2亿", "12000万", "一亿两千万", "１.２億", "120,000,000", "一億二千萬", "1．2亿"]),
        ("1.13亿", ["1.13亿", "11300万"]),
        ("35000000", ["3500多万", "3500万", "3500余万", "三千五百万"]),
        ("1234.5", ["1,234.5", "1234.5", "１，２３４．５"]),
        ("50.3%", ["百分之五十点三", "50.3%", "50.3％", "50.3个百分点"]),
        ("30%", ["三成", "30%", "百分之三十", "百分之30", "三十%", "300‰"]),
        ("33.3%", ["三分之一", "3分之1"]),
        ("0.3%", ["千分之三", "3‰", "0.3%"]),
        ("3月1日", ["3月1日", "三月一日", "3月1号", "03月01日", "３月１日"]),
        ("11月30日", ["11月30日", "十一月三十日", "11月三十号"]),
        ("2024年", ["2024年", "二〇二四年", "二零二四年", "两千零二十四年"]),
        ("4月", ["4月", "四月"]),
        ("15日", ["15日", "15号", "十五日"]),
        ("20", ["20人", "二十人", "20。", "第20届", "+20", "a-20"]),
        ("-5", ["-5", "－5", "−5", "气温-5", "甲，-5"]),
        ("-3.2%", ["-3.2%", "增速为-3.2％", "-3.2个百分点"]),
        ("-1.2亿", ["-1.2亿", "-12000万"]),
    ],
)
def test_one_figure_however_it_is_written(name: str, written: list[str]) -> None:
    assert {text: names(text) for text in written} == {text: [name] for text in written}
    assert len({figure for text in written for figure in figures(text)}) == 1
    assert len({figures_in(fold(plain(text))[0])[0] for text in written}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "万一", "九一八事变", "三四百人", "十四五规划", "五一", "两会", "一带一路", "三农", "一日三餐", "百姓", "数千",
        "G20峰会", "M2增速", "PM2.5浓度", "covid19", "一个百分点", "3.5.2版", "九·一八", "亿元", "",
    ],
)  # fmt: skip
def test_what_is_no_figure(text: str) -> None:
    folded, found = fold(plain(text))
    assert found == []
    assert figures_in(folded) == []


def test_a_line_between_figures_is_no_minus() -> None:
    assert names("3-5人，比分2-1。电话010-8888。-3--5") == ["3", "5", "2", "1", "10", "8888", "-3", "-5"]


def test_a_folded_text_has_one_character_for_each_figure() -> None:
    folded, found = fold(plain("2024年3月1日，全市新增就业1.2万人，增长5.1%。G20"))
    assert [figure.name for figure in found] == ["2024年", "3月1日", "12000", "5.1%"]
    codes = figures_in(folded)
    assert len(codes) == len(found)
    assert folded == "{}{}全市新增就业{}人增长{}g20".format(*codes)


def test_other_figures_are_other_characters() -> None:
    written = [
        f"{number}{unit}" for number in (7, 12, 305, 2024, 5092.76) for unit in ("", "%", "年", "月", "日", "万")
    ]
    assert len({fold(plain(text))[0] for text in written}) == len(written)


def test_a_minus_makes_another_figure_that_tells_as_much() -> None:
    (below,), (above,) = figures("-5.2%"), figures("5.2%")
    assert below.bits == above.bits
    assert below.code != above.code
    assert fold(plain("-5.2%"))[0] != fold(plain("5.2%"))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3-5", ["3", "5"]),
        ("3~-5", ["3", "-5"]),
        ("-8至-3", ["-8", "-3"]),
        ("b-5", ["5"]),
        ("3月-5月", ["3月", "5月"]),
        ("三月-五月", ["3月", "5月"]),
        ("2020年3月1日-2021年5月", ["2020年", "3月1日", "2021年", "5月"]),
        ("3.5元-10.5元", ["3.5", "10.5"]),
        ("3月-0.3%", ["3月", "-0.3%"]),
        ("5人-3%", ["5", "-3%"]),
        ("5%-10%", ["5%", "10%"]),
        ("3月1日-15日", ["3月1日", "15日"]),
        ("3公里-5公里", ["3", "5"]),
        ("+5", ["5"]),
        ("5-", ["5"]),
        ("20—30", ["20", "30"]),
    ],
)
def test_a_minus_behind_a_figure_is_a_range(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_what_a_figure_tells() -> None:
    texts = ["5092.76", "1.2亿", "3月1日", "15日", "2024年", "2024", "20"]
    bits = [figure.bits for text in texts for figure in figures(text)]
    assert bits == [13.5, 3.5, 6, 3, 2, 2, 1]


def test_codes_are_what_they_were() -> None:
    """Keys are made of them: where one changes, `keys.VERSION` has to."""
    codes = [figure.code for text in ("1.2亿", "3月1日", "50.3%", "2024年", "7", "-7") for figure in figures(text)]
    assert codes == [2972206263, 2556841437, 3530875607, 1415616663, 1790921346, 3645828383]


@given(TEXTS)
def test_every_text_can_be_folded(text: str) -> None:
    folded, found = fold(plain(text))
    assert len(figures_in(folded)) == len(found)
    assert all(figure.bits > 0 and 0 <= figure.code < 1 << 32 for figure in found)
    assert not set(folded) & set(" .,%‰+-")


@given(st.text(st.characters(categories=("Co", "Cn"))))
def test_private_use_characters_are_no_figures(text: str) -> None:
    assert fold(plain(text)) == ("", [])


@pytest.mark.parametrize(
    "text",
    [
        "1" * 1_000_000, "1" * 41, "一" + "亿" * 1000, "9" + "亿" * 1000, "1" + "0" * 400,
        "三分之" + "9" * 400,
    ],
    ids=["a million digits", "41 digits", "numerals", "digits and numerals", "10^400", "a fraction"],
)  # fmt: skip
def test_what_is_too_long_is_no_figure(text: str) -> None:
    assert fold(plain(text))[1] == []


@pytest.mark.parametrize("text", ["一" + "亿" * 39, "9" + "亿" * 39], ids=["numerals", "both"])
def test_what_is_too_large_is_no_figure(text: str) -> None:
    assert fold(plain(text)) == (text, [])


def test_the_longest_figure() -> None:
    assert names("1" * 40) == ["1.111111111e+31亿"]
