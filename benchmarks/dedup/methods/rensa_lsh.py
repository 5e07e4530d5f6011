"""rensa: R-MinHash signatures found through LSH, then compared."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rensa import (  # type: ignore[import-not-found, import-untyped, unused-ignore]  # no dependency of the project
    RMinHash,
    RMinHashLSH,
)

from benchmarks.dedup.methods.grams import grams
from benchmarks.dedup.methods.protocol import Found, Kind

if TYPE_CHECKING:
    from benchmarks.dedup.data import Doc

PERMUTATIONS = 128
SEED = 42
"""That of the library's documentation."""


class Rensa:
    """Near is what LSH finds and the signatures estimate to reach the threshold."""

    def __init__(self, threshold: float, bands: int) -> None:
        self.verified = 0
        self._threshold = threshold
        self._lsh = RMinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, num_bands=bands)
        self._ids: list[str] = []
        self._signatures: list[RMinHash] = []
        # A story that is asked about and then added is signed once.
        self._signed = lru_cache(maxsize=1)(_sign)

    def add(self, doc: Doc) -> None:
        signature = self._signed(doc.text)
        self._lsh.insert(len(self._ids), signature)
        self._ids.append(doc.id)
        self._signatures.append(signature)

    def ask(self, doc: Doc) -> list[Found]:
        signature = self._signed(doc.text)
        candidates: list[int] = self._lsh.query(signature)
        self.verified += len(candidates)
        scores = {number: signature.jaccard(self._signatures[number]) for number in candidates}
        best = sorted(scores, key=lambda number: (-scores[number], number))
        return [
            Found(self._ids[number], Kind.NEAR, scores[number]) for number in best if scores[number] >= self._threshold
        ]


def _sign(text: str) -> RMinHash:
    signature = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    signature.update(grams(text))
    return signature
