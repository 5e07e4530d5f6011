"""A command in a fresh process, with what it took.

Linux counts the memory of a process that forks as its child's. So the command is started by a small process, which is
this file as a script: `watched.py REPORT COMMAND…`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    """Run a command to its end, or for 120 seconds; what it says is added to the log."""
    report = log.with_suffix(".json")
    with log.open("ab") as output:
        subprocess.run(  # noqa: S603  # our own command
            [sys.executable, __file__, str(report), *command],
            cwd=directory, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            check=True,
        )  # fmt: skip
    return Ended(**json.loads(report.read_bytes()))


def main(report: str, *command: str) -> None:
    """Run a command from here, and write down how it ended."""
    began = time.monotonic()
    process = subprocess.Popen(command)  # noqa: S603  # likewise
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
    ended = Ended(process.returncode, was_killed, usage.ru_maxrss / 1024, time.monotonic() - began)
    Path(report).write_text(json.dumps(asdict(ended)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
