"""Stories side by side, for a person to look at."""

from __future__ import annotations

from itertools import zip_longest
from random import Random
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.dedup.data import Data, Doc
    from benchmarks.dedup.measure import Result
    from benchmarks.dedup.variants import Mistake

COLUMNS = 58
MOST_LINES = 14
MISTAKES = 10


def show_lookalikes(result: Result, data: Data, number: int, seed: int) -> Iterator[str]:
    """Some of the look-alikes that were merged, drawn at random."""
    merged = result.lookalikes.merged
    draw = Random(seed)  # noqa: S311  # to be drawn again alike
    for first, second, kind in draw.sample(merged, min(number, len(merged))):
        yield f"{first} | {second}: {kind}"
        yield from _beside(data.stories[first], data.stories[second])


def show_mistakes(result: Result, data: Data) -> Iterator[str]:
    """The first variants of which only another story was reported, then the negatives that were merged."""
    for mistake in result.variants.mistakes[:MISTAKES]:
        yield _line(mistake, data)
    for asked, found, kind in result.negatives.merged[:MISTAKES]:
        yield f"{asked}: {kind} of {found}"


def _line(mistake: Mistake, data: Data) -> str:
    best, gold = data.stories[mistake.best], data.stories[mistake.gold]
    held = ", which is in the variant too" if mistake.held else ""
    return f"{mistake.asked}: {mistake.kind} {mistake.score:.2f} of {best.id} {best.title}{held}, not of {gold.title}"


def _beside(first: Doc, second: Doc) -> Iterator[str]:
    columns = (list(_wrapped(f"{doc.day} {doc.title}\n{doc.text}"))[:MOST_LINES] for doc in (first, second))
    for left, right in zip_longest(*columns, fillvalue=""):
        yield f"{left}{' ' * (COLUMNS - _width(left))} | {right}"


def _wrapped(text: str) -> Iterator[str]:
    for paragraph in text.splitlines():
        line = ""
        for character in paragraph:
            if _width(line + character) > COLUMNS:
                yield line
                line = ""
            line += character
        yield line


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
