"""Retry-After: what was told to wait is asked for again afterwards, by this run, or by a later one if that is long."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.retry import get_retry_request

from slqncy.archive import ArchiveError
from slqncy.extensions.pace import SITE_SLOT, seconds_to_hold
from slqncy.extensions.run import Run

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)


class Patience:
    """Has the run wait for as long as the site says, or end where that is longer than RETRY_AFTER_PATIENCE.

    The slot of the site is held by then, so that nothing else is sent meanwhile.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._most = crawler.settings.getfloat("RETRY_AFTER_PATIENCE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a component."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The request again, or the response where the run does not wait."""
        if request.meta["download_slot"] != SITE_SLOT or not (seconds := seconds_to_hold(response)):
            return response
        run = self._crawler.get_extension(Run)
        assert run is not None
        # The archive tells time in whole seconds.
        until = datetime.now(UTC) + timedelta(seconds=seconds + 1)
        logger.warning("%s: HTTP %d, and nothing may be asked for %.0f seconds", request.url, response.status, seconds)
        try:
            run.told_to_wait(request.url, until, is_too_long=seconds > self._most)
        except ArchiveError as error:
            run.stop_for_disk(error)
        if not run.is_going:
            request.meta["dont_retry"] = True
            return response
        assert self._crawler.spider is not None
        return get_retry_request(request, spider=self._crawler.spider, reason="told_to_wait") or response
