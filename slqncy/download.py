"""HTTP, for as long as the run wants an answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

from slqncy.extensions.stop import Stop, StoppedError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class Download(HTTP11DownloadHandler):
    """Scrapy's own handler finishes what is in flight, however long that takes, before it stops."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        stop = crawler.get_extension(Stop)
        assert stop is not None
        self._stop = stop

    async def download_request(self, request: Request) -> Response:
        """The response. Raises StoppedError where the run ends first."""
        answer = asyncio.ensure_future(super().download_request(request))
        stopping = asyncio.ensure_future(self._stop.now.wait())
        try:
            await asyncio.wait({answer, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise StoppedError(f"{request.url}: the run is told to stop")
        finally:
            stopping.cancel()
            answer.cancel()
