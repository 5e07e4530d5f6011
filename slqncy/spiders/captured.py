"""A captured response, as the downloader would hand it over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Headers
from scrapy.responsetypes import responsetypes

from slqncy.backfill.captures import from_notes
from slqncy.items import Fetched
from slqncy.middlewares.webarchive import as_of_the_site
from slqncy.records import Warc

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from slqncy.warc.read import Capture

_COMPRESSED = {b"gzip": b"\x1f\x8b", b"x-gzip": b"\x1f\x8b", b"zstd": b"\x28\xb5\x2f\xfd"}
"""What bodies of a content coding begin with, where that is certain."""


class CapturedResponses:
    """Makes responses of captures."""

    def __init__(self, crawler: Crawler) -> None:
        self._decompress = HttpCompressionMiddleware.from_crawler(crawler)

    def response(self, capture: Capture) -> Response:
        """The response, decompressed; out of what a web archive sent, the site's own.

        Raises ValueError or OSError where that cannot be done, or there is no date.
        """
        at = datetime.fromisoformat(capture.date).astimezone(UTC)
        request = Request(
            capture.uri,
            headers={"If-None-Match": "*"} if capture.is_not_modified else None,
            meta={"fetched": Fetched(at, Warc(file=capture.file, offset=capture.offset))},
        )
        if original := from_notes(capture.notes):
            request.meta["original"] = original
            response = as_of_the_site(capture.status, capture.headers, capture.payload, original, request)
            return self._decompressed(request, response)
        headers = Headers(_without_removed_coding(capture))
        response_type = responsetypes.from_args(headers=headers, url=capture.uri, body=capture.payload)
        response = response_type(
            capture.uri, status=capture.status, headers=headers, body=capture.payload, request=request
        )
        return self._decompressed(request, response)

    def _decompressed(self, request: Request, response: Response) -> Response:
        decompressed = self._decompress.process_response(request, response)
        assert not isinstance(decompressed, Request)
        return decompressed


def _without_removed_coding(capture: Capture) -> list[tuple[bytes, bytes]]:
    """Headers less a coding that is not there: some archives keep bodies decoded, and headers as they were."""
    return [
        (name, value)
        for name, value in capture.headers
        if name.lower() != b"content-encoding"
        or capture.payload.startswith(_COMPRESSED.get(value.strip().lower(), b""))
    ]
