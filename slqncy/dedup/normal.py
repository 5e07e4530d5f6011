"""Equal texts: a normal form for comparison only, and its fingerprint."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from slqncy.dedup.characters import plain
from slqncy.extract.boilerplate import is_boilerplate

if TYPE_CHECKING:
    from slqncy.records import Story

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
    normal = plain(compared_lines(text))
    if "." in normal:
        normal = _POINT.sub("", normal)
    for sign in " ,%‰":
        normal = normal.replace(sign, "")
    return normal


def fingerprint(story: Story) -> bytes | None:
    """16 bytes, equal for stories whose texts have the same normal form; None where nothing is left to compare."""
    normal = normal_form(story.text)
    return hashlib.sha256(normal.encode()).digest()[:16] if normal else None
