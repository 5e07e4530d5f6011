"""A look at a site that nobody has described yet: a few pages, asked for as a crawl asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request, Spider

from slqncy.exitcodes import ExitStatus
from slqncy.extensions.stop import StoppedError
from slqncy.extract.sniff import is_html
from slqncy.extract.walls import find_wall
from slqncy.middlewares.robots import ForbiddenByRobotsError
from slqncy.middlewares.site import OffSiteError
from slqncy.newsite.plan import next_pages
from slqncy.newsite.refusal import NoProposalError, refuse
from slqncy.newsite.sample import Headers, read_sample
from slqncy.spiders.arguments import Arguments
from slqncy.spiders.responses import header, parse_limits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.http import Response

    from slqncy.guards.markup import Limits
    from slqncy.newsite.sample import Sample
    from slqncy.sites import Address

_OK = 200


class Probe(Spider):
    """Reads at most so many pages, each chosen by those before. It has no name of its own: `scrapy crawl` has none."""

    def __init__(self, url: str, address: Address, most_pages: int) -> None:
        """`url` is canonical by `address`, which accepts no path as a story or a section."""
        super().__init__("newsite")
        self._url = url
        self._most = most_pages
        self._asked: list[str] = []
        self.raw_arguments: dict[str, str] = {}
        self.address = address
        """Scheme and first host name are, in the end, those that the site leads to."""
        self.samples: list[Sample] = []
        self.failures: list[str] = []
        """Pages that could not be had, and why."""
        self.is_done = False
        self.refusal: NoProposalError | None = None
        """Why there is nothing to propose from."""

    @property
    def arguments(self) -> Arguments:
        """Those of a crawl that keeps to the address."""
        return Arguments(
            address=self.address, sections=None, max_pages=None, max_stories=None, full=False, web_archive=None,
            ids=(), warcs=(),
        )  # fmt: skip

    async def start(self) -> AsyncIterator[Request]:
        """Asks for one page after another, and yields nothing."""
        try:
            await self._read_first()
            while wanted := next_pages(self.samples, self._asked, self.address):
                for url in wanted:
                    if len(self._asked) < self._most:
                        await self._read_next(url)
                if len(self._asked) >= self._most:
                    break
            self.is_done = True
        except NoProposalError as error:
            self.refusal = error
        except StoppedError as error:
            # A budget that is spent leaves what was read before.
            self.is_done = bool(self.samples)
            self.failures.append(str(error))
        return
        yield

    async def _read_first(self) -> None:
        """Raises NoProposalError where the site gives no page to begin with."""
        try:
            response = await self._ask(self._url)
        except StoppedError:
            raise
        except Exception as error:
            raise _unreachable(self._url, error) from error
        self._follow(response.url)
        self._take(self._url, response)
        if not self.samples:
            wall = find_wall(self._sample(self._url, response).page)
            said = f" and says: {wall.words}" if wall else ""
            raise NoProposalError(f"{self._url} answers HTTP {response.status}{said}", ExitStatus.UNAVAILABLE)
        refuse(self.samples)

    async def _read_next(self, url: str) -> None:
        try:
            response = await self._ask(url)
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, there are other pages
            self.failures.append(f"{url}: {str(error) or type(error).__name__}")
            return
        self._take(url, response)

    async def _ask(self, url: str) -> Response:
        assert self.crawler.engine is not None
        self._asked.append(url)
        return await self.crawler.engine.download_async(Request(self.address.served(url)))

    def _follow(self, url: str) -> None:
        """The site is where it leads those who ask."""
        parts = urlsplit(url)
        hosts = self.address.site.hosts
        if not self.address.base_url and parts.hostname in hosts:
            hosts = tuple(sorted(hosts, key=lambda host: host != parts.hostname))
            self.address = replace(self.address, site=replace(self.address.site, scheme=parts.scheme, hosts=hosts))

    def _take(self, url: str, response: Response) -> None:
        if response.status == _OK and is_html(response.body):
            self.samples.append(self._sample(url, response))
        else:
            self.failures.append(f"{url}: HTTP {response.status}, {header(response, 'Content-Type') or 'no type'}")

    def _sample(self, url: str, response: Response) -> Sample:
        canonical = self.address.canonical(response.url) or url
        limits = parse_limits(self.settings)
        return sample_of(response, canonical, self.address, downloaded=datetime.now(UTC), limits=limits)


def sample_of(response: Response, url: str, address: Address, *, downloaded: datetime, limits: Limits) -> Sample:
    """The page in a response, whose canonical URL is given."""
    headers = Headers(header(response, "Content-Type"), tuple(response.headers.getlist("X-Robots-Tag")))
    return read_sample(response.body, headers, url, address, downloaded=downloaded, limits=limits)


def _unreachable(url: str, error: Exception) -> NoProposalError:
    detail = str(error).rstrip(".") or type(error).__name__
    if isinstance(error, ForbiddenByRobotsError):
        return NoProposalError(f"robots.txt forbids {url}", ExitStatus.FORBIDDEN)
    if isinstance(error, OffSiteError):
        return NoProposalError(f"{url} leads away: {detail}; is the site there? then name that address")
    return NoProposalError(f"{url} could not be had: {detail}", ExitStatus.UNAVAILABLE)
