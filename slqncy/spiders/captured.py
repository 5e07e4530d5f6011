"""A captured response, as the downloader would hand it over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import Headers
from scrapy.responsetypes import responsetypes

from slqncy.backfill.captures import from_notes, require_past
from slqncy.items import Fetched
from slqncy.middlewares.webarchive import as_of_the_site
from slqncy.reasons import Rejection
from slqncy.records import Warc

if TYPE_CHECKING:
    from scrapy.http import Response

    from slqncy.warc.read import Capture


class UnreadableError(ValueError):
    """A capture that is no response as a downloader would hand one over; the message says why."""


def captured_response(capture: Capture) -> Response:
    """The response, packed as it came; out of what a web archive sent, the site's own. Raises UnreadableError."""
    try:
        refused = capture.notes.get("refused")
        fetched = Fetched(
            _moment(capture.date),
            Warc(file=capture.path.name, offset=capture.offset),
            capture.status,
            Rejection(refused) if refused else None,
        )
        request = Request(
            capture.uri,
            headers={"If-None-Match": "*"} if capture.is_not_modified else None,
            meta={"fetched": fetched},
        )
        return _response(capture, request)
    except ValueError as error:
        raise UnreadableError(str(error)) from error


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
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    require_past(at)
    return at.astimezone(UTC)
