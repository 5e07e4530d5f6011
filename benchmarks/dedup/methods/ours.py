"""slqncy.dedup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.dedup.methods.protocol import Found, Kind
from slqncy.dedup import Index

if TYPE_CHECKING:
    from benchmarks.dedup.data import Doc


class Ours:
    """The index in memory."""

    def __init__(self) -> None:
        self._index = Index()

    @property
    def verified(self) -> int:
        return self._index.verified

    def add(self, doc: Doc) -> None:
        self._index.add(doc.id, doc.title, doc.text, doc.day)

    def ask(self, doc: Doc) -> list[Found]:
        return [Found(one.id, Kind(one.kind), one.score) for one in self._index.ask(doc.title, doc.text, doc.day)]

    def judge(self, a: Doc, b: Doc) -> Found | None:
        one = self._index.judge((a.title, a.text, a.day), (b.title, b.text, b.day))
        return one and Found(b.id, Kind(one.kind), one.score)
