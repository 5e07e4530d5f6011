"""Commands in a terminal of some size, and what a person sees of them there."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

import pyte

from tests.crawling import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_LONGEST = 60.0
"""Seconds that a test waits for something to be seen."""
_BYTES = 65536


class Terminal:
    """A terminal, and the command that runs in it."""

    def __init__(self, leader: int, process: subprocess.Popen[bytes], columns: int, rows: int) -> None:
        self._leader = leader
        self._process = process
        self._screen = pyte.HistoryScreen(columns, rows, history=5000, ratio=0.5)
        self._stream = pyte.ByteStream(self._screen)
        self.written = b""

    @property
    def screen(self) -> list[str]:
        """The lines that are seen now, without blanks at their ends."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def lines(self) -> list[str]:
        """The same, and those before them that have moved off the screen."""
        top = ("".join(line[x].data for x in range(self._screen.columns)) for line in self._screen.history.top)
        return [*(line.rstrip() for line in top), *self.screen]

    @property
    def shows_cursor(self) -> bool:
        """Whether a person sees where the next character goes."""
        return not self._screen.cursor.hidden

    def wait_for(self, is_seen: Callable[[], bool]) -> None:
        """Until something is seen. Fails where it is not, whatever comes."""
        until = monotonic() + _LONGEST
        while not is_seen():
            assert monotonic() < until, self.screen
            assert self._read(), self.screen

    def wait_for_block(self, *patterns: str) -> None:
        """Until the last lines are such ones, below a rule: what is seen before may be half drawn."""
        lines = ("─" * (self._screen.columns - 1), *patterns)
        self.wait_for(lambda: all(map(re.fullmatch, lines, self.screen[-len(lines) :])))

    def type(self, keys: bytes) -> None:
        """As a person does."""
        os.write(self._leader, keys)

    def end(self) -> int:
        """The exit status of the command."""
        while self._read():
            pass
        return self._process.wait(_LONGEST)

    def _read(self) -> bool:
        """Look at what has come meanwhile; False where nothing comes any more."""
        ready, _, _ = select.select([self._leader], [], [], _LONGEST)
        try:
            data = os.read(self._leader, _BYTES) if ready else b""
        except OSError:
            # So Linux says that nobody has the terminal open any more.
            return False
        self.written += data
        self._stream.feed(data)
        return bool(data)


@contextmanager
def terminal(columns: int, rows: int, *arguments: str, environment: Mapping[str, str]) -> Iterator[Terminal]:
    """Run `scrapy …` in the project, in a terminal of its own."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _IN_TERMINAL, *arguments],
        cwd=ROOT, stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        env={**inherited, "TERM": "xterm-256color", **environment},
    )  # fmt: skip
    os.close(follower)
    try:
        yield Terminal(leader, process, columns, rows)
    finally:
        process.kill()
        process.wait(_LONGEST)
        os.close(leader)


_IN_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.argv[0] = "scrapy"
from scrapy.cmdline import execute
execute()
"""
"""A session of its own makes the terminal the one whose keys send signals."""
