"""What is drawn on a terminal: lines in a colour, and a block that stays at the foot while lines pass above it."""

from __future__ import annotations

from io import TextIOBase
from typing import TYPE_CHECKING, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.text import Text

from slqncy.display.facts import labelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from slqncy.display.progress import Told

_LABEL = 9
"""Cells."""
_LEAST_WIDTH = 30
"""Cells below which nothing is said shorter: a terminal of fewer shows the beginnings of lines."""
_MOST_LINES = 3
"""Of facts behind a label."""


def write_lines(lines: Iterable[str], terminal: TextIO, style: str = "") -> None:
    """Lines as they are, in a style; NO_COLOR is heeded. Raises OSError."""
    console = _Console(file=terminal, force_terminal=True)
    for line in lines:
        console.print(Text(line, style), soft_wrap=True)


class Foot(TextIOBase):
    """A block at the foot of a terminal; what is written to this stream stands above it."""

    def __init__(self, stream: TextIO) -> None:
        self._console = _Screen(file=stream, force_terminal=True)
        self._live = Live(
            console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )

    def show(self, progress: Told) -> None:
        """Put a block in place of the one before."""
        self._live.start()
        self._live.update(block(progress, self._console.width), refresh=True)

    def take_away(self) -> None:
        """Leave the terminal as if there had been no block."""
        self._live.stop()

    def write(self, text: str) -> int:
        """Write whole lines: as they are, however long, so that what is copied is what was written."""
        self._console.out(text, end="", highlight=False)
        return len(text)


def block(progress: Told, width: int) -> RenderableType:
    """Lines that are narrower than the terminal, so that none of them wraps."""
    cells = max(width, _LEAST_WIDTH) - 1
    lines: list[RenderableType] = [Text("─" * (width - 1), "dim")]
    for label, facts in progress.facts():
        for line in labelled(label, facts, cells, _MOST_LINES, _LABEL):
            text = Text(line, no_wrap=True, overflow="crop")
            text.stylize("dim", 0, _LABEL)
            lines.append(text)
    done, goal = progress.share
    if goal:
        # The terminal writes ^C behind it, and would go on to the next line.
        lines.append(ProgressBar(goal, done, max(1, width - 3), complete_style="green", finished_style="green"))
    return Group(*lines)


class _Console(Console):
    """One that leaves it to its caller what is to be done where nobody reads any more: rich ends the process."""

    def on_broken_pipe(self) -> None:
        """Raise what was raised."""
        raise  # noqa: PLE0704  # within an except clause of rich


class _Screen(_Console):
    """A process that is killed could not show the cursor again, so it is never hidden."""

    def show_cursor(self, show: bool = True) -> bool:
        """Leave it as it is."""
        return False
