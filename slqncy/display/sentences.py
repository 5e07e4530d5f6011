"""The sentences of two texts, and which of those that differ say the same."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from itertools import accumulate

from slqncy.display.blocks import Span, blocks

SHORTEST = 2
"""Characters; a single one is in both texts by chance."""
_LEAST_SHARE = 1 / 3
_SENTENCE = re.compile(r"[^。！？!?；;…\n]*(?:[。！？!?；;…]+[”’」』）)]*\n*|\n+|$)")


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with what ends it; together they are the text."""
    return [sentence for sentence in _SENTENCE.findall(text) if sentence]


def pairs(ours: list[str], theirs: list[str]) -> list[Span]:
    """Which sentences correspond: a third of the shorter one is in the other. One may correspond to several."""
    spans: list[Span] = []
    for (one, other), common in _common(ours, theirs).items():
        if common <= min(_letters(ours[one]), _letters(theirs[other])) * _LEAST_SHARE:
            continue
        start, other_start = one, other
        if spans and (one < spans[-1].one.stop or other < spans[-1].other.stop):
            last = spans.pop()
            start, other_start = last.one.start, last.other.start
        spans.append(Span(slice(start, one + 1), slice(other_start, other + 1)))
    return spans


def _common(ours: list[str], theirs: list[str]) -> Counter[tuple[int, int]]:
    """How many letters sentences have in common, ascending in both texts."""
    text = "".join(ours)
    ends, other_ends = (list(accumulate(map(len, side))) for side in (ours, theirs))
    common: Counter[tuple[int, int]] = Counter()
    for one, other, size in blocks(text, "".join(theirs)):
        done = 0
        while done < size:
            place = bisect_right(ends, one + done), bisect_right(other_ends, other + done)
            run = min(size, ends[place[0]] - one, other_ends[place[1]] - other) - done
            if run >= SHORTEST:
                common[place] += _letters(text[one + done : one + done + run])
            done += run
    return common


def _letters(text: str) -> int:
    # Every sentence ends with the same signs.
    return sum(map(str.isalnum, text))
