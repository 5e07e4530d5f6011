"""slqncy.dedup."""

from __future__ import annotations

from functools import lru_cache
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.dedup.methods.protocol import Found, Kind
from slqncy.dedup import Compared, Deduplicator, Thresholds, compared, judge
from slqncy.reasons import DuplicateKind

if TYPE_CHECKING:
    from benchmarks.dedup.data import Doc
    from slqncy.dedup import Verdict

_KINDS = {DuplicateKind.SAME_TEXT: Kind.EXACT, DuplicateKind.REWRITE: Kind.REWRITE}


class Ours:
    """The index in a temporary folder, and the texts in memory."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory()
        self._ids: list[str] = []
        self._texts: list[Compared] = []
        self._stories = Deduplicator(self._folder.name, self._texts.__getitem__)

    @property
    def verified(self) -> int:
        return self._stories.compared

    def add(self, doc: Doc) -> None:
        story = _compared(doc)
        self._stories.add(len(self._ids), story)
        self._ids.append(doc.id)
        self._texts.append(story)

    def ask(self, doc: Doc) -> list[Found]:
        return [_found(self._ids[match.number], match.verdict) for match in self._stories.matches(_compared(doc))]

    def judge(self, a: Doc, b: Doc) -> Found | None:
        verdict = judge(_compared(a), _compared(b), Thresholds())
        return verdict and _found(b.id, verdict)


@lru_cache(1)  # what is added was asked for before
def _compared(doc: Doc) -> Compared:
    return compared(doc.title, doc.text, doc.day.isoformat())


def _found(name: str, verdict: Verdict) -> Found:
    return Found(name, _KINDS.get(verdict.kind, Kind.NEAR), verdict.score)
