"""Terminals: lines in a colour, and a block that stays at the foot while lines pass above it."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from io import TextIOBase, TextIOWrapper
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType


def moves_cursor(stream: TextIO) -> bool:
    """Whether a stream is a terminal on which what was written can be written over."""
    return stream.isatty() and os.environ.get("TERM", "dumb") not in {"dumb", "unknown"}


def shows_colours(stream: TextIO) -> bool:
    """Whether a stream is a terminal, and whoever looks at it wants colours: https://no-color.org/."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def take_any_character(stream: TextIO) -> None:
    """Where the encoding of a terminal lacks a character, that is no reason to stop: an escape stands for it."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def write_lines(lines: Iterable[str], stream: TextIO, style: str) -> None:
    """Lines as they are, and in a style where the stream is a terminal; NO_COLOR is heeded."""
    console = Console(file=stream, force_terminal=stream.isatty())
    for line in lines:
        console.print(Text(line, style), soft_wrap=True)


@contextmanager
def heard_or_not() -> Iterator[None]:
    """For last words: that a terminal or a pipe is gone by then, or a disk full, changes nothing of what was done."""
    with suppress(OSError):
        yield
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            # Python would try once more on its way out: https://docs.python.org/3/library/signal.html#note-on-sigpipe
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


class Foot(TextIOBase):
    """A block at the foot of a terminal; what is written to this stream stands above it."""

    def __init__(self, stream: TextIO) -> None:
        self._console = _Screen(file=stream, force_terminal=True)
        self._live = Live(
            console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )

    @property
    def width(self) -> int:
        """Cells of a line, as of now."""
        return self._console.width

    def show(self, block: RenderableType) -> None:
        """Put a block in place of the one before."""
        self._live.start()
        self._live.update(block, refresh=True)

    def take_away(self) -> None:
        """Leave the terminal, if it is still there, as if there had been no block."""
        with suppress(OSError):
            self._live.stop()

    def write(self, text: str) -> int:
        """Write whole lines: as they are, however long, so that what is copied is what was written."""
        self._console.out(text, end="", highlight=False)
        return len(text)


class _Screen(Console):
    """A process that is killed could not show the cursor again, so it is never hidden."""

    def show_cursor(self, show: bool = True) -> bool:
        """Leave it as it is."""
        return False
