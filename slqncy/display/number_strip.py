"""The story numbers of an archive on a terminal: totals, a strip of signs, and the longest gaps."""

from __future__ import annotations

import io
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from slqncy.display.number_line import (
    LOOKS,
    Look,
    heading,
    longest_gaps,
    pasted,
    span_size,
    sweep_of,
    totals,
    unnumbered,
)
from slqncy.display.quantities import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.archive.coverage import NumberLine

_ROWS = 8
"""Rows of a strip, at most."""
_NARROWEST = 10
"""Signs of a row, at least."""
_INDENT = "  "
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
        yield from (f"{_INDENT * 2}{sweep_of(line)}{pasted(gap)}  {plural(len(gap), 'number')}" for gap in gaps)
    if line.unnumbered:
        yield f"{_INDENT}{unnumbered(line)}"


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
