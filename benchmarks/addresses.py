"""Ways out of the site and into networks that are not the public internet: what became of each, and who was reached.

python -m benchmarks.addresses
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.guards.variants import crawl_network, crawl_redirects

if TYPE_CHECKING:
    from tests.guards.variants import Led


def main() -> None:
    """Crawl, and print a table a crawl."""
    with TemporaryDirectory() as first, TemporaryDirectory() as second:
        _print("a redirect to", crawl_redirects(Path(first)))
        _print("a host of the site", crawl_network(Path(second)))


def _print(what: str, led: Led) -> None:
    print(f"| {what} | outcome | connections there |")
    print("|---|---|---|")
    for way, outcome in led.outcomes.items():
        print(f"| `{way}` | {outcome.outcome} | {outcome.connections} |")
    total = sum(outcome.connections for outcome in led.outcomes.values())
    print(f"\n{len(led.outcomes)} ways, {total} connections; exit status {led.result.status}; {led.result.output}")


if __name__ == "__main__":
    main()
