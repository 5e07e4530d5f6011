"""A run as those see it who watch from afar: it begins, and it ends."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from slqncy.archive import ArchiveError
from slqncy.archive.totals import Totals, totals
from slqncy.notify.ping import Pings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from slqncy.exitcodes import ExitStatus
    from slqncy.notify.metrics import SiteRun
    from slqncy.run_report import RunReport

logger = logging.getLogger(__name__)


def is_metrics_file(name: str) -> bool:
    """Whether a file is one of those that node_exporter collects, and that may be replaced."""
    return name.endswith(".prom")


class SiteOutcome(NamedTuple):
    """How the crawl of a site ended."""

    status: ExitStatus
    report: RunReport | None = None


class Outcome(NamedTuple):
    """How a crawl of one site or of many ended."""

    status: ExitStatus
    words: tuple[str, ...]
    """What it says last; where it was no success, the last of them says why."""
    sites: Mapping[str, SiteOutcome] = {}
    """By name; none where it did not come to that."""


class Watchers:
    """Tells them, at PING_URL and in METRICS_FILE, "" for none. That it cannot is a line of the log, and no more."""

    def __init__(self, ping_url: str, metrics_file: str, archive: Path, sites: Collection[str]) -> None:
        """`sites` are the names of those that are to be crawled."""
        self._pings = Pings(ping_url)
        self._metrics_file = metrics_file
        self._archive = archive
        self._sites = sites
        self._started = datetime.now(UTC)

    def begin(self) -> None:
        """The run begins."""
        self._pings.begin()

    def end(self, outcome: Outcome) -> None:
        """The run ended."""
        if is_metrics_file(self._metrics_file):
            self._write_metrics(outcome)
        self._pings.end(outcome.status, "\n".join(outcome.words))

    def _write_metrics(self, outcome: Outcome) -> None:
        try:
            # An extra: it need not be there for those who have no use for it.
            from slqncy.notify.metrics import write_metrics  # noqa: PLC0415

            sites = outcome.sites or dict.fromkeys(self._sites, SiteOutcome(outcome.status))
            # Where nobody can say which sites there are, the age of the file tells.
            if sites:
                runs = [self._run(name, of_site) for name, of_site in sites.items()]
                write_metrics(Path(self._metrics_file), runs, self._totals(sites.keys()))
        except (OSError, ImportError, UnicodeError) as error:
            logger.warning("METRICS_FILE cannot be written: %s; the run goes on as if it had been", error)

    def _run(self, site: str, outcome: SiteOutcome) -> SiteRun:
        from slqncy.notify.metrics import SiteRun  # noqa: PLC0415  # as above

        status, report = outcome
        if report is None:
            return SiteRun(site, self._started, datetime.now(UTC), status)
        started, finished = map(datetime.fromisoformat, (report.started, report.finished))
        return SiteRun(site, started, finished, status, report)

    def _totals(self, sites: Collection[str]) -> Totals | None:
        try:
            return totals(self._archive, sites)
        except (ArchiveError, OSError):
            # The run has met it too, and ends with another status than 0.
            return None
