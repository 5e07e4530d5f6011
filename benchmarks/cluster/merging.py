"""What `scrapy merge` costs: `python -m benchmarks.cluster.merging [--stories 10000] [--parts 4]`.

Makes a cluster's archive of as many parts, each story with its raw response, every tenth one a copy of the one before
under another address. Merges it, verifies what came of it, and prints what the merge took.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.reliability.big import answer, page, story_event
from benchmarks.speed.measure import cost
from slqncy.archive import ArchiveWriter
from slqncy.archive.layout import Kind
from slqncy.archive.parts import make_part
from slqncy.archive.verify import verify
from slqncy.demo.writing import write_stories
from slqncy.reasons import EventKind, State
from slqncy.records import Story, moment
from slqncy.warc.exchange import Exchange
from tests.crawling import ROOT

_BEGIN = datetime(2026, 6, 15, 8, tzinfo=UTC)
_NO_LIMIT = 1 << 40
_COPY = 10
"""Each so many-th story is a copy of the one before."""
_INFO = {"software": "slqncy", "format": "WARC File Format 1.1"}


def make_cluster(root: Path, stories: int, parts: int) -> None:
    """Write the archive: the stories go round the workers."""
    with ExitStack() as stack:
        writers = [ArchiveWriter(make_part(root, f"worker-{number}")) for number in range(parts)]
        for writer in writers:
            stack.callback(writer.close)
        text = ""
        for number, written in enumerate(write_stories(stories, 1), start=1):
            text = text if number % _COPY == 0 else written.text
            at = _BEGIN + timedelta(seconds=number)
            record = replace(page(Story, number, text, moment(at)), date_published=written.published.isoformat())
            body = f"<html><body><h1>{record.title}</h1>{text}</body></html>".encode()
            received = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
            writer = writers[number % parts]
            request = f"GET /szxw/{number}.html HTTP/1.1\r\nHost: www.slqncy.com\r\n\r\n".encode()
            exchange = Exchange(uri=record.url, at=at, request=request, received=received, ip="127.0.0.1")
            record.provenance = replace(record.provenance, warc=writer.capture(exchange, _INFO, _NO_LIMIT))
            writer.release_captures()
            writer.write(story_event(EventKind.FOUND, number, moment(at), State.FOUND))
            writer.write(answer(EventKind.ARCHIVED, record), record)


def main() -> None:
    """Make one, merge it, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=10_000)
    parser.add_argument("--parts", type=int, default=4)
    args = parser.parse_args()
    with TemporaryDirectory() as directory:
        cluster, one = Path(directory, "cluster"), Path(directory, "one")
        make_cluster(cluster, args.stories, args.parts)
        command = [sys.executable, "-m", "scrapy", "merge", str(cluster), str(one)]
        took = cost(command, ROOT, log=Path(directory, "log"))
        verdict = verify(one, full=True)
        copies = verdict.lines[Kind.DUPLICATE]
        print(
            f"{args.stories} pages in {args.parts} parts: {took.wall:.1f} s, {took.cpu:.1f} s of a processor, "
            f"{args.stories / took.cpu:.0f} a second of it, {took.peak / 1e6:.0f} MB; {copies} copies; "
            f"{len(verdict.defects)} defects"
        )


if __name__ == "__main__":
    main()
