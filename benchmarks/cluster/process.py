"""Crawls of a whole fleet as processes: one alone, or workers of a cluster."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.crawling import ROOT

if TYPE_CHECKING:
    import signal
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.cluster.fleet import Fleet
    from benchmarks.cluster.server import ServedFleet

_POLL = 0.01
_PATIENCE = 120.0
"""Seconds within which a signal ends a process, however busy the machine is."""


class TooLongError(Exception):
    """What should have ended has not; the message has the ends of the logs."""


@dataclass(slots=True)
class Life:
    """A process that crawls, from its start to its end."""

    process: subprocess.Popen[bytes]
    log: Path
    """What it says."""
    status: int | None = None
    """Exit status, negative for the signal that ended it; None while it runs."""
    cpu: float = 0.0
    """Seconds, once it has ended."""
    peak: int = 0
    """Bytes in memory at most, once it has ended."""

    def poll(self) -> int | None:
        """Its exit status, if it has ended."""
        if self.status is None:
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                self.status = self.process.returncode = os.waitstatus_to_exitcode(status)
                self.cpu, self.peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024
        return self.status

    def end(self, how: signal.Signals) -> bool:
        """Send a signal that ends it, and wait for that; gives whether it was alive. Raises TooLongError."""
        if self.poll() is not None:
            return False
        self.process.send_signal(how)
        wait([self], _PATIENCE)
        return True


@dataclass(frozen=True, slots=True)
class Crawl:
    """How a fleet is crawled."""

    profiles: Path
    """The folder of the sites' profiles."""
    archive: Path
    delay: float
    """DOWNLOAD_DELAY, in seconds. No pause is made of how long answers take: this machine is busy, not the site."""
    cluster_url: str = ""
    """Of a redis-server; "" for one process alone."""
    lease: int = 60
    """CLUSTER_LEASE, in seconds."""
    at_once: int = 100
    """SITES_AT_ONCE."""

    def arguments(self, name: str) -> list[str]:
        """What `scrapy` is told; of a cluster, by the worker of that name."""
        settings: dict[str, Any] = {
            "ARCHIVE_DIR": self.archive, "DOWNLOAD_DELAY": self.delay, "DELAY_FACTOR": 0, "SITES_AT_ONCE": self.at_once,
        }  # fmt: skip
        if self.cluster_url:
            settings |= {"CLUSTER_URL": self.cluster_url, "CLUSTER_LEASE": self.lease, "CLUSTER_WORKER": name}
        given = [part for setting, value in settings.items() for part in ("-s", f"{setting}={value}")]
        return ["crawl", "stories", "-a", f"sites={self.profiles}", *given]

    def start(self, name: str) -> Life:
        """Start a process; its log is beside the archive."""
        log = self.archive.with_name(f"{self.archive.name}.{name}.log")
        command = [sys.executable, "-m", "scrapy", *self.arguments(name)]
        with log.open("ab") as file:
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=file, stderr=file)  # noqa: S603
        return Life(process, log)


def write_profiles(fleet: Fleet, server: ServedFleet, folder: Path) -> Path:
    """A profile for each site, in a new folder."""
    folder.mkdir()
    for site in fleet.sites:
        (folder / f"{site.name}.toml").write_text(site.profile(server.base_urls[site.name]), encoding="utf-8")
    return folder


def wait(lives: Iterable[Life], seconds: float) -> None:
    """Wait until all have ended. Raises TooLongError."""
    lives, deadline = list(lives), time.monotonic() + seconds
    while any(life.poll() is None for life in lives):
        if time.monotonic() > deadline:
            raise TooLongError("\n".join(said(life) for life in lives if life.status is None))
        time.sleep(_POLL)


def said(life: Life) -> str:
    """The end of what a process has said."""
    return f"{life.log}:\n{life.log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
