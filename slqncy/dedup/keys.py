"""What a story is found by: a few dozen numbers, of which copies and rewrites have at least three in common.

The smallest hashes of all runs of characters are a fixed share of any part of a text, so that a cut and a page that
holds the story are found as well as a copy (a bottom-k sketch; Broder 1997). What a rewrite keeps are figures and,
more often than not, pieces of the title.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from slqncy.dedup.grams import Hashes, distinct, gram_hashes, mixed

if TYPE_CHECKING:
    from slqncy.dedup.figures import Figure

VERSION = 1
"""Of the keys; an index of another version is made anew."""

_TEXT_RUN, _TEXT_KEYS = 7, 26
_TITLE_RUN, _TITLE_KEYS = 3, 8
_FIGURE_KEYS = 10
_TITLE_SALT, _PAIR_SALT = 1 << 40, 0x5851F42D4C957F2D
_WORD_MASK = (1 << 64) - 1
_APART = 2
"""Figures that stand so many places from one another are paired."""
_TELLING_PAIR, _TELLING_FIGURE = 6.0, 8.0
"""Bits; what tells less is in too many stories to find one by."""

COMMON = 3
"""Keys that a copy or rewrite has in common with its original, at least; two are as often chance."""


def keys_of(title: str, text: str, figures: list[Figure], fingerprint: bytes) -> Hashes:
    """The keys of a story, whose parts are those of `text.Compared`: ascending, at most 47."""
    few = [*_fewest(_figure_codes(figures), _FIGURE_KEYS), *_fewest(_title_codes(title), _TITLE_KEYS)]
    parts = _smallest(gram_hashes(text, _TEXT_RUN), _TEXT_KEYS), np.array(few, dtype=np.uint64)
    # Three of them, so that an equal text is found whatever else is too common to find anything.
    whole = np.frombuffer(fingerprint, dtype="<u8")
    # The smallest ones begin alike; mixed once more they are spread over the whole index.
    return distinct(np.concatenate((whole, mixed(np.concatenate(parts)))))


def _smallest(hashes: Hashes, count: int) -> Hashes:
    # Twice as many as asked for, as a text may repeat itself: sorting all of them is what takes the time.
    few = 2 * count
    if len(hashes) > few:
        candidates = distinct(np.partition(hashes, few)[:few])
        if len(candidates) >= count:
            return candidates[:count]
    return distinct(hashes)[:count]


def _fewest(codes: list[int], count: int) -> list[int]:
    return sorted(set(codes))[:count]


def _title_codes(title: str) -> list[int]:
    # A title is too short for arrays to pay.
    runs = range(max(1, len(title) - _TITLE_RUN + 1)) if title else ()
    return [_TITLE_SALT | crc32(title[start : start + _TITLE_RUN].encode()) for start in runs]


def _figure_codes(figures: list[Figure]) -> list[int]:
    codes = [figure.code for figure in figures if figure.bits >= _TELLING_FIGURE]
    for apart in range(1, _APART + 1):
        for (_, bits, code), (_, other_bits, other) in zip(figures, figures[apart:], strict=False):
            if bits + other_bits >= _TELLING_PAIR and code != other:
                # Order changes more easily in a rewrite than neighbourhood.
                pair = code << 32 | other if code < other else other << 32 | code
                codes.append((pair * _PAIR_SALT + _PAIR_SALT) & _WORD_MASK)
    return codes
