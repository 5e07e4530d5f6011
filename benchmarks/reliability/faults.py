"""Make every call to the disk fail, one at a time, and see how the program ends and what becomes of the archive.

    python -m benchmarks.reliability.faults [--faults N] [--crawls N] [--seed S]

The disk is full, over quota, read-only or broken, for one call or from there on. The workload has to end with
ArchiveError, or do without the call; opened again, the archive has to hold what was acknowledged, and to be gone on
with. Crawls of the demo site have to exit with status 74 and a message, and the next one has to end with the archive
that no fault has touched. Exit status 1 if something else happened.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from benchmarks.reliability.disk_audit import ARCHIVE, audit, in_memory
from benchmarks.reliability.disk_crawl import crawl_faults
from benchmarks.reliability.disk_inject import (
    CALLS,
    Figures,
    Injection,
    Outcome,
    Trial,
    count_calls,
    inject,
    injections,
    sample,
)
from benchmarks.reliability.disk_trace import STRACE, record
from benchmarks.reliability.workload import LIVES, lose_ledger
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator

_PROCESSES = 2
_CRAWLS = 40


@dataclass(frozen=True, slots=True)
class Before:
    """The archive as it is before a life of the workload."""

    life: int
    archive: Path
    acknowledged: frozenset[int]
    files: tuple[str, ...]
    """What the life is going to touch, relative to the archive."""

    def files_in(self, archive: Path) -> list[Path]:
        """The same in a copy."""
        return [Path(os.path.normpath(archive / name)) for name in self.files]


def workload_faults(base: Path, *, faults: int = 0, seed: int = 0) -> Figures:
    """Let calls of the workload fail, in the empty folder `base`: so many of them; 0 is each."""
    trials = [
        (before, injection) for before, counts in _lives(base) for injection in injections(counts)
    ]  # fmt: skip
    figures = Figures()
    with get_context("fork").Pool(_PROCESSES) as pool:
        chosen = sample(trials, faults, seed, lambda trial: trial[1].call)
        for trial in pool.imap_unordered(partial(_try, base), chosen):
            figures.add(trial)
    return figures


def _lives(base: Path) -> Iterator[tuple[Before, Counter[str]]]:
    """Live through the workload, and keep what there was before each life, with the calls it is going to make."""
    archive, counted = base / ARCHIVE, base / "counted" / ARCHIVE
    acknowledged: frozenset[int] = frozenset()
    for number, life in enumerate(LIVES, 1):
        if life.loses_ledger:
            lose_ledger(archive)
        before = base / f"before-{number}" / ARCHIVE
        for copy in (before, counted):
            _copy(archive, copy)
        calls = record(archive, "--life", str(number))
        names = {path for call in calls for path in call.paths}
        files = tuple(sorted(str(path.relative_to(archive)) for path in names if path.is_relative_to(archive)))
        # A new archive is a name in the folder above it.
        found = Before(number, before, acknowledged, (".", "..", *files))
        yield found, count_calls(_command(counted, number), found.files_in(counted))
        acknowledged = acknowledged.union(*(call.acknowledged for call in calls))


def _copy(archive: Path, copy: Path) -> None:
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir()
    if archive.exists():
        shutil.copytree(archive, copy)


def _command(archive: Path, life: int) -> list[str]:
    return [sys.executable, "-m", "benchmarks.reliability.workload", str(archive), "--life", str(life)]


def _acknowledged(said: Iterable[str]) -> frozenset[int]:
    return frozenset(int(word) for line in said if line.startswith("acknowledged") for word in line.split()[1:])


def _try(base: Path, trial: tuple[Before, Injection]) -> Trial:
    before, injection = trial
    archive = base / f"process-{os.getpid()}" / ARCHIVE
    _copy(before.archive, archive)
    outcome = inject(_command(archive, before.life), before.files_in(archive), injection)
    acknowledged = before.acknowledged | _acknowledged(outcome.output.splitlines())
    with in_memory():
        wrong = [f"{fault}: {what}" for fault, what in audit(archive).against(acknowledged)]
    return Trial(
        injection.call, f"life {before.life}, {injection}", bool(outcome.status), (*_wrong_end(outcome), *wrong)
    )


def _wrong_end(outcome: Outcome) -> Iterator[str]:
    if not outcome.failed:
        yield "no call was made to fail"
    if outcome.status not in {ExitStatus.OK, ExitStatus.IO} or "Traceback" in outcome.errors:
        yield f"exit status {outcome.status}: {outcome.errors[-300:]}"
    if outcome.status == ExitStatus.IO and "refused: " not in outcome.output:
        yield "ended without a word"


def main() -> int:
    """Print two tables; 1 if something went wrong."""
    assert __doc__
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], allow_abbrev=False)
    parser.add_argument("--faults", type=int, default=0, help="faults of the workload; every one unless given")
    parser.add_argument("--crawls", type=int, default=_CRAWLS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if STRACE is None:
        parser.error("strace is not installed")
    start = monotonic()
    with in_memory() as base:
        (base / "workload").mkdir()
        workload = workload_faults(base / "workload", faults=options.faults, seed=options.seed)
        workload.print("workload", CALLS, "faults", "refused")
        crawls = crawl_faults(base, crawls=options.crawls, seed=options.seed)
        crawls.print("crawls", CALLS, "faults", "refused")
    print(f"{monotonic() - start:.0f} seconds")
    return 1 if workload.bad.total() + crawls.bad.total() else 0


if __name__ == "__main__":
    sys.exit(main())
