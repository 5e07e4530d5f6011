"""A crawl that is struck again and again until a run of it ends by itself, and what is wrong afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from benchmarks.reliability.crawl_lines import (
    acknowledged,
    contents,
    is_kept,
    unacknowledged,
    unacknowledged_responses,
)
from benchmarks.reliability.crawl_process import CLOSING, ROOT, start, strike
from benchmarks.reliability.crawl_responses import invalid, invalid_for_others, wrong
from slqncy.archive.layout import LEDGER, RUNS, SEAL, WARC
from slqncy.archive.verify import verify
from slqncy.exitcodes import ExitStatus
from tests.replaying import lines

if TYPE_CHECKING:
    import signal
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from benchmarks.reliability.crawl_lines import Contents
    from benchmarks.reliability.crawl_process import Strike, Tripwire


@dataclass(slots=True)
class Figures:
    """What happened to one crawl, or to many."""

    crawls: int = 0
    lives: int = 0
    strikes: int = 0
    """Signals that met a living process."""
    where: Counter[str] = field(default_factory=Counter)
    """How far the run was that was struck."""
    statuses: Counter[int] = field(default_factory=Counter)
    """Exit statuses, negative for a signal that ended the process."""
    tails: int = 0
    """Strikes that left lines which nobody had acknowledged."""
    responses: int = 0
    """Strikes that left raw responses which nobody had acknowledged."""
    lost: int = 0
    twice: int = 0
    torn: int = 0
    two_states: int = 0
    foreign: int = 0
    """Lines that an undisturbed crawl does not write."""
    differing: int = 0
    """Crawls whose addresses are otherwise known than after an undisturbed one."""
    shrunk: int = 0
    """Lives after which acknowledged bytes were not there any more."""
    unclean: list[str] = field(default_factory=list)
    """Runs that chose their exit status, and left something unacknowledged or open, no seal, or another report."""
    replayed: int = 0
    """Crawls whose raw responses, read again, make other lines, or the same in another order."""
    failed: int = 0
    """Crawls whose last run did not end with 0."""
    defects: list[str] = field(default_factory=list)
    """What `verify --full` found."""
    invalid: list[str] = field(default_factory=list)
    """What was wrong with WARC files after a life, and at the end of a crawl also by FastWARC and warcio."""
    wrong: list[str] = field(default_factory=list)
    """Pages whose raw response is not what the site said, and payloads that are there twice."""

    def add(self, other: Figures) -> None:
        """Add the figures of other crawls."""
        for figure in fields(self):
            setattr(self, figure.name, getattr(self, figure.name) + getattr(other, figure.name))

    @property
    def bad(self) -> int:
        """How much is wrong."""
        kinds = (
            self.lost, self.twice, self.torn, self.two_states, self.foreign, self.differing, self.shrunk, self.replayed,
        )  # fmt: skip
        lists = (self.unclean, self.defects, self.invalid, self.wrong)
        return sum(kinds) + self.failed + sum(map(len, lists))


@dataclass(frozen=True, slots=True)
class Trial:
    """A served site, what an undisturbed crawl of it brings, and where the crawls under trial go."""

    wire: Tripwire
    base_url: str
    expected: Contents
    directory: Path
    start_up: float
    """Seconds from the start of a process to its first request."""


def undisturbed(wire: Tripwire, base_url: str, directory: Path) -> Trial:
    """Crawl once and leave it alone. Raises RuntimeError where that fails."""
    wire.arm(1)
    began = time.monotonic()
    life = start(directory / "undisturbed", base_url)
    wire.tripped.wait(60)
    start_up = time.monotonic() - began
    if life.process.wait():
        raise RuntimeError(life.log.read_text())
    return Trial(wire, base_url, contents(life.archive), directory, start_up)


def crawl(trial: Trial, name: str, how: signal.Signals, strikes: Iterable[Strike]) -> Figures:
    """Crawl into the archive `name`: each strike ends a life at most, and the life after the last is left alone."""
    figures, archive = Figures(crawls=1), trial.directory / name
    known: dict[str, bytes] = {}
    status = ExitStatus.TEMPORARY.value
    for when in (*strikes, None):
        reports = set(archive.glob(f"{RUNS}/*.json"))
        trial.wire.arm(when.request if when else 0)
        life = start(archive, trial.base_url)
        logged = strike(life, how, when, trial.wire) if when else None
        status = life.process.wait()
        before, known = known, acknowledged(archive)
        figures.lives += 1
        figures.statuses[status] += 1
        figures.shrunk += not is_kept(before, known)
        figures.tails += unacknowledged(archive, known) > 0
        figures.responses += unacknowledged_responses(archive, known) > 0
        figures.invalid += invalid(archive, {name.rpartition("/")[2]: len(data) for name, data in known.items()})
        if logged is not None:
            figures.strikes += 1
            figures.where[_where(trial.wire.served, logged, grew=known != before)] += 1
        if status >= 0:
            new = set(archive.glob(f"{RUNS}/*.json")) - reports
            # Told to stop before it has asked for anything, a run has nothing to report.
            if new or trial.wire.served or status != ExitStatus.TEMPORARY:
                figures.unclean += [f"{life.log}: {what}" for what in _unclean(archive, known, new, status)]
            if status != ExitStatus.TEMPORARY:
                break
    figures.failed += status != ExitStatus.OK
    compare(contents(archive), trial.expected, figures)
    figures.defects += verify(archive, full=True).defects
    figures.invalid += invalid_for_others(archive)
    figures.wrong += wrong(archive, trial.wire.site)
    figures.replayed += lines(archive) != lines(_replayed(archive))
    return figures


def _replayed(archive: Path) -> Path:
    """An archive made of the raw responses of another."""
    into = archive.with_name(f"{archive.name}.replayed")
    subprocess.run(  # noqa: S603  # our own command
        [
            sys.executable, "-m", "scrapy", "crawl", "stories", "-a", f"warc={archive / WARC}",
            "-s", f"ARCHIVE_DIR={into}", "-L", "ERROR",
        ],
        cwd=ROOT, check=False, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return into


def _where(served: int, log: bytes, *, grew: bool) -> str:
    if CLOSING in log:
        return "while closing"
    if not served:
        return "before the first request"
    return "between the first line and the last" if grew else "before the first line"


def _unclean(archive: Path, known: dict[str, bytes], reports: set[Path], status: int) -> Iterator[str]:
    """What a run that chose its exit status has not put in order."""
    if unacknowledged(archive, known) or unacknowledged_responses(archive, known):
        yield "unacknowledged lines or raw responses"
    if list((archive / WARC).glob("*.open")):
        yield "an open WARC file"
    if not (archive / SEAL).exists() or (archive / f"{LEDGER}-wal").exists():
        yield "no seal"
    said = [json.loads(path.read_bytes())["exit_status"] for path in reports]
    if said != [status]:
        yield f"exit status {status}, reported {said}"


def compare(found: Contents, expected: Contents, figures: Figures) -> None:
    """Count what an archive lacks, and what it should not have."""
    figures.torn += found.torn
    figures.two_states += len(found.two_states())
    for line in found.lines.keys() | expected.lines.keys():
        figures.lost += max(0, expected.lines[line] - found.lines[line])
        more = max(0, found.lines[line] - expected.lines[line])
        if expected.lines[line]:
            figures.twice += more
        else:
            figures.foreign += more
    figures.differing += found.states != expected.states
