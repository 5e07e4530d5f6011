"""What those who watch from afar are told of real runs, however they end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from time import sleep
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveWriter
from slqncy.demo import serve
from tests.crawling import ROOT, Pages, Result, links, scrapy, story_page, text_of
from tests.notify.ping_server import CHECK, pinged
from tests.raw_server import Wait, always, raw_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.notify.ping_server import Pinged, PingServer

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


def figures(metrics: Path) -> dict[str, float]:
    """The samples of a file, as they are written: name{labels}."""
    lines = [line for line in metrics.read_text().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


@dataclass(frozen=True)
class GoodRun:
    """A finished crawl of one story."""

    archive: Path
    result: Result
    pings: list[Pinged]
    metrics: Path


@pytest.fixture(scope="module")
def good_run(tmp_path_factory: pytest.TempPathFactory) -> GoodRun:
    folder = tmp_path_factory.mktemp("good")
    site = Pages({"/": links("/szxw/1.html"), "/szxw/1.html": story_page(1, text_of(1))})
    archive, metrics = folder / "archive", folder / "slqncy.prom"
    with pinged() as service, serve(site) as base_url:
        more = ["-a", f"base_url={base_url}", "-s", f"METRICS_FILE={metrics}", "-s", "LOG_LEVEL=DEBUG"]
        result = run(archive, service.url, *more)
    return GoodRun(archive, result, service.pings, metrics)


def test_a_good_run(good_run: GoodRun) -> None:
    assert good_run.result.status == 0, good_run.result.errors
    start, end = good_run.pings
    assert (start.path, end.path, start.run) == ("/start", "", end.run)
    assert end.body == good_run.result.output.rstrip("\n")
    assert "1 archived" in end.body


def test_nothing_tells_the_secret(good_run: GoodRun) -> None:
    secret = CHECK.encode()
    files = [path for path in good_run.archive.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if secret in path.read_bytes()] == []
    assert CHECK not in good_run.result.output + good_run.result.errors


def test_figures_of_a_good_run_are_those_of_its_report_and_the_archive(good_run: GoodRun) -> None:
    (path,) = good_run.archive.glob("runs/*.json")
    report, archive = json.loads(path.read_bytes()), Archive(good_run.archive)
    said = figures(good_run.metrics)
    site = 'site="slqncy"'
    began = datetime.fromisoformat(report["started"]).timestamp()
    assert said[f"slqncy_run_start_timestamp_seconds{{{site}}}"] == pytest.approx(began, abs=30)
    assert (
        said[f"slqncy_run_end_timestamp_seconds{{{site}}}"] == said[f"slqncy_last_success_timestamp_seconds{{{site}}}"]
    )
    assert said[f"slqncy_run_exit_status{{{site}}}"] == 0
    assert said[f'slqncy_run_stories{{outcome="archived",{site}}}'] == 1
    assert said[f"slqncy_run_requests{{{site}}}"] == report["politeness"]["requests"] > 2
    assert said[f"slqncy_run_received_bytes{{{site}}}"] == report["politeness"]["bytes_received"] > 0
    assert said[f"slqncy_run_complete_ratio{{{site}}}"] == 1
    (host,) = report["politeness"]["hosts"].values()
    assert said[f"slqncy_run_smallest_gap_seconds{{{site}}}"] == host["least_gap"]
    (story,) = archive.stories()
    newest = datetime.fromisoformat(story.date_downloaded).timestamp()
    assert said[f"slqncy_archive_newest_story_timestamp_seconds{{{site}}}"] == int(newest)
    assert said[f"slqncy_archive_stories{{{site}}}"] == 1
    assert said[f'slqncy_archive_lines{{kind="events",{site}}}'] == len(list(archive.events()))
    assert said[f'slqncy_archive_lines{{kind="stories",{site}}}'] == 1
    size = sum(path.stat().st_size for path in good_run.archive.rglob("*") if path.is_file())
    assert said[f"slqncy_archive_size_bytes{{{site}}}"] == size


def test_a_run_that_fails_keeps_the_time_of_the_last_success(good_run: GoodRun, tmp_path: Path) -> None:
    metrics = tmp_path / "slqncy.prom"
    shutil.copy(good_run.metrics, metrics)
    result = run(good_run.archive, "", "-s", f"METRICS_FILE={metrics}", "-s", "DOWNLOAD_TIMEOUT=soon")
    assert result.status == 78
    before, after = figures(good_run.metrics), figures(metrics)
    assert after['slqncy_run_exit_status{site="slqncy"}'] == 78
    for name in ("slqncy_last_success_timestamp_seconds", "slqncy_archive_stories", "slqncy_archive_size_bytes"):
        assert after[f'{name}{{site="slqncy"}}'] == before[f'{name}{{site="slqncy"}}']
    ended = 'slqncy_run_end_timestamp_seconds{site="slqncy"}'
    assert after[ended] > before[ended]
    assert not [name for name in after if name.startswith("slqncy_run_stories")], "it has none, and not 0 of them"


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
