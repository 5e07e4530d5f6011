"""The reports of runs, and taking out of them what they say of failures: an exception may quote what it failed on."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from slqncy.archive import disk
from slqncy.archive.layout import RUNS
from slqncy.records import hash_of
from slqncy.run_report import OTHERS, EarlierRun, RunReport
from slqncy.visible import visible_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path


_SITE = re.compile(r"\d+T\d+-\d+-?")
"""What stands in the id of a run before the site."""
_Told = TypeVar("_Told", RunReport, EarlierRun)


def encode_report(report: dict[str, Any]) -> bytes:
    """The file of a report."""
    return visible_json(json.dumps(report, ensure_ascii=False, indent=2)).encode() + b"\n"


def runs_of(root: Path) -> list[str]:
    """The ids of the runs that have left a report, oldest first. Raises OSError."""
    return sorted(path.stem for path in (root / RUNS).glob("[0-9]*.json"))


class RunsBySite:
    """Ids of runs, those apart that name a site: those of a process that crawls many do.

    Nobody lists the directory again for each of thousands of sites.
    """

    def __init__(self, runs: Iterable[str]) -> None:
        """`runs` are oldest first."""
        self._runs: defaultdict[str, list[str]] = defaultdict(list)
        for run in runs:
            self.add(run)

    def add(self, run: str) -> None:
        """One more, which no other is younger than."""
        self._runs[_SITE.sub("", run)].append(run)

    def before(self, run: str, site: str, most: int) -> list[str]:
        """The last runs before one that may be on that site, oldest first."""
        named, others = (self._runs.get(name, []) for name in (site, ""))
        return sorted(other for other in (*named[-most - 1 :], *others[-most - 1 :]) if other < run)[-most:]


def read_reports(root: Path, runs: Iterable[str]) -> Iterator[RunReport]:
    """What runs have said; one that cannot be read, or has no start, is left out, as `verify --full` names it.

    Raises OSError.
    """
    return _read(root, runs, RunReport)


def look_back(root: Path, runs: Iterable[str]) -> Iterator[EarlierRun]:
    """The same, less what later runs do not look back on."""
    return _read(root, runs, EarlierRun)


def _read(root: Path, runs: Iterable[str], kind: type[_Told]) -> Iterator[_Told]:
    for run in runs:
        with suppress(ValueError):
            report = msgspec.json.decode((root / RUNS / f"{run}.json").read_bytes(), type=kind)
            _refuse_odd(report)
            yield report


def _refuse_odd(report: RunReport | EarlierRun) -> None:
    """Raises ValueError where something is no time or day: nobody could say what came before it."""
    moments = [report.started, *([report.finished] if isinstance(report, RunReport) and report.finished else [])]
    if any(datetime.fromisoformat(moment).tzinfo is None for moment in moments):
        raise ValueError(report.started)
    for day in report.stories.days.keys() - {"", OTHERS}:
        date.fromisoformat(day)


class Report(NamedTuple):
    """A report that is to be another, by the hashes of both."""

    was: str
    is_to_be: str


def reports_of(root: Path, addresses: Collection[str]) -> dict[str, Report]:
    """Reports that say something of these addresses, by run. Raises OSError."""
    found = {}
    for path in sorted((root / RUNS).glob("*.json")):
        was = path.read_bytes()
        left = _left(was, addresses)
        if left != was:
            found[path.stem] = Report(hash_of(was), hash_of(left))
    return found


def take_out_details(root: Path, addresses: Collection[str], reports: Mapping[str, Report]) -> int:
    """Take it out. Gives how many reports there are of that kind. Raises OSError."""
    for run, report in reports.items():
        path = root / RUNS / f"{run}.json"
        if path.exists() and hash_of(was := path.read_bytes()) == report.was:
            disk.write_whole(path, _left(was, addresses))
    return len(reports)


def _left(report: bytes, addresses: Collection[str]) -> bytes:
    try:
        said: dict[str, Any] = json.loads(report)
        failures = [
            failure for failure in said.get("failures", ()) if failure["url"] in addresses and failure["detail"]
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        # Damaged; `verify --full` says so.
        return report
    if not failures:
        return report
    for failure in failures:
        failure["detail"] = ""
    return encode_report(said)
