"""Equal texts: a normal form for comparison only."""

from __future__ import annotations

import re

from slqncy.dedup.characters import plain
from slqncy.extract.boilerplate import is_boilerplate

_LONGEST_BOILERPLATE = 60
# A point within a number stays: 1.2 and 12 are different figures.
_POINT = re.compile(r"(?<![0-9])\.|\.(?![0-9])")


def compared_lines(text: str) -> str:
    """The text without lines that are no part of any story; as it is, where nothing else is left."""
    lines = text.split("\n")
    kept = [line for line in lines if len(line) > _LONGEST_BOILERPLATE or not is_boilerplate(line)]
    return "\n".join(kept) if len(kept) < len(lines) and any(map(str.strip, kept)) else text


def normal_form(text: str) -> str:
    """What two copies of one text have in common: no width, case, script, punctuation, white space or boilerplate."""
    return joined(plain(compared_lines(text)))


def joined(letters: str) -> str:
    """A text of `characters.plain` without its spaces and signs."""
    if "." in letters:
        letters = _POINT.sub("", letters)
    for sign in " ,%‰":
        letters = letters.replace(sign, "")
    return letters
