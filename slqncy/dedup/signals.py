"""What speaks for and against two stories being one text, or telling one story: numbers of about 0 to 5."""

from __future__ import annotations

from math import log, log1p
from typing import TYPE_CHECKING

from slqncy.dedup.alignment import LONGEST

if TYPE_CHECKING:
    from slqncy.dedup.likeness import Likeness

NEAR = {
    "contained": 1,
    "aligned": 1,
    "part aligned": 1,
    "conflicting share": -1,
    "conflicting figures": -1,
    "agreeing figures": 1,
    "other names": -1,
    "other passages": -1,
    "substitutions": -1,
    "insertions": 1,
    "figures shared": 1,
}
"""Signals of a copy, and whether they speak for one or against."""
REWRITE = {
    "pairs equal": 1,
    "contained": -1,
    "figures shared": 1,
    "figures in order": 1,
    "title equal": 1,
    "conflicting figures": -1,
    "length": 1,
}
"""Of a rewrite: where two texts share whole words and are no copies, they share a template."""
_FEW_BITS, _FEW_BITS_OF_REWRITE = 2.0, 6.0
"""So few shared bits count half."""


def near_signals(like: Likeness) -> tuple[float, ...]:
    """In the order of `NEAR`: is it one text, but for small changes, a cut, or what stands around it?

    Titles say nothing here: a copy gets another one, and bulletins of one kind have the same.
    """
    places = like.alignment
    aligned = min(1.0, places.aligned / max(1, min(like.shorter, LONGEST)))
    hundreds = max(1, places.aligned) / 100 + 0.3
    return (
        like.contained,
        aligned,
        # Chance aligns half of a short text with a long one, and never most of it.
        max(0.0, aligned - 0.5) * -log(max(like.length, 0.02)),
        places.conflicting / (places.conflicting + places.agreeing + 1),
        log1p(places.conflicting),
        log1p(places.agreeing),
        log1p(places.renamed),
        min(places.different / (places.aligned + 30), 1.0),
        min(places.substitutions / hundreds, 6.0),
        min(places.insertions / hundreds, 4.0),
        like.shared_bits / (like.shared_bits + min(like.first_bits, like.second_bits) + _FEW_BITS),
    )


def rewrite_signals(like: Likeness) -> tuple[float, ...]:
    """In the order of `REWRITE`: is it one story, in other words?"""
    return (
        like.pairs_equal,
        like.contained,
        like.shared_bits / (like.shared_bits + max(like.first_bits, like.second_bits) + _FEW_BITS_OF_REWRITE),
        like.figures_in_order,
        like.title_equal,
        log1p(like.alignment.conflicting),
        like.length,
    )
