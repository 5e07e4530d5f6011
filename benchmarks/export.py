"""Time, memory and disk of exports.

    python -m benchmarks.export [--to FORMAT,…] [--stories 1000,10000,100000] [--chars 1500] [--directory DIR]

Every export runs in a process of its own. Printed: seconds of clock and of processor, stories a second of processor,
peak memory, and bytes. Takes 2 GB of disk for 100,000 stories.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from benchmarks.reliability.big import make_big
from benchmarks.reliability.scale import MB, measured
from slqncy.archive import Archive
from slqncy.export import FORMATS, Shape, export

SIZES = "1000,10000,100000"


def run(root: Path, name: str, target: Path) -> int:
    """Export. Gives the number of versions."""
    return export(Archive(root), FORMATS[name], target)


def size_of(target: Path) -> int:
    """The bytes of an export."""
    files = [target] if target.is_file() else (path for path in target.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files)


def targets(names: list[str]) -> list[tuple[str, str]]:
    """Each format with the name of what it is written to; lines once more in compressed form."""
    plain = [(name, name) for name in names]
    return plain + [(name, f"{name}.gz") for name in names if FORMATS[name].shape is Shape.LINES]


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", default=",".join(FORMATS), help="formats; all unless given")
    parser.add_argument("--stories", default=SIZES, help="sizes of the archives")
    parser.add_argument("--chars", type=int, default=1500, help="characters of a text")
    parser.add_argument("--directory", type=Path, help="where archives and exports are made")
    given = parser.parse_args()
    peaks: dict[str, list[int]] = {}
    for stories in map(int, given.stories.split(",")):
        with tempfile.TemporaryDirectory(dir=given.directory) as directory:
            root = Path(directory, "archive")
            measured(make_big, root, stories, given.chars)
            lines = sum(path.stat().st_size for path in root.glob("stories/*"))
            print(f"{stories:,} stories, {lines / MB:,.1f} MB of lines")
            print(f"  {'':16}{'clock s':>9}{'CPU s':>9}{'stories/s':>11}{'peak MB':>9}{'MB':>9}", flush=True)
            for name, file_name in targets(given.to.split(",")):
                target = Path(directory, file_name)
                cost = measured(run, root, name, target)
                if cost.result != stories:
                    raise RuntimeError(f"{name}: {cost.result} versions")
                peaks.setdefault(file_name, []).append(cost.peak)
                print(
                    f"  {file_name:16}{cost.clock:9.2f}{cost.processor:9.2f}{stories / cost.processor:11,.0f}"
                    f"{cost.peak / MB:9.0f}{size_of(target) / MB:9.1f}",
                    flush=True,
                )
                shutil.rmtree(target) if target.is_dir() else target.unlink()
    print("peak memory, greatest by least: " + ", ".join(f"{n} {max(p) / min(p):.2f}" for n, p in peaks.items()))


if __name__ == "__main__":
    main()
