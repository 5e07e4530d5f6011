"""All stories in the order of their days, each asked for and then added."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import process_time
from typing import TYPE_CHECKING

from benchmarks.dedup.methods.protocol import Counting
from benchmarks.dedup.tally import Tally, strongest

if TYPE_CHECKING:
    from benchmarks.dedup.data import Data
    from benchmarks.dedup.methods.protocol import Method


@dataclass
class Stream:
    """What was reported, and what it cost."""

    flagged: Tally = field(default_factory=Tally)
    ask_seconds: float = 0
    add_seconds: float = 0
    verified: int | None = None
    """Candidates compared, if the method counts them."""


def stream(method: Method, data: Data) -> Stream:
    """Run the stream through an empty index."""
    result = Stream()
    for doc in data.by_day():
        began = process_time()
        found = method.ask(doc)
        answered = process_time()
        method.add(doc)
        result.add_seconds += process_time() - answered
        result.ask_seconds += answered - began
        result.flagged.count(strongest(found))
    result.verified = method.verified if isinstance(method, Counting) else None
    return result
