"""What two sequences have in common, in one order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import Indel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_CELLS = 400_000_000
"""Product of the lengths of what is aligned, a bit of memory each: 50 MB, and 0.1 seconds."""


class Block(NamedTuple):
    """A run that both have: where it begins in each, and how long it is."""

    one: int
    other: int
    size: int


class Span(NamedTuple):
    """A part of each."""

    one: slice
    other: slice


def blocks(one: Sequence[int] | str, other: Sequence[int] | str) -> list[Block]:
    """The runs that both have; the last one is empty, and at the end of both.

    Where they are too long to be aligned, only what they begin and end with.
    """
    start = _alike(one, other)
    one_rest, other_rest = one[start:], other[start:]
    end = _alike(one_rest[::-1], other_rest[::-1])
    one_rest, other_rest = one_rest[: len(one_rest) - end], other_rest[: len(other_rest) - end]
    found = [Block(0, 0, start)]
    if len(one_rest) * len(other_rest) <= _MOST_CELLS:
        matching = Indel.opcodes(one_rest, other_rest).as_matching_blocks()
        found += (Block(start + match.a, start + match.b, match.size) for match in matching)
    found.append(Block(len(one) - end, len(other) - end, end))
    return [*(block for block in found if block.size), Block(len(one), len(other), 0)]


def gaps(found: list[Block]) -> Iterator[Span]:
    """What stands before each block, behind the one before."""
    one = other = 0
    for block in found:
        yield Span(slice(one, block.one), slice(other, block.other))
        one, other = block.one + block.size, block.other + block.size


def _alike(one: Sequence[int] | str, other: Sequence[int] | str) -> int:
    """With how many equal elements two sequences begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (ours, theirs) in pairs if ours != theirs), min(len(one), len(other)))
