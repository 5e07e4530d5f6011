"""`scrapy crawl stories` as a process that can be watched and struck at a chosen moment."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from enum import StrEnum
from threading import Event, Lock
from typing import TYPE_CHECKING

from tests.crawling import ROOT

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoResponse
    from slqncy.demo.server import Responder

CLOSING = b"Closing spider"
"""What Scrapy logs when a run begins to end."""
_POLL = 0.0005
_DEADLINE = 300.0


class Moment(StrEnum):
    """What a strike waits for."""

    START = "start"  # of the process
    REQUEST = "request"  # the n-th request has reached the server
    WRITING = "writing"  # a file of events grows: lines are on their way to the disk, and not acknowledged
    CLOSING = "closing"  # the run says that it ends


@dataclass(frozen=True, slots=True)
class Strike:
    """When to strike: so many seconds after a moment."""

    after: Moment
    seconds: float = 0.0
    request: int = 0
    """Which one, from 1; for REQUEST only."""


class Tripwire:
    """A site that says when the n-th request since it was armed is there."""

    def __init__(self, site: Responder) -> None:
        self.site = site
        self.served = 0
        self.tripped = Event()
        self._at = 0
        self._lock = Lock()

    def arm(self, request: int) -> None:
        """Count from 0 again."""
        self.served, self._at = 0, request
        self.tripped.clear()

    def respond(self, target: str) -> DemoResponse:
        """The site's answer."""
        with self._lock:
            self.served += 1
            if self.served == self._at:
                self.tripped.set()
        return self.site.respond(target)


@dataclass(frozen=True, slots=True)
class Life:
    """A crawl that has been started."""

    process: subprocess.Popen[bytes]
    archive: Path
    log: Path
    """What the process says."""


def start(archive: Path, base_url: str, *arguments: str) -> Life:
    """Start a crawl without a pause between requests."""
    lives = len(list(archive.parent.glob(f"{archive.name}.*.log")))
    log = archive.with_name(f"{archive.name}.{lives}.log")
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603  # our own command
            [
                sys.executable, "-m", "scrapy", "crawl", "stories", "-a", f"base_url={base_url}",
                "-s", f"ARCHIVE_DIR={archive}", "-s", "DOWNLOAD_DELAY=0", *arguments,
            ],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
        )  # fmt: skip
    return Life(process, archive, log)


def strike(life: Life, how: signal.Signals, when: Strike, wire: Tripwire) -> bytes | None:
    """Send a signal when its moment has come, and wait for the end.

    Gives what the run had logged until then, or None where it ended before.
    """
    events = life.archive / "events"
    size = _size(events)
    moments: dict[Moment, Callable[[], bool]] = {
        Moment.START: lambda: True,
        Moment.REQUEST: wire.tripped.is_set,
        Moment.WRITING: lambda: _size(events) > size,
        Moment.CLOSING: lambda: CLOSING in life.log.read_bytes(),
    }
    has_come = moments[when.after]
    while life.process.poll() is None and not has_come():
        time.sleep(_POLL)
    time.sleep(when.seconds)
    logged = life.log.read_bytes()
    struck = life.process.poll() is None
    life.process.send_signal(how)
    life.process.wait(_DEADLINE)
    return logged if struck else None


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.ndjson"))
