"""Figures: what a rewrite keeps, and what bulletins from one template differ in. 1.2亿, 12000万 and 一亿两千万 are one.

In a folded text each figure is one character of the private-use planes, so that another figure is another character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from zlib import crc32

_PRIVATE = 0xF0000
_CODES = 0x20000
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
_NUMERALS = "".join((*_DIGITS, *_TENS, *_MYRIADS))
# It begins with one set of characters: the engine skips to the next of them without trying the rest.
_FIGURE = re.compile(
    rf"[0-9{_NUMERALS}](?:分之)?(?:[0-9{_NUMERALS}点]|[.,](?=[0-9])|[多余](?=[万亿]))*"
    rf"(?:月[0-9{_NUMERALS}]{{1,3}}[日号]|个百分点|[%‰年月日号时分秒成])?"
)
_PARTS = re.compile(rf"(?:([0-9{_NUMERALS}点.,多余]+)分之)?([0-9{_NUMERALS}点.,多余]+)(.*)", re.DOTALL)
_DECIMAL = re.compile(rf"([0-9,]*\.?[0-9]+)[多余]?((?:[{_NUMERALS}])*)")
_UNITS = {"号": "日", "个百分点": "%", "成": "%", "‰": "%", "": ""}
_FACTORS = {"成": 10.0, "‰": 0.1}
_CLOCK_AND_CALENDAR = frozenset("月日时分秒")
_YEARS = range(1900, 2101)
_YEAR_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a text."""

    name: str
    """Value and unit, the same however it is written: 120000000, 5.5%, 3月1日."""
    bits: float
    """How much it tells: two texts agree by chance on 2024 or 3日, hardly on 5092.76."""

    code: int
    """32 bits, the same in every process."""


def is_figure(character: str) -> bool:
    """Whether a character of a folded text stands for a figure."""
    return character >= "\U000f0000"


def fold(plain: str) -> tuple[str, list[Figure]]:
    """A text of `characters.plain` with each figure as one character and nothing but letters beside, and the figures."""
    figures: list[Figure] = []

    def replace(match: re.Match[str]) -> str:
        start = match.start()
        # The digits of G20 and M2 are part of a name.
        if start and plain[start - 1].isascii() and plain[start - 1].isalpha():
            return match[0]
        figure = _read(match[0])
        if figure is None:
            return match[0]
        figures.append(figure)
        return chr(_PRIVATE + figure.code % _CODES)

    folded = _FIGURE.sub(replace, plain)
    for sign in " .,%‰":
        folded = folded.replace(sign, "")
    return folded, figures


@lru_cache(1 << 16)
def _read(text: str) -> Figure | None:
    """The figure that is written so, or None where the characters are no figure: 万一, 九一八."""
    if len(text) == 1 and not text.isdigit():
        return None
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return None
    below, number, unit = parts.groups()
    if unit.startswith("月") and len(unit) > 1:
        month, day = _value(number), _value(unit[1:-1])
        return None if month is None or day is None else _figure(f"{month:g}月{day:g}日", 6.0)
    value = _value(number)
    if value is None:
        return None
    if below:
        whole = _value(below)
        if not whole:
            return None
        value, unit = round(value / whole * 100, 1), "%"
    elif len(number) == 1 and number in _NUMERALS and unit not in {"月", "年", "成"}:
        # 一日 and 一时 are words as often as figures.
        return None
    value *= _FACTORS.get(unit, 1.0)
    if not isfinite(value):
        return None
    unit = _UNITS.get(unit, unit)
    return _figure(f"{value:.10g}{unit}", _bits(value, unit))


def _figure(name: str, bits: float) -> Figure:
    return Figure(name, bits, crc32(name.encode()))


def _value(number: str) -> float | None:
    decimal = _DECIMAL.fullmatch(number)
    if decimal is None:
        return _numeral(number)
    factor = 1.0
    for character in decimal[2]:
        if character in _DIGITS:
            return None
        factor *= _TENS.get(character) or _MYRIADS[character]
    return float(decimal[1].replace(",", "")) * factor


def _numeral(text: str) -> float | None:
    """The value of Chinese numerals; of digits alone only where they write a year."""
    whole, point, fraction = text.partition("点")
    if point:
        start = _numeral(whole) if len(whole) > 1 else _DIGITS.get(whole, _TENS.get(whole))
        if start is None or not fraction or any(character not in _DIGITS for character in fraction):
            return None
        return start + float("0." + "".join(str(_DIGITS[character]) for character in fraction))
    if all(character in _DIGITS for character in text):
        digits = "".join(str(_DIGITS[character]) for character in text)
        return float(digits) if len(digits) in {1, _YEAR_DIGITS} else None
    total = section = 0
    digit: int | None = None
    for character in text:
        if character in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[character]
        elif character in _TENS:
            section += (1 if digit is None else digit) * _TENS[character]
            digit = None
        elif character in _MYRIADS:
            if not total + section + (digit or 0):
                return None
            # 一亿两千万: what stands before 亿 is multiplied as a whole, what stands before 万 since the last one.
            section += digit or 0
            if character == "亿":
                total, section = (total + section) * _MYRIADS[character], 0
            else:
                total, section = total + section * _MYRIADS[character], 0
            digit = None
        else:
            return None
    return float(total + section + (digit or 0))


def _bits(value: float, unit: str) -> float:
    if unit in _CLOCK_AND_CALENDAR:
        return 3.0
    if unit in {"", "年"} and value in _YEARS:
        return 2.0
    significant = len(f"{value:.10g}".partition("e")[0].replace(".", "").strip("0"))
    return 1 + 2.5 * max(0, significant - 1)
