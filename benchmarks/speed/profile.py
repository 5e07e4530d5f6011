"""Where the time and the memory of a crawl and of a replay go, as short texts.

    python -m benchmarks.speed.profile [--stories 1000] [--to benchmarks/speed/profiles]

py-spy looks 200 times a second at what a crawl of the benchmark's site is doing, and at a replay of what that has
captured; memray counts what a crawl has allocated when that is most. Shares are of samples, or of bytes at the peak.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from memray import AllocatorType, FileReader

from benchmarks.speed.contenders import CONTENDERS, REPLAY, ROOT, WARC, Task
from benchmarks.speed.measure import cost
from benchmarks.speed.samples import room, shares, short, time_text
from benchmarks.speed.server import served
from benchmarks.speed.site import build

if TYPE_CHECKING:
    from collections.abc import Sequence

_RATE = 200


def main() -> int:
    """Write the texts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=1000)
    parser.add_argument("--to", type=Path, default=Path(__file__).parent / "profiles")
    given = parser.parse_args()
    given.to.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, served(build, given.stories) as site:
        for name, text in _texts(site.base_url, Path(directory), f"of {given.stories} stories").items():
            (given.to / f"{name}.txt").write_text(text, encoding="utf-8")
    return 0


def _texts(base_url: str, work: Path, what: str) -> dict[str, str]:
    commands = {one.name: one.command for one in CONTENDERS}
    crawled, crawled_again, replayed = work / "crawled", work / "crawled again", work / "replayed"
    crawl, again, replay = (
        commands[name](Task(base_url, archive, work, crawled / "warc"))
        for name, archive in ((WARC, crawled), (WARC, crawled_again), (REPLAY, replayed))
    )
    return {
        "crawl": time_text(f"crawl {what}, {_RATE} a second", _sampled(crawl, work / "samples")),
        "replay": time_text(f"replay {what}, {_RATE} a second", _sampled(replay, work / "samples")),
        "memory": memory_text(f"crawl {what}", _recorded(again, work / "recorded")),
    }


def _sampled(command: Sequence[str], output: Path) -> list[str]:
    """Lines of py-spy over a command, a stack each."""
    spy = [str(Path(sys.executable).parent / "py-spy"), "record", "--format", "raw", "--function", "--subprocesses"]
    spy += ["--rate", str(_RATE), "--output", str(output), "--", *command]
    cost(spy, ROOT, log=output.with_suffix(".log"))
    return output.read_text(encoding="utf-8").splitlines()


def _recorded(command: Sequence[str], output: Path) -> Path:
    """What memray wrote of a command of this Python."""
    memray = [sys.executable, "-m", "memray", "run", "--quiet", "--output", str(output), *command[1:]]
    cost(memray, ROOT, log=output.with_suffix(".log"))
    return output


def memory_text(title: str, recorded: Path) -> str:
    """What memray recorded, as a short text."""
    allocators, rooms, places = Counter[str](), Counter[str](), Counter[str]()
    with FileReader(recorded) as reader:
        for record in reader.get_high_watermark_allocation_records(merge_threads=True):
            stack = [(function, short(file)) for function, file, _ in record.stack_trace()]
            function, file = stack[0] if stack else ("none", "before Python runs")
            allocators[AllocatorType(record.allocator).name.lower()] += record.size
            rooms[room([file for _, file in reversed(stack)])] += record.size
            places[f"{function} ({file})"] += record.size
    total = rooms.total()
    return (
        f"{title}: {total / 1e6:.1f} MB allocated when that is most\n\nby allocator\n{shares(allocators, total)}\n"
        f"by room\n{shares(rooms, total)}\nby function that allocates\n{shares(places, total)}"
    )


if __name__ == "__main__":
    sys.exit(main())
