"""Stories as they are compared, held in bounded memory."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from slqncy.dedup.figures import Figure
from slqncy.dedup.text import Compared

_BESIDE = 250
"""Bytes of memory that a story takes besides what is packed of it, about."""
_Fields = tuple[str, str, bytes, list[Figure], int | None]
_decoder = msgspec.msgpack.Decoder(_Fields)


def pack(story: Compared) -> bytes:
    """All that a story is compared by."""
    return msgspec.msgpack.encode((story.title, story.text, story.fingerprint, story.figures, story.day))


def unpack(packed: bytes) -> Compared:
    """The story of such a form."""
    return Compared(*_decoder.decode(packed))


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
