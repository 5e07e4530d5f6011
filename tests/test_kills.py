"""Crawls that are killed or told to stop again and again end in the archive of one that was left alone.

benchmarks/reliability/kills.py does the same a thousand times, at random moments.
"""

from __future__ import annotations

import shutil
import signal
import time
from collections import Counter
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from benchmarks.reliability.crawl_hang import Hanging
from benchmarks.reliability.crawl_lives import Figures, Trial, compare, crawl, undisturbed
from benchmarks.reliability.crawl_process import Moment, Strike, Tripwire, start
from benchmarks.reliability.crawl_responses import invalid, invalid_for_others, wrong
from benchmarks.reliability.crawl_site import varied_site
from slqncy.archive import Archive
from slqncy.archive.layout import Kind
from slqncy.archive.reports import read_reports, runs_of
from slqncy.demo import serving
from tests.crawling import Pages, scrapy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.reliability.crawl_process import Life


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    wire = Tripwire(varied_site())
    with serving(wire) as server:
        yield undisturbed(wire, server.base_url, tmp_path_factory.mktemp("kills"))


WINDOWS = [(1, 10), (60, 95), (1, 25), (1, 12)]
"""Requests of a life within which it ends; the sum leaves each life after it enough to ask for."""


@pytest.mark.parametrize(
    ("how", "windows"), [(signal.SIGKILL, WINDOWS), (signal.SIGTERM, WINDOWS[1:]), (signal.SIGINT, WINDOWS[1:2])]
)
def test_however_a_crawl_is_ended_nothing_is_lost_twice_or_torn(
    trial: Trial, how: signal.Signals, windows: list[tuple[int, int]]
) -> None:
    random = Random(how)
    strikes = [Strike(Moment.REQUEST, request=random.randint(*window)) for window in windows]
    figures = crawl(trial, how.name, how, strikes)
    assert figures.bad == 0, figures
    assert figures.strikes == len(windows)
    assert figures.statuses == {-how if how is signal.SIGKILL else 75: len(windows), 0: 1}
    verdict = scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={trial.directory / how.name}")
    assert verdict.status == 0, verdict.output


def test_a_loss_would_be_seen(trial: Trial) -> None:
    one, two, three, *_ = trial.expected.lines
    found = replace(
        trial.expected,
        lines=trial.expected.lines - Counter([one]) + Counter([two, (Kind.REJECTED, three[1])]),
        states=frozenset(list(trial.expected.states)[1:]),
        torn=1,
    )
    figures = Figures()
    compare(found, trial.expected, figures)
    assert (figures.lost, figures.twice, figures.foreign, figures.two_states) == (1, 1, 1, 1)
    assert (figures.torn, figures.differing, figures.bad) == (1, 1, 6)


def test_a_response_lost_or_another_would_be_seen(trial: Trial, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(trial.directory / "undisturbed", archive)
    (path,) = (archive / "warc").iterdir()
    assert [*invalid(archive, {}), *invalid_for_others(archive), *wrong(archive, trial.wire.site)] == []
    pages = len([*Archive(archive).stories(), *Archive(archive).duplicates(), *Archive(archive).rejected()])
    assert len(list(wrong(archive, Pages()))) == pages, "another site says something else"
    data = path.read_bytes()
    # The exchanges once more.
    path.write_bytes(data + data)
    assert any("response records of one payload" in what for what in wrong(archive, trial.wire.site))
    path.write_bytes(data[:-10])
    assert list(invalid(archive, {}))
    path.write_bytes(data[:5000] + bytes(10) + data[5010:])
    assert list(invalid(archive, {}))
    assert list(invalid_for_others(archive))


def until(condition: Callable[[], bool], life: Life) -> None:
    while not condition():
        assert life.process.poll() is None
        time.sleep(0.01)


@pytest.mark.parametrize("times", [1, 2])
def test_a_server_that_hangs_holds_nothing_up(tmp_path: Path, times: int) -> None:
    archive = tmp_path / "archive"
    site = Hanging(varied_site(), "/szxw/380_2.html")
    with serving(site) as server:
        life = start(archive, server.base_url)
        until(site.asked.is_set, life)
        asked = {f"http://www.slqncy.com{request.path}" for request in server.requests}
        for number in range(1, times + 1):
            life.process.send_signal(signal.SIGTERM)
            # Two signals at once would be one.
            until(lambda number=number: life.log.read_bytes().count(b"Received SIGTERM") == number, life)  # type: ignore[misc]
        try:
            assert life.process.wait(20) == 75
        finally:
            site.released.set()
    assert b"Traceback" not in life.log.read_bytes()
    (report,) = read_reports(archive, runs_of(archive))
    assert (report.exit_status, report.finish_reason) == (75, "shutdown" if times == 1 else "second_signal")
    assert report.requests["adds_up"] is True
    # What was answered is in the archive, and what was not is not.
    contents = Archive(archive)
    lines = [*contents.stories(), *contents.duplicates(), *contents.rejected()]
    assert {line.canonical_url for line in lines} == {
        url for url in asked if url.endswith(".html") and not url.endswith(("/380.html", "_2.html"))
    }
    assert scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={archive}").status == 0


def test_a_long_pause_between_requests_is_not_waited_for(tmp_path: Path) -> None:
    with serving(varied_site()) as server:
        life = start(tmp_path / "archive", server.base_url, "-s", "DOWNLOAD_DELAY=3600")
        # A long pause may come before the very first request: Scrapy counts from the start of the machine.
        until(lambda: b"Spider opened" in life.log.read_bytes(), life)
        life.process.send_signal(signal.SIGTERM)
        assert life.process.wait(20) == 75
    assert b"Traceback" not in life.log.read_bytes()
