"""The story numbers of an archive as text: totals, a strip of signs, and the longest gaps."""

from __future__ import annotations

import io
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.text import Text

from slqncy.display.quantities import plural
from slqncy.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.archive.coverage import NumberLine

_ROWS = 8
"""Rows of a strip, at most."""
_NARROWEST = 10
"""Signs of a row, at least."""
_INDENT = "  "
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
_FEW = Look("never asked for", ":", "default")


def told(line: NumberLine, width: int, *, colour: bool) -> Iterator[str]:
    """A number line, as lines of a terminal of a width. The signs say all that the colours say."""
    yield heading(line)
    if line.numbers.size:
        figures = list(zip(totals(line), LOOKS, strict=True))
        digits = max(len(str(count)) for count, _ in figures)
        yield from (f"{_INDENT}{look.sign} {count:>{digits}} {look.words}" for count, look in figures if count)
        yield from _strip(line, width, colour=colour)
        if gaps := longest_gaps(line):
            yield f"{_INDENT}longest gaps"
        yield from (f"{_INDENT * 2}-a ids={pasted(gap)}  {plural(len(gap), 'number')}" for gap in gaps)
    if line.unnumbered:
        yield f"{_INDENT}{unnumbered(line)}"


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


def _strip(line: NumberLine, width: int, *, colour: bool) -> Iterator[str]:
    assert line.lowest is not None
    digits = len(str(line.highest))
    signs = max(_NARROWEST, (width - digits - len(_INDENT) - 1) // 10 * 10)
    size = span_size(line, signs * _ROWS)
    looks = list(map(_look, line.spans(size).tolist()))
    few = f", {_FEW.sign} where most were {_FEW.words}" if _FEW in looks else ""
    yield f"{_INDENT}each sign is {'a number' if size == 1 else f'what most of {size} numbers are'}{few}"
    for start in range(0, len(looks), signs):
        number = (line.lowest // size + start) * size
        strip = _coloured(looks[start : start + signs]) if colour else "".join(
            look.sign for look in looks[start : start + signs]
        )  # fmt: skip
        yield f"{_INDENT}{number:>{digits}} {strip}"


def _look(span: list[int]) -> Look:
    """How a span looks: a hole in the coverage is seen, and so is a single story in it."""
    *counts, never = span
    if never > sum(counts):
        return _FEW if any(counts) else LOOKS[-1]
    return LOOKS[counts.index(max(counts))]


def _coloured(looks: list[Look]) -> str:
    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard", no_color=False)
    with console.capture() as capture:
        runs = ((look.sign * len(list(alike)), look.style) for look, alike in groupby(looks))
        console.print(Text.assemble(*runs), soft_wrap=True, end="")
    return capture.get()
