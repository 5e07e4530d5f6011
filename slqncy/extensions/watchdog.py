"""Ending a process that hangs, also where C code hangs that lets no signal and no other thread through."""

from __future__ import annotations

import faulthandler
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from scrapy.utils.asyncio import create_looping_call

from slqncy.archive.layout import READING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BEAT = 1.0
"""Seconds between signs of life."""
LEAST_TIMEOUT = 2 * _BEAT
_AFTERWARDS = """trap '' HUP INT TERM; read -r line || { grep -qs 'Timeout (' "$1" && shift && exec "$@"; }"""
"""A shell reads a line, or the end of the process that has not written one; only then is there more to do."""


class Watchdog:
    """While it watches, the reactor has to come round: after `timeout` seconds without, the process exits with 1.

    Its traceback is written before that, and a shell that waits for it has the last words said: the process has none.
    A timeout of 0 is no watchdog.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._descriptor = -1
        self._sentinel: subprocess.Popen[bytes] | None = None
        self._clock = create_looping_call(self._beat)

    def watch(self, root: Path, descriptor: int) -> None:
        """From now on, until `stop`; the traceback goes to the file of that descriptor, which must stay open.

        It is the note of what is being read in the archive `root`.
        """
        if self._timeout:
            self._descriptor = descriptor
            words = [str(root / READING), sys.executable, "-m", "slqncy.last_words", str(root)]
            # Where there is no shell, the next run says it.
            with suppress(OSError):
                self._sentinel = subprocess.Popen(  # noqa: S603
                    ["/bin/sh", "-c", _AFTERWARDS, "sh", *words], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
                )
            self._clock.start(_BEAT)

    def stop(self) -> None:
        """Watch no longer."""
        if self._descriptor >= 0:
            self._descriptor = -1
            self._clock.stop()
            faulthandler.cancel_dump_traceback_later()
            if self._sentinel:
                self._sentinel.communicate(b"\n")

    @contextmanager
    def patience(self) -> Iterator[None]:
        """For work of our own that may take long, and ends. It counts as a sign of life."""
        if self._descriptor < 0:
            yield
            return
        faulthandler.cancel_dump_traceback_later()
        try:
            yield
        finally:
            self._beat()

    def _beat(self) -> None:
        # A timer in C: it needs neither the interpreter's lock nor a signal handler.
        faulthandler.dump_traceback_later(self._timeout, exit=True, file=self._descriptor)
