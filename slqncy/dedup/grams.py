"""Hashes of all runs of k characters of a text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_WORD = np.uint64
_ONE, _LEFT, _RIGHT = _WORD(0x9E3779B97F4A7C15), _WORD(0xA0761D6478BD642F), _WORD(0xE7037ED1A0B428DB)
_MIX = _WORD(0xD6E8FEB86659FD93)
_HALF = _WORD(32)


def gram_hashes(text: str, size: int) -> Hashes:
    """64-bit hashes of the runs of `size` characters, in their order; one of the whole text where it is shorter.

    Equal runs have equal hashes in every process, and different ones look random.
    """
    return mixed(gram_codes(text, size))


def gram_codes(text: str, size: int) -> Hashes:
    """As `gram_hashes`, but for looking random: enough to tell whether two texts have the same runs."""
    characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if not len(characters):
        return np.empty(0, dtype=_WORD)
    hashes = (characters.astype(_WORD) + _WORD(1)) * _ONE
    hashes ^= hashes >> _HALF
    return _runs(hashes, min(size, len(characters)))


def distinct(hashes: Hashes) -> Hashes:
    """The different ones, ascending; `numpy.unique` takes thrice the time on so few."""
    ordered = np.sort(hashes)
    kept = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=kept[1:])
    return ordered[kept]


def _runs(ones: Hashes, size: int) -> Hashes:
    """One hash for each run of `size`, out of two of runs of about half of it."""
    if size == 1:
        return ones
    half = (size + 1) // 2
    shorter = _runs(ones, half)
    count = len(ones) - size + 1
    # The two may overlap: all characters of the run are in one of them.
    return shorter[:count] * _LEFT ^ (shorter[size - half : size - half + count] * _RIGHT >> _WORD(7))


def mixed(hashes: Hashes) -> Hashes:
    """The hashes with every bit depending on all bits."""
    hashes = hashes ^ hashes >> _HALF
    hashes *= _MIX
    hashes ^= hashes >> _HALF
    return hashes
