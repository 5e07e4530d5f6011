r"""text-dedup: the method of its `minhash` by its defaults, not the package, which needs Spark and Sphinx.

Texts are split at `\W`, five words make a gram, 250 permutations of SHA-1 are banded for a threshold of 0.7, and what
shares a band is a duplicate: nothing is compared afterwards. Texts of fewer than five words are left out. Signatures
and bands are computed by datasketch, from which the package has its formulas.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from datasketch import (  # type: ignore[import-not-found, import-untyped, unused-ignore]  # no dependency of the project
    MinHash,
    MinHashLSH,
)

from benchmarks.dedup.methods.protocol import Found, Kind

if TYPE_CHECKING:
    from benchmarks.dedup.data import Doc

NOT_A_WORD = re.compile(r"\W")
WORDS = 5
PERMUTATIONS = 250
THRESHOLD = 0.7


class TextDedup:
    """Near is what LSH finds; scores only order it."""

    def __init__(self) -> None:
        self._lsh = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
        self._signatures: dict[str, MinHash] = {}
        # A story that is asked about and then added is signed once.
        self._signed = lru_cache(maxsize=1)(_sign)

    def add(self, doc: Doc) -> None:
        if signature := self._signed(doc.text):
            self._signatures[doc.id] = signature
            self._lsh.insert(doc.id, signature)

    def ask(self, doc: Doc) -> list[Found]:
        if not (signature := self._signed(doc.text)):
            return []
        found = [
            Found(name, Kind.NEAR, signature.jaccard(self._signatures[name])) for name in self._lsh.query(signature)
        ]
        return sorted(found, key=lambda one: (-one.score, one.id))


def _sign(text: str) -> MinHash | None:
    words = NOT_A_WORD.split(text.lower())
    if len(words) < WORDS:
        return None
    signature = MinHash(num_perm=PERMUTATIONS, scheme="legacy")
    signature.update_batch({" ".join(words[start : start + WORDS]).encode() for start in range(len(words) - WORDS + 1)})
    return signature
