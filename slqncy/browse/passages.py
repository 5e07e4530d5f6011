"""Texts of others as pieces to be shown: nothing in them is hidden, and what was looked for is marked."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from slqncy.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEFORE, _LENGTH = 30, 120
"""Characters of a passage: before the first word, and all."""
_PLACES = 500
"""Where words stand, looked at."""


class Piece(NamedTuple):
    """A part of a text, fit to be shown."""

    text: str
    is_marked: bool


def passage(text: str, words: list[str]) -> list[Piece]:
    """A part of a text in which as many of the words are as can be, in one line."""
    start = max(0, _densest(text, words) - _BEFORE)
    part = text[start : start + _LENGTH].replace("\n", " ")
    before, behind = "…" if start else "", "…" if start + _LENGTH < len(text) else ""
    return [piece for piece in (Piece(before, False), *marked(part, words), Piece(behind, False)) if piece.text]


def marked(text: str, words: list[str]) -> list[Piece]:
    """A text, with the words marked."""
    return list(_pieces(text, words))


def _pieces(text: str, words: list[str]) -> Iterator[Piece]:
    end = 0
    for match in _pattern(words).finditer(text) if words else ():
        yield Piece(visible(text[end : match.start()]), False)
        yield Piece(visible(match[0]), True)
        end = match.end()
    yield Piece(visible(text[end:]), False)


def _pattern(words: list[str]) -> re.Pattern[str]:
    # The longest first: the shorter ones may be in it.
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))), re.IGNORECASE)


def _densest(text: str, words: list[str]) -> int:
    """Where the stretch begins in which the most different words are; the first of these, or 0."""
    if not words:
        return 0
    places = [(match.start(), match[0].casefold()) for match in islice(_pattern(words).finditer(text), _PLACES)]
    best, most = 0, 0
    for index, (start, _) in enumerate(places):
        near = {word for place, word in places[index : index + _LENGTH] if place < start + _LENGTH - _BEFORE}
        if len(near) > most:
            best, most = start, len(near)
    return best
