"""What is compared of each character, on its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.dedup.characters import KEPT, _traditional, plain

ANY_TEXT = st.text(st.characters(exclude_categories=()))
SIMPLIFIED = ANY_TEXT.filter(lambda text: "-" not in plain(text) and not _traditional().search(text))
LETTERS = 0x34000
"""Code points; behind them are no letters."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＧＤＰ增长６．１％", "gdp增长6.1%"),
        ("１，２３４.５‰", "1,234.5‰"),
        ("臺灣後臺乾旱麵條", "台湾后台干旱面条"),
        ("Ｃａｆｅ\u0301 ÉCOLE", "cafe ecole"),
        ("甲\u200b\ufeff\u00ad乙", "甲乙"),
        ("甲、乙!", "甲 乙 "),
        ("－5+3−1–2—4", "-5+3-1 2 4"),
        ("①㎡½㏠", "1m21 21日"),
        ("甲\x00乙\x1b", "甲 乙 "),
        ("〇零", "〇零"),
    ],
)
def test_what_is_left(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("資訊網路支援", "信息网络支持"),
        ("軟體與滑鼠", "软件与鼠标"),
        ("支援软体", "支援软体"),
        ("資訊\ud800網路", "信息 网络"),
        ("資訊\x00網路", "信息 网络"),
    ],
)
def test_words_of_a_traditional_text_become_those_of_a_simplified_one(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_a_single_traditional_character_makes_no_traditional_text() -> None:
    simplified = "台湾红十字会上月派人前来支援当地居民重建家园"
    assert plain(f"{simplified}於") == f"{simplified}于"
    assert plain(f"{simplified}會議開始") == f"{simplified.replace('支援', '支持')}会议开始"


@given(SIMPLIFIED)
def test_a_long_text_is_read_as_a_short_one(text: str) -> None:
    long = "甲" * 200
    for _ in range(2):
        assert plain(long + text) == long + plain(text)


@pytest.mark.parametrize("code", [0xD800, 0xDFFF, 0xE000, 0xF8FF, 0xF0000, 0xFFFFE, 0x10FFFF])
def test_what_nobody_can_read_is_a_space(code: int) -> None:
    assert plain(f"甲{chr(code)}乙") == "甲 乙"


@given(SIMPLIFIED, SIMPLIFIED)
def test_equal_texts_stay_equal_however_they_are_cut(one: str, other: str) -> None:
    assert plain(one + other) == plain(one) + plain(other)


@given(ANY_TEXT)
def test_only_letters_digits_and_spaces_are_left(text: str) -> None:
    assert all(character.isalnum() or character in KEPT or character == " " for character in plain(text))


def test_what_is_compared_is_compared_as_itself() -> None:
    unstable = {chr(code) for code in range(LETTERS) if plain(plain(chr(code))) != plain(chr(code))}
    # 薴 is 苧, and 苧 in traditional script is 苎.
    assert unstable <= {"薴"}
