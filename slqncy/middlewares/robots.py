"""robots.txt by RFC 9309: where it cannot be had, nothing may be crawled; where there is none, everything."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.python import to_unicode

from slqncy.archive import ArchiveError
from slqncy.archive.hosts import Host
from slqncy.extensions.pace import Pace
from slqncy.extensions.run import Run
from slqncy.extensions.stop import StoppedError
from slqncy.failures import HostError
from slqncy.manners.robots import MOST_BYTES, Rules, read_robots
from slqncy.records import moment

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

_DAY = timedelta(days=1)
_FIRST = 1000
"""Priority of a request for robots.txt: others wait for it."""


class ForbiddenByRobotsError(IgnoreRequest):
    """robots.txt disallows the request."""


class RobotsUnavailableError(IgnoreRequest):
    """robots.txt could not be had, so that nothing may be asked for."""


class Parser(RobotParser):
    """Our reading of robots.txt, as Scrapy hands it on with its signal."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        """Scrapy's way to make a parser."""
        return cls(Rules(robotstxt_body, crawler.settings["ROBOTSTXT_USER_AGENT"]))

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        """Whether we may ask for a URL."""
        return self.rules.allows(to_unicode(url))

    def crawl_delay(self, user_agent: str | bytes) -> float | None:
        """Seconds that we are to leave between requests."""
        return self.rules.crawl_delay or None


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a host's robots.txt."""

    since: datetime
    rules: Rules | IgnoreRequest
    """Or why there are none to go by."""


class RobotsTxt:
    """Asks each host for its robots.txt once a day, and keeps the answer in the archive for the next run.

    Scrapy's own crawls on where robots.txt fails, forgets it when the process ends, and knows no Crawl-delay.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        run, pace = crawler.get_extension(Run), crawler.get_extension(Pace)
        assert run is not None
        assert pace is not None
        self._crawler, self._run, self._pace = crawler, run, pace
        self._agent = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._max_age = timedelta(seconds=crawler.settings.getfloat("ROBOTS_MAX_AGE"))
        self._known: dict[str, asyncio.Future[_Known]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a component."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises RobotsUnavailableError, ForbiddenByRobotsError, or StoppedError where the run ends first."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlsplit(request.url)
        known = await self._robots(f"{parts.scheme}://{parts.netloc}", request)
        if isinstance(known.rules, IgnoreRequest):
            raise type(known.rules)(str(known.rules))
        if not known.rules.allows(request.url):
            raise ForbiddenByRobotsError("Forbidden by robots.txt")

    async def _robots(self, origin: str, request: Request) -> _Known:
        future = self._known.get(origin)
        if future and future.done() and datetime.now(UTC) - future.result().since > (self._max_age or _DAY):
            future = None
        if future is None:
            future = self._known[origin] = asyncio.ensure_future(self._learn(origin, request))
        return await asyncio.shield(future)

    async def _learn(self, origin: str, request: Request) -> _Known:
        known = self._kept(origin) or await self._fetch(origin)
        if isinstance(known.rules, Rules):
            self._pace.keep_to(known.rules.crawl_delay)
            await self._crawler.signals.send_catch_log_async(
                signals.robots_parsed, robotparser=Parser(known.rules), request=request
            )
        return known

    def _kept(self, origin: str) -> _Known | None:
        host = self._run.archive.hosts.get(origin)
        if host is None or not host.robots_fetched:
            return None
        since, now = datetime.fromisoformat(host.robots_fetched), datetime.now(UTC)
        if not now - self._max_age < since <= now:
            return None
        body = host.robots.encode("utf-8", "surrogateescape")
        return _Known(since, read_robots(host.robots_status, body, self._agent))

    async def _fetch(self, origin: str) -> _Known:
        assert self._crawler.engine is not None
        url, now = f"{origin}/robots.txt", datetime.now(UTC)
        request = Request(url, callback=NO_CALLBACK, priority=_FIRST, meta={"dont_obey_robotstxt": True})
        try:
            response = await self._crawler.engine.download_async(request)
            rules = read_robots(response.status, response.body, self._agent)
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, there are no rules to go by
            refusal = f"{url} cannot be had: {str(error).rstrip('.') or type(error).__name__}"
            logger.error("%s; without it, nothing is asked for", refusal)  # noqa: TRY400
            self._run.count("guard/robots")
            kind = type(error) if isinstance(error, HostError) else RobotsUnavailableError
            return _Known(now, kind(refusal))
        self._keep(origin, now, response.status, response.body)
        return _Known(now, rules)

    def _keep(self, origin: str, now: datetime, status: int, body: bytes) -> None:
        host = self._run.archive.hosts.setdefault(origin, Host())
        host.robots_fetched, host.robots_status = moment(now), status
        # One octet more tells whether the last line is whole.
        host.robots = body[: MOST_BYTES + 1].decode("utf-8", "surrogateescape")
        try:
            self._run.archive.keep_hosts()
        except ArchiveError as error:
            self._run.stop_for_disk(error)
            raise StoppedError(str(error)) from error
