"""What a method of deduplication is to the benchmark."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.dedup.data import Doc


class Kind(StrEnum):
    """As what a story is reported."""

    EXACT = "exact"
    NEAR = "near"
    REWRITE = "rewrite"


class Found(NamedTuple):
    """A story that the one in question duplicates."""

    id: str
    kind: Kind
    score: float


class Method(Protocol):
    """An index of stories, empty when made."""

    def add(self, doc: Doc) -> None:
        """Take a story into the index."""

    def ask(self, doc: Doc) -> list[Found]:
        """Name the stories of the index that `doc` duplicates, the best first.

        `doc` may be in the index itself; whether it is named then does not matter.
        """


@runtime_checkable
class Judging(Protocol):
    """A method that judges two stories without an index."""

    def judge(self, a: Doc, b: Doc) -> Found | None:
        """Tell as what `b` would be reported when `a` is in question, None if not at all."""


@runtime_checkable
class Fitting(Protocol):
    """A method that looks at all stories once before the first is added."""

    def fit(self, docs: Iterable[Doc]) -> None:
        """Look at the stories, add none."""


@runtime_checkable
class Counting(Protocol):
    """A method that counts the candidates it compares."""

    verified: int
    """Since it was made."""
