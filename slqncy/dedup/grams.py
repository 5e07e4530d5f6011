"""Hashes of all runs of k characters of a text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_WORD = np.uint64


def _word(value: int) -> Hashes:
    # An array without dimensions, as numpy would make one of a number each time, which takes as long as multiplying.
    return np.array(value, dtype=_WORD)


_ONE, _LEFT, _RIGHT = _word(0x9E3779B97F4A7C15), _word(0xA0761D6478BD642F), _word(0xE7037ED1A0B428DB)
_MIX, _NEXT = _word(0xD6E8FEB86659FD93), _word(1)
_HALF, _SHIFT = _word(32), _word(7)


def gram_hashes(text: str, size: int) -> Hashes:
    """64-bit hashes of the runs of `size` characters, in their order; one of the whole text where it is shorter.

    Equal runs have equal hashes in every process, and different ones look random.
    """
    characters = _characters(text)
    hashes = (characters.astype(_WORD) + _NEXT) * _ONE
    hashes ^= hashes >> _HALF
    return mixed(_runs(hashes, min(size, len(characters))))


def gram_codes(text: str, size: int) -> Hashes:
    """Numbers of the same runs, which do not look random: enough to tell whether two texts have the same ones."""
    characters = _characters(text)
    if min(size, len(characters)) <= 1:
        return characters.astype(_WORD)
    # Two characters are one number of 64 bits as they stand in memory: a run of five is one of four such pairs.
    pairs = np.ndarray(len(characters) - 1, _WORD, characters, strides=characters.strides).copy()
    return _runs(pairs, min(size - 1, len(pairs)))


def _characters(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def distinct(hashes: Hashes) -> Hashes:
    """The different ones, ascending; `numpy.unique` takes thrice the time on so few."""
    ordered = np.sort(hashes)
    kept = np.empty(len(ordered), dtype=bool)
    kept[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=kept[1:])
    return ordered[kept]


def _runs(ones: Hashes, size: int) -> Hashes:
    """One hash for each run of `size`, out of two of runs of about half of it."""
    if size <= 1:
        return ones
    half = (size + 1) // 2
    shorter = _runs(ones, half)
    count = len(ones) - size + 1
    # The two may overlap: all characters of the run are in one of them.
    hashes = shorter[:count] * _LEFT
    behind = shorter[size - half : size - half + count] * _RIGHT
    behind >>= _SHIFT
    hashes ^= behind
    return hashes


def mixed(hashes: Hashes) -> Hashes:
    """The hashes with every bit depending on all bits."""
    hashes = hashes ^ hashes >> _HALF
    hashes *= _MIX
    hashes ^= hashes >> _HALF
    return hashes
