"""What the peers are given of a text: character n-grams of its normal form, in simplified script.

Made for languages with spaces, they would take a clause of Chinese for a word, and traditional script for another text.
Neither is what is to be measured.
"""

from __future__ import annotations

import opencc  # type: ignore[import-not-found, import-untyped, unused-ignore]  # no dependency of the project

from slqncy.dedup import normal_form

WIDTH = 5
_HAN = [chr(code) for code in range(0x3400, 0xA000)]
_SIMPLIFIED: dict[int, str] = str.maketrans(
    dict(zip(_HAN, opencc.OpenCC("t2s").convert("\n".join(_HAN)).split("\n"), strict=True))
)


def grams(text: str) -> list[str]:
    """All runs of five characters, as often as they occur; a shorter text is one run."""
    form = normal_form(text).translate(_SIMPLIFIED)
    return [form[start : start + WIDTH] for start in range(max(len(form) - WIDTH + 1, 1))]
