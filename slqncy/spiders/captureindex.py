"""Asking the index of a web archive for all that it has of a site."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from slqncy.backfill import commoncrawl, wayback
from slqncy.backfill.captures import Answer, IndexAnswerError, WebArchive, index_host
from slqncy.guards.codings import CodingError
from slqncy.reasons import Failure
from slqncy.spiders.asker import UNREACHABLE
from slqncy.spiders.responses import failure_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from scrapy.settings import BaseSettings

    from slqncy.extensions.run import Run
    from slqncy.spiders.asker import Asker

logger = logging.getLogger(__name__)

T = TypeVar("T")

_TRIES = 3
"""How often an answer is asked for, where it is torn or does not come."""
_TIMEOUT = 180
"""Seconds: an index may search for a minute before it says anything."""


class CaptureIndex:
    """The index; what cannot be had of it is counted, and the rest is asked for all the same."""

    def __init__(self, asker: Asker, run: Run, settings: BaseSettings, hosts: Iterable[str]) -> None:
        self._asker = asker
        self._run = run
        self._settings = settings
        self._hosts = dict.fromkeys(map(index_host, hosts))

    def answers(self) -> AsyncIterator[Answer]:
        """All answers. Raises BlockedError, or StoppedError."""
        return self._wayback() if self._asker.web_archive is WebArchive.WAYBACK else self._commoncrawl()

    async def _wayback(self) -> AsyncIterator[Answer]:
        base, rows = self._settings["WAYBACK_URL"], self._settings.getint("WAYBACK_CDX_ROWS")
        for host in self._hosts:
            keys = [""]
            while keys[-1] not in keys[:-1]:
                url = wayback.query(base, host, rows, keys[-1])
                answer = await self._ask(url, "wayback_cdx", lambda status, body: wayback.read(status, body, base))
                if answer is None:
                    break
                yield answer
                # The end has no key, and so has the beginning.
                keys.append(answer.resume_key)

    async def _commoncrawl(self) -> AsyncIterator[Answer]:
        base, data = self._settings["COMMONCRAWL_INDEX_URL"], self._settings["COMMONCRAWL_DATA_URL"]

        async def ask(url: str, read: Callable[[int, bytes, str], T], where: str = data) -> T | None:
            return await self._ask(url, "commoncrawl_index", lambda status, body: read(status, body, where))

        for server in await ask(commoncrawl.collections_query(base), commoncrawl.read_collections, base) or ():
            for host in self._hosts:
                pages = await ask(commoncrawl.pages_query(server, host), commoncrawl.read_pages)
                if isinstance(pages, Answer):
                    yield pages
                    continue
                for page in range(pages or 0):
                    if answer := await ask(commoncrawl.page_query(server, host, page), commoncrawl.read):
                        yield answer

    async def _ask(self, url: str, slot: str, read: Callable[[int, bytes], T]) -> T | None:
        """What the index says, or None where it cannot be had."""
        reason, detail = Failure.UNREACHABLE, ""
        for _ in range(_TRIES):
            try:
                response = await self._asker.ask(url, slot, max_retry_times=0, download_timeout=_TIMEOUT)
                answer = read(response.status, response.body)
            except IndexAnswerError as error:
                reason, detail = Failure.UNREADABLE, str(error)
            except (CodingError, *UNREACHABLE) as error:
                reason, detail = failure_of(error), str(error) or type(error).__name__
            else:
                self._run.index_answered()
                return answer
            logger.warning("%s: %s", url, detail)
        self._run.index_failed(url, reason, detail)
        return None
