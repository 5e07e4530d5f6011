"""HTTP, recorded, for as long as the run wants an answer."""

from __future__ import annotations

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
from slqncy.backfill.captures import CaptureError
from slqncy.coded import decoded
from slqncy.extensions.pace import Pace
from slqncy.extensions.run import Run
from slqncy.extensions.stop import Stop, StoppedError
from slqncy.extract.directives import read_directives
from slqncy.failures import ForbiddenAddressError, told_apart
from slqncy.guards.codings import CodingError, IncompleteError, TooLargeError, UndecodableError
from slqncy.items import Fetched
from slqncy.middlewares.webarchive import unwrapped
from slqncy.reasons import Rejection
from slqncy.records import Warc
from slqncy.resolver import PublicResolver, named_hosts
from slqncy.warc.exchange import Exchange, Truncation
from slqncy.warc.wire import last_status
from slqncy.wire import TICKET, Recordings, most_body, most_bytes

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from slqncy.backfill.captures import Original
    from slqncy.extract.directives import Directives
    from slqncy.wire import Recording

_OK = 200
_CONDITIONS = (b"If-None-Match", b"If-Modified-Since")
_TOO_MUCH = "more came over the wire than is taken"
_SOMETHING, _NO_PAGE = 100, 300
"""Statuses that are, or end in, a page: what an error or a redirect says besides is not read."""


class Download(HTTP11DownloadHandler):
    """Scrapy's own handler, which finishes what is in flight, however long that takes, before it stops.

    Every exchange goes to the archive before anybody reads what it brought; where that is, and when it was, stands in
    the request's `meta["fetched"]`. A response is whole, no larger than we take, and unpacked, or an error: a capture
    of a web archive is unpacked where it is unwrapped.
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
        # Half a page is no page, whatever DOWNLOAD_FAIL_ON_DATALOSS says; Scrapy would advise to turn it off.
        self._fail_on_dataloss = self._fail_on_dataloss_warned = True
        self._most_body = most_body(crawler.settings)
        self._limits = most_bytes(crawler.settings), crawler.settings.getint("DOWNLOAD_HEAD_MAXSIZE")
        self._retries = crawler.settings.getint("RETRY_TIMES") if crawler.settings.getbool("RETRY_ENABLED") else 0
        self._recordings = Recordings()
        self._is_kept = crawler.settings.getbool("WARC_ENABLED")
        self._pool._factory = self._recordings.factory  # type: ignore[assignment]  # noqa: SLF001

    async def download_request(self, request: Request) -> Response:
        """The response.

        Raises StoppedError where the run ends first, ResponseDataLossError where it is not whole,
        DownloadCancelledError where it is too large, UndecodableError where it cannot be unpacked, and Scrapy's other
        errors.
        """
        self._run.spend(request.url)
        began = monotonic()
        response: Response | None = None
        try:
            response = await self._recorded(request)
        except ArchiveError as error:
            # Nobody is to read what is not kept.
            self._run.stop_for_disk(error)
            raise StoppedError(str(error)) from error
        else:
            return response
        finally:
            # Scrapy looks for the next request to send when this returns.
            self._pace.over(request, monotonic() - began, response)

    async def _recorded(self, request: Request) -> Response:
        ticket, recording = self._recordings.open(*self._limits)
        request.headers[TICKET] = ticket
        began = self._run.account.begin(request)
        response: Response | None = None
        error: BaseException | None = None
        directives: Directives | None = None
        try:
            response = await self._taken(request, recording)
            directives = self._directives(request, response, recording)
        except BaseException as raised:
            error = raised
            raise
        finally:
            self._recordings.close(ticket)
            del request.headers[TICKET]
            self._run.account.end(request, recording, response, began)
            self._keep(request, recording, round((monotonic() - began) * 1000), error, directives)
        return response

    async def _taken(self, request: Request, recording: Recording) -> Response:
        try:
            response = await self._answer(request, recording)
            # To unpack a page, and to look into it, is to read it, and may hang as well.
            self._run.begin_reading(request.cb_kwargs.get("url", ""))
            _refuse_part(recording)
            return response if "original" in request.meta else decoded(response, self._most_body)
        except ArchiveError:
            raise
        except IncompleteError as error:
            self._run.count("guard/codings")
            raise ResponseDataLossError(str(error)) from error
        except TooLargeError as error:
            self._run.count("guard/codings")
            raise DownloadCancelledError(str(error)) from error
        except UndecodableError:
            self._run.count("guard/codings")
            raise
        except Exception as error:
            if recording.is_cut:
                self._run.count("guard/size")
                raise DownloadCancelledError(_TOO_MUCH) from error
            if isinstance(error, ResponseDataLossError) and not str(error):
                raise ResponseDataLossError("less came than the response says it has") from error
            raise

    def _directives(self, request: Request, response: Response, recording: Recording) -> Directives | None:
        """What a page asks of robots, which may be not to keep its payload; None where that is not for here to say."""
        if response.status != _OK or "kind" not in request.meta:
            return None
        original: Original | None = request.meta.get("original")
        try:
            page = decoded(unwrapped(request, response, original), self._most_body) if original else response
        except (CaptureError, CodingError):
            return None  # whoever unwraps it tells
        directives = read_directives(page.headers.getlist("X-Robots-Tag"), page.body, recording.at)
        self._run.count("guard/noarchive", bool(directives.noarchive))
        return directives

    async def _answer(self, request: Request, recording: Recording) -> Response:
        try:
            return await self._stop.unless_over(request.url, super().download_request(request))
        except CannotResolveHostError as error:
            self._refuse_private(urlsplit(request.url).hostname or "", error)
            raise
        except DownloadFailedError as error:
            raise told_apart(error, bytes(recording.received[:20])) from error

    def _refuse_private(self, host: str, error: CannotResolveHostError) -> None:
        """Raises ForbiddenAddressError where a host was found, and not at a public address."""
        if address := self._resolver.refused(host):
            self._run.count("guard/addresses")
            where = "is" if address == host else f"leads to {address}, which is"
            raise ForbiddenAddressError(f"{host} {where} not on the public internet") from error

    def _keep(
        self, request: Request, recording: Recording, milliseconds: int, error: BaseException | None,
        directives: Directives | None,
    ) -> None:  # fmt: skip
        """Raises ArchiveError where the archive cannot take it."""
        withheld = directives.noarchive if directives else ""
        received = bytes(recording.received)
        status = last_status(received)
        refused = self._refusal(request, error, withheld) if _SOMETHING <= status < _NO_PAGE else None
        exchange = Exchange(
            uri=urldefrag(request.url)[0],
            at=recording.at,
            request=recording.request,
            received=received,
            ip=recording.ip,
            milliseconds=milliseconds,
            truncation=Truncation.UNSPECIFIED if withheld else _truncation(recording, error),
            failure=(str(error) or type(error).__name__) if error else "",
            is_conditional=not request.headers.keys().isdisjoint(_CONDITIONS),
            withheld=withheld,
            notes=self._notes(request) | ({"refused": refused} if refused else {}),
        )
        self._run.end_reading()
        place = self._run.capture(exchange) if self._is_kept else Warc()
        request.meta["fetched"] = Fetched(recording.at, place, status, refused, directives)

    def _refusal(self, request: Request, error: BaseException | None, withheld: str) -> Rejection | None:
        """What a page is rejected for that came, and cannot be read; None where it is, or is asked for once more."""
        if "web_archive" in request.meta:
            return None  # the site may have said it well
        if withheld:
            return Rejection.NOARCHIVE
        if isinstance(error, UndecodableError):
            return Rejection.UNDECODABLE
        if isinstance(error, DownloadCancelledError):
            return Rejection.TOO_LARGE
        is_last = request.meta.get("retry_times", 0) >= self._retries
        return Rejection.INCOMPLETE if is_last and isinstance(error, ResponseDataLossError) else None

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
        raise DownloadCancelledError(_TOO_MUCH)
    # A body without a length ends with the connection, and Twisted takes it as whole however that ends.
    if recording.is_reset:
        raise ResponseDataLossError("the connection was reset")
    if recording.is_longer:
        raise ResponseDataLossError("more bytes came than Content-Length says")


def _truncation(recording: Recording, error: BaseException | None) -> Truncation | None:
    """Why what was received is not whole; None where it is."""
    # All of it came, and what it unpacks to is another matter.
    if error is None or isinstance(error, UndecodableError) or isinstance(error.__cause__, TooLargeError):
        return None
    if isinstance(error, DownloadCancelledError) or recording.is_cut:
        return Truncation.LENGTH
    if isinstance(error, DownloadTimeoutError):
        return Truncation.TIME
    return Truncation.DISCONNECT if recording.is_closed else Truncation.UNSPECIFIED
