"""The page that is being read, noted beforehand: a process that hangs is ended, and has no last words.

The file `.reading` holds the event that is true of the page if it hangs, as a line, and behind it the traceback that
the watchdog adds. Without a traceback it says nothing: the run was killed, whatever it was doing.
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
    """The note. It is not synced: it is for when the process ends, and not for when the machine does."""

    def __init__(self, root: Path) -> None:
        self._path = root / READING
        self._descriptor = -1
        self._is_empty = True

    @property
    def descriptor(self) -> int:
        """What the watchdog writes its traceback to. Raises OSError."""
        if self._descriptor < 0:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
            self._descriptor = os.open(self._path, flags, 0o644)
        return self._descriptor

    def begin(self, event: Event) -> None:
        """A page is about to be read. Raises OSError."""
        self.end()
        self._is_empty = False
        os.write(self.descriptor, encode(event))

    def end(self) -> None:
        """No page is being read. Raises OSError."""
        if not self._is_empty:
            os.ftruncate(self.descriptor, 0)
            self._is_empty = True

    def close(self) -> None:
        """Take the note away; also after a disk error, where the next start does not mind it."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)
            with suppress(OSError):
                self._path.unlink()


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
