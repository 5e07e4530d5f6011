"""Equal texts: a normal form for comparison only."""

from __future__ import annotations

import re

from slqncy.dedup.characters import plain
from slqncy.extract.boilerplate import is_boilerplate

_LONGEST_BOILERPLATE = 60
# Between two digits something stays: 1.2, 1:2 and 12 are different, and so are 5 and -5. A comma of thousands does not.
_THOUSANDS = re.compile(r",(?=[0-9]{3}(?![0-9]))(?<=[0-9],)")
_BETWEEN = re.compile(r"[0-9][ .,+-]+(?=[0-9])")
_MINUS = re.compile(r"-(?=[0-9])(?<![0-9a-z]-)")
_KEPT = {".": "\ue000", " ": "\ue001", "-": "\ue002"}
"""Private-use characters are in no text of `characters.plain`."""


def compared_lines(text: str) -> str:
    """The text without lines that are no part of any story; as it is, where nothing else is left."""
    lines = text.split("\n")
    kept = [line for line in lines if not _is_left_out(line, anywhere=True)]
    start, end = 0, len(kept)
    while end and _is_left_out(kept[end - 1], anywhere=False):
        end -= 1
    while start < end and _is_left_out(kept[start], anywhere=False):
        start += 1
    kept = kept[start:end]
    return "\n".join(kept) if len(kept) < len(lines) and any(map(str.strip, kept)) else text


def _is_left_out(line: str, *, anywhere: bool) -> bool:
    return len(line) <= _LONGEST_BOILERPLATE and (not line.strip() or is_boilerplate(line, anywhere=anywhere))


def normal_form(text: str) -> str:
    """What two copies of one text have in common: no width, case, script, punctuation, white space or boilerplate."""
    return joined(plain(compared_lines(text)))


def joined(letters: str) -> str:
    """A text of `characters.plain` without its spaces and signs, save those that make another figure of one."""
    if "," in letters:
        letters = _THOUSANDS.sub("", letters)
    letters = _BETWEEN.sub(_separated, letters)
    if "-" in letters:
        letters = _MINUS.sub(_KEPT["-"], letters)
    for sign in " .,+-":
        letters = letters.replace(sign, "")
    for sign, kept in _KEPT.items():
        letters = letters.replace(kept, sign)
    return letters


def _separated(match: re.Match[str]) -> str:
    digit, between = match[0][0], match[0][1:]
    if len(between) > 1 and between.endswith("-"):
        return digit + _KEPT[" "] + _KEPT["-"]
    return digit + _KEPT["." if between == "." else " "]
