"""How long a run that is told to stop waits for a server that hangs: `python -m benchmarks.reliability.crawl_hang`."""

from __future__ import annotations

import signal
import tempfile
import time
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from benchmarks.reliability.crawl_process import start
from benchmarks.reliability.crawl_site import varied_site
from slqncy.demo import serving

if TYPE_CHECKING:
    from slqncy.demo import DemoResponse
    from slqncy.demo.server import Responder

TARGETS = ("/robots.txt", "/szxw/", "/sitemap.xml", "/szxw/390.html", "/szxw/380_2.html", "/szxw/index_2.html")


class Hanging:
    """A site that takes a request for one target and does not answer it."""

    def __init__(self, site: Responder, target: str) -> None:
        self.site = site
        self.target = target
        self.asked = Event()
        self.released = Event()

    def respond(self, target: str) -> DemoResponse:
        """The site's answer, sooner or later."""
        if target == self.target:
            self.asked.set()
            self.released.wait()
        return self.site.respond(target)


def main() -> None:
    """Print seconds and exit status for each target."""
    for signals in ((signal.SIGTERM,), (signal.SIGINT,), (signal.SIGTERM, signal.SIGTERM)):
        for target in TARGETS:
            seconds, status = _measure(target, signals)
            print(f"{' '.join(map(str, signals)):32}{target:20}{seconds:6.1f} seconds, exit status {status}")


def _measure(target: str, signals: tuple[signal.Signals, ...]) -> tuple[float, int]:
    site = Hanging(varied_site(), target)
    with tempfile.TemporaryDirectory() as directory, serving(site) as server:
        life = start(Path(directory) / "archive", server.base_url)
        site.asked.wait()
        began = time.monotonic()
        for number in signals:
            life.process.send_signal(number)
            # Two signals at once would be one.
            time.sleep(0.5)
        status = life.process.wait()
        site.released.set()
        return time.monotonic() - began, status


if __name__ == "__main__":
    main()
