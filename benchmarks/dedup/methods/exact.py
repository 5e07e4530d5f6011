"""The baseline: texts whose normal forms are equal."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from benchmarks.dedup.methods.protocol import Found, Kind
from slqncy.dedup import normal_form

if TYPE_CHECKING:
    from benchmarks.dedup.data import Doc


class Exact:
    """A table of normal forms."""

    def __init__(self) -> None:
        self._ids: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, doc: Doc) -> None:
        self._ids[normal_form(doc.text)].append(doc.id)

    def ask(self, doc: Doc) -> list[Found]:
        return [Found(found, Kind.EXACT, 1.0) for found in self._ids.get(normal_form(doc.text), ())]
