"""`scrapy crawl`, with exit statuses that tell what happened."""

from __future__ import annotations

import gc
import logging
import sys
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES

from slqncy.archive.errors import ArchiveError
from slqncy.cli import archive_status, show_example
from slqncy.exitcodes import ExitStatus
from slqncy.visible import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Coroutine, Iterator, Sequence

    from scrapy.crawler import Crawler, CrawlerProcessBase

    from slqncy.cluster.worker import Worker
    from slqncy.display.closing import Closing, Ended
    from slqncy.extensions.run import Run
    from slqncy.notify import Outcome
    from slqncy.summary import Summary

logger = logging.getLogger(__name__)

_Stream = Literal["stdout", "stderr"]


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
        # While it is imported Scrapy looks through all modules for each frame of the stack: there are few here of both.
        import scrapy.core.downloader.handlers.http11  # noqa: F401

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
        sys.exit(self._told(opts, lambda: _complain(status, reason)))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and set the exit status."""
        self.exitcode = self._told(opts, lambda: self._crawl(args, opts))

    def _told(self, opts: argparse.Namespace, crawl: Callable[[], Outcome]) -> ExitStatus:
        """The exit status of a crawl; those who watch from afar are told of its beginning and its end."""
        from slqncy.notify import Watchers
        from slqncy.spiders.arguments import DEFAULT_SITE

        assert self.settings is not None
        # Where -a is malformed it is a list still.
        said = opts.spargs if isinstance(opts.spargs, dict) else {}
        watchers = Watchers(
            self.settings["PING_URL"], self.settings["METRICS_FILE"], Path(self.settings["ARCHIVE_DIR"]),
            Path(said.get("site", DEFAULT_SITE)).stem,
        )  # fmt: skip
        watchers.begin()
        try:
            outcome = crawl()
        except Exception:
            logger.exception("The crawl was ended by an exception")
            outcome = _complain(ExitStatus.SOFTWARE, "the crawl was ended by an exception; the log has its traceback")
        watchers.end(outcome)
        return outcome.status

    def _crawl(self, args: list[str], opts: argparse.Namespace) -> Outcome:
        from slqncy.display.closing import closing
        from slqncy.extensions.run import Run
        from slqncy.notify import Outcome
        from slqncy.spiders.arguments import parse_sites

        assert self.crawler_process is not None
        if wrong := _wrong_usage(args, opts, self.crawler_process):
            return _complain(*wrong)
        # What is imported is there for good: no search for garbage need look through it, in the crawl or at its end.
        gc.freeze()
        if profiles := parse_sites(opts.spargs):
            return self._crawl_sites(args[0], profiles, opts.spargs)
        crawler = self.crawler_process.create_crawler(args[0])
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        if self.crawler_process.bootstrap_failed or (run := crawler.get_extension(Run)) is None:
            return _complain(ExitStatus.SOFTWARE, "the crawl could not start; the log has the reason")
        _end(crawler, run)
        words: list[str] = []
        if run.summary:
            said = closing(_ended(run, run.summary, crawler))
            _tell(said, "stdout" if run.status is ExitStatus.OK else "stderr")
            words = [line for part in said for line in part]
        if run.status is not ExitStatus.OK:
            return _complain(run.status, run.reason, *words)._replace(report=run.report)
        last = visible(run.reason)
        _put([last], "stdout")
        return Outcome(run.status, (*words, last), run.report)

    def _crawl_sites(self, spider: str, profiles: list[str], arguments: dict[str, str]) -> Outcome:
        from slqncy.crawls import Crawls, by_host
        from slqncy.extensions.run import Run
        from slqncy.notify import Outcome

        assert self.crawler_process is not None
        assert self.settings is not None
        at_once = self.settings.getint("SITES_AT_ONCE")
        running: list[Crawler] = []
        statuses: dict[str, tuple[ExitStatus, str]] = {}

        def over(crawler: Crawler) -> None:
            running.remove(crawler)
            run = crawler.get_extension(Run)
            if run is None or crawler.spider is None:
                return
            _end(crawler, run)
            name = crawler.spider.address.site.name  # type: ignore[attr-defined]
            statuses[name] = run.status, run.reason
            if run.summary:
                _put([f"{name}: {run.summary.sentence()}"], "stdout")

        crawls = Crawls(self.crawler_process, spider, arguments, begun=running.append, ended=over)
        try:
            with self._worker(profiles) as worker:
                work = worker.work(crawls) if worker else crawls.crawl(by_host(profiles), at_once)
                try:
                    run_until_done(self.crawler_process, work)
                finally:
                    for crawler in running[:]:
                        over(crawler)
        except ArchiveError as error:
            return _complain(archive_status(error), str(error))
        failed = {name: (status, reason) for name, (status, reason) in statuses.items() if status is not ExitStatus.OK}
        if failed:
            name, (status, reason) = max(failed.items(), key=lambda one: one[1])
            return _complain(status, f"{name}: {reason}")
        last = f"{len(statuses)} sites"
        _put([last], "stdout")
        return Outcome(ExitStatus.OK, (last,))

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


def _end(crawler: Crawler, run: Run) -> None:
    """After the crawl, however it ended."""
    from slqncy.extensions.progress import ProgressDisplay

    run.end()
    if progress := crawler.get_extension(ProgressDisplay):
        progress.end()


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


def _ended(run: Run, summary: Summary, crawler: Crawler) -> Ended:
    from slqncy.archive.layout import RUNS
    from slqncy.display.closing import Ended
    from slqncy.report.secrets import sets_secret

    assert crawler.stats is not None
    directory = crawler.settings["ARCHIVE_DIR"]
    page = run.archive.root / RUNS / f"{run.id}.html"
    is_typed = crawler.settings.getpriority("ARCHIVE_DIR") == SETTINGS_PRIORITIES["cmdline"]
    return Ended(
        summary=summary, counters=crawler.stats.get_stats(), examples=run.examples,
        status=run.status, reason=run.reason, held_until=run.waiting.until,
        seconds=(datetime.now(UTC) - run.started).total_seconds(),
        report=str(page if page.exists() else page.with_suffix(".json")),
        command=[] if any(map(sets_secret, sys.argv)) else ["scrapy", "crawl", *sys.argv[1:]],
        settings=["-s", f"ARCHIVE_DIR={directory}"] if is_typed else [],
    )  # fmt: skip


def _tell(said: Closing, trouble: _Stream) -> None:
    """What went wrong is on standard error, which cron mails; of a run that went well all is on standard output."""
    _put(said.account, "stdout")
    _put(said.trouble, trouble, "red")
    _put(said.advice, trouble, "bold")


def _put(lines: Sequence[str], name: _Stream, style: str = "") -> None:
    """Lines on a stream. Where nobody reads it any more they are lost, and how the run went is not."""
    from slqncy.display.terminal import take_any_character, write_lines

    stream = getattr(sys, name)
    try:
        if stream:
            take_any_character(stream)
            write_lines(lines, stream, style)
            stream.flush()
    except OSError:
        # Python would complain once more on its way out.
        setattr(sys, name, None)


def _complain(status: ExitStatus, reason: str, *words: str) -> Outcome:
    from slqncy.notify import Outcome

    last = visible(f"scrapy crawl: {reason} (exit status {status})")
    _put([last], "stderr")
    return Outcome(status, (*words, last))
