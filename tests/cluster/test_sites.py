"""Many sites in one process: each as slowly as it is to be asked, and all of them in one archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.cluster.audit import audit, manners
from benchmarks.cluster.fleet import build_fleet
from benchmarks.cluster.process import write_profiles
from benchmarks.cluster.server import Shape, served
from slqncy.archive.reports import read_reports, runs_of
from tests.crawling import scrapy

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = Shape(3, 20)
DELAY = 0.02
AT_ONCE = 2


def test_each_story_of_each_site_once_and_no_pause_too_short(tmp_path: Path) -> None:
    fleet, archive = build_fleet(*SHAPE), tmp_path / "archive"
    with served(SHAPE, tmp_path / "log") as server:
        profiles = write_profiles(fleet, server, tmp_path / "sites")
        done = scrapy(
            "crawl", "stories", "-a", f"sites={profiles}", "-s", f"ARCHIVE_DIR={archive}",
            "-s", f"DOWNLOAD_DELAY={DELAY}", "-s", "DELAY_FACTOR=0", "-s", f"SITES_AT_ONCE={AT_ONCE}",
        )  # fmt: skip
        visits = server.visits()
    assert done.status == 0, done.errors
    found = audit(archive, fleet)
    assert (found.bad, found.unseen, found.rewrites) == (0, [], len(fleet.rewrites)), found
    seen = manners(visits)
    assert seen.least_gap >= DELAY
    assert (seen.in_flight, seen.again) == (1, 0)
    # Those that may be crawled at once were asked before the first of them was done, and no other.
    first = [next(number for number, visit in enumerate(visits) if visit.site == site.name) for site in fleet.sites]
    last = [max(number for number, visit in enumerate(visits) if visit.site == site.name) for site in fleet.sites]
    assert sum(begin < min(last) for begin in first) == AT_ONCE
    reports = read_reports(archive, runs_of(archive))
    assert {report.site: report.exit_status for report in reports} == {site.name: 0 for site in fleet.sites}
