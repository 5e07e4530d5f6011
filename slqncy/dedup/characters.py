"""What is left of characters for comparison: no width, no case, no accents, no traditional script."""

from __future__ import annotations

import unicodedata
from functools import cache

import opencc

KEPT = ".,%‰"
"""What figures are written with; every other sign becomes a space."""


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


class _Characters(dict[int, str]):
    """Code point to what it is compared as, each on its own, so that equal texts stay equal however they are cut."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        # Half a character, which OpenCC cannot read, is no letter either.
        if not character.isascii() and unicodedata.category(character) != "Cs":
            # Words are not converted as words: 支援 and 支持 are different texts.
            character = "".join(map(_converter().convert, unicodedata.normalize("NFKD", character)))
        self[code] = "".join(map(_compared, character.casefold()))
        return self[code]


def _compared(character: str) -> str:
    if character.isalnum() or character in KEPT:
        return character
    return "" if unicodedata.category(character) in {"Mn", "Cf"} else " "


_CHARACTERS = _Characters()


def plain(text: str) -> str:
    """Letters, digits and what figures are written with; all else is spaces."""
    return text.translate(_CHARACTERS)
