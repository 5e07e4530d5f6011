"""What a process takes, as its parent sees it."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path


class Cost(NamedTuple):
    """Of a process and all its children."""

    cpu: float
    """Seconds, user and system."""
    wall: float
    """Seconds."""
    peak: int
    """Bytes that the largest of them had in memory at most."""


class FailedError(Exception):
    """A contender did not do what it should; the message says which, and the end of its log."""


def cost(
    command: Sequence[str],
    directory: Path,
    *,
    log: Path,
    cores: int | None = None,
    statuses: Collection[int] = (0,),
    watch: Callable[[int], None] | None = None,
) -> Cost:
    """Run a command in a directory, its output in `log`, on so many cores or all. Raises FailedError.

    `watch` is called with its process id while it runs, and returns once that has ended.
    """
    free = os.sched_getaffinity(0)
    with log.open("wb") as output:
        os.sched_setaffinity(0, sorted(free)[:cores])
        try:
            began = time.monotonic()
            process = subprocess.Popen(command, cwd=directory, stdout=output, stderr=output)  # noqa: S603
        finally:
            os.sched_setaffinity(0, free)
        if watch:
            watch(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in statuses:
        said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise FailedError(f"{' '.join(command)}: exit status {process.returncode}\n{said}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss * 1024)
