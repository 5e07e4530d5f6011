"""All that is measured of a method."""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time
from typing import TYPE_CHECKING

from benchmarks.dedup.methods.protocol import Fitting
from benchmarks.dedup.negatives import Negatives, ask_negatives
from benchmarks.dedup.pairs import Lookalikes, judge_lookalikes, judge_random
from benchmarks.dedup.stream import Stream, stream
from benchmarks.dedup.variants import Variants, ask_variants

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.dedup.data import Data
    from benchmarks.dedup.methods.protocol import Method
    from benchmarks.dedup.tally import Tally


@dataclass(frozen=True)
class Result:
    """Seconds are of CPU."""

    stories: int
    fill_seconds: float
    """To add all stories, with a look at all of them before if the method wants it."""
    variants_seconds: float
    """To ask for all variants, the index full."""
    variants: Variants
    negatives: Negatives
    random: Tally | None
    lookalikes: Lookalikes
    stream: Stream


def measure(make: Callable[[], Method], data: Data, seed: int) -> Result:
    """Run all questions through a full index, then the stream through a new one."""
    began = process_time()
    method = _fitted(make, data)
    for doc in data.stories.values():
        method.add(doc)
    filled = process_time()
    variants = ask_variants(method, data)
    asked = process_time()
    lookalikes = judge_lookalikes(method, data)
    return Result(
        stories=len(data.stories),
        fill_seconds=filled - began,
        variants_seconds=asked - filled,
        variants=variants,
        negatives=ask_negatives(method, data),
        random=judge_random(method, data, seed),
        lookalikes=lookalikes,
        stream=stream(_fitted(make, data), data),
    )


def _fitted(make: Callable[[], Method], data: Data) -> Method:
    method = make()
    if isinstance(method, Fitting):
        method.fit(data.stories.values())
    return method
