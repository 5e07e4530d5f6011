"""Crawl every hostile case in three ways, each in a fresh process, and print what came of it as a Markdown table.

`python -m benchmarks.hostile [--only REGEX] [--ways stock,settings,ours]`
"""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from benchmarks.hostile.ways import Result, Way, crawl
from tests.hostile.cases import CASES

if TYPE_CHECKING:
    from tests.hostile.case import Case


def main() -> None:
    """Print a line a case as soon as it is done, and the totals."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__)
    parser.add_argument("--only", default="", help="a regular expression that the case, '3 zstd bomb', is to match")
    parser.add_argument("--ways", default=",".join(Way), help="some of stock, settings and ours")
    arguments = parser.parse_args()
    ways = [Way(name) for name in arguments.ways.split(",")]
    cases = [case for case in CASES if re.search(arguments.only, str(case))]
    _print_row("case", "expected", *(column for way in ways for column in (way, "good", "MiB", "s")))
    _print_row("---", "---", *["---", "---:", "---:", "---:"] * len(ways))
    results: dict[Way, dict[Case, Result]] = {way: {} for way in ways}
    for case in cases:
        for way in ways:
            results[way][case] = crawl(case, way)
        cells = [cell for way in ways for cell in _cells(results[way][case])]
        _print_row(str(case), " or ".join(case.expected), *cells)
    print()
    for way in ways:
        print(_totals(way, results[way]))


def _cells(result: Result) -> list[str]:
    mark = "✓" if result.is_right else "✗"
    good = f"{result.good}/{result.good_expected}"
    return [f"{mark} {result.outcome}", good, f"{result.peak:.0f}", f"{result.seconds:.1f}"]


def _print_row(*cells: str) -> None:
    print("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |", flush=True)


def _totals(way: Way, results: dict[Case, Result]) -> str:
    if not results:
        return f"{way}: no case"
    right = sum(result.is_right for result in results.values())
    largest = max(results, key=lambda case: results[case].peak)
    longest = max(results, key=lambda case: results[case].seconds)
    whole = sum(result.good == result.good_expected for result in results.values())
    return (
        f"* {way}: {right} of {len(results)} as they should end; good stories as they should be in {whole}; "
        f"most memory {results[largest].peak:.0f} MiB ({largest}); longest {results[longest].seconds:.1f} s ({longest})"
    )


if __name__ == "__main__":
    main()
