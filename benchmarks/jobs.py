"""What many workers make of the commands that take `--workers`: time, memory, and whether they say the same.

    python -m benchmarks.jobs [--stories 10000] [--pages 3000] [--chars 800] [--directory DIR]

Stories are exported and judged again, from an archive whose texts stand in it 25 times; captured pages of the site of
`benchmarks.speed` are read again. Printed for one process, one worker and two: seconds of the clock, of processors, and
the most memory that all processes of the command have at a time, in MB.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks.reliability.big import make_big
from benchmarks.speed.captures import write_captures
from benchmarks.speed.site import build
from slqncy.archive.recovery import make_ledger

MB = 1_000_000
ROOT = Path(__file__).parent.parent
WORKERS: list[list[str]] = [[], ["--workers", "1"], ["--workers", "2"]]
_BETWEEN = 0.1
"""Seconds between two looks at the memory."""


class Cost(NamedTuple):
    """What a command took."""

    clock: float
    processor: float
    peak: int
    """Bytes of unshared memory of all its processes, and of what they share each one's part (PSS)."""
    said: bytes


def command(*arguments: str) -> Cost:
    """Run `scrapy …`. Raises RuntimeError where it does not end well."""
    began, peak = time.perf_counter(), 0
    spent: dict[int, float] = {}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603  # as a person would
            [sys.executable, "-m", "scrapy", *arguments], cwd=ROOT, stdout=output
        )
        while process.poll() is None:
            peak = max(peak, _look(process.pid, spent))
            time.sleep(_BETWEEN)
        clock = time.perf_counter() - began
        output.seek(0)
        said = output.read()
    if process.returncode:
        raise RuntimeError(f"scrapy {' '.join(arguments)}: exit status {process.returncode}")
    return Cost(clock, sum(spent.values()), peak, said)


def _look(pid: int, spent: dict[int, float]) -> int:
    """The memory of a process and all that it has started; and of each, how long it has run so far.

    Not all that it has started is waited for by who did, as an accounting by the kernel would need it.
    """
    memory = 0
    with suppress(psutil.NoSuchProcess):
        command = psutil.Process(pid)
        for process in [command, *command.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                spent[process.pid] = times.user + times.system
                memory += process.memory_full_info().pss
    return memory


def show(what: str, *arguments: str, target: Path | None = None) -> None:
    """Run a command by one process, by one worker and by two, and compare what they say."""
    first = ""
    for workers in WORKERS:
        where = target and target.with_name(f"{target.name}-{len(workers) and workers[-1]}")
        cost = command(*arguments, *workers, *(["-o", str(where)] if where else []))
        said = hashlib.sha256(cost.said.replace(str(where).encode(), b"")).hexdigest()
        first = first or said
        name = " ".join(workers) or "one process"
        equal = "" if said == first else "  SAYS SOMETHING ELSE"
        print(f"{what:24}{name:14}{cost.clock:9.1f}{cost.processor:9.1f}{cost.peak / MB:9.0f}{equal}", flush=True)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=3_000)
    parser.add_argument("--chars", type=int, default=800, help="characters of a story")
    parser.add_argument("--directory", type=Path, help="where archives and exports are made")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.directory) as directory:
        stories, captured = Path(directory, "stories"), Path(directory, "captured")
        make_big(stories, given.stories, given.chars)
        path = captured / "warc/slqncy-20261101000000-00000.warc.gz"
        path.parent.mkdir(parents=True)
        site = build(given.pages)
        write_captures(((target, site.page(target)) for target in site.paths), path)
        make_ledger(captured)
        print(f"{'':38}{'clock s':>9}{'CPU s':>9}{'peak MB':>9}")
        archive = ["-s", f"ARCHIVE_DIR={stories}"]
        for form in ("parquet", "csv"):
            show(f"export --to {form}", "export", "--to", form, *archive, target=Path(directory, form))
        show("dedup --rescore", "dedup", "--rescore", *archive)
        show("reextract", "reextract", "-s", f"ARCHIVE_DIR={captured}", "-s", "REPLAY_PROCESSES=1")


if __name__ == "__main__":
    main()
