"""A captured response, as the downloader would hand it over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers
from scrapy.responsetypes import responsetypes

from slqncy.backfill.captures import from_notes
from slqncy.extract.sniff import is_html
from slqncy.items import Fetched
from slqncy.middlewares.webarchive import as_of_the_site
from slqncy.records import Warc

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from slqncy.warc.read import Capture


class UnreadableError(ValueError):
    """A capture that is no response as a downloader would hand one over; the message says why."""


class CapturedResponses:
    """Makes responses of captures."""

    def __init__(self, crawler: Crawler) -> None:
        self._decompress = HttpCompressionMiddleware.from_crawler(crawler)

    def response(self, capture: Capture) -> Response:
        """The response, decompressed; out of what a web archive sent, the site's own. Raises UnreadableError."""
        try:
            request = Request(
                capture.uri,
                headers={"If-None-Match": "*"} if capture.is_not_modified else None,
                meta={"fetched": Fetched(_moment(capture.date), Warc(file=capture.path.name, offset=capture.offset))},
            )
            response = _response(capture, request)
        except ValueError as error:
            raise UnreadableError(str(error)) from error
        try:
            decompressed = self._decompress.process_response(request, response)
        except IgnoreRequest as error:
            raise UnreadableError(str(error)) from error
        except Exception as error:
            if not _is_markup(response.body):
                raise UnreadableError(f"its content coding cannot be undone: {error}") from error
            # Some archives keep bodies decoded, and headers as they were.
            return response
        assert not isinstance(decompressed, Request)
        return decompressed


def _response(capture: Capture, request: Request) -> Response:
    """Raises ValueError where it is not what was asked of a web archive."""
    if original := from_notes(capture.notes):
        request.meta["original"] = original
        return as_of_the_site(capture.status, capture.headers, capture.payload, original, request)
    headers = Headers(capture.headers)
    response_type = responsetypes.from_args(headers=headers, url=capture.uri, body=capture.payload)
    return response_type(capture.uri, status=capture.status, headers=headers, body=capture.payload, request=request)


def _moment(date: str) -> datetime:
    """The moment of a WARC-Date. Raises ValueError."""
    at = datetime.fromisoformat(date)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _is_markup(payload: bytes) -> bool:
    return is_html(payload) or payload.lstrip().startswith(b"<")
