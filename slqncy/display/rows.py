"""Two texts side by side: sentence beside sentence, with what only one of them says.

Time and memory of an alignment grow with the product of the lengths. So whole sentences are aligned first, and
characters only where sentences differ.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from slqncy.display.blocks import Span, blocks, gaps
from slqncy.display.sentences import SHORTEST, pairs, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.display.blocks import Block


class Piece(NamedTuple):
    """A part of a text that the text beside it has too, or has not."""

    text: str
    is_changed: bool


class Row(NamedTuple):
    """What stands side by side; one side may be empty."""

    one: list[Piece]
    other: list[Piece]


def rows(one: str, other: str) -> Iterator[Row]:
    """Lay two texts side by side; the pieces of each side together are its text."""
    ours, theirs = sentences(one), sentences(other)
    # Equal sentences get equal numbers: hashes of hostile ones might collide.
    numbers: dict[str, int] = {}
    found = blocks(*([numbers.setdefault(sentence, len(numbers)) for sentence in side] for side in (ours, theirs)))
    for gap, block in zip(gaps(found), found, strict=True):
        yield from _differing(ours[gap.one], theirs[gap.other])
        yield from (
            Row([Piece(text, False)], [Piece(text, False)]) for text in ours[block.one : block.one + block.size]
        )


def row(one: str, other: str) -> Row:
    """Lay two sentences side by side."""
    found = blocks(one, other)
    kept = [block for block in found if block.size >= SHORTEST or _is_at_an_edge(block, found[-1])]
    result = Row([], [])
    for gap, block in zip(gaps(kept), kept, strict=True):
        common = one[block.one : block.one + block.size]
        result.one.extend(_pieces(one[gap.one], common))
        result.other.extend(_pieces(other[gap.other], common))
    return result


def _is_at_an_edge(block: Block, end: Block) -> bool:
    is_first = not block.one and not block.other
    return is_first or (block.one + block.size, block.other + block.size) == (end.one, end.other)


def _pieces(changed: str, common: str) -> list[Piece]:
    return [piece for piece in (Piece(changed, True), Piece(common, False)) if piece.text]


def _differing(ours: list[str], theirs: list[str]) -> Iterator[Row]:
    """Rows of sentences that differ: those that correspond stand in one row, others in the order they come."""
    one = other = 0
    for span in [*pairs(ours, theirs), Span(slice(len(ours), None), slice(len(theirs), None))]:
        for left, right in zip_longest(ours[one : span.one.start], theirs[other : span.other.start], fillvalue=""):
            yield Row(_pieces(left, ""), _pieces(right, ""))
        if span.one.stop:
            yield row("".join(ours[span.one]), "".join(theirs[span.other]))
        one, other = span.one.stop, span.other.stop
