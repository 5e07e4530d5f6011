"""datasketch: MinHash signatures found through LSH, then compared."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from datasketch import (  # type: ignore[import-not-found, import-untyped, unused-ignore]  # no dependency of the project
    MinHash,
    MinHashLSH,
)

from benchmarks.dedup.methods.grams import grams
from benchmarks.dedup.methods.protocol import Found, Kind

if TYPE_CHECKING:
    from benchmarks.dedup.data import Doc

PERMUTATIONS = 128
"""The default of the library."""


class Datasketch:
    """Near is what LSH finds and the signatures estimate to reach the threshold."""

    def __init__(self, threshold: float) -> None:
        self.verified = 0
        self._threshold = threshold
        self._lsh = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
        self._signatures: dict[str, MinHash] = {}
        # A story that is asked about and then added is signed once.
        self._signed = lru_cache(maxsize=1)(_sign)

    def add(self, doc: Doc) -> None:
        self._signatures[doc.id] = signature = self._signed(doc.text)
        self._lsh.insert(doc.id, signature)

    def ask(self, doc: Doc) -> list[Found]:
        signature = self._signed(doc.text)
        candidates: list[str] = self._lsh.query(signature)
        self.verified += len(candidates)
        scores = {found: signature.jaccard(self._signatures[found]) for found in candidates}
        best = sorted(scores, key=lambda found: (-scores[found], found))
        return [Found(found, Kind.NEAR, scores[found]) for found in best if scores[found] >= self._threshold]


def _sign(text: str) -> MinHash:
    signature = MinHash(num_perm=PERMUTATIONS)
    signature.update_batch([gram.encode() for gram in set(grams(text))])
    return signature
