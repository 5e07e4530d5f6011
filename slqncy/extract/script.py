"""Simplified or traditional Chinese."""

from __future__ import annotations

import re

_SIMPLIFIED = frozenset(
    "这为个国时来们于对会发动过说产种后经进里实现两体机当点业应开还从无与关新线内数题党员设总将统计见别条结间样区强决电报东车长门问"
)
_TRADITIONAL = frozenset(
    "這為個國時來們於對會發動過說產種後經進裡實現兩體機當點業應開還從無與關線內數題黨員設總將統計見別條結間樣區強決電報東車長門問"
)
_SIMPLIFIED_ONLY = re.compile(f"[{''.join(_SIMPLIFIED - _TRADITIONAL)}]")
_TRADITIONAL_ONLY = re.compile(f"[{''.join(_TRADITIONAL - _SIMPLIFIED)}]")
_SAMPLE = 1000


def is_han(letter: str) -> bool:
    """Whether it is one of the common Chinese characters, which have one form only by Unicode's rules."""
    return "\u4e00" <= letter <= "\u9fff"


def script_of(text: str) -> str:
    """Return "zh-Hans" or "zh-Hant" where the characters tell, else ""."""
    text = text[:_SAMPLE]
    simplified = len(_SIMPLIFIED_ONLY.findall(text))
    traditional = len(_TRADITIONAL_ONLY.findall(text))
    if simplified == traditional:
        return ""
    return "zh-Hans" if simplified > traditional else "zh-Hant"
