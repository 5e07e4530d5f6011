"""An archive to look at, and its pages."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.browse.samples import make
from tests.crawling import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import DemoCrawl


@dataclass(frozen=True)
class Server:
    """A running `scrapy browse`."""

    address: str
    entrance: str
    """The address with the key, as it was printed."""
    cookie: str
    """What a browser has that came in by it."""
    process: subprocess.Popen[str]
    root: Path

    def stop(self) -> tuple[int, str]:
        """Press ^C; gives the exit status, and what it said besides its address."""
        self.process.send_signal(signal.SIGINT)
        output, errors = self.process.communicate(timeout=60)
        return self.process.returncode, output + errors


@contextmanager
def browsing(root: Path) -> Iterator[Server]:
    """Run `scrapy browse` for an archive, warnings as errors."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "scrapy", "browse", "--no-open", "-s", f"ARCHIVE_DIR={root}"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        said = process.stdout.readline()
        found = re.match(r"((http://127\.0\.0\.1:\d+)/\?key=\S+) ", said)
        assert found, said + process.communicate(timeout=60)[1]
        yield Server(found[2], found[1], _come_in(found[1]), process, root)
    finally:
        process.kill()
        process.communicate()


def _come_in(entrance: str) -> str:
    parts = urlsplit(entrance)
    connection = HTTPConnection(parts.netloc, timeout=60)
    with closing(connection):
        connection.request("GET", f"/?{parts.query}")
        response = connection.getresponse()
        assert (response.status, response.getheader("Location")) == (303, "/")
        cookie, *attributes = (response.getheader("Set-Cookie") or "").split("; ")
    assert attributes == ["Path=/", "HttpOnly", "SameSite=Strict"]
    return cookie


@pytest.fixture(scope="session")
def archive(demo_crawl: DemoCrawl, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Look, do not write."""
    return make(demo_crawl.archive, tmp_path_factory.mktemp("browse") / "archive")


@pytest.fixture(scope="package")
def server(archive: Path) -> Iterator[Server]:
    with browsing(archive) as server:
        yield server
