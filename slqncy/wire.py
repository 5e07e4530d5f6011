"""Listening in on connections: the bytes of each request and response, as they are sent and received.

Twisted hands out what it has read off a response, and not the bytes. The protocol under Scrapy's handler is not public:
`tests/test_wire.py` tells whether a new Scrapy or Twisted still lets the bytes through whole.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from scrapy.core.downloader.handlers.http11 import _LenientHTTP11ClientFactory, _LenientHTTP11ClientProtocol
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import ISSLTransport
from twisted.internet.protocol import connectionDone
from twisted.web._newclient import HEADER, STATUS

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IAddress
    from twisted.python.failure import Failure
    from twisted.web._newclient import Request as SentRequest
    from twisted.web.iweb import IResponse

TICKET = b"X-Slqncy-Recording"
"""Header that names the recording of a request on its way to the connection; it never leaves the process."""
_MOST_FRAMING = 1 << 20
"""Bytes of a response that are recorded beyond the largest body we take."""


def most_body(settings: BaseSettings) -> int:
    """Bytes of a body that are taken."""
    return settings.getint("DOWNLOAD_MAXSIZE") or sys.maxsize  # 0: no limit


def most_bytes(settings: BaseSettings) -> int:
    """How much of a response is recorded, and read again."""
    return most_body(settings) + _MOST_FRAMING


@dataclass(slots=True)
class Recording:
    """The bytes of one request and its response, so far."""

    most_bytes: int
    """How much of a response is taken."""
    most_head: int
    """How much of it before its body, give or take what is read at once."""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When the request was sent; until then, when it was made."""
    request: bytes = b""
    received: bytearray = field(default_factory=bytearray)
    ip: str = ""
    is_cut: bool = False
    """Whether more came than is taken."""
    is_closed: bool = False
    """Whether the server ended the connection before it was known that the response is whole."""
    is_reset: bool = False
    """Whether it did so other than in good order."""
    is_longer: bool = False
    """Whether more came than the response says it has, other than ends of lines."""

    def begin(self, request: bytes, ip: str) -> None:
        """The request goes out."""
        self.at = datetime.now(UTC)
        self.request, self.ip = request, ip

    def receive(self, data: bytes) -> None:
        """Bytes came in."""
        self.received += data
        self._cut(self.most_bytes)

    def expect_body(self) -> None:
        """All that came is no body yet."""
        self._cut(self.most_head)

    def _cut(self, most: int) -> None:
        if len(self.received) > most:
            del self.received[most:]
            self.is_cut = True


class Recordings:
    """Recordings of requests that are in flight, by their tickets."""

    def __init__(self) -> None:
        self._by_ticket: dict[bytes, Recording] = {}

    def open(self, most_bytes: int, most_head: int) -> tuple[bytes, Recording]:
        """A new recording, and the ticket to send along."""
        ticket = uuid4().hex.encode()
        recording = self._by_ticket[ticket] = Recording(most_bytes, most_head)
        return ticket, recording

    def close(self, ticket: bytes) -> None:
        """The exchange is over."""
        del self._by_ticket[ticket]

    def get(self, ticket: bytes) -> Recording | None:
        """The recording of a ticket, while its exchange goes on."""
        return self._by_ticket.get(ticket)

    def factory(self, quiescent_callback: Any, metadata: Any) -> _Factory:
        """What a connection pool makes connections with."""
        return _Factory(quiescent_callback, metadata, self)


class _Factory(_LenientHTTP11ClientFactory):
    def __init__(self, quiescent_callback: Any, metadata: Any, recordings: Recordings) -> None:
        super().__init__(quiescent_callback, metadata)  # type: ignore[no-untyped-call]
        self._recordings = recordings

    def buildProtocol(self, addr: IAddress | None) -> _Protocol:  # noqa: N802  # Twisted's name
        return _Protocol(self._quiescentCallback, self._recordings)


class _Protocol(_LenientHTTP11ClientProtocol):
    def __init__(self, quiescent_callback: Any, recordings: Recordings) -> None:
        super().__init__(quiescent_callback)  # type: ignore[no-untyped-call]
        self._recordings = recordings
        self._recording: Recording | None = None

    def request(self, request: SentRequest) -> Deferred[IResponse]:
        self._recording = self._recordings.get(_take(request))
        if self._recording:
            sent = _Sent()
            request.writeTo(sent)  # type: ignore[no-untyped-call]
            assert self.transport is not None
            self._recording.begin(sent.data, self.transport.getPeer().host)  # type: ignore[misc]
        answer = super().request(request)
        if self._recording and self._parser:
            # Twisted takes no more of a line: what it takes of a head is counted here.
            self._parser.MAX_LENGTH = self._recording.most_head
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        recording = self._recording
        if recording:
            recording.receive(data)
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if recording and self._parser and self._parser.state in {STATUS, HEADER}:
            recording.expect_body()
        if recording and recording.is_cut:
            assert self.transport is not None
            self.transport.abortConnection()

    def _finishResponse(self, rest: bytes) -> None:  # noqa: N802  # Twisted's name
        """The response is over, and there are more bytes."""
        if self._parser and self._currentRequest:
            headers = self._parser.connHeaders
            is_sized, is_chunked = headers.hasHeader("Content-Length"), headers.hasHeader("Transfer-Encoding")
            if rest or (is_sized and is_chunked):
                # Whoever looks for the end elsewhere takes what follows for another answer.
                self._currentRequest.persistent = False
            # Some servers end every line they write, the last of a page too.
            if self._recording and rest.strip(b"\r\n") and is_sized and not is_chunked:
                self._recording.is_longer = self._parser.response.code not in self._parser.NO_BODY_CODES
        super()._finishResponse(rest)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802  # Twisted's name
        # There is a parser until the response ends; `disconnecting` is set where it was us who hung up.
        if self._recording and self._parser and not self.transport.disconnecting:  # type: ignore[union-attr]
            self._recording.is_closed = True
            # Over TLS many servers hang up without a word, which looks the same.
            is_tls = ISSLTransport.providedBy(self.transport)
            self._recording.is_reset = not is_tls and not isinstance(reason.value, ConnectionDone)
        super().connectionLost(reason)  # type: ignore[no-untyped-call]


class _Sent:
    """A transport that keeps what is written to it: a request without a body is written at once."""

    data = b""

    def writeSequence(self, parts: list[bytes]) -> None:  # noqa: N802  # Twisted's name
        self.data += b"".join(parts)


def _take(request: SentRequest) -> bytes:
    tickets: list[bytes] = request.headers.getRawHeaders(TICKET, [b""])
    request.headers.removeHeader(TICKET)
    return tickets[0]
