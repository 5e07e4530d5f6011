"""A process that reads pages, seen from the one that has them read."""

from __future__ import annotations

import fcntl
import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.reading.page import AnyReading, Task

_ROOT = Path(__file__).parent.parent.parent
_PIPE = 1 << 20
"""Bytes that a pipe is to hold, the most that Linux gives anybody."""
_ANY_PIPE = 1 << 14
"""Bytes that a pipe holds on any system."""
_MOST_BATCHES = 2
"""One that is read, and one that is there when it is done."""


class Worker:
    """A process, started. What it was given and has not told yet is lost when it ends, however it ends."""

    def __init__(self, seconds: float) -> None:
        """`seconds` are those after which a page has hung it. Raises OSError."""
        self._left: deque[int] = deque()
        """Pages of each batch that are not told yet."""
        self._listens = False
        (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
        self._room = _widened(ours_out)
        _widened(ours_in)
        self._pages, self._readings = Connection(ours_out, readable=False), Connection(ours_in, writable=False)
        try:
            with _without_signals():
                self._process = subprocess.Popen(  # noqa: S603
                    [sys.executable, "-m", "slqncy.reading.worker", str(theirs_in), str(theirs_out), str(seconds)],
                    cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(theirs_in, theirs_out),
                )  # fmt: skip
        except BaseException:
            self._hang_up()
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)

    @property
    def batches(self) -> int:
        """How many it has that are not told to the end."""
        return len(self._left)

    @property
    def is_full(self) -> bool:
        """Whether it takes no batch, however small."""
        return len(self._left) >= _MOST_BATCHES

    def takes(self, size: int) -> bool:
        """Whether it may be given a batch with bodies of so many bytes. Raises EOFError, OSError."""
        # Its imports take a while, in which nobody is to wait for it.
        if not self._listens and not self._readings.poll():
            return False
        self.listen()
        # What it does not read at once the pipe must hold: it may be waiting for us to hear it.
        return not self._left or (not self.is_full and 2 * size <= self._room)

    def listen(self) -> None:
        """Wait until it takes pages. Raises EOFError, OSError."""
        if not self._listens:
            self._readings.recv_bytes()
            self._listens = True

    def give(self, batch: list[Task]) -> None:
        """Have pages read. Raises OSError where it has ended."""
        self._left.append(len(batch))
        self._pages.send_bytes(pickle.dumps(batch, pickle.HIGHEST_PROTOCOL))

    def take(self) -> AnyReading | None:
        """The reading of the next page, once there is one; None where there was an error. Raises EOFError, OSError."""
        reading: AnyReading | None = pickle.loads(self._readings.recv_bytes())  # noqa: S301
        self._left[0] -= 1
        if not self._left[0]:
            self._left.popleft()
        return reading

    def end(self) -> int:
        """End it, whatever it does; gives its exit status, or less than 0 for a signal."""
        self._hang_up()
        self._process.kill()
        return self._process.wait()

    def _hang_up(self) -> None:
        self._pages.close()
        self._readings.close()


def _widened(pipe: int) -> int:
    """How many bytes a pipe holds."""
    if sys.platform == "linux":
        # Whose user has too many already has it as it is.
        with suppress(OSError):
            return fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
    return _ANY_PIPE


@contextmanager
def _without_signals() -> Iterator[None]:
    """What is started here never hears of the signals that end a run: it ends when the run has."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
