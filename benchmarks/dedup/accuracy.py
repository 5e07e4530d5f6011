"""Measure methods of deduplication on labelled Chinese news, side by side.

    python -m benchmarks.dedup.accuracy --data DIR [--methods ours,datasketch] [--strip] [--json FILE]

DIR holds stories, changed copies of some of them and stories that must not be merged. Some copies have boilerplate
around them; with --strip it is taken off as in the archive, for every method alike. Other libraries are in the extra
`bench`; without them their methods are skipped. Figures of CPU are those of one run: they compare within it only.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from benchmarks.dedup.data import load
from benchmarks.dedup.measure import Result, measure
from benchmarks.dedup.methods.registry import METHODS, chosen, maker
from benchmarks.dedup.report import tables
from benchmarks.dedup.show import show_lookalikes, show_mistakes
from benchmarks.dedup.stripped import without_boilerplate


def main() -> int:
    """Measure, print, and give the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dedup.accuracy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="directory of the labelled data")
    parser.add_argument("--methods", default=",".join(METHODS), help="some of %(default)s, or the part before a dash")
    parser.add_argument("--strip", action="store_true", help="take the boilerplate off all texts before")
    parser.add_argument("--json", type=Path, help="write all figures to a file")
    parser.add_argument("--seed", type=int, default=1, help="of the pairs drawn at random")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N merged look-alikes of each method")
    parser.add_argument("--verbose", action="store_true", help="print the first mistakes of each method")
    arguments = parser.parse_args()
    try:
        names = chosen(arguments.methods.split(","))
    except ValueError as error:
        parser.error(str(error))
    data = load(arguments.data)
    if arguments.strip:
        data = without_boilerplate(data)
    results: dict[str, Result] = {}
    for name in names:
        try:
            make = maker(name)
        except ImportError as error:
            hint = "; pip install -e '.[bench]'" if isinstance(error, ModuleNotFoundError) else ""
            print(f"{name} is skipped: {error}{hint}")
            continue
        results[name] = measure(make, data, arguments.seed)
        details = [*show_mistakes(results[name], data)] if arguments.verbose else []
        details += show_lookalikes(results[name], data, arguments.show, arguments.seed)
        if details:
            print(name, *details, "", sep="\n", flush=True)
    if not results:
        return 1
    print(*tables(results), sep="\n")
    if arguments.json:
        figures = {"seed": arguments.seed, "stripped": arguments.strip, "methods": results}
        arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
