"""Whether WARC files have every byte that went over the wire: common, odd and hostile answers, through a real crawl.

    python -m benchmarks.warc.fidelity [--responses 10000]

Two thirds are pages of news in all usual transfer and content codings, a third goes through `tests/wire_cases.py`. Each
exchange is read back from the WARC files, restored, and compared by SHA-256 with what the server says that it sent and
heard. Printed: the share that is identical, each case that is not with the reason on record, what other tools say of
the files (where they are installed, see `tests/warcs.py`), and what capturing costs. Exit status 1 where an exchange
has bytes that were not sent, lacks one that came, or is missing, or where a tool finds fault.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import TYPE_CHECKING

from benchmarks.reliability.again import big_site
from slqncy.demo import serving
from tests import warcs
from tests.crawling import scrapy_from_nothing, story_page, text_of
from tests.peers import PEERS
from tests.raw_server import raw_server
from tests.wire_cases import MAXSIZE, TIMEOUT, Case, cases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.raw_server import RawServer, Served, Step
    from tests.warcs import Kept

CONCURRENCY = 16
STORIES = 1000
"""Of the site that is crawled to see what capturing costs."""
NAMES = list(cases(""))
USUAL = ("news", "news-gzip", "news-chunked", "news-chunked-gzip")


@lru_cache(maxsize=64)
def odd(number: str) -> dict[str, Case]:
    """The odd answers of one round."""
    return cases(number)


def usual(coding: str, number: int) -> bytes:
    """A page of news of 4.6 KB, as servers send it."""
    text = "\n".join(text_of(number * 20 + paragraph) for paragraph in range(20))
    body = story_page(number, text).encode()
    fields = b"Date: Thu, 26 Nov 2026 08:00:00 GMT\r\nServer: nginx\r\nContent-Type: text/html; charset=utf-8\r\n"
    if "gzip" in coding:
        body = gzip.compress(body, mtime=0)
        fields += b"Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n"
    if "chunked" not in coding:
        return b"HTTP/1.1 200 OK\r\n" + fields + b"Content-Length: %d\r\n\r\n" % len(body) + body
    pieces = [body[start : start + 4096] for start in range(0, len(body), 4096)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    return b"HTTP/1.1 200 OK\r\n" + fields + b"Transfer-Encoding: chunked\r\n\r\n" + chunks


def answers(target: str, _times: int) -> Sequence[Step]:
    """What the server says: targets are `/<case>/<number>`."""
    _, name, number = target.split("/")
    return (usual(name, int(number)),) if name in USUAL else odd(number)[name].steps


def targets(responses: int) -> list[str]:
    """What to ask for: a round of odd answers, then twice as many usual ones."""
    asked: list[str] = []
    for number in range(-(-responses // (3 * len(NAMES)))):
        asked += [f"/{name}/{number}" for name in NAMES]
        pages = range(2 * number * len(NAMES), 2 * (number + 1) * len(NAMES))
        asked += [f"/{USUAL[page % len(USUAL)]}/{page}" for page in pages]
    return asked


@dataclass(frozen=True)
class Cost:
    """Seconds of a crawl's process, its start included."""

    cpu: float
    wall: float


def fetch(directory: Path, server: RawServer, asked: Sequence[str]) -> Path:
    """One crawl. Gives the archive."""
    (directory / "targets").write_text("\n".join(asked))
    cost = _measured(
        "crawl", "fetching", "-a", f"base_url={server.base_url}", "-s", "SPIDER_MODULES=tests.fetching_spider",
        "-s", f"ARCHIVE_DIR={directory / 'archive'}", "-s", f"TARGETS={directory / 'targets'}",
        "-s", "DOWNLOAD_DELAY=0", "-s", f"CONCURRENT_REQUESTS_PER_DOMAIN={CONCURRENCY}", "-s", "RETRY_ENABLED=False",
        "-s", "REDIRECT_ENABLED=False", "-s", f"DOWNLOAD_MAXSIZE={MAXSIZE}", "-s", f"DOWNLOAD_TIMEOUT={TIMEOUT}",
        "-s", "LOG_LEVEL=ERROR",
    )  # fmt: skip
    print(f"fetched in {cost.wall:.0f} s", flush=True)
    return directory / "archive"


def _measured(*arguments: str) -> Cost:
    cpu, began = _cpu_of_children(), time.monotonic()
    result = scrapy_from_nothing(*arguments, timeout=3600)
    if "Traceback" in result.errors:
        sys.exit(result.errors)
    return Cost(_cpu_of_children() - cpu, time.monotonic() - began)


def _cpu_of_children() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def verdict(case: Case | None, kept: Kept | None, served: Served) -> str:
    """How what is kept compares with what the server says; `wrong: …` where it must not be so."""
    if kept is None:
        return "wrong: missing"
    if kept.request != served.received:
        return "wrong: another request"
    if hashlib.sha256(kept.received).digest() == hashlib.sha256(served.sent).digest():
        return "identical"
    if not served.sent.startswith(kept.received):
        return "wrong: other bytes"
    if case is None or case.is_whole:
        return "wrong: bytes are missing"
    said = kept.truncated if "response" in kept.kinds else None
    return f"as far as it came, WARC-Truncated: {said}; {kept.fields.get('failure', 'no failure')}"


def compare(files: Sequence[Path], server: RawServer) -> dict[str, Counter[str]]:
    """By case, how many exchanges compare how."""
    kept = {one.uri: one for one in warcs.exchanges(files)}
    # A request that Twisted sends again by itself, where a kept connection is dead, is one exchange.
    last = {served.target: served for served in server.served}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for target, served in last.items():
        _, name, number = target.split("/")
        case = odd(number)[name] if name not in USUAL else None
        said = verdict(case, kept.pop(server.base_url + target, None), served)
        found[name][said.replace(server.base_url, "").replace(target, "…")] += 1
    for uri in kept:
        found[uri]["wrong: never asked for"] += 1
    return found


def peers(files: Sequence[Path]) -> dict[str, bool]:
    """What is in wide use, and whether it takes all files."""
    took: dict[str, bool] = {}
    for command in (("warcio", "check"), ("fastwarc", "check"), ("cdxj-indexer",)):
        done = [
            subprocess.run([PEERS / command[0], *command[1:], file], capture_output=True, check=False)  # noqa: S603
            for file in files
        ]
        took[" ".join(command)] = not any(one.returncode or b"Traceback" in one.stderr for one in done)
    return took


def main() -> int:
    """Crawl, compare, print, and give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.warc.fidelity", description=__doc__)
    parser.add_argument("--responses", type=int, default=10_000)
    responses: int = parser.parse_args().responses
    asked = targets(responses)
    with tempfile.TemporaryDirectory() as name, raw_server(answers) as server:
        directory = Path(name)
        files = warcs.files(fetch(directory, server, asked))
        found = compare(files, server)
        took = peers(files) if PEERS.is_dir() else {}
        size = sum(path.stat().st_size for path in files)
    _print(found, size)
    for command, is_taken in took.items():
        print(f"{command:14} {'no fault' if is_taken else 'finds fault'}")
    _print_costs()
    wrong = [name for name, said in found.items() if any(one.startswith("wrong") for one in said)]
    missing = len(asked) - sum(map(Counter.total, found.values()))
    print(f"wrong: {', '.join(wrong) or 'none'}; asked for and never served: {missing}")
    return 1 if wrong or missing or not all(took.values()) else 0


def _print(found: dict[str, Counter[str]], size: int) -> None:
    total = sum(map(Counter.total, found.values()))
    identical = sum(said["identical"] for said in found.values())
    odd_ones = sum(said.total() for name, said in found.items() if name not in USUAL)
    print(f"{total} exchanges, {odd_ones} of them odd, in {size / 1e6:.1f} MB; {len(found)} kinds of answers")
    print(f"identical: {identical} ({identical / total:.2%})")
    for name, said in found.items():
        for one, times in said.items():
            if one != "identical":
                print(f"{name:28} {times:5}  {one}")


def _print_costs() -> None:
    """Crawl a site of stories, by turns with and without capturing."""
    costs: dict[bool, list[Cost]] = {True: [], False: []}
    with serving(big_site(STORIES)) as server:
        for turn in range(3):
            for enabled, runs in costs.items():
                asked = len(server.requests)
                with tempfile.TemporaryDirectory() as name:
                    cost = _measured(
                        "crawl", "stories", "-a", f"base_url={server.base_url}", "-s", f"ARCHIVE_DIR={name}/archive",
                        "-s", "DOWNLOAD_DELAY=0", "-s", "LOG_LEVEL=ERROR", "-s", f"WARC_ENABLED={enabled}",
                    )  # fmt: skip
                asked = len(server.requests) - asked
                runs.append(Cost(cost.cpu / asked, cost.wall / asked))
                print(f"turn {turn + 1}, WARC_ENABLED={enabled!s:5} {asked} requests in {cost.wall:.1f} s", flush=True)
    for enabled, runs in costs.items():
        cpu, wall = min(run.cpu for run in runs) * 1000, min(run.wall for run in runs) * 1000
        print(f"WARC_ENABLED={enabled!s:5} {cpu:.2f} ms of CPU, {wall:.2f} ms of the clock a request (best of 3)")


if __name__ == "__main__":
    sys.exit(main())
