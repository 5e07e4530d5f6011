"""The demo site over real HTTP on loopback."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .site import DemoResponse

AnyServer = TypeVar("AnyServer", bound=BaseServer)


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in."""

    method: str
    path: str
    """Path with query."""
    user_agent: str
    at: float
    """Seconds of time.monotonic()."""


class Responder(Protocol):
    """Something that has an answer to GET for every request target."""

    def respond(self, target: str) -> DemoResponse:
        """The answer."""


class DemoServer(ThreadingHTTPServer):
    """Serves one site; `requests` grows with every request."""

    daemon_threads = True
    # Joining keep-alive threads would wait for clients that hang on.
    block_on_close = False
    # The default of 5 makes a busy crawler wait a second for its SYN to be sent again.
    request_queue_size = 128

    def __init__(self, site: Responder, host: str, port: int) -> None:
        super().__init__((host, port), _Handler)
        self.site = site
        self.requests: list[Request] = []

    @property
    def base_url(self) -> str:
        """http://host:port, without a slash at the end."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may hang up in the middle; anything else is a fault to be seen."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: DemoServer
    protocol_version = "HTTP/1.1"
    server_version = "slqncy-demo"
    # Headers and body leave in two writes: without this each response waits for a delayed ACK.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The record of requests is the log."""

    def _answer(self, *, with_body: bool) -> None:
        self.server.requests.append(Request(self.command, self.path, self.headers.get("User-Agent", ""), monotonic()))
        response = self.server.site.respond(self.path)
        fresh = response.status == HTTPStatus.OK and self._has(response)
        self.send_response(HTTPStatus.NOT_MODIFIED if fresh else response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if not fresh:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if with_body and not fresh:
            self.wfile.write(response.body)

    def _has(self, response: DemoResponse) -> bool:
        """Whether the client has this version already; an ETag outranks a date."""
        if tags := self.headers.get("If-None-Match"):
            return response.headers.get("ETag", "none") in (tag.strip().removeprefix("W/") for tag in tags.split(","))
        with suppress(ValueError, TypeError):
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
            return parsedate_to_datetime(response.headers.get("Last-Modified", "")) <= since
        return False


@contextmanager
def serving(site: Responder, host: str = "127.0.0.1", port: int = 0) -> Iterator[DemoServer]:
    """A running server in a daemon thread, stopped at exit; port 0 takes a free one. OSError if the port is taken."""
    with running(DemoServer(site, host, port)) as server:
        yield server


@contextmanager
def running(server: AnyServer) -> Iterator[AnyServer]:
    """A server in a daemon thread, stopped and closed at exit."""
    with server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def serve(site: Responder, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Like `serving`, but gives the base URL alone."""
    with serving(site, host, port) as server:
        yield server.base_url
