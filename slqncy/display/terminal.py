"""Lines on a terminal, or on what is none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable


def write_lines(lines: Iterable[str], stream: TextIO, style: str) -> None:
    """Lines as they are; in that style where the stream is a terminal that shows colours, and is to."""
    colour = stream.isatty() and not os.environ.get("NO_COLOR")
    console = Console(file=stream, force_terminal=colour, no_color=not colour)
    for line in lines:
        console.print(Text(line, style), soft_wrap=True)
