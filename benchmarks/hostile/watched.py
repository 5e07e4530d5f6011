"""A command in a fresh process, with what it took."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_DEADLINE = 120.0
"""Seconds after which a process is killed."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that has ended."""

    status: int
    """Its exit status; negative where a signal ended it."""
    was_killed: bool
    """Whether it was ended by us, since it did not end by itself."""
    peak: float
    """Most memory that was resident, in MiB."""
    seconds: float


def watch(command: Sequence[str], directory: Path, environment: Mapping[str, str], log: Path) -> Ended:
    """Run a command to its end, or for 120 seconds."""
    began = time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603  # our own command
            command, cwd=directory, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
            stdout=output, stderr=output,
        )  # fmt: skip
    was_killed = False

    def kill() -> None:
        nonlocal was_killed
        was_killed = True
        process.kill()

    timer = Timer(_DEADLINE, kill)
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(process.returncode, was_killed, usage.ru_maxrss / 1024, time.monotonic() - began)
