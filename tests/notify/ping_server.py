"""A service that is pinged, on loopback."""

from __future__ import annotations

from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from slqncy.demo.server import running

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

CHECK = "5f0c9a1e-0000-4000-8000-00000000beef"


@dataclass(frozen=True, slots=True)
class Pinged:
    """A ping as it came in."""

    path: str
    """Behind the address of the check: "", /start, /75."""
    run: str
    body: str


class PingServer(ThreadingHTTPServer):
    """Takes every ping."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pings: list[Pinged] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/{CHECK}"


class _Handler(BaseHTTPRequestHandler):
    server: PingServer

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        (run,) = parse_qs(parts.query)["rid"]
        assert parts.path.startswith(f"/{CHECK}")
        self.server.pings.append(Pinged(parts.path.removeprefix(f"/{CHECK}"), run, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The record of pings is the log."""


def pinged() -> AbstractContextManager[PingServer]:
    """A running service, stopped at exit."""
    return running(PingServer())
