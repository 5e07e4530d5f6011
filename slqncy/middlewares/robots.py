"""robots.txt by RFC 9309: where it cannot be had, nothing may be crawled; where there is none, everything."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.misc import build_from_crawler

from slqncy.failures import HostError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

_SERVER_ERROR = 500
_TOO_MANY = 429
_SUCCESS = range(200, 300)


class ForbiddenByRobotsError(IgnoreRequest):
    """robots.txt disallows the request."""


class RobotsUnavailableError(IgnoreRequest):
    """robots.txt could not be had, so that nothing may be asked for."""


class RobotsTxt(RobotsTxtMiddleware):
    """Scrapy's middleware crawls on where robots.txt fails, and logs a traceback; this one does neither."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unavailable: dict[str, IgnoreRequest] = {}
        self._fetches: dict[str, asyncio.Future[RobotParser | None]] = {}

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raises RobotsUnavailableError, ForbiddenByRobotsError, or HostError where that is why."""
        if error := self._unavailable.get(urlsplit(request.url).netloc):
            raise type(error)(str(error))
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise ForbiddenByRobotsError(str(error)) from error

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host, fetched once a run; None where there are none."""
        parts = urlsplit(request.url)
        if parts.netloc not in self._fetches:
            self._fetches[parts.netloc] = asyncio.ensure_future(self._fetch(request, parts.scheme, parts.netloc))
        return await asyncio.shield(self._fetches[parts.netloc])

    async def _fetch(self, request: Request, scheme: str, netloc: str) -> RobotParser | None:
        assert self.crawler.engine is not None
        url = f"{scheme}://{netloc}/robots.txt"
        meta = {"dont_obey_robotstxt": True}
        robots_request = Request(url, callback=NO_CALLBACK, priority=self.DOWNLOAD_PRIORITY, meta=meta)
        try:
            response = await self.crawler.engine.download_async(robots_request)
        except HostError as error:
            self._give_up(url, netloc, str(error), type(error))
            return None
        except Exception as error:  # noqa: BLE001  # whatever it is, there are no rules to go by
            self._give_up(url, netloc, str(error) or type(error).__name__)
            return None
        if response.status >= _SERVER_ERROR or response.status == _TOO_MANY:
            self._give_up(url, netloc, f"HTTP {response.status}")
            return None
        if response.status not in _SUCCESS:
            return None
        rules = build_from_crawler(self._parserimpl, self.crawler, response.body)
        await self.crawler.signals.send_catch_log_async(signals.robots_parsed, robotparser=rules, request=request)
        return rules

    def _give_up(self, url: str, netloc: str, reason: str, kind: type[IgnoreRequest] = RobotsUnavailableError) -> None:
        self._unavailable[netloc] = kind(f"{url} cannot be had: {reason}")
        logger.error("%s; nothing may be asked for (RFC 9309, 2.3.1.4)", self._unavailable[netloc])
