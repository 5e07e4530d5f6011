"""Numbers as they are written, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.dedup.numerals import NUMERALS, value_of

WRITTEN = st.text(st.sampled_from(f"0123456789.,多余点{NUMERALS}"), max_size=40)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("007", 7),
        ("1,234.5", 1234.5),
        ("1.2亿", 120_000_000),
        ("12000万", 120_000_000),
        ("一亿两千万", 120_000_000),
        ("1.5万亿", 1.5e12),
        ("一万五千亿", 1.5e12),
        ("3500多万", 35_000_000),
        ("10余万", 100_000),
        ("3百", 300),
        ("十", 10),
        ("十一", 11),
        ("二十", 20),
        ("一百零五", 105),
        ("三百二十五万", 3_250_000),
        ("一万零三", 10_003),
        ("一亿零二万", 100_020_000),
        ("千万", 10_000_000),
        ("五十点三", 50.3),
        ("零点零五", 0.05),
        ("三点一四", 3.14),
        ("二〇二四", 2024),
        ("一九九八", 1998),
        ("两千零二十四", 2024),
        ("五", 5),
    ],
)
def test_a_number(text: str, value: float) -> None:
    assert value_of(text) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "万", "万一", "亿万", "九一八", "三四百", "五六", "十四五", "二〇二四五", "一二", "3点5", "点", "点五点",
        "五点", "五点十", "3一", "1.2.3", "多", "十几万", "三两", "abc", "½", "٣",
    ],
)  # fmt: skip
def test_no_number(text: str) -> None:
    assert value_of(text) is None


@given(WRITTEN)
def test_whatever_is_written_has_a_value_or_none(text: str) -> None:
    value = value_of(text)
    assert value is None or value >= 0


@pytest.mark.parametrize("text", ["一" + "亿" * 39, "9" + "亿" * 1000, "9" * 401], ids=["numerals", "both", "digits"])
def test_what_is_too_large_is_infinite(text: str) -> None:
    assert value_of(text) == float("inf")


@given(st.integers(1000, 9999))
def test_numerals_are_the_number_whether_counted_or_in_a_row(number: int) -> None:
    digits = ["零一二三四五六七八九"[int(digit)] for digit in f"{number}"]
    counted = [digit + unit for digit, unit in zip(digits, ("千", "百", "十", ""), strict=True) if digit != "零"]
    assert value_of("".join(counted)) == value_of("".join(digits)) == value_of(f"{number}") == number
