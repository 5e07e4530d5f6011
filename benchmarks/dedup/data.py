"""The labelled data: stories, changed copies of some of them, and stories that resemble others without being copies."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

HARD_NEGATIVE = "hard_negative"


@dataclass(frozen=True)
class Doc:
    """A story as a method sees it."""

    id: str
    title: str
    text: str
    day: date


@dataclass(frozen=True)
class Variant:
    """A changed copy of the story `gold`."""

    doc: Doc
    gold: str
    change: str


@dataclass(frozen=True)
class Bulletin:
    """One of a family of stories made from one template, all different."""

    doc: Doc
    family: str


@dataclass(frozen=True)
class HardNegative:
    """Another story on the topic of the story `like`."""

    doc: Doc
    like: str


@dataclass(frozen=True)
class Lookalike:
    """Two stories that resemble each other, the earlier first; whether they are one is not labelled."""

    first: Doc
    second: Doc
    jaccard: float


@dataclass(frozen=True)
class Data:
    """All of a data folder."""

    stories: dict[str, Doc]
    variants: list[Variant]
    hard_negatives: list[HardNegative]
    bulletins: list[Bulletin]
    lookalikes: list[Lookalike]

    def by_day(self) -> list[Doc]:
        """The stories in the order of their days; those of one day as they stand in the file."""
        return sorted(self.stories.values(), key=lambda story: story.day)


class _Story(msgspec.Struct):
    id: str
    title: str
    text: str
    date: str

    def doc(self) -> Doc:
        return Doc(self.id, self.title, self.text, date.fromisoformat(self.date))


class _Positive(_Story):
    gold: str
    kind: str


class _Negative(_Story):
    kind: str
    like: str | None


class _Pair(msgspec.Struct):
    a: str
    b: str
    j: float

    def lookalike(self, stories: dict[str, Doc]) -> Lookalike:
        first, second = sorted((stories[self.a], stories[self.b]), key=lambda story: story.day)
        return Lookalike(first, second, self.j)


Row = TypeVar("Row", bound=msgspec.Struct)


def load(folder: Path) -> Data:
    """Read the four files of a data folder."""
    stories = {row.id: row.doc() for row in _rows(folder / "stories.jsonl.gz", _Story)}
    negatives = _rows(folder / "negatives.jsonl.gz", _Negative)
    return Data(
        stories=stories,
        variants=[Variant(row.doc(), row.gold, row.kind) for row in _rows(folder / "positives.jsonl.gz", _Positive)],
        hard_negatives=[HardNegative(row.doc(), row.like) for row in negatives if row.like is not None],
        bulletins=[Bulletin(row.doc(), row.kind) for row in negatives if row.kind != HARD_NEGATIVE],
        lookalikes=[row.lookalike(stories) for row in _rows(folder / "natural_pairs.jsonl.gz", _Pair)],
    )


def _rows(path: Path, kind: type[Row]) -> list[Row]:
    decoder = msgspec.json.Decoder(kind)
    with gzip.open(path) as lines:
        return [decoder.decode(line) for line in lines]
