"""How fast captures are read again, beside what it costs to go over the same file and parse its pages.

    python -m benchmarks.warc.replay [--stories 3000] [--rounds 5]

The stories of a demo site are written to one WARC file as a crawl would have captured them. In turns, each in a process
of its own: FastWARC goes over all records, and lxml makes a tree of each body (the least that anybody who reads pages
has to do); and `scrapy crawl stories -a warc=FILE` makes an archive of it, once of all and once of ten, so that what it
takes to start and end can be told apart. Printed: CPU seconds and wall seconds a page, pages a second, how often a
replay costs the least, and where its time goes (a sample each millisecond, weighed with the CPU time since the last).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from fastwarc.warc import ArchiveIterator, WarcRecordType
from lxml import html
from scrapy.cmdline import execute

from slqncy.demo import build_site
from slqncy.warc.exchange import Exchange
from slqncy.warc.write import exchange_records, warcinfo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    from slqncy.demo import DemoSite
    from slqncy.warc.capture import Reference

_ROOT = Path(__file__).parent.parent.parent
_FEW = 10
_SITE = "http://www.slqncy.com"
_BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
_TICK = 0.001
_PARTS = {
    "slqncy/extract": "extraction",
    "slqncy/dedup": "copies and rewrites",
    "slqncy/archive": "archive",
    "slqncy/warc": "reading captures",
    "slqncy/pipelines": "pipelines",
    "slqncy/spiders": "spider",
    "slqncy/commands": "Scrapy",  # whose loop runs within ours
    "slqncy": "the rest of the project",
}


class Cost(NamedTuple):
    """What a process took."""

    cpu: float
    wall: float


class Nothing:
    """No capture was before."""

    def with_payload(self, digest: bytes) -> Reference | None:
        """None."""
        return None

    def page(self, uri: str) -> Reference | None:
        """None."""
        return None


def captured(site: DemoSite, stories: int, path: Path) -> int:
    """Write so many story pages as captures. Gives the bytes of their bodies."""
    paths = [entry.path for entry in site.entries][:stories]
    size = 0
    with path.open("wb") as file:
        file.write(warcinfo(path.name, _BEGAN, {"software": "benchmark"}))
        for number, target in enumerate(paths):
            page = site.respond(target)
            head = "".join(f"{name}: {value}\r\n" for name, value in page.headers.items())
            exchange = Exchange(
                uri=_SITE + target,
                at=_BEGAN + timedelta(seconds=number),
                request=f"GET {target} HTTP/1.1\r\nHost: www.slqncy.com\r\n\r\n".encode(),
                received=f"HTTP/1.1 {page.status} OK\r\n{head}\r\n".encode() + page.body,
                notes={"page": _SITE + target, "kind": "story"},
            )
            size += len(page.body)
            file.write(exchange_records(exchange, Nothing()).data)
    return size


def least(path: Path) -> None:
    """Go over all responses, and make a tree of each body."""
    pages = 0
    for record in ArchiveIterator(path.open("rb"), WarcRecordType.response):
        body = record.reader.read()
        html.document_fromstring(body.decode(record.http_charset or "utf-8", "replace"))
        pages += 1
    assert pages


def replay_arguments(path: Path, archive: Path) -> list[str]:
    """The command under trial."""
    return ["scrapy", "crawl", "stories", "-a", f"warc={path}", "-s", f"ARCHIVE_DIR={archive}", "-L", "WARNING"]


def cost(*arguments: str) -> Cost:
    """Run Python with these arguments. Raises RuntimeError where that fails."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, *arguments], cwd=_ROOT, stdout=subprocess.DEVNULL)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments}: exit status {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began)


def profile(path: Path, archive: Path) -> None:
    """Replay within this process, and print as JSON where the CPU time went."""
    spent: Counter[str] = Counter()
    last = time.process_time()

    def sample(_: int, frame: FrameType | None) -> None:
        nonlocal last
        now = time.process_time()
        spent[_part(frame)] += now - last  # type: ignore[assignment]
        last = now

    signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, _TICK, _TICK)
    try:
        execute(replay_arguments(path, archive))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.__stdout__.write("\n" + json.dumps(spent) + "\n")  # type: ignore[union-attr]


def _part(frame: FrameType | None) -> str:
    """The innermost part of the project that is at work."""
    while frame:
        file = frame.f_code.co_filename
        if part := next((part for folder, part in _PARTS.items() if f"/{folder}/" in file), ""):
            return part
        frame = frame.f_back
    return "Scrapy"


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--least", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--profile", type=Path, nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.least:
        least(given.least)
    elif given.profile:
        profile(*given.profile)
    else:
        with tempfile.TemporaryDirectory() as directory:
            _measure(Path(directory), given.stories, given.rounds)
    return 0


def _measure(directory: Path, stories: int, rounds: int) -> None:
    whole, few, module = directory / "whole.warc.gz", directory / "few.warc.gz", ["-m", "benchmarks.warc.replay"]
    site = build_site(stories)
    size = captured(site, stories, whole)
    captured(site, _FEW, few)
    print(f"{stories} pages of {size / stories / 1000:.1f} kB, {whole.stat().st_size / 1e6:.1f} MB as WARC")
    costs: dict[str, list[Cost]] = {"least": [], "replay of few": [], "replay": []}
    for number in range(rounds):
        costs["least"].append(cost(*module, "--least", str(whole)))
        for name, path in (("replay of few", few), ("replay", whole)):
            costs[name].append(cost("-m", *replay_arguments(path, directory / f"{name} {number}")))
    costs["imports"] = [cost("-c", "import benchmarks.warc.replay") for _ in range(rounds)]
    print(f"{'':16}{'ms CPU':>9}{'ms wall':>9}{'pages/s':>9}   a page, median of {rounds} rounds (least, most CPU)")
    pages = {"least": _a_page(costs["least"], costs["imports"], stories)}
    pages["replay"] = _a_page(costs["replay"], costs["replay of few"], stories - _FEW)
    for name, (cpu, wall) in pages.items():
        print(
            f"{name:16}{median(cpu) * 1000:9.2f}{median(wall) * 1000:9.2f}{1 / median(wall):9.0f}"
            f"   ({min(cpu) * 1000:.2f}, {max(cpu) * 1000:.2f})"
        )
    print(f"a replay costs {median(pages['replay'][0]) / median(pages['least'][0]):.1f} times the least (CPU)")
    print(f"to start and end: {median(one.cpu for one in costs['replay of few']):.2f} s CPU")
    spent = _profiled(whole, directory / "profile") - _profiled(few, directory / "profile of few")
    for part, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"{part:32}{seconds / sum(spent.values()):6.1%}{seconds / stories * 1000:8.2f} ms a page")


def _profiled(path: Path, archive: Path) -> Counter[str]:
    """Where the CPU time of a replay went, in seconds."""
    command = [sys.executable, "-m", "benchmarks.warc.replay", "--profile", str(path), str(archive)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return Counter(json.loads(done.stdout.splitlines()[-1]))


def _a_page(costs: Iterable[Cost], before: Iterable[Cost], pages: int) -> tuple[list[float], list[float]]:
    """Seconds a page, CPU and wall, less what a process takes that reads none or few."""
    cpu, wall = median(one.cpu for one in before), median(one.wall for one in before)
    return [(one.cpu - cpu) / pages for one in costs], [(one.wall - wall) / pages for one in costs]


if __name__ == "__main__":
    sys.exit(main())
