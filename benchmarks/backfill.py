"""A backfill at the published rates, as the web archives' stand-ins on loopback see it.

    python -m benchmarks.backfill [STORIES]

pywb must be where the tests look for it.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from bisect import bisect_left
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slqncy import settings
from slqncy.archive import Archive
from slqncy.demo import build_site, serving
from tests.backfill.captured import snapshots
from tests.backfill.standins import web_archives
from tests.crawling import crawl, scrapy

if TYPE_CHECKING:
    from tests.backfill.standins import Front

_KINDS = {"index": r"/cdx/search|-index|/collinfo", "captures": r"/web/\d|/data/"}
_HOW_IT_CAME = {"url", "version", "date_downloaded", "provenance"}


def main(stories: int) -> None:
    """Print a line for each web archive and kind of request."""
    site = build_site(stories)
    pages = snapshots(site, datetime(2020, 9, 1, tzinfo=UTC))
    half = len(pages) // 2
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with serving(site) as server:
            crawl(directory / "live", server.base_url)
        crawls = {"CC-MAIN-2020-34": pages[:half], "CC-MAIN-2020-40": pages[half:]}
        with web_archives(directory / "web", crawls) as front:
            for archive in ("wayback", "commoncrawl"):
                front.asked.clear()
                rates = {slot: values["delay"] for slot, values in settings.DOWNLOAD_SLOTS.items()}
                result = scrapy(
                    "crawl", "stories", "-a", f"from={archive}", "-s", f"ARCHIVE_DIR={directory / archive}",
                    *front.settings(**rates), timeout=3600,
                )  # fmt: skip
                print(archive, result.status, result.output.splitlines()[0])
                for kind, pattern in _KINDS.items():
                    print(f"  {kind}: {rate(front, pattern)}")
                same, all_ = compared(directory / "live", directory / archive)
                print(f"  {same} of {all_} stories and copies say the same as those of a crawl of the site")


def rate(front: Front, pattern: str) -> str:
    """How fast requests came in."""
    times = [asked.at for asked in front.asked if re.search(pattern, asked.path)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    most = max(bisect_left(times, start + 60) - number for number, start in enumerate(times))
    least = f"{min(gaps):.3f} s apart at least, " if gaps else ""
    return f"{len(times)} requests, {least}{most} in the busiest minute"


def compared(live: Path, filled: Path) -> tuple[int, int]:
    """How many stories of both say the same, and how many there are in either."""
    (ours, theirs) = (_said(Archive(root)) for root in (live, filled))
    return sum(ours.get(name) == told for name, told in theirs.items()), len(ours.keys() | theirs.keys())


def _said(archive: Archive) -> dict[str, str]:
    def told(fields: dict[str, Any]) -> str:
        kept = {name: value for name, value in fields.items() if name not in _HOW_IT_CAME}
        return json.dumps({name: value for name, value in kept.items() if not name.startswith("duplicate_")})

    return {story.id: told(asdict(story)) for story in (*archive.stories(), *archive.duplicates())}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 120)
