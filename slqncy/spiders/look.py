"""A look at a site, as a crawl with an archive that is thrown away."""

from __future__ import annotations

import logging
import tempfile
from typing import TYPE_CHECKING

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import SETTINGS_PRIORITIES

from slqncy.exitcodes import ExitStatus
from slqncy.newsite.refusal import NoProposalError
from slqncy.spiders.probe import Probe

if TYPE_CHECKING:
    from scrapy.settings import Settings

    from slqncy.sites import Address

_PAGES = 24
"""Pages that are asked for; robots.txt comes to that."""
_REQUESTS = 40
"""With redirects and what is asked for once more."""
_EXTENSIONS = {
    "slqncy.extensions.log.VisibleLog": 50,
    "slqncy.extensions.stop.Stop": 100,
    "slqncy.extensions.pace.Pace": 150,
    "slqncy.extensions.run.Run": 200,
    "slqncy.extensions.memory.Memory": 300,
}
"""What a request needs, and nothing that tells others of a run."""
_TOLD_OTHERWISE = ("scrapy.downloadermiddlewares.retry", "slqncy.middlewares.robots")
"""Loggers of what the caller says in a line."""


def look(url: str, address: Address, settings: Settings) -> Probe:
    """The spider that has looked, from a URL of the site on. Runs the reactor: once in a process.

    Raises NoProposalError where nothing could be seen.
    """
    canonical = address.canonical(url)
    assert canonical is not None
    settings = settings.copy()
    budget = settings.getint("REQUEST_BUDGET")
    if settings.getpriority("LOG_LEVEL") != SETTINGS_PRIORITIES["cmdline"]:
        settings.set("LOG_LEVEL", "WARNING", "cmdline")
        for name in _TOLD_OTHERWISE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as archive:
        settings.setdict(
            {
                "ARCHIVE_DIR": archive,
                "EXTENSIONS": _EXTENSIONS,
                "ITEM_PIPELINES": {},
                "REQUEST_BUDGET": min(budget or _REQUESTS, _REQUESTS),
                "WARC_ENABLED": False,
            },
            "cmdline",
        )
        process = AsyncCrawlerProcess(settings)
        crawler = process.create_crawler(Probe)
        process.crawl(crawler, url=canonical, address=address, most_pages=_PAGES)
        process.start()
    probe = crawler.spider
    if not isinstance(probe, Probe):
        raise NoProposalError("the look could not start; the log has the reason", ExitStatus.SOFTWARE)
    if probe.refusal:
        raise probe.refusal
    if not probe.is_done:
        assert crawler.stats is not None
        if crawler.stats.get_value("finish_reason") == "shutdown" or probe.failures:
            raise NoProposalError("stopped before its end; run it again", ExitStatus.TEMPORARY)
        raise NoProposalError("an error that nobody expected; the log has it", ExitStatus.SOFTWARE)
    return probe
