"""Time, memory and disk at 10,000 to 1,000,000 known stories.

    python -m benchmarks.reliability.scale [--stories 10000,100000,1000000] [--long 30000] [--directory DIR]

Every step runs in a process of its own. Printed: seconds of clock and of processor, peak memory, and what was measured.
Texts are short (200 characters), so that a million stories are 2.6 GB; `--long` stories have texts of 2,500 characters.
Takes 4 GB of disk for a million stories.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from benchmarks.reliability.big import FRONT, LONG, SHORT, answer, lines, page, text_of, url_of, write_lines
from slqncy.archive import Archive, ArchiveWriter
from slqncy.archive.layout import LEDGER, SEAL
from slqncy.archive.ledger import Ledger
from slqncy.archive.recovery import MOST_LINES, make_ledger
from slqncy.archive.verify import verify
from slqncy.demo.server import serving
from slqncy.demo.site import DemoResponse
from slqncy.reasons import EventKind
from slqncy.records import Story, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

PROJECT = Path(__file__).parents[2]
MB = 1_000_000
MOST_SITEMAP = 100_000
"""Known stories up to which a crawl with sitemaps is measured: they name every story."""
URLS_A_SITEMAP = 50_000
SHOWN = 20
GROUPS_BEFORE_CRASH = 8
WRITTEN, WRITTEN_SINGLY = 5000, 500


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step took, and what it gave."""

    clock: float
    processor: float
    peak: int
    """Bytes resident at most."""
    result: Any


def measured(step: Callable[..., Any], *arguments: Any) -> Cost:
    """Run a step in a fresh process. Raises RuntimeError where it did not end well."""
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(sender, step, arguments))
    process.start()
    sender.close()
    try:
        cost: Cost = receiver.recv()
    except EOFError as error:
        raise RuntimeError(f"{step.__name__}: no result") from error
    finally:
        process.join()
    return cost


def _measure(sender: Connection, step: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    clock, processor = time.perf_counter(), time.process_time()
    result = step(*arguments)
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    sender.send(Cost(clock, processor, _peak(), result))


def _peak() -> int:
    # ru_maxrss would begin with what the parent had.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


# The steps


def generate(root: Path, stories: int, chars: int) -> int:
    """Write the lines. Gives their bytes."""
    return write_lines(root, lines(stories, chars))


def build(root: Path) -> int:
    """Build the ledger. Gives its bytes."""
    make_ledger(root)
    return (root / LEDGER).stat().st_size


def start(root: Path) -> None:
    """Open the archive as a run does, and leave it as a kill does."""
    ArchiveWriter(root).abandon()


def start_and_close(root: Path) -> None:
    """Open the archive and close it, which sets the seal."""
    ArchiveWriter(root).close()


def crash(root: Path, first: int) -> None:
    """Write groups of lines, then die between a group's bytes and its commit."""
    writer = ArchiveWriter(root)
    for record in _new_stories(first, GROUPS_BEFORE_CRASH * MOST_LINES // 2):
        writer.write(answer(EventKind.ARCHIVED, record), record)
    writer.commit()
    for record in _new_stories(first + GROUPS_BEFORE_CRASH * MOST_LINES, MOST_LINES // 4):
        writer.write(answer(EventKind.ARCHIVED, record), record)
    with patch.object(Ledger, "commit", lambda _: os.kill(os.getpid(), signal.SIGKILL)):
        writer.commit()


def check_plainly(root: Path) -> int:
    """Verify. Gives the bytes of lines. Raises RuntimeError for a defect."""
    return _check(root, full=False)


def check_in_full(root: Path) -> int:
    """Verify with `full`. Gives the bytes of lines. Raises RuntimeError for a defect."""
    return _check(root, full=True)


def _check(root: Path, *, full: bool) -> int:
    verdict = verify(root, full=full)
    if verdict.defects:
        raise RuntimeError(verdict.defects[0])
    return verdict.size


def read_latest(root: Path) -> int:
    """Read the newest version of every story. Gives their number."""
    return sum(1 for _ in Archive(root).stories(latest=True))


def read_changes(root: Path) -> int:
    """Read all changes. Gives their number."""
    return sum(1 for _ in Archive(root).changes())


def close_months(root: Path) -> int:
    """Close all months before this one. Gives the bytes of the closed files."""
    with closing(ArchiveWriter(root)) as writer:
        writer.close_months(f"{datetime.now(UTC):%Y-%m}")
    return sum(path.stat().st_size for path in root.glob("*/*.gz"))


def write_in_groups(root: Path, stories: int) -> None:
    """Write stories into a new archive, as many at a time as are acknowledged together."""
    with closing(ArchiveWriter(root)) as writer:
        for record in _new_stories(1, stories, LONG):
            writer.write(answer(EventKind.ARCHIVED, record), record)


def write_singly(root: Path, stories: int) -> None:
    """Write stories into a new archive, with a commit each."""
    with closing(ArchiveWriter(root)) as writer:
        for record in _new_stories(1, stories, LONG):
            writer.write(answer(EventKind.ARCHIVED, record), record)
            writer.commit()


def _new_stories(first: int, count: int, chars: int = SHORT) -> Iterator[Story]:
    now = moment(datetime.now(UTC))
    return (page(Story, number, text_of(number, chars), now) for number in range(first, first + count))


# The crawl


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A list of one page with the stories that were found last, and sitemaps of all."""

    stories: int
    has_sitemaps: bool

    def respond(self, target: str) -> DemoResponse:
        """The page of a request target."""
        if target in {"/", "/szxw/"}:
            return _found("text/html", f"<html><head><title>新闻</title></head><body>{self._links()}</body></html>")
        if target == "/robots.txt":
            return _found("text/plain", "User-agent: *\nAllow: /\n" + "".join(map(self._sitemap_line, self._firsts())))
        if target.startswith("/sitemap"):
            return _found("application/xml", self._sitemap(int(target.removeprefix("/sitemap").removesuffix(".xml"))))
        return DemoResponse(404, {"Content-Type": "text/html"}, b"<html><body>404")

    def _links(self) -> str:
        shown = range(self.stories, max(0, self.stories - SHOWN), -1)
        items = (f'<li><a href="/szxw/{number}.html">第{number}次志愿服务活动举行</a></li>' for number in shown)
        return f"<ul>{''.join(items)}</ul>"

    def _firsts(self) -> range:
        return range(1, self.stories + 1, URLS_A_SITEMAP) if self.has_sitemaps else range(0)

    def _sitemap_line(self, first: int) -> str:
        return f"Sitemap: {FRONT.removesuffix('szxw/')}sitemap{first}.xml\n"

    def _sitemap(self, first: int) -> str:
        numbers = range(first, min(first + URLS_A_SITEMAP, self.stories + 1))
        urls = "".join(f"<url><loc>{url_of(number)}</loc></url>" for number in numbers)
        return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


def _found(content_type: str, body: str) -> DemoResponse:
    return DemoResponse(200, {"Content-Type": f"{content_type}; charset=utf-8"}, body.encode())


def crawl(root: Path, stories: int, *, sitemaps: bool) -> Cost:
    """A real crawl in which nothing is new; gives the number of requests. Raises RuntimeError where it fails."""
    with serving(KnownSite(stories, sitemaps)) as server:
        command = (
            sys.executable, "-m", "scrapy", "crawl", "stories", "-L", "WARNING", "-a", f"base_url={server.base_url}",
            "-s", f"ARCHIVE_DIR={root}", "-s", "DOWNLOAD_DELAY=0",
        )  # fmt: skip
        began = time.perf_counter()
        with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL) as process:  # noqa: S603  # our own command
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        clock = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"the crawl ended with {process.returncode}")
    return Cost(clock, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, len(server.requests))


# The account


def tell(what: str, cost: Cost, remark: str = "") -> None:
    """Print a line."""
    print(f"  {what:36}{cost.clock:9.2f}{cost.processor:9.2f}{cost.peak / MB:8.0f}  {remark}", flush=True)


def rate(size: int, cost: Cost) -> str:
    """Bytes a second, in words."""
    return f"{size / MB:,.0f} MB of lines: {size / MB / cost.clock:,.0f} MB/s, {size / MB / cost.processor:,.0f} by CPU"


def measure(root: Path, stories: int, chars: int) -> None:
    """Make an archive, measure it and take it away."""
    _head(f"{stories:,} stories of {chars:,} characters")
    cost = measured(generate, root, stories, chars)
    size: int = cost.result
    tell("(generate the lines)", cost)
    cost = measured(build, root)
    tell("build the ledger", cost, f"{rate(size, cost)}; ledger {cost.result / stories:.0f} bytes a story")
    tell("start without seal, close", measured(start_and_close, root))
    tell("start with seal", measured(start, root))
    _measure_crash(root, stories)
    for full in (False, True):
        cost = measured(check_in_full if full else check_plainly, root)
        tell(f"verify{' --full' * full}", cost, rate(cost.result, cost))
    for step in (read_latest, read_changes):
        cost = measured(step, root)
        tell(step.__name__.replace("_", " "), cost, f"{cost.result:,}")
    cost = measured(close_months, root)
    packed: int = cost.result
    tell("close the months", cost, f"{cost.clock / size * 100 * MB:.1f} s for 100 MB; to {packed / size:.0%}")
    cost = measured(check_plainly, root)
    tell("verify, months closed", cost, rate(cost.result, cost))
    cost = crawl(root, stories, sitemaps=False)
    tell("crawl that makes the index of texts", cost, f"{cost.result} requests")
    cost = crawl(root, stories, sitemaps=False)
    tell("crawl, nothing new", cost, f"{cost.result} requests")
    if stories <= MOST_SITEMAP:
        cost = crawl(root, stories, sitemaps=True)
        tell("crawl with sitemaps, nothing new", cost, f"{cost.result} requests")


def _measure_crash(root: Path, stories: int) -> None:
    process = get_context("spawn").Process(target=crash, args=(root, stories + 1))
    process.start()
    process.join()
    if process.exitcode != -signal.SIGKILL:
        raise RuntimeError(f"the writer ended with {process.exitcode}")
    log = (root / f"{LEDGER}-wal").stat().st_size
    before = _open_size(root)
    cost = measured(start, root)
    left = before - _open_size(root)
    tell("start after a crash", cost, f"write-ahead log {log:,} bytes, {left:,} unacknowledged bytes set aside")
    measured(start_and_close, root)
    if not (root / SEAL).exists():
        raise RuntimeError("no seal after a clean close")


def _open_size(root: Path) -> int:
    return sum(path.stat().st_size for path in root.glob("*/*.*") if path.suffix in {".jsonl", ".ndjson"})


def measure_writing(directory: Path) -> None:
    """Group commits against a commit a story."""
    _head(f"stories of {LONG:,} characters written")
    for step, stories in ((write_in_groups, WRITTEN), (write_singly, WRITTEN_SINGLY)):
        root = directory / step.__name__
        cost = measured(step, root, stories)
        each = f"{cost.clock / stories * 1000:.2f} ms a story, {cost.processor / stories * 1000:.2f} by CPU"
        tell(f"{step.__name__.replace('_', ' ')}, {stories:,}", cost, each)
        shutil.rmtree(root)


def _head(what: str) -> None:
    print(f"{what:38}{'clock s':>9}{'CPU s':>9}{'peak MB':>8}", flush=True)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", default="10000,100000,1000000", help="sizes of the archives")
    parser.add_argument("--long", type=int, default=30_000, help="stories of an archive with long texts")
    parser.add_argument("--directory", type=Path, help="where the archives are made; the system's place unless given")
    given = parser.parse_args()
    sizes = [(int(stories), SHORT) for stories in given.stories.split(",")]
    with tempfile.TemporaryDirectory(dir=given.directory) as directory:
        measure_writing(Path(directory))
        for stories, chars in [(given.long, LONG), *sizes]:
            root = Path(directory) / "archive"
            measure(root, stories, chars)
            shutil.rmtree(root)


if __name__ == "__main__":
    main()
