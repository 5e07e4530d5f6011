"""The site's stories as captures, for a replay without a crawl before it.

python -m benchmarks.speed.captures [--stories 1500] FILE.warc.gz
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.speed.site import build
from slqncy.demo.links import address
from slqncy.warc.exchange import Exchange
from slqncy.warc.write import exchange_records, warcinfo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slqncy.demo import DemoResponse
    from slqncy.warc.capture import Reference

_BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


class Nothing:
    """No capture was before."""

    def with_payload(self, digest: bytes) -> Reference | None:
        """None."""
        return None

    def page(self, uri: str) -> Reference | None:
        """None."""
        return None


def write_captures(pages: Iterable[tuple[str, DemoResponse]], path: Path) -> int:
    """Write pages, by path, as a crawl would have captured them, one a second. Gives the bytes of their bodies."""
    size = 0
    with path.open("wb") as file:
        file.write(warcinfo(path.name, _BEGAN, {"software": "benchmark"}))
        for number, (target, page) in enumerate(pages):
            head = "".join(f"{name}: {value}\r\n" for name, value in page.headers.items())
            exchange = Exchange(
                uri=address(target),
                at=_BEGAN + timedelta(seconds=number),
                request=f"GET {target} HTTP/1.1\r\nHost: www.slqncy.com\r\n\r\n".encode(),
                received=f"HTTP/1.1 {page.status} OK\r\n{head}\r\n".encode() + page.body,
                notes={"page": address(target), "kind": "story"},
            )
            size += len(page.body)
            file.write(exchange_records(exchange, Nothing()).data)
    return size


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=1500)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    site = build(given.stories)
    size = write_captures(((path, site.page(path)) for path in site.paths), given.file)
    print(f"{len(site.paths)} pages of {size / len(site.paths) / 1000:.1f} kB")


if __name__ == "__main__":
    main()
