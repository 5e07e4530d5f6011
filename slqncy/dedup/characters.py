"""What is left of characters for comparison: no width, no case, no accents, no traditional script."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import opencc

from slqncy.dedup.numerals import NUMERALS

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEPT = ".,%‰+-"
"""What figures are written with; every other sign becomes a space."""

_MINUS = "−"
# No minus stands before a date, nor between two figures of one unit: 3月-5月, 10元-15元.
_DATES = re.compile(rf"-(?=[0-9{NUMERALS}]+[年月日号时])")
_RANGE = re.compile(r"([0-9]([^ .,+0-9-]{1,2}))-(?=[0-9][0-9.,]*\2)")
_CJK = range(0x3400, 0xA000)
_SURROGATES = range(0xD800, 0xE000)
_MUCH = 0.05
"""Share of characters of the traditional script alone, from which on a text is written in it."""


@cache
def _converter(rules: str) -> opencc.OpenCC:
    return opencc.OpenCC(rules)


@cache
def _traditional() -> re.Pattern[str]:
    """A character that simplified texts do not have."""
    every = "\n".join(map(chr, _CJK))
    pairs = zip(every.split("\n"), _converter("t2s").convert(every).split("\n"), strict=True)
    return re.compile(f"[{''.join(character for character, simplified in pairs if character != simplified)}]")


class _Characters(dict[int, str]):
    """Code point to what it is compared as, each on its own, so that equal texts stay equal however they are cut."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        # Half a character, which OpenCC cannot read, is no letter either.
        if not character.isascii() and unicodedata.category(character) != "Cs":
            character = "".join(map(_converter("t2s").convert, unicodedata.normalize("NFKD", character)))
        self[code] = letters = "".join(map(_compared, character.casefold().replace(_MINUS, "-")))
        if code < len(_TABLE) and code not in _SURROGATES and len(letters) == 1 and ord(letters) < len(_TABLE):
            _TABLE[code] = ord(letters)
        return letters


def _compared(character: str) -> str:
    if character.isalnum() or character in KEPT:
        return character
    return "" if unicodedata.category(character) in {"Mn", "Cf"} else " "


_CHARACTERS = _Characters()
# The same of characters that were met and are one character of 16 bits, before and after; 0 for all others. Nearly all
# texts are of such characters only, and an array takes a seventh of the time where they are not as short as a title.
_TABLE: NDArray[np.uint16] = np.zeros(1 << 16, dtype="<u2")
_LONG = 100


def _letters(text: str) -> str:
    if len(text) >= _LONG:
        codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")
        letters: NDArray[np.uint16] = _TABLE[codes]
        if letters.all():
            return letters.tobytes().decode("utf-16-le")
    return text.translate(_CHARACTERS)


def plain(text: str) -> str:
    """Letters, digits and what figures are written with; all else is spaces."""
    traditional = _traditional()
    if traditional.search(text) and len(traditional.findall(text)) > _MUCH * len(text):
        # With the script go words: 資訊 is 信息 here, and no other name. OpenCC stops at a NUL.
        text = _converter("tw2sp").convert(text.encode(errors="replace").decode().replace("\0", " "))
    letters = _letters(text)
    return _RANGE.sub(r"\1 ", _DATES.sub(" ", letters)) if "-" in letters else letters
