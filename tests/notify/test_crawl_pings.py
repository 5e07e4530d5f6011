"""What is pinged of real runs, however they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from time import sleep
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import ArchiveWriter
from tests.crawling import ROOT, Pages, Result, links, scrapy, story_page, text_of
from tests.notify.ping_server import CHECK, PingServer, pinged
from tests.raw_server import Wait, always, raw_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slqncy.demo import DemoServer

    Serve = Callable[[Pages], DemoServer]

NOWHERE = "base_url=http://127.0.0.1:9"


@pytest.fixture
def service() -> Iterator[PingServer]:
    with pinged() as server:
        yield server


def run(archive: Path, url: str, *arguments: str) -> Result:
    return scrapy(
        "crawl", "stories", "-s", f"PING_URL={url}", "-s", f"ARCHIVE_DIR={archive}", "-s", "DOWNLOAD_DELAY=0",
        *arguments,
    )  # fmt: skip


def test_a_good_run_and_nothing_it_writes_tells_the_secret(
    service: PingServer, serve_pages: Serve, tmp_path: Path
) -> None:
    archive, site = tmp_path / "archive", Pages({"/szxw/1.html": story_page(1, text_of(1))})
    site.pages["/"] = links("/szxw/1.html")
    result = run(archive, service.url, "-a", f"base_url={serve_pages(site).base_url}", "-s", "LOG_LEVEL=DEBUG")
    assert result.status == 0, result.errors
    start, end = service.pings
    assert (start.path, end.path, start.run) == ("/start", "", end.run)
    assert end.body == result.output.rstrip("\n")
    assert "1 archived" in end.body
    secret = CHECK.encode()
    assert [path for path in archive.rglob("*") if path.is_file() and secret in path.read_bytes()] == []
    assert CHECK not in result.output + result.errors


def _wrong_directory(path: Path) -> None:
    path.write_text("not a directory")


@pytest.mark.parametrize(
    ("status", "arguments", "prepare"),
    [
        (70, ["-s", "STATS_CLASS=no.such.Class"], None),
        (74, ["-a", NOWHERE], _wrong_directory),
        (78, ["-s", "DOWNLOAD_DELAY=-1"], None),
        (78, ["-s", "LOG_LEVEL=LOUD"], None),
    ],
    ids=["exception", "disk", "setting", "log level"],
)
def test_a_run_that_cannot_begin(
    service: PingServer, tmp_path: Path, status: int, arguments: list[str], prepare: Callable[[Path], None] | None
) -> None:
    archive = tmp_path / "archive"
    if prepare:
        prepare(archive)
    result = run(archive, service.url, *arguments)
    assert result.status == status, result.errors
    assert [ping.path for ping in service.pings] == ["/start", f"/{status}"]
    last = result.errors.rstrip("\n").rpartition("\n")[2]
    assert service.pings[1].body == last
    assert last.endswith(f"(exit status {status})")


def test_a_run_that_finds_another_one(service: PingServer, tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    try:
        result = run(tmp_path, service.url, "-a", NOWHERE)
    finally:
        writer.close()
    assert result.status == 75
    assert [ping.path for ping in service.pings] == ["/start", "/75"]
    assert "is writing to this archive" in service.pings[1].body


def test_a_run_that_is_told_to_stop(service: PingServer, tmp_path: Path) -> None:
    with raw_server(always(Wait(60))) as site:
        process = subprocess.Popen(
            [sys.executable, "-m", "scrapy", "crawl", "stories", "-a", f"base_url={site.base_url}",
             "-s", f"ARCHIVE_DIR={tmp_path}"],
            cwd=ROOT, env=os.environ | {"PING_URL": service.url}, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        assert process.stderr is not None
        with process.stderr:
            # It asks for robots.txt, and waits.
            while not site.served:
                sleep(0.05)
                assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            process.stderr.read()
        assert process.wait(60) == 75
    assert [ping.path for ping in service.pings] == ["/start", "/75"]
