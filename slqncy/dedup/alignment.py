"""Two texts laid side by side: what stands in both, and what stands in the one where the other has something else.

Copies differ in a word here and there. Stories from one template agree everywhere but in the slots, and there figures
and names differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Indel

from slqncy.dedup.figures import figures_in
from slqncy.dedup.grams import gram_codes

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORTEST_BLOCK = 4
"""Characters; shorter runs are in both texts by chance."""
_EDGE = 16
"""Characters before the first block and behind the last one that are still the same place."""
_LONGEST_SLOT = 12
LONGEST = 8_000
"""Characters of each text that are aligned: time grows with the product of the two lengths."""
_ANCHOR = 12


@dataclass(slots=True)
class Alignment:
    """What two texts say at the same places. Counts are of characters, of figures, or of places."""

    aligned: int = 0
    """Characters in blocks that stand in both texts, in one order."""
    agreeing: int = 0
    """Figures that are the same in both."""
    conflicting: int = 0
    """Figures that differ at the same place."""
    substitutions: int = 0
    """Short places where both texts have something, and not the same."""
    renamed: int = 0
    """Such places that have no character in common, as where another name stands."""
    different: int = 0
    """Characters that stand in long places where both texts have something, of the text that has fewer there."""
    insertions: int = 0
    """Places where only one text has something."""


def align(one: str, other: str) -> Alignment:
    """Lay two folded texts side by side; of very long ones, the parts where they meet."""
    if max(len(one), len(other)) > LONGEST:
        one, other = _meeting(one, other)
    result = Alignment()
    end: tuple[int, int] | None = None
    for start, other_start, length in _blocks(one, other):
        result.aligned += length
        result.agreeing += len(figures_in(one[start : start + length]))
        if end is None:
            _compare_edges(one[:start], other[:other_start], result, slice(-_EDGE, None))
        else:
            _compare_slot(one[end[0] : start], other[end[1] : other_start], result)
        end = (start + length, other_start + length)
    if end:
        _compare_edges(one[end[0] :], other[end[1] :], result, slice(_EDGE))
    return result


def _blocks(one: str, other: str) -> Iterator[tuple[int, int, int]]:
    for block in Indel.opcodes(one, other).as_matching_blocks():
        if block.size >= _SHORTEST_BLOCK or (block.size >= 2 and not block.a and not block.b):  # noqa: PLR2004
            yield block.a, block.b, block.size


def _compare_edges(one: str, other: str, result: Alignment, near: slice) -> None:
    """What stands before the first block, or behind the last; of longer edges only the end by the block."""
    if one and other and max(len(one), len(other)) <= _LONGEST_SLOT:
        _compare_slot(one, other, result)
        return
    ours, theirs = set(figures_in(one[near])), set(figures_in(other[near]))
    result.agreeing += len(ours & theirs)
    result.conflicting += min(len(ours - theirs), len(theirs - ours))


def _compare_slot(one: str, other: str, result: Alignment) -> None:
    if not one or not other:
        result.insertions += 1
        return
    ours, theirs = figures_in(one), figures_in(other)
    if ours and theirs:
        shared = set(ours) & set(theirs)
        conflicting = min(sum(figure not in shared for figure in figures) for figures in (ours, theirs))
        result.conflicting += conflicting
        if conflicting:
            return
    if max(len(one), len(other)) > _LONGEST_SLOT:
        result.different += min(len(one), len(other))
        return
    result.substitutions += 1
    if min(len(one), len(other)) > 1 and not ours and not theirs and not set(one) & set(other):
        result.renamed += 1


def _meeting(one: str, other: str) -> tuple[str, str]:
    """The parts of two texts around the first and the last run of characters that both have."""
    ours, theirs = gram_codes(one, _ANCHOR), gram_codes(other, _ANCHOR)
    places = np.flatnonzero(np.isin(ours, theirs)), np.flatnonzero(np.isin(theirs, ours))
    if not len(places[0]):
        return one[:LONGEST], other[:LONGEST]
    starts = [max(0, int(place[0]) - _EDGE) for place in places]
    ends = [int(place[-1]) + _ANCHOR + _EDGE for place in places]
    return tuple(  # type: ignore[return-value]
        text[start : min(end, start + LONGEST)] for text, start, end in zip((one, other), starts, ends, strict=True)
    )
