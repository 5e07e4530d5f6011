"""HTTP, recorded, for as long as the run wants an answer."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from slqncy.archive import ArchiveError
from slqncy.extensions.pace import Pace
from slqncy.extensions.run import Run
from slqncy.extensions.stop import Stop, StoppedError
from slqncy.failures import ForbiddenAddressError, told_apart
from slqncy.items import Fetched
from slqncy.resolver import PublicResolver, named_hosts
from slqncy.warc.exchange import Exchange, Truncation
from slqncy.wire import TICKET, Recordings, most_bytes

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from slqncy.wire import Recording

_CONDITIONS = (b"If-None-Match", b"If-Modified-Since")


class Download(HTTP11DownloadHandler):
    """Scrapy's own handler, which finishes what is in flight, however long that takes, before it stops.

    Every exchange goes to the archive before anybody reads what it brought; where that is, and when it was, stands in
    the request's `meta["fetched"]`.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        stop, run, pace = crawler.get_extension(Stop), crawler.get_extension(Run), crawler.get_extension(Pace)
        assert stop is not None
        assert run is not None
        assert pace is not None
        self._stop = stop
        self._run = run
        self._resolver = _resolver()
        self._resolver.allow(named_hosts(crawler.settings, crawler.spider.address.base_url))  # type: ignore[union-attr]
        self._pace = pace
        # Twisted would send a request again at once, where nobody counts it; Scrapy asks again after a pause.
        self._pool.retryAutomatically = False
        self._most_bytes = most_bytes(crawler.settings)
        self._recordings = Recordings()
        self._is_recorded = crawler.settings.getbool("WARC_ENABLED")
        if self._is_recorded:
            self._pool._factory = self._recordings.factory  # type: ignore[assignment]  # noqa: SLF001

    async def download_request(self, request: Request) -> Response:
        """The response. Raises StoppedError where the run ends first, and Scrapy's errors where it is not whole."""
        self._run.spend(request.url)
        began = monotonic()
        response: Response | None = None
        try:
            response = await self._recorded(request)
            return response
        finally:
            # Scrapy looks for the next request to send when this returns.
            self._pace.over(request, monotonic() - began, response)

    async def _recorded(self, request: Request) -> Response:
        if not self._is_recorded:
            request.meta["fetched"] = Fetched(datetime.now(UTC))
            return await self._answer(request, None)
        ticket, recording = self._recordings.open(self._most_bytes)
        request.headers[TICKET] = ticket
        began = monotonic()
        error: BaseException | None = None
        try:
            response = await self._answer(request, recording)
            _refuse_part(recording)
        except BaseException as raised:
            error = raised
            raise
        finally:
            self._recordings.close(ticket)
            del request.headers[TICKET]
            self._keep(request, recording, round((monotonic() - began) * 1000), error)
        return response

    async def _answer(self, request: Request, recording: Recording | None) -> Response:
        answer = asyncio.ensure_future(super().download_request(request))
        stopping = asyncio.ensure_future(self._stop.now.wait())
        try:
            await asyncio.wait({answer, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise StoppedError(f"{request.url}: the run is told to stop")
        except CannotResolveHostError as error:
            self._refuse_private(urlsplit(request.url).hostname or "", error)
            raise
        except DownloadFailedError as error:
            raise told_apart(error, bytes(recording.received[:20]) if recording else b"") from error
        finally:
            stopping.cancel()
            answer.cancel()

    def _refuse_private(self, host: str, error: CannotResolveHostError) -> None:
        """Raises ForbiddenAddressError where a host was found, and not at a public address."""
        if address := self._resolver.refused(host):
            self._run.count("guard/addresses")
            where = "is" if address == host else f"leads to {address}, which is"
            raise ForbiddenAddressError(f"{host} {where} not on the public internet") from error

    def _keep(self, request: Request, recording: Recording, milliseconds: int, error: BaseException | None) -> None:
        """Raises StoppedError where the archive cannot take it: nobody is to read what is not kept."""
        exchange = Exchange(
            uri=urldefrag(request.url)[0],
            at=recording.at,
            request=recording.request,
            received=bytes(recording.received),
            ip=recording.ip,
            milliseconds=milliseconds,
            truncation=_truncation(recording, error),
            failure=(str(error) or type(error).__name__) if error else "",
            is_conditional=not request.headers.keys().isdisjoint(_CONDITIONS),
            notes=self._notes(request),
        )
        try:
            request.meta["fetched"] = Fetched(recording.at, self._run.capture(exchange))
        except ArchiveError as archive_error:
            self._run.stop_for_disk(archive_error)
            raise StoppedError(str(archive_error)) from archive_error

    def _notes(self, request: Request) -> dict[str, str]:
        """What the page was asked for as: what reads the capture again goes by it."""
        spider: Any = self._crawler.spider
        notes = {
            "page": request.cb_kwargs.get("url", ""),
            "kind": request.meta.get("kind", ""),
            "site": spider.raw_arguments.get("site", ""),
            "servedAt": spider.address.base_url,
        }
        if original := request.meta.get("original"):
            notes |= original.as_notes()
        return {name: value for name, value in notes.items() if value}


def _resolver() -> PublicResolver:
    from twisted.internet import reactor  # noqa: PLC0415  # importing it installs one

    resolver = reactor.resolver
    # Whatever else is installed lets connections pass that nobody has looked at.
    assert isinstance(resolver, PublicResolver)
    return resolver


def _refuse_part(recording: Recording) -> None:
    """Raises an error of Scrapy's where it gives a response that is not whole, or not kept as a whole."""
    if recording.is_cut:
        raise DownloadCancelledError("more came over the wire than is kept")
    # A body without a length ends with the connection, and Twisted takes it as whole however that ends.
    if recording.is_reset:
        raise ResponseDataLossError("the connection was reset")


def _truncation(recording: Recording, error: BaseException | None) -> Truncation | None:
    """Why what was received is not whole; None where it is."""
    if error is None:
        return None
    if isinstance(error, DownloadCancelledError) or recording.is_cut:
        return Truncation.LENGTH
    if isinstance(error, DownloadTimeoutError):
        return Truncation.TIME
    return Truncation.DISCONNECT if recording.is_closed else Truncation.UNSPECIFIED
