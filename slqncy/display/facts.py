"""Facts behind a label, as lines of a terminal of a width in cells: a Chinese character takes two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

LABEL = 12
"""Cells that a label takes, and that lines without one leave free, unless it is said otherwise."""
_INDENT = "    "


def labelled(label: str, facts: Sequence[str], width: int, most: int = 2, indent: int = LABEL) -> list[str]:
    """Facts with commas between them, each whole on a line; how many found no room on `most` lines is told."""
    room = width - indent
    lines: list[list[str]] = [[]]
    for fact in (cut(fact, room - 1) for fact in facts):
        if lines[-1] and cell_len(", ".join([*lines[-1], fact])) >= room:
            lines.append([])
        lines[-1].append(fact)
    told = [", ".join(line) for line in lines]
    if len(lines) > most:
        told = [*told[: most - 1], _abridged(lines[most - 1], sum(map(len, lines[most:])), room)]
    return beside(label, [f"{line}," for line in told[:-1]] + told[-1:], indent)


def spelt(label: str, text: str, width: int, most: int) -> list[str]:
    """A text that is to be whole, such as a path, on as many lines as it takes, up to so many."""
    room = width - LABEL
    return beside(label, chop_cells(cut(text, most * (room - 1)), room) or [""])


def beside(label: str, lines: Sequence[str], indent: int = LABEL) -> list[str]:
    """Lines beside a label, which stands on the first of them."""
    return [f"{label if not number else '':<{indent}}{line}" for number, line in enumerate(lines)]


def folded(parts: Sequence[str], separator: str, width: int) -> list[str]:
    """The parts of a sum, each whole on a line; a line that goes on begins with the sign between them."""
    lines = [parts[0]]
    for part in parts[1:]:
        if cell_len(longer := f"{lines[-1]} {separator} {part}") <= width:
            lines[-1] = longer
        else:
            lines.append(f"{_INDENT}{separator} {part}")
    return lines


def cut(text: str, width: int) -> str:
    """A text of at most `width` cells, with … where its end is missing."""
    return text if cell_len(text) <= width else f"{chop_cells(text, width - 1)[0]}…"


def _abridged(line: list[str], left: int, room: int) -> str:
    """A line that also tells how many facts there are besides."""
    while len(line) > 1 and cell_len(", ".join(line)) + len(_more(left)) > room:
        *line, _ = line
        left += 1
    return cut(", ".join(line), room - len(_more(left))) + _more(left)


def _more(left: int) -> str:
    return f", and {left} more"
