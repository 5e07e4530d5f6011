"""Cut a takedown short in every way: the archive must be as it was, or rid of the story with the next start.

    python -m benchmarks.reliability.takedowns [--trials N] [--seed S]

The archive of the workload, with more in quarantine/, forgets a story with three versions, a copy, and a closed month.
Each call to the disk that it makes is made to fail, alone and with all later ones; before each call the process is
killed; after each call the power is cut, with unsynced writes there, dropped, torn, zeroed or out of order. What is
left is opened, and where the takedown had not begun it is done then. Afterwards no byte of the text may be left in any
file or gzip member, every line and raw response that is not of the story must be there, and `verify --full` must find
nothing. Exit status 1 if something else happened.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import zlib
from collections import Counter
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import monotonic
from typing import TYPE_CHECKING

from benchmarks.reliability.disk_audit import ARCHIVE, in_memory, read_lines, response_faults
from benchmarks.reliability.disk_inject import KILL, Figures, Injection, Trial, count_calls, inject, injections, sample
from benchmarks.reliability.disk_model import CUTS, Disk
from benchmarks.reliability.disk_trace import STRACE, trace
from benchmarks.reliability.workload import STEPS, finish
from slqncy.archive import ArchiveError, ArchiveWriter
from slqncy.archive.forget import forget
from slqncy.archive.layout import TAKEDOWN
from slqncy.archive.quarantine import keep_aside
from slqncy.archive.verify import verify
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.reliability.disk_trace import Call

STORY = "slqncy/szxw/1"
_FORGOTTEN = {f"http://www.slqncy.com/szxw/{number}.html" for number in (1, 4)}
_TEXTS = [f"第{number}条新闻".encode() for number in (1, 4)]
_STAYS = [step for step in STEPS if step.event.url not in _FORGOTTEN]
_LINES = Counter(line for step in _STAYS for line in step.record_lines)
_ALL_LINES = Counter(line for step in STEPS for line in step.record_lines)
_TAIL = b"".join(line for step in STEPS[:40] for line in step.record_lines[:1])
_READY, _KILLED = "ready", -9
_PROCESSES = 2


def make(root: Path) -> None:
    """The archive before the takedown."""
    finish(root)
    keep_aside(root, "stories/2026-09.jsonl", _TAIL)
    keep_aside(root, "stories/2026-09.jsonl", _TAIL[:-700])


def take_down(root: Path) -> int:
    """Forget the story; gives the exit status of the command."""
    try:
        assert forget(root, [STORY], None, "to see whether it can be done")
    except ArchiveError as error:
        print(f"refused: {error}")
        return ExitStatus.IO
    return ExitStatus.OK


def audit(root: Path) -> Iterator[str]:
    """What is wrong with an archive after the next start, and after another takedown where this one had not begun."""
    has_begun = (root / TAKEDOWN).exists()
    try:
        ArchiveWriter(root).close()
        is_done = _knows(root)
        if has_begun and not is_done:
            yield "the next start has not completed it"
        if not is_done:
            if read_lines(root).records != _ALL_LINES:
                yield "it has not begun, and lines are lost"
            forget(root, [STORY], None, "to see whether it can be done")
    except ArchiveError as error:
        yield f"refused: {error}"
        return
    lines = read_lines(root)
    yield from (f"lost or foreign: {line[:80]!r}" for line in (_LINES - lines.records) | (lines.records - _LINES))
    yield from (what for _, what in response_faults(root, lines))
    yield from (f"{path.name}: the text is left" for path in _files(root) if _has_text(path))
    yield from (f"{path.name} is left" for path in _files(root) if ".tmp" in path.name)
    yield from verify(root, full=True).defects


def _knows(root: Path) -> bool:
    return b'"event":"forgotten"' in b"".join(path.read_bytes() for path in root.glob("events/*.ndjson"))


def _files(root: Path) -> list[Path]:
    return [path for path in sorted(root.rglob("*")) if path.is_file()]


def _has_text(path: Path) -> bool:
    data = path.read_bytes()
    found = any(text in data for text in _TEXTS)
    start = data.find(b"\x1f\x8b\x08")
    while start >= 0 and not found:
        found = any(text in _unpacked(data[start:]) for text in _TEXTS)
        start = data.find(b"\x1f\x8b\x08", start + 1)
    return found


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data)
    except zlib.error:
        return b""


# Faults and kills


def faults(base: Path, *, trials: int = 0, seed: int = 0) -> Figures:
    """Let calls fail, and kill before calls, in the empty folder `base`: so many times; 0 is each."""
    before = base / "before" / ARCHIVE
    before.parent.mkdir()
    make(before)
    counted = shutil.copytree(before, base / "counted" / ARCHIVE)
    touched = {path for call in trace(_command(counted)) for path in call.paths if path.is_relative_to(counted)}
    names = sorted(os.path.relpath(path, counted) for path in touched)
    shutil.rmtree(counted)
    shutil.copytree(before, counted)
    counts = count_calls(_command(counted), [Path(os.path.normpath(counted / name)) for name in names])
    kills = [Injection(call, number, KILL) for call, count in counts.items() for number in range(1, count + 1)]
    chosen = sample([*injections(counts), *kills], trials, seed, lambda one: f"{one.call} {one.error == KILL}")
    figures = Figures()
    with get_context("fork").Pool(_PROCESSES) as pool:
        for trial in pool.imap_unordered(partial(_try, base, names), chosen):
            figures.add(trial)
    return figures


def _command(archive: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.reliability.takedowns", "--on", str(archive), *more]


def _try(base: Path, names: list[str], injection: Injection) -> Trial:
    archive = base / f"process-{os.getpid()}" / ARCHIVE
    shutil.rmtree(archive, ignore_errors=True)
    shutil.copytree(base / "before" / ARCHIVE, archive)
    outcome = inject(_command(archive), [Path(os.path.normpath(archive / name)) for name in names], injection)
    wrong = []
    is_kill = injection.error == KILL
    if outcome.status not in ({_KILLED} if is_kill else {ExitStatus.OK, ExitStatus.IO}):
        wrong.append(f"exit status {outcome.status}: {outcome.errors[-300:]}")
    if not is_kill and not outcome.failed:
        wrong.append("no call was made to fail")
    with in_memory():
        wrong += audit(archive)
    return Trial(f"{injection.call}", str(injection), bool(outcome.status), tuple(wrong))


# Power cuts


def power_cuts(base: Path, *, cuts: int = 0, seed: int = 0) -> Figures:
    """Cut the power after calls, in the empty folder `base`: so many times; 0 is in each way after each call."""
    calls = trace(_command(base / ARCHIVE, "--make"))
    after = _points(calls, base)
    points = [(point, name) for point in range(sum(1 for _ in after)) for name in CUTS]
    chosen = sorted(sample(points, cuts, seed, lambda point: point[1]))
    figures = Figures()
    with in_memory() as folder:
        for point, disk in enumerate(_points(calls, base)):
            for _, name in (one for one in chosen if one[0] == point):
                state = disk.after(*CUTS[name], Random(f"{seed}/{point}/{name}"))  # noqa: S311
                for path, content in state.items():
                    if content is None:
                        (folder / path).mkdir()
                    else:
                        (folder / path).write_bytes(content)
                wrong = tuple(audit(folder / ARCHIVE))
                figures.add(Trial(name, f"{name} after call {point}", is_refused=True, wrong=wrong))
                for path in folder.iterdir():
                    shutil.rmtree(path)
    return figures


def _points(calls: list[Call], base: Path) -> Iterator[Disk]:
    """The disk after each call of the takedown."""
    disk, is_ready = Disk(base), False
    for call in calls:
        is_ready = is_ready or (call.is_said and call.strings[0].startswith(_READY.encode()))
        if not call.is_said and disk.do(call) and is_ready:
            yield disk


def main() -> int:
    """Print two tables; 1 if something went wrong."""
    assert __doc__
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], allow_abbrev=False)
    parser.add_argument("--trials", type=int, default=0, help="of each table; every one unless given")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--on", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.on:
        if options.make:
            make(options.on)
            os.write(1, f"{_READY}\n".encode())
        return take_down(options.on)
    if STRACE is None:
        parser.error("strace is not installed")
    start, bad = monotonic(), 0
    for what, tried in (
        ("faults", partial(faults, trials=options.trials)),
        ("cuts", partial(power_cuts, cuts=options.trials)),
    ):
        with in_memory() as base:
            figures = tried(base, seed=options.seed)
            figures.print(what, figures.tried, "trials", "ended")
            bad += figures.bad.total()
    print(f"{monotonic() - start:.0f} seconds")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
