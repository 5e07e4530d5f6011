"""What packing costs.

    python -m benchmarks.replay.packing [--captures 100000] [--bytes 3000] [--directory DIR]

Makes WARC files of that many captures of stories in two months, each with that many bytes that do not compress; in the
second month every other one is a revisit of the first. Packs all, and then the second month. Printed for each: peak
memory, processor time, seconds, megabytes of WARC a second, and what the disk held for a while, all of it in DIR.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import Process
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from slqncy.wacz import Title, pack
from slqncy.warc.capture import Reference
from slqncy.warc.exchange import Exchange
from slqncy.warc.write import exchange_records, warcinfo

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 1 << 30
MONTHS = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
MEGABYTE = 1_000_000


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captures", type=int, default=100_000)
    parser.add_argument("--bytes", type=int, default=3_000)
    parser.add_argument("--directory", default="/var/tmp")  # noqa: S108  # where SQLite puts what has no name, too
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.directory) as directory:
        root = Path(directory)
        os.environ["SQLITE_TMPDIR"] = directory
        paths = list(write(root, given.captures, given.bytes))
        size = sum(path.stat().st_size for path in paths)
        print(f"{given.captures} captures in {len(paths)} WARC files, {size / MEGABYTE:.0f} MB")
        for month in ("", "2026-11"):
            measure(paths, root / "packed.wacz", month, given.captures, size)
    return 0


@dataclass
class Before:
    """What was captured, as far as revisits need it."""

    file: str = ""
    position: int = 0
    payloads: dict[bytes, Reference] = field(default_factory=dict)

    def with_payload(self, digest: bytes) -> Reference | None:
        """A response record that has a payload of that SHA-1."""
        return self.payloads.get(digest)

    def page(self, uri: str) -> Reference | None:
        """No request is conditional here."""


def address(number: int) -> str:
    """Of a story."""
    return f"http://www.slqncy.com/szxw/{number}.html"


def write(root: Path, captures: int, size: int) -> Iterator[Path]:
    """WARC files of two months, of the size that a run's have."""
    before = Before()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {size}\r\n\r\n".encode()
    for month, start in enumerate(MONTHS):
        numbers = iter(range(captures // 2))
        for serial in range(captures):
            path = root / f"slqncy-{start:%Y%m%d%H%M%S}-{serial:05}.warc.gz"
            with path.open("wb") as file:
                file.write(warcinfo(path.name, start, {"software": "slqncy"}))
                for number in numbers:
                    seed = number if month and number % 2 else number + month * captures
                    exchange = Exchange(
                        uri=address(number),
                        at=start + timedelta(seconds=number),
                        request=f"GET /szxw/{number}.html HTTP/1.1\r\nHost: www.slqncy.com\r\n\r\n".encode(),
                        received=head + Random(seed).randbytes(size),  # noqa: S311
                        ip="127.0.0.1",
                        notes={"page": address(number), "kind": "story"},
                    )
                    written = exchange_records(exchange, before)
                    if written.response and not written.refers_to:
                        reference = Reference(file=path.name, captured=written.response)
                        before.payloads[written.response.digest] = reference
                    file.write(written.data)
                    if file.tell() >= MOST_BYTES:
                        break
                else:
                    numbers = iter(())
            yield path
            if next(numbers, None) is None:
                break


def measure(paths: list[Path], target: Path, month: str, captures: int, size: int) -> None:
    """Pack in a process of its own, and look at it from outside."""
    began = time.monotonic()
    process = Process(target=run, args=(paths, target, month, captures))
    process.start()
    scratch = 0
    while process.is_alive():
        scratch = max(scratch, nameless(process.pid or 0))
        time.sleep(0.05)
    process.join()
    if process.exitcode:
        sys.exit("packing failed")
    seconds = time.monotonic() - began
    written = target.stat().st_size
    print(
        f"{month or 'all'}: {seconds:.1f} s, {size / MEGABYTE / seconds:.0f} MB/s, {written / MEGABYTE:.0f} MB"
        f" written, {scratch / MEGABYTE:.0f} MB on disk meanwhile"
    )


def run(paths: list[Path], target: Path, month: str, captures: int) -> None:
    """In the child: pack, and print what memory it took."""
    titles = (Title(address(number), "2026-10-31T00:00:00Z", "", None, "标题" * 10) for number in range(captures // 2))
    print(pack(paths, target, month=month, titles=titles))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"peak memory {used.ru_maxrss / 1024:.0f} MiB, {used.ru_utime + used.ru_stime:.1f} s of processor time")


def nameless(process: int) -> int:
    """Bytes of the files that a process has open and nobody else can see."""
    total = 0
    for entry in Path(f"/proc/{process}/fd").glob("*"):
        try:
            if str(entry.readlink()).endswith(" (deleted)"):
                total += entry.stat().st_size
        except OSError:
            continue
    return total


if __name__ == "__main__":
    sys.exit(main())
