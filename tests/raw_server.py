"""A server on loopback that says byte for byte what it is told to, and remembers what it heard and said."""

from __future__ import annotations

import socket
import struct
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from ssl import SSLSocket
from threading import Lock, Thread
from time import sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator
    from typing import Protocol

    class Answers(Protocol):
        """What to say."""

        def __call__(self, target: str, times: int, /) -> Iterable[Step]:
            """The steps of the answer to a request target that was asked for `times` times before."""


_HANDSHAKE = b"\x16"
"""First byte of what a client says who begins TLS."""


class End(Enum):
    """How the server hangs up."""

    CLOSE = "close"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Flood:
    """Bytes that are too many to be remembered."""

    pieces: Iterable[bytes]


Step = bytes | Wait | End | Flood


@dataclass(slots=True)
class Served:
    """One request, and what was said to it so far, floods left out."""

    connection: int
    target: str
    received: bytes
    is_tls: bool = False
    buffer: bytearray = field(default_factory=bytearray)

    @property
    def sent(self) -> bytes:
        return bytes(self.buffer)


def always(*steps: Step) -> Answers:
    """The same answer to everything."""
    return lambda _target, _times: steps


class RawServer:
    """Answers one request after another on each connection, until the client hangs up or the steps say so.

    With TLS it takes requests without it too, to tell who makes them.
    """

    def __init__(self, answers: Answers, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listening = socket.create_server((host, 0), family=family, backlog=128)
        self._answers = answers
        self._tls = tls
        self._lock = Lock()
        self._times: dict[str, int] = {}
        self.served: list[Served] = []
        """In the order the requests came in."""
        name = f"[{host}]" if ":" in host else host
        self.base_url = f"{'https' if tls else 'http'}://{name}:{self._listening.getsockname()[1]}"

    def to(self, target: str) -> list[Served]:
        """The requests for a target."""
        return [served for served in self.served if served.target == target]

    def run(self) -> None:
        """Serve until `stop`."""
        for number in count():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def stop(self) -> None:
        """Take no more connections."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with suppress(OSError):
            if self._tls and connection.recv(1, socket.MSG_PEEK) == _HANDSHAKE:
                connection = self._tls.wrap_socket(connection, server_side=True)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection:
                self._converse(connection, number)

    def _converse(self, connection: socket.socket, number: int) -> None:
        heard = b""
        while True:
            while b"\r\n\r\n" not in heard:
                data = connection.recv(1 << 16)
                if not data:
                    return
                heard += data
            head, blank, heard = heard.partition(b"\r\n\r\n")
            served = Served(number, head.split(b" ", 2)[1].decode("latin-1"), head + blank)
            served.is_tls = isinstance(connection, SSLSocket)
            with self._lock:
                times = self._times.get(served.target, 0)
                self._times[served.target] = times + 1
                self.served.append(served)
            for step in self._answers(served.target, times):
                if isinstance(step, bytes):
                    _send(connection, step, served.buffer)
                elif isinstance(step, Flood):
                    for piece in step.pieces:
                        connection.sendall(piece)
                elif isinstance(step, Wait):
                    sleep(step.seconds)
                else:
                    if step is End.RESET:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return


def _send(connection: socket.socket, data: bytes, sent: bytearray) -> None:
    view = memoryview(data)
    while view:
        size = connection.send(view)
        sent += view[:size]
        view = view[size:]


@contextmanager
def raw_server(answers: Answers, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """A running server. Raises OSError where the host is none of this machine's."""
    server = RawServer(answers, host, tls)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
