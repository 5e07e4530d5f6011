"""The page that is being read, noted beforehand: a process that hangs is ended, and has no last words.

The file `.reading` holds the event that is true of the page if it hangs, as a line with blanks before its end, and
behind it the traceback that the watchdog adds. Without a traceback it says nothing: the run was killed, whatever it
was doing.
"""

from __future__ import annotations

import logging
import os
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.archive import disk
from slqncy.archive.layout import READING
from slqncy.archive.quarantine import keep_aside
from slqncy.records import Event, decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

# What faulthandler writes: "Timeout (0:00:40)!", then each thread, the main one last, innermost frame first.
_TIMEOUT = "Timeout ("
_THREAD = "Thread 0x"
_FRAME = re.compile(r'^ *File "(.*)", line (\d+) in (.*)$', re.MULTILINE)
_PACKAGE = Path(__file__).parent.parent.name
_TOLD = 3
"""Parts of a path that tell which file it is."""


class Reading:
    """The note. It is not synced: it is for when the process ends, and not for when the machine does.

    Each note is written over the one before: to cut the file costs more than to write to it.
    """

    def __init__(self, root: Path) -> None:
        self._path = root / READING
        self._descriptors: list[int] = []
        """Of the note, and of what is added behind it."""
        self._length = 0
        """Bytes of the file: those of the longest note so far."""
        self._is_empty = True

    @property
    def descriptor(self) -> int:
        """What the watchdog writes its traceback to. Raises OSError."""
        return self._opened()[1]

    def begin(self, event: Event) -> None:
        """A page is about to be read. Raises OSError."""
        self._note(encode(event))
        self._is_empty = False

    def end(self) -> None:
        """No page is being read. Raises OSError."""
        if not self._is_empty:
            self._note(b"\n")
            self._is_empty = True

    def close(self) -> None:
        """Take the note away; also after a disk error, where the next start does not mind it."""
        if self._descriptors:
            while self._descriptors:
                os.close(self._descriptors.pop())
            with suppress(OSError):
                self._path.unlink()

    def _note(self, line: bytes) -> None:
        self._length = max(self._length, len(line))
        os.pwrite(self._opened()[0], line[:-1].ljust(self._length - 1) + b"\n", 0)

    def _opened(self) -> list[int]:
        for flag in (os.O_TRUNC, os.O_APPEND)[len(self._descriptors) :]:
            self._descriptors.append(os.open(self._path, os.O_WRONLY | os.O_CREAT | flag, 0o644))
        return self._descriptors


@dataclass(frozen=True, slots=True)
class Hang:
    """How a run was ended by its watchdog."""

    event: Event | None
    """What is true of the page that was being read; None where none was."""
    where: str
    """Where it hung, in a line."""


def hang(root: Path) -> Hang | None:
    """How the watchdog ended the last run; None where it did not. Raises OSError."""
    try:
        data = (root / READING).read_bytes()
    except FileNotFoundError:
        return None
    line, timeout, traceback = data.decode(errors="replace").partition(_TIMEOUT)
    if not timeout:
        return None
    where = _where(traceback)
    try:
        return Hang(replace(decode(line.encode(), Event), detail=where), where)
    except ValueError:
        return Hang(None, where)


def take_away(root: Path, last: Hang) -> None:
    """Once what it says is told: the file goes to quarantine/, for those who mend what hung. Raises OSError."""
    path = root / READING
    aside = keep_aside(root, "hung", path.read_bytes())
    disk.remove(path)
    page = last.event.url if last.event else "no page"
    logger.warning(
        "The run before hung while it read %s, in %s, so its watchdog ended it. The traceback is in %s",
        page, last.where, aside,
    )  # fmt: skip


def _where(traceback: str) -> str:
    """The innermost frame of the main thread, and the innermost of ours that led to it."""
    frames = _FRAME.findall(traceback.rpartition(_THREAD)[2])
    if not frames:
        return "unknown"
    ours = (frame for frame in frames if _PACKAGE in Path(frame[0]).parts)
    return ", called in ".join(_told([frames[0], *ours][:2]))


def _told(frames: list[tuple[str, str, str]]) -> Iterator[str]:
    for path, line, function in dict.fromkeys(frames):
        yield f"{'/'.join(Path(path).parts[-_TOLD:])}:{line} ({function})"
