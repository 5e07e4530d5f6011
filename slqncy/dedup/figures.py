"""Figures: what a rewrite keeps, and what bulletins from one template differ in. 1.2亿, 12000万 and 一亿两千万 are one.

In a folded text each figure is one character of the private-use planes, so that another figure is another character.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import isfinite
from string import ascii_letters
from typing import NamedTuple
from zlib import crc32

from slqncy.dedup.numerals import NUMERALS, value_of

_PRIVATE = 0xF0000
_CODES = 0x20000
_FOLDED = re.compile("[\U000f0000-\U0010ffff]")
# It begins with one set of characters: the engine skips to the next of them without trying the rest.
_FIGURE = re.compile(
    rf"([0-9{NUMERALS}](?:分之)?(?:[0-9{NUMERALS}点]|[.](?=[0-9])|,(?=[0-9]{{3}}(?![0-9]))|[多余](?=[万亿]))*"
    rf"(?:月[0-9{NUMERALS}]{{1,3}}[日号]|个百分点|[%‰年月日号时分秒成])?)"
)
_PARTS = re.compile(rf"(?:([0-9{NUMERALS}点.,多余]+)分之)?([0-9{NUMERALS}点.,多余]+)(.*)", re.DOTALL)
_UNITS = {"号": "日", "个百分点": "%", "成": "%", "‰": "%"}
_FACTORS = {"成": 10.0, "‰": 0.1}
_CLOCK_AND_CALENDAR = frozenset("月日时分秒")
_COUNTED_ALONE = frozenset("年月成")
"""Units with which one numeral is a figure: 一日 and 一时 are words as often."""
_LETTERS = frozenset(ascii_letters)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_DATE_BITS, _CLOCK_BITS, _YEAR_BITS, _DIGIT_BITS = 6.0, 3.0, 2.0, 2.5
_HUNDRED_MILLION = 1e8
_LONGEST = 40
"""Characters; a longer run of digits is no figure that anybody wrote."""
_READ = 8_192
"""Figures that are not read again, 3 MB: of real stories twice as many save nothing more."""


class Figure(NamedTuple):
    """One figure of a text."""

    name: str
    """Value and unit, the same however it is written: 1.2亿, 5.5%, 3月1日."""
    bits: float
    """How much it tells: two texts agree by chance on 2024 or 3日, hardly on 5092.76."""
    code: int
    """32 bits, the same in every process."""


def figures_in(folded: str) -> list[str]:
    """The characters of a folded text that stand for figures."""
    return _FOLDED.findall(folded)


def fold(letters: str) -> tuple[str, list[Figure]]:
    """A text of `characters.plain`, each figure as one character and nothing but letters beside, and the figures."""
    figures: list[Figure] = []
    # Figures stand at the odd places, what is between them at the even ones.
    parts = _FIGURE.split(letters)
    written = ""
    for place in range(1, len(parts), 2):
        before, written = (written + parts[place - 1])[-2:], parts[place]
        figure = _read(written) if len(written) <= _LONGEST else None
        # The digits of G20 and M2 are part of a name.
        if figure is None or before[-1:] in _LETTERS:
            continue
        if _ends_in_minus(before):
            figure = _figure(f"-{figure.name}", figure.bits)
        figures.append(figure)
        parts[place] = chr(_PRIVATE + figure.code % _CODES)
    folded = "".join(parts)
    for sign in " .,%‰+-":
        folded = folded.replace(sign, "")
    return folded, figures


def _ends_in_minus(before: str) -> bool:
    """Whether two characters end in a minus, and with no figure or word before it, as in 3-5."""
    return before.endswith("-") and (before == "-" or not (before[0].isascii() and before[0].isalnum()))


@lru_cache(_READ)
def _read(text: str) -> Figure | None:
    """The figure that is written so, or None where the characters are no figure."""
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return None
    below, number, unit = parts.groups()
    value = value_of(number)
    if value is None or not isfinite(value):
        return None
    if len(unit) > 1 and unit.startswith("月"):
        day = value_of(unit[1:-1])
        return None if day is None else _figure(f"{value:g}月{day:g}日", _DATE_BITS)
    if below:
        whole = value_of(below)
        return _percent(value / whole * 100) if whole else None
    if number in NUMERALS and len(number) == 1 and unit not in _COUNTED_ALONE:
        return None
    unit, value = _UNITS.get(unit, unit), value * _FACTORS.get(unit, 1.0)
    return _figure(_name(value, unit), _bits(value, unit))


def _percent(value: float) -> Figure:
    value = round(value, 1)
    return _figure(_name(value, "%"), _bits(value, "%"))


def _figure(name: str, bits: float) -> Figure:
    return Figure(name, bits, crc32(name.encode()))


def _name(value: float, unit: str) -> str:
    if value >= _HUNDRED_MILLION:
        return f"{value / _HUNDRED_MILLION:.10g}亿{unit}"
    return f"{value:.10g}{unit}"


def _bits(value: float, unit: str) -> float:
    if unit in _CLOCK_AND_CALENDAR:
        return _CLOCK_BITS
    if unit in {"", "年"} and _FIRST_YEAR <= value <= _LAST_YEAR and value.is_integer():
        return _YEAR_BITS
    significant = len(f"{value:.10g}".partition("e")[0].replace(".", "").strip("0"))
    return 1 + _DIGIT_BITS * max(0, significant - 1)
