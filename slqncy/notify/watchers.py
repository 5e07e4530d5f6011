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
    from slqncy.exitcodes import ExitStatus
    from slqncy.run_report import RunReport

logger = logging.getLogger(__name__)


def is_metrics_file(name: str) -> bool:
    """Whether a file is one of those that node_exporter collects, and that may be replaced."""
    return name.endswith(".prom")


class Outcome(NamedTuple):
    """How a crawl ended."""

    status: ExitStatus
    words: tuple[str, ...]
    """What it says last; where it was no success, the last of them says why."""
    report: RunReport | None = None


class Watchers:
    """Tells them, at PING_URL and in METRICS_FILE, "" for none. That it cannot is a line of the log, and no more."""

    def __init__(self, ping_url: str, metrics_file: str, archive: Path, site: str) -> None:
        self._pings = Pings(ping_url)
        self._metrics_file = metrics_file
        self._archive = archive
        self._site = site
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

            site = outcome.report.site if outcome.report else self._site
            write_metrics(
                Path(self._metrics_file), site, started=self._started, finished=datetime.now(UTC),
                status=outcome.status, report=outcome.report, totals=self._totals(site),
            )  # fmt: skip
        except (OSError, ImportError, UnicodeError) as error:
            logger.warning("METRICS_FILE cannot be written: %s; the run goes on as if it had been", error)

    def _totals(self, site: str) -> Totals | None:
        try:
            return totals(self._archive, site)
        except (ArchiveError, OSError):
            # The run has met it too, and ends with another status than 0.
            return None
