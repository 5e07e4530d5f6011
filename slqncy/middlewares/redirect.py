"""Redirects: followed, or refused with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest

from slqncy.middlewares.site import OffSiteError, shown

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

REDIRECTS = {301, 302, 303, 307, 308}
"""Statuses that lead on, where a Location says so."""


class TooManyRedirectsError(IgnoreRequest):
    """An address leads on and on."""


class Redirects(RedirectMiddleware):
    """Scrapy's middleware hands on a redirect to another scheme as if it were a page, and fails at what is no URL."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's own would look for whoever sets a Referer, and warn that nobody does."""
        redirects = cls(crawler.settings)
        redirects.crawler = crawler
        return redirects

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Raises OffSiteError or TooManyRedirectsError; where a redirect may lead is for `StayOnSite` to say."""
        try:
            followed = super().process_response(request, response)
        except IgnoreRequest as error:
            raise TooManyRedirectsError(f"{error}, the last to {_target(response)}") from error
        except ValueError as error:
            raise OffSiteError(f"redirected to {_target(response)}, which is no address") from error
        if followed is response and _leads_on(request, response):
            raise OffSiteError(f"redirected to {_target(response)}, which is not HTTP")
        return followed


def _leads_on(request: Request, response: Response) -> bool:
    return response.status in REDIRECTS and "Location" in response.headers and not request.meta.get("dont_redirect")


def _target(response: Response) -> str:
    location = response.headers.get("Location") or b""
    return shown(location.decode(errors="replace"))
