"""One request to a web archive, and what may come of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from slqncy.extensions.stop import StoppedError
from slqncy.failures import NoAnswerError
from slqncy.middlewares.site import OffSiteError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from slqncy.backfill.captures import WebArchive
    from slqncy.extensions.run import Run

UNREACHABLE = (
    CannotResolveHostError, DownloadCancelledError, DownloadConnectionRefusedError, DownloadFailedError,
    DownloadTimeoutError, ResponseDataLossError, NoAnswerError, OffSiteError, OSError,
)  # fmt: skip
"""How it ends where no answer comes."""


class Asker:
    """Asks a web archive through Scrapy's engine, middlewares and slots included."""

    def __init__(self, crawler: Crawler, run: Run, web_archive: WebArchive) -> None:
        self._crawler = crawler
        self._run = run
        self.web_archive = web_archive

    async def ask(
        self, url: str, slot: str, headers: dict[str, str] | None = None, *, page: str = "", **meta: object
    ) -> Response:
        """The response; `slot` is one of DOWNLOAD_SLOTS, `page` the canonical URL of the page it is for.

        Raises StoppedError, one of UNREACHABLE, CodingError, BlockedError, or with `original` WrongCaptureError.
        """
        engine = self._crawler.engine
        assert engine is not None
        if not self._run.is_going:
            raise StoppedError(f"{url}: the run is told to stop")
        own = {"web_archive": self.web_archive, "download_slot": slot, "dont_obey_robotstxt": True}
        # A redirect would lead to another capture.
        request = Request(url, headers=headers, meta={**own, "dont_redirect": True, **meta}, cb_kwargs={"url": page})
        answer = asyncio.ensure_future(engine.download_async(request))
        # A signal ends the waiting; what is in flight is finished as any other request is, and nobody asks what it was.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(answer)
