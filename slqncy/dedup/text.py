"""A story as it is compared with others."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from slqncy.dedup.characters import plain
from slqncy.dedup.figures import Figure, fold
from slqncy.dedup.grams import Hashes, distinct, gram_codes
from slqncy.dedup.keys import keys_of
from slqncy.dedup.normal import compared_lines, joined

if TYPE_CHECKING:
    from collections.abc import Callable

_Fields = tuple[str, str, bytes, list[Figure], int | None]
_decoder = msgspec.msgpack.Decoder(_Fields)


@dataclass(frozen=True)
class Compared:
    """Title and text without what copies differ in, each figure as one character."""

    title: str
    text: str
    fingerprint: bytes
    """24 bytes, equal for texts of one normal form; empty where nothing is left to compare."""
    figures: list[Figure]
    """Of the text, in their order."""
    day: int | None
    """Day it was published, counted from 0001-01-01; None where that is not known."""
    _grams: dict[int, Hashes] = field(default_factory=dict, repr=False, compare=False)

    def __reduce__(self) -> tuple[Callable[[bytes, Hashes], Compared], tuple[bytes, Hashes]]:
        """To be pickled with its keys, and not figure by figure, which takes twice the time."""
        return _with_keys, (pack(self), self.keys)

    @cached_property
    def keys(self) -> Hashes:
        """What it is found by."""
        return keys_of(self.title, self.text, self.figures, self.fingerprint)

    @cached_property
    def bits(self) -> dict[str, float]:
        """The different figures by name, with how much each tells."""
        return {figure.name: figure.bits for figure in self.figures}

    @cached_property
    def all_bits(self) -> float:
        """Of all different figures."""
        return sum(self.bits.values())

    @cached_property
    def names(self) -> list[str]:
        """The figures by name, in their order."""
        return [figure.name for figure in self.figures]

    @cached_property
    def title_pairs(self) -> frozenset[str]:
        """All pairs of neighbouring characters in the title."""
        return frozenset(map("".join, zip(self.title, self.title[1:], strict=False)))

    def grams(self, size: int) -> Hashes:
        """Hashes of the different runs of `size` characters of the text, ascending."""
        if size not in self._grams:
            self._grams[size] = distinct(gram_codes(self.text, size))
        return self._grams[size]


def compared(title: str, text: str, published: str = "") -> Compared:
    """The story as it is compared; `published` as in a record: RFC 3339 or a date, "" where it is not known."""
    letters = plain(compared_lines(text))
    folded, figures = fold(letters)
    # A normal form may be signs alone.
    fingerprint = hashlib.blake2b(joined(letters).encode(), digest_size=24).digest() if folded else b""
    return Compared(fold(plain(title))[0], folded, fingerprint, figures, _day(published))


def pack(story: Compared) -> bytes:
    """All that a story is compared by."""
    return msgspec.msgpack.encode((story.title, story.text, story.fingerprint, story.figures, story.day))


def unpack(packed: bytes) -> Compared:
    """The story of such a form."""
    return Compared(*_decoder.decode(packed))


def _with_keys(packed: bytes, keys: Hashes) -> Compared:
    story = unpack(packed)
    # Where it remembers what it has worked out.
    story.__dict__["keys"] = keys
    return story


def _day(published: str) -> int | None:
    try:
        return date.fromisoformat(published[:10]).toordinal()
    except ValueError:
        return None
