"""`scrapy crawl`, with exit statuses that tell what happened."""

from __future__ import annotations

import sys
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings, default_settings

from slqncy import settings as project_settings
from slqncy.exitcodes import ExitStatus
from slqncy.extensions.run import Run
from slqncy.extensions.watchdog import LEAST_TIMEOUT
from slqncy.manners.identity import user_agent
from slqncy.resolver import WEB_ARCHIVE_URLS
from slqncy.sites import SiteError
from slqncy.spiders.arguments import ArgumentError, is_base_url, parse_arguments
from slqncy.visible import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from scrapy.crawler import CrawlerProcessBase


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
        assert self.crawler_process is not None
        if wrong := _wrong_usage(args, opts, self.crawler_process):
            self.exitcode = _complain(*wrong)
            return
        crawler = self.crawler_process.create_crawler(args[0])
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        run = None if self.crawler_process.bootstrap_failed else crawler.get_extension(Run)
        if run is None:
            self.exitcode = _complain(ExitStatus.SOFTWARE, "the crawl could not start; the log has the reason")
            return
        run.end()
        if run.summary:
            print(run.summary.sentence())
            print(f"{run.archive.root}: {run.stories_archived} new lines in stories/; runs/{run.id}.json has the rest")
            if run.status is ExitStatus.OK:
                print(visible(run.reason))
        self.exitcode = run.status if run.status is ExitStatus.OK else _complain(run.status, run.reason)


def _wrong_usage(
    args: list[str], opts: argparse.Namespace, process: CrawlerProcessBase
) -> tuple[ExitStatus, str] | None:
    """What is wrong with the command line, found before any request; None where all is right."""
    spiders = process.spider_loader.list()
    if len(args) != 1 or args[0] not in spiders:
        return ExitStatus.USAGE, f"name one spider: {', '.join(spiders)}"
    try:
        parse_arguments(opts.spargs)
    except ArgumentError as error:
        return ExitStatus.USAGE, str(error)
    except SiteError as error:
        return ExitStatus.CONFIG, str(error)
    wrong_setting = _wrong_setting(process.settings)
    return (ExitStatus.CONFIG, wrong_setting) if wrong_setting else None


_READ = {
    int: (BaseSettings.getfloat, "a number"),
    float: (BaseSettings.getfloat, "a number"),
    bool: (BaseSettings.getbool, "True or False"),
}
_TLS_VERSIONS = (None, "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_CHOICES = {"DOWNLOAD_TLS_MIN_VERSION": _TLS_VERSIONS, "DOWNLOAD_TLS_MAX_VERSION": _TLS_VERSIONS}


def _wrong_setting(settings: BaseSettings) -> str:
    """What is wrong with the first setting that cannot be what its default is; "" where all are right."""
    return next(chain(_wrong_values(settings), _wrong_choices(settings)), "")


def _wrong_values(settings: BaseSettings) -> Iterator[str]:
    for name, default in {**vars(default_settings), **vars(project_settings)}.items():
        if name.isupper() and type(default) in _READ and settings[name] is not None:
            read, what = _READ[type(default)]
            try:
                value = read(settings, name)
            except (TypeError, ValueError):
                yield f"{name}={settings[name]!r} must be {what}"
                continue
            # Only a priority may be less than nothing.
            if not isfinite(value) or (value < 0 and "PRIORITY" not in name):
                yield f"{name}={settings[name]!r} must be a number of at least 0"


def _wrong_choices(settings: BaseSettings) -> Iterator[str]:
    if 0 < settings.getfloat("WATCHDOG_TIMEOUT") < LEAST_TIMEOUT:
        yield f"WATCHDOG_TIMEOUT={settings['WATCHDOG_TIMEOUT']!r} must be 0, or at least {LEAST_TIMEOUT:g} seconds"
    for name, choices in _CHOICES.items():
        if settings[name] not in choices:
            yield f"{name}={settings[name]!r} must be one of {', '.join(filter(None, choices))}"
    for name in WEB_ARCHIVE_URLS:
        url = settings[name]
        if not is_base_url(url) or not url.endswith("/"):
            yield f"{name}={url!r} must be an address like {getattr(project_settings, name)}, with a slash at the end"
    try:
        user_agent("", settings["OPERATOR_CONTACT"])
    except ValueError as error:
        yield str(error)


def _complain(status: ExitStatus, reason: str) -> ExitStatus:
    sys.stderr.write(visible(f"scrapy crawl: {reason} (exit status {status})") + "\n")
    return status
