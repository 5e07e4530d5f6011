"""A server on loopback that keeps the times of what it is asked: for how long, how often, and how many at once."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from threading import Lock
from time import monotonic, sleep, time
from typing import TYPE_CHECKING

from slqncy.demo.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """How long it takes."""


@dataclass(slots=True)
class Visit:
    """One request and its answer; seconds of time.monotonic()."""

    path: str
    user_agent: str
    arrived: float
    at: float
    """When it arrived, in seconds since 1970."""
    ended: float = 0.0
    """When the last byte of the answer was about to leave."""
    reply: Reply = field(default_factory=Reply)


class TimedServer(ThreadingHTTPServer):
    """Answers with what `replies` gives for a path that was asked for so many times before."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, replies: Callable[[str, int], Reply]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies = replies
        self.visits: list[Visit] = []
        """In the order they came in."""
        self.most_in_flight = 0
        self._in_flight = 0
        self._lock = Lock()
        self.base_url = f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def paths(self) -> list[str]:
        """What was asked for."""
        return [visit.path for visit in self.visits]

    @property
    def gaps(self) -> list[float]:
        """Seconds from the end of each answer to the next request."""
        return [after.arrived - before.ended for before, after in pairwise(self.visits)]

    def begin(self, visit: Visit) -> Reply:
        """A request came in."""
        with self._lock:
            visit.reply = self.replies(visit.path, self.paths.count(visit.path))
            self.visits.append(visit)
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
            return visit.reply

    def end(self, visit: Visit) -> None:
        """Its answer is about to be over."""
        with self._lock:
            self._in_flight -= 1
            visit.ended = monotonic()


class _Handler(BaseHTTPRequestHandler):
    server: TimedServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        visit = Visit(self.path, self.headers.get("User-Agent", ""), monotonic(), time())
        reply = self.server.begin(visit)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) + 1))
        self.end_headers()
        self.wfile.write(reply.body)
        sleep(reply.seconds)
        # Before the last byte: once it has left, the next request may be here sooner than this thread goes on.
        self.server.end(visit)
        self.wfile.write(b"\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The visits are the log."""


@contextmanager
def timed_server(replies: Callable[[str, int], Reply]) -> Iterator[TimedServer]:
    """A running server."""
    with running(TimedServer(replies)) as server:
        yield server
