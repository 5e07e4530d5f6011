"""How a crawl behaves, as the server sees it.

    python -m benchmarks.manners [--stories 100] [--delay 0.3]

A site is crawled that answers now and then slowly, with redirects, with 503, and with Retry-After in seconds or as a
date. Printed: requests, how long they took, the least pause from the end of an answer to the next request, how many
requests were in flight at once, and how often Retry-After was kept. Exit status 1 where a pause was too short, two
requests were in flight, a hold was not kept, or a story is missing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from statistics import median

from slqncy.archive import Archive
from slqncy.manners.retry_after import retry_after
from tests.crawling import links, scrapy, story_page, text_of
from tests.timed_server import Reply, TimedServer, Visit, timed_server

_SLOW = 0.4
"""Seconds."""


class Site:
    """So many stories; every fifth answers in one of five odd ways the first time."""

    def __init__(self, stories: int) -> None:
        self._pages = {f"/szxw/{number}.html": number for number in range(1, stories + 1)}

    def reply(self, path: str, times: int) -> Reply:
        """The answer to a path that was asked for so many times before."""
        if path in {"/", "/szxw/"}:
            return Reply(links(*self._pages).encode())
        path, _, is_moved = path.partition("?")
        if path not in self._pages:
            return Reply(status=404)
        number = self._pages[path]
        page = Reply(story_page(number, text_of(number)).encode())
        if times or is_moved or number % 5:
            return page
        date = datetime.now(UTC) + timedelta(seconds=3)
        odd = (
            Reply(page.body, seconds=_SLOW),
            Reply(b"busy", 503),
            Reply(b"", 302, {"Location": f"{path}?moved"}),
            Reply(b"busy", 503, {"Retry-After": "2"}),
            Reply(b"busy", 429, {"Retry-After": format_datetime(date, usegmt=True)}),
        )
        return odd[number // 5 % len(odd)]


def holds(server: TimedServer) -> list[bool]:
    """Of each answer with Retry-After, whether it was kept."""
    pairs = zip(server.visits, server.visits[1:], strict=False)
    return [_is_kept(held, after) for held, after in pairs if "Retry-After" in held.reply.headers]


def _is_kept(held: Visit, after: Visit) -> bool:
    value = held.reply.headers["Retry-After"]
    if value.isdigit():
        return after.arrived - held.ended >= float(value)
    seconds = retry_after(value, datetime.fromtimestamp(after.at, UTC))
    return seconds == 0


def main() -> int:
    """Crawl, print, and give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.manners", description=__doc__)
    parser.add_argument("--stories", type=int, default=100)
    parser.add_argument("--delay", type=float, default=0.3)
    given = parser.parse_args()
    site = Site(given.stories)
    with tempfile.TemporaryDirectory() as directory, timed_server(site.reply) as server:
        result = scrapy(
            "crawl", "stories", "-a", f"base_url={server.base_url}", "-a", "sections=szxw",
            "-s", f"ARCHIVE_DIR={directory}", "-s", f"DOWNLOAD_DELAY={given.delay}", timeout=3600,
        )  # fmt: skip
        archived = len(list(Archive(Path(directory)).stories())) if not result.status else 0
    kept = holds(server)
    took = server.visits[-1].ended - server.visits[0].arrived
    print(f"{len(server.visits)} requests in {took:.1f} s, {len(server.visits) / took:.2f} a second")
    print(f"{archived} of {given.stories} stories archived, exit status {result.status}")
    print(f"least pause {min(server.gaps):.3f} s (asked for: {given.delay:g}), median {median(server.gaps):.3f} s")
    print(f"most requests in flight: {server.most_in_flight}")
    print(f"Retry-After kept: {sum(kept)} of {len(kept)}")
    is_good = min(server.gaps) >= given.delay and server.most_in_flight == 1 and all(kept) and kept
    return 0 if is_good and archived == given.stories else 1


if __name__ == "__main__":
    sys.exit(main())
