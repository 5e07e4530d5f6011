"""Never ask for what was taken down, wherever a link or a redirect comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest

from slqncy.extensions.run import Run

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler


class ForgottenError(IgnoreRequest):
    """The request is for a page that was taken down."""


class Forgotten:
    """Refuses requests for pages that are forgotten."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a component."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let a request pass that is for anything else. Raises ForgottenError."""
        run = self._crawler.get_extension(Run)
        assert run is not None
        address = self._crawler.spider.address  # type: ignore[union-attr]
        if run.forgotten and address.canonical(request.url) in run.forgotten:
            raise ForgottenError(f"{request.url} leads to a page that was taken down")
