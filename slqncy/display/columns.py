"""Rows of two texts as lines of a terminal: in two columns, or one text under the other where it is narrow."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from slqncy.visible import visible

if TYPE_CHECKING:
    from slqncy.display.rows import Piece, Row

_NARROW = 60
"""Cells of a terminal below which there is one column."""
_NARROWEST = 20
_DIVIDER = 3
_Mark = tuple[str, str, str]
# As wdiff has them; the colour says no more than the signs do.
_GONE: _Mark = ("[-", "-]", "red")
_NEW: _Mark = ("{+", "+}", "green")


class Columns:
    """A terminal of a width. No line is wider, and nothing in a text is an order to it."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self._width = max(width, _NARROWEST)
        # The environment was asked by whoever knows where this is going to.
        self._console = Console(
            file=io.StringIO(), width=self._width, force_terminal=colour, no_color=not colour,
            color_system="standard" if colour else None, markup=False, emoji=False, highlight=False,
        )  # fmt: skip

    def heading(self, one: str, other: str) -> str:
        """What stands above the texts, as lines."""
        return self._rendered(Text(visible(one), "bold"), Text(visible(other), "bold")) + "\n" + "─" * self._width

    def row(self, row: Row) -> str:
        """A row, as lines."""
        return self._rendered(_marked(row.one, _GONE), _marked(row.other, _NEW))

    def _rendered(self, one: Text, other: Text) -> str:
        table = self._beside(one, other) if self._width >= _NARROW else _below(one, other)
        with self._console.capture() as capture:
            self._console.print(table)
        return "\n".join(line.rstrip() for line in capture.get().split("\n")[:-1])

    def _beside(self, one: Text, other: Text) -> Table:
        table = Table(box=box.MINIMAL, show_header=False, show_edge=False, pad_edge=False)
        for _ in range(2):
            table.add_column(width=(self._width - _DIVIDER) // 2, overflow="fold")
        table.add_row(one, other)
        return table


def _below(one: Text, other: Text) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(overflow="fold")
    if one == other:
        table.add_row(" ", one)
    else:
        for sign, text in (("<", one), (">", other)):
            if text:
                table.add_row(sign, text)
    return table


def _marked(pieces: list[Piece], mark: _Mark) -> Text:
    begin, end, style = mark
    text = Text()
    for piece in pieces:
        if piece.is_changed:
            text.append(begin + visible(piece.text.replace("\n", "¶")) + end, style)
        else:
            text.append("\n".join(map(visible, piece.text.split("\n"))))
    text.rstrip()
    return text
