"""`scrapy report`: the page of a run, in a browser."""

from __future__ import annotations

import sys
import tempfile
import webbrowser
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.archive.errors import ArchiveError
from slqncy.archive.layout import RUNS
from slqncy.cli import ArchiveCommand, UsageError, write_file
from slqncy.exitcodes import ExitStatus
from slqncy.visible import visible

if TYPE_CHECKING:
    import argparse


class Command(ArchiveCommand):
    """Exit status 0, 64 for a run or a day that is none, 74 without an archive or where a page cannot be written."""

    arguments = "[RUN_ID | --since DAY [--until DAY] [-o FILE]] [--site NAME] [--no-open]"
    takes_arguments = True
    about = "Open the page of a run in the browser, that of the last one unless named; or make one of a span of runs"
    example = """\
scrapy report 20261126T041700-4711 --no-open
scrapy report --site longtansi
scrapy report --since 2026-11-01 --until 2026-11-30 -o november.html"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own, --since, --until, -o, --site and --no-open."""
        super().add_options(parser)
        parser.add_argument("--since", metavar="DAY", help="a page of the runs that started on this day (UTC) or later")
        parser.add_argument("--until", metavar="DAY", help="on this day or earlier")
        parser.add_argument("-o", "--output", metavar="FILE", help="write that page to FILE, not to a temporary file")
        parser.add_argument("--site", metavar="NAME", help="of an archive of several sites, only runs on this one")
        parser.add_argument("--no-open", action="store_true", help="print where the page is, and open no browser")

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Print where the page is; in a terminal, open it too."""
        from slqncy.archive.ledger import require_archive
        from slqncy.archive.reports import runs_of

        require_archive(root)
        runs = runs_of(root)
        if opts.since or opts.until:
            path = _span(root, runs, args, opts)
        elif opts.output:
            raise UsageError("-o is for a span of runs: name it by --since or --until; the page of a run is in runs/")
        elif not runs:
            raise ArchiveError(f"{root}: no run has left a report yet")
        else:
            path = _page_of(root, runs, args, opts.site)
        print(visible(str(path)))
        # Whoever pipes the name on opens it himself.
        if sys.stdout.isatty() and not opts.no_open:
            webbrowser.open(path.resolve().as_uri())
        return ExitStatus.OK


def _page_of(root: Path, runs: list[str], args: list[str], site: str | None) -> Path:
    if len(args) > 1:
        raise UsageError("name one run; --since and --until make a page of several")
    if args and site:
        raise UsageError(f"{args[0]!r} names one run, --site the last one on a site")
    if args and args[0] not in runs:
        raise UsageError(f"{args[0]!r} is no run of {root}; the last one is {runs[-1]}")
    run = args[0] if args else _last_on(root, runs, site) if site else runs[-1]
    path = root / RUNS / f"{run}.html"
    if not path.is_file():
        day = f"{run[:4]}-{run[4:6]}-{run[6:8]}"
        raise UsageError(f"{run} has no page; `scrapy report --since {day} --until {day}` makes one of its report")
    return path


def _last_on(root: Path, runs: list[str], site: str) -> str:
    from slqncy.archive.reports import look_back

    for run in look_back(root, reversed(runs)):
        if run.site == site:
            return run.run_id
    raise UsageError(f"no run of {root} was on {site!r}")


def _span(root: Path, runs: list[str], args: list[str], opts: argparse.Namespace) -> Path:
    """Make the page: it is the caller's, and those of the runs stay as they are."""
    from slqncy.archive.coverage import coverage
    from slqncy.archive.reports import read_reports
    from slqncy.report.history import started
    from slqncy.report.page import span_page

    if args:
        raise UsageError(f"{args[0]!r} names one run, --since and --until a span of them")
    since, until = _day(opts.since) or date.min, _day(opts.until) or date.max
    reports = [
        report
        for report in read_reports(root, runs)
        if since <= started(report).date() <= until and opts.site in {None, report.site}
    ]
    if not reports:
        raise UsageError(f"no run of {root} started in that span{f' on {opts.site!r}' if opts.site else ''}")
    sites = {report.site for report in reports}
    # Older reports do not name the site.
    lines = [line for line in coverage(root) if line.name.partition("/")[0] in sites or "" in sites]
    page = span_page(reports, lines)
    if opts.output:
        write_file(Path(opts.output), page)
        return Path(opts.output)
    with tempfile.NamedTemporaryFile(prefix="slqncy-report-", suffix=".html", delete=False) as file:
        file.write(page)
    return Path(file.name)


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise UsageError(f"{value!r} is no day such as 2026-11-26") from error
