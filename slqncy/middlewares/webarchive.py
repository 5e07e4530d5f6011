"""Web archives: no sooner than they say, and what the site had said in place of what they say."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers
from scrapy.responsetypes import responsetypes

from slqncy.backfill.captures import CaptureError, Original, WebArchive
from slqncy.backfill.patience import REFUSALS, seconds_to_wait
from slqncy.backfill.unwrap import unwrap
from slqncy.coded import decoded
from slqncy.wire import most_body

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

TRUNCATED = "truncated"
"""Flag of a response that the web archive has the beginning of."""
UNCHECKED = "unchecked"
"""Flag of a response whose body could not be compared with the digest in the index."""
_PATIENCE = 3
"""How often in a row a web archive may refuse."""
_LONGEST_PAUSE = 600.0
"""Seconds that a run waits; where more are asked for it ends."""
_FORBIDDEN = 403


class BlockedError(IgnoreRequest):
    """The web archive wants no more requests for now; the message says so."""


class WrongCaptureError(IgnoreRequest):
    """What came is not the capture that was asked for."""


def hosts(settings: BaseSettings, archive: str) -> tuple[str, ...]:
    """What the URLs of a web archive begin with."""
    if archive == WebArchive.WAYBACK:
        return (settings["WAYBACK_URL"],)
    return settings["COMMONCRAWL_INDEX_URL"], settings["COMMONCRAWL_DATA_URL"]


class WebArchives:
    """Looks at what web archives answer: a request to one has its name as `meta["web_archive"]`.

    A refusal holds all further requests to that web archive for as long as it says, or for 60 seconds; then the same is
    asked again. The response to a request for a capture, with `meta["original"]`, is replaced by the site's own.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._refusals = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a component."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Raises BlockedError, WrongCaptureError, or CodingError."""
        archive: str | None = request.meta.get("web_archive")
        if archive is None:
            return response
        if response.status in REFUSALS:
            return self._wait(archive, request, response)
        self._refusals = 0
        original: Original | None = request.meta.get("original")
        if original is None:
            return response
        return decoded(self._unwrapped(request, response, original), most_body(self._crawler.settings))

    def _wait(self, archive: str, request: Request, response: Response) -> Request:
        self._refusals += 1
        told = response.headers.get("Retry-After", b"").decode("latin-1")  # type: ignore[union-attr]
        pause = seconds_to_wait(told, datetime.now(UTC))
        said = f"{request.url}: HTTP {response.status}" + (f", Retry-After: {told}" if told else "")
        # Common Crawl blocks who goes on.
        is_blocked = archive == WebArchive.COMMONCRAWL and response.status == _FORBIDDEN
        if is_blocked or self._refusals >= _PATIENCE or pause > _LONGEST_PAUSE:
            raise BlockedError(said)
        logger.warning("%s; nothing is asked there for %.0f seconds", said, pause)
        assert self._crawler.engine is not None
        for name, slot in self._crawler.engine.downloader.slots.items():
            if name.startswith(archive):
                # A slot without a delay would not look at when it was used last.
                slot.delay = slot.delay or 0.001
                slot.lastseen = monotonic() + pause - slot.delay
        return request.replace(dont_filter=True)

    def _unwrapped(self, request: Request, response: Response, original: Original) -> Response:
        try:
            response = unwrapped(request, response, original)
        except CaptureError as error:
            raise WrongCaptureError(str(error)) from error
        if UNCHECKED in response.flags:
            assert self._crawler.stats is not None
            self._crawler.stats.inc_value("slqncy/backfill/unchecked")
        return response


def unwrapped(request: Request, response: Response, original: Original) -> Response:
    """The response of the site in that of a web archive. Raises CaptureError."""
    pairs = [(name, value) for name, values in response.headers.items() for value in values]
    return as_of_the_site(response.status, pairs, response.body, original, request)


def as_of_the_site(
    status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes, original: Original, request: Request
) -> Response:
    """The response of the site in one of a web archive. Raises CaptureError."""
    unwrapped = unwrap(status, headers, body, original)
    own = Headers()
    for name, value in unwrapped.headers:
        own.appendlist(name, value)
    response_class = responsetypes.from_args(headers=own, url=original.url, body=unwrapped.body)
    flags = [TRUNCATED] * unwrapped.is_truncated + [UNCHECKED] * (not unwrapped.is_checked)
    return response_class(
        original.url, status=unwrapped.status, headers=own, body=unwrapped.body, flags=flags, request=request
    )
