"""Pairs of real stories: drawn at random, and those that resemble each other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from benchmarks.dedup.methods.protocol import Judging, Kind
from benchmarks.dedup.tally import Tally

if TYPE_CHECKING:
    from benchmarks.dedup.data import Data, Lookalike
    from benchmarks.dedup.methods.protocol import Method

RANDOM_PAIRS = 20_000


@dataclass
class Lookalikes:
    """Unlabelled: merging them is not always wrong."""

    buckets: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    """By tenths of 5-gram Jaccard."""
    merged: list[tuple[str, str, Kind]] = field(default_factory=list)


def judge_random(method: Method, data: Data, seed: int) -> Tally | None:
    """Judge pairs drawn at random, if the method judges pairs."""
    if not isinstance(method, Judging):
        return None
    result = Tally()
    stories = list(data.stories.values())
    draw = Random(seed)  # noqa: S311  # to be drawn again alike
    for _ in range(RANDOM_PAIRS):
        found = method.judge(*draw.sample(stories, 2))
        result.count(found and found.kind)
    return result


def judge_lookalikes(method: Method, data: Data) -> Lookalikes:
    """Judge the later story of each pair against the earlier, or ask the index for it if the method judges no pairs."""
    result = Lookalikes()
    for pair in data.lookalikes:
        kind = _kind(method, pair)
        result.buckets[f"{int(pair.jaccard * 10) / 10:.1f}"].count(kind)
        if kind:
            result.merged.append((pair.first.id, pair.second.id, kind))
    return result


def _kind(method: Method, pair: Lookalike) -> Kind | None:
    if isinstance(method, Judging):
        found = method.judge(pair.second, pair.first)
        return found and found.kind
    return next((one.kind for one in method.ask(pair.second) if one.id == pair.first.id), None)
