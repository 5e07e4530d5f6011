"""The last runs in figures, as a text file that node_exporter's textfile collector reads for Prometheus.

Every line of cron, and every timer, has a file of its own: `site` tells series apart, also those of one file. All are
gauges, since a run begins at 0 again. https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from prometheus_client import CollectorRegistry, write_to_textfile
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from slqncy.exitcodes import ExitStatus
from slqncy.reasons import EventKind, Failure, Rejection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from slqncy.archive.totals import Totals
    from slqncy.run_report import RunReport

_SUCCESS = "slqncy_last_success_timestamp_seconds"
_OUTCOMES = (
    EventKind.ARCHIVED, EventKind.CHANGED, EventKind.EARLIER, EventKind.UNCHANGED, EventKind.NOT_MODIFIED,
    EventKind.DUPLICATE, EventKind.REJECTED, EventKind.GONE, EventKind.RETURNED, EventKind.FAILED,
)  # fmt: skip
"""Of a story's page."""


class SiteRun(NamedTuple):
    """The run of a site."""

    site: str
    started: datetime
    finished: datetime
    status: ExitStatus
    report: RunReport | None = None


def write_metrics(path: Path, runs: Iterable[SiteRun], totals: Totals | None) -> None:
    """Replace the file as a whole. Raises OSError.

    What is not known, of a run that did not come to a report or of an archive that cannot be read, is left out; when a
    run of a site was last a success is taken over from the file as it was.
    """
    successes = _successes(path)
    families: dict[str, GaugeMetricFamily] = {}
    for run in runs:
        for family in _of_site(run, successes.get(run.site), totals):
            if family.name in families:
                families[family.name].samples += family.samples
            else:
                families[family.name] = family
    registry = CollectorRegistry()
    registry.register(_Families(families.values()))
    write_to_textfile(str(path), registry)


class _Families(Collector):
    def __init__(self, families: Iterable[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """All of them."""
        return self._families


def _of_site(run: SiteRun, success: float | None, totals: Totals | None) -> Iterator[GaugeMetricFamily]:
    yield from _end(run, success)
    if run.report:
        yield from _run(run.site, run.report)
    if totals:
        yield from _archive(run.site, totals)


def _end(run: SiteRun, success: float | None) -> Iterator[GaugeMetricFamily]:
    site, started, finished, status, _ = run
    yield _one("slqncy_run_start_timestamp_seconds", "When the last run began.", site, started.timestamp())
    yield _one("slqncy_run_end_timestamp_seconds", "When the last run ended.", site, finished.timestamp())
    seconds = (finished - started).total_seconds()
    yield _one("slqncy_run_duration_seconds", "How long the last run took.", site, seconds)
    yield _one("slqncy_run_exit_status", "Exit status of the last run; 0 is a success.", site, status)
    success = finished.timestamp() if status is ExitStatus.OK else success
    if success is not None:
        yield _one(_SUCCESS, "When the last run that was a success ended.", site, success)


def _successes(path: Path) -> dict[str, float]:
    """When a run was last a success, by site."""
    # There may be no file yet, or a foreign one, of which the parser raises IndexError too; a pipe might never end.
    with suppress(OSError, ValueError, IndexError):
        written = path.read_text(encoding="utf-8") if path.is_file() else ""
        for family in text_string_to_metric_families(written):
            if family.name == _SUCCESS:
                return {sample.labels["site"]: sample.value for sample in family.samples if "site" in sample.labels}
    return {}


def _run(site: str, report: RunReport) -> Iterator[GaugeMetricFamily]:
    manners, counters = report.politeness, report.counters
    outcomes = {outcome: counters.get(f"slqncy/outcome/{outcome}", 0) for outcome in _OUTCOMES}
    yield _by("slqncy_run_stories", "Story pages of the last run, by outcome.", site, "outcome", outcomes.items())
    yield _one("slqncy_run_requests", "Requests that left for the network in the last run.", site, manners.requests)
    failures = {reason: counters.get(f"slqncy/failed/{reason}", 0) for reason in Failure}
    yield _by("slqncy_run_failures", "Requests of the last run without an answer.", site, "reason", failures.items())
    rejections = {reason: report.rejections[reason].count if reason in report.rejections else 0 for reason in Rejection}
    yield _by("slqncy_run_rejections", "Pages of the last run that are no stories.", site, "reason", rejections.items())
    yield _one("slqncy_run_received_bytes", "Bytes that came in the last run.", site, manners.bytes_received)
    yield _one("slqncy_run_sent_bytes", "Bytes that left in the last run.", site, manners.bytes_sent)
    complete, incomplete = (report.requests.get(name, 0) for name in ("complete", "incomplete"))
    if declared := complete + incomplete:
        help_text = "Share of the last run's stories that are whole, by the count that their pages declare."
        yield _one("slqncy_run_complete_ratio", help_text, site, complete / declared)
    gaps = [host.least_gap for host in manners.hosts.values() if host.least_gap is not None]
    if gaps:
        help_text = "Shortest time from an answer to the next request to the same host in the last run."
        yield _one("slqncy_run_smallest_gap_seconds", help_text, site, min(gaps))


def _archive(site: str, totals: Totals) -> Iterator[GaugeMetricFamily]:
    yield _one("slqncy_archive_stories", "Stories of the site in the archive.", site, totals.stories[site])
    if (newest := totals.newest.get(site)) is not None:
        help_text = "When the site's newest story was archived."
        yield _one("slqncy_archive_newest_story_timestamp_seconds", help_text, site, newest)
    yield _by("slqncy_archive_lines", "Lines of the archive, of all its sites.", site, "kind", totals.lines.items())
    yield _one("slqncy_archive_size_bytes", "Size of the archive's files, of all its sites.", site, totals.size)


def _one(name: str, help_text: str, site: str, value: float) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text, labels=["site"])
    family.add_metric([site], value)
    return family


def _by(
    name: str, help_text: str, site: str, label: str, values: Iterable[tuple[str, float | str]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text, labels=["site", label])
    for key, value in values:
        family.add_metric([site, key], float(value))
    return family
