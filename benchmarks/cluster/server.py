"""All sites of a fleet over HTTP on loopback, each on an address of its own, from one process that outlives workers.

What each site was asked, and when, is in a file: a line a request, that is there before the answer's last byte leaves.
Of each site one story in fifty is not to be had at first (503), and another comes late.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from time import monotonic_ns
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.cluster.fleet import build_fleet
from benchmarks.speed.server import HttpConnection, not_modified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import TextIOWrapper
    from multiprocessing.connection import Connection
    from pathlib import Path

    from benchmarks.cluster.fleet import FleetSite

_FAULT_EVERY = 50
"""Stories of a site."""
_LATE = 0.02
"""Seconds."""
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nbusy"


class Shape(NamedTuple):
    """What `build_fleet` is given."""

    sites: int
    stories: int
    seed: int = 1


class Visit(NamedTuple):
    """One request and its answer; nanoseconds of time.monotonic_ns()."""

    site: str
    begin: int
    """When all of the request was there."""
    end: int
    """When the answer was about to leave."""
    status: int
    target: str


class ServedFleet:
    """A fleet in another process."""

    def __init__(self, base_urls: dict[str, str], log: Path) -> None:
        self.base_urls = base_urls
        """Where each site is served, by its name."""
        self.log = log

    def count(self) -> int:
        """How many requests were answered so far."""
        return self.log.read_bytes().count(b"\n")

    def visits(self) -> list[Visit]:
        """All that was asked so far, in the order of answers."""
        with self.log.open(encoding="utf-8") as lines:
            parts = (line.rstrip("\n").split(" ", 4) for line in lines)
            return [Visit(site, int(begin), int(end), int(status), at) for site, begin, end, status, at in parts]


@contextmanager
def served(shape: Shape, log: Path) -> Iterator[ServedFleet]:
    """A running server of a fleet, ended at exit; `log` is made anew."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(shape, log, there), daemon=True)
    process.start()
    there.close()
    try:
        yield ServedFleet(here.recv(), log)
    finally:
        here.close()
        process.terminate()
        process.join()


def _serve(shape: Shape, log: Path, connection: Connection) -> None:
    with log.open("w", encoding="utf-8", buffering=1) as lines:
        asyncio.run(_run(shape, lines, connection))


async def _run(shape: Shape, lines: TextIOWrapper, connection: Connection) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    base_urls = {}
    for number, site in enumerate(build_fleet(*shape).sites, 1):
        host = f"127.0.1.{number}"
        server = await loop.create_server(partial(_Connection, _Answers(site), lines), host, 0, backlog=128)
        base_urls[site.name] = f"http://{host}:{server.sockets[0].getsockname()[1]}"
    connection.send(base_urls)
    loop.add_reader(connection.fileno(), ended.set)
    await ended.wait()


class _Answer(NamedTuple):
    status: int
    tag: bytes
    whole: bytes
    """Head and body."""


class _Answers:
    """What a site says, put together before anybody asks."""

    def __init__(self, site: FleetSite) -> None:
        self.site = site
        self._made = {target: self._make(target) for target in site.paths}
        stories = sorted(entry.path for entry in site.demo.entries)
        self._busy = set(stories[::_FAULT_EVERY])
        self._late = set(stories[_FAULT_EVERY // 2 :: _FAULT_EVERY])

    def to(self, target: str) -> _Answer:
        """The answer to GET."""
        if target in self._busy:
            self._busy.discard(target)
            return _Answer(503, b"none", _BUSY)
        return self._made.get(target) or self._make(target)

    def seconds(self, target: str) -> float:
        """How long it takes."""
        return _LATE if target in self._late else 0.0

    def _make(self, target: str) -> _Answer:
        page = self.site.respond(target)
        fields = "".join(f"{name}: {value}\r\n" for name, value in page.headers.items())
        head = f"HTTP/1.1 {page.status} Said\r\n{fields}Content-Length: {len(page.body)}\r\n\r\n"
        return _Answer(page.status, page.headers.get("ETag", "none").encode(), head.encode("latin-1") + page.body)


class _Connection(HttpConnection):
    def __init__(self, answers: _Answers, lines: TextIOWrapper) -> None:
        super().__init__()
        self._answers, self._lines = answers, lines

    def respond(self, target: str, request: bytes) -> None:
        respond = partial(self._respond, target, request, monotonic_ns())
        if seconds := self._answers.seconds(target):
            asyncio.get_running_loop().call_later(seconds, respond)
        else:
            respond()

    def _respond(self, target: str, request: bytes, begin: int) -> None:
        status, tag, whole = self._answers.to(target)
        if tag in request:
            status, whole = 304, not_modified(tag)
        # Before the answer: once it has left, the next request may be here sooner than this process goes on.
        self._lines.write(f"{self._answers.site.name} {begin} {monotonic_ns()} {status} {target}\n")
        self.send(whole, request)
