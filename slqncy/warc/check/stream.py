"""Bytes that come in pieces, taken in other pieces."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_KEPT = 1 << 20


class Stream:
    """Bytes out of an iterator; holds one piece at a time, or as much as `until` and `take` ask for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._data = b""
        self._at = 0
        self.position = 0
        """How many bytes were taken."""

    def more(self) -> bool:
        """Whether anything is left."""
        return self._at < len(self._data) or self._next()

    def until(self, end: bytes, limit: int) -> bytes | None:
        """What comes before `end`, which is passed; None, and nothing is passed, where `limit` bytes do not have it."""
        while (found := self._data.find(end, self._at)) < 0:
            if len(self._data) - self._at > limit or not self._join():
                return None
        return self._advance(found + len(end))[: -len(end)]

    def take(self, size: int) -> bytes:
        """The next `size` bytes, or all there are."""
        while len(self._data) - self._at < size and self._join():
            pass
        return self._advance(self._at + size)

    def pieces(self, size: int) -> Iterator[bytes]:
        """The next `size` bytes, or all there are."""
        while size and self.more():
            piece = self._advance(self._at + size)
            size -= len(piece)
            yield piece

    def rest(self) -> Iterator[bytes]:
        """All that is left."""
        while self.more():
            yield self._advance(len(self._data))

    def skip_to(self, mark: bytes) -> tuple[int, bytes]:
        """Pass what comes before `mark`, or all there is: how many bytes, and the last four of them."""
        begin, last = self.position, b""
        while (found := self._data.find(mark, self._at)) < 0:
            last = (last + self._advance(max(self._at, len(self._data) - len(mark) + 1)))[-4:]
            if not self._join():
                found = len(self._data)
                break
        last = (last + self._advance(found))[-4:]
        return self.position - begin, last

    def give_back(self, data: bytes) -> None:
        """Put back what was taken last."""
        self.position -= len(data)
        if self._data.startswith(data, begin := max(self._at - len(data), 0)):
            self._at = begin
        else:
            self._data, self._at = data + self._data[self._at :], 0

    def _advance(self, end: int) -> bytes:
        taken = self._data[self._at : end]
        self._at += len(taken)
        self.position += len(taken)
        return taken

    def _next(self) -> bool:
        self._data = next(self._pieces, b"")
        self._at = 0
        return bool(self._data)

    def _join(self) -> bool:
        left = self._data[self._at :]
        more = self._next()
        self._data = left + self._data
        return more


class Tap:
    """Lets pieces pass, and remembers what they were."""

    def __init__(self, pieces: Iterable[bytes], algorithm: str | None) -> None:
        self._pieces = pieces
        self._hash = hashlib.new(algorithm, usedforsecurity=False) if algorithm else None
        self._kept: list[bytes] = []
        self.size = 0
        self.last = b""
        """The last four bytes."""

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if self._hash:
                self._hash.update(piece)
            if self.size <= _KEPT:
                self._kept.append(piece)
            self.last = (piece if len(piece) > 3 else self.last + piece)[-4:]  # noqa: PLR2004
            self.size += len(piece)
            yield piece

    @property
    def whole(self) -> bytes | None:
        """All that has passed, where that is no more than 1 MiB."""
        return b"".join(self._kept) if self.size <= _KEPT else None

    def digest(self) -> bytes | None:
        """Of what has passed; None where no algorithm was asked for."""
        return self._hash.digest() if self._hash else None

    def drain(self) -> None:
        """Let all pass."""
        for _ in self:
            pass
