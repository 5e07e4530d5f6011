"""Numbers as Chinese texts write them: 1,234.5 and 12.5亿 and 3500多万 and 一亿两千万 and 二〇二四."""

from __future__ import annotations

import re

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
NUMERALS = "".join((*_DIGITS, *_TENS, *_MYRIADS))
"""Characters that write numbers."""

_DECIMAL = re.compile(rf"([0-9,]*\.?[0-9]+)[多余]?([{NUMERALS}]*)")
_YEAR_DIGITS = 4


def value_of(text: str) -> float | None:
    """The value, or None where the characters write no number: 万一, 九一八, 三四百."""
    decimal = _DECIMAL.fullmatch(text)
    if decimal is None:
        return _value_of_numerals(text)
    factor = 1.0
    for character in decimal[2]:
        if character in _DIGITS:
            return None
        factor *= _TENS.get(character) or _MYRIADS[character]
    return float(decimal[1].replace(",", "")) * factor


def _value_of_numerals(text: str) -> float | None:
    whole, point, fraction = text.partition("点")
    if point:
        start = value_of(whole)
        decimals = _digits(fraction)
        return None if start is None or not decimals else start + float(f"0.{decimals}")
    digits = _digits(text)
    if digits is not None:
        # A row of digits is a year; otherwise it is a name, as 九一八 is.
        return float(digits) if len(digits) in {1, _YEAR_DIGITS} else None
    return _counted(text)


def _digits(text: str) -> str | None:
    """Numerals that are all digits, as digits."""
    return "".join(str(_DIGITS[c]) for c in text) if text and all(c in _DIGITS for c in text) else None


def _counted(text: str) -> float | None:
    """Of digits with what they count: 三百二十五万."""
    # Not integers: those raise where a float is infinite.
    total = section = 0.0
    digit: int | None = None
    for character in text:
        if character in _DIGITS and not digit:
            digit = _DIGITS[character]
        elif character in _TENS:
            section += (1 if digit is None else digit) * _TENS[character]
            digit = None
        elif character in _MYRIADS and total + section + (digit or 0):
            section += digit or 0
            # What stands before 亿 is multiplied as a whole, what stands before 万 since the last 亿.
            before, section = (total + section, 0.0) if character == "亿" else (section, total)
            total, section, digit = section + before * _MYRIADS[character], 0.0, None
        else:
            return None
    return total + section + (digit or 0)
