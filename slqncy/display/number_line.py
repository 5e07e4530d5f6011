"""The story numbers of an archive in words: totals and the longest gaps, and how each standing looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slqncy.display.quantities import plural
from slqncy.visible import visible

if TYPE_CHECKING:
    from slqncy.archive.coverage import NumberLine

_GAPS = 5
"""Gaps named, at most."""


class Look(NamedTuple):
    """How the numbers of a standing are shown."""

    words: str
    sign: str
    style: str


LOOKS = (
    Look("archived", "#", "green"),
    Look("duplicates", "=", "cyan"),
    Look("gone from the site", "x", "magenta"),
    Look("taken down", "/", "magenta"),
    Look("waiting for an answer", "?", "yellow"),
    Look("rejected", "!", "red"),
    Look("not on the site", "-", "default"),
    Look("never asked for", ".", "default"),
)
"""In the order of Standing; last what was never asked for."""


def heading(line: NumberLine) -> str:
    """Whose line it is, and how much of it is known."""
    if not line.numbers.size:
        return f"{visible(line.name)}  no story numbers are known"
    # Rounded down: 100 % is all of them.
    share = int(line.share * 1000) / 10
    return (
        f"{visible(line.name)}  {line.lowest} to {line.highest}: {plural(line.length, 'number')}, {share:g} % are known"
    )


def longest_gaps(line: NumberLine) -> list[range]:
    """What a sweep might ask for. A number that one section has not may well be in another, so of sites only."""
    return [] if line.is_section else line.gaps(_GAPS)


def totals(line: NumberLine) -> list[int]:
    """How many numbers look each way."""
    return [*line.counts().values(), line.never_asked]


def unnumbered(line: NumberLine) -> str:
    """What is not on the line."""
    return f"{plural(line.unnumbered, 'story', 'stories')} without a number"


def sweep_of(line: NumberLine) -> str:
    """What `scrapy crawl stories` is told, before the numbers, to ask for some of a site's line."""
    return f"-a site={visible(line.name)} -a ids="


def pasted(gap: range) -> str:
    """A gap as `-a ids=` takes it."""
    return f"{gap[0]}-{gap[-1]}" if len(gap) > 1 else f"{gap[0]}"


def span_size(line: NumberLine, most: int) -> int:
    """The least of 1, 2, 5, 10, 20, … numbers of which `most` spans cover the line."""
    assert line.lowest is not None
    assert line.highest is not None
    power = 1
    while True:
        for size in (power, 2 * power, 5 * power):
            if line.highest // size - line.lowest // size < most:
                return size
        power *= 10
