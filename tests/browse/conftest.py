"""An archive to look at, and its pages."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.browse.samples import make
from tests.crawling import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import DemoCrawl

OPENER = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Server:
    """A running `scrapy browse`."""

    address: str
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
        found = re.match(r"(http://127\.0\.0\.1:\d+)/ ", said)
        assert found, said + process.communicate(timeout=60)[1]
        yield Server(found[1], process, root)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def archive(demo_crawl: DemoCrawl, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Look, do not write."""
    return make(demo_crawl.archive, tmp_path_factory.mktemp("browse") / "archive")


@pytest.fixture(scope="package")
def server(archive: Path) -> Iterator[Server]:
    with browsing(archive) as server:
        yield server
