"""What a stream is, and what it can show."""

from __future__ import annotations

import os
from io import TextIOWrapper
from typing import TextIO


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
