"""What is measured of a pair of stories before it is judged."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import LCSseq

from slqncy.dedup.alignment import Alignment, align

if TYPE_CHECKING:
    from slqncy.dedup.grams import Hashes
    from slqncy.dedup.text import Compared

_MOST_FIGURES = 8_000
"""Figures of each text that are put in order: time grows with the product of the two counts."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two stories are. Shares are 0 to 1, bits as `Figure.bits`."""

    contained: float
    """Share of the shorter text's runs of five characters that the longer one has."""
    pairs_contained: float
    pairs_equal: float
    """Share of all their pairs of characters that both have."""
    length: float
    """Length of the shorter text by that of the longer one."""
    shorter: int
    """Characters of the shorter text."""
    shared_bits: float
    """Of the figures that both have."""
    first_bits: float
    """Of the figures that only the first has."""
    second_bits: float
    figures_in_order: float
    """Share of the fewer figures that stand in both in one order."""
    title_equal: float
    """Dice coefficient of the titles' pairs of characters."""
    days: int | None
    """Between their dates; None where one is not known."""
    alignment: Alignment = field(default_factory=Alignment)
    """Empty as long as they are not aligned, which takes longer than all the rest."""

    def aligned(self, first: Compared, second: Compared) -> Likeness:
        """The same, once their texts are laid side by side."""
        return replace(self, alignment=align(first.text, second.text))


def overlap(first: Hashes, second: Hashes) -> tuple[float, float]:
    """Share of the smaller set, and of all, that is in both; of sets ascending and without repetition."""
    if not len(first) or not len(second):
        return 0.0, 0.0
    every = np.concatenate((first, second))
    # Of two that are sorted the stable sort makes one in a fraction of the time.
    every.sort(kind="stable")
    both = int(np.count_nonzero(every[1:] == every[:-1]))
    return both / min(len(first), len(second)), both / (len(every) - both)


def title_likeness(first: Compared, second: Compared) -> float:
    """Dice coefficient of the titles' pairs of characters; 0 where neither has any."""
    pairs = first.title_pairs, second.title_pairs
    return 2 * len(pairs[0] & pairs[1]) / max(1, len(pairs[0]) + len(pairs[1]))


def shared_runs(first: Compared, second: Compared) -> float:
    """`Likeness.contained` alone, which takes a fraction of the whole."""
    return overlap(first.grams(5), second.grams(5))[0]


def shared_bits(first: Compared, second: Compared) -> float:
    """`Likeness.shared_bits` alone."""
    # Bits are multiples of a half: no sum depends on its order.
    return sum(map(first.bits.__getitem__, first.bits.keys() & second.bits.keys()))


def days_between(first: Compared, second: Compared) -> int | None:
    """`Likeness.days` alone."""
    return None if first.day is None or second.day is None else abs(first.day - second.day)


def compare(first: Compared, second: Compared) -> Likeness:
    """Measure a pair, all but its alignment."""
    pairs_contained, pairs_equal = overlap(first.grams(2), second.grams(2))
    lengths = sorted((len(first.text), len(second.text)))
    names = first.names[:_MOST_FIGURES], second.names[:_MOST_FIGURES]
    bits = shared_bits(first, second)
    return Likeness(
        contained=shared_runs(first, second),
        pairs_contained=pairs_contained,
        pairs_equal=pairs_equal,
        length=lengths[0] / max(lengths[1], 1),
        shorter=lengths[0],
        shared_bits=bits,
        first_bits=first.all_bits - bits,
        second_bits=second.all_bits - shared_bits(second, first),
        figures_in_order=LCSseq.similarity(*names) / max(1, min(map(len, names))),
        title_equal=title_likeness(first, second),
        days=days_between(first, second),
    )
