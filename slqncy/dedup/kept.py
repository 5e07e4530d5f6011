"""Stories as they are compared, held in bounded memory."""

from __future__ import annotations

from collections import OrderedDict

from slqncy.dedup.text import Compared, pack, unpack

_BESIDE = 250
"""Bytes of memory that a story takes besides what is packed of it, about."""


class Kept:
    """The stories that were last put in or asked for, as many as fit in so many bytes.

    They are packed: a story of 700 characters takes 3 kB, where the same objects with all that is measured of them
    take 18 kB, and that many more stories need not be read and made ready anew.
    """

    def __init__(self, most: int) -> None:
        self._room = most
        self._packed: OrderedDict[int, bytes] = OrderedDict()

    def get(self, number: int) -> Compared | None:
        """The story of a number, or None where it is not held."""
        packed = self._packed.get(number)
        if packed is None:
            return None
        self._packed.move_to_end(number)
        return unpack(packed)

    def put(self, number: int, story: Compared) -> None:
        """Hold a story, unless it is held."""
        if number in self._packed:
            return
        self._packed[number] = packed = pack(story)
        self._room -= len(packed) + _BESIDE
        while self._room < 0:
            _, first = self._packed.popitem(last=False)
            self._room += len(first) + _BESIDE

    def clear(self) -> None:
        """Forget all."""
        self._room += sum(len(packed) + _BESIDE for packed in self._packed.values())
        self._packed.clear()
