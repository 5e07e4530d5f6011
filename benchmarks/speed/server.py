"""A site over HTTP/1.1 on loopback, in a process of its own, as cheap as Python makes it.

An answer is one write of bytes that were put together before; connections are kept, requests may be pipelined. ETag and
Last-Modified are sent, and answered by 304. The server tells which addresses it was asked for.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections import Counter
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from benchmarks.speed.site import Site
    from slqncy.demo import DemoResponse

_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<html>not found"


class Served:
    """A site in another process, and what was asked of it."""

    def __init__(self, base_url: str, pages: frozenset[str], connection: Connection) -> None:
        self.base_url = base_url
        """http://127.0.0.1:PORT."""
        self.pages = pages
        """Targets of those that were made before it was served."""
        self._connection = connection

    def asked(self) -> Counter[str]:
        """How often each page was sent whole since this was asked last."""
        self._connection.send(None)
        sent: Counter[str] = self._connection.recv()
        return sent


@contextmanager
def served(build: Callable[[int], Site], stories: int) -> Iterator[Served]:
    """A running server of `build(stories)`, ended at exit."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(build, stories, there), daemon=True)
    process.start()
    there.close()
    try:
        port, pages = here.recv()
        yield Served(f"http://127.0.0.1:{port}", pages, here)
    finally:
        here.close()
        process.terminate()
        process.join()


def _serve(build: Callable[[int], Site], stories: int, connection: Connection) -> None:
    site = build(stories)
    asyncio.run(_run(site, connection))


async def _run(site: Site, connection: Connection) -> None:
    loop, sent, ended = asyncio.get_running_loop(), Counter[str](), asyncio.Event()
    answers = Answers(site)

    def tell() -> None:
        try:
            connection.recv()
        except EOFError:
            loop.remove_reader(connection.fileno())
            ended.set()
        else:
            connection.send(sent)
            sent.clear()

    server = await loop.create_server(lambda: _Connection(answers, sent), "127.0.0.1", 0, backlog=1024)
    loop.add_reader(connection.fileno(), tell)
    connection.send((server.sockets[0].getsockname()[1], site.ready))
    await ended.wait()


class Answer(NamedTuple):
    """What is sent for a target."""

    tag: bytes
    modified: bytes
    whole: bytes
    """Head and body."""


def _answer(response: DemoResponse | None) -> Answer | None:
    if not response:
        return None
    headers = response.headers
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    start = f"HTTP/1.1 {response.status} OK\r\n{head}Content-Length: {len(response.body)}\r\n\r\n"
    return Answer(headers["ETag"].encode(), headers["Last-Modified"].encode(), start.encode("latin-1") + response.body)


class Answers:
    """What is sent for each target; that of `site.ready` is put together before anybody asks."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._made = {target: _answer(site.respond(target)) for target in site.ready}

    def to(self, target: str) -> Answer | None:
        """The answer; None where there is no such page."""
        return self._made.get(target) or _answer(self._site.respond(target))


def not_modified(tag: bytes) -> bytes:
    """The answer to who has the page with that ETag."""
    return b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\n\r\n"


class HttpConnection(asyncio.Protocol):
    """One connection, of which each request is dealt with by `respond`."""

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._received = (self._received + data).split(b"\r\n\r\n")
        for request in requests:
            self.respond(request.split(b" ", 2)[1].decode("latin-1"), request)

    @abstractmethod
    def respond(self, target: str, request: bytes) -> None:
        """Deal with the request, whose head is given, for a target."""

    def send(self, answer: bytes, request: bytes) -> None:
        """Send what the request is answered by."""
        self._transport.write(answer)
        if b"\r\nConnection: close" in request:
            self._transport.close()


class _Connection(HttpConnection):
    def __init__(self, answers: Answers, sent: Counter[str]) -> None:
        super().__init__()
        self._answers, self._sent = answers, sent

    def respond(self, target: str, request: bytes) -> None:
        answer = self._answers.to(target)
        if not answer:
            self.send(_NOT_FOUND, request)
        elif answer.tag in request or b"If-Modified-Since: " + answer.modified in request:
            self.send(not_modified(answer.tag), request)
        else:
            self._sent[target] += 1
            self.send(answer.whole, request)
