"""Pings of a run's start and end, in the convention of https://healthchecks.io/docs/http_api/.

A service that is told of every run is a dead man's switch: it raises the alarm where no run comes, or none ends.
"""

from __future__ import annotations

import logging
import re
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from slqncy import __version__
from slqncy.report.secrets import without_secrets

if TYPE_CHECKING:
    from uuid import UUID

logger = logging.getLogger(__name__)

_URL = re.compile(r"https?://[!-~]+")
_MOST_BODY = 100_000
"""Bytes of a body that the service keeps."""
_ATTEMPTS = 3
_PAUSE = 0.5
"""Seconds between them."""
_TIMEOUT = 3.0
"""Seconds for each step of an exchange."""
_PATIENCE = 8.0
"""Seconds that the end of a run waits for all of them, also where a server gives a byte now and then."""


class Ping(NamedTuple):
    """A request that tells something of a run."""

    url: str
    body: bytes = b""


def is_ping_url(url: str) -> bool:
    """Whether pings can be sent to an address: http or https, printable ASCII without blanks."""
    try:
        parts = urlsplit(url)
        return bool(_URL.fullmatch(url) and parts.hostname) and parts.port != 0
    except ValueError:
        return False


def start_of(url: str, run: UUID) -> Ping:
    """A run begins; `run` pairs this with its end."""
    return Ping(_address(url, run, "start"))


def end_of(url: str, run: UUID, status: int, words: str) -> Ping:
    """A run ended, with an exit status of 0 to 255, and these last words."""
    body = words.encode(errors="replace")[-_MOST_BODY:].decode(errors="ignore").encode()
    return Ping(_address(url, run, *([str(status)] if status else [])), body)


def _address(url: str, run: UUID, *behind: str) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, f"rid={run}")))
    return parts._replace(path="/".join((parts.path.rstrip("/"), *behind)), query=query, fragment="").geturl()


def send(ping: Ping) -> None:
    """Send it once. Raises OSError, also where the answer is not 2xx, or HTTPException; no redirect is followed."""
    parts = urlsplit(ping.url)
    assert parts.hostname is not None
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=_TIMEOUT)
    try:
        headers = {"User-Agent": f"slqncy/{__version__}", "Content-Type": "text/plain; charset=utf-8"}
        connection.request("POST", f"{parts.path or '/'}?{parts.query}", ping.body, headers)
        # The body of the answer says nothing, and may have no end.
        status = connection.getresponse().status
    finally:
        connection.close()
    if not 200 <= status < 300:  # noqa: PLR2004
        raise OSError(f"HTTP status {status}")


class Pings:
    """The pings of one run, sent from threads of their own: the run waits for none but the last, and not for long.

    That one fails is no matter of the run: it is logged, once, without the address's secrets. No URL, no pings.
    """

    def __init__(self, url: str) -> None:
        self._url = url if is_ping_url(url) else ""
        self._shown = without_secrets("PING_URL", self._url)
        self._run = uuid4()
        self._has_warned = False
        self._start: Thread | None = None

    def begin(self) -> None:
        """The run begins."""
        if self._url:
            self._start = self._sending(start_of(self._url, self._run))

    def end(self, status: int, words: str) -> None:
        """The run ended: returns when that is told, or after a few seconds."""
        if not self._url:
            return
        deadline = monotonic() + _PATIENCE
        if self._start:
            # The service pairs them in the order they come.
            self._start.join(_PATIENCE / 2)
        end = self._sending(end_of(self._url, self._run, status, words))
        end.join(max(0.0, deadline - monotonic()))
        if end.is_alive():
            self._warn("no answer in time")

    def _sending(self, ping: Ping) -> Thread:
        # Whatever a server does to it, the process can end.
        thread = Thread(target=self._send, args=(ping,), daemon=True, name="ping")
        thread.start()
        return thread

    def _send(self, ping: Ping) -> None:
        why = ""
        for left in reversed(range(_ATTEMPTS)):
            try:
                send(ping)
            except (OSError, HTTPException) as error:
                # What HTTPException says may be all that a server has said.
                why = str(error) if isinstance(error, OSError) else type(error).__name__
            else:
                return
            if left:
                sleep(_PAUSE)
        self._warn(why)

    def _warn(self, why: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            logger.warning("No ping could be sent to %s: %s; the run goes on as if it had", self._shown, why)
