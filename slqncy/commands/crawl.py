"""`scrapy crawl`, with exit statuses that tell what happened."""

from __future__ import annotations

import gc
import logging
import sys
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError

from slqncy.archive.errors import ArchiveError
from slqncy.cli import show_example
from slqncy.commands.many import Sites
from slqncy.commands.telling import complain, ended_of, told
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Coroutine, Iterator

    from scrapy.crawler import CrawlerProcessBase

    from slqncy.cluster.worker import Worker
    from slqncy.extensions.run import Run
    from slqncy.notify import Outcome, SiteOutcome

logger = logging.getLogger(__name__)


class Command(ScrapyCrawl):
    """Scrapy's own command exits 0 for nearly every failure."""

    example: ClassVar[str] = (
        "scrapy crawl stories -s ARCHIVE_DIR=/srv/news -s OPERATOR_CONTACT=me@example.org\n"
        "scrapy crawl stories -a site=longtansi -a max_stories=100\n"
        "scrapy crawl stories -a ids=9000-9600"
    )

    def long_desc(self) -> str:
        """Shown by -h."""
        from slqncy.spiders.arguments import NAMES

        return f"{self.short_desc()}. What -a takes: {', '.join(sorted(NAMES))}; docs/crawling.md says more of each"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own, and the example."""
        super().add_options(parser)
        show_example(parser, self.example)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Exits with USAGE where an option is malformed, with CONFIG where there could be no log."""
        gc.disable()  # from here on only modules are made, and they are there for good
        # While they are imported Scrapy looks through all modules for each frame of the stack: there are few here of
        # both, and fewest frames where neither imports the other.
        for module in ("tls", "contextfactory"):
            import_module(f"scrapy.core.downloader.{module}")

        try:
            super().process_options(args, opts)
        except UsageError as error:
            self._refuse(opts, ExitStatus.USAGE, str(error))
        assert self.settings is not None
        level = self.settings["LOG_LEVEL"]
        if level not in (levels := logging.getLevelNamesMapping()) and level not in levels.values():
            self._refuse(opts, ExitStatus.CONFIG, f"LOG_LEVEL={level!r} must be one of {', '.join(levels)}")

    def _refuse(self, opts: argparse.Namespace, status: ExitStatus, reason: str) -> NoReturn:
        """End before anything of Scrapy begins."""
        sys.exit(self._told(opts, lambda: complain(status, reason)))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and set the exit status."""
        self.exitcode = self._told(opts, lambda: self._crawl(args, opts))

    def _told(self, opts: argparse.Namespace, crawl: Callable[[], Outcome]) -> ExitStatus:
        """The exit status of a crawl; those who watch from afar are told of its beginning and its end."""
        from slqncy.notify import Watchers

        assert self.settings is not None
        # Where -a is malformed it is a list still.
        said = opts.spargs if isinstance(opts.spargs, dict) else {}
        watchers = Watchers(
            self.settings["PING_URL"], self.settings["METRICS_FILE"], Path(self.settings["ARCHIVE_DIR"]),
            _names(said),
        )  # fmt: skip
        watchers.begin()
        try:
            outcome = crawl()
        except Exception:
            logger.exception("The crawl was ended by an exception")
            outcome = complain(ExitStatus.SOFTWARE, "the crawl was ended by an exception; the log has its traceback")
        watchers.end(outcome)
        return outcome.status

    def _crawl(self, args: list[str], opts: argparse.Namespace) -> Outcome:
        from slqncy.display.closing import closing
        from slqncy.extensions.progress import ProgressDisplay
        from slqncy.extensions.run import Run
        from slqncy.spiders.arguments import parse_sites

        assert self.crawler_process is not None
        if wrong := _wrong_usage(args, opts, self.crawler_process):
            return complain(*wrong)
        # What is imported is there for good: no search for garbage need look through it, in the crawl or at its end.
        gc.freeze()
        gc.enable()
        if profiles := parse_sites(opts.spargs):
            return self._crawl_sites(args[0], profiles, opts.spargs)
        crawler = self.crawler_process.create_crawler(args[0])
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        if self.crawler_process.bootstrap_failed or (run := crawler.get_extension(Run)) is None:
            return complain(ExitStatus.SOFTWARE, "the crawl could not start; the log has the reason")
        run.end()
        if progress := crawler.get_extension(ProgressDisplay):
            progress.end()
        said = closing(ended_of(run, run.summary, crawler)) if run.summary else None
        return told(run.status, run.reason, said, _reported(run))

    def _crawl_sites(self, spider: str, profiles: list[str], arguments: dict[str, str]) -> Outcome:
        from slqncy.crawls import Crawls, by_host
        from slqncy.extensions.sites import SitesDisplay

        assert self.crawler_process is not None
        settings, began = self.crawler_process.settings, datetime.now(UTC)
        display = SitesDisplay(settings, None if settings["CLUSTER_URL"] else len(profiles))
        sites = Sites(display, with_reports=bool(settings["METRICS_FILE"]))
        crawls = Crawls(self.crawler_process, spider, arguments, begun=display.begun, ended=sites.over)
        error: ArchiveError | None = None
        at_once = settings.getint("SITES_AT_ONCE")
        try:
            with self._worker(profiles) as worker:
                work = worker.work(crawls) if worker else crawls.crawl(by_host(profiles), at_once)
                try:
                    run_until_done(self.crawler_process, work)
                finally:
                    for crawler in display.going:
                        sites.over(crawler)
        except ArchiveError as met:
            error = met
        finally:
            display.end()
        if not settings["CLUSTER_URL"]:
            sites.never_began(profiles)
        return sites.outcome(settings, (datetime.now(UTC) - began).total_seconds(), error)

    @contextmanager
    def _worker(self, profiles: list[str]) -> Iterator[Worker | None]:
        """The worker that this process is in a cluster, None where there is none. Raises ArchiveError."""
        assert self.crawler_process is not None
        if not self.crawler_process.settings["CLUSTER_URL"]:
            yield None
            return
        from slqncy.cluster.worker import Worker

        worker = Worker(self.crawler_process.settings, profiles)
        try:
            yield worker
        finally:
            worker.close()


def _names(arguments: dict[str, str]) -> list[str]:
    """Names of the sites that are to be crawled, as far as they can be told before it is known what is wrong."""
    from slqncy.sites import SiteError, load_site
    from slqncy.spiders.arguments import DEFAULT_SITE, ArgumentError, parse_sites

    site = arguments.get("site", DEFAULT_SITE)
    try:
        return [load_site(profile).name for profile in parse_sites(arguments) or [site]]
    except (ArgumentError, SiteError):
        return [] if "sites" in arguments else [Path(site).stem]


def _reported(run: Run) -> dict[str, SiteOutcome]:
    from slqncy.notify import SiteOutcome

    return {run.report.site: SiteOutcome(run.status, run.report)} if run.report else {}


def run_until_done(process: CrawlerProcessBase, work: Coroutine[Any, Any, None]) -> None:
    """Run the process until this is done, or a signal ends it. Raises what the work has raised."""
    import asyncio

    def stop(_task: asyncio.Task[None]) -> None:
        from twisted.internet import reactor

        # After a signal it has been told.
        with suppress(RuntimeError):
            reactor.stop()  # type: ignore[misc]

    task = asyncio.get_event_loop().create_task(work)
    task.add_done_callback(stop)
    process.start(stop_after_crawl=False)
    if task.done():
        task.result()


def _wrong_usage(
    args: list[str], opts: argparse.Namespace, process: CrawlerProcessBase
) -> tuple[ExitStatus, str] | None:
    """What is wrong with the command line, found before any request; None where all is right."""
    from slqncy.sites import SiteError
    from slqncy.spiders.arguments import ArgumentError, parse_arguments, parse_sites, wrong_in_cluster
    from slqncy.wrong_settings import wrong_setting

    spiders = process.spider_loader.list()
    if len(args) != 1 or args[0] not in spiders:
        return ExitStatus.USAGE, f"name one spider: {', '.join(spiders)}"
    try:
        for site in parse_sites(opts.spargs):
            parse_arguments({**opts.spargs, "site": site})
        if "sites" not in opts.spargs:
            parse_arguments(opts.spargs)
        if process.settings["CLUSTER_URL"] and (wrong := wrong_in_cluster(opts.spargs)):
            return ExitStatus.USAGE, wrong
    except ArgumentError as error:
        return ExitStatus.USAGE, str(error)
    except SiteError as error:
        return ExitStatus.CONFIG, str(error)
    wrong = wrong_setting(process.settings)
    return (ExitStatus.CONFIG, wrong) if wrong else None
