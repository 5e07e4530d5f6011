"""`scrapy crawl`, with exit statuses that tell what happened."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError

from slqncy.exitcodes import ExitStatus
from slqncy.extensions.run import Run
from slqncy.sites import SiteError
from slqncy.spiders.arguments import ArgumentError, parse_arguments

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCrawl):
    """Scrapy's own command exits 0 for nearly every failure."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Exits with USAGE where an option is malformed."""
        try:
            super().process_options(args, opts)
        except UsageError as error:
            sys.exit(_complain(ExitStatus.USAGE, str(error)))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and set the exit status."""
        self.exitcode = self._run(args, opts)

    def _run(self, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        process = self.crawler_process
        assert process is not None
        known = process.spider_loader.list()
        if len(args) != 1 or args[0] not in known:
            return _complain(ExitStatus.USAGE, f"name one spider: {', '.join(known)}")
        try:
            parse_arguments(opts.spargs)
        except ArgumentError as error:
            return _complain(ExitStatus.USAGE, str(error))
        except SiteError as error:
            return _complain(ExitStatus.CONFIG, str(error))
        crawler = process.create_crawler(args[0])
        process.crawl(crawler, **opts.spargs)
        process.start()
        if process.bootstrap_failed:
            return _complain(ExitStatus.SOFTWARE, "the crawl could not start; the log has the traceback")
        run = crawler.get_extension(Run)
        if run is None:
            return _complain(
                ExitStatus.CONFIG, "EXTENSIONS lacks slqncy.extensions.run.Run; without it nothing is archived"
            )
        if run.summary:
            print(run.summary.sentence())
            print(f"{run.archive.root}: {run.stories_archived} new lines in stories/; runs/{run.id}.json has the rest")
        return run.status if run.status is ExitStatus.OK else _complain(run.status, run.reason)


def _complain(status: ExitStatus, reason: str) -> ExitStatus:
    sys.stderr.write(f"scrapy crawl: {reason} (exit status {status})\n")
    return status
